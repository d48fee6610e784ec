//! What a plan notes about one file, as data: the words are made here, and the history keeps what they are made from.

use serde::{Deserialize, Serialize};

use super::merged_how::MergedHow;
use super::shown_lists::in_brackets;
use super::taken_back::TakenBack;
use crate::diff::LineRange;

/// What became of a file before the patch came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LocalChange {
    Edited,
    Deleted,
}

/// What a change does with a file that is not as it should be, or with one that it doesn't touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "kebab-case")]
pub enum FileNote {
    /// It is kept as somebody left it.
    Kept {
        was: LocalChange,
    },
    /// Somebody chose the patch's version, which may be none.
    PatchVersionChosen {
        was: LocalChange,
        deleted: bool,
    },
    /// The patch's version takes its place, as the patch asks for.
    Replaced,
    /// It has what the patch changes beside what somebody changed.
    HasBothAlready,
    /// It gets both.
    Merged {
        was: LocalChange,
        how: MergedHow,
    },
    /// Another patch changes it, too.
    MergedWith {
        patch: String,
        others: Vec<String>,
    },
    /// The same where nobody has the file any more that the patch was made from.
    PlacedWith {
        patch: String,
        others: Vec<String>,
    },
    /// Others, which change it, too, had changed it in the same way before the patch came, or in some of it.
    InPlace {
        patch: String,
        others: Vec<String>,
        whole: bool,
    },
    /// What somebody merged by hand leaves out some of the patch, in these lines, if they are known.
    HandMergeLacks {
        patch: String,
        lines: Vec<LineRange>,
    },
    StaysDeleted,
    /// What a rollback would take away is what these patches change, too, which stay.
    StaysFor {
        patches: Vec<String>,
    },
    SwitchStays,
    /// A rollback finds what it would bring.
    IsAsBefore,
    /// A rollback moves the patch's switch back first; other switches and edits may stay.
    SwitchRemoved {
        others_stay: bool,
    },
    /// A rollback leaves the switches where they are: all of them belong to patches that stay.
    OthersSwitchesStay,
    /// A rollback keeps what was edited since.
    EditsKept {
        how: MergedHow,
        after: TakenBack,
    },
    /// A rollback replaces what was edited since.
    EditsBackedUp {
        after: TakenBack,
    },
    /// A rollback restores what was deleted since.
    DeletedRestored {
        after: TakenBack,
    },
    /// A rollback restores it as it was when the patch went, which is not as the patch leaves it.
    StaysUnlikeThePatch,
    /// A folder with something in it that isn't part of the patch.
    FolderKept {
        holds: String,
    },
    FolderRestored,
    /// Its backup is damaged, and the same content is elsewhere: in this file, or in the patch file.
    TakenFrom {
        file: Option<String>,
    },
    /// Its backup is missing or damaged.
    LeftAsItIs,
    /// It is the new name of a file whose backup is.
    LeftBecauseOf {
        file: String,
    },
}

/// What `patch` changes is there, all or some of it, and these had changed the file.
fn in_place(patch: &str, others: &[String], whole: bool) -> String {
    let has = format!("already has {} {patch} changes", if whole { "what" } else { "some of what" });
    // An earlier edition of it has its name.
    match others.iter().all(|other| other == patch) {
        true => has,
        false => format!("{has}; {} changed it, too", others.join(", ")),
    }
}

impl LocalChange {
    fn phrase(self) -> &'static str {
        match self {
            LocalChange::Edited => "was edited here",
            LocalChange::Deleted => "was deleted here",
        }
    }
}

impl FileNote {
    /// Whether programs of the eighth generation don't know it.
    pub(crate) const fn is_of_ninth_generation(&self) -> bool {
        matches!(
            self,
            FileNote::InPlace { .. }
                | FileNote::OthersSwitchesStay
                | FileNote::PlacedWith { .. }
                | FileNote::StaysFor { .. }
                | FileNote::Merged { how: MergedHow::Permissions, .. }
        )
    }

    /// What who types can add for another outcome at `path`, as a phrase.
    pub(super) fn typed(&self, path: &str) -> Option<String> {
        let wants = || format!("for the patch's version, add --take-theirs {path}");
        matches!(self, FileNote::StaysDeleted).then(wants)
    }

    /// A lower-case phrase that follows the path of the file.
    pub(crate) fn phrase(&self) -> String {
        let text = match self {
            FileNote::Kept { was } => return format!("{}; your version is kept", was.phrase()),
            FileNote::PatchVersionChosen { was, deleted } => {
                let kept = if *was == LocalChange::Edited { "; your version is backed up" } else { "" };
                let what = if *deleted { "it is deleted" } else { "the patch's version is used" };
                return format!("{}; {what}, as you chose{kept}", was.phrase());
            }
            FileNote::Merged { was, how } => {
                return format!("{}; it will have both changes, {}", was.phrase(), how.phrase());
            }
            FileNote::MergedWith { patch, others } => {
                let others = others.join(", ");
                return format!("is merged: {patch} and {others} both change it, in different places");
            }
            FileNote::PlacedWith { patch, others } => {
                let others = others.join(", ");
                return format!(
                    "{others} changed it, too, and its original isn't here any more; {patch} changes only lines that are as it expects them"
                );
            }
            FileNote::InPlace { patch, others, whole } => return in_place(patch, others, *whole),
            FileNote::HandMergeLacks { patch, lines } => {
                return format!("your merged file doesn't have all changes of {patch}{}", in_brackets(lines));
            }
            FileNote::StaysFor { patches } => {
                return format!("stays as it is, for {}", patches.join(", "));
            }
            FileNote::EditsKept { how, after } => {
                return format!("was edited after {}; your edits are kept, {}", after.when(), how.phrase());
            }
            FileNote::EditsBackedUp { after } => {
                return format!("was changed after {}; your version is backed up", after.when());
            }
            FileNote::DeletedRestored { after } => {
                return format!("was deleted after {}; it is restored", after.when());
            }
            FileNote::FolderKept { holds } => {
                return format!("is kept, because {holds:?} in it isn't part of the patch");
            }
            FileNote::TakenFrom { file: Some(file) } => {
                return format!("its backup is damaged; the content is taken from {file}");
            }
            FileNote::LeftBecauseOf { file } => {
                return format!("is left as it is, because {file} can't be restored");
            }
            FileNote::StaysDeleted => "was deleted here, and stays deleted",
            FileNote::Replaced => "was edited here; it is replaced, and your version is backed up",
            FileNote::HasBothAlready => "was edited here, and already has the changes of this patch",
            FileNote::SwitchStays => "its switch stays where it is",
            FileNote::IsAsBefore => "is already as it was before",
            FileNote::SwitchRemoved { others_stay: false } => "the patch's switch in it is removed first",
            FileNote::SwitchRemoved { others_stay: true } => {
                "the patch's switch in it is removed first; other switches and edits in it stay"
            }
            FileNote::OthersSwitchesStay => "switches of other patches and edits in it stay",
            FileNote::StaysUnlikeThePatch => {
                "isn't as the patch leaves it; it stays as it was when the patch was rolled back"
            }
            FileNote::FolderRestored => "the folder was deleted; it is restored with default permissions",
            FileNote::TakenFrom { file: None } => {
                "its backup is damaged; the content is taken from the patch file"
            }
            FileNote::LeftAsItIs => "is left as it is, because its backup is missing or damaged",
        };
        text.to_owned()
    }
}
