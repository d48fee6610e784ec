//! A file that appears under its name when it is complete, and not before: every file that this program writes for
//! itself or for a person, but nothing in a product folder, which only `transaction` changes.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::model::Mode;

/// A file on its way. Dropping it leaves nothing behind, and whatever had the name before untouched.
#[derive(Debug)]
pub(crate) struct WholeFile {
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

    /// Writes a file that only its owner may read, whole or not at all. A link that has the name is replaced.
    ///
    /// # Errors
    /// The system's; whatever had the name before is untouched.
    pub(crate) fn write_private(target: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = Self::private(target)?;
        file.file().write_all(bytes)?;
        file.publish()
    }

    /// Writes a file that is not there yet, with this mode as far as the user's mask allows.
    ///
    /// # Errors
    /// The system's, or something has the name already and keeps it.
    pub fn write_new(target: &Path, bytes: &[u8], mode: Mode) -> io::Result<()> {
        let mut file = Self::begin(target, mode)?;
        file.file().write_all(bytes)?;
        file.publish_free([target.to_owned()]).map(drop)
    }

    /// Begins the file that will stand at `target`, under another name in the same folder.
    ///
    /// # Errors
    /// The system's, or something other than a regular file has the name already: a device, a folder and also a
    /// link are nobody's intention.
    pub fn create(target: &Path) -> io::Result<Self> {
        refuse_if(target, |found| !found.is_file())?;
        // What any program's new file gets; the system takes the user's mask away from it.
        Self::begin(target, Mode::new(0o666))
    }

    /// Begins a file that only its owner may read. A link that has the name will be replaced.
    ///
    /// # Errors
    /// The system's, or a device, a pipe or a folder has the name already.
    pub fn private(target: &Path) -> io::Result<Self> {
        refuse_if(target, |found| !found.is_file() && !found.is_symlink())?;
        Self::begin(target, Mode::new(0o600))
    }

    fn begin(target: &Path, mode: Mode) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".").suffix(".partial");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode.bits()));
        // On Windows a file gets the rights of its folder.
        #[cfg(not(unix))]
        let _ = mode;
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

    /// Gives it the first of these names, all of them in its folder, that nothing has, and says which.
    ///
    /// # Errors
    /// The system's, or all names are taken.
    pub(crate) fn publish_free(mut self, names: impl IntoIterator<Item = PathBuf>) -> io::Result<PathBuf> {
        self.temp.as_file().sync_all()?;
        let mut failed = io::Error::from(io::ErrorKind::AlreadyExists);
        for name in names {
            match self.temp.persist_noclobber(&name) {
                Ok(_) => return sync_folder(folder_of(&name)).map(|()| name),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                    (self.temp, failed) = (error.file, error.error);
                }
                Err(error) => return Err(error.error),
            }
        }
        Err(failed)
    }
}

/// The folder that `path` is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// Whether there is no room left on the disk for whoever wanted to write, or none that they may use.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Refuses a name that something has already which is not to be replaced. Whoever may do everything could lose a device
/// that the whole machine needs.
fn refuse_if(target: &Path, is_unfit: impl FnOnce(&fs::Metadata) -> bool) -> io::Result<()> {
    match fs::symlink_metadata(target) {
        Ok(found) if is_unfit(&found) => {
            let problem = "something that is no regular file has this name";
            Err(io::Error::new(io::ErrorKind::AlreadyExists, problem))
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
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
        assert!(WholeFile::create(folder.path()).is_err() && WholeFile::private(folder.path()).is_err());
    }

    #[test]
    fn a_name_that_is_taken_keeps_what_has_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let name = |name: &str| folder.path().join(name);
        fs::write(name("a"), "old").expect("a file");
        let refused = WholeFile::write_new(&name("a"), b"new", Mode::new(0o600)).expect_err("it is taken");
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        let file = WholeFile::private(&name("a")).expect("a file beside it");
        assert_eq!(file.publish_free([name("a"), name("b"), name("c")]).expect("one is free"), name("b"));
        let mut left = names(folder.path());
        left.sort();
        assert_eq!(
            (left, fs::read(name("a")).expect("the old file")),
            (vec!["a".into(), "b".into()], b"old".to_vec())
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_is_private_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let (private, new) = (folder.path().join("private"), folder.path().join("new"));
        WholeFile::write_private(&private, b"").expect("a file");
        WholeFile::write_new(&new, b"", Mode::new(0o600)).expect("a file");
        for path in [private, new] {
            assert_eq!(fs::metadata(path).expect("it is there").permissions().mode() & 0o777, 0o600);
        }
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
