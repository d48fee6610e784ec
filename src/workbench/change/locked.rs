//! The one way in which a folder is changed: see it, lock it, see it again if anything moved, change it.
//!
//! Looking takes no lock, so what was seen may be over by the time somebody agreed to a change. Only under the lock
//! does it stay true. Apply, roll back, repair and accept all come through here.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::Path;

use crate::disk::TargetRoot;
use crate::disk::fs::Fs;
use crate::environment::Environment;
use crate::ledger::{Action, Entry, Ledger};
use crate::plan::{ApprovedPlan, Note, NoteSource};
use crate::transaction::{self, ChangeFailure, Contents, Intermediate, Receipt, Request, TransactionError};
use crate::workbench::look::memory::{FolderName, Memory};
use crate::workbench::look::situation::Survey;
use crate::workbench::look::stack::read_ledger;
use crate::workbench::{Error, Result, Watch, Workbench};

/// What was seen in a folder, and can be compared with what is there now.
pub(crate) trait Recheckable: Sized {
    fn still_holds(&self, fs: &dyn Fs, ledger: &Ledger) -> bool;
}

/// A folder that nobody else changes, with its history. Its records grow only through this.
#[must_use = "a lock keeps everybody else out for nothing"]
pub(crate) struct LockedFolder<'a> {
    root: TargetRoot,
    pub target: &'a Path,
    /// Its history, up to the last entry that was written here.
    pub ledger: Ledger,
    environment: &'a Environment,
    /// Where is remembered what is written into its history, if it is.
    memory: Option<&'a Path>,
    /// The newest entry that is remembered; who ends with another, without a word, has it remembered when the lock goes.
    remembered: Cell<u64>,
    /// The last entry that was announced.
    announced: Cell<u64>,
    /// The newest entry when it was locked.
    since: u64,
    /// When it was locked.
    begun: String,
    /// Whether something was done here that lasts, whatever fails after it.
    is_changed: Cell<bool>,
}

/// A change and what is kept for taking it back.
pub(crate) struct LockedChange<'a> {
    /// The steps.
    pub plan: ApprovedPlan,
    /// What the plan was made of.
    pub survey: &'a Survey,
    /// What the history will say.
    pub entry: Entry,
    /// Where new contents come from.
    pub contents: &'a dyn Contents,
    /// What it brings besides its steps.
    pub(crate) extras: ChangeExtras<'a>,
}

/// What a change brings besides its steps.
#[derive(Default)]
pub(crate) struct ChangeExtras<'a> {
    /// Files that are kept beside the entry, by name.
    pub beside: BTreeMap<String, Cow<'a, [u8]>>,
    /// Entries whose backups it uses up.
    pub retires: Vec<u64>,
    /// Contents to keep with the backups.
    pub between: Vec<Intermediate>,
}

impl Workbench {
    /// Locks `target` for the change that `first` showed. What looks different under the lock is seen again; it then
    /// has to stay as it is if it `can_change`, because steps are proven once more when they are made, and what needs
    /// none is not.
    ///
    /// # Errors
    /// If somebody else is changing the folder, it does not keep still, or entries of its history are gone; those of
    /// `see_again`.
    pub(crate) fn lock_as_seen<'a, T: Recheckable>(
        &'a self,
        target: &'a Path,
        first: T,
        see_again: impl FnOnce(&dyn Fs) -> Result<T>,
        can_change: impl FnOnce(&T) -> bool,
    ) -> Result<(LockedFolder<'a>, T)> {
        let folder = self.locked(self.lock(target)?, target)?;
        self.refuse_shortened_history(target, folder.fs())?;
        if first.still_holds(folder.fs(), &folder.ledger) {
            return Ok((folder, first));
        }
        let again = see_again(folder.fs())?;
        if can_change(&again) && !again.still_holds(folder.fs(), &folder.ledger) {
            return Err(Error::moved());
        }
        Ok((folder, again))
    }

    /// The folder behind `root`, which is at `target`.
    pub(crate) fn locked<'a>(&'a self, root: TargetRoot, target: &'a Path) -> Result<LockedFolder<'a>> {
        let ledger = read_ledger(root.fs())?;
        let since = ledger.head().seq;
        let (environment, memory) = (&self.environment, self.environment.seen_file.as_deref());
        let (begun, is_changed) = (environment.now(), Cell::default());
        let (remembered, announced) = (Cell::new(since), Cell::new(since));
        Ok(LockedFolder {
            root,
            target,
            ledger,
            environment,
            memory,
            remembered,
            announced,
            since,
            begun,
            is_changed,
        })
    }
}

impl Drop for LockedFolder<'_> {
    fn drop(&mut self) {
        // Entries that nobody remembers could be removed without being missed. What was announced of a change that got
        // stuck is needed for its recovery.
        if self.announced.get() <= self.ledger.head().seq {
            let _ = self.settle(&self.ledger);
        }
        // Where nothing was ever changed, nothing is left of what came to nothing.
        if !self.is_changed.get() && self.ledger.head().seq == 0 {
            transaction::leave_no_trace(&self.root);
        }
    }
}

impl LockedFolder<'_> {
    /// The same folder, of which nothing is remembered: a copy that goes when it has served.
    pub(crate) fn unremembered(mut self) -> Self {
        self.memory = None;
        self
    }

    /// Its disk.
    pub fn fs(&self) -> &dyn Fs {
        self.root.fs()
    }

    /// Makes `change` true in one transaction: all of it, or nothing.
    pub fn carry_out(
        &self,
        change: LockedChange<'_>,
        watch: Watch<'_>,
    ) -> std::result::Result<Receipt, ChangeFailure> {
        let LockedChange { plan, survey, entry, contents, extras } = change;
        let entry = entry.with_steps(plan.steps());
        // Before anything can be left behind that somebody would have to recognise as theirs.
        self.announce(&entry);
        let request = Request {
            root: &self.root,
            path: Some(self.target),
            plan,
            observed: &survey.observed,
            entry,
            beside: extras.beside,
            between: extras.between,
            retires: extras.retires,
            contents,
            environment: self.environment,
            progress: watch.progress,
            cancel: watch.cancel,
        };
        let armed = transaction::prepare(request)?;
        // A change that was put back has left an entry, too.
        let receipt = armed.commit().inspect_err(|_| {
            let _ = read_ledger(self.fs()).and_then(|ledger| self.settle(&ledger));
        })?;
        self.is_changed.set(true);
        Ok(receipt)
    }

    /// Whether people still find the folder where they named it, now that everything is done.
    pub(crate) fn check_path(&self) -> Result<()> {
        transaction::check_path(self.fs(), Some(self.target)).map_err(|error| self.failed(error))
    }

    /// The next entry of its history.
    pub(crate) fn next_entry(&self, action: Action) -> Entry {
        let entry = Entry::after(&self.ledger.head(), action, self.environment);
        let begun = Some(self.begun.clone()).filter(|begun| *begun != entry.time);
        Entry { begun, ..entry }
    }

    /// Reads what a transaction has just written. Under the lock nobody else adds to the history, so that it need not
    /// be read as a whole again.
    pub fn note(&mut self, entry: &Entry) -> Result<()> {
        self.ledger.push_committed(&entry.to_bytes()).map_err(|error| self.failed(error))
    }

    /// Adds an entry that changes no file.
    pub fn append(&mut self, entry: &Entry) -> Result<()> {
        self.announce(entry);
        transaction::append(&self.root, entry).map_err(|error| self.failed(error))?;
        self.is_changed.set(self.is_changed.get() || entry.action == Action::Accept);
        self.note(entry)
    }

    /// What a failure of the records means: nobody is told that nothing was changed once something was.
    fn failed(&self, error: impl Into<TransactionError>) -> Error {
        match self.is_changed.get() {
            true => ChangeFailure::after_the_change(error).into(),
            false => error.into().into(),
        }
    }

    /// Reads the history again, after a failure that has added to it.
    pub(crate) fn read_again(&mut self) -> Result<()> {
        self.ledger = read_ledger(self.root.fs())?;
        Ok(())
    }

    /// Notes outside the folder that `entry` is about to be written: a crash may come before [`LockedFolder::remember`].
    fn announce(&self, entry: &Entry) {
        let Some(path) = self.memory else { return };
        self.announced.set(entry.seq);
        let (name, time) = (FolderName::new(self.target), self.environment.now());
        // What goes wrong here goes wrong in the end, too, where somebody hears of it.
        let _ = Memory::change(path, |memory| memory.announce(&name, &time, &self.ledger, entry));
    }

    /// Notes outside the folder what was written into its history under this lock; what it means that this is not
    /// possible, if it is not.
    pub(crate) fn remember(&self) -> Option<Note> {
        self.settle(&self.ledger).err().map(|error| Note::told(NoteSource::Memory, not_remembered(&error)))
    }

    fn settle(&self, ledger: &Ledger) -> Result<()> {
        // A change that got stuck has added nothing, and what was announced of it is needed for its recovery.
        let newest = ledger.head().seq;
        let Some(path) = self.memory.filter(|_| newest > self.remembered.get()) else { return Ok(()) };
        // It is tried once: what keeps it from being written keeps it from that a moment later, too.
        self.remembered.set(newest);
        let (name, time) = (FolderName::new(self.target), self.environment.now());
        Memory::change(path, |memory| memory.settle(&name, &time, ledger, self.since))
    }

    /// Deletes the backups of these entries.
    pub fn give_up(&self, entries: &[u64]) -> Result<()> {
        transaction::give_up(&self.root, entries).map_err(|error| self.failed(error))
    }
}

fn not_remembered(error: &Error) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    let why = format!("{error}{cause}");
    format!("This account won't remember that you made this change: {why}")
}
