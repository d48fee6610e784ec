//! What is shown to auditors and managers: evidence of a folder, and figures of several.

use std::path::PathBuf;

use super::evidence::{CheckedEvidence, EvidenceForm};
use super::figures::{FiguresForm, FiguresPage};
use super::identify::{IdentifiedPage, IdentifyForm};
use super::scan::ScanView;
use super::slot::AnswerSlot;
use super::tried::AskedRules;

/// Everything about such papers.
#[derive(Debug, Default)]
pub struct Papers {
    pub evidence: EvidenceForm,
    /// What came of checking an evidence file.
    pub checked: AnswerSlot<CheckedEvidence>,
    pub figures_of: FiguresForm,
    pub figures: AnswerSlot<FiguresPage>,
    /// An SBOM of the folder that is open, which answers for the components that a patch needs.
    pub sbom: Option<PathBuf>,
    pub identify: IdentifyForm,
    pub identified: AnswerSlot<IdentifiedPage>,
    /// Whether the patch file that is open has what somebody's trust rules ask for.
    pub rules: AnswerSlot<AskedRules>,
    /// What a scanner will say about the folder.
    pub scan: AnswerSlot<ScanView>,
}
