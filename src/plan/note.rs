//! What is worth knowing and stops nothing, as data. What is worded with its own data elsewhere, as obstacles are, is told
//! in those words; everything else is worded in `remark.rs`.

use std::fmt::Display;

use super::file_note::FileNote;
use super::remark::{ChangeRemark, PatchRemark, PlaceRemark};
use super::why::Obstacle;
use crate::model::{Hold, TreePath};

/// Something to know that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Note {
    /// What sort of thing it is, such as `skipped`: a word for programs, which stays when the text changes.
    pub kind: String,
    /// A phrase that follows `path` if there is one. It may hold anything from outside: escape it.
    pub text: String,
    /// The place it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What becomes of the file that it is about, if it is that.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) file: Option<FileNote>,
    /// What else it is made from; none where it was read from an answer.
    #[serde(skip)]
    about: Option<NoteAbout>,
}

/// What is noted, but for what becomes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NoteAbout {
    /// What the author of the patch asks for.
    Hold(Hold),
    /// What would stop it if it weighed more.
    Reason(Box<Obstacle>),
    /// What would stop it if somebody had not allowed it.
    Allowed(Box<Obstacle>),
    /// A rule that was set aside when the patch came.
    StillSetAside(Box<Obstacle>),
    /// What somebody has to read again before the patch comes back.
    AskedAgain(Box<Obstacle>),
    /// How a diff fits, worded with what was found there.
    Fit(String),
    /// What signatures, rules, checks or scripts have to say, worded with their own data.
    Told {
        by: NoteSource,
        text: String,
    },
    Patch(PatchRemark),
    Place(PlaceRemark),
    Change(ChangeRemark),
}

/// Who words a note that is told as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoteSource {
    /// A check that failed and need not pass.
    Check,
    /// A change whose checks are not done.
    Unchecked,
    /// A patch that was withdrawn.
    Withdrawn,
    /// What the trust rules name, and what nobody calls so.
    Rules,
    Script,
    /// A signature that doesn't count.
    Signature,
    /// What this account could not remember.
    Memory,
    /// What this account remembers, and the folder's history doesn't say any more.
    History,
}

impl Note {
    pub(crate) fn new(about: impl Into<NoteAbout>) -> Self {
        let about = about.into();
        let (kind, text) = (about.kind().to_owned(), about.phrase());
        Self { kind, text, path: None, file: None, about: Some(about) }
    }

    pub(crate) fn at(path: impl Display, about: impl Into<NoteAbout>) -> Self {
        Self { path: Some(path.to_string()), ..Self::new(about) }
    }

    /// What becomes of the file at `path`.
    pub(crate) fn of_file(path: &TreePath, note: FileNote) -> Self {
        let (kind, text) = ("file".to_owned(), note.phrase());
        Self { kind, text, path: Some(path.to_string()), file: Some(note), about: None }
    }

    /// What `by` says, in its words.
    pub(crate) fn told(by: NoteSource, text: impl Into<String>) -> Self {
        Self::new(NoteAbout::Told { by, text: text.into() })
    }

    /// An obstacle that is none here, at its place.
    pub(crate) fn of_obstacle(about: fn(Box<Obstacle>) -> NoteAbout, obstacle: Obstacle) -> Self {
        let path = obstacle.path.clone();
        Self { path, ..Self::new(about(Box::new(obstacle))) }
    }

    /// What the author asks for, if it is that.
    pub(crate) fn hold(&self) -> Option<&Hold> {
        match &self.about {
            Some(NoteAbout::Hold(hold)) => Some(hold),
            _ => None,
        }
    }

    /// Whether it is in the words of `source`.
    pub(crate) fn is_told_by(&self, source: NoteSource) -> bool {
        matches!(self.about, Some(NoteAbout::Told { by, .. }) if by == source)
    }

    /// Whether it is about how a diff fits, which is shown beside the diff, too.
    pub(crate) fn is_fit(&self) -> bool {
        matches!(self.about, Some(NoteAbout::Fit(_)))
    }

    /// Whether somebody has to read it before they go on.
    pub(crate) fn is_warning(&self) -> bool {
        let is_failure = |remark: &PatchRemark| matches!(remark, PatchRemark::FailedBefore { .. });
        match &self.about {
            Some(NoteAbout::AskedAgain(_)) => true,
            Some(NoteAbout::Patch(remark)) => is_failure(remark),
            _ => false,
        }
    }

    /// What it says to who types commands: with what they can add.
    pub(crate) fn typed(&self) -> String {
        let added = self.file.as_ref().zip(self.path.as_deref()).and_then(|(file, path)| file.typed(path));
        [Some(self.text.clone()), added].into_iter().flatten().collect::<Vec<_>>().join("; ")
    }

    /// Whether it is that a file is not as the patch leaves it, because of what somebody did to it.
    pub(crate) fn leaves_a_file(&self) -> bool {
        matches!(self.file, Some(FileNote::Kept { .. } | FileNote::StaysDeleted))
    }
}

impl NoteAbout {
    /// The word for programs.
    const fn kind(&self) -> &'static str {
        match self {
            NoteAbout::Hold(_) => "notice",
            NoteAbout::Reason(_) => "reason",
            NoteAbout::Allowed(_) => "allowed",
            NoteAbout::StillSetAside(_) => "still-set-aside",
            NoteAbout::AskedAgain(_) => "asked-again",
            NoteAbout::Fit(_) => "fit",
            NoteAbout::Told { by, .. } => by.kind(),
            NoteAbout::Patch(remark) => remark.kind(),
            NoteAbout::Place(remark) => remark.kind(),
            NoteAbout::Change(remark) => remark.kind(),
        }
    }

    /// A phrase that begins small, unless it begins with a name.
    fn phrase(&self) -> String {
        match self {
            NoteAbout::Hold(hold) => format!("{}: {}", hold.phase.heading(), hold.text.raw()),
            NoteAbout::Reason(why) | NoteAbout::AskedAgain(why) => why.meaning(),
            NoteAbout::Allowed(why) => format!("{} ({}), which you allow", why.meaning(), why.code()),
            NoteAbout::StillSetAside(why) => {
                format!("{}; that was set aside when the patch came, and still is", why.meaning())
            }
            NoteAbout::Fit(text) | NoteAbout::Told { text, .. } => text.clone(),
            NoteAbout::Patch(remark) => remark.phrase(),
            NoteAbout::Place(remark) => remark.phrase(),
            NoteAbout::Change(remark) => remark.phrase(),
        }
    }
}

impl NoteSource {
    const fn kind(self) -> &'static str {
        match self {
            NoteSource::Check => "check",
            NoteSource::Unchecked => "unchecked",
            NoteSource::Withdrawn => "withdrawn",
            NoteSource::Rules => "rules",
            NoteSource::Script => "script",
            NoteSource::Signature => "signature",
            NoteSource::Memory => "memory",
            NoteSource::History => "history",
        }
    }
}

impl From<PatchRemark> for NoteAbout {
    fn from(remark: PatchRemark) -> Self {
        NoteAbout::Patch(remark)
    }
}

impl From<PlaceRemark> for NoteAbout {
    fn from(remark: PlaceRemark) -> Self {
        NoteAbout::Place(remark)
    }
}

impl From<ChangeRemark> for NoteAbout {
    fn from(remark: ChangeRemark) -> Self {
        NoteAbout::Change(remark)
    }
}
