//! Lines between diffs that are no part of one. Programs say there what they cannot show, each in the language of whoever
//! ran it: `Nur in neu: logo.png.` It is the shape of a line, and where it stands, that tells it from what people write.
//!
//! | the line | counts |
//! |---|---|
//! | stands directly below a diff without Git's header, and has a name in it | unless the text is a mail |
//! | stands directly above one, and has the shape below, with any sides | unless the text is a mail |
//! | has the same name below both sides (`old/x … new/x`), or ends in a name behind a side (`… new/sub: x`) | everywhere |

use std::collections::BTreeSet;

use super::FilePatch;
use super::cursor::chomp;
use super::uncarried::{Uncarried, UncarriedKind};

/// Most lines of one patch that are told.
const MAX_REMARKS: usize = 1000;

/// Longest line that is looked at: two paths and some words.
const MAX_BYTES: usize = 4 << 10;

/// Most names in one line.
const MAX_NAMES: usize = 64;

/// The lines of one patch that may be remarks.
#[derive(Default)]
pub(super) struct Remarks<'a> {
    found: Vec<Remark<'a>>,
    /// Whether the line before is one of these, or the last of a diff without Git's header.
    follows_a_diff: bool,
    /// The first of those that stand directly above the next line.
    above: usize,
}

struct Remark<'a> {
    line: usize,
    text: &'a [u8],
    /// Whether it stands directly below a diff, or directly above one and has the shape of a remark.
    is_attached: bool,
}

impl<'a> Remarks<'a> {
    pub(crate) fn pass_diff(&mut self, file: &FilePatch<'_>) {
        self.follows_a_diff = !file.is_git;
        if !file.is_git {
            self.found[self.above..].iter_mut().for_each(|remark| remark.is_attached = true);
        }
        self.above = self.found.len();
    }

    /// Something else comes.
    pub(crate) fn pass_other(&mut self) {
        self.follows_a_diff = false;
        self.above = self.found.len();
    }

    /// Whether a line that nobody knows may be a remark; keeps it then.
    pub fn take(&mut self, line: usize, text: &'a [u8]) -> bool {
        let text = chomp(text).trim_ascii_end();
        let is_attached = self.follows_a_diff && names(text).next().is_some();
        let is_remark = text.len() <= MAX_BYTES
            && self.found.len() < MAX_REMARKS
            && is_unknown(text)
            && !text.first().is_none_or(u8::is_ascii_whitespace)
            && (is_attached || !pairs(text).is_empty() || behind_colon(text).is_some());
        self.follows_a_diff = is_attached && is_remark;
        match is_remark {
            true => self.found.push(Remark { line, text, is_attached }),
            false => self.above = self.found.len(),
        }
        is_remark
    }

    /// Those that are remarks beside these diffs.
    pub fn among(self, files: &[FilePatch<'_>], is_mail: bool) -> Vec<Uncarried> {
        let sides: BTreeSet<&[u8]> = files.iter().flat_map(sides).collect();
        let carried: BTreeSet<&[u8]> = files.iter().flat_map(all_names).collect();
        let counts = |remark: &Remark<'_>| {
            let of_sides = |(old, new): &(&[u8], &[u8])| sides.contains(old) && sides.contains(new);
            let is_of_side = |side: &[u8]| sides.contains(side);
            let names_sides =
                pairs(remark.text).iter().any(of_sides) || behind_colon(remark.text).is_some_and(is_of_side);
            let is_carried = names(remark.text).any(|name| carried.contains(name));
            !is_carried && (names_sides || remark.is_attached && !is_mail)
        };
        let found = self.found.into_iter().filter(counts);
        let uncarried = |Remark { line, text, .. }: Remark<'_>| Uncarried {
            line,
            name: text.to_vec(),
            has_side_folder: false,
            kind: UncarriedKind::Remark,
        };
        found.map(uncarried).collect()
    }
}

/// Whether a line is none that programs or people are known to write between diffs that are whole.
fn is_unknown(text: &[u8]) -> bool {
    const KNOWN: [&[u8]; 8] = [
        b"diff ",
        b"Index: ",
        b"commit ",
        b"From ",
        b"Property changes on: ",
        b"retrieving revision ",
        b"RCS file: ",
        b"? ",
    ];
    let is_field = || {
        let key = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
        key > 0 && text[key..].starts_with(b": ")
    };
    let begins_with_sign = text.first().is_none_or(|byte| b"=-+*@\\#_<>|`~".contains(byte));
    // CVS says which folder it is in.
    let is_progress = || text.windows(b": Diffing ".len()).any(|words| words == b": Diffing ");
    !begins_with_sign && !KNOWN.iter().any(|known| text.starts_with(known)) && !is_field() && !is_progress()
}

/// The words of a line without the signs around them.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).map(trimmed)
}

fn trimmed(word: &[u8]) -> &[u8] {
    const AROUND: [&[u8]; 12] = [
        b"\"",
        b"'",
        b"`",
        b",",
        b";",
        b".",
        "«".as_bytes(),
        "»".as_bytes(),
        "“".as_bytes(),
        "”".as_bytes(),
        "„".as_bytes(),
        "‘".as_bytes(),
    ];
    let mut word = word;
    while let Some(rest) = AROUND.iter().find_map(|sign| word.strip_suffix(*sign)) {
        word = rest;
    }
    while let Some(rest) =
        AROUND.iter().filter(|sign| **sign != b".").find_map(|sign| word.strip_prefix(*sign))
    {
        word = rest;
    }
    word
}

/// What in a line looks like the name of a file: it has a folder or an ending, or stands behind the colon at the end.
fn names(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_name = |word: &&[u8]| {
        let is_address = word.windows(3).any(|part| part == b"://") || word.contains(&b'@');
        let inner = word.get(1..word.len().saturating_sub(1)).unwrap_or_default();
        !is_address && inner.iter().any(|byte| matches!(byte, b'/' | b'.'))
    };
    let last = behind_colon(text).and_then(|_| words(text).last());
    words(text).filter(is_name).chain(last).take(MAX_NAMES)
}

/// The two sides in front of each name that a line has twice.
fn pairs(text: &[u8]) -> Vec<(&[u8], &[u8])> {
    let parted = words(text).filter_map(|word| {
        let slash = word.iter().position(|&byte| byte == b'/')?;
        Some((&word[..slash], &word[slash + 1..]))
    });
    let parted: Vec<(&[u8], &[u8])> = parted.take(MAX_NAMES).collect();
    let mut found = Vec::new();
    for (at, (old, rest)) in parted.iter().enumerate() {
        let twin =
            parted[at + 1..].iter().find(|(new, other)| new != old && other == rest && !rest.is_empty());
        found.extend(twin.map(|(new, _)| (*old, *new)));
    }
    found
}

/// Of `… new/sub: x` the side `new`.
fn behind_colon(text: &[u8]) -> Option<&[u8]> {
    let colon = text.windows(2).rposition(|pair| pair == b": ")?;
    let name = text[colon + 2..].trim_ascii();
    let folder = text[..colon].rsplit(u8::is_ascii_whitespace).next()?;
    let is_one_word = !name.is_empty() && !name.contains(&b' ');
    let has_words_before = colon > folder.len();
    (is_one_word && has_words_before && !folder.is_empty())
        .then(|| trimmed(folder).split(|&byte| byte == b'/').next().unwrap_or(folder))
}

/// The folders that stand for the sides in the names of a diff.
fn sides<'f>(file: &'f FilePatch<'_>) -> impl Iterator<Item = &'f [u8]> {
    let has_sides = file.agree_from == Some(1) && file.has_side_folder;
    let both = [file.old.as_deref(), file.new.as_deref()].into_iter().flatten();
    both.filter(move |_| has_sides).filter_map(|name| name.split(|&byte| byte == b'/').next())
}

/// The names of a diff, with and without the folder that stands for a side.
fn all_names<'f>(file: &'f FilePatch<'_>) -> impl Iterator<Item = &'f [u8]> {
    let both = [file.old.as_deref(), file.new.as_deref()].into_iter().flatten();
    both.flat_map(|name| {
        let inner = name.iter().position(|&byte| byte == b'/').map(|slash| &name[slash + 1..]);
        [Some(name), inner].into_iter().flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::super::read;

    /// What is not carried of a text, each as it is written there.
    fn told(text: &str) -> Vec<String> {
        let patches = read(text.as_bytes()).expect("a patch");
        let told = patches.iter().flat_map(|patch| &patch.uncarried);
        told.map(|left| String::from_utf8_lossy(&left.name).into_owned()).collect()
    }

    fn diff(name: &str) -> String {
        format!("diff -ru alt/{name} neu/{name}\n--- alt/{name}\n+++ neu/{name}\n@@ -1 +1 @@\n-x\n+y\n")
    }

    #[test]
    fn a_remark_counts_in_every_language() {
        for remark in [
            "Nur in neu: z.",
            "Nur in neu/sub: y.",
            "Binärdateien alt/img.png und neu/img.png sind verschieden.",
            "Seulement dans neu: z",
            "Les fichiers binaires alt/i et neu/i sont différents",
            "Files alt/img and neu/img are different",
            "バイナリファイル alt/img.png と neu/img.png は異なります",
            "Двоичные файлы alt/img.png и neu/img.png различаются",
        ] {
            let lone = [remark.to_owned()];
            assert_eq!(told(&format!("{remark}\n{}", diff("f"))), lone, "above");
            assert_eq!(told(&format!("{}{remark}\n{}", diff("f"), diff("g"))), lone, "between");
            assert_eq!(told(&format!("{}{remark}\n{remark}\n", diff("f"))), [remark, remark], "below");
            assert_eq!(told(&format!("{}\n{remark}\n", diff("f"))), lone, "further below");
        }
        // Other sides than those of the diff.
        assert_eq!(told("Nur in new: z.\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x\n+y\n"), ["Nur in new: z."]);
        let cvs = "cvs diff: img.png is a new entry, no comparison available";
        assert_eq!(told(&format!("{}{cvs}\n", diff("f"))), [cvs]);
    }

    #[test]
    fn what_people_and_programs_write_beside_whole_diffs_is_no_remark() {
        let f = diff("f");
        for text in [
            format!("Fix the parser: see src/x.c and a/b tests\n\n{f}"),
            format!("Subject: old/x and new/x\nFrom: a@b.c\n\nIn src/lib: nothing\n---\n{f}-- \n2.39.0\n"),
            format!("{f}\nThe next one is for src/g.c only.\n\n{}", diff("g")),
            format!("{f}That's it.\n"),
            format!("{f}EOF\n"),
            format!("{f}Forwarded: https://example.org/x.c\n"),
            format!("{f}cvs diff: Diffing src/lib\nIndex: src/g.c\n{}\nRCS file: /cvs/src/g.c,v\n{}", "=".repeat(67), diff("g")),
            format!("{f}ADDED    src/g.c\n{}", diff("src/g.c")),
            format!("{f}? build.log\n"),
            "1234567 Fix src/x.c\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-x\n+y\n89abcde Fix src/y.c\ndiff --git a/g b/g\n--- a/g\n+++ b/g\n@@ -1 +1 @@\n-x\n+y\n".to_owned(),
        ] {
            assert_eq!(told(&text), [""; 0], "{text}");
        }
    }
}
