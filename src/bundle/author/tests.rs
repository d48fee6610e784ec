//! Bundles made from real folders.

use jiff::Timestamp;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::bundle::VerifiedBundle;
use crate::bundle::noise::noise;
use crate::bundle::order::{Globs, PathPolicy};
use crate::disk::fs::OsFs;
use crate::model::{LocalEdits, PatchId, Payload, Role};
use crate::progress::Quiet;
use crate::trust::Keyring;

mod by_lines;

const CREATED: &str = "2026-11-23T09:30:00Z";

/// Two folders, an order, and room for bundles.
struct Workshop {
    folder: tempfile::TempDir,
    order: Order,
}

impl Workshop {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for side in ["old", "new"] {
            fs::create_dir(folder.path().join(side)).expect("a folder in it");
        }
        let id = PatchId::parse("ACME-HF-1").expect("an id");
        Self { folder, order: Order::minimal(id, None, None) }
    }

    fn path(&self, place: &str) -> PathBuf {
        self.folder.path().join(place)
    }

    /// Puts a file into one of the folders: `old/lib/a.txt`.
    fn put(&self, place: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path(place);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder");
        fs::write(path, content).expect("the file");
        self
    }

    /// Puts the same file into both.
    fn keep(&self, place: &str, content: impl AsRef<[u8]>) -> &Self {
        self.put(&format!("old/{place}"), &content).put(&format!("new/{place}"), content)
    }

    fn folder(&self, place: &str) -> &Self {
        fs::create_dir_all(self.path(place)).expect("the folder");
        self
    }

    fn author_to(&self, output: &Path) -> Result<Unpublished, AuthorError> {
        let [old, new] = ["old", "new"].map(|side| OsFs::open(&self.path(side)).expect("a folder"));
        author(&AuthorRequest {
            old: &old,
            new: &new,
            order: &self.order,
            created: CREATED,
            proven: false,
            output,
            outside_of: &[&self.path("old"), &self.path("new")],
            progress: &Quiet,
            cancel: &CancelToken::new(),
        })
    }

    fn author(&self) -> Authored {
        let made = self.author_to(&self.path("made.patchbundle")).and_then(Unpublished::publish);
        made.unwrap_or_else(|error| panic!("{error}: {error:?}"))
    }

    fn bundle(&self) -> VerifiedBundle {
        let made = UnverifiedBundle::open(&self.path("made.patchbundle"));
        made.and_then(|opened| opened.verify(&Keyring::default(), Timestamp::UNIX_EPOCH))
            .expect("what was made can be opened")
    }

    #[track_caller]
    fn refused(&self) -> Vec<String> {
        match self.author_to(&self.path("made.patchbundle")) {
            Err(AuthorError::Refused(obstacles)) => obstacles
                .into_iter()
                .map(|obstacle| {
                    format!("{}: {}", obstacle.path.as_deref().unwrap_or_default(), obstacle.meaning())
                })
                .collect(),
            other => panic!("it has to be refused, not {other:?}"),
        }
    }
}

fn change<'a>(patch: &'a Patch, path: &str) -> &'a FileChange {
    patch
        .changes
        .iter()
        .find(|change| change.path.as_str() == path)
        .unwrap_or_else(|| panic!("{path} changes"))
}

/// Text that packs to about a third.
fn text(lines: std::ops::Range<u32>) -> String {
    lines.map(|number| format!("line {number} says {:08x}\n", number.wrapping_mul(0x9e37_79b1))).collect()
}

fn path(raw: &str) -> TreePath {
    TreePath::parse(raw).expect("the test's paths keep the policy")
}

#[test]
fn everything_that_differs_is_counted_once() {
    let shop = Workshop::new();
    shop.keep("same.txt", "same")
        .put("old/changed.txt", text(0..100))
        .put("new/changed.txt", text(1..100))
        .put("old/gone.txt", "gone")
        .put("new/dir/fresh.txt", "fresh")
        .put("old/moved.bin", noise(500, 1))
        .put("new/dir/moved.bin", noise(500, 1))
        .folder("old/empty")
        .folder("new/hollow");
    let made = shop.author();
    let expected = ChangeCounts {
        created: 1,
        replaced: 1,
        deleted: 1,
        renamed: 1,
        folders: 3,
        ..ChangeCounts::default()
    };
    assert_eq!(made.counts, expected);
    assert_eq!(made.patch.created, CREATED);
    assert_eq!(shop.bundle().patch, made.patch.into());
    let bundle = shop.bundle();
    for (digest, _) in bundle.blobs() {
        bundle.copy_blob(&digest, &mut io::sink()).expect("every byte is right");
    }
}

#[test]
fn the_same_folders_give_the_same_bytes() {
    let shop = Workshop::new();
    for number in 0..40 {
        shop.put(&format!("old/{number}.txt"), text(number..number + 200));
        shop.put(&format!("new/{number}.txt"), text(number + 1..number + 200));
        shop.put(&format!("new/fresh/{number}"), noise(3000, 1 + u64::from(number % 3)));
    }
    let digests: Vec<Digest> = (0..3).map(|_| shop.author().file_digest).collect();
    assert_eq!(digests, [digests[0]; 3]);
}

#[test]
fn a_moved_file_is_not_shipped_again() {
    let shop = Workshop::new();
    shop.put("old/a.bin", noise(100_000, 1)).put("new/b.bin", noise(100_000, 1));
    let made = shop.author();
    assert_eq!(change(&made.patch, "b.bin").payload, Some(Payload::Same { from: path("a.bin") }));
    assert!(made.bundle_bytes < 3000, "{}", made.bundle_bytes);
}

#[test]
fn a_file_that_moved_and_changed_is_a_delta_of_its_old_self() {
    let shop = Workshop::new();
    let old = noise(100_000, 1);
    let new = [noise(300, 2), old.clone(), noise(300, 3)].concat();
    shop.put("old/lib/libx.so.1.0", &old).put("new/lib64/libx.so.1.1", &new);
    let made = shop.author();
    let payload = &change(&made.patch, "lib64/libx.so.1.1").payload;
    assert!(
        matches!(payload, Some(Payload::Delta { from, .. }) if *from == path("lib/libx.so.1.0")),
        "{payload:?}"
    );
    assert_eq!((made.counts.renamed, made.counts.deleted), (1, 0));
    assert!(made.bundle_bytes < 5000, "{}", made.bundle_bytes);
}

#[test]
fn a_file_of_the_same_name_and_other_content_did_not_move() {
    let shop = Workshop::new();
    shop.put("old/a/init.bin", noise(5000, 1)).put("new/b/init.bin", noise(5000, 2));
    let made = shop.author();
    assert!(matches!(change(&made.patch, "b/init.bin").payload, Some(Payload::Whole { .. })));
}

#[test]
fn a_content_that_stands_at_two_new_places_is_shipped_once() {
    let shop = Workshop::new();
    shop.put("new/one", noise(5000, 1)).put("new/two", noise(5000, 1));
    shop.author();
    assert_eq!(shop.bundle().blobs().count(), 1);
}

#[test]
fn the_smaller_form_of_a_content_travels() {
    let shop = Workshop::new();
    let old = noise(50_000, 1);
    let mut edited = old.clone();
    edited[25_000] ^= 1;
    shop.put("old/edited", &old).put("new/edited", edited);
    shop.put("old/other", noise(50_000, 2)).put("new/other", noise(50_000, 3));
    shop.put("old/empty", "").put("new/empty", "no more");
    let made = shop.author();
    let is_delta = |path| matches!(change(&made.patch, path).payload, Some(Payload::Delta { .. }));
    assert_eq!(["edited", "other", "empty"].map(is_delta), [true, false, false]);
}

#[test]
fn what_the_order_ignores_is_in_no_bundle() {
    let mut shop = Workshop::new();
    let lines = ["*.log", "/cache/", "!keep.log"].map(str::to_owned);
    shop.order.make.ignore = Globs::parse(lines.to_vec()).expect("patterns");
    shop.put("new/a.txt", "a").put("new/b.log", "b").put("new/cache/c", "c").put("new/keep.log", "k");
    shop.put("new/deep/cache/d", "d").put("old/.patchwright/format", "1");
    let made = shop.author();
    let paths: Vec<_> = made.patch.changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(paths, ["a.txt", "deep", "deep/cache", "deep/cache/d", "keep.log"]);
}

#[test]
fn what_the_order_ignores_must_not_be_in_the_way() {
    let mut shop = Workshop::new();
    shop.order.make.ignore = Globs::parse(vec!["build/".to_owned()]).expect("a pattern");
    shop.put("old/build/x", "x").put("new/build", "now a file");
    assert_eq!(
        shop.refused(),
        ["build: the order ignores this in the old folder, but the patch would change it"]
    );
}

#[test]
fn the_order_says_what_a_file_is_and_what_edits_mean() {
    let mut shop = Workshop::new();
    shop.order.about.fixes.push("KEY-2".to_owned());
    shop.order.make.policies.push(PathPolicy {
        paths: Globs::parse(vec!["etc/".to_owned()]).expect("a pattern"),
        role: Some(Role::Config),
        local_edits: Some(LocalEdits::Replace),
        fixes: vec!["KEY-2".to_owned()],
    });
    shop.put("old/etc/app", text(0..500)).put("new/etc/app", text(1..500));
    shop.put("new/app.exe", b"MZ\x90\0");
    let made = shop.author();
    let app = change(&made.patch, "etc/app");
    assert_eq!(
        (app.role, app.local_edits, app.fixes.as_slice()),
        (Role::Config, LocalEdits::Replace, &["KEY-2".to_owned()][..])
    );
    assert!(
        matches!(app.payload, Some(Payload::Whole { .. })),
        "an edited file is no source: {:?}",
        app.payload
    );
    assert_eq!(change(&made.patch, "app.exe").role, Role::Binary);
}

#[test]
fn folders_that_do_not_differ_make_no_bundle() {
    let shop = Workshop::new();
    shop.keep("a.txt", "a");
    assert_eq!(shop.refused(), [": the two folders are the same"]);
}

#[test]
fn an_output_inside_one_of_the_folders_is_refused() {
    let shop = Workshop::new();
    shop.put("new/a.txt", "a");
    for output in ["old/made.patchbundle", "new/made.patchbundle"] {
        let refused = shop.author_to(&shop.path(output));
        assert!(matches!(refused, Err(AuthorError::Refused(_))), "{refused:?}");
    }
}

#[test]
fn names_that_are_one_name_elsewhere_are_refused_even_beside_files_that_stay() {
    let shop = Workshop::new();
    shop.keep("lib/readme", "1").put("new/lib/README", "2");
    if fs::read_dir(shop.path("new/lib")).expect("the folder").count() < 2 {
        return; // This disk takes them for one name as well.
    }
    let refused = shop.refused();
    assert!(refused[0].contains("are the same name on some systems"), "{refused:?}");
}

#[test]
fn names_windows_cannot_store_need_an_order_that_leaves_windows_out() {
    if cfg!(windows) {
        return;
    }
    let mut shop = Workshop::new();
    shop.put("new/man3/Foo::Bar.3pm", "a").put("new/aux.c", "b");
    let refused = shop.refused();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(refused[0].contains("cannot exist on Windows"), "{refused:?}");
    shop.order.about.platforms = vec!["linux/x86_64".to_owned()];
    assert_eq!(shop.author().counts.created, 2);
}

#[test]
fn a_bundle_that_is_given_up_leaves_nothing_behind() {
    let shop = Workshop::new();
    shop.put("new/a.txt", "a").put("made.patchbundle", "an older bundle");
    drop(shop.author_to(&shop.path("made.patchbundle")).expect("nothing speaks against it"));
    let mut names: Vec<_> = fs::read_dir(shop.folder.path())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    assert_eq!(names, ["made.patchbundle", "new", "old"]);
    assert_eq!(fs::read(shop.path("made.patchbundle")).expect("a file"), b"an older bundle");
}

#[test]
fn a_wish_to_stop_is_heard() {
    let shop = Workshop::new();
    shop.put("new/a.txt", "a");
    let [old, new] = ["old", "new"].map(|side| OsFs::open(&shop.path(side)).expect("a folder"));
    let cancel = CancelToken::new();
    cancel.cancel();
    let stopped = author(&AuthorRequest {
        old: &old,
        new: &new,
        order: &shop.order,
        created: CREATED,
        proven: false,
        output: &shop.path("made.patchbundle"),
        outside_of: &[],
        progress: &Quiet,
        cancel: &cancel,
    });
    let stopped = stopped.expect_err("it was stopped");
    let is_cancelled = matches!(
        stopped,
        AuthorError::Cancelled(_) | AuthorError::Scan { source: ScanError::Cancelled(_), .. }
    );
    assert!(is_cancelled, "{stopped:?}");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    fn set_mode(path: &Path, bits: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(bits)).expect("it is ours");
    }

    #[test]
    fn modes_and_links_are_changes_without_content() {
        let shop = Workshop::new();
        shop.keep("run.sh", "#!/bin/sh\n").keep("dir/a", "a");
        set_mode(&shop.path("new/run.sh"), 0o755);
        set_mode(&shop.path("new/dir"), 0o700);
        symlink("run.sh", shop.path("old/cur")).expect("a link");
        symlink("dir/a", shop.path("new/cur")).expect("a link");
        let made = shop.author();
        assert_eq!(made.counts, ChangeCounts { mode: 1, links: 1, folders: 1, ..ChangeCounts::default() });
        assert_eq!(shop.bundle().blobs().count(), 0);
    }

    #[test]
    fn everything_that_cannot_be_applied_is_told_at_once() {
        let shop = Workshop::new();
        shop.put("new/tool", "x").put("new/shared/a", "x").put("new/ leading", "x");
        set_mode(&shop.path("new/tool"), 0o4755);
        set_mode(&shop.path("new/shared"), 0o1777);
        symlink("/etc/passwd", shop.path("new/out")).expect("a link");
        let refused = shop.refused();
        let expected = [
            (" leading: ", "starts with a space"),
            ("out: ", "the link"),
            ("shared: ", "sticky"),
            ("tool: ", "set-user-id"),
        ];
        assert_eq!(refused.len(), expected.len(), "{refused:?}");
        for (refusal, (path, words)) in refused.iter().zip(expected) {
            assert!(refusal.starts_with(path) && refusal.contains(words), "{refused:?}");
        }
    }

    #[test]
    fn sockets_and_strange_names_are_refused_unless_they_are_ignored() {
        let mut shop = Workshop::new();
        shop.put("new/a.txt", "a").put("new/tmp/ leading", "x");
        let _socket = UnixListener::bind(shop.path("new/tmp/socket")).expect("a socket");
        let refused = shop.refused();
        assert_eq!(refused.len(), 2, "{refused:?}");
        assert!(refused[0].contains("in the new folder: a name starts with a space"), "{refused:?}");
        assert!(refused[1].contains("tmp/socket: in the new folder: a socket"), "{refused:?}");

        shop.order.make.ignore = Globs::parse(vec!["/tmp/".to_owned()]).expect("a pattern");
        assert_eq!(shop.author().counts.created, 1);
    }

    #[test]
    fn special_bits_that_are_there_already_may_stay() {
        let shop = Workshop::new();
        shop.put("old/tool", "1").put("new/tool", "2");
        set_mode(&shop.path("old/tool"), 0o4755);
        set_mode(&shop.path("new/tool"), 0o4755);
        assert_eq!(shop.author().counts.replaced, 1);
    }

    #[test]
    fn a_file_becomes_a_folder_and_a_folder_a_link() {
        let shop = Workshop::new();
        shop.put("old/conf", "1").put("new/conf/main", "2").folder("old/doc").keep("docs/a", "a");
        symlink("docs", shop.path("new/doc")).expect("a link");
        let made = shop.author();
        assert_eq!(made.counts, ChangeCounts { created: 1, links: 1, folders: 1, ..ChangeCounts::default() });
    }
}

#[test]
fn a_finished_bundle_that_says_something_else_is_refused() {
    let shop = Workshop::new();
    let mut patch = shop.put("new/a.txt", "a").author().patch;
    let path = shop.path("made.patchbundle");
    read_back(&patch, &path).expect("it says what it was made from");
    patch.about.title = format!("{}!", patch.about.title).into();
    let error = read_back(&patch, &path).expect_err("it says something else");
    assert!(matches!(&error, AuthorError::Bundle(error) if error.code() == Code::Manifest), "{error}");
    assert!(error.to_string().contains("does not say what it was made from"), "{error}");
}

#[test]
fn small_contents_share_a_member() {
    let shop = Workshop::new();
    let head = noise(500, 1);
    for number in 0..50 {
        shop.put(&format!("new/icons/{number}.ico"), [&head[..], &noise(100, number + 2)].concat());
    }
    shop.put("new/large.bin", noise(100_000, 99));
    let made = shop.author();
    assert!(made.bundle_bytes < 100_000 + 50 * 250 + 4_000, "{}", made.bundle_bytes);
    let bundle = shop.bundle();
    assert_eq!(bundle.blobs().count(), 51);
    for (digest, size_bytes) in bundle.blobs() {
        let content = bundle.read_blob(&digest, 1 << 20).expect("every byte is right");
        assert_eq!((Digest::compute(&content), content.len() as u64), (digest, size_bytes));
        assert_eq!(bundle.copy_blob(&digest, &mut io::sink()).expect("here, too"), size_bytes);
        let mut pulled = Vec::new();
        io::copy(&mut bundle.open_blob(&digest).expect("and here"), &mut pulled).expect("it reads");
        assert_eq!(pulled, content);
    }
}
