//! The dialogs of the system: what each asks for, and the files that are made for a person.

use super::Input;
use crate::words::{self, widgets};

/// A file that is made for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportWish {
    /// How a change ended.
    Report,
    /// What support asks for first.
    Support,
    /// What somebody says about a patch.
    Review,
    /// What is fixed in a folder, for others.
    Fixed,
    /// A patch that is made.
    PatchFile,
    /// How folders stand to a state file.
    Comparison,
    /// What an auditor is shown.
    Evidence,
    /// The changes of a patch, for `git apply`.
    TextPatch,
    /// An order to fill in.
    Order,
    /// What would happen, to be agreed to later.
    Plan,
    /// The secret part of a key that is made.
    SecretKey,
    /// The public part of a key, for others.
    PublicKey,
    /// Figures, for spreadsheets and monitoring.
    Figures,
}

impl ExportWish {
    /// Whether it is for the person at the window, rather than for others.
    pub const fn is_for_this_person(self) -> bool {
        matches!(self, ExportWish::Report | ExportWish::Support | ExportWish::Review)
    }
}

/// A dialog of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    /// For a patch file.
    Bundle,
    /// For a patch file that has what backups lack.
    Source,
    /// For a public key.
    Key,
    /// For a vendor's list of keys.
    KeyList,
    /// For one's own secret key.
    OwnKey,
    /// For a list of keys that is to be signed.
    ListToSign,
    Folder,
    /// For what a page asks for.
    Input(Input),
    /// For a new file, with the name it was to have.
    NewFile(ExportWish, String),
}

impl ExportWish {
    /// What the dialog for its place is called.
    pub const fn title(self) -> &'static str {
        match self {
            ExportWish::Report => words::SAVE_REPORT,
            ExportWish::Support => words::SAVE_SUPPORT,
            ExportWish::Review => words::window::REVIEW_SAVE,
            ExportWish::Fixed => words::window::FIXED_SAVE,
            ExportWish::Plan => words::papers::PLAN_SAVE,
            ExportWish::TextPatch => words::papers::EXPORT,
            ExportWish::SecretKey => words::window::NEW_KEY_PLACE,
            ExportWish::Figures => words::papers::FIGURES_SAVE,
            ExportWish::PublicKey => words::window::KEY_SAVE,
            ExportWish::Order => words::papers::ORDER_SKELETON,
            ExportWish::Evidence => words::papers::EVIDENCE,
            ExportWish::Comparison => words::many::WANTED_SAVE,
            ExportWish::PatchFile => words::window::MAKE_NOW,
        }
    }
}

impl Dialog {
    /// What it asks for: its title, and what stands above the field where no dialog comes up.
    pub fn title(&self) -> &'static str {
        match self {
            Dialog::Bundle | Dialog::Source => widgets::DIALOG_OPEN_PATCH,
            Dialog::Key => widgets::DIALOG_KEY,
            Dialog::KeyList => widgets::DIALOG_KEY_LIST,
            Dialog::OwnKey => widgets::DIALOG_OWN_KEY,
            Dialog::ListToSign => words::window::LIST_SIGN,
            Dialog::Folder => widgets::DIALOG_CHOOSE_FOLDER,
            Dialog::Input(input) => input.title(),
            Dialog::NewFile(export, _) => export.title(),
        }
    }
}
