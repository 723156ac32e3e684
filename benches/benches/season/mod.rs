//! Operations like those of a season, without end and always the same: bureaux, members, bills, then days of swaps, and
//! every tenth day the tills go to the bank. The ledger accepts all of them.

use std::collections::VecDeque;
use std::fmt::Write as _;

use ledger_core::{Date, Operation};

const BUREAUX: usize = 8;
const MEMBERS: u64 = 400;
const SWAPS_A_DAY: u64 = 40;
const DAYS_TO_A_REMITTANCE: u64 = 10;
const DENOMINATIONS: [u64; 6] = [1, 2, 5, 10, 20, 50];

/// An iterator of operations, the founding first.
pub struct Season {
    planned: VecDeque<Operation>,
    /// `SplitMix64`: small, and the same everywhere.
    dice: u64,
    day: u64,
    names: u64,
    /// Euros in each till.
    tills: [u64; BUREAUX],
    swaps_today: u64,
}

impl Season {
    pub fn new() -> Self {
        let mut season = Self {
            planned: VecDeque::new(),
            dice: 2026,
            day: 0,
            names: 0,
            tills: [0; BUREAUX],
            swaps_today: 0,
        };
        season.opening();
        season
    }

    /// The next operations, as many as are asked for.
    pub fn take(&mut self, count: usize) -> Vec<Operation> {
        std::iter::repeat_with(|| self.next_operation()).take(count).collect()
    }

    pub fn next_operation(&mut self) -> Operation {
        loop {
            if let Some(operation) = self.planned.pop_front() {
                return operation;
            }
            if self.swaps_today < SWAPS_A_DAY {
                self.swaps_today += 1;
                self.swap();
            } else {
                self.nightfall();
            }
        }
    }

    fn opening(&mut self) {
        self.plan(
            "found",
            r#""currency":"Aïga","symbol":"Ä","code":"AIGA","denominations":[1,2,5,10,20,50],
               "association":"Cévennes en Transition","reconversion_fee":"0.02",
               "fund":{"bank":"La Nef","iban":"FR7621570000010001234567870"}"#,
        );
        for bureau in 0..BUREAUX {
            self.plan(
                "open_bureau",
                &format!(
                    r#""bureau":"bureau-{bureau}","name":"Bureau {bureau}","local_group":"gardon",
                       "terms":{{"consignment":{{"till_ceiling":"1000000.00","deposit_within_days":30}}}}"#
                ),
            );
        }
        for member in 0..MEMBERS {
            let kind = if member % 5 == 0 { "accepter" } else { "individual" };
            self.plan(
                "enrol_member",
                &format!(
                    r#""member":"U-{member:04}","kind":"{kind}","local_group":"gardon","valid_until":"2999-12-31""#
                ),
            );
        }
        let (mut printed, mut supplied) = (String::new(), String::new());
        for face in DENOMINATIONS {
            let comma = if face == 1 { "" } else { "," };
            // Enough for a few million swaps.
            let _ = write!(printed, r#"{comma}"{face}":40000000"#);
            let _ = write!(supplied, r#"{comma}"{face}":4000000"#);
        }
        self.plan("print_bills", &format!(r#""bills":{{{printed}}},"serials":["A000001"]"#));
        for bureau in 0..BUREAUX {
            self.plan("supply", &format!(r#""bureau":"bureau-{bureau}","bills":{{{supplied}}}"#));
        }
    }

    fn swap(&mut self) {
        let bureau = place(self.roll(BUREAUX as u64));
        let (face, other) = (self.roll(6), self.roll(6));
        let (count, others) = (1 + self.roll(3), 1 + self.roll(2));
        let (first, second) = (DENOMINATIONS[place(face)], DENOMINATIONS[place(other)]);
        let (bills, value) = if first == second {
            (format!(r#"{{"{first}":{count}}}"#), first * count)
        } else {
            (format!(r#"{{"{first}":{count},"{second}":{others}}}"#), first * count + second * others)
        };
        let paid = if self.roll(4) == 0 { "cheque" } else { "cash" };
        let member = self.roll(MEMBERS);
        self.tills[bureau] += value;
        self.plan(
            "swap",
            &format!(
                r#""bureau":"bureau-{bureau}","bills":{bills},"paid":"{paid}","member":"U-{member:04}""#
            ),
        );
    }

    /// The day ends; every tenth one, the tills go to the bank, which credits them the next day.
    fn nightfall(&mut self) {
        self.swaps_today = 0;
        self.day += 1;
        if !self.day.is_multiple_of(DAYS_TO_A_REMITTANCE) {
            return;
        }
        let mut slips = Vec::new();
        for bureau in 0..BUREAUX {
            let till = std::mem::take(&mut self.tills[bureau]);
            if till > 0 {
                let slip = format!("BORD-{:07}", self.names);
                self.plan(
                    "remit",
                    &format!(r#""bureau":"bureau-{bureau}","amount":"{till}.00","slip":"{slip}""#),
                );
                slips.push((slip, till));
            }
        }
        self.day += 1;
        for (slip, amount) in slips {
            self.plan("deposit", &format!(r#""slip":"{slip}","amount":"{amount}.00""#));
        }
    }

    fn plan(&mut self, op: &str, fields: &str) {
        let reference = format!("{op}-{:08}", self.names);
        self.names += 1;
        let on = on(self.day);
        let line = format!(r#"{{"op":"{op}","ref":"{reference}","on":"{on}",{fields}}}"#);
        match Operation::from_json(&line) {
            Ok(operation) => self.planned.push_back(operation),
            Err(rejection) => panic!("{line}: {rejection}"),
        }
    }

    fn roll(&mut self, end: u64) -> u64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// A small number as a place in an array.
fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The day so long after 2 January 2026; the last one that the calendar of the ledger has when there is none.
fn on(day: u64) -> String {
    let days = 20_455 + i32::try_from(day).unwrap_or(0);
    Date::from_days_since_epoch(days).map_or_else(|_| "2999-12-31".to_owned(), |date| date.to_string())
}
