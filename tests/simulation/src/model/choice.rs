//! Which bills are paid out.

use std::collections::BTreeMap;

use super::shape::require;
use super::{Bills, Code, value};

/// The fewest bills that make the amount; among those, the most of the largest denomination, then of the next.
pub fn choose(stock: &Bills, cents: i128) -> Result<Bills, Code> {
    require(cents % 100 == 0 && cents <= value(stock), "no_exact_bills")?;
    let largest_first: Vec<(i128, i128)> = stock.iter().rev().map(|(d, n)| (i128::from(*d), *n)).collect();
    let counts = fewest(&largest_first, cents / 100, &mut BTreeMap::new()).ok_or("no_exact_bills")?;
    let chosen = stock.keys().rev().copied().zip(counts);
    Ok(chosen.filter(|(_, count)| *count > 0).collect())
}

type Found = BTreeMap<(usize, i128), Option<Vec<i128>>>;

/// Tries every count of the first denomination, the highest first, and keeps the first best: it is plain, and
/// slow for large amounts.
fn fewest(stock: &[(i128, i128)], rest: i128, found: &mut Found) -> Option<Vec<i128>> {
    let Some(((denomination, held), smaller)) = stock.split_first() else {
        return (rest == 0).then(Vec::new);
    };
    if let Some(known) = found.get(&(stock.len(), rest)) {
        return known.clone();
    }
    let mut best: Option<Vec<i128>> = None;
    for count in (0..=(rest / denomination).min(*held)).rev() {
        if let Some(others) = fewest(smaller, rest - count * denomination, found) {
            let counts = [vec![count], others].concat();
            if best.as_ref().is_none_or(|best| counts.iter().sum::<i128>() < best.iter().sum()) {
                best = Some(counts);
            }
        }
    }
    found.insert((stock.len(), rest), best.clone());
    best
}
