//! Any text: reading it never panics, and what is read and written again reads the same.

#![no_main]

use std::fmt::Debug;

use libfuzzer_sys::fuzz_target;
use patchwright::diff::patch_text::{Body, FilePatch, PatchHunk, decode_text, parse, write_patch_text};

/// What a patch does to a file; not where its text says so, nor what is odd about how it is said.
fn deed<'a>(file: &FilePatch<'a>) -> impl PartialEq + Debug + 'a {
    let body = match file.body.clone() {
        Body::Hunks(hunks) => {
            let said = |hunk: PatchHunk<'a>| {
                (hunk.old_start, hunk.old_len, hunk.new_start, hunk.new_len, hunk.section, hunk.lines)
            };
            Err(hunks.into_iter().map(said).collect::<Vec<_>>())
        }
        body => Ok(body),
    };
    (file.op, file.old.clone(), file.new.clone(), file.ids.clone(), body)
}

fuzz_target!(|text: &[u8]| {
    let Ok(text) = decode_text(text.to_vec()) else { return };
    let Ok(patches) = parse(&text) else { return };
    let files: Vec<&FilePatch<'_>> = patches.iter().flat_map(|patch| &patch.files).collect();
    if files.is_empty() {
        return; // It only names what it does not carry.
    }
    let mut written = Vec::new();
    write_patch_text(&mut written, files.iter().copied()).expect("memory");
    let again = parse(&written).expect("what is written can be read");
    let again: Vec<_> = again.iter().flat_map(|patch| &patch.files).map(deed).collect();
    assert_eq!(again, files.into_iter().map(deed).collect::<Vec<_>>());
});
