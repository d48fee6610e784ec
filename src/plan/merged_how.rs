//! How a merged file was found, as data and in words.

use serde::{Deserialize, Serialize};

use super::shown_lists::shortened;
use crate::diff::{KeyChange, MergedBy};

/// How a merged file was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MergedHow {
    /// Worked out.
    By(MergedBy),
    /// The edits of the patch were made in the file that is here; these values became others.
    Edited(Vec<KeyChange>),
    /// The content stays as it is here; the patch changes the permissions alone.
    Permissions,
    /// Somebody gave it.
    Given,
}

impl MergedHow {
    /// How it was found, as a phrase.
    pub fn phrase(&self) -> String {
        match self {
            MergedHow::By(MergedBy::Lines) => "merged line by line".to_owned(),
            MergedHow::By(MergedBy::CheckedLines) => {
                "merged line by line, with every value as intended".to_owned()
            }
            MergedHow::By(MergedBy::Keys(keys)) if keys.is_empty() => {
                "merged by key; your comments are kept".to_owned()
            }
            MergedHow::By(MergedBy::Keys(keys)) => {
                format!("merged by key: {}", shortened(keys))
            }
            MergedHow::Edited(keys) => {
                let keys: Vec<String> = keys.iter().map(KeyChange::phrase).collect();
                format!("edited by key: {}; its bytes are not the author's", shortened(&keys))
            }
            MergedHow::Permissions => "because the patch changes its permissions only".to_owned(),
            MergedHow::Given => "merged by hand".to_owned(),
        }
    }

    /// The word for it in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            MergedHow::By(MergedBy::Lines | MergedBy::CheckedLines) => "by-line",
            MergedHow::By(MergedBy::Keys(_)) => "by-key",
            MergedHow::Edited(_) => "by-edit",
            MergedHow::Permissions => "by-permissions",
            MergedHow::Given => "given",
        }
    }
}
