//! Where one is in a sequence of pages.

use egui::{Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo};

use crate::toolkit::theme::{Tokens, space, text};
use crate::words::{fill, widgets as words};

/// The bar below the words.
const BAR_HEIGHT: f32 = space::TINY;

/// A sequence of pages and where one is in it.
#[derive(Clone, Copy, Debug)]
pub struct StepperView<'a> {
    /// The names of the pages, in order.
    pub steps: &'a [&'a str],
    /// The current one, counted from zero.
    pub current: usize,
}

/// "Step 3 of 6: Review", above a bar with a part for each step. It only shows: another step is a button's job.
pub fn stepper(ui: &mut Ui, view: &StepperView<'_>) -> Response {
    let tokens = Tokens::from_context(ui);
    let count = view.steps.len().max(1);
    let current = view.current.min(count - 1);
    let name = view.steps.get(current).copied().unwrap_or_default();
    let place = fill(words::STEP, &[("n", &(current + 1).to_string()), ("all", &count.to_string())]);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::SMALL;
        ui.horizontal(|ui| {
            let words =
                [text::caption(&place).color(tokens.muted), text::caption(name).family(text::semibold())];
            for words in words {
                let label = ui.label(words);
                // The bar below says both in one.
                ui.accesskit_node_builder(label.id, egui::accesskit::Node::set_hidden);
            }
        });
        let (rect, response) =
            ui.allocate_exact_size(Vec2::new(ui.available_width(), BAR_HEIGHT), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, format!("{place}: {name}")));
        let gaps = space::TINY * (count - 1) as f32;
        let width = (rect.width() - gaps) / count as f32;
        for step in 0..count {
            let left = rect.left() + step as f32 * (width + space::TINY);
            let part = Rect::from_min_size(egui::pos2(left, rect.top()), Vec2::new(width, BAR_HEIGHT));
            let colour = if step <= current { tokens.accent.fill } else { tokens.outline };
            ui.painter().rect_filled(part, BAR_HEIGHT / 2.0, colour);
        }
        response
    })
    .inner
}
