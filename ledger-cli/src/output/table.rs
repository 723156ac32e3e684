//! Quiet tables: columns aligned, no lines, a heading where there is something to head.

use anstyle::Style;
use comfy_table::{CellAlignment, ContentArrangement, presets};

use ledger_core::text::visible;

use super::{BOLD, Out};
use crate::error::CliError;

/// The most letters of a cell; JSON and CSV have all of them.
const CELL_LETTERS_MAX: usize = 200;

/// A table under construction.
#[derive(Debug)]
pub struct Table {
    laid_out: comfy_table::Table,
    /// The style of each row, the heading's first.
    styles: Vec<Style>,
    margin: usize,
}

impl Table {
    /// A table with these columns; the heading of one with amounts begins with `>` and is set to the right.
    pub fn new(headings: &[&str]) -> Self {
        let mut table = comfy_table::Table::new();
        table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(headings.iter().map(|heading| heading.trim_start_matches('>')));
        for (column, heading) in table.column_iter_mut().zip(headings) {
            column.set_padding((0, 3));
            if heading.starts_with('>') {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        Self { laid_out: table, styles: vec![BOLD], margin: 0 }
    }

    /// Sets the table in by some blanks.
    #[must_use]
    pub fn indented(mut self, blanks: usize) -> Self {
        self.margin = blanks;
        self
    }

    /// Adds a row.
    pub fn row<I>(&mut self, cells: I, style: Style)
    where
        I: IntoIterator,
        I::Item: ToString,
    {
        self.laid_out.add_row(cells.into_iter().map(|cell| fitted(&cell.to_string())));
        self.styles.push(style);
    }

    /// Whether there is nothing under the heading.
    pub fn is_empty(&self) -> bool {
        self.styles.len() == 1
    }

    /// Writes the table.
    pub fn write(&self, out: &mut Out) -> Result<(), CliError> {
        for (line, style) in self.laid_out.lines().zip(&self.styles) {
            let line = out.paint(*style, line.trim_end());
            out.line(format_args!("{:margin$}{line}", "", margin = self.margin))?;
        }
        Ok(())
    }
}

/// A text as a cell: every row is as wide as the widest.
fn fitted(text: &str) -> String {
    let start: String = text.chars().take(CELL_LETTERS_MAX).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("{}{more}", visible(&start))
}

/// The columns that a text takes on a terminal: one for each character that is no accent over the one before.
pub fn width(text: &str) -> usize {
    text.chars().filter(|letter| !('\u{300}'..='\u{36f}').contains(letter)).count()
}

/// The widest of some texts, and no less than this.
pub fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, least: usize) -> usize {
    texts.into_iter().map(width).fold(least, usize::max)
}

/// A text with blanks before it, to this width; one that is too wide still stands apart from what is before it.
pub fn pad_left(text: &str, columns: usize) -> String {
    format!("{:blanks$}{text}", "", blanks = columns.saturating_sub(width(text)).max(1))
}

/// A text with blanks behind it, to this width; one that is too wide still stands apart from what follows.
pub fn pad_right(text: &str, columns: usize) -> String {
    format!("{text}{:blanks$}", "", blanks = columns.saturating_sub(width(text)).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_for_its_column_stands_apart_all_the_same() {
        assert_eq!(pad_right("instantanés", 11), "instantanés ");
        assert_eq!(
            pad_left("100\u{a0}000\u{a0}000\u{a0}000,00\u{a0}€", 16),
            " 100\u{a0}000\u{a0}000\u{a0}000,00\u{a0}€"
        );
        assert_eq!(pad_left("5,00", 6), "  5,00");
        assert_eq!((width("adhérent"), width("adhe\u{301}rent")), (8, 8));
    }
}
