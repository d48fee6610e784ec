//! What a file that a person named for writing may replace: one of the same kind that can be made again, and nothing else.
//! Where a dialog of the system has asked about the file, it isn't asked here again.

use std::path::Path;

use super::fixed::is_document;

use crate::bundle::UnverifiedBundle;
use crate::named_file;
use crate::plan::why::{Making, Taken};
use crate::whole_file::folder_of;
use crate::workbench::{Error, Result};

/// How a pack of evidence begins: the first file in it, after thirty bytes of a ZIP record.
const EVIDENCE_HEAD: &[u8] = b"SHA256SUMS";

/// How much of a file is looked at to tell what it is.
const HEAD_BYTES: usize = 512;

/// The longest document about what is fixed that is recognised as one.
const MAX_DOCUMENT_BYTES: usize = 64 << 20;

/// What is going to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputKind {
    PatchFile,
    /// What is fixed in a folder, for scanners and auditors.
    Fixed,
    /// What nobody makes again as it was: a review, a draft that somebody works on, a file for support. It replaces nothing.
    Single,
    GitPatch,
    Plan,
    /// How folders stand to a state file.
    Report,
    Evidence,
    Sbom,
}

/// Makes sure that nothing is lost when `output` is written.
///
/// # Errors
/// If a file of another kind, a patch file that somebody signed, or one that nobody can make again has the name.
pub(crate) fn refuse_taken(output: &Path, kind: OutputKind) -> Result<()> {
    // What is no file, or cannot be looked at, the writing itself refuses.
    let is_filled = std::fs::symlink_metadata(output).is_ok_and(|found| found.is_file() && found.len() > 0);
    if !is_filled {
        return Ok(());
    }
    let taken = |by| Err(Error::refused(Making::Taken { output: output.to_owned(), by }));
    let is_same = match kind {
        OutputKind::PatchFile => match UnverifiedBundle::open(output) {
            Ok(bundle) if bundle.is_signed() => return taken(Taken::Signed),
            opened => opened.is_ok(),
        },
        OutputKind::Fixed => {
            named_file::read(output, MAX_DOCUMENT_BYTES).is_ok_and(|text| is_document(&text))
        }
        OutputKind::Single => return taken(Taken::Any),
        // As an exported patch begins; a patch that somebody wrote or was sent is not ours to replace.
        OutputKind::GitPatch => named_file::read(output, 2 * HEAD_BYTES).is_ok_and(|head| {
            let head = String::from_utf8_lossy(&head);
            let mut lines = head.lines();
            ["From: ", "Subject: ", "---"]
                .iter()
                .all(|begin| lines.next().is_some_and(|line| line.starts_with(begin)))
        }),
        OutputKind::Report => named_file::read(output, HEAD_BYTES).is_ok_and(|head| {
            let head = String::from_utf8_lossy(&head);
            head.contains("patchwright reconcile") || head.contains("\"command\": \"reconcile\"")
        }),
        OutputKind::Sbom => named_file::read(output, HEAD_BYTES).is_ok_and(|head| {
            let head = String::from_utf8_lossy(&head);
            head.contains("\"bomFormat\"") || head.contains("\"spdxVersion\"")
        }),
        OutputKind::Plan => named_file::read(output, HEAD_BYTES)
            .is_ok_and(|head| String::from_utf8_lossy(&head).contains("\"patchwright-plan/")),
        OutputKind::Evidence => named_file::read(output, HEAD_BYTES).is_ok_and(|head| {
            head.starts_with(b"PK") && head.get(30..).is_some_and(|name| name.starts_with(EVIDENCE_HEAD))
        }),
    };
    if is_same { Ok(()) } else { taken(Taken::OtherKind) }
}

/// Makes sure that `output` doesn't come into the product in `folder`, whatever links lead there: what is there only a
/// change adds or replaces.
///
/// # Errors
/// If it would.
pub(crate) fn refuse_in_product(output: &Path, folder: &Path) -> Result<()> {
    let real = |path: &Path| path.canonicalize().ok();
    match real(folder_of(output)).zip(real(folder)) {
        Some((place, product)) if place.starts_with(&product) => {
            let (output, folder) = (output.to_owned(), folder.to_owned());
            Err(Error::refused(Making::OutputInProduct { output, folder }))
        }
        _ => Ok(()),
    }
}
