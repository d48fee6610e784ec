//! Takes in what a script prints, as fast as it comes and in memory that has an end.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

/// Bytes of output that are kept: half from its beginning, half from its end. More than anybody reads.
pub(crate) const KEPT_OUTPUT_BYTES: usize = 1 << 20;

/// Bytes that are read at a time.
const READ_BYTES: usize = 64 << 10;

/// Something that a script prints to.
pub(super) type Stream = Box<dyn Read + Send>;

/// What was printed so far. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Capture(Arc<(Mutex<CapturedTail>, Condvar)>);

#[derive(Debug, Default)]
struct CapturedTail {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    dropped_bytes: u64,
    streams_ended: usize,
}

impl Capture {
    /// A listener: it reads the stream that it is handed to its end, beside everything else.
    ///
    /// # Errors
    /// If the system has no thread for it.
    pub(crate) fn listener(&self, thread: Builder) -> io::Result<Sender<Stream>> {
        let capture = self.clone();
        let (sender, handed_over) = channel::<Stream>();
        let read = move || {
            // Nothing is handed over when there is nothing to listen to after all.
            let Ok(mut stream) = handed_over.recv() else { return };
            let mut piece = vec![0; READ_BYTES];
            loop {
                match stream.read(&mut piece) {
                    Ok(0) => break,
                    Ok(count) => capture.lock().add(&piece[..count]),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
            capture.lock().streams_ended += 1;
            capture.0.1.notify_all();
        };
        thread.name("script output".to_owned()).spawn(read)?;
        Ok(sender)
    }

    /// Waits until so many streams have ended, but not longer than this.
    pub(crate) fn wait_for(&self, streams: usize, longest: Duration) {
        let end = Instant::now() + longest;
        let mut kept = self.lock();
        while kept.streams_ended < streams {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            kept = self.0.1.wait_timeout(kept, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// What was kept, and how many bytes were not.
    pub fn text(&self) -> (String, u64) {
        let mut kept = self.lock();
        let CapturedTail { head, tail, dropped_bytes, .. } = &mut *kept;
        let mut text = String::from_utf8_lossy(head).into_owned();
        if *dropped_bytes > 0 {
            text.push_str("\n[…]\n");
        }
        text.push_str(&String::from_utf8_lossy(tail.make_contiguous()));
        (text, *dropped_bytes)
    }

    fn lock(&self) -> MutexGuard<'_, CapturedTail> {
        // Nothing in here is ever half done.
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CapturedTail {
    fn add(&mut self, piece: &[u8]) {
        const HALF: usize = KEPT_OUTPUT_BYTES / 2;
        let (first, rest) = piece.split_at(piece.len().min(HALF - self.head.len()));
        self.head.extend_from_slice(first);
        self.tail.extend(rest);
        let surplus = self.tail.len().saturating_sub(HALF);
        self.tail.drain(..surplus);
        self.dropped_bytes += surplus as u64;
    }
}
