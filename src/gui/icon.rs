//! The program's own icon: a plaster within an arrow that goes back. Drawn here once; the files in `assets` are
//! written from it by `cargo test --test window -- --ignored write_the_icon`.

use crate::toolkit::theme::{ChangeTokens, ThemeTokens, Tokens};
use crate::words::widgets::PROGRAM;

/// The corners of the tile, as a part of its side.
const TILE_CORNER: f32 = 0.22;
/// The arrow is a part of a circle around the middle: its radius and half its width.
const RADIUS: f32 = 0.29;
const HALF_WIDTH: f32 = 0.045;
/// It leaves out the quarter at the upper left, in degrees against the clock from the right.
const ARC_START: f32 = 185.0;
const ARC_END: f32 = 480.0;
/// Its head at the end: half of its base, and its length.
const HEAD_HALF_BASE: f32 = 0.13;
const HEAD_LENGTH: f32 = 0.17;
/// The plaster: half its length and half its width, lying along the diagonal.
const PLASTER: (f32, f32) = (0.18, 0.08);
/// The two lines beside its pad: how far from the middle, and half their width.
const PAD: (f32, f32) = (0.075, 0.011);
/// Each pixel is looked at in so many places each way, for soft edges.
const SAMPLES: u32 = 4;

/// The icon as pixels: `side` rows of `side` pixels with red, green, blue and opacity.
pub fn rgba(side: u32) -> Vec<u8> {
    let mut pixels = Vec::with_capacity((side * side * 4) as usize);
    for row in 0..side {
        for column in 0..side {
            pixels.extend(pixel(side, column, row));
        }
    }
    pixels
}

/// The icon as a drawing that can be made any size.
pub fn svg() -> String {
    let [tile, sign] = colours().map(|[red, green, blue]| format!("#{red:02x}{green:02x}{blue:02x}"));
    let (start, end) = (on_circle(ARC_START), on_circle(ARC_END));
    let [tip, left, right] = head();
    let (length, width) = (PLASTER.0 * 2.0, PLASTER.1 * 2.0);
    let (x, y) = (0.5 - PLASTER.0, 0.5 - PLASTER.1);
    let (near, far, line) = (0.5 - PAD.0 - PAD.1, 0.5 + PAD.0 - PAD.1, PAD.1 * 2.0);
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1" width="256" height="256">
  <title>{PROGRAM}</title>
  <rect width="1" height="1" rx="{TILE_CORNER}" fill="{tile}"/>
  <path d="M {:.4} {:.4} A {RADIUS} {RADIUS} 0 1 0 {:.4} {:.4}" fill="none" stroke="{sign}" stroke-width="{}" stroke-linecap="round"/>
  <path d="M {:.4} {:.4} L {:.4} {:.4} L {:.4} {:.4} Z" fill="{sign}"/>
  <g transform="rotate(-45 0.5 0.5)">
    <rect x="{x:.3}" y="{y:.3}" width="{length:.3}" height="{width:.3}" rx="{}" fill="{sign}"/>
    <path d="M {near:.3} {y:.3} h {line:.3} v {width:.3} h -{line:.3} Z M {far:.3} {y:.3} h {line:.3} v {width:.3} h -{line:.3} Z" fill="{tile}"/>
  </g>
</svg>
"##,
        start.0,
        start.1,
        end.0,
        end.1,
        HALF_WIDTH * 2.0,
        tip.0,
        tip.1,
        left.0,
        left.1,
        right.0,
        right.1,
        PLASTER.1,
    )
}

/// The tile's colour and that of the signs on it: the accent of the light palette.
fn colours() -> [[u8; 3]; 2] {
    let accent = Tokens::for_palette(ThemeTokens::Light, ChangeTokens::Standard).accent;
    [accent.fill, accent.on].map(|colour| [colour.r(), colour.g(), colour.b()])
}

fn pixel(side: u32, column: u32, row: u32) -> [u8; 4] {
    let place =
        |pixel: u32, sample: u32| (pixel as f32 + (sample as f32 + 0.5) / SAMPLES as f32) / side as f32;
    let (mut on_tile, mut on_sign) = (0, 0);
    for sample in 0..SAMPLES * SAMPLES {
        let (x, y) = (place(column, sample % SAMPLES), place(row, sample / SAMPLES));
        if !is_in_bar((x, y), (0.5, 0.5), (0.5, 0.5), TILE_CORNER) {
            continue;
        }
        on_tile += 1;
        on_sign += u32::from(is_sign(x, y));
    }
    if on_tile == 0 {
        return [0; 4];
    }
    let [tile, sign] = colours();
    let part = on_sign as f32 / on_tile as f32;
    let mix = |channel: usize| {
        (f32::from(tile[channel]) * (1.0 - part) + f32::from(sign[channel]) * part).round() as u8
    };
    [mix(0), mix(1), mix(2), (on_tile * 255 / (SAMPLES * SAMPLES)) as u8]
}

fn is_sign(x: f32, y: f32) -> bool {
    is_plaster(x, y) || is_arc(x, y) || is_in_triangle((x, y), head())
}

fn is_plaster(x: f32, y: f32) -> bool {
    // Turned by an eighth, so that the plaster lies along the axis.
    let (x, y) = (x - 0.5, y - 0.5);
    let turn = std::f32::consts::FRAC_1_SQRT_2;
    let (along, across) = ((x - y) * turn, (x + y) * turn);
    let is_line = (along.abs() - PAD.0).abs() < PAD.1;
    !is_line && is_in_bar((along, across), (0.0, 0.0), PLASTER, PLASTER.1)
}

/// Within a rectangle around `centre` with round corners.
fn is_in_bar(place: (f32, f32), centre: (f32, f32), half: (f32, f32), corner: f32) -> bool {
    let x = ((place.0 - centre.0).abs() - half.0 + corner).max(0.0);
    let y = ((place.1 - centre.1).abs() - half.1 + corner).max(0.0);
    x.hypot(y) <= corner
}

fn is_arc(x: f32, y: f32) -> bool {
    let is_near = |(end_x, end_y): (f32, f32)| (x - end_x).hypot(y - end_y) <= HALF_WIDTH;
    let (x, y) = (x - 0.5, y - 0.5);
    let angle = (-y).atan2(x).to_degrees().rem_euclid(360.0);
    let is_within = [angle, angle + 360.0].iter().any(|angle| (ARC_START..=ARC_END).contains(angle));
    (is_within && (x.hypot(y) - RADIUS).abs() <= HALF_WIDTH) || is_near(on_circle(ARC_START))
}

/// The point of the circle at `degrees` against the clock from the right.
fn on_circle(degrees: f32) -> (f32, f32) {
    let angle = degrees.to_radians();
    (0.5 + RADIUS * angle.cos(), 0.5 - RADIUS * angle.sin())
}

/// The head of the arrow: its tip, and the two ends of its base.
fn head() -> [(f32, f32); 3] {
    let angle = ARC_END.to_radians();
    let (cos, sin) = (angle.cos(), angle.sin());
    let (x, y) = on_circle(ARC_END);
    let along = |distance: f32| (x - sin * distance, y - cos * distance);
    let across = |distance: f32| (x + cos * distance, y - sin * distance);
    [along(HEAD_LENGTH), across(HEAD_HALF_BASE), across(-HEAD_HALF_BASE)]
}

fn is_in_triangle((x, y): (f32, f32), [a, b, c]: [(f32, f32); 3]) -> bool {
    let side =
        |from: (f32, f32), to: (f32, f32)| (to.0 - from.0) * (y - from.1) - (to.1 - from.1) * (x - from.0);
    let sides = [side(a, b), side(b, c), side(c, a)];
    sides.iter().all(|side| *side >= 0.0) || sides.iter().all(|side| *side <= 0.0)
}
