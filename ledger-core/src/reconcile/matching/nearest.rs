//! The nearest day, where it is the only one.

/// How far from the nearest day is looked for one that is possible.
const LOOKED_AT: usize = 32;

/// Of days in order, the place of the possible one that is nearest to a day, if no other is as near.
pub(super) fn only_nearest(days: &[i32], day: i32, possible: impl Fn(usize) -> bool) -> Option<usize> {
    let first = days.partition_point(|other| *other < day);
    let (mut before, mut after) = (first, first);
    let mut found: Option<(u32, usize)> = None;
    for _ in 0..LOOKED_AT {
        let left = before.checked_sub(1).map(|place| (day.abs_diff(days[place]), place));
        let right = days.get(after).map(|other| (day.abs_diff(*other), after));
        let (distance, place) = match (left, right) {
            (Some(left), Some(right)) if left.0 < right.0 => left,
            (_, Some(right)) => right,
            (Some(left), None) => left,
            (None, None) => break,
        };
        if let Some((least, nearest)) = found
            && distance > least
        {
            return Some(nearest);
        }
        if place < before {
            before = place;
        } else {
            after = place + 1;
        }
        match found {
            _ if !possible(place) => {}
            Some(_) => return None,
            None => found = Some((distance, place)),
        }
    }
    found.map(|(_, place)| place)
}
