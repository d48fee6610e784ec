//! The folder a patch goes into, as it stands on the disk: every call that reaches it, what is seen there, its lock.

mod beside;
pub mod fs;
mod handles;
mod mounts;
mod node;
mod reading;
mod scan;

#[cfg(test)]
mod scan_tests;

use std::io;
use std::sync::Arc;

pub(crate) use beside::WalkedFolder;
use fs::{Fs, LockGuard, LockKind};
pub(crate) use handles::is_out_of_handles;
pub(crate) use mounts::other_paths;
pub(crate) use node::node_at;
pub(crate) use reading::{hash_file, hash_while, read_whole};
pub use scan::observe_all;
pub(crate) use scan::{Observation, ScanError, look_at_all, observe};

/// A target that is open, confined to its own folder, and locked for one writer: us.
pub struct TargetRoot {
    fs: Arc<dyn Fs>,
    _lock: Box<dyn LockGuard>,
}

impl TargetRoot {
    /// Locks the folder behind `fs`; `None` if somebody else is changing it.
    ///
    /// # Errors
    /// The system's, for example when the state folder cannot be made.
    pub fn lock(fs: Arc<dyn Fs>) -> io::Result<Option<Self>> {
        Ok(fs.lock(LockKind::Exclusive)?.map(|lock| Self { fs, _lock: lock }))
    }

    /// The disk.
    pub fn fs(&self) -> &dyn Fs {
        &*self.fs
    }
}
