//! What the benchmarks share: a season of operations, the floor under every commit, and how far a journal has come.

pub mod floor;
pub mod season;
pub mod used;

/// What a measurement needs and gets; without it there is nothing to measure.
pub fn done<T, E: std::fmt::Debug>(result: Result<T, E>, what: &str) -> T {
    // The first words say it; a batch that is refused has thousands.
    let first_words = |error: E| format!("{error:?}").chars().take(500).collect::<String>();
    result.unwrap_or_else(|error| panic!("{what}: {}", first_words(error)))
}
