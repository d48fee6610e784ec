//! Any bytes as an entry of a history: reading it never panics, and what is accepted is written and read as the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use patchwright::ledger::Entry;

fuzz_target!(|bytes: &[u8]| {
    let Ok(entry) = Entry::from_bytes(bytes) else { return };
    let again = Entry::from_bytes(&entry.to_bytes()).expect("what is written can be read");
    assert_eq!(again.to_bytes(), entry.to_bytes());
});
