//! What is said about a rollout: what it waits for, and how each folder stands.

use std::path::Path;

use jiff::Timestamp;

use super::phrases::count;
use super::{shell_path, shell_word};
use crate::plan::rollout::{Next, Seconds};
use crate::workbench::{FolderState, FolderView, Gate, RingView, RolloutView, Said};

/// How a folder stands, as a phrase.
pub(crate) const fn folder_state(state: FolderState) -> &'static str {
    match state {
        FolderState::Waiting => "waiting",
        FolderState::Started => "started",
        FolderState::Good => "good",
        FolderState::AlreadyThere => "already there",
        FolderState::Refused => "refused",
        FolderState::Missing => "missing",
        FolderState::PutBack => "failed, restored",
        FolderState::NotGoodAnyMore => "not good any more",
        FolderState::NeedsPerson => "needs a person",
        FolderState::LeftOut => "left out",
        FolderState::RolledBack => "rolled back",
    }
}

/// What a rollout waits for, in one sentence.
pub(crate) fn gate(view: &RolloutView) -> String {
    let ring = |ring: usize| &view.rings[ring];
    match &view.gate {
        Gate::NotStarted => "Not started".to_owned(),
        Gate::Lost { folders } => {
            let folders = count(*folders, "folder has", "folders have");
            format!("Its records are missing; {folders} what it applied, as the histories say")
        }
        Gate::Paused(said) => format!("Paused {}", by(said)),
        Gate::Over(said) => format!("Over: rolled back {}", by(said)),
        Gate::Stopped(said) => format!("Stopped {}", by(said)),
        Gate::AsFarAsAsked { ring: at } => {
            format!("The ring {:?} is through, as far as you asked", ring(*at).name)
        }
        Gate::Interrupted => "Stopped at your request; the next run goes on".to_owned(),
        Gate::Next(Next::Change { ring: at, .. }) => {
            format!("The next run goes on with the ring {:?}", ring(*at).name)
        }
        Gate::Next(Next::Wait { ring: at, until }) => {
            format!("The ring {:?} waits until {}", ring(*at).name, moment(*until))
        }
        Gate::Next(Next::Approve { ring: at, missing }) => {
            let people = count(*missing, "person has", "people have");
            format!("{people} to approve the ring {:?}", ring(*at).name)
        }
        Gate::Next(Next::Decide { ring: at } | Next::Stop { ring: at }) => not_enough(ring(*at)),
        Gate::Next(Next::Done) => "Done: every ring is through".to_owned(),
    }
}

fn not_enough(ring: &RingView) -> String {
    let (good, all) = (ring.counts.good, count(ring.counts.folders, "folder", "folders"));
    format!("In the ring {:?}, {good} of {all} are good, and it needs {}", ring.name, ring.rules.min_good)
}

/// What a person can do about a rollout that does not go on by itself: what for, and the command.
pub(crate) fn next_commands(view: &RolloutView) -> Vec<(&'static str, String)> {
    let file = shell_path(&view.file);
    let of = |ring: usize| shell_word(&view.rings[ring].name);
    let command = |verb: &str| format!("patchwright rollout {verb} {file}");
    let take_back = || ("To roll back what it applied", command("take-back"));
    let needs_person = || view.rings.iter().flat_map(|ring| &ring.folders).any(is_open_after_a_rollback);
    match &view.gate {
        Gate::NotStarted | Gate::AsFarAsAsked { .. } | Gate::Interrupted => vec![("Next", command("run"))],
        Gate::Next(Next::Change { .. } | Next::Wait { .. }) => vec![("Next", command("run"))],
        Gate::Lost { .. } => vec![("To go on", command("run")), take_back()],
        Gate::Paused(_) => vec![("Next", command("resume"))],
        Gate::Stopped(_) => vec![("To go on", command("resume")), take_back()],
        Gate::Over(_) if needs_person() => vec![("To roll back the rest", command("take-back"))],
        Gate::Over(_) => {
            vec![("To start it again, with new approvals", format!("{} --again", command("run")))]
        }
        Gate::Next(Next::Approve { ring, .. }) => {
            vec![("Next", format!("{} {} --by-hand", command("approve"), of(*ring)))]
        }
        Gate::Next(Next::Decide { ring }) => {
            let folder = view.rings[*ring].folders.iter().find(|folder| is_open(folder.state));
            let folder = folder.map(|folder| shell_path(Path::new(&folder.path)));
            let leave_out = |folder| format!("{} {folder} --reason=TEXT", command("leave-out"));
            folder.map(|folder| ("Next", leave_out(folder))).into_iter().collect()
        }
        Gate::Next(Next::Stop { .. } | Next::Done) => Vec::new(),
    }
}

/// Whether a folder keeps its ring from being good enough, and may be left out.
fn is_open(state: FolderState) -> bool {
    matches!(state, FolderState::Refused | FolderState::Missing | FolderState::Waiting | FolderState::PutBack)
}

/// Whether something that the rollout applied is still there, and somebody has to see to it.
fn is_open_after_a_rollback(folder: &FolderView) -> bool {
    folder.state == FolderState::NeedsPerson && folder.entry.is_some()
}

fn by(said: &Said) -> String {
    match &said.reason {
        Some(reason) => format!("by {} on {}: {reason}", said.by, said.time),
        None => format!("by {} on {}", said.by, said.time),
    }
}

/// A moment as RFC 3339.
pub(crate) fn moment(seconds: Seconds) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| "a time far away".to_owned(), |moment| moment.to_string())
}
