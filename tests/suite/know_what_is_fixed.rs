//! What is fixed in a folder is what trusted authors say and the files prove, and scanners are told exactly that.

mod choosing;
mod claims;
mod doubles;
mod due;
mod hostile;
mod scans;
mod scene;
mod validators;
