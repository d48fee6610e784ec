//! Any text: reading it never panics, and what is read and written again reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use patchwright::diff::patch_text::{Body, FilePatch, decode_text, parse, write_patch_text};

/// Line numbers of the text change where remarks are left out.
fn without_lines<'a>(file: &FilePatch<'a>) -> FilePatch<'a> {
    let mut file = FilePatch { line: 0, ..file.clone() };
    if let Body::Hunks(hunks) = &mut file.body {
        hunks.iter_mut().for_each(|hunk| hunk.line = 0);
    }
    file
}

fuzz_target!(|text: &[u8]| {
    let Ok(text) = decode_text(text.to_vec()) else { return };
    let Ok(patches) = parse(&text) else { return };
    let files: Vec<&FilePatch<'_>> = patches.iter().flat_map(|patch| &patch.files).collect();
    let mut written = Vec::new();
    write_patch_text(&mut written, files.iter().copied()).expect("memory");
    let again = parse(&written).expect("what is written can be read");
    let again: Vec<_> = again.iter().flat_map(|patch| &patch.files).map(without_lines).collect();
    assert_eq!(again, files.into_iter().map(without_lines).collect::<Vec<_>>());
});
