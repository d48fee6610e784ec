//! Any edits by key of any content: trying them never panics, they travel as they are, and values that were set are
//! there: setting them again changes nothing.
//!
//! The input is the edits as they travel, a line of `=====`, and the content.

#![no_main]

use libfuzzer_sys::fuzz_target;
use patchwright::diff::FileEdits;

const BETWEEN: &[u8] = b"\n=====\n";

fuzz_target!(|input: &[u8]| {
    let Some(at) = input.windows(BETWEEN.len()).position(|window| window == BETWEEN) else { return };
    let Ok(edits) = FileEdits::from_json(&input[..at]) else { return };
    if let Ok(json) = edits.to_json() {
        assert_eq!(FileEdits::from_json(&json).ok().as_ref(), Some(&edits));
    }
    let Ok(tried) = edits.try_on(&input[at + BETWEEN.len()..]) else { return };
    let (Some(edited), true) = (tried.content, tried.ops.iter().all(|op| op.name == "set")) else { return };
    if let Ok(again) = edits.try_on(&edited)
        && let Some(content) = again.content
    {
        assert_eq!(content.escape_ascii().to_string(), edited.escape_ascii().to_string());
    }
});
