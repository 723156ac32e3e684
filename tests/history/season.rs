//! The season that the project keeps as data, played through the model: every figure agrees to the cent.

use serde_json::Value;
use simulation::model::{Model, Outcome};

/// Where the season lies; `SEASON` overrides it.
const SEASON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/season-2026");

fn season(file: &str) -> String {
    let folder = std::env::var("SEASON").unwrap_or_else(|_| SEASON.to_owned());
    std::fs::read_to_string(format!("{folder}/{file}")).expect("the season's file")
}

fn decimal(cents: i128) -> String {
    format!("{}{}.{:02}", if cents < 0 { "-" } else { "" }, cents.abs() / 100, cents.abs() % 100)
}

fn play() -> Model {
    let mut model = Model::new();
    for (index, line) in season("operations.jsonl").lines().enumerate() {
        let operation: Value = serde_json::from_str(line).expect("a line of JSON");
        let expected = Ok(Outcome::Recorded(index as u64 + 1));
        assert_eq!(model.post(&operation), expected, "line {}: {line}", index + 1);
    }
    model
}

#[test]
fn the_season_ends_with_the_figures_that_other_code_computed() {
    let model = play();
    let expected: Value = serde_json::from_str(&season("expected.json")).expect("JSON");
    let agree = |name: &str, expected: &Value, cents: i128| {
        assert_eq!(expected.as_str(), Some(decimal(cents).as_str()), "{name}");
    };
    assert_eq!(expected["entries"], model.entries.len());
    agree("circulation", &expected["circulation"], model.circulation());
    agree("deposit", &expected["fund"]["deposit"], model.balance("fund:deposit"));
    agree("tills", &expected["fund"]["tills"], model.total("fund:till:"));
    agree("transit", &expected["fund"]["transit"], model.total("fund:transit:"));
    agree("receivable", &expected["fund"]["receivable"], model.total("fund:receivable:"));
    agree("payable", &expected["fund"]["payable"], model.total("fund:payable:"));
    agree("fund", &expected["fund"]["total"], model.fund_total());
    agree("own bank", &expected["own_bank"], model.balance("own:bank"));
    agree("printed", &expected["printed"], model.balance("bills:printed"));
    agree("vault", &expected["vault"], model.balance("bills:vault"));
    let bank = model.balance("fund:deposit") + model.balance("own:bank");
    agree("bank", &expected["statement"]["ledger_balance"], bank);
    for (field, prefix) in [("stock", "bills:bureau:"), ("float", "circulation:bureau:")] {
        for (bureau, figure) in expected[field].as_object().expect("bureaux") {
            agree(bureau, figure, model.balance(&format!("{prefix}{bureau}")));
        }
        let listed = expected[field].as_object().expect("bureaux").len();
        assert_eq!(model.balances().keys().filter(|name| name.starts_with(prefix)).count(), listed);
    }
    let accepters = model.members.values().filter(|member| member.is_accepter_on("2026-08-31")).count();
    assert_eq!(expected["members"]["accepter"], accepters);
    assert_eq!(expected["bureaux"], model.bureaux.len());
}

#[test]
fn the_season_posted_a_second_time_is_recognised_and_changes_nothing() {
    let mut model = play();
    let before = model.balances();
    for (index, line) in season("operations.jsonl").lines().enumerate() {
        let operation: Value = serde_json::from_str(line).expect("a line of JSON");
        assert_eq!(model.post(&operation), Ok(Outcome::Replayed(index as u64 + 1)));
    }
    assert_eq!(model.balances(), before);
}
