//! The simulated disk as the engine sees it, and the meter that counts its calls and cuts the power.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::{Arc, MutexGuard};

use patchwright::disk::fs::{
    Attributes, Features, FileRead, FileWrite, FolderNames, Fs, LockGuard, LockKind, Place, STATE_DIR, Space,
    Stat, StatePath,
};
use patchwright::model::{Code, Mode, TreePath};

use super::disk::{Content, Disk, ObjectId};
use super::handles::{Held, NothingToHold, Reader, Writer};
use super::{LOCK_FILE, Log, Machine, SimFs, listed};

/// Mode of a file that is being written, and of the state folder's lock.
const PRIVATE_FILE: Mode = Mode::new(0o600);

/// Mode of the state folder.
const PRIVATE_DIR: Mode = Mode::new(0o700);

/// Allocation unit that the disk claims to have.
const BLOCK_BYTES: u64 = 4096;

/// Free bytes of a disk without a limit.
const PLENTY_BYTES: u64 = 1 << 40;

/// Counts calls and decides when the power goes.
#[derive(Default)]
pub(super) struct Meter {
    pub calls: usize,
    pub syncs: usize,
    pub is_counting_reads: bool,
    pub crash_at_call: Option<usize>,
    pub muted_syncs: BTreeSet<usize>,
    pub is_power_lost: bool,
    pub log: Log,
}

impl Meter {
    /// Lets a call that changes something happen, or cuts the power instead.
    pub fn change(&mut self, call: fmt::Arguments<'_>) -> io::Result<()> {
        self.count(true, call)
    }

    /// The same for a call that only looks.
    pub fn ask(&mut self, call: fmt::Arguments<'_>) -> io::Result<()> {
        self.count(self.is_counting_reads, call)
    }

    fn count(&mut self, is_counted: bool, call: fmt::Arguments<'_>) -> io::Result<()> {
        if self.is_power_lost {
            return Err(power_lost());
        }
        if is_counted {
            self.calls += 1;
            if self.crash_at_call == Some(self.calls) {
                self.is_power_lost = true;
                self.log.add(|| format!("{:4} power lost before: {call}", self.calls));
                return Err(power_lost());
            }
            self.log.add(|| format!("{:4} {call}", self.calls));
        } else {
            self.log.add(|| format!("     {call}"));
        }
        Ok(())
    }
}

fn power_lost() -> io::Error {
    io::Error::other("power lost")
}

/// Where a place is, counted from the target folder.
fn path(place: &Place) -> String {
    match place {
        Place::Root => String::new(),
        Place::Tree(path) => path.as_str().to_owned(),
        Place::State(path) => ours(path),
    }
}

fn ours(place: &StatePath) -> String {
    place.to_string()
}

impl SimFs {
    /// Begins a call that changes something.
    fn changing(&self, call: fmt::Arguments<'_>) -> io::Result<MutexGuard<'_, Machine>> {
        let mut machine = self.machine();
        machine.meter.change(call)?;
        Ok(machine)
    }

    /// Begins a call that only looks.
    fn asking(&self, call: fmt::Arguments<'_>) -> io::Result<MutexGuard<'_, Machine>> {
        let mut machine = self.machine();
        machine.meter.ask(call)?;
        Ok(machine)
    }
}

impl Fs for SimFs {
    fn features(&self) -> Features {
        self.machine().disk.features.clone()
    }

    fn look(&self, at: &Place) -> io::Result<Option<Stat>> {
        let machine = self.asking(format_args!("look {at}"))?;
        Ok(machine.disk.find(&path(at))?.map(|id| machine.disk.found(id)))
    }

    fn list(&self, dir: &Place) -> io::Result<FolderNames> {
        let machine = self.asking(format_args!("list {dir}"))?;
        let names = machine.disk.names(machine.disk.existing(&path(dir))?)?;
        let text = names.values().map(|entry| entry.name.to_string()).collect();
        Ok(FolderNames { text, not_text: Vec::new() })
    }

    fn read_link(&self, at: &Place) -> io::Result<String> {
        let machine = self.asking(format_args!("read_link {at}"))?;
        match &machine.disk.object(machine.disk.existing(&path(at))?).content {
            Content::Link(points_to) => Ok(points_to.to_string()),
            _ => Err(ErrorKind::InvalidInput.into()),
        }
    }

    fn open(&self, at: &Place) -> io::Result<Box<dyn FileRead>> {
        let machine = self.asking(format_args!("open {at}"))?;
        let file = machine.disk.existing(&path(at))?;
        machine.disk.bytes(file)?;
        Ok(Box::new(Reader { machine: self.machine.clone(), file, position: 0 }))
    }

    fn space(&self) -> io::Result<Space> {
        let machine = self.asking(format_args!("space"))?;
        let limited = |all: u64| all.saturating_sub(machine.disk.used_bytes());
        let free_bytes = machine.disk.capacity_bytes.map_or(PLENTY_BYTES, limited);
        Ok(Space { free_bytes, free_entries: u64::MAX, block_bytes: BLOCK_BYTES })
    }

    fn attributes(&self, at: &Place) -> io::Result<Attributes> {
        let machine = self.asking(format_args!("attributes {at}"))?;
        let object = machine.disk.object(machine.disk.existing(&path(at))?);
        Ok((*object.attributes.now).clone())
    }

    fn obstacles_to_change(&self, dir: &Place) -> io::Result<Vec<String>> {
        let machine = self.asking(format_args!("obstacles_to_change {dir}"))?;
        Ok(machine.obstacles_to_change.get(&path(dir)).cloned().unwrap_or_default())
    }

    fn obstacles_to_move(&self, at: &TreePath) -> io::Result<Vec<(Code, String)>> {
        let machine = self.asking(format_args!("obstacles_to_move {at}"))?;
        Ok(machine.obstacles_to_move.get(at.as_str()).cloned().unwrap_or_default())
    }

    fn lock(&self, kind: LockKind) -> io::Result<Option<Box<dyn LockGuard>>> {
        match kind {
            LockKind::Exclusive => {
                let mut machine = self.changing(format_args!("lock"))?;
                machine.disk.make_state_folder()?;
            }
            LockKind::Shared => {
                let machine = self.asking(format_args!("lock shared"))?;
                if machine.disk.find(STATE_DIR)?.is_none() {
                    return Ok(Some(Box::new(NothingToHold)));
                }
            }
        }
        let mut users = self.lock.lock().expect("nobody panics with the lock table in hand");
        if !users.admit(kind) {
            return Ok(None);
        }
        Ok(Some(Box::new(Held { users: self.lock.clone(), kind })))
    }

    fn make_dir(&self, at: &StatePath, mode: Mode) -> io::Result<()> {
        let mut machine = self.changing(format_args!("make_dir {at} {mode}"))?;
        machine.disk.add(&ours(at), Disk::empty_dir(), mode)?;
        Ok(())
    }

    fn create(&self, at: &StatePath) -> io::Result<Box<dyn FileWrite>> {
        let mut machine = self.changing(format_args!("create {at}"))?;
        let file = machine.disk.add_empty_file(&ours(at), PRIVATE_FILE)?;
        Ok(Box::new(Writer { machine: self.machine.clone(), file, at: at.clone() }))
    }

    fn make_link(&self, at: &StatePath, points_to: &str) -> io::Result<()> {
        let mut machine = self.changing(format_args!("make_link {at} -> {points_to}"))?;
        machine.disk.add(&ours(at), Content::Link(points_to.into()), Mode::new(0o777))?;
        Ok(())
    }

    fn hard_link(&self, from: &Place, to: &StatePath) -> io::Result<()> {
        let mut machine = self.changing(format_args!("hard_link {from} as {to}"))?;
        if !machine.disk.features.hard_links {
            return Err(ErrorKind::Unsupported.into());
        }
        machine.disk.hard_link(&path(from), &ours(to))
    }

    fn reflink(&self, from: &Place, to: &StatePath) -> io::Result<()> {
        let mut machine = self.changing(format_args!("reflink {from} as {to}"))?;
        if !machine.has_reflinks {
            return Err(ErrorKind::Unsupported.into());
        }
        let bytes = machine.disk.bytes(machine.disk.existing(&path(from))?)?.clone();
        let file = machine.disk.add_empty_file(&ours(to), PRIVATE_FILE)?;
        machine.disk.overwrite(file, bytes);
        Ok(())
    }

    fn set_mode(&self, at: &StatePath, mode: Mode) -> io::Result<()> {
        let mut machine = self.changing(format_args!("set_mode {at} {mode}"))?;
        let id = machine.disk.existing(&ours(at))?;
        machine.disk.set_mode(id, mode);
        Ok(())
    }

    fn set_attributes(&self, at: &StatePath, attributes: &Attributes) -> io::Result<()> {
        let mut machine = self.changing(format_args!("set_attributes {at}"))?;
        let id = machine.disk.existing(&ours(at))?;
        machine.disk.object_mut(id).attributes.now = Arc::new(attributes.clone());
        Ok(())
    }

    fn rename(&self, from: &StatePath, to: &StatePath) -> io::Result<()> {
        let mut machine = self.changing(format_args!("rename {from} to {to}"))?;
        machine.disk.rename(&ours(from), &ours(to))
    }

    fn remove_file(&self, at: &StatePath) -> io::Result<()> {
        let mut machine = self.changing(format_args!("remove_file {at}"))?;
        machine.disk.remove_file(&ours(at))
    }

    fn remove_dir(&self, at: &StatePath) -> io::Result<()> {
        let mut machine = self.changing(format_args!("remove_dir {at}"))?;
        machine.disk.remove_dir(&ours(at))
    }

    fn exchange(&self, ours_at: &StatePath, product: &TreePath) -> io::Result<()> {
        let mut machine = self.changing(format_args!("exchange {ours_at} with {product}"))?;
        machine.disk.exchange(&ours(ours_at), product.as_str())
    }

    fn move_in(&self, ours_at: &StatePath, product: &TreePath) -> io::Result<()> {
        let mut machine = self.changing(format_args!("move_in {ours_at} to {product}"))?;
        machine.disk.rename(&ours(ours_at), product.as_str())
    }

    fn move_out(&self, product: &TreePath, ours_at: &StatePath) -> io::Result<()> {
        let mut machine = self.changing(format_args!("move_out {product} to {ours_at}"))?;
        machine.disk.rename(product.as_str(), &ours(ours_at))
    }

    fn set_dir_mode(&self, dir: &TreePath, mode: Mode) -> io::Result<()> {
        let mut machine = self.changing(format_args!("set_dir_mode {dir} {mode}"))?;
        let id = machine.disk.existing(dir.as_str())?;
        machine.disk.names(id)?;
        machine.disk.set_mode(id, mode);
        Ok(())
    }

    fn sync(&self, places: &[Place]) -> io::Result<()> {
        let mut machine = self.changing(format_args!("sync {}", listed(places)))?;
        let Machine { disk, meter, .. } = &mut *machine;
        meter.syncs += 1;
        if meter.muted_syncs.contains(&meter.syncs) {
            meter.log.add(|| "     (the drive lies: nothing was synced)".to_owned());
            return Ok(());
        }
        let objects = places.iter().map(|place| disk.syncable(&path(place)));
        for id in objects.collect::<io::Result<Vec<_>>>()? {
            disk.sync(id);
        }
        Ok(())
    }
}

impl Disk {
    /// A file that is empty on the disk, too.
    pub fn add_empty_file(&mut self, path: &str, mode: Mode) -> io::Result<ObjectId> {
        let now = self.tick();
        self.add(path, Disk::file(Vec::new(), now), mode)
    }

    fn make_state_folder(&mut self) -> io::Result<()> {
        if self.find(STATE_DIR)?.is_none() {
            self.add(STATE_DIR, Disk::empty_dir(), PRIVATE_DIR)?;
        }
        if self.find(LOCK_FILE)?.is_none() {
            self.add_empty_file(LOCK_FILE, PRIVATE_FILE)?;
        }
        Ok(())
    }

    /// What is at `path`, if it is something that systems can sync: a file or a folder.
    fn syncable(&self, path: &str) -> io::Result<ObjectId> {
        let id = self.existing(path)?;
        match &self.object(id).content {
            Content::Dir(_) | Content::File(_) => Ok(id),
            Content::Link(_) | Content::Mount | Content::Special(_) => Err(ErrorKind::InvalidInput.into()),
        }
    }
}
