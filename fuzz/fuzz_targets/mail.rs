//! Any mail: reading it never panics, what comes out is not much larger, and a text without an encoding stays as it is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use patchwright::diff::patch_text::{decode_text, parse};

fuzz_target!(|text: &[u8]| {
    let mail = [b"From a@x Mon Sep 17 00:00:00 2001\nFrom: a <a@x>\n", text].concat();
    let length = mail.len();
    let Ok(decoded) = decode_text(mail) else { return };
    // A letter of an old character set becomes three bytes at most.
    assert!(decoded.len() <= 4 * length + 64, "{} of {length}", decoded.len());
    let again = decode_text(decoded.clone()).expect("what was decoded needs no decoding");
    let patches = |text: &[u8]| parse(text).map(|patches| patches.len()).ok();
    assert_eq!(patches(&again), patches(&decoded));
});
