//! The product before a hostile bundle comes, a canary beside it, and what must be true of both afterwards.
//!
//! The canary holds copies of the product's own files: whoever follows a link into it finds everything as expected and
//! would change it. Looks include inode numbers and, where the system has them, the times of the last change of any
//! kind, so that putting something back afterwards is noticed too.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use patchwright::cli::{Streams, run_with};
use patchwright::environment::Environment;
use patchwright::model::{Code, Digest};
use patchwright::plan::OnDrift;
use patchwright::progress::{CancelToken, Quiet};
use patchwright::workbench::{
    Applied, ApplyOptions, Error, Overrides, RollbackOptions, Watch, Which, Workbench,
};

use crate::support::real_folder::{Eyes, Sight};

/// The product as it is, but for `bin/app`: path, content, mode.
pub const BEFORE: &[(&str, &str, u32)] = &[
    ("lib/a.so", "a library\n", 0o644),
    ("lib/dead.so", "a library that goes\n", 0o644),
    ("etc/conf", "mode = slow\n", 0o600),
    ("doc/x", "to be read\n", 0o644),
];

/// The product as the good patch leaves it, but for `bin/app`.
pub const AFTER: &[(&str, &str, u32)] = &[
    ("lib/a.so", "mended\n", 0o644),
    ("etc/conf", "mode = fast\n", 0o600),
    ("doc/x", "to be read\n", 0o600),
    ("share/n", "new here\n", 0o644),
];

/// What the good patch puts in front of `bin/app`.
pub const T1_APP: &str = "\0a mended program\n";

/// A program that does not pack well, so that a delta of it pays; and no text, so that it is not shipped as it was.
pub fn app_before() -> String {
    let mut number = 1_u64;
    let mut line = |_| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        format!("{number:016x}\n")
    };
    "\u{7f}ELF\0\0\0\0".chars().map(String::from).chain((0..400).map(&mut line)).collect()
}

/// Who noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whoever read the bundle or the folder's records: nothing at all was written.
    Reading,
    /// The plan: nothing at all was written.
    Planning,
    /// Whoever made the new content: for a plan, and nothing at all was written; or, for somebody who had asked for no plan,
    /// to prepare the change, and nothing of the product was touched.
    Making,
    /// Whoever prepared the new content: nothing of the product was touched.
    Preparing,
}

/// A product folder and a canary, gone when dropped.
pub struct Scene {
    folder: tempfile::TempDir,
    pub workbench: Workbench,
}

impl Scene {
    /// The product as it is before.
    pub fn new() -> Self {
        Self::in_folder(tempfile::tempdir().expect("a temporary folder"))
    }

    /// The same, somewhere else.
    pub fn in_folder(folder: tempfile::TempDir) -> Self {
        let now = "2026-11-23T12:00:00Z".parse().expect("a time");
        let environment = Environment::fixed(now, "tester", "testhost", "linux/x86_64");
        let scene = Self { folder, workbench: Workbench::new(environment) };
        lay_out(&scene.root(), &app_before(), BEFORE, "bin/app");
        for (name, content, _) in BEFORE {
            put(&scene.canary(), Path::new(name).file_name().expect("a name"), content, 0o644);
        }
        put(&scene.canary(), "conf", "mode = slow\n", 0o600);
        scene
    }

    /// The product's folder.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// Somebody else's folder beside it.
    pub fn canary(&self) -> PathBuf {
        self.folder.path().join("canary")
    }

    /// A place beside both.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the bundle is.
    pub fn bundle(&self) -> PathBuf {
        self.beside("hostile.patchbundle")
    }

    /// Everything there is to see in product and canary.
    pub fn look(&self) -> Looks {
        let mut looks = Looks::default();
        for folder in ["root", "canary"] {
            looks.add(&self.folder.path().join(folder), Path::new(folder));
        }
        looks
    }

    /// What is in the product's folder, state folder aside, without times and inodes.
    pub fn product(&self) -> BTreeMap<PathBuf, (Kind, u32)> {
        let mut looks = Looks::default();
        looks.add(&self.root(), Path::new(""));
        looks.0.into_iter().filter(|(path, _)| !is_state(path)).map(|(p, l)| (p, (l.kind, l.mode))).collect()
    }

    /// What is in the canary.
    pub fn canary_looks(&self) -> Looks {
        let mut looks = Looks::default();
        looks.add(&self.canary(), Path::new("canary"));
        looks
    }

    /// Applies the bundle that is there.
    pub fn apply(&self) -> Result<Applied, Error> {
        let options = ApplyOptions { overrides: Overrides::UNSIGNED, ..ApplyOptions::default() };
        self.workbench.apply(&self.bundle(), &self.root(), options, watch(&CancelToken::new()))
    }

    /// Takes back the last patch.
    pub fn roll_back(&self) -> Result<(), Error> {
        let options = RollbackOptions {
            overrides: Overrides::UNSIGNED,
            which: Which::Last,
            on_drift: OnDrift::Stop,
            expected: None,
            scripts: Default::default(),
            occasion: Default::default(),
            withdrawn: Vec::new(),
        };
        self.workbench.roll_back(&self.root(), &options, watch(&CancelToken::new())).map(drop)
    }

    /// Gives a command with the bundle, if any, and the product's folder to the command line: the exit code, and the code
    /// of the failure it tells.
    pub fn say(&self, command: &[&str], bundle: Option<&Path>) -> (u8, String) {
        let root = self.root();
        let words = ["patchwright"].iter().chain(command).chain(&["--json"]).map(OsString::from);
        let args = words.chain(bundle.map(OsString::from)).chain([OsString::from(&root)]);
        let (mut input, mut out, mut err) = (std::io::empty(), Vec::new(), Vec::new());
        let mut streams = Streams::of_a_program(&mut input, &mut out, &mut err);
        let exit = run_with(&self.workbench, args, &mut streams);
        let answer: serde_json::Value = serde_json::from_slice(&out).expect("one JSON document");
        (exit, answer["code"].as_str().unwrap_or_default().to_owned())
    }

    /// Applies `bundle`, which must go well; says what the canary looked like before.
    #[track_caller]
    pub fn applies(&self, story: &str, bundle: &[u8]) -> Looks {
        fs::write(self.bundle(), bundle).expect("the bundle is written");
        let canary = self.canary_looks();
        let applied = self.apply().unwrap_or_else(|error| panic!("{story}: {error}"));
        assert!(applied.entry.is_some(), "{story}: nothing was done");
        canary
    }

    /// Previews and applies `bundle`; both have to refuse it with `code`, at the same moment, leaving no trace.
    #[track_caller]
    pub fn refuses(&self, story: &str, bundle: &[u8], by: By, code: Code) {
        fs::write(self.bundle(), bundle).expect("the bundle is written");
        let refusal = self.refusal(story);
        assert_eq!((refusal.by, refusal.code), (by, code), "{story}: {}", refusal.text);
        let exit = match by {
            By::Planning => 3,
            By::Reading | By::Making | By::Preparing => code.kind().exit_code(),
        };
        assert_eq!(refusal.exit, exit, "{story}: {}", refusal.text);
    }

    /// Refused as soon as it is read.
    #[track_caller]
    pub fn refuses_to_read(&self, story: &str, bundle: &[u8], code: Code) {
        assert_eq!(code.kind().exit_code(), 4, "{code} says that the bundle is hostile");
        self.refuses(story, bundle, By::Reading, code);
    }

    /// Previews and applies the bundle that is there.
    #[track_caller]
    pub fn refusal(&self, story: &str) -> Refusal {
        self.try_both().unwrap_or_else(|| panic!("{story}: it was applied"))
    }

    /// Previews and applies the bundle that is there; `None` if it was applied.
    #[track_caller]
    pub fn try_both(&self) -> Option<Refusal> {
        let before = self.look();
        let preview = self
            .workbench
            .preview(&self.bundle(), &self.root(), watch(&CancelToken::new()))
            .map(|p| p.preview);
        self.look().assert_is(&before);
        let applied = self.apply();
        let by = match &preview {
            Err(error) if error.code() == Code::Delta => By::Making,
            Err(_) => By::Reading,
            Ok(preview) if !preview.obstacles.is_empty() => By::Planning,
            Ok(_) => By::Preparing,
        };
        let error = applied.err()?;
        let previewed = match preview {
            Err(error) => Some(error.code()),
            Ok(preview) => preview.obstacles.first().map(patchwright::plan::Obstacle::code),
        };
        assert!(previewed.is_none_or(|code| code == error.code()), "{previewed:?}, then {error}");
        let bundle = self.bundle();
        let (exit, told) = self.say(&["apply", "--yes", "--allow-unsigned"], Some(&bundle));
        assert_eq!(told, error.code().as_str(), "what the command line says of {error}");
        match by {
            By::Reading | By::Planning => self.look().assert_is(&before),
            By::Making | By::Preparing => {
                assert!(!self.root().join(".patchwright").exists(), "what was prepared is gone");
                self.look().without_state().assert_is(&before.without_state());
            }
        }
        Some(Refusal { by, code: error.code(), exit, text: error.to_string() })
    }
}

/// How it was refused.
#[derive(Debug)]
pub struct Refusal {
    pub by: By,
    pub code: Code,
    pub exit: u8,
    pub text: String,
}

/// What one thing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    File(Digest),
    Link(PathBuf),
    Dir,
    Other,
}

/// One thing, as closely as can be looked without touching it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub kind: Kind,
    pub mode: u32,
    pub modified: std::time::SystemTime,
    pub inode: u64,
    pub names: u64,
    /// When anything about it was changed last, its name included; nobody can set this one back.
    pub touched: (i64, i64),
}

/// Everything in some folders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looks(pub BTreeMap<PathBuf, Look>);

impl Looks {
    fn add(&mut self, place: &Path, name: &Path) {
        let seen = fs::symlink_metadata(place).expect("it can be looked at");
        let kind = match seen.file_type() {
            kind if kind.is_symlink() => Kind::Link(fs::read_link(place).expect("a link")),
            kind if kind.is_dir() => Kind::Dir,
            kind if kind.is_file() => Kind::File(content(place, seen.len())),
            _ => Kind::Other,
        };
        let is_dir = kind == Kind::Dir;
        self.0.insert(name.to_owned(), look_of(place, &seen, kind));
        if is_dir {
            for entry in fs::read_dir(place).expect("a folder") {
                let entry = entry.expect("an entry").file_name();
                self.add(&place.join(&entry), &name.join(&entry));
            }
        }
    }

    /// Panics with the places that differ.
    #[track_caller]
    pub fn assert_is(&self, expected: &Looks) {
        let places: std::collections::BTreeSet<_> = self.0.keys().chain(expected.0.keys()).collect();
        let differing: Vec<_> = places
            .into_iter()
            .filter(|place| self.0.get(*place) != expected.0.get(*place))
            .map(|place| format!("{place:?}: {:?}\n  was {:?}", self.0.get(place), expected.0.get(place)))
            .collect();
        assert!(differing.is_empty(), "changed:\n{}", differing.join("\n"));
    }

    /// Without our own folder, whose coming and going also shows in the time of the folder it is in.
    pub fn without_state(&self) -> Self {
        let mut looks = self.clone();
        looks.0.retain(|place, _| !is_state(place));
        looks.forget_times_of(Path::new("root"))
    }

    /// Without the times and the number of names of one place.
    pub fn forget_times_of(mut self, place: &Path) -> Self {
        if let Some(look) = self.0.get_mut(place) {
            (look.modified, look.touched, look.names) = (std::time::UNIX_EPOCH, (0, 0), 0);
        }
        self
    }

    /// Without what changes when a thing gets or loses another name elsewhere.
    #[cfg(unix)]
    pub fn without_names(mut self) -> Self {
        self.0.values_mut().for_each(|look| (look.touched, look.names) = ((0, 0), 0));
        self
    }
}

/// Puts files, and on Unix the link `cur`, into a new folder.
pub fn lay_out(root: &Path, app: &str, files: &[(&str, &str, u32)], cur: &str) {
    put(root, "bin/app", app, 0o755);
    for (name, content, mode) in files {
        put(root, name, content, *mode);
    }
    make_link(cur, &root.join("cur"));
}

/// Puts one file there, with the folders around it.
pub fn put(root: &Path, name: impl AsRef<Path>, content: impl AsRef<[u8]>, mode: u32) {
    let place = root.join(name);
    let folder = place.parent().expect("it is in a folder");
    for folder in [root, folder] {
        if !folder.exists() {
            fs::create_dir_all(folder).expect("a folder");
            set_mode(folder, 0o755);
        }
    }
    fs::write(&place, content).expect("a file");
    set_mode(&place, mode);
}

pub fn watch(cancel: &CancelToken) -> Watch<'_> {
    Watch { progress: &Quiet, cancel }
}

fn is_state(path: &Path) -> bool {
    path.components().take(2).any(|name| name.as_os_str() == ".patchwright")
}

/// Sparse files that are too large to be anything of ours are only measured.
fn content(place: &Path, length: u64) -> Digest {
    const MAX_READ_BYTES: u64 = 64 << 20;
    if length > MAX_READ_BYTES {
        return Digest::compute(&length.to_le_bytes());
    }
    Digest::compute(&fs::read(place).expect("it can be read"))
}

fn look_of(place: &Path, seen: &fs::Metadata, kind: Kind) -> Look {
    let Sight { mode, object, names } =
        Eyes::on(place.parent().expect("it is in a folder")).look(place, seen);
    let modified = seen.modified().expect("a time");
    Look { kind, mode, modified, inode: object, names, touched: touched(seen) }
}

#[cfg(unix)]
fn touched(seen: &fs::Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (seen.ctime(), seen.ctime_nsec())
}

#[cfg(not(unix))]
fn touched(_: &fs::Metadata) -> (i64, i64) {
    (0, 0)
}

#[cfg(unix)]
fn set_mode(place: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(place, fs::Permissions::from_mode(mode)).expect("permissions");
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) {}

#[cfg(unix)]
fn make_link(points_to: &str, place: &Path) {
    std::os::unix::fs::symlink(points_to, place).expect("a link");
}

/// Making links needs a right there that not everybody has.
#[cfg(not(unix))]
fn make_link(_: &str, _: &Path) {}
