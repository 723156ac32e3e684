//! A long run of the simulation: seed after seed, and a table of what was tried.

use std::io::{IsTerminal, stderr};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use simulation::tally::Tally;
use simulation::trial::{Effort, trial};

/// Drives whole ledgers over a simulated disk that fails, and holds every answer against a model of the rules.
#[derive(Parser)]
struct Arguments {
    /// How many seeds
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Events in the life of each ledger
    #[arg(long, default_value_t = Effort::LONG.steps)]
    steps: usize,
    /// As little for each seed as the tests try
    #[arg(long)]
    quick: bool,
    /// The report as JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let Arguments { seeds, from, steps, quick, json } = Arguments::parse();
    let effort = Effort { steps, ..if quick { Effort::QUICK } else { Effort::LONG } };
    let bar = if stderr().is_terminal() { ProgressBar::new(seeds) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} seeds, {eta} left") {
        bar.set_style(style);
    }
    let (begun, mut tally) = (Instant::now(), Tally::default());
    for seed in from..from + seeds {
        match trial(seed, effort) {
            Ok(tried) => tally.merge(&tried),
            Err(broken) => {
                bar.finish_and_clear();
                if json {
                    let what = json!({"seed": broken.seed, "what": broken.what, "story": broken.to_string()});
                    println!("{what}");
                } else {
                    println!("{broken}");
                }
                return ExitCode::FAILURE;
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let seconds = begun.elapsed().as_secs();
    if json {
        let report = json!({
            "seeds": seeds, "from": from, "steps": steps, "seconds": seconds, "losses": 0, "counts": tally.to_json(),
        });
        println!("{report}");
    } else {
        print!("{tally}");
        println!("seeds {from} to {}, {steps} events each, {seconds} s: no loss", from + seeds - 1);
    }
    ExitCode::SUCCESS
}
