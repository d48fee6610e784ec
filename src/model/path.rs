//! The path policy: which names a bundle may use, the same on every system.
//!
//! Refused always is a name that *escapes* (`..`, a leading slash), *hides* (characters nobody sees), *collides*
//! (a second Unicode spelling, our own folder) or *deceives*: a character whose Unicode compatibility form
//! contains a slash or backslash (`／`, `℅`), or a name whose form is `.` or `..` (`‥`), is one keystroke of
//! "helpful" normalisation away from another path, and collision keys are made of that form. What only Windows
//! dislikes is accepted here and named by [`TreePath::unportable`]; what only looks odd is named by
//! [`TreePath::name_warnings`]. Nothing is ever decoded or repaired: `%2e%2e` is a name of six characters.

use std::fmt;
use std::sync::Arc;

use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_properties::UnicodeEmoji;

use super::characters::{CodePoint, Quoted, Unseen, is_mark, unseen};
use super::name_key::key_of_name;
use super::name_warning::{NameWarning, name_warnings};
use super::portable::{Unportable, first_unportable, first_unportable_beside};

/// A place inside a folder: `/`-separated, relative, and free of every name that escapes, hides or deceives.
///
/// Ordered by the bytes of its text, so a folder comes before everything in it. Clones share the text: a path of a large
/// change is held in many places at once.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreePath(Arc<str>);

/// A raw name that the policy refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}: {}", Quoted(raw))]
pub struct PathError {
    /// The name as it was given; bytes that are not UTF-8 are spelled `\xNN`.
    pub raw: String,
    /// What is wrong with it.
    pub problem: PathProblem,
}

/// What is wrong with a name, on every system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathProblem {
    /// Nothing at all.
    #[error("a name is empty")]
    Empty,
    /// More bytes than [`TreePath::MAX_BYTES`].
    #[error("a path has {0} bytes, more than {max}", max = TreePath::MAX_BYTES)]
    PathTooLong(usize),
    /// More bytes in one name than [`TreePath::MAX_NAME_BYTES`].
    #[error("a name has {0} bytes, more than {max}", max = TreePath::MAX_NAME_BYTES)]
    NameTooLong(usize),
    /// More names than [`TreePath::MAX_DEPTH`].
    #[error("a path is {0} folders deep, more than {max}", max = TreePath::MAX_DEPTH)]
    TooDeep(usize),
    /// A slash at the start.
    #[error("a path starts at the root of the disk")]
    Absolute,
    /// A slash at the end.
    #[error("a path ends in a slash")]
    TrailingSlash,
    /// Two slashes in a row.
    #[error("a path has an empty name between two slashes")]
    DoubleSlash,
    /// A component `.`.
    #[error("a path contains \".\"")]
    CurrentFolder,
    /// A component `..`.
    #[error("a path contains \"..\"")]
    ParentFolder,
    /// Leads out of the folder (links only).
    #[error("a link leads out of the folder")]
    LeadsOut,
    /// Bytes that are no text.
    #[error("a name is not UTF-8")]
    NotUtf8,
    /// A second spelling of a name: not in Unicode's composed form (NFC).
    #[error("a name is not in Unicode's composed form (NFC)")]
    NotComposed,
    /// C0, C1 or DEL.
    #[error("a name contains the control character {}", CodePoint(*.0))]
    Control(char),
    /// Turns, joins or marks the text around it (general category Cf).
    #[error("a name contains the invisible formatting character {}", CodePoint(*.0))]
    Format(char),
    /// Drawn as nothing or as a line break.
    #[error("a name contains the invisible character {}", CodePoint(*.0))]
    Invisible(char),
    /// Means something to one font only.
    #[error("a name contains the private-use character {}", CodePoint(*.0))]
    PrivateUse(char),
    /// Never a character.
    #[error("a name contains {}, which is not a character", CodePoint(*.0))]
    Noncharacter(char),
    /// Not a character yet.
    #[error("a name contains {}, which is not assigned", CodePoint(*.0))]
    Unassigned(char),
    /// Unicode's compatibility form of it contains a slash or backslash.
    #[error("a name contains {}, a slash or backslash in disguise", CodePoint(*.0))]
    DisguisedSeparator(char),
    /// Compatibility form, or all but trailing spaces, is `.` or `..`.
    #[error("a name is \".\" or \"..\" in disguise")]
    DisguisedDots,
    /// A name starts with a space of any kind.
    #[error("a name starts with a space")]
    LeadingSpace,
    /// A name starts with a mark that is drawn onto the slash before it.
    #[error("a name starts with the combining mark {}", CodePoint(*.0))]
    LeadingMark(char),
    /// Our own records, in any spelling that some system takes for them.
    #[error("a path leads into Patchwright's own folder")]
    StateDir,
}

impl TreePath {
    /// Longest path in bytes: what the smallest `PATH_MAX` in use (macOS) allows.
    pub const MAX_BYTES: usize = 1024;
    /// Longest name in bytes: what the file systems in use allow.
    pub(crate) const MAX_NAME_BYTES: usize = 255;
    /// Most names in one path: deeper than any product seen, shallow enough for one open folder per level.
    pub(crate) const MAX_DEPTH: usize = 64;
    /// The folder that holds our own records, in a target and in folders below it; no path leads into one.
    pub const STATE_DIR: &'static str = ".patchwright";

    /// Checks `raw` against the path policy.
    ///
    /// # Errors
    /// Names the first rule that `raw` breaks.
    pub fn parse(raw: &str) -> Result<Self, PathError> {
        match check(raw) {
            Ok(()) => Ok(Self(raw.into())),
            Err(problem) => Err(PathError { raw: raw.to_owned(), problem }),
        }
    }

    /// Checks a name as a disk or an archive holds it.
    ///
    /// # Errors
    /// As [`TreePath::parse`], and for bytes that are not UTF-8, which the error spells `\xNN`.
    pub(crate) fn parse_bytes(raw: &[u8]) -> Result<Self, PathError> {
        match std::str::from_utf8(raw) {
            Ok(text) => Self::parse(text),
            Err(_) => Err(PathError { raw: spell(raw), problem: PathProblem::NotUtf8 }),
        }
    }

    /// The whole path, `/`-separated.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its names, outermost first.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/')
    }

    /// The last name.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Number of names.
    pub fn depth(&self) -> usize {
        self.components().count()
    }

    /// The folder it is in; `None` for a place directly in the target.
    pub fn parent(&self) -> Option<TreePath> {
        self.0.rsplit_once('/').map(|(parent, _)| Self(parent.into()))
    }

    /// The folders it is in, nearest first, without the target itself.
    pub fn ancestors(&self) -> impl Iterator<Item = TreePath> {
        std::iter::successors(self.parent(), TreePath::parent)
    }

    /// Whether it lies strictly below `dir`.
    pub(crate) fn is_below(&self, dir: &TreePath) -> bool {
        self.0.strip_prefix(&*dir.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The place called `name` in it.
    ///
    /// # Errors
    /// As [`TreePath::parse`] of the whole.
    pub fn join(&self, name: &str) -> Result<Self, PathError> {
        Self::parse(&format!("{}/{name}", self.0))
    }

    /// The first reason why Windows could not store it, if any.
    pub(crate) fn unportable(&self) -> Option<Unportable> {
        first_unportable(&self.0)
    }

    /// The same of one after another, sorted or not: folders that many of them are in are looked at once.
    pub(crate) fn each_unportable<'a>(
        paths: impl Iterator<Item = &'a TreePath>,
    ) -> impl Iterator<Item = Option<Unportable>> {
        let mut portable: Option<&TreePath> = None;
        paths.map(move |path| {
            let found = match portable {
                Some(portable) => first_unportable_beside(&path.0, &portable.0),
                None => path.unportable(),
            };
            if found.is_none() {
                portable = Some(path);
            }
            found
        })
    }

    /// What a person should look at twice, each oddity once; empty for ordinary names.
    pub(crate) fn name_warnings(&self) -> Vec<NameWarning> {
        name_warnings(&self.0)
    }

    /// The first `names` names of it; all of it if it has no more.
    pub(super) fn prefix(&self, names: usize) -> TreePath {
        let end = self.0.match_indices('/').nth(names.saturating_sub(1)).map(|(at, _)| at);
        Self(self.0[..end.unwrap_or(self.0.len())].into())
    }

    /// The place beside it that has the last name of `other`.
    pub(super) fn beside(&self, other: &str) -> TreePath {
        match self.0.rsplit_once('/') {
            Some((parent, _)) => Self(format!("{parent}/{other}").into()),
            None => Self(other.into()),
        }
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

fn check(raw: &str) -> Result<(), PathProblem> {
    check_shape(raw)?;
    raw.split('/').try_for_each(check_name)?;
    // A folder in the target may have records of its own.
    match raw.split('/').any(is_state_dir) {
        true => Err(PathProblem::StateDir),
        false => Ok(()),
    }
}

fn check_shape(raw: &str) -> Result<(), PathProblem> {
    if raw.is_empty() {
        return Err(PathProblem::Empty);
    }
    if raw.len() > TreePath::MAX_BYTES {
        return Err(PathProblem::PathTooLong(raw.len()));
    }
    if raw.starts_with('/') {
        return Err(PathProblem::Absolute);
    }
    if raw.ends_with('/') {
        return Err(PathProblem::TrailingSlash);
    }
    if raw.contains("//") {
        return Err(PathProblem::DoubleSlash);
    }
    let depth = raw.split('/').count();
    if depth > TreePath::MAX_DEPTH {
        return Err(PathProblem::TooDeep(depth));
    }
    Ok(())
}

pub(super) fn check_name(name: &str) -> Result<(), PathProblem> {
    match name {
        "." => return Err(PathProblem::CurrentFolder),
        ".." => return Err(PathProblem::ParentFolder),
        _ if name.len() > TreePath::MAX_NAME_BYTES => return Err(PathProblem::NameTooLong(name.len())),
        _ => {}
    }
    // Nearly all names are plain, and none of the rules below is about these.
    if name.bytes().all(|byte| byte.is_ascii_graphic()) && !name.starts_with('.') {
        return Ok(());
    }
    check_characters(name)?;
    if !is_nfc(name) {
        return Err(PathProblem::NotComposed);
    }
    match name.chars().next() {
        Some(first) if first.is_whitespace() => return Err(PathProblem::LeadingSpace),
        Some(first) if is_mark(first) => return Err(PathProblem::LeadingMark(first)),
        _ => {}
    }
    let plain: String = name.nfkc().collect();
    match plain.trim_end_matches(' ') {
        "." | ".." => Err(PathProblem::DisguisedDots),
        _ => Ok(()),
    }
}

fn check_characters(name: &str) -> Result<(), PathProblem> {
    let mut before = None;
    for c in name.chars() {
        match unseen(c) {
            Some(Unseen::Control) => return Err(PathProblem::Control(c)),
            Some(Unseen::Format) => return Err(PathProblem::Format(c)),
            Some(Unseen::Blank) if !is_emoji_style(before, c) => return Err(PathProblem::Invisible(c)),
            Some(Unseen::PrivateUse) => return Err(PathProblem::PrivateUse(c)),
            Some(Unseen::Noncharacter) => return Err(PathProblem::Noncharacter(c)),
            Some(Unseen::Unassigned) => return Err(PathProblem::Unassigned(c)),
            Some(Unseen::Blank) | None => {}
        }
        if is_disguised_separator(c) {
            return Err(PathProblem::DisguisedSeparator(c));
        }
        before = Some(c);
    }
    Ok(())
}

/// Keyboards put the emoji variation selector after signs that also have a plain form (`❤️`, `⚠️`). There, and
/// only there, it can be seen: it colours the sign. Letters and digits hide it.
fn is_emoji_style(before: Option<char>, c: char) -> bool {
    c == '\u{fe0f}' && before.is_some_and(|sign| !sign.is_ascii() && sign.is_emoji_char())
}

fn is_disguised_separator(c: char) -> bool {
    !c.is_ascii() && std::iter::once(c).nfkc().any(|plain| matches!(plain, '/' | '\\'))
}

/// Whether some system takes `name` for [`TreePath::STATE_DIR`]: another case or spelling, dots and spaces at
/// the end, a stream of it (`.patchwright::$INDEX_ALLOCATION`), a place in it (`.patchwright\x`), or the short
/// name that Windows makes of it.
pub(super) fn is_state_dir(name: &str) -> bool {
    /// Windows drops the dot, keeps six letters and adds a tilde and a number.
    const SHORT_NAME: &str = "patchw~";
    // Every such name has this letter, small or large, or one that becomes it.
    if name.is_ascii() && !name.bytes().any(|byte| byte.eq_ignore_ascii_case(&b'w')) {
        return false;
    }
    let key = key_of_name(name);
    let folder = key.split([':', '\\']).next().unwrap_or(&key).trim_end_matches(['.', ' ']);
    let is_short_name = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    folder == TreePath::STATE_DIR || folder.strip_prefix(SHORT_NAME).is_some_and(is_short_name)
}

fn spell(raw: &[u8]) -> String {
    let mut spelled = String::with_capacity(raw.len());
    for chunk in raw.utf8_chunks() {
        spelled.push_str(chunk.valid());
        for byte in chunk.invalid() {
            spelled.push_str(&format!("\\x{byte:02x}"));
        }
    }
    spelled
}

#[cfg(test)]
mod tests;
