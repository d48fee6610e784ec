//! A folder on the real disk: filled by hand, and remembered with everything that a change must not lose.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use patchwright::disk::fs::STATE_DIR;

use super::trees::set_mode;

/// What stands at each place of a folder; paths are relative and `/`-separated.
#[derive(Debug, Clone, Default)]
pub struct Tree(BTreeMap<String, Thing>);

/// One thing in a folder.
#[derive(Debug, Clone)]
struct Thing {
    what: What,
    mode: u32,
    /// Which object it is.
    object: u64,
    /// Whether it has a second name, which a safe copy does not share.
    has_other_names: bool,
    /// When its content changed.
    modified: SystemTime,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    File(Vec<u8>),
    Link(String),
    Dir,
}

impl Thing {
    fn at(path: &Path, eyes: &Eyes) -> Self {
        let known = fs::symlink_metadata(path).expect("what was listed is there");
        let what = match known.file_type() {
            kind if kind.is_dir() => What::Dir,
            kind if kind.is_symlink() => {
                let target = fs::read_link(path).expect("a link can be read");
                What::Link(target.to_str().expect("targets are text here").to_owned())
            }
            _ => What::File(fs::read(path).expect("a file can be read")),
        };
        let modified = known.modified().expect("this system keeps times");
        let Sight { mode, object, names } = eyes.look(path, &known);
        let has_other_names = what != What::Dir && names > 1;
        Self { what, mode, object, has_other_names, modified }
    }

    /// Equal in what a patch is about.
    fn is_like(&self, other: &Self) -> bool {
        (&self.what, self.mode) == (&other.what, other.mode)
    }

    /// The very same object with everything that belongs to it.
    fn is_untouched(&self, other: &Self) -> bool {
        self.is_like(other) && (self.object, self.modified) == (other.object, other.modified)
    }

    /// As [`Thing::is_untouched`], except that names may have come into a folder and gone again.
    fn is_same(&self, other: &Self) -> bool {
        match self.what {
            What::Dir => self.is_like(other) && self.object == other.object,
            What::File(_) | What::Link(_) => self.is_untouched(other),
        }
    }

    /// Equal in what a patch is about; a file without other names is the very same one, with a time that is not older:
    /// what came back has the time at which it did.
    fn is_back(&self, other: &Self) -> bool {
        let is_own_file = matches!(self.what, What::File(_)) && !self.has_other_names;
        let is_own = self.object == other.object && self.modified <= other.modified;
        self.is_like(other) && (!is_own_file || is_own)
    }

    fn told(thing: Option<&Self>) -> String {
        let Some(Thing { what, mode, object, modified, .. }) = thing else { return "nothing".to_owned() };
        match what {
            What::File(bytes) => {
                let bytes = bytes.len();
                format!("a file of {bytes} bytes, mode {mode:o}, object {object}, changed at {modified:?}")
            }
            What::Link(to) => format!("a link to {to}, object {object}"),
            What::Dir => format!("a folder, mode {mode:o}, object {object}"),
        }
    }
}

/// What the standard library tells only on some systems.
pub struct Sight {
    /// Permission bits; 0 where there are none.
    pub mode: u32,
    /// Which object it is.
    pub object: u64,
    /// How many names the object has.
    pub names: u64,
}

/// Looks at the things in one folder.
pub struct Eyes {
    #[cfg(not(unix))]
    disk: patchwright::disk::fs::OsFs,
}

impl Eyes {
    #[cfg(unix)]
    pub fn on(_: &Path) -> Self {
        Self {}
    }

    #[cfg(unix)]
    pub fn look(&self, _: &Path, known: &fs::Metadata) -> Sight {
        use std::os::unix::fs::MetadataExt;
        Sight { mode: known.mode() & 0o7777, object: known.ino(), names: known.nlink() }
    }

    #[cfg(not(unix))]
    pub fn on(folder: &Path) -> Self {
        Self { disk: patchwright::disk::fs::OsFs::open(folder).expect("the folder is there") }
    }

    /// Through the program's own disk, which asks the system what the standard library does not.
    #[cfg(not(unix))]
    pub fn look(&self, path: &Path, _: &fs::Metadata) -> Sight {
        use patchwright::disk::fs::{Fs, Place, StatePath};
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are text here");
        let place = match name {
            STATE_DIR => Place::State(StatePath::root()),
            name => Place::Tree(patchwright::model::TreePath::parse(name).expect("a good name")),
        };
        let found = self.disk.look(&place).expect("it can be looked at").expect("what was listed is there");
        Sight { mode: 0, object: found.object, names: found.names }
    }
}

impl Tree {
    /// Everything in `folder` that belongs to the product.
    pub fn new(folder: &Path) -> Self {
        let mut tree = Self::default();
        tree.take_in(folder, "", &|name| name != STATE_DIR);
        tree
    }

    /// Everything in `folder`, the state folder too.
    pub fn of_all(folder: &Path) -> Self {
        let mut tree = Self::default();
        tree.take_in(folder, "", &|_| true);
        tree
    }

    fn take_in(&mut self, folder: &Path, prefix: &str, is_wanted: &dyn Fn(&str) -> bool) {
        let eyes = Eyes::on(folder);
        for entry in fs::read_dir(folder).expect("a folder can be listed") {
            let name = entry.expect("a folder can be listed").file_name();
            let name = name.to_str().expect("names are text here");
            if !is_wanted(name) {
                continue;
            }
            let (path, inner) = (folder.join(name), format!("{prefix}{name}"));
            let thing = Thing::at(&path, &eyes);
            if thing.what == What::Dir {
                self.take_in(&path, &format!("{inner}/"), is_wanted);
            }
            self.0.insert(inner, thing);
        }
    }

    /// Where `now` does not hold the very same objects with the same times.
    pub fn lost_in(&self, now: &Self) -> Option<String> {
        self.difference(now, Thing::is_same)
    }

    /// Where anything at all was touched, folders' times included.
    pub fn touched_in(&self, now: &Self) -> Option<String> {
        self.difference(now, Thing::is_untouched)
    }

    /// Where `now` holds other content, permissions or kinds of things.
    pub fn unlike(&self, now: &Self) -> Option<String> {
        self.difference(now, Thing::is_like)
    }

    /// Where `now` is not as this tree was before `after`, which came and went again: what both have alike is untouched,
    /// and every other file is the very same object again, except those with other names and settings: these come out of
    /// copies.
    pub fn not_back_in(&self, after: &Self, now: &Self) -> Option<String> {
        let mut wanted = self.clone();
        for (path, thing) in &mut wanted.0 {
            thing.has_other_names |= path.starts_with("conf/");
        }
        wanted.difference(now, Thing::is_back).or_else(|| self.bystanders_lost_in(after, now))
    }

    /// Where `now` does not hold the very same objects although `after` is like this tree there.
    pub fn bystanders_lost_in(&self, after: &Self, now: &Self) -> Option<String> {
        let is_bystander =
            |path: &String| both_or_neither(self.0.get(path), after.0.get(path), Thing::is_like);
        let bystanders = Self(self.0.clone().into_iter().filter(|(path, _)| is_bystander(path)).collect());
        let found = Self(now.0.clone().into_iter().filter(|(path, _)| is_bystander(path)).collect());
        bystanders.lost_in(&found)
    }

    /// Where `now` is neither as this tree nor as `other`. With `one_gap`, one place that something has in both may
    /// hold nothing.
    pub fn neither_this_nor(&self, other: &Self, now: &Self, one_gap: bool) -> Option<String> {
        let paths: BTreeSet<&String> =
            [self, other, now].into_iter().flat_map(|tree| tree.0.keys()).collect();
        let strange = paths.into_iter().filter(|path| {
            let [old, new, now] = [self, other, now].map(|tree| tree.0.get(*path));
            !both_or_neither(old, now, Thing::is_like) && !both_or_neither(new, now, Thing::is_like)
        });
        let strange: Vec<&String> = strange.collect();
        match strange[..] {
            [] => None,
            [gap] if one_gap && !now.0.contains_key(gap) => None,
            [path, ..] => Some(format!("{path} is neither old nor new: {}", Thing::told(now.0.get(path)))),
        }
    }

    fn difference(&self, now: &Self, is_same: impl Fn(&Thing, &Thing) -> bool + Copy) -> Option<String> {
        let mut paths = self.0.keys().chain(now.0.keys());
        let different = paths.find(|path| !both_or_neither(self.0.get(*path), now.0.get(*path), is_same))?;
        let [wanted, found] = [self, now].map(|tree| Thing::told(tree.0.get(different)));
        Some(format!("at {different} is {found} instead of {wanted}"))
    }
}

fn both_or_neither(a: Option<&Thing>, b: Option<&Thing>, is_same: impl Fn(&Thing, &Thing) -> bool) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => is_same(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Writes a file with the folders around it.
pub fn put_file(folder: &Path, path: &str, content: impl AsRef<[u8]>, mode: u32) {
    let place = folder.join(path);
    fs::create_dir_all(place.parent().expect("a file is in a folder")).expect("a folder can be made");
    fs::write(&place, content).expect("a file can be written");
    set_mode(&place, mode);
}

/// Makes a folder.
pub fn put_dir(folder: &Path, path: &str, mode: u32) {
    let place = folder.join(path);
    fs::create_dir_all(&place).expect("a folder can be made");
    set_mode(&place, mode);
}

/// Makes a link where that takes no special rights.
pub fn put_link(folder: &Path, path: &str, points_to: &str) {
    #[cfg(unix)]
    std::os::unix::fs::symlink(points_to, folder.join(path)).expect("a link can be made");
    #[cfg(not(unix))]
    let _ = (folder, path, points_to);
}

/// An empty folder of one's own that is gone after the story. On Linux it is in memory, where a sync costs nothing:
/// what a killed process leaves does not depend on the disk.
pub fn quick_folder() -> tempfile::TempDir {
    let in_memory = Path::new("/dev/shm");
    let made = match in_memory.is_dir() {
        true => tempfile::tempdir_in(in_memory).or_else(|_| tempfile::tempdir()),
        false => tempfile::tempdir(),
    };
    made.expect("a temporary folder can be made")
}
