//! Guards against a day that changes what it should not: an amendment of tomorrow that acts today, one of today that acts
//! on a swap of last week.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::sync::Arc;

use ledger_core::audit::audit;
use ledger_core::storage::{ManualClock, Memory, Storage};
use ledger_core::{Ledger, LedgerError, Operation};
use serde_json::{Value, json};

struct Books {
    storage: Arc<Memory>,
    ledger: Ledger,
    posted: u32,
}

impl Books {
    /// `ales` on consignment with a ceiling of 200 €, an individual and an accepter, valid until June; bills at `ales`.
    fn begin() -> Self {
        let storage = Arc::new(Memory::new());
        let clock = ManualClock::new(1_798_761_600_000_000_000, 1_000);
        let ledger = Ledger::create(storage.clone(), Box::new(clock)).unwrap();
        let mut books = Self { storage, ledger, posted: 0 };
        let day = "2026-03-02";
        books.tell(
            day,
            json!({"op": "found", "currency": "Aïga", "symbol": "Ä", "code": "AIGA",
            "denominations": [1, 5, 10, 50], "association": "A", "reconversion_fee": "0.02",
            "fund": {"bank": "La Nef", "iban": "FR7621570000010001234567870"}}),
        );
        books.tell(
            day,
            json!({"op": "open_bureau", "bureau": "ales", "name": "Alès", "local_group": "g",
            "terms": {"consignment": {"till_ceiling": "200.00"}}}),
        );
        for (member, kind) in [("U-1", "individual"), ("A-1", "accepter")] {
            books.tell(
                day,
                json!({"op": "enrol_member", "member": member, "kind": kind, "local_group": "g",
                "valid_until": "2026-06-30"}),
            );
        }
        books.tell(day, json!({"op": "print_bills", "bills": {"1": 100, "5": 100, "10": 100, "50": 100}}));
        books.tell(day, json!({"op": "supply", "bureau": "ales", "bills": {"1": 20, "5": 20, "10": 40}}));
        books.tell(day, json!({"op": "issue", "bills": {"50": 1}}));
        books
    }

    fn post(&mut self, on: &str, mut operation: Value) -> Result<u64, &'static str> {
        self.posted += 1;
        operation["on"] = json!(on);
        if operation.get("ref").is_none() {
            operation["ref"] = json!(format!("e{}", self.posted));
        }
        match self.ledger.post(&Operation::from_json(&operation.to_string()).unwrap()) {
            Ok(receipt) => Ok(receipt.sequence.number()),
            Err(LedgerError::Rejected(rejection)) => Err(rejection.code()),
            Err(error) => panic!("{operation}: {error}"),
        }
    }

    fn tell(&mut self, on: &str, operation: Value) -> u64 {
        let told = operation.to_string();
        self.post(on, operation).unwrap_or_else(|code| panic!("{told}: {code}"))
    }

    /// The audit judges each entry by the days as they were known when it was recorded.
    fn audited(self) {
        let Self { storage, mut ledger, .. } = self;
        ledger.settle();
        drop(ledger);
        let storage: Arc<dyn Storage> = storage;
        let report = audit(&storage, |_| {}).unwrap();
        assert!(report.ok, "{:?}", report.failure);
    }
}

fn swap(member: &str) -> Value {
    json!({"op": "swap", "bureau": "ales", "bills": {"5": 1}, "paid": "cash", "member": member})
}

fn reconvert(member: &str) -> Value {
    json!({"op": "reconvert", "member": member, "bills": {"5": 1}, "invoice": "F"})
}

#[test]
fn an_amendment_of_a_member_acts_from_its_day() {
    let mut books = Books::begin();
    books.tell("2026-03-03", swap("U-1"));
    books.tell("2026-03-20", json!({"op": "amend_member", "member": "U-1", "kind": "accepter"}));
    assert_eq!(books.post("2026-03-19", reconvert("U-1")), Err("not_an_accepter"));
    books.tell("2026-03-20", reconvert("U-1"));

    // A shorter membership, recorded late: it ended on 10 March, and was valid before.
    books.tell("2026-03-11", json!({"op": "amend_member", "member": "A-1", "valid_until": "2026-03-10"}));
    books.tell("2026-03-10", swap("A-1"));
    assert_eq!(books.post("2026-03-11", swap("A-1")), Err("membership_expired"));
    // Renewed on the 15th: between the two the member was none.
    books.tell("2026-03-15", json!({"op": "renew_member", "member": "A-1", "valid_until": "2026-12-31"}));
    assert_eq!(books.post("2026-03-14", swap("A-1")), Err("membership_expired"));
    books.tell("2026-03-15", swap("A-1"));
    // One field amended late does not take back what was amended of another.
    books.tell("2026-03-12", json!({"op": "amend_member", "member": "A-1", "kind": "individual"}));
    assert_eq!(books.post("2026-03-16", reconvert("A-1")), Err("not_an_accepter"));
    books.audited();
}

#[test]
fn new_terms_of_a_bureau_act_from_their_day() {
    let mut books = Books::begin();
    let ceiling = |euros: &str| json!({"consignment": {"till_ceiling": euros}});
    books.tell("2026-03-10", json!({"op": "amend_bureau", "bureau": "ales", "terms": ceiling("300.00")}));
    let swap = |bills: u32| json!({"op": "swap", "bureau": "ales", "bills": {"10": bills}, "paid": "cash"});
    assert_eq!(books.post("2026-03-09", swap(21)), Err("till_ceiling_exceeded"));
    books.tell("2026-03-10", swap(21));
    // A name of tomorrow is not that of today.
    books.tell("2026-03-20", json!({"op": "amend_bureau", "bureau": "ales", "name": "Alès centre"}));
    let bureau = books.ledger.state().registers().bureau(&"ales".parse().unwrap()).unwrap().clone();
    assert_eq!(bureau.name.on("2026-03-19".parse().unwrap()).as_str(), "Alès");
    assert_eq!(bureau.name.on("2026-03-20".parse().unwrap()).as_str(), "Alès centre");

    // Another kind of terms from the 1st of April: until then nothing of the bureau can be recorded.
    books.tell(
        "2026-03-02",
        json!({"op": "open_bureau", "bureau": "mende", "name": "Mende", "local_group": "g"}),
    );
    books.tell("2026-04-01", json!({"op": "amend_bureau", "bureau": "mende", "terms": "prefunded"}));
    let supply = json!({"op": "supply", "bureau": "mende", "bills": {"5": 1}});
    assert_eq!(books.post("2026-03-31", supply.clone()), Err("dated_before"));
    books.tell("2026-04-01", supply);
    books.audited();
}

/// The days on which an account was short, and the entry that made it so, as the ledger tells them.
fn short(books: &Books) -> Vec<(String, String, String, String, u64)> {
    let told = |one: &ledger_core::state::Shortfall| {
        let through = one.through.map(|day| day.to_string()).unwrap_or_default();
        let (account, from) = (one.account.to_string(), one.from.to_string());
        (account, from, through, one.lacks.to_string(), one.entry.number())
    };
    books.ledger.state().shortfalls().iter().map(told).collect()
}

fn days(
    account: &str,
    from: &str,
    through: &str,
    lacks: &str,
    entry: u64,
) -> (String, String, String, String, u64) {
    (account.into(), from.into(), through.into(), lacks.into(), entry)
}

#[test]
fn a_day_on_which_a_stock_or_a_till_would_have_been_below_nothing_is_kept_with_the_entry() {
    let mut books = Books::begin();
    let swap = json!({"op": "swap", "bureau": "ales", "bills": {"50": 1}, "paid": "cash"});
    books.tell("2026-03-10", json!({"op": "supply", "bureau": "ales", "bills": {"50": 1}}));
    assert_eq!(short(&books), []);
    // Recorded late, and dated before the bills came.
    let late = books.tell("2026-03-05", swap);
    let stock = days("bills:bureau:ales", "2026-03-05", "2026-03-09", "50.00", late);
    assert_eq!(short(&books), vec![stock.clone()]);
    assert_eq!(books.ledger.state().shortfalls_by(ledger_core::Sequence::new(late)).len(), 1);

    // The euros of the 5th are handed in with a slip of the 4th.
    let remit =
        books.tell("2026-03-04", json!({"op": "remit", "bureau": "ales", "amount": "50", "slip": "S-1"}));
    let till = days("fund:till:ales", "2026-03-04", "2026-03-04", "50.00", remit);
    assert_eq!(short(&books), [till.clone(), stock.clone()]);
    // Bills that came on the 7th after all leave two days; what is undone leaves none.
    books.tell("2026-03-07", json!({"op": "supply", "bureau": "ales", "bills": {"50": 1}}));
    let stock = days("bills:bureau:ales", "2026-03-05", "2026-03-06", "50.00", late);
    assert_eq!(short(&books), [till.clone(), stock.clone()]);
    books.tell("2026-03-04", json!({"op": "reverse", "entry": remit, "reason": "pas encore"}));
    assert_eq!(short(&books), vec![stock.clone()]);

    // It is settled with the period, and seen by whoever reads the journal.
    books.tell("2026-04-02", json!({"op": "close_period", "through": "2026-03-08", "forced_reason": "f"}));
    books.tell("2026-04-03", json!({"op": "close_period", "through": "2026-03-09", "forced_reason": "f"}));
    assert_eq!(short(&books), [stock]);
    let storage: Arc<dyn Storage> = books.storage.clone();
    let expected = books.ledger.state().shortfalls();
    books.ledger.settle();
    assert_eq!(audit(&storage, |_| {}).unwrap().shortfalls, expected);
    let view = ledger_core::View::open(storage).unwrap();
    for (day, lacking) in [("2026-03-04", 0), ("2026-03-05", 1), ("2026-03-06", 1), ("2026-03-07", 0)] {
        let day = day.parse().unwrap();
        let state = view.state_on(day).unwrap().state;
        let flagged = state.shortfalls_in(Some(day));
        assert_eq!(flagged.len(), lacking, "{day}");
        assert!(flagged.iter().all(|one| one.entry.number() == late && one.through.is_none()));
    }
    books.audited();
}

/// Each account that may not be below nothing, each day, and each entry in turn, the plain way.
#[test]
fn the_days_kept_are_those_that_come_of_adding_up_every_day() {
    use std::collections::{BTreeMap, BTreeSet};

    use ledger_core::{Account, Bills, Date, Posting};
    let mut short_days = 0;
    for seed in 1..=6 {
        let mut books = Books { ledger: Books::begin().ledger, storage: Arc::new(Memory::new()), posted: 0 };
        let clock = ManualClock::new(1_798_761_600_000_000_000, 1_000);
        books.ledger = Ledger::create(books.storage.clone(), Box::new(clock)).unwrap();
        let mut moved: BTreeMap<(String, Date), (Bills, i64)> = BTreeMap::new();
        let mut by: BTreeMap<(String, Date), u64> = BTreeMap::new();
        let mut latest: Option<Date> = None;
        let floored = |account: &Account| {
            let name = account.to_string();
            let heads = [
                "bills:vault",
                "bills:bureau:",
                "circulation:",
                "fund:till:",
                "fund:receivable:",
                "fund:transit:",
                "fund:payable:",
            ];
            heads.iter().any(|head| name.starts_with(head))
        };
        for line in simulation::generate::operations(seed, 250) {
            let Ok(operation) = Operation::from_json(&line.to_string()) else { continue };
            // A day far away makes many days to add up, and shows nothing.
            if operation.on > "2027-01-01".parse().unwrap() || operation.act.name() == "close_period" {
                continue;
            }
            let Ok(receipt) = books.ledger.post(&operation) else { continue };
            if receipt.replayed {
                continue;
            }
            let entry = books.ledger.entry(receipt.sequence).unwrap().unwrap();
            latest = latest.max(Some(operation.on));
            let mut touched = BTreeSet::new();
            for posting in &entry.postings {
                for (account, cents) in posting.changes().into_iter().filter(|(account, _)| floored(account))
                {
                    let (bills, euros) = moved.entry((account.to_string(), operation.on)).or_default();
                    match posting {
                        Posting::Bills { bills: some, .. } if cents > 0 => bills.add_all(some),
                        Posting::Bills { bills: some, .. } => bills.take_all(some),
                        Posting::Euros { .. } => {
                            let normal = if account.normal_side() == ledger_core::account::Side::Debit {
                                1
                            } else {
                                -1
                            };
                            *euros += normal * cents;
                        }
                    }
                    touched.insert(account.to_string());
                }
            }
            for account in touched {
                let (mut bills, mut euros) = (Bills::none(), 0);
                let of_account: Vec<(Date, (Bills, i64))> = moved
                    .iter()
                    .filter(|((name, _), _)| *name == account)
                    .map(|((_, day), quantity)| (*day, quantity.clone()))
                    .collect();
                for (place, (day, (some, cents))) in of_account.iter().enumerate() {
                    bills.add_all(some);
                    euros += cents;
                    let end = of_account.get(place + 1).map(|(next, _)| *next);
                    let mut each = *day;
                    while Some(each) < end.or(latest.and_then(next)) {
                        let key = (account.clone(), each);
                        if euros < 0 || bills.iter().any(|(_, count)| count < 0) {
                            by.entry(key).or_insert(receipt.sequence.number());
                        } else {
                            by.remove(&key);
                        }
                        each = next(each).unwrap();
                    }
                }
            }
        }
        let mut told: BTreeMap<(String, Date), u64> = BTreeMap::new();
        for one in books.ledger.state().shortfalls() {
            let mut day = one.from;
            while Some(day) <= one.through {
                told.insert((one.account.to_string(), day), one.entry.number());
                day = next(day).unwrap();
            }
        }
        let named: BTreeSet<&(String, Date)> = by.keys().collect();
        assert_eq!(told.keys().collect::<BTreeSet<_>>(), named, "seed {seed}");
        short_days += told.len();
        books.audited();
    }
    assert!(short_days > 0, "late bookkeeping leaves some days short");
}

fn next(day: ledger_core::Date) -> Option<ledger_core::Date> {
    ledger_core::Date::from_days_since_epoch(day.days_since_epoch() + 1).ok()
}
