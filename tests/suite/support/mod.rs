//! What the stories share.

pub mod chance;
pub mod explore;
pub mod fault_fs;
pub mod hostile;
pub mod sim_fs;
