//! The bundle: one file that carries a patch.

pub mod container;
pub mod delta;
mod error;
pub mod limits;

pub use error::BundleError;
