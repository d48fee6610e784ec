//! Every pair of colours that meets in the window can be told apart, by calculation and not by eye.
//!
//! Contrast is that of WCAG 2.2, "contrast ratio" and "relative luminance" (<https://www.w3.org/TR/WCAG22/>);
//! success criteria 1.4.3 (text), 1.4.6 (text, enhanced) and 1.4.11 (what is not text) set the limits.

use egui::Color32;
use patchwright::toolkit::theme::{ChangeTokens, ChangeTone, Meaning, ThemeTokens, Tokens};

/// Success criterion 1.4.3.
const TEXT: f64 = 4.5;
/// Success criterion 1.4.6, which high contrast keeps.
const TEXT_ENHANCED: f64 = 7.0;
/// Success criterion 1.4.11: icons, edges, marks.
const MARK: f64 = 3.0;
/// Colours further apart than this in CIELAB are seen as different at a glance, even as pale backgrounds.
const DIFFERENT: f64 = 15.0;
/// The same for small signs, which need more.
const CLEARLY_DIFFERENT: f64 = 40.0;

#[test]
fn what_is_read_stands_out_from_what_is_behind_it() {
    for (name, tokens, limit) in every_look() {
        let mut pairs = Pairs::new(&name, limit);
        let [page, card, raised] = tokens.surfaces;
        let behind = [page, card, raised, tokens.gap, tokens.selection, tokens.accent.surface];
        pairs.each("text", tokens.text, &behind);
        pairs.each("muted", tokens.muted, &[page, card, raised, tokens.gap]);
        pairs.each("accent", tokens.accent.text, &[page, card, tokens.accent.surface]);
        pairs.each("on accent", tokens.accent.on, &[tokens.accent.fill, tokens.accent.hover]);
        for (meaning_name, meaning) in meanings(tokens) {
            pairs.each(meaning_name, meaning.text, &[meaning.surface, page, card]);
            pairs.each("text", tokens.text, &[meaning.surface]);
            pairs.each("muted", tokens.muted, &[meaning.surface]);
        }
        pairs.all_hold();
    }
}

#[test]
fn a_changed_row_can_be_read_with_and_without_syntax_colours() {
    for (name, tokens, limit) in every_look() {
        let mut pairs = Pairs::new(&name, limit);
        let mut behind = vec![tokens.page(), tokens.card(), tokens.selection];
        for (kind, tone) in changes(tokens) {
            pairs.each(kind, tone.text, &[tone.line, tone.word, tokens.page(), tokens.card()]);
            pairs.each("text", tokens.text, &[tone.line, tone.word]);
            pairs.each("line number", tokens.muted, &[tone.line]);
            behind.extend([tone.line, tone.word]);
        }
        let tones = tokens.syntax;
        for (kind, colour) in [
            ("keyword", tones.keyword),
            ("string", tones.string),
            ("number", tones.number),
            ("comment", tones.comment),
            ("function", tones.function),
            ("type", tones.type_),
            ("constant", tones.constant),
            ("punctuation", tones.punctuation),
        ] {
            pairs.each(kind, colour, &behind);
        }
        pairs.all_hold();
    }
}

#[test]
fn signs_and_edges_stand_out() {
    for (name, tokens, _) in every_look() {
        let mut pairs = Pairs::new(&name, MARK);
        let [page, card, raised] = tokens.surfaces;
        pairs.each("edge", tokens.edge, &[page, card]);
        pairs.each("focus", tokens.focus, &[page, card, raised]);
        pairs.each("accent", tokens.accent.fill, &[page, card, raised]);
        for (meaning_name, meaning) in meanings(tokens) {
            pairs.each(meaning_name, meaning.strong, &[meaning.surface, page, card]);
        }
        for (kind, tone) in changes(tokens) {
            pairs.each(kind, tone.mark, &[tone.line, page, card]);
        }
        pairs.all_hold();
    }
}

#[test]
fn blue_and_orange_tell_added_from_removed_to_those_who_cannot_tell_green_from_red() {
    for palette in PALETTES {
        let tokens = Tokens::for_palette(palette, ChangeTokens::BlueOrange);
        let (added, removed) = (tokens.added, tokens.removed);
        for (who, eye) in EYES {
            let apart = |one, other| difference(seen_by(&eye, one), seen_by(&eye, other));
            for (what, one, other, limit) in [
                ("line", added.line, removed.line, DIFFERENT),
                ("word", added.word, removed.word, DIFFERENT),
                ("mark", added.mark, removed.mark, CLEARLY_DIFFERENT),
            ] {
                let apart = apart(one, other);
                assert!(apart >= limit, "{palette:?}, {who}: {what} {apart:.0} < {limit}");
            }
        }
    }
}

#[test]
fn green_and_red_are_why_there_is_blue_and_orange() {
    // Shows that the simulation above can fail.
    let tokens = Tokens::for_palette(ThemeTokens::Light, ChangeTokens::Standard);
    let (_, deuteranope) = EYES[1];
    let apart =
        difference(seen_by(&deuteranope, tokens.added.line), seen_by(&deuteranope, tokens.removed.line));
    assert!(apart < DIFFERENT, "{apart}");
}

#[test]
fn the_formula_gives_the_known_ratios() {
    assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-9);
    assert!((contrast(Color32::WHITE, Color32::WHITE) - 1.0).abs() < 1e-9);
    // #777777 on white is the well-known grey that just misses 4.5.
    let grey = contrast(Color32::from_rgb(0x77, 0x77, 0x77), Color32::WHITE);
    assert!((grey - 4.48).abs() < 0.01, "{grey}");
}

#[test]
fn every_colour_is_opaque() {
    for (name, tokens, _) in every_look() {
        // The derived description lists every colour there is, with its opacity last.
        let description = format!("{tokens:?}");
        let opacities: Vec<_> = description.split('#').skip(1).map(|colour| &colour[9..11]).collect();
        assert!(opacities.len() > 40, "{description}");
        assert!(opacities.iter().all(|opacity| *opacity == "FF"), "{name}: {description}");
    }
}

const PALETTES: [ThemeTokens; 3] = [ThemeTokens::Light, ThemeTokens::Dark, ThemeTokens::HighContrast];

/// Every palette with every pair of change colours, and the contrast its text has to have.
fn every_look() -> Vec<(String, &'static Tokens, f64)> {
    let mut looks = Vec::new();
    for palette in PALETTES {
        for changes in [ChangeTokens::Standard, ChangeTokens::BlueOrange] {
            let limit = if palette == ThemeTokens::HighContrast { TEXT_ENHANCED } else { TEXT };
            looks.push((format!("{palette:?} {changes:?}"), Tokens::for_palette(palette, changes), limit));
        }
    }
    looks
}

fn meanings(tokens: &Tokens) -> [(&'static str, Meaning); 4] {
    [
        ("good", tokens.good),
        ("caution", tokens.caution),
        ("danger", tokens.danger),
        ("information", tokens.information),
    ]
}

fn changes(tokens: &Tokens) -> [(&'static str, ChangeTone); 4] {
    [
        ("added", tokens.added),
        ("removed", tokens.removed),
        ("changed", tokens.changed),
        ("moved", tokens.moved),
    ]
}

/// Pairs of colours, and those among them that are too close.
struct Pairs<'a> {
    look: &'a str,
    limit: f64,
    too_close: Vec<String>,
}

impl<'a> Pairs<'a> {
    fn new(look: &'a str, limit: f64) -> Self {
        Self { look, limit, too_close: Vec::new() }
    }

    fn each(&mut self, what: &str, front: Color32, behind: &[Color32]) {
        for back in behind {
            let ratio = contrast(front, *back);
            if ratio < self.limit {
                self.too_close.push(format!("{what}: {front:?} on {back:?} is {ratio:.2}"));
            }
        }
    }

    fn all_hold(self) {
        assert!(self.too_close.is_empty(), "{} < {}:\n{}", self.look, self.limit, self.too_close.join("\n"));
    }
}

fn contrast(one: Color32, other: Color32) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: Color32) -> f64 {
    let [red, green, blue] = linear(colour);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// The light of each primary colour, as WCAG 2.2 takes it from sRGB.
fn linear(colour: Color32) -> [f64; 3] {
    [colour.r(), colour.g(), colour.b()].map(|value| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
}

type Matrix = [[f64; 3]; 3];

/// What reaches people with two kinds of cones, on linear RGB at full severity: G. M. Machado, M. M. Oliveira and
/// L. A. F. Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE
/// Transactions on Visualization and Computer Graphics 15(6), 2009, table of precomputed matrices.
const EYES: [(&str, Matrix); 3] = [
    ("all cones", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "deuteranopia",
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    ),
    (
        "protanopia",
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    ),
];

fn seen_by(eye: &Matrix, colour: Color32) -> [f64; 3] {
    times(eye, linear(colour)).map(|value| value.clamp(0.0, 1.0))
}

/// How different two linear colours look: the distance in CIELAB (CIE 1976, illuminant D65).
fn difference(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (lab(one), lab(other));
    (0..3).map(|axis| (one[axis] - other[axis]).powi(2)).sum::<f64>().sqrt()
}

fn lab(linear: [f64; 3]) -> [f64; 3] {
    const XYZ_OF_SRGB: Matrix = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ];
    const WHITE: [f64; 3] = [0.95047, 1.0, 1.08883];
    let [x, y, z] = times(&XYZ_OF_SRGB, linear);
    let [x, y, z] = [x / WHITE[0], y / WHITE[1], z / WHITE[2]]
        .map(|part| if part > 0.008856 { part.cbrt() } else { 7.787 * part + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn times(matrix: &Matrix, vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| (0..3).map(|column| row[column] * vector[column]).sum())
}
