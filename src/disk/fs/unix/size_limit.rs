//! A limit on the size of files (`ulimit -f`) is an error of the write that meets it, and not the end of the program.

use std::sync::{Arc, atomic::AtomicBool};

use signal_hook::{consts::SIGXFSZ, flag};

/// Lets a write beyond the limit fail, so that it is told and what was changed is restored.
///
/// The signal is heard, and not ignored: that would be handed down to every program that is started from here.
pub(crate) fn outlive_size_limit() {
    // The write fails all the same; nobody asks whether it was heard. Where it can't be, the limit ends the program as ever.
    let _ = flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
}
