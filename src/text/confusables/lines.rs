//! Goes through a text line by line, and tells what comes new from what stood there before.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::character::{Around, is_right_to_left, judge};
use super::words::{LookAlikes, PendingLookalikes, Resemblance, sentence, unplain};
use super::{Confusable, ConfusableKind, ConfusableSeverity, Confusables};
use crate::model::characters::{is_mark, unseen};
use crate::model::escape::MAX_MARKS;
use crate::text::{escape_bytes, escape_line};

/// How long something has to be before it counts.
#[derive(Clone, Copy)]
struct GapThreshold {
    /// Blanks in a row, with something behind them.
    gap: usize,
    /// Empty lines in a row, with something below them.
    blank_lines: u64,
}

/// In files: wider and higher than every screen; tables and drawings in text stay below.
const CONTENT: GapThreshold = GapThreshold { gap: 200, blank_lines: 200 };
/// In what a vendor says, which is a line or a page.
const SAYING: GapThreshold = GapThreshold { gap: 20, blank_lines: 20 };
/// Lines from this length on are not read by anybody, in bytes.
const LONG_LINE_BYTES: usize = 10_000;
/// Columns that the widest screens show, with room to spare.
pub(crate) const FAR_COLUMNS: usize = 500;
/// Columns of a tab, where blanks are counted.
const TAB_COLUMNS: usize = 4;
/// Bytes before and after the beginning of a find that are shown with it: some words.
const SHOWN_BYTES: usize = 24;
/// Lines between two questions whether to go on.
const LINES_AT_ONCE: usize = 4096;

/// What a file's new content hides that its old one did not. Both are text. `goes_on` is asked now and then; when it
/// says no, there is no answer.
pub(crate) fn in_content(old: Option<&[u8]>, new: &[u8], goes_on: &dyn Fn() -> bool) -> Option<Confusables> {
    look_through(old.unwrap_or_default(), new, CONTENT, goes_on)
}

/// Whether all that the hunks of `section`, the diff of one file, bring is of no interest to [`in_content`], whatever the
/// rest of the file is: short lines of plain characters, and no empty lines that could join others.
pub(crate) fn brings_plain_lines(section: &[u8]) -> bool {
    let mut hunks = lines(section).peekable();
    while hunks.next_if(|line| !line.starts_with(b"@@")).is_some() {}
    while hunks.next_if(|line| line.starts_with(b"@@")).is_some() {
        // What is beyond the hunk may be empty, unless a line that stays is between.
        let (mut above_is_blank, mut is_change) = (true, false);
        while let Some(line) = hunks.next_if(|line| !line.starts_with(b"@@")) {
            let Some((&mark, line)) = line.split_first() else { continue };
            match mark {
                b' ' | b'+' => {}
                b'-' => {
                    is_change = true;
                    continue;
                }
                _ => continue,
            }
            if mark == b'+' && !is_short_and_plain(line) {
                return false;
            }
            let is_blank = is_blank(line);
            if is_blank && above_is_blank && (is_change || mark == b'+') {
                return false;
            }
            (above_is_blank, is_change) = (is_blank, mark == b'+');
        }
        if above_is_blank && is_change {
            return false;
        }
    }
    true
}

/// What a line or page of a vendor hides.
pub(crate) fn in_saying(text: &str) -> Confusables {
    look_through(b"", text.as_bytes(), SAYING, &|| true).unwrap_or_default()
}

fn look_through(
    old: &[u8],
    new: &[u8],
    measure: GapThreshold,
    goes_on: &dyn Fn() -> bool,
) -> Option<Confusables> {
    let mut pass = Pass::new(old, measure);
    for (index, line) in lines(new).enumerate() {
        if index.is_multiple_of(LINES_AT_ONCE) && !goes_on() {
            return None;
        }
        pass.at_line(index as u64 + 1, line);
    }
    pass.compare_far_lines();
    pass.meet_plain_words(new);
    Some(pass.found)
}

/// The lines of `text` without their ends. Where there is no line feed at all, carriage returns end lines, as they
/// did on old Macs.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let end = if text.contains(&b'\n') { b'\n' } else { b'\r' };
    text.split(move |byte| *byte == end).map(|line| {
        let length = line.len() - line.iter().rev().take_while(|byte| **byte == b'\r').count();
        &line[..length]
    })
}

/// One pass through a text.
struct Pass<'t> {
    old: &'t [u8],
    /// How many of each old line were not met again yet; made when it is first asked for.
    old_lines: Option<HashMap<&'t [u8], u32>>,
    measure: GapThreshold,
    look_alikes: LookAlikes,
    foreign: PendingLookalikes<SuspectWord<'t>>,
    blank_lines: u64,
    /// New lines that go beyond every screen.
    far: Vec<(u64, &'t [u8])>,
    found: Confusables,
}

/// What one line has.
#[derive(Default)]
struct LineFindings<'t> {
    confusables: Confusables,
    foreign: Vec<SuspectWord<'t>>,
}

/// A word that looks like another one. Where it stands is counted only if somebody is going to see it.
struct SuspectWord<'t> {
    number: u64,
    line: &'t [u8],
    byte: usize,
    word: &'t str,
    twin: String,
}

impl SuspectWord<'_> {
    fn find(&self) -> Confusable {
        let found =
            find(ConfusableSeverity::Deceiving, ConfusableKind::LookAlike, self.number, self.line, self.byte);
        Confusable { shown: escape_line(&sentence(self.word, &self.twin)).into_owned(), ..found }
    }
}

impl<'t> Pass<'t> {
    fn new(old: &'t [u8], measure: GapThreshold) -> Self {
        Self {
            old,
            old_lines: None,
            measure,
            look_alikes: LookAlikes::default(),
            foreign: PendingLookalikes::new(),
            blank_lines: 0,
            far: Vec::new(),
            found: Confusables::default(),
        }
    }

    fn at_line(&mut self, number: u64, line: &'t [u8]) {
        if is_blank(line) {
            self.blank_lines += 1;
        } else {
            self.end_blank_lines(number, line);
        }
        let mut of_line = LineFindings::default();
        if !is_plain(line) {
            of_characters(number, line, &mut of_line.confusables);
            self.of_words(number, line, &mut of_line);
        }
        if let Some(byte) = end_of_gap(line, self.measure.gap) {
            let suspect = || find(ConfusableSeverity::Deceiving, ConfusableKind::Gap, number, line, byte);
            of_line.confusables.add(ConfusableSeverity::Deceiving, ConfusableKind::Gap, suspect);
        }
        if line.len() >= LONG_LINE_BYTES {
            let suspect = || find(ConfusableSeverity::Unusual, ConfusableKind::LongLine, number, line, 0);
            of_line.confusables.add(ConfusableSeverity::Unusual, ConfusableKind::LongLine, suspect);
        }
        let is_far = line.len() > FAR_COLUMNS && !self.old.is_empty();
        if of_line.confusables.is_empty() && of_line.foreign.is_empty() && !is_far {
            return;
        }
        if self.was_there(line) {
            self.found.there_before += of_line.confusables.counts().map(|(.., number)| number).sum::<u64>();
            return;
        }
        self.found.extend(of_line.confusables);
        for word in of_line.foreign {
            self.foreign.push(&word.twin.clone(), word);
        }
        if is_far {
            self.far.push((number, line));
        }
    }

    /// Whether the old text has this line once more. Its place does not matter: a line that only moves is not new.
    fn was_there(&mut self, line: &[u8]) -> bool {
        let old = self.old;
        let old_lines = self.old_lines.get_or_insert_with(|| {
            let mut counts = HashMap::new();
            lines(old).for_each(|line| *counts.entry(line).or_default() += 1);
            counts
        });
        match old_lines.get_mut(line) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        }
    }

    fn end_blank_lines(&mut self, number: u64, line: &[u8]) {
        let run = std::mem::take(&mut self.blank_lines);
        if run < self.measure.blank_lines {
            return;
        }
        if longest_blank_run(self.old) >= run {
            self.found.there_before += 1;
            return;
        }
        let kind = ConfusableKind::BlankLines;
        self.found.add(ConfusableSeverity::Deceiving, kind, || {
            find(ConfusableSeverity::Deceiving, kind, number, line, 0)
        });
    }

    fn of_words(&mut self, number: u64, line: &'t [u8], of_line: &mut LineFindings<'t>) {
        // In old encodings of Chinese and Japanese, pieces of characters pass for letters by chance.
        let Ok(text) = std::str::from_utf8(line) else { return };
        for (byte, word) in unplain(text) {
            let found = |twin| SuspectWord { number, line, byte, word, twin };
            match self.look_alikes.of(word) {
                Resemblance::Own => {}
                Resemblance::Mixed(twin) => {
                    let (kind, found) = (ConfusableKind::LookAlike, found(twin));
                    of_line.confusables.add(ConfusableSeverity::Deceiving, kind, || found.find());
                }
                Resemblance::Foreign(twin) => of_line.foreign.push(found(twin)),
            }
        }
    }

    /// Words in another alphabet look like plain words of the same text only where these are.
    fn meet_plain_words(&mut self, new: &[u8]) {
        if self.foreign.is_empty() {
            return;
        }
        let mut met = self.foreign.meet(new);
        met.extend(self.foreign.meet(self.old));
        met.sort_by_key(|word| (word.number, word.byte));
        for word in met {
            self.found.add(ConfusableSeverity::Deceiving, ConfusableKind::LookAlike, || word.find());
        }
    }

    /// Long lines that begin like one that goes away: what changes in them is out of sight.
    fn compare_far_lines(&mut self) {
        if self.far.is_empty() {
            return;
        }
        let left = self.old_lines.take().unwrap_or_default();
        let goes = |line: &&[u8]| line.len() > FAR_COLUMNS && left.get(line).is_some_and(|left| *left > 0);
        for ((number, line), old) in
            std::mem::take(&mut self.far).into_iter().zip(lines(self.old).filter(goes))
        {
            let same = line.iter().zip(old).take_while(|(new, old)| new == old).count();
            if same >= FAR_COLUMNS {
                let kind = ConfusableKind::FarChange;
                self.found.add(ConfusableSeverity::Unusual, kind, || {
                    find(ConfusableSeverity::Unusual, kind, number, line, same)
                });
            }
        }
    }
}

fn of_characters(number: u64, line: &[u8], confusables: &mut Confusables) {
    let runs_left = OnceCell::new();
    let has_right_to_left =
        || *runs_left.get_or_init(|| String::from_utf8_lossy(line).chars().any(is_right_to_left));
    let mut begin = 0;
    for chunk in line.utf8_chunks() {
        let (mut before, mut marks, mut is_in_flag) = (None, 0, false);
        let mut chars = chunk.valid().char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let mut add = |danger, kind| {
                confusables.add(danger, kind, || find(danger, kind, number, line, begin + at));
            };
            is_in_flag = c == BLACK_FLAG || is_in_flag && matches!(c, '\u{e0020}'..='\u{e007f}');
            marks = if is_mark(c) && unseen(c).is_none() { marks + 1 } else { 0 };
            // Each pile once, however high.
            if marks == MAX_MARKS + 1 {
                add(ConfusableSeverity::Deceiving, ConfusableKind::Marks);
            }
            if unseen(c).is_some() {
                let after = chars.peek().map(|(_, c)| *c);
                let is_first = number == 1 && begin + at == 0;
                let has_right_to_left = has_right_to_left();
                let around = Around { before, after, is_first, has_right_to_left, is_in_flag };
                if let Some((danger, kind)) = judge(c, around) {
                    add(danger, kind);
                }
            }
            before = Some(c);
        }
        begin += chunk.valid().len() + chunk.invalid().len();
    }
}

/// What the flags of countries within countries begin with.
const BLACK_FLAG: char = '\u{1f3f4}';

/// The byte behind the first run of at least `least` columns of blanks, if something stands there.
fn end_of_gap(line: &[u8], least: usize) -> Option<usize> {
    if line.len() <= least / TAB_COLUMNS || is_plain(line) && columns_at_most(line) < least {
        return None;
    }
    let (mut begin, mut columns) = (0, 0);
    for chunk in line.utf8_chunks() {
        for (at, c) in chunk.valid().char_indices() {
            match c {
                '\t' => columns += TAB_COLUMNS,
                c if c.is_whitespace() => columns += 1,
                _ if columns >= least => return Some(begin + at),
                _ => columns = 0,
            }
        }
        begin += chunk.valid().len();
        if columns >= least && !chunk.invalid().is_empty() {
            return Some(begin);
        }
        begin += chunk.invalid().len();
    }
    None
}

/// Whether all of it is to be seen as what it is. (Without a way out of the loop, many bytes are compared at a time.)
fn is_plain(line: &[u8]) -> bool {
    line.iter().fold(true, |is_plain, byte| is_plain & matches!(byte, b' '..=b'~' | b'\t'))
}

/// Whether nothing in it is worth a second look, wherever it stands.
fn is_short_and_plain(line: &[u8]) -> bool {
    is_plain(line) && columns_at_most(line) < CONTENT.gap
}

fn columns_at_most(line: &[u8]) -> usize {
    line.len() + (TAB_COLUMNS - 1) * line.iter().filter(|byte| **byte == b'\t').count()
}

fn is_blank(line: &[u8]) -> bool {
    if line.first().is_some_and(u8::is_ascii_graphic) {
        return false;
    }
    line.iter().all(u8::is_ascii_whitespace)
        || std::str::from_utf8(line).is_ok_and(|line| line.trim().is_empty())
}

fn longest_blank_run(text: &[u8]) -> u64 {
    let (mut longest, mut run) = (0, 0);
    for line in lines(text) {
        run = if is_blank(line) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// A find with its surroundings.
fn find(
    danger: ConfusableSeverity,
    kind: ConfusableKind,
    number: u64,
    line: &[u8],
    byte: usize,
) -> Confusable {
    let is_inside = |at: usize| line.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let mut begin = byte.saturating_sub(SHOWN_BYTES);
    while is_inside(begin) && begin > 0 {
        begin -= 1;
    }
    let mut end = line.len().min(byte + SHOWN_BYTES);
    while is_inside(end) {
        end += 1;
    }
    let column = String::from_utf8_lossy(&line[..byte]).chars().count() as u64 + 1;
    // What is in a list stands on one line.
    let shown = escape_bytes(&line[begin..end]).replace('\t', " ");
    Confusable { kind, danger, line: number, column, byte: byte as u64, shown: shown.trim().to_owned() }
}
