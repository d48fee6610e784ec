//! Looks for what a patch hides: in the vendor's words, in names, and in the contents it brings.

mod words;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use super::{Large, Sides, comparison_with};
use crate::bundle::VerifiedBundle;
use crate::diff::{excerpts, is_text, pair_renames};
use crate::disk::fs::Fs;
use crate::model::{Digest, FileChange, FileNode, Node, Payload};
use crate::progress::CancelToken;
use crate::text::confusables::{Confusables, FAR_COLUMNS, brings_plain_lines, in_content};
use crate::text::escape_line;
use crate::workbench::Result;
use crate::workbench::contents::SeenFiles;
use crate::workbench::hidden::{Hidden, HiddenIn};

/// Most bytes of text that are looked through for one patch: a second or two, before a plan is shown.
const MAX_LOOKED_THROUGH_BYTES: u64 = 256 << 20;
/// Largest file that is looked through. Nobody reads larger ones as text.
const MAX_FILE_BYTES: u64 = 32 << 20;
/// What is read of a file to tell whether it is text.
const HEAD_BYTES: u64 = 8 << 10;

/// Looks through a whole patch: what it says, its names, and the text that it brings. Contents that are not in the
/// patch are looked up in a folder, if there is one: on its disk, where it was `seen` that they are.
///
/// # Errors
/// If somebody wished to stop.
pub(crate) fn in_patch(
    bundle: &VerifiedBundle,
    folder: Option<(&Arc<dyn Fs>, &SeenFiles<'_>)>,
    cancel: &CancelToken,
) -> Result<Hidden> {
    let mut hidden = Hidden::default();
    words::look_at(bundle.manifest(), &mut hidden);
    cancel.check()?;
    let changes = &bundle.patch.changes;
    hidden.look_at_names(
        changes.iter().filter(|change| change.after.is_some()).map(|change| change.path.as_str()),
    );
    let mut sides = Sides::new(
        bundle,
        (folder.map(|(disk, _)| disk), comparison_with(folder.is_some())),
        cancel,
        Large::Describe,
    );
    let kept_open = folder.map(|(disk, _)| disk.keep_folders_open());
    if let Some((_, seen)) = folder {
        sides.library = sides.library.with_own_of(seen);
    }
    let mut looker = Looker { sides, left_bytes: MAX_LOOKED_THROUGH_BYTES, known: BTreeMap::new() };
    for (change, from) in pair_renames(changes) {
        cancel.check()?;
        match looker.look_at(change, from) {
            // What only was there before is no news.
            Scanned::Through(found) if found.counts().next().is_none() => {}
            Scanned::Through(found) => {
                hidden.add(&HiddenIn::File(escape_line(change.path.as_str()).into_owned()), found);
            }
            Scanned::NotText => {}
            Scanned::NotAtAll => hidden.not_looked_through += 1,
        }
    }
    drop(kept_open);
    cancel.check()?;
    Ok(hidden)
}

/// What came of a look at one file.
enum Scanned {
    Through(Confusables),
    NotText,
    NotAtAll,
}

struct Looker<'a> {
    sides: Sides<'a>,
    left_bytes: u64,
    /// What was found in contents that come to places where nothing stood: one that comes to many is looked through once.
    known: BTreeMap<Digest, Confusables>,
}

impl Looker<'_> {
    fn look_at(&mut self, change: &FileChange, renamed_from: Option<&FileChange>) -> Scanned {
        let Some(Node::File(file)) = &change.after else { return Scanned::NotText };
        let comes_to_nothing = change.before.is_empty() && renamed_from.is_none();
        if let Some(known) = self.known.get(&file.digest).filter(|_| comes_to_nothing) {
            return Scanned::Through(known.clone());
        }
        let found = self.look_through(change, file, renamed_from);
        if let (true, Scanned::Through(found)) = (comes_to_nothing, &found) {
            self.known.insert(file.digest, found.clone());
        }
        found
    }

    fn look_through(
        &mut self,
        change: &FileChange,
        file: &FileNode,
        renamed_from: Option<&FileChange>,
    ) -> Scanned {
        let brings_text = match &change.payload {
            // What is only moved, or keeps its content, brings nothing.
            None | Some(Payload::Same { .. }) => return Scanned::NotText,
            Some(Payload::Whole { blob }) => self.head(blob).is_some_and(|head| is_text(&head)),
            Some(Payload::Diff { .. }) if self.brings_plain_lines(change) => return Scanned::NotText,
            Some(Payload::Diff { .. }) => true,
            // Its source is seldom at hand, and mostly a program; whether it is text shows when it is unpacked.
            Some(Payload::Delta { .. }) => true,
        };
        if !brings_text {
            return Scanned::NotText;
        }
        if file.size_bytes > MAX_FILE_BYTES || file.size_bytes > self.left_bytes {
            return Scanned::NotAtAll;
        }
        self.left_bytes -= file.size_bytes;
        let Ok((content, _)) = self.sides.content(file) else {
            return self.look_at_diff(change);
        };
        let Some(new) = content.bytes() else { return Scanned::NotAtAll };
        if !is_text(new) {
            return Scanned::NotText;
        }
        match self.search(None, new) {
            // Nothing is there, so nothing of it is new; the old content need not be read.
            Some(found) if found.is_empty() && !has_long_line(new) => Scanned::Through(found),
            Some(found) => {
                let old = self.old(renamed_from.unwrap_or(change), file);
                let found = if old.is_empty() { Some(found) } else { self.search(Some(&old), new) };
                found.map_or(Scanned::NotAtAll, Scanned::Through)
            }
            None => Scanned::NotAtAll,
        }
    }

    /// Where the file is not at hand: the lines that the patch's diff says, which are all that it brings.
    fn look_at_diff(&self, change: &FileChange) -> Scanned {
        let Some([old, new]) = self.sides.diff_of(change).as_deref().and_then(excerpts) else {
            return Scanned::NotAtAll;
        };
        self.search(Some(&old), &new).map_or(Scanned::NotAtAll, Scanned::Through)
    }

    /// Whether what the patch's diff brings needs no second look. Neither side has to be read then.
    fn brings_plain_lines(&self, change: &FileChange) -> bool {
        self.sides.diff_of(change).is_some_and(|section| brings_plain_lines(&section))
    }

    fn head(&self, blob: &Digest) -> Option<Vec<u8>> {
        let mut head = Vec::new();
        self.sides.bundle.open_blob(blob).ok()?.take(HEAD_BYTES).read_to_end(&mut head).ok()?;
        Some(head)
    }

    fn search(&self, old: Option<&[u8]>, new: &[u8]) -> Option<Confusables> {
        in_content(old, new, &|| self.sides.cancel.check().is_ok())
    }

    /// The first old content that is at hand; a patch for several builds is about the same lines in each.
    fn old(&self, change: &FileChange, new: &FileNode) -> Vec<u8> {
        let files = change.before.iter().filter_map(Node::as_file).filter(|file| file.digest != new.digest);
        let mut found = files.filter(|file| file.size_bytes <= MAX_FILE_BYTES).filter_map(|file| {
            let (content, _) = self.sides.content(file).ok()?;
            content.bytes().map(<[u8]>::to_vec)
        });
        found.next().unwrap_or_default()
    }
}

/// Whether a line may go beyond every screen, so that a change in it matters.
fn has_long_line(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').any(|line| line.len() > FAR_COLUMNS)
}
