//! The files of the icon are what the program draws.

use std::io::Cursor;
use std::path::PathBuf;

use image::codecs::ico::{IcoEncoder, IcoFrame};
use image::{ExtendedColorType, ImageFormat, RgbaImage};
use patchwright::gui::icon;

/// What Windows asks for, from the title bar to the desktop.
const ICO_SIDES: [u32; 5] = [16, 24, 32, 48, 256];

#[test]
fn the_files_of_the_icon_show_what_the_program_draws() {
    let svg = std::fs::read_to_string(assets().join("icon.svg")).expect("assets/icon.svg");
    assert_eq!(svg.replace("\r\n", "\n"), icon::svg());
    let png = image::open(assets().join("icon-256.png")).expect("assets/icon-256.png").to_rgba8();
    assert_same(&png, &drawn(256));
    let ico = std::fs::read(assets().join("icon.ico")).expect("assets/icon.ico");
    // The decoder takes the largest.
    let ico = image::load_from_memory_with_format(&ico, ImageFormat::Ico).expect("an icon").to_rgba8();
    assert_same(&ico, &drawn(256));
}

#[test]
fn the_smallest_icon_still_has_a_sign_on_a_tile() {
    let icon = drawn(16);
    let is_bright = |x, y| icon.get_pixel(x, y).0[0] > 0xb0;
    assert!(is_bright(7, 8) || is_bright(8, 7), "the plaster");
    assert!(!is_bright(6, 6), "between the plaster and the arrow");
    assert_eq!(icon.get_pixel(0, 0).0[3], 0, "the corner");
}

/// Writes the files that the first test reads.
#[test]
#[ignore = "writes into assets"]
fn write_the_icon() {
    std::fs::write(assets().join("icon.svg"), icon::svg()).expect("assets can be written");
    drawn(256).save(assets().join("icon-256.png")).expect("assets can be written");
    let frame = |side: u32| {
        IcoFrame::as_png(&icon::rgba(side), side, side, ExtendedColorType::Rgba8).expect("a frame")
    };
    let mut ico = Cursor::new(Vec::new());
    IcoEncoder::new(&mut ico).encode_images(&ICO_SIDES.map(frame)).expect("an icon");
    std::fs::write(assets().join("icon.ico"), ico.into_inner()).expect("assets can be written");
}

fn drawn(side: u32) -> RgbaImage {
    RgbaImage::from_raw(side, side, icon::rgba(side)).expect("four bytes for each pixel")
}

fn assert_same(one: &RgbaImage, other: &RgbaImage) {
    assert_eq!(one.dimensions(), other.dimensions());
    // Another machine's sine may move an edge by a sample.
    let differs = one
        .pixels()
        .zip(other.pixels())
        .filter(|(one, other)| one.0.iter().zip(other.0).any(|(one, other)| one.abs_diff(other) > 0x20));
    assert!(differs.count() < 8);
}

fn assets() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets")
}
