//! What the reports for people, on a terminal and on paper, say in the same words.

use ledger_core::Euros;
use ledger_core::entry::Posting;
use ledger_core::reconcile::Ageing;

use super::report::Report;
use crate::lang::Lang;
use crate::output::Figures;
use crate::say;

/// The figures from the bank's balance down to what is left.
pub fn balances(report: &Report, figures: &Figures) -> Vec<(String, String)> {
    let lang = figures.lang;
    let told = |amount: Option<Euros>| {
        amount.map_or_else(|| lang.not_told().to_owned(), |amount| figures.euros(amount))
    };
    let mut rows = vec![
        (lang.at_the_bank().to_owned(), told(report.bank_balance)),
        (lang.in_the_ledger().to_owned(), figures.euros(report.ledger_balance)),
        (lang.difference().to_owned(), told(report.difference)),
    ];
    let proposed = match report.operations() {
        0 => return rows,
        1 => lang.of("1 operation proposed", "1 opération proposée").to_owned(),
        operations => {
            let operations = figures.count(operations as u64);
            say!(lang, "{operations} operations proposed", "{operations} opérations proposées")
        }
    };
    rows.push((proposed, figures.euros(report.proposed_amount())));
    rows.push((lang.left_to_explain().to_owned(), told(report.left_to_explain)));
    rows
}

/// How many lines the ledger has.
pub fn matched(report: &Report, figures: &Figures) -> String {
    let (matched, lines) =
        (figures.count(report.matched as u64), figures.count(report.statement.lines as u64));
    say!(
        figures.lang,
        "{matched} of the {lines} lines of the statement are in the ledger.",
        "{matched} des {lines} lignes du relevé sont au registre."
    )
}

/// Circulation and fund, where its euros are, what else is at the bank, and the coverage. Parts of a figure are set in.
pub fn three_way(report: &Report, figures: &Figures) -> Vec<(&'static str, String)> {
    let (lang, three, fund) = (figures.lang, &report.three_way, &report.fund);
    let coverage = three.coverage.as_deref().map_or_else(|| "–".to_owned(), |ratio| figures.percent(ratio));
    let mut rows = vec![
        (lang.in_circulation(), figures.aigas(three.circulation)),
        (lang.guarantee_fund(), figures.euros(three.fund)),
    ];
    let parts = [
        (lang.of("  at the bank, by the ledger", "  en banque, d'après le registre"), fund.deposit),
        (lang.of("  in tills", "  en caisse"), fund.tills),
        (lang.of("  on the way to the bank", "  en route vers la banque"), fund.transit),
        (lang.of("  missing, owed to the fund", "  manquant, dû au fonds"), fund.receivable),
        (lang.of("  less what the fund owes", "  moins ce que doit le fonds"), -fund.payable),
    ];
    rows.extend(
        parts.into_iter().filter(|(_, part)| !part.is_zero()).map(|(name, part)| (name, figures.euros(part))),
    );
    let own = lang.of("The association's own at the bank", "Fonds propres en banque");
    rows.push((own, figures.euros(report.own_bank)));
    rows.push((lang.coverage(), coverage));
    rows
}

/// A posting as a line.
pub fn posting(posting: &Posting, figures: &Figures) -> String {
    let amount = match posting {
        Posting::Bills { bills, .. } => figures.bills_worth(bills),
        Posting::Euros { amount, .. } => figures.euros(*amount),
    };
    format!("{} ← {}  {amount}", posting.debit(), posting.credit())
}

/// The columns of the ageing; those of figures begin with `>`.
pub const fn ageing_headings(lang: Lang) -> [&'static str; 8] {
    [
        lang.bureau(),
        lang.in_till(),
        lang.in_transit(),
        lang.credited_now(),
        lang.oldest_left(),
        lang.age(),
        lang.deadline(),
        "",
    ]
}

/// A row of the ageing.
pub fn ageing_cells(row: &Ageing, figures: &Figures) -> [String; 8] {
    let lang = figures.lang;
    let days = |days: i64| figures.days(days);
    let overdue = row.days_overdue.map(|over| format!("{} {}", lang.overdue(), days(i64::from(over))));
    [
        row.bureau.to_string(),
        figures.euros(row.till),
        figures.euros(row.transit),
        figures.euros(row.credited),
        row.oldest.map(|day| figures.date(day)).unwrap_or_default(),
        row.days.map(|age| days(i64::from(age))).unwrap_or_default(),
        row.within_days.map(|within| days(i64::from(within))).unwrap_or_default(),
        overdue.unwrap_or_default(),
    ]
}

/// Entries and root, to hold against the journal.
pub fn sealed(report: &Report, figures: &Figures) -> String {
    let entries = format!("{} {}", figures.count(report.entries), figures.lang.entries());
    match report.root {
        Some(root) => format!("{entries}, {} {root}", figures.lang.root().to_lowercase()),
        None => entries,
    }
}
