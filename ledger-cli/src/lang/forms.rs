//! The form that a field should have had, and what came instead, in French.

/// The form that a field should have had; what is only an example reads the same in every language.
pub fn french_form(expected: &str) -> &str {
    match expected {
        "an operation as an object" => "une opération, comme un objet",
        "an account such as \"fund:deposit\"" => "un compte comme \"fund:deposit\"",
        "an amount as text with at most two decimals, such as \"25.00\"" => {
            "un montant entre guillemets, avec au plus deux décimales, comme \"25.00\""
        }
        "an amount of zero or more" => "un montant de zéro ou plus",
        "a rate as text from \"0\" to below \"1\", such as \"0.02\"" => {
            "un taux entre guillemets, de \"0\" à moins de \"1\", comme \"0.02\""
        }
        "a date of the calendar as \"YYYY-MM-DD\", from 1900 to 2999" => {
            "une date du calendrier, de 1900 à 2999, comme \"AAAA-MM-JJ\""
        }
        "bills as denomination and whole count, such as {\"10\":2,\"5\":1}" => {
            "des billets par coupure et nombre entier, comme {\"10\":2,\"5\":1}"
        }
        "1 to 64 distinct whole denominations, such as [1,2,5,10,20,50]" => {
            "1 à 64 coupures entières distinctes, comme [1,2,5,10,20,50]"
        }
        "an entry's number from 1, or its ref as text" => {
            "le numéro d'une écriture à partir de 1, ou sa référence entre guillemets"
        }
        "the SHA-256 of a file that is not empty, as 64 lowercase hexadecimal digits" => {
            "le SHA-256 d'un fichier qui n'est pas vide, en 64 chiffres hexadécimaux minuscules"
        }
        "\"individual\" or \"accepter\"" => "\"individual\" ou \"accepter\"",
        "\"cash\", \"cheque\", \"card\", \"transfer\" or {\"credit\":\"<ref of a payable>\"}" => {
            "\"cash\", \"cheque\", \"card\", \"transfer\" ou {\"credit\":\"<réf. d'une dette>\"}"
        }
        "\"prefunded\" or {\"consignment\":{\"till_ceiling\":\"500.00\",\"deposit_within_days\":30}}, within 3650 days at most" => {
            "\"prefunded\" ou {\"consignment\":{\"till_ceiling\":\"500.00\",\"deposit_within_days\":30}}, sous 3650 jours au plus"
        }
        "a bank and an IBAN whose check digits are right, such as \"FR76 3000 6000 0112 3456 7890 189\"" => {
            "une banque et un IBAN dont la clé est juste, comme \"FR76 3000 6000 0112 3456 7890 189\""
        }
        "an object of \"bank\" and \"iban\"" => "un objet avec \"bank\" et \"iban\"",
        "a text of 1 to 500 bytes, of letters that can be seen" => {
            "un texte de 1 à 500 octets, en lettres visibles"
        }
        "1 to 64 of A-Z a-z 0-9 . _ -" => "1 à 64 caractères parmi A-Z a-z 0-9 . _ -",
        "1 to 100 slips, such as [\"BORD-0001\",\"BORD-0002\"]" => {
            "1 à 100 bordereaux, comme [\"BORD-0001\",\"BORD-0002\"]"
        }
        "1 to 64 texts, such as [\"A000001\"]" => "1 à 64 textes, comme [\"A000001\"]",
        other => other,
    }
}

/// What came instead, as the core shows a value of JSON.
pub fn french_value(got: &str) -> String {
    match got {
        "a private key" => return "une clé privée".to_owned(),
        "an array of 0" => return "un tableau vide".to_owned(),
        "an array of 1" => return "un tableau d'un élément".to_owned(),
        "an object of 0 fields" => return "un objet sans champ".to_owned(),
        "an object of 1 fields" => return "un objet d'un champ".to_owned(),
        _ => {}
    }
    if let Some(values) = got.strip_prefix("an array of ") {
        return format!("un tableau de {values} éléments");
    }
    if let Some(fields) = got.strip_prefix("an object of ").and_then(|rest| rest.strip_suffix(" fields")) {
        return format!("un objet de {fields} champs");
    }
    if let Some((text, letter)) = got.rsplit_once(" with U+")
        && let Some((letter, place)) = letter.split_once(" as letter ")
    {
        return format!("{} avec U+{letter} comme lettre {place}", french_value(text));
    }
    match got.strip_suffix(" bytes)") {
        Some(cut) if cut.contains("… (") => format!("{cut} octets)"),
        _ => got.to_owned(),
    }
}

/// Why a line is no JSON.
pub fn french_json_reason(reason: &str) -> String {
    if let Some(at) =
        reason.strip_prefix("byte ").and_then(|rest| rest.strip_suffix(" of the line is not UTF-8"))
    {
        return format!("l'octet {at} de la ligne n'est pas de l'UTF-8");
    }
    let known = match reason {
        "it ends within an array" => "la fin vient au milieu d'un tableau",
        "it ends within an object" => "la fin vient au milieu d'un objet",
        "it ends within a text" => "la fin vient au milieu d'un texte",
        "it ends where a value should stand" => "la fin vient à la place d'une valeur",
        "a colon is missing behind the name of a field" => "il manque deux-points après le nom d'un champ",
        "a comma or the end of the array is missing" => "il manque une virgule ou la fin du tableau",
        "a comma or the end of the object is missing" => "il manque une virgule ou la fin de l'objet",
        "a word stands there that is none of true, false and null" => {
            "il y a un mot qui n'est ni true, ni false, ni null"
        }
        "a value is missing" => "il manque une valeur",
        "a backslash stands before something else than JSON knows" => {
            "une barre oblique inverse précède ce que JSON ne connaît pas"
        }
        "a number is not written as JSON writes it" => "un nombre n'est pas écrit comme en JSON",
        "a number is too large" => "un nombre est trop grand",
        "a text holds a control character" => "un texte contient un caractère de contrôle",
        "the name of a field stands without quotation marks" => "le nom d'un champ est sans guillemets",
        "a comma stands before the end" => "une virgule précède la fin",
        "something stands behind the end" => "il y a quelque chose après la fin",
        "it is nested too deep" => "les niveaux sont trop nombreux",
        "an object has too many fields" => "un objet a trop de champs",
        "a letter that is written by its number is none" => "une lettre écrite par son numéro n'existe pas",
        _ => "la ligne ne se lit pas",
    };
    known.to_owned()
}
