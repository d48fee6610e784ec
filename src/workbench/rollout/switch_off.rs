//! The quick way out of a rollout in which too much failed: the patches stay, and their switches are turned off.

use std::collections::BTreeSet;
use std::path::Path;

use super::folder::{Load, TurnOutcome, applied_by};
use super::member::{Member, MemberState};
use crate::model::{Code, Position};
use crate::progress::Quiet;
use crate::workbench::{Result, ToggleOptions, Watch, Workbench};

impl Workbench {
    /// Turns off the switches of the patches that the rollout applied in one folder; `None` if it has no such patch any more.
    /// What is off already stays as it is, so that whoever was cut short can do it again.
    ///
    /// # Errors
    /// Only the wish to stop; what else goes wrong is what came of it.
    pub(super) fn switch_off_there(
        &self,
        load: &Load<'_>,
        member: &Member,
        reason: &str,
        watch: Watch<'_>,
    ) -> Result<Option<TurnOutcome>> {
        let watch = Watch { progress: &Quiet, cancel: watch.cancel };
        match self.check_member(member).and_then(|()| self.switches_off(load, member, reason, watch)) {
            Ok(true) if member.is_good() => {
                Ok(Some(TurnOutcome::new(MemberState::SwitchedOff, member.entry)))
            }
            // What was wrong with it before is still what there is to say.
            Ok(_) => Ok(None),
            Err(error) if error.code() == Code::Interrupted => Err(error),
            Err(error) => {
                let why = TurnOutcome::failed(&error).why;
                Ok(Some(TurnOutcome { why, ..TurnOutcome::new(MemberState::NeedsPerson, member.entry) }))
            }
        }
    }

    /// Whether the folder has what the rollout applied, and now with its switches off.
    fn switches_off(&self, load: &Load<'_>, member: &Member, reason: &str, watch: Watch<'_>) -> Result<bool> {
        let ledger = self.ledger_of(member)?;
        let ours: BTreeSet<u64> = applied_by(&ledger, load.id).iter().map(|entry| entry.seq).collect();
        if ours.is_empty() {
            return Ok(false);
        }
        let target = Path::new(&member.path);
        let on = self
            .switches(target)?
            .into_iter()
            .filter(|switch| ours.contains(&switch.key.entry) && switch.position() != Some(Position::Off));
        for switch in on {
            let options = ToggleOptions {
                id: switch.full_name(),
                to: Position::Off,
                reason: Some(reason.to_owned()),
                expected: None,
                occasion: load.occasion(),
            };
            let _ = self.toggle(target, &options, watch)?;
        }
        Ok(true)
    }
}
