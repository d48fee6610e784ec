//! A product, somebody else's folder beside it, a good bundle, and the tools to spoil that bundle in one place.

mod good;
mod scene;
mod zip;

pub use good::{Good, authored, delta_of, folder, link, whole};
#[cfg(unix)]
pub use scene::watch;
pub use scene::{By, Scene, T1_APP, app_before, put};
pub use zip::{Fields, Member, Zip, blob_name, deflated_zeros, zip64};
