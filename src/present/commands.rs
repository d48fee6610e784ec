//! Every command once: its name, its keys, and when it can be used. Menu, palette, key sheet and keyboard read this.

use super::message::{
    ChooseMsg, Destination, KeyMsg, MakeMsg, ManyMsg, Msg, PapersMsg, RehearseMsg, ReviewMsg,
};
use super::tree::ChangeTree;
use super::{Model, Page, Tab};
use crate::words::{self, many, papers, trying, window};

/// A key with its modifiers, in the window's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortcut {
    /// The key, as egui names it: `O`, `F1`, `CloseBracket`, `Comma`.
    pub key: &'static str,
    /// With Ctrl (Cmd on a Mac).
    pub command: bool,
    pub shift: bool,
}

impl Shortcut {
    /// Whether it is a single character, which means itself while somebody types.
    pub const fn is_typed(self) -> bool {
        !self.command && self.key.len() == 1
            || matches!(self.key.as_bytes(), b"OpenBracket" | b"CloseBracket" | b"Questionmark")
    }
}

const fn plain(key: &'static str) -> Shortcut {
    Shortcut { key, command: false, shift: false }
}

const fn ctrl(key: &'static str) -> Shortcut {
    Shortcut { key, command: true, shift: false }
}

/// What a person can ask for with a key or out of the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Opens a patch file.
    OpenPatch,
    ChooseFolder,
    /// Lays out the sample.
    Sample,
    /// To the start page.
    Start,
    /// To the first page.
    Overview,
    Changes,
    Checks,
    History,
    /// Looks at the folder again.
    CheckAgain,
    /// The guided apply.
    Apply,
    /// Tries the change on a copy.
    Rehearse,
    /// The guided rollback.
    GoBack,
    /// The change after this one.
    NextFile,
    /// The change before this one.
    PreviousFile,
    /// Notes that the change was looked at, or was not.
    Viewed,
    /// Notes it and goes on to the next that nobody has looked at.
    ViewedAndNext,
    /// What somebody says about the patch.
    Review,
    /// The same on the command line, to be copied.
    CopyCommand,
    /// Whose signatures count here.
    KnownKeys,
    /// Chooses patches for what a scanner found.
    ChooseFromScan,
    /// Makes a patch.
    MakePatch,
    /// How folders stand to a state file.
    WantedState,
    /// A patch goes into many folders.
    Rollout,
    /// How changing folders goes.
    Figures,
    /// What an auditor is shown.
    Evidence,
    /// Saves the file for support.
    SaveSupport,
    Palette,
    Keys,
    About,
    /// What every code means.
    Codes,
    /// What the folder is, from its files.
    Identify,
    /// Saves the changes of the patch for other tools.
    Export,
    /// Closes what is open on top.
    Escape,
}

impl Command {
    /// Every command, in the order of the palette.
    pub const ALL: [Command; 33] = [
        Command::OpenPatch,
        Command::ChooseFolder,
        Command::Sample,
        Command::Start,
        Command::Overview,
        Command::Changes,
        Command::Checks,
        Command::History,
        Command::CheckAgain,
        Command::Apply,
        Command::Rehearse,
        Command::GoBack,
        Command::NextFile,
        Command::PreviousFile,
        Command::Viewed,
        Command::ViewedAndNext,
        Command::Review,
        Command::CopyCommand,
        Command::KnownKeys,
        Command::ChooseFromScan,
        Command::MakePatch,
        Command::WantedState,
        Command::Rollout,
        Command::Figures,
        Command::Evidence,
        Command::SaveSupport,
        Command::Palette,
        Command::Keys,
        Command::About,
        Command::Codes,
        Command::Identify,
        Command::Export,
        Command::Escape,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Command::OpenPatch => words::START_OPEN_PATCH,
            Command::ChooseFolder => words::START_CHOOSE_FOLDER,
            Command::Sample => words::START_SAMPLE,
            Command::Start => words::TO_START,
            Command::Overview => words::TAB_OVERVIEW,
            Command::Changes => words::TAB_CHANGES,
            Command::Checks => words::TAB_CHECKS,
            Command::History => words::TAB_HISTORY,
            Command::CheckAgain => words::CHECK_AGAIN,
            Command::Apply => words::APPLY,
            Command::Rehearse => trying::REHEARSE,
            Command::GoBack => words::GO_BACK,
            Command::NextFile => words::NEXT_FILE,
            Command::PreviousFile => words::PREVIOUS_FILE,
            Command::Viewed => window::VIEWED,
            Command::ViewedAndNext => window::VIEWED_AND_NEXT,
            Command::Review => window::REVIEW,
            Command::CopyCommand => words::COPY_COMMAND,
            Command::KnownKeys => window::KEYS_PAGE,
            Command::ChooseFromScan => window::CHOOSE,
            Command::MakePatch => window::MAKE,
            Command::WantedState => many::WANTED,
            Command::Rollout => many::ROLLOUT,
            Command::Figures => papers::FIGURES,
            Command::Evidence => papers::EVIDENCE,
            Command::SaveSupport => words::SAVE_SUPPORT,
            Command::Palette => words::COMMANDS,
            Command::Keys => words::KEYS,
            Command::About => papers::ABOUT,
            Command::Codes => papers::CODES,
            Command::Identify => papers::IDENTIFY,
            Command::Export => papers::EXPORT,
            Command::Escape => window::CLOSE_OR_BACK,
        }
    }

    /// Whether this, in lower case, is part of its name, or what others call it.
    pub fn is_called(self, wanted: &str) -> bool {
        let others = match self {
            Command::GoBack => window::PART_ALSO_GO_BACK,
            Command::Apply => window::PART_ALSO_APPLY,
            Command::Evidence => window::PART_ALSO_EVIDENCE,
            _ => "",
        };
        self.name().to_lowercase().contains(wanted) || others.contains(wanted)
    }

    /// Its keys, the first of which is shown.
    pub const fn shortcuts(self) -> &'static [Shortcut] {
        match self {
            Command::OpenPatch => const { &[ctrl("O")] },
            Command::ChooseFolder => const { &[Shortcut { key: "O", command: true, shift: true }] },
            Command::Sample
            | Command::Apply
            | Command::Rehearse
            | Command::GoBack
            | Command::Review
            | Command::CopyCommand
            | Command::ChooseFromScan
            | Command::KnownKeys
            | Command::MakePatch
            | Command::WantedState
            | Command::Rollout
            | Command::Figures
            | Command::Evidence
            | Command::About
            | Command::Codes
            | Command::Identify
            | Command::Export
            | Command::SaveSupport => &[],
            Command::Start => const { &[ctrl("Home")] },
            Command::Overview => const { &[ctrl("1")] },
            Command::Changes => const { &[ctrl("2")] },
            Command::Checks => const { &[ctrl("3")] },
            Command::History => const { &[ctrl("4")] },
            Command::CheckAgain => const { &[plain("F5")] },
            Command::NextFile => const { &[plain("CloseBracket")] },
            Command::PreviousFile => const { &[plain("OpenBracket")] },
            Command::Viewed => const { &[plain("V")] },
            Command::ViewedAndNext => const { &[Shortcut { key: "V", command: false, shift: true }] },
            Command::Palette => const { &[Shortcut { key: "P", command: true, shift: true }] },
            Command::Keys => const { &[plain("F1"), plain("Questionmark")] },
            Command::Escape => const { &[plain("Escape")] },
        }
    }

    /// What it asks of the model; the reason why not where it cannot be used now.
    pub fn message(self, model: &Model) -> Result<Msg, &'static str> {
        let in_workspace = |tab| match model.workspace.is_empty() {
            true => Err(words::NEEDS_BOTH),
            false => Ok(Msg::GoTo(Destination::Workspace(tab))),
        };
        let file = |forward| match model.workspace.tree.is_some() {
            true => Ok(Msg::Neighbour { forward }),
            false => Err(words::NO_PATCH),
        };
        if model.is_guided()
            && !matches!(self, Command::SaveSupport | Command::Palette | Command::Keys | Command::Escape)
        {
            return Err(words::LEAVE_FIRST);
        }
        match self {
            Command::OpenPatch => Ok(Msg::PickBundle),
            Command::ChooseFolder => Ok(Msg::PickFolder),
            Command::Sample => Ok(Msg::TrySample),
            Command::Start => Ok(Msg::GoTo(Destination::Start)),
            Command::Overview => in_workspace(Tab::Overview),
            Command::Changes => in_workspace(Tab::Changes),
            Command::Checks => in_workspace(Tab::Checks),
            Command::History => in_workspace(Tab::History),
            Command::CheckAgain => match model.workspace.is_empty() {
                true => Err(words::NEEDS_BOTH),
                false => Ok(Msg::CheckAgain),
            },
            Command::Apply => model.workspace.can_apply().map(|()| Msg::BeginApply),
            Command::Rehearse => model.workspace.can_apply().map(|()| Msg::Rehearse(RehearseMsg::Show)),
            Command::GoBack => model.workspace.can_go_back().map(|()| Msg::BeginTakeBack),
            Command::NextFile => file(true),
            Command::PreviousFile => file(false),
            Command::Viewed => {
                let (index, tree) = shown(model)?;
                Ok(Msg::SetViewed(index, !tree.items()[index].is_viewed))
            }
            Command::ViewedAndNext => shown(model).map(|_| Msg::ViewedAndNext),
            Command::Review => match model.workspace.patch.ready() {
                Some(_) => Ok(Msg::Review(ReviewMsg::Show)),
                None => Err(words::NO_PATCH),
            },
            Command::CopyCommand => model.page_command().map(|_| Msg::CopyCommand).ok_or(words::NEEDS_BOTH),
            Command::KnownKeys => Ok(Msg::Keys(KeyMsg::Show)),
            Command::ChooseFromScan => Ok(Msg::Choose(ChooseMsg::Show)),
            Command::MakePatch => Ok(Msg::Make(MakeMsg::Show)),
            Command::WantedState => Ok(Msg::Many(ManyMsg::ShowWanted(None))),
            Command::Rollout => Ok(Msg::Many(ManyMsg::ShowRollout(None))),
            Command::Figures => Ok(Msg::Papers(PapersMsg::ShowFigures(Vec::new()))),
            Command::Evidence => match model.workspace.folder {
                Some(_) => Ok(Msg::Papers(PapersMsg::ShowEvidence(None))),
                None => Err(words::NEEDS_FOLDER),
            },
            Command::About => Ok(Msg::Papers(PapersMsg::ShowAbout)),
            Command::Codes => Ok(Msg::Papers(PapersMsg::ShowCodes)),
            Command::Identify => match model.workspace.folder {
                Some(_) => Ok(Msg::Papers(PapersMsg::ShowIdentify)),
                None => Err(words::NEEDS_FOLDER),
            },
            Command::Export => match model.workspace.patch.ready() {
                Some(_) => Ok(Msg::Papers(PapersMsg::Export)),
                None => Err(words::NO_PATCH),
            },
            Command::SaveSupport => Ok(Msg::SaveSupport),
            Command::Palette => Ok(Msg::ShowPalette),
            Command::Keys => Ok(Msg::ShowKeys),
            Command::Escape => Ok(Msg::Escape),
        }
    }
}

/// The change that is shown.
fn shown(model: &Model) -> Result<(usize, &ChangeTree), &'static str> {
    let tree = model.workspace.tree.as_ref().ok_or(words::NO_PATCH)?;
    let index = model.workspace.selected.filter(|_| model.page == Page::Workspace(Tab::Changes));
    Ok((index.ok_or(words::CHANGES_CHOOSE)?, tree))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_means_two_things() {
        let all: Vec<Shortcut> =
            Command::ALL.iter().flat_map(|command| command.shortcuts()).copied().collect();
        for (index, shortcut) in all.iter().enumerate() {
            assert!(!all[..index].contains(shortcut), "{shortcut:?}");
        }
    }

    #[test]
    fn every_command_has_its_own_name() {
        for (index, command) in Command::ALL.iter().enumerate() {
            assert!(Command::ALL[..index].iter().all(|other| other.name() != command.name()), "{command:?}");
        }
    }
}
