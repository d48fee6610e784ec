//! A list of names and what they are: "Product", "Kestrel 4.2".

use egui::{Align, Label, Layout, Ui, Vec2};

use super::path::copy_button;
use crate::toolkit::theme::{Tokens, space, text};

/// The names take this much; what is longer is broken.
const NAME_WIDTH: f32 = 136.0;
/// Narrower than this, a value stands below its name.
const SIDE_BY_SIDE: f32 = 360.0;

/// A name and what it is.
#[derive(Clone, Copy, Debug)]
pub struct FactRow<'a> {
    /// What it is called.
    pub name: &'a str,
    pub value: &'a str,
    /// It is code: an id, a digest.
    pub(crate) is_code: bool,
    /// What the button behind it copies; `None` for no button.
    pub copied: Option<&'a str>,
}

impl<'a> FactRow<'a> {
    /// Words that nobody copies.
    pub fn new(name: &'a str, value: &'a str) -> Self {
        Self { name, value, is_code: false, copied: None }
    }

    /// Code that somebody may want to have.
    pub fn code(name: &'a str, value: &'a str) -> Self {
        Self { name, value, is_code: true, copied: Some(value) }
    }
}

/// The list; `true` when something was copied.
pub fn facts(ui: &mut Ui, list: &[FactRow<'_>]) -> bool {
    let mut was_copied = false;
    for fact in list {
        if ui.available_width() < SIDE_BY_SIDE {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                was_copied |= row(ui, fact, ui.available_width());
            });
        } else {
            ui.horizontal_top(|ui| was_copied |= row(ui, fact, NAME_WIDTH));
        }
    }
    was_copied
}

fn row(ui: &mut Ui, fact: &FactRow<'_>, name_width: f32) -> bool {
    let colour = Tokens::from_context(ui).muted;
    ui.allocate_ui_with_layout(Vec2::new(name_width, 0.0), Layout::top_down(Align::Min), |ui| {
        ui.set_width(name_width);
        ui.add(Label::new(text::body(fact.name).color(colour)).wrap());
    });
    ui.horizontal_top(|ui| {
        let value = if fact.is_code { text::code(fact.value) } else { text::body(fact.value) };
        let button = if fact.copied.is_some() { space::ROW_HEIGHT + space::SMALL } else { 0.0 };
        ui.scope(|ui| {
            ui.set_max_width((ui.available_width() - button).max(space::HUGE));
            ui.add(Label::new(value).wrap());
        });
        fact.copied.is_some_and(|copied| copy_button(ui, fact.name, copied))
    })
    .inner
}
