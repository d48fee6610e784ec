//! What people say about a rollout: pauses, stops, approvals by hand, folders that do not count. None of it changes a folder.

use std::path::Path;

use super::RolloutView;
use super::file::{ApproveBy, RolloutFile};
use super::member::MemberState;
use super::state::{Attribution, RolloutState};
use crate::plan::why::{BadRolloutFile, Rolling};
use crate::workbench::{Error, Result, Workbench};

impl Workbench {
    /// Changes what is said about a rollout: pauses, approvals, folders that do not count.
    ///
    /// # Errors
    /// If it was not started, or is over, or `change` refuses.
    pub(super) fn say(
        &self,
        file: &Path,
        change: impl FnOnce(&mut RolloutState) -> Result<()>,
    ) -> Result<RolloutView> {
        let store = self.rollout_store(file)?;
        store.change(|state| {
            state.refuse_over()?;
            change(state)
        })?;
        self.rollout_status(file)
    }

    /// Pauses a rollout, until somebody resumes it. A run that is under way ends after the folders it is changing.
    ///
    /// # Errors
    /// If it was not started.
    pub(crate) fn pause_rollout(&self, file: &Path, reason: Option<String>) -> Result<RolloutView> {
        self.say(file, |state| {
            state.paused = Some(self.said(reason));
            Ok(())
        })
    }

    /// Ends a pause or a stop. Folders that failed are tried again. Who approved a ring before it was stopped did not know
    /// why it would be, and is asked again unless the ring has started.
    ///
    /// # Errors
    /// If it was not started.
    pub(crate) fn resume_rollout(&self, file: &Path) -> Result<RolloutView> {
        self.say(file, |state| {
            let was_stopped = state.stopped.take().is_some();
            state.paused = None;
            for ring in state.rings.iter_mut().filter(|ring| was_stopped && ring.begun.is_none()) {
                ring.ask_again();
            }
            let tried = [MemberState::PutBack, MemberState::NotGoodAnyMore, MemberState::NeedsPerson];
            for member in state.rings.iter_mut().flat_map(|ring| &mut ring.members) {
                if tried.contains(&member.state) {
                    // What it did there stays known: it may be all that a rollback finds.
                    member.state = MemberState::Waiting;
                    (member.code, member.why) = (None, None);
                }
            }
            Ok(())
        })
    }

    /// Approves by hand that a ring begins. Who approves twice counts once.
    ///
    /// # Errors
    /// If the rollout was not started, or has no such ring, or only keys approve that.
    pub(crate) fn approve_ring(
        &self,
        file: &Path,
        ring: &str,
        reason: Option<String>,
    ) -> Result<RolloutView> {
        let rings = RolloutFile::read(file)?.rings;
        self.say(file, |state| {
            let (ring, said) = (state.ring_named(ring)?, self.said(reason));
            if rings[ring].approve_by == ApproveBy::Key {
                return Err(Error::refused(Rolling::OnlyKeys { ring: rings[ring].name.clone() }));
            }
            let approvals = &mut state.rings[ring].approvals;
            if approvals.iter().all(|other| other.by != said.by) {
                approvals.push(said);
            }
            Ok(())
        })
    }

    /// Stops a rollout. Every folder stays as it is.
    ///
    /// # Errors
    /// If it was not started.
    pub(crate) fn stop_rollout(&self, file: &Path, reason: Option<String>) -> Result<RolloutView> {
        self.say(file, |state| {
            state.stopped = Some(self.said(reason));
            Ok(())
        })
    }

    /// Goes on without a folder, for this reason.
    ///
    /// # Errors
    /// If it was not started, has no such folder, or that has the patches.
    pub(crate) fn leave_out(&self, file: &Path, folder: &Path, reason: String) -> Result<RolloutView> {
        self.say(file, |state| {
            let shown = folder.display().to_string();
            let mut members = state.rings.iter_mut().flat_map(|ring| &mut ring.members);
            let Some(member) = members.find(|member| Path::new(&member.path) == folder) else {
                return Err(Error::refused(BadRolloutFile::NoFolder { folder: shown }));
            };
            if member.is_good() || member.state == MemberState::Started {
                return Err(Error::refused(Rolling::IsGood { folder: shown }));
            }
            (member.state, member.code) = (MemberState::LeftOut, None);
            member.why = Some(reason);
            Ok(())
        })
    }

    pub(super) fn said(&self, reason: Option<String>) -> Attribution {
        let environment = &self.environment;
        Attribution {
            by: format!("{}@{}", environment.user, environment.host),
            time: environment.now(),
            reason,
        }
    }
}
