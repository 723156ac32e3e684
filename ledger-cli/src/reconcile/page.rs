//! The report as a page of its own, to read and to print on A4: no script, nothing from elsewhere, every text escaped.

use ledger_core::Text;
use ledger_core::reconcile::Side;
use maud::{Markup, html};

use super::report::{Answer, Open, Proposed, Rehearsed, Report};
use super::{cells, words};
use crate::lang::{Lang, rejection_in};
use crate::output::{Figures, sheet, typeset};
use crate::say;
use crate::shortfall;
use crate::statement::days_shown;
use crate::status::taken_back_in;

const STYLE: &str = include_str!("page.css");

/// The page.
pub fn html(report: &Report, lang: Lang) -> String {
    let figures = &report.figures(lang);
    let title = lang.of("Reconciliation of the guarantee fund", "Rapprochement du fonds de garantie");
    let body = html! {
        (title_block(report, title, figures))
        main {
            (answer(report, figures))
            div.figures { (balances(report, figures)) (three_way(report, figures)) }
            p.note { (typeset(&cells::matched(report, figures), lang)) }
            (unexplained(report, Side::Bank, figures))
            (unexplained(report, Side::Ledger, figures))
            (proposed(report, figures))
            (ageing(report, figures))
        }
        (foot(report, figures))
    };
    sheet(lang, title, report.association.as_ref().map(Text::as_str), STYLE, &body)
}

fn title_block(report: &Report, title: &str, figures: &Figures) -> Markup {
    let lang = figures.lang;
    let bank = report.bank.as_ref().map(|bank| format!("{bank}, ")).unwrap_or_default();
    let account = report.iban.as_ref().map(|iban| grouped(iban.as_str()));
    html! {
        header {
            @if let Some(association) = &report.association { p.association { (association) } }
            h1 { (title) }
            dl {
                @if let Some(account) = account {
                    dt { (lang.of("Account", "Compte")) } dd { (bank) (account) }
                }
                @if let Some(days) = report.days() {
                    dt { (lang.of("Period", "Période")) } dd { (days_shown(days, figures)) }
                }
                dt { (lang.of("Figures as of", "Chiffres arrêtés au")) } dd { (figures.date(report.cut)) }
            }
        }
    }
}

/// An IBAN in groups of four, as it is printed.
fn grouped(iban: &str) -> String {
    let letters: Vec<char> = iban.chars().filter(|letter| !letter.is_whitespace()).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("\u{a0}")
}

fn answer(report: &Report, figures: &Figures) -> Markup {
    let class = match report.answer() {
        Answer::Agree | Answer::AgreeOnceRecorded(_) => "answer agree",
        Answer::Left(_) | Answer::SomeLeft | Answer::Refused(_) => "answer left",
        Answer::NoBalance(_) => "answer",
    };
    let lang = figures.lang;
    html! {
        div class=(class) {
            p.sentence { (typeset(&words::answer(report, figures), lang)) }
            @if let Some(more) = words::more_on(report, figures) { p { (typeset(&more, lang)) } }
            @if let Some(day) = report.posted.and_then(|posted| posted.attested) {
                p {
                    (typeset(lang.of("The statement is attested through ", "Le relevé est attesté jusqu'au "), lang))
                    (figures.date(day)) "."
                }
            }
        }
    }
}

fn balances(report: &Report, figures: &Figures) -> Markup {
    let rows = cells::balances(report, figures);
    let last = rows.len().saturating_sub(1);
    html! {
        table {
            caption { (figures.lang.of("Bank and ledger", "Banque et registre")) }
            tbody {
                @for (place, (name, amount)) in rows.iter().enumerate() {
                    tr.total[place == last] { th scope="row" { (name) } td.n { (amount) } }
                }
            }
        }
    }
}

fn three_way(report: &Report, figures: &Figures) -> Markup {
    let lang = figures.lang;
    let backed = report.three_way.circulation.at_par() == report.three_way.fund;
    html! {
        div {
            table {
                caption { (lang.three_way()) }
                tbody {
                    @for (name, amount) in cells::three_way(report, figures) {
                        tr.part[name.starts_with(' ')] { th scope="row" { (name) } td.n { (amount) } }
                    }
                }
            }
            p.note { (if backed { lang.equal() } else { lang.differ() }) }
            @if !report.shortfalls.is_empty() {
                p.note { strong { (typeset(shortfall::cannot_be(lang), lang)) } }
                @for one in &report.shortfalls { p.note { (typeset(&shortfall::told(one, figures), lang)) } }
            }
        }
    }
}

fn unexplained(report: &Report, side: Side, figures: &Figures) -> Markup {
    let lang = figures.lang;
    let open: Vec<&Open> = report.open_on(side).collect();
    let (caption, label) = match side {
        Side::Bank => (lang.unexplained_at_the_bank(), lang.of("Words of the bank", "Libellé de la banque")),
        Side::Ledger => (lang.unexplained_in_the_ledger(), lang.of("Entry", "Écriture")),
    };
    html! {
        @if !open.is_empty() {
            table {
                caption { (caption) }
                thead {
                    tr {
                        th.date scope="col" { "Date" }
                        th scope="col" { (label) }
                        th.n scope="col" { (lang.of("Amount", "Montant")) }
                    }
                }
                tbody { @for open in open { (open_row(open, figures)) } }
            }
        }
    }
}

fn open_row(open: &Open, figures: &Figures) -> Markup {
    html! {
        tr {
            td.date { (figures.date(open.date)) }
            td.label {
                (words::label(open, figures.lang))
                span.why { (typeset(&words::reason(&open.reason, figures), figures.lang)) }
                @if let Some(command) = &open.command { span.posting { code { (command) } } }
            }
            td.n { (figures.euros(open.amount)) }
        }
    }
}

fn proposed(report: &Report, figures: &Figures) -> Markup {
    let lang = figures.lang;
    html! {
        @if !report.proposed.is_empty() {
            table {
                caption {
                    (lang.of("Proposed: on the statement, not yet in the ledger", "Proposé\u{a0}: sur le relevé, pas encore au registre"))
                }
                thead {
                    tr {
                        th.date scope="col" { "Date" }
                        th scope="col" { (lang.of("Words of the bank", "Libellé de la banque")) }
                        th scope="col" { (lang.of("What would be recorded", "Ce qui serait enregistré")) }
                        th.n scope="col" { (lang.of("Amount", "Montant")) }
                    }
                }
                tbody {
                    @for line in &report.proposed { (proposed_row(line, figures)) }
                    tr.total {
                        th scope="row" colspan="3" { "Total" }
                        td.n { (figures.euros(report.proposed_amount())) }
                    }
                }
            }
        }
    }
}

fn proposed_row(line: &Proposed, figures: &Figures) -> Markup {
    html! {
        tr {
            td.date { (figures.date(line.line.date)) }
            td.label { (line.line.label) }
            td {
                (typeset(&words::proposed(line, figures.lang), figures.lang))
                @for operation in &line.operations { (operation_cell(operation, figures)) }
            }
            td.n { (figures.euros(line.line.amount)) }
        }
    }
}

fn operation_cell(operation: &Rehearsed, figures: &Figures) -> Markup {
    let refused = operation.refused.as_ref().map(|refused| rejection_in(figures.lang, refused));
    html! {
        @for posting in &operation.postings { span.posting { (cells::posting(posting, figures)) } }
        @if let Some(refused) = refused { span.why { (refused) } }
    }
}

fn ageing(report: &Report, figures: &Figures) -> Markup {
    let lang = figures.lang;
    let headings = cells::ageing_headings(lang);
    let class = |column: usize| headings[column].starts_with('>').then_some("n");
    html! {
        @if !report.ageing.is_empty() {
            table {
                caption { (lang.underway()) }
                thead {
                    tr {
                        @for (column, heading) in headings.iter().enumerate() {
                            th scope="col" class=[class(column)] { (heading.trim_start_matches('>')) }
                        }
                    }
                }
                tbody {
                    @for row in &report.ageing {
                        tr.late[row.days_overdue.is_some()] {
                            @for (column, cell) in cells::ageing_cells(row, figures).iter().enumerate() {
                                @if column == 0 { th scope="row" { (cell) } }
                                @else { td class=[class(column)] { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn foot(report: &Report, figures: &Figures) -> Markup {
    let lang = figures.lang;
    let entries = figures.count(report.entries);
    let held = say!(
        lang,
        "Ledger of {entries} entries. Whoever keeps this page can hold it against the journal with “aiga audit”.",
        "Registre de {entries} écritures. Qui garde cette page peut la confronter au journal avec « aiga audit »."
    );
    html! {
        footer {
            @for taken in &report.taken_back {
                p { (typeset(&taken_back_in(taken, figures), lang)) }
            }
            p { (typeset(&held, lang)) }
            @if let Some(root) = report.root {
                p { (typeset(lang.of("Merkle root:", "Racine de Merkle :"), lang)) " " code { (root) } }
            }
            p { (typeset(lang.of("Statement, SHA-256:", "Relevé, SHA-256 :"), lang)) " " code { (report.sha256.as_str()) } }
        }
    }
}
