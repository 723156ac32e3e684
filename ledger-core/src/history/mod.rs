//! History: what is known to have been durable in a journal, by what stands beside it. The writer, readers, the audit and
//! the doctor all ask here, so that an end that one of them refuses is refused by all.

mod seen;
mod witness;

pub use self::seen::{Seen, agrees, seen};
pub use self::witness::Witnesses;
