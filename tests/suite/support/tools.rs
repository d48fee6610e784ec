//! Programs of others that stories are tried against: a machine may lack them, CI may not.

use std::env;
use std::process::{Command, Stdio};

/// What `.ci/run` installs. Without them, a whole group of stories would pass by never happening.
pub const INSTALLED_BY_CI: [&str; 7] =
    ["/usr/sbin/sshd", "ansible-playbook", "git", "minisign", "patch", "ssh-keygen", "strace"];

/// Whether `program` is on this machine; if not, says loudly that `story` does not happen.
///
/// # Panics
/// When it is missing although `REQUIRE_TOOLS=1` says that it was installed.
#[track_caller]
pub fn is_here(program: &str, story: &str) -> bool {
    // What it makes of the question does not matter: it was there to be asked.
    let found = Command::new(program).arg("--version").stdin(Stdio::null()).output().is_ok();
    let is_required = env::var_os("REQUIRE_TOOLS").is_some_and(|value| value == "1");
    assert!(
        found || !(is_required && INSTALLED_BY_CI.contains(&program)),
        "{story} did not happen: REQUIRE_TOOLS=1 is set, and {program} is missing"
    );
    if !found {
        eprintln!("SKIPPED {story}: {program} is not on this machine");
    }
    found
}
