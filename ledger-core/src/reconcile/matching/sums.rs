//! Sums: which of a few amounts add up to another one. The fewest first, then the oldest; bounded whatever comes.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Amounts looked at for one sum, the oldest first.
pub(super) const AMOUNTS_MAX: usize = 24;

/// Amounts in one sum, at most.
const PARTS_MAX: usize = 8;

/// Different sums kept for one number of parts.
const SUMS_MAX: usize = 512;

/// One amount that may be a part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub cents: u64,
    /// Its day: of two sums with as many parts, the one whose parts are older counts.
    pub day: i32,
}

/// What adds up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sum {
    /// These, by place.
    Of(Vec<usize>),
    /// These, and others just as well: as many, of the same days.
    Ambiguous(Vec<usize>),
    Nothing,
    /// The search was given up: see [`Search`].
    TooMany,
}

/// A search with a bound for all sums together, so that its time does not grow beyond it.
#[derive(Debug)]
pub(super) struct Search {
    steps_left: u64,
}

/// The best way found to one sum: the places of its parts, as bits.
#[derive(Clone, Copy, Debug)]
struct Way {
    places: u32,
    tie: bool,
}

impl Search {
    /// A search of so many steps; a step takes some tens of nanoseconds.
    pub fn of_steps(steps: u64) -> Self {
        Self { steps_left: steps }
    }

    /// Finds at least two of the parts, which come the oldest first, that make up `target`. With `only_way`, any other way
    /// with as many parts makes it ambiguous, not only one of the same days.
    ///
    /// Dynamic programming over the number of parts and their sum: a sum is kept once for each number of parts, so one
    /// search takes at most [`AMOUNTS_MAX`] × `PARTS_MAX` × `SUMS_MAX` steps. Where there are more different sums than are
    /// kept, a sum may be missed; what is found is right.
    pub fn find(&mut self, target: u64, parts: &[Part], only_way: bool) -> Sum {
        let parts = &parts[..parts.len().min(AMOUNTS_MAX)];
        if parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.cents)) < target {
            return Sum::Nothing;
        }
        let mut ways: Vec<BTreeMap<u64, Way>> = vec![BTreeMap::new(); PARTS_MAX + 1];
        ways[0].insert(0, Way { places: 0, tie: false });
        for (place, part) in parts.iter().enumerate() {
            for count in (0..PARTS_MAX).rev() {
                let (shorter, longer) = ways.split_at_mut(count + 1);
                for (sum, way) in &shorter[count] {
                    let Some(left) = self.steps_left.checked_sub(1) else { return Sum::TooMany };
                    self.steps_left = left;
                    let Some(sum) = sum.checked_add(part.cents).filter(|sum| *sum <= target) else { break };
                    let way = Way { places: way.places | 1 << place, ..*way };
                    let full = longer[0].len() >= SUMS_MAX;
                    match longer[0].get_mut(&sum) {
                        None if full && sum != target => {}
                        None => drop(longer[0].insert(sum, way)),
                        Some(known) => {
                            let order = days(way, parts).cmp(days(*known, parts));
                            if order == Ordering::Less {
                                *known = way;
                            }
                            known.tie |= only_way || order == Ordering::Equal;
                        }
                    }
                }
            }
        }
        let found = ways.iter().skip(2).find_map(|ways| ways.get(&target));
        found.map_or(Sum::Nothing, |way| {
            let places = places(*way).collect();
            if way.tie { Sum::Ambiguous(places) } else { Sum::Of(places) }
        })
    }
}

fn places(way: Way) -> impl Iterator<Item = usize> {
    (0..AMOUNTS_MAX).filter(move |place| way.places >> place & 1 == 1)
}

fn days(way: Way, parts: &[Part]) -> impl Iterator<Item = i32> {
    places(way).map(|place| parts[place].day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(cents: &[u64]) -> Vec<Part> {
        (0..).zip(cents).map(|(day, cents)| Part { cents: *cents, day }).collect()
    }

    fn find(target: u64, parts: &[Part]) -> Sum {
        Search::of_steps(1_000_000).find(target, parts, false)
    }

    #[test]
    fn the_fewest_then_the_oldest() {
        assert_eq!(find(100, &parts(&[30, 70, 40, 60])), Sum::Of(vec![0, 1]));
        assert_eq!(find(100, &parts(&[20, 30, 50, 40, 60])), Sum::Of(vec![3, 4]));
        assert_eq!(find(100, &parts(&[100, 1])), Sum::Nothing);
        assert_eq!(find(100, &parts(&[50])), Sum::Nothing);
        assert_eq!(find(7, &parts(&[])), Sum::Nothing);
    }

    #[test]
    fn what_is_as_good_is_ambiguous() {
        let same_day = |cents: &[u64]| -> Vec<Part> {
            cents.iter().map(|cents| Part { cents: *cents, day: 5 }).collect()
        };
        assert_eq!(find(100, &same_day(&[30, 70, 40, 60])), Sum::Ambiguous(vec![0, 1]));
        assert_eq!(find(100, &same_day(&[50, 50, 50])), Sum::Ambiguous(vec![0, 1]));
        assert_eq!(find(110, &same_day(&[30, 70, 40])), Sum::Of(vec![1, 2]));
        let only = |cents: &[u64]| Search::of_steps(1_000_000).find(100, &parts(cents), true);
        assert_eq!(only(&[30, 70, 40, 60]), Sum::Ambiguous(vec![0, 1]));
        assert_eq!(only(&[30, 70, 40, 50]), Sum::Of(vec![0, 1]));
    }

    #[test]
    fn a_search_ends() {
        let many: Vec<Part> = (0..24).map(|day| Part { cents: 1 << day, day }).collect();
        let mut search = Search::of_steps(50_000);
        let all = (0..100).map(|_| search.find((1 << 24) - 1, &many, false)).collect::<Vec<_>>();
        assert!(all.contains(&Sum::TooMany));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn it_finds_what_trying_all_finds(
            cents in proptest::collection::vec(1..40_u64, 0..9),
            gaps in proptest::collection::vec(0..3_i32, 9),
            target in 1..120_u64,
        ) {
            let mut day = 0;
            let parts: Vec<Part> = cents.iter().zip(gaps).map(|(cents, gap)| { day += gap; Part { cents: *cents, day } }).collect();
            let mut best: Vec<(usize, Vec<i32>)> = (0_u32..1 << parts.len()).filter(|places| places.count_ones() >= 2 && places.count_ones() <= 8)
                .map(|places| (0..parts.len()).filter(|place| places >> place & 1 == 1).collect::<Vec<_>>())
                .filter(|places| places.iter().map(|place| parts[*place].cents).sum::<u64>() == target)
                .map(|places| (places.len(), places.iter().map(|place| parts[*place].day).collect()))
                .collect();
            best.sort();
            let described = |places: &[usize]| (places.len(), places.iter().map(|place| parts[*place].day).collect::<Vec<_>>());
            match find(target, &parts) {
                Sum::Nothing => prop_assert!(best.is_empty()),
                Sum::Of(places) => {
                    prop_assert_eq!(&described(&places), &best[0]);
                    prop_assert_eq!(places.iter().map(|place| parts[*place].cents).sum::<u64>(), target);
                    prop_assert!(best.get(1) != best.first());
                }
                Sum::Ambiguous(places) => {
                    prop_assert_eq!(&described(&places), &best[0]);
                    prop_assert_eq!(best.get(1), best.first());
                }
                Sum::TooMany => prop_assert!(false),
            }
        }
    }
}
