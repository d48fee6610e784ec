//! Reads both sides of one change and finds out what can be said about them.

use std::io;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::encoding::{OldEncoding, TextEncoding};
use super::facts::{ContentKind, PictureFormat, SideFacts, TextFacts};
use super::hex::{HexDiff, why_binary};
use super::lines::LineHashers;
use super::notes::{ChangeNote, Equality, notes};
use super::text::{Half, LineDiff, ScannedText, TextSides, same_but_for_line_ends};
use super::white_space::WhiteSpace;
use crate::diff::excerpts;
use crate::model::TreePath;
use crate::progress::{CancelToken, Cancelled};
use crate::text::confusables::in_content;
use crate::text::{escape_line, one_line};
use crate::words::contents as words;
use crate::workbench::{
    ChangeSide, Comparison, KeyEdits, OneChange, PatchFile, Result, SideContent, Watch, Workbench,
};

/// How much of a content that is not in memory is looked at to tell what it is.
const HEAD_BYTES: usize = 64 << 10;
/// How much of a text is looked through for what it hides.
const LOOKED_THROUGH_BYTES: usize = 64 << 20;
/// Longest reason of the system that is shown, in characters.
const REASON_CHARS: usize = 300;

/// Both sides of one change, ready to be shown. Clones share what is large.
#[derive(Debug, Clone)]
pub struct ViewedContents {
    /// The place that is changed.
    pub path: TreePath,
    /// The old path, if the file is renamed.
    pub renamed_from: Option<TreePath>,
    /// What is known about the left side.
    pub before: SideFacts,
    /// What is known about the right side.
    pub after: SideFacts,
    /// What the change does beside changing lines, the weightiest first.
    pub notes: Vec<ChangeNote>,
    /// What both sides are.
    pub comparison: Comparison,
    /// How equal both sides are.
    pub equality: Equality,
    /// Why the content is shown as bytes, if it is.
    pub why_binary: Option<String>,
    /// Its edits by key.
    edits: Option<Arc<KeyEdits>>,
    text: Option<Arc<LineDiff>>,
    contents: [Option<SideContent>; 2],
    bytes: Arc<OnceLock<HexDiff>>,
    /// What all of this was made of.
    change: Arc<OneChange>,
}

/// A way to look at a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// Lines of text.
    Text,
    /// What edits by key change, and what they ask for.
    Keys,
    /// Rows of bytes.
    Bytes,
    Picture,
    /// Neither: what there is to say is in the facts and notes.
    Facts,
}

/// Reads the change at `path` of the patch in `file`; the `folder` it is for has what the patch file does not bring. `None` if the patch
/// changes nothing there. Slow: for a worker thread.
///
/// # Errors
/// If bundle or folder cannot be read, or somebody wished to stop. A content that cannot be read is no error: its
/// side says why.
pub fn load(
    workbench: &Workbench,
    file: PatchFile<'_>,
    path: &TreePath,
    folder: Option<&Path>,
    comparison: Comparison,
    watch: Watch<'_>,
) -> Result<Option<ViewedContents>> {
    let change = workbench.one_change(file, path, folder, comparison, watch)?;
    let Some(change) = change else { return Ok(None) };
    Ok(Some(ViewedContents::new(change, watch.cancel)?))
}

impl ViewedContents {
    /// Looks at both sides of a change.
    ///
    /// # Errors
    /// If somebody wished to stop.
    pub fn new(change: OneChange, cancel: &CancelToken) -> std::result::Result<Self, Cancelled> {
        Self::read_as(change, Some(OldEncoding::Windows1252), cancel)
    }

    /// The same change with texts that are in no Unicode encoding taken for this one; `None`: shown as bytes. Slow: for
    /// a worker thread.
    ///
    /// # Errors
    /// If somebody wished to stop.
    pub fn in_encoding(
        &self,
        old: Option<OldEncoding>,
        cancel: &CancelToken,
    ) -> std::result::Result<Self, Cancelled> {
        Self::read_as((*self.change).clone(), old, cancel)
    }

    fn read_as(
        change: OneChange,
        old: Option<OldEncoding>,
        cancel: &CancelToken,
    ) -> std::result::Result<Self, Cancelled> {
        let whole = Arc::new(change.clone());
        // What is in the folder is named so already.
        let source = change.before_source.filter(|_| change.comparison != Comparison::FolderToAfter);
        let mut before = SideFacts { source, ..SideFacts::of_node(change.left.as_ref()) };
        let mut after = SideFacts::of_node(change.change.after.as_ref());
        let mut contents =
            [own(&change.before, Half::Left, &mut before), own(&change.after, Half::Right, &mut after)];
        let keys = LineHashers::new();
        let mut reads = [None, None];
        for (index, facts) in [&mut before, &mut after].into_iter().enumerate() {
            if let Some(content) = &contents[index] {
                let [first, _] = &reads;
                let looked = look(content, facts, first.as_ref(), old, &keys, cancel);
                reads[index] = looked.or_else(|error| {
                    cancel.check()?;
                    facts.unavailable = Some(reason(&error.to_string()));
                    facts.kind = ContentKind::Unknown;
                    Ok(None)
                })?;
            }
        }
        let equality = equality(&before, &after, &reads);
        let why = [&before, &after].into_iter().zip(&contents).find_map(|(facts, content)| {
            let content = content.as_ref().filter(|_| facts.kind == ContentKind::Binary)?;
            why_binary(&content.read_at(0, HEAD_BYTES).ok()?)
        });
        for (facts, content) in [&before, &after].into_iter().zip(&mut contents) {
            // What stands for the lines that are not at hand is nothing to look at byte by byte.
            if facts.is_excerpt {
                *content = None;
            }
        }
        let text = compare(reads, [&before, &after], &keys, cancel)?;
        let renamed_from = change.renamed_from.map(|old| old.path);
        let old_name = renamed_from.as_ref().map(|path| escape_line(path.as_str()).into_owned());
        let notes = notes(&before, &after, old_name.as_deref());
        let (path, comparison) = (change.change.path, change.comparison);
        let bytes = Arc::new(OnceLock::new());
        let text = text.map(Arc::new);
        let why_binary = why.filter(|_| text.is_none());
        let contents = Self {
            path,
            renamed_from,
            before,
            after,
            notes,
            comparison,
            equality,
            why_binary,
            edits: change.edits.map(Arc::new),
            text,
            contents,
            bytes,
            change: whole,
        };
        if contents.views().first() == Some(&View::Bytes) {
            contents.compare_bytes(cancel)?;
        }
        Ok(contents)
    }

    /// Whether a side is a text in no Unicode encoding, so that one can be chosen.
    pub fn has_old_text(&self) -> bool {
        let is_old = |facts: &&SideFacts| {
            let encoding = facts.text.as_ref().map(|text| text.encoding);
            matches!(encoding, Some(TextEncoding::Old(_) | TextEncoding::EightBit))
        };
        [&self.before, &self.after].iter().any(is_old)
    }

    /// What is known about one side.
    pub fn facts(&self, half: Half) -> &SideFacts {
        half.of(&self.before, &self.after)
    }

    /// What one side is.
    pub fn title(&self, half: Half) -> &'static str {
        match (self.comparison, half) {
            (Comparison::FolderToAfter, Half::Left) | (Comparison::OriginalToFolder, Half::Right) => {
                words::IN_THE_FOLDER
            }
            (_, Half::Left) => words::ORIGINAL,
            (_, Half::Right) => words::AFTER,
        }
    }

    /// The bytes of one side, if it is a file whose content is there.
    pub fn content(&self, half: Half) -> Option<&SideContent> {
        self.contents[half as usize].as_ref()
    }

    /// The lines of both sides, if they are texts.
    pub fn text(&self) -> Option<&LineDiff> {
        self.text.as_deref()
    }

    /// Its edits by key, if it has some.
    pub fn edits(&self) -> Option<&KeyEdits> {
        self.edits.as_deref()
    }

    /// The bytes of both sides, once they were compared.
    pub fn bytes(&self) -> Option<&HexDiff> {
        self.bytes.get()
    }

    /// The ways to look at this change, the best first; never empty.
    pub fn views(&self) -> Vec<View> {
        let has_bytes = self.contents.iter().any(Option::is_some);
        let is_picture = |facts: &&SideFacts| matches!(facts.kind, ContentKind::Picture(_));
        let views = [
            (View::Picture, [&self.before, &self.after].iter().any(is_picture)),
            (View::Text, self.text.is_some()),
            (View::Keys, self.edits.is_some()),
            (View::Bytes, has_bytes),
            (View::Facts, !has_bytes),
        ];
        views.into_iter().filter(|(_, is_there)| *is_there).map(|(view, _)| view).collect()
    }

    /// Compares the bytes of both sides, if that was not done yet; afterwards [`ViewedContents::bytes`] has them, in every
    /// clone. Slow: for a worker thread.
    ///
    /// # Errors
    /// If somebody wished to stop.
    pub fn compare_bytes(&self, cancel: &CancelToken) -> std::result::Result<(), Cancelled> {
        if self.bytes.get().is_none() {
            let [left, right] = &self.contents;
            let bytes = HexDiff::new(left.as_ref(), right.as_ref(), cancel)?;
            // Somebody else may have been quicker, with the same result.
            self.bytes.set(bytes).ok();
        }
        Ok(())
    }

    /// The same change with its lines compared so that this white space counts. Slow: for a worker thread.
    ///
    /// # Errors
    /// If somebody wished to stop.
    pub fn ignoring(
        &self,
        white_space: WhiteSpace,
        cancel: &CancelToken,
    ) -> std::result::Result<Self, Cancelled> {
        self.with_text(cancel, |text| text.ignoring(white_space, cancel))
    }

    /// The same change with its lines compared again for at most `patience`, for whoever does not want the coarse
    /// result. Slow: for a worker thread.
    ///
    /// # Errors
    /// If somebody wished to stop.
    pub fn compare_longer(
        &self,
        patience: Duration,
        cancel: &CancelToken,
    ) -> std::result::Result<Self, Cancelled> {
        self.with_text(cancel, |text| text.again(patience, cancel))
    }

    fn with_text(
        &self,
        cancel: &CancelToken,
        compare: impl Fn(&LineDiff) -> io::Result<LineDiff>,
    ) -> std::result::Result<Self, Cancelled> {
        let text = self.text.as_ref().map(|text| compare(text)).transpose();
        cancel.check()?;
        // A disk that cannot be read any more leaves the result as it was.
        let text = text.map_or_else(|_| self.text.clone(), |text| text.map(Arc::new));
        Ok(Self { text, ..self.clone() })
    }
}

fn own(side: &ChangeSide, half: Half, facts: &mut SideFacts) -> Option<SideContent> {
    match side {
        ChangeSide::Absent | ChangeSide::NotAFile => None,
        ChangeSide::Content(content) => Some(content.clone()),
        ChangeSide::Diff(section) => {
            facts.is_excerpt = true;
            let [left, right] = excerpts(section)?;
            Some(SideContent::from(if half == Half::Left { left } else { right }))
        }
        ChangeSide::Unavailable(why) => {
            facts.unavailable = Some(reason(why));
            None
        }
    }
}

fn reason(text: &str) -> String {
    one_line(text, REASON_CHARS)
}

/// Finds out what a content is, and reads it if it is text. `before` is the text that it takes the place of; `old` is
/// what a text is taken for that is in no Unicode encoding.
fn look(
    content: &SideContent,
    facts: &mut SideFacts,
    before: Option<&ScannedText>,
    old: Option<OldEncoding>,
    keys: &LineHashers,
    cancel: &CancelToken,
) -> io::Result<Option<ScannedText>> {
    let head = content.read_at(0, HEAD_BYTES)?;
    if let Some(format) = PictureFormat::detect(&head) {
        facts.kind = ContentKind::Picture(format);
        return Ok(None);
    }
    let encoding = match content.bytes() {
        Some(bytes) => TextEncoding::detect(bytes),
        // The part of a UTF-16 text cannot be decoded in place, so such a file is shown as bytes.
        None => {
            TextEncoding::detect(&head).filter(|encoding| !matches!(encoding, TextEncoding::Utf16 { .. }))
        }
    };
    let encoding = match (encoding, content.bytes(), old) {
        // A guess that is said, and can be changed; what is not in memory is shown as it is stored.
        (Some(TextEncoding::EightBit), Some(_), Some(old)) => Some(TextEncoding::Old(old)),
        (encoding, ..) => encoding,
    };
    let Some(encoding) = encoding else {
        facts.kind = ContentKind::Binary;
        return Ok(None);
    };
    let read = ScannedText::new(content, encoding, keys, cancel)?;
    let start = read.scan.lines.start();
    // A longer text is looked through in its first part.
    let looked_through = read.content.size_bytes().min(start + LOOKED_THROUGH_BYTES as u64);
    let mut old = Vec::new();
    if let Some(before) = before {
        old = before.content.read_at(before.scan.lines.start(), LOOKED_THROUGH_BYTES)?;
    }
    let new = read.content.read_at(start, LOOKED_THROUGH_BYTES)?;
    let hidden = in_content(Some(&old), &new, &|| cancel.check().is_ok())
        .ok_or_else(|| io::Error::other(Cancelled))?;
    facts.kind = ContentKind::Text;
    facts.text = Some(TextFacts {
        encoding,
        ends: read.ends(),
        lines: read.scan.lines.count(),
        ends_with_newline: read.scan.lines.ends_with_newline(),
        hidden,
        is_looked_through: looked_through == read.content.size_bytes(),
    });
    Ok(Some(read))
}

fn equality(before: &SideFacts, after: &SideFacts, reads: &[Option<ScannedText>; 2]) -> Equality {
    let (Some(old), Some(new)) = (before.digest, after.digest) else { return Equality::NotCompared };
    match reads {
        _ if old == new => {
            let verified = before.unavailable.is_none() && after.unavailable.is_none();
            Equality::Identical { verified }
        }
        [Some(left), Some(right)] if same_but_for_line_ends(left, right) => Equality::SameText,
        _ => Equality::Different,
    }
}

fn compare(
    reads: [Option<ScannedText>; 2],
    facts: [&SideFacts; 2],
    keys: &LineHashers,
    cancel: &CancelToken,
) -> std::result::Result<Option<LineDiff>, Cancelled> {
    let is_unknown = |facts: &SideFacts| facts.unavailable.is_some();
    let (left, right, sides) = match reads {
        [Some(left), Some(right)] => (left, right, TextSides::Compared),
        [Some(left), None] if is_unknown(facts[1]) => {
            (left, ScannedText::nothing(keys), TextSides::Alone(Half::Left))
        }
        [None, Some(right)] if is_unknown(facts[0]) => {
            (ScannedText::nothing(keys), right, TextSides::Alone(Half::Right))
        }
        [Some(left), None] if !facts[1].is_file() => {
            (left, ScannedText::nothing(keys), TextSides::Only(Half::Left))
        }
        [None, Some(right)] if !facts[0].is_file() => {
            (ScannedText::nothing(keys), right, TextSides::Only(Half::Right))
        }
        _ => return Ok(None),
    };
    let diff = LineDiff::new(left, right, sides, cancel);
    cancel.check()?;
    // What can go wrong is a disk that was readable a moment ago; then the bytes will say so.
    Ok(diff.ok())
}
