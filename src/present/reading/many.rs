//! Answers about many folders: how they stand to a state file, and how a rollout stands.

use std::path::{Path, PathBuf};

use super::{found, keys};
use crate::present::keys::SignForm;
use crate::present::message::{Event, ManyEffect, ManyEvent};
use crate::present::rollout::{PlannedRollout, RolloutForm, RolloutPage, RolloutStep};
use crate::present::wanted::{WantedForm, WantedPage};
use crate::report::wanted;
use crate::workbench::{ApplyOptions, Error, Overrides, Watch, Workbench};

pub(super) fn answer(workbench: &Workbench, effect: ManyEffect, watch: Watch<'_>) -> Event {
    Event::Many(match effect {
        ManyEffect::Compare(ticket, form) => {
            let compare = || {
                let done = workbench.reconcile(&form.wish(), watch)?;
                Ok(WantedPage::new(&done, form.most_rolled_back))
            };
            ManyEvent::Compared(ticket, Box::new(found(None, compare)))
        }
        ManyEffect::SaveComparison(path, form) => {
            return Event::Saved(found(None, || save(workbench, path, &form, watch)));
        }
        ManyEffect::Read(ticket, file) => {
            let read = || Ok(RolloutPage::new(&workbench.rollout_status(&file)?));
            ManyEvent::Read(ticket, Box::new(found(None, read)))
        }
        ManyEffect::Plan(ticket, form) => {
            ManyEvent::Planned(ticket, found(None, || plan(workbench, &form, watch)))
        }
        ManyEffect::Say(ticket, file, step, reason, key) => {
            let say = || say(workbench, &file, &step, reason, key.as_deref());
            ManyEvent::Said(ticket, Box::new(found(None, say)))
        }
    })
}

fn plan(workbench: &Workbench, form: &RolloutForm, watch: Watch<'_>) -> Result<PlannedRollout, Error> {
    let overrides = if form.unsigned { Overrides::UNSIGNED } else { Overrides::default() };
    let options = ApplyOptions { overrides, ..ApplyOptions::default() };
    let file = form.file.clone().unwrap_or_default();
    Ok(PlannedRollout::new(&workbench.plan_rollout(&file, &options, watch)?))
}

/// Writes down what somebody says about a rollout; what changes folders is the worker's.
fn say(
    workbench: &Workbench,
    file: &Path,
    step: &RolloutStep,
    reason: Option<String>,
    key: Option<&SignForm>,
) -> Result<RolloutPage, Error> {
    let view = match step {
        RolloutStep::Approve { ring, .. } => match key {
            Some(key) => {
                let signer = keys::signer(workbench, key)?;
                workbench.approve_ring_by_key(file, ring, &signer, reason)?
            }
            None => workbench.approve_ring(file, ring, reason)?,
        },
        RolloutStep::Pause => workbench.pause_rollout(file, reason)?,
        RolloutStep::Resume => workbench.resume_rollout(file)?,
        RolloutStep::Stop => workbench.stop_rollout(file, reason)?,
        RolloutStep::LeaveOut { folder } => {
            workbench.leave_out(file, Path::new(folder), reason.unwrap_or_default())?
        }
        RolloutStep::Run { .. }
        | RolloutStep::RunOn
        | RolloutStep::Again
        | RolloutStep::TakeBack
        | RolloutStep::TakeRingBack { .. } => workbench.rollout_status(file)?,
    };
    Ok(RolloutPage::new(&view))
}

/// Writes how the folders stand now, as the ending of the name says.
fn save(workbench: &Workbench, path: PathBuf, form: &WantedForm, watch: Watch<'_>) -> Result<PathBuf, Error> {
    let done = workbench.reconcile(&form.wish(), watch)?;
    let now = workbench.environment().timestamp().as_second();
    let text = match path.extension().and_then(|ending| ending.to_str()) {
        Some("xml") => wanted::junit(&done),
        Some("prom") => wanted::metrics(&done, now),
        _ => wanted::markdown(&done),
    };
    workbench.save_comparison(&path, &text)?;
    Ok(path)
}
