//! Plans putting places right that are not as the history says.

use super::folders::{bring_back_parents, find_missing_parents, settle_folders};
use super::why::Undo;
use super::{Note, Obstacle, Plan, Preview, Situation, common_obstacles, in_order};
use crate::model::{Step, TreePath};

/// The files that nobody has a copy of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lost<'a> {
    InTheWay(&'a [TreePath]),
    /// They stay as they are.
    Left(&'a [TreePath]),
}

/// What would happen if `steps`, each from what was seen to what should be there, were carried out in the folder that
/// `situation` describes.
pub(crate) fn plan_repair(steps: Vec<Step>, lost: Lost<'_>, situation: &Situation) -> Preview {
    let base = situation.fingerprint(steps.iter().map(|step| &step.path));
    let (mut obstacles, mut notes) = (Vec::new(), Vec::new());
    let lost = match lost {
        Lost::InTheWay(paths) => {
            obstacles.extend(paths.iter().map(|path| Obstacle::at(path, Undo::NoCopy)));
            paths
        }
        Lost::Left(paths) => {
            let text = "stays as it is: there is no backup of it in the folder";
            notes.extend(paths.iter().map(|path| Note::at(path, text)));
            paths
        }
    };
    let steps = steps.into_iter().filter(|step| !lost.contains(&step.path)).collect();
    let mut steps = settle_folders(steps, situation, &mut obstacles, &mut notes);
    bring_back_parents(&mut steps, situation, &mut notes);
    find_missing_parents(&steps, situation, &mut obstacles);
    let needed_bytes = common_obstacles(situation, &steps, &mut obstacles);
    Preview { plan: Plan { steps: in_order(steps), base }, obstacles, notes, needed_bytes }
}
