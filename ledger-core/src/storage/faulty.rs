//! `Faulty`: wraps another storage and makes chosen steps fail. It never changes a byte that the inner storage would not.

use std::io;
use std::sync::{Arc, Mutex};

use super::shelf::contained;
use super::{Lock, LockError, Shelf, ShelfAccess, ShelfError, Storage, guard};

/// A kind of call that changes something.
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
}

/// How a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The device refuses: nothing is done.
    Broken,
    /// The disk is full: nothing is done.
    Full,
    /// The device refuses in the middle: a write leaves its first half, other steps nothing.
    Torn,
}

/// How a shelf fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ShelfFault {
    /// It says that it is broken.
    Broken,
    /// It panics.
    Panics,
}

/// Another storage, some of whose steps fail. Extending ahead is not passed on, so that every run fails alike.
#[derive(Debug)]
pub struct Faulty<S> {
    inner: S,
    plan: Mutex<Plan>,
    shelf_plan: Arc<Mutex<ShelfPlan>>,
}

#[derive(Debug, Default)]
struct ShelfPlan {
    fault: Option<ShelfFault>,
    /// How many calls still go well.
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
        Self { inner, plan: Mutex::default(), shelf_plan: Arc::default() }
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
        guard(&self.shelf_plan).fault = None;
    }

    /// From now on, the `nth` call (1: the next one) to the shelf, and all after it, fail.
    pub fn fail_shelf_from(&self, nth: u64, fault: ShelfFault) {
        assert!(nth > 0, "calls are counted from 1");
        *guard(&self.shelf_plan) = ShelfPlan { fault: Some(fault), spared: nth - 1 };
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
        plan.steps.push(step);
        let planned = plan.fault.as_mut().filter(|planned| planned.step.is_none_or(|kind| kind == step))?;
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

    fn check(&self, step: Step) -> io::Result<()> {
        self.fault(step).map_or(Ok(()), |fault| Err(fault.error()))
    }
}

/// A shelf some of whose calls fail.
#[derive(Debug)]
struct FaultyShelf {
    inner: Arc<dyn Shelf>,
    plan: Arc<Mutex<ShelfPlan>>,
}

impl FaultyShelf {
    fn check(&self) -> Result<(), ShelfError> {
        let fault = {
            let mut plan = guard(&self.plan);
            let spared = plan.fault.is_none() || plan.spared > 0;
            plan.spared = plan.spared.saturating_sub(1);
            if spared { None } else { plan.fault }
        };
        contained(|| match fault {
            None => Ok(()),
            Some(ShelfFault::Broken) => Err(ShelfError::broken("injected")),
            Some(ShelfFault::Panics) => panic!("injected"),
        })
    }
}

impl Shelf for FaultyShelf {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, ShelfError> {
        self.check()?;
        self.inner.get(key)
    }
    fn put(&self, pairs: Vec<(Vec<u8>, Vec<u8>)>) -> Result<(), ShelfError> {
        self.check()?;
        self.inner.put(pairs)
    }
    fn remove(&self, keys: &[Vec<u8>]) -> Result<(), ShelfError> {
        self.check()?;
        self.inner.remove(keys)
    }
    fn tidy(&self) -> Result<(), ShelfError> {
        self.check()?;
        self.inner.tidy()
    }
}

impl Fault {
    fn error(self) -> io::Error {
        match self {
            Self::Full => io::Error::new(io::ErrorKind::StorageFull, "no space left (injected)"),
            Self::Broken | Self::Torn => io::Error::other("input/output error (injected)"),
        }
    }
}

impl<S: Storage> Storage for Faulty<S> {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.inner.list(folder)
    }
    fn len(&self, path: &str) -> io::Result<Option<u64>> {
        self.inner.len(path)
    }
    fn read_at(&self, path: &str, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read_at(path, offset, buffer)
    }
    fn create(&self, path: &str) -> io::Result<()> {
        self.check(Step::Create)?;
        self.inner.create(path)
    }
    fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let Some(fault) = self.fault(Step::Write) else {
            return self.inner.write_at(path, offset, bytes);
        };
        if fault == Fault::Torn {
            self.inner.write_at(path, offset, &bytes[..bytes.len() / 2])?;
        }
        Err(fault.error())
    }
    fn extend(&self, path: &str, new_len: u64) -> io::Result<()> {
        self.check(Step::Extend)?;
        self.inner.extend(path, new_len)
    }
    fn sync(&self, path: &str) -> io::Result<()> {
        self.check(Step::Sync)?;
        self.inner.sync(path)
    }
    fn sync_folder(&self, folder: &str) -> io::Result<()> {
        self.check(Step::SyncFolder)?;
        self.inner.sync_folder(folder)
    }
    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.check(Step::Rename)?;
        self.inner.rename(from, to)
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        self.check(Step::Remove)?;
        self.inner.remove(path)
    }
    fn lock(&self) -> Result<Box<dyn Lock>, LockError> {
        self.inner.lock()
    }
    fn lock_held(&self) -> io::Result<bool> {
        self.inner.lock_held()
    }
    fn shelf(&self, access: ShelfAccess) -> Result<Arc<dyn Shelf>, ShelfError> {
        let inner = self.inner.shelf(access)?;
        Ok(Arc::new(FaultyShelf { inner, plan: Arc::clone(&self.shelf_plan) }))
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
}
