//! Guards against a README whose commands do not work, or do not do what it says.

use super::desk::Desk;
use super::document::play;

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap()
}

#[test]
fn the_sessions_work_as_they_are_typed() {
    let desk = Desk::new();
    let typed = play(&desk, &readme());
    assert!(typed >= 17, "only {typed} commands were found in the README");
    let status = desk.aiga(&["status", "--json"]).done().json();
    assert_eq!((&status["circulation"], &status["fund"]["deposit"]), (&"90.00".into(), &"90.00".into()));
    assert_eq!(status["closed_through"], "2026-03-31");
    assert!(desk.path("march.html").is_file());
}

#[test]
fn the_two_commands_and_the_exit_codes_are_those_of_the_program() {
    let readme = readme();
    for words in ["cargo run --release -- demo", "cargo test"] {
        assert!(readme.contains(words), "{words}");
    }
    let help = Desk::new().aiga(&["--help"]).done().out;
    for code in 0..=5 {
        assert!(readme.contains(&format!("| {code} |")), "exit code {code}");
        assert!(
            help.lines().any(|line| line.trim_start().starts_with(&format!("{code}  "))),
            "exit code {code}"
        );
    }
}
