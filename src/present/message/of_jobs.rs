//! What goes to jobs and comes back from them for pages that have much of their own.

use std::path::PathBuf;

use crate::model::{Digest, TreePath};
use crate::present::conditions::ConditionsView;
use crate::present::evidence::{CheckedEvidence, EvidenceForm};
use crate::present::failure::Failure;
use crate::present::figures::{FiguresForm, FiguresPage};
use crate::present::identify::{IdentifiedPage, IdentifyForm};
use crate::present::keys::SignForm;
use crate::present::rollout::{PlannedRollout, RolloutForm, RolloutPage, RolloutStep};
use crate::present::scan::ScanView;
use crate::present::slot::Ticket;
use crate::present::tried::{AskedRules, TriedEdits};
use crate::present::wanted::{WantedForm, WantedPage};
use crate::present::why::RollbackReason;
use crate::workbench::{DamagedBackups, DecisionDigest, EditChoices, KeyFingerprint, Overrides, Which};

/// What the model wants to know about many folders, or wants said about them.
#[derive(Debug, Clone, PartialEq)]
pub enum ManyEffect {
    /// Compare folders with a state file.
    Compare(Ticket, Box<WantedForm>),
    /// Save the comparison, in the format that the ending of the name stands for.
    SaveComparison(PathBuf, Box<WantedForm>),
    /// Read how a rollout stands.
    Read(Ticket, PathBuf),
    /// Find out what a run of it would do.
    Plan(Ticket, Box<RolloutForm>),
    /// Write down what somebody says about it, why, and signed with which key.
    Say(Ticket, PathBuf, RolloutStep, Option<String>, Option<Box<SignForm>>),
}

/// What a job answers about many folders.
#[derive(Debug)]
pub enum ManyEvent {
    Compared(Ticket, Box<Result<WantedPage, Failure>>),
    Read(Ticket, Box<Result<RolloutPage, Failure>>),
    Planned(Ticket, Result<PlannedRollout, Failure>),
    /// What somebody said was written down, or not.
    Said(Ticket, Box<Result<RolloutPage, Failure>>),
}

/// What the model wants gathered or counted.
#[derive(Debug, Clone, PartialEq)]
pub enum PapersEffect {
    /// Save evidence to this place, signed with this key if there is one.
    SaveEvidence(PathBuf, Box<EvidenceForm>, Option<Box<SignForm>>),
    /// Find out whether an evidence file is what somebody made.
    CheckEvidence(Ticket, PathBuf),
    /// Count what the histories say.
    Count(Ticket, Box<FiguresForm>),
    /// Find out what a folder is.
    Identify(Ticket, Box<IdentifyForm>),
    /// Find out what a scanner will say about this folder, by this report of it.
    CompareScan(Ticket, PathBuf, PathBuf),
    /// Save the changes of a patch file for `git apply`, with what the folder has.
    Export(PathBuf, PathBuf, Option<PathBuf>),
    /// Save an order to fill in.
    SaveOrder(PathBuf),
    /// Try the edits of this order on files, beside the original product if that is known.
    TryEdits(Ticket, PathBuf, Vec<PathBuf>, Option<PathBuf>),
    /// Find out whether what the edits by key of patch files say must be so, is so in this folder.
    CheckConditions(Ticket, Vec<PathBuf>, PathBuf),
    /// Hold a patch file against the trust rules in a file.
    AskRules(Ticket, PathBuf, PathBuf),
    /// Save the figures in the format that the ending of the name stands for.
    SaveFigures(PathBuf, Box<FiguresForm>),
    /// Save the public part of a key.
    SaveKey(PathBuf, KeyFingerprint),
    /// Save what would happen, if it is still what was shown.
    SavePlan(PathBuf, Box<PlanQuestion>, DecisionDigest),
    /// Read a plan, and hold it against what would happen.
    ReadPlan(Ticket, PathBuf, Box<PlanQuestion>),
}

/// What a job answers about evidence and figures.
#[derive(Debug)]
pub enum PapersEvent {
    Checked(Ticket, Result<CheckedEvidence, Failure>),
    Counted(Ticket, Box<Result<FiguresPage, Failure>>),
    Identified(Ticket, Result<IdentifiedPage, Failure>),
    ScanCompared(Ticket, Result<ScanView, Failure>),
    PlanRead(Ticket, Result<ReadPlan, Failure>),
    EditsTried(Ticket, Result<TriedEdits, Failure>),
    ConditionsChecked(Ticket, Result<ConditionsView, Failure>),
    RulesAsked(Ticket, Result<AskedRules, Failure>),
}

/// What would happen to which folder.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanQuestion {
    pub files: Vec<PathBuf>,
    pub folder: PathBuf,
    pub edits: EditChoices,
    pub beside: Beside,
}

/// What counts beside a patch and a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Lists of withdrawn patches, beside the one of this machine.
    pub withdrawn: Vec<PathBuf>,
    /// An SBOM of the folder, which answers for the components that a patch needs.
    pub sbom: Option<PathBuf>,
}

/// A plan that was read: where it is, and what somebody agreed to by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPlan {
    pub file: PathBuf,
    pub agreed: DecisionDigest,
}

/// Which rollback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbackQuestion {
    /// What goes, or comes back.
    pub which: Which,
    /// Files that were changed since are kept aside.
    pub keep_edits: bool,
    /// What is done where backups are damaged.
    pub damaged: DamagedBackups,
    /// What is said for the history.
    pub why: RollbackReason,
    /// Lists of withdrawn patches that count, where a patch comes back.
    pub withdrawn: Vec<PathBuf>,
    /// The rules that are set aside, where a patch comes back.
    pub overrides: Overrides,
    /// What is done about what the patch's scripts did.
    pub scripts: ScriptAnswer,
}

/// What somebody answers about scripts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ScriptAnswer {
    /// Nothing yet.
    #[default]
    None,
    /// Those that were shown may run; what stands for them.
    Run(Digest),
    /// Only files are restored; what scripts did stays.
    Without,
}

impl RollbackQuestion {
    /// That of these patches, with nothing to be said about edits and backups.
    pub fn new(which: Which) -> Self {
        let (damaged, why, withdrawn) = (DamagedBackups::default(), RollbackReason::default(), Vec::new());
        let scripts = ScriptAnswer::None;
        let overrides = Overrides::default();
        Self { which, keep_edits: false, damaged, why, withdrawn, overrides, scripts }
    }
}

/// Which repair.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepairQuestion {
    /// Only these files; empty: all.
    pub only: Vec<TreePath>,
    /// Patch files that may have what backups lack.
    pub from: Vec<PathBuf>,
}
