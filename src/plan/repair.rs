//! Plans putting places right that are not as the history says.

use super::PlaceRemark;
use super::folders::{bring_back_parents, find_missing_parents, settle_folders};
use super::why::Restoring;
use super::{Note, Obstacle, Plan, Preview, Situation, common_obstacles, in_order};
use crate::model::{Step, TreePath};

/// A file that nobody has a copy of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LostFile {
    pub path: TreePath,
    /// A patch whose file has the content.
    pub patch_file: Option<String>,
}

/// What becomes of such files.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lost<'a> {
    InTheWay(&'a [LostFile]),
    /// They stay as they are.
    Left(&'a [LostFile]),
}

/// What would happen if `steps`, each from what was seen to what should be there, were carried out in the folder that
/// `situation` describes.
pub(crate) fn plan_repair(steps: Vec<Step>, lost: Lost<'_>, situation: &Situation) -> Preview {
    let base = situation.fingerprint(steps.iter().map(|step| &step.path));
    let (mut obstacles, mut notes) = (Vec::new(), Vec::new());
    let lost = match lost {
        Lost::InTheWay(lost) => {
            let is_alone = steps.iter().all(|step| lost.iter().any(|lost| lost.path == step.path));
            let obstacle = |LostFile { path, patch_file }: &LostFile| {
                Obstacle::at(path, Restoring::NoCopy { patch_file: patch_file.clone(), is_alone })
            };
            obstacles.extend(lost.iter().map(obstacle));
            lost
        }
        Lost::Left(lost) => {
            notes.extend(lost.iter().map(|lost| Note::at(&lost.path, PlaceRemark::NoBackup)));
            lost
        }
    };
    let is_lost = |step: &Step| lost.iter().any(|lost| lost.path == step.path);
    let steps = steps.into_iter().filter(|step| !is_lost(step)).collect();
    let mut steps = settle_folders(steps, situation, &mut obstacles, &mut notes);
    bring_back_parents(&mut steps, situation, &mut notes);
    find_missing_parents(&steps, situation, &mut obstacles);
    let needed_bytes = common_obstacles(situation, &steps, &mut obstacles);
    Preview {
        plan: Plan { steps: in_order(steps), base },
        obstacles,
        notes,
        needed_bytes,
        is_written_down: false,
    }
}
