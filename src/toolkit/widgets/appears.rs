//! Something that was not in the picture before.

use egui::{Id, Ui};

/// Whether what is called `name` wasn't there in the picture before; asked with each picture in which it is.
pub(crate) fn appears(ui: &Ui, name: &str) -> bool {
    let (id, pass) = (Id::unique(("appears", name)), ui.ctx().cumulative_pass_nr());
    let last = ui.data_mut(|data| {
        let last = data.get_temp::<u64>(id);
        data.insert_temp(id, pass);
        last
    });
    last.is_none_or(|last| last + 1 < pass)
}
