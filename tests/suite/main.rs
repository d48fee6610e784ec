//! Every user story, one file each.

mod support;
