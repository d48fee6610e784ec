//! Plans taking a change back.

use super::NoteAbout;
use super::folders::{bring_back_parents, find_missing_parents, settle_folders};
use super::why::{Restoring, Since};
use super::{
    FileNote, Note, Obstacle, Plan, Preview, Resolution, Situation, TakenBack, common_obstacles, in_order,
};
use crate::model::{Code, Node, Step};

/// What to do with files that were edited after the change that is rolled back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDrift {
    /// Stop and say so.
    Stop,
    /// Roll back all the same; the edited file is kept as a backup of the rollback.
    KeepCopy,
}

/// What would happen if the change made of `steps` were taken back. What `situation` shows at a place must be what
/// the change left there.
pub(crate) fn plan_rollback(
    steps: &[Step],
    situation: &Situation,
    what: TakenBack,
    on_drift: OnDrift,
) -> Preview {
    let (mut obstacles, mut notes, mut inverse) = (Vec::new(), Vec::new(), Vec::new());
    for step in steps.iter().map(Step::inverse) {
        if situation.is_unclear(&step.path) {
            // That is told as an obstacle of its own.
            continue;
        }
        let observed = situation.tree.at(&step.path);
        if observed == step.after.as_ref() {
            notes.push(Note::of_file(&step.path, FileNote::IsAsBefore));
            continue;
        }
        if let Some(Resolution::Switched { file, goes }) = situation.edits.get(&step.path) {
            let note = match goes {
                true => FileNote::SwitchRemoved { others_stay: file.is_some() },
                false => FileNote::OthersSwitchesStay,
            };
            notes.push(Note::of_file(&step.path, note));
            let after = file.clone().map(Node::File).or(step.after);
            inverse.push(Step { path: step.path, before: observed.cloned(), after });
            continue;
        }
        if let Some(Resolution::Merged { file, by }) = situation.edits.get(&step.path) {
            // The other way round: what the patch did goes, what was edited since stays.
            let note = FileNote::EditsKept { how: by.clone(), after: what };
            notes.push(Note::of_file(&step.path, note));
            let after = Some(Node::File(file.clone()));
            inverse.push(Step { path: step.path, before: observed.cloned(), after });
            continue;
        }
        let edited = observed != step.before.as_ref();
        let is_file = |node: Option<&Node>| matches!(node, None | Some(Node::File(_)));
        let can_be_kept = is_file(observed) && is_file(step.before.as_ref()) && is_file(step.after.as_ref());
        if edited && on_drift == OnDrift::KeepCopy && can_be_kept {
            let note = match observed {
                Some(_) => FileNote::EditsBackedUp { after: what },
                None => FileNote::DeletedRestored { after: what },
            };
            notes.push(Note::of_file(&step.path, note));
        } else if edited {
            let how = since(observed, situation.edits.get(&step.path));
            obstacles.push(Obstacle::at(&step.path, Restoring::ChangedSince { what, how, can_be_kept }));
            continue;
        }
        inverse.push(Step { before: observed.cloned(), ..step });
    }
    let mut inverse = settle_folders(inverse, situation, &mut obstacles, &mut notes);
    bring_back_parents(&mut inverse, situation, &mut notes);
    find_missing_parents(&inverse, situation, &mut obstacles);
    let needed_bytes = common_obstacles(situation, &inverse, &mut obstacles);
    // Whoever applied the patch on a weak disk has accepted that; the way back must not be harder than the way there.
    let (weak, obstacles): (Vec<_>, Vec<_>) =
        obstacles.into_iter().partition(|found| found.code() == Code::Volume);
    notes.extend(weak.into_iter().map(|found| Note::of_obstacle(NoteAbout::Reason, found)));
    let base = situation.fingerprint(steps.iter().map(|step| &step.path));
    Preview {
        plan: Plan { steps: in_order(inverse), base },
        obstacles,
        notes,
        needed_bytes,
        is_written_down: false,
    }
}

/// What happened to a file since the patch left it.
fn since(observed: Option<&Node>, edits: Option<&Resolution>) -> Since {
    match (observed, edits) {
        (None, _) => Since::Removed,
        (Some(_), Some(Resolution::Clashes(places))) => Since::EditedAt(places.clone()),
        (Some(_), _) => Since::Edited,
    }
}
