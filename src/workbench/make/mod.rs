//! Makes a bundle from two folders and an order, and proves it on a copy before anybody gets it.

mod edits;
pub(super) mod evidence;
pub(super) mod export;
mod from_git;
mod from_patch;
mod git;
mod proof;
pub(super) mod sample;
mod sbom;
mod side_by_side;
mod template;
mod toggles;

use std::io;
use std::path::{Path, PathBuf};

pub(crate) use edits::EditMakeRequest;
pub(crate) use edits::TriedFile;
pub use from_git::Commits;
pub(crate) use from_git::GitMakeRequest;
pub(crate) use from_patch::TextMakeRequest;

use crate::bundle::author::{self, AuthorError, Authored};
use crate::bundle::order::{FindingWeight, MAX_ORDER_BYTES, Order, OrderFinding};
use crate::model::{Digest, Patch, PatchId, TreePath};
use crate::named_file;
use crate::plan::Note;
use crate::plan::why::Making;
use crate::workbench::look::output::{OutputKind, refuse_taken};
use crate::workbench::{Error, Result, Watch, Workbench};
use side_by_side::{SideBySide, TreeSide};

/// What to make a bundle from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeRequest {
    /// The product as it is.
    pub from: PathBuf,
    /// The product as it shall be.
    pub to: PathBuf,
    /// What a person says about the patch.
    pub order: OrderSource,
    /// Where the bundle goes.
    pub output: PathBuf,
    /// Whether it is proven.
    pub proof: ProofChoice,
}

/// Where the order comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderSource {
    File(PathBuf),
    /// As it was typed.
    Text {
        text: String,
        /// Where the files lie that it names.
        beside: PathBuf,
    },
    /// Only an id; everything else takes its default.
    Id(String),
    /// One that names the product's parts as an SBOM does, which goes along.
    Listed {
        order: Box<OrderSource>,
        sbom: PathBuf,
    },
}

/// Whether a finished bundle is applied and rolled back on a copy before it is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofChoice {
    /// Apply, compare, roll back, compare.
    RoundTrip,
    /// Do not.
    Skip,
}

/// A bundle that was made.
#[derive(Debug, Clone)]
#[must_use]
pub struct MadeBundle {
    /// What it says.
    pub patch: Patch,
    pub output: PathBuf,
    /// Its length in bytes.
    pub bundle_bytes: u64,
    /// SHA-256 of the file.
    pub file_digest: Digest,
    /// What the order could say better.
    pub warnings: Vec<OrderFinding>,
    /// Notes on the folders.
    pub notes: Vec<Note>,
}

impl Workbench {
    /// Makes a bundle. With [`ProofChoice::RoundTrip`] the finished file is applied to a copy of what it touches and rolled
    /// back again before it gets its name; what its manifest says about the proof is true.
    ///
    /// # Errors
    /// [`Error::Order`] and [`Error::Refused`] list everything that speaks against it, [`Error::Proof`] says what the
    /// proof found. Nothing is left behind, and what had the output's name still has it.
    pub fn make(&self, request: &MakeRequest, watch: Watch<'_>) -> Result<MadeBundle> {
        let mut order = read_order(&request.order)?;
        refuse_nested(&request.from, &request.to)?;
        if !order.edits.is_empty() {
            edits::pack(&mut order, &*self.disk(&request.from)?, &*self.disk(&request.to)?)?;
        }
        self.make_with(order, &request.from, &request.to, &request.output, request.proof, watch)
    }

    fn make_of_sides(
        &self,
        order: Order,
        sides: &SideBySide,
        output: &Path,
        proof: ProofChoice,
        watch: Watch<'_>,
    ) -> Result<MadeBundle> {
        let (from, to) = (sides.root(TreeSide::Old), sides.root(TreeSide::New));
        self.make_with(order, &from, &to, output, proof, watch)
    }

    fn make_with(
        &self,
        mut order: Order,
        from: &Path,
        to: &Path,
        output: &Path,
        proof: ProofChoice,
        watch: Watch<'_>,
    ) -> Result<MadeBundle> {
        refuse_taken(output, OutputKind::PatchFile)?;
        let created = self.environment.made_at().ok_or_else(|| Error::refused(Making::NoSourceDate))?;
        let (old, new) = (self.disk(from)?, self.disk(to)?);
        toggles::prove(&mut order, &*new)?;
        let bundle = author::author(&author::AuthorRequest {
            old: &*old,
            new: &*new,
            order: &order,
            created: &created,
            proven: proof == ProofChoice::RoundTrip,
            output,
            outside_of: &[from, to],
            progress: watch.progress,
            cancel: watch.cancel,
        });
        let bundle = bundle.map_err(|error| failed(error, from, to))?;
        if proof == ProofChoice::RoundTrip {
            self.prove(bundle.path(), &*old, output, watch)?;
        }
        watch.cancel.check()?;
        let Authored { patch, bundle_bytes, file_digest, notes, .. } =
            bundle.publish().map_err(|error| failed(error, from, to))?;
        Ok(MadeBundle {
            patch,
            output: output.to_owned(),
            bundle_bytes,
            file_digest,
            warnings: order.warnings,
            notes,
        })
    }
}

fn read_order(source: &OrderSource) -> Result<Order> {
    match source {
        OrderSource::File(path) => read_order_file(path),
        OrderSource::Text { text, beside } => {
            parse_order(text, beside).map_err(|findings| Error::Order { path: None, findings })
        }
        OrderSource::Id(id) => match PatchId::parse(id) {
            Some(id) => Ok(Order::minimal(id, None, None)),
            None => Err(Error::Order { path: None, findings: vec![no_id(id)] }),
        },
        OrderSource::Listed { order, sbom } => sbom::added(read_order(order)?, sbom),
    }
}

fn read_order_file(path: &Path) -> Result<Order> {
    let failed = |source| Error::File { doing: "read the patch order", path: path.to_owned(), source };
    let text = named_file::read_text(path, MAX_ORDER_BYTES).map_err(failed)?;
    if text.len() > MAX_ORDER_BYTES {
        let problem = format!("it has more than {MAX_ORDER_BYTES} bytes");
        return Err(failed(io::Error::new(io::ErrorKind::FileTooLarge, problem)));
    }
    parse_order(&text, path.parent().unwrap_or(Path::new("")))
        .map_err(|findings| Error::Order { path: Some(path.to_owned()), findings })
}

/// Reads an order together with the files `beside` it that it names.
fn parse_order(text: &str, beside: &Path) -> std::result::Result<Order, Vec<OrderFinding>> {
    let read_file =
        |name: &TreePath, max_bytes: u64| named_file::read(&beside.join(name.as_str()), max_bytes as usize);
    Order::parse_with_files(text, &read_file)
}

fn no_id(id: &str) -> OrderFinding {
    let message = format!(
        "{id:?} is no patch id: 1 to {} letters, digits, \".\", \"_\" or \"-\", the first a letter or digit",
        PatchId::MAX_BYTES
    );
    OrderFinding { line: 1, column: 1, level: FindingWeight::Error, field: "id".to_owned(), message }
}

/// One folder in the other would be a part of it, and the patch would be about the folders, not the product.
fn refuse_nested(from: &Path, to: &Path) -> Result<()> {
    let (Ok(real_from), Ok(real_to)) = (from.canonicalize(), to.canonicalize()) else {
        return Ok(()); // Opening them says why.
    };
    if real_from == real_to || !(real_from.starts_with(&real_to) || real_to.starts_with(&real_from)) {
        return Ok(());
    }
    Err(Error::refused(Making::Nested { from: from.to_owned(), to: to.to_owned() }))
}

fn failed(error: AuthorError, from: &Path, to: &Path) -> Error {
    let place = |side, path: &str| match side {
        author::SourceSide::Old => from.join(path),
        author::SourceSide::New => to.join(path),
    };
    match error {
        AuthorError::Refused(obstacles) => Error::Refused(obstacles),
        AuthorError::Scan { source, .. } => Error::Scan(source),
        AuthorError::Read { side, path, source } => {
            Error::File { doing: "read", path: place(side, path.as_str()), source }
        }
        AuthorError::Changed { side, path } => {
            Error::refused_at(&path, Making::ChangedInside { side: side.as_str() })
        }
        AuthorError::Sbom { path, source } => Error::File { doing: "read the SBOM", path, source },
        AuthorError::Output { path, source } => Error::File { doing: "write the patch file", path, source },
        AuthorError::Bundle(error) => error.into(),
        AuthorError::Cancelled(cancelled) => cancelled.into(),
    }
}
