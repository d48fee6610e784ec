//! A script that a patch brings: the last resort, for what no change of files and no check can say.

use super::word::choices;
use super::{Digest, Untrusted};

/// A program text that runs before or after the change, if its signers may ship scripts and a person agrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// When it runs.
    pub phase: ScriptPhase,
    /// Why the patch needs it, in the vendor's words.
    pub reason: Untrusted,
    /// Its text.
    pub blob: Digest,
    /// What runs it.
    pub interpreter: Interpreter,
    /// Longest time it may take, in seconds.
    pub timeout_secs: u32,
    /// The text that undoes what it did: run by the same interpreter, within the same time.
    pub undo: Option<Digest>,
}

choices! {
    /// When a script runs. Neither is a part of the transaction: no script runs between arming and commit.
    pub enum ScriptPhase {
        /// After every check has passed, before the change is prepared.
        Before = "before",
        /// After the change is done and durable, before the health checks.
        After = "after",
    }

    /// What runs a script. A closed set: a bundle cannot name a program, so it cannot name one that it contains itself.
    pub enum Interpreter {
        /// The system's POSIX shell.
        Sh = "sh",
        /// The system's Python 3, isolated from settings and packages of the person who runs it.
        Python3 = "python3",
        /// The PowerShell that belongs to Windows, without a profile.
        PowerShell = "powershell",
        /// The command processor of Windows.
        Cmd = "cmd",
    }
}

impl Script {
    /// The texts that it has, its own first.
    pub fn blobs(&self) -> impl Iterator<Item = Digest> {
        [self.blob].into_iter().chain(self.undo)
    }
}
