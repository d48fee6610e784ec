//! The switches of an order.

use super::checks::checks;
use super::table::Table;
use crate::model::Toggle;

/// The switches. Where one does not say which of the patch's vulnerabilities are open while it is off, all of them are:
/// what nobody thought of must not be told as closed.
pub(super) fn read(order: &Table<'_, '_>, vulnerabilities: &[String]) -> Vec<Toggle> {
    let toggle = |table: Table<'_, '_>| {
        let toggle = one(&table, vulnerabilities);
        table.finish();
        toggle
    };
    order.tables("toggles").into_iter().filter_map(toggle).collect()
}

fn one(table: &Table<'_, '_>, all: &[String]) -> Option<Toggle> {
    let named = table.texts("vulnerabilities");
    let (id, file) = (table.must_id("id"), table.must_path("file"));
    let (title, when_off) = (table.must_text("title"), table.must_text("when_off"));
    let (kind, takes_effect) = (table.must_word("kind"), table.must_word("takes_effect"));
    let (on, off) = (table.must_setting("on"), table.must_setting("off"));
    let (key, initially) = (table.text("key"), table.word("initially").unwrap_or_default());
    let (fixes, until, health) = (table.texts("fixes"), table.day("until"), checks(table, "health"));
    Some(Toggle {
        id: id?,
        title: title.into(),
        file: file?,
        kind,
        key,
        on,
        off,
        // Read in the file that the patch leaves.
        variants: None,
        initially,
        takes_effect,
        when_off: when_off.into(),
        fixes,
        vulnerabilities: if table.has("vulnerabilities") { named } else { all.to_vec() },
        until,
        health,
    })
}
