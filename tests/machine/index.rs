//! Guards against files of the index that somebody put there, copied, cut or forged: no command waits for them, and none
//! answers otherwise.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::desk::Desk;
use super::{interest, text};

/// A ledger with an index, which was closed as it should be.
fn settled() -> Desk {
    let desk = Desk::with_season();
    desk.aiga(&["post", &interest(&desk, "much", 0..9000)]).done();
    desk
}

fn index(desk: &Desk) -> PathBuf {
    desk.ledger().join("index")
}

/// The files of the runs.
fn runs(desk: &Desk) -> Vec<PathBuf> {
    let files = fs::read_dir(index(desk)).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|ending| ending == "run")).collect()
}

fn sled_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sled_files(&path) } else { vec![path] }).collect()
}

/// Bytes that are no store.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 7_u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    };
    (0..len).map(next).collect()
}

fn command(program: &str, arguments: &[&str]) {
    assert!(Command::new(program).args(arguments).status().unwrap().success());
}

/// All answers are there, in time, and a long file goes in and is indexed.
fn goes_on(desk: &Desk, round: u32) {
    let began = Instant::now();
    let found = desk.aiga(&["journal", "--ref", "much-77", "--json"]).done();
    assert_eq!(found.out.lines().count(), 1);
    let again = desk.aiga(&["post", &interest(desk, "much", 0..9000), "--json"]).done().json();
    assert_eq!(again["recorded"], 0, "{again}");
    let more = interest(desk, &format!("more-{round}"), 0..9000);
    desk.aiga(&["post", &more]).done();
    let audit = desk.aiga(&["audit", "--json"]).done().json();
    assert_eq!(audit["entries"], 890 + 9000 * (u64::from(round) + 2));
    desk.aiga(&["doctor"]).done();
    assert!(index(desk).join("sled.json").is_file(), "it was closed as it should be");
    assert!(began.elapsed() < Duration::from_secs(100), "{:?}", began.elapsed());
}

#[test]
fn whatever_stands_in_the_place_of_sled_is_removed_without_being_opened() {
    let desk = settled();
    for round in 0..7 {
        let (store, seal) = (index(&desk).join("sled"), index(&desk).join("sled.json"));
        match round {
            0 => sled_files(&store).iter().for_each(|path| fs::write(path, noise(70_000)).unwrap()),
            1 => File::create(store.join("hole")).unwrap().set_len(20 << 30).unwrap(),
            2 => command("mkfifo", &[text(&store.join("pipe"))]),
            3 => {
                fs::remove_file(&seal).unwrap();
                command("mkfifo", &[text(&seal)]);
            }
            4 => {
                fs::remove_dir_all(&store).unwrap();
                std::os::unix::fs::symlink("/tmp", &store).unwrap();
            }
            5 => fs::remove_file(&seal).unwrap(),
            _ => {
                fs::remove_dir_all(&store).unwrap();
                command("mkfifo", &[text(&store)]);
            }
        }
        goes_on(&desk, round);
    }
}

#[test]
fn a_store_that_was_forged_with_its_seal_ends_one_process_at_most() {
    let desk = settled();
    for round in 0..3_u32 {
        let (store, seal) = (index(&desk).join("sled"), index(&desk).join("sled.json"));
        for path in sled_files(&store) {
            let len = path.metadata().unwrap().len();
            let mut bytes = fs::read(&path).unwrap();
            match round {
                0 => bytes = noise(usize::try_from(len).unwrap().max(70_000)),
                1 => bytes.truncate(bytes.len() / 2),
                _ => bytes.iter_mut().step_by(97).for_each(|byte| *byte ^= 0x55),
            }
            fs::write(path, bytes).unwrap();
        }
        let sums = sled_files(&store).into_iter().map(|path| {
            let sum = Command::new("sha256sum").arg(&path).output().unwrap().stdout;
            let sum = String::from_utf8(sum).unwrap();
            let name = path.strip_prefix(&store).unwrap().to_str().unwrap().to_owned();
            serde_json::json!({"name": name, "bytes": path.metadata().unwrap().len(), "sha256": sum[..64]})
        });
        let mut sums: Vec<serde_json::Value> = sums.collect();
        sums.sort_by_key(|sum| sum["name"].as_str().unwrap().to_owned());
        fs::write(&seal, serde_json::to_vec(&sums).unwrap()).unwrap();
        // It may be ended by a signal; whatever it was, the next command does not meet it any more.
        let long = interest(&desk, &format!("more-{round}"), 0..9000);
        let _ = desk.command(&["post", &long]).output().unwrap();
        desk.aiga(&["post", &long]).done();
        let began = Instant::now();
        desk.aiga(&["post", &interest(&desk, &format!("then-{round}"), 0..9000)]).done();
        assert!(began.elapsed() < Duration::from_mins(1));
        let audit = desk.aiga(&["audit", "--json"]).done().json();
        assert_eq!(audit["entries"], 9890 + 18_000 * (u64::from(round) + 1));
    }
}

#[test]
fn whatever_is_done_to_a_run_no_command_answers_otherwise() {
    let desk = settled();
    for round in 0..6 {
        for run in runs(&desk) {
            let mut bytes = fs::read(&run).unwrap();
            match round {
                0 => bytes.truncate(bytes.len() / 2 + 100),
                1 => bytes.extend(noise(4096)),
                2 => bytes[4096..].iter_mut().step_by(511).for_each(|byte| *byte ^= 1),
                3 => bytes.fill(0),
                4 => {
                    fs::remove_file(&run).unwrap();
                    command("mkfifo", &[text(&run)]);
                    continue;
                }
                _ => {
                    File::options().write(true).open(&run).unwrap().set_len(20 << 30).unwrap();
                    continue;
                }
            }
            fs::write(run, bytes).unwrap();
        }
        goes_on(&desk, round);
    }
}

#[test]
fn the_index_of_an_earlier_release_is_removed() {
    let desk = settled();
    let index = index(&desk);
    fs::remove_dir_all(&index).unwrap();
    fs::create_dir_all(index.join("slabs")).unwrap();
    fs::create_dir_all(index.join("metadata")).unwrap();
    for name in ["place", "durability_cookie", "DO_NOT_PUT_YOUR_FILES_HERE", "slabs/000", "metadata/log"] {
        fs::write(index.join(name), noise(100)).unwrap();
    }
    goes_on(&desk, 0);
    let names = fs::read_dir(&index).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    assert!(names.into_iter().all(|name| name.contains(".run") || name.starts_with("sled")));
}
