//! `Faulty`: wraps another storage and makes chosen steps fail. It never writes a byte that it was not asked to write.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Lock, LockError, Shelf, ShelfError, Storage, guard, in_memory};

/// A kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "named after the methods of Storage")]
pub enum Step {
    Create,
    Write,
    Extend,
    Sync,
    SyncFolder,
    Rename,
    Remove,
    /// Changes nothing, so it counts only where it is asked for by name.
    Read,
    /// The same.
    List,
}

/// How a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The device refuses: nothing is done.
    Broken,
    /// The disk is full: an extension leaves the zeros for which there was room, other steps nothing.
    Full,
    /// The device stops in the middle: a write or an extension leaves its first half, a read gives its first half and says
    /// nothing of the rest. Other steps do nothing.
    Torn,
    /// The device says yes to a sync or an extension and makes nothing durable; a later one that is honest does.
    Lies,
    /// The device says yes to a write, and the bytes go nowhere. Other steps do nothing.
    Lost,
}

/// Another storage, some of whose steps fail. Extending ahead is not passed on, so that every run fails alike.
#[derive(Debug)]
pub struct Faulty<S> {
    inner: S,
    plan: Mutex<Plan>,
    below: Mutex<Option<Below>>,
    /// Whether locks are given to everybody.
    lawless: AtomicBool,
}

/// A folder in which everything fails, once so many steps have gone well there.
#[derive(Debug)]
struct Below {
    folder: String,
    spared: u64,
}

#[derive(Debug, Default)]
struct Plan {
    steps: Vec<Step>,
    fault: Option<Planned>,
}

#[derive(Debug, Clone, Copy)]
struct Planned {
    fault: Fault,
    /// `None`: steps of every kind count.
    step: Option<Step>,
    /// How many of them still go well.
    spared: u64,
    for_ever: bool,
}

impl<S: Storage> Faulty<S> {
    /// Wraps `inner`; nothing fails yet.
    pub fn new(inner: S) -> Self {
        Self { inner, plan: Mutex::default(), below: Mutex::default(), lawless: AtomicBool::new(false) }
    }

    /// The storage inside.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// From now on, the `nth` step (1: the next one) of this kind, or of any kind, fails once.
    pub fn fail_once(&self, step: impl Into<Option<Step>>, nth: u64, fault: Fault) {
        self.fail(step.into(), nth, fault, false);
    }

    /// From now on, the `nth` step (1: the next one) of this kind, or of any kind, and all such steps after it fail.
    pub fn fail_from(&self, step: impl Into<Option<Step>>, nth: u64, fault: Fault) {
        self.fail(step.into(), nth, fault, true);
    }

    /// Nothing fails any more.
    pub fn heal(&self) {
        guard(&self.plan).fault = None;
        *guard(&self.below) = None;
    }

    /// Whether locks are kept. Where they are not, everybody is given one and believes to hold it alone.
    pub fn keep_locks(&self, kept: bool) {
        self.lawless.store(!kept, Ordering::Relaxed);
    }

    /// From now on, the `nth` step (1: the next one) on the files of this folder fails, and all after it there, to read and to
    /// list as well.
    pub fn fail_below(&self, folder: &str, nth: u64) {
        assert!(nth > 0, "steps are counted from 1");
        *guard(&self.below) = Some(Below { folder: folder.to_owned(), spared: nth - 1 });
    }

    /// The steps asked so far, failed ones included.
    pub fn steps(&self) -> Vec<Step> {
        guard(&self.plan).steps.clone()
    }

    fn fail(&self, step: Option<Step>, nth: u64, fault: Fault, for_ever: bool) {
        assert!(nth > 0, "steps are counted from 1");
        guard(&self.plan).fault = Some(Planned { fault, step, spared: nth - 1, for_ever });
    }

    /// The fault that is due at this step.
    fn fault(&self, step: Step) -> Option<Fault> {
        let mut plan = guard(&self.plan);
        let changes = !matches!(step, Step::Read | Step::List);
        if changes {
            plan.steps.push(step);
        }
        let may_lie = matches!(step, Step::Extend | Step::Sync | Step::SyncFolder);
        let counts = |planned: &&mut Planned| {
            planned.step.map_or(changes, |kind| kind == step) && (planned.fault != Fault::Lies || may_lie)
        };
        let planned = plan.fault.as_mut().filter(counts)?;
        if planned.spared > 0 {
            planned.spared -= 1;
            return None;
        }
        let Planned { fault, for_ever, .. } = *planned;
        if !for_ever {
            plan.fault = None;
        }
        Some(fault)
    }

    /// Whether a step on this file or folder fails because of where it is.
    fn check_place(&self, path: &str) -> io::Result<()> {
        let mut below = guard(&self.below);
        let inside = |below: &&mut Below| {
            path.strip_prefix(&below.folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match below.as_mut().filter(inside) {
            Some(below) if below.spared == 0 => Err(Fault::Broken.error()),
            Some(below) => {
                below.spared -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn check(&self, step: Step) -> io::Result<()> {
        self.fault(step).map_or(Ok(()), |fault| Err(fault.error()))
    }

    /// Syncs, unless it fails or lies.
    fn sync_with(&self, step: Step, sync: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        match self.fault(step) {
            None => sync(),
            Some(Fault::Lies) => Ok(()),
            Some(fault) => Err(fault.error()),
        }
    }
}

impl Fault {
    fn error(self) -> io::Error {
        match self {
            Self::Full => io::Error::new(io::ErrorKind::StorageFull, "no space left (injected)"),
            Self::Broken | Self::Lost | Self::Torn | Self::Lies => {
                io::Error::other("input/output error (injected)")
            }
        }
    }
}

/// A lock that keeps nobody out and does not know it.
#[derive(Debug)]
struct NoLock;

impl Lock for NoLock {
    fn still_held(&self) -> io::Result<bool> {
        Ok(true)
    }
}

impl<S: Storage> Storage for Faulty<S> {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.check_place(folder)?;
        self.check(Step::List)?;
        self.inner.list(folder)
    }
    fn len(&self, path: &str) -> io::Result<Option<u64>> {
        self.inner.len(path)
    }
    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.check_place(path)?;
        match self.fault(Step::Read) {
            None => self.inner.read_at(path, offset, buffer),
            Some(Fault::Torn) => {
                let half = buffer.len() / 2;
                self.inner.read_at(path, offset, &mut buffer[..half])
            }
            Some(fault) => Err(fault.error()),
        }
    }
    fn create(&self, path: &str) -> io::Result<()> {
        self.check_place(path)?;
        self.check(Step::Create)?;
        self.inner.create(path)
    }
    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.check_place(path)?;
        let Some(fault) = self.fault(Step::Write) else {
            return self.inner.write_at(path, offset, bytes);
        };
        match fault {
            Fault::Torn => self.inner.write_at(path, offset, &bytes[..bytes.len() / 2])?,
            Fault::Lost => return Ok(()),
            Fault::Broken | Fault::Full | Fault::Lies => {}
        }
        Err(fault.error())
    }
    fn extend(&self, path: &str, new_len: u64) -> io::Result<()> {
        let Some(fault) = self.fault(Step::Extend) else {
            return self.inner.extend(path, new_len);
        };
        let len = self.inner.len(path)?.unwrap_or(0);
        let zeros = vec![0; in_memory(new_len.saturating_sub(len))];
        match fault {
            Fault::Lies => return self.inner.write_at(path, len, &zeros),
            Fault::Full => self.inner.extend(path, len + zeros.len() as u64 / 2)?,
            Fault::Torn => self.inner.write_at(path, len, &zeros[..zeros.len() / 2])?,
            Fault::Broken | Fault::Lost => {}
        }
        Err(fault.error())
    }
    fn sync(&self, path: &str) -> io::Result<()> {
        self.check_place(path)?;
        self.sync_with(Step::Sync, || self.inner.sync(path))
    }
    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        self.check_place(folder)?;
        self.sync_with(Step::SyncFolder, || self.inner.sync_folder(folder))
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.check_place(to)?;
        self.check(Step::Rename)?;
        self.inner.rename(from, to)
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        self.check_place(path)?;
        self.check(Step::Remove)?;
        self.inner.remove(path)
    }
    fn lock(&self) -> Result<Box<dyn Lock>, LockError> {
        if self.lawless.load(Ordering::Relaxed) {
            return Ok(Box::new(NoLock));
        }
        self.inner.lock()
    }
    fn lock_held(&self) -> io::Result<bool> {
        self.inner.lock_held()
    }
    fn shelf(&self) -> Result<Box<dyn Shelf>, ShelfError> {
        self.inner.shelf()
    }
    fn drop_shelf(&self) -> io::Result<()> {
        self.inner.drop_shelf()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Memory;
    use super::*;

    #[test]
    fn the_chosen_step_fails_and_the_others_do_not() {
        let faulty = Faulty::new(Memory::new());
        faulty.fail_once(Step::Write, 2, Fault::Torn);
        faulty.create("x").unwrap();
        faulty.write_at("x", 0, b"abcd").unwrap();
        faulty.sync("x").unwrap();
        assert!(faulty.write_at("x", 4, b"efgh").is_err());
        assert_eq!(faulty.inner().bytes("x").unwrap(), b"abcdef");
        faulty.write_at("x", 6, b"gh").unwrap();
        assert_eq!(faulty.steps(), [Step::Create, Step::Write, Step::Sync, Step::Write, Step::Write]);

        faulty.fail_from(None, 2, Fault::Full);
        faulty.sync("x").unwrap();
        for _ in 0..2 {
            assert_eq!(faulty.extend("x", 99).unwrap_err().kind(), io::ErrorKind::StorageFull);
        }
        faulty.heal();
        faulty.extend("x", 99).unwrap();
    }

    #[test]
    fn a_lie_is_found_out_when_the_power_goes() {
        let faulty = Faulty::new(Memory::new());
        faulty.inner().set_bytes("x", vec![]);
        faulty.fail_from(Step::Extend, 1, Fault::Lies);
        faulty.extend("x", 4).unwrap();
        faulty.fail_from(Step::Sync, 1, Fault::Lies);
        faulty.sync("x").unwrap();
        assert_eq!(faulty.inner().bytes("x").unwrap(), [0; 4]);
        assert_eq!(faulty.inner().crash().bytes("x").unwrap(), b"");
        faulty.heal();
        faulty.sync("x").unwrap();
        assert_eq!(faulty.inner().crash().bytes("x").unwrap(), [0; 4], "durable only later");
    }

    #[test]
    fn reads_fail_only_where_they_are_asked_to() {
        let faulty = Faulty::new(Memory::new());
        faulty.inner().set_bytes("x", b"abcd".to_vec());
        let read = || {
            let mut buffer = [0; 4];
            faulty.read_at("x", 0, &mut buffer)
        };
        faulty.fail_from(None, 1, Fault::Broken);
        assert_eq!(read().unwrap(), 4);
        faulty.fail_once(Step::Read, 2, Fault::Torn);
        assert_eq!((read().unwrap(), read().unwrap(), read().unwrap()), (4, 2, 4));
        faulty.fail_once(Step::Read, 1, Fault::Broken);
        assert!(read().is_err());
    }
}
