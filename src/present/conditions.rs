//! What the edits by key of a patch say must be so in its folder, and whether it is.

use super::overview::line;
use crate::text::capitalised;
use crate::words::{fill, trying};
use crate::workbench::ShownCondition;

/// All of them. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionsView {
    pub rows: Vec<ConditionRow>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionRow {
    pub is_met: bool,
    /// The file, and what must be so there.
    pub what: String,
    /// What is otherwise; empty where nothing is.
    pub problem: String,
}

impl ConditionsView {
    pub(super) fn new(conditions: &[ShownCondition]) -> Self {
        Self { rows: conditions.iter().map(ConditionRow::new).collect() }
    }
}

impl ConditionRow {
    fn new(condition: &ShownCondition) -> Self {
        let path = line(condition.path.as_str());
        let what = condition.wanted.as_ref().map(|wanted| {
            let facts = [("path", &*path), ("key", &line(&wanted.path)), ("wanted", &line(&wanted.wanted))];
            fill(trying::PART_CONDITION, &facts)
        });
        let problem = condition.problem.as_ref().map(|why| capitalised(&line(why)));
        Self { is_met: problem.is_none(), what: what.unwrap_or(path), problem: problem.unwrap_or_default() }
    }

    /// In a word or two.
    pub const fn verdict(&self) -> &'static str {
        if self.is_met { trying::CONDITION_MET } else { trying::CONDITION_NOT_MET }
    }
}
