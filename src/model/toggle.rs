//! A switch that a patch brings: a value of a file that turns something off while the code stays.

use std::fmt;

use super::word::choices;
use super::{Check, PatchId, TreePath, Untrusted};

/// A switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toggle {
    /// Tells it from the patch's other switches. Ids of switches are written as those of patches.
    pub id: PatchId,
    /// What it turns on and off.
    pub title: Untrusted,
    /// The file that the program reads.
    pub file: TreePath,
    pub kind: ToggleKind,
    /// The place in the file; none where the file itself is the switch.
    pub key: Option<String>,
    pub on: Setting,
    pub off: Setting,
    /// What programs get with the variants of a flag that are on and off, as JSON; none of other switches, and where nobody
    /// has written it down.
    pub variants: Option<[String; 2]>,
    /// Where it stands once the patch is applied.
    pub initially: Position,
    pub takes_effect: TakesEffect,
    /// What it means that it is off.
    pub when_off: Untrusted,
    /// Ids out of the patch's fix set that are not there while it is off; empty: all of them.
    pub fixes: Vec<String>,
    /// Vulnerabilities that are open again while it is off.
    pub vulnerabilities: Vec<String>,
    /// The day from which on it should not be needed any more, such as `2027-06-01`.
    pub until: Option<String>,
    /// Checks after it was moved.
    pub health: Vec<Check>,
}

choices! {
    /// What sort of switch.
    #[derive(Default)]
    pub enum ToggleKind {
        /// A flag in a file of flagd.
        Flagd = "flagd",
        /// A value in a file of settings.
        #[default]
        Key = "key",
        /// A variable in a file of environment variables.
        Env = "env",
        /// Whether a file is there.
        File = "file",
    }

    /// Where a switch stands.
    #[derive(Default)]
    pub enum Position {
        /// What is new is at work.
        #[default]
        On = "on",
        /// It is not.
        Off = "off",
    }

    /// When a program sees that a switch was moved.
    #[derive(Default)]
    pub enum TakesEffect {
        /// Soon, by itself.
        Live = "live",
        /// When it is started again.
        #[default]
        Restart = "restart",
    }
}

impl Position {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Position::On => Position::Off,
            Position::Off => Position::On,
        }
    }
}

impl TakesEffect {
    /// When, as a phrase.
    pub const fn phrase(self) -> &'static str {
        match self {
            TakesEffect::Live => "when the program reads the file again, without a restart",
            TakesEffect::Restart => "when the program is restarted",
        }
    }
}

/// What stands in the file for one position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    Text(String),
    Flag(bool),
    Number(i64),
}

/// What stands for a file that is there, and for one that is not.
pub(crate) const PRESENT: &str = "present";
pub(crate) const ABSENT: &str = "absent";

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Setting::Text(text) => f.write_str(text),
            Setting::Flag(flag) => flag.fmt(f),
            Setting::Number(number) => number.fmt(f),
        }
    }
}

impl Toggle {
    /// What stands in the file at `position`.
    pub fn setting(&self, position: Position) -> &Setting {
        match position {
            Position::On => &self.on,
            Position::Off => &self.off,
        }
    }

    /// Where the switch stands that is a file, where that file is there or not.
    pub(crate) fn position_of_file(&self, is_there: bool) -> Position {
        let there = if is_there { PRESENT } else { ABSENT };
        match self.on == Setting::Text(there.to_owned()) {
            true => Position::On,
            false => Position::Off,
        }
    }
}
