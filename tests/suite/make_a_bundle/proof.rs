//! Making a bundle from two folders, and the proof on a copy.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use patchwright::environment::Environment;
use patchwright::model::Code;
use patchwright::plan::OnDrift;
use patchwright::progress::{CancelToken, Phase, Progress, Quiet};
use patchwright::workbench::{
    ApplyOptions, Error, MadeBundle, MakeRequest, OrderSource, Override, Overrides, ProofChoice, Result,
    RollbackOptions, Watch, Which, Workbench,
};

/// Two editions of a product, and a folder it is installed in.
struct Vendor {
    folder: tempfile::TempDir,
    workbench: Workbench,
}

impl Vendor {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let now = "2026-11-23T09:30:00Z".parse().expect("a time");
        let workbench = Workbench::new(Environment::fixed(now, "ann", "build-7", "linux/x86_64"));
        let vendor = Self { folder, workbench };
        vendor.put("old/bin/app", &"version 1\n".repeat(500)).mode("old/bin/app", 0o755);
        vendor.put("new/bin/app", &"version 2\n".repeat(500)).mode("new/bin/app", 0o755);
        vendor.put("old/share/help.txt", "help\n").put("new/doc/help.txt", "help\n");
        vendor
            .put("old/etc/conf", "port = 1\n")
            .put("new/etc/conf", "port = 1\n")
            .mode("new/etc/conf", 0o600);
        vendor.put("old/lib/dead", "dead").put("new/lib/born", "born");
        symlink("bin/app", vendor.path("old/cur")).expect("a link");
        symlink("doc/help.txt", vendor.path("new/cur")).expect("a link");
        fs::create_dir(vendor.path("new/spool")).expect("a folder");
        vendor
    }

    fn path(&self, place: &str) -> PathBuf {
        self.folder.path().join(place)
    }

    fn put(&self, place: &str, content: &str) -> &Self {
        fs::create_dir_all(self.path(place).parent().expect("a parent")).expect("the folder");
        fs::write(self.path(place), content).expect("the file");
        self
    }

    fn mode(&self, place: &str, bits: u32) -> &Self {
        fs::set_permissions(self.path(place), fs::Permissions::from_mode(bits)).expect("it is ours");
        self
    }

    fn make(&self, order: OrderSource, proof: ProofChoice) -> Result<MadeBundle> {
        self.workbench.make(&self.request(order, proof), watch(&CancelToken::new()))
    }

    fn request(&self, order: OrderSource, proof: ProofChoice) -> MakeRequest {
        MakeRequest {
            from: self.path("old"),
            to: self.path("new"),
            order,
            output: self.path("acme.patchbundle"),
            proof,
        }
    }

    fn make_by_id(&self, proof: ProofChoice) -> Result<MadeBundle> {
        self.make(OrderSource::Id("ACME-HF-1".to_owned()), proof)
    }

    /// Names in the vendor's folder.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder");
        let name = |entry: std::io::Result<fs::DirEntry>| {
            entry.expect("an entry").file_name().to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }
}

fn watch(cancel: &CancelToken) -> Watch<'_> {
    Watch { progress: &Quiet, cancel }
}

/// Everything below `root` in words, without our own folder.
fn tree(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut left = vec![root.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let look = fs::symlink_metadata(&path).expect("it is there");
            let place = path.strip_prefix(root).expect("it is below").to_owned();
            if place == Path::new(".patchwright") {
                continue;
            }
            let words = if look.is_symlink() {
                format!("link {}", fs::read_link(&path).expect("a link").display())
            } else if look.is_dir() {
                left.push(path);
                format!("folder {:o}", look.mode())
            } else {
                format!("file {:o} {}", look.mode(), fs::read_to_string(&path).expect("a text"))
            };
            found.insert(place, words);
        }
    }
    found
}

#[test]
fn a_bundle_turns_the_old_product_into_the_new_one_and_back() {
    let vendor = Vendor::new();
    let made = vendor.make_by_id(ProofChoice::RoundTrip).expect("nothing speaks against it");
    assert!(made.patch.proven);
    assert_eq!(vendor.names(), ["acme.patchbundle", "new", "old"], "the copy is gone");

    let (target, before) = (vendor.path("old"), tree(&vendor.path("old")));
    let cancel = CancelToken::new();
    let options = ApplyOptions {
        overrides: Overrides::UNSIGNED.with(Override::WeakVolume, ""),
        ..ApplyOptions::default()
    };
    let applied = vendor.workbench.apply(&made.output, &target, options, watch(&cancel));
    let _ = applied.expect("it fits");
    assert_eq!(tree(&target), tree(&vendor.path("new")));
    let options = RollbackOptions {
        overrides: Overrides::UNSIGNED,
        which: Which::Last,
        on_drift: OnDrift::Stop,
        expected: None,
        scripts: Default::default(),
        occasion: Default::default(),
        withdrawn: Vec::new(),
    };
    let _ = vendor.workbench.roll_back(&target, &options, watch(&cancel)).expect("it can be taken back");
    assert_eq!(tree(&target), before);
}

#[test]
fn without_the_proof_the_manifest_does_not_claim_one() {
    let made = Vendor::new().make_by_id(ProofChoice::Skip).expect("nothing speaks against it");
    assert!(!made.patch.proven);
}

/// Somebody who builds the old edition anew while the patch is made.
struct Rebuild<'a>(&'a Vendor);

impl Progress for Rebuild<'_> {
    fn begin(&self, phase: Phase, _: u64) {
        if phase == Phase::Proving {
            self.0.put("old/lib/dead", "DEAD");
        }
    }

    fn advance(&self, _: u64) {}
}

#[test]
fn a_bundle_that_does_not_stand_its_proof_is_not_handed_out() {
    let vendor = Vendor::new();
    let request = vendor.request(OrderSource::Id("ACME-HF-1".to_owned()), ProofChoice::RoundTrip);
    let cancel = CancelToken::new();
    let made = vendor.workbench.make(&request, Watch { progress: &Rebuild(&vendor), cancel: &cancel });
    let error = made.expect_err("the copy is not what the patch was made for");
    assert_eq!(error.code(), Code::Proof, "{error:?}");
    assert_eq!(vendor.names(), ["new", "old"], "neither the copy nor half a bundle is left");
}

#[test]
fn making_leaves_both_folders_as_they_are() {
    let vendor = Vendor::new();
    let before = [tree(&vendor.path("old")), tree(&vendor.path("new"))];
    let _ = vendor.make_by_id(ProofChoice::RoundTrip).expect("nothing speaks against it");
    assert_eq!([tree(&vendor.path("old")), tree(&vendor.path("new"))], before);
    assert!(!vendor.path("old/.patchwright").exists());
}

#[test]
fn the_same_order_and_time_make_the_same_file() {
    let vendor = Vendor::new();
    let first = vendor.make_by_id(ProofChoice::RoundTrip).expect("nothing speaks against it");
    let second = vendor.make_by_id(ProofChoice::RoundTrip).expect("an older bundle is replaced");
    assert_eq!(first.file_digest, second.file_digest);
}

#[test]
fn folders_that_let_nobody_in_are_proven_too() {
    let vendor = Vendor::new();
    for side in ["old", "new"] {
        vendor.put(&format!("{side}/key/box/secret"), side);
        vendor.mode(&format!("{side}/key/box"), 0o700).mode(&format!("{side}/key"), 0o700);
    }
    vendor.mode("new/key/box", 0o500);
    let _ = vendor.make_by_id(ProofChoice::RoundTrip).expect("nothing speaks against it");
    assert_eq!(vendor.names(), ["acme.patchbundle", "new", "old"]);
}

#[test]
fn a_mistake_in_the_order_is_told_with_its_line() {
    let vendor = Vendor::new();
    vendor.put("order.toml", "id = \"ACME-HF-1\"\ntypo = 1\n");
    match vendor.make(OrderSource::File(vendor.path("order.toml")), ProofChoice::Skip) {
        Err(Error::Order { findings, .. }) => {
            assert!(
                findings.iter().any(|finding| finding.line == 2 && finding.field == "typo"),
                "{findings:?}"
            );
        }
        other => panic!("it has to be refused, not {other:?}"),
    }
    assert!(!vendor.path("acme.patchbundle").exists());
}

#[test]
fn an_id_that_is_none_is_refused() {
    let refused = Vendor::new().make(OrderSource::Id("a/b".to_owned()), ProofChoice::Skip);
    assert!(matches!(refused, Err(Error::Order { .. })), "{refused:?}");
}

#[test]
fn one_folder_inside_the_other_is_refused() {
    let vendor = Vendor::new();
    let request = MakeRequest {
        from: vendor.path("old"),
        to: vendor.path("old/share"),
        order: OrderSource::Id("ACME-HF-1".to_owned()),
        output: vendor.path("acme.patchbundle"),
        proof: ProofChoice::Skip,
    };
    let refused = vendor.workbench.make(&request, watch(&CancelToken::new()));
    assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
}

#[test]
fn folders_with_contents_files_and_links_become_each_other_on_the_copy_too() {
    let vendor = Vendor::new();
    vendor.put("old/full/deep/er/x", "in it").put("new/full/deep/er/x", "in it");
    for (name, is_link) in [("file", false), ("link", true)] {
        for (flat, full) in [("old", "new"), ("new", "old")] {
            let place = format!("{flat}/{name}-{flat}");
            match is_link {
                true => symlink("full", vendor.path(&place)).expect("a link"),
                false => {
                    vendor.put(&place, "flat");
                }
            }
            vendor.put(&format!("{full}/{name}-{flat}/deep/er/y"), "full");
        }
    }
    let made = vendor.make_by_id(ProofChoice::RoundTrip).expect("nothing speaks against it");
    assert!(made.patch.proven);
}
