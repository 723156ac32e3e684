//! What to do about an error, by its code.

use super::Lang;

macro_rules! hints {
    ($($($code:literal)|+ => $english:literal, $french:literal;)*) => {
        /// What the user might do about the error of this code.
        pub fn hint(code: &str, lang: Lang) -> Option<&'static str> {
            match code {
                $($($code)|+ => Some(lang.of($english, $french)),)*
                _ => None,
            }
        }
    };
}

hints! {
    "no_ledger" | "no_journal" =>
        "`aiga init` founds a ledger; --ledger DIR or AIGA_LEDGER says where it is",
        "`aiga init` fonde un registre ; --ledger DOSSIER ou AIGA_LEDGER dit où il est";
    "backup_for_ledger" =>
        "`aiga restore FILE --ledger NEW` makes a ledger of a backup; look at that one: `aiga doctor --ledger NEW`",
        "`aiga restore FICHIER --ledger NOUVEAU` fait un registre d'une sauvegarde ; examinez celui-là : `aiga doctor --ledger NOUVEAU`";
    "export_for_ledger" =>
        "`aiga audit FILE` verifies an export; `aiga import-journal FILE --ledger NEW` makes a ledger of it",
        "`aiga audit FICHIER` vérifie un export ; `aiga import-journal FICHIER --ledger NOUVEAU` en fait un registre";
    "compressed" =>
        "gunzip it first: `gunzip FILE`, and name the file that comes out",
        "décompressez-le d'abord : `gunzip FICHIER`, puis indiquez le fichier obtenu";
    "not_a_free_folder" =>
        "choose an empty folder, or one that does not exist yet",
        "choisissez un dossier vide, ou qui n'existe pas encore";
    "not_a_backup" | "copy_differs" =>
        "take another copy of the backup; `aiga restore` takes what `aiga backup` made, or any ledger's folder",
        "prenez une autre copie de la sauvegarde ; `aiga restore` prend ce que `aiga backup` a fait, ou le dossier d'un registre";
    "already_founded" =>
        "to found another ledger, name another folder with --ledger DIR",
        "pour fonder un autre registre, indiquez un autre dossier avec --ledger DOSSIER";
    "clock_behind" | "clock_ahead" | "clock_unlikely" =>
        "set the machine's clock right, or say that it is: --clock-is-right; an instant that was recorded stays",
        "réglez l'horloge de la machine, ou dites qu'elle est juste : --clock-is-right ; un instant enregistré reste";
    "no_today" =>
        "set the machine's clock right, or name the day: --on, --as-of",
        "réglez l'horloge de la machine, ou indiquez le jour : --on, --as-of";
    "clock" =>
        "somebody wrote that instant by hand: restore a backup from before that entry (`aiga restore`) and post what came after it again",
        "quelqu'un a écrit cet instant à la main : restaurez une sauvegarde d'avant cette écriture (`aiga restore`) et enregistrez à nouveau la suite";
    "locked" =>
        "wait until the other program has finished, or let this one wait longer (--wait SECONDS); reading (status, journal, audit) needs no lock",
        "attendez que l'autre programme ait fini, ou laissez celui-ci attendre plus longtemps (--wait SECONDES) ; la lecture (status, journal, audit) reste possible";
    "lock_io" | "folder_io" =>
        "whoever records needs the right to write in the ledger's folder",
        "pour enregistrer, il faut le droit d'écrire dans le dossier du registre";
    "file" =>
        "see that the path is right, that you may read and write there, and that there is room",
        "vérifiez le chemin, votre droit d'y lire et d'y écrire, et la place sur le disque";
    "too_large" | "not_a_file" | "no_operations" =>
        "see that it is the file that you mean; docs/limits.md says how long each kind of file may be",
        "vérifiez que c'est bien ce fichier ; docs/limits.md dit combien chaque sorte de fichier peut contenir";
    "no_writer" | "no_reader" =>
        "start the program at the other end of the pipe, or name a file",
        "lancez le programme qui est à l'autre bout du tube, ou indiquez un fichier";
    "no_thread" | "out_of_memory" =>
        "give the program more memory, addresses and threads (`ulimit -a` shows what it has)",
        "donnez au programme plus de mémoire, d'adresses et de fils (`ulimit -a` montre ce qu'il a)";
    "segment_too_long" =>
        "change nothing in the folder; what stands behind the last entry is not of this program, a backup has the entries",
        "ne touchez à rien dans le dossier ; ce qui suit la dernière écriture ne vient pas de ce programme, une sauvegarde a les écritures";
    "block_limits" | "batch_too_large" =>
        "post fewer operations at once: nothing of these is recorded",
        "enregistrez moins d'opérations à la fois : rien de celles-ci n'est enregistré";
    "no_space" =>
        "make room on the disk and try again: nothing was lost",
        "libérez de la place sur le disque et recommencez : rien n'est perdu";
    "journal_io" | "journal_poisoned" | "io" =>
        "nothing acknowledged is lost; look after the disk, then run the command again with the same --ref",
        "rien de ce qui a été confirmé n'est perdu ; vérifiez le disque, puis relancez avec la même --ref";
    "lock_lost" | "journal_moved" =>
        "stop every program that writes to this ledger, then `aiga audit`; docs/recovery.md, How to lose a ledger, tells how it comes to this; give the command again with the same --ref",
        "arrêtez tout programme qui écrit dans ce registre, puis `aiga audit` ; docs/recovery.md (How to lose a ledger) dit comment cela arrive ; relancez avec la même --ref";
    "damaged" | "journal_damaged" | "journal_cut_off" | "missing_segment" | "missing_entries" | "invalid_record" =>
        "change nothing in the folder; `aiga audit` names the place, a backup has the entries",
        "ne touchez à rien dans le dossier ; `aiga audit` indique l'endroit, une sauvegarde a les écritures";
    "misplaced_segment" | "unknown_segment" =>
        "delete nothing; `aiga doctor` says which file is in the way and what to do with it",
        "ne supprimez rien ; `aiga doctor` dit quel fichier fait obstacle et quoi en faire";
    "newer_format" =>
        "use the newer program that wrote this ledger",
        "utilisez le programme plus récent qui a écrit ce registre";
    "empty_file" =>
        "a file of operations has one operation as JSON on each line",
        "un fichier d'opérations contient une opération en JSON par ligne";
    "malformed_json" =>
        "one whole operation on each line; a file that ends within a line was cut in the middle",
        "une opération entière par ligne ; un fichier qui finit au milieu d'une ligne a été coupé";
    "insufficient_stock" =>
        "`aiga bureau show BUREAU` lists the bills there; `aiga supply` brings more, `aiga count` corrects the books",
        "`aiga bureau show BUREAU` montre les billets ; `aiga supply` en apporte, `aiga count` corrige le registre";
    "insufficient_stock_of_the_vault" =>
        "`aiga account bills:vault` lists the bills there; `aiga return` brings them back from a bureau, `aiga print` records new ones, `aiga count` corrects the books",
        "`aiga account bills:vault` montre les billets ; `aiga return` en fait revenir d'un bureau, `aiga print` enregistre une impression, `aiga count` corrige le registre";
    "insufficient_circulation" =>
        "count the bills again; those that a holder has must have been swapped or issued",
        "recomptez les billets ; ceux d'un porteur viennent forcément d'un change ou d'une émission";
    "no_exact_bills" =>
        "`aiga bureau show BUREAU` lists the bills there; swap another amount, or bring others (`aiga supply`, `aiga exchange`)",
        "`aiga bureau show BUREAU` montre les billets ; demandez un autre montant, ou apportez-en d'autres (`aiga supply`, `aiga exchange`)";
    "till_ceiling_exceeded" =>
        "`aiga remit` what is in the till, take a card or a transfer, or have the terms amended (`aiga bureau amend --till-ceiling`)",
        "remettez la caisse (`aiga remit`), prenez une carte ou un virement, ou faites relever le plafond (`aiga bureau amend --till-ceiling`)";
    "membership_expired" =>
        "`aiga member renew MEMBER --until DATE`",
        "`aiga member renew ADHÉRENT --until DATE`";
    "membership_ends_before" | "renewal_shortens" =>
        "is the year right? `aiga member show MEMBER` tells the dates, `aiga member amend MEMBER --until DATE` shortens a membership",
        "l'année est-elle la bonne ? `aiga member show ADHÉRENT` montre les dates, `aiga member amend ADHÉRENT --until DATE` écourte une adhésion";
    "unknown_member" =>
        "`aiga member list` shows the members; `aiga member enrol` adds one",
        "`aiga member list` montre les adhérents ; `aiga member enrol` en ajoute un";
    "unknown_bureau" =>
        "`aiga bureau list` shows the bureaux",
        "`aiga bureau list` montre les bureaux";
    "bureau_not_empty" =>
        "bring its bills back (`aiga return`) and its euros to the bank (`aiga remit`, `aiga deposit`) first",
        "faites d'abord revenir les billets (`aiga return`) et les euros (`aiga remit`, `aiga deposit`)";
    "unknown_slip" | "already_deposited" | "slip_closed" =>
        "`aiga status` lists the slips on their way",
        "`aiga status` montre les bordereaux en route";
    "unknown_payable" | "payable_settled" =>
        "`aiga status` lists what the fund owes",
        "`aiga status` montre ce que doit le fonds";
    "amount_mismatch" =>
        "tell what the bank counted less (--short) or more (--over), or kept (--charge)",
        "indiquez ce que la banque a compté en moins (--short) ou en plus (--over), ou retenu (--charge)";
    "period_closed" =>
        "date the operation after the closed period and say in --note what it corrects",
        "datez l'opération après la période close et dites dans --note ce qu'elle corrige";
    "period_not_over" =>
        "close or attest it when its last day is over; a statement whose month has only begun is attested later",
        "clôturez-la ou attestez-la une fois son dernier jour passé ; un relevé d'un mois commencé s'atteste plus tard";
    "not_the_last_closing" =>
        "take back the later closing first: `aiga reverse ENTRY --reason TEXT`",
        "reprenez d'abord la clôture suivante : `aiga reverse ÉCRITURE --reason TEXTE`";
    "date_ahead" =>
        "is the year right? --yes records it all the same",
        "l'année est-elle la bonne ? --yes l'enregistre malgré tout";
    "balance_too_large" | "total_too_large" =>
        "is the amount right? docs/limits.md tells what a ledger holds",
        "le montant est-il le bon ? docs/limits.md dit ce qu'un registre contient";
    "reference_conflict" =>
        "choose another --ref; `aiga journal --ref REF` shows what has this one",
        "choisissez une autre --ref ; `aiga journal --ref RÉF` montre l'opération qui la porte";
    "reference_in_use" =>
        "choose another name: a --ref or --slip is used once, and the two share one list of names",
        "choisissez un autre nom : une --ref ou un --slip ne sert qu'une fois, et tous partagent une même liste";
    "output" =>
        "what was recorded stays recorded; `aiga journal --last 3` shows it",
        "ce qui a été enregistré le reste ; `aiga journal --last 3` le montre";
    "amount_too_large" =>
        "is the amount right? What is more goes in several operations; docs/limits.md tells how much one carries",
        "le montant est-il le bon ? Au-delà, enregistrez plusieurs opérations ; docs/limits.md dit ce qu'une seule porte";
    "bills_not_chosen" =>
        "name the bills instead of the amount: --bills 2000x50; or hand them out in several swaps",
        "indiquez les billets au lieu du montant : --bills 2000x50 ; ou remettez-les en plusieurs changes";
    "coverage_left" =>
        "its checkpoint is not there: look for it, or move this file aside and sign again",
        "son point de contrôle n'est plus là : cherchez-le, ou mettez ce fichier de côté et signez à nouveau";
    "not_positive" =>
        "amounts are written 50 or 50,00; `aiga reverse` undoes an entry",
        "les montants s'écrivent 50 ou 50,00 ; `aiga reverse` annule une écriture";
    "unequal_exchange" =>
        "an exchange gives bills of the same value as those handed in",
        "un échange rend des billets de même valeur que ceux remis";
    "wrong_terms" =>
        "a prefunded bureau has bought its bills and keeps its own till; `aiga bureau show BUREAU` tells the terms",
        "un bureau préfinancé a acheté ses billets et garde sa propre caisse ; `aiga bureau show BUREAU` montre les conditions";
    "bureau_exists" | "member_exists" =>
        "choose another id, or amend the one that is there",
        "choisissez un autre identifiant, ou modifiez celui qui existe";
    "unknown_entry" =>
        "`aiga journal` shows the entries; a ref of digits alone is written ref:123",
        "`aiga journal` montre les écritures ; une référence faite de chiffres s'écrit ref:123";
    "transit_exceeded" =>
        "the slip was deposited or has less; reverse its deposit first, if that is what is wrong",
        "le bordereau a été déposé ou contient moins ; annulez d'abord son dépôt, si c'est lui qui est faux";
    "slips_of_several_bureaux" =>
        "deposit the slips of each bureau by themselves",
        "déposez séparément les bordereaux de chaque bureau";
    "insufficient_till" | "receivable_exceeded" | "payable_exceeded" =>
        "`aiga status` and `aiga account` show what is there",
        "`aiga status` et `aiga account` montrent ce qu'il y a";
    "unfinished_end" =>
        "the next operation that is recorded sets this end aside and says where; nothing before it is touched",
        "la prochaine opération enregistrée met cette fin de côté et dit où ; rien de ce qui précède n'est touché";
    "not_an_accepter" =>
        "only accepters turn bills back into euros",
        "seuls les professionnels agréés reconvertissent leurs billets";
    "own_funds_insufficient" =>
        "`aiga top-up` brings the association's own money to the bank account",
        "`aiga top-up` apporte des fonds propres de l'association sur le compte";
    "bank_insufficient" =>
        "deposit what is on its way first; `aiga status` shows it",
        "déposez d'abord ce qui est en route ; `aiga status` le montre";
    "unknown_denomination" =>
        "bills are written COUNTxBILL: 2x20 is two bills of 20",
        "les billets s'écrivent NOMBRExBILLET : 2x20, c'est deux billets de 20";
    "not_a_statement" =>
        "download the statement as CSV, OFX, CAMT.053 or CFONB 120; unpack what is compressed first (gunzip, unzip); a PDF cannot be read",
        "téléchargez le relevé en CSV, OFX, CAMT.053 ou CFONB 120 ; décompressez d'abord une archive (gunzip, unzip) ; un PDF ne se lit pas";
    "encoding" =>
        "use the file as the bank gives it, not as a spreadsheet has saved it; a profile can say `encoding`",
        "prenez le fichier tel que la banque le donne, sans l'enregistrer depuis un tableur ; un profil peut dire `encoding`";
    "missing_header" | "duplicate_column" | "wrong_columns" | "profile_needed" =>
        "the CSV of another bank is read with --profile: nef, banque-populaire, bnp-paribas, boursobank, caisse-epargne, cic, credit-agricole, credit-cooperatif, credit-mutuel, la-banque-postale, qonto, societe-generale, or a TOML file",
        "le CSV d'une autre banque se lit avec --profile : nef, banque-populaire, bnp-paribas, boursobank, caisse-epargne, cic, credit-agricole, credit-cooperatif, credit-mutuel, la-banque-postale, qonto, societe-generale, ou un fichier TOML";
    "malformed" | "missing_field" | "bad_field" | "field_too_long" =>
        "look at that line; `aiga statement show FILE` reads the file again, --format and --profile say how",
        "regardez cette ligne ; `aiga statement show FICHIER` relit le fichier, --format et --profile disent comment";
    "wrong_currency" =>
        "the guarantee fund is in euros; take the statement of that account",
        "le fonds de garantie est en euros ; prenez le relevé de ce compte";
    "several_accounts" | "no_such_account" =>
        "--account takes one of them, an IBAN or a number",
        "--account en choisit un, par IBAN ou numéro";
    "balance_breaks" | "sum_differs" =>
        "a line is missing, doubled or changed: download the statement again and change nothing in it",
        "une ligne manque, est en double ou a changé : téléchargez à nouveau le relevé et n'y touchez pas";
    "parts_apart" =>
        "a statement is missing between two of the file: download the whole period",
        "il manque un relevé entre deux du fichier : téléchargez toute la période";
    "repeated" =>
        "each statement counts once: take the second one out of the file, or download the whole period in one file",
        "chaque relevé compte une fois : retirez le second du fichier, ou téléchargez toute la période en un seul fichier";
    "page_missing" =>
        "a page is not the whole statement: download all its pages in one file, or the statement in another format",
        "une page n'est pas tout le relevé : téléchargez toutes ses pages dans un même fichier, ou le relevé dans un autre format";
    "sum_too_large" =>
        "no account holds so much; is the decimal sign of the profile right?",
        "aucun compte ne contient autant ; le séparateur décimal du profil est-il le bon ?";
    "truncated" =>
        "the download broke off: download the statement again",
        "le téléchargement s'est interrompu : téléchargez à nouveau le relevé";
    "bad_profile" =>
        "docs/reconciliation.md explains every key of a profile, with an example",
        "docs/reconciliation.md explique chaque clé d'un profil, avec un exemple";
    "unknown_profile" =>
        "--profile takes nef, banque-populaire, bnp-paribas, boursobank, caisse-epargne, cic, credit-agricole, credit-cooperatif, credit-mutuel, la-banque-postale, qonto, societe-generale, or a TOML file",
        "--profile accepte nef, banque-populaire, bnp-paribas, boursobank, caisse-epargne, cic, credit-agricole, credit-cooperatif, credit-mutuel, la-banque-postale, qonto, societe-generale, ou un fichier TOML";
    "invalid_export" =>
        "export the journal again with `aiga export --format jsonl`, whole and without --from or --to, and change nothing in it",
        "réexportez le journal avec `aiga export --format jsonl`, en entier, sans --from ni --to, et n'y touchez pas";
    "export_received" =>
        "do not believe this file; ask whoever keeps the ledger for the export as it was made, and compare their lengths",
        "ne vous fiez pas à ce fichier ; demandez l'export d'origine à qui tient le registre, et comparez leurs longueurs";
    "no_entries" =>
        "is it the right year? `aiga journal` shows the entries with their days",
        "est-ce la bonne année ? `aiga journal` montre les écritures et leurs jours";
    "from_after_to" =>
        "both days are inclusive; name the earlier one with --from",
        "les deux jours sont inclus ; indiquez le premier avec --from";
    "nothing_to_sign" =>
        "record an operation first",
        "enregistrez d'abord une opération";
    "wrong_kind" =>
        "name the file that is asked for; `aiga help COMMAND` shows which that is",
        "indiquez le fichier demandé ; `aiga help COMMANDE` montre lequel";
    "bad_chart" =>
        "docs/exports.md shows the chart of accounts; a file needs only the keys that are other there",
        "docs/exports.md montre le plan de comptes ; un fichier ne contient que les clés à changer";
    "no_year" =>
        "--year, --siren, --chart, --numbering and --encoding go with --format fec; other forms take --from and --to",
        "--year, --siren, --chart, --numbering et --encoding vont avec --format fec ; les autres formes prennent --from et --to";
    "bad_rules" =>
        "such a file has lines like: interest = [\"coupon\"] and charges = [\"abonnement\"]",
        "un tel fichier a des lignes comme : interest = [\"coupon\"] et charges = [\"abonnement\"]";
    "other_account" =>
        "take the statement of the guarantee fund's account; where the file has several, --account takes one",
        "prenez le relevé du compte du fonds de garantie ; si le fichier en a plusieurs, --account en choisit un";
    "cut_before" | "cut_after" =>
        "`aiga statement show FILE` tells the days that the statement covers; --through takes one of them",
        "`aiga statement show FICHIER` montre les jours couverts par le relevé ; --through en prend un";
    "no_period" =>
        "say through which day it counts with --through",
        "dites jusqu'à quel jour il compte avec --through";
    "unasked" =>
        "run it on a terminal to be asked, or with --yes to record without a question",
        "lancez-le dans un terminal pour la question, ou avec --yes pour enregistrer sans question";
    "changed_meanwhile" =>
        "nothing was recorded; run the command again to see what is proposed now",
        "rien n'a été enregistré ; relancez la commande pour voir ce qui est proposé à présent";
    "not_attested" =>
        "`aiga reconcile STATEMENT --post` attests a statement that agrees; --force REASON closes all the same",
        "`aiga reconcile RELEVÉ --post` atteste un relevé qui concorde ; --force RAISON clôt malgré tout";
    "no_longer_agrees" =>
        "`aiga journal --from DATE` shows what was recorded since; reconcile once more, or --force REASON closes all the same",
        "`aiga journal --from DATE` montre ce qui a été enregistré depuis ; rapprochez de nouveau, ou --force RAISON clôt malgré tout";
    "cut_ahead" =>
        "is the year right?",
        "l'année est-elle la bonne ?";
    "in_the_future" =>
        "is the year right? --force REASON closes all the same",
        "l'année est-elle la bonne ? --force RAISON clôt malgré tout";
    "no_key" =>
        "put back the folder keys/ from its copy, if there was a key; `aiga key new` makes one; --key names one to verify with",
        "remettez le dossier keys/ depuis sa copie, s'il y avait une clé ; `aiga key new` en crée une ; --key en indique une pour vérifier";
    "key_exists" =>
        "`aiga key show` prints it; a key is never overwritten: what it signed is verified with it",
        "`aiga key show` l'affiche ; une clé n'est jamais écrasée : elle sert à vérifier ce qu'elle a signé";
    "key_readable" =>
        "if nobody else can have read it, `chmod 600` it; otherwise move it aside and make a new one",
        "si personne d'autre n'a pu la lire, faites `chmod 600` ; sinon mettez-la de côté et créez-en une autre";
    "keys_writable" =>
        "if nobody else can have put a key there, `chmod go-w` the folder; otherwise compare the key with the one that was published",
        "si personne d'autre n'a pu y mettre une clé, faites `chmod go-w` sur le dossier ; sinon comparez la clé avec celle qui est publiée";
    "key_of_another" =>
        "sign as the user to whom the key belongs; `chown` it only if nobody else can have put it there",
        "signez avec le compte à qui appartient la clé ; ne faites `chown` que si personne d'autre n'a pu l'y mettre";
    "other_history" =>
        "look for the copy of the ledger that was signed, and go on with that one; if it is lost, --because REASON signs this one, and the checkpoint tells so",
        "cherchez la copie du registre qui a été signée et continuez avec elle ; si elle est perdue, --because RAISON signe celle-ci, et le point de contrôle le dit";
    "bad_snapshot" =>
        "no entry is missing or wrong for it: `aiga doctor --repair` moves it to the folder damaged/",
        "aucune écriture n'en manque ni n'en est fausse : `aiga doctor --repair` le déplace dans le dossier damaged/";
    "unknown_history" =>
        "put keys/checkpoint.last back from where the key came; if it is lost, --because REASON signs without it, and the checkpoint tells so",
        "remettez keys/checkpoint.last depuis l'endroit d'où vient la clé ; s'il est perdu, --because RAISON signe sans lui, et le point de contrôle le dit";
    "key_mismatch" =>
        "compare both with the key that the association publishes, and move the file that is not its own aside; without checkpoint.pub, \
         `aiga key show` prints the public half of checkpoint.key",
        "comparez les deux avec la clé que publie l'association et mettez de côté le fichier qui n'est pas le sien ; sans checkpoint.pub, \
         `aiga key show` affiche la moitié publique de checkpoint.key";
    "file_exists" =>
        "choose another name; an export, a report or a page takes its place with --replace, a checkpoint, a receipt or a backup never",
        "choisissez un autre nom ; un export, un rapport ou une page prend sa place avec --replace, un point de contrôle, un reçu ou une sauvegarde jamais";
    "in_the_ledger" =>
        "name a place outside of the ledger's folder",
        "indiquez un endroit hors du dossier du registre";
    "bad_key" | "bad_key_name" =>
        "a public key is one line, name+id+base64, as `aiga key show` prints it",
        "une clé publique tient en une ligne, nom+id+base64, telle que `aiga key show` l'affiche";
    "other_key" | "other_origin" =>
        "compare the key with the one that the association publishes; --key names it",
        "comparez la clé avec celle que publie l'association ; --key l'indique";
    "bad_signature" | "not_as_written" | "reads_otherwise" | "not_included" | "no_entry" =>
        "do not believe the file; ask whoever gave it for the file as it was made",
        "ne vous fiez pas à ce fichier ; demandez l'original à qui vous l'a donné";
    "note_too_long" | "too_many_signatures" =>
        "take away signatures that nobody asks for: each is a line of its own below the text",
        "ôtez les signatures que personne ne demande : chacune est une ligne sous le texte";
    "not_a_note" | "not_a_checkpoint" | "not_a_coverage" | "not_a_proof" =>
        "a file that was cut, or opened and saved by another program, cannot be verified: take the file as it was made",
        "un fichier coupé, ou ouvert et enregistré par un autre programme, ne se vérifie pas : prenez l'original";
    "cut_off" =>
        "this copy is older than what was signed, or its end was cut off: look for a newer copy, and keep this one as it is",
        "cette copie est plus ancienne que ce qui a été signé, ou sa fin a été coupée : cherchez-en une plus récente et gardez celle-ci telle quelle";
    "inconsistent" | "rewritten" | "other_entry" | "other_figure" =>
        "keep both files and the ledger as they are: together they show that a history was replaced",
        "gardez les fichiers et le registre tels quels : ensemble, ils montrent qu'un historique a été remplacé";
    "reversed" =>
        "name the older checkpoint first",
        "indiquez d'abord le point de contrôle le plus ancien";
    "unknown_account" =>
        "bills:printed, bills:vault, bills:bureau:ID, circulation:bureau:ID, circulation:public, fund:deposit, \
         fund:till:ID, fund:transit:SLIP, fund:receivable:ID, fund:payable:REF, obligation, own:bank, own:operating, \
         own:fees, own:interest, own:gains, own:charges, own:losses",
        "bills:printed, bills:vault, bills:bureau:ID, circulation:bureau:ID, circulation:public, fund:deposit, \
         fund:till:ID, fund:transit:BORDEREAU, fund:receivable:ID, fund:payable:RÉF, obligation, own:bank, own:operating, \
         own:fees, own:interest, own:gains, own:charges, own:losses";
}

#[cfg(test)]
mod tests {
    use ledger_core::statement::StatementError;

    use super::*;

    #[test]
    fn whatever_a_proof_is_refused_for_has_a_hint() {
        let others = [
            "no_key",
            "key_exists",
            "key_readable",
            "keys_writable",
            "key_of_another",
            "other_history",
            "unknown_history",
            "key_mismatch",
            "file_exists",
        ];
        for code in others.iter().chain(ledger_core::proof::ProofError::CODES) {
            for lang in [Lang::En, Lang::Fr] {
                assert!(hint(code, lang).is_some(), "{code}");
            }
        }
    }

    #[test]
    fn whatever_a_statement_is_refused_for_has_a_hint() {
        let others =
            ["other_account", "cut_before", "cut_after", "no_period", "not_attested", "in_the_future"];
        for code in others.iter().chain(StatementError::CODES) {
            for lang in [Lang::En, Lang::Fr] {
                assert!(hint(code, lang).is_some(), "{code}");
            }
        }
    }
}
