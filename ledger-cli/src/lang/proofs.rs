//! Why a key, a note or a proof is not believed, in French.

use ledger_core::proof::ProofError as E;

/// The reason in French.
pub fn french_proof_error(error: &E) -> String {
    match error {
        E::KeyName { name } => {
            format!(
                "« {} » ne peut nommer une clé : 1 à 128 octets, ni blanc, ni plus, ni caractère invisible, ni nombre, \
                 ni aiga-coverage/…",
                name.escape_debug()
            )
        }
        E::Key => {
            "ce n'est pas une clé telle que `aiga key show` l'affiche, ou elle a été modifiée".to_owned()
        }
        E::Note => {
            "ce n'est pas une note signée : un texte, une ligne vide et des lignes de signature".to_owned()
        }
        E::NoteTooLong { bytes, bytes_max } => {
            format!("la note a {bytes} octets ; {bytes_max} au plus se lisent")
        }
        E::TooManySignatures { signatures, most } => {
            format!("la note a {signatures} signatures ; {most} au plus se lisent")
        }
        E::OtherKey { key, signed_by } => {
            format!("il n'est pas signé par la clé {key}, mais par {}", signed_by.join(", "))
        }
        E::Signature { key } => {
            format!("la signature de {key} n'est pas celle de ce texte : l'un ou l'autre a été modifié")
        }
        E::Checkpoint => {
            "la note n'est pas un point de contrôle : une origine, une taille, une racine et rien d'autre"
                .to_owned()
        }
        E::Coverage => "la note n'est pas une attestation de couverture".to_owned(),
        E::Origin { origin, name } => {
            format!("le point de contrôle est de {origin}, et la clé de {name}")
        }
        E::Form { reason, .. } => format!("ce n'est pas un fichier de preuve : {reason}"),
        E::NotAsWritten { .. } => "le fichier a été modifié : il n'est pas écrit comme il l'était".to_owned(),
        E::Record { reason } => format!("l'enregistrement du reçu n'est pas une écriture : {reason}"),
        E::ReadsOtherwise { sequence } => {
            format!("le reçu se lit autrement que son enregistrement, qui est l'écriture {sequence}")
        }
        E::NotIncluded { sequence, size } => format!(
            "l'écriture {sequence} telle qu'elle est dans le reçu n'est pas parmi les {size} du point de contrôle"
        ),
        E::Inconsistent { old, new } => format!(
            "les {new} écritures du nouveau point de contrôle ne commencent pas par les {old} de l'ancien"
        ),
        E::Reversed { old, new } => {
            format!("l'ancien point de contrôle compte {old} écritures, et le nouveau seulement {new}")
        }
        E::CutOff { size, found } => format!(
            "il y a {found} écritures, et le point de contrôle en a signé {size} : des écritures ont été retranchées"
        ),
        E::Rewritten { size, signed, found } => format!(
            "les {size} premières écritures ont la racine {found}, et le point de contrôle a signé {signed} : une \
             écriture a été modifiée, ôtée ou ajoutée"
        ),
        E::OtherEntry { sequence } => format!(
            "l'écriture {sequence} du journal n'est pas celle du reçu : elle a été modifiée, ou celles d'avant"
        ),
        E::OtherFigure { figure, signed, found } => {
            format!("{figure} : signé {signed}, et le journal a {found}")
        }
        error => error.to_string(),
    }
}
