//! Tidies up after a transaction, and writes history entries that change no file.
//!
//! A folder is renamed to `dead`, synced, and only then emptied: a power cut could otherwise keep the deletions and
//! lose the rename.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::ErrorKind;
use std::sync::Arc;

use super::record::{self, Intent};
use super::{IoResultExt, TransactionError, exists, is_empty, layout};
use crate::disk::fs::{Fs, Place, Stat, StatKind, StatePath};
use crate::disk::{TargetRoot, hash_file, node_at};
use crate::ledger::{Entry, Ledger, read_small};
use crate::model::{Digest, Mode, Node, Step, TreePath};

/// Which programs understand the history; the state folder says so, and the others keep their hands off. The later
/// one is claimed only where an entry needs it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Generation {
    /// One patch, or one change that is undone, per entry.
    First,
    /// Entries that apply several patches, replace patches, or roll back what lies below others.
    Second,
    /// Entries about scripts.
    Third,
    /// Entries about switches.
    Fourth,
    /// Entries that say why something was changed, for which ticket, since when, and what it resolved.
    Fifth,
    /// Entries whose health checks follow.
    Sixth,
    /// Entries that keep facts where earlier ones keep sentences.
    Seventh,
    /// Entries that say which checks somebody stopped.
    Eighth,
    /// Entries about patches whose changes others had made before.
    Ninth,
}

impl Generation {
    const ALL: [Self; 9] = [
        Self::First,
        Self::Second,
        Self::Third,
        Self::Fourth,
        Self::Fifth,
        Self::Sixth,
        Self::Seventh,
        Self::Eighth,
        Self::Ninth,
    ];

    /// The one that `entry` needs.
    pub fn new(entry: &Entry) -> Self {
        if entry.is_of_ninth_generation() {
            Generation::Ninth
        } else if entry.is_of_eighth_generation() {
            Generation::Eighth
        } else if entry.is_of_seventh_generation() {
            Generation::Seventh
        } else if entry.is_of_sixth_generation() {
            Generation::Sixth
        } else if entry.is_of_fifth_generation() {
            Generation::Fifth
        } else if entry.is_of_fourth_generation() {
            Generation::Fourth
        } else if entry.is_of_third_generation() {
            Generation::Third
        } else if entry.is_of_second_generation() {
            Generation::Second
        } else {
            Generation::First
        }
    }

    fn spelled(self) -> &'static [u8] {
        match self {
            Generation::First => b"patchwright-state/1\n",
            Generation::Second => b"patchwright-state/2\n",
            Generation::Third => b"patchwright-state/3\n",
            Generation::Fourth => b"patchwright-state/4\n",
            Generation::Fifth => b"patchwright-state/5\n",
            Generation::Sixth => b"patchwright-state/6\n",
            Generation::Seventh => b"patchwright-state/7\n",
            Generation::Eighth => b"patchwright-state/8\n",
            Generation::Ninth => b"patchwright-state/9\n",
        }
    }
}

const OURS: Mode = Mode::new(0o700);

/// Makes those of `folders` that are missing, in order.
pub(super) fn make_folders(fs: &dyn Fs, folders: &[StatePath]) -> Result<(), TransactionError> {
    for folder in folders {
        if !exists(fs, folder)? {
            fs.make_dir(folder, OURS).context("make", folder)?;
        }
    }
    Ok(())
}

/// What the state folder says about the program generation that it belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StateFormat {
    Absent,
    Ours(Generation),
    /// A power cut while the very first change was being staged has left half of it.
    Torn,
}

/// Reads the format.
///
/// # Errors
/// [`TransactionError::State`] when another generation wrote it.
pub(super) fn read_format(fs: &dyn Fs) -> Result<StateFormat, TransactionError> {
    let place = layout::format();
    if !exists(fs, &place)? {
        return Ok(StateFormat::Absent);
    }
    let length = Generation::First.spelled().len();
    match read_small(fs, &place, length as u64) {
        Ok(bytes) => match Generation::ALL.into_iter().find(|one| bytes == one.spelled()) {
            Some(generation) => Ok(StateFormat::Ours(generation)),
            None if is_torn(&bytes) => Ok(StateFormat::Torn),
            None => Err(written_by_another_version()),
        },
        Err(error) if error.kind() != ErrorKind::FileTooLarge => Err(error).context("read", &place),
        Err(_) => Err(written_by_another_version()),
    }
}

fn written_by_another_version() -> TransactionError {
    TransactionError::State("they were written by another version of the program".to_owned())
}

/// Whether a power cut can have left this of one of ours.
fn is_torn(bytes: &[u8]) -> bool {
    let is_beginning = Generation::ALL.iter().any(|one| one.spelled().starts_with(bytes));
    is_beginning || bytes.iter().all(|&byte| byte == 0)
}

/// Makes the format readable for later generations, and keeps earlier ones from what they do not understand. It is
/// synced with everything else that is staged, before an entry of this generation can be in the history.
pub(super) fn write_format(fs: &dyn Fs, needed: Generation) -> Result<(), TransactionError> {
    let ignored = layout::ignored();
    if !exists(fs, &ignored)? {
        record::write_small(fs, &ignored, b"*\n").context("write", &ignored)?;
    }
    let place = layout::format();
    match read_format(fs)? {
        StateFormat::Ours(generation) if generation >= needed => return Ok(()),
        // Cut here, a folder without a format holds only entries that every generation understands.
        StateFormat::Ours(_) | StateFormat::Torn => remove_tree(fs, &place)?,
        StateFormat::Absent => {}
    }
    record::write_small(fs, &place, needed.spelled()).context("write", &place)
}

/// After a commit: the entry joins the history, the originals become the way back.
pub(super) fn committed(fs: &dyn Fs, intent: &Intent) -> Result<(), TransactionError> {
    let live = layout::live();
    if exists(fs, &layout::entry())? {
        let place = Ledger::place_of(intent.seq);
        fs.rename(&layout::entry(), &place).context("record in the history", &place)?;
    }
    let check = Ledger::place_of(intent.seq).join("entry.json");
    let entry = read_small(fs, &check, 64 << 20).context("read", &check)?;
    if Digest::compute(&entry).to_string() != intent.entry {
        return Err(TransactionError::State(format!("{check} is not what was committed")));
    }
    bury_remains(fs)?;
    if !intent.retires.is_empty() {
        make_folders(fs, &[layout::dead()])?;
    }
    for seq in &intent.retires {
        keep_newer(fs, *seq)?;
        let retired = layout::undo_data(*seq);
        if exists(fs, &retired)? {
            fs.rename(&retired, &layout::dead().join(seq)).context("retire", &retired)?;
        }
    }
    let folders = [live.clone(), Ledger::folder(), layout::undo(), StatePath::root()].map(Place::State);
    fs.sync(&folders).context("write to disk", StatePath::root())?;
    let undo_data = layout::undo_data(intent.seq);
    fs.rename(&live, &undo_data).context("keep", &undo_data)?;
    bury(fs)
}

/// After an undo: its entry joins the history, the rest goes.
pub(super) fn aborted(fs: &dyn Fs, seq: u64) -> Result<(), TransactionError> {
    if exists(fs, &layout::undone())? {
        let place = Ledger::place_of(seq);
        fs.rename(&layout::undone(), &place).context("record in the history", &place)?;
    }
    // Also when the entry is there already: the process that moved it may have died before this.
    let folders = [layout::live(), Ledger::folder()].map(Place::State);
    fs.sync(&folders).context("write to disk", Ledger::folder())?;
    discard(fs)
}

/// Removes the live transaction, of which nothing is needed any more.
pub(super) fn discard(fs: &dyn Fs) -> Result<(), TransactionError> {
    bury_remains(fs)?;
    if !exists(fs, &layout::live())? {
        return Ok(());
    }
    fs.rename(&layout::live(), &layout::dead()).context("discard", layout::live())?;
    sync_names(fs)?;
    bury(fs)
}

/// Deletes what an earlier process left: an entry that it was staging, and what is in `dead`. It may have died before
/// the names were on disk.
pub(super) fn bury_remains(fs: &dyn Fs) -> Result<(), TransactionError> {
    remove_tree(fs, &layout::staged_entry())?;
    if exists(fs, &layout::dead())? {
        sync_names(fs)?;
    }
    bury(fs)
}

/// Deletes what is dead; that it is dead must be on disk.
fn bury(fs: &dyn Fs) -> Result<(), TransactionError> {
    let _kept_open = fs.keep_folders_open();
    remove_tree(fs, &layout::dead())
}

fn sync_names(fs: &dyn Fs) -> Result<(), TransactionError> {
    fs.sync(&[Place::State(StatePath::root())]).context("write to disk", StatePath::root())
}

/// Makes the folder for other people's things, durably: a power cut could otherwise keep the move into it and lose
/// the folder.
pub(super) fn make_conflict_folder(fs: &dyn Fs, conflicts: &StatePath) -> Result<(), TransactionError> {
    let around = layout::conflicts();
    make_folders(fs, &[around.clone(), conflicts.clone()])?;
    fs.sync(&[StatePath::root(), around, conflicts.clone()].map(Place::State))
        .context("write to disk", conflicts)
}

/// A name in `folder` that begins with `name` and that nothing has yet.
pub(super) fn free_place(
    fs: &dyn Fs,
    folder: &StatePath,
    name: impl Display,
) -> Result<StatePath, TransactionError> {
    let mut place = folder.join(&name);
    let mut others = 0;
    while exists(fs, &place)? {
        others += 1;
        place = folder.join(format!("{name}.{others}"));
    }
    Ok(place)
}

/// Moves a thing to where other people's things are kept, durably.
fn keep(fs: &dyn Fs, place: &StatePath, name: impl Display) -> Result<StatePath, TransactionError> {
    let folder = layout::conflict(layout::FOUND);
    make_conflict_folder(fs, &folder)?;
    let kept = free_place(fs, &folder, name)?;
    fs.rename(place, &kept).context("keep", place)?;
    fs.sync(&[Place::from(&folder)]).context("write to disk", &folder)?;
    Ok(kept)
}

/// Moves backups away that are in the place of those of entry `seq`, which is only about to be written: they belong to an entry
/// that is gone from the history.
pub(super) fn keep_stranded(fs: &dyn Fs, seq: u64) -> Result<(), TransactionError> {
    let place = layout::undo_data(seq);
    if exists(fs, &place)? {
        keep(fs, &place, place.as_str().replace('/', "-"))?;
    }
    Ok(())
}

/// Keeps the originals of entry `seq` that a program went on writing to after they were put away: what it wrote is
/// nowhere else.
fn keep_newer(fs: &dyn Fs, seq: u64) -> Result<(), TransactionError> {
    let (entry, folder) = (Ledger::place_of(seq).join("entry.json"), layout::undo_data(seq));
    let Some(written) = fs.look(&Place::from(&entry)).context("look at", &entry)? else { return Ok(()) };
    let mut steps = None;
    let objects = folder.join("objects");
    if !exists(fs, &objects)? {
        return Ok(());
    }
    let _kept_open = fs.keep_folders_open();
    for name in fs.list(&Place::from(&objects)).context("list", &objects)?.text {
        let number = name.strip_suffix(".old").unwrap_or(&name).parse::<usize>();
        let Some(n) = number.ok().filter(|_| layout::is_ours(&name)) else { continue };
        let place = objects.join(&name);
        let found = fs.look(&Place::from(&place)).context("look at", &place)?;
        // The entry was written before anything was put away. What went back by another name is there, and newer for it.
        let is_newer = |found: &Stat| {
            matches!(found.kind, StatKind::File { .. })
                && found.modified_nanos > written.modified_nanos
                && found.names == 1
        };
        if !found.as_ref().is_some_and(is_newer) {
            continue;
        }
        let steps = match &mut steps {
            Some(steps) => steps,
            None => steps.insert(steps_of(fs, &entry)?),
        };
        let before = steps.get(n).and_then(|step| step.before.as_ref()).and_then(Node::as_file);
        let digest = hash_file(fs, &Place::from(&place)).context("read", &place)?.0;
        if before.is_some_and(|before| before.digest != digest) {
            keep(fs, &place, format!("{seq}-{n}"))?;
        }
    }
    Ok(())
}

fn steps_of(fs: &dyn Fs, entry: &StatePath) -> Result<Arc<[Step]>, TransactionError> {
    let bytes = read_small(fs, entry, 64 << 20).context("read", entry)?;
    let damaged = |detail| TransactionError::State(format!("{entry}: {detail}"));
    Ok(Entry::from_bytes(&bytes).map_err(damaged)?.steps)
}

/// Removes a thing of ours with everything in it, if it is there. What is not ours is kept: a folder with a thing in
/// it that we did not make, whoever put it there, moves to where other people's things are.
pub(super) fn remove_tree(fs: &dyn Fs, place: &StatePath) -> Result<(), TransactionError> {
    let Some(found) = fs.look(&Place::from(place)).context("look at", place)? else { return Ok(()) };
    if found.kind != StatKind::Dir {
        return fs.remove_file(place).context("remove", place);
    }
    if fs.features().modes && found.mode.bits() & 0o700 != 0o700 {
        // A folder of the product may come without the right to empty it.
        fs.set_mode(place, OURS).context("remove", place)?;
    }
    let names = fs.list(&Place::from(place)).context("list", place)?;
    // A folder of the product was empty when it was taken out.
    let is_of_product = place.parent().is_some_and(|parent| parent.as_str().ends_with("objects"));
    let is_foreign = |name: &String| is_of_product || !layout::is_ours(name);
    if !names.not_text.is_empty() || names.text.iter().any(is_foreign) {
        return keep(fs, place, place.as_str().replace('/', "-")).map(drop);
    }
    for name in names.text {
        remove_tree(fs, &place.join(name))?;
    }
    fs.remove_dir(place).context("remove", place)
}

/// Empties the new folders among our objects of what the change made and had put into them; returns these folders. After
/// a power cut they can hold it, because the disk kept only the later move. What anybody else put into them stays.
pub(super) fn empty_new_folders(fs: &dyn Fs, steps: &[Step]) -> Result<Vec<Place>, TransactionError> {
    let made: BTreeMap<&TreePath, &Node> =
        steps.iter().filter_map(|step| Some((&step.path, step.after.as_ref()?))).collect();
    let objects = layout::live().join("objects");
    let mut emptied = Vec::new();
    for name in fs.list(&Place::from(&objects)).context("list", &objects)?.text {
        let number = name.split_once('.').map_or(&*name, |(number, _)| number);
        let Some(step) = number.parse::<usize>().ok().and_then(|n| steps.get(n)) else { continue };
        let folder = objects.join(&name);
        if step.after.as_ref().is_some_and(Node::is_dir) && is_folder(fs, &folder)? {
            take_made(fs, &folder, &step.path, &made)?;
            emptied.push(Place::from(&folder));
        }
    }
    Ok(emptied)
}

/// Removes from `folder`, which was at `path`, what is exactly as it was `made` there.
fn take_made(
    fs: &dyn Fs,
    folder: &StatePath,
    path: &TreePath,
    made: &BTreeMap<&TreePath, &Node>,
) -> Result<(), TransactionError> {
    for name in fs.list(&Place::from(folder)).context("list", folder)?.text {
        let Some((path, node)) = path.join(&name).ok().and_then(|path| made.get_key_value(&path)) else {
            continue;
        };
        let place = folder.join(&name);
        if !node.is_dir() {
            if node_at(fs, &Place::from(&place)).context("read", &place)?.as_ref() == Some(node) {
                fs.remove_file(&place).context("remove", &place)?;
            }
        } else if is_folder(fs, &place)? {
            take_made(fs, &place, path, made)?;
            if is_empty(fs, &Place::from(&place)).context("list", &place)? {
                fs.remove_dir(&place).context("remove", &place)?;
            }
        }
    }
    Ok(())
}

pub(super) fn is_folder(fs: &dyn Fs, place: &StatePath) -> Result<bool, TransactionError> {
    let found = fs.look(&Place::from(place)).context("look at", place)?;
    Ok(found.is_some_and(|found| found.kind == StatKind::Dir))
}

/// Adds an entry that goes with no change of the product.
///
/// # Errors
/// The system's; then the history is as before.
pub fn append(root: &TargetRoot, entry: &Entry) -> Result<(), TransactionError> {
    let fs = root.fs();
    write_format(fs, Generation::new(entry))?;
    make_folders(fs, &[Ledger::folder(), layout::undo()])?;
    keep_stranded(fs, entry.seq)?;
    // Staged outside the history, where a cut leaves nothing that could be taken for an entry.
    let staged = layout::staged_entry();
    remove_tree(fs, &staged)?;
    make_folders(fs, std::slice::from_ref(&staged))?;
    let file = staged.join("entry.json");
    record::write_small(fs, &file, &entry.to_bytes()).context("write", &file)?;
    let mut places = [file, staged.clone(), layout::format(), StatePath::root()].map(Place::State).to_vec();
    // The state folder itself may have been made a moment ago.
    places.push(Place::Root);
    fs.sync(&places).context("write to disk", &staged)?;
    let place = Ledger::place_of(entry.seq);
    fs.rename(&staged, &place).context("record in the history", &place)?;
    fs.sync(&[Place::State(Ledger::folder())]).context("write to disk", Ledger::folder())
}

/// Deletes the backups of these history entries and frees the space. Call it after the entry that says so is in
/// the history.
///
/// # Errors
/// The system's; running it again goes on where it stopped.
pub fn give_up(root: &TargetRoot, entries: &[u64]) -> Result<(), TransactionError> {
    let fs = root.fs();
    bury_remains(fs)?;
    make_folders(fs, &[layout::dead()])?;
    for seq in entries {
        keep_newer(fs, *seq)?;
        let undo_data = layout::undo_data(*seq);
        if exists(fs, &undo_data)? {
            fs.rename(&undo_data, &layout::dead().join(seq)).context("give up", &undo_data)?;
        }
    }
    fs.sync(&[layout::undo(), StatePath::root()].map(Place::State))
        .context("write to disk", StatePath::root())?;
    bury(fs)
}
