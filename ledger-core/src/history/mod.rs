//! History: what is known to have been durable in a journal, by what stands beside it. The writer, readers, the audit and
//! the doctor all ask here, so that an end that one of them refuses is refused by all.

mod head;
mod seen;
mod witness;

pub use self::head::{HEAD_PATH, Head, KEYS_FOLDER, PRIVATE_KEY_PATH, PUBLIC_KEY_PATH, seen_by};
pub use self::seen::{Seen, agrees, seen};
pub use self::witness::Witnesses;
