//! What is said about a rollout: what it waits for, and how each folder stands.

use std::path::Path;

use jiff::Timestamp;

use super::phrases::{count, moment as said_moment};
use super::{shell_path, shell_word};
use crate::model::Code;
use crate::plan::rollout::{Next, Seconds};
use crate::text::person;
use crate::workbench::{ApprovalView, Attribution, Gate, MemberState, MemberView, RingView, RolloutView};

/// How a folder stands, as a phrase.
pub(crate) const fn folder_state(state: MemberState) -> &'static str {
    match state {
        MemberState::Waiting => "waiting",
        MemberState::Started => "started",
        MemberState::Good => "good",
        MemberState::AlreadyThere => "already there",
        MemberState::SwitchedOff => "good, switched off",
        MemberState::Refused => "refused",
        MemberState::Missing => "missing",
        MemberState::PutBack => "failed, restored",
        MemberState::NotGoodAnyMore => "no longer good",
        MemberState::NeedsPerson => "needs a person",
        MemberState::LeftOut => "left out",
        MemberState::RolledBack => "rolled back",
        MemberState::NoWayBack => "can't be rolled back",
    }
}

/// What a rollout waits for, in one sentence.
pub(crate) fn gate(view: &RolloutView) -> String {
    let ring = |ring: usize| &view.rings[ring];
    match &view.gate {
        Gate::NotStarted => "Not started".to_owned(),
        Gate::Lost { folders } => {
            let folders = count(*folders, "folder has", "folders have");
            format!("The rollout's records are missing. By their histories, {folders} its patches")
        }
        Gate::Paused(said) => format!("Paused {}", by(said)),
        Gate::Over(said) => over(view, said),
        Gate::Stopped(said) => format!("Stopped {}", by(said)),
        Gate::AsFarAsAsked { ring: at } => {
            format!("The ring {:?} is finished; the run stops here, as you asked", ring(*at).name)
        }
        Gate::Interrupted { has_changed: false } => {
            "Stopped at your request before any folder was changed; the next run continues".to_owned()
        }
        Gate::Interrupted { has_changed: true } => {
            "Stopped at your request. Folders were changed before that; the next run continues".to_owned()
        }
        Gate::Next(Next::Change { ring: at, .. }) => {
            format!("The next run continues with the ring {:?}", ring(*at).name)
        }
        Gate::Next(Next::Wait { ring: at, until }) if tries_again(ring(*at)) => {
            let until = said_moment(&moment(*until));
            format!("{}. Until {until}, every run tries the other folders again", not_enough(ring(*at)))
        }
        Gate::Next(Next::Wait { ring: at, until }) => {
            format!("The ring {:?} waits until {}", ring(*at).name, said_moment(&moment(*until)))
        }
        Gate::Next(Next::Approve { ring: at, missing }) => {
            let people = count(*missing, "person has", "people have");
            format!("{people} to approve the ring {:?}", ring(*at).name)
        }
        Gate::Next(Next::Decide { ring: at } | Next::Stop { ring: at }) => not_enough(ring(*at)),
        Gate::Next(Next::Done) => "Done: every ring is finished".to_owned(),
    }
}

fn not_enough(ring: &RingView) -> String {
    let (good, all) = (ring.counts.good, count(ring.counts.folders, "folder", "folders"));
    let is = if good == 1 || ring.counts.folders == 1 { "is" } else { "are" };
    format!("In the ring {:?}, {good} of {all} {is} good, and it needs {}", ring.name, ring.rules.min_good)
}

fn over(view: &RolloutView, said: &Attribution) -> String {
    let left: usize = view.rings.iter().map(still_there).sum();
    let stays = view.folders().filter(|folder| folder.state == MemberState::NoWayBack).count();
    let (said, one, many) = (by(said), "folder still has", "folders still have");
    let left = (left > 0).then(|| format!("{} what it applied", count(left, one, many)));
    let stays = (stays > 0).then(|| {
        let folders = count(stays, "folder keeps", "folders keep");
        format!("{folders} what it applied, because it can't be rolled back there any more")
    });
    let what: Vec<String> = left.into_iter().chain(stays).collect();
    match what.as_slice() {
        [] => format!("Over: rolled back {said}"),
        what => format!("Over: rolled back in part {said}; {}", what.join("; ")),
    }
}

/// Whether a ring lacks folders that were refused or missing, and that the next run tries again.
fn tries_again(ring: &RingView) -> bool {
    !ring.rules.min_good.is_reached(ring.counts.good, ring.counts.folders)
        && ring.folders.iter().any(is_tried_again)
}

fn is_tried_again(folder: &MemberView) -> bool {
    matches!(folder.state, MemberState::Refused | MemberState::Missing)
}

/// How to see what has to be resolved before a folder of this ring can be changed.
fn see_what_is_in_the_way(view: &RolloutView, ring: &RingView) -> Option<(&'static str, String)> {
    let refused = ring.folders.iter().find(|folder| folder.state == MemberState::Refused)?;
    let patches = view.patches.iter().map(|file| shell_path(file)).collect::<Vec<_>>().join(" ");
    let folder = shell_path(Path::new(&refused.path));
    Some(("To see what to resolve first", format!("patchwright plan {patches} {folder}")))
}

/// What a person does in a folder in which the rollout could not be rolled back.
fn resolve_first(folder: &MemberView) -> (&'static str, String) {
    let here = shell_path(Path::new(&folder.path));
    match folder.code {
        Some(Code::Drift) => (
            "To roll it back there, and back up the edited files",
            format!("patchwright rollback {here} --keep-edits"),
        ),
        _ => ("To see what to resolve first", format!("patchwright status {here}")),
    }
}

/// What a person can do about a rollout that does not go on by itself: what for, and the command.
pub(crate) fn next_commands(view: &RolloutView) -> Vec<(&'static str, String)> {
    let file = shell_path(&view.file);
    let of = |ring: usize| shell_word(&view.rings[ring].name);
    let run = || format!("patchwright rollout run {file}");
    let resume = || format!("patchwright rollout resume {file}");
    let take_back = || format!("patchwright rollout roll-back {file}");
    let open = || view.folders().find(|folder| is_open_after_a_rollback(folder));
    match &view.gate {
        Gate::NotStarted | Gate::AsFarAsAsked { .. } | Gate::Interrupted { .. } => vec![("Next", run())],
        Gate::Next(Next::Change { .. }) => vec![("Next", run())],
        Gate::Next(Next::Wait { ring, .. }) if tries_again(&view.rings[*ring]) => {
            see_what_is_in_the_way(view, &view.rings[*ring])
                .into_iter()
                .chain([("To try again", run())])
                .collect()
        }
        Gate::Next(Next::Wait { .. }) => vec![("Next, after that", run())],
        Gate::Lost { .. } => vec![("To continue", run()), ("To roll back what it applied", take_back())],
        Gate::Paused(_) => vec![("Next", resume())],
        Gate::Stopped(_) => vec![("To continue", resume()), ("To roll back what it applied", take_back())],
        Gate::Over(_) if open().is_some() || view.rings.iter().any(|ring| still_there(ring) > 0) => {
            open().map(resolve_first).into_iter().chain([("To roll back the rest", take_back())]).collect()
        }
        Gate::Over(_) => {
            let kept = view.folders().find(|folder| folder.state == MemberState::NoWayBack);
            let kept = kept.map(|folder| shell_path(Path::new(&folder.path)));
            let look = kept.map(|folder| ("To see what stays there", format!("patchwright status {folder}")));
            let again = ("To start it again, with new approvals", format!("{} --again", run()));
            look.into_iter().chain([again]).collect()
        }
        Gate::Next(Next::Approve { ring, .. }) => {
            let name = of(*ring);
            vec![(
                "Next",
                match view.rings[*ring].is_by_key {
                    true => format!("patchwright rollout approve {file} {name} --key=FILE"),
                    false => format!("patchwright rollout approve {file} {name} --by-hand"),
                },
            )]
        }
        Gate::Next(Next::Decide { ring }) => {
            let folders = &view.rings[*ring].folders;
            // What was refused for a reason that has gone by is only to be tried again.
            let again = folders.iter().any(is_tried_again).then(|| ("To try again", run()));
            let see = see_what_is_in_the_way(view, &view.rings[*ring]);
            let folder = folders.iter().find(|folder| is_open(folder.state));
            let folder = folder.map(|folder| shell_path(Path::new(&folder.path)));
            let leave_out = |folder| format!("patchwright rollout leave-out {file} {folder} --reason=TEXT");
            see.into_iter()
                .chain(again)
                .chain(folder.map(|folder| ("To continue without it", leave_out(folder))))
                .collect()
        }
        Gate::Next(Next::Stop { .. } | Next::Done) => Vec::new(),
    }
}

/// Whether a folder keeps its ring from being good enough, and may be left out.
fn is_open(state: MemberState) -> bool {
    matches!(state, MemberState::Refused | MemberState::Missing | MemberState::Waiting | MemberState::PutBack)
}

/// How many folders of a ring have what the rollout applied there.
fn still_there(ring: &RingView) -> usize {
    let is_ours = |folder: &&MemberView| folder.has_what_it_applied();
    ring.folders.iter().filter(is_ours).count()
}

/// Whether something that the rollout applied is still there, and somebody has to see to it.
fn is_open_after_a_rollback(folder: &MemberView) -> bool {
    folder.state == MemberState::NeedsPerson && folder.entry.is_some()
}

/// An approval of a ring, in one sentence.
pub(crate) fn approval(ring: &RingView, one: &ApprovalView) -> String {
    let key = one.key.as_ref().map(|key| {
        let print: String = key.chars().take(16).collect();
        match &one.owner {
            Some(owner) => format!(" with a key of {owner} ({print}…)"),
            None => format!(" with the key {print}…"),
        }
    });
    let how = key.unwrap_or_else(|| " by hand".to_owned());
    let (by, time) = (person(&one.by), said_moment(&one.time));
    let reason = one.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    match &one.ignored {
        None => format!("The ring {:?} was approved by {by}, {time},{how}{reason}", ring.name),
        Some(why) => {
            format!("An approval of the ring {:?} by {by}, {time},{how} doesn't count: {why}", ring.name)
        }
    }
}

/// How an approval by a key can count that isn't trusted for it.
pub(crate) fn to_count(one: &ApprovalView) -> Option<String> {
    let products: Vec<String> = one.untrusted_for.iter().map(|product| shell_word(product)).collect();
    let product = products.join(" --product ");
    (!products.is_empty())
        .then(|| format!("patchwright key trust KEYFILE --role approver --product {product}"))
}

fn by(said: &Attribution) -> String {
    match &said.reason {
        Some(reason) => format!("by {}, {}: {reason}", person(&said.by), said_moment(&said.time)),
        None => format!("by {}, {}", person(&said.by), said_moment(&said.time)),
    }
}

/// A moment as RFC 3339.
pub(crate) fn moment(seconds: Seconds) -> String {
    Timestamp::from_second(seconds).map_or_else(|_| "a time far away".to_owned(), |moment| moment.to_string())
}
