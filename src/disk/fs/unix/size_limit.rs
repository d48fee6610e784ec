//! A limit on the size of files (`ulimit -f`) is an error of the write that meets it, and not the end of the program.

#![allow(unsafe_code, reason = "what a signal does has no safe form")]

/// Lets a write beyond the limit fail, so that it is told and what was changed is restored.
///
/// The signal is heard, and not ignored: that would be handed down to every program that is started from here.
pub(crate) fn outlive_size_limit() {
    extern "C" fn heard(_: libc::c_int) {}
    let handler = heard as extern "C" fn(libc::c_int);
    // SAFETY: what is called does nothing at all, which may be done at any moment.
    unsafe { libc::signal(libc::SIGXFSZ, handler as libc::sighandler_t) };
}
