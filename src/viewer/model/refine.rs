//! Which parts of changed lines changed, and which lines of a hunk belong side by side.

use std::collections::HashMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

use super::text::{Half, LineDiff, TextSides};
use crate::diff::Region;
use crate::progress::CancelToken;

/// Longest line, or part of a longer line between equal ends, that is compared word by word, in bytes.
pub const MAX_REFINED_BYTES: usize = 1_024;
/// Most bytes of a hunk that are looked into: they are read while a picture is drawn.
const MAX_REFINED_HUNK_BYTES: usize = 8 << 20;
/// Most lines of a hunk that are looked into: more than anybody compares word by word.
pub const MAX_REFINED_LINES: usize = 400;
/// How long looking into one hunk may take. It happens while a picture is drawn.
const REFINE_PATIENCE: Duration = Duration::from_millis(8);
/// How long it may take where the part between equal ends is long, as in minified text of one line. It happens once.
const LONG_PATIENCE: Duration = Duration::from_millis(100);
/// Largest hunk whose lines are paired by what they have in common.
const MAX_PAIRED_LINES: usize = 60;
/// How long pairing may take for all hunks of a file; those after it are paired from the top.
const PAIRING_PATIENCE: Duration = Duration::from_secs(1);
/// Part of a line, in percent of its characters, that must be in both for the two to stand side by side.
const PAIR_PERCENT: usize = 30;
/// Part of a line, in percent, above which it is simply another line and marking words would only be noise.
const MAX_MARKED_PERCENT: usize = 75;

/// What changed inside the lines of one hunk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Refined {
    left: Vec<WordMarks>,
    right: Vec<WordMarks>,
}

/// The changed parts of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordMarks {
    /// These bytes.
    Bytes(Vec<Range<usize>>),
    /// All of it, or so much that parts would say nothing.
    Whole,
    /// It was not looked into, because it or its hunk is too long, or there was no time.
    NotRefined,
}

impl WordMarks {
    /// These parts of a line, unless they are nearly all of it. Where a long line begins to differ is always told: nobody
    /// finds it otherwise.
    fn of_line(line: &[u8], parts: Vec<Range<usize>>) -> Self {
        let marked: usize = parts.iter().map(ExactSizeIterator::len).sum();
        let is_short = line.len() <= MAX_REFINED_BYTES;
        match is_short && marked * 100 > line.len() * MAX_MARKED_PERCENT {
            true => Self::Whole,
            false => Self::Bytes(parts),
        }
    }
}

impl Refined {
    /// The changed parts of a line, counted from the first line of the hunk on that side.
    pub fn marks(&self, half: Half, line: usize) -> &WordMarks {
        half.of(&self.left, &self.right).get(line).unwrap_or(&WordMarks::NotRefined)
    }

    /// Looks into a hunk.
    pub fn new(diff: &LineDiff, hunk: usize) -> Self {
        let hunk = &diff.hunks()[hunk];
        if hunk.is_one_sided() || diff.sides() != TextSides::Compared {
            let whole = |range: &Range<usize>| vec![WordMarks::Whole; range.len().min(MAX_REFINED_LINES)];
            return Self { left: whole(&hunk.old), right: whole(&hunk.new) };
        }
        let Some([left, right]) = texts(diff, hunk) else { return Self::default() };
        let is_long = |line: &Vec<u8>| line.len() > MAX_REFINED_BYTES;
        // In one long line several words may have changed, far apart: that is worth some time.
        let in_words = left
            .iter()
            .chain(&right)
            .any(is_long)
            .then(|| Self::of_words(LineWords::of_both(&left, &right, LongPart::InWords), LONG_PATIENCE));
        in_words
            .flatten()
            .or_else(|| Self::of_words(LineWords::of_both(&left, &right, LongPart::OneWord), REFINE_PATIENCE))
            .unwrap_or_else(|| Self::of_ends(&left, &right))
    }

    /// What there is time for on any machine: what stands between the equal ends of two lines, one beside the other.
    fn of_ends(left: &[Vec<u8>], right: &[Vec<u8>]) -> Self {
        if left.len() != right.len() {
            return Self::default();
        }
        let marks = |line: &[u8], part: Range<usize>| {
            WordMarks::of_line(line, Some(part).filter(|part| !part.is_empty()).into_iter().collect())
        };
        let of_pair = |(old, new): (&Vec<u8>, &Vec<u8>)| {
            let [before, after] = between_equal_ends(old, new);
            (marks(old, before), marks(new, after))
        };
        let (left, right) = left.iter().zip(right).map(of_pair).unzip();
        Self { left, right }
    }

    /// What changed among these words, unless that takes too long.
    fn of_words((left, right): (LineWords<'_>, LineWords<'_>), patience: Duration) -> Option<Self> {
        let deadline = Instant::now() + patience;
        let ops =
            capture_diff_slices_deadline(Algorithm::Myers, &left.words(), &right.words(), Some(deadline));
        if Instant::now() > deadline {
            return None;
        }
        let changed = clean_up(&ops, &left, &right);
        Some(Self { left: left.marks(&changed[0]), right: right.marks(&changed[1]) })
    }
}

/// The lines of both sides, if they are few and short enough.
fn texts(diff: &LineDiff, hunk: &Region) -> Option<[Vec<Vec<u8>>; 2]> {
    if hunk.old.len() + hunk.new.len() > MAX_REFINED_LINES {
        return None;
    }
    let mut room = MAX_REFINED_HUNK_BYTES;
    let mut side = |half, range: &Range<usize>| -> Option<Vec<Vec<u8>>> {
        let lines = diff.lines(half);
        let mut line = |line| {
            let bytes = lines.line(line).ok()?.bytes.into_owned();
            room = room.checked_sub(bytes.len())?;
            Some(bytes)
        };
        range.clone().map(&mut line).collect()
    };
    Some([side(Half::Left, &hunk.old)?, side(Half::Right, &hunk.new)?])
}

/// Lines cut into words. Of a long line only the part between equal ends is, where there is a line to compare it with.
struct LineWords<'a> {
    lines: &'a [Vec<u8>],
    /// The part of each line that is looked into; `None`: the line is too long.
    parts: Vec<Option<Range<usize>>>,
    words: Vec<WordSpan>,
}

/// How the part of a long line between equal ends is cut.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LongPart {
    InWords,
    OneWord,
}

#[derive(Clone, Copy)]
struct WordSpan {
    line: usize,
    begin: usize,
    end: usize,
}

impl<'a> LineWords<'a> {
    /// Every line by itself.
    fn new(lines: &'a [Vec<u8>]) -> Self {
        let is_short = |line: &Vec<u8>| (line.len() <= MAX_REFINED_BYTES).then_some(0..line.len());
        Self::of_parts(lines, lines.iter().map(is_short).collect(), LongPart::OneWord)
    }

    /// Both sides of a hunk. Where they have the same number of lines, long ones are looked into as well.
    fn of_both(left: &'a [Vec<u8>], right: &'a [Vec<u8>], long: LongPart) -> (Self, Self) {
        let (mut old, mut new) = (Self::new(left), Self::new(right));
        let has_long = |side: &Self| side.parts.contains(&None);
        if left.len() == right.len() && (has_long(&old) || has_long(&new)) {
            let parts = |line: usize| match (&old.parts[line], &new.parts[line]) {
                (Some(old), Some(new)) => [old.clone(), new.clone()],
                _ => between_equal_ends(&left[line], &right[line]),
            };
            let parts: Vec<_> = (0..left.len()).map(parts).collect();
            let side = |side: usize| parts.iter().map(|both| Some(both[side].clone())).collect();
            (old, new) = (Self::of_parts(left, side(0), long), Self::of_parts(right, side(1), long));
        }
        (old, new)
    }

    fn of_parts(lines: &'a [Vec<u8>], parts: Vec<Option<Range<usize>>>, long: LongPart) -> Self {
        let mut words = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            let Some(part) = part.clone() else { continue };
            let mut begin = part.start;
            while begin < part.end {
                let is_one = part.len() > MAX_REFINED_BYTES && long == LongPart::OneWord;
                let end =
                    if is_one { part.end } else { begin + word_length(&lines[number][begin..part.end]) };
                words.push(WordSpan { line: number, begin, end });
                begin = end;
            }
            // The line end is a word of its own, so that lines are not run together.
            words.push(WordSpan { line: number, begin, end: begin });
        }
        Self { lines, parts, words }
    }

    fn text(&self, word: WordSpan) -> &'a [u8] {
        &self.lines[word.line][word.begin..word.end]
    }

    fn words(&self) -> Vec<&'a [u8]> {
        self.words.iter().map(|word| self.text(*word)).collect()
    }

    fn is_space(&self, index: usize) -> bool {
        self.text(self.words[index]).iter().all(u8::is_ascii_whitespace)
    }

    /// The changed words as parts of their lines.
    fn marks(&self, changed: &[bool]) -> Vec<WordMarks> {
        let mut marks: Vec<_> = self.lines.iter().map(|_| Vec::<Range<usize>>::new()).collect();
        for (word, _) in self.words.iter().zip(changed).filter(|(word, is)| **is && word.begin < word.end) {
            match marks[word.line].last_mut() {
                Some(last) if last.end == word.begin => last.end = word.end,
                _ => marks[word.line].push(word.begin..word.end),
            }
        }
        let finish = |(line, marks): (usize, Vec<Range<usize>>)| match &self.parts[line] {
            None => WordMarks::NotRefined,
            Some(_) => WordMarks::of_line(&self.lines[line], marks),
        };
        marks.into_iter().enumerate().map(finish).collect()
    }
}

/// The parts of two lines between what both begin and end with. No word is cut in two.
fn between_equal_ends(old: &[u8], new: &[u8]) -> [Range<usize>; 2] {
    let equal = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let cuts_word = [old, new].iter().any(|line| line.get(equal).is_some_and(|byte| is_word(*byte)));
    let word = old[..equal].iter().rev().take_while(|byte| cuts_word && is_word(**byte)).count();
    let top = equal - word.min(MAX_REFINED_BYTES);
    let rests = [&old[top..], &new[top..]];
    let equal = rests[0].iter().rev().zip(rests[1].iter().rev()).take_while(|(old, new)| old == new).count();
    let cuts_word =
        rests.iter().any(|rest| rest[..rest.len() - equal].last().is_some_and(|byte| is_word(*byte)));
    let word = old[old.len() - equal..].iter().take_while(|byte| cuts_word && is_word(**byte)).count();
    let bottom = equal - word.min(MAX_REFINED_BYTES);
    [top..old.len() - bottom, top..new.len() - bottom]
}

/// Whether a byte is part of a word: a letter, a digit, or of a character beyond ASCII.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// A run of letters and digits, a run of blanks, or one other character.
fn word_length(text: &[u8]) -> usize {
    let class = |byte: u8| match byte {
        byte if is_word(byte) => 0,
        b' ' | b'\t' => 1,
        _ => 2,
    };
    match class(text[0]) {
        2 => 1,
        first => text.iter().take_while(|byte| class(**byte) == first).count(),
    }
}

/// Which words of each side are marked. What is equal between two changes but says nothing by itself, such as one
/// blank or comma, is taken for changed: the eye reads one phrase better than three scraps.
fn clean_up(ops: &[DiffOp], left: &LineWords<'_>, right: &LineWords<'_>) -> [Vec<bool>; 2] {
    let mut changed = [vec![false; left.words.len()], vec![false; right.words.len()]];
    for (index, op) in ops.iter().enumerate() {
        let is_island = index > 0 && index + 1 < ops.len();
        let is_marked = match *op {
            DiffOp::Equal { old_index, len, .. } => {
                let is_slight =
                    len == 1 && left.is_space(old_index) && !left.text(left.words[old_index]).is_empty();
                let is_between_exchanges = is_island
                    && matches!(ops[index - 1], DiffOp::Replace { .. })
                    && matches!(ops[index + 1], DiffOp::Replace { .. });
                is_slight && is_between_exchanges
            }
            _ => true,
        };
        if is_marked {
            changed[0][op.old_range()].fill(true);
            changed[1][op.new_range()].fill(true);
        }
    }
    changed
}

/// Which lines stand side by side in hunks whose sides have different numbers of lines.
pub(super) fn pair_lines(diff: &LineDiff, cancel: &CancelToken) -> HashMap<usize, Box<[(usize, usize)]>> {
    let deadline = Instant::now() + PAIRING_PATIENCE;
    let mut pairs = HashMap::new();
    for (number, hunk) in diff.hunks().iter().enumerate() {
        let is_uneven = !hunk.is_one_sided() && hunk.old.len() != hunk.new.len();
        if !is_uneven || hunk.old.len() + hunk.new.len() > MAX_PAIRED_LINES {
            continue;
        }
        if cancel.is_cancelled() || Instant::now() > deadline {
            break;
        }
        if let Some(found) = pairs_of(diff, hunk) {
            pairs.insert(number, found);
        }
    }
    pairs
}

fn pairs_of(diff: &LineDiff, hunk: &Region) -> Option<Box<[(usize, usize)]>> {
    let [left, right] = texts(diff, hunk)?;
    let (left, right) = (LineWords::new(&left), LineWords::new(&right));
    let deadline = Instant::now() + REFINE_PATIENCE;
    let ops = capture_diff_slices_deadline(Algorithm::Myers, &left.words(), &right.words(), Some(deadline));
    // How many bytes each two lines have in common. Equal words run down both sides, so the pairs do as well.
    let mut common: Vec<((usize, usize), usize)> = Vec::new();
    for op in &ops {
        let DiffOp::Equal { old_index, new_index, len } = *op else { continue };
        for step in 0..len {
            let (old, new) = (left.words[old_index + step], right.words[new_index + step]);
            let bytes = if left.is_space(old_index + step) { 0 } else { left.text(old).len() };
            match common.last_mut() {
                Some((pair, sum)) if *pair == (old.line, new.line) => *sum += bytes,
                _ => common.push(((old.line, new.line), bytes)),
            }
        }
    }
    let longer = |pair: (usize, usize)| left.lines[pair.0].len().max(right.lines[pair.1].len());
    common.retain(|(pair, bytes)| *bytes * 100 >= longer(*pair) * PAIR_PERCENT && *bytes > 0);
    // Of two candidates for one line the one with more in common.
    let mut best: Vec<((usize, usize), usize)> = Vec::new();
    for candidate in common {
        match best.last_mut() {
            Some(last) if last.0.0 == candidate.0.0 || last.0.1 == candidate.0.1 => {
                if candidate.1 > last.1 {
                    *last = candidate;
                }
            }
            _ => best.push(candidate),
        }
    }
    let pair = |((left, right), _): ((usize, usize), usize)| (hunk.old.start + left, hunk.new.start + right);
    (!best.is_empty()).then(|| best.into_iter().map(pair).collect())
}
