//! How the lines of a whole content end. That an editor turned `\n` into `\r\n` is one change of its own, whatever else was
//! changed, and does not make every line another one.

use std::borrow::Cow;

use super::lines::split_lines;

/// How the lines of a whole content end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LineEndStyle {
    Unix,
    Windows,
    /// Both kinds, or no line end at all.
    Unclear,
}

impl LineEndStyle {
    fn detect(content: &[u8]) -> Self {
        let windows = content.windows(2).filter(|pair| pair == b"\r\n").count();
        match (windows, content.iter().filter(|&&byte| byte == b'\n').count()) {
            (0, 1..) => LineEndStyle::Unix,
            (windows, all) if windows == all && all > 0 => LineEndStyle::Windows,
            _ => LineEndStyle::Unclear,
        }
    }

    fn put_into(self, content: &[u8]) -> Vec<u8> {
        let mut lines = Vec::with_capacity(content.len() + content.len() / 16);
        for line in split_lines(content) {
            let bare = line.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
            lines.extend_from_slice(bare.unwrap_or(line));
            match (bare, self) {
                (None, _) => {}
                (Some(_), LineEndStyle::Windows) => lines.extend_from_slice(b"\r\n"),
                (Some(_), _) => lines.push(b'\n'),
            }
        }
        lines
    }
}

/// The three contents with the line ends that the merged one shall have: those of the side that changed them.
pub(super) fn with_line_ends_alike([base, mine, theirs]: [&[u8]; 3]) -> [Cow<'_, [u8]>; 3] {
    let ends = [base, mine, theirs].map(LineEndStyle::detect);
    let wanted = if ends[0] == ends[1] { ends[2] } else { ends[1] };
    let stay_as_they_are =
        ends.contains(&LineEndStyle::Unclear) || ends[1..].iter().all(|end| *end == ends[0]);
    [base, mine, theirs].map(|content| match stay_as_they_are {
        true => Cow::Borrowed(content),
        false => Cow::Owned(wanted.put_into(content)),
    })
}

/// `content` with line ends like those of both others, where all of these are of one kind and all of its own of the other.
pub(crate) fn with_line_ends_of<'c>([one, other]: [&[u8]; 2], content: &'c [u8]) -> Cow<'c, [u8]> {
    if ![one, content].iter().any(|text| text.contains(&b'\r')) {
        return Cow::Borrowed(content);
    }
    let (wanted, ends) = (LineEndStyle::detect(one), LineEndStyle::detect(content));
    let is_clear = wanted == LineEndStyle::detect(other)
        && [wanted, ends].iter().all(|ends| *ends != LineEndStyle::Unclear);
    if is_clear && wanted != ends { Cow::Owned(wanted.put_into(content)) } else { Cow::Borrowed(content) }
}

/// `content` with all of its lines ending in the other way, where all of them end in the same one.
pub(crate) fn with_other_line_ends(content: &[u8]) -> Option<Vec<u8>> {
    match LineEndStyle::detect(content) {
        LineEndStyle::Unix => Some(LineEndStyle::Windows.put_into(content)),
        LineEndStyle::Windows => Some(LineEndStyle::Unix.put_into(content)),
        LineEndStyle::Unclear => None,
    }
}
