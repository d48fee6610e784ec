//! The lines of one side: where each begins, without a copy of any of them.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, Read};

use crate::progress::{CancelToken, Cancelled};
use crate::workbench::SideContent;

/// Up to this many lines the place of each is known, beyond it that of every [`STRIDE`]th: the table of a
/// file of two gigabytes stays below ten megabytes.
const MAX_KNOWN_LINES: usize = 4_000_000;
/// How many lines share a place in the table of a huge file.
const STRIDE: usize = 64;
/// Most bytes of one line that are looked at for display; a line can be the whole file.
pub const MAX_LINE_BYTES: usize = 4 << 20;
/// Bytes read at a time to find one line.
const WALK_BYTES: usize = 16 << 10;
/// Bytes read at a time to find all.
const PIECE_BYTES: usize = 256 << 10;

/// What identifies a line for comparing: 128 bits under keys nobody knows, so that no two lines anybody makes
/// collide.
pub(super) type LineHash = u128;

/// The lines of a content.
#[derive(Debug, Clone)]
pub struct LineTable {
    content: SideContent,
    /// Where the text begins, behind a byte order mark.
    start: u64,
    /// Where every `stride`th line begins.
    starts: Vec<u64>,
    stride: usize,
    count: usize,
    /// Length of the longest line in bytes, its line end included.
    longest: u64,
    ends_with_newline: bool,
}

/// A line as it is in the file, without its line feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineText<'a> {
    /// Its bytes; a carriage return at the end belongs to it.
    pub bytes: Cow<'a, [u8]>,
    /// How many more there are.
    pub left_out: u64,
    /// Whether a line feed follows.
    pub has_newline: bool,
}

/// How often the lines of a text end in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LineEndCounts {
    /// Line feed: Unix.
    pub lf: u64,
    /// Carriage return and line feed: Windows.
    pub crlf: u64,
    /// Carriage return without a line feed: old Macs. These end no line here, as in Git.
    pub cr: u64,
}

impl LineEndCounts {
    /// Which kinds there are, whatever their number.
    pub fn kinds(self) -> [bool; 3] {
        [self.lf > 0, self.crlf > 0, self.cr > 0]
    }
}

/// What one look at a whole content finds.
pub(super) struct LineScan {
    pub lines: LineTable,
    pub ends: LineEndCounts,
    /// One per line; empty if there are too many lines to compare.
    pub hashes: Vec<LineHash>,
    /// As `hashes`, of the lines without a carriage return at their end.
    pub bare_hashes: Vec<LineHash>,
}

/// The keys under which the lines of both sides are hashed.
pub(super) struct LineHashers(RandomState, RandomState);

impl LineHashers {
    pub(super) fn new() -> Self {
        Self(RandomState::new(), RandomState::new())
    }

    pub(super) fn hash(&self, line: &[u8]) -> LineHash {
        let [one, two] = [&self.0, &self.1].map(|keys| {
            let mut hasher = keys.build_hasher();
            hasher.write(line);
            hasher.finish()
        });
        u128::from(one) << 64 | u128::from(two)
    }
}

impl LineTable {
    /// Goes through `content` from byte `start` on, keeping hashes for at most `max_hashes` lines.
    pub(super) fn scan(
        content: &SideContent,
        start: u64,
        keys: &LineHashers,
        max_hashes: usize,
        cancel: &CancelToken,
    ) -> io::Result<LineScan> {
        let mut scanner = LineScanner::new(keys, max_hashes, start);
        if let Some(bytes) = content.bytes() {
            for piece in bytes[start as usize..].chunks(PIECE_BYTES) {
                stop_if_asked(cancel)?;
                scanner.take(piece);
            }
        } else {
            let mut reader = content.reader()?;
            io::copy(&mut (&mut reader).take(start), &mut io::sink())?;
            let mut piece = vec![0; PIECE_BYTES];
            loop {
                stop_if_asked(cancel)?;
                match reader.read(&mut piece)? {
                    0 => break,
                    length => scanner.take(&piece[..length]),
                }
            }
        }
        Ok(scanner.finish(content.clone(), start))
    }

    /// How many there are. What follows the last line feed is a line, unless it is nothing.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Length of the longest line in bytes.
    pub fn longest_bytes(&self) -> u64 {
        self.longest
    }

    /// Whether the last line ends with a line feed. Nothing does.
    pub fn ends_with_newline(&self) -> bool {
        self.ends_with_newline
    }

    /// Where the text begins: behind the byte order mark, if there is one.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// The content they are in.
    pub fn content(&self) -> &SideContent {
        &self.content
    }

    /// Bytes of memory that the table takes.
    pub fn table_bytes(&self) -> usize {
        self.starts.capacity() * size_of::<u64>()
    }

    /// The line with this number, counted from 0.
    ///
    /// # Errors
    /// If the content is on a disk that cannot be read.
    pub fn line(&self, line: usize) -> io::Result<LineText<'_>> {
        let (begin, end) = (self.begin(line)?, self.begin(line.saturating_add(1))?);
        let length = end - begin;
        let shown = usize::try_from(length).unwrap_or(usize::MAX).min(MAX_LINE_BYTES);
        let mut bytes = match self.content.bytes() {
            Some(bytes) => Cow::Borrowed(&bytes[begin as usize..][..shown]),
            None => Cow::Owned(self.content.read_at(begin, shown)?),
        };
        let has_newline = line + 1 < self.count || (self.ends_with_newline && line + 1 == self.count);
        let left_out = length - shown as u64;
        if left_out == 0 && bytes.last() == Some(&b'\n') {
            match &mut bytes {
                Cow::Borrowed(bytes) => *bytes = &bytes[..bytes.len() - 1],
                Cow::Owned(bytes) => _ = bytes.pop(),
            }
        }
        Ok(LineText { bytes, left_out, has_newline })
    }

    /// The byte at which a line begins; the end of the content for the line behind the last.
    ///
    /// # Errors
    /// If the content is on a disk that cannot be read.
    pub fn begin(&self, line: usize) -> io::Result<u64> {
        if line >= self.count {
            return Ok(self.content.size_bytes());
        }
        let known = self.starts[line / self.stride];
        match line % self.stride {
            0 => Ok(known),
            further => self.walk(known, further),
        }
    }

    /// The line that the byte at `offset` is in.
    ///
    /// # Errors
    /// If the content is on a disk that cannot be read.
    pub fn line_at(&self, offset: u64) -> io::Result<usize> {
        let known = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let mut line = known * self.stride;
        while line + 1 < self.count && self.begin(line + 1)? <= offset {
            line += 1;
        }
        Ok(line)
    }

    /// Where the line begins that is `lines` further than the one at `from`.
    fn walk(&self, from: u64, mut lines: usize) -> io::Result<u64> {
        let mut at = from;
        loop {
            let piece = self.content.read_at(at, WALK_BYTES)?;
            if piece.is_empty() {
                return Ok(self.content.size_bytes());
            }
            for (index, byte) in piece.iter().enumerate() {
                if *byte == b'\n' {
                    lines -= 1;
                    if lines == 0 {
                        return Ok(at + index as u64 + 1);
                    }
                }
            }
            at += piece.len() as u64;
        }
    }
}

pub(super) fn stop_if_asked(cancel: &CancelToken) -> io::Result<()> {
    cancel.check().map_err(|Cancelled| io::Error::other(Cancelled))
}

/// Takes a text in pieces that end anywhere.
struct LineScanner<'a> {
    keys: &'a LineHashers,
    max_hashes: usize,
    hashes: Vec<LineHash>,
    bare_hashes: Vec<LineHash>,
    starts: Vec<u64>,
    stride: usize,
    count: usize,
    ends: LineEndCounts,
    longest: u64,
    /// The line that is not at its end yet, if the piece before ended in it.
    open: Vec<u8>,
    /// Of the open line: how many bytes were folded into `chain` because it is too long to be kept.
    folded: u64,
    chain: LineHash,
    /// Where the open line begins.
    begin: u64,
}

/// Longest line that is collected before it is hashed; a longer one is hashed in folds of this size.
const FOLD_BYTES: usize = 1 << 20;

impl<'a> LineScanner<'a> {
    fn new(keys: &'a LineHashers, max_hashes: usize, begin: u64) -> Self {
        Self {
            keys,
            max_hashes,
            hashes: Vec::new(),
            bare_hashes: Vec::new(),
            starts: Vec::new(),
            stride: 1,
            count: 0,
            ends: LineEndCounts::default(),
            longest: 0,
            open: Vec::new(),
            folded: 0,
            chain: 0,
            begin,
        }
    }

    fn take(&mut self, piece: &[u8]) {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            let is_whole = part.last() == Some(&b'\n');
            if is_whole && self.open.is_empty() && self.folded == 0 {
                self.line(part);
                continue;
            }
            self.open.extend_from_slice(part);
            // What remains open has room for both bytes of a line end. Folds begin at the same bytes of a line
            // wherever it stands, so that equal lines stay equal.
            while self.open.len() >= FOLD_BYTES + 2 {
                self.fold();
            }
            if is_whole {
                self.close();
            }
        }
    }

    /// Keeps the memory for one line bounded: what was collected goes into a hash.
    fn fold(&mut self) {
        let fold: Vec<u8> = self.open.drain(..FOLD_BYTES).collect();
        self.ends.cr += lone_returns(&fold);
        self.chain = self.keys.hash(&[&self.chain.to_le_bytes(), fold.as_slice()].concat());
        self.folded += FOLD_BYTES as u64;
    }

    fn close(&mut self) {
        let line = std::mem::take(&mut self.open);
        self.line(&line);
        self.open = line;
        self.open.clear();
        (self.folded, self.chain) = (0, 0);
    }

    /// Takes one whole line, or what is left of it after folding.
    fn line(&mut self, line: &[u8]) {
        if self.count.is_multiple_of(self.stride) {
            self.starts.push(self.begin);
        }
        self.count += 1;
        if self.starts.len() > MAX_KNOWN_LINES && self.stride == 1 {
            self.stride = STRIDE;
            self.starts = self.starts.iter().copied().step_by(STRIDE).collect();
        }
        let length = line.len() as u64 + self.folded;
        self.begin += length;
        self.longest = self.longest.max(length);
        let text = line.strip_suffix(b"\n");
        let bare = text.map_or(line, |text| text.strip_suffix(b"\r").unwrap_or(text));
        match text {
            Some(text) if text.len() > bare.len() => self.ends.crlf += 1,
            Some(_) => self.ends.lf += 1,
            None => {}
        }
        self.ends.cr += lone_returns(bare);
        // One more than allowed shows that there were too many.
        if self.hashes.len() <= self.max_hashes {
            self.hashes.push(self.hash(line));
            // Without its line end; a missing one at the end of the file is told elsewhere.
            self.bare_hashes.push(self.hash(bare));
        }
    }

    fn hash(&self, line: &[u8]) -> LineHash {
        match self.folded {
            0 => self.keys.hash(line),
            _ => self.keys.hash(&[&self.chain.to_le_bytes(), line].concat()),
        }
    }

    fn finish(mut self, content: SideContent, start: u64) -> LineScan {
        let ends_with_newline = self.open.is_empty() && self.count > 0;
        if !self.open.is_empty() {
            self.close();
        }
        if self.hashes.len() > self.max_hashes {
            (self.hashes, self.bare_hashes) = (Vec::new(), Vec::new());
        }
        let lines = LineTable {
            content,
            start,
            starts: self.starts,
            stride: self.stride,
            count: self.count,
            longest: self.longest,
            ends_with_newline,
        };
        LineScan { lines, ends: self.ends, hashes: self.hashes, bare_hashes: self.bare_hashes }
    }
}

/// Carriage returns in a line without its end.
fn lone_returns(line: &[u8]) -> u64 {
    line.iter().filter(|byte| **byte == b'\r').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scan(bytes: &[u8]) -> LineScan {
        let content = SideContent::from(bytes.to_vec());
        LineTable::scan(&content, 0, &LineHashers::new(), 1_000, &CancelToken::new())
            .expect("memory can be read")
    }

    #[test]
    fn a_line_ends_at_its_line_feed_only() {
        let lines = scan(b"a\rb\r\n\nend").lines;
        let all: Vec<_> = (0..lines.count()).map(|line| lines.line(line).expect("it reads")).collect();
        let texts: Vec<_> = all.iter().map(|line| &*line.bytes).collect();
        assert_eq!(texts, [b"a\rb\r".as_slice(), b"", b"end"]);
        assert_eq!(all.iter().map(|line| line.has_newline).collect::<Vec<_>>(), [true, true, false]);
        assert_eq!([0, 5, 6, 8].map(|at| lines.line_at(at).expect("it reads")), [0, 1, 2, 2]);
    }

    #[test]
    fn line_ends_are_counted_by_kind() {
        assert_eq!(scan(b"a\r\nb\nc\rd\r\r\n").ends, LineEndCounts { lf: 1, crlf: 2, cr: 2 });
    }

    #[test]
    fn more_lines_than_can_be_compared_have_no_hashes() {
        assert!(scan(&b"\n".repeat(1_001)).hashes.is_empty());
        assert_eq!(scan(&b"\n".repeat(1_000)).hashes.len(), 1_000);
    }

    #[test]
    fn a_line_longer_than_any_piece_is_one_line() {
        let mut long = vec![b'x'; 3 * FOLD_BYTES];
        long.push(b'\r');
        long.extend(vec![b'y'; FOLD_BYTES - 1]);
        let text = [b"first\n".as_slice(), &long, b"\r\nlast\n"].concat();
        let found = scan(&text);
        assert_eq!(found.lines.count(), 3);
        assert_eq!(found.lines.line_at(text.len() as u64 - 3).expect("it reads"), 2);
        assert_eq!(found.lines.longest_bytes(), long.len() as u64 + 2);
        assert_eq!(found.ends, LineEndCounts { lf: 2, crlf: 1, cr: 1 });
        let line = found.lines.line(1).expect("it reads");
        assert_eq!((line.bytes.len(), line.left_out), (MAX_LINE_BYTES, long.len() as u64 + 2 - (4 << 20)));
        assert_eq!(found.lines.line(2).expect("it reads").bytes, b"last".as_slice());
    }

    #[test]
    fn the_table_of_a_huge_file_is_thin_and_right() {
        let text: Vec<u8> = b"ab\n\n".repeat(MAX_KNOWN_LINES / 2 + 100);
        let lines = scan(&text).lines;
        assert_eq!(lines.stride, STRIDE);
        for line in [0, 1, 63, 64, 65, 1_000_001, lines.count() - 1] {
            let expected: &[u8] = if line % 2 == 0 { b"ab" } else { b"" };
            assert_eq!(lines.line(line).expect("it reads").bytes, expected, "{line}");
            let begin = lines.begin(line).expect("it reads");
            assert_eq!(lines.line_at(begin).expect("it reads"), line);
        }
    }

    proptest! {
        #[test]
        fn all_lines_together_are_the_text(text in "[a\r\n]{0,30}") {
            let lines = scan(text.as_bytes()).lines;
            let mut again = Vec::new();
            for line in 0..lines.count() {
                let line = lines.line(line).expect("it reads");
                again.extend_from_slice(&line.bytes);
                again.extend(line.has_newline.then_some(b'\n'));
            }
            prop_assert_eq!(again, text.into_bytes());
        }
    }
}
