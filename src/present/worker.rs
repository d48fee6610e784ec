//! What the worker is told and what it answers. The worker is the command line in a process of its own: it speaks
//! JSON, one object per line, and goes on when nobody listens any more.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::plan::Fingerprint;
use crate::progress::Phase;
use crate::report::shell_word;
use crate::workbench::{EditChoice, EditChoices};

/// A change of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A patch goes in.
    Apply {
        /// The patch file.
        bundle: PathBuf,
        /// Although nobody trusted has signed it.
        allow_unsigned: bool,
        /// Although the disk cannot keep all promises.
        accept_weak_volume: bool,
        /// What is wished for files that were edited.
        edits: EditChoices,
    },
    /// A patch goes out.
    TakeBack {
        /// Its id; without one it is the last.
        patch: Option<String>,
        /// Files that were edited since are kept aside.
        keep_edits: bool,
    },
    /// The last going back is undone.
    BringBack,
    /// An interrupted change is put back.
    UndoInterrupted {
        /// Files that were changed since are kept aside.
        aside: bool,
    },
    /// An interrupted change is finished.
    FinishInterrupted,
}

impl Change {
    /// What the worker is started with, for `folder` as it was when it had this fingerprint.
    pub fn arguments(&self, folder: &Path, expected: Option<Fingerprint>) -> Vec<OsString> {
        let mut arguments = self.words(folder);
        arguments.extend(["--yes", "--progress", "json"].map(OsString::from));
        if let Some(Fingerprint(digest)) = expected {
            arguments.extend(["--expect".into(), digest.to_string().into()]);
        }
        arguments
    }

    /// The same as a person would type it.
    pub fn command(&self, folder: &Path) -> String {
        let words = self.words(folder);
        let words: Vec<String> = words.iter().map(|word| shell_word(&word.to_string_lossy())).collect();
        format!("patchwright {}", words.join(" "))
    }

    fn words(&self, folder: &Path) -> Vec<OsString> {
        let folder = folder.as_os_str().to_owned();
        let mut words: Vec<OsString> = Vec::new();
        match self {
            Change::Apply { bundle, allow_unsigned, accept_weak_volume, edits } => {
                words.extend(["apply".into(), bundle.as_os_str().to_owned(), folder]);
                words.extend(allow_unsigned.then(|| "--allow-unsigned".into()));
                words.extend(accept_weak_volume.then(|| "--accept-weak-volume".into()));
                for (path, choice) in edits {
                    words.extend(match choice {
                        EditChoice::KeepMine => ["--keep-mine".into(), path.as_str().into()],
                        EditChoice::TakeTheirs => ["--take-theirs".into(), path.as_str().into()],
                        EditChoice::Merged(file) => {
                            let mut pair = OsString::from(format!("{path}="));
                            pair.push(file);
                            ["--merged".into(), pair]
                        }
                    });
                }
            }
            Change::TakeBack { patch, keep_edits } => {
                words.extend(["rollback".into(), folder]);
                words.extend(patch.as_ref().map(OsString::from));
                words.extend(keep_edits.then(|| "--keep-edits".into()));
            }
            Change::BringBack => words.extend(["rollback".into(), folder, "--undo".into()]),
            Change::UndoInterrupted { aside } => {
                words.extend(["recover".into(), folder, "--undo".into()]);
                if *aside {
                    words.extend(["--on-conflict", "aside"].map(OsString::from));
                }
            }
            Change::FinishInterrupted => words.extend(["recover".into(), folder, "--finish".into()]),
        }
        words
    }
}

/// One line of the worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// How far it has come.
    Progress {
        /// What it is doing.
        phase: Phase,
        /// How much of it is done.
        done: u64,
        /// How much there is.
        total: u64,
    },
    /// It has ended.
    Answer(Box<Answer>),
}

/// The worker's last word. Texts are as it wrote them and must be escaped before they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// `done`, `nothing-to-do`, or why not (see the command line's schema).
    pub outcome: String,
    /// The code, if it failed.
    pub code: String,
    /// What happened, if it failed.
    pub message: String,
    /// What that means for the files.
    pub files: Option<String>,
    /// Why.
    pub causes: Vec<String>,
    /// What to do.
    pub hints: Vec<String>,
    /// Everything that stands in the way.
    pub obstacles: Vec<AnswerObstacle>,
    /// The history entry that was written.
    pub entry: Option<AnswerEntry>,
    /// What was worth knowing.
    pub notes: Vec<AnswerNote>,
    /// Health checks that ran.
    pub checks: Vec<AnswerCheck>,
    /// What has to be restarted.
    pub restart: String,
    /// Why tidying up did not succeed.
    pub untidy: Option<String>,
    /// Number of places that recovery put back.
    pub put_back: u64,
}

/// A reason why not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct AnswerObstacle {
    /// The code.
    pub code: String,
    /// The place.
    pub path: Option<String>,
    /// What it means.
    pub meaning: String,
    /// What to do.
    pub hint: String,
}

/// The history entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct AnswerEntry {
    /// Its number.
    pub seq: u64,
    /// When, RFC 3339.
    pub time: String,
    /// Who.
    pub user: String,
    /// On which machine.
    pub host: String,
}

/// Something worth knowing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct AnswerNote {
    /// The place.
    pub path: Option<String>,
    /// What.
    pub text: String,
}

/// A check that ran.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct AnswerCheck {
    /// What was looked at.
    pub check: String,
    /// Whether it was so.
    pub passed: bool,
    /// What was seen.
    pub evidence: String,
}

#[derive(Deserialize)]
struct ProgressLine {
    progress: String,
    done: u64,
    total: u64,
}

/// Reads one line of the worker; `None` if it is none.
pub fn parse(line: &str) -> Option<Line> {
    if let Ok(ProgressLine { progress, done, total }) = serde_json::from_str(line) {
        return Some(Line::Progress { phase: Phase::of_word(&progress)?, done, total });
    }
    let answer: Answer = serde_json::from_str(line).ok()?;
    (!answer.outcome.is_empty()).then(|| Line::Answer(Box::new(answer)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_worker_are_read_and_other_lines_are_not() {
        let progress = parse(r#"{"progress":"changing","done":3,"total":9}"#);
        assert_eq!(progress, Some(Line::Progress { phase: Phase::Changing, done: 3, total: 9 }));
        let answer = parse(r#"{"schema":"patchwright/1","outcome":"done","entry":{"seq":4},"more":1}"#);
        let Some(Line::Answer(answer)) = answer else { panic!("{answer:?}") };
        assert_eq!((answer.outcome.as_str(), answer.entry.map(|entry| entry.seq)), ("done", Some(4)));
        assert_eq!(parse("{}"), None);
        assert_eq!(parse("Stopping safely…"), None);
    }

    #[test]
    fn what_the_worker_is_told_is_what_a_person_would_type() {
        let change = Change::Apply {
            bundle: "a fix.patchbundle".into(),
            allow_unsigned: true,
            accept_weak_volume: false,
            edits: EditChoices::new(),
        };
        let folder = Path::new("/opt/app");
        assert_eq!(
            change.command(folder),
            "patchwright apply \"a fix.patchbundle\" /opt/app --allow-unsigned"
        );
        let arguments = change.arguments(folder, None);
        assert!(arguments.ends_with(&["--yes".into(), "--progress".into(), "json".into()]), "{arguments:?}");
    }
}
