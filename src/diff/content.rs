//! A content in memory that diffs change one after the other.
//!
//! It is a row of leaves, each some whole lines. What a diff makes of it shares every leaf that the diff leaves alone: so
//! a file is parted into lines once, and each further diff of it costs what that diff says and not what the file holds.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// How long a leaf is, but for one that is a longer line.
const LEAF_BYTES: usize = 16 << 10;

/// What is shorter is copied and not shared, so that many small changes do not leave many small leaves.
const SHARED_BYTES: usize = LEAF_BYTES / 4;

/// A content, as one piece or in leaves; each is made of the other when it is first needed. Copies share it.
#[derive(Debug, Clone)]
pub struct Content(Arc<ContentForms>);

#[derive(Debug, Default)]
struct ContentForms {
    size_bytes: usize,
    whole: OnceLock<Arc<[u8]>>,
    leaves: OnceLock<Vec<Leaf>>,
    /// What Git calls it, in each of its digests, once somebody has asked.
    git_ids: [OnceLock<String>; 2],
}

/// Some whole lines. Only the last leaf of a content may end without a `\n`.
#[derive(Debug, Clone)]
struct Leaf {
    of: Arc<[u8]>,
    place: Range<usize>,
    /// How many lines.
    lines: usize,
    /// How many lines stand above it.
    above: usize,
}

impl Leaf {
    fn new(of: Arc<[u8]>, place: Range<usize>) -> Self {
        let lines = count_lines(&of[place.clone()]);
        Self { of, place, lines, above: 0 }
    }

    fn bytes(&self) -> &[u8] {
        &self.of[self.place.clone()]
    }
}

fn count_lines(bytes: &[u8]) -> usize {
    count_ends(bytes) + usize::from(bytes.last().is_some_and(|&byte| byte != b'\n'))
}

fn count_ends(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

/// How long the first `lines` lines are together; those that there are, if there are fewer. Ends of lines are counted many
/// at a time, which is much quicker than to look for each.
fn lines_len(bytes: &[u8], lines: usize) -> usize {
    const BLOCK_BYTES: usize = 256;
    let (mut begin, mut left) = (0, lines);
    for block in bytes.chunks(BLOCK_BYTES) {
        let ends = count_ends(block);
        if ends >= left {
            let in_block = block.split_inclusive(|&byte| byte == b'\n').take(left).map(<[u8]>::len);
            return begin + in_block.sum::<usize>();
        }
        begin += block.len();
        left -= ends;
    }
    bytes.len()
}

/// The length of the first line of `bytes`, with its end.
fn line_len(bytes: &[u8]) -> usize {
    bytes.iter().position(|&byte| byte == b'\n').map_or(bytes.len(), |at| at + 1)
}

impl Content {
    /// Its length.
    pub fn len(&self) -> usize {
        self.0.size_bytes
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of it.
    pub fn bytes(&self) -> &Arc<[u8]> {
        self.0.whole.get_or_init(|| {
            let mut whole = Vec::with_capacity(self.len());
            self.pieces().for_each(|piece| whole.extend_from_slice(piece));
            whole.into()
        })
    }

    /// All of it in pieces, none of them empty.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let whole = self.0.whole.get().map(|whole| &**whole).filter(|whole| !whole.is_empty());
        let leaves = if whole.is_none() { self.0.leaves.get() } else { None };
        whole.into_iter().chain(leaves.into_iter().flatten().map(Leaf::bytes))
    }

    /// Where it is held. Contents that are held at one place are one.
    pub(crate) fn place(&self) -> usize {
        if self.is_empty() { 0 } else { Arc::as_ptr(&self.0).addr() }
    }

    /// Where what Git calls it is kept: in its first digest, or in the second.
    pub(super) fn git_id(&self, is_second: bool) -> &OnceLock<String> {
        &self.0.git_ids[usize::from(is_second)]
    }

    /// How many lines it has.
    pub(super) fn line_count(&self) -> usize {
        self.leaves().last().map_or(0, |leaf| leaf.above + leaf.lines)
    }

    /// Its lines from the one with this number on, counted from 0, each with its `\n` if it has one.
    pub(super) fn lines_from(&self, line: usize) -> LinesFrom<'_> {
        let leaves = self.leaves();
        let index = leaves.partition_point(|leaf| leaf.above + leaf.lines <= line);
        let mut from = LinesFrom { rest: &[], leaves: leaves.get(index..).unwrap_or_default() };
        if let Some(leaf) = from.leaves.first() {
            let skipped = lines_len(leaf.bytes(), line - leaf.above);
            from.rest = &from.ahead()[skipped..];
        }
        from
    }

    /// Where the line with this number begins, counted from 0; the end for one that is not there.
    pub(super) fn offset_of(&self, line: usize) -> usize {
        let leaves = self.leaves();
        let index = leaves.partition_point(|leaf| leaf.above + leaf.lines <= line);
        let above: usize = leaves[..index].iter().map(|leaf| leaf.place.len()).sum();
        let Some(leaf) = leaves.get(index) else { return above };
        above + lines_len(leaf.bytes(), line - leaf.above)
    }

    /// How many lines end before this place.
    pub(super) fn line_at(&self, offset: usize) -> usize {
        let mut rest = offset;
        for leaf in self.leaves() {
            let Some(left) = rest.checked_sub(leaf.place.len()) else {
                return leaf.above + count_ends(&leaf.bytes()[..rest]);
            };
            rest = left;
        }
        self.leaves().last().map_or(0, |leaf| leaf.above + count_ends(leaf.bytes()))
    }

    fn leaves(&self) -> &[Leaf] {
        self.0.leaves.get_or_init(|| {
            let whole = self.bytes();
            let (mut leaves, mut begin) = (Vec::new(), 0);
            while begin < whole.len() {
                let least = (begin + LEAF_BYTES).min(whole.len());
                let end = least - 1 + line_len(&whole[least - 1..]);
                leaves.push(Leaf::new(whole.clone(), begin..end));
                begin = end;
            }
            numbered(leaves)
        })
    }
}

fn numbered(mut leaves: Vec<Leaf>) -> Vec<Leaf> {
    let mut above = 0;
    for leaf in &mut leaves {
        leaf.above = above;
        above += leaf.lines;
    }
    leaves
}

impl<B: Into<Arc<[u8]>>> From<B> for Content {
    fn from(bytes: B) -> Self {
        let whole = bytes.into();
        Self(Arc::new(ContentForms {
            size_bytes: whole.len(),
            whole: whole.into(),
            ..ContentForms::default()
        }))
    }
}

impl PartialEq for Content {
    fn eq(&self, other: &Self) -> bool {
        if Arc::ptr_eq(&self.0, &other.0) {
            return true;
        }
        if self.len() != other.len() {
            return false;
        }
        let (mut ours, mut theirs) = (self.pieces(), other.pieces());
        let (mut one, mut other): (&[u8], &[u8]) = (&[], &[]);
        loop {
            one = if one.is_empty() { ours.next().unwrap_or_default() } else { one };
            other = if other.is_empty() { theirs.next().unwrap_or_default() } else { other };
            let length = one.len().min(other.len());
            if length == 0 {
                return true;
            }
            let (ahead, behind) = (one.split_at(length), other.split_at(length));
            // What both share needs no look.
            if ahead.0.as_ptr() != behind.0.as_ptr() && ahead.0 != behind.0 {
                return false;
            }
            (one, other) = (ahead.1, behind.1);
        }
    }
}

impl Eq for Content {}

/// Lines of a content, one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct LinesFrom<'c> {
    /// What is left of the leaf that was begun.
    rest: &'c [u8],
    /// The leaves behind it.
    leaves: &'c [Leaf],
}

impl<'c> LinesFrom<'c> {
    /// What follows, as much as lies together; empty at the end.
    pub fn ahead(&mut self) -> &'c [u8] {
        if self.rest.is_empty()
            && let Some((leaf, leaves)) = self.leaves.split_first()
        {
            (self.rest, self.leaves) = (leaf.bytes(), leaves);
        }
        self.rest
    }

    /// Moves on by bytes that are ahead.
    pub(crate) fn skip_bytes(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }
}

impl<'c> Iterator for LinesFrom<'c> {
    type Item = &'c [u8];

    fn next(&mut self) -> Option<&'c [u8]> {
        let ahead = self.ahead();
        let (line, rest) = ahead.split_at(line_len(ahead));
        self.rest = rest;
        (!line.is_empty()).then_some(line)
    }
}

/// Puts a content together out of lines, new ones and some of another content.
#[derive(Default)]
pub(super) struct ContentBuilder {
    leaves: Vec<Leaf>,
    /// What comes behind them.
    open: Vec<u8>,
    size_bytes: usize,
    /// Whether the last line has no end, so that nothing may come behind it.
    is_ended: bool,
    /// Whether something came all the same.
    is_broken: bool,
}

impl ContentBuilder {
    /// Adds a line in two parts.
    pub fn line(&mut self, line: &[u8], end: &[u8]) {
        if line.is_empty() && end.is_empty() {
            return;
        }
        self.begin();
        self.open.extend_from_slice(line);
        self.open.extend_from_slice(end);
        self.size_bytes += line.len() + end.len();
        self.is_ended = !self.open.ends_with(b"\n");
        if self.open.len() >= LEAF_BYTES {
            self.close();
        }
    }

    /// Adds lines of `content`.
    pub fn share(&mut self, content: &Content, lines: Range<usize>) {
        if lines.is_empty() {
            return;
        }
        let leaves = content.leaves();
        let first = leaves.partition_point(|leaf| leaf.above + leaf.lines <= lines.start);
        for leaf in leaves[first..].iter().take_while(|leaf| leaf.above < lines.end) {
            self.begin();
            let bytes = leaf.bytes();
            let offset = |line: usize| (leaf.above..line).fold(0, |at, _| at + line_len(&bytes[at..]));
            let begin = offset(lines.start);
            let is_to_end = lines.end >= leaf.above + leaf.lines;
            let end = if is_to_end { bytes.len() } else { offset(lines.end) };
            let part = &bytes[begin..end];
            self.size_bytes += part.len();
            self.is_ended = !part.ends_with(b"\n");
            if part.len() < SHARED_BYTES {
                self.open.extend_from_slice(part);
                if self.open.len() >= LEAF_BYTES {
                    self.close();
                }
                continue;
            }
            self.close();
            self.leaves.push(match part.len() == bytes.len() {
                true => leaf.clone(),
                false => Leaf::new(leaf.of.clone(), leaf.place.start + begin..leaf.place.start + end),
            });
        }
    }

    fn begin(&mut self) {
        self.is_broken |= self.is_ended;
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            let bytes: Arc<[u8]> = std::mem::take(&mut self.open).into();
            let place = 0..bytes.len();
            self.leaves.push(Leaf::new(bytes, place));
        }
    }

    /// The content; `None` if a line that does not end in `\n` would not be the last one.
    pub fn finish(mut self) -> Option<Content> {
        self.close();
        let whole = OnceLock::new();
        if self.size_bytes == 0 {
            whole.get_or_init(|| Arc::from([]));
        }
        let leaves = numbered(self.leaves).into();
        let held = ContentForms { size_bytes: self.size_bytes, whole, leaves, ..ContentForms::default() };
        (!self.is_broken).then(|| Content(Arc::new(held)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn long(lines: usize) -> Vec<u8> {
        (0..lines).flat_map(|line| format!("line {line} {}\n", "x".repeat(line % 90)).into_bytes()).collect()
    }

    #[test]
    fn lines_are_found_by_number_and_by_place() {
        let mut contents = vec![Vec::new(), b"\n".to_vec(), b"a".to_vec(), b"\n".repeat(70_000), long(1_500)];
        contents.push([&long(700)[..], b"x".repeat(40_000).as_slice(), b"\n\n\nend"].concat());
        for bytes in contents {
            let content = Content::from(bytes.clone());
            let mut offset = 0;
            for (number, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
                if number % 97 < 3 || bytes.len() - offset < 100 {
                    assert_eq!(content.lines_from(number).next(), Some(line), "line {number}");
                    assert_eq!(content.offset_of(number), offset, "line {number}");
                    assert_eq!(content.line_at(offset), number, "place {offset}");
                }
                offset += line.len();
            }
            let count = content.line_count();
            assert_eq!(content.lines_from(count).next(), None);
            assert_eq!(content.offset_of(count), bytes.len());
            assert_eq!(content.lines_from(count + 5).next(), None);
        }
    }

    #[test]
    fn a_change_in_the_middle_shares_what_is_around_it() {
        let content = Content::from(long(20_000));
        let mut builder = ContentBuilder::default();
        builder.share(&content, 0..9_000);
        builder.line(b"new", b"\n");
        builder.share(&content, 9_001..content.line_count());
        let changed = builder.finish().expect("whole lines");
        let shares = |leaf: &&Leaf| Arc::ptr_eq(&leaf.of, content.bytes());
        assert!(changed.leaves().iter().filter(|leaf| !shares(leaf)).count() <= 2);
        assert_eq!(changed.lines_from(9_000).next(), Some(&b"new\n"[..]));
        assert_eq!(changed.lines_from(9_001).next(), content.lines_from(9_001).next());
        assert_eq!(changed.line_count(), 20_000);
    }

    #[test]
    fn many_changes_leave_no_more_leaves_than_a_new_content_has() {
        let mut content = Content::from(long(2_000));
        for round in 0..3_000 {
            let line = round * 7 % 2_000;
            let mut builder = ContentBuilder::default();
            builder.share(&content, 0..line);
            builder.line(b"new", b"\n");
            builder.share(&content, line + 1..2_000);
            content = builder.finish().expect("whole lines");
        }
        assert_eq!(content.line_count(), 2_000);
        assert!(content.leaves().len() <= 2 * content.len() / SHARED_BYTES + 2, "{}", content.leaves().len());
    }

    proptest! {
        #[test]
        fn parts_of_a_content_are_what_the_same_parts_of_its_bytes_are(
            lines in prop::collection::vec(prop::sample::select(vec!["\n", "a\n", "bb\r\n"]), 0..40),
            last in "[ab]{0,3}",
            long_line in 0..3_usize,
            cuts in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        ) {
            let mut text: Vec<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
            for _ in 0..long_line {
                text.push(long(600));
            }
            text.push(last.into_bytes());
            let text = text.concat();
            let content = Content::from(text.clone());
            let split: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
            prop_assert_eq!(content.line_count(), split.len());
            let (one, other) = (cuts.0.index(split.len() + 1), cuts.1.index(split.len() + 1));
            let part = one.min(other)..one.max(other);
            let mut builder = ContentBuilder::default();
            builder.share(&content, part.clone());
            let made = builder.finish().expect("whole lines");
            let expected = split[part.clone()].concat();
            prop_assert_eq!(made.bytes().to_vec(), expected.clone());
            prop_assert!(made == Content::from(expected));
            let from: Vec<&[u8]> = content.lines_from(part.start).collect();
            prop_assert_eq!(from, split[part.start..].to_vec());
        }
    }
}
