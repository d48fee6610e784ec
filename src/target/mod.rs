//! The folder a patch goes into: what is in it, and what our records say about it.

pub mod fs;
