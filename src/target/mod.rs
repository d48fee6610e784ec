//! The folder a patch goes into: what is in it, and what our records say about it.

pub mod fs;

mod identify;
mod scan;

pub use identify::{Identity, Match, identify};
pub use scan::{Observation, Problem, ScanError, hash_file, observe, observe_all};

pub(crate) use identify::{Beginning, MAX_TEXT_BYTES, contains, first_bytes};
pub(crate) use scan::hash_while;

#[cfg(test)]
mod scan_tests;
