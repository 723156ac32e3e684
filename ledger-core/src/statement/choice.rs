//! Which account of a file is read: the one that is asked for, or the only one in euros.

use hashbrown::HashSet;

use super::part::Part;
use super::{StatedAccount, StatementError};

/// What an account is called that the file gives no name.
const NAMELESS: &str = "an account without a name";

/// The parts of the account that is read.
pub(super) fn of_one_account(parts: Vec<Part>, wanted: Option<&str>) -> Result<Vec<Part>, StatementError> {
    let mut meant = parts;
    if let Some(asked) = wanted {
        let chosen: HashSet<Option<StatedAccount>> =
            asked_for(&distinct(&meant), asked)?.into_iter().collect();
        meant.retain(|part| chosen.contains(&part.account));
    }
    // The fund is in euros: what is in another currency beside is not meant.
    let (foreign, meant): (Vec<Part>, Vec<Part>) =
        meant.into_iter().partition(|part| part.foreign().is_some());
    if let (true, Some(error)) = (meant.is_empty(), foreign.first().and_then(Part::foreign)) {
        return Err(error.clone());
    }
    match distinct(&meant).as_slice() {
        [] | [_] => Ok(meant),
        several => Err(StatementError::SeveralAccounts { found: names(several) }),
    }
}

fn distinct(parts: &[Part]) -> Vec<Option<StatedAccount>> {
    let mut seen = HashSet::new();
    let accounts = parts.iter().map(|part| &part.account).filter(|account| seen.insert(*account));
    accounts.cloned().collect()
}

/// An account as messages name it.
fn name(account: Option<&StatedAccount>) -> String {
    account.map_or_else(|| NAMELESS.to_owned(), ToString::to_string)
}

fn names(accounts: &[Option<StatedAccount>]) -> Vec<String> {
    accounts.iter().map(|account| name(account.as_ref())).collect()
}

/// How an account is known, from sure to unsure.
#[derive(Clone, Copy)]
enum Way {
    /// By its name as messages show it.
    Name,
    /// By the letters and digits of that.
    Letters,
    /// By its number, or an IBAN or a RIB in which that is.
    Number,
}

/// The accounts that somebody means: whose name it is as messages show it, or else whose number it is otherwise.
fn asked_for(
    accounts: &[Option<StatedAccount>],
    asked: &str,
) -> Result<Vec<Option<StatedAccount>>, StatementError> {
    // One account that has no name can only be the one that is meant.
    if matches!(accounts, [None]) {
        return Ok(accounts.to_vec());
    }
    let letters = StatedAccount::letters;
    let is_it = |account: &Option<StatedAccount>, way: Way| match way {
        Way::Name => name(account.as_ref()) == asked.trim(),
        Way::Letters => letters(&name(account.as_ref())) == letters(asked),
        Way::Number => account.as_ref().is_some_and(|account| account.is(asked)),
    };
    for way in [Way::Name, Way::Letters, Way::Number] {
        let found: Vec<_> = accounts.iter().filter(|account| is_it(account, way)).cloned().collect();
        if !found.is_empty() {
            return Ok(found);
        }
    }
    let found = names(accounts);
    Err(StatementError::NoSuchAccount { asked: asked.to_owned(), found })
}
