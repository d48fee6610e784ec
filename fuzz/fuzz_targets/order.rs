//! Any text as an order: reading it never panics, and what is refused is refused with reasons.

#![no_main]

use libfuzzer_sys::fuzz_target;
use patchwright::bundle::order::{Order, lint};

fuzz_target!(|text: &str| {
    let findings = lint(text);
    if let Err(reasons) = Order::parse(text) {
        assert!(!reasons.is_empty() && !findings.is_empty(), "{text:?}");
    }
});
