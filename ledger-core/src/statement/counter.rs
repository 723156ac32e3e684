//! Which line of a file a byte stands in, when the questions come in the order of the file.

/// Counts the lines of a text as far as it was asked.
#[derive(Default)]
pub(super) struct Counter<'a> {
    text: &'a str,
    counted: usize,
    lines: u64,
}

impl<'a> Counter<'a> {
    /// Of this text.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, ..Self::default() }
    }

    /// The line, from 1, of a place that is not before the one asked for last.
    pub(super) fn line_at(&mut self, at: usize) -> u64 {
        let passed = self.text.get(self.counted..at).unwrap_or_default();
        self.lines += passed.matches('\n').count() as u64;
        self.counted = self.counted.max(at);
        1 + self.lines
    }
}
