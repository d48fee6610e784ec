//! What an order declares for auditors: issues, rules of frameworks, and where the patch comes from.

use super::table::Table;
use crate::model::{Compliance, Issue, Origin};

pub(super) fn issue(table: &Table<'_, '_>) -> Issue {
    Issue {
        system: table.must_text("system"),
        key: table.must_text("key"),
        url: table.text("url"),
        kind: table.text("type"),
        opened: table.day("opened"),
    }
}

pub(super) fn compliance(table: &Table<'_, '_>) -> Compliance {
    Compliance {
        framework: table.must_text("framework").into(),
        control: table.must_text("control").into(),
        due: table.day("due"),
    }
}

pub(super) fn origin(table: &Table<'_, '_>) -> Origin {
    let origin = Origin {
        kind: table.must_word("kind"),
        upstream: table.text("upstream").map(Into::into),
        generator: table.text("generator").map(Into::into),
    };
    table.finish();
    origin
}
