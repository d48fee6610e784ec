//! Plans putting places right that are not as the history says.

use super::folders::{find_missing_parents, settle_folders};
use super::{Obstacle, Plan, Preview, Situation, common_obstacles, in_order};
use crate::model::{Code, Step, TreePath};

/// What would happen if `steps`, each from what was seen to what should be there, were carried out in the folder that
/// `situation` describes. Nobody has a copy of what should be at the places in `lost`.
pub fn plan_heal(steps: Vec<Step>, lost: &[TreePath], situation: &Situation) -> Preview {
    let base = situation.fingerprint(steps.iter().map(|step| &step.path));
    let (mut obstacles, mut notes) = (Vec::new(), Vec::new());
    for path in lost {
        obstacles.push(Obstacle {
            code: Code::Store,
            path: Some(path.as_str().to_owned()),
            meaning: "no copy of what should be here is in the folder".to_owned(),
            hint: "Name the patch file that brought it: --from FILE. Or name the other places, to heal only those.".to_owned(),
        });
    }
    let steps = steps.into_iter().filter(|step| !lost.contains(&step.path)).collect();
    let steps = settle_folders(steps, situation, &mut obstacles, &mut notes);
    find_missing_parents(&steps, situation, &mut obstacles);
    let needed_bytes = common_obstacles(situation, &steps, &mut obstacles);
    Preview { plan: Plan { steps: in_order(steps), base }, obstacles, notes, needed_bytes }
}
