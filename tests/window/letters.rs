//! Everything the window writes can be written in the fonts it carries.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use egui::epaint::text::FontsView;
use egui::{Context, FontFamily, FontId, RawInput};
use patchwright::toolkit::theme::fonts::{self, FontSearch};
use patchwright::toolkit::theme::{self, Appearance, Icon, text};

use crate::house_rules::{root, rust_files};

/// Where the words of the window are.
const FOLDERS: [&str; 5] = ["src/gui", "src/present", "src/toolkit", "src/viewer", "src/words"];
/// Stands between what is shown and what was left out, and in what egui shortens itself.
const ELSEWHERE: &str = "…";

#[test]
fn every_letter_in_the_sources_of_the_window_is_in_its_fonts() {
    let mut letters: BTreeSet<char> = (' '..='~').chain(ELSEWHERE.chars()).collect();
    for line in code_lines() {
        letters.extend(line.chars().filter(|letter| !letter.is_ascii()));
    }
    for family in [FontFamily::Proportional, text::semibold(), FontFamily::Monospace] {
        let font = FontId::new(text::BODY, family.clone());
        let missing: Vec<_> = with_fonts(|fonts| {
            letters.iter().copied().filter(|letter| !fonts.has_glyph(&font, *letter)).collect()
        });
        assert!(missing.is_empty(), "{family:?} has no {missing:?}");
    }
}

#[test]
fn every_icon_is_in_the_font_of_icons() {
    let font = FontId::new(text::ICON, text::icons());
    let mut count = 0;
    for line in code_lines() {
        for (start, _) in line.match_indices("Icon::") {
            let name: String =
                line[start + "Icon::".len()..].chars().take_while(char::is_ascii_alphanumeric).collect();
            // `Icon::icon` and the like are no icons.
            let Ok(icon) = Icon::try_from(kebab(&name).as_str()) else { continue };
            assert!(with_fonts(|fonts| fonts.has_glyph(&font, char::from(icon))), "{name}");
            count += 1;
        }
    }
    assert!(count > 10, "{count} icons were found");
}

#[test]
fn numbers_in_a_column_line_up() {
    for family in [FontFamily::Proportional, text::semibold(), FontFamily::Monospace] {
        let font = FontId::new(text::BODY, family.clone());
        let widths: BTreeSet<_> =
            with_fonts(|fonts| ('0'..='9').map(|digit| fonts.glyph_width(&font, digit).to_bits()).collect());
        assert_eq!(widths.len(), 1, "{family:?}");
    }
}

#[test]
fn there_are_four_sizes_of_text_and_one_of_code_that_is_compared() {
    let context = dressed();
    let style = context.global_style();
    let sizes: BTreeSet<_> = style.text_styles.values().map(|font| font.size.to_bits()).collect();
    let known: BTreeSet<_> =
        [text::CAPTION, text::CODE, text::BODY, text::HEADING, text::OUTCOME].map(f32::to_bits).into();
    assert_eq!(sizes, known);
}

/// For trying a machine: `cargo test --test window -- --ignored --nocapture the_font_of_this_machine`.
#[test]
#[ignore = "looks at the fonts of this machine"]
fn the_font_of_this_machine_is_found_and_can_be_written_in() {
    let start = Instant::now();
    let interface = FontSearch::start().wait(Duration::from_secs(10));
    println!("found: {}, after {:?}", interface.is_some(), start.elapsed());
    let context = dressed();
    fonts::install(&context, interface);
    context.run_ui(RawInput::default(), |_| {}).drop_without_applying_deltas();
    for family in [FontFamily::Proportional, text::semibold()] {
        let font = FontId::new(text::BODY, family.clone());
        let width = context.fonts_mut(|fonts| fonts.glyph_width(&font, 'n'));
        println!("{family:?}: n is {width} wide");
        assert!(width > 0.0);
    }
}

/// The lines of the window's sources that are not comments.
fn code_lines() -> Vec<String> {
    let files = FOLDERS.iter().flat_map(|folder| rust_files(&root().join(folder)));
    let sources = files.filter(|path| !path.ends_with("tests.rs"));
    let sources = sources.map(|path| fs::read_to_string(path).expect("a source file"));
    // What only tests write reaches nobody's eyes.
    let sources =
        sources.map(|source| source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned());
    let lines: Vec<_> =
        sources.flat_map(|source| source.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    lines.into_iter().filter(|line| !line.trim_start().starts_with("//")).collect()
}

/// `Trash2` is `trash-2`.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for letter in name.chars() {
        if !kebab.is_empty() && (letter.is_ascii_uppercase() || letter.is_ascii_digit()) {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    kebab
}

fn with_fonts<R>(look: impl FnOnce(&mut FontsView<'_>) -> R) -> R {
    dressed().fonts_mut(look)
}

fn dressed() -> Context {
    let context = Context::default();
    theme::set_up(&context, &Appearance::default());
    // Fonts come with the first pass.
    context.run_ui(RawInput::default(), |_| {}).drop_without_applying_deltas();
    context
}
