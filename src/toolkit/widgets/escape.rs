//! Who has the Escape key: what is open on a page and closes with it has it before the page.

use egui::{Context, Id, Key, Modifiers, Popup, Ui};

/// Whether Escape closes this now; asked with each picture, so that the page leaves the key alone until the next.
pub fn closes_with_escape(ui: &Ui) -> bool {
    let context = ui.ctx();
    let pass = context.cumulative_pass_nr();
    context.data_mut(|data| data.insert_temp(id(), pass));
    !Popup::is_any_open(context) && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
}

/// Whether something in the picture before has Escape.
pub fn is_escape_taken(context: &Context) -> bool {
    let last = context.data(|data| data.get_temp::<u64>(id()));
    last.is_some_and(|pass| pass + 1 >= context.cumulative_pass_nr())
}

fn id() -> Id {
    Id::unique("who has escape")
}
