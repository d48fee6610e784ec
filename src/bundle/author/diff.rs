//! Puts the changes that a diff can say into one.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::AuthorError;
use super::pack::{Packed, PackedForm, WantedContent, is_told_as_a_whole};
use super::trees::{SourceSide, Trees};
use crate::bundle::BundleError;
use crate::bundle::container::{BlobSpool, PackedBlob};
use crate::bundle::diff_text::{DiffSection, SectionSide, sections, unsaid};
use crate::bundle::limits::MAX_DIFF_BYTES;
use crate::bundle::manifest::limits::DIFFED_BYTES;
use crate::diff::diff_lines_the_same_always;
use crate::diff::patch_text::{Body, write_hunk};
use crate::model::{Patch, TreePath};

/// The diff of `patch`, packed; `None` if it says nothing. `contents` are what its changes were drafted from.
pub(super) fn write(
    patch: &Patch,
    contents: &BTreeMap<&TreePath, &WantedContent>,
    packed: &Packed,
    trees: &Trees<'_>,
    spool: &BlobSpool,
) -> Result<Option<PackedBlob>, AuthorError> {
    let writer = DiffWriter { contents, packed, trees };
    let mut said = Vec::new();
    let mut left_bytes = MAX_DIFF_BYTES / 4;
    for section in sections(patch) {
        if writer.can_say(&section, &mut left_bytes)? {
            said.push(section);
        }
    }
    if said.is_empty() {
        return Ok(None);
    }
    let remark = unsaid(patch, said.len()).unwrap_or_default();
    let write = |out: &mut dyn Write| {
        out.write_all(remark.as_bytes()).map_err(cannot_write)?;
        said.iter().try_for_each(|section| writer.write(section, out))
    };
    spool.deflate(&write).map(Some)
}

struct DiffWriter<'a> {
    contents: &'a BTreeMap<&'a TreePath, &'a WantedContent>,
    packed: &'a Packed,
    trees: &'a Trees<'a>,
}

impl DiffWriter<'_> {
    /// Whether the section is written. A file that goes away is said with all its lines, if it is a text and there is
    /// room for it.
    fn can_say(&self, section: &DiffSection<'_>, left_bytes: &mut u64) -> Result<bool, AuthorError> {
        let (SectionSide::File(file), SectionSide::Nothing) = (section.before, section.after) else {
            return Ok(true);
        };
        let Some(left) =
            left_bytes.checked_sub(2 * file.size_bytes).filter(|_| file.size_bytes <= DIFFED_BYTES)
        else {
            return Ok(false);
        };
        if !is_told_as_a_whole(&self.trees.read(SourceSide::Old, &section.change.path, file)?) {
            return Ok(false);
        }
        *left_bytes = left;
        Ok(true)
    }

    fn write(&self, section: &DiffSection<'_>, out: &mut dyn Write) -> Result<(), AuthorError> {
        let path = &section.change.path;
        if !section.has_lines() {
            return section.write(Body::Same, out).map_err(cannot_write);
        }
        if let Some(PackedForm::Hunks(hunks)) =
            self.contents.get(path).map(|wanted| self.packed.form_of(wanted))
        {
            section.write(Body::Hunks(Vec::new()), out).map_err(cannot_write)?;
            let copy = |mut piece| io::copy(&mut piece, out).map(drop);
            return hunks.packed().try_for_each(copy).map_err(cannot_write);
        }
        let content = |side, tree| match side {
            SectionSide::Nothing => Ok(Vec::new()),
            SectionSide::File(file) => self.trees.read(tree, path, file),
            SectionSide::Link(link) => Ok(link.as_bytes().to_vec()),
        };
        let old = content(section.before, SourceSide::Old)?;
        let new = content(section.after, SourceSide::New)?;
        section.write(Body::Hunks(Vec::new()), out).map_err(cannot_write)?;
        let mut hunks = diff_lines_the_same_always(&old, &new, 0).hunks.into_iter();
        hunks.try_for_each(|hunk| write_hunk(out, &hunk.into())).map_err(cannot_write)
    }
}

fn cannot_write(error: io::Error) -> AuthorError {
    BundleError::io("cannot write the diff", error).into()
}
