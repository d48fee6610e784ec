//! Two pictures of one file: beside each other, behind a line that moves, over each other, and what differs.

use egui::accesskit::Role;
use egui::{Key, Modifiers, Rect, Shape, TextureId, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use image::{ImageFormat, Rgba, RgbaImage};
use patchwright::progress::CancelToken;
use patchwright::toolkit::theme;
use patchwright::viewer::layout::{PaneRequest, PaneState, PictureMode};
use patchwright::viewer::model::ViewedContents;
use patchwright::viewer::paint::{Given, Pictures, decode, titled_pane_ui};
use patchwright::words::contents as words;

use crate::contents::contents;

struct Pane {
    contents: ViewedContents,
    state: PaneState,
    pictures: Option<Pictures>,
}

/// A square of one colour, with a dot of another.
fn png(colour: [u8; 4], dot: [u8; 4]) -> Vec<u8> {
    let mut picture = RgbaImage::from_pixel(64, 64, Rgba(colour));
    picture.put_pixel(10, 20, Rgba(dot));
    let mut bytes = Vec::new();
    let mut place = std::io::Cursor::new(&mut bytes);
    picture.write_to(&mut place, ImageFormat::Png).expect("a picture in memory");
    bytes
}

fn pane() -> Harness<'static, Pane> {
    pane_of_width(1000.0)
}

fn pane_of_width(width: f32) -> Harness<'static, Pane> {
    let [red, blue] = [[200, 0, 0, 255], [0, 0, 200, 255]];
    let contents = contents("logo.png", &png(red, red), &png(red, blue));
    let pane = Pane { contents, state: PaneState::new(), pictures: None };
    let mut harness = Harness::builder()
        .with_size(vec2(width, 600.0))
        .with_context_setup(|context| theme::set_up(context, &theme::Appearance::default()))
        .build_ui_state(
            |ui, pane: &mut Pane| {
                let mut requests = Vec::new();
                let (highlights, pictures) = (None, pane.pictures.as_ref());
                let given = Given { contents: &pane.contents, highlights, pictures, noted: &[] };
                titled_pane_ui(ui, given, &mut pane.state, &mut |_| (), &mut requests);
                if requests.contains(&PaneRequest::DecodePictures) {
                    pane.pictures = decode(&pane.contents, &CancelToken::new()).ok();
                    ui.request_repaint();
                }
            },
            pane,
        );
    harness.run();
    harness
}

/// The visible part of each picture that was drawn, in order.
fn drawn(harness: &Harness<'_, Pane>) -> Vec<Rect> {
    let shapes = harness.output().shapes.iter();
    let pictures = shapes.filter(|clipped| {
        !matches!(clipped.shape, Shape::Text(_)) && clipped.shape.texture_id() != TextureId::default()
    });
    pictures.map(|clipped| clipped.clip_rect.intersect(clipped.shape.visual_bounding_rect())).collect()
}

fn presses(harness: &mut Harness<'_, Pane>, label: &str) {
    harness.get_by_label(label).click();
    harness.run();
}

#[test]
fn two_pictures_are_beside_each_other_and_of_one_size() {
    let harness = pane();
    let drawn = drawn(&harness);
    assert_eq!(drawn.len(), 2, "{drawn:?}");
    assert!((drawn[0].size() - drawn[1].size()).length() < 1.0, "{drawn:?}");
    assert!(drawn[0].right() <= drawn[1].left(), "{drawn:?}");
}

#[test]
fn in_a_narrow_pane_both_pictures_and_the_sentence_stay_inside() {
    for width in [1000.0, 620.0] {
        let harness = pane_of_width(width);
        assert!(drawn(&harness).iter().all(|picture| picture.right() <= width), "{:?}", drawn(&harness));
        let sides = drawn(&harness).iter().map(Rect::width).collect::<Vec<_>>();
        assert!((sides[0] - sides[1]).abs() < 1.0, "{sides:?} at {width}");
        let sentence = harness.get_by_label_contains(" pixels differ").rect();
        assert!(sentence.right() <= width, "{sentence:?} at {width}");
    }
}

#[test]
fn the_line_of_the_swipe_moves_with_the_keys() {
    let mut harness = pane();
    presses(&mut harness, words::PICTURES_SWIPE);
    assert_eq!(harness.state().state.pictures.mode, PictureMode::Swipe);
    let [below, above] = drawn(&harness)[..] else { panic!("{:?}", drawn(&harness)) };
    assert!((above.left() - below.center().x).abs() < 1.0, "at first in the middle: {below:?} {above:?}");
    harness.get_by_role(Role::Slider).focus();
    for _ in 0..3 {
        harness.key_press_modifiers(Modifiers::NONE, Key::ArrowRight);
    }
    harness.run();
    let moved = drawn(&harness)[1];
    assert!(moved.left() > above.left() && moved.right() == above.right(), "{above:?} {moved:?}");
}

#[test]
fn the_new_picture_lies_over_the_old_one_as_thin_as_one_likes() {
    let mut harness = pane();
    presses(&mut harness, words::PICTURES_ONION);
    let [below, above] = drawn(&harness)[..] else { panic!("{:?}", drawn(&harness)) };
    assert_eq!(below, above);
    harness.get_by_role(Role::Slider).focus();
    harness.key_press_modifiers(Modifiers::NONE, Key::ArrowLeft);
    harness.run();
    assert!(harness.state().state.pictures.mix.is_some_and(|mix| mix < 0.5));
}

#[test]
fn what_differs_is_counted_and_framed_and_zoom_comes_back_to_fit() {
    let mut harness = pane();
    presses(&mut harness, words::PICTURES_DIFFERENCE);
    let told = "1 of 4,096 pixels differ";
    assert!(harness.get_all_by_role(Role::Image).any(|node| {
        egui_kittest::kittest::NodeT::accesskit_node(&node).label().is_some_and(|label| label.contains(told))
    }));
    let fit = drawn(&harness)[0];
    presses(&mut harness, words::PICTURE_FULL_SIZE);
    assert!((drawn(&harness)[0].width() - 64.0).abs() < 1.0);
    presses(&mut harness, words::PICTURE_FIT);
    assert_eq!(drawn(&harness)[0], fit);
}
