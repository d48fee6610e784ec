//! How many files a process may have open is the machine's limit, and no fault of the file that is opened one too many.

use std::io;

/// Whether the process, or the whole system, has as many files open as it may.
pub(crate) fn is_out_of_handles(error: &io::Error) -> bool {
    const SYSTEM: i32 = 23;
    const PROCESS: i32 = 24;
    cfg!(unix) && matches!(error.raw_os_error(), Some(SYSTEM | PROCESS))
}
