//! What a folder is, from its files: the product, and which of several patches are in it.

use std::path::PathBuf;

use super::overview::line;
use super::wanted::ExpectationMark;
use crate::report::phrases;
use crate::text::capitalised;
use crate::words::{fill, papers};
use crate::workbench::{Identified, IdentifiedPatch, Presence};

/// Most files that are named.
const MAX_FILES: usize = 8;

/// Which folder, and which patch files it is compared with beside those of its history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentifyForm {
    pub folder: PathBuf,
    pub files: Vec<PathBuf>,
}

/// One patch that was compared. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifiedRow {
    pub mark: ExpectationMark,
    pub patch: String,
    pub title: String,
    /// What the files say, and the history.
    pub said: Vec<String>,
}

/// What was found. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifiedPage {
    pub product: String,
    pub rows: Vec<IdentifiedRow>,
}

impl IdentifiedPage {
    pub(super) fn new(found: &Identified) -> Self {
        let product = match (&found.product, &found.version) {
            (Some(product), Some(version)) => format!("{product} {version}"),
            (Some(product), None) => fill(papers::PRODUCT_NO_VERSION, &[("product", product)]),
            (None, Some(version)) => fill(papers::VERSION_NO_PRODUCT, &[("version", version)]),
            (None, None) => papers::UNKNOWN_PRODUCT.to_owned(),
        };
        Self { product: line(&product), rows: found.patches.iter().map(row).collect() }
    }
}

fn row(patch: &IdentifiedPatch) -> IdentifiedRow {
    let all = patch.after + patch.before + patch.edited.len() + patch.other.len() + patch.unreadable.len();
    let n = patch.after.to_string();
    let files = fill(papers::FILES_MATCH, &[("n", &n), ("all", &phrases::count(all, "file", "files"))]);
    let history = patch.in_history.then(|| papers::HISTORY_HAS_IT.to_owned());
    let elsewhere = match (patch.is_product, patch.is_for_version) {
        (Some(false), _) => Some(fill(papers::OTHER_PRODUCT, &[("product", &line(&patch.product))])),
        (_, Some(false)) => Some(papers::OTHER_VERSION.to_owned()),
        _ => None,
    };
    let named = |template, files: &[_]| {
        let names: Vec<String> = files.iter().take(MAX_FILES).map(|path| line(&format!("{path}"))).collect();
        (!names.is_empty()).then(|| fill(template, &[("files", &names.join(", "))]))
    };
    let edited = named(papers::FILES_EDITED, &patch.edited);
    let other = named(papers::FILES_NEITHER, &patch.other);
    let unreadable: Vec<String> = patch
        .unreadable
        .iter()
        .take(MAX_FILES)
        .map(|one| line(&format!("{}, {}", one.path, one.detail)))
        .collect();
    let unreadable = (!unreadable.is_empty())
        .then(|| fill(papers::FILES_UNREADABLE, &[("files", &unreadable.join("; "))]));
    let presence = format!("{}. {files}", capitalised(patch.presence.phrase()));
    IdentifiedRow {
        mark: match patch.presence {
            Presence::In => ExpectationMark::Good,
            Presence::NotIn => ExpectationMark::Due,
            Presence::Partly => ExpectationMark::Trouble,
            Presence::Neither | Presence::Unknown => ExpectationMark::Left,
        },
        patch: line(&patch.identity.to_string()),
        title: patch.title.to_string(),
        said: [Some(presence), history, elsewhere, edited, other, unreadable].into_iter().flatten().collect(),
    }
}
