//! A peer: the same double entry in a `SQLite` database with a write-ahead log, durable at each commit. Every statement is
//! prepared once, keys are integers, and no balance goes below zero.
//!
//! It does less than the ledger: it knows the operations of a season alone, keeps no ages and no ceilings of tills, no
//! history of what was chosen, no tree over its entries, and refuses a reference used twice instead of answering again.

use std::collections::HashMap;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use ledger_core::field::{MemberKind, Paid};
use ledger_core::operation::{Deposit, Remit, Swap};
use ledger_core::{Act, Bills, BureauId, Date, MemberId, Operation, Reference};
use rusqlite::{CachedStatement, Connection, TransactionBehavior, params};

/// A balance is counted on the account's normal side, in bills or in cents; `cents` is what one of them is worth.
/// `side` says which of the two sums that must agree the account is part of: `circulation` or `fund`.
const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -65536;
    PRAGMA temp_store = MEMORY;
    CREATE TABLE accounts (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        side TEXT,
        cents INTEGER NOT NULL,
        balance INTEGER NOT NULL DEFAULT 0 CHECK (balance >= 0)
    );
    CREATE TABLE members (
        id INTEGER PRIMARY KEY,
        number TEXT NOT NULL UNIQUE,
        accepter INTEGER NOT NULL,
        valid_until INTEGER NOT NULL
    );
    CREATE TABLE slips (
        reference TEXT PRIMARY KEY,
        cents INTEGER NOT NULL,
        remitted INTEGER NOT NULL,
        deposited INTEGER
    ) WITHOUT ROWID;
    CREATE TABLE entries (
        sequence INTEGER PRIMARY KEY,
        reference TEXT NOT NULL UNIQUE,
        recorded_at INTEGER NOT NULL,
        day INTEGER NOT NULL,
        op INTEGER NOT NULL,
        member INTEGER,
        paid INTEGER
    );
    CREATE TABLE postings (
        entry INTEGER NOT NULL,
        line INTEGER NOT NULL,
        debit INTEGER NOT NULL,
        credit INTEGER NOT NULL,
        quantity INTEGER NOT NULL CHECK (quantity > 0),
        PRIMARY KEY (entry, line)
    ) WITHOUT ROWID;";

const ENTER: &str = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)";
const POST: &str = "INSERT INTO postings VALUES (?, ?, ?, ?, ?)";
const MOVE: &str = "UPDATE accounts SET balance = balance + ?2 WHERE id = ?1";
const OPEN: &str = "INSERT INTO accounts (id, name, side, cents) VALUES (?, ?, ?, ?)";
const ENROL: &str = "INSERT INTO members VALUES (?, ?, ?, ?)";
const REMIT: &str = "INSERT INTO slips VALUES (?, ?, ?, NULL)";
const DEPOSIT: &str =
    "UPDATE slips SET deposited = ?3 WHERE reference = ?1 AND cents = ?2 AND deposited IS NULL";
const SIDES: &str = "SELECT sum(balance * cents) FILTER (WHERE side = 'circulation'),
                            sum(balance * cents) FILTER (WHERE side = 'fund') FROM accounts";

/// Numbers of accounts; those of bills are the first of as many as there are denominations.
const PRINTED: i64 = 1_000;
const VAULT: i64 = 2_000;
const PUBLIC: i64 = 3_000;
const DEPOSITED: i64 = 4_000;
const TRANSIT: i64 = 4_001;
const OBLIGATION: i64 = 5_000;
/// Stock and till of the first bureau; those of the next stand so far behind them.
const STOCK: i64 = 10_000;
const TILL: i64 = 10_999;
const NEXT_BUREAU: i64 = 1_000;

pub type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// A database, and what its program keeps in memory: names, never balances.
pub struct Sqlite {
    connection: Connection,
    names: Names,
    last_entry: i64,
}

#[derive(Default)]
struct Names {
    /// The place of each denomination, by its face value.
    faces: HashMap<u32, i64>,
    bureaux: HashMap<BureauId, i64>,
    members: HashMap<MemberId, (i64, Date)>,
}

/// An open transaction: its statements, and the entry being written.
struct Posting<'a> {
    names: &'a mut Names,
    connection: &'a Connection,
    enter: CachedStatement<'a>,
    post: CachedStatement<'a>,
    shift: CachedStatement<'a>,
    entry: i64,
    line: i64,
}

impl Sqlite {
    /// Makes a database where there is none.
    pub fn create(file: &Path) -> Result<Self> {
        let connection = Connection::open(file)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection, names: Names::default(), last_entry: 0 })
    }

    /// Records all operations in one transaction, or none. On return they are durable.
    pub fn post_batch(&mut self, operations: &[Operation]) -> Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut posting = Posting {
            names: &mut self.names,
            connection: &transaction,
            enter: transaction.prepare_cached(ENTER)?,
            post: transaction.prepare_cached(POST)?,
            shift: transaction.prepare_cached(MOVE)?,
            entry: self.last_entry,
            line: 0,
        };
        for operation in operations {
            posting.record(operation)?;
        }
        let last_entry = posting.entry;
        drop(posting);
        let sides = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let (circulation, fund): (i64, i64) = transaction.prepare_cached(SIDES)?.query_row([], sides)?;
        if circulation != fund {
            return Err(format!("circulation {circulation}, fund {fund}").into());
        }
        transaction.commit()?;
        self.last_entry = last_entry;
        Ok(())
    }
}

impl Posting<'_> {
    fn record(&mut self, operation: &Operation) -> Result<()> {
        let Operation { reference, on, act, .. } = operation;
        (self.entry, self.line) = (self.entry + 1, 0);
        let (member, paid) = match act {
            Act::Swap(Swap { member: Some(member), paid: Paid::By(means), .. }) => {
                (Some(self.member(member, *on)?), Some(*means as i64))
            }
            _ => (None, None),
        };
        let recorded_at = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos())?;
        let day = on.days_since_epoch();
        self.enter.execute(params![
            self.entry,
            reference.as_str(),
            recorded_at,
            day,
            act.code(),
            member,
            paid
        ])?;
        match act {
            Act::Found(found) => {
                let faces: Vec<u32> =
                    found.denominations.iter().map(ledger_core::Denomination::face).collect();
                self.found(&faces)
            }
            Act::OpenBureau(open) => self.open_bureau(&open.bureau),
            Act::EnrolMember(enrol) => self.enrol(&enrol.member, enrol.kind, enrol.valid_until),
            Act::PrintBills(print) => self.move_bills(VAULT, PRINTED, &print.bills),
            Act::Supply(supply) => self.move_bills(self.stock(&supply.bureau)?, VAULT, &supply.bills),
            Act::Swap(swap) => self.swap(swap),
            Act::Remit(remit) => self.remit(remit),
            Act::Deposit(deposit) => self.deposit(deposit),
            other => Err(format!("{} is no operation of a season", other.name()).into()),
        }
    }

    fn found(&mut self, faces: &[u32]) -> Result<()> {
        for (place, &face) in (0..).zip(faces) {
            self.names.faces.insert(face, place);
            let cents = i64::from(face) * 100;
            self.open(PRINTED + place, &format!("bills:printed:{face}"), None, cents)?;
            self.open(VAULT + place, &format!("bills:vault:{face}"), None, cents)?;
            self.open(PUBLIC + place, &format!("circulation:public:{face}"), Some("circulation"), cents)?;
        }
        self.open(DEPOSITED, "fund:deposit", Some("fund"), 1)?;
        self.open(TRANSIT, "fund:transit", Some("fund"), 1)?;
        self.open(OBLIGATION, "obligation", None, 1)
    }

    fn open_bureau(&mut self, bureau: &BureauId) -> Result<()> {
        let offset = i64::try_from(self.names.bureaux.len())? * NEXT_BUREAU;
        self.names.bureaux.insert(bureau.clone(), offset);
        let faces: Vec<(u32, i64)> = self.names.faces.iter().map(|(&face, &place)| (face, place)).collect();
        for (face, place) in faces {
            let name = format!("bills:bureau:{bureau}:{face}");
            self.open(STOCK + offset + place, &name, None, i64::from(face) * 100)?;
        }
        self.open(TILL + offset, &format!("fund:till:{bureau}"), Some("fund"), 1)
    }

    fn open(&self, account: i64, name: &str, side: Option<&str>, cents: i64) -> Result<()> {
        self.connection.prepare_cached(OPEN)?.execute(params![account, name, side, cents])?;
        Ok(())
    }

    fn enrol(&mut self, member: &MemberId, kind: MemberKind, valid_until: Date) -> Result<()> {
        let id = i64::try_from(self.names.members.len())? + 1;
        let accepter = kind == MemberKind::Accepter;
        let until = valid_until.days_since_epoch();
        self.connection.prepare_cached(ENROL)?.execute(params![id, member.as_str(), accepter, until])?;
        self.names.members.insert(member.clone(), (id, valid_until));
        Ok(())
    }

    fn swap(&mut self, swap: &Swap) -> Result<()> {
        let bills = swap.bills.as_ref().ok_or("a swap without bills")?;
        self.move_bills(PUBLIC, self.stock(&swap.bureau)?, bills)?;
        self.move_each(self.till(&swap.bureau)?, OBLIGATION, bills.value().cents())
    }

    fn remit(&mut self, remit: &Remit) -> Result<()> {
        let (slip, cents) = (remit.slip.as_str(), remit.amount.cents());
        self.connection.prepare_cached(REMIT)?.execute(params![slip, cents, self.entry])?;
        self.move_each(TRANSIT, self.till(&remit.bureau)?, cents)
    }

    fn deposit(&mut self, deposit: &Deposit) -> Result<()> {
        let slip = deposit.slip.as_ref().map(Reference::as_str);
        let cents = deposit.amount.cents();
        let closed = self.connection.prepare_cached(DEPOSIT)?.execute(params![slip, cents, self.entry])?;
        if closed != 1 {
            return Err(format!("no open slip {slip:?} of {cents} cents").into());
        }
        self.move_each(DEPOSITED, TRANSIT, cents)
    }

    fn move_bills(&mut self, debit: i64, credit: i64, bills: &Bills) -> Result<()> {
        for (denomination, count) in bills.iter() {
            let place = *self.names.faces.get(&denomination.face()).ok_or("an unknown denomination")?;
            self.move_each(debit + place, credit + place, count)?;
        }
        Ok(())
    }

    /// One line of the entry, and the two balances that it changes.
    fn move_each(&mut self, debit: i64, credit: i64, quantity: i64) -> Result<()> {
        self.line += 1;
        self.post.execute(params![self.entry, self.line, debit, credit, quantity])?;
        for (account, change) in [(debit, quantity), (credit, -quantity)] {
            let on_the_credit_side = (PRINTED..VAULT).contains(&account) || account == OBLIGATION;
            let change = if on_the_credit_side { -change } else { change };
            if self.shift.execute(params![account, change])? != 1 {
                return Err(format!("no account {account}").into());
            }
        }
        Ok(())
    }

    fn stock(&self, bureau: &BureauId) -> Result<i64> {
        Ok(STOCK + self.names.bureaux.get(bureau).ok_or("an unknown bureau")?)
    }

    fn till(&self, bureau: &BureauId) -> Result<i64> {
        Ok(TILL + self.names.bureaux.get(bureau).ok_or("an unknown bureau")?)
    }

    fn member(&self, member: &MemberId, on: Date) -> Result<i64> {
        let &(id, valid_until) = self.names.members.get(member).ok_or("an unknown member")?;
        if valid_until < on { Err("the membership has expired".into()) } else { Ok(id) }
    }
}
