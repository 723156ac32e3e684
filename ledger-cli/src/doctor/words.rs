//! What the doctor says, in both languages.

use std::path::Path;

use ledger_core::diagnosis::Misfit;
use ledger_core::diagnosis::{
    Diagnosis, Ending, Finding, IndexFound, LockFound, Remedy, Repair, SnapshotState, Witness,
};
use ledger_core::journal::{Position, segment_path};
use ledger_core::storage::OtherFile;

use super::surroundings::Surroundings;
use crate::error::Exit;
use crate::lang::{Lang, bad_snapshot_in, french_damage, french_file_kind, french_journal_error};
use crate::output::Figures;
use crate::say;

/// The sentence above all others.
pub fn verdict(exit: Exit, found: &Diagnosis, folder: &Path, lang: Lang) -> String {
    let folder = folder.display();
    match exit {
        Exit::Done => {
            say!(
                lang,
                "The ledger in {folder} is as it should be.",
                "Le registre dans {folder} est en ordre."
            )
        }
        Exit::Unverified => say!(
            lang,
            "The ledger in {folder} CANNOT BE USED AS IT STANDS",
            "Le registre dans {folder} EST INUTILISABLE EN L'ÉTAT"
        ),
        // The journal was: only what stands beside it was not.
        Exit::Storage if !matches!(found.journal.end, Ending::Refused) => say!(
            lang,
            "The journal in {folder} was read to its end; a file beside it could not be read",
            "Le journal dans {folder} a été lu jusqu'au bout ; un fichier à côté n'a pas pu être lu"
        ),
        Exit::Storage => {
            say!(
                lang,
                "The ledger in {folder} could not be read",
                "Le registre dans {folder} n'a pas pu être lu"
            )
        }
        _ if matches!(found.journal.end, Ending::Refused) => say!(
            lang,
            "The ledger in {folder} was not read to its end: a file is in the way",
            "Le registre dans {folder} n'a pas été lu jusqu'au bout : un fichier fait obstacle"
        ),
        // Whether the last group was confirmed is not known here.
        _ if matches!(found.journal.end, Ending::Unfinished { .. }) => say!(
            lang,
            "The ledger in {folder} holds all entries that are known to be durable; its end needs care",
            "Le registre dans {folder} a toutes les écritures que l'on sait enregistrées pour de bon ; sa fin demande votre attention"
        ),
        _ => say!(
            lang,
            "The ledger in {folder} holds all its entries; something needs care",
            "Le registre dans {folder} a toutes ses écritures ; un point demande votre attention"
        ),
    }
}

/// What was looked at, a label and a line for each.
pub fn facts(found: &Diagnosis, around: &Surroundings, lang: Lang) -> Vec<(&'static str, String)> {
    let durable =
        found.durable.iter().map(|witness| witnessed(*witness, lang)).collect::<Vec<_>>().join(", ");
    let durable =
        if durable.is_empty() { lang.of("by nothing yet", "par rien encore").to_owned() } else { durable };
    let set_aside = match found.set_aside.len() {
        0 => lang.of("nothing", "rien").to_owned(),
        files => say!(lang, "files in damaged/: {files}", "fichiers dans damaged/ : {files}"),
    };
    let key = lang.of(
        if around.has_key { "there is one" } else { "none" },
        if around.has_key { "il y en a une" } else { "aucune" },
    );
    vec![
        (lang.of("journal", "journal"), journal(found, lang)),
        (lang.of("end", "fin"), end(found, lang)),
        (lang.of("durable", "durable"), durable),
        (lang.of("snapshots", "instantanés"), snapshots(found, lang)),
        (lang.of("index", "index"), index(&found.index, lang)),
        (lang.of("tree", "arbre"), {
            let hashes = Figures::new(lang, "").count(found.tree_hashes);
            say!(lang, "{hashes} hashes kept", "{hashes} empreintes gardées")
        }),
        (lang.of("lock", "verrou"), lock(found.lock, lang)),
        (lang.of("key", "clé"), key.to_owned()),
        (lang.of("set aside", "de côté"), set_aside),
        (lang.of("disk", "disque"), disk(around, lang)),
    ]
}

fn journal(found: &Diagnosis, lang: Lang) -> String {
    let figures = Figures::new(lang, "");
    let (entries, blocks) = (figures.count(found.journal.entries), figures.count(found.journal.blocks));
    let (segments, format) = (figures.count(found.journal.segments.len() as u64), found.format);
    let size = bytes(found.journal.segments.iter().map(|segment| segment.bytes).sum(), lang);
    say!(
        lang,
        "entries: {entries}; blocks: {blocks}; segments: {segments} ({size}); format: {format}",
        "écritures : {entries} ; blocs : {blocks} ; segments : {segments} ({size}) ; format : {format}"
    )
}

fn end(found: &Diagnosis, lang: Lang) -> String {
    match &found.journal.end {
        Ending::Clean { ahead_bytes: 0, .. } => lang.of("clean", "nette").to_owned(),
        Ending::Clean { ahead_bytes, .. } => {
            let ahead = bytes(*ahead_bytes, lang);
            say!(
                lang,
                "clean; {ahead} laid out ahead for the next entries",
                "nette ; {ahead} préparés pour les prochaines écritures"
            )
        }
        Ending::BeingWritten => {
            lang.of("being written at this moment", "en cours d'écriture en ce moment").to_owned()
        }
        Ending::Unfinished { segment, offset, bytes: length } => {
            let length = bytes(*length, lang);
            say!(
                lang,
                "unfinished: {length} in {segment} at byte {offset}",
                "inachevée : {length} dans {segment} à l'octet {offset}"
            )
        }
        Ending::Refused => lang.of("not reached: see below", "non atteinte : voir plus bas").to_owned(),
    }
}

fn witnessed(witness: Witness, lang: Lang) -> String {
    let through = Figures::new(lang, "").count(witness.through);
    match witness.by {
        "blocks" => say!(
            lang,
            "through entry {through} by later entries",
            "jusqu'à l'écriture {through} d'après les suivantes"
        ),
        "snapshot" => {
            say!(lang, "through {through} by a snapshot", "jusqu'à {through} d'après un instantané")
        }
        "signature" => say!(
            lang,
            "through {through} by what the key signed last",
            "jusqu'à {through} d'après la dernière signature"
        ),
        _ => say!(lang, "through {through} by the index", "jusqu'à {through} d'après l'index"),
    }
}

fn snapshots(found: &Diagnosis, lang: Lang) -> String {
    let count = |state| found.snapshots.iter().filter(|snapshot| snapshot.state == state).count();
    let (useless, unread) = (count(SnapshotState::Useless), count(SnapshotState::Unread));
    match (found.snapshots.len(), unread) {
        (0, _) => lang.of("none", "aucun").to_owned(),
        (all, 0) => say!(lang, "{all}, of no use: {useless}", "{all}, dont inutilisables : {useless}"),
        (all, _) => say!(
            lang,
            "{all}, of no use: {useless}, not read: {unread}",
            "{all}, dont inutilisables : {useless}, non lus : {unread}"
        ),
    }
}

fn index(index: &IndexFound, lang: Lang) -> String {
    match index {
        IndexFound::Absent => lang
            .of(
                "none; the next writer makes one if it is worth it",
                "aucun ; le prochain enregistrement en fera un au besoin",
            )
            .to_owned(),
        IndexFound::Serves { reached } => {
            let reached = Figures::new(lang, "").count(*reached);
            say!(lang, "knows entries up to {reached}", "connaît les écritures jusqu'à {reached}")
        }
        IndexFound::Useless => lang.of("of no use", "inutilisable").to_owned(),
        IndexFound::Unknown { reason } => {
            say!(lang, "not looked into: {reason}", "non examiné : {reason}")
        }
    }
}

fn lock(lock: LockFound, lang: Lang) -> String {
    match lock {
        LockFound::Free | LockFound::Left { .. } => lang.of("free", "libre").to_owned(),
        LockFound::Held { pid: Some(pid) } => {
            say!(lang, "process {pid} is recording", "le processus {pid} enregistre")
        }
        LockFound::Held { pid: None } => {
            lang.of("somebody is recording", "un enregistrement est en cours").to_owned()
        }
    }
}

fn disk(around: &Surroundings, lang: Lang) -> String {
    let mode = around.mode_text();
    let free = around.free_bytes.map_or_else(|| "?".to_owned(), |free| bytes(free, lang));
    say!(lang, "{free} free; the folder's mode is {mode}", "{free} libres ; droits du dossier : {mode}")
}

/// A size as a person reads it.
fn bytes(bytes: u64, lang: Lang) -> String {
    let figures = Figures::new(lang, "");
    let (unit, shift) = match bytes {
        0..1024 => (lang.of("bytes", "octets"), 0),
        1024..0x10_0000 => (lang.of("KiB", "Kio"), 10),
        0x10_0000..0x4000_0000 => (lang.of("MiB", "Mio"), 20),
        _ => (lang.of("GiB", "Gio"), 30),
    };
    format!("{}\u{a0}{unit}", figures.count(bytes >> shift))
}

/// What is wrong.
pub fn message(finding: &Finding, lang: Lang) -> String {
    match (lang, finding) {
        (Lang::En, _) => finding.to_string(),
        (Lang::Fr, Finding::Journal(error)) => {
            french_journal_error(error).unwrap_or_else(|| error.to_string())
        }
        (Lang::Fr, Finding::UnfinishedEnd { position, sequence, bytes, reason }) => {
            let (last, place) = (sequence - 1, french_place(*position));
            format!(
                "la dernière écriture sur le disque n'a pas abouti : après l'écriture {last}, {place}, {bytes} octets ne \
                 forment aucune écriture ({})",
                french_damage(reason)
            )
        }
        (Lang::Fr, Finding::Snapshot(bad)) => bad_snapshot_in(lang, bad),
        (Lang::Fr, Finding::Index { path, .. }) => {
            format!("{path}, de l'index, ne se lit pas, ou ne contient pas ce que disent les écritures")
        }
        (Lang::Fr, Finding::Head { path, .. }) => {
            format!(
                "{path}, ce que la clé a signé en dernier, n'est pas signé par elle ou n'est pas de ce registre"
            )
        }
        (Lang::Fr, Finding::Misfit(Misfit { path, found, expected, .. })) => {
            let kind = |kind: &Option<OtherFile>| kind.map_or("un fichier ordinaire", french_file_kind);
            format!("{path} est {} ; attendu : {}", kind(found), kind(expected))
        }
        (Lang::Fr, Finding::Tree { path }) => {
            format!("{path} contient des empreintes qui ne sont pas celles du journal")
        }
        (Lang::Fr, Finding::Unfinished { path }) => format!("{path} a été commencé et n'est pas terminé"),
        (Lang::Fr, other) => other.to_string(),
    }
}

fn french_place(position: Position) -> String {
    format!("dans {} à l'octet {}", segment_path(position.segment), position.offset)
}

/// What that means for the treasurer.
pub fn meaning(finding: &Finding, lang: Lang) -> &'static str {
    match finding {
        Finding::UnfinishedEnd { .. } => lang.of(
            "A program or the power was cut while it recorded. Nothing shows that this last group was ever confirmed; only a \
             receipt, or a copy kept elsewhere, could tell. All entries before it are there.",
            "Un programme ou le courant a été coupé pendant un enregistrement. Rien ne montre que ce dernier groupe ait été \
             confirmé ; seul un reçu, ou une copie gardée ailleurs, pourrait le dire. Toutes les écritures précédentes sont là.",
        ),
        Finding::Misfit(misfit) if misfit.remedy() != Remedy::Repair => lang.of(
            "Somebody put it there. It is not read, and what belongs there may be missing.",
            "Quelqu'un l'a mis là. Il n'est pas lu, et ce qui devrait s'y trouver peut manquer.",
        ),
        Finding::Misfit(_) | Finding::Snapshot(_) | Finding::Index { .. } | Finding::Tree { .. } | Finding::Unfinished { .. } => {
            lang.of(
                "It only makes things quick: no entry is missing, and it is made again by itself.",
                "Il ne sert qu'à aller plus vite : aucune écriture ne manque, et il se refait tout seul.",
            )
        }
        Finding::Head { .. } => lang.of(
            "Entries are judged without it. `aiga checkpoint` asks before it signs, for the key may have signed another history.",
            "Les écritures sont jugées sans lui. `aiga checkpoint` demandera avant de signer : la clé a pu signer un autre historique.",
        ),
        Finding::Journal(_) => match finding.remedy() {
            Remedy::NewerProgram => lang.of(
                "A newer version of the program wrote it; nothing is known to be wrong.",
                "Une version plus récente du programme l'a écrit ; rien n'indique un défaut.",
            ),
            Remedy::Access => lang.of(
                "Nothing can be said of what was not read: the disk may fail, or you may not read this ledger.",
                "Rien ne peut être dit de ce qui n'a pas été lu : le disque peut être défaillant, ou vous n'avez pas le droit de lire.",
            ),
            Remedy::Person => lang.of(
                "Somebody put a file there, or gave one another name. What follows in the journal was not read.",
                "Quelqu'un a mis un fichier à cet endroit, ou en a renommé un. La suite du journal n'a pas été lue.",
            ),
            _ => lang.of(
                "Entries that were confirmed are damaged or gone here: a fault of the disk, or somebody changed files. They \
                 cannot be made again from what is left.",
                "Des écritures confirmées sont abîmées ou absentes ici : une panne du disque, ou des fichiers modifiés. Elles ne \
                 peuvent pas être reconstituées à partir du reste.",
            ),
        },
        _ => "",
    }
}

/// What to do about one of these findings.
pub fn advice(finding: &Finding, findings: &[Finding], lang: Lang) -> &'static str {
    let repair = finding.remedy() == Remedy::Repair;
    if repair && findings.iter().any(|other| other.remedy() != Remedy::Repair) {
        return lang.of(
            "put in order what stands above first: until then, `aiga doctor --repair` touches nothing",
            "réglez d'abord ce qui est indiqué plus haut : d'ici là, `aiga doctor --repair` ne touche à rien",
        );
    }
    match finding.remedy() {
        Remedy::Repair => match finding {
            Finding::UnfinishedEnd { .. } => lang.of(
                "`aiga doctor --repair` sets it aside in the folder damaged/; so does the next operation that is recorded",
                "`aiga doctor --repair` la met de côté dans le dossier damaged/ ; la prochaine opération enregistrée le fera aussi",
            ),
            Finding::Index { .. } => lang.of(
                "`aiga doctor --repair` removes it; the next operation that is recorded makes another",
                "`aiga doctor --repair` le supprime ; la prochaine opération enregistrée en refait un",
            ),
            _ => lang.of(
                "`aiga doctor --repair` moves it to the folder damaged/; until then it is passed over",
                "`aiga doctor --repair` le déplace dans le dossier damaged/ ; d'ici là, il est ignoré",
            ),
        },
        Remedy::Person if matches!(finding, Finding::Head { .. }) => lang.of(
            "put back the copy of keys/ that belongs to this ledger; if there is none, move this file elsewhere and keep it: the next \
             `aiga checkpoint --because REASON` tells why",
            "remettez la copie de keys/ qui va avec ce registre ; s'il n'y en a pas, déplacez ce fichier ailleurs et gardez-le : le \
             prochain `aiga checkpoint --because RAISON` dira pourquoi",
        ),
        Remedy::Person if matches!(finding, Finding::Misfit(_)) => lang.of(
            "move it elsewhere, put back what belongs there, and run `aiga doctor` again",
            "déplacez-le ailleurs, remettez ce qui devrait s'y trouver, et relancez `aiga doctor`",
        ),
        Remedy::Person => lang.of(
            "move that file out of the folder journal/, keep it, and run `aiga doctor` again",
            "déplacez ce fichier hors du dossier journal/, gardez-le, et relancez `aiga doctor`",
        ),
        Remedy::NewerProgram => lang.of(
            "use the newer program that wrote this ledger",
            "utilisez le programme plus récent qui a écrit ce registre",
        ),
        Remedy::Access => lang.of(
            "run this as whoever keeps the ledger; if that fails too, copy the folder to another disk and look there",
            "relancez en tant que responsable du registre ; si cela échoue aussi, copiez le dossier sur un autre disque et examinez-le là",
        ),
        Remedy::Backup => lang.of(
            "change nothing here and keep the folder; `aiga restore BACKUP --ledger NEW` and `aiga audit` there, then record what came since",
            "ne touchez à rien ici et gardez le dossier ; `aiga restore SAUVEGARDE --ledger NOUVEAU`, puis `aiga audit`, puis ressaisissez la suite",
        ),
    }
}

/// Behind the reason why a repair could not go on: where the bytes are that it was just cutting, and what it did before.
pub fn half_done(done: &[Repair], kept: Option<&str>, lang: Lang) -> String {
    let mut said = String::new();
    if let Some(kept) = kept {
        said.push_str(&say!(
            lang,
            "; a copy of what was being set aside is in {kept}",
            " ; une copie de ce qui était mis de côté est dans {kept}"
        ));
    }
    if !done.is_empty() {
        let done = done.iter().map(|repair| repaired(repair, lang)).collect::<Vec<_>>().join(" ");
        said.push_str(&say!(lang, "; done before that: {done}", " ; fait avant cela : {done}"));
    }
    said
}

/// What a repair did.
pub fn repaired(repair: &Repair, lang: Lang) -> String {
    match repair {
        Repair::EndLeftOut(recovery) => {
            let (last, saved_to) = (recovery.last_sequence, &recovery.saved_to);
            say!(
                lang,
                "Left out the unfinished end after entry {last}; its bytes are kept in {saved_to}.",
                "Fin inachevée laissée de côté après l'écriture {last} ; ses octets sont gardés dans {saved_to}."
            )
        }
        Repair::SetAside { path, saved_to } => {
            say!(lang, "Moved {path} to {saved_to}.", "{path} déplacé vers {saved_to}.")
        }
        Repair::IndexRemoved { path } => say!(
            lang,
            "Removed {path}; the next operation makes another.",
            "{path} supprimé ; la prochaine opération en refait un."
        ),
        _ => String::new(),
    }
}
