//! What the history says about switches: which one was moved where, and why.

use serde::{Deserialize, Serialize};

use super::{Action, Entry, Ledger};
use crate::model::{LayerKey, Position, Word};

/// A switch that was moved. Its patch is that of the entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToggleNote {
    /// The switch.
    pub id: String,
    /// `on` or `off`.
    pub position: String,
    /// Why, in the words of whoever moved it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// Vulnerabilities that are open again by it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub opens: Vec<String>,
}

/// How a switch came to stand where it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moving<'a> {
    pub entry: &'a Entry,
    pub position: Position,
    /// Nothing where turning it was undone.
    pub note: Option<&'a ToggleNote>,
}

impl Ledger {
    /// The newest move of the switch `id` of the patch `patch`, as far back as that patch, or the edition of it that it
    /// replaced, is in the folder.
    pub(crate) fn last_move(&self, patch: &str, id: &str) -> Option<Moving<'_>> {
        self.last_move_before(patch, id, u64::MAX)
    }

    /// The move of that switch that made it stand as it does: what takes back a move leaves what the move before it made.
    pub(crate) fn standing_move(&self, patch: &str, id: &str) -> Option<Moving<'_>> {
        let mut standing = self.last_move(patch, id)?;
        while let (Action::Rollback, Some(seq)) = (standing.entry.action, standing.entry.reverses)
            && let Some(before) = self.last_move_before(patch, id, seq.min(standing.entry.seq))
        {
            standing = before;
        }
        Some(standing)
    }

    fn last_move_before(&self, patch: &str, id: &str, end: u64) -> Option<Moving<'_>> {
        let came = self.layers().slots.into_iter().map(|slot| slot.key);
        let is_it = |key: &LayerKey| self.note(*key).is_some_and(|note| note.id == patch);
        let since = came.filter(is_it).map(|key| key.entry).min()?;
        let entries = self.entries().iter().rev().skip_while(|entry| entry.seq >= end);
        entries.take_while(|entry| entry.seq > since).find_map(|entry| {
            let (moved, is_forth) = self.moved_by(entry)?;
            let note = moved.toggle.as_ref()?;
            let is_it = note.id == id && moved.patch.as_ref().is_some_and(|moved| moved.id == patch);
            let position = Position::parse(&note.position).filter(|_| is_it)?;
            let position = if is_forth { position } else { position.other() };
            Some(Moving { entry, position, note: Some(note).filter(|_| moved.seq == entry.seq) })
        })
    }

    /// The entry that moved the switch which `entry` moves, or moves back; and whether it moves it the same way.
    pub(crate) fn moved_by<'a>(&'a self, entry: &'a Entry) -> Option<(&'a Entry, bool)> {
        let (mut at, mut is_forth) = (entry, true);
        while at.action == Action::Rollback {
            // Only what came before: a history can say anything.
            at = self.entry(at.reverses.filter(|seq| *seq < at.seq)?)?;
            is_forth = !is_forth;
        }
        (at.action == Action::Toggle).then_some((at, is_forth))
    }
}
