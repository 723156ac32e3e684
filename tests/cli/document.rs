//! A document whose examples are run: what stands in it is typed, and what it shows is what the program says.
//!
//! A block that begins with ```` ```csv march.csv ```` is a file of that name. In one that begins with ```` ```console ````
//! each `$ aiga …` is run, and what stands below it must be in what it says, line by line. A command that ends otherwise
//! than well is followed by `# exit CODE`.

use super::desk::{Desk, Said};

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

/// A text with one blank between its words.
pub fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn run(desk: &Desk, command: &str) -> Said {
    let (command, code) = match command.split_once(" # exit ") {
        Some((command, code)) => (command, code.trim().parse().unwrap()),
        None => (command, 0),
    };
    let words = words(command);
    let said = desk.aiga(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(said.code, code, "{command}: {}{}", said.out, said.err);
    said
}

/// Runs every example of a document in one folder, and says how many commands it has.
pub fn play(desk: &Desk, document: &str) -> usize {
    let mut typed = 0;
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        let Some(tag) = line.strip_prefix("```") else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
        match tag.split_once(' ') {
            Some((_, name)) => drop(desk.file(name, block.join("\n") + "\n")),
            None if tag == "console" => {
                let mut said = String::new();
                for line in block {
                    if let Some(command) = line.strip_prefix("$ aiga ") {
                        let Said { out, err, .. } = run(desk, command);
                        said = plain(&format!("{out}{err}"));
                        typed += 1;
                    } else {
                        assert!(said.contains(&plain(line)), "{line:?} is not in: {said}");
                    }
                }
            }
            None => {}
        }
    }
    typed
}
