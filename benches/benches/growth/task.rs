//! What the bench is asked to do: by cargo, by a person, or by itself for a process of its own.

use std::path::PathBuf;

/// The sizes when none are named.
const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];

/// What to do.
#[derive(Debug)]
pub enum Task {
    /// Another bench was asked for.
    Nothing,
    /// Run everything once at a tiny size and write nothing.
    Test,
    /// Measure each of these sizes; write the files beside the README if asked to.
    Measure { sizes: Vec<u64>, write: bool },
    /// Make a ledger of so many entries.
    Post { folder: PathBuf, entries: u64 },
    /// Open a ledger to write.
    Open { folder: PathBuf },
    /// Post the first batch of a ledger again.
    Retry { folder: PathBuf },
}

impl Task {
    /// Reads the arguments behind the name of the program.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut task = None;
        let (mut sizes, mut write) = (SIZES.to_vec(), false);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--bench" => {}
                "--test" => task = Some(Self::Test),
                "--write" => write = true,
                "--entries" => sizes = value()?.split(',').map(number).collect::<Result<_, _>>()?,
                "--child-post" => {
                    let (folder, entries) = (value()?.into(), number(&value()?)?);
                    task = Some(Self::Post { folder, entries });
                }
                "--child-open" => task = Some(Self::Open { folder: value()?.into() }),
                "--child-retry" => task = Some(Self::Retry { folder: value()?.into() }),
                // Cargo hands a filter to every bench.
                filter if !filter.starts_with('-') => {
                    if !"growth".contains(filter) {
                        return Ok(Self::Nothing);
                    }
                }
                _ => return Err(format!("{argument} is not understood: --entries N,N,… --write --test")),
            }
        }
        Ok(task.unwrap_or(Self::Measure { sizes, write }))
    }
}

fn number(text: &str) -> Result<u64, String> {
    match text.replace('_', "").parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!("{text:?} is no number of entries")),
    }
}
