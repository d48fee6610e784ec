//! Text patches where a bundle is accepted: diffs, mails and series become a patch for one folder.
//!
//! 1. Read what is named: files, packed or not, and folders with a `series` (`input`, `unpack`).
//! 2. Carry the diffs out in memory on the folder, which is only read (`disk_tree`, `diff::on_tree`).
//! 3. Make a patch of the difference, with the exact content before and after every file (`patch`, `folders`,
//!    `about`).
//!
//! From there on it is a patch like any other: the same plan, the same transaction, the same safe copies.

mod about;
mod disk_tree;
mod findings;
mod folders;
mod hidden;
mod input;
mod inspect;
mod patch;
mod unpack;

use std::path::{Path, PathBuf};

use crate::bundle::{InMemory, VerifiedBundle};
use crate::diff::on_tree::{PatchOutcome, PatchReading, Series, TextOrigin, TreeChange};
use crate::diff::patch_text::{MailHeader, PatchText, StripLevel, parse, read};
use crate::diff::place::Tolerance;
use crate::model::{Digest, FileChange, Hasher, Patch};
use crate::workbench::hidden::Hidden;
use crate::workbench::{Error, Result, Watch, Workbench};

pub(super) use about::{about as about_of, line as one_line_of};
use disk_tree::DiskTree;
pub(super) use findings::{add_findings, facts, obstacles};
use input::{TextFile, TextInput};
pub(crate) use input::{is_text_patch, is_text_patch_by_name};

/// How text patches are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextOptions {
    /// How many folders at the start of each name are left out; `None`: found from the folder.
    pub strip: Option<StripLevel>,
    /// What may differ where a hunk is placed. Written to the history.
    pub tolerance: Tolerance,
    /// Undo the patches in a folder that has them without a history, instead of applying them: each backwards, the
    /// last one first.
    pub reverse: bool,
    /// Apply the rest although the patches name differences that they do not carry. Written to the history.
    pub without_uncarried: bool,
    /// A folder with what the patches were made from. Where it proves to be that, edits made since are merged.
    pub base: Option<PathBuf>,
    /// Files that belong behind the one that is named, to the same change.
    pub further: Vec<PathBuf>,
    /// Only this patch of the series, counted from 0.
    pub only: Option<usize>,
}

impl TextOptions {
    /// As they are written.
    pub(super) const AS_WRITTEN: &'static Self = &Self {
        strip: None,
        tolerance: Tolerance { fuzz: 0, ignores_white_space: false },
        reverse: false,
        without_uncarried: false,
        base: None,
        further: Vec::new(),
        only: None,
    };

    /// What became of `patches`, with how they were read.
    fn origin(&self, patches: Vec<(String, PatchOutcome)>) -> TextOrigin {
        TextOrigin { patches, tolerance: self.tolerance, without_uncarried: self.without_uncarried }
    }
}

/// A patch file as somebody names it.
#[derive(Debug, Clone, Copy)]
pub struct PatchFile<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// How it is read if it is a text patch.
    pub reading: &'a TextOptions,
}

impl<'a> From<&'a Path> for PatchFile<'a> {
    fn from(path: &'a Path) -> Self {
        Self { path, reading: TextOptions::AS_WRITTEN }
    }
}

impl<'a> From<&'a PathBuf> for PatchFile<'a> {
    fn from(path: &'a PathBuf) -> Self {
        path.as_path().into()
    }
}

impl PatchFile<'_> {
    /// The texts of a text patch.
    fn read(self) -> Result<TextInput> {
        let further = self.reading.further.iter().map(PathBuf::as_path);
        let files: Vec<&Path> = std::iter::once(self.path).chain(further).collect();
        TextInput::read(&files)
    }

    /// What stands for the texts of a text patch and how they are read, as they are now.
    pub(super) fn digest(self) -> Result<Digest> {
        Ok(self.read()?.digest_as(self.reading))
    }
}

/// What a text of patches says, without a folder.
#[derive(Debug, Clone)]
pub(crate) struct TextInspection {
    /// Each patch, in order.
    pub patches: Vec<TextSummary>,
    /// The texts of the diffs, one behind the other.
    pub text: Vec<u8>,
    /// What they hide, in words, names and added lines.
    pub hidden: Hidden,
}

/// What text patches say, and how they fit.
#[derive(Debug, Clone)]
pub struct TextReading {
    /// Each patch, in order.
    pub patches: Vec<TextSummary>,
    /// How they fit the folder; `None` where there is no folder that can be read.
    pub origin: Option<TextOrigin>,
}

/// What one patch of a series says.
#[derive(Debug, Clone)]
pub struct TextSummary {
    /// Its file, and its number in that if there are several.
    pub name: String,
    /// What is said about it.
    pub header: MailHeader,
    /// Its files: what happens to each, its name, added and removed lines.
    pub files: Vec<FileSummary>,
    /// What it names as different and does not carry: the name, escaped, and what that is.
    pub uncarried: Vec<(String, String)>,
    /// Why it cannot be applied, wherever that is: the line of the text, the name if there is one, and the problem.
    pub faults: Vec<TextFault>,
}

/// A part of a text patch that cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFault {
    /// The line of the text, from 1; 0: the text as a whole.
    pub line: usize,
    /// The file it is about, escaped.
    pub name: Option<String>,
    pub problem: String,
}

/// What a diff does to one file.
#[derive(Debug, Clone)]
pub struct FileSummary {
    /// `change`, `create` …
    pub does: &'static str,
    /// The name as it stands in the diff, escaped.
    pub name: String,
    /// How many hunks.
    pub hunks: usize,
    /// How many lines come.
    pub added: usize,
    /// How many go.
    pub removed: usize,
}

impl Workbench {
    /// The patch that the text patches in `file` are for `target`.
    pub(super) fn bundle_of_text(
        &self,
        file: PatchFile<'_>,
        target: &Path,
        watch: Watch<'_>,
    ) -> Result<VerifiedBundle> {
        let fs = self.disk(target)?;
        self.make_of(&file.read()?, file.reading, DiskTree::of(&*fs, target), watch)
    }

    fn make_of(
        &self,
        input: &TextInput,
        reading: &TextOptions,
        tree: DiskTree<'_>,
        watch: Watch<'_>,
    ) -> Result<VerifiedBundle> {
        // None of them may be broken.
        let patches = input.patches(reading, TextFile::parse)?;
        let base = reading.base.as_deref().map(|base| self.disk(base)).transpose()?;
        let base = reading.base.as_deref().zip(base.as_deref()).map(|(path, fs)| DiskTree::of(fs, path));
        let mut series = Series::new(&tree, reading.tolerance);
        if let Some(base) = &base {
            series = series.with_base(base);
        }
        let mut done = carry_out(&patches, series, watch)?;
        if !done.is_used_up
            && !done.outcomes.iter().all(|(_, patch)| patch.is_good())
            && let Some(there) = find_all_there(&patches, &tree, watch)?
        {
            done = there;
        }
        let origin = reading.origin(done.outcomes);
        let (changes, contents) = patch::changes(&done.differences, &tree)?;
        let patch = self.patch_of(input, reading.reverse, &patches, &origin, changes);
        let content = InMemory {
            contents,
            reading: input.digest_as(reading),
            source_digest: input.digest(),
            source_bytes: input.size_bytes(),
        };
        Ok(VerifiedBundle::of_text(patch, origin, content, self.keyring()?.policy(""))?)
    }

    fn patch_of(
        &self,
        input: &TextInput,
        is_reversed: bool,
        patches: &[Named<'_>],
        origin: &TextOrigin,
        changes: Vec<FileChange>,
    ) -> Patch {
        let headers: Vec<(String, MailHeader)> =
            patches.iter().map(|patch| (patch.name.clone(), patch.text.header.clone())).collect();
        let about = about::TextSource {
            name: &input.name,
            headers: &headers,
            digest: input.digest(),
            written: input.written,
            is_reversed,
            platform: &self.environment.platform,
        };
        about::patch(&about, origin, changes)
    }
}

/// One patch with what is known of it from outside.
struct Named<'i> {
    name: String,
    text: PatchText<'i>,
    reading: PatchReading,
}

/// What came of all patches.
struct Done {
    outcomes: Vec<(String, PatchOutcome)>,
    differences: Vec<TreeChange>,
    /// Whether the work ended because there was too much of it.
    is_used_up: bool,
}

fn carry_out(patches: &[Named<'_>], mut series: Series<'_>, watch: Watch<'_>) -> Result<Done> {
    let mut outcomes = Vec::new();
    for patch in patches {
        watch.cancel.check()?;
        outcomes.push((patch.name.clone(), series.apply(&patch.text, patch.reading)));
    }
    Ok(Done { outcomes, differences: series.differences(), is_used_up: series.is_used_up() })
}

/// Whether the whole of a series is in the folder already. Its first patches need not look so, because later ones
/// change the same lines; but then all of it can be taken back, from the last to the first.
fn find_all_there(patches: &[Named<'_>], tree: &DiskTree<'_>, watch: Watch<'_>) -> Result<Option<Done>> {
    let mut series = Series::new(tree, 0);
    let mut outcomes = Vec::new();
    for patch in patches.iter().rev() {
        watch.cancel.check()?;
        let reading = PatchReading { reverse: !patch.reading.reverse, ..patch.reading };
        let mut outcome = series.apply(&patch.text, reading);
        if !outcome.is_good() || outcome.has_anything_there() {
            return Ok(None);
        }
        outcome.turn_to_there();
        outcomes.push((patch.name.clone(), outcome));
    }
    outcomes.reverse();
    let turned = |TreeChange { path, before, after }| TreeChange { path, before: after, after: before };
    let differences = series.differences().into_iter().map(turned).collect();
    Ok(Some(Done { outcomes, differences, is_used_up: false }))
}

impl TextInput {
    /// Length of everything that was read, unpacked.
    fn size_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes.len() as u64).sum()
    }

    /// The patches that are wanted, in their order, as `read` reads them.
    fn patches<'i>(
        &'i self,
        options: &TextOptions,
        read: fn(&'i TextFile) -> Result<Vec<PatchText<'i>>>,
    ) -> Result<Vec<Named<'i>>> {
        let mut patches = Vec::new();
        for text in &self.files {
            let reverse = text.reverse != options.reverse;
            let reading = PatchReading { strip: options.strip.or(text.strip), reverse };
            let read = read(text)?;
            let is_alone = read.len() == 1;
            let named = |(index, patch)| Named { name: name_of(text, index, is_alone), text: patch, reading };
            patches.extend(read.into_iter().enumerate().map(named));
        }
        if options.reverse {
            patches.reverse();
        }
        match options.only {
            None => Ok(patches),
            Some(only) => Ok(patches.into_iter().skip(only).take(1).collect()),
        }
    }

    /// SHA-256 of everything that was read, unpacked, and of how it is read.
    fn digest_as(&self, options: &TextOptions) -> Digest {
        let TextOptions { strip, tolerance, reverse, without_uncarried, base, further: _, only } = options;
        let mut hasher = Hasher::new();
        let how = format!("{strip:?} {tolerance:?} {reverse} {without_uncarried} {base:?} {only:?}\n");
        hasher.update(how.as_bytes());
        for TextFile { bytes, strip, reverse, .. } in &self.files {
            hasher.update(format!("{strip:?} {reverse} {}\n", bytes.len()).as_bytes());
            hasher.update(bytes);
        }
        hasher.finish()
    }

    /// SHA-256 of everything that was read.
    fn digest(&self) -> Digest {
        match self.files.as_slice() {
            [only] => only.digest,
            many => {
                let mut hasher = Hasher::new();
                many.iter().for_each(|file| hasher.update(file.digest.to_string().as_bytes()));
                hasher.finish()
            }
        }
    }
}

impl TextFile {
    /// All of its patches, none of them broken.
    fn parse(&self) -> Result<Vec<PatchText<'_>>> {
        parse(&self.bytes).map_err(|source| Error::Text { path: self.path.clone(), source })
    }

    /// All of its patches, for whoever only looks.
    fn read(&self) -> Result<Vec<PatchText<'_>>> {
        read(&self.bytes).map_err(|source| Error::Text { path: self.path.clone(), source })
    }
}

/// How one patch of a text is called.
fn name_of(text: &TextFile, index: usize, is_alone: bool) -> String {
    if is_alone { text.name.clone() } else { format!("{}#{}", text.name, index + 1) }
}
