//! Changes of which nobody knows whether the product works with them: their health checks were to follow, and what came
//! of those was never written.
//!
//! That checks follow is committed with the change itself, so that a process which dies in between leaves no doubt.

use super::{Action, Entry, Gone, Ledger};

impl Ledger {
    /// The changes that are in the folder and whose health checks are still due, oldest first.
    pub(crate) fn unchecked(&self) -> Vec<&Entry> {
        let mut due: Vec<&Entry> = Vec::new();
        for entry in self.entries() {
            if entry.checks_due {
                due.push(entry);
            } else if !entry.checks.is_empty() {
                answer(&mut due, entry);
            }
        }
        if due.is_empty() {
            return due;
        }
        let slots = self.layers().slots;
        due.retain(|entry| match entry.action {
            Action::Toggle => self.is_as_moved(entry),
            _ => slots.iter().any(|slot| slot.key.entry == entry.seq && slot.superseded.is_none()),
        });
        due
    }

    /// Whether a switch stands where `moving` has put it.
    fn is_as_moved(&self, moving: &Entry) -> bool {
        let (Some(patch), Some(note)) = (&moving.patch, &moving.toggle) else { return false };
        let last = self.last_move(&patch.id, &note.id).and_then(|last| self.moved_by(last.entry));
        last.is_some_and(|(moved, is_forth)| is_forth && moved.seq == moving.seq)
    }
}

/// Takes from `due` what `entry` has the outcome of.
fn answer(due: &mut Vec<&Entry>, entry: &Entry) {
    match entry.action {
        Action::Checked => {
            let asked = due.iter().rposition(|asked| asked.patch == entry.patch);
            asked.map(|asked| due.remove(asked));
        }
        Action::Rollback => due.retain(|asked| {
            let is_out = |gone: &Gone| gone.key().entry == asked.seq;
            entry.reverses != Some(asked.seq) && !entry.out.iter().any(is_out)
        }),
        _ => {}
    }
}

/// Whether an entry needs no word about checks.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks in this way")]
pub(super) fn is_none_due(checks_due: &bool) -> bool {
    !checks_due
}
