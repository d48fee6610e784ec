//! What text patches say, with and without the folder that they are for.

use std::path::Path;
use std::sync::Arc;

use super::disk_tree::DiskTree;
use super::input::{TextFile, TextInput};
use super::{FileSummary, PatchFile, TextFault, TextInspection, TextReading, TextSummary, hidden, name_of};
use crate::diff::LineKind;
use crate::diff::patch_text::{Body, Fault, FileOp, FilePatch, PatchText, Uncarried};
use crate::disk::fs::Fs;
use crate::model::{Digest, Patch, TreePath};
use crate::text::name_in_message;
use crate::workbench::hidden::Hidden;
use crate::workbench::{Error, Result, Watch, Workbench};

/// Text patches as one patch.
pub(crate) struct ReadTextPatch {
    pub patch: Arc<Patch>,
    /// Its manifest; empty as long as no folder says what it changes.
    pub manifest: Vec<u8>,
    pub hidden: Hidden,
    pub reading: TextReading,
    pub file_bytes: u64,
    pub file_digest: Digest,
}

impl Workbench {
    /// What the text patches in `file` say. Needs no folder.
    ///
    /// # Errors
    /// If it cannot be read, or is broken or hostile.
    pub(crate) fn inspect_text(&self, file: PatchFile<'_>) -> Result<TextInspection> {
        let input = file.read()?;
        let texts: Vec<&[u8]> = input.files.iter().map(|file| file.bytes.as_slice()).collect();
        let (mut patches, hidden) = summaries(&input)?;
        if file.reading.reverse {
            // As they are taken out.
            patches.reverse();
        }
        Ok(TextInspection { patches, text: texts.concat(), hidden })
    }

    /// What the text patches in `file` say, as they are for `target`. Without a folder that can be read, their patch has no
    /// changes, because nobody knows yet which they are.
    ///
    /// # Errors
    /// If one of them is broken or hostile.
    pub(crate) fn read_text_for(
        &self,
        file: PatchFile<'_>,
        target: Option<&Path>,
        watch: Watch<'_>,
    ) -> Result<ReadTextPatch> {
        let (input, reading) = (file.read()?, file.reading);
        let (patches, hidden) = summaries(&input)?;
        // Why a folder cannot be read is told where it is looked at.
        let disk = target.and_then(|target| Some((target, self.disk(target).ok()?)));
        let make = |(target, disk): (&Path, Arc<dyn Fs>)| {
            self.make_of(&input, reading, DiskTree::of(&*disk, target), watch)
        };
        let made = match disk.map(make).transpose() {
            // What is broken cannot be held against a folder, and can be looked at.
            Err(Error::Text { .. }) => None,
            made => made?,
        };
        let (patch, manifest, origin) = match made {
            Some(made) => (made.patch.clone(), made.manifest().to_vec(), made.text),
            None => {
                let patches = input.patches(reading, TextFile::read)?;
                let none = reading.origin(Vec::new());
                let patch = self.patch_of(&input, reading.reverse, &patches, &none, Vec::new());
                (Arc::new(patch), Vec::new(), None)
            }
        };
        let reading = TextReading { patches, origin };
        let (file_bytes, file_digest) = (input.size_bytes(), input.digest());
        Ok(ReadTextPatch { patch, manifest, hidden, reading, file_bytes, file_digest })
    }
}

/// What each patch says, and what all of them hide.
fn summaries(input: &TextInput) -> Result<(Vec<TextSummary>, Hidden)> {
    let (mut patches, mut hidden) = (Vec::new(), Hidden::default());
    for text in &input.files {
        let read = text.read()?;
        let is_alone = read.len() == 1;
        read.iter().for_each(|patch| hidden::look_at(patch, &mut hidden));
        let all = read.iter().enumerate();
        patches.extend(all.map(|(index, patch)| summary(name_of(text, index, is_alone), patch)));
    }
    Ok((patches, hidden))
}

fn summary(name: String, patch: &PatchText<'_>) -> TextSummary {
    let file = |file: &FilePatch<'_>| {
        let hunks = match &file.body {
            Body::Hunks(hunks) => hunks.as_slice(),
            Body::Binary(..) | Body::Same => &[],
        };
        let lines = || hunks.iter().flat_map(|hunk| hunk.lines.iter());
        let count = |kind| lines().filter(|line| line.kind == kind).count();
        FileSummary {
            does: match (file.op, &file.body) {
                (FileOp::Copy, _) => "copy",
                (FileOp::Create, _) => "create",
                (FileOp::Delete, _) => "delete",
                (FileOp::Modify, Body::Same) => "change permissions",
                (FileOp::Modify, _) => "modify",
                (FileOp::Rename, _) => "rename",
            },
            name: name_in_message(file.name()),
            hunks: hunks.len(),
            added: count(LineKind::Added),
            removed: count(LineKind::Removed),
        }
    };
    let left = |left: &Uncarried| (name_in_message(&left.name), left.kind.phrase());
    let fault = |Fault { name, error }: &Fault| TextFault {
        line: error.line,
        name: name.clone(),
        problem: error.problem.clone(),
    };
    let mut faults: Vec<TextFault> = patch.faults.iter().map(fault).collect();
    faults.extend(patch.files.iter().filter_map(unusable_name));
    faults.sort_by_key(|fault| fault.line);
    TextSummary {
        name,
        header: patch.header.clone(),
        files: patch.files.iter().map(file).collect(),
        uncarried: patch.uncarried.iter().map(left).collect(),
        faults,
    }
}

/// Why no folder could have a file of this name, whatever folders are left out in front.
fn unusable_name(file: &FilePatch<'_>) -> Option<TextFault> {
    let names = [file.old.as_deref(), file.new.as_deref()];
    let problem = names.into_iter().flatten().find_map(name_problem)?;
    Some(TextFault { line: file.line, name: Some(name_in_message(file.name())), problem })
}

fn name_problem(name: &[u8]) -> Option<String> {
    if name.starts_with(b"/") {
        return Some("the name begins at the root of the disk, so it needs -p N".to_owned());
    }
    TreePath::parse_bytes(name).err().map(|error| format!("can't use the name: {}", error.problem))
}
