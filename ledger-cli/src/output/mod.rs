//! What the terminal gets: lines, colour where a terminal reads them, progress on standard error.

mod figures;
mod printed;
mod sheet;
mod table;

use std::fmt::Display;
use std::io::{self, BufWriter, Stdout, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

pub use self::figures::Figures;
use self::printed::{escaped, painted, rendered};
pub use self::sheet::{sheet, typeset};
pub use self::table::{Table, pad_left, pad_right, widest, width};
use crate::error::CliError;
use crate::lang::Lang;

/// Headings, totals.
pub const BOLD: Style = Style::new().bold();
/// What is only there to be looked up.
pub const DIM: Style = Style::new().dimmed();
/// What must not be overlooked.
pub const ALERT: Style = AnsiColor::Red.on_default().bold();
/// What is as it should be.
pub const GOOD: Style = AnsiColor::Green.on_default();

/// Standard output. A reader who goes away ends the command quietly.
#[derive(Debug)]
pub struct Out {
    to: BufWriter<Stdout>,
    colour: bool,
}

impl Out {
    /// Standard output, coloured if a terminal reads it and nobody objects (`NO_COLOR`).
    pub fn new() -> Self {
        let colour = anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never;
        Self { to: BufWriter::new(io::stdout()), colour }
    }

    /// A text in a style.
    #[allow(clippy::unused_self, reason = "the output decides when it prints whether there is colour")]
    pub fn paint(&self, style: Style, text: impl Display) -> String {
        painted(style, text)
    }

    /// Writes a line. Whatever in it cannot be seen is written out, so that no terminal obeys it.
    pub fn line(&mut self, text: impl Display) -> Result<(), CliError> {
        Ok(writeln!(self.to, "{}", rendered(&text.to_string(), self.colour))?)
    }

    /// Writes a document as it stands.
    pub fn text(&mut self, text: impl Display) -> Result<(), CliError> {
        Ok(write!(self.to, "{text}")?)
    }

    /// Writes a value as one line of JSON.
    pub fn json(&mut self, value: &impl Serialize) -> Result<(), CliError> {
        self.json_part(serde_json::to_string(value).map_err(io::Error::from)?)?;
        Ok(writeln!(self.to)?)
    }

    /// Writes a part of a line of JSON.
    pub fn json_part(&mut self, json: impl Display) -> Result<(), CliError> {
        Ok(write!(self.to, "{}", escaped(&json.to_string()))?)
    }

    /// Writes bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), CliError> {
        Ok(self.to.write_all(bytes)?)
    }

    /// Hands over what was written so far.
    pub fn flush(&mut self) -> Result<(), CliError> {
        Ok(self.to.flush()?)
    }
}

/// Refuses two of these that both want standard output.
pub fn alone_on_stdout(wanting: &[(&str, bool)]) -> Result<(), CliError> {
    let mut wanting = wanting.iter().filter(|(_, wants)| *wants).map(|(name, _)| name);
    let (Some(one), Some(other)) = (wanting.next(), wanting.next()) else { return Ok(()) };
    Err(CliError::usage("usage", format!("{one} and {other} both want standard output"))
        .in_french(format!("{one} et {other} veulent tous deux la sortie standard")))
}

/// A label on standard error in a style, where a terminal shows it.
pub fn label(style: Style, text: &str) -> String {
    painted(style, text)
}

/// A line on standard error; if nobody can read it, it is lost.
pub fn to_stderr(line: impl Display) {
    to_stderr_unended(line);
    let _ = writeln!(io::stderr());
}

/// The same without an end of the line, as a question is.
pub fn to_stderr_unended(text: impl Display) {
    let colour = anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never;
    let _ = write!(io::stderr(), "{}", rendered(&text.to_string(), colour));
}

/// Warns on standard error.
pub fn warn(lang: Lang, what: impl Display) {
    to_stderr(format_args!("{} {what}", label(AnsiColor::Yellow.on_default().bold(), lang.warning())));
}

/// What a progress bar counts.
#[derive(Clone, Copy, Debug)]
pub enum Unit {
    /// Bytes read.
    Bytes,
    /// Entries of the journal.
    Entries,
    /// Nothing that is known beforehand.
    Unknown,
}

/// A bar on standard error that shows how much of so much is done (0: not known); no terminal, no bar.
pub fn progress(total: u64, unit: Unit, what: &'static str) -> ProgressBar {
    let total = Some(total).filter(|total| *total > 0);
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
    let template = match unit {
        Unit::Bytes => "{prefix:>9} {wide_bar} {bytes}/{total_bytes} {msg} {eta}",
        Unit::Entries => "{prefix:>9} {wide_bar} {human_pos}/{human_len} {msg} {eta}",
        Unit::Unknown => "{prefix:>9} {spinner} {elapsed}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_prefix(what);
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}
