//! Folders as values: told in a line each, laid out on a disk, read back, and compared by everything that counts.
//!
//! Two trees are the same when names, types, bytes, permission bits and the targets of links are. What belongs to us
//! (the state folder) is no part of a product and is left out.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use patchwright::disk::fs::STATE_DIR;

use super::chance::Chance;

/// One thing in a tree.
#[derive(Clone, PartialEq, Eq)]
pub enum Thing {
    /// A folder with its permission bits.
    Dir(u32),
    /// A file with its permission bits.
    File(Arc<[u8]>, u32),
    /// A link and where it points.
    Link(String),
}

/// Everything in a folder, by path.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tree(BTreeMap<String, Thing>);

impl Tree {
    /// An empty folder.
    pub fn new() -> Self {
        Self::default()
    }

    /// With an ordinary file.
    pub fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.file_with_mode(path, bytes, 0o644)
    }

    /// With a program.
    pub fn program(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.file_with_mode(path, bytes, 0o755)
    }

    /// With a file that has these permission bits.
    pub fn file_with_mode(self, path: &str, bytes: impl AsRef<[u8]>, mode: u32) -> Self {
        self.with(path, Thing::File(bytes.as_ref().into(), mode))
    }

    /// With a symbolic link.
    pub fn link(self, path: &str, points_to: &str) -> Self {
        self.with(path, Thing::Link(points_to.to_owned()))
    }

    /// With a folder, which may stay empty.
    pub fn dir(self, path: &str) -> Self {
        self.dir_with_mode(path, 0o755)
    }

    /// With a folder that has these permission bits.
    pub fn dir_with_mode(self, path: &str, mode: u32) -> Self {
        self.with(path, Thing::Dir(mode))
    }

    /// With this thing at `path`, and with folders on the way there.
    pub fn with(mut self, path: &str, thing: Thing) -> Self {
        self.put(path, thing);
        self
    }

    /// Without what is at `path` and everything in it.
    pub fn without(mut self, path: &str) -> Self {
        self.remove(path);
        self
    }

    /// Puts a thing at `path`; what was in the way goes.
    pub fn put(&mut self, path: &str, thing: Thing) {
        for (at, _) in path.match_indices('/') {
            if !matches!(self.0.get(&path[..at]), Some(Thing::Dir(_))) {
                self.0.insert(path[..at].to_owned(), Thing::Dir(0o755));
            }
        }
        if !matches!(thing, Thing::Dir(_)) {
            self.remove(path);
        }
        self.0.insert(path.to_owned(), thing);
    }

    /// Takes away what is at `path` and everything in it.
    pub fn remove(&mut self, path: &str) {
        let inside = format!("{path}/");
        self.0.retain(|other, _| other != path && !other.starts_with(&inside));
    }

    /// What is at `path`.
    pub fn at(&self, path: &str) -> Option<&Thing> {
        self.0.get(path)
    }

    /// Everything, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Thing)> {
        self.0.iter().map(|(path, thing)| (path.as_str(), thing))
    }

    /// Number of things.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Bytes in all files.
    pub fn bytes(&self) -> u64 {
        let size = |thing: &Thing| if let Thing::File(bytes, _) = thing { bytes.len() as u64 } else { 0 };
        self.0.values().map(size).sum()
    }

    /// Holds contents that are in `known` together with whoever else has them, so that many alike trees are small.
    pub fn share_contents(&mut self, known: &mut HashSet<Arc<[u8]>>) {
        for thing in self.0.values_mut() {
            let Thing::File(bytes, _) = thing else { continue };
            match known.get(bytes) {
                Some(same) => *bytes = same.clone(),
                None => drop(known.insert(bytes.clone())),
            }
        }
    }

    /// Lays everything out in the folder `root`, which is made if it is missing.
    pub fn write_to(&self, root: &Path) {
        fs::create_dir_all(root).expect("a new folder");
        for (path, thing) in &self.0 {
            let place = root.join(path);
            match thing {
                Thing::Dir(_) => fs::create_dir_all(&place).expect("a new folder"),
                Thing::File(bytes, mode) => {
                    fs::write(&place, bytes).expect("a new file");
                    set_mode(&place, *mode);
                }
                Thing::Link(points_to) => make_link(points_to, &place),
            }
        }
        // The innermost first: an outer folder may not let anybody in.
        for (path, thing) in self.0.iter().rev() {
            if let Thing::Dir(mode) = thing {
                set_mode(&root.join(path), *mode);
            }
        }
    }

    /// Reads everything in the folder `root`, except what is ours.
    pub fn read(root: &Path) -> Self {
        let mut tree = Self::new();
        tree.read_into(root, "");
        tree.0.remove(STATE_DIR);
        tree
    }

    fn read_into(&mut self, root: &Path, dir: &str) {
        let names = fs::read_dir(root.join(dir)).expect("a folder that can be listed");
        for name in names {
            let name = name.expect("a name").file_name().into_string().expect("names are text");
            let path = if dir.is_empty() { name } else { format!("{dir}/{name}") };
            let place = root.join(&path);
            let seen = fs::symlink_metadata(&place).expect("it was listed");
            let mode = mode_of(&seen);
            if seen.is_symlink() {
                let points_to = fs::read_link(&place).expect("a link");
                let mut points_to = points_to.to_str().expect("links are text").replace('\\', "/");
                if leads_to_folder(&seen) {
                    points_to.push('/');
                }
                self.0.insert(path, Thing::Link(points_to));
            } else if seen.is_dir() {
                self.0.insert(path.clone(), Thing::Dir(mode));
                if path != STATE_DIR {
                    self.read_into(root, &path);
                }
            } else {
                self.0.insert(path, Thing::File(fs::read(&place).expect("a file").into(), mode));
            }
        }
    }

    /// How many places are not the same in the other tree.
    pub fn count_differences(&self, other: &Self) -> usize {
        let missing = other.0.keys().filter(|path| !self.0.contains_key(*path)).count();
        missing + self.0.iter().filter(|(path, thing)| other.0.get(*path) != Some(thing)).count()
    }

    /// What is not the same in the other tree, a line for each place; `None` if nothing is.
    pub fn difference(&self, other: &Self) -> Option<String> {
        let mut lines = String::new();
        let paths = self.0.keys().chain(other.0.keys().filter(|path| !self.0.contains_key(*path)));
        for path in paths {
            let [ours, theirs] = [self, other].map(|tree| tree.0.get(path).map(Thing::as_kept_here));
            if ours != theirs {
                let spelled = [ours, theirs].map(|thing| thing.map_or("nothing".to_owned(), |t| t.spell()));
                writeln!(lines, "  {path}: {} against {}", spelled[0], spelled[1]).expect("text");
            }
        }
        (!lines.is_empty()).then_some(lines)
    }

    /// Fails with every difference if the folder `root` is not this tree.
    #[track_caller]
    pub fn assert_is(&self, root: &Path, when: &str) {
        if let Some(difference) = self.difference(&Self::read(root)) {
            panic!("{when}, expected against found:\n{difference}");
        }
    }
}

impl Thing {
    /// The same thing as this system stores it.
    fn as_kept_here(&self) -> Self {
        match self.clone() {
            Thing::Dir(_) if cfg!(not(unix)) => Thing::Dir(0o755),
            Thing::File(bytes, _) if cfg!(not(unix)) => Thing::File(bytes, 0o644),
            thing => thing,
        }
    }

    fn spell(&self) -> String {
        match self {
            Thing::Dir(mode) => format!("folder {mode:04o}"),
            Thing::File(bytes, mode) => {
                let start = String::from_utf8_lossy(&bytes[..bytes.len().min(24)]);
                format!("file {mode:04o} of {} bytes {start:?}", bytes.len())
            }
            Thing::Link(points_to) => format!("link to {points_to:?}"),
        }
    }
}

/// Bytes that no compressor makes smaller, the same for the same seed.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut chance = super::chance::Seeded::new(seed);
    let words = std::iter::repeat_with(|| chance.next_number().to_le_bytes());
    let mut bytes: Vec<u8> = words.take(length.div_ceil(8)).flatten().collect();
    bytes.truncate(length);
    bytes
}

/// Names that random trees are made of: few, so that places meet, and of every alphabet.
const NAMES: [&str; 10] =
    ["a", "b", "lib", "app.conf", "with space", ".hidden", "größe", "名前", "a-b", "naïve ❤️"];

/// A tree in which anything may be anywhere, three folders deep, with contents that often meet.
pub fn random_tree(chance: &mut impl Chance) -> Tree {
    let mut tree = Tree::new();
    for _ in 0..1 + chance.pick(12) {
        let path = random_path(chance);
        let thing = random_thing(chance, &path);
        tree.put(&path, thing);
    }
    tree
}

/// The same tree after some random edits: contents, permissions, moves, copies, swaps, other types, removals.
pub fn random_edits(tree: &Tree, chance: &mut impl Chance) -> Tree {
    let mut edited = tree.clone();
    for _ in 0..1 + chance.pick(6) {
        random_edit(&mut edited, chance);
    }
    edited
}

fn random_edit(tree: &mut Tree, chance: &mut impl Chance) {
    let paths: Vec<String> = tree.iter().map(|(path, _)| path.to_owned()).collect();
    let fresh = random_path(chance);
    if paths.is_empty() || chance.pick(4) == 0 {
        let thing = random_thing(chance, &fresh);
        return tree.put(&fresh, thing);
    }
    let path = &paths[chance.pick(paths.len())];
    let thing = tree.at(path).expect("it was listed").clone();
    match chance.pick(6) {
        0 => tree.remove(path),
        1 => {
            let other = random_thing(chance, path);
            tree.remove(path);
            tree.put(path, other);
        }
        2 => move_file(tree, path, &fresh),
        3 => swap_files(tree, path, &paths[chance.pick(paths.len())]),
        _ => match thing {
            Thing::Dir(_) => tree.put(path, Thing::Dir(DIR_MODES[chance.pick(DIR_MODES.len())])),
            Thing::File(bytes, mode) if chance.flip() => tree.put(path, edited_file(&bytes, mode, chance)),
            Thing::File(bytes, _) => tree.put(path, Thing::File(bytes, random_mode(chance))),
            Thing::Link(_) => {
                let link = random_link(chance, path);
                tree.put(path, link);
            }
        },
    }
}

fn move_file(tree: &mut Tree, from: &str, to: &str) {
    let Some(file @ Thing::File(..)) = tree.at(from).cloned() else { return };
    tree.remove(from);
    tree.put(to, file);
}

fn swap_files(tree: &mut Tree, one: &str, other: &str) {
    if let (Some(a @ Thing::File(..)), Some(b @ Thing::File(..))) =
        (tree.at(one).cloned(), tree.at(other).cloned())
    {
        tree.put(one, b);
        tree.put(other, a);
    }
}

/// A few bytes more, fewer or other somewhere in the middle.
fn edited_file(bytes: &[u8], mode: u32, chance: &mut impl Chance) -> Thing {
    let at = chance.pick(bytes.len() + 1);
    let gone = chance.pick(bytes.len() - at + 1).min(40);
    let put_in = noise(chance.pick(1000) as u64, chance.pick(40));
    let edited = [&bytes[..at], &put_in, &bytes[at + gone..]].concat();
    Thing::File(edited.into(), mode)
}

const DIR_MODES: [u32; 4] = [0o755, 0o755, 0o700, 0o750];
const FILE_MODES: [u32; 6] = [0o644, 0o644, 0o755, 0o600, 0o444, 0o555];

fn random_mode(chance: &mut impl Chance) -> u32 {
    FILE_MODES[chance.pick(FILE_MODES.len())]
}

fn random_path(chance: &mut impl Chance) -> String {
    let names = (0..1 + chance.pick(3)).map(|_| NAMES[chance.pick(NAMES.len())]);
    names.collect::<Vec<_>>().join("/")
}

fn random_thing(chance: &mut impl Chance, path: &str) -> Thing {
    match chance.pick(8) {
        0 => Thing::Dir(DIR_MODES[chance.pick(DIR_MODES.len())]),
        1 if links_work() => random_link(chance, path),
        _ => Thing::File(random_content(chance).into(), random_mode(chance)),
    }
}

/// A link that stays in the folder: to a name beside it, or to one at the top.
fn random_link(chance: &mut impl Chance, path: &str) -> Thing {
    let name = NAMES[chance.pick(NAMES.len())];
    let up = "../".repeat(if chance.flip() { path.matches('/').count() } else { 0 });
    Thing::Link(format!("{up}{name}"))
}

fn random_content(chance: &mut impl Chance) -> Vec<u8> {
    let seed = chance.pick(6) as u64;
    match chance.pick(12) {
        0 => Vec::new(),
        1 => noise(seed, 64 << 10),
        2 => noise(seed, 200_000 + chance.pick(3)),
        3 => (0..2000).flat_map(|n| format!("line {n} of {seed}\n").into_bytes()).collect(),
        length => noise(seed, length * 7),
    }
}

/// Whether this system lets us make symbolic links and keeps them as such.
pub fn links_work() -> bool {
    static WORK: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *WORK.get_or_init(|| {
        if cfg!(unix) {
            return true;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let link = folder.path().join("link");
        try_to_link("target", &link).is_ok()
            && fs::symlink_metadata(&link).is_ok_and(|seen| seen.is_symlink())
            && fs::read_link(&link).is_ok_and(|points_to| points_to == Path::new("target"))
    })
}

/// Whether names may have letters beyond ASCII here: a Windows imitated without a locale cannot store them.
pub fn all_letters_work() -> bool {
    static WORK: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    *WORK.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let name = "größe 資料";
        fs::write(folder.path().join(name), "").is_ok()
            && fs::read_dir(folder.path()).is_ok_and(|mut names| {
                names.any(|entry| entry.is_ok_and(|entry| entry.file_name().to_str() == Some(name)))
            })
    })
}

fn make_link(points_to: &str, at: &Path) {
    try_to_link(points_to, at).expect("a new link");
}

#[cfg(unix)]
fn try_to_link(points_to: &str, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(points_to, at)
}

/// As the program does it: a link to a folder has a slash at its end.
#[cfg(windows)]
fn try_to_link(points_to: &str, at: &Path) -> std::io::Result<()> {
    let points_to = points_to.replace('/', "\\");
    match points_to.strip_suffix('\\') {
        Some(folder) => std::os::windows::fs::symlink_dir(folder, at),
        None => std::os::windows::fs::symlink_file(points_to, at),
    }
}

#[cfg(windows)]
fn leads_to_folder(link: &fs::Metadata) -> bool {
    std::os::windows::fs::FileTypeExt::is_symlink_dir(&link.file_type())
}

#[cfg(not(windows))]
fn leads_to_folder(_: &fs::Metadata) -> bool {
    false
}

/// Sets permission bits where the system has them.
pub fn set_mode(at: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(at, fs::Permissions::from_mode(mode)).expect("our own file");
    }
    #[cfg(not(unix))]
    let _ = (at, mode);
}

#[cfg(unix)]
fn mode_of(seen: &fs::Metadata) -> u32 {
    use std::os::unix::fs::MetadataExt;
    seen.mode() & 0o7777
}

#[cfg(not(unix))]
fn mode_of(seen: &fs::Metadata) -> u32 {
    if seen.is_dir() { 0o755 } else { 0o644 }
}
