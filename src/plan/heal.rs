//! Plans putting places right that are not as the history says.

use super::folders::{bring_back_parents, find_missing_parents, settle_folders};
use super::why::Undo;
use super::{Obstacle, Plan, Preview, Situation, common_obstacles, in_order};
use crate::model::{Step, TreePath};

/// What would happen if `steps`, each from what was seen to what should be there, were carried out in the folder that
/// `situation` describes. Nobody has a copy of what should be at the places in `lost`.
pub(crate) fn plan_heal(steps: Vec<Step>, lost: &[TreePath], situation: &Situation) -> Preview {
    let base = situation.fingerprint(steps.iter().map(|step| &step.path));
    let (mut obstacles, mut notes) = (Vec::new(), Vec::new());
    obstacles.extend(lost.iter().map(|path| Obstacle::at(path, Undo::NoCopy)));
    let steps = steps.into_iter().filter(|step| !lost.contains(&step.path)).collect();
    let mut steps = settle_folders(steps, situation, &mut obstacles, &mut notes);
    bring_back_parents(&mut steps, situation, &mut notes);
    find_missing_parents(&steps, situation, &mut obstacles);
    let needed_bytes = common_obstacles(situation, &steps, &mut obstacles);
    Preview { plan: Plan { steps: in_order(steps), base }, obstacles, notes, needed_bytes }
}
