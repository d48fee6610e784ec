//! Any bytes as a patch file: opening it never panics, and whatever is accepted can be read to its end.

#![no_main]

use std::fs;

use libfuzzer_sys::fuzz_target;
use patchwright::bundle::UnverifiedBundle;
use patchwright::bundle::container::Container;

fuzz_target!(|bytes: &[u8]| {
    let Ok(folder) = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()) else { return };
    let path = folder.path().join("x.patchbundle");
    if fs::write(&path, bytes).is_err() || UnverifiedBundle::open(&path).is_err() {
        return;
    }
    let container = Container::open(&path).expect("it was opened a moment ago");
    let blobs: Vec<_> = container.blobs().collect();
    for (digest, size) in blobs {
        if let Ok(copied) = container.copy_blob(&digest, &mut std::io::sink()) {
            assert_eq!(copied, size);
        }
    }
});
