//! Answers about rollouts over many folders.

use super::{all, answers, some};
use crate::plan::rollout::Next;
use crate::report::phrases::path_text;
use crate::report::rollout;
use crate::workbench::{self, ApprovalView, Attribution, Gate, MemberView, RingView, RolloutView};

answers! {
    Rollout(view: &RolloutView) {
        rollout: String = view.name.clone(),
        file: String = path_text(&view.file),
        gate: String = gate(&view.gate).to_owned(),
        message: String = rollout::gate(view),
        [ring]: String = view.gate.ring().map(|ring| view.rings[ring].name.clone()),
        [until]: String = until(&view.gate),
        [said]: WhoSaid = said(&view.gate).map(WhoSaid::new),
        rings: Vec<RolloutRing> = all(&view.rings, RolloutRing::new),
    }

    RolloutRing(ring: &RingView) {
        name: String = ring.name.clone(),
        begun: bool = ring.is_begun,
        counted: usize = ring.counts.folders,
        good: usize = ring.counts.good,
        failed: usize = ring.counts.failed,
        waiting: usize = ring.counts.waiting,
        [approvals]: Vec<RolloutApproval> = some(all(&ring.approvals, RolloutApproval::new)),
        folders: Vec<RolloutFolder> = all(&ring.folders, RolloutFolder::new),
    }

    RolloutFolder(folder: &MemberView) {
        path: String = folder.path.clone(),
        state: String = folder.state.as_str().to_owned(),
        [entry]: u64 = folder.entry,
        [code]: String = folder.code.map(|code| code.to_string()),
        [why]: String = folder.why.clone(),
    }

    RolloutApproval(one: &ApprovalView) {
        by: String = one.by.clone(),
        time: String = one.time.clone(),
        [reason]: String = one.reason.clone(),
        [key]: String = one.key.clone(),
        [owner]: String = one.owner.clone(),
        counts: bool = one.ignored.is_none(),
        [why]: String = one.ignored.clone(),
    }

    WhoSaid(said: &Attribution) {
        by: String = said.by.clone(),
        time: String = said.time.clone(),
        [reason]: String = said.reason.clone(),
    }

    RolloutPlan(plan: &workbench::RolloutPlan) {
        rollout: String = plan.name.clone(),
        planned: Vec<PlannedRing> = all(&plan.rings, PlannedRing::new),
        [new_folders]: Vec<String> = some(plan.new.clone()),
    }

    PlannedRing(ring: &workbench::PlannedRing) {
        name: String = ring.name.clone(),
        folders: Vec<PlannedFolder> = all(&ring.folders, PlannedFolder::new),
    }

    PlannedFolder(folder: &workbench::PlannedFolder) {
        path: String = folder.path.clone(),
        steps: usize = folder.steps,
        [code]: String = folder.refused.as_ref().map(|(code, _)| code.to_string()),
        [why]: String = folder.refused.as_ref().map(|(_, why)| why.clone()),
        [read_only]: bool = folder.is_read_only.then_some(true),
        [history_gone]: bool = folder.gone_history.is_some().then_some(true),
        [left_out]: String = folder.left_out.clone(),
    }
}

fn gate(gate: &Gate) -> &'static str {
    match gate {
        Gate::NotStarted => "not-started",
        Gate::Lost { .. } => "records-missing",
        Gate::Paused(_) => "paused",
        Gate::Over(_) => "over",
        Gate::Stopped(_) => "stopped",
        Gate::AsFarAsAsked { .. } => "as-far-as-asked",
        Gate::Interrupted { .. } => "interrupted",
        Gate::Next(next) => match next {
            Next::Change { .. } => "ready",
            Next::Wait { .. } => "waits",
            Next::Approve { .. } => "needs-approval",
            Next::Decide { .. } => "needs-decision",
            Next::Stop { .. } => "stopped",
            Next::Done => "done",
        },
    }
}

fn until(gate: &Gate) -> Option<String> {
    match gate {
        Gate::Next(Next::Wait { until, .. }) => Some(rollout::moment(*until)),
        _ => None,
    }
}

fn said(gate: &Gate) -> Option<&Attribution> {
    match gate {
        Gate::Paused(said) | Gate::Stopped(said) | Gate::Over(said) => Some(said),
        _ => None,
    }
}
