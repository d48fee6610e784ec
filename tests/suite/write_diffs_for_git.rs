//! What `diff` writes is what Git reads: every kind of change goes through `git apply` and comes out the same.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use patchwright::diff::{ChangeView, ViewContent, pair_renames, write_patch};
use patchwright::model::{
    Digest, FileChange, FileNode, LinkNode, LocalEdits, Mode, Node, Payload, Role, TreePath,
};

use crate::support::tools::is_here;

#[test]
fn git_makes_the_new_tree_out_of_the_old_one_and_the_diff() {
    if !is_here("git", "git_makes_the_new_tree_out_of_the_old_one_and_the_diff") {
        return;
    }
    let mut contents = Contents::default();
    let changes = every_kind_of_change(&mut contents);

    let folder = Folder::with_the_old_side_of(&changes, &contents);
    folder.git_apply(&diff_of(&changes, &contents)).expect("Git takes it");

    for change in &changes {
        assert_eq!(folder.read(&change.path), change.after, "{}", change.path);
    }
}

#[test]
fn git_refuses_a_diff_that_leaves_a_content_out() {
    if !is_here("git", "git_refuses_a_diff_that_leaves_a_content_out") {
        return;
    }
    let mut contents = Contents::default();
    let binary = contents.file(b"\0\x01\x02");
    let text = contents.file(b"a line\n");
    let folder = Folder::with_the_old_side_of(&[], &contents);

    // Had Git taken one of them, an empty file would now stand for the content.
    let created = [change("bin/app", None, Some(binary))];
    folder.git_apply(&diff_of(&created, &contents)).expect_err("a binary file cannot be made from a remark");
    let created = [change("big", None, Some(text))];
    contents.0.clear();
    folder.git_apply(&diff_of(&created, &contents)).expect_err("nor can a content that is not at hand");
}

/// The contents of all files, by digest.
#[derive(Default)]
struct Contents(BTreeMap<Digest, Vec<u8>>);

impl Contents {
    fn file(&mut self, content: &[u8]) -> Node {
        let digest = Digest::compute(content);
        self.0.insert(digest, content.to_vec());
        Node::File(FileNode { digest, size_bytes: content.len() as u64, mode: Mode::FILE })
    }

    fn of(&self, node: Option<&Node>) -> ViewContent<'_> {
        let Some(file) = node.and_then(Node::as_file) else { return ViewContent::Absent };
        self.0
            .get(&file.digest)
            .map_or(ViewContent::Unavailable("not at hand"), |bytes| ViewContent::Bytes(bytes))
    }
}

fn every_kind_of_change(contents: &mut Contents) -> Vec<FileChange> {
    let lines: String = (0..50).map(|n| format!("line {n}\n")).collect();
    let long = contents.file(lines.as_bytes());
    let edited = contents.file(lines.replace("line 7\n", "line seven\n").replace("line 40\n", "").as_bytes());
    let empty = contents.file(b"");
    let crlf = contents.file(b"a\r\nb\r\n");
    let bare = contents.file(b"a\nb\rc\nno newline");
    let latin = contents.file(b"caf\xe9\n");
    let link = |points_to: &str| Node::Link(LinkNode { points_to: points_to.to_owned() });
    let moved_from =
        |from: &str| Some(Payload::Same { from: TreePath::parse(from).expect("a path of the test") });

    vec![
        change("conf/added", None, Some(crlf.clone())),
        change("conf/edited file", Some(long.clone()), Some(edited.clone())),
        change("conf/emptied", Some(crlf.clone()), Some(empty.clone())),
        change("conf/endings", Some(crlf.clone()), Some(bare.clone())),
        change("conf/removed", Some(bare.clone()), None),
        change("docs/moved and edited", Some(long.clone()), None),
        FileChange {
            payload: moved_from("docs/moved and edited"),
            ..change("docs/new/place", None, Some(program(&edited)))
        },
        change("docs/moved", Some(bare.clone()), None),
        FileChange {
            payload: moved_from("docs/moved"),
            ..change("docs/elsewhere", None, Some(bare.clone()))
        },
        change("empty/added", None, Some(empty.clone())),
        change("empty/removed", Some(empty), None),
        change("latin", None, Some(latin)),
        change("link/added", None, Some(link("../conf/added"))),
        change("link/moved", Some(link("here")), Some(link("there"))),
        change("link/now a file", Some(link("here")), Some(crlf.clone())),
        change("link/was a file", Some(long.clone()), Some(link("here"))),
        change("runs", Some(crlf.clone()), Some(program(&crlf))),
        change("ünï", Some(crlf), Some(long)),
    ]
}

fn change(path: &str, before: Option<Node>, after: Option<Node>) -> FileChange {
    FileChange {
        path: TreePath::parse(path).expect("a path of the test"),
        before: before.into_iter().collect(),
        after,
        payload: None,
        base: None,
        edit: None,
        role: Role::Data,
        local_edits: LocalEdits::Refuse,
        fixes: Vec::new(),
    }
}

fn program(node: &Node) -> Node {
    let file = node.as_file().expect("a file").clone();
    Node::File(FileNode { mode: Mode::PROGRAM, ..file })
}

fn diff_of(changes: &[FileChange], contents: &Contents) -> Vec<u8> {
    let mut diff = Vec::new();
    for (change, renamed_from) in pair_renames(changes) {
        let before = contents.of(renamed_from.unwrap_or(change).before.first());
        let after = contents.of(change.after.as_ref());
        let view = ChangeView { change, renamed_from, before, after };
        write_patch(&mut diff, &view).expect("a vector takes everything");
    }
    diff
}

/// A repository of its own: inside another one, Git would skip what does not belong to that.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with_the_old_side_of(changes: &[FileChange], contents: &Contents) -> Self {
        let folder = Self(tempfile::tempdir().expect("a temporary folder"));
        folder.git(&["init", "--quiet"], b"").expect("a new repository");
        for change in changes {
            if let Some(node) = change.before.first() {
                folder.write(&change.path, node, contents);
            }
        }
        folder
    }

    fn place(&self, path: &TreePath) -> std::path::PathBuf {
        self.0.path().join(path.as_str())
    }

    fn write(&self, path: &TreePath, node: &Node, contents: &Contents) {
        let place = self.place(path);
        fs::create_dir_all(place.parent().unwrap_or(Path::new("/"))).expect("its folder");
        match node {
            Node::File(file) => {
                fs::write(&place, &contents.0[&file.digest]).expect("the file");
                let mode = fs::Permissions::from_mode(file.mode.bits());
                fs::set_permissions(&place, mode).expect("its mode");
            }
            Node::Link(link) => symlink(&link.points_to, &place).expect("the link"),
            Node::Dir(_) => fs::create_dir_all(&place).expect("the folder"),
        }
    }

    fn read(&self, path: &TreePath) -> Option<Node> {
        let place = self.place(path);
        let found = fs::symlink_metadata(&place).ok()?;
        if found.is_symlink() {
            let points_to = fs::read_link(&place).expect("the link").to_string_lossy().into_owned();
            return Some(Node::Link(LinkNode { points_to }));
        }
        let content = fs::read(&place).expect("the file");
        // Git keeps one permission bit; the others are the user's umask.
        let mode = if found.permissions().mode() & 0o100 == 0 { Mode::FILE } else { Mode::PROGRAM };
        Some(Node::File(FileNode {
            digest: Digest::compute(&content),
            size_bytes: content.len() as u64,
            mode,
        }))
    }

    fn git_apply(&self, diff: &[u8]) -> Result<(), String> {
        self.git(&["-c", "core.autocrlf=false", "apply", "--whitespace=nowarn"], diff)
    }

    fn git(&self, arguments: &[&str], input: &[u8]) -> Result<(), String> {
        let mut git = Command::new("git")
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("git starts");
        git.stdin.take().expect("a pipe").write_all(input).expect("git reads");
        let output = git.wait_with_output().expect("git ends");
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}
