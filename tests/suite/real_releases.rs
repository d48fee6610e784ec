//! Whole releases of products that many people use, and a file that fits into no memory: there and back.
//!
//! All of it is slow and most of it needs the network, so it runs only when it is asked for:
//! `cargo test --test suite real_releases -- --ignored --nocapture`.

mod huge_file;
mod published;
