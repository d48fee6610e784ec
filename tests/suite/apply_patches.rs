//! A patch is applied: everything or nothing, and nothing that is not named.

mod local_edits;
mod nothing_or_all;
mod on_windows;
mod what_is_kept;
mod what_windows_keeps;
