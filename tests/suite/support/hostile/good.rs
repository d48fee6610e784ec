//! The good bundle: one change of every kind, as the program itself makes it, taken apart into manifest and contents.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::OnceLock;

use patchwright::bundle::author::{AuthorRequest, author};
use patchwright::bundle::manifest::referenced_blobs;
use patchwright::bundle::order::Order;
use patchwright::bundle::{UnverifiedBundle, delta};
use patchwright::disk::fs::OsFs;
use patchwright::model::{Digest, PatchId};
use patchwright::progress::{CancelToken, Quiet};
use serde_json::{Value, json};

use super::scene::{AFTER, BEFORE, T1_APP, app_before, lay_out, put};
use super::zip::{Member, Zip, blob_name};

/// Content that nobody packs above this is not in the good bundle.
const MAX_BLOB_BYTES: u64 = 1 << 20;

/// The bundle's parts, to be spoiled and put together again.
#[derive(Clone)]
pub struct Good {
    pub manifest: Value,
    pub blobs: BTreeMap<String, Vec<u8>>,
    /// `changes.patch`, if it is there.
    pub diff: Option<String>,
}

/// The good bundle exactly as it was made.
pub fn authored() -> &'static [u8] {
    &made().0
}

fn made() -> &'static (Vec<u8>, [Good; 2]) {
    static MADE: OnceLock<(Vec<u8>, [Good; 2])> = OnceLock::new();
    MADE.get_or_init(make)
}

fn make() -> (Vec<u8>, [Good; 2]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [old, new, output] = ["old", "new", "good.patchbundle"].map(|name| folder.path().join(name));
    lay_out(&old, &app_before(), BEFORE, "bin/app");
    lay_out(&new, &format!("{T1_APP}{}", app_before()), AFTER, "bin/tool");
    put(&new, "bin/tool", "a second program\n", 0o755);
    let id = PatchId::parse("ACME-HF-1042").expect("a good id");
    let request = AuthorRequest {
        old: &OsFs::open(&old).expect("a folder"),
        new: &OsFs::open(&new).expect("a folder"),
        order: &Order::minimal(id, Some("4.2.1"), Some("4.2.1-hf1")),
        created: "2026-11-23T09:30:00Z",
        proven: false,
        output: &output,
        outside_of: &[],
        progress: &Quiet,
        cancel: &CancelToken::new(),
    };
    let made = author(&request).expect("nothing speaks against it").publish();
    drop(made.expect("it gets its name"));
    let bundle = UnverifiedBundle::open(&output)
        .and_then(|opened| {
            opened.verify(&patchwright::trust::Keyring::default(), jiff::Timestamp::UNIX_EPOCH)
        })
        .expect("it is good");
    let blob = |digest: &Digest| bundle.read_blob(digest, MAX_BLOB_BYTES).expect("it is whole");
    let blobs =
        referenced_blobs(&bundle.patch).keys().map(|digest| (digest.to_string(), blob(digest))).collect();
    let manifest = serde_json::from_slice(bundle.manifest()).expect("JSON");
    let bytes = std::fs::read(&output).expect("the bundle");
    let mut by_lines = Good { manifest, blobs, diff: Some(diff_in(&bytes)) };
    if !request.new.features().modes {
        by_lines.add([other_mode("doc/x", 0o600)]);
    }
    let mut whole = by_lines.clone();
    whole.bring_all_whole(&old, &new);
    (bytes, [by_lines, whole])
}

/// The diff in a bundle, as somebody else's program unpacks it.
fn diff_in(bundle: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bundle)).expect("everybody's ZIP");
    let mut member = archive.by_name("changes.patch").expect("the good bundle has a diff");
    let mut text = String::new();
    member.read_to_string(&mut text).expect("text");
    text
}

/// A change of permission bits, which the program does not see where there are none, although bundles that were made
/// elsewhere have it.
fn other_mode(path: &str, mode: u32) -> Value {
    let (_, content, before) = BEFORE.iter().find(|file| file.0 == path).expect("a file of the product");
    let file = |mode: u32| {
        let (digest, size) = (Digest::compute(content.as_bytes()).to_string(), content.len());
        json!({"kind": "file", "sha256": digest, "size": size, "mode": format!("{mode:04o}")})
    };
    json!({"path": path, "op": "mode", "before": [file(*before)], "after": file(mode)})
}

impl Good {
    /// An unspoiled one that brings every content in a blob of its own, as the format allows.
    pub fn new() -> Self {
        made().1[1].clone()
    }

    /// The same as it was made: texts are in the diff.
    pub fn by_lines() -> Self {
        made().1[0].clone()
    }

    /// The same with another diff, which the manifest names.
    pub fn with_diff(change: impl FnOnce(String) -> String) -> Vec<u8> {
        let mut good = Self::by_lines();
        good.bring_diff(change);
        good.bytes()
    }

    /// Changes the diff and what the manifest says of it.
    pub fn bring_diff(&mut self, change: impl FnOnce(String) -> String) {
        let text = change(self.diff.take().expect("it has one"));
        self.manifest["diff"] =
            json!({"sha256": Digest::compute(text.as_bytes()).to_string(), "size": text.len()});
        self.diff = Some(text);
    }

    /// Brings contents, old and new, in blobs.
    fn bring_all_whole(&mut self, old: &Path, new: &Path) {
        self.diff = None;
        self.manifest.as_object_mut().expect("an object").shift_remove("diff");
        let mut changes = self.manifest["changes"].take();
        for change in changes.as_array_mut().expect("a list") {
            let path = change["path"].as_str().expect("text").to_owned();
            let is_gone = change["op"] == "delete" && change["before"][0]["kind"] == "file";
            if is_gone || (change["payload"]["encoding"] == "diff" && change["op"] == "replace") {
                change["base"] = json!(self.blob(std::fs::read(old.join(&path)).expect("it was there")));
            }
            if change["payload"]["encoding"] == "diff" {
                let blob = self.blob(std::fs::read(new.join(&path)).expect("it is there"));
                change["payload"] = json!({"encoding": "full", "blob": blob});
            }
        }
        self.manifest["changes"] = changes;
    }

    /// The same, spoiled by `change`.
    pub fn with(change: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut good = Self::new();
        change(&mut good);
        good.bytes()
    }

    /// The same, with its text spoiled by `change`.
    pub fn with_text(change: impl FnOnce(String) -> String) -> Vec<u8> {
        let good = Self::new();
        good.zip_with(change(good.text()).as_bytes()).bytes()
    }

    /// The change at `path`.
    pub fn at(&mut self, path: &str) -> &mut Value {
        let changes = self.manifest["changes"].as_array_mut().expect("a list");
        changes.iter_mut().find(|change| change["path"] == path).expect("the good bundle changes this")
    }

    /// Adds changes where they belong in the order of paths.
    pub fn add(&mut self, changes: impl IntoIterator<Item = Value>) {
        let list = self.manifest["changes"].as_array_mut().expect("a list");
        for change in changes {
            let place = list.partition_point(|other| other["path"].as_str() < change["path"].as_str());
            list.insert(place, change);
        }
    }

    /// Keeps `content` for a change that names it, and gives its digest.
    pub fn blob(&mut self, content: impl AsRef<[u8]>) -> String {
        let digest = Digest::compute(content.as_ref()).to_string();
        self.blobs.insert(digest.clone(), content.as_ref().to_vec());
        digest
    }

    /// Brings `content` as the delta of `bin/app`.
    pub fn bring_delta(&mut self, delta: &[u8]) {
        let blob = self.blob(delta);
        let payload = &mut self.at("bin/app")["payload"];
        assert_eq!(payload["encoding"], "zstd-delta", "the good bundle has a delta");
        payload["blob"] = json!(blob);
    }

    pub fn text(&self) -> String {
        serde_json::to_string(&self.manifest).expect("JSON")
    }

    pub fn zip(&self) -> Zip {
        self.zip_with(self.text().as_bytes())
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.zip().bytes()
    }

    /// A container with this text and with the contents it names, as far as they are there: no more may be in it.
    fn zip_with(&self, manifest: &[u8]) -> Zip {
        let text = String::from_utf8_lossy(manifest);
        let named = |digest: &&String| {
            [format!("\"blob\":\"{digest}\""), format!("\"base\":\"{digest}\"")]
                .iter()
                .any(|key| text.contains(key))
        };
        let blobs = self.blobs.keys().filter(named);
        let blobs = blobs.map(|digest| Member::stored(&blob_name(digest), &self.blobs[digest]));
        let diff = self.diff.iter().map(|text| Member::stored(b"changes.patch", text.as_bytes()));
        let members =
            [Member::stored(b"manifest.json", manifest)].into_iter().chain(diff).chain(blobs).collect();
        Zip { members, ..Zip::default() }
    }

    /// The good bundle with any bytes as its manifest.
    pub fn zip_of(manifest: &[u8]) -> Zip {
        Self::new().zip_with(manifest)
    }
}

/// A change that creates a file whose content the bundle brings as it is.
pub fn whole(good: &mut Good, path: &str, content: &[u8]) -> Value {
    let digest = good.blob(content);
    json!({
        "path": path, "op": "create",
        "after": {"kind": "file", "sha256": digest, "size": content.len(), "mode": "0644"},
        "payload": {"encoding": "full", "blob": digest},
    })
}

/// A change that creates a link.
pub fn link(path: &str, points_to: &str) -> Value {
    json!({"path": path, "op": "link", "after": {"kind": "link", "target": points_to}})
}

/// A change that creates a folder.
pub fn folder(path: &str) -> Value {
    json!({"path": path, "op": "create", "after": {"kind": "dir", "mode": "0755"}})
}

/// An honest delta from `old` to `new`.
pub fn delta_of(old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut source = std::io::Cursor::new(old.to_vec());
    delta::encode(&mut source, old.len() as u64, &mut &new[..], new.len() as u64, 3, &mut out)
        .expect("memory can be read and written");
    out
}
