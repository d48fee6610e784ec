//! Programs of others that stories are tried against: a machine may lack them, CI may not.

use std::env;
use std::process::{Command, Stdio};

/// What `.ci/run` installs. Without them, a whole group of stories would pass by never happening.
pub const INSTALLED_BY_CI: [&str; 7] =
    ["/usr/sbin/sshd", "ansible-playbook", "git", "minisign", "patch", "ssh-keygen", "strace"];

/// A registry whose packages `.ci/run` installs where it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registry {
    Npm,
    PyPi,
}

impl Registry {
    /// What says that its packages were installed.
    pub const fn variable(self) -> &'static str {
        match self {
            Registry::Npm => "REQUIRE_NPM",
            Registry::PyPi => "REQUIRE_PYPI",
        }
    }

    /// What `.ci/run` installs from it: programs have the names of their packages.
    pub const fn packages(self) -> &'static [&'static str] {
        match self {
            Registry::Npm => &["@secvisogram/csaf-validator-lib"],
            Registry::PyPi => &[
                "ansible-lint",
                "check-jsonschema",
                "cvss",
                "cyclonedx-python-lib",
                "in-toto-attestation",
                "javaproperties",
                "jsonpatch",
                "openfeature-provider-flagd",
                "prometheus-client",
                "PyYAML",
                "ruamel.yaml",
                "securesystemslib",
                "tomlkit",
                "vexipy",
                "zizmor",
            ],
        }
    }
}

/// Whether `program` is on this machine; if not, says loudly that `story` does not happen.
///
/// # Panics
/// When it is missing although `REQUIRE_TOOLS=1`, or the variable of its registry, says that it was installed.
#[track_caller]
pub fn is_here(program: &str, story: &str) -> bool {
    // What it makes of the question does not matter: it was there to be asked.
    let found = Command::new(program).arg("--version").stdin(Stdio::null()).output().is_ok();
    if found {
        return true;
    }
    assert!(
        !(is_set("REQUIRE_TOOLS") && INSTALLED_BY_CI.contains(&program)),
        "{story} did not happen: REQUIRE_TOOLS=1 is set, and {program} is missing"
    );
    match Registry::PyPi.packages().contains(&program) {
        true => lacks(Registry::PyPi, story, &format!("{program} is not on this machine")),
        false => eprintln!("SKIPPED {story}: {program} is not on this machine"),
    }
    false
}

/// Says loudly that `story` does not happen, since something of a registry is missing.
///
/// # Panics
/// When the variable of the registry says that it was installed.
#[track_caller]
pub fn lacks(registry: Registry, story: &str, what: &str) {
    let variable = registry.variable();
    assert!(!is_set(variable), "{story} did not happen: {variable}=1 is set, and {what}");
    eprintln!("SKIPPED {story}: {what}");
}

/// Whether Python has these modules; if not, says loudly that `story` does not happen.
///
/// # Panics
/// As [`is_here`].
#[track_caller]
pub fn python_has(modules: &str, story: &str) -> bool {
    if !is_here("python3", story) {
        return false;
    }
    let import = ["-c", &format!("import {modules}")];
    let has_them = Command::new("python3").args(import).output().is_ok_and(|run| run.status.success());
    if !has_them {
        lacks(Registry::PyPi, story, &format!("Python lacks one of these modules: {modules}"));
    }
    has_them
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| value == "1")
}
