//! Guards against a README whose commands do not work, or do not do what it says.

use super::desk::Desk;

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap()
}

/// The words of a command line: blanks part them, but not between double quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            letter => words.last_mut().unwrap().push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn the_session_works_as_it_is_typed() {
    let desk = Desk::new();
    let readme = readme();
    let mut inside = false;
    let mut typed = 0;
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        }
        if let (true, Some(command)) = (inside, line.strip_prefix("$ aiga ")) {
            let words = words(command);
            desk.aiga(&words.iter().map(String::as_str).collect::<Vec<_>>()).done();
            typed += 1;
        }
    }
    assert!(typed >= 10, "only {typed} commands were found in the README");
    let status = desk.aiga(&["status", "--json"]).done().json();
    assert_eq!((&status["circulation"], &status["fund"]["deposit"]), (&"50.00".into(), &"50.00".into()));
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
