//! What is remembered of histories, in files that are changed under its hands.

use super::*;
use crate::environment::Environment;
use crate::ledger::Action;

/// A history that grows.
struct Scene {
    folder: tempfile::TempDir,
    environment: Environment,
    ledger: Ledger,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let now = "2026-11-23T09:30:00Z".parse().expect("a time");
        let ledger =
            Ledger::read(&crate::disk::fs::OsFs::open(folder.path()).expect("a disk")).expect("empty");
        Self { folder, environment: Environment::fixed(now, "ada", "server", "linux/x86_64"), ledger }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("seen.json")
    }

    fn next(&self) -> Entry {
        Entry::after(&self.ledger.head(), Action::Checked, &self.environment)
    }

    fn add(&mut self, entry: &Entry) {
        self.ledger.push_committed(&entry.to_bytes()).expect("it follows");
    }

    fn unknown(&self) -> Vec<u64> {
        Memory::load(&self.path()).expect("a memory").unknown_entries(&self.ledger)
    }
}

#[test]
fn an_entry_is_known_although_a_crash_came_right_after_it() {
    let mut scene = Scene::new();
    let name = FolderName::new(scene.folder.path());
    let entry = scene.next();
    Memory::change(&scene.path(), |memory| memory.announce(&name, "t", &scene.ledger, &entry))
        .expect("noted");
    // One that never came about is no gap, and is not looked for.
    assert_eq!(
        Memory::load(&scene.path()).expect("a memory").folder(&name).and_then(SeenFolder::newest),
        None
    );
    scene.add(&entry);
    assert_eq!(scene.unknown(), Vec::<u64>::new());
}

#[test]
fn what_others_write_in_between_stays_theirs() {
    let mut scene = Scene::new();
    let name = FolderName::new(scene.folder.path());
    for is_ours in [true, false, true] {
        let (since, entry) = (scene.ledger.head().seq, scene.next());
        scene.add(&entry);
        if is_ours {
            let change = |memory: &mut Memory| memory.settle(&name, "t", &scene.ledger, since);
            Memory::change(&scene.path(), change).expect("noted");
        }
    }
    assert_eq!(scene.unknown(), [2]);
    Memory::change(&scene.path(), |memory| memory.vouch(&name, "t", (&scene.ledger, None), "seen"))
        .expect("noted");
    assert_eq!(scene.unknown(), Vec::<u64>::new());
}

#[test]
fn the_memory_of_a_folder_does_not_grow_without_end() {
    let mut scene = Scene::new();
    let name = FolderName::new(scene.folder.path());
    for _ in 0..2 * MAX_ENTRIES {
        let (since, entry) = (scene.ledger.head().seq, scene.next());
        scene.add(&entry);
        let change = |memory: &mut Memory| memory.settle(&name, "t", &scene.ledger, since);
        Memory::change(&scene.path(), change).expect("noted");
    }
    let memory = Memory::load(&scene.path()).expect("a memory");
    assert!(memory.folders[0].entries.len() <= MAX_ENTRIES, "{}", memory.folders[0].entries.len());
    assert_eq!(memory.unknown_entries(&scene.ledger), Vec::<u64>::new());
}

#[test]
fn a_memory_that_did_not_change_is_read_once_and_one_that_did_at_once() {
    let scene = Scene::new();
    let (last, path) = (LastRead::default(), scene.path());
    let name = FolderName::new(scene.folder.path());
    assert!(last.load(&path).expect("there is none yet").folders.is_empty());
    Memory::change(&path, |memory| memory.vouch(&name, "t", (&scene.ledger, None), "seen")).expect("changed");
    let first = last.load(&path).expect("it is whole");
    assert_eq!(first.folders.len(), 1);
    assert!(Arc::ptr_eq(&first, &last.load(&path).expect("it is whole")));
    Memory::change(&path, |memory| memory.vouch(&name, "u", (&scene.ledger, None), "seen again"))
        .expect("changed");
    assert_eq!(last.load(&path).expect("it is whole").folders[0].reasons.len(), 2);
    std::fs::write(&path, "{").expect("damaged");
    assert!(last.load(&path).is_err());
}

#[test]
fn a_folder_is_named_as_people_write_its_path() {
    for (resolved, typed) in [
        (r"\\?\C:\Program Files\App", r"C:\Program Files\App"),
        (r"\\?\UNC\server\share\app", r"\\server\share\app"),
        (r"C:\app", r"C:\app"),
        ("/opt/app", "/opt/app"),
    ] {
        assert_eq!(as_typed(resolved), typed);
    }
}
