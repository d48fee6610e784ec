//! What this person remembers of a folder, held against what is in it: who wrote its history, whether that was cut short
//! or written anew, and which older patch would be a step back.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::memory::{FolderName, Memory, SeenFolder};
use super::stack::{manifest_of, read_ledger};
use crate::bundle::place_of;
use crate::disk::fs::{Fs, Place};
use crate::ledger::{Action, Entry, Ledger, LedgerError, read_small};
use crate::model::{Digest, LayerKey, Mode, Node, Patch, Step};
use crate::plan::why::{HistoryDoubt, gone_history, shortened_history};
use crate::text::capitalised;
use crate::transaction::TransactionError;
use crate::transaction::recover::{self, Unfinished};
use crate::trust::{SequencePlace, Standing};
use crate::workbench::{Error, Result, Workbench};

/// Longest manifest of an entry that is read, in bytes: what a bundle may bring.
const MAX_MANIFEST_BYTES: u64 = crate::bundle::limits::MAX_MANIFEST_BYTES;

/// Whether a history is as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HistoryCheck {
    /// How many entries fit.
    pub fitting: u64,
    /// Digest of the last one that fits: whoever wrote it down elsewhere can compare.
    pub head: Option<Digest>,
    /// The first entry that does not fit, and why.
    pub problem: Option<(u64, String)>,
    /// The newest of the entries that fit which this person has seen before, just as it is.
    pub seen: Option<u64>,
    /// Entries that this person did not write.
    pub foreign: Option<Foreign>,
    /// That the folder is an older copy, if so.
    pub older: Option<OlderCopy>,
}

/// A folder whose history ends before what this person wrote into the same history: a copy that was made earlier, or a
/// backup that was put in its place. Both can be honest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OlderCopy {
    /// The last entry of the history here.
    pub(crate) here: u64,
    /// The newest one that this person wrote.
    pub(crate) newest: u64,
    /// Where that was.
    pub(crate) path: String,
    /// Whether that is this very path.
    pub(crate) is_this_path: bool,
}

impl OlderCopy {
    /// That it is one, without a full stop.
    pub(crate) fn sentence(&self) -> String {
        let Self { here, newest, path, is_this_path } = self;
        match is_this_path {
            true if *here == 0 => capitalised(&gone_history(*newest)),
            true => capitalised(&shortened_history(*here, *newest)),
            false => format!(
                "This folder is an older copy of {path}: its history ends at entry {here}, and you have changed that one up \
                 to entry {newest}"
            ),
        }
    }
}

/// Entries of a history that this person neither wrote nor said to be right: what they say is shown, and nothing in
/// them is believed or run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// Which, ascending; there is at least one.
    pub(crate) entries: Vec<u64>,
    /// How many entries there are in all.
    pub(crate) of: u64,
}

impl Foreign {
    /// That there are such entries, without a full stop.
    pub(crate) fn sentence(&self) -> String {
        let (foreign, of) = (self.entries.len() as u64, self.of);
        let elsewhere = "was not written by you on this computer";
        match (foreign, of) {
            (1, 1) => format!("Foreign history: its only entry {elsewhere}"),
            (all, of) if all == of => {
                format!("Foreign history: none of its {of} entries was written by you on this computer")
            }
            (1, of) => format!("Foreign history: entry {} of {of} {elsewhere}", self.entries[0]),
            (some, of) => format!(
                "Foreign history: {some} of its {of} entries, from entry {} on, were not written by you on this computer",
                self.entries[0]
            ),
        }
    }

    pub(crate) fn holds(&self, entry: u64) -> bool {
        self.entries.contains(&entry)
    }
}

/// What is remembered, for work in one folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct Remembered(Option<(FolderName, Arc<Memory>)>);

impl Remembered {
    /// The folder.
    pub(crate) fn folder(&self) -> Option<&FolderName> {
        self.0.as_ref().map(|(folder, _)| folder)
    }

    /// The patches that were trusted before and whose numbers count in this folder for `patches`.
    pub(crate) fn floors(&self, fs: &dyn Fs, patches: &[&Patch]) -> Vec<SequencePlace> {
        let asked: Vec<SequencePlace> = patches.iter().map(|patch| place_of(patch)).collect();
        let floors = |(name, memory): &(FolderName, Arc<Memory>)| memory.floors(name, fs, &asked);
        self.0.as_ref().map(floors).unwrap_or_default()
    }

    /// The newest entry that this person wrote in the folder, where its history, `ledger`, is gone as a whole.
    pub(crate) fn gone_history(&self, ledger: &Ledger) -> Option<u64> {
        let (name, memory) = self.0.as_ref().filter(|_| ledger.head().seq == 0)?;
        memory.folder(name).and_then(SeenFolder::newest).map(|(entry, _)| entry)
    }
}

impl Workbench {
    /// Reads the whole history of `target`, its chain and the manifests kept with it, and compares it with what this
    /// person has seen of it before.
    ///
    /// # Errors
    /// If it, or what was seen, cannot be read at all. What does not fit is the answer, no error.
    pub(crate) fn check_history(&self, target: &Path) -> Result<HistoryCheck> {
        let fs = self.disk(target)?;
        let memory = self.memory()?.unwrap_or_default();
        let known = memory.folder(&FolderName::new(target));
        let ledger = match read_ledger(&*fs) {
            Ok(ledger) => ledger,
            Err(Error::Transaction(TransactionError::Ledger(damage))) => {
                let problem = match damage {
                    LedgerError::Damaged { seq, detail } => (seq, detail),
                    LedgerError::Unlinked { seq } => first_changed(&*fs, seq, known),
                    other @ LedgerError::Io { .. } => return Err(other.into()),
                };
                let fitting = problem.0 - 1;
                let (seen, problem) = (seen_so(&*fs, known, fitting), Some(problem));
                return Ok(HistoryCheck { fitting, head: None, problem, seen, foreign: None, older: None });
            }
            Err(other) => return Err(other),
        };
        let problem = ledger
            .entries()
            .iter()
            .find_map(|entry| manifest_problem(&*fs, entry).map(|problem| (entry.seq, problem)))
            .or_else(|| known.and_then(|known| first_unlike(&ledger, known)));
        let fitting = problem.as_ref().map_or(ledger.head().seq, |(seq, _)| seq - 1);
        let head = problem.is_none().then(|| ledger.head().digest);
        let (foreign, older) = (self.foreign(&ledger)?, self.older_copy(target, &ledger)?);
        let seen = seen_so(&*fs, known, fitting);
        Ok(HistoryCheck { fitting, head, problem, seen, foreign, older })
    }

    /// Whether `target`, whose history is `ledger`, is an older copy of a folder that this person changed since.
    ///
    /// # Errors
    /// As [`Workbench::memory`].
    pub(crate) fn older_copy(&self, target: &Path, ledger: &Ledger) -> Result<Option<OlderCopy>> {
        let remembered = self.remembered(target)?;
        let Remembered(Some((name, memory))) = &remembered else { return Ok(None) };
        if ledger.head().seq == 0 {
            let path = name.path().to_owned();
            let gone = |newest| OlderCopy { here: 0, newest, path, is_this_path: true };
            return Ok(remembered.gone_history(ledger).map(gone));
        }
        let goes_on = memory.goes_on(name, ledger);
        Ok(goes_on.map(|(there, newest)| OlderCopy {
            here: ledger.head().seq,
            newest,
            path: there.path().to_owned(),
            is_this_path: there.path() == name.path(),
        }))
    }

    /// Refuses to change `target` where entries are gone from the end of its history: what they did is still in the folder, and
    /// the next entry would take the place of one that is missed.
    ///
    /// # Errors
    /// If it is so, or if the history cannot be read.
    pub(crate) fn refuse_shortened_history(&self, target: &Path, fs: &dyn Fs) -> Result<()> {
        // What stops without a memory says so itself, and files go back all the same.
        let Ok(Some(memory)) = self.memory() else { return Ok(()) };
        let Some(newest) = memory.newest_at(&FolderName::new(target)) else { return Ok(()) };
        let place = Ledger::place_of(newest);
        // Where the newest one is there, nothing is gone from the end, and no more has to be read.
        if fs.look(&Place::from(&place)).is_ok_and(|found| found.is_some()) {
            return Ok(());
        }
        match self.older_copy(target, &read_ledger(fs)?)? {
            // A product that was installed anew has no history, and that is no harm.
            Some(OlderCopy { here, newest, is_this_path: true, .. }) if here > 0 => {
                Err(Error::refused(HistoryDoubt::ShortenedHistory { here, newest }))
            }
            _ => Ok(()),
        }
    }

    /// Why nothing of what was done in `target` can be undone, where its history is gone as a whole.
    pub(crate) fn refusal_of_gone_history(&self, target: &Path, fs: &dyn Fs) -> Option<Error> {
        let newest = self.remembered(target).ok()?.gone_history(&read_ledger(fs).ok()?)?;
        Some(Error::refused(HistoryDoubt::GoneHistory { newest }))
    }

    /// Whether this person, as far as is remembered, did not begin the interrupted change that comes to `entry`.
    pub(crate) fn is_foreign_change(&self, entry: &Entry) -> bool {
        self.memory().is_ok_and(|memory| memory.is_some_and(|known| !known.has_begun(entry)))
    }

    /// Refuses to deal with an interrupted change that this person did not begin: it could put anything into the folder.
    ///
    /// # Errors
    /// If it is so, and somebody can say that it is right: where nothing can be written down, nothing was.
    pub(crate) fn refuse_foreign_change(&self, entry: &Entry) -> Result<()> {
        let can_be_confirmed =
            || self.environment.seen_file.as_deref().is_some_and(|path| Memory::change(path, |_| ()).is_ok());
        if !self.is_foreign_change(entry) || !can_be_confirmed() {
            return Ok(());
        }
        let files = entry.steps.iter().map(|step| step.path.to_string()).collect();
        Err(Error::refused(HistoryDoubt::ForeignChange { user: entry.user.raw().to_owned(), files }))
    }

    /// What is remembered; `None` where there is no place to remember anything, as for an account without a home.
    ///
    /// # Errors
    /// If it is damaged, or others could have written it.
    pub(crate) fn memory(&self) -> Result<Option<Arc<Memory>>> {
        self.environment.seen_file.as_deref().map(|path| self.memory.load(path)).transpose()
    }

    /// The entries of `ledger` that this person did not write; `None` if there are none, or nothing can be remembered.
    ///
    /// # Errors
    /// As [`Workbench::memory`].
    pub(crate) fn foreign(&self, ledger: &Ledger) -> Result<Option<Foreign>> {
        let entries = self.memory()?.map(|memory| memory.unknown_entries(ledger)).unwrap_or_default();
        Ok((!entries.is_empty()).then_some(Foreign { entries, of: ledger.head().seq }))
    }

    /// The entries of `ledger` whose word isn't taken for what belongs into the folder: this person didn't write them, and
    /// no patch that is trusted today says the same.
    ///
    /// # Errors
    /// As [`Workbench::memory`].
    pub(crate) fn unbelieved(&self, fs: &dyn Fs, ledger: &Ledger) -> Result<BTreeSet<u64>> {
        let Some(foreign) = self.foreign(ledger)? else { return Ok(BTreeSet::new()) };
        // Keys that can't be read prove nothing.
        let Ok(keys) = self.keys_of_today() else { return Ok(foreign.entries.into_iter().collect()) };
        let vouching = self.vouching(&keys, fs, ledger);
        let is_borne_out = |entry: &Entry| {
            entry.action == Action::Apply
                && entry.layer_keys().all(|key| {
                    let is_trusted = || {
                        vouching.verdict_of(key).is_some_and(|verdict| verdict.standing == Standing::Trusted)
                    };
                    let says_so =
                        |patch: Patch| entry.steps_of_part(key.part).iter().all(|step| says(&patch, step));
                    is_trusted() && manifest_of(fs, ledger, key).is_some_and(says_so)
                })
        };
        let is_unbelieved = |seq: &u64| !ledger.entry(*seq).is_some_and(is_borne_out);
        Ok(foreign.entries.into_iter().filter(is_unbelieved).collect())
    }

    /// Notes that this person says that the history of `target` is right as it is, for this reason: from now on it counts
    /// as if they had written it. A change that was interrupted there may be recovered, also in a copy of the folder that it
    /// was begun in.
    ///
    /// # Errors
    /// If the history is damaged, or there is no place to remember it.
    pub(crate) fn vouch_for_history(&self, target: &Path, reason: &str) -> Result<HistoryCheck> {
        let path =
            self.environment.seen_file.as_deref().ok_or_else(|| Error::refused(HistoryDoubt::NoMemory))?;
        let fs = self.disk(target)?;
        let look = || Ok((read_ledger(&*fs)?, recover::inspect(&*fs)?, recover::copied(&*fs)?));
        let (ledger, unfinished, copied) = self.read_consistently(target, &*fs, look, |_| true)?;
        let interrupted = match &unfinished {
            Unfinished::Interrupted(interrupted) => Some(&interrupted.entry),
            _ => None,
        };
        let (name, time) = (FolderName::new(target), self.environment.now());
        Memory::change(path, |memory| {
            memory.vouch(&name, &time, (&ledger, interrupted), reason);
            copied.iter().for_each(|copied| memory.agree(&name, &time, copied));
        })?;
        self.check_history(target)
    }

    /// What patches were trusted before, in `target` and elsewhere.
    ///
    /// # Errors
    /// As [`Workbench::memory`].
    pub(crate) fn remembered(&self, target: &Path) -> Result<Remembered> {
        Ok(Remembered(self.memory()?.map(|memory| (FolderName::new(target), memory))))
    }
}

/// Whether `patch` does what a history says that it did at one place. Folders come and go with what is in them.
fn says(patch: &Patch, step: &Step) -> bool {
    let is_same = |one: Option<&Node>, other: Option<&Node>| match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            let is_special = |node: &Node| node.mode().is_some_and(Mode::is_special);
            one.same_content(other) && is_special(one) == is_special(other)
        }
        _ => false,
    };
    let (before, after) = (step.before.as_ref(), step.after.as_ref());
    let is_folder = [before, after].into_iter().flatten().all(|node| matches!(node, Node::Dir(_)));
    is_folder
        || patch.change_at(&step.path).is_some_and(|change| {
            let expected = || change.before.iter().map(Some).chain(change.before.is_empty().then_some(None));
            is_same(after, change.after.as_ref()) && expected().any(|known| is_same(before, known))
        })
}

/// Why the manifest beside an entry is not the one that the entry names.
fn manifest_problem(fs: &dyn Fs, entry: &Entry) -> Option<String> {
    let named: Vec<Digest> = match entry.brought_parts() {
        false => entry.manifest.into_iter().collect(),
        true => entry.parts.iter().map(|part| part.manifest).collect(),
    };
    named.into_iter().enumerate().find_map(|(part, digest)| {
        let place = Ledger::manifest_of(LayerKey { entry: entry.seq, part });
        match read_small(fs, &place, MAX_MANIFEST_BYTES) {
            Ok(bytes) if Digest::compute(&bytes) == digest => None,
            Ok(_) => Some("its manifest isn't the one it names".to_owned()),
            Err(error) => Some(format!("its manifest can't be read: {error}")),
        }
    })
}

/// The first entry that is not as this person has seen it here before.
fn first_unlike(ledger: &Ledger, known: &SeenFolder) -> Option<(u64, String)> {
    let (newest, _) = known.newest()?;
    known.known().find_map(|(entry, digest)| match ledger.digest_of(entry) {
        None => {
            let first_missing = ledger.head().seq + 1;
            Some((first_missing, format!("it is missing; you saw {newest} entries here before")))
        }
        Some(here) if here.to_string() != digest => {
            Some((entry, "it isn't the one you saw here before".to_owned()))
        }
        Some(_) => None,
    })
}

/// Which entry was changed where entry `seq` doesn't follow the one before it, and how that shows.
fn first_changed(fs: &dyn Fs, seq: u64, known: Option<&SeenFolder>) -> (u64, String) {
    let digest = |seq| Ledger::entry_bytes(fs, seq).ok().map(|bytes| Digest::compute(&bytes));
    let was_seen = |seq: u64| {
        let seen = known?.known().find(|(entry, _)| *entry == seq)?.1;
        Some(digest(seq).is_some_and(|here| here.to_string() == seen))
    };
    let follower = || Ledger::entry_bytes(fs, seq + 1).ok().and_then(|bytes| Entry::from_bytes(&bytes).ok());
    let before = seq.saturating_sub(1).max(1);
    let of_before = (before, format!("it isn't the one that entry {seq} follows"));
    match (was_seen(before), was_seen(seq)) {
        _ if before == seq => (seq, "it isn't a first entry".to_owned()),
        (Some(false), _) | (_, Some(true)) => of_before,
        (Some(true), _) | (_, Some(false)) => (seq, "it doesn't follow the entry before it".to_owned()),
        (None, None) if follower().is_some_and(|next| Some(next.previous) == digest(seq)) => of_before,
        (None, None) => {
            (before, format!("it isn't the one that entry {seq} follows; one of these two was changed"))
        }
    }
}

/// The newest entry up to `fitting` that is just as this person has seen it here before.
fn seen_so(fs: &dyn Fs, known: Option<&SeenFolder>, fitting: u64) -> Option<u64> {
    let is_so = |(entry, digest): &(u64, &str)| {
        *entry <= fitting
            && Ledger::entry_bytes(fs, *entry)
                .is_ok_and(|bytes| Digest::compute(&bytes).to_string() == *digest)
    };
    known?.known().rev().find(is_so).map(|(entry, _)| entry)
}
