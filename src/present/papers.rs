//! What is shown to auditors and managers: evidence of a folder, and figures of several.

use super::evidence::{CheckedEvidence, EvidenceForm};
use super::figures::{FiguresForm, FiguresPage};
use super::identify::{IdentifiedPage, IdentifyForm};
use super::scan::ScanView;
use super::slot::AnswerSlot;

/// Everything about such papers.
#[derive(Debug, Default)]
pub struct Papers {
    pub evidence: EvidenceForm,
    /// What came of checking an evidence file.
    pub checked: AnswerSlot<CheckedEvidence>,
    pub figures_of: FiguresForm,
    pub figures: AnswerSlot<FiguresPage>,
    pub identify: IdentifyForm,
    pub identified: AnswerSlot<IdentifiedPage>,
    /// What a scanner will say about the folder.
    pub scan: AnswerSlot<ScanView>,
}
