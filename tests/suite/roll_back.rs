//! A patch is taken back, and the taking back is taken back: nothing that somebody did meanwhile is lost.

mod accepting;
mod after_keeping;
mod drift;
mod edits_since;
mod kept_edits;
mod open_again;
mod untouched;
