//! Every user story, one file each.

mod support;

mod failing_disk;
mod simulated_disk;
