//! Rules of an order that read a folder.

use super::table::Table;
use crate::model::Detect;

pub(super) fn detect(table: &Table<'_, '_>) -> Option<Detect> {
    let kind = table.must_text("kind");
    let path = table.must_path("path");
    match kind.as_str() {
        "exists" => path.map(|path| Detect::Exists { path }),
        "hash" => path.zip(table.must_digest("sha256")).map(|(path, digest)| Detect::Hash { path, digest }),
        "text" => {
            let contains = table.must_text("contains");
            path.map(|path| Detect::Text { path, contains })
        }
        "version" => {
            let (after, until) = (table.must_text("after"), table.text("until"));
            path.map(|path| Detect::Version { path, after, until })
        }
        "" => None,
        other => {
            table.error("kind", format!("{other:?} is none of exists, hash, text, version"));
            None
        }
    }
}
