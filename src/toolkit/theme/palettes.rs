//! The one place with colours: a table per palette, tried against each other in `tests/window/contrast.rs`.

use egui::{Color32, Context};

use super::tokens::{
    Accent, ChangeTokens, ChangeTone, Meaning, SyntaxTones, ThemeTokens, Tokens, changes_id,
};

impl Tokens {
    /// The colours that `context` wears; a `&Ui` serves as well.
    pub fn from_context(context: &Context) -> &'static Self {
        let changes = context.data(|data| data.get_temp(changes_id())).unwrap_or_default();
        Self::for_palette(ThemeTokens::from_context(context), changes)
    }

    /// The colours of `palette` with `changes`.
    pub fn for_palette(palette: ThemeTokens, changes: ChangeTokens) -> &'static Self {
        match (palette, changes) {
            (ThemeTokens::Light, ChangeTokens::Standard) => &LIGHT,
            (ThemeTokens::Light, ChangeTokens::BlueOrange) => &LIGHT_BLUE_ORANGE,
            (ThemeTokens::Dark, ChangeTokens::Standard) => &DARK,
            (ThemeTokens::Dark, ChangeTokens::BlueOrange) => &DARK_BLUE_ORANGE,
            (ThemeTokens::HighContrast, ChangeTokens::Standard) => &HIGH_CONTRAST,
            (ThemeTokens::HighContrast, ChangeTokens::BlueOrange) => &HIGH_CONTRAST_BLUE_ORANGE,
        }
    }
}

/// Dark text on light surfaces.
pub const LIGHT: Tokens = Tokens {
    surfaces: [rgb(0xf4f5f7), rgb(0xffffff), rgb(0xeceef2)],
    text: rgb(0x1a1e25),
    muted: rgb(0x566072),
    outline: rgb(0xdadee5),
    edge: rgb(0x858d9b),
    accent: Accent {
        fill: rgb(0x2458c6),
        on: rgb(0xffffff),
        hover: rgb(0x1c489f),
        text: rgb(0x1f4fb5),
        surface: rgb(0xe4ecfb),
    },
    focus: rgb(0x2458c6),
    selection: rgb(0xcfddfa),
    good: Meaning { surface: rgb(0xe5f5eb), strong: rgb(0x1e7f4a), text: rgb(0x0f5a33) },
    caution: Meaning { surface: rgb(0xfdf1dc), strong: rgb(0xb26a00), text: rgb(0x7a4300) },
    danger: Meaning { surface: rgb(0xfde9e7), strong: rgb(0xc2332b), text: rgb(0x96211b) },
    information: Meaning { surface: rgb(0xe6eefb), strong: rgb(0x2f66cf), text: rgb(0x1d4a9e) },
    added: ChangeTone { line: rgb(0xe8f6ec), word: rgb(0xc3e9ce), mark: rgb(0x1e7f4a), text: rgb(0x0f5a33) },
    removed: ChangeTone {
        line: rgb(0xfdecea),
        word: rgb(0xf9cfca),
        mark: rgb(0xc2332b),
        text: rgb(0x96211b),
    },
    changed: ChangeTone {
        line: rgb(0xeaf0fd),
        word: rgb(0xcbdbfa),
        mark: rgb(0x2f66cf),
        text: rgb(0x1d4a9e),
    },
    moved: ChangeTone { line: rgb(0xf3edfb), word: rgb(0xdfd0f5), mark: rgb(0x7a4bc2), text: rgb(0x5b329c) },
    syntax: SyntaxTones {
        keyword: rgb(0x7a2590),
        string: rgb(0x0b5a3c),
        number: rgb(0x8a3a00),
        comment: rgb(0x4e5767),
        function: rgb(0x1a4699),
        type_: rgb(0x005a6b),
        constant: rgb(0x8a1f4f),
        punctuation: rgb(0x424a58),
    },
    gap: rgb(0xeef1f6),
};

/// [`LIGHT`] with blue for added, orange for removed and grey for changed.
pub(crate) const LIGHT_BLUE_ORANGE: Tokens = Tokens {
    added: ChangeTone { line: rgb(0xe3effd), word: rgb(0xbbd9fb), mark: rgb(0x1b66c9), text: rgb(0x124a95) },
    removed: ChangeTone {
        line: rgb(0xfdf0e0),
        word: rgb(0xf9d7ac),
        mark: rgb(0xb85c00),
        text: rgb(0x7a3d00),
    },
    changed: ChangeTone {
        line: rgb(0xf0f0f2),
        word: rgb(0xd9dbe1),
        mark: rgb(0x5e6675),
        text: rgb(0x424957),
    },
    ..LIGHT
};

/// Light text on dark surfaces.
pub const DARK: Tokens = Tokens {
    surfaces: [rgb(0x14161a), rgb(0x1c1f25), rgb(0x272b33)],
    text: rgb(0xe7eaef),
    muted: rgb(0xa3acba),
    outline: rgb(0x343a44),
    edge: rgb(0x747e8d),
    accent: Accent {
        fill: rgb(0x3f6fde),
        on: rgb(0xffffff),
        hover: rgb(0x305dc7),
        text: rgb(0x8fb3ff),
        surface: rgb(0x1e2b45),
    },
    focus: rgb(0x8fb3ff),
    selection: rgb(0x2b4170),
    good: Meaning { surface: rgb(0x162a20), strong: rgb(0x4cb782), text: rgb(0x8fddb4) },
    caution: Meaning { surface: rgb(0x30240f), strong: rgb(0xe0a03c), text: rgb(0xf3c77f) },
    danger: Meaning { surface: rgb(0x351c1c), strong: rgb(0xef6b62), text: rgb(0xffa8a1) },
    information: Meaning { surface: rgb(0x1a2740), strong: rgb(0x6c9bf5), text: rgb(0xa9c6ff) },
    added: ChangeTone { line: rgb(0x15281e), word: rgb(0x1e4731), mark: rgb(0x4cb782), text: rgb(0x8fddb4) },
    removed: ChangeTone {
        line: rgb(0x331c1d),
        word: rgb(0x5a2a2b),
        mark: rgb(0xef6b62),
        text: rgb(0xffa8a1),
    },
    changed: ChangeTone {
        line: rgb(0x1a2740),
        word: rgb(0x274072),
        mark: rgb(0x6c9bf5),
        text: rgb(0xa9c6ff),
    },
    moved: ChangeTone { line: rgb(0x271f38), word: rgb(0x43335f), mark: rgb(0xa98be8), text: rgb(0xcdb8f7) },
    syntax: SyntaxTones {
        keyword: rgb(0xddb4f7),
        string: rgb(0xa3e0b8),
        number: rgb(0xf7c08a),
        comment: rgb(0xb0b8c4),
        function: rgb(0xa9cbff),
        type_: rgb(0x8fdde3),
        constant: rgb(0xffb3cf),
        punctuation: rgb(0xc3cad4),
    },
    gap: rgb(0x21262e),
};

/// [`DARK`] with blue for added, orange for removed and grey for changed.
pub(crate) const DARK_BLUE_ORANGE: Tokens = Tokens {
    added: ChangeTone { line: rgb(0x14273f), word: rgb(0x1f4472), mark: rgb(0x5aa2f7), text: rgb(0xa6cdff) },
    removed: ChangeTone {
        line: rgb(0x33230f),
        word: rgb(0x5c3d12),
        mark: rgb(0xe8973a),
        text: rgb(0xf7c489),
    },
    changed: ChangeTone {
        line: rgb(0x262a31),
        word: rgb(0x3c434e),
        mark: rgb(0x9aa4b4),
        text: rgb(0xcdd4de),
    },
    ..DARK
};

/// White on black.
pub(crate) const HIGH_CONTRAST: Tokens = Tokens {
    surfaces: [rgb(0x000000), rgb(0x0b0d10), rgb(0x1c2026)],
    text: rgb(0xffffff),
    muted: rgb(0xd5dae1),
    outline: rgb(0x8a94a3),
    edge: rgb(0xffffff),
    accent: Accent {
        fill: rgb(0x8cc8ff),
        on: rgb(0x000000),
        hover: rgb(0xbfe0ff),
        text: rgb(0x9cd0ff),
        surface: rgb(0x0a2a4a),
    },
    focus: rgb(0xffe14d),
    selection: rgb(0x00427f),
    good: Meaning { surface: rgb(0x00210f), strong: rgb(0x5ce6a0), text: rgb(0xa6f5cb) },
    caution: Meaning { surface: rgb(0x2a1c00), strong: rgb(0xffc44d), text: rgb(0xffdd99) },
    danger: Meaning { surface: rgb(0x330806), strong: rgb(0xff8a80), text: rgb(0xffc7c2) },
    information: Meaning { surface: rgb(0x001f3d), strong: rgb(0x8cc8ff), text: rgb(0xbfe0ff) },
    added: ChangeTone { line: rgb(0x001f10), word: rgb(0x004726), mark: rgb(0x5ce6a0), text: rgb(0xa6f5cb) },
    removed: ChangeTone {
        line: rgb(0x300806),
        word: rgb(0x611511),
        mark: rgb(0xff8a80),
        text: rgb(0xffc7c2),
    },
    changed: ChangeTone {
        line: rgb(0x001d3b),
        word: rgb(0x003f77),
        mark: rgb(0x8cc8ff),
        text: rgb(0xbfe0ff),
    },
    moved: ChangeTone { line: rgb(0x200f38), word: rgb(0x442170), mark: rgb(0xcda8ff), text: rgb(0xe3d0ff) },
    syntax: SyntaxTones {
        keyword: rgb(0xebccff),
        string: rgb(0xb8f5cf),
        number: rgb(0xffdbb0),
        comment: rgb(0xd5dae1),
        function: rgb(0xc7e0ff),
        type_: rgb(0xb0f2f5),
        constant: rgb(0xffd0e2),
        punctuation: rgb(0xe6e9ee),
    },
    gap: rgb(0x14181d),
};

/// [`HIGH_CONTRAST`] with blue for added, orange for removed and grey for changed.
pub(crate) const HIGH_CONTRAST_BLUE_ORANGE: Tokens = Tokens {
    added: ChangeTone { line: rgb(0x001d3b), word: rgb(0x003f77), mark: rgb(0x8cc8ff), text: rgb(0xbfe0ff) },
    removed: ChangeTone {
        line: rgb(0x2b1700),
        word: rgb(0x5a3200),
        mark: rgb(0xffb04d),
        text: rgb(0xffd6a3),
    },
    changed: ChangeTone {
        line: rgb(0x1c2026),
        word: rgb(0x3a414c),
        mark: rgb(0xd5dae1),
        text: rgb(0xf0f2f5),
    },
    ..HIGH_CONTRAST
};

/// The colour that is written `0xRRGGBB`.
const fn rgb(value: u32) -> Color32 {
    let [_, red, green, blue] = value.to_be_bytes();
    Color32::from_rgb(red, green, blue)
}
