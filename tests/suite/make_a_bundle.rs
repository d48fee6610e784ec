//! A bundle is made from two folders, and takes a third one there and back.

mod by_chance;
mod by_lines;
mod every_kind_of_change;
mod git_history;
#[cfg(unix)]
mod proof;
mod refusals;
