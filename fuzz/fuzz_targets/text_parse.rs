//! Any text: reading it never panics, and what is read and written again reads the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use patchwright::diff::patch_text::{FileOp, FilePatch, PatchText, decode_text, parse, write_patch_text};

fn files<'a>(patches: &'a [PatchText<'a>]) -> Vec<&'a FilePatch<'a>> {
    patches.iter().flat_map(|patch| &patch.files).collect()
}

fn written(files: &[&FilePatch<'_>]) -> Vec<u8> {
    let mut text = Vec::new();
    write_patch_text(&mut text, files.iter().copied()).expect("memory");
    text
}

/// Which file a patch is about, and what happens to it.
fn deed<'a>(file: &'a FilePatch<'a>) -> (FileOp, Option<&'a [u8]>, Option<&'a [u8]>) {
    (file.op, file.old.as_deref(), file.new.as_deref())
}

fuzz_target!(|text: &[u8]| {
    let Ok(text) = decode_text(text.to_vec()) else { return };
    let Ok(patches) = parse(&text) else { return };
    let read = files(&patches);
    if read.is_empty() {
        return; // It only names what it does not carry.
    }
    let first = written(&read);
    let again = parse(&first).expect("what is written can be read");
    let again = files(&again);
    let deeds = |files: &[&FilePatch<'_>]| format!("{:?}", files.iter().map(|file| deed(file)).collect::<Vec<_>>());
    assert_eq!(deeds(&again), deeds(&read));
    assert_eq!(written(&again).escape_ascii().to_string(), first.escape_ascii().to_string());
});
