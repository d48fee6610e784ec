//! Pictures of both sides: beside each other, or what differs between them.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use egui::{Align2, ColorImage, Pos2, Rect, Sense, TextureHandle, TextureOptions, Ui, Vec2, pos2, vec2};
use image::{ImageFormat, ImageReader, Limits, RgbaImage};

use super::Given;
use crate::progress::{CancelToken, Cancelled};
use crate::toolkit::theme::{Tokens, picture_tint, space};
use crate::toolkit::widgets::segmented;
use crate::viewer::layout::{PaneRequest, PaneState, PictureMode, PictureState};
use crate::viewer::model::{ContentKind, Half, PictureFacts, PictureFormat, PixelDifference, ViewedContents};
use crate::words::{contents as words, fill};

/// Largest side of a picture that is decoded, in pixels.
const MAX_SIDE: u32 = 32_768;
/// Most memory that decoding one picture may take, in bytes: 100 megapixels and what the decoder needs beside them.
const MAX_DECODED_BYTES: u64 = 512 << 20;
/// Largest side of what is handed to the graphics card, in pixels; the smallest limit that is common.
const MAX_TEXTURE_SIDE: usize = 4_096;
/// Side of a square of the pattern behind transparent pixels.
const CHECK_PIXELS: u32 = 8;
/// The two greys of that pattern.
const CHECKS: [u8; 2] = [0xd0, 0xb0];
/// How a pixel that differs is drawn in the picture of differences: a red that no faded grey comes near.
const DIFFERENT: [u8; 3] = [0xe0, 0x1b, 0x5c];
/// Most one can zoom in.
const MAX_ZOOM: f32 = 32.0;

/// Both pictures, decoded. Clones share the pixels.
#[derive(Clone, Default)]
pub struct Pictures {
    halves: [Option<Result<Picture, String>>; 2],
    difference: Option<(PixelDifference, ShownPicture)>,
}

/// One decoded picture.
#[derive(Clone)]
struct Picture {
    facts: PictureFacts,
    shown: ShownPicture,
}

/// Pixels, and what the graphics card has of them once they were drawn.
#[derive(Clone)]
struct ShownPicture {
    image: Arc<ColorImage>,
    texture: Arc<OnceLock<TextureHandle>>,
}

impl From<ColorImage> for ShownPicture {
    fn from(image: ColorImage) -> Self {
        Self { image: Arc::new(image), texture: Arc::default() }
    }
}

impl ShownPicture {
    fn texture(&self, ui: &Ui) -> &TextureHandle {
        self.texture.get_or_init(|| {
            // Pixels stay pixels when one looks closely.
            let options =
                TextureOptions { magnification: egui::TextureFilter::Nearest, ..TextureOptions::LINEAR };
            ui.load_texture("picture", Arc::clone(&self.image), options)
        })
    }
}

/// Decodes the pictures of both sides and compares them. A picture that cannot be decoded says why. Slow: for a
/// worker thread.
///
/// # Errors
/// If somebody wished to stop.
pub fn decode(contents: &ViewedContents, cancel: &CancelToken) -> Result<Pictures, Cancelled> {
    let mut pictures = Pictures::default();
    let mut pixels = [None, None];
    for half in Half::BOTH {
        cancel.check()?;
        let ContentKind::Picture(format) = contents.facts(half).kind else { continue };
        let Some(content) = contents.content(half) else { continue };
        let Some(bytes) = content.bytes() else {
            pictures.halves[half as usize] = Some(Err(words::PICTURE_TOO_LARGE.to_owned()));
            continue;
        };
        // Pictures come from anybody, and decoders have been wrong before.
        let decoded = catch_unwind(AssertUnwindSafe(|| decode_one(bytes, format)))
            .unwrap_or_else(|_| Err(words::PICTURE_UNREADABLE.to_owned()));
        pictures.halves[half as usize] = Some(decoded.map(|image| {
            let facts = facts(&image, format);
            let picture = Picture { facts, shown: drawable(&image).into() };
            pixels[half as usize] = Some(image);
            picture
        }));
    }
    cancel.check()?;
    if let [Some(left), Some(right)] = &pixels
        && left.dimensions() == right.dimensions()
    {
        let difference = PixelDifference::new(left, right, left.width());
        pictures.difference = Some((difference, difference_image(left, right).into()));
    }
    Ok(pictures)
}

fn decode_one(bytes: &[u8], format: PictureFormat) -> Result<RgbaImage, String> {
    let format = match format {
        PictureFormat::Bmp => ImageFormat::Bmp,
        PictureFormat::Gif => ImageFormat::Gif,
        PictureFormat::Ico => ImageFormat::Ico,
        PictureFormat::Jpeg => ImageFormat::Jpeg,
        PictureFormat::Png => ImageFormat::Png,
        PictureFormat::WebP => ImageFormat::WebP,
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_DECODED_BYTES);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let decoded = reader.decode().map_err(|error| {
        let reason = crate::text::one_line(&error.to_string(), 200);
        fill(words::PICTURE_UNREADABLE_WHY, &[("why", &reason)])
    })?;
    Ok(decoded.into_rgba8())
}

fn facts(image: &RgbaImage, format: PictureFormat) -> PictureFacts {
    let is_transparent = image.pixels().any(|pixel| pixel[3] < u8::MAX);
    PictureFacts { format, width: image.width(), height: image.height(), is_transparent }
}

/// A picture on the pattern that stands for "nothing", small enough for every graphics card.
fn drawable(image: &RgbaImage) -> ColorImage {
    shrunk(image.width() as usize, image.height() as usize, |x, y| {
        let pixel = image.get_pixel(x, y).0;
        let check = CHECKS[((x / CHECK_PIXELS + y / CHECK_PIXELS) % 2) as usize];
        let alpha = u16::from(pixel[3]);
        [0, 1, 2].map(|channel| {
            let over = u16::from(pixel[channel]) * alpha + u16::from(check) * (255 - alpha);
            (over / 255) as u8
        })
    })
}

/// The new picture faded to grey, and on it what differs.
fn difference_image(left: &RgbaImage, right: &RgbaImage) -> ColorImage {
    shrunk(left.width() as usize, left.height() as usize, |x, y| {
        let (old, new) = (left.get_pixel(x, y).0, right.get_pixel(x, y).0);
        if old != new {
            return DIFFERENT;
        }
        let light = (u16::from(new[0]) * 3 + u16::from(new[1]) * 6 + u16::from(new[2])) / 10;
        [(160 + light / 3) as u8; 3]
    })
}

/// An image of these pixels; if it is too large, of every second, third … one. Where pixels are left out the most
/// striking would be lost, so of each block the one that differs wins.
fn shrunk(width: usize, height: usize, pixel: impl Fn(u32, u32) -> [u8; 3]) -> ColorImage {
    let step = width.max(height).div_ceil(MAX_TEXTURE_SIDE).max(1);
    let size = [width.div_ceil(step), height.div_ceil(step)];
    let mut bytes = Vec::with_capacity(size[0] * size[1] * 3);
    for y in 0..size[1] {
        for x in 0..size[0] {
            let block = (0..step * step).map(|at| (x * step + at % step, y * step + at / step));
            let inside = block.filter(|(x, y)| *x < width && *y < height);
            let mut pixels = inside.map(|(x, y)| pixel(x as u32, y as u32));
            let first = pixels.next().unwrap_or_default();
            let chosen = pixels.find(|pixel| *pixel == DIFFERENT).unwrap_or(first);
            bytes.extend(chosen);
        }
    }
    ColorImage::from_rgb(size, &bytes)
}

/// Height of the words above a picture.
const CAPTION_HEIGHT: f32 = 24.0;

/// Draws the pictures.
pub(super) fn pictures_ui(ui: &mut Ui, given: &Given<'_>, state: &mut PaneState, out: &mut Vec<PaneRequest>) {
    let Some(pictures) = given.pictures else {
        if !std::mem::replace(&mut state.asked.pictures, true) {
            out.push(PaneRequest::DecodePictures);
        }
        super::head::waiting_ui(ui, words::PICTURES_WAIT);
        return;
    };
    tools_ui(ui, pictures, &mut state.pictures);
    let area = ui.available_rect_before_wrap();
    ui.advance_cursor_after_rect(area);
    let is_difference = state.pictures.mode == PictureMode::Difference && pictures.difference.is_some();
    let halves: Vec<_> =
        Half::BOTH.into_iter().filter(|half| pictures.halves[*half as usize].is_some()).collect();
    if let ([Some(Ok(_)), Some(Ok(_))], PictureMode::Swipe | PictureMode::Onion) =
        (&pictures.halves, state.pictures.mode)
    {
        return over_each_other_ui(ui, given, pictures, area, state);
    }
    let cells = match (is_difference, halves.len()) {
        (false, 2) => {
            let middle = area.center().x.round();
            vec![area.with_max_x(middle - 4.0), area.with_min_x(middle + 4.0)]
        }
        _ => vec![area],
    };
    if is_difference {
        let Some((difference, shown)) = &pictures.difference else { return };
        let texture = shown.texture(ui);
        let size = size_of_picture(pictures, Half::Right);
        let drawn = canvas_ui(ui, cells[0], "difference", &difference.sentence(), (texture, size), state);
        if let (Some((origin, zoom)), Some(bounds)) = (drawn, difference.bounds) {
            let corner = |x: u32, y: u32| origin + vec2(x as f32, y as f32) * zoom;
            let frame = Rect::from_min_max(
                corner(bounds.left, bounds.top),
                corner(bounds.left + bounds.width, bounds.top + bounds.height),
            );
            let painter = ui.painter_at(cells[0]);
            painter.rect_stroke(
                frame.expand(2.0),
                2,
                (2.0, Tokens::from_context(ui).focus),
                egui::StrokeKind::Outside,
            );
        }
        return;
    }
    for (half, cell) in halves.into_iter().zip(cells) {
        match &pictures.halves[half as usize] {
            Some(Ok(picture)) => {
                let texture = picture.shown.texture(ui);
                let size = size_of_picture(pictures, half);
                let file = given.contents.facts(half).phrases().join(", ");
                let words = format!("{}: {}, {file}", given.contents.title(half), picture.facts.phrase());
                canvas_ui(ui, cell, half.as_str(), &words, (texture, size), state);
            }
            Some(Err(reason)) => {
                let tokens = Tokens::from_context(ui);
                let font = egui::TextStyle::Body.resolve(ui.style());
                ui.painter().text(cell.center(), Align2::CENTER_CENTER, reason, font, tokens.caution.text);
            }
            None => {}
        }
    }
}

/// The new picture over the old one: behind a line that moves, or thinner.
fn over_each_other_ui(ui: &Ui, given: &Given<'_>, pictures: &Pictures, area: Rect, state: &mut PaneState) {
    let [Some(Ok(old)), Some(Ok(new))] = &pictures.halves else { return };
    let (mode, mix) = (state.pictures.mode, state.pictures.mix.unwrap_or(0.5));
    let titles = Half::BOTH.map(|half| given.contents.title(half));
    let words =
        format!("{}: {} \u{2192} {}: {}", titles[0], old.facts.phrase(), titles[1], new.facts.phrase());
    let below = (old.shown.texture(ui), size_of_picture(pictures, Half::Left));
    let Some((origin, zoom)) = canvas_ui(ui, area, "both", &words, below, state) else { return };
    let place = Rect::from_min_size(origin, size_of_picture(pictures, Half::Right) * zoom);
    let frame = area.with_min_y(area.top() + CAPTION_HEIGHT);
    let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
    let texture = new.shown.texture(ui).id();
    if mode == PictureMode::Onion {
        ui.painter_at(frame).image(texture, place, whole, picture_tint(mix));
        return;
    }
    let line = place.left() + place.width() * mix;
    let right = frame.with_min_x(line.clamp(frame.left(), frame.right()));
    ui.painter_at(right).image(texture, place, whole, picture_tint(1.0));
    let stroke = (2.0, Tokens::from_context(ui).focus);
    ui.painter_at(frame).vline(line, place.y_range(), stroke);
}

fn size_of_picture(pictures: &Pictures, half: Half) -> Vec2 {
    match &pictures.halves[half as usize] {
        Some(Ok(picture)) => vec2(picture.facts.width as f32, picture.facts.height as f32),
        _ => Vec2::ZERO,
    }
}

fn tools_ui(ui: &mut Ui, pictures: &Pictures, state: &mut PictureState) {
    // What is too wide for the pane goes on below: the pictures take the width of the pane, and no sentence is cut.
    ui.horizontal_wrapped(|ui| {
        ui.add_space(super::head::INDENT);
        if pictures.halves.iter().all(Option::is_some) {
            let both = [
                (words::PICTURES_BESIDE, PictureMode::TwoUp),
                (words::PICTURES_SWIPE, PictureMode::Swipe),
                (words::PICTURES_ONION, PictureMode::Onion),
                (words::PICTURES_DIFFERENCE, PictureMode::Difference),
            ];
            // Pixels are compared one by one only where both pictures are of one size.
            let there = if pictures.difference.is_some() { &both[..] } else { &both[..3] };
            let mut chosen = there.iter().position(|(_, mode)| *mode == state.mode).unwrap_or(0);
            let names: Vec<_> = there.iter().map(|(name, _)| *name).collect();
            if segmented(ui, words::PICTURES, &names, &mut chosen) {
                state.mode = there[chosen].1;
            }
            if matches!(state.mode, PictureMode::Swipe | PictureMode::Onion) {
                let mut mix = state.mix.unwrap_or(0.5);
                let slider = egui::Slider::new(&mut mix, 0.0..=1.0).show_value(false);
                if ui.add(slider).on_hover_text(words::PICTURES_MIX).changed() {
                    state.mix = Some(mix);
                }
            }
            ui.add_space(space::SMALL);
        }
        if ui.button(words::PICTURE_FIT).clicked() {
            (state.zoom, state.centre) = (None, [0.0; 2]);
        }
        if ui.button(words::PICTURE_FULL_SIZE).clicked() {
            state.zoom = Some(1.0 / ui.pixels_per_point());
        }
    });
    let has_both = pictures.halves.iter().all(Option::is_some);
    let said = match &pictures.difference {
        None if has_both => words::PICTURES_SIZES_DIFFER.to_owned(),
        Some((difference, _)) if state.mode == PictureMode::TwoUp => difference.sentence(),
        _ => return,
    };
    ui.horizontal(|ui| {
        ui.add_space(super::head::INDENT);
        ui.add(egui::Label::new(egui::RichText::new(said).weak()).wrap());
    });
}

/// Draws one picture; all are zoomed and moved together. Returns where its corner is and its zoom.
fn canvas_ui(
    ui: &Ui,
    cell: Rect,
    name: &str,
    words: &str,
    (texture, size): (&TextureHandle, Vec2),
    state: &mut PaneState,
) -> Option<(Pos2, f32)> {
    let tokens = Tokens::from_context(ui);
    let small = egui::TextStyle::Small.resolve(ui.style());
    let caption = cell.with_max_y(cell.top() + CAPTION_HEIGHT);
    let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), small, tokens.muted);
    job.wrap = egui::text::TextWrapping::truncate_at_width(caption.width() - 16.0);
    let galley = ui.painter().layout_job(job);
    let at = pos2(caption.left() + 8.0, caption.center().y - galley.size().y / 2.0);
    ui.painter_at(caption).galley(at, galley, tokens.muted);
    let frame = cell.with_min_y(caption.bottom());
    let painter = ui.painter_at(frame);
    painter.rect_filled(frame, 0, tokens.page());
    if size.min_elem() <= 0.0 {
        return None;
    }
    let pictures = &mut state.pictures;
    let response = ui.interact(frame, ui.make_persistent_id(("picture", name)), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, words));
    let fit = ((frame.size() - vec2(24.0, 24.0)) / size).min_elem().clamp(f32::MIN_POSITIVE, 8.0);
    let mut zoom = pictures.zoom.unwrap_or(fit);
    if response.contains_pointer() {
        let wheel = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta).y) / 200.0;
        let pinch = ui.input(egui::InputState::zoom_delta);
        if wheel != 0.0 || pinch != 1.0 {
            zoom = (zoom * wheel.exp() * pinch).clamp(fit.min(0.05), MAX_ZOOM);
            pictures.zoom = Some(zoom);
        }
    }
    if response.dragged() {
        let limit = size / 2.0;
        let centre = Vec2::from(pictures.centre) - response.drag_delta() / zoom;
        pictures.centre = centre.clamp(-limit, limit).into();
    }
    let drawn = Rect::from_center_size(frame.center() - Vec2::from(pictures.centre) * zoom, size * zoom);
    let all = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
    // The tint that changes nothing.
    let untinted = egui::ImageOptions::default().tint;
    painter.image(texture.id(), drawn, all, untinted);
    painter.rect_stroke(drawn, 0, (1.0, tokens.outline), egui::StrokeKind::Outside);
    Some((drawn.min, zoom))
}
