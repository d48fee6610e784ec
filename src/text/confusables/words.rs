//! Tells words that look like others, with the tables of Unicode Technical Standard 39.

use std::collections::{BTreeMap, HashMap};

use unicode_security::{MixedScript, skeleton};

use crate::model::characters::{CodePoint, is_mark};

/// Shortest word in two alphabets that is reported. Formulas mix two letters, such as `ρV`.
const MIN_MIXED_CHARS: usize = 3;
/// Shortest word wholly in another alphabet that is compared with the rest of the text: short ones meet by chance,
/// such as Russian `сор` and English `cop`.
const MIN_FOREIGN_CHARS: usize = 4;
/// Longest word that is compared; nobody reads longer ones.
const MAX_CHARS: usize = 64;
/// Most words that are compared with the rest of the text. Beyond that the text is simply in another alphabet.
const MAX_FOREIGN: usize = 1000;

/// What a word looks like.
pub(super) enum Resemblance {
    /// Like itself.
    Own,
    /// It mixes alphabets, and looks like this plain word.
    Mixed(String),
    /// It is in another alphabet, and looks like this plain word; if that one is there too, it is meant to.
    Foreign(String),
}

/// Knows which characters look like plain ones.
#[derive(Default)]
pub(super) struct LookAlikes {
    plain: HashMap<char, Option<Box<str>>>,
}

impl LookAlikes {
    /// What `word`, a run of letters and digits, looks like.
    pub fn of(&mut self, word: &str) -> Resemblance {
        let Some(twin) = self.plain_twin(word) else { return Resemblance::Own };
        let chars = word.chars().count();
        // A letter that looks like `!` or `/` ends the word for whoever reads it.
        let is_cut = twin.chars().any(|c| !c.is_ascii_alphanumeric() && c != '\'');
        let has_plain = word.chars().any(|c| c.is_ascii_alphabetic());
        if has_plain && (is_cut || chars >= MIN_MIXED_CHARS && !word.is_single_script()) {
            return Resemblance::Mixed(twin);
        }
        // Turkish has a dotless i, and Turkish programs spell it both ways.
        let is_turkish = word.chars().all(|c| c.is_ascii() || c == 'ı');
        match chars >= MIN_FOREIGN_CHARS && !is_cut && !is_turkish {
            true => Resemblance::Foreign(twin),
            false => Resemblance::Own,
        }
    }

    /// The word in ASCII that `word` looks like; `None` if there is none, or it is that one itself.
    fn plain_twin(&mut self, word: &str) -> Option<String> {
        let mut twin = String::new();
        if word.is_ascii() || word.chars().nth(MAX_CHARS).is_some() {
            return None;
        }
        for c in word.chars() {
            if c.is_ascii() {
                twin.push(c);
                continue;
            }
            // Fractions and the ligatures of printers are seen for what they are.
            if !c.is_alphabetic() || matches!(c, 'ﬀ'..='ﬆ') {
                return None;
            }
            let plain = self.plain.entry(c).or_insert_with(|| {
                let text: String = skeleton(c.encode_utf8(&mut [0; 4])).collect();
                (text.is_ascii() && !text.is_empty()).then(|| text.into_boxed_str())
            });
            twin.push_str(plain.as_deref()?);
        }
        Some(twin)
    }
}

/// Words in another alphabet that wait for the plain words they look like.
#[derive(Default)]
pub(super) struct PendingLookalikes<T> {
    waiting: BTreeMap<String, Vec<T>>,
    number: usize,
}

impl<T> PendingLookalikes<T> {
    pub fn new() -> Self {
        Self { waiting: BTreeMap::new(), number: 0 }
    }

    /// Lets a word wait that looks like `twin`.
    pub fn push(&mut self, twin: &str, word: T) {
        if self.number < MAX_FOREIGN {
            self.number += 1;
            self.waiting.entry(folded(twin)).or_default().push(word);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The words that look like a plain one of `text`.
    pub fn meet(&mut self, text: &[u8]) -> Vec<T> {
        let mut met = Vec::new();
        for word in text.split(|byte| !byte.is_ascii_alphanumeric()) {
            if self.waiting.is_empty() {
                break;
            }
            if !(MIN_FOREIGN_CHARS..=MAX_CHARS).contains(&word.len()) {
                continue;
            }
            let word = String::from_utf8_lossy(word);
            met.extend(self.waiting.remove(&folded(&word)).into_iter().flatten());
        }
        met
    }
}

/// A plain word with what looks alike spelled alike, too: Cyrillic `І` passes for `I`, and both for `l`.
fn folded(word: &str) -> String {
    word.chars()
        .map(|c| {
            if matches!(c, 'I' | '1' | '|') {
                'l'
            } else if c == '0' {
                'O'
            } else {
                c
            }
        })
        .collect()
}

/// The words of a line that are not plain: where each begins, in bytes.
pub(super) fn unplain(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || is_mark(c);
    let words = line.split(move |c: char| !is_part(c)).filter(|word| !word.is_ascii());
    words.map(move |word| (word.as_ptr() as usize - line.as_ptr() as usize, word))
}

/// `аdmin looks like admin: U+0430`.
pub(super) fn sentence(word: &str, twin: &str) -> String {
    let odd: Vec<String> =
        word.chars().filter(|c| !c.is_ascii()).take(4).map(|c| CodePoint(c).to_string()).collect();
    format!("{word} looks like {twin}: {}", odd.join(", "))
}
