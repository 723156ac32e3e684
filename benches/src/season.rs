//! Operations like those of a season, without end and always the same: bureaux, members, bills, then days of swaps, and
//! every evening the tills go to the bank. The ledger accepts all of them.
//!
//! Nothing here grows with the number of operations, so that a process that posts them has no memory but the ledger's.

use std::collections::VecDeque;
use std::fmt::Write as _;

use ledger_core::field::{Means, Paid};
use ledger_core::operation::{Deposit, Remit, Swap};
use ledger_core::{Act, Bills, BureauId, Date, Denomination, Euros, MemberId, Operation, Reference};

use crate::done;

const BUREAUX: usize = 8;
const MEMBERS: usize = 400;
/// So many that a hundred million swaps end before the last year of the calendar.
const SWAPS_A_DAY: u64 = 4_000;
const FACES: [u32; 6] = [1, 2, 5, 10, 20, 50];

/// An endless source of operations, the founding first.
pub struct Season {
    bureaux: Vec<BureauId>,
    members: Vec<MemberId>,
    faces: Vec<Denomination>,
    /// What comes before the next swap: the opening, then the slips of an evening.
    planned: VecDeque<Operation>,
    /// `SplitMix64`: small, and the same everywhere.
    dice: u64,
    today: Date,
    names: u64,
    /// Cents in each till.
    tills: [i64; BUREAUX],
    swaps_today: u64,
}

impl Season {
    #[expect(clippy::new_without_default, reason = "a season has a beginning, not a default")]
    pub fn new() -> Self {
        let bureau = |number| done(format!("bureau-{number}").parse(), "a bureau");
        let member = |number| done(format!("U-{number:04}").parse(), "a member");
        let mut season = Self {
            bureaux: (0..BUREAUX).map(bureau).collect(),
            members: (0..MEMBERS).map(member).collect(),
            faces: FACES.into_iter().filter_map(Denomination::new).collect(),
            planned: VecDeque::new(),
            dice: 2026,
            today: done("2026-01-02".parse(), "the first day"),
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

    /// The next operation.
    pub fn next_operation(&mut self) -> Operation {
        if self.planned.is_empty() && self.swaps_today == SWAPS_A_DAY {
            self.nightfall();
        }
        self.planned.pop_front().unwrap_or_else(|| self.swap())
    }

    fn opening(&mut self) {
        self.plan(
            "found",
            r#""currency":"Aïga","symbol":"Ä","code":"AIGA","denominations":[1,2,5,10,20,50],
               "association":"Cévennes en Transition","reconversion_fee":"0.02",
               "fund":{"bank":"La Nef","iban":"FR7621570000010001234567870"}"#,
        );
        for bureau in self.bureaux.clone() {
            self.plan(
                "open_bureau",
                &format!(
                    r#""bureau":"{bureau}","name":"Bureau {bureau}","local_group":"gardon",
                       "terms":{{"consignment":{{"till_ceiling":"1000000000.00","deposit_within_days":30}}}}"#
                ),
            );
        }
        for (number, member) in self.members.clone().into_iter().enumerate() {
            let kind = if number % 5 == 0 { "accepter" } else { "individual" };
            self.plan(
                "enrol_member",
                &format!(
                    r#""member":"{member}","kind":"{kind}","local_group":"gardon","valid_until":"2999-12-31""#
                ),
            );
        }
        let (mut printed, mut supplied) = (String::new(), String::new());
        for face in FACES {
            let comma = if face == 1 { "" } else { "," };
            // Enough for more than a hundred million swaps.
            let _ = write!(printed, r#"{comma}"{face}":100000000"#);
            let _ = write!(supplied, r#"{comma}"{face}":12000000"#);
        }
        self.plan("print_bills", &format!(r#""bills":{{{printed}}},"serials":["A000001"]"#));
        for bureau in self.bureaux.clone() {
            self.plan("supply", &format!(r#""bureau":"{bureau}","bills":{{{supplied}}}"#));
        }
    }

    /// Two to five bills for somebody, paid in cash or by cheque.
    fn swap(&mut self) -> Operation {
        self.swaps_today += 1;
        let place = self.roll(BUREAUX);
        let (face, other) = (self.roll(FACES.len()), self.roll(FACES.len()));
        let (count, others) = (1 + self.cast(3), 1 + self.cast(2));
        let bills: Bills = if face == other {
            [(self.faces[face], count)].into_iter().collect()
        } else {
            [(self.faces[face], count), (self.faces[other], others)].into_iter().collect()
        };
        let paid = Paid::By(if self.roll(4) == 0 { Means::Cheque } else { Means::Cash });
        let member = self.roll(MEMBERS);
        self.tills[place] += bills.value().cents();
        let swap = Swap {
            bureau: self.bureaux[place].clone(),
            bills: Some(bills),
            amount: None,
            paid,
            member: Some(self.members[member].clone()),
        };
        self.operation(swap.into())
    }

    /// The tills go to the bank, which credits them the next day.
    fn nightfall(&mut self) {
        self.swaps_today = 0;
        let mut deposits = Vec::new();
        for place in 0..BUREAUX {
            let amount = Euros::from_cents(std::mem::take(&mut self.tills[place]));
            if !amount.is_positive() {
                continue;
            }
            let slip: Reference = done(format!("BORD-{:08}", self.names).parse(), "a slip");
            deposits.push(Deposit {
                slip: Some(slip.clone()),
                slips: None,
                amount,
                short: None,
                over: None,
                charge: None,
            });
            let remit = self.operation(Remit { bureau: self.bureaux[place].clone(), amount, slip }.into());
            self.planned.push_back(remit);
        }
        self.today = Date::from_days_since_epoch(self.today.days_since_epoch() + 1).unwrap_or(self.today);
        for deposit in deposits {
            let deposit = self.operation(deposit.into());
            self.planned.push_back(deposit);
        }
    }

    fn operation(&mut self, act: Act) -> Operation {
        let reference = done(self.name(act.name()).parse(), "a reference");
        Operation { reference, on: self.today, note: None, operator: None, bank_line: None, act }
    }

    fn plan(&mut self, op: &str, fields: &str) {
        let (reference, on) = (self.name(op), self.today);
        let line = format!(r#"{{"op":"{op}","ref":"{reference}","on":"{on}",{fields}}}"#);
        self.planned.push_back(done(Operation::from_json(&line), &line));
    }

    fn name(&mut self, op: &str) -> String {
        self.names += 1;
        format!("{op}-{:08}", self.names)
    }

    /// A number below `end`.
    fn cast(&mut self, end: u32) -> i64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((z ^ (z >> 31)) % u64::from(end)).unwrap_or(0)
    }

    /// A place in a list of so many.
    fn roll(&mut self, places: usize) -> usize {
        usize::try_from(self.cast(u32::try_from(places).unwrap_or(1))).unwrap_or(0)
    }
}
