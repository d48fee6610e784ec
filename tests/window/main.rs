//! What the window looks like and how it is used, tried without a window.

mod appearance;
mod contents;
mod contrast;
mod gallery;
mod house_rules;
mod icon;
mod letters;
mod pages;
mod parts;
#[cfg(feature = "pictures")]
mod pictures;
mod release;
mod support;
#[path = "../suite/support/tools.rs"]
#[allow(dead_code, reason = "the stories of the suite need more of it")]
mod tools;
mod two_pictures;
mod worker_process;
