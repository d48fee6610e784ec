//! What a diff names as different and does not bring: binary contents, submodules, names that are on one side only.
//!
//! The programs that write diffs say it in one line each. It looks like prose, and a patch that is applied without a word
//! about it leaves a product half changed.

use super::cursor::{Cursor, chomp};
use super::name::agreeing_level;
use crate::text::{Advice, name_in_message};

/// Something that is different and is not in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Uncarried {
    /// The line that says so, from 1.
    pub line: usize,
    /// The file, as it is named there.
    pub name: Vec<u8>,
    /// Whether the name has a folder in front that stands for a side.
    pub has_side_folder: bool,
    pub kind: UncarriedKind,
}

/// What is not contained.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UncarriedKind {
    /// The content of a binary file, of which Git says only that it differs.
    GitBinary,
    /// The same as other programs say it.
    Binary,
    /// What the two sides hold, which are things of different kinds.
    Kinds,
    /// Where a link points to.
    Link,
    /// A file or folder that is on one side only.
    OneSide,
    /// Properties that Subversion keeps beside the content.
    Properties(Vec<String>),
    Submodule,
    /// Permission bits that Git doesn't keep.
    ModeBits,
    /// What a program says in other words or another language.
    Remark,
}

/// Properties of Subversion that are a part of what stands on the disk. The others are only of use to Subversion.
const PROPERTIES_OF_THE_DISK: [&str; 3] = ["svn:executable", "svn:externals", "svn:special"];

impl UncarriedKind {
    /// Whether the product would be another one with it.
    pub fn matters(&self) -> bool {
        match self {
            UncarriedKind::Properties(names) => {
                names.iter().any(|name| PROPERTIES_OF_THE_DISK.contains(&name.as_str()))
            }
            UncarriedKind::ModeBits => false,
            _ => true,
        }
    }

    /// What is not carried, as a lower-case phrase.
    pub fn phrase(&self) -> String {
        match self {
            UncarriedKind::GitBinary | UncarriedKind::Binary => {
                "is a binary file that differs, but the patch doesn't contain it".to_owned()
            }
            UncarriedKind::Kinds => {
                "is a file on one side and a folder or link on the other, but the patch contains neither"
                    .to_owned()
            }
            UncarriedKind::Link => {
                "is a link that differs, but the patch doesn't say where it points".to_owned()
            }
            UncarriedKind::OneSide => "is on one side only, and the patch doesn't contain it".to_owned(),
            UncarriedKind::Properties(names) if names.is_empty() => {
                "has Subversion properties, which a patch can't contain".to_owned()
            }
            UncarriedKind::Properties(names) => {
                let names: Vec<String> = names.iter().map(|name| name_in_message(name.as_bytes())).collect();
                format!("has Subversion properties, which a patch can't contain: {}", names.join(", "))
            }
            UncarriedKind::Submodule => {
                "is a submodule that changes, and the patch doesn't contain it".to_owned()
            }
            UncarriedKind::ModeBits => "gets permissions that Git doesn't keep, and its own stay".to_owned(),
            UncarriedKind::Remark => {
                "is no part of a diff; programs write such lines about files that the patch doesn't contain"
                    .to_owned()
            }
        }
    }

    /// How to get a patch that has it.
    pub fn advice(&self) -> Advice {
        let whole = match self {
            UncarriedKind::GitBinary => "Ask for the diff with binary contents (git diff --binary).",
            UncarriedKind::Binary | UncarriedKind::Kinds | UncarriedKind::Link | UncarriedKind::Remark => {
                "Ask for a diff from Git (git diff --no-index --binary OLD NEW)."
            }
            UncarriedKind::OneSide => "Ask for the diff with new files (diff -ruN OLD NEW).",
            UncarriedKind::Properties(_) => "Set what the property stands for in the product.",
            UncarriedKind::ModeBits => "Set the permissions in the product.",
            UncarriedKind::Submodule => "Ask for a diff of its contents (git diff --submodule=diff).",
        };
        Advice::from(whole).then(Advice::typed("To apply only the rest, add --without-uncarried."))
    }
}

/// Whether a line says of two files that they differ, and nothing else.
pub(super) fn is_binary_remark(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    (line.starts_with(b"Binary files ") || line.starts_with(b"Files ")) && line.ends_with(b" differ")
}

/// Reads a line, or for properties a section, that says what is not carried. `index`: the last file that Subversion
/// named above.
pub(super) fn take(cursor: &mut Cursor<'_>, index: Option<&[u8]>) -> Option<Uncarried> {
    let line = cursor.line;
    let text = chomp(cursor.peek()?).trim_ascii_end();
    if let Some(name) = text.strip_prefix(b"Property changes on: ") {
        cursor.next();
        let kind = UncarriedKind::Properties(take_properties(cursor));
        return Some(Uncarried { line, name: name.to_vec(), has_side_folder: false, kind });
    }
    let (name, has_side_folder, kind) = remark(text, index)?;
    cursor.next();
    Some(Uncarried { line, name, has_side_folder, kind })
}

/// The name, whether a side stands in front of it, and what is not carried.
fn remark(text: &[u8], index: Option<&[u8]>) -> Option<(Vec<u8>, bool, UncarriedKind)> {
    let inner = |begin: &[u8], end: &[u8]| text.strip_prefix(begin)?.strip_suffix(end);
    if let Some(both) = inner(b"Binary files ", b" differ").or_else(|| inner(b"Files ", b" differ")) {
        return Some((one_of(both), true, UncarriedKind::Binary));
    }
    if let Some(both) = inner(b"Symbolic links ", b" differ") {
        return Some((one_of(both), true, UncarriedKind::Link));
    }
    if let Some(name) = inner(b"Binary file ", b" has changed") {
        return Some((name.to_vec(), false, UncarriedKind::Binary));
    }
    if text == b"Cannot display: file marked as a binary type." {
        return Some((index?.to_vec(), false, UncarriedKind::Binary));
    }
    if let Some(tail) = text.strip_prefix(b"Only in ") {
        let colon = tail.windows(2).position(|pair| pair == b": ")?;
        let name = [&tail[..colon], &b"/"[..], &tail[colon + 2..]].concat();
        return Some((name, true, UncarriedKind::OneSide));
    }
    if let Some(tail) = text.strip_prefix(b"Submodule ") {
        return Some((submodule(tail)?.to_vec(), false, UncarriedKind::Submodule));
    }
    let tail = text.strip_prefix(b"File ")?;
    let is_a = tail.windows(6).position(|words| words == b" is a ")?;
    let name = &tail[..is_a];
    let is_one = tail[is_a..].windows(12).any(|words| words == b" while file ");
    is_one.then(|| (name.to_vec(), true, UncarriedKind::Kinds))
}

/// `libs/ext 1234567..89abcde:` and what else Git writes of one.
fn submodule(tail: &[u8]) -> Option<&[u8]> {
    for words in [&b" contains untracked content"[..], b" contains modified content"] {
        if let Some(name) = tail.strip_suffix(words) {
            return Some(name);
        }
    }
    let blanks = tail.iter().enumerate().filter(|(_, byte)| **byte == b' ').map(|(at, _)| at);
    let is_range = |at: &usize| {
        let digits = tail[at + 1..].iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        digits >= 7 && tail[at + 1 + digits..].starts_with(b"..")
    };
    blanks.into_iter().find(is_range).map(|at| &tail[..at])
}

/// Of `a/x and b/x` the second name, or the first where there is no second file.
fn one_of(both: &[u8]) -> Vec<u8> {
    const AND: &[u8] = b" and ";
    let splits = both.windows(AND.len()).enumerate().filter(|(_, words)| *words == AND).map(|(at, _)| at);
    let mut last = None;
    for at in splits.take(MAX_SPLITS) {
        let (old, new) = (&both[..at], &both[at + AND.len()..]);
        if new == b"/dev/null" {
            return old.to_vec();
        }
        let is_called_so = new.ends_with(old.rsplit(|&byte| byte == b'/').next().unwrap_or_default());
        if old == b"/dev/null" || is_called_so && agreeing_level(old, new).is_some() {
            return new.to_vec();
        }
        last = Some(new);
    }
    last.unwrap_or(both).to_vec()
}

/// Most places at which a line is parted in two names.
const MAX_SPLITS: usize = 64;

/// Moves past a section of properties; returns their names. It ends where something else begins.
fn take_properties(cursor: &mut Cursor<'_>) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(line) = cursor.peek() {
        let begins = ["Index: ", "diff ", "Property changes on: ", "From "];
        let is_header =
            cursor.is_at("--- ") && cursor.peek_second().is_some_and(|next| next.starts_with(b"+++ "));
        if is_header || begins.iter().any(|begin| cursor.is_at(begin)) {
            break;
        }
        let words = ["Added: ", "Modified: ", "Deleted: ", "Name: "];
        if let Some(name) = words.iter().find_map(|word| chomp(line).strip_prefix(word.as_bytes()))
            && names.len() < MAX_PROPERTIES
        {
            names.push(String::from_utf8_lossy(name).into_owned());
        }
        cursor.next();
    }
    names
}

/// Most properties of one file that are named.
const MAX_PROPERTIES: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<(String, UncarriedKind)> {
        let found = take(&mut Cursor::new(line.as_bytes()), Some(b"logo.png"))?;
        Some((String::from_utf8(found.name).expect("text"), found.kind))
    }

    #[test]
    fn every_program_has_its_own_words() {
        use UncarriedKind::{Binary, Kinds, Link, OneSide, Submodule};
        for (line, name, kind) in [
            ("Binary files a/x and b/x differ\n", "b/x", Binary),
            ("Binary files a/salt and pepper and b/salt and pepper differ\n", "b/salt and pepper", Binary),
            ("Binary files /dev/null and b/x differ\n", "b/x", Binary),
            ("Binary files a/x and /dev/null differ\n", "a/x", Binary),
            ("Files old/x and new/x differ\r\n", "new/x", Binary),
            ("Binary file x has changed\n", "x", Binary),
            ("Cannot display: file marked as a binary type.\n", "logo.png", Binary),
            ("Symbolic links a/l and b/l differ\n", "b/l", Link),
            ("Only in new/sub: x: y\n", "new/sub/x: y", OneSide),
            ("File a/d is a directory while file b/d is a regular file\n", "a/d", Kinds),
            ("Submodule libs/ext 1234567..89abcde:\n", "libs/ext", Submodule),
            ("Submodule libs/ext 0000000...89abcde (new submodule)\n", "libs/ext", Submodule),
            ("Submodule libs/ext contains untracked content\n", "libs/ext", Submodule),
        ] {
            assert_eq!(read(line), Some((name.to_owned(), kind)), "{line}");
        }
        for line in ["Only in this case\n", "Submodule of the year\n", "File a is a toy\n", "Files differ\n"]
        {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn a_section_of_properties_ends_where_the_next_file_begins() {
        let text = "Property changes on: x\n____\nAdded: svn:executable\n## -0,0 +1 ##\n+*\nIndex: y\n";
        let mut cursor = Cursor::new(text.as_bytes());
        let found = take(&mut cursor, None).expect("a section");
        assert_eq!(found.kind, UncarriedKind::Properties(vec!["svn:executable".to_owned()]));
        assert!(found.kind.matters() && cursor.is_at("Index: y"));
        assert!(!UncarriedKind::Properties(vec!["svn:mergeinfo".to_owned()]).matters());
    }
}
