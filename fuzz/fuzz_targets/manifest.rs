//! Any text as a manifest: reading it never panics, and what is accepted is written and read again as the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use patchwright::bundle::manifest::{read_manifest, write_manifest};

fuzz_target!(|text: &[u8]| {
    let Ok(patch) = read_manifest(text) else { return };
    let written = write_manifest(&patch);
    let again = read_manifest(&written);
    assert_eq!(again.as_ref(), Ok(&patch), "{}", written.escape_ascii());
});
