//! What a rollout would do: every folder of every ring is planned before the first is changed, so that a conflict in the
//! last ring is known before the pilot begins. Writes nothing.

use std::collections::BTreeSet;
use std::path::Path;

use super::folder::{files_of, on_gone_history};
use super::kind_there;
use super::member::{Member, MemberState};
use super::state::FrozenPatch;
use crate::model::{Code, Kind};
use crate::plan::Obstacle;
use crate::plan::rollout::RingRules;
use crate::progress::{Phase, Quiet};
use crate::workbench::{ApplyOptions, Error, Result, SharedBundles, Watch, Workbench};

/// What a rollout would do.
#[derive(Debug, Clone)]
pub(crate) struct RolloutPlan {
    pub name: String,
    pub(crate) rings: Vec<PlannedRing>,
    /// Folders that its patterns find now, and that were not there when it was started.
    pub new: Vec<String>,
}

/// What would happen in one ring.
#[derive(Debug, Clone)]
pub(crate) struct PlannedRing {
    pub name: String,
    pub rules: RingRules,
    pub folders: Vec<PlannedFolder>,
}

/// What would happen in one folder.
#[derive(Debug, Clone, Default)]
pub(crate) struct PlannedFolder {
    pub path: String,
    /// How many files would change.
    pub steps: usize,
    /// Why it can't be done, if so.
    pub refused: Option<(Code, String)>,
    /// Whether its disk is read-only here, so that it can be looked at and no more.
    pub is_read_only: bool,
    /// That its history is gone as a whole, in words, if so.
    pub gone_history: Option<String>,
    /// Why nothing will happen there, if somebody decided that.
    pub left_out: Option<String>,
}

impl RolloutPlan {
    /// What it means for whoever asked.
    pub(crate) fn kind(&self) -> Option<Kind> {
        let folders = self.rings.iter().flat_map(|ring| &ring.folders);
        Kind::worst(folders.map(|folder| match &folder.refused {
            Some((code, _)) => Some(kind_there(*code)),
            // Nothing is wrong with it; only here it can't be done.
            None => folder.is_read_only.then_some(Kind::NotYet),
        }))
    }
}

impl Workbench {
    /// What a rollout would do with `options` set aside in each folder. Writes nothing, anywhere.
    ///
    /// # Errors
    /// If the file, its records or a patch file cannot be used. The problems of a folder are in the plan.
    pub(crate) fn plan_rollout(
        &self,
        file: &Path,
        options: &ApplyOptions,
        watch: Watch<'_>,
    ) -> Result<RolloutPlan> {
        let store = self.rollout_store(file)?;
        let now = self.state_to_be(store.file())?;
        let (state, new) = match store.load()? {
            None => {
                now.refuse_large_first_ring()?;
                (now, Vec::new())
            }
            Some(state) => {
                let known: BTreeSet<&str> =
                    state.rings.iter().flat_map(|ring| &ring.members).map(|one| one.path.as_str()).collect();
                let found = now.rings.into_iter().flat_map(|ring| ring.members);
                let new = found.map(|one| one.path).filter(|path| !known.contains(path.as_str())).collect();
                (state, new)
            }
        };
        let opened = self.open_frozen(&state.patches, watch)?;
        watch.progress.begin(Phase::Checking, state.rings.iter().map(|ring| ring.members.len() as u64).sum());
        let mut rings = Vec::new();
        for (ring, rules) in state.rings.iter().zip(state.rules(store.file())) {
            let mut folders = Vec::new();
            for member in &ring.members {
                watch.cancel.check()?;
                folders.push(self.plan_there(&opened, &state.patches, member, options, watch)?);
                watch.progress.advance(1);
            }
            rings.push(PlannedRing { name: ring.name.clone(), rules, folders });
        }
        Ok(RolloutPlan { name: state.name, rings, new })
    }

    fn plan_there(
        &self,
        opened: &SharedBundles,
        patches: &[FrozenPatch],
        member: &Member,
        options: &ApplyOptions,
        watch: Watch<'_>,
    ) -> Result<PlannedFolder> {
        let watch = Watch { progress: &Quiet, cancel: watch.cancel };
        let (target, path) = (Path::new(&member.path), member.path.clone());
        if member.state == MemberState::LeftOut {
            let left_out = Some(member.why.clone().unwrap_or_default());
            return Ok(PlannedFolder { path, left_out, ..PlannedFolder::default() });
        }
        let planned = self.check_member(member).and_then(|()| {
            let mut opened = self.for_this_folder(opened, files_of(patches), target, watch)?;
            let preview = self.preview_one_of_many(&mut opened, target, watch)?;
            preview.permits(options.overrides.consent())?;
            let obstacles = preview.as_allowed(options).preview.obstacles;
            let obstacles = obstacles.into_iter().chain(preview.scripts.refused.clone());
            let (read_only, refused): (Vec<Obstacle>, Vec<Obstacle>) =
                obstacles.partition(Obstacle::is_read_only);
            match refused.is_empty() {
                true => {
                    let gone = on_gone_history(&preview.preview.notes);
                    Ok((preview.preview.plan.steps.len(), !read_only.is_empty(), gone))
                }
                false => Err(Error::Refused(refused)),
            }
        });
        match planned {
            Ok((steps, is_read_only, gone_history)) => {
                let is_read_only = is_read_only && steps > 0;
                Ok(PlannedFolder { path, steps, is_read_only, gone_history, ..PlannedFolder::default() })
            }
            Err(error) if error.code() == Code::Interrupted => Err(error),
            Err(error) => {
                let refused = super::folder::TurnOutcome::failed(&error).why;
                Ok(PlannedFolder { path, refused, ..PlannedFolder::default() })
            }
        }
    }
}
