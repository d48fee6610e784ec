//! A temporary folder with products and patch files in it, as far as bundles that are put together by hand need one.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

/// A temporary folder.
pub struct Sandbox(TempDir);

impl Sandbox {
    /// An empty one.
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("room for a temporary folder"))
    }

    /// A place in it. By its true name: a product folder may not be reached through a link.
    pub fn path(&self, path: &str) -> PathBuf {
        self.0.path().canonicalize().expect("the folder is there").join(path)
    }

    /// Writes a file with ordinary permissions.
    pub fn write(&self, path: &str, content: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
        fs::write(&path, content).expect("a new file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("our own file");
    }
}
