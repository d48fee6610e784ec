//! The window's pages, gone through by role and name, on real folders and without a window.

#[path = "../../suite/support/build.rs"]
#[allow(dead_code, reason = "the other stories use the rest of it")]
mod build;
mod deciding;
mod escaped;
mod failing;
mod guided;
mod hidden;
mod home;
mod interrupted;
mod keyboard;
mod looking;
mod person;
#[cfg(feature = "pictures")]
mod pictures;
mod quiet;
mod reviewing;
mod sandbox;
mod text_patches;
mod twice_as_large;
mod working;
