//! A file that appears under its name when it is complete, and not before.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file on its way. Dropping it leaves nothing behind, and whatever had the name before untouched.
#[derive(Debug)]
pub struct WholeFile {
    temp: NamedTempFile,
    target: PathBuf,
}

impl WholeFile {
    /// Writes a file whole or not at all.
    ///
    /// # Errors
    /// As [`WholeFile::create`]; whatever had the name before is untouched.
    pub fn write(target: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = Self::create(target)?;
        file.file().write_all(bytes)?;
        file.publish()
    }

    /// Begins the file that will stand at `target`, under another name in the same folder.
    ///
    /// # Errors
    /// The system's, or something other than a regular file has the name already: a device, a folder and also a
    /// link are nobody's intention.
    pub fn create(target: &Path) -> io::Result<Self> {
        match fs::symlink_metadata(target) {
            Ok(found) if !found.is_file() => {
                let problem = "something that is no regular file has this name";
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, problem));
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".").suffix(".partial");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // What any program's new file gets; the system takes the user's mask away from it.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        Ok(Self { temp: builder.tempfile_in(folder_of(target))?, target: target.to_owned() })
    }

    /// Where to write.
    pub fn file(&mut self) -> &mut File {
        self.temp.as_file_mut()
    }

    /// Where it is until it is published.
    pub fn path(&self) -> &Path {
        self.temp.path()
    }

    /// Where it will be.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Gives it its name. What had the name is replaced in one step.
    ///
    /// # Errors
    /// The system's; nothing has changed then.
    pub fn publish(self) -> io::Result<()> {
        // Before the rename: a power cut could otherwise keep the name and lose the content.
        self.temp.as_file().sync_all()?;
        self.temp.persist(&self.target).map_err(|error| error.error)?;
        sync_folder(folder_of(&self.target))
    }
}

/// The folder that `path` is in.
pub(super) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder is there");
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn what_was_there_stays_until_the_new_file_is_complete() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("a.patchbundle");
        fs::write(&target, "old").expect("a file");
        let mut file = WholeFile::create(&target).expect("a file beside it");
        file.file().write_all(b"new").expect("room");
        assert_eq!(fs::read(&target).expect("the old file"), b"old");
        file.publish().expect("the rename works");
        assert_eq!(fs::read(&target).expect("the new file"), b"new");
        assert_eq!(names(folder.path()), ["a.patchbundle"]);
    }

    #[test]
    fn a_file_that_is_given_up_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(WholeFile::create(&folder.path().join("a.patchbundle")).expect("a file"));
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_folder_is_never_replaced_by_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(WholeFile::create(folder.path()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_the_file_as_far_as_the_mask_allows() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let (plain, whole) = (folder.path().join("plain"), folder.path().join("whole"));
        fs::write(&plain, "").expect("a file");
        WholeFile::create(&whole).and_then(WholeFile::publish).expect("a file");
        let mode = |path| fs::metadata(path).expect("it is there").permissions().mode();
        assert_eq!(mode(&whole), mode(&plain));
    }
}
