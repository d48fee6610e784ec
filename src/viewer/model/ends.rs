//! What both contents begin and end with alike, found by reading both in large pieces.

use std::io;

use super::lines::{LineTable, stop_if_asked};
use crate::diff::Region;
use crate::progress::CancelToken;
use crate::workbench::SideContent;

/// Bytes read at a time.
pub(super) const PIECE_BYTES: usize = 1 << 20;

/// The cheapest true answer, for contents with too many lines: equal bytes at both ends, everything between is one
/// hunk.
pub(super) fn compare_ends(
    left: &LineTable,
    right: &LineTable,
    cancel: &CancelToken,
) -> io::Result<Vec<Region>> {
    let sizes = [left, right].map(|side| side.content().size_bytes() - side.start());
    let mut both = ContentPair::new(left.content(), right.content(), cancel);
    let top = both.equal_down(left.start(), right.start())?;
    if top == sizes[0] && top == sizes[1] {
        return Ok(Vec::new());
    }
    // Only whole lines are equal: the one with the first difference is not.
    let first_left = if top == sizes[0] { left.count() } else { left.line_at(left.start() + top)? };
    let first_right = if top == sizes[1] { right.count() } else { right.line_at(right.start() + top)? };
    let first = first_left.min(first_right);
    let [left_end, right_end] = [left, right].map(|side| side.content().size_bytes());
    let bottom = both.equal_up(left_end, right_end, sizes[0].min(sizes[1]))?;
    let equal_lines = |side: &LineTable| -> io::Result<usize> {
        let begin = side.content().size_bytes() - bottom;
        let line = side.line_at(begin)?;
        let is_whole = side.begin(line)? == begin;
        Ok(side.count() - line - usize::from(!is_whole))
    };
    let last = equal_lines(left)?.min(equal_lines(right)?);
    let last = last.min(left.count() - first).min(right.count() - first);
    Ok(vec![Region { old: first..left.count() - last, new: first..right.count() - last }])
}

/// Two contents that are read beside each other.
pub(super) struct ContentPair<'a> {
    pub left: ReadWindow<'a>,
    pub right: ReadWindow<'a>,
    cancel: &'a CancelToken,
}

impl<'a> ContentPair<'a> {
    pub fn new(left: &'a SideContent, right: &'a SideContent, cancel: &'a CancelToken) -> Self {
        Self { left: ReadWindow::new(left), right: ReadWindow::new(right), cancel }
    }

    /// How many bytes are equal from two places on.
    pub fn equal_down(&mut self, left: u64, right: u64) -> io::Result<u64> {
        let mut equal = 0;
        loop {
            let room = (self.left.size() - left).min(self.right.size() - right) - equal;
            let length = room.min(PIECE_BYTES as u64 / 4) as usize;
            if length == 0 {
                return Ok(equal);
            }
            self.stop_if_asked()?;
            let old = self.left.bytes(left + equal, length)?;
            let new = self.right.bytes(right + equal, length)?;
            let run = equal_run(old, new);
            equal += run as u64;
            if run < length {
                return Ok(equal);
            }
        }
    }

    /// How many bytes, at most `room`, are equal in front of two places.
    pub fn equal_up(&mut self, left: u64, right: u64, room: u64) -> io::Result<u64> {
        let mut equal = 0;
        while equal < room {
            self.stop_if_asked()?;
            let length = (room - equal).min(PIECE_BYTES as u64 / 4) as usize;
            let old = self.left.bytes(left - equal - length as u64, length)?;
            let new = self.right.bytes(right - equal - length as u64, length)?;
            let run = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
            equal += run as u64;
            if run < length {
                break;
            }
        }
        Ok(equal)
    }

    pub fn stop_if_asked(&self) -> io::Result<()> {
        stop_if_asked(self.cancel)
    }
}

/// How many bytes are equal from the start on; in strides that the machine compares at once.
fn equal_run(old: &[u8], new: &[u8]) -> usize {
    const STRIDE: usize = 256;
    let mut at = 0;
    while at + STRIDE <= old.len() && old[at..at + STRIDE] == new[at..at + STRIDE] {
        at += STRIDE;
    }
    at + old[at..].iter().zip(&new[at..]).take_while(|(a, b)| a == b).count()
}

/// A content read in large pieces.
pub(super) struct ReadWindow<'a> {
    content: &'a SideContent,
    begin: u64,
    piece: Vec<u8>,
}

impl<'a> ReadWindow<'a> {
    fn new(content: &'a SideContent) -> Self {
        Self { content, begin: 0, piece: Vec::new() }
    }

    pub fn size(&self) -> u64 {
        self.content.size_bytes()
    }

    pub fn bytes(&mut self, at: u64, length: usize) -> io::Result<&[u8]> {
        if let Some(bytes) = self.content.bytes() {
            return Ok(&bytes[at as usize..at as usize + length]);
        }
        let is_here = at >= self.begin && at + length as u64 <= self.begin + self.piece.len() as u64;
        if !is_here {
            // Whoever reads backwards wants what is in front of it next.
            let is_backwards = at < self.begin;
            self.begin =
                if is_backwards { (at + length as u64).saturating_sub(PIECE_BYTES as u64) } else { at };
            self.piece = self.content.read_at(self.begin, PIECE_BYTES)?;
        }
        let from = (at - self.begin) as usize;
        self.piece.get(from..from + length).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines::LineHashers;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_outside_the_ends_is_equal(left in "([ab]\n){0,12}[ab]?", right in "([ab]\n){0,12}[ab]?") {
            let keys = LineHashers::new();
            let cancel = CancelToken::new();
            let [old, new] = [&left, &right].map(|text| {
                let content = SideContent::from(text.as_bytes().to_vec());
                LineTable::scan(&content, 0, &keys, 1_000, &cancel).expect("memory can be read").lines
            });
            let regions = compare_ends(&old, &new, &cancel).unwrap();
            prop_assert_eq!(regions.is_empty(), left == right);
            if let [region] = regions.as_slice() {
                let [left, right]: [Vec<_>; 2] = [&left, &right].map(|text| text.split_inclusive('\n').collect());
                prop_assert_eq!(&left[..region.old.start], &right[..region.new.start]);
                prop_assert_eq!(&left[region.old.end..], &right[region.new.end..]);
            }
        }
    }
}
