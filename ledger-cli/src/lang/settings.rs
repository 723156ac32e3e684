//! What is wrong with a file of settings (a profile, rules, a chart of accounts), in French. The core tells it in the words of
//! the reader of TOML, of which these are the ones that come; where it is no TOML at all, that is said.

/// Why a file of settings does not read; a line that the core names stays in front.
pub fn french_settings_reason(reason: &str) -> String {
    if let Some((line, reason)) = reason.strip_prefix("line ").and_then(|rest| rest.split_once(": ")) {
        return format!("ligne {line} : {}", french_settings_reason(reason));
    }
    if let Some(known) = of_a_key(reason).or_else(|| of_a_value(reason)) {
        return known;
    }
    let known = match reason {
        "a private key is no profile" => "une clé privée n'est pas un profil",
        "a private key is no file of rules" => "une clé privée n'est pas un fichier de règles",
        "a private key is no chart of accounts" => "une clé privée n'est pas un plan de comptes",
        "a rule has no letter and no digit, so it would hold for every line" => {
            "une règle n'a ni lettre ni chiffre : elle vaudrait pour toutes les lignes"
        }
        "`delimiter` is one of , ; | and a tab" => "`delimiter` est , ; | ou une tabulation",
        "`decimal` is , or . and is none of `thousands`" => {
            "`decimal` est , ou . et ne figure pas dans `thousands`"
        }
        "`thousands` are some of , . ' and a blank" => "`thousands` contient , . ' ou une espace",
        "`date_format` is `fr`, or a pattern with day, month and year such as %d/%m/%Y" => {
            "`date_format` est `fr`, ou un modèle avec jour, mois et année comme %d/%m/%Y"
        }
        "`columns` has either `amount`, or `debit` and `credit`" => {
            "`columns` a soit `amount`, soit `debit` et `credit`"
        }
        "`columns` are all names or all numbers" => "`columns` : soit des noms, soit des numéros",
        "`columns` are numbered from 1" => "`columns` : les numéros commencent à 1",
        "the names of `columns` are one line of text" => "`columns` : un nom tient en une ligne de texte",
        "the names of `before` are one line of text" => "`before` : un nom tient en une ligne de texte",
        "`status` says which words of its column are `booked`, and only together with it" => {
            "`status` dit, avec la colonne du même nom, quels mots veulent dire comptabilisé (`booked`)"
        }
        _ if reason.contains("the first of them not 0, and has 20 at most") => {
            "un numéro de compte commence par trois chiffres, dont le premier n'est pas 0, et a 20 caractères au plus"
        }
        _ if reason.contains("a journal's code has 1 to 8 letters and digits") => {
            "le code d'un journal a 1 à 8 lettres et chiffres"
        }
        _ if reason.contains("did not match any variant") => {
            "une valeur d'un autre type ; attendu : un nom entre guillemets, un numéro ou une table"
        }
        _ => "ce n'est pas du TOML",
    };
    known.to_owned()
}

/// A key that is not known, is missing or stands there twice.
fn of_a_key(reason: &str) -> Option<String> {
    let (what, rest) = reason.split_once(" `")?;
    let (key, rest) = rest.split_once('`')?;
    let expected = rest.split_once("expected ").map(|(_, expected)| expected.trim_start_matches("one of "));
    let expected =
        expected.map(|keys| format!(" ; attendu : {}", keys.replace(" or ", ", "))).unwrap_or_default();
    match what {
        "unknown field" => Some(format!("la clé `{key}` est inconnue{expected}")),
        "unknown variant" => Some(format!("la valeur `{key}` est inconnue{expected}")),
        "missing field" => Some(format!("il manque la clé `{key}`")),
        "duplicate field" => Some(format!("la clé `{key}` y est deux fois")),
        _ => None,
    }
}

/// A value of another kind than its key takes.
fn of_a_value(reason: &str) -> Option<String> {
    let wrong = ["invalid type: ", "invalid value: ", "invalid length "];
    let rest = wrong.iter().find_map(|words| reason.strip_prefix(words))?;
    let (found, expected) = rest.split_once(", expected ")?;
    let (kind, shown) = found.split_once(' ').unwrap_or((found, ""));
    let kind = match kind {
        "integer" => "un nombre entier",
        "string" => "un texte",
        "character" => "un caractère",
        "boolean" => "true ou false",
        "floating" => "un nombre à virgule",
        "sequence" => "une liste",
        "map" => "une table",
        _ => "une autre valeur",
    };
    let shown = shown.trim_start_matches("point ");
    let found = if shown.is_empty() { kind.to_owned() } else { format!("{kind} ({shown})") };
    let expected = match expected {
        "a string" | "string" | "a text" => "un texte entre guillemets",
        "a character" => "un seul caractère entre guillemets",
        "a sequence" | "an array" => "une liste entre crochets",
        "a boolean" => "true ou false",
        "u8" | "u16" | "u32" | "u64" | "usize" | "i64" => "un nombre entier",
        _ => "une table ou une valeur d'un autre type",
    };
    Some(format!("{found} ; attendu : {expected}"))
}

#[cfg(test)]
mod tests {
    use ledger_core::export::Chart;
    use ledger_core::reconcile::LabelRules;
    use ledger_core::statement::Profile;

    use super::*;

    #[test]
    fn each_way_in_which_a_file_of_settings_is_wrong_is_told_in_french() {
        let rules = |toml: &str| LabelRules::with(toml).unwrap_err().reason;
        assert_eq!(
            french_settings_reason(&rules("interest = 3")),
            "ligne 1 : un nombre entier (`3`) ; attendu : une liste entre crochets"
        );
        assert_eq!(
            french_settings_reason(&rules("\nfees = []")),
            "ligne 2 : la clé `fees` est inconnue ; attendu : `interest`, `charges`"
        );
        assert_eq!(french_settings_reason(&rules("interest = [")), "ligne 1 : ce n'est pas du TOML");
        assert_eq!(
            french_settings_reason(&rules("interest = [\"-\"]")),
            "une règle n'a ni lettre ni chiffre : elle vaudrait pour toutes les lignes"
        );
        let profile = |toml: &str| Profile::from_toml(toml).unwrap_err().to_string();
        let said = profile("delimiter = \";\"");
        assert!(
            french_settings_reason(said.split_once(": ").unwrap().1).starts_with("il manque la clé `"),
            "{said}"
        );
        let chart = |toml: &str| Chart::with(toml).unwrap_err().to_string();
        for toml in
            ["[accounts]\n\"own:fees\" = { number = 706 }", "[more]", "[journals]\nbank = { code = \"B Q\" }"]
        {
            let french = french_settings_reason(&chart(toml));
            assert!(!french.contains("TOML") && !french.contains("expected"), "{}: {french}", chart(toml));
        }
    }
}
