//! Scans of real folders.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use crate::disk::fs::{OsFs, Place, STATE_DIR, StatKind};
use crate::disk::scan::Observation;
use crate::disk::{ScanError, hash_file, observe, observe_all};
use crate::model::{Code, Digest, Node, PlaceProblem, TreePath};
use crate::progress::{CancelToken, Phase, Progress, Quiet};

struct Target {
    folder: tempfile::TempDir,
    fs: OsFs,
}

impl Target {
    /// A folder with these files; a name that ends in `/` is a folder.
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            if name.ends_with('/') {
                fs::create_dir_all(path).unwrap();
            } else {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, content).unwrap();
            }
        }
        let fs = OsFs::open(folder.path()).unwrap();
        Self { folder, fs }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn observe_all(&self) -> Observation {
        observe_all(&self.fs, &|_, _| false, &Quiet, &CancelToken::new()).unwrap()
    }

    fn observe(&self, names: &[&str]) -> Observation {
        let paths: Vec<_> = names.iter().map(|name| path(name)).collect();
        observe(&self.fs, &paths, &Quiet, &CancelToken::new()).unwrap()
    }
}

fn path(name: &str) -> TreePath {
    TreePath::parse(name).unwrap()
}

fn names(observation: &Observation) -> Vec<&str> {
    observation.tree.iter().map(|(path, _)| path.as_str()).collect()
}

fn problem(path: &str, code: Code, detail: &str) -> PlaceProblem {
    PlaceProblem { path: path.to_owned(), code, detail: detail.to_owned() }
}

/// Does something as soon as the first piece of a file was read.
struct OnFirstPiece<'a>(Mutex<Option<Box<dyn FnOnce() + Send + 'a>>>);

impl<'a> OnFirstPiece<'a> {
    fn run(what: impl FnOnce() + Send + 'a) -> Self {
        Self(Mutex::new(Some(Box::new(what))))
    }
}

impl Progress for OnFirstPiece<'_> {
    fn begin(&self, _: Phase, _: u64) {}

    fn advance(&self, _: u64) {
        if let Some(what) = self.0.lock().unwrap().take() {
            what();
        }
    }
}

#[test]
fn everything_in_a_folder_is_seen_with_its_digest() {
    let target = Target::with(&[("app", "program"), ("conf/a/deep", ""), ("conf-d", "x"), ("empty/", "")]);
    let seen = target.observe_all();
    assert_eq!(seen.problems, []);
    assert_eq!(names(&seen), ["app", "conf", "conf-d", "conf/a", "conf/a/deep", "empty"]);
    let app = seen.tree.at(&path("app")).and_then(Node::as_file).unwrap();
    assert_eq!((app.digest, app.size_bytes), (Digest::compute(b"program"), 7));
    assert_eq!(seen.facts[&path("app")].kind, StatKind::File { size_bytes: 7 });
    assert!(seen.tree.at(&path("conf/a")).unwrap().is_dir());
    let deep = hash_file(&target.fs, &Place::Tree(path("conf/a/deep"))).unwrap();
    assert_eq!(deep, (Digest::compute(b""), 0));
}

#[test]
fn our_state_folder_is_not_part_of_the_product() {
    let state_file = format!("{STATE_DIR}/format");
    let inner = format!("lib/{state_file}");
    let target = Target::with(&[("app", "program"), (&state_file, "ours"), (&inner, "ours, too")]);
    let seen = target.observe_all();
    assert_eq!(names(&seen), ["app", "lib"]);
    assert_eq!(seen.problems, []);
}

#[test]
fn what_is_ignored_is_left_out_with_everything_below() {
    let target = Target::with(&[("app", "x"), ("log/today", "x"), ("src/log", "a file")]);
    let ignore = |path: &TreePath, is_dir: bool| is_dir && path.name() == "log";
    let seen = observe_all(&target.fs, &ignore, &Quiet, &CancelToken::new()).unwrap();
    assert_eq!(names(&seen), ["app", "src", "src/log"]);
}

#[test]
fn only_named_places_are_looked_at() {
    let target = Target::with(&[("app", "x"), ("conf/a", "y"), ("conf/b", "z")]);
    let seen = target.observe(&["conf/a", "conf", "missing", "missing/too", "conf/a"]);
    assert_eq!(names(&seen), ["conf", "conf/a"]);
    assert_eq!(seen.problems, []);
}

#[test]
fn progress_counts_every_byte() {
    struct Count(Mutex<(u64, u64)>);
    impl Progress for Count {
        fn begin(&self, phase: Phase, total: u64) {
            assert_eq!(phase, Phase::Checking);
            self.0.lock().unwrap().0 += total;
        }
        fn advance(&self, amount: u64) {
            self.0.lock().unwrap().1 += amount;
        }
    }
    let large = "x".repeat(3_000_000);
    let target = Target::with(&[("a", "12345"), ("b", &large), ("c", "")]);
    let count = Count(Mutex::new((0, 0)));
    observe_all(&target.fs, &|_, _| false, &count, &CancelToken::new()).unwrap();
    assert_eq!(count.0.into_inner().unwrap(), (3_000_005, 3_000_005));
}

#[test]
fn a_wish_to_stop_ends_a_scan_in_the_middle_of_a_file() {
    let target = Target::with(&[("large", &"x".repeat(3_000_000))]);
    let cancel = CancelToken::new();
    let stop = OnFirstPiece::run(|| cancel.cancel());
    let stopped = observe_all(&target.fs, &|_, _| false, &stop, &cancel);
    assert!(matches!(stopped, Err(ScanError::Cancelled(_))), "{stopped:?}");
}

#[test]
fn a_file_that_grows_while_it_is_read_is_a_problem() {
    let target = Target::with(&[("log", &"x".repeat(3_000_000)), ("other", "x")]);
    let log = target.path().join("log");
    let grow = OnFirstPiece::run(|| {
        fs::OpenOptions::new().append(true).open(&log).unwrap().write_all(b"one more line\n").unwrap();
    });
    let seen = observe(&target.fs, &[path("log")], &grow, &CancelToken::new()).unwrap();
    assert_eq!(seen.problems, [problem("log", Code::InUse, "changed while it was read")]);
    assert_eq!(names(&seen), [""; 0]);
}

// Windows does not let anybody replace a file that is being read.
#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_while_it_is_read_is_a_problem() {
    let content = "x".repeat(3_000_000);
    let target = Target::with(&[("app", &content), ("app.new", &content)]);
    // The same length and the same time stamp: only the identity of the object gives it away.
    let modified = fs::metadata(target.path().join("app")).unwrap().modified().unwrap();
    fs::File::options()
        .write(true)
        .open(target.path().join("app.new"))
        .unwrap()
        .set_modified(modified)
        .unwrap();
    let replace = OnFirstPiece::run(|| {
        fs::rename(target.path().join("app.new"), target.path().join("app")).unwrap();
    });
    let seen = observe(&target.fs, &[path("app")], &replace, &CancelToken::new()).unwrap();
    assert_eq!(seen.problems, [problem("app", Code::InUse, "changed while it was read")]);
}

#[test]
fn a_file_in_the_way_is_a_problem_once() {
    let target = Target::with(&[("conf", "a file")]);
    let seen = target.observe(&["conf/a", "conf/b", "conf/c/d"]);
    let in_the_way = problem("conf", Code::FileSystem, "a file is where a folder is needed");
    assert_eq!(seen.problems, [in_the_way]);
}

#[test]
fn a_file_in_the_way_that_is_named_itself_is_the_callers_to_judge() {
    let target = Target::with(&[("conf", "a file that becomes a folder")]);
    let seen = target.observe(&["conf", "conf/a"]);
    assert_eq!(names(&seen), ["conf"]);
    assert_eq!(seen.problems, []);
}

#[cfg(unix)]
mod on_unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;
    use crate::model::{LinkNode, Mode};

    #[test]
    fn links_are_read_and_not_followed() {
        let target = Target::with(&[("lib/real", "x")]);
        symlink("lib", target.path().join("current")).unwrap();
        symlink("nowhere", target.path().join("lib/dangling")).unwrap();
        let seen = target.observe_all();
        assert_eq!(names(&seen), ["current", "lib", "lib/dangling", "lib/real"]);
        let link = Node::Link(LinkNode { points_to: "lib".to_owned() });
        assert_eq!(seen.tree.at(&path("current")), Some(&link));
        assert_eq!(seen.problems, []);
    }

    #[test]
    fn permission_bits_are_seen() {
        let target = Target::with(&[("app", "x"), ("private/", "")]);
        for (name, bits) in [("app", 0o751), ("private", 0o700)] {
            fs::set_permissions(target.path().join(name), fs::Permissions::from_mode(bits)).unwrap();
        }
        let seen = target.observe_all();
        assert_eq!(seen.tree.at(&path("app")).unwrap().mode(), Some(Mode::new(0o751)));
        assert_eq!(seen.tree.at(&path("private")), Some(&Node::Dir(Mode::new(0o700))));
    }

    #[test]
    fn a_link_in_the_way_is_a_problem() {
        let target = Target::with(&[("real/a", "x")]);
        symlink("real", target.path().join("conf")).unwrap();
        let seen = target.observe(&["conf/a"]);
        let in_the_way = problem("conf", Code::FileSystem, "a link is where a folder is needed");
        assert_eq!(seen.problems, [in_the_way]);
        assert_eq!(names(&seen), [""; 0]);
    }

    #[test]
    fn pipes_and_sockets_are_problems_and_nobody_waits_for_them() {
        let target = Target::with(&[("run/app", "x")]);
        let _listener = UnixListener::bind(target.path().join("run/socket")).unwrap();
        let mut expected =
            vec![problem("run/socket", Code::FileSystem, "a socket, not a file, link or folder")];
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{CWD, FileType, Mode, mknodat};
            mknodat(CWD, target.path().join("run/pipe"), FileType::Fifo, Mode::from_raw_mode(0o600), 0)
                .unwrap();
            expected
                .insert(0, problem("run/pipe", Code::FileSystem, "a named pipe, not a file, link or folder"));
        }
        let seen = target.observe_all();
        assert_eq!(seen.problems, expected);
        assert_eq!(names(&seen), ["run", "run/app"]);
        let facts: std::collections::BTreeSet<_> = seen.facts.keys().map(TreePath::as_str).collect();
        assert!(facts.contains("run/socket"));
        assert_eq!(target.observe(&["run/socket"]).problems, expected[expected.len() - 1..]);
    }

    #[test]
    fn every_unreadable_thing_is_reported_and_the_rest_is_read() {
        let target = Target::with(&[("a", "x"), ("b", "x"), ("closed/", ""), ("z", "x")]);
        for name in ["a", "b", "closed"] {
            fs::set_permissions(target.path().join(name), fs::Permissions::from_mode(0o000)).unwrap();
        }
        let may_read_everything = fs::read(target.path().join("a")).is_ok();
        let seen = target.observe_all();
        fs::set_permissions(target.path().join("closed"), fs::Permissions::from_mode(0o700)).unwrap();
        if may_read_everything {
            eprintln!("skipped: this user may read every file");
            return;
        }
        let missing = |name| problem(name, Code::Rights, "you don't have permission to read it");
        assert_eq!(seen.problems, [missing("a"), missing("b"), missing("closed")]);
        assert_eq!(names(&seen), ["closed", "z"]);
    }

    #[test]
    fn every_name_that_breaks_the_path_policy_is_reported() {
        let target = Target::with(&[("good", "x"), ("data/a\nb", "x"), ("data/c\u{202e}d", "x")]);
        let seen = target.observe_all();
        assert_eq!(names(&seen), ["data", "good"]);
        let problems: Vec<_> = seen.problems.iter().map(|problem| (&*problem.path, problem.code)).collect();
        assert_eq!(problems, [("data/a\nb", Code::Path), ("data/c\u{202e}d", Code::Path)]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_name_that_is_no_text_is_a_problem_by_itself() {
        use std::os::unix::ffi::OsStrExt;
        let target = Target::with(&[("good", "x"), ("data/more", "x")]);
        let name = std::ffi::OsStr::from_bytes(b"bad-\xff");
        fs::write(target.path().join("data").join(name), "x").unwrap();
        let seen = target.observe_all();
        assert_eq!(names(&seen), ["data", "data/more", "good"]);
        let problems: Vec<_> = seen.problems.iter().map(|problem| (&*problem.path, problem.code)).collect();
        assert_eq!(problems, [(r"data/bad-\xff", Code::Path)]);
    }
}
