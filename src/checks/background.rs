//! Work that may hang (name resolution, sockets), kept away from whoever waits for it.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Instant;

use super::{LISTEN_EVERY, Limits};
use crate::progress::Cancelled;

/// Does `work` on a thread of its own and waits for its answer until the deadline; `None` when it is late.
///
/// A thread that is late is left alone: it owns nothing but its socket, and ends when the system's own time-outs
/// (or the ones it was given) end its call. There is no portable way to end a name resolution from outside.
pub(super) fn in_background<T: Send + 'static>(
    limits: &Limits<'_>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<Option<T>, Cancelled> {
    let (answer, answers) = sync_channel(1);
    let worker = thread::Builder::new().name("check".to_owned()).spawn(move || {
        // Nobody listening any more is the normal end of late work.
        let _ = answer.send(work());
    });
    if worker.is_err() {
        return Ok(None);
    }
    loop {
        limits.cancel.check()?;
        let left = limits.deadline.saturating_duration_since(Instant::now());
        match answers.recv_timeout(left.min(LISTEN_EVERY)) {
            Ok(answer) => return Ok(Some(answer)),
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(RecvTimeoutError::Timeout) if limits.is_late() => return Ok(None),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::progress::CancelToken;

    #[test]
    fn late_work_is_left_behind() {
        let cancel = CancelToken::new();
        let timeout = Duration::from_millis(60);
        let limits = Limits { deadline: Instant::now() + timeout, timeout, cancel: &cancel };
        let answer = in_background(&limits, || thread::sleep(Duration::from_secs(20)));
        assert_eq!(answer, Ok(None));
    }

    #[test]
    fn a_wish_to_stop_ends_the_wait() {
        let cancel = CancelToken::new();
        let timeout = Duration::from_secs(60);
        let limits = Limits { deadline: Instant::now() + timeout, timeout, cancel: &cancel };
        let stop = cancel.clone();
        let answer = in_background(&limits, move || {
            stop.cancel();
            thread::sleep(Duration::from_secs(20));
        });
        assert_eq!(answer, Err(Cancelled));
    }
}
