//! Several folders of one product, two signed patches for it, and somebody who trusts their author.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::person::{Desk, Opening, Person};
use super::sandbox::Sandbox;

pub const OLD: &str = "old\n";
pub const NEW: &str = "new\n";

/// Folders of one product, two signed patches for it, and somebody who trusts their author.
pub struct Site {
    pub sandbox: Sandbox,
}

impl Site {
    pub fn new(folders: &[&str]) -> Self {
        let site = Self { sandbox: Sandbox::new() };
        let secret = site.sandbox.path("acme.key");
        site.sandbox.write("patches/README.txt", "patches\n");
        let made = site.desk().workbench().new_key("acme", Some(&secret), None).expect("a new key");
        let print = made.key.fingerprint().groups();
        let public = secret.with_extension("pub");
        let words = ["key", "trust"].map(OsStr::new).into_iter().chain([public.as_os_str()]);
        let rest = ["--name=ACME", "--every-product", "--fingerprint", &print].map(OsStr::new);
        site.runs(&words.chain(rest).collect::<Vec<_>>());
        for (sequence, id, file) in [(1, "ACME-1", "one"), (2, "ACME-2", "two")] {
            let bundle = site.sandbox.bundle(id).replace(file, OLD, NEW);
            let bundle = bundle.but(|patch| {
                patch.created = "2026-03-01T12:00:00Z".to_owned();
                patch.about.sequence = sequence;
                patch.about.fixes = vec![id.to_owned()];
            });
            let saved = site.sandbox.save(&format!("patches/{file}.patchbundle"), &bundle);
            site.runs(&["sign".as_ref(), saved.as_ref(), "--key".as_ref(), secret.as_ref()]);
        }
        for folder in folders {
            site.sandbox.write(&format!("srv/{folder}/one"), OLD);
            site.sandbox.write(&format!("srv/{folder}/two"), OLD);
        }
        site
    }

    pub fn desk(&self) -> Desk {
        let place = self.sandbox.path("person");
        std::fs::create_dir_all(&place).expect("a folder");
        Desk::with_keys_in(&place)
    }

    pub fn runs(&self, arguments: &[&OsStr]) -> String {
        self.desk().runs(arguments)
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        self.sandbox.path(&format!("srv/{name}"))
    }

    /// Writes a state file with this for every folder.
    pub fn state(&self, rest: &str) -> PathBuf {
        let folders = self.sandbox.path("srv/*");
        let section = format!("[[folders]]\npath = '{}'\n{rest}\n", folders.display());
        let head = "format = \"patchwright-state/1\"\npatches = \"patches/\"\n";
        self.sandbox.write("state.toml", &format!("{head}{section}"));
        self.sandbox.path("state.toml")
    }

    /// Writes a rollout of the first patch with these rings.
    pub fn rollout(&self, rings: &str) -> PathBuf {
        let head = "format = \"patchwright-rollout/1\"\nname = \"October fonts\"\n";
        let patches = "patches = [\"patches/one.patchbundle\"]\n";
        self.sandbox.write("october.toml", &format!("{head}{patches}{rings}"));
        self.sandbox.path("october.toml")
    }

    pub fn has(&self, folder: &str) -> [bool; 2] {
        ["one", "two"].map(|file| {
            let content = std::fs::read_to_string(self.folder(folder).join(file));
            content.expect("a file") == NEW
        })
    }

    pub fn open(&self) -> Person {
        let mut opening = Opening::new();
        opening.desk = self.desk();
        opening.open()
    }

    /// The page without what is different in each run.
    pub fn told(&self, person: &Person) -> String {
        person.told().replace(&self.sandbox.path("").display().to_string(), "/tmp/site/")
    }
}
