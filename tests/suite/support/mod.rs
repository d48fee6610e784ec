//! What the stories share.

pub mod build;
pub mod console;
pub mod cut;
pub mod ordinary_user;
pub mod product;
pub mod real_folder;
pub mod sandbox;
pub mod tools;
pub mod trees;
pub mod trust;

pub mod hostile;

pub mod chance;
pub mod explore;
pub mod fault_fs;
pub mod sim_fs;

pub mod child;
pub mod interruption;
pub mod loop_disk;
