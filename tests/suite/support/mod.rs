//! What the stories share.

use std::fs;
use std::path::{Path, PathBuf};

pub mod build;
pub mod console;
pub mod cut;
pub mod ended;
pub mod ordinary_user;
pub mod product;
#[cfg(target_os = "linux")]
pub mod read_only;
pub mod real_folder;
pub mod sandbox;
pub mod tools;
pub mod trees;
pub mod trust;

pub mod hostile;

pub mod chance;
pub mod explore;
pub mod fault_fs;
pub mod sim_fs;

pub mod child;
pub mod interruption;
pub mod loop_disk;

/// Every file below `folder` whose name ends in one of `endings`, sorted: for checks of our own files.
pub fn files_below(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the project") {
            let path = entry.expect("an entry of the project").path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            match path.is_dir() {
                true => folders.push(path),
                false if endings.contains(&ending) => files.push(path),
                false => {}
            }
        }
    }
    files.sort();
    files
}
