//! The only code that changes a target.
