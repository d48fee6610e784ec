//! The bundle: one file that carries a patch.

pub mod author;
pub mod container;
pub mod delta;
mod diff_text;
mod error;
mod in_memory;
pub mod limits;
pub mod manifest;
mod open;
pub mod order;
pub(crate) mod script;
mod shared;
pub mod signatures;
mod store;

#[cfg(test)]
mod noise;

pub(crate) use diff_text::Direction;
pub(crate) use error::BundleError;
pub(crate) use in_memory::InMemory;
pub use open::UnverifiedBundle;
pub(crate) use open::{OpenError, VerifiedBundle, claim_of, place_of};
