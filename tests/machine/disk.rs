//! A small file system of its own, where the machine allows one to be mounted.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A disk in memory, gone when dropped.
pub struct Disk {
    pub at: PathBuf,
}

impl Disk {
    /// Mounts one; where that is not allowed, says so for all to hear.
    pub fn mount(at: PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(&at).stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Self { at });
        }
        skipped("no file system can be mounted here");
        None
    }

    /// Mounts it again, with these options.
    pub fn remount(&self, how: &str) {
        let mut remount = Command::new("mount");
        remount.args(["-o", &format!("remount,{how}")]).arg(&self.at);
        assert!(remount.status().unwrap().success());
    }

    /// Leaves so many KiB of room.
    pub fn fill(&self, left_kib: usize) {
        let filler = self.at.join("filler");
        let mut room = 0;
        // As long as a block of 4 KiB can be written, there is one.
        let mut bytes = Vec::new();
        for step in [1 << 20, 1 << 16, 1 << 12] {
            loop {
                bytes.resize(room + step, 1);
                if std::fs::write(&filler, &bytes).is_err() {
                    break;
                }
                room += step;
            }
        }
        std::fs::write(&filler, vec![1; room.saturating_sub(left_kib << 10)]).unwrap();
    }

    /// Makes room again.
    pub fn clear(&self) {
        std::fs::remove_file(self.at.join("filler")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.at).status();
    }
}

/// Says on the terminal itself that a test did not try what it is for, whoever captures its output.
pub fn skipped(why: &str) {
    use std::io::Write;
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    let _ = writeln!(std::io::stderr(), "NOT TRIED: {name}: {why}");
}

/// A user without rights, if this one may become it and the program can be reached.
pub fn nobody(program: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    let root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    let mut help = Command::new(program);
    help.arg("--version").uid(NOBODY).gid(NOBODY).stdout(Stdio::null()).stderr(Stdio::null());
    if root && help.status().is_ok_and(|status| status.success()) {
        return Some(NOBODY);
    }
    skipped("this user cannot become another one that reaches the program");
    None
}
