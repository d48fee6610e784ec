//! Files and folders that a page asks for, each in a dialog of its own.

use crate::words::{widgets, window};

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
}

impl Input {
    /// Whether it is a folder.
    pub const fn is_folder(self) -> bool {
        matches!(self, Input::Patches)
    }

    /// What the dialog is called.
    pub const fn title(self) -> &'static str {
        match self {
            Input::Scan => widgets::DIALOG_SCAN,
            Input::Patches => widgets::DIALOG_PATCHES,
            Input::Exploited => widgets::DIALOG_EXPLOITED,
            Input::Forecasts => widgets::DIALOG_FORECASTS,
        }
    }

    /// What the button that opens it is called.
    pub const fn action(self) -> &'static str {
        match self {
            Input::Scan => window::INPUT_SCAN,
            Input::Patches => window::INPUT_PATCHES,
            Input::Exploited | Input::Forecasts => window::INPUT_FILE,
        }
    }
}
