//! The window's view-model: what is shown and what a click means, without a pixel and without a file.
//!
//! Everything here is data and pure functions, so that it is tested without a window. The window draws [`Model`],
//! sends [`message::Msg`] into it and carries out the [`message::Effect`]s it answers with; what those lead to comes
//! back as [`message::Event`]s. Every text in here that came from a patch file or a folder is escaped already.

pub mod message;
mod model;
pub mod reading;
mod update;

pub mod home;
pub mod slot;

pub mod check;
pub mod guided;
pub mod outcome;
pub mod record;
pub mod worker;

pub mod workspace;

pub mod conditions;
pub mod drifted;
pub mod finding;
pub mod findings;
pub mod fit;
pub mod history;
pub mod keys;
pub mod merge;
pub mod overview;
pub mod rehearse;
pub mod review;
pub mod scripts;
pub mod switches;
pub mod tree;
pub mod tried;
pub mod why;
pub mod work;

pub mod choose;
pub mod fixed;
pub mod input;
pub mod make;

pub mod asked;
pub mod many;
pub mod rollout;
pub mod wanted;

pub mod about;
pub mod evidence;
pub mod figures;
pub mod identify;
pub mod papers;
pub mod scan;

pub mod commands;
pub mod failure;
mod page_command;

pub use model::{Model, Overlay, Page};
pub use workspace::Tab;
