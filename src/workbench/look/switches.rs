//! The switches that the patches in a folder brought, and where they stand: as their files say, whatever was written
//! into the history.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::sync::Arc;

use super::stack::FolderStack;
use crate::diff::{MAX_EDITED_BYTES, Stand, Switch};
use crate::disk::fs::{Fs, Place};
use crate::disk::{ScanError, node_at};
use crate::ledger::{Entry, Ledger, PatchNote};
use crate::model::{Digest, LayerKey, Node, Position, Step, Toggle, ToggleKind, TreePath, TreeState};
use crate::plan::{Layer, is_lost};
use crate::workbench::Result;
use crate::workbench::contents::{Library, SearchFirst};

/// A switch of a patch that is in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderSwitch {
    /// Which coming of the patch.
    pub key: LayerKey,
    pub patch: PatchNote,
    pub toggle: Toggle,
    pub stand: SwitchStand,
    /// When and by whom it was moved to where it stands; nothing if nobody moved it with this program.
    pub since: Option<SwitchMove>,
    /// Whether it is past the day until which it was to be there.
    pub is_overdue: bool,
    /// Whether no other patch here has a switch of this id.
    pub(crate) is_only_one: bool,
}

/// Where a switch stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SwitchStand {
    At(Position),
    /// At another value, which is this.
    Elsewhere(String),
    /// Nobody can tell, and why.
    Unclear(String),
}

/// How a switch came to where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchMove {
    pub time: String,
    pub user: String,
    pub reason: Option<String>,
    /// The history entry.
    pub entry: u64,
}

impl FolderSwitch {
    /// What people type to name it.
    pub fn name(&self) -> String {
        match self.is_only_one {
            true => self.toggle.id.to_string(),
            false => self.full_name(),
        }
    }

    /// Its name together with that of its patch.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.patch.id, self.toggle.id)
    }

    /// Where it stands, if it is at one of its two positions.
    pub fn position(&self) -> Option<Position> {
        if let SwitchStand::At(position) = &self.stand { Some(*position) } else { None }
    }

    /// Vulnerabilities that are open again because it is off.
    pub fn open_again(&self) -> &[String] {
        if self.position() == Some(Position::Off) { &self.toggle.vulnerabilities } else { &[] }
    }
}

/// All switches of the patches that are active in a folder, at the time `now`.
///
/// # Errors
/// If a file cannot be read.
pub(crate) fn switches(
    fs: &dyn Fs,
    ledger: &Ledger,
    folder: &FolderStack,
    now: &str,
) -> Result<Vec<FolderSwitch>> {
    let mut found = Vec::new();
    for layer in folder.layers.iter().filter(|layer| layer.is_active()) {
        let (Some(patch), Some(note)) = (&layer.patch, ledger.note(layer.key)) else { continue };
        for toggle in &patch.about.toggles {
            let stand = match owner(folder, layer, &toggle.file) {
                Some(other) => {
                    SwitchStand::Unclear(format!("the file belongs to {}, another patch", other.id))
                }
                None => stand(fs, toggle)?,
            };
            let (patch_id, id) = (&note.id, toggle.id.as_str());
            // Where the last move was taken back, the one before it has the reason.
            let standing = ledger.standing_move(patch_id, id).and_then(|moved| moved.note);
            let moved = ledger.last_move(patch_id, id);
            let moved = moved.filter(|moved| stand == SwitchStand::At(moved.position));
            let since = moved.map(|moved| SwitchMove {
                time: moved.entry.time.clone(),
                user: moved.entry.user.raw().to_owned(),
                reason: standing.and_then(|note| note.reason.clone()),
                entry: moved.entry.seq,
            });
            found.push(FolderSwitch {
                key: layer.key,
                patch: note.clone(),
                stand,
                since,
                is_overdue: toggle.until.as_deref().is_some_and(|until| is_past(until, now)),
                is_only_one: true,
                toggle: toggle.clone(),
            });
        }
    }
    let ids: Vec<_> = found.iter().map(|switch| switch.toggle.id.clone()).collect();
    for switch in &mut found {
        switch.is_only_one = ids.iter().filter(|id| **id == switch.toggle.id).count() == 1;
    }
    Ok(found)
}

/// The other patch whose file it is: one that changed it, while `layer` did not.
pub(crate) fn owner<'a>(folder: &'a FolderStack, layer: &Layer, file: &TreePath) -> Option<&'a Layer> {
    if layer.patch.as_deref().is_some_and(|patch| patch.change_at(file).is_some()) {
        return None;
    }
    folder.layers.iter().find(|other| other.key != layer.key && other.paths().any(|path| path == file))
}

/// The patches besides `own` of which something is lost by `step`, by id. `made` has contents that are nowhere yet.
///
/// # Errors
/// If the backups cannot be listed.
pub(crate) fn undone_by_moving(
    fs: &dyn Fs,
    folder: &FolderStack,
    own: LayerKey,
    step: &Step,
    made: BTreeMap<Digest, Arc<Vec<u8>>>,
) -> Result<Vec<String>> {
    let Step { path, before, after } = step;
    let others = folder.layers.iter().filter(|layer| layer.key != own && layer.is_active());
    let others: Vec<&Layer> = others.filter(|layer| layer.paths().any(|other| other == path)).collect();
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let seen: TreeState = before.iter().map(|node| (path.clone(), node.clone())).collect();
    let library = Library::new(&[], SearchFirst::SafeCopies).in_folder(fs).with_seen(&seen);
    let library = library.with_copies(folder.archive(fs)?).with_made(made);
    let lost = |layer: &&&Layer| is_lost(layer, path, (before.as_ref(), after.as_ref()), &library);
    Ok(others.iter().filter(lost).map(|layer| layer.id.clone()).collect())
}

/// The switch that undoing `entry` would turn off, if vulnerabilities are open then: that needs a reason, which only
/// moving the switch asks for.
pub(crate) fn opened_by_undoing<'a>(
    all: &'a [FolderSwitch],
    ledger: &Ledger,
    entry: &Entry,
) -> Option<&'a FolderSwitch> {
    let (switch, to) = moved_by_undoing(all, ledger, entry)?;
    (to == Position::Off && !switch.toggle.vulnerabilities.is_empty()).then_some(switch)
}

/// The switch that undoing `entry` would move, and where to.
pub(crate) fn moved_by_undoing<'a>(
    all: &'a [FolderSwitch],
    ledger: &Ledger,
    entry: &Entry,
) -> Option<(&'a FolderSwitch, Position)> {
    let (moved, is_forth) = ledger.moved_by(entry)?;
    let note = moved.toggle.as_ref()?;
    let turns_off = (note.position == Position::Off.as_str()) != is_forth;
    let is_it = |switch: &&FolderSwitch| {
        switch.toggle.id.as_str() == note.id
            && moved.patch.as_ref().is_some_and(|patch| patch.id == switch.patch.id)
    };
    let to = if turns_off { Position::Off } else { Position::On };
    all.iter().find(is_it).map(|switch| (switch, to))
}

/// Where a switch stands.
///
/// # Errors
/// If its file cannot be read.
fn stand(fs: &dyn Fs, toggle: &Toggle) -> Result<SwitchStand> {
    let place = Place::from(&toggle.file);
    let unclear = |why: &str| Ok(SwitchStand::Unclear(why.to_owned()));
    if toggle.kind == ToggleKind::File {
        let failed = |source| ScanError::Io { place: place.clone(), source };
        return match node_at(fs, &place).or_else(nothing_there).map_err(failed)? {
            Some(Node::File(_)) => Ok(SwitchStand::At(toggle.position_of_file(true))),
            None => Ok(SwitchStand::At(toggle.position_of_file(false))),
            Some(_) => unclear("something else than a file is there"),
        };
    }
    match content_at(fs, &toggle.file)? {
        None => unclear("the file is missing"),
        Some(content) => Ok(stand_in(toggle, &content)),
    }
}

/// Where the switch stands that `toggle` is in a file with this content.
pub(crate) fn stand_in(toggle: &Toggle, content: &[u8]) -> SwitchStand {
    match Switch::new(toggle, Some(content)).and_then(|switch| switch.stand(content)) {
        Ok(Stand::At(position)) => SwitchStand::At(position),
        Ok(Stand::Elsewhere(value)) => SwitchStand::Elsewhere(value),
        Err(why) => SwitchStand::Unclear(why),
    }
}

pub(super) fn content_at(fs: &dyn Fs, path: &TreePath) -> Result<Option<Vec<u8>>> {
    let place = Place::from(path);
    let failed = |source| ScanError::Io { place: place.clone(), source };
    let Some(file) = fs.open(&place).map(Some).or_else(nothing_there).map_err(failed)? else {
        return Ok(None);
    };
    let mut content = Vec::new();
    file.take(MAX_EDITED_BYTES as u64 + 1).read_to_end(&mut content).map_err(failed)?;
    Ok(Some(content))
}

/// There is no file: nothing at all, or something else, there or on the way to it.
fn nothing_there<T>(error: std::io::Error) -> std::io::Result<Option<T>> {
    match error.kind() {
        ErrorKind::InvalidInput
        | ErrorKind::IsADirectory
        | ErrorKind::NotADirectory
        | ErrorKind::NotFound => Ok(None),
        _ => Err(error),
    }
}

/// Whether the day `until` is over at `now`.
fn is_past(until: &str, now: &str) -> bool {
    now.get(..until.len()).is_some_and(|today| today > until)
}
