//! Edits: a script of bytes that changes others.

/// Steps of one script.
const STEPS_MAX: usize = 16;

/// Takes steps from bytes; after the last, all are 0.
pub struct Edits<'a> {
    bytes: &'a [u8],
    steps: usize,
}

impl<'a> Edits<'a> {
    /// The script of these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, steps: 0 }
    }

    /// Whether there is another step.
    pub fn another(&mut self) -> bool {
        self.steps += 1;
        !self.bytes.is_empty() && self.steps <= STEPS_MAX
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    /// A number below `end`, 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        let number = self.take(3).iter().fold(0, |number, byte| number << 8 | usize::from(*byte));
        number.checked_rem(end).unwrap_or(0)
    }

    /// So many bytes, or those that are left.
    pub fn take(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.bytes.split_at(count.min(self.bytes.len()));
        self.bytes = rest;
        taken
    }

    /// Takes all steps as edits of these bytes.
    pub fn edit(&mut self, bytes: &mut Vec<u8>) {
        while self.another() {
            self.edit_once(bytes);
        }
    }

    /// Takes a step: other bytes in place of some, some gone, more, or cut off.
    pub fn edit_once(&mut self, bytes: &mut Vec<u8>) {
        let (kind, at, count) = (self.byte(), self.below(bytes.len()), usize::from(self.byte()));
        let end = (at + count).min(bytes.len());
        match kind % 5 {
            0 if at < bytes.len() => bytes[at] = self.byte(),
            1 => {
                let new = self.take(end - at);
                bytes[at..at + new.len()].copy_from_slice(new);
            }
            2 => drop(bytes.drain(at..end)),
            3 => drop(bytes.splice(at..at, self.take(count).iter().copied())),
            _ => bytes.truncate(at),
        }
    }
}
