//! Files and folders that a page asks for, each in a dialog of its own.

use crate::words::{self, many, papers, trying, widgets, window};

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
    /// What folders should have.
    StateFile,
    /// Which folders a patch goes into, ring after ring.
    RolloutFile,
    /// What somebody made for an auditor.
    EvidenceFile,
    /// Folders that figures are about.
    FiguresFolder,
    /// Patch files that a folder is compared with.
    ComparedPatch,
    /// The report of a scanner that is told what is fixed.
    ScanToSilence,
    /// A plan that somebody saved.
    SavedPlan,
    /// A vendor's list of withdrawn patches.
    WithdrawnList,
    /// Where the copy of a rehearsal is made.
    CopyPlace,
    /// Another build that edits have to fit: its folder, or some of its files.
    TriedFolder,
    TriedFile,
    /// An SBOM of the product that a patch is made for.
    OrderSbom,
    /// Trust rules of somebody.
    Rules,
    /// An SBOM of the folder.
    Sbom,
    /// A signature that was made elsewhere.
    Signature,
    /// The product that text patches were made for: those that are open, and those that become a patch.
    Base,
    MadeBase,
}

impl Input {
    /// Whether it is a folder.
    pub const fn is_folder(self) -> bool {
        matches!(
            self,
            Input::Patches
                | Input::OldFolder
                | Input::NewFolder
                | Input::TargetFolder
                | Input::Repository
                | Input::FiguresFolder
                | Input::CopyPlace
                | Input::TriedFolder
                | Input::Base
                | Input::MadeBase
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
            Input::StateFile => widgets::DIALOG_STATE_FILE,
            Input::RolloutFile => widgets::DIALOG_ROLLOUT_FILE,
            Input::EvidenceFile => widgets::DIALOG_EVIDENCE,
            Input::FiguresFolder => widgets::DIALOG_TARGET,
            Input::ComparedPatch => widgets::DIALOG_COMPARED,
            Input::ScanToSilence => widgets::DIALOG_SCAN,
            Input::SavedPlan => widgets::DIALOG_PLAN,
            Input::WithdrawnList => widgets::DIALOG_WITHDRAWN,
            Input::CopyPlace | Input::TriedFolder | Input::Base | Input::MadeBase => {
                words::START_CHOOSE_FOLDER
            }
            Input::TriedFile => trying::EDITS_ADD_FILE,
            Input::OrderSbom | Input::Sbom => trying::SBOM_CHOOSE,
            Input::Signature => window::SIGNATURE_FILE,
            Input::Rules => trying::RULES_DIALOG,
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
            Input::StateFile => many::INPUT_STATE_FILE,
            Input::RolloutFile => many::INPUT_ROLLOUT_FILE,
            Input::EvidenceFile => papers::EVIDENCE_CHECK_FILE,
            Input::FiguresFolder => papers::FIGURES_ADD,
            Input::ComparedPatch => window::INPUT_PATCH_FILE,
            Input::ScanToSilence => papers::SCAN_CHOOSE,
            Input::SavedPlan => papers::PLAN_OPEN,
            Input::WithdrawnList => papers::WITHDRAWN_ADD,
            Input::CopyPlace => trying::REHEARSE_CHOOSE,
            Input::Base | Input::MadeBase => trying::READ_BASE_CHOOSE,
            Input::TriedFolder => trying::EDITS_ADD_FOLDER,
            Input::TriedFile => trying::EDITS_ADD_FILE,
            Input::OrderSbom | Input::Sbom => trying::SBOM_CHOOSE,
            Input::Signature => window::SIGNATURE_ATTACH,
            Input::Rules => trying::RULES_ASK,
        }
    }
}
