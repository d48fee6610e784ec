//! A small product on the real disk, and a patch that does to it everything that a patch can do.

use std::path::{Path, PathBuf};

use patchwright::bundle::author::{AuthorRequest, author};
use patchwright::bundle::order::Order;
use patchwright::disk::fs::OsFs;
use patchwright::model::{PatchId, Position, Setting, TakesEffect, Toggle, ToggleKind, TreePath};
use patchwright::progress::{CancelToken, Quiet};

use super::real_folder::{put_dir, put_file, put_link, quick_folder};

/// Bundles for the small product. The folder that holds them is gone after the story.
pub struct Product {
    folder: tempfile::TempDir,
}

/// Lays out the product as it was delivered.
pub fn install(folder: &Path) {
    put_file(folder, "README", "what this is\n", 0o644);
    lay_out(folder, &Edition::OLD);
}

/// What differs between the two editions.
struct Edition {
    word: &'static str,
    is_new: bool,
}

impl Edition {
    const OLD: Self = Self { word: "old", is_new: false };
    const NEW: Self = Self { word: "new", is_new: true };
}

fn lay_out(folder: &Path, edition: &Edition) {
    let Edition { word, is_new } = *edition;
    put_file(folder, "bin/app", format!("{word} program ").repeat(200), 0o755);
    put_file(folder, "conf/app.conf", format!("# settings\nedition = {word}\nfonts = yes\n"), 0o644);
    put_file(folder, "conf/users", "ada\nbob\n", if is_new { 0o600 } else { 0o644 });
    put_dir(folder, "data", if is_new { 0o700 } else { 0o755 });
    put_file(folder, "data/kept", "nothing of the patch's business\n", 0o644);
    put_file(folder, "lib/shared", format!("{word} library"), 0o644);
    put_link(folder, "current", if is_new { "extra/tool" } else { "bin/app" });
    if is_new {
        put_file(folder, "extra/tool", "a new tool", 0o755);
        put_link(folder, "extra/link", "tool");
        put_file(folder, SWITCH, "PARSER=new\n", 0o640);
        put_file(folder, "plugin/init", "what was a file is a folder now", 0o644);
    } else {
        put_file(folder, "doc/old.txt", "outdated", 0o644);
        put_file(folder, "plugin", "a file that becomes a folder", 0o644);
    }
    // A second name that the patch does not know: the safe copy must not change through it.
    match is_new {
        true => put_file(folder, "lib/alias", "old library", 0o644),
        false => std::fs::hard_link(folder.join("lib/shared"), folder.join("lib/alias")).expect("hard links"),
    }
}

impl Product {
    /// Makes the bundles.
    pub fn new() -> Self {
        let mut order = Order::minimal(id("ACME-HF-1"), None, None);
        order.about.toggles.push(toggle());
        Self::with_order(order)
    }

    /// As [`Product::new`]; the patch says these things about itself.
    pub fn with_order(order: Order) -> Self {
        let product = Self { folder: quick_folder() };
        let [old, new, other] = ["old", "new", "other"].map(|name| product.folder.path().join(name));
        install(&old);
        put_file(&new, "README", "what this is\n", 0o644);
        lay_out(&new, &Edition::NEW);
        install(&other);
        put_file(&other, "README", "somebody else's patch\n", 0o644);
        let switched = product.switched_edition();
        put_file(&switched, "README", "what this is\n", 0o644);
        lay_out(&switched, &Edition::NEW);
        put_file(&switched, SWITCH, "PARSER=old\n", 0o640);
        make(&old, &new, &order, &product.bundle());
        make(&old, &other, &Order::minimal(id("ACME-HF-2"), None, None), &product.other_bundle());
        product
    }

    /// The patch that does everything.
    pub fn bundle(&self) -> PathBuf {
        self.folder.path().join("everything.patchbundle")
    }

    /// The product as the first patch leaves it.
    pub fn new_edition(&self) -> PathBuf {
        self.folder.path().join("new")
    }

    /// The same with its switch turned off.
    pub fn switched_edition(&self) -> PathBuf {
        self.folder.path().join("switched")
    }

    /// A patch that changes a file which the first leaves alone.
    pub fn other_bundle(&self) -> PathBuf {
        self.folder.path().join("other.patchbundle")
    }
}

/// The file with the switch of the patch, and what the switch is called.
const SWITCH: &str = "conf/switch.env";
pub const SWITCH_ID: &str = "parser";

fn toggle() -> Toggle {
    Toggle {
        id: id(SWITCH_ID),
        title: "the new parser".into(),
        file: TreePath::parse(SWITCH).expect("a good path"),
        kind: ToggleKind::Env,
        key: Some("PARSER".to_owned()),
        on: Setting::Text("new".to_owned()),
        off: Setting::Text("old".to_owned()),
        variants: None,
        initially: Position::On,
        takes_effect: TakesEffect::Restart,
        when_off: "the old parser is slow".into(),
        fixes: Vec::new(),
        vulnerabilities: Vec::new(),
        until: None,
        health: Vec::new(),
    }
}

fn id(text: &str) -> PatchId {
    PatchId::parse(text).expect("a good id")
}

fn make(old: &Path, new: &Path, order: &Order, output: &Path) {
    let open = |folder: &Path| OsFs::open(folder).expect("the folder was just made");
    let request = AuthorRequest {
        old: &open(old),
        new: &open(new),
        order,
        created: "2026-11-20T12:00:00Z",
        proven: false,
        output,
        outside_of: &[old, new],
        progress: &Quiet,
        cancel: &CancelToken::new(),
    };
    let made = author(&request).and_then(patchwright::bundle::author::Unpublished::publish);
    made.expect("nothing speaks against this patch");
}
