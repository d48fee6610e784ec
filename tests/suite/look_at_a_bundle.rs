//! A bundle is looked at and verified with progress in bytes, and stops between two blocks when asked to.

use std::sync::atomic::{AtomicU64, Ordering};

use patchwright::progress::{CancelToken, Phase, Progress};
use patchwright::workbench::{Error, Watch};

use crate::support::chance::Seeded;
use crate::support::sandbox::{Bundle, Sandbox};
use crate::support::trees::Tree;

/// Counts, and wishes to stop after so many bytes.
struct Audience {
    total: AtomicU64,
    done: AtomicU64,
    patience: u64,
    cancel: CancelToken,
}

impl Audience {
    fn leaving_after(patience: u64) -> Self {
        Self { total: AtomicU64::new(0), done: AtomicU64::new(0), patience, cancel: CancelToken::new() }
    }

    fn watch(&self) -> Watch<'_> {
        Watch { progress: self, cancel: &self.cancel }
    }

    fn total(&self) -> u64 {
        self.total.load(Ordering::SeqCst)
    }

    fn done(&self) -> u64 {
        self.done.load(Ordering::SeqCst)
    }
}

impl Progress for Audience {
    fn begin(&self, phase: Phase, total: u64) {
        assert_eq!(phase, Phase::Reading);
        assert_eq!(self.total.swap(total, Ordering::SeqCst), 0, "there is one phase");
    }

    fn advance(&self, amount: u64) {
        if self.done.fetch_add(amount, Ordering::SeqCst) + amount > self.patience {
            self.cancel.cancel();
        }
    }
}

const CONTENT_BYTES: usize = 2 << 20;

/// A bundle that brings a file no packer makes smaller.
fn large_bundle(sandbox: &Sandbox) -> Bundle {
    let mut seed = Seeded::new(7);
    let bytes: Vec<u8> = std::iter::repeat_with(|| seed.next_number().to_le_bytes())
        .take(CONTENT_BYTES / 8)
        .flatten()
        .collect();
    sandbox.make(&Tree::new().file("a", "1\n"), &Tree::new().file("a", "1\n").file("large", bytes))
}

#[test]
fn looking_and_verifying_count_every_byte_they_read() {
    let sandbox = Sandbox::new();
    let bundle = large_bundle(&sandbox);
    let all_bytes = std::fs::metadata(&bundle.path).expect("a file").len() + CONTENT_BYTES as u64;

    let audience = Audience::leaving_after(u64::MAX);
    let inspection = sandbox.bench().inspect(&bundle.path, audience.watch()).expect("a good bundle");
    assert_eq!(inspection.file_digest, bundle.made.file_digest);
    assert_eq!((audience.total(), audience.done()), (all_bytes, all_bytes));

    let audience = Audience::leaving_after(u64::MAX);
    let verification = sandbox.bench().verify(&bundle.path, audience.watch()).expect("a good bundle");
    assert_eq!(verification.blobs, 1);
    assert_eq!((audience.total(), audience.done()), (all_bytes, all_bytes));
}

#[test]
fn looking_and_verifying_stop_between_two_blocks() {
    const LARGEST_BLOCK: u64 = 64 << 10;
    let sandbox = Sandbox::new();
    let bundle = large_bundle(&sandbox);
    let patience = CONTENT_BYTES as u64 / 4;

    let audience = Audience::leaving_after(patience);
    let looked = sandbox.bench().inspect(&bundle.path, audience.watch());
    assert!(matches!(looked, Err(Error::Cancelled(_))), "{looked:?}");
    assert!(audience.done() <= patience + LARGEST_BLOCK, "{} bytes were read", audience.done());

    let audience = Audience::leaving_after(patience);
    let verified = sandbox.bench().verify(&bundle.path, audience.watch());
    assert!(matches!(verified, Err(Error::Cancelled(_))), "{verified:?}");
    assert!(audience.done() <= patience + LARGEST_BLOCK, "{} bytes were read", audience.done());
}
