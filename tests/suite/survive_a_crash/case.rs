//! The changes that the stories are about: a folder before and after.

use std::collections::BTreeSet;
use std::sync::Arc;

use patchwright::disk::fs::{Attributes, Fs, Place, StatePath};
use patchwright::ledger::Ledger;
use patchwright::model::{Digest, FileNode, LinkNode, Node, Step, TreePath};

use super::driver::{Deed, must_run};
use crate::support::sim_fs::{Entry, Settled, SimFs, Tree, What, difference};

/// A change that is about to be made.
pub struct Case {
    /// For messages.
    pub name: String,
    /// The disk before.
    pub start: Arc<SimFs>,
    /// What is in the folder before.
    pub before: Tree,
    /// What is in the folder after it.
    pub after: Tree,
    /// What to do.
    pub deed: Deed,
    /// Number of the newest history entry before.
    pub head: u64,
    /// Entries that can be taken back before.
    pub kept_before: BTreeSet<u64>,
    /// Entries that can be taken back after it.
    pub kept_after: BTreeSet<u64>,
}

/// A kind of change: a name, how to lay the folder out, and what to make of it.
pub type Kind = (&'static str, fn(&SimFs), fn(&SimFs));

/// Every kind of change there is.
pub const KINDS: [Kind; 14] = [
    ("one file", product, |disk| disk.outside_write("bin/app", "new app", Settled::OnDisk)),
    ("three files", product, |disk| {
        disk.outside_write("bin/app", "new app", Settled::OnDisk);
        disk.outside_write("lib/core.so", "new core", Settled::OnDisk);
        disk.outside_write("readme", "", Settled::OnDisk);
    }),
    ("a file comes, a file goes, a file changes", product, |disk| {
        disk.put_file("lib/extra.so", "extra", 0o644);
        disk.outside_delete("lib/dead.so", Settled::OnDisk);
        disk.outside_write("bin/app", "new app", Settled::OnDisk);
    }),
    ("new folders", product, |disk| {
        disk.put_dir("share/empty", 0o750);
        disk.put_file("share/deep/er/file", "one", 0o644);
        disk.put_file("share/deep/tool", "two", 0o755);
    }),
    ("folders go", product, |disk| {
        for path in ["doc/old/page", "doc/old", "doc/index", "doc"] {
            disk.outside_delete(path, Settled::OnDisk);
        }
    }),
    ("links", product, |disk| {
        disk.put_link("current", "lib/extra.so");
        disk.put_link("bin/fresh", "app");
        disk.outside_delete("lib/alias", Settled::OnDisk);
    }),
    ("everything becomes something else", product, |disk| {
        disk.put_link("readme", "bin/app");
        disk.outside_delete("current", Settled::OnDisk);
        disk.put_file("current", "a file now", 0o644);
        disk.outside_delete("lib/alias", Settled::OnDisk);
        disk.put_file("lib/alias/inner", "in a folder now", 0o644);
        disk.outside_delete("lib/dead.so", Settled::OnDisk);
        disk.put_file("lib/dead.so/inner", "in a folder, too", 0o644);
        for path in ["doc/old/page", "doc/old", "doc/index", "doc"] {
            disk.outside_delete(path, Settled::OnDisk);
        }
        disk.put_file("doc", "no folder any more", 0o644);
    }),
    ("a folder becomes a link", product, |disk| {
        for path in ["doc/old/page", "doc/old", "doc/index", "doc"] {
            disk.outside_delete(path, Settled::OnDisk);
        }
        disk.put_link("doc", "lib");
    }),
    ("two files swap", product, |disk| {
        disk.outside_write("bin/app", "old core", Settled::OnDisk);
        disk.outside_write("lib/core.so", "old app", Settled::OnDisk);
    }),
    ("a file moves", product, |disk| {
        disk.outside_delete("lib/dead.so", Settled::OnDisk);
        disk.put_file("share/alive.so", "dead", 0o644);
    }),
    ("modes only", product, |disk| {
        disk.outside_set_mode("bin/app", 0o700, Settled::OnDisk);
        disk.outside_set_mode("readme", 0o600, Settled::OnDisk);
        disk.outside_set_mode("doc", 0o700, Settled::OnDisk);
        disk.outside_set_mode("doc/old", 0o775, Settled::OnDisk);
    }),
    ("a folder changes its mode and what is in it", product, |disk| {
        disk.outside_set_mode("doc", 0o700, Settled::OnDisk);
        disk.outside_write("doc/index", "new index", Settled::OnDisk);
        disk.put_file("doc/new", "new page", 0o644);
    }),
    ("files with other names", with_other_names, |disk| {
        disk.outside_delete("bin/app", Settled::OnDisk);
        disk.put_file("bin/app", "new app", 0o755);
        disk.outside_delete("readme", Settled::OnDisk);
    }),
    ("many files", many_files::<16>, change_many::<16>),
];

/// A change of about two hundred steps.
pub const TWO_HUNDRED_STEPS: Kind = ("two hundred steps", many_files::<134>, change_many::<134>);

/// A product with something of every kind, and neighbours that no change names.
fn product(disk: &SimFs) {
    let owned = |owner, word: &str| Attributes {
        owner: Some(owner),
        extended: [("user.note".to_owned(), word.into())].into(),
    };
    disk.put_file("bin/app", "old app", 0o755);
    disk.put_file("lib/core.so", "old core", 0o644);
    disk.put_file("lib/dead.so", "dead", 0o644);
    disk.put_link("lib/alias", "core.so");
    disk.put_link("current", "bin/app");
    disk.put_file("readme", "read me", 0o644);
    disk.put_file("doc/index", "old index", 0o644);
    disk.put_file("doc/old/page", "old page", 0o640);
    disk.put_file("neighbour", "untouched", 0o600);
    disk.put_file("lib/neighbour", "untouched, too", 0o600);
    disk.put_link("neighbour-link", "nowhere");
    for (path, owner) in [("bin/app", 7), ("doc/old", 8), ("lib/alias", 9), ("doc/old/page", 10)] {
        disk.put_attributes(path, owned((owner, owner), path));
    }
}

fn with_other_names(disk: &SimFs) {
    product(disk);
    disk.put_dir(".patchwright", 0o700);
    for (path, other) in [("bin/app", "lib/app-too"), ("readme", "doc/readme")] {
        let [path, other] = [path, other].map(|path| TreePath::parse(path).expect("a good path"));
        let link = StatePath::new("link");
        disk.hard_link(&Place::from(&path), &link).and_then(|()| disk.move_in(&link, &other)).expect("free");
    }
    disk.durable_everything();
}

fn many_files<const COUNT: usize>(disk: &SimFs) {
    disk.put_dir("data/more", 0o755);
    for n in 0..COUNT {
        disk.put_file(&format!("data/{n}"), format!("old {n}"), 0o644);
    }
}

/// One and a half times as many steps as there are files.
fn change_many<const COUNT: usize>(disk: &SimFs) {
    for n in 0..COUNT / 2 {
        disk.outside_write(&format!("data/{n}"), format!("new {n}"), Settled::OnDisk);
        disk.put_file(&format!("data/more/{n}"), format!("more {n}"), 0o644);
        disk.outside_delete(&format!("data/{}", n + COUNT / 2), Settled::OnDisk);
    }
}

/// An empty disk.
pub type NewDisk = fn() -> SimFs;

/// The disks on which every story is told.
pub const DISKS: [(&str, NewDisk); 2] = [("linux", SimFs::new), ("windows", SimFs::like_windows)];

impl Case {
    /// The first change ever in a folder.
    pub fn first((name, lay_out, change): Kind, new_disk: NewDisk) -> Self {
        let disk = new_disk();
        lay_out(&disk);
        Self::next(name, Arc::new(disk), change)
    }

    /// Another change of the folder on `start`.
    pub fn next(name: &str, start: Arc<SimFs>, change: impl FnOnce(&SimFs)) -> Self {
        let before = start.tree();
        let wanted = start.fork();
        change(&wanted);
        let mut after = wanted.tree();
        let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let mut steps = Vec::new();
        for path in paths.into_iter().cloned().collect::<Vec<_>>() {
            let [old, new] = [&before, &after].map(|tree| tree.get(&path).map(node));
            if old == new {
                after.extend(before.get(&path).map(|entry| (path, entry.clone())));
                continue;
            }
            // The new thing takes over the attributes of an old one of the same kind.
            let same_kind = |(old, new): (&Node, &Node)| old.as_str() == new.as_str();
            if let (true, Some(new)) =
                (old.as_ref().zip(new.as_ref()).is_some_and(same_kind), after.get_mut(&path))
            {
                new.attributes = before[&path].attributes.clone();
            }
            steps.push(Step { path: TreePath::parse(&path).expect("a good path"), before: old, after: new });
        }
        let bytes = steps.iter().filter_map(|step| Some((step.path.clone(), bytes(&after, &step.path)?)));
        let deed = Deed::Apply(steps.clone(), bytes.collect());
        Self::new(name, start, after, deed)
    }

    /// Taking back entry `seq`, before which the folder was `original`.
    pub fn rollback(name: &str, start: Arc<SimFs>, seq: u64, original: Tree) -> Self {
        Self::new(name, start, original, Deed::Rollback(seq))
    }

    fn new(name: &str, start: Arc<SimFs>, after: Tree, deed: Deed) -> Self {
        let head = Ledger::read(&*start).expect("the ledger is whole").head().seq;
        let kept_before: BTreeSet<u64> = ways_back(&start);
        let mut kept_after = kept_before.clone();
        kept_after.insert(head + 1);
        if let Deed::Rollback(seq) = deed {
            kept_after.remove(&seq);
        }
        Self {
            name: name.to_owned(),
            before: start.tree(),
            start,
            after,
            deed,
            head,
            kept_before,
            kept_after,
        }
    }

    /// Whether the disk cannot tell before from after.
    pub fn is_nothing(&self) -> bool {
        difference(&self.before, &self.after).is_none()
    }

    /// The same change when it is made, and what it takes to take it back.
    pub fn then_rolled_back(&self) -> Self {
        let disk = Arc::new(self.start.fork());
        let _ = must_run(&disk, &self.deed);
        Self::rollback(&format!("{}, rolled back", self.name), disk, self.head + 1, self.before.clone())
    }
}

/// Every kind of change on both kinds of disk: as the first one, taken back, and that taken back, too.
pub fn all_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (disk_name, new_disk) in DISKS {
        for kind in KINDS {
            let mut first = Case::first(kind, new_disk);
            first.name = format!("{} on {disk_name}", first.name);
            if first.is_nothing() {
                continue;
            }
            let back = first.then_rolled_back();
            let mut forth = back.then_rolled_back();
            forth.after = back.before.clone();
            let second =
                Case::next(&format!("{}, then another change", first.name), back.start.clone(), |disk| {
                    disk.put_file("another/file", "another", 0o644);
                    if disk.tree().contains_key("bin/app") {
                        disk.outside_write("bin/app", "newest app", Settled::OnDisk);
                    }
                });
            cases.extend([first, back, forth, second]);
        }
    }
    cases
}

/// The entries whose safe copies are there.
pub fn ways_back(disk: &SimFs) -> BTreeSet<u64> {
    let names = disk.list(&Place::State(StatePath::new("undo"))).unwrap_or_default();
    names.text.iter().map(|name| name.parse().expect("they are named by number")).collect()
}

/// What an entry of a tree is to the engine.
pub fn node(entry: &Entry) -> Node {
    match &entry.what {
        What::File(bytes) => Node::File(FileNode {
            digest: Digest::compute(bytes),
            size_bytes: bytes.len() as u64,
            mode: entry.mode,
        }),
        What::Link(points_to) => Node::Link(LinkNode { points_to: points_to.to_string() }),
        What::Dir => Node::Dir(entry.mode),
        What::Mount | What::Special(_) => panic!("a patch has no such things"),
    }
}

fn bytes(tree: &Tree, path: &TreePath) -> Option<Arc<Vec<u8>>> {
    match &tree.get(path.as_str())?.what {
        What::File(bytes) => Some(bytes.clone()),
        _ => None,
    }
}
