//! A path: shortened in its middle, whole under the pointer, and copied as it really is.

use std::time::Duration;

use egui::{Color32, FontId, Response, Role, Sense, TextStyle, Ui, Vec2, WidgetInfo};

use super::button::{IconButton, icon_button};
use crate::toolkit::theme::{Icon, space};
use crate::words::{fill, widgets as words};

/// How long a copy button shows that it copied.
const THANKS: Duration = Duration::from_secs(2);

/// A path.
#[derive(Clone, Copy, Debug)]
pub struct PathView<'a> {
    /// As it is shown: escaped.
    pub shown: &'a str,
    /// What the copy button copies: as it is. `None` for no button.
    pub copied: Option<&'a str>,
    pub colour: Color32,
}

/// A path in what is left of the row; the response is that of its words.
pub fn path_label(ui: &mut Ui, path: &PathView<'_>) -> Response {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::TINY;
        let button = if path.copied.is_some() { space::ROW_HEIGHT + space::TINY } else { 0.0 };
        let room = (ui.available_width() - button).max(space::HUGE);
        let font = TextStyle::Monospace.resolve(ui.style());
        let shown = shorten_middle(path.shown, |text| width_of(ui, text, &font) <= room);
        let galley = ui.painter().layout_no_wrap(shown.clone(), font, path.colour);
        let height = galley.size().y.max(space::ROW_HEIGHT);
        let (rect, response) = ui.allocate_exact_size(Vec2::new(galley.size().x, height), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, path.shown));
        let place = super::paint::middle(rect, rect.left(), galley.size().y);
        ui.painter().galley(place, galley, path.colour);
        if let Some(copied) = path.copied {
            copy_button(ui, words::PATH, copied);
        }
        if shown == path.shown { response } else { response.on_hover_text(path.shown) }
    })
    .inner
}

fn width_of(ui: &Ui, text: &str, font: &FontId) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER).size().x
}

/// `text`, or its beginning and end with `…` between them, as long as it fits. The end gets more: the name of the
/// file says more than the drive it is on.
pub fn shorten_middle(text: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let starts: Vec<_> = text.char_indices().map(|(start, _)| start).collect();
    let shortened = |kept: usize| {
        let head = kept / 3;
        let tail = starts.len() - (kept - head);
        let tail_start = starts.get(tail).copied().unwrap_or(text.len());
        format!("{}…{}", &text[..starts[head]], &text[tail_start..])
    };
    // The largest number of characters that fits; it fits or not at every smaller number as well.
    let (mut least, mut most) = (0, starts.len() - 1);
    while least < most {
        let middle = (least + most).div_ceil(2);
        if fits(&shortened(middle)) {
            least = middle;
        } else {
            most = middle - 1;
        }
    }
    shortened(least)
}

/// Copies `copied`, which is called `what`, and shows for a moment that it did; `true` when it was pressed.
pub(super) fn copy_button(ui: &mut Ui, what: &str, copied: &str) -> bool {
    let name = fill(words::COPY, &[("what", &lower_first(what))]);
    let id = ui.next_auto_id().with("copied");
    let now = ui.input(|input| input.time);
    let until: f64 = ui.data(|data| data.get_temp(id)).unwrap_or(0.0);
    let icon = if now < until { Icon::Check } else { Icon::Copy };
    let pressed = icon_button(ui, &IconButton { icon, name: &name }).clicked();
    if pressed {
        ui.copy_text(copied.to_owned());
        ui.data_mut(|data| data.insert_temp(id, now + THANKS.as_secs_f64()));
        ui.request_repaint_after(THANKS);
    }
    pressed
}

/// A title as it stands within a sentence; a name such as `SHA-256` stays as it is.
fn lower_first(title: &str) -> String {
    let mut letters = title.chars();
    let first = letters.next();
    match letters.as_str().starts_with(char::is_uppercase) {
        true => title.to_owned(),
        false => first.into_iter().flat_map(char::to_lowercase).chain(letters).collect(),
    }
}
