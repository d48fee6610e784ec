//! Patchwright applies patches to a product folder, and rolls any of them back later.
//!
//! ARCHITECTURE.md has the way of one apply and a table of what is where. In short: `model` has the words, `plan` says
//! what should happen, `transaction` makes it true, `workbench` has one method per thing a person wants, and the front
//! ends render its answers.
//!
//! ```text
//! bin → cli | gui → present → viewer → toolkit → words → report → workbench → bundle, checks, scripts, settings, transaction → ledger → disk, trust → plan → diff → text → model
//! ```
//!
//! A module uses only what stands to its right, and never its neighbour in the same place;
//! `tests/suite/architecture.rs` fails on an arrow that points left.
//! `environment`, `guarded`, `named_file`, `progress`, `threads` and `whole_file` stand beside the line: whoever does
//! something may use them (`plan`, `diff`, `text` and `model` only compute), and they use nothing but `model`.

pub mod cli;
#[cfg(feature = "gui")]
pub mod gui;
pub mod present;
pub mod report;
#[cfg(feature = "gui")]
pub mod toolkit;
pub mod viewer;
pub mod words;
pub mod workbench;

pub mod bundle;
pub mod checks;
pub mod scripts;
pub mod settings;
pub mod transaction;

pub mod ledger;

pub mod disk;
pub mod trust;

pub mod plan;

pub mod diff;
pub mod text;

pub mod model;

pub mod environment;
pub mod guarded;
pub mod named_file;
pub mod progress;
pub mod threads;
pub mod whole_file;
