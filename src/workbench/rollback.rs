//! Takes a change back, and takes the taking back back.

use std::io::Write;
use std::path::Path;

use super::merging::{Made, resolve_edits_since};
use super::situation::Survey;
use super::status::read_ledger;
use super::{Error, Result, Watch, Workbench};
use crate::bundle::limits::MAX_MANIFEST_BYTES;
use crate::bundle::manifest::read_manifest;
use crate::model::{Code, Patch, RollbackPossible, Step};
use crate::plan::{Fingerprint, Obstacle, OnDrift, Preview, plan_rollback};
use crate::target::TargetRoot;
use crate::target::fs::{Fs, StatePath};
use crate::target::ledger::{Action, CheckNote, Entry, Installed, Ledger, PatchNote, read_small};
use crate::transaction::{ContentError, Contents, Kept};

/// What to take back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The patch that came in last.
    Last,
    /// The patch with this id. It must be the last one.
    Patch(String),
    /// The last rollback: the patch comes back.
    LastRollback,
}

/// How to take back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbackOptions {
    /// What to take back.
    pub which: Which,
    /// What to do with files that were edited since.
    pub on_drift: OnDrift,
    /// The folder must still be as it was when this was computed.
    pub expected: Option<Fingerprint>,
}

/// What a rollback would do.
#[derive(Debug, Clone)]
pub struct RollbackPreview {
    /// The patch that goes, or, for [`Which::LastRollback`], comes back.
    pub patch: Option<PatchNote>,
    /// The entry that is taken back.
    pub entry: u64,
    /// What would happen.
    pub preview: Preview,
    /// The vendor's steps and warnings for taking it back.
    pub advice: Vec<String>,
}

/// What a rollback did.
#[derive(Debug)]
#[must_use]
pub struct RolledBack {
    /// The patch that went, or came back.
    pub patch: Option<PatchNote>,
    /// The history entry.
    pub entry: Entry,
    /// What was worth knowing.
    pub notes: Vec<crate::plan::Note>,
    /// Why tidying up did not succeed, if so. The change is done.
    pub untidy: Option<String>,
}

impl Workbench {
    /// What taking back would do. The safe copies are read and hashed. Writes nothing.
    ///
    /// # Errors
    /// If there is nothing to take back, the way back was given up, or safe copies are missing or damaged.
    pub fn preview_rollback(
        &self,
        target: &Path,
        options: &RollbackOptions,
        watch: Watch<'_>,
    ) -> Result<RollbackPreview> {
        let fs = self.disk(target)?;
        self.look_in_passing(target, &*fs, options, watch).map(|look| look.preview)
    }

    /// Takes back the last patch, or the last rollback: everything, or nothing.
    ///
    /// # Errors
    /// As [`Workbench::preview_rollback`]; [`Error::Refused`] lists every obstacle.
    pub fn roll_back(
        &self,
        target: &Path,
        options: &RollbackOptions,
        watch: Watch<'_>,
    ) -> Result<RolledBack> {
        let fs = self.disk(target)?;
        let first_look = self.look_in_passing(target, &*fs, options, watch)?;
        first_look.expect(options)?;
        let entry = first_look.preview.entry;
        first_look.preview.preview.clone().approve().map_err(|preview| Error::Refused(preview.obstacles))?;
        let root = self.lock(target)?;
        let ledger = read_ledger(root.fs())?;
        // Only under the lock does what was seen stay true.
        let is_as_seen = first_look.survey.still_holds(root.fs(), &ledger);
        let look = match is_as_seen {
            true => first_look,
            false => self.look(root.fs(), options, watch)?,
        };
        look.expect(options)?;
        if look.preview.entry != entry {
            // Somebody else was faster. What is the last patch now is not the one that was meant.
            return Err(moved());
        }
        if !is_as_seen
            && look.preview.preview.obstacles.is_empty()
            && !look.survey.still_holds(root.fs(), &ledger)
        {
            return Err(moved());
        }
        self.take_back(&root, &ledger, look, Vec::new(), &[], watch)
    }

    /// As [`Workbench::look`] in a folder that is not locked.
    fn look_in_passing(
        &self,
        target: &Path,
        fs: &dyn Fs,
        options: &RollbackOptions,
        watch: Watch<'_>,
    ) -> Result<Look> {
        let is_plain = |look: &Look| look.preview.preview.obstacles.is_empty();
        self.look_in_peace(target, fs, || self.look(fs, options, watch), is_plain)
    }

    /// What the options ask for, in this folder.
    fn look(&self, fs: &dyn Fs, options: &RollbackOptions, watch: Watch<'_>) -> Result<Look> {
        super::preview::refuse_unfinished(fs)?;
        let ledger = read_ledger(fs)?;
        let entry = find(&ledger, &options.which)?;
        let vendor = vendor_plan(fs, &ledger, entry)?;
        refuse_what_the_vendor_forbids(vendor.as_ref(), entry)?;
        let advice = vendor.map(|patch| {
            let rollback = patch.rollback;
            rollback.data_warning.into_iter().chain(rollback.steps).collect()
        });
        self.look_at(fs, &ledger, entry, options.on_drift, advice.unwrap_or_default(), watch)
    }

    /// What taking back `entry` would do, its safe copies verified.
    pub(super) fn look_at(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        entry: &Entry,
        on_drift: OnDrift,
        advice: Vec<String>,
        watch: Watch<'_>,
    ) -> Result<Look> {
        let steps = entry.steps()?;
        let kept = Kept::verify(fs, entry.seq, &steps)?;
        let mut survey = self.survey_for_rollback(fs, &steps, ledger, watch)?;
        resolve_edits_since(fs, &steps, &kept, &mut survey)?;
        let preview = plan_rollback(&steps, &survey.situation, on_drift);
        let preview = RollbackPreview { patch: entry.patch.clone(), entry: entry.seq, preview, advice };
        Ok(Look { preview, survey, kept })
    }

    /// Takes back what `look` shows, under the lock.
    pub(super) fn take_back(
        &self,
        root: &TargetRoot,
        ledger: &Ledger,
        look: Look,
        checks: Vec<CheckNote>,
        remarks: &[String],
        watch: Watch<'_>,
    ) -> Result<RolledBack> {
        let Look { preview: RollbackPreview { entry: seq, patch, preview, .. }, survey, kept } = look;
        let reversed = ledger.entry(seq).expect("the look found this entry");
        let notes = preview.notes.clone();
        let plan = preview.approve().map_err(|preview| Error::Refused(preview.obstacles))?;
        let mut entry = Entry::after(&ledger.head(), Action::Rollback, &self.environment);
        entry.patch.clone_from(&patch);
        entry.reverses = Some(seq);
        entry.version_before.clone_from(&reversed.version_after);
        entry.version_after.clone_from(&reversed.version_before);
        entry.checks = checks;
        entry.remarks = remarks.to_vec();
        entry
            .remarks
            .extend(notes.iter().filter_map(|note| Some(format!("{}: {}", note.path.as_ref()?, note.text))));
        let contents = KeptContents { kept: &kept, made: &survey.made };
        let receipt = self.change(root, plan, &survey, entry, None, vec![seq], &contents, watch)?;
        Ok(RolledBack {
            patch,
            entry: receipt.entry,
            notes,
            untidy: receipt.untidy.map(|error| error.to_string()),
        })
    }
}

/// A preview with what it was made from.
pub(super) struct Look {
    preview: RollbackPreview,
    survey: Survey,
    kept: Kept,
}

impl Look {
    /// Refuses a folder that is not as it was when somebody decided.
    fn expect(&self, options: &RollbackOptions) -> Result<()> {
        match options.expected {
            Some(expected) if expected != self.preview.preview.plan.base => Err(moved()),
            _ => Ok(()),
        }
    }
}

/// The folder changes while it is looked at.
pub(super) fn moved() -> Error {
    Error::Refused(vec![Obstacle {
        code: Code::Moved,
        path: None,
        meaning: "the folder has changed since you looked at it".to_owned(),
        hint: "Look at what would happen again.".to_owned(),
    }])
}

fn refused(code: Code, meaning: String, hint: &str) -> Error {
    Error::Refused(vec![Obstacle { code, path: None, meaning, hint: hint.to_owned() }])
}

/// The entry to take back.
fn find<'a>(ledger: &'a Ledger, which: &Which) -> Result<&'a Entry> {
    let installed = ledger.installed();
    let Some(last) = installed.last() else {
        if *which == Which::LastRollback {
            return find_last_rollback(ledger);
        }
        return Err(refused(
            Code::Unknown,
            "no patch is in this folder".to_owned(),
            "There is nothing to take back.",
        ));
    };
    let wanted = match which {
        Which::LastRollback => return find_last_rollback(ledger),
        Which::Last => last,
        Which::Patch(id) => match installed.iter().rev().find(|patch| patch.patch.id == *id) {
            Some(found) if found == last => found,
            Some(_) => {
                let meaning = format!("{} was applied after {id} and has to go first", last.patch.id);
                return Err(refused(
                    Code::NotNewest,
                    meaning,
                    "Take the newer patches back first, the newest first.",
                ));
            }
            None => return Err(refuse_unknown(id, &installed)),
        },
    };
    if wanted.accepted {
        let meaning = format!("the way back of {} was given up with \"accept\"", wanted.patch.id);
        return Err(refused(Code::NoWayBack, meaning, "Ask the vendor for a patch that undoes it."));
    }
    Ok(ledger.entry(wanted.way_back).expect("an installed patch has its entry"))
}

pub(super) fn refuse_unknown(id: &str, installed: &[Installed]) -> Error {
    let ids: Vec<&str> = installed.iter().map(|patch| patch.patch.id.as_str()).collect();
    let (here, hint) = match ids[..] {
        [] => ("no patch is in it".to_owned(), "Check that this is the right folder."),
        _ => (format!("in it are {}", ids.join(", ")), "Choose one of these."),
    };
    refused(Code::Unknown, format!("{id} is not in this folder; {here}"), hint)
}

fn find_last_rollback(ledger: &Ledger) -> Result<&Entry> {
    ledger.last_rollback().ok_or_else(|| {
        let (code, meaning) = match ledger.last_change().filter(|last| last.action == Action::Rollback) {
            Some(last) => {
                let patch = last.patch.as_ref().map_or("a patch", |patch| patch.id.as_str());
                (Code::NoWayBack, format!("the rollback of {patch} was accepted and stays"))
            }
            None => (Code::Unknown, "the last change of this folder was not a rollback".to_owned()),
        };
        refused(code, meaning, "Apply the patch again instead.")
    })
}

/// What the vendor says about taking back the patch of `entry`; `None` for a rollback, which can always be undone.
fn vendor_plan(fs: &dyn Fs, ledger: &Ledger, entry: &Entry) -> Result<Option<Patch>> {
    let applied =
        ledger.installed().into_iter().find(|patch| patch.way_back == entry.seq).map(|patch| patch.applied);
    // A manifest that is gone or damaged costs the vendor's advice, not the way back.
    Ok(applied.and_then(|applied| vendor_plan_of(fs, applied)))
}

/// What the manifest says that was kept with entry `seq`; `None` if there is none, or it cannot be read.
pub(super) fn vendor_plan_of(fs: &dyn Fs, seq: u64) -> Option<Patch> {
    let place = Ledger::place_of(seq).join("manifest.json");
    read_manifest(&read_small(fs, &place, MAX_MANIFEST_BYTES).ok()?).ok()
}

fn refuse_what_the_vendor_forbids(vendor: Option<&Patch>, entry: &Entry) -> Result<()> {
    match vendor {
        Some(patch) if patch.rollback.possible == RollbackPossible::No && entry.action == Action::Apply => {
            let reason = patch.rollback.reason.as_deref().unwrap_or("no reason is given");
            let meaning = format!("the vendor says that {} cannot be taken back: {reason}", patch.identity);
            let contact = patch.contact.as_deref().unwrap_or(&patch.vendor);
            Err(refused(Code::NoWayBack, meaning, &format!("Ask {contact} how to go on.")))
        }
        _ => Ok(()),
    }
}

/// Old content out of the safe copies.
struct KeptContents<'a> {
    kept: &'a Kept,
    made: &'a Made,
}

impl Contents for KeptContents<'_> {
    fn kept(&self, step: &Step) -> Option<StatePath> {
        // A merged file is none of ours: it is written anew.
        self.kept.of(&step.path).filter(|_| self.made.of(&step.path).is_none()).cloned()
    }

    fn remembers(&self, step: &Step) -> bool {
        self.kept.left(&step.path).is_some()
    }

    fn write(&self, step: &Step, _: &dyn Fs, out: &mut dyn Write) -> std::result::Result<(), ContentError> {
        if let Some(merged) = self.made.of(&step.path) {
            return Ok(out.write_all(merged)?);
        }
        let detail = "there is no safe copy of it".to_owned();
        Err(ContentError::Refused { code: Code::Store, detail })
    }
}
