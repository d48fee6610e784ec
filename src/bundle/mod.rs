//! The bundle: one file that carries a patch.

pub mod json;
pub mod manifest;
