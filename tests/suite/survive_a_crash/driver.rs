//! One change from beginning to end, and what the next start of the program does when it was interrupted.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use patchwright::disk::TargetRoot;
use patchwright::disk::fs::{Fs, Place, Stat, StatePath};
use patchwright::environment::Environment;
use patchwright::ledger::{Action, Entry, EntryFact, Ledger};
use patchwright::model::{Digest, FileNode, LayerKey, Mode, Node, Step, TreePath};
use patchwright::plan::{ApprovedPlan, Plan, PlanFingerprint, Preview, in_order};
use patchwright::progress::{CancelToken, Progress, Quiet};
use patchwright::transaction::recover::{self, OnForeign, Options, UndoTable, Undone};
use patchwright::transaction::{
    ChangeFailure, ContentError, Contents, Intermediate, Receipt, Request, SafeCopies, TransactionError,
    prepare,
};

/// The same moment, user and machine every time, so that every trial can be repeated.
pub fn environment() -> Environment {
    let now = "2026-03-04T05:06:07Z".parse().expect("a good time");
    Environment::fixed(now, "tester", "testbed", "linux/x86_64")
}

/// What somebody wants done.
#[derive(Debug, Clone)]
pub enum Deed {
    /// These steps, in any order, and the bytes of every new file.
    Apply(Vec<Step>, BTreeMap<TreePath, Arc<Vec<u8>>>),
    /// Take back this history entry.
    Rollback(u64),
}

/// A deed that is ready to be done in the folder as it was seen.
pub struct Planned {
    pub steps: Vec<Step>,
    pub observed: BTreeMap<TreePath, Stat>,
    entry: Entry,
    retires: Vec<u64>,
    source: Source,
}

/// A content that is nowhere in the folder.
const BETWEEN: &str = "between";

/// Where new content comes from.
struct Source {
    bytes: BTreeMap<TreePath, Arc<Vec<u8>>>,
    /// Places that hold these contents before the change.
    present: BTreeMap<Digest, TreePath>,
    kept: Option<SafeCopies>,
}

impl Contents for Source {
    fn kept(&self, step: &Step) -> Option<StatePath> {
        self.kept.as_ref()?.of(&step.path).cloned()
    }

    fn remembers(&self, step: &Step) -> bool {
        matches!(step.before, Some(Node::File(_)))
    }

    fn write(&self, step: &Step, fs: &dyn Fs, out: &mut dyn Write) -> Result<(), ContentError> {
        let digest = step.after.as_ref().and_then(Node::as_file).map(|file| file.digest);
        // What is in the target already is read from there, as for a file that is renamed.
        match digest.and_then(|digest| self.present.get(&digest)) {
            Some(from) => drop(std::io::copy(&mut fs.open(&Place::from(from))?, out)?),
            None if step.path.as_str() == BETWEEN => out.write_all(BETWEEN.as_bytes())?,
            None => out.write_all(&self.bytes[&step.path])?,
        }
        Ok(())
    }
}

impl Deed {
    /// Looks at the folder and makes the plan.
    pub fn plan(&self, fs: &dyn Fs) -> Result<Planned, String> {
        let ledger = Ledger::read(fs).map_err(|error| told(&error))?;
        let (steps, bytes, kept, retires) = match self {
            Deed::Apply(steps, bytes) => (steps.clone(), bytes.clone(), None, Vec::new()),
            Deed::Rollback(seq) => {
                let entry = ledger.entry(*seq).ok_or("there is no such entry")?;
                let steps = &entry.steps;
                let kept = SafeCopies::verify(fs, *seq, steps).map_err(|error| told(&error))?;
                (steps.iter().map(Step::inverse).collect(), BTreeMap::new(), Some(kept), vec![*seq])
            }
        };
        // A change of one file is what moving a switch is, too.
        let action = match (&kept, &steps[..]) {
            (Some(_), _) => Action::Rollback,
            (None, [_]) => Action::Toggle,
            (None, _) => Action::Apply,
        };
        let mut entry = Entry::after(&ledger.head(), action, &environment());
        entry.reverses = retires.first().copied();
        // Every other change is of the second generation, so that the state folder becomes one that knows it.
        if action == Action::Apply && entry.seq.is_multiple_of(2) {
            entry.out = vec![LayerKey { entry: 0, part: 0 }.into()];
        }
        let mut observed = BTreeMap::new();
        for step in steps.iter().filter(|step| step.before.is_some()) {
            let found = fs.look(&Place::from(&step.path)).map_err(|error| told(&error))?;
            observed.extend(found.map(|found| (step.path.clone(), found)));
        }
        let present = steps
            .iter()
            .filter_map(|step| Some((step.before.as_ref()?.as_file()?.digest, step.path.clone())))
            .collect();
        let source = Source { bytes, present, kept };
        Ok(Planned { steps: in_order(steps), observed, entry, retires, source })
    }
}

impl Planned {
    /// Does it.
    pub fn carry_out(
        &self,
        root: &TargetRoot,
        progress: &dyn Progress,
        cancel: &CancelToken,
    ) -> Result<Receipt, ChangeFailure> {
        let request = Request {
            root,
            path: None,
            plan: approved(self.steps.clone()),
            observed: &self.observed,
            entry: self.entry.clone(),
            beside: BTreeMap::from([("manifest.json".to_owned(), b"{}\n".as_slice().into())]),
            between: self.between(),
            retires: self.retires.clone(),
            contents: &self.source,
            environment: &environment(),
            progress,
            cancel,
        };
        prepare(request)?.commit()
    }

    /// A content that only the safe copies have, where the entry is one that only newer programs understand.
    fn between(&self) -> Vec<Intermediate> {
        let (path, bytes) = (TreePath::parse(BETWEEN).expect("a path"), BETWEEN.as_bytes());
        let (digest, size_bytes) = (Digest::compute(bytes), bytes.len() as u64);
        let between = Intermediate { path, file: FileNode { digest, size_bytes, mode: Mode::FILE } };
        self.entry.is_of_second_generation().then_some(between).into_iter().collect()
    }
}

fn approved(steps: Vec<Step>) -> ApprovedPlan {
    let preview = Preview {
        plan: Plan { steps, base: PlanFingerprint(Digest::compute(b"")) },
        obstacles: Vec::new(),
        notes: Vec::new(),
        needed_bytes: 0,
        is_written_down: false,
    };
    preview.approve().expect("nothing is in its way")
}

/// A whole run of the program that does this.
pub fn run(disk: Arc<dyn Fs>, deed: &Deed) -> Result<Receipt, String> {
    run_with(disk, deed, &Quiet, &CancelToken::new())?.map_err(|failure| told(&failure.cause))
}

/// The same with somebody who listens or stops it. The outer error is from before the transaction.
pub fn run_with(
    disk: Arc<dyn Fs>,
    deed: &Deed,
    progress: &dyn Progress,
    cancel: &CancelToken,
) -> Result<Result<Receipt, ChangeFailure>, String> {
    let root = locked(disk)?;
    let planned = deed.plan(root.fs())?;
    Ok(planned.carry_out(&root, progress, cancel))
}

/// Does this, which must succeed.
pub fn must_run(disk: &Arc<impl Fs + 'static>, deed: &Deed) -> Receipt {
    let receipt = run(disk.clone(), deed).expect("nothing is in its way");
    assert!(receipt.untidy.is_none(), "{:?}", receipt.untidy);
    receipt
}

/// Opens the folder for writing.
pub fn locked(disk: Arc<dyn Fs>) -> Result<TargetRoot, String> {
    let root = TargetRoot::lock(disk).map_err(|error| told(&error))?;
    root.ok_or_else(|| "somebody else has the lock".to_owned())
}

/// What the next start of the program does first, when the person says "put back" to every question.
pub fn recover(disk: Arc<dyn Fs>) -> Result<(), String> {
    let root = locked(disk)?;
    match recover::tidy(&root) {
        Ok(()) => Ok(()),
        Err(TransactionError::Unfinished) => {
            undo(&root, &UndoTable::default(), OnForeign::Stop).map(drop).map_err(|error| told(&error))
        }
        Err(error) => Err(told(&error)),
    }
}

/// Undoes the interrupted change.
pub fn undo(root: &TargetRoot, table: &UndoTable, on_foreign: OnForeign) -> Result<Undone, TransactionError> {
    undo_with(root, table, on_foreign, &Quiet)
}

/// The same with somebody who listens.
pub fn undo_with(
    root: &TargetRoot,
    table: &UndoTable,
    on_foreign: OnForeign,
    progress: &dyn Progress,
) -> Result<Undone, TransactionError> {
    let interrupted = recover::interrupted(root)?;
    let options = Options {
        on_foreign,
        reason: EntryFact::Interrupted { rollback: false },
        environment: &environment(),
        progress,
        cancel: &CancelToken::new(),
        originals: None,
    };
    recover::undo_by(table, root, &interrupted, &options)
}

/// An error with all its causes.
pub fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
