//! What is said about a rollout: what it waits for, and how each folder stands.

use std::path::Path;

use jiff::Timestamp;

use super::phrases::count;
use super::{shell_path, shell_word};
use crate::plan::rollout::{Next, Seconds};
use crate::workbench::{FolderState, Gate, RingView, RolloutView, Said};

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
        Gate::Paused(said) => format!("Paused {}", by(said)),
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

/// The command that gets a rollout on, where a person has to do something.
pub(crate) fn next_command(view: &RolloutView) -> Option<String> {
    let file = shell_path(&view.file);
    let of = |ring: usize| shell_word(&view.rings[ring].name);
    match &view.gate {
        Gate::NotStarted | Gate::AsFarAsAsked { .. } | Gate::Interrupted => {
            Some(format!("patchwright rollout run {file}"))
        }
        Gate::Paused(_) | Gate::Stopped(_) => Some(format!("patchwright rollout resume {file}")),
        Gate::Next(Next::Approve { ring, .. }) => {
            Some(format!("patchwright rollout approve {file} {} --by-hand", of(*ring)))
        }
        Gate::Next(Next::Decide { ring }) => {
            let is_open = |state| {
                matches!(
                    state,
                    FolderState::Refused | FolderState::Missing | FolderState::Waiting | FolderState::PutBack
                )
            };
            let folder = view.rings[*ring].folders.iter().find(|folder| is_open(folder.state))?;
            let folder = shell_path(Path::new(&folder.path));
            Some(format!("patchwright rollout leave-out {file} {folder} --reason=TEXT"))
        }
        Gate::Next(Next::Change { .. } | Next::Wait { .. }) => {
            Some(format!("patchwright rollout run {file}"))
        }
        Gate::Next(Next::Stop { .. } | Next::Done) => None,
    }
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
