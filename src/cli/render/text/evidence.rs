//! What was saved for auditors, and whether it is what somebody made.

use std::path::Path;

use super::list::LabelledLines;
use super::{place, safe};
use crate::cli::render::{Style, words};
use crate::workbench::{EvidencePack, PackSigner, SavedPack, VerifiedPack};

pub(in crate::cli) fn evidence_saved(pack: &EvidencePack, saved: &SavedPack, style: Style) -> String {
    let mut text = format!("{}\n", style.good(&format!("Saved {}", place(&saved.path))));
    let mut sheet = LabelledLines::new();
    let entries = words::count(pack.entries.len(), "history entry", "history entries");
    let patches = words::count(pack.patch_count(), "patch", "patches");
    sheet.line("Contains", format!("{entries}, {patches}, {} files", saved.files));
    sheet.line(
        "Statements",
        match (saved.is_signed, saved.statements) {
            (false, _) => "none: they need a key (--key)".to_owned(),
            (true, 0) => "none".to_owned(),
            (true, number) => format!("{number}, signed"),
        },
    );
    sheet.line("Signed", if saved.is_signed { "yes" } else { "no. To prove who made it, add --key KEY" });
    sheet.line("SHA-256", saved.digest.to_string());
    text.push_str(&sheet.into_text());
    if let Some((entry, problem)) = &pack.history.problem {
        let line = format!("The history was changed, from entry {entry} on: {}", safe(problem));
        text.push_str(&format!("{}\nPage 1 says so.\n", style.bad(&line)));
    }
    text
}

pub(in crate::cli) fn evidence_verified(verified: &VerifiedPack, path: &Path, style: Style) -> String {
    let file = place(path);
    let mut text = match (verified.is_whole(), verified.is_proven()) {
        (false, _) => style.bad(&format!("{file} was changed")),
        (true, true) => style.good(&format!("{file} is unchanged")),
        (true, false) => style.attention(&format!("{file} is intact, but not signed by anyone you trust")),
    };
    text.push('\n');
    for (name, how) in &verified.changed {
        text.push_str(&format!("  {} {}\n", safe(name), safe(how)));
    }
    if let Some(entry) = verified.broken_from {
        let line = format!("The folder's history was broken from entry {entry} on when this was made:");
        text.push_str(&format!("{}\n", style.bad(&line)));
    }
    for problem in &verified.history {
        text.push_str(&format!("  History: {}\n", safe(problem)));
    }
    let mut sheet = LabelledLines::new();
    let entries = words::count(verified.entries, "history entry", "history entries");
    sheet.line("Contains", format!("{}, {entries}", words::count(verified.files, "file", "files")));
    sheet.line(
        "Signed by",
        match &verified.signer {
            PackSigner::Nobody => "nobody. Checksums reveal damage, but not forgery.".to_owned(),
            PackSigner::Broken => "a signature that doesn't match".to_owned(),
            PackSigner::Unknown(key) => format!("a key you haven't trusted: {}", key.groups()),
            PackSigner::Revoked { key, reason } => {
                format!("a key that was revoked: {} ({})", key.groups(), safe(reason))
            }
            PackSigner::OutOfScope { name, key, why } => {
                format!("{name} ({}), whose key {}", key.short(), why.phrase())
            }
            PackSigner::Known { name, key } => format!("{name} ({})", key.short()),
        },
    );
    sheet.option(
        "Statements",
        (verified.statements > 0).then(|| format!("{}, by the same key", verified.statements)),
    );
    text.push_str(&sheet.into_text());
    text
}
