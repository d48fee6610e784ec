//! How far a long piece of work has come, and the wish to stop it.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

/// What a long piece of work is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Reading and checking the bundle.
    Reading,
    /// Comparing two folders.
    Comparing,
    /// Writing the bundle.
    Packing,
    /// Trying the bundle on a copy.
    Proving,
    /// Looking at the folder.
    Checking,
    /// Preparing the new files beside the old ones. Nothing in the folder has changed yet.
    Preparing,
    /// Exchanging old for new.
    Changing,
    /// Reading back what was written.
    Verifying,
    /// Restoring everything.
    PuttingBack,
}

impl Phase {
    /// What it is, for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Phase::Reading => "Reading the patch file",
            Phase::Comparing => "Comparing the folders",
            Phase::Packing => "Writing the patch file",
            Phase::Proving => "Testing it on a copy",
            Phase::Checking => "Checking the folder",
            Phase::Preparing => "Preparing the new files",
            Phase::Changing => "Changing the folder",
            Phase::Verifying => "Verifying",
            Phase::PuttingBack => "Restoring the files",
        }
    }

    /// Whether a wish to stop is still heard in this phase.
    pub(crate) const fn can_be_cancelled(self) -> bool {
        !matches!(self, Phase::Verifying | Phase::PuttingBack)
    }
}

/// How far a piece of work has come, as programs read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HowFar {
    /// What it is doing.
    #[serde(rename = "progress")]
    pub phase: Phase,
    /// How much of it is done.
    pub done: u64,
    /// How much there is.
    pub total: u64,
}

/// Hears how work goes. Called from several threads, often; it must be quick and must not fail.
pub trait Progress: Sync {
    /// A phase begins; `total` is its size in units that [`Progress::advance`] counts (bytes, or files where a
    /// phase moves no bytes).
    fn begin(&self, phase: Phase, total: u64);
    /// `amount` more is done.
    fn advance(&self, amount: u64);
}

/// Hands on what is written, counts it, and fails between two pieces once somebody wishes to stop.
pub(crate) struct WatchedWriter<'a, W> {
    inner: W,
    progress: &'a dyn Progress,
    cancel: &'a CancelToken,
}

impl<'a, W: Write> WatchedWriter<'a, W> {
    /// Everything goes to `inner`.
    pub fn new(inner: W, progress: &'a dyn Progress, cancel: &'a CancelToken) -> Self {
        Self { inner, progress, cancel }
    }

    /// What everything went to.
    pub fn into_inner(self) -> W {
        self.inner
    }
}

impl<W: Write> Write for WatchedWriter<'_, W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.cancel.check().map_err(io::Error::other)?;
        let length = self.inner.write(piece)?;
        self.progress.advance(length as u64);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Hears nothing.
pub struct Quiet;

impl Progress for Quiet {
    fn begin(&self, _: Phase, _: u64) {}
    fn advance(&self, _: u64) {}
}

/// The wish to stop, shared between who works and who asks. Work looks at it where stopping is safe; once the
/// commit has started nobody looks any more, and the change is finished.
#[derive(Clone, Default, Debug)]
pub struct CancelToken(Arc<AtomicBool>);

/// The work was stopped because somebody wished so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped at your request")]
pub struct Cancelled;

impl CancelToken {
    /// One that nobody has used.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the work to stop as soon as that is safe.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody asked.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Fails if somebody asked.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }
}
