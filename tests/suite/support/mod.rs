//! What the stories share.

pub mod chance;
pub mod explore;
pub mod fault_fs;
pub mod ordinary_user;
pub mod sandbox;
pub mod sim_fs;
pub mod trees;
