//! A receipt as half a page (A5) to print: no script, nothing from elsewhere, every text escaped.

use std::fmt::Write as _;

use ledger_core::entry::Posting;
use ledger_core::journal::Root;
use ledger_core::proof::{Checkpoint, SignedReceipt};
use ledger_core::{Act, Date, Entry, State, Text};
use maud::{Markup, html};
use qrcode::{Color, EcLevel, QrCode};

use crate::error::CliError;
use crate::lang::Lang;
use crate::output::{Figures, sheet, typeset};
use crate::say;
use crate::told::happened;

const STYLE: &str = include_str!("page.css");

/// White around the code, in its own units.
const QUIET: usize = 4;

/// The page. `first` is the entry that founded the ledger, `state` the one after the entry.
pub fn html(
    receipt: &SignedReceipt,
    first: Option<&Entry>,
    state: &State,
    figures: &Figures,
) -> Result<String, CliError> {
    let lang = figures.lang;
    let entry = receipt.entry();
    let number = figures.count(entry.sequence.number());
    let association = first.and_then(|first| match &first.operation.act {
        Act::Found(found) => Some(found.association.clone()),
        _ => None,
    });
    let title = say!(lang, "Receipt, entry {number}", "Reçu, écriture n° {number}");
    let body = html! {
        header {
            @if let Some(association) = &association { p.association { (association) } }
            h1 { (typeset(&title, lang)) }
        }
        main {
            p.sentence { (typeset(&sentence(entry, state, figures), lang)) }
            (facts(entry, figures))
            (postings(entry, figures))
        }
        (proof(receipt, figures)?)
    };
    Ok(sheet(lang, &title, association.as_ref().map(Text::as_str), STYLE, &body))
}

fn facts(entry: &Entry, figures: &Figures) -> Markup {
    let lang = figures.lang;
    let operation = &entry.operation;
    html! {
        dl {
            dt { "Date" } dd { (figures.date(operation.on)) }
            dt { (lang.of("Reference", "Référence")) } dd { (operation.reference) }
            dt { (lang.of("Recorded", "Enregistrée")) } dd { (minutes(&entry.recorded_at.to_string(), figures)) }
            @if let Some(note) = &operation.note { dt { (lang.of("Note", "Remarque")) } dd { (note) } }
        }
    }
}

/// What happened. At the till, a swap is told as what to do; here it is done.
fn sentence(entry: &Entry, state: &State, figures: &Figures) -> String {
    let told = happened(entry, state, figures);
    let (to_do, done) = match figures.lang {
        Lang::En => ("Hand out ", "Handed out: "),
        Lang::Fr => ("Remettre ", "Remis : "),
    };
    told.strip_prefix(to_do).map_or_else(|| told.clone(), |rest| format!("{done}{rest}"))
}

/// An instant without its seconds.
fn minutes(instant: &str, figures: &Figures) -> String {
    let (day, time) = instant.split_once('T').unwrap_or((instant, ""));
    let day = day.parse::<Date>().map_or_else(|_| day.to_owned(), |day| figures.date(day));
    format!("{day} {} UTC", time.get(..5).unwrap_or(time))
}

fn postings(entry: &Entry, figures: &Figures) -> Markup {
    let lang = figures.lang;
    html! {
        @if !entry.postings.is_empty() {
            table {
                thead {
                    tr {
                        th scope="col" { (lang.of("To", "Vers")) }
                        th scope="col" { (lang.of("From", "De")) }
                        th.n scope="col" { (lang.of("Amount", "Montant")) }
                    }
                }
                tbody {
                    @for posting in &entry.postings {
                        tr {
                            td { (posting.debit()) }
                            td { (posting.credit()) }
                            td.n { (amount(posting, figures)) }
                        }
                    }
                }
            }
        }
    }
}

fn amount(posting: &Posting, figures: &Figures) -> Markup {
    match posting {
        Posting::Bills { bills, .. } => html! {
            (figures.aigas(bills.value())) span.bills { (figures.bills(bills)) }
        },
        Posting::Euros { amount, .. } => html! { (figures.euros(*amount)) },
    }
}

fn proof(receipt: &SignedReceipt, figures: &Figures) -> Result<Markup, CliError> {
    let lang = figures.lang;
    let Checkpoint { origin, size, root, .. } = receipt.checkpoint();
    let (number, entries) = (figures.count(receipt.entry().sequence.number()), figures.count(*size));
    let what = say!(
        lang,
        "Entry {number} of the {entries} that the association has signed. Keep the file that came with this page: it proves that \
         the entry was recorded, and nobody can change it unseen.",
        "Écriture n° {number} sur les {entries} que l'association a signées. Gardez le fichier joint à cette page : il prouve que \
         l'écriture a été enregistrée, et nul ne peut la modifier sans que cela se voie."
    );
    let how = lang.of("To check the file:", "Pour vérifier le fichier :");
    Ok(html! {
        footer {
            div.code { (code(&brief(receipt))?) }
            div {
                p { (typeset(&what, lang)) }
                p { (typeset(how, lang)) " " code { "aiga receipt verify" } }
                dl.small {
                    dt { (lang.of("Key", "Clé")) } dd { code { (origin) "+" (receipt.key().id_hex()) } }
                    dt { (lang.of("Entry", "Écriture")) } dd { code { (Root(receipt.leaf())) } }
                    dt { (lang.of("Root", "Racine")) } dd { code { (root) } }
                }
            }
        }
    })
}

/// What the code says, in the letters that it holds most of: which entry, its leaf, size and root of the checkpoint, and
/// the id of the key.
pub fn brief(receipt: &SignedReceipt) -> String {
    let Checkpoint { size, root, .. } = receipt.checkpoint();
    let (number, leaf, id) = (receipt.entry().sequence, Root(receipt.leaf()), receipt.key().id_hex());
    format!("AIGA:1:{number}:{leaf}:{size}:{root}:{id}").to_uppercase()
}

/// A text as a QR code, drawn row by row.
fn code(text: &str) -> Result<Markup, CliError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|error| CliError::usage("qr_code", error))?;
    let side = code.width() + 2 * QUIET;
    let mut path = String::new();
    for (row, modules) in code.to_colors().chunks(code.width()).enumerate() {
        let mut column = 0;
        for run in modules.chunk_by(|left, right| left == right) {
            if run[0] == Color::Dark {
                let (x, y, width) = (column + QUIET, row + QUIET, run.len());
                // A text takes whatever is written to it.
                let _ = write!(path, "M{x} {y}h{width}v1h-{width}z");
            }
            column += run.len();
        }
    }
    let view = format!("0 0 {side} {side}");
    Ok(html! {
        svg viewBox=(view) role="img" aria-label=(text) shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    })
}
