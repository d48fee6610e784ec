//! What the stories share.

pub mod build;
pub mod chance;
pub mod console;
pub mod explore;
pub mod fault_fs;
pub mod sim_fs;
