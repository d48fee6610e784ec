//! Any bytes as a saved plan: reading it never panics.

#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use patchwright::workbench::PlanFile;

fuzz_target!(|bytes: &[u8]| {
    let Ok(folder) = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()) else { return };
    let (path, copy) = (folder.path().join("plan"), folder.path().join("copy"));
    if fs::write(&path, bytes).is_err() {
        return;
    }
    let Ok(plan) = PlanFile::load(&path) else { return };
    plan.save(&copy).expect("there is room");
    PlanFile::load(&copy).expect("what is written can be read");
});
