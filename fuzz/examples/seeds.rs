//! Writes the seeds of the targets that read what the ledger has written, into the corpora in the folder named.

use std::path::Path;

use ledger_fuzz::{Signed, Story};

fn main() -> std::io::Result<()> {
    let Some(corpus) = std::env::args().nth(1) else { return Ok(()) };
    let put = |target: &str, name: &str, bytes: &[u8]| {
        let folder = Path::new(&corpus).join(target);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(name), bytes)
    };
    for (name, text) in &Signed::get().files {
        put("read_proof", name, text.as_bytes())?;
    }
    // A true export, and the first lines of one.
    put("import_journal", "no-edit", &[0xff])?;
    put("import_journal", "cut-short", &Story::get().export[..4000])
}
