//! The head of a page: what it is about, and what can be done with the whole of it.

use egui::{Align, Label, Layout, Response, Role, Sense, Ui, WidgetInfo};

use crate::toolkit::theme::{Tokens, space, text};

/// Narrower than this, the actions stand below the title.
const SIDE_BY_SIDE: f32 = 560.0;

/// What a page is about.
#[derive(Clone, Copy, Debug)]
pub struct PageHeader<'a> {
    /// The question it answers, or the thing it shows.
    pub title: &'a str,
    /// A line below it; empty for none.
    pub subtitle: &'a str,
}

/// The head of a page, with `actions` (buttons, badges) at its right end; the first of them is the rightmost.
pub fn page_header<R>(ui: &mut Ui, header: &PageHeader<'_>, actions: impl FnOnce(&mut Ui) -> R) -> R {
    if ui.available_width() < SIDE_BY_SIDE {
        mark_as_heading(&titles(ui, header), header.title, 1);
        return ui.horizontal_wrapped(actions).inner;
    }
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        // The actions first: the title takes what they leave. In a row of their own they read from left to right.
        let inner = ui.scope(|ui| ui.horizontal(actions).inner).inner;
        ui.add_space(space::LARGE);
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            mark_as_heading(&titles(ui, header), header.title, 1);
        });
        inner
    })
    .inner
}

/// The title of a page on which the keyboard begins: where a page begins, a screen reader begins to read.
pub(crate) fn page_title(ui: &mut Ui, header: &PageHeader<'_>) -> Response {
    let title = titles(ui, header);
    // A place of its own for the keyboard: words that have it would be underlined.
    title.ctx.accesskit_node_builder(title.id, egui::accesskit::Node::set_hidden);
    let place = ui.interact(title.rect, title.id.with("begins"), Sense::focusable_noninteractive());
    mark_as_heading(&place, header.title, 1);
    place
}

fn titles(ui: &mut Ui, header: &PageHeader<'_>) -> Response {
    ui.spacing_mut().item_spacing.y = space::TINY;
    let response = ui.add(Label::new(text::outcome(header.title)).wrap());
    if !header.subtitle.is_empty() {
        let colour = Tokens::from_context(ui).muted;
        ui.add(Label::new(text::body(header.subtitle).color(colour)).wrap());
    }
    response
}

/// Lets a screen reader jump from title to title.
pub(super) fn mark_as_heading(response: &Response, title: &str, level: usize) {
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, title));
    response.ctx.accesskit_node_builder(response.id, |node| node.set_level(level));
}
