//! Any three contents as settings of any form: merging never panics, and what it calls clean has both edits in it.
//!
//! The input is a letter for the form, then the original, the edited file and the patch's file with lines of `=====`
//! between them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use patchwright::diff::{Merge, merge};

const BETWEEN: &str = "=====\n";

fuzz_target!(|input: &str| {
    let Some((form, contents)) = input.split_at_checked(1) else { return };
    let name = match form {
        "i" => "a.ini",
        "j" => "a.json",
        "p" => "a.properties",
        "t" => "a.toml",
        "y" => "a.yaml",
        _ => "a.txt",
    };
    let sides: Vec<&[u8]> = contents.split(BETWEEN).map(str::as_bytes).collect();
    let [base, mine, theirs] = sides.as_slice() else { return };
    let Ok(Merge::Clean { content, .. }) = merge(name, base, mine, theirs) else { return };
    if name == "a.txt" {
        return;
    }
    // Whoever has both edits has the patch's already, and has his own.
    for side in [mine, theirs] {
        let again = merge(name, base, &content, side);
        assert!(matches!(again, Ok(Merge::Clean { .. })), "{again:?} of {}", content.escape_ascii());
    }
});
