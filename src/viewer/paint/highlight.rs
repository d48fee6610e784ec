//! Colours of code: which bytes of a line are a keyword, a string, a comment.

use std::sync::{Arc, LazyLock};

use egui::Color32;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use crate::progress::{CancelToken, Cancelled};
use crate::toolkit::theme::Tokens;
use crate::viewer::model::{Half, LineTable, ViewedContents};

/// Largest text that is coloured, in bytes: more takes longer than anybody looks at it.
const MAX_BYTES: u64 = 1 << 20;
/// Longest line of a text that is coloured, in bytes: the time for a line grows faster than the line.
const MAX_LINE_BYTES: u64 = 5_000;
/// Lines that are published together.
const CHUNK_LINES: usize = 200;

/// The languages, unpacked when the first file is coloured.
static LANGUAGES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);
/// Which scope names stand for which class; of two that fit the later one, which is the more special.
static CLASSES: LazyLock<Vec<(Scope, SyntaxClass)>> = LazyLock::new(|| {
    let names = [
        ("punctuation", SyntaxClass::Punctuation),
        ("keyword.operator", SyntaxClass::Punctuation),
        ("meta.brace", SyntaxClass::Punctuation),
        ("constant", SyntaxClass::Constant),
        ("entity.other.attribute-name", SyntaxClass::Constant),
        ("constant.numeric", SyntaxClass::Number),
        ("entity.name", SyntaxClass::Type),
        ("support.type", SyntaxClass::Type),
        ("support.class", SyntaxClass::Type),
        ("entity.name.function", SyntaxClass::Function),
        ("support.function", SyntaxClass::Function),
        ("keyword", SyntaxClass::Keyword),
        ("storage", SyntaxClass::Keyword),
        ("keyword.operator.word", SyntaxClass::Keyword),
    ];
    names.into_iter().filter_map(|(name, class)| Some((Scope::new(name).ok()?, class))).collect()
});
static STRING: LazyLock<Option<Scope>> = LazyLock::new(|| Scope::new("string").ok());
static COMMENT: LazyLock<Option<Scope>> = LazyLock::new(|| Scope::new("comment").ok());

/// What a piece of code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyntaxClass {
    /// What the computer skips.
    Comment,
    /// `true`, names of constants and attributes.
    Constant,
    /// The name of a function.
    Function,
    /// `if`, `return`.
    Keyword,
    Number,
    /// Brackets and operators.
    Punctuation,
    /// What stands in quotes.
    String,
    /// Anything else.
    Text,
    /// The name of a type, a tag or a section.
    Type,
}

impl SyntaxClass {
    pub(super) fn colour(self, tokens: &Tokens) -> Color32 {
        match self {
            Self::Comment => tokens.syntax.comment,
            Self::Constant => tokens.syntax.constant,
            Self::Function => tokens.syntax.function,
            Self::Keyword => tokens.syntax.keyword,
            Self::Number => tokens.syntax.number,
            Self::Punctuation => tokens.syntax.punctuation,
            Self::String => tokens.syntax.string,
            Self::Text => tokens.text,
            Self::Type => tokens.syntax.type_,
        }
    }

    fn from_scopes(stack: &ScopeStack) -> Self {
        let is_inside = |kind: Option<Scope>| {
            kind.is_some_and(|kind| stack.as_slice().iter().any(|scope| kind.is_prefix_of(*scope)))
        };
        // Quotes and slashes belong to what they enclose.
        if is_inside(*COMMENT) {
            return Self::Comment;
        }
        if is_inside(*STRING) {
            return Self::String;
        }
        let class = |scope: &Scope| {
            CLASSES.iter().rev().find(|(name, _)| name.is_prefix_of(*scope)).map(|(_, class)| *class)
        };
        stack.as_slice().iter().rev().find_map(class).unwrap_or(Self::Text)
    }
}

/// A piece of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first byte in the line.
    pub begin: u32,
    /// The byte behind its last.
    pub end: u32,
    pub class: SyntaxClass,
}

/// The pieces of all lines, as far as they are known. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Highlights {
    halves: [Vec<Arc<Vec<Vec<Span>>>>; 2],
}

impl Highlights {
    /// The pieces of a line; none where they are not known.
    pub fn line(&self, half: Half, line: usize) -> &[Span] {
        let chunk = self.halves[half as usize].get(line / CHUNK_LINES);
        chunk.and_then(|chunk| chunk.get(line % CHUNK_LINES)).map_or(&[], Vec::as_slice)
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.halves.iter().all(Vec::is_empty)
    }
}

/// Finds the pieces of both texts, from the top down, and publishes what is known from time to time. Nothing for texts
/// of an unknown language, above a megabyte, or with very long lines. Slow: for a worker thread.
///
/// # Errors
/// If somebody wished to stop.
pub fn highlight(
    contents: &ViewedContents,
    cancel: &CancelToken,
    publish: &mut dyn FnMut(&Highlights),
) -> Result<Highlights, Cancelled> {
    let mut highlights = Highlights::default();
    let Some(diff) = contents.text() else { return Ok(highlights) };
    let mut readers = Vec::new();
    for half in Half::BOTH {
        let lines = diff.lines(half);
        if lines.content().size_bytes() > MAX_BYTES || lines.longest_bytes() > MAX_LINE_BYTES {
            return Ok(highlights);
        }
        let Some(language) = language(contents, half, lines) else { return Ok(highlights) };
        readers.push((half, lines, ParseState::new(language), ScopeStack::new(), 0));
    }
    // Both sides go down together, as one looks at them.
    loop {
        let mut is_done = true;
        for (half, lines, state, stack, next) in &mut readers {
            if *next >= lines.count() {
                continue;
            }
            is_done = false;
            let end = next.saturating_add(CHUNK_LINES).min(lines.count());
            let mut chunk = Vec::with_capacity(CHUNK_LINES);
            for line in *next..end {
                cancel.check()?;
                chunk.push(spans(lines, line, state, stack));
            }
            *next = end;
            highlights.halves[*half as usize].push(Arc::new(chunk));
        }
        if is_done {
            return Ok(highlights);
        }
        publish(&highlights);
    }
}

fn spans(lines: &LineTable, line: usize, state: &mut ParseState, stack: &mut ScopeStack) -> Vec<Span> {
    let Ok(text) = lines.line(line) else { return Vec::new() };
    // Of a line with other bytes the state goes on, but its places would not fit.
    let lossy = String::from_utf8_lossy(&text.bytes);
    let is_exact = lossy.len() == text.bytes.len();
    let whole = format!("{lossy}\n");
    let Ok(ops) = state.parse_line(&whole, &LANGUAGES) else { return Vec::new() };
    let mut spans: Vec<Span> = Vec::new();
    let mut begin = 0;
    let mut push = |begin: usize, end: usize, class| {
        let (begin, end) = (begin as u32, end.min(lossy.len()) as u32);
        match spans.last_mut() {
            _ if begin >= end => {}
            Some(last) if last.class == class && last.end == begin => last.end = end,
            _ => spans.push(Span { begin, end, class }),
        }
    };
    for (at, op) in ops {
        push(begin, at, SyntaxClass::from_scopes(stack));
        begin = at;
        if stack.apply(&op).is_err() {
            return Vec::new();
        }
    }
    push(begin, lossy.len(), SyntaxClass::from_scopes(stack));
    if is_exact { spans } else { Vec::new() }
}

/// The language of one side, by name and else by its first line.
fn language(contents: &ViewedContents, half: Half, lines: &LineTable) -> Option<&'static SyntaxReference> {
    let path = half.of(contents.renamed_from.as_ref().unwrap_or(&contents.path), &contents.path);
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map_or(name, |(_, extension)| extension).to_lowercase();
    // The set has no grammar for these; their nearest relatives get comments, strings and keys right.
    let extension = match extension.as_str() {
        "cfg" | "conf" | "ini" | "toml" => "properties",
        "cjs" | "jsx" | "mjs" | "ts" | "tsx" => "js",
        "svg" | "xaml" | "csproj" => "xml",
        other => other,
    };
    let by_name = LANGUAGES
        .find_syntax_by_extension(name)
        .or_else(|| LANGUAGES.find_syntax_by_extension(extension))
        .filter(|language| language.name != "Plain Text");
    by_name.or_else(|| {
        let line = lines.line(0).ok()?;
        LANGUAGES.find_syntax_by_first_line(std::str::from_utf8(&line.bytes).ok()?)
    })
}
