//! The bundle: one file that carries a patch.

pub mod author;
pub mod container;
pub mod delta;
mod error;
mod in_memory;
pub mod limits;
pub mod manifest;
mod open;
pub mod order;
pub mod signatures;

#[cfg(test)]
mod noise;

pub use error::BundleError;
pub use in_memory::InMemory;
pub use open::{OpenError, UnverifiedBundle, VerifiedBundle, place_of};
