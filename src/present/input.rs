//! Files and folders that a page asks for, each in a dialog of its own.

use crate::words::{self, widgets, window};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Reports of a scanner.
    Scan,
    /// A folder with patch files.
    Patches,
    /// A list of exploited problems.
    Exploited,
    /// A table of forecasts.
    Forecasts,
    /// The product before a patch.
    OldFolder,
    /// The product after it.
    NewFolder,
    /// Text patches that become one.
    TextPatch,
    /// The folder that text patches are for.
    TargetFolder,
    /// A repository of Git.
    Repository,
    /// An order that somebody filled in.
    Order,
}

impl Input {
    /// Whether it is a folder.
    pub const fn is_folder(self) -> bool {
        matches!(
            self,
            Input::Patches | Input::OldFolder | Input::NewFolder | Input::TargetFolder | Input::Repository
        )
    }

    /// What the dialog is called.
    pub const fn title(self) -> &'static str {
        match self {
            Input::Scan => widgets::DIALOG_SCAN,
            Input::Patches => widgets::DIALOG_PATCHES,
            Input::Exploited => widgets::DIALOG_EXPLOITED,
            Input::Forecasts => widgets::DIALOG_FORECASTS,
            Input::OldFolder => widgets::DIALOG_OLD,
            Input::NewFolder => widgets::DIALOG_NEW,
            Input::TextPatch => widgets::DIALOG_TEXT_PATCH,
            Input::TargetFolder => widgets::DIALOG_TARGET,
            Input::Repository => widgets::DIALOG_REPOSITORY,
            Input::Order => widgets::DIALOG_ORDER,
        }
    }

    /// What the button that opens it is called.
    pub const fn action(self) -> &'static str {
        match self {
            Input::Scan => window::INPUT_SCAN,
            Input::Patches => window::INPUT_PATCHES,
            Input::OldFolder => window::INPUT_OLD,
            Input::NewFolder => window::INPUT_NEW,
            Input::TextPatch => window::INPUT_TEXT_PATCH,
            Input::TargetFolder | Input::Repository => words::START_CHOOSE_FOLDER,
            Input::Exploited | Input::Forecasts | Input::Order => window::INPUT_FILE,
        }
    }
}
