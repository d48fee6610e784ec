//! A rollout: a column for each ring, what it waits for in words, and what can be done next.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::home::folder_text;
use super::overview::line;
use super::wanted::ExpectationMark;
use crate::model::Code;
use crate::plan::rollout::Next;
use crate::report::{phrases, rollout};
use crate::text::{capitalised, person};
use crate::words::{fill, many};
use crate::workbench::{Gate, MemberState, MemberView, PlannedFolder, RingView, RolloutPlan, RolloutView};

/// Which rollout, and what is set aside in each of its folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RolloutForm {
    /// The rollout file.
    pub file: Option<PathBuf>,
    /// Whether patches that nobody trusted has signed are applied, too.
    pub unsigned: bool,
}

/// What can be done about a rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RolloutStep {
    /// Goes on through this ring, and no further.
    Run {
        ring: String,
    },
    /// Goes on as far as the rules allow.
    RunOn,
    /// Starts what was rolled back anew.
    Again,
    Approve {
        ring: String,
        /// Whether that is signed with a key, rather than said by whoever sits here.
        by_key: bool,
    },
    Pause,
    Resume,
    Stop,
    /// Rolls back what it applied.
    TakeBack,
    /// Rolls back what it applied in this ring.
    TakeRingBack {
        ring: String,
    },
    LeaveOut {
        folder: String,
    },
}

impl RolloutStep {
    /// What its button says.
    pub fn label(&self) -> String {
        match self {
            RolloutStep::Run { ring } => fill(many::ROLLOUT_RUN, &[("ring", &line(ring))]),
            RolloutStep::RunOn => many::ROLLOUT_RUN_ON.to_owned(),
            RolloutStep::Again => many::ROLLOUT_AGAIN.to_owned(),
            RolloutStep::Approve { ring, .. } => fill(many::ROLLOUT_APPROVE, &[("ring", &line(ring))]),
            RolloutStep::Pause => many::ROLLOUT_PAUSE.to_owned(),
            RolloutStep::Resume => many::ROLLOUT_RESUME.to_owned(),
            RolloutStep::Stop => many::ROLLOUT_STOP.to_owned(),
            RolloutStep::TakeBack => many::ROLLOUT_TAKE_BACK.to_owned(),
            RolloutStep::TakeRingBack { ring } => {
                fill(many::ROLLOUT_TAKE_RING_BACK, &[("ring", &line(ring))])
            }
            RolloutStep::LeaveOut { .. } => many::ROLLOUT_LEAVE_OUT.to_owned(),
        }
    }

    /// The question before it, and what it means.
    pub fn question(&self) -> (String, &'static str) {
        let of_ring = |template, ring: &str| fill(template, &[("ring", &line(ring))]);
        match self {
            RolloutStep::Run { ring } => (of_ring(many::ASK_RUN, ring), many::ASK_RUN_MEANING),
            RolloutStep::RunOn => (many::ASK_RUN_ON.to_owned(), many::ASK_RUN_ON_MEANING),
            RolloutStep::Again => (many::ASK_AGAIN.to_owned(), many::ASK_AGAIN_MEANING),
            RolloutStep::Approve { ring, by_key } => {
                let meaning = if *by_key { many::ASK_SIGN_MEANING } else { many::ASK_APPROVE_MEANING };
                (of_ring(many::ASK_APPROVE, ring), meaning)
            }
            RolloutStep::Pause => (many::ASK_PAUSE.to_owned(), many::ASK_PAUSE_MEANING),
            RolloutStep::Resume => (many::ASK_RESUME.to_owned(), many::ASK_RESUME_MEANING),
            RolloutStep::Stop => (many::ASK_STOP.to_owned(), many::ASK_STOP_MEANING),
            RolloutStep::TakeBack => (many::ASK_TAKE_BACK.to_owned(), many::ASK_TAKE_BACK_MEANING),
            RolloutStep::TakeRingBack { ring } => {
                (of_ring(many::ASK_TAKE_RING_BACK, ring), many::ASK_TAKE_RING_BACK_MEANING)
            }
            RolloutStep::LeaveOut { folder } => {
                (fill(many::ASK_LEAVE_OUT, &[("folder", &line(folder))]), many::ASK_LEAVE_OUT_MEANING)
            }
        }
    }

    /// What answers that with yes.
    pub fn button(&self) -> &'static str {
        match self {
            RolloutStep::Run { .. } | RolloutStep::RunOn | RolloutStep::Again => many::DO_RUN,
            RolloutStep::Approve { .. } => many::DO_APPROVE,
            RolloutStep::Pause => many::DO_PAUSE,
            RolloutStep::Resume => many::DO_RESUME,
            RolloutStep::Stop => many::DO_STOP,
            RolloutStep::TakeBack => many::DO_TAKE_BACK,
            RolloutStep::TakeRingBack { .. } => many::DO_TAKE_RING_BACK,
            RolloutStep::LeaveOut { .. } => many::DO_LEAVE_OUT,
        }
    }

    /// Whether folders are changed: by the worker, then.
    pub const fn changes_folders(&self) -> bool {
        matches!(self, RolloutStep::Run { .. } | RolloutStep::RunOn | RolloutStep::Again) || self.takes_back()
    }

    /// Whether it rolls back.
    pub const fn takes_back(&self) -> bool {
        matches!(self, RolloutStep::TakeBack | RolloutStep::TakeRingBack { .. })
    }

    /// Whether a reason can be said: and if so, whether one has to.
    pub const fn reason(&self) -> Option<bool> {
        match self {
            RolloutStep::Approve { .. } | RolloutStep::Pause | RolloutStep::Stop => Some(false),
            RolloutStep::LeaveOut { .. } => Some(true),
            _ => None,
        }
    }
}

/// One folder of a ring. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RingFolder {
    /// As the rollout names it.
    pub exact: String,
    pub name: String,
    pub shown_path: String,
    pub mark: ExpectationMark,
    pub state: String,
    /// Why it is not good; may be empty.
    pub why: String,
    /// Whether somebody has to decide about it now.
    pub is_open: bool,
}

/// Where a ring is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RingStage {
    /// Its turn is still to come.
    Later,
    /// It is the one that a run begins with.
    Next,
    /// What the rollout is at.
    Now,
    /// It is through.
    Through,
}

/// One ring. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RingColumn {
    pub name: String,
    pub stage: RingStage,
    /// How many of its folders are good, in words.
    pub counts: String,
    /// The good ones as a share, in thousandths.
    pub good: u16,
    /// What has to be true before it begins, and before the next one does.
    pub rules: Vec<String>,
    /// Who approved it.
    pub approvals: Vec<String>,
    pub folders: Vec<RingFolder>,
}

/// How a rollout stands. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolloutPage {
    pub name: String,
    /// What it waits for, in one sentence.
    pub gate: String,
    /// How good or bad that is.
    pub mark: ExpectationMark,
    pub rings: Vec<RingColumn>,
    /// What is recommended.
    pub next: Option<RolloutStep>,
    /// What else can be done.
    pub others: Vec<RolloutStep>,
    /// Whether a run would change folders now, so that it is worth planning.
    pub can_run: bool,
}

impl RolloutPage {
    pub(super) fn new(view: &RolloutView) -> Self {
        let next = recommended(view);
        let others = others(view).into_iter().filter(|step| Some(step) != next.as_ref()).collect();
        let is_at = if view.gate == Gate::NotStarted { Some(0) } else { view.gate.ring() };
        let column = |(index, ring): (usize, &RingView)| {
            let stage = match is_at {
                Some(at) if index > at => RingStage::Later,
                Some(at) if index == at && !ring.is_begun => RingStage::Next,
                Some(at) if index == at => RingStage::Now,
                None if !ring.is_begun => RingStage::Later,
                _ => RingStage::Through,
            };
            let decides = matches!(view.gate, Gate::Next(Next::Decide { ring }) if ring == index);
            RingColumn::new(ring, stage, decides)
        };
        Self {
            name: line(&view.name),
            gate: line(&rollout::gate(view)),
            mark: mark_of(&view.gate),
            rings: view.rings.iter().enumerate().map(column).collect(),
            can_run: matches!(next, Some(RolloutStep::Run { .. } | RolloutStep::RunOn))
                || matches!(view.gate, Gate::Over(_)),
            next,
            others,
        }
    }
}

fn mark_of(gate: &Gate) -> ExpectationMark {
    match gate {
        Gate::Next(Next::Done) => ExpectationMark::Good,
        Gate::Lost { .. } | Gate::Stopped(_) | Gate::Next(Next::Stop { .. } | Next::Decide { .. }) => {
            ExpectationMark::Trouble
        }
        Gate::Paused(_) | Gate::Over(_) | Gate::Next(Next::Wait { .. } | Next::Approve { .. }) => {
            ExpectationMark::Left
        }
        Gate::NotStarted
        | Gate::AsFarAsAsked { .. }
        | Gate::Interrupted { .. }
        | Gate::Next(Next::Change { .. }) => ExpectationMark::Due,
    }
}

/// Whether more folders failed than a ring may have.
fn has_failed(view: &RolloutView) -> bool {
    view.rings.iter().any(|ring| ring.rules.max_failed.is_exceeded(ring.counts.failed, ring.counts.folders))
}

/// Whether the rollout applied something that is still there.
fn can_take_back(view: &RolloutView) -> bool {
    view.rings.iter().any(can_take_ring_back)
}

fn can_take_ring_back(ring: &RingView) -> bool {
    let is_ours = |folder: &MemberView| {
        let is_settled =
            matches!(folder.state, MemberState::RolledBack | MemberState::PutBack | MemberState::NoWayBack);
        folder.entry.is_some() && !is_settled
    };
    ring.folders.iter().any(is_ours)
}

fn recommended(view: &RolloutView) -> Option<RolloutStep> {
    let run = |ring: usize| view.rings.get(ring).map(|ring| RolloutStep::Run { ring: ring.name.clone() });
    match &view.gate {
        Gate::NotStarted => run(0),
        Gate::Next(Next::Change { ring, .. } | Next::Decide { ring }) => run(*ring),
        Gate::AsFarAsAsked { ring } => run(ring + 1),
        Gate::Interrupted { .. } => Some(RolloutStep::RunOn),
        Gate::Next(Next::Approve { ring, .. }) => {
            let ring = view.rings.get(*ring);
            ring.map(|ring| RolloutStep::Approve { ring: ring.name.clone(), by_key: ring.is_by_key })
        }
        Gate::Stopped(_) | Gate::Next(Next::Stop { .. }) if has_failed(view) && can_take_back(view) => {
            Some(RolloutStep::TakeBack)
        }
        Gate::Stopped(_) | Gate::Paused(_) | Gate::Next(Next::Stop { .. }) => Some(RolloutStep::Resume),
        // Somebody has to decide whether it goes on or is rolled back.
        Gate::Lost { .. } | Gate::Over(_) | Gate::Next(Next::Wait { .. } | Next::Done) => None,
    }
}

fn others(view: &RolloutView) -> Vec<RolloutStep> {
    let is_held = matches!(view.gate, Gate::Paused(_) | Gate::Stopped(_));
    let is_lost = matches!(view.gate, Gate::Lost { .. });
    let is_over = is_lost || matches!(view.gate, Gate::NotStarted | Gate::Over(_) | Gate::Next(Next::Done));
    let can_run_on = matches!(
        view.gate,
        Gate::NotStarted
            | Gate::Lost { .. }
            | Gate::Interrupted { .. }
            | Gate::AsFarAsAsked { .. }
            | Gate::Next(Next::Change { .. } | Next::Wait { .. } | Next::Decide { .. })
    );
    let steps = [
        (can_run_on, RolloutStep::RunOn),
        (!is_over && !is_held, RolloutStep::Pause),
        (!is_over && !matches!(view.gate, Gate::Stopped(_)), RolloutStep::Stop),
        (is_held, RolloutStep::Resume),
        (matches!(view.gate, Gate::Over(_)), RolloutStep::Again),
        (is_lost || can_take_back(view), RolloutStep::TakeBack),
    ];
    let steps = steps.into_iter().filter_map(|(can_be, step)| can_be.then_some(step));
    // Of one ring alone, where there are others.
    let rings = view.rings.iter().filter(|ring| view.rings.len() > 1 && can_take_ring_back(ring));
    steps.chain(rings.map(|ring| RolloutStep::TakeRingBack { ring: ring.name.clone() })).collect()
}

impl RingColumn {
    fn new(ring: &RingView, stage: RingStage, decides: bool) -> Self {
        let (counts, all) = (&ring.counts, phrases::count(ring.counts.folders, "folder", "folders"));
        let good = counts.good.to_string();
        let facts = [("n", good.as_str()), ("all", &all), ("failed", &counts.failed.to_string())];
        let said = match (ring.is_begun, counts.failed) {
            (false, _) => many::RING_NOT_BEGUN,
            (true, 0) => many::RING_GOOD,
            (true, _) => many::RING_FAILED,
        };
        // A stranger's signature approves nothing.
        let counted = ring.approvals.iter().filter(|said| said.ignored.is_none());
        let approvals = counted.map(|said| {
            let facts = [("who", line(&person(&said.by))), ("when", phrases::moment(&line(&said.time)))];
            fill(many::RING_APPROVED, &facts.each_ref().map(|(name, value)| (*name, value.as_str())))
        });
        Self {
            name: line(&ring.name),
            stage,
            counts: fill(said, &facts),
            good: (counts.good * 1000 / counts.folders.max(1)) as u16,
            rules: rules(ring),
            approvals: approvals.collect(),
            folders: ring.folders.iter().map(|folder| RingFolder::new(folder, decides)).collect(),
        }
    }
}

/// What has to be true of a ring, in words.
fn rules(ring: &RingView) -> Vec<String> {
    let rules = &ring.rules;
    let of = |template, n: String| fill(template, &[("n", &n)]);
    let needs = phrases::count(rules.approvals, "approval", "approvals");
    let approvals = (rules.approvals > 0).then(|| of(many::RULE_APPROVALS, needs));
    let good = of(many::RULE_GOOD, rules.min_good.to_string());
    let failed = of(many::RULE_FAILED, rules.max_failed.to_string());
    let wait = (rules.wait > 0).then(|| of(many::RULE_WAIT, phrases::seconds(rules.wait)));
    let deadline = rules.deadline.map(|deadline| of(many::RULE_DEADLINE, phrases::seconds(deadline)));
    approvals.into_iter().chain([good, failed]).chain(wait).chain(deadline).collect()
}

impl RingFolder {
    fn new(folder: &MemberView, decides: bool) -> Self {
        let (name, shown_path) = folder_text(Path::new(&folder.path));
        let mark = match folder.state {
            MemberState::Good | MemberState::AlreadyThere | MemberState::SwitchedOff => ExpectationMark::Good,
            MemberState::Waiting | MemberState::Started => ExpectationMark::Due,
            MemberState::LeftOut
            | MemberState::RolledBack
            | MemberState::NoWayBack
            | MemberState::Missing => ExpectationMark::Left,
            MemberState::Refused
            | MemberState::PutBack
            | MemberState::NotGoodAnyMore
            | MemberState::NeedsPerson => ExpectationMark::Trouble,
        };
        let can_be_left_out = matches!(
            folder.state,
            MemberState::Refused | MemberState::Missing | MemberState::Waiting | MemberState::PutBack
        );
        Self {
            exact: folder.path.clone(),
            name,
            shown_path,
            mark,
            state: capitalised(rollout::folder_state(folder.state)),
            why: folder.why.as_deref().map(line).unwrap_or_default(),
            is_open: decides && can_be_left_out,
        }
    }
}

/// What a run would do in each folder. Texts are escaped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlannedRollout {
    /// What would happen in a folder, and whether it can't, by the exact name.
    pub folders: BTreeMap<String, (String, bool)>,
    /// Of each ring, by its name: how many can be changed, have the patches already, and can't be changed.
    rings: Vec<(String, [usize; 3])>,
    /// Whether a patch isn't signed by anybody who is trusted here.
    pub lacks_signature: bool,
    /// Folders that its patterns find now, and that were not there when it was started.
    pub new: Vec<String>,
}

impl PlannedRollout {
    pub(super) fn new(plan: &RolloutPlan) -> Self {
        let all = || plan.rings.iter().flat_map(|ring| &ring.folders);
        let rings = plan.rings.iter().map(|ring| {
            let is_blocked = |folder: &&PlannedFolder| folder.refused.is_some() || folder.is_read_only;
            let refused = ring.folders.iter().filter(is_blocked).count();
            let is_there = |folder: &&PlannedFolder| folder.refused.is_none() && folder.steps == 0;
            let there = ring.folders.iter().filter(is_there).count();
            (ring.name.clone(), [ring.folders.len() - refused - there, there, refused])
        });
        let told = |one: &PlannedFolder| {
            let n = phrases::count(one.steps, "file", "files");
            let (said, is_trouble) = match &one.refused {
                Some((_, why)) => (line(why), true),
                None if one.steps == 0 => (many::PLAN_NOTHING.to_owned(), false),
                None if one.is_read_only => (fill(many::PLAN_READ_ONLY, &[("n", &n)]), true),
                None => (fill(many::PLAN_CHANGES, &[("n", &n)]), false),
            };
            let gone = one.gone_history.as_deref().map(|gone| format!(". {}", line(&capitalised(gone))));
            (said + &gone.unwrap_or_default(), is_trouble)
        };
        let folders = all().map(|one| (one.path.clone(), told(one)));
        let lacks = all().filter_map(|one| one.refused.as_ref()).any(|(code, _)| *code == Code::Trust);
        Self {
            rings: rings.collect(),
            folders: folders.collect(),
            lacks_signature: lacks,
            new: plan.new.iter().map(|path| line(path)).collect(),
        }
    }

    /// How many folders can be changed and how many can't, in words: up to the ring of this name, or in all.
    pub fn said(&self, until: Option<&str>) -> String {
        let last = until.and_then(|until| self.rings.iter().position(|(name, _)| name == until));
        let rings = &self.rings[..last.map_or(self.rings.len(), |last| last + 1)];
        let parts = [many::PLAN_READY, many::PLAN_THERE, many::PLAN_REFUSED].into_iter().enumerate();
        let parts = parts.filter_map(|(kind, template)| {
            let count: usize = rings.iter().map(|(_, counts)| counts[kind]).sum();
            let n = phrases::count(count, "folder", "folders");
            (count > 0).then(|| fill(template, &[("n", &n)]))
        });
        parts.collect::<Vec<_>>().join(" ")
    }
}
