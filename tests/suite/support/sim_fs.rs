//! A disk in memory that loses power.
//!
//! What the engine does to it happens at once but is lost in a power cut until it was synced, as on a real disk:
//!
//! - A file that was not synced comes back with its old bytes, its new ones, a beginning of them, zeros or nothing,
//!   and with its old or new mode. A new file's old bytes are none.
//! - A change of names that was not synced happened wholly or not at all. Such changes are lost in any combination,
//!   except that changes of the same name keep their order.
//! - [`Fs::sync`] makes durable exactly what it was asked for, so that a forgotten place is found out.
//!
//! [`SimFs::crash_at_call`] cuts the power at a chosen call, [`SimFs::crash`] turns the machine on again and returns
//! the disk as it is then. [`SimFs::mute_sync`] makes the drive lie, to prove that a test would notice.
//!
//! [`Fs::sync`]: patchwright::disk::fs::Fs::sync

mod calls;
mod crash;
mod disk;
mod handles;
mod tree;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use patchwright::disk::fs::{Attributes, Features, Volume};
use patchwright::model::{Code, Mode};

use self::calls::Meter;
use self::disk::{Content, Disk, ObjectId};
use self::handles::LockUsers;
use super::chance::{Chance, EveryChoice, Seeded};

pub use self::tree::{Entry, Tree, What, difference};

/// User and group that own everything on a disk with modes.
const OWNER: (u32, u32) = (1000, 1000);

/// When the files that a test lays out last changed: 2020-01-01, long before any test's present.
const LONG_AGO_NANOS: i128 = 1_577_836_800_000_000_000;

/// When a disk begins to be used: 2026-01-01.
const BEGINNING_NANOS: i128 = 1_767_225_600_000_000_000;

/// The file behind the lock, as on a real disk.
const LOCK_FILE: &str = ".patchwright/lock";

/// Whether an edit from outside is already on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It survives a power cut.
    OnDisk,
    /// It may be lost like anything that was not synced.
    NotYet,
}

/// The disk. Share it with `Arc`; [`SimFs::fork`] makes another one.
pub struct SimFs {
    machine: Arc<Mutex<Machine>>,
    lock: Arc<Mutex<LockUsers>>,
}

/// Everything that a call may change.
struct Machine {
    disk: Disk,
    meter: Meter,
    has_reflinks: bool,
    obstacles_to_change: BTreeMap<String, Vec<String>>,
    obstacles_to_move: BTreeMap<String, Vec<(Code, String)>>,
}

/// What happened, if somebody wants to know.
#[derive(Clone, Default)]
struct Log(Option<Vec<String>>);

impl Log {
    fn add(&mut self, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.0 {
            lines.push(line());
        }
    }
}

impl SimFs {
    /// An empty disk as on Linux: it exchanges, links, and keeps modes and case.
    pub fn new() -> Self {
        Self::with_features(features_of_linux())
    }

    /// An empty disk as on Windows: no exchange, no modes, and case does not matter.
    pub fn like_windows() -> Self {
        let features = Features {
            exchange: false,
            modes: false,
            case_sensitive: false,
            any_name: false,
            ..features_of_linux()
        };
        Self::with_features(features).without_reflinks()
    }

    /// An empty disk with these features.
    pub fn with_features(features: Features) -> Self {
        Self::from_machine(Machine {
            disk: Disk::new(features, BEGINNING_NANOS),
            meter: Meter::default(),
            has_reflinks: true,
            obstacles_to_change: BTreeMap::new(),
            obstacles_to_move: BTreeMap::new(),
        })
    }

    /// The same disk without [`Fs::reflink`](patchwright::disk::fs::Fs::reflink).
    pub fn without_reflinks(self) -> Self {
        self.machine().has_reflinks = false;
        self
    }

    fn from_machine(machine: Machine) -> Self {
        Self { machine: Arc::new(Mutex::new(machine)), lock: Arc::default() }
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().expect("nobody panics with the disk in hand")
    }

    // Laying out a disk. Paths are `/`-separated and count from the target; everything is durable at once.

    /// Puts a file there, with the folders it needs, in place of what is there.
    pub fn put_file(&self, path: &str, bytes: impl Into<Vec<u8>>, mode: u32) {
        self.put(path, Disk::file(bytes.into(), LONG_AGO_NANOS), Mode::new(mode));
    }

    /// Puts a symbolic link there, with the folders it needs.
    pub fn put_link(&self, path: &str, points_to: &str) {
        self.put(path, Content::Link(points_to.into()), Mode::new(0o777));
    }

    /// Puts an empty folder there, with the folders it needs.
    pub fn put_dir(&self, path: &str, mode: u32) {
        self.put(path, Disk::empty_dir(), Mode::new(mode));
    }

    /// Puts a folder there where another filesystem is mounted.
    pub fn put_mount(&self, path: &str) {
        self.put(path, Content::Mount, Mode::DIR);
    }

    /// Puts a device, pipe or socket there.
    pub fn put_special(&self, path: &str, word: &'static str) {
        self.put(path, Content::Special(word), Mode::FILE);
    }

    /// Gives what is there these attributes.
    pub fn put_attributes(&self, path: &str, attributes: Attributes) {
        let mut machine = self.machine();
        let id = machine.disk.must_find(path);
        machine.disk.object_mut(id).attributes.now = Arc::new(attributes);
        machine.disk.settle_object(id);
    }

    fn put(&self, path: &str, content: Content, mode: Mode) {
        let mut machine = self.machine();
        machine.disk.make_parents(path);
        machine.disk.put(path, content, mode).expect("the path leads through folders");
        machine.disk.settle_newest_names();
    }

    /// Limits how much can be written from now on, until something is removed.
    pub fn limit_free_bytes(&self, free_bytes: u64) {
        let mut machine = self.machine();
        machine.disk.capacity_bytes = Some(machine.disk.used_bytes() + free_bytes);
    }

    /// A reason that `obstacles_to_change` shall give for this folder. Nothing is hindered by it.
    pub fn add_obstacle_to_change(&self, dir: &str, reason: &str) {
        self.machine().obstacles_to_change.entry(dir.to_owned()).or_default().push(reason.to_owned());
    }

    /// A reason that `obstacles_to_move` shall give for this place. Nothing is hindered by it.
    pub fn add_obstacle_to_move(&self, path: &str, code: Code, reason: &str) {
        self.machine().obstacles_to_move.entry(path.to_owned()).or_default().push((code, reason.to_owned()));
    }

    /// Makes everything durable, as if the disk had been idle for a while.
    pub fn durable_everything(&self) {
        self.machine().disk.settle_everything();
    }

    // Other people's programs. What they do is not counted as a call.

    /// Overwrites a file in place: the same object has other bytes now.
    pub fn outside_write(&self, path: &str, bytes: impl Into<Vec<u8>>, settled: Settled) {
        let mut machine = self.machine();
        let id = machine.disk.must_find(path);
        machine.disk.bytes(id).expect("only files are overwritten");
        machine.disk.overwrite(id, Arc::new(bytes.into()));
        if settled == Settled::OnDisk {
            machine.disk.settle_object(id);
        }
    }

    /// Changes the mode of something in place.
    pub fn outside_set_mode(&self, path: &str, mode: u32, settled: Settled) {
        let mut machine = self.machine();
        let id = machine.disk.must_find(path);
        machine.disk.set_mode(id, Mode::new(mode));
        if settled == Settled::OnDisk {
            machine.disk.settle_object(id);
        }
    }

    /// Puts a new file in place of what is there, if anything, with the folders it needs.
    pub fn outside_replace(&self, path: &str, bytes: impl Into<Vec<u8>>, mode: u32, settled: Settled) {
        let mut machine = self.machine();
        machine.disk.make_parents(path);
        let empty = Disk::file(Vec::new(), LONG_AGO_NANOS);
        let id = machine.disk.put(path, empty, Mode::new(mode)).expect("the path leads through folders");
        machine.disk.overwrite(id, Arc::new(bytes.into()));
        if settled == Settled::OnDisk {
            machine.disk.settle_object(id);
            machine.disk.settle_newest_names();
        }
    }

    /// Makes an empty folder.
    pub fn outside_make_dir(&self, path: &str, mode: u32, settled: Settled) {
        let mut machine = self.machine();
        machine.disk.add(path, Disk::empty_dir(), Mode::new(mode)).expect("the place is free");
        if settled == Settled::OnDisk {
            machine.disk.settle_newest_names();
        }
    }

    /// Takes a file, link or empty folder away.
    pub fn outside_delete(&self, path: &str, settled: Settled) {
        let mut machine = self.machine();
        let id = machine.disk.must_find(path);
        let removed = match machine.disk.object(id).content {
            Content::Dir(_) => machine.disk.remove_dir(path),
            _ => machine.disk.remove_file(path),
        };
        removed.expect("only empty folders are deleted");
        if settled == Settled::OnDisk {
            machine.disk.settle_newest_names();
        }
    }

    // Looking from outside. These work without power.

    /// Everything in the target, as programs see it, but the state folder.
    pub fn tree(&self) -> Tree {
        self.machine().disk.tree(|name| name != patchwright::disk::fs::STATE_DIR)
    }

    /// Everything in the target, as programs see it.
    pub fn whole_tree(&self) -> Tree {
        self.machine().disk.tree(|_| true)
    }

    /// How many calls there were: all that change something, a sync, and a lock for writing; see
    /// [`SimFs::count_reads`].
    pub fn call_count(&self) -> usize {
        self.machine().meter.calls
    }

    /// How many syncs there were.
    pub fn sync_count(&self) -> usize {
        self.machine().meter.syncs
    }

    /// Whether the power is gone.
    pub fn is_power_lost(&self) -> bool {
        self.machine().meter.is_power_lost
    }

    /// What happened since [`SimFs::keep_log`], power cuts and their losses included.
    pub fn log(&self) -> Vec<String> {
        self.machine().meter.log.0.clone().unwrap_or_default()
    }

    // Trouble. Each setting concerns this disk only, not its forks and not what a crash leaves of it; only the log
    // goes on there.

    /// Begins a log.
    pub fn keep_log(&self) {
        self.machine().meter.log.0.get_or_insert_default();
    }

    /// Counts calls that only look, too.
    pub fn count_reads(&self) {
        self.machine().meter.is_counting_reads = true;
    }

    /// Cuts the power at the `n`-th call, counted from 1: it does not happen, and it and every later call fail. A
    /// sync that was cut may have done a part of its work: that part is among what a crash keeps by chance.
    pub fn crash_at_call(&self, n: usize) {
        self.machine().meter.crash_at_call = Some(n);
    }

    /// Makes the `k`-th sync, counted from 1, do nothing and report success.
    pub fn mute_sync(&self, k: usize) {
        self.machine().meter.muted_syncs.insert(k);
    }

    // Other disks.

    /// The same disk, unsynced things included, in another machine: with power, a free lock, and calls counted from
    /// zero. Also what the next process sees after one was killed.
    pub fn fork(&self) -> Self {
        let machine = self.machine();
        Self::from_machine(machine.with_disk(machine.disk.clone(), machine.meter.log.clone()))
    }

    /// What a power cut leaves of the disk, one of many possibilities and the same one for the same seed.
    pub fn crash(&self, seed: u64) -> Self {
        self.crash_by(&mut Seeded::new(seed))
    }

    /// Everything that a power cut can leave of the disk. Only for disks with little in them that is unsynced.
    pub fn every_crash(&self) -> Vec<Self> {
        EveryChoice::of(|chance| self.crash_by(chance))
    }

    /// What a power cut leaves of the disk if chance decides like this.
    pub fn crash_by(&self, chance: &mut dyn Chance) -> Self {
        let machine = self.machine();
        let mut log = machine.meter.log.clone();
        log.add(|| "power cut".to_owned());
        let disk = machine.disk.after_power_cut(chance, &mut log);
        Self::from_machine(machine.with_disk(disk, log))
    }
}

impl Machine {
    /// Another disk in a machine like this one that was just switched on.
    fn with_disk(&self, disk: Disk, log: Log) -> Self {
        Self {
            disk,
            meter: Meter { log, ..Meter::default() },
            has_reflinks: self.has_reflinks,
            obstacles_to_change: self.obstacles_to_change.clone(),
            obstacles_to_move: self.obstacles_to_move.clone(),
        }
    }
}

impl Disk {
    fn must_find(&self, path: &str) -> ObjectId {
        match self.find(path) {
            Ok(Some(id)) => id,
            _ => panic!("the test expects something at {path:?}"),
        }
    }

    /// Makes the folders that lead to `path`, durably.
    fn make_parents(&mut self, path: &str) {
        for (end, _) in path.match_indices('/') {
            let parent = &path[..end];
            if self.find(parent).is_ok_and(|found| found.is_none()) {
                self.add(parent, Disk::empty_dir(), Mode::DIR).expect("its parent was made just before");
                self.settle_newest_names();
            }
        }
    }
}

fn features_of_linux() -> Features {
    Features {
        exchange: true,
        modes: true,
        overrides_modes: true,
        hard_links: true,
        case_sensitive: true,
        any_name: true,
        volume: Volume::Local,
    }
}

/// Several things in one line.
fn listed<T: fmt::Display>(things: &[T]) -> String {
    things.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}
