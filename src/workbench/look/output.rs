//! What a file that a person named for writing may replace: one of the same kind, and nothing else.

use std::path::Path;

use crate::bundle::UnverifiedBundle;
use crate::named_file;
use crate::plan::why::Making;
use crate::workbench::{Error, Result};

/// How a pack of evidence begins: the first file in it, after thirty bytes of a ZIP record.
const EVIDENCE_HEAD: &[u8] = b"SHA256SUMS";

/// How much of a file is looked at to tell what it is.
const HEAD_BYTES: usize = 512;

/// What is going to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputKind {
    PatchFile,
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
/// If a file of another kind, or a patch file that somebody signed, has the name.
pub(crate) fn refuse_taken(output: &Path, kind: OutputKind) -> Result<()> {
    // What is no file, or cannot be looked at, the writing itself refuses.
    let is_filled = std::fs::symlink_metadata(output).is_ok_and(|found| found.is_file() && found.len() > 0);
    if !is_filled {
        return Ok(());
    }
    let taken = |is_signed| Err(Error::refused(Making::Taken { output: output.to_owned(), is_signed }));
    let is_same = match kind {
        OutputKind::PatchFile => match UnverifiedBundle::open(output) {
            Ok(bundle) if bundle.is_signed() => return taken(true),
            opened => opened.is_ok(),
        },
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
    if is_same { Ok(()) } else { taken(false) }
}
