//! Guards against a repair that, killed at any moment, has cut what it has not kept, or cannot simply be asked for again.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::super::end_of;
use super::{Desk, Scene, interest, sound, words};

/// Bytes that no entry was ever known to stand in: enough that it takes a while to keep them.
const END_BYTES: usize = 3 << 20;

/// Whether one of the files that were set aside has exactly these bytes.
fn kept(ledger: &Path, bytes: &[u8]) -> bool {
    let files = fs::read_dir(ledger.join("damaged")).into_iter().flatten();
    files.map(|file| fs::read(file.unwrap().path()).unwrap()).any(|kept| kept == bytes)
}

/// A repair that has said that it was done has left nothing to do.
fn mended(scene: &Scene<'_>) {
    scene.desk.aiga(&["doctor"]).done();
}

#[test]
fn killed_while_it_leaves_out_a_damaged_end() {
    let desk = Desk::with_season();
    let (segment, offset) = end_of(&desk);
    let torn: Vec<u8> = b"torn by a power cut, ".iter().copied().cycle().take(END_BYTES).collect();
    let file = OpenOptions::new().write(true).open(desk.ledger().join(&segment)).unwrap();
    file.write_all_at(&torn, offset).unwrap();
    let command = words(&["doctor", "--repair"]);
    let scene = Scene { name: "repair of an end", desk, command, code: 0, makes: None, again: true };
    scene.play(|scene, said| {
        let ledger = scene.desk.ledger();
        sound(scene, &[890]);
        let stands = &fs::read(ledger.join(&segment)).unwrap()[usize::try_from(offset).unwrap()..];
        assert!(stands.starts_with(&torn) || kept(&ledger, &torn), "cut, and not kept");
        if said.is_some() {
            mended(scene);
        }
    });
    assert!(kept(&scene.desk.ledger(), &torn));
    mended(&scene);
}

#[test]
fn killed_while_it_sets_aside_what_is_of_no_use() {
    let desk = Desk::with_season();
    desk.aiga(&["post", &interest(&desk, "much", 0..9000)]).done();
    let ledger = desk.ledger();
    let snapshots = ledger.join("snapshots");
    fs::write(snapshots.join("00000000000000009900.json.unfinished"), "{").unwrap();
    let names = fs::read_dir(snapshots).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut useless: Vec<String> = names.map(|name| format!("snapshots/{name}")).collect();
    useless.push("tree/256".to_owned());
    assert!(useless.len() > 3, "{useless:?}");
    for path in &useless {
        let file = OpenOptions::new().write(true).open(ledger.join(path)).unwrap();
        file.write_all_at(b"????", 0).unwrap();
    }
    for run in fs::read_dir(ledger.join("index")).unwrap().map(|file| file.unwrap().path()) {
        if run.extension().is_some_and(|ending| ending == "run") {
            OpenOptions::new().write(true).open(run).unwrap().write_all_at(b"????", 4096).unwrap();
        }
    }
    desk.aiga(&["doctor"]).fails(3, &["bad_index", "bad_tree", "bad_snapshot", "unfinished_file"]);
    let useless: Vec<(String, Vec<u8>)> =
        useless.into_iter().map(|path| (path.clone(), fs::read(ledger.join(path)).unwrap())).collect();
    let command = words(&["doctor", "--repair"]);
    let scene = Scene { name: "repair of the rest", desk, command, code: 0, makes: None, again: true };
    scene.play(|scene, said| {
        let ledger = scene.desk.ledger();
        sound(scene, &[9890]);
        for (path, bytes) in &useless {
            let stands = fs::read(ledger.join(path)).is_ok_and(|stands| stands == *bytes);
            assert!(stands || kept(&ledger, bytes), "{path} is gone, and not kept");
        }
        if said.is_some() {
            mended(scene);
        }
        // What is left of the index makes nobody record anything twice.
        let much = interest(&scene.desk, "much", 0..9000);
        assert_eq!(scene.desk.aiga(&["post", &much, "--json"]).done().json()["recorded"], 0);
    });
    mended(&scene);
}
