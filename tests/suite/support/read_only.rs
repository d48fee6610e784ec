//! The real program where the disk is read-only, also for an administrator.

use std::path::Path;
use std::process::{Command, Output};

use super::sandbox::skip;

/// What the program says with these arguments while nobody can write anywhere in `folder`, which is also its home; `None` if
/// this machine can't make a disk read-only, which is told loudly.
pub fn on_a_read_only_disk(folder: &Path, story: &str, arguments: &[&str]) -> Option<Output> {
    let mount = "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" && cd \"$1\" && ! touch probe 2> /dev/null \
                 && echo mounted >&2 && shift && exec \"$@\"";
    let child = Command::new("unshare")
        .args(["-rm", "sh", "-c", mount, "sh"])
        .arg(folder)
        .arg(env!("CARGO_BIN_EXE_patchwright"))
        .args(arguments)
        .env("HOME", folder.join("home"))
        .output();
    let why_not = match child {
        Ok(child) if child.stderr.starts_with(b"mounted") => return Some(child),
        Ok(child) => String::from_utf8_lossy(&child.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    skip(story, &format!("no read-only mount: {why_not}"));
    None
}
