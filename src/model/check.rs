//! Checks before and after a change, and what they look at.

use super::word::choices;
use super::{Digest, TreePath};

choices! {
    /// How much a check matters.
    pub enum Level {
        /// Its failure stops the apply (preflight) or undoes it (health).
        Required = "required",
        /// Its failure is reported.
        Wanted = "wanted",
    }
}

/// A declarative check before (preflight) or after (health) the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What is looked at.
    pub probe: Probe,
    /// How much it matters.
    pub level: Level,
    /// Longest time one try may take, in seconds; 1 to 300.
    pub timeout_secs: u32,
    /// Further tries after the first, one second apart; at most 60.
    pub retries: u32,
}

/// What a check looks at. None of them runs a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// Something is at the path (or nothing, if `present` is false).
    File {
        /// The path in the target.
        path: TreePath,
        present: bool,
        /// The content it must have.
        digest: Option<Digest>,
    },
    /// The file contains the text.
    Text {
        /// The path in the target.
        path: TreePath,
        /// The text.
        contains: String,
    },
    /// The product reports this version ([`super::about::Product::detect`]).
    Version {
        /// The version.
        is: String,
    },
    /// At least this much space is free on the target's disk.
    Disk { free_bytes: u64 },
    /// Something listens (or nothing listens) on this TCP port of this machine or a named host.
    Port {
        /// Host name or address; `localhost` if the bundle names none.
        host: String,
        /// TCP port.
        port: u16,
        open: bool,
    },
    /// A plain HTTP/1.1 `GET` answers with this status, and the body contains this text.
    Http {
        /// `http://` URL on the loopback interface or a host the bundle names.
        url: String,
        /// Expected status code.
        status: u16,
        /// Text the first 64 KiB of the body must contain.
        contains: Option<String>,
    },
    /// A process of this name runs (or does not).
    Process {
        /// File name of the program, without folder.
        name: String,
        /// Whether it has to run.
        running: bool,
    },
}
