//! Disks in a file, which lose their power.
//!
//! A filesystem in an image file, mounted through a loop device, has on its "disk" what is in the file; what the
//! system still holds back is lost with the power. So a copy of the file, made while it is mounted, is the disk of a
//! machine that was switched off at that moment. It takes the right to mount, and programs that make filesystems.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::real_folder::quick_folder;

/// Longest that a filesystem may hold back what nobody asked to be written, in seconds. The longer, the more is lost.
const HOLD_BACK_SECS: u32 = 600;

/// A filesystem that promises to keep the order of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filesystem {
    /// Linux's own.
    Ext4,
    /// Copies on write.
    Btrfs,
    /// Made for large files.
    Xfs,
}

impl Filesystem {
    /// All of them.
    pub const ALL: [Self; 3] = [Filesystem::Ext4, Filesystem::Btrfs, Filesystem::Xfs];

    /// The smallest disk that its tools agree to, in MiB. Images have holes, so most of it is never written.
    const fn size_mib(self) -> u64 {
        match self {
            Filesystem::Ext4 => 32,
            Filesystem::Btrfs => 128,
            Filesystem::Xfs => 320,
        }
    }

    fn maker(self) -> Command {
        let (program, options): (_, &[&str]) = match self {
            // Otherwise a thread of the kernel would go on writing after the mount.
            Filesystem::Ext4 => ("mkfs.ext4", &["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0"]),
            Filesystem::Btrfs => ("mkfs.btrfs", &["-q", "-f"]),
            Filesystem::Xfs => ("mkfs.xfs", &["-q", "-f"]),
        };
        let mut command = Command::new(program);
        command.args(options);
        command
    }

    fn mount_options(self) -> String {
        match self {
            Filesystem::Ext4 | Filesystem::Btrfs => format!("loop,commit={HOLD_BACK_SECS}"),
            // It holds back without being asked, and refuses the copy of a disk that it has seen unless told so.
            Filesystem::Xfs => "loop,nouuid".to_owned(),
        }
    }

    /// A workshop for such disks, or why there can be none here.
    pub fn workshop(self) -> Result<Workshop, String> {
        if !cfg!(target_os = "linux") {
            return Err("loop devices are Linux's".to_owned());
        }
        let workshop = Workshop { filesystem: self, folder: quick_folder() };
        let trial = workshop.image("trial");
        workshop.make(&trial)?;
        workshop.mount(&trial, "trial").map(drop)?;
        fs::remove_file(&trial.0).map_err(|error| format!("cannot remove an image: {error}"))?;
        Ok(workshop)
    }
}

impl fmt::Display for Filesystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Filesystem::Ext4 => "ext4",
            Filesystem::Btrfs => "btrfs",
            Filesystem::Xfs => "xfs",
        })
    }
}

/// Where disks of one kind are made, copied and mounted. Everything in it is gone after the story.
pub struct Workshop {
    filesystem: Filesystem,
    folder: tempfile::TempDir,
}

/// A disk in a file.
pub struct Image(PathBuf);

/// A disk in use. When it is dropped it is put away in an orderly way.
pub struct Mounted {
    at: PathBuf,
}

impl Workshop {
    fn image(&self, name: &str) -> Image {
        Image(self.folder.path().join(format!("{name}.img")))
    }

    fn make(&self, image: &Image) -> Result<(), String> {
        let made = fs::File::create(&image.0).and_then(|file| file.set_len(self.filesystem.size_mib() << 20));
        made.map_err(|error| format!("cannot make an image: {error}"))?;
        run(self.filesystem.maker().arg(&image.0))
    }

    /// A new, empty disk.
    pub fn blank(&self, name: &str) -> Image {
        let image = self.image(name);
        self.make(&image).expect("it could be made before");
        image
    }

    /// What is on the disk at this moment, whether it is in use or not.
    pub fn copy(&self, image: &Image, name: &str) -> Image {
        let copy = self.image(name);
        run(Command::new("cp").arg("--sparse=always").args([&image.0, &copy.0]))
            .expect("there is room for a copy");
        copy
    }

    /// Uses a disk.
    pub fn mount(&self, image: &Image, name: &str) -> Result<Mounted, String> {
        let at = self.folder.path().join(name);
        fs::create_dir_all(&at).map_err(|error| format!("cannot make a folder: {error}"))?;
        let options = self.filesystem.mount_options();
        run(Command::new("mount").args(["-o", &options]).args([&image.0, &at]))?;
        Ok(Mounted { at })
    }
}

impl Mounted {
    /// A folder on it for a product.
    pub fn folder(&self) -> PathBuf {
        self.at.join("product")
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let here = || Command::new("umount");
        // A story that failed may have left somebody in it; the disk then goes away when they do.
        if run(here().arg(&self.at)).is_err() {
            run(here().arg("--lazy").arg(&self.at)).ok();
        }
    }
}

/// Runs a tool of the system, which may be in a folder that is not in everybody's path.
fn run(command: &mut Command) -> Result<(), String> {
    let path = std::env::var("PATH").unwrap_or_default();
    let output = command
        .env("PATH", format!("{path}:/usr/sbin:/sbin"))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot start {:?}: {error}", command.get_program()))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim())),
    }
}
