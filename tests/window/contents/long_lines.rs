//! Lines that are longer than any window is wide: what changed in them is found.

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use patchwright::toolkit::theme;

use super::{Pane, contents, pane, press};

/// One line of JSON, as programs write it, with a word of it.
fn minified(word: &str) -> String {
    let members: Vec<String> = (0..9_000).map(|number| format!("\"key{number}\":{number}")).collect();
    format!("{{{}}}", members.join(",").replace(":6000,", &format!(":{word},")))
}

#[test]
fn a_change_far_to_the_right_in_the_one_line_of_a_file_is_brought_into_view() {
    let (old, new) = (minified("6000"), minified("\"other\""));
    let mut harness = pane(contents("data.json", old.as_bytes(), new.as_bytes()));
    let at = old.find(":6000,").expect("it is there") as f32;
    let font = egui::FontId::monospace(theme::text::CODE);
    let char_width = harness.ctx.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
    let first_char = |harness: &Harness<'_, Pane>| harness.state().state.shift / char_width;
    let is_in_view = |first: f32| first < at && at < first + 60.0;
    assert!(is_in_view(first_char(&harness)), "opened at {} for {at}", first_char(&harness));
    // The very end can be reached as well.
    press(&mut harness, Modifiers::NONE, Key::End);
    let end = first_char(&harness);
    assert!(end < old.len() as f32 && end + 120.0 > old.len() as f32, "{end} of {}", old.len());
    press(&mut harness, Modifiers::NONE, Key::Home);
    assert!(first_char(&harness) < 1.0);
}

#[test]
fn a_change_far_to_the_right_of_a_very_long_line_is_shown_when_white_space_is_ignored() {
    let old = format!("{}one\n", "x = 1, ".repeat(300_000));
    let new = format!("{}two\n", "x = 1, ".repeat(300_000));
    let mut harness = pane(contents("long.json", old.as_bytes(), new.as_bytes()));
    for _ in 0..3 {
        press(&mut harness, Modifiers::NONE, Key::W);
    }
    let diff = harness.state().contents.text().expect("a text");
    assert_eq!((diff.hunks().len(), diff.hidden()), (1, 0));
}

/// Where the change at byte `at` of the only line is, in characters from the left edge.
#[track_caller]
fn must_be_in_view(harness: &Harness<'_, Pane>, at: usize) {
    let font = egui::FontId::monospace(theme::text::CODE);
    let char_width = harness.ctx.fonts_mut(|fonts| fonts.glyph_width(&font, '0'));
    let first = harness.state().state.shift / char_width;
    assert!(first < at as f32 && (at as f32) < first + 60.0, "at {first} for {at}");
}

#[test]
fn every_change_in_a_line_of_two_megabytes_is_gone_to_one_after_the_other() {
    let members: Vec<String> = (0..40_000)
        .map(|number| format!("\"key{number}\":\"value of {number} or so, and more than that\""))
        .collect();
    let old = format!("{{{}}}\n", members.join(","));
    assert!(old.len() > 2 << 20);
    let places = ["value of 30000 ", "value of 31000 "].map(|value| old.find(value).expect("it is there"));
    let new =
        old.replace("value of 30000 ", "another of 30000 ").replace("value of 31000 ", "another of 31000 ");
    let mut harness = pane(contents("one.json", old.as_bytes(), new.as_bytes()));
    must_be_in_view(&harness, places[0]);
    press(&mut harness, Modifiers::NONE, Key::N);
    must_be_in_view(&harness, places[1]);
    harness.get_by_label("2 of 2 in this line");
    press(&mut harness, Modifiers::NONE, Key::P);
    must_be_in_view(&harness, places[0]);
    // The note above leads there, too, from wherever one is.
    press(&mut harness, Modifiers::NONE, Key::Home);
    let shows = harness.get_all_by_label(patchwright::words::contents::NOTE_SHOW).last().expect("a button");
    shows.click();
    harness.run();
    must_be_in_view(&harness, places[0]);
    assert!(harness.query_by_label_contains("shown as codes").is_none(), "nothing is spelled out");
}
