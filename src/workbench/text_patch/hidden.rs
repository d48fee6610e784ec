//! What text patches hide, as far as it shows without the folder they are for.

use crate::diff::LineKind;
use crate::diff::patch_text::{Body, FilePatch, PatchHunk, PatchText};
use crate::text::confusables::{Confusables, in_content, in_words};
use crate::text::escape_bytes;
use crate::workbench::hidden::{Hidden, HiddenIn};

/// Looks at what is said about a patch, at its names, and at the lines that it adds.
pub(super) fn look_at(patch: &PatchText<'_>, hidden: &mut Hidden) {
    let header = &patch.header;
    let said = [
        ("subject", header.subject.as_deref()),
        ("author", header.author.as_deref()),
        ("date", header.date.as_deref()),
        ("message", Some(header.message.as_str())),
    ];
    for (field, text) in said {
        let found = text.map(in_words).unwrap_or_default();
        if !found.is_empty() {
            hidden.add(&HiddenIn::Words(field.to_owned()), found);
        }
    }
    let names: Vec<String> =
        patch.files.iter().map(|file| String::from_utf8_lossy(file.name()).into_owned()).collect();
    let mut different = names.clone();
    // A patch may change a file twice.
    different.sort_unstable();
    different.dedup();
    hidden.look_at_names(different.iter().map(String::as_str));
    for file in &patch.files {
        let found = in_file(file);
        if !found.is_empty() {
            hidden.add(&HiddenIn::File(escape_bytes(file.name())), found);
        }
    }
}

fn in_file(file: &FilePatch<'_>) -> Confusables {
    let mut all = Confusables::default();
    if let Body::Hunks(hunks) = &file.body {
        for hunk in hunks {
            let mut found = in_hunk(hunk);
            // The hunk's first line is the text's first.
            let above = hunk.new_start.saturating_sub(1) as u64;
            found.places.iter_mut().for_each(|place| place.line += above);
            all.extend(found);
        }
    }
    all
}

fn in_hunk(hunk: &PatchHunk<'_>) -> Confusables {
    let side = |gone: LineKind| {
        let mut text = Vec::new();
        for line in hunk.lines.iter().filter(|line| line.kind != gone) {
            text.extend_from_slice(line.content);
            text.push(b'\n');
        }
        text
    };
    let (old, new) = (side(LineKind::Added), side(LineKind::Removed));
    in_content(Some(&old), &new, &|| true).unwrap_or_default()
}
