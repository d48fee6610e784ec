//! What else an entry says about its event: facts, from which the words for people are made here, and nowhere else.
//!
//! Histories written by older programs have sentences instead. Those are shown as they are, and nothing is decided by them.

use serde::{Deserialize, Serialize};

use super::{Action, CheckNote, Entry, ScriptNote, ScriptState, as_text};
use crate::diff::on_tree::{HunkOutcome, prefix_phrase};
use crate::diff::patch_text::{StripLevel, UncarriedKind};
use crate::diff::place::HunkGrade;
use crate::model::{Digest, TreePath, VersRange};
use crate::plan::{FileNote, Note, Obstacle};
use crate::text::said_of;

/// One thing that somebody may want to know long after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum EntryFact {
    /// An obstacle that was set aside on request.
    Accepted {
        /// Its code.
        code: String,
        /// The rule that was set aside for it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        rule: Option<String>,
        /// What was shown to whoever set it aside.
        shown: String,
    },
    /// What became of a file that was not as it should be.
    File {
        path: String,
        became: FileNote,
    },
    /// What was noted about a file, as it was shown.
    Noted {
        path: String,
        shown: String,
    },
    /// A part that a patch needs is there, as far as an SBOM can say.
    Component {
        patch: String,
        purl: String,
        /// As a `vers:` range.
        versions: String,
        found: String,
        sbom: String,
        format: String,
        #[serde(with = "as_text")]
        sha256: Digest,
        components: usize,
    },
    /// A part that a patch needs is there, as a file in the folder says.
    ComponentInFile {
        patch: String,
        purl: String,
        /// As a `vers:` range.
        versions: String,
        found: String,
        path: String,
    },
    /// No patch that came is in this list of withdrawn ones.
    NotWithdrawn {
        list: String,
        #[serde(with = "as_text")]
        sha256: Digest,
    },
    /// How the names in a text patch were read.
    TextPatch {
        patch: String,
        strip: StripLevel,
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        stripped: Vec<String>,
    },
    /// Lines around a change that were allowed to differ.
    Fuzz {
        lines: usize,
    },
    WhiteSpaceIgnored,
    /// What a text patch names as different and doesn't bring; where the product would be another one with it, somebody
    /// agreed to do without.
    NotCarried {
        patch: String,
        path: String,
        what: UncarriedKind,
        agreed: bool,
    },
    /// A hunk whose place is not certain.
    UncertainHunk {
        patch: String,
        path: String,
        hunk: usize,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        line: Option<usize>,
        fits: UncertainFit,
    },
    /// A check or script of this entry that failed, which is why the change was rolled back.
    FailedCheck {
        check: String,
    },
    /// A check of this entry that somebody stopped before it had an answer, which is why the change was rolled back.
    StoppedCheck {
        check: String,
    },
    /// The scripts of the patch were left as they were, on request.
    ScriptsNotUndone,
    /// The same as the patches that an entry names, of older programs.
    RolledBackTogether {
        patches: Vec<String>,
    },
    ActiveAgain {
        patches: Vec<String>,
    },
    /// A rollback that can't be undone any more.
    RollbackKept {
        patch: String,
    },
    /// The backup of an edited file that is gone.
    EditBackupDeleted {
        path: String,
    },
    /// A patch file that contents were taken from.
    RestoredFrom {
        patch: String,
        #[serde(with = "as_text")]
        sha256: Digest,
    },
    /// The change was restored because it failed, with this error.
    ChangeFailed {
        error: String,
    },
    /// The change was restored because it was cut short.
    Interrupted {
        rollback: bool,
    },
    NewerContentKept {
        path: String,
    },
    FolderInUse {
        path: String,
    },
    DeletedByOthers {
        path: String,
    },
    ChangedByOthers {
        path: String,
    },
    OriginalMissing {
        path: String,
    },
    /// A thing of somebody else, and where it is now.
    PutAside {
        path: String,
        #[serde(rename = "as")]
        now: String,
    },
    /// State files leave the folder alone, and why.
    Held {
        reason: String,
    },
}

/// How an uncertain hunk fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum UncertainFit {
    Merged,
    Loose { fuzz: usize, moved: isize },
    Spaced { moved: isize },
}

impl UncertainFit {
    /// Nothing where a hunk is certain, or has no place.
    pub(crate) fn new(grade: &HunkGrade) -> Option<Self> {
        match *grade {
            HunkGrade::Merged => Some(UncertainFit::Merged),
            HunkGrade::Loose { fuzz, moved } => Some(UncertainFit::Loose { fuzz, moved }),
            HunkGrade::Spaced(moved) => Some(UncertainFit::Spaced { moved }),
            _ => None,
        }
    }

    fn phrase(self, line: Option<usize>) -> String {
        let grade = match self {
            UncertainFit::Merged => HunkGrade::Merged,
            UncertainFit::Loose { fuzz, moved } => HunkGrade::Loose { fuzz, moved },
            UncertainFit::Spaced { moved } => HunkGrade::Spaced(moved),
        };
        HunkOutcome { line: 0, stated: 0, at: line, grade }.sentence()
    }
}

impl EntryFact {
    pub(crate) fn accepted(obstacle: &Obstacle) -> Self {
        EntryFact::Accepted {
            code: obstacle.code().to_string(),
            rule: obstacle.way_around().map(|rule| rule.rule().to_owned()),
            shown: obstacle.sentence(),
        }
    }

    /// What a note says about a file, if it is about one.
    pub(crate) fn of_note(note: &Note) -> Option<Self> {
        let path = note.path.clone()?;
        Some(match note.file.clone() {
            Some(became) => EntryFact::File { path, became },
            None => EntryFact::Noted { path, shown: note.text.clone() },
        })
    }

    /// The fact in words, which may hold anything from outside: escape them. `entry` is the one that it is in.
    fn sentence(&self, entry: &Entry) -> String {
        match self {
            EntryFact::Accepted { shown, .. } => format!("allowed: {shown}"),
            EntryFact::File { path, became } => said_of(path, &became.phrase()),
            EntryFact::Noted { path, shown } => said_of(path, shown),
            EntryFact::Component { .. }
            | EntryFact::ComponentInFile { .. }
            | EntryFact::NotWithdrawn { .. } => self.what_was_asked(),
            EntryFact::TextPatch { .. }
            | EntryFact::Fuzz { .. }
            | EntryFact::WhiteSpaceIgnored
            | EntryFact::NotCarried { .. }
            | EntryFact::UncertainHunk { .. } => self.how_a_text_patch_fits(),
            EntryFact::FailedCheck { check } => {
                let is_it = |one: &CheckNote| !one.passed && one.check == *check;
                entry.outcomes().iter().find(|one| is_it(one)).map_or_else(|| check.clone(), CheckNote::line)
            }
            EntryFact::StoppedCheck { check } => format!("{} stopped this check: {check}", entry.user.raw()),
            EntryFact::ScriptsNotUndone => "the patch's scripts were not undone, at your request".to_owned(),
            EntryFact::RolledBackTogether { patches } => {
                format!("rolled back together: {}", patches.join(", "))
            }
            EntryFact::ActiveAgain { patches } => format!("{} became active again", patches.join(", ")),
            EntryFact::RollbackKept { patch } => format!("the rollback of {patch} is kept for good"),
            EntryFact::EditBackupDeleted { path } => {
                format!("{path}: the backup of your edited file was deleted")
            }
            EntryFact::RestoredFrom { patch, sha256 } => {
                format!("restored from the patch file of {patch}, SHA-256 {sha256}")
            }
            EntryFact::ChangeFailed { error } => error.clone(),
            EntryFact::Interrupted { rollback: true } => {
                "the rollback was interrupted; the files were restored".to_owned()
            }
            EntryFact::Interrupted { rollback: false } => {
                "it was interrupted; the files were restored".to_owned()
            }
            EntryFact::NewerContentKept { path } => format!("kept the newer content of {path}"),
            EntryFact::FolderInUse { path } => format!("kept the folder {path}, which is in use"),
            EntryFact::DeletedByOthers { path } => format!("{path} was deleted by something else"),
            EntryFact::ChangedByOthers { path } => {
                format!("left {path} as it was changed by something else")
            }
            EntryFact::OriginalMissing { path } => format!("the original of {path} was missing"),
            EntryFact::PutAside { path, now } => format!("kept a copy of {path} as {now}"),
            EntryFact::Held { reason } => format!("reason: {reason}"),
        }
    }

    fn what_was_asked(&self) -> String {
        match self {
            EntryFact::ComponentInFile { patch, purl, versions, found, path } => {
                format!("{patch} needs {purl} {}; {path} says {found}", range_phrase(versions))
            }
            EntryFact::Component { patch, purl, versions, found, sbom, format, sha256, components } => {
                let range = range_phrase(versions);
                format!(
                    "{patch} needs {purl} {range}; this SBOM says {found} \
                     (the word of {sbom}, {format}, SHA-256 {sha256}, {components} components)"
                )
            }
            EntryFact::NotWithdrawn { list, sha256 } => {
                format!("not in the list of withdrawn patches {list}, SHA-256 {sha256}")
            }
            _ => String::new(),
        }
    }

    fn how_a_text_patch_fits(&self) -> String {
        match self {
            EntryFact::TextPatch { patch, strip, stripped } => {
                format!("text patch {patch}: {}", prefix_phrase(*strip, stripped))
            }
            EntryFact::Fuzz { lines } => {
                format!("up to {lines} lines around a change were allowed to differ (--fuzz)")
            }
            EntryFact::WhiteSpaceIgnored => {
                "differences in white space were ignored (--ignore-whitespace)".to_owned()
            }
            EntryFact::NotCarried { patch, path, what, agreed } => {
                let agreed = if *agreed { "--without-uncarried: " } else { "" };
                format!("{agreed}{path}: {} [{patch}]", what.phrase())
            }
            EntryFact::UncertainHunk { patch, path, hunk, line, fits } => {
                format!("{patch}: hunk {hunk} of {path} is {}", fits.phrase(*line))
            }
            _ => String::new(),
        }
    }
}

impl Entry {
    /// Everything else that is to be said about it, in words that may hold anything from outside: escape them.
    pub fn remarks(&self) -> Vec<String> {
        self.remarks_on(|_| true)
    }

    /// The same without what its outcomes say already.
    pub(crate) fn further_remarks(&self) -> Vec<String> {
        self.remarks_on(|fact| {
            !matches!(fact, EntryFact::FailedCheck { .. } | EntryFact::StoppedCheck { .. })
        })
    }

    fn remarks_on(&self, is_told: impl Fn(&EntryFact) -> bool) -> Vec<String> {
        let facts = self.facts.iter().filter(|fact| is_told(fact));
        self.older_remarks.iter().cloned().chain(facts.map(|fact| fact.sentence(self))).collect()
    }

    /// Why somebody wants the folder left alone, to be shown. An older program wrote it as the only sentence.
    pub(crate) fn hold_reason(&self) -> Option<&str> {
        let held = self.facts.iter().find_map(|fact| match fact {
            EntryFact::Held { reason } => Some(reason),
            _ => None,
        });
        held.or(self.older_remarks.first()).map(String::as_str)
    }

    /// Whether somebody stopped this check of it before it had an answer.
    pub(crate) fn has_stopped(&self, note: &CheckNote) -> bool {
        let is_it =
            |fact: &EntryFact| matches!(fact, EntryFact::StoppedCheck { check } if *check == note.check);
        let stopped =
            |script: &ScriptNote| script.state == ScriptState::Stopped && script.name() == note.check;
        !note.passed && (self.facts.iter().any(is_it) || self.scripts.iter().any(stopped))
    }

    /// Whether a check or script of it failed, which is why a change was rolled back.
    pub(crate) fn has_failed_check(&self) -> bool {
        self.failed_check().is_some()
    }

    /// The first one that did.
    pub(crate) fn failed_check(&self) -> Option<&str> {
        self.facts.iter().find_map(|fact| match fact {
            EntryFact::FailedCheck { check } => Some(check.as_str()),
            _ => None,
        })
    }

    /// Whether it took a change back only because somebody stopped its health checks.
    pub(crate) fn is_of_stopped_checks(&self) -> bool {
        let was_stopped = |fact: &EntryFact| matches!(fact, EntryFact::StoppedCheck { .. });
        self.action == Action::Rollback && self.facts.iter().any(was_stopped) && !self.has_failed_check()
    }

    /// Whether it applied text patches: no repair takes contents from these.
    pub(crate) fn is_of_text_patches(&self) -> bool {
        self.facts.iter().any(|fact| matches!(fact, EntryFact::TextPatch { .. }))
    }

    /// Whether it restored what an interruption had left halfway.
    pub(crate) fn was_interrupted(&self) -> bool {
        self.facts.iter().any(|fact| matches!(fact, EntryFact::Interrupted { .. }))
    }

    /// The files that had some of what its patch number `part` changes before it came, because of others.
    pub(crate) fn in_place(&self, part: usize) -> impl Iterator<Item = TreePath> {
        let id = self.patches().get(part).map(|note| note.id.clone());
        self.facts.iter().filter_map(move |fact| match fact {
            EntryFact::File { path, became: FileNote::InPlace { patch, .. } }
                if Some(patch) == id.as_ref() =>
            {
                TreePath::parse(path).ok()
            }
            _ => None,
        })
    }

    /// Whether it says something that also the eighth generation does not understand.
    pub(crate) fn is_of_ninth_generation(&self) -> bool {
        let is_new = |fact: &EntryFact| matches!(fact, EntryFact::File { became, .. } if became.is_of_ninth_generation());
        let is_stopped = |script: &ScriptNote| script.state == ScriptState::Stopped;
        self.facts.iter().any(is_new) || self.scripts.iter().any(is_stopped)
    }

    /// Whether it says something that also the seventh generation does not understand.
    pub(crate) fn is_of_eighth_generation(&self) -> bool {
        self.facts.iter().any(|fact| matches!(fact, EntryFact::StoppedCheck { .. }))
    }

    /// Whether it says something that also the sixth generation does not understand.
    pub(crate) fn is_of_seventh_generation(&self) -> bool {
        !self.facts.is_empty()
    }
}

/// A range of versions in words; what is none, as it was written.
fn range_phrase(versions: &str) -> String {
    VersRange::parse(versions).map_or_else(|_| versions.to_owned(), |range| range.phrase())
}

#[cfg(test)]
mod tests;
