//! What the stories share.

pub mod build;
pub mod chance;
pub mod child;
pub mod console;
pub mod explore;
pub mod fault_fs;
pub mod hostile;
pub mod interruption;
pub mod ordinary_user;
pub mod product;
pub mod real_folder;
pub mod sandbox;
pub mod sim_fs;
pub mod trees;
