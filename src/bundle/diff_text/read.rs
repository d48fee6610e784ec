//! Reads a `changes.patch` beside the manifest it belongs to, and believes nothing that the manifest does not say.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::ops::Range;

use super::VerifiedDiffText;
use super::section::{DiffSection, SectionSide, sections, unsaid};
use crate::bundle::BundleError;
use crate::bundle::limits::{MAX_SECTION_BYTES, MAX_SECTION_LINES};
use crate::bundle::store::Store;
use crate::diff::patch_text::{Body, PatchHunk, parse};
use crate::diff::{apply_exactly, measure};
use crate::model::{Code, Digest, Hasher, Patch, TreePath};

/// How every section begins, and no other line of a diff.
const BEGIN: &[u8] = b"diff --git ";

/// Reads the whole text, a section at a time.
///
/// # Errors
/// Names the first thing that is not as the manifest says.
pub(in crate::bundle) fn read(patch: &Patch, content: impl Read) -> Result<VerifiedDiffText, BundleError> {
    let declared = patch.diff.ok_or_else(|| refused("the manifest does not mention it"))?;
    let failed = |error| BundleError::io("cannot keep the text", error);
    let mut reader = DiffTextReader {
        expected: sections(patch),
        next: 0,
        store: Store::for_size(declared.size_bytes).map_err(failed)?,
        found: BTreeMap::new(),
    };
    let mut pieces =
        Pieces { content: BufReader::new(content), hasher: Hasher::new(), at: 0, ahead: Vec::new() };
    let remark = pieces.take()?;
    reader.store.append(&remark).map_err(failed)?;
    loop {
        let begin = pieces.at;
        let section = pieces.take()?;
        if section.is_empty() {
            break;
        }
        reader.check(&section, begin..pieces.at)?;
        reader.store.append(&section).map_err(failed)?;
    }
    if (pieces.hasher.finish(), pieces.at) != (declared.digest, declared.size_bytes) {
        return Err(refused("it is not the text that the manifest names"));
    }
    if unsaid(patch, reader.found.len()).unwrap_or_default().as_bytes() != remark {
        return Err(refused("it begins with words that do not belong there"));
    }
    match reader
        .expected
        .iter()
        .find(|section| section.is_payload() && !reader.found.contains_key(&section.change.path))
    {
        None => Ok(VerifiedDiffText { store: reader.store, sections: reader.found }),
        Some(missing) => Err(refused(format!("it says nothing about {:?}", missing.change.path))),
    }
}

/// The text in pieces: what stands above the first section, then the sections.
struct Pieces<R> {
    content: BufReader<R>,
    hasher: Hasher,
    /// Where the next piece begins.
    at: u64,
    /// The first line of the next piece.
    ahead: Vec<u8>,
}

impl<R: Read> Pieces<R> {
    /// The next piece; none is empty but the first, which may be, and the one after the last.
    fn take(&mut self) -> Result<Vec<u8>, BundleError> {
        let mut piece = std::mem::take(&mut self.ahead);
        let mut lines = 1;
        loop {
            let begin = piece.len();
            let room = (MAX_SECTION_BYTES + 1 - begin.min(MAX_SECTION_BYTES)) as u64;
            let read = self.content.by_ref().take(room).read_until(b'\n', &mut piece);
            read.map_err(|error| BundleError::io("cannot read it", error))?;
            let is_end = piece.len() == begin;
            if is_end || piece[begin..].starts_with(BEGIN) {
                self.ahead = piece.split_off(begin);
                break;
            }
            lines += 1;
            if piece.len() > MAX_SECTION_BYTES || lines > MAX_SECTION_LINES {
                let problem = format!(
                    "it says more than {MAX_SECTION_BYTES} bytes or {MAX_SECTION_LINES} lines about one file"
                );
                return Err(BundleError::new(Code::Limit, problem));
            }
        }
        self.hasher.update(&piece);
        self.at += piece.len() as u64;
        Ok(piece)
    }
}

struct DiffTextReader<'a> {
    expected: Vec<DiffSection<'a>>,
    /// The first of the expected that did not come yet.
    next: usize,
    store: Store,
    found: BTreeMap<TreePath, Range<u64>>,
}

impl DiffTextReader<'_> {
    /// Takes the next section, or says what is wrong with it.
    fn check(&mut self, text: &[u8], place: Range<u64>) -> Result<(), BundleError> {
        let files = parse(text).map_err(|error| BundleError::new(Code::Diff, error.to_string()))?;
        let [file] = files.iter().flat_map(|text| &text.files).collect::<Vec<_>>()[..] else {
            return Err(refused("a section is about more than one file"));
        };
        // Words behind a hunk's place say what they like: a hunk has none.
        let has_only_lines =
            !matches!(&file.body, Body::Hunks(hunks) if hunks.iter().any(|hunk| !hunk.section.is_empty()));
        let is_written_so = |section: &DiffSection<'_>| {
            let mut again = Vec::with_capacity(text.len());
            has_only_lines && section.write(file.body.clone(), &mut again).is_ok() && again == text
        };
        let is_named =
            |section: &DiffSection<'_>| file.name().ends_with(section.change.path.as_str().as_bytes());
        let coming = self.expected[self.next..].iter();
        let found = coming.clone().position(|section| is_named(section) && is_written_so(section));
        let Some(index) = found.map(|found| self.next + found) else {
            let name = String::from_utf8_lossy(file.name()).into_owned();
            return Err(refused(format!(
                "what it says about {name:?} is not what the manifest says, or not at its place"
            )));
        };
        let section = &self.expected[index];
        check_lines(section, &file.body).map_err(|problem| {
            BundleError::new(Code::Diff, format!("what it says about {:?}: {problem}", section.change.path))
        })?;
        self.found.insert(section.change.path.clone(), place);
        self.next = index + 1;
        Ok(())
    }
}

/// Whether the lines can be what happens between both sides, as far as that is known without the product.
fn check_lines(section: &DiffSection<'_>, body: &Body<'_>) -> Result<(), &'static str> {
    let hunks = match (body, section.has_lines()) {
        (Body::Same, false) => return Ok(()),
        (Body::Hunks(hunks), true) => hunks,
        _ => return Err("lines where none differ, or none where some do"),
    };
    let measure = measure(hunks).ok_or("a hunk does not begin where the ones above leave it")?;
    let (old_bytes, new_bytes) = (section.before.size_bytes(), section.after.size_bytes());
    if measure.least_old_bytes > old_bytes || old_bytes as i64 + measure.growth != new_bytes as i64 {
        return Err("the lines do not make a file of the size that the manifest says");
    }
    // What comes out of nothing, or becomes nothing, is known to the last byte.
    let forward = |hunks: &[PatchHunk<'_>]| apply_exactly(b"", hunks);
    let back = |hunks: &[PatchHunk<'_>]| forward(&hunks.iter().map(PatchHunk::reversed).collect::<Vec<_>>());
    let known = match (section.before, section.after) {
        (SectionSide::Nothing, _) => section.after.is(forward(hunks)),
        (_, SectionSide::Nothing) => section.before.is(back(hunks)),
        (SectionSide::Link(old), SectionSide::Link(_)) => {
            section.after.is(apply_exactly(old.as_bytes(), hunks))
        }
        _ => true,
    };
    if known { Ok(()) } else { Err("the lines are not the content that the manifest says") }
}

impl SectionSide<'_> {
    fn size_bytes(self) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::File(file) => file.size_bytes,
            Self::Link(link) => link.len() as u64,
        }
    }

    fn is(self, content: Option<Vec<u8>>) -> bool {
        content.is_some_and(|content| match self {
            Self::Nothing => content.is_empty(),
            Self::File(file) => Digest::compute(&content) == file.digest,
            Self::Link(link) => content == link.as_bytes(),
        })
    }
}

fn refused(problem: impl Into<String>) -> BundleError {
    BundleError::new(Code::Manifest, problem)
}
