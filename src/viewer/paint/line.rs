//! Paints one line of text in its column: colours, marked words, what is selected, and what nobody would see.

use std::ops::Range;
use std::sync::Arc;

use egui::text::{ByteIndex, CCursor, CharIndex, LayoutJob, LayoutSection, TextFormat};
use egui::{Color32, FontId, Galley, Painter, Rect, Stroke, pos2};

use super::highlight::{Span, SyntaxClass};
use crate::toolkit::theme::{ChangeTone, Tokens};
use crate::viewer::layout::{Drawn, ShownLine};
use crate::viewer::model::{WordMarks, size_words};
use crate::words::{contents as words, fill};

/// Up to this many characters a line is laid out as a whole; of a longer one only what is in view.
const MAX_WHOLE_CHARS: usize = 2_048;
/// A long line is laid out in steps of so many characters, so that scrolling a little lays out nothing new.
const STEP_CHARS: usize = 256;

/// Sizes that all rows share.
#[derive(Clone)]
pub(super) struct RowMetrics {
    pub font: FontId,
    /// Line numbers: smaller, so that the lines come first.
    pub number: FontId,
    pub small: FontId,
    /// Width of a character, all of which are equally wide but for those of wide scripts.
    pub char_width: f32,
    pub row_height: f32,
}

/// How a line is painted.
pub(super) struct LineStyle<'a> {
    pub tokens: &'a Tokens,
    pub tone: Option<ChangeTone>,
    pub marks: Option<&'a WordMarks>,
    pub spans: &'a [Span],
    /// What is looked for, and whether it is the place one is at.
    pub found: &'a [(Range<usize>, bool)],
    /// The part that is selected, in source bytes, and whether the selection goes on behind its end.
    pub selected: Option<(Range<usize>, bool)>,
}

/// A line that is laid out: what was painted where.
pub(super) struct Placed {
    galley: Arc<Galley>,
    /// The first character in the galley.
    first_char: usize,
    /// Where the galley begins, from the line's beginning.
    offset: f32,
    /// What of the line is behind the galley, in points.
    behind: f32,
}

impl Placed {
    /// Lays out what is in view of a line that is moved `shift` points to the left in a column of this width.
    pub fn new(
        painter: &Painter,
        line: &ShownLine,
        look: &LineStyle<'_>,
        metrics: &RowMetrics,
        (shift, width): (f32, f32),
    ) -> Self {
        let chars = match line.chars <= MAX_WHOLE_CHARS {
            true => 0..line.chars,
            false => {
                let first = (shift.max(0.0) / metrics.char_width) as usize / STEP_CHARS * STEP_CHARS;
                let last = ((shift.max(0.0) + width) / metrics.char_width) as usize + STEP_CHARS;
                first.min(line.chars)..(last.next_multiple_of(STEP_CHARS)).min(line.chars)
            }
        };
        let bytes = line.byte_of_char(chars.start)..line.byte_of_char(chars.end);
        let job = job(line, bytes, look, metrics);
        Self {
            galley: painter.layout_job(job),
            first_char: chars.start,
            offset: chars.start as f32 * metrics.char_width,
            behind: (line.chars - chars.end) as f32 * metrics.char_width,
        }
    }

    /// Where a character begins, from the line's beginning.
    pub fn x_of_char(&self, char: usize) -> f32 {
        let index = char.saturating_sub(self.first_char);
        let cursor = CCursor { index: CharIndex(index), prefer_next_row: false };
        self.offset + self.galley.pos_from_cursor(cursor).left()
    }

    /// The character nearest to a place in the line.
    pub fn char_at(&self, x: f32) -> usize {
        let cursor = self.galley.cursor_from_pos(egui::vec2(x - self.offset, 1.0));
        self.first_char + cursor.index.0
    }

    /// How far the line reaches, also where it is not laid out.
    pub fn right(&self) -> f32 {
        self.offset + self.galley.size().x + self.behind
    }
}

/// Colours of the characters in `bytes` of a line.
fn job(line: &ShownLine, bytes: Range<usize>, look: &LineStyle<'_>, metrics: &RowMetrics) -> LayoutJob {
    let mut job = LayoutJob {
        text: line.text[bytes.clone()].to_owned(),
        break_on_newline: false,
        ..LayoutJob::default()
    };
    job.wrap.max_width = f32::INFINITY;
    let format = |colour: Color32| TextFormat {
        font_id: metrics.font.clone(),
        color: colour,
        line_height: Some(metrics.row_height),
        ..TextFormat::default()
    };
    let mut at = bytes.start;
    let mut push = |to: usize, format: TextFormat| {
        let to = to.clamp(at, bytes.end);
        if to > at {
            let byte_range = ByteIndex(at - bytes.start)..ByteIndex(to - bytes.start);
            job.sections.push(LayoutSection { leading_space: 0.0, byte_range, format });
            at = to;
        }
    };
    let plain = look.tokens.text;
    let tokens: Vec<_> = line.tokens().collect();
    let mut next_token = tokens.iter().peekable();
    // Colours of the code, interrupted by what was spelled out, which is the more important of the two.
    let whole = Span { begin: 0, end: u32::MAX, class: SyntaxClass::Text };
    let spans = if look.spans.is_empty() { std::slice::from_ref(&whole) } else { look.spans };
    for span in spans {
        let colour = span.class.colour(look.tokens);
        let end = line.to_shown(span.end as usize);
        push(line.to_shown(span.begin as usize), format(plain));
        while let Some(token) = next_token.next_if(|token| token.start < end) {
            push(token.start, format(colour));
            push(token.end, token_format(format(look.tokens.caution.text), look.tokens));
        }
        push(end, format(colour));
    }
    for token in next_token {
        push(token.start, format(plain));
        push(token.end, token_format(format(look.tokens.caution.text), look.tokens));
    }
    push(usize::MAX, format(plain));
    job
}

fn token_format(format: TextFormat, tokens: &Tokens) -> TextFormat {
    TextFormat { underline: Stroke::new(1.0, tokens.caution.strong), ..format }
}

/// Paints a line at the left edge of `column`, moved `shift` points to the left.
pub(super) fn paint_line(
    painter: &Painter,
    column: Rect,
    shift: f32,
    drawn: &Drawn,
    look: &LineStyle<'_>,
    metrics: &RowMetrics,
) -> Placed {
    let painter = painter.with_clip_rect(column.intersect(painter.clip_rect()));
    let line = &drawn.shown;
    let placed = Placed::new(&painter, line, look, metrics, (shift, column.width()));
    let left = column.left() - shift;
    let part = |range: &Range<usize>| {
        let [from, to] = [range.start, range.end].map(|byte| line.char_of_byte(line.to_shown(byte)));
        left + placed.x_of_char(from)..=left + placed.x_of_char(to)
    };
    if let (Some(WordMarks::Bytes(ranges)), Some(tone)) = (look.marks, look.tone) {
        for range in ranges {
            let x = part(range);
            let word = Rect::from_x_y_ranges(x, column.shrink2(egui::vec2(0.0, 1.0)).y_range());
            painter.rect_filled(word, 2, tone.word);
        }
    }
    for (range, is_present) in look.found {
        let place = Rect::from_x_y_ranges(part(range), column.shrink2(egui::vec2(0.0, 1.0)).y_range());
        painter.rect_filled(place, 2, look.tokens.selection);
        let stroke = Stroke::new(if *is_present { 2.0 } else { 1.0 }, look.tokens.focus);
        painter.rect_stroke(place, 2, stroke, egui::StrokeKind::Inside);
    }
    if let Some((range, goes_on)) = &look.selected {
        let mut x = part(range);
        if *goes_on {
            // A line end is a character as well.
            x = *x.start()..=x.end() + metrics.char_width;
        }
        painter.rect_filled(Rect::from_x_y_ranges(x, column.y_range()), 0, look.tokens.selection);
    }
    painter.galley(pos2(left + placed.offset, column.top()), Arc::clone(&placed.galley), look.tokens.text);
    let remark = match (&drawn.failure, drawn.left_out) {
        (Some(failure), _) => Some(failure.clone()),
        (None, 0) => None,
        (None, more) => Some(fill(words::LINE_MORE, &[("size", &size_words(more))])),
    };
    if let Some(remark) = remark {
        let at = pos2(left + placed.right() + metrics.char_width, column.center().y);
        painter.text(at, egui::Align2::LEFT_CENTER, remark, metrics.small.clone(), look.tokens.muted);
    }
    if look.marks == Some(&WordMarks::NotRefined) {
        chip(&painter, column, words::PART_NOT_REFINED, look.tokens, metrics);
    }
    placed
}

/// Says something about a line at its right edge.
pub(super) fn chip(painter: &Painter, column: Rect, said: &str, tokens: &Tokens, metrics: &RowMetrics) {
    let galley = painter.layout_no_wrap(said.to_owned(), metrics.small.clone(), tokens.muted);
    let size = galley.size() + egui::vec2(12.0, 2.0);
    let chip = Rect::from_center_size(pos2(column.right() - size.x / 2.0 - 6.0, column.center().y), size);
    painter.rect_filled(chip, 4, tokens.raised());
    painter.galley(chip.min + egui::vec2(6.0, 1.0), galley, tokens.muted);
}
