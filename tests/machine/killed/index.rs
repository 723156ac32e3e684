//! Guards against an index that keeps a command from answering, once the process that wrote it was killed: posts of all
//! lengths, killed one after another on the same ledger between clean runs.

use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::super::desk::{Desk, Said};
use super::super::interest;

/// Lines of the files that are posted.
const BATCHES: [u32; 3] = [1, 500, 30_000];

/// Kills on one ledger, before the next is begun.
const LEDGER_KILLS: u32 = 12;

/// How long a command may take to answer. It takes a second or two; one that loops never answers.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often a post is killed; `KILL_POSTS` asks for more.
fn kills() -> u32 {
    std::env::var("KILL_POSTS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(24)
}

/// `SplitMix64`.
fn dice(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn start(desk: &Desk, arguments: &[&str]) -> Child {
    desk.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// What a command says, which answers in time, and how long it took.
fn answer(desk: &Desk, arguments: &[&str]) -> (Said, Duration) {
    let began = Instant::now();
    let mut child = start(desk, arguments);
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{arguments:?} does not answer");
        }
        thread::sleep(Duration::from_millis(5));
    }
    (Said::of(child.wait_with_output().unwrap()), began.elapsed())
}

#[test]
fn posts_that_were_killed_one_after_another_keep_no_command_from_answering() {
    let mut desk = Desk::with_season();
    let (mut killed, mut slowest, mut entries) = (0, Duration::ZERO, 890);
    for round in 0..kills() {
        if round % LEDGER_KILLS == 0 {
            (desk, entries) = (Desk::with_season(), 890);
        }
        let roll = dice(u64::from(round) ^ u64::from(std::process::id()) << 32);
        let lines = BATCHES[usize::try_from(roll % 3).unwrap()];
        let file = interest(&desk, &format!("round-{round}"), 0..lines);
        let mut child = start(&desk, &["post", &file]);
        thread::sleep(Duration::from_millis(roll / 3 % 1000));
        child.kill().unwrap();
        killed += u32::from(child.wait_with_output().unwrap().status.code().is_none());
        let known = format!("round-{round}-0");
        let commands: [&[&str]; 4] =
            [&["journal", "--ref", &known], &["doctor"], &["post", &file], &["audit"]];
        for command in commands.into_iter().cycle().skip(usize::try_from(roll / 3000 % 4).unwrap()).take(4) {
            let (said, took) = answer(&desk, command);
            // The doctor and the audit tell of an end that is not finished, until somebody writes again.
            let expected = match command[0] {
                "doctor" => [0, 3],
                "audit" => [0, 4],
                "journal" => [0, 1],
                _ => [0, 0],
            };
            assert!(expected.contains(&said.code), "{command:?}: {}{}", said.out, said.err);
            slowest = slowest.max(took);
        }
        // Again what was killed, without a kill: all of it is there, and once.
        let (said, took) = answer(&desk, &["post", &file]);
        said.done();
        slowest = slowest.max(took);
        entries += u64::from(lines);
        let (audit, _) = answer(&desk, &["audit", "--json"]);
        assert_eq!(audit.done().json()["entries"], entries, "round {round}");
    }
    println!("{killed} of {} posts killed before their end; the slowest answer took {slowest:?}", kills());
}
