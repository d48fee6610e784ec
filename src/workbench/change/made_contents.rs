//! Whether what a patch file makes out of the files of a folder is what it promises. What a diff or a delta says is known to
//! be true only beside the file that it starts from, so nobody reads "ready" before that was tried.

use rayon::prelude::*;

use crate::bundle::{BundleError, VerifiedBundle};
use crate::model::{Code, Digest, FileNode, Hasher, Node, TreePath};
use crate::plan::{Note, Obstacle, PlaceRemark, Preview};
use crate::progress::{CancelToken, Quiet, WatchedWriter};
use crate::workbench::contents::{Library, NotRead};
use crate::workbench::{Error, Result, Watch};

/// Largest content that is made before anything is prepared, and most bytes of all together: a few seconds, before a plan is
/// shown. What is larger is compared while the change is prepared, as everything is.
const MAX_FILE_BYTES: u64 = 256 << 20;
const MAX_BYTES: u64 = 1 << 30;

/// Makes every content that the patch files make by `preview`, and keeps none of them. What was found true once is not tried
/// again, as for many folders. `library` has what is in the folder, and what was put together for it.
///
/// # Errors
/// If one of them is another one than the patch file promises, or somebody wished to stop.
pub(super) fn prove_made_contents(
    bundles: &[VerifiedBundle],
    preview: &mut Preview,
    library: &Library<'_>,
    watch: Watch<'_>,
) -> Result<()> {
    let can_be_set_aside = |obstacle: &Obstacle| obstacle.way_around().is_some() || obstacle.is_read_only();
    if !preview.obstacles.iter().all(can_be_set_aside) {
        return Ok(());
    }
    let (mut left_bytes, mut made, mut too_large) = (MAX_BYTES, Vec::new(), Vec::new());
    for step in &preview.plan.steps {
        let Some(file) = step.after.as_ref().and_then(Node::as_file) else { continue };
        let Some((bundle, source)) = library.maker(&file.digest) else { continue };
        let one = DerivedContent { path: &step.path, file, bundle: &bundles[bundle], source };
        match file.size_bytes <= left_bytes.min(MAX_FILE_BYTES) {
            _ if one.is_proven() => {}
            false => too_large.push(step.path.clone()),
            true => {
                left_bytes -= file.size_bytes;
                made.push(one);
            }
        }
    }
    made.par_iter().try_for_each(|one| {
        watch.cancel.check()?;
        one.prove(library, watch.cancel)
    })?;
    let later = |path: TreePath| Note::at(path, PlaceRemark::ComparedLater);
    preview.notes.extend(too_large.into_iter().map(later));
    Ok(())
}

/// A content that a bundle makes out of another one.
struct DerivedContent<'a> {
    path: &'a TreePath,
    file: &'a FileNode,
    bundle: &'a VerifiedBundle,
    source: Digest,
}

impl DerivedContent<'_> {
    fn is_proven(&self) -> bool {
        self.bundle.is_proven((self.source, self.file.digest))
    }

    fn prove(&self, library: &Library<'_>, cancel: &CancelToken) -> Result<()> {
        let problem = |problem: &str| BundleError::new(Code::Delta, format!("{:?} {problem}", self.path));
        let mut hasher = WatchedWriter::new(Hasher::new(), &Quiet, cancel);
        let made = library.copy_to(&self.file.digest, &mut hasher);
        cancel.check()?;
        let problem = match made {
            Ok(()) if hasher.into_inner().finish() == self.file.digest => {
                self.bundle.note_proven((self.source, self.file.digest));
                return Ok(());
            }
            Ok(()) => problem("doesn't become what the patch promises"),
            Err(NotRead::Bundle(error)) => error,
            Err(NotRead::SourceDamaged) => problem("is built from something else than the patch promises"),
            // What can't be read is told where it is needed.
            Err(NotRead::Disk(_) | NotRead::Nowhere) => return Ok(()),
        };
        // A file that somebody changes meanwhile says nothing against the patch file.
        match library.still_has(&self.source) {
            true => Err(Error::from(self.bundle.in_its_file(problem))),
            false => Ok(()),
        }
    }
}
