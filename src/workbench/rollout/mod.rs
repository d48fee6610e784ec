//! Many folders, ring after ring: the pure rules are in `plan::rollout`, and every folder is changed by the same calls as
//! one alone. Nothing runs in between: whoever calls again goes on where the last call ended.
//!
//! The truth is in each folder's own history. The records beside the rollout file say which folders were meant and how far it
//! came; what they claim of a folder is looked at again before anything is built on it.

mod approvals;
mod file;
mod folder;
mod histories;
mod member;
mod members;
mod plan;
mod run;
mod say;
mod state;
mod switch_off;
mod take_back;

use std::path::PathBuf;

pub(crate) use approvals::ApprovalView;
pub(crate) use member::MemberState;
pub(crate) use plan::{PlannedFolder, PlannedRing, RolloutPlan};
pub(crate) use run::RunWish;
pub(crate) use state::Attribution;

use crate::model::{Code, Kind};
use crate::plan::rollout::{Next, RingCounts, RingRules};
use file::{ApproveBy, RolloutFile};
use member::Member;
use state::RolloutState;

/// How a rollout stands.
#[derive(Debug, Clone)]
pub(crate) struct RolloutView {
    pub file: PathBuf,
    pub name: String,
    /// Its patch files.
    pub(crate) patches: Vec<PathBuf>,
    /// Its rings, in their order.
    pub(crate) rings: Vec<RingView>,
    /// What it waits for.
    pub(crate) gate: Gate,
}

/// How one ring stands.
#[derive(Debug, Clone)]
pub(crate) struct RingView {
    pub name: String,
    pub rules: RingRules,
    pub counts: RingCounts,
    /// Whether its first folder was started.
    pub is_begun: bool,
    pub folders: Vec<MemberView>,
    pub approvals: Vec<ApprovalView>,
    /// Whether only keys approve it.
    pub is_by_key: bool,
}

/// How one folder stands.
#[derive(Debug, Clone)]
pub(crate) struct MemberView {
    pub path: String,
    pub state: MemberState,
    /// The entry of its history, where this rollout made one.
    pub entry: Option<u64>,
    pub code: Option<Code>,
    pub why: Option<String>,
}

/// What keeps a rollout from going on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Gate {
    NotStarted,
    /// Its records are missing, and the histories of so many folders say that they have what it applied.
    Lost {
        folders: usize,
    },
    Paused(Attribution),
    Stopped(Attribution),
    /// What it applied was rolled back, and nothing goes on from there.
    Over(Attribution),
    /// What its rules say.
    Next(Next),
    /// Somebody asked to go no further than this ring.
    AsFarAsAsked {
        ring: usize,
    },
    /// Somebody stopped the run.
    Interrupted {
        /// Whether it had changed any folder before.
        has_changed: bool,
    },
}

impl Gate {
    /// The ring that a rollout is at; `None` if it is through or not begun, or if somebody holds it up.
    pub(crate) fn ring(&self) -> Option<usize> {
        match self {
            Gate::AsFarAsAsked { ring } => Some(*ring),
            Gate::Next(
                Next::Change { ring, .. }
                | Next::Wait { ring, .. }
                | Next::Approve { ring, .. }
                | Next::Decide { ring }
                | Next::Stop { ring },
            ) => Some(*ring),
            Gate::NotStarted
            | Gate::Lost { .. }
            | Gate::Paused(_)
            | Gate::Stopped(_)
            | Gate::Over(_)
            | Gate::Interrupted { .. }
            | Gate::Next(Next::Done) => None,
        }
    }
}

impl RolloutView {
    fn new(file: &RolloutFile, state: &RolloutState, approvals: Vec<Vec<ApprovalView>>, gate: Gate) -> Self {
        let plans = file.rings.iter().zip(state.rules(file));
        let rings = state.rings.iter().zip(plans).zip(approvals);
        let rings = rings.map(|((ring, (plan, rules)), approvals)| RingView {
            name: ring.name.clone(),
            rules,
            counts: RingCounts::new(&ring.standings()),
            is_begun: ring.begun.is_some(),
            approvals,
            is_by_key: plan.approve_by == ApproveBy::Key,
            folders: ring.members.iter().map(MemberView::new).collect(),
        });
        let patches = state.patches.iter().map(|patch| patch.file.clone()).collect();
        Self { file: file.path.clone(), name: state.name.clone(), patches, rings: rings.collect(), gate }
    }

    pub(crate) fn folders(&self) -> impl Iterator<Item = &MemberView> {
        self.rings.iter().flat_map(|ring| &ring.folders)
    }

    /// What it means for whoever started the run; `None` if all went as it was asked for.
    pub(crate) fn kind(&self) -> Option<Kind> {
        let gate = match &self.gate {
            Gate::Next(Next::Done) | Gate::AsFarAsAsked { .. } => None,
            Gate::Stopped(_) | Gate::Over(_) | Gate::Next(Next::Stop { .. }) => Some(Kind::Refused),
            Gate::Next(Next::Decide { ring }) => Kind::worst(
                self.rings[*ring].folders.iter().map(MemberView::obstacle).chain([Some(Kind::Refused)]),
            ),
            Gate::Interrupted { has_changed: false } => Some(Kind::Interrupted),
            Gate::NotStarted
            | Gate::Lost { .. }
            | Gate::Paused(_)
            | Gate::Interrupted { .. }
            | Gate::Next(_) => Some(Kind::NotYet),
        };
        Kind::worst([gate, self.needs_person().then_some(Kind::NeedsPerson)])
    }
}

impl RolloutView {
    /// The same for whoever only asked how it stands: one that was rolled back wherever it can be waits for nobody.
    pub(crate) fn kind_of_status(&self) -> Option<Kind> {
        match &self.gate {
            Gate::Over(_) if !self.folders().any(MemberView::has_what_it_applied) => {
                self.needs_person().then_some(Kind::NeedsPerson)
            }
            _ => self.kind(),
        }
    }

    /// What it means for whoever has just approved `ring`: that it doesn't count is no approval yet.
    pub(crate) fn kind_of_approval(&self, ring: &str) -> Option<Kind> {
        let ring = self.rings.iter().find(|one| one.name == ring);
        let counts =
            ring.and_then(|ring| ring.approvals.last()).is_some_and(|newest| newest.ignored.is_none());
        (!counts).then_some(Kind::NotYet)
    }

    /// What it means for whoever asked for a rollback.
    pub(crate) fn kind_of_rollback(&self) -> Option<Kind> {
        let stays = self.folders().any(|folder| folder.state == MemberState::NoWayBack);
        Kind::worst([
            self.needs_person().then_some(Kind::NeedsPerson),
            stays.then_some(Code::NoWayBack.kind()),
        ])
    }

    fn needs_person(&self) -> bool {
        self.folders().any(|folder| folder.state == MemberState::NeedsPerson)
    }
}

/// What a code of one folder means: where the patch files themselves kept every rule, it is about names and sizes there.
fn kind_there(code: Code) -> Kind {
    match code {
        Code::Collide | Code::Diff | Code::Limit | Code::Path => Kind::Refused,
        code => code.kind(),
    }
}

impl MemberView {
    fn new(member: &Member) -> Self {
        let code = member.code.as_deref();
        Self {
            path: member.path.clone(),
            state: member.state,
            entry: member.entry,
            // A code that this program does not have says nothing.
            code: Code::ALL.iter().find(|known| Some(known.as_str()) == code).copied(),
            why: member.why.clone(),
        }
    }

    /// Whether what this rollout applied is there, and good.
    pub(crate) fn has_what_it_applied(&self) -> bool {
        self.entry.is_some() && matches!(self.state, MemberState::Good | MemberState::SwitchedOff)
    }

    /// What kept it from being changed, if something did.
    fn obstacle(&self) -> Option<Kind> {
        let is_not_good = matches!(self.state, MemberState::Refused | MemberState::Missing);
        self.code.filter(|_| is_not_good).map(kind_there)
    }
}
