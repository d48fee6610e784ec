//! The window's pages, gone through by role and name, on real folders and without a window.

mod again;
#[path = "../../suite/support/build.rs"]
#[allow(dead_code, reason = "the other stories use the rest of it")]
mod build;
mod deciding;
mod desk;
mod escaped;
mod evidence;
mod failing;
#[path = "../../suite/support/fault_fs.rs"]
#[allow(dead_code, reason = "the other stories use the rest of it")]
mod fault_fs;
mod guided;
mod hasty;
mod hidden;
mod home;
mod interrupted;
mod keyboard;
mod keys;
mod keys_tab;
mod looking;
mod making;
mod many;
mod many_findings;
mod merging;
mod papers;
mod person;
#[cfg(feature = "pictures")]
mod pictures;
mod quiet;
mod recovering;
mod rehearsing;
mod repairing;
mod reviewing;
mod sandbox;
mod scripts;
mod site;
mod switching;
mod text_patches;
mod tools;
mod truth;
mod twice_as_large;
mod verbs;
mod working;
