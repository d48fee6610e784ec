//! Pictures of the pages for the read-me, taken anew by
//! `cargo test --test window --features pictures -- --ignored pictures`.
//!
//! They are written to `assets/pictures`, in light and in dark. Without any graphics driver, not even one in software
//! (lavapipe), the test says so and writes nothing.

use std::fs;
use std::io::BufWriter;
use std::path::Path;

use egui::Vec2;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ImageEncoder, RgbaImage, imageops};
use patchwright::settings::Palette;
use patchwright::words;

use super::guided::last_button;
use super::person::{Opening, Person};

/// A page of the read-me shows this much without scrolling.
const SIZE: Vec2 = Vec2::new(1180.0, 740.0);
/// Twice as sharp would be twice as large as a picture of a read-me may be.
const SCALE: f32 = 1.0;
/// The test harness draws this much around a window.
const MARGIN: f32 = 8.0;
/// A picture that is larger makes every clone slower for little.
const MAX_BYTES: u64 = 120_000;

fn save(person: &mut Person, name: &str) -> Result<(), String> {
    person.harness.remove_cursor();
    person.settle();
    // Colours of code come from a thread.
    std::thread::sleep(std::time::Duration::from_millis(300));
    person.settle();
    let whole = person.harness.render()?;
    let margin = (MARGIN * SCALE) as u32;
    let size = (SIZE * SCALE).round();
    let picture: RgbaImage =
        imageops::crop_imm(&whole, margin, margin, size.x as u32, size.y as u32).to_image();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/pictures");
    fs::create_dir_all(&folder).expect("a folder for pictures");
    let path = folder.join(format!("{name}.png"));
    let file = BufWriter::new(fs::File::create(&path).expect("a new picture"));
    // Nothing is seen through a window.
    let mut picture = image::DynamicImage::from(picture).to_rgb8();
    picture.iter_mut().for_each(|tone| *tone = round(*tone));
    PngEncoder::new_with_quality(file, CompressionType::Best, FilterType::NoFilter)
        .write_image(&picture, picture.width(), picture.height(), image::ExtendedColorType::Rgb8)
        .expect("a whole picture");
    let bytes = fs::metadata(&path).expect("the picture").len();
    println!("{name}: {bytes} bytes");
    assert!(bytes < MAX_BYTES, "{name} has {bytes} bytes");
    Ok(())
}

/// The nearest of fewer tones: nobody sees it at the edges of letters, and the file is a third smaller.
fn round(tone: u8) -> u8 {
    const STEPS: u32 = 31;
    (((u32::from(tone) * STEPS + 127) / 255) * 255 / STEPS) as u8
}

fn take(palette: Palette, ending: &str) -> Result<(), String> {
    let opening = Opening { size: SIZE + Vec2::splat(2.0 * MARGIN), scale: SCALE, palette, ..Opening::new() };
    let mut person = Person::with_sample_in(opening);
    let name = |page: &str| format!("{page}{ending}");
    save(&mut person, &name("overview"))?;
    person.opens_tab(words::TAB_CHANGES);
    save(&mut person, &name("changes"))?;
    person.press(words::APPLY);
    save(&mut person, &name("check"))?;
    person.press(words::NEXT);
    person.press(words::NEXT);
    person.press(words::CONSENT_UNSIGNED);
    let button = last_button(&person);
    person.press(&button);
    save(&mut person, &name("result"))
}

#[test]
#[ignore = "writes the pictures of the read-me"]
fn pictures_for_the_read_me() {
    for (palette, ending) in [(Palette::Light, ""), (Palette::Dark, "-dark")] {
        if let Err(reason) = take(palette, ending) {
            eprintln!("NO PICTURE WAS TAKEN: {reason}");
            return;
        }
    }
}
