//! What the benchmark is made of besides its story.

pub mod folders;
pub mod inputs;
pub mod machine;
pub mod measure;
