//! Changing a folder, and everything that is found out before it is changed.

pub(super) mod accept;
pub(super) mod apply;
pub(super) mod apply_preview;
pub(super) mod backups;
pub(super) mod choose;
mod components;
mod dangers;
pub(super) mod decision;
mod finish_checks;
pub(super) mod health;
pub(super) mod locked;
mod made_contents;
pub(super) mod permission;
pub(super) mod plan_file;
pub(super) mod planned_step;
pub(super) mod preview;
pub(super) mod recover;
pub(super) mod repair;
pub(super) mod request;
pub(super) mod rollback;
pub(super) mod scripts;
pub(super) mod suggest;
pub(super) mod take_out;
pub(super) mod toggle;
mod trust_checks;
mod which;
mod write_down;
