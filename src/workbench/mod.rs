//! One method per thing a person wants to do; the only door for the command line and the window.
//!
//! Every method takes data, says how far it is through a [`Progress`], listens to a [`CancelToken`], and returns data.
//! Nothing is printed here, and nothing is asked: a question is a preview, and the answer is the next call.

mod change;
mod contents;
mod error;
mod hidden;
mod keys;
mod look;
mod make;
mod rehearse;
mod rollout;
mod scan_problem;
mod text_patch;
mod wanted;

use std::io;
use std::path::Path;
use std::sync::Arc;

pub(crate) use crate::plan::Recalled;
pub(crate) use change::accept::Accepted;
pub use change::apply::Applied;
pub use change::apply_preview::ApplyPreview;
pub(crate) use change::apply_preview::ComingPatch;
pub(crate) use change::backups::DamagedBackups;
pub(crate) use change::choose::{ChoiceWish, PatchAtHand, PatchChoice};
pub use change::decision::DecisionDigest;
pub(crate) use change::kept_edits::KeptEdit;
pub(crate) use change::permission::CheckedBundles;
pub(crate) use change::permission::SharedBundles;
pub use change::plan_file::PlanFile;
pub(crate) use change::planned_step::{NodeFacts, PlannedStep};
pub(crate) use change::recover::ChecksLeft;
pub use change::recover::{Choice, Recovered};
pub(crate) use change::repair::RepairPreview;
pub use change::repair::{RepairOptions, Repaired};
pub use change::request::{ApplyOptions, ApplyRequest};
pub(crate) use change::rollback::{RebuiltPlace, RollbackPreview};
pub use change::rollback::{RollbackOptions, RolledBack, Which};
pub use change::scripts::ScriptConsent;
pub(crate) use change::scripts::ScriptPlan;
pub(crate) use change::toggle::TogglePreview;
pub use change::toggle::{ToggleOptions, Toggled};

pub use contents::{ContentSource, MAX_IN_MEMORY_BYTES, SideContent};
pub(crate) use error::ScriptTrouble;
pub use error::{Error, Result};
pub(crate) use hidden::{Hidden, HiddenCount, HiddenIn, HiddenPlace};
pub(crate) use keys::KeyWish;
pub use keys::review::ReviewWish;
pub(crate) use keys::review::{SpokenReview, spoken_reviews};
pub use keys::sign::{Signed, Signer};
pub(crate) use keys::{KnownKey, MadeKey, is_key_name};
pub(crate) use look::changes::ChangeContents;
pub use look::changes::{ChangeSide, Comparison, OneChange};
pub use look::drift::Drift;
pub(crate) use look::drift::{DriftCause, DriftKind};
pub(crate) use look::edits::{KeyEdits, ShownCondition, ShownEdits};
pub(crate) use look::fixed::FixedFormat;
pub(crate) use look::fixed::{ComparedScan, FixedHere, Publisher};
pub(crate) use look::folders::{FolderList, typed_path};
pub(crate) use look::identify::IdentifiedPatch;
pub use look::identify::{Identified, Presence};
pub(crate) use look::inspect::{Inspection, Verification};
pub(crate) use look::merge_by_hand::MergeSides;
pub use look::merging::{EditChoice, EditChoices};
pub(crate) use look::metrics::exposition::Exposition;
pub(crate) use look::metrics::{FolderMetrics, MeasuredFolder, moment};
pub(crate) use look::output::{OutputKind, refuse_taken};
pub(crate) use look::planned_scripts::PlannedScript;
pub(crate) use look::rehearsals::KnownRehearsal;
pub use look::rollback_protection::Foreign;
pub(crate) use look::rollback_protection::HistoryCheck;
pub(crate) use look::rollback_protection::OlderCopy;
pub(crate) use look::status::Containment;
pub use look::status::FolderStatus;
pub(crate) use look::status::{FolderHistory, Removal};
pub use look::switches::FolderSwitch;
pub(crate) use look::switches::{SwitchMove, SwitchStand};
pub(crate) use look::unchecked::TakenBackAtOnce;
pub(crate) use look::unchecked::{ChecksDue, UncheckedChange};
pub use look::unfinished::UnfinishedWork;
pub(crate) use look::vouching::{Authorship, FormerAuthor};
pub(crate) use make::TriedFile;
pub(crate) use make::evidence::verify::{PackSigner, VerifiedPack};
pub(crate) use make::evidence::{
    DocumentEvidence, EvidencePack, EvidenceWish, PatchEvidence, Redaction, SaidOfPatch, SavedPack,
};
pub(crate) use make::export::Exported;
pub use make::sample::Sample;
pub use make::{Commits, MadeBundle, MakeRequest, OrderSource, ProofChoice};
pub(crate) use make::{EditMakeRequest, GitMakeRequest, TextMakeRequest};
pub(crate) use rehearse::RehearsalWish;
pub use rehearse::Rehearsed;
pub(crate) use rehearse::SiteTest;
pub(crate) use rollout::{
    ApprovalView, Attribution, Gate, MemberState, MemberView, PlannedFolder, PlannedRing, RingView,
    RolloutPlan,
};
pub(crate) use rollout::{RolloutView, RunWish};
pub(crate) use scan_problem::ScanProblem;
pub(crate) use text_patch::{
    FileSummary, TextFault, TextInspection, TextReading, TextSummary, is_text_patch, is_text_patch_by_name,
};
pub use text_patch::{PatchFile, TextOptions};

pub(crate) use wanted::{FolderStand, ReconcileCause, ReconcileWish, Reconciled};

// What answers and questions are made of, for front ends, which do not look behind the workbench.
pub(crate) use crate::bundle::order::{FindingWeight, OrderFinding, lint as lint_order};
pub(crate) use crate::diff::MergePart;
pub(crate) use crate::diff::on_tree::{FileOutcome, HunkOutcome, LeftBehind, PatchOutcome, TextOrigin};
pub(crate) use crate::diff::place::Tolerance;
pub(crate) use crate::disk::fs::outlive_size_limit;
pub(crate) use crate::guarded::GuardedError;
pub use crate::ledger::{
    Action, CauseNote, Entry, EntryFact, Installed, Occasion, PatchNote, ReasonNote, Turn,
};
pub(crate) use crate::ledger::{
    CheckNote, OverrideNote, ScriptNote, ScriptState, ScriptTime, Turns, VouchedNote,
};
pub(crate) use crate::ledger::{DowntimeNote, ToggleNote, TriggerNote};
pub(crate) use crate::plan::why::Consent;
pub(crate) use crate::plan::why::are_open;
pub use crate::plan::why::{Override, Overrides};
pub use crate::transaction::recover::{OnForeign, Undone};
pub(crate) use crate::trust::{
    Denial, Doubt, EVERY_PRODUCT, KeyStoreError as KeysError, Password, Rotated, Signatory, Standing,
    TrustedKey,
};
pub(crate) use crate::trust::{KeyFingerprint, Revoked, RevokedFrom, SignerRole};
pub use crate::trust::{Opinion, PublicKey, Review, Verdict};

use crate::disk::TargetRoot;
use crate::disk::fs::{Fs, OsFs};
use crate::environment::Environment;
use crate::progress::{CancelToken, Progress};
use crate::transaction::{Settled, TransactionError, recover as recovery};
use crate::trust::{KeyPlaces, Keyring};
use look::memory::LastRead;

/// Opens the disk of a target folder.
pub(crate) type DiskOpener = dyn Fn(&Path) -> Result<Arc<dyn Fs>> + Send + Sync;

/// The service behind both front ends.
#[derive(Clone)]
pub struct Workbench {
    environment: Environment,
    open_disk: Arc<DiskOpener>,
    /// What this person remembers of folders, as it was read last.
    memory: Arc<LastRead>,
    /// Stands in for keys of signers who may ship scripts.
    #[cfg(test)]
    believes_scripts: bool,
}

/// How a piece of work is watched and stopped.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Hears how it goes.
    pub progress: &'a dyn Progress,
    /// The wish to stop.
    pub cancel: &'a CancelToken,
}

impl Workbench {
    /// One for this machine's real folders.
    pub fn new(environment: Environment) -> Self {
        let open = |path: &Path| -> Result<Arc<dyn Fs>> {
            let disk = OsFs::open(path).map_err(|error| Error::Folder { path: path.to_owned(), error })?;
            Ok(Arc::new(disk))
        };
        Self::with_disks(environment, Arc::new(open))
    }

    /// One whose targets are on other disks: simulated ones, or ones whose calls fail.
    pub fn with_disks(environment: Environment, open_disk: Arc<DiskOpener>) -> Self {
        Self {
            environment,
            open_disk,
            memory: Arc::default(),
            #[cfg(test)]
            believes_scripts: false,
        }
    }

    /// Time, user, host.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Where this person's and the machine's keys and rules are.
    fn trust_places(&self) -> KeyPlaces {
        let environment = &self.environment;
        KeyPlaces { person: environment.trust_file.clone(), machine: environment.machine_trust_file.clone() }
    }

    /// What is trusted here.
    fn keyring(&self) -> Result<Keyring> {
        Ok(Keyring::load(&self.trust_places())?)
    }

    /// The disk of a folder, for looks: what is committed and not tidied away is seen as if it were.
    fn disk(&self, target: &Path) -> Result<Arc<dyn Fs>> {
        Ok(Arc::new(Settled::new((self.open_disk)(target)?)))
    }

    /// Locks a folder for a change, with the remains of finished work tidied away.
    fn lock(&self, target: &Path) -> Result<TargetRoot> {
        let root = self.lock_as_it_is(target)?;
        self.refuse_copied_work(target, root.fs())?;
        recovery::tidy(&root)?;
        Ok(root)
    }

    /// Locks a folder, leaving unfinished work as it is.
    fn lock_as_it_is(&self, target: &Path) -> Result<TargetRoot> {
        let fs = (self.open_disk)(target)?;
        let unlockable = |source: io::Error| {
            Error::Transaction(match is_planted(&source) {
                true => TransactionError::State(source.to_string()),
                false => TransactionError::Io { doing: "lock", place: target.display().to_string(), source },
            })
        };
        TargetRoot::lock(fs).map_err(unlockable)?.ok_or_else(|| Error::Busy { path: target.to_owned() })
    }
}

/// Whether the lock was refused because of what stands in the state folder's or lock's place, or because the state
/// folder is not the present user's own: then it is not ours. These refusals come from our own checks, which the
/// system has no number for, or say that there is no such folder.
fn is_planted(refusal: &io::Error) -> bool {
    refusal.raw_os_error().is_none()
        && matches!(refusal.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::PermissionDenied)
        || matches!(refusal.kind(), io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory)
}
