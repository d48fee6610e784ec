//! One change as a unified diff for the eye.

use crate::cli::render::Style;
use crate::diff::{ChangeView, unified};
use crate::text::escape_bytes;

/// The diff of one change; empty when both sides are the same.
pub(in crate::cli) fn diff(view: &ChangeView<'_>, style: Style) -> String {
    let mut plain = String::new();
    unified(&mut plain, view, escape_bytes).expect("a text takes everything");
    plain.lines().flat_map(|line| [coloured(line, style), "\n".to_owned()]).collect()
}

fn coloured(line: &str, style: Style) -> String {
    match line.as_bytes() {
        [b'+', b'+', b'+', b' ', ..] | [b'-', b'-', b'-', b' ', ..] => style.strong(line),
        [b'+', ..] => style.good(line),
        [b'-', ..] => style.bad(line),
        [b'@', b'@', ..] => style.place(line),
        [b'd', b'i', b'f', b'f', ..] => style.strong(line),
        _ => line.to_owned(),
    }
}
