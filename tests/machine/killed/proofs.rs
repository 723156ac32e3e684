//! Guards against half of a key or of a checkpoint that anybody takes for the whole.

use std::fs;

use super::{Desk, Scene, sound, words};

const KEY: [&str; 2] = ["aiga-ledger/keys/checkpoint.key", "aiga-ledger/keys/checkpoint.pub"];
const SIGNED: [&str; 2] = ["march.txt", "march.txt.coverage"];

#[test]
fn killed_while_it_makes_a_key() {
    let desk = Desk::with_season();
    let command = words(&["key", "new", "--name", "example.org/aiga"]);
    let scene = Scene { name: "key", desk, command, code: 0, makes: Some(KEY[0]), again: false };
    scene.play(|scene, said| {
        let desk = &scene.desk;
        sound(scene, &[890]);
        let [private, public] = KEY.map(|name| desk.path(name).exists());
        assert!(private || !public, "a key is published that nobody can sign with");
        assert!(said.is_none() || public, "{} said that it was done", scene.name);
        if !private {
            desk.aiga(&["key", "show"]).fails(1, &["no_key"]);
            desk.aiga(&["checkpoint"]).fails(1, &["no_key"]);
            return;
        }
        // What it had not yet said is that there is a key: the ledger shows it, and signs with it.
        desk.aiga(&scene.command()).fails(1, &["key_exists", "aiga key show"]);
        let shown = desk.aiga(&["key", "show"]).done().out;
        let published = if public { fs::read_to_string(desk.path(KEY[1])).unwrap() } else { shown.clone() };
        assert_eq!(shown, published);
        desk.aiga(&["checkpoint", "signed.txt"]).done();
        desk.aiga(&["checkpoint", "verify", "signed.txt", "--key", shown.trim()]).done();
    });
}

#[test]
fn killed_while_it_signs_a_checkpoint() {
    let desk = Desk::with_season();
    desk.aiga(&["key", "new", "--name", "example.org/aiga"]).done();
    let command = words(&["checkpoint", SIGNED[0]]);
    let scene = Scene { name: "checkpoint", desk, command, code: 0, makes: Some(SIGNED[0]), again: false };
    scene.play(|scene, said| {
        let desk = &scene.desk;
        sound(scene, &[890]);
        let there = SIGNED.map(|name| desk.path(name).exists());
        assert!(there[0] || !there[1], "figures without the checkpoint that they belong to");
        assert!(said.is_none() || there == [true; 2], "{} said that it was done", scene.name);
        for (name, _) in SIGNED.iter().zip(there).filter(|(_, there)| *there) {
            let read = desk.aiga(&["checkpoint", "verify", name, "--json"]).done().json();
            assert_eq!(read["size"], 890, "{name}");
        }
        if there[0] {
            // One that is there stays; another is signed beside it.
            desk.aiga(&scene.command()).fails(1, &["file_exists", SIGNED[0]]);
            desk.aiga(&["checkpoint", "again.txt"]).done();
        }
    });
}
