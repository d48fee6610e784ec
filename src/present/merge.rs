//! A file that is merged by hand: each place that both sides changed, what stands there on all sides, and what shall.

use crate::model::TreePath;
use crate::text::{escape_line, escape_text, hidden_count};
use crate::workbench::{MergePart, MergeSides};

/// Lines that are shown above and below a clash, so that one sees where it is.
const CONTEXT_LINES: usize = 3;
/// Largest side of a clash that is edited in the window, in bytes; more than that is chosen as a whole.
const MAX_EDITED_BYTES: usize = 64 << 10;

/// What may stand where both sides changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeChoice {
    /// What is in the folder.
    Mine,
    /// The patch's version.
    Theirs,
    /// The one above the other.
    Both,
    /// What stood there before both.
    Original,
}

impl MergeChoice {
    /// Every one, in the order of their buttons.
    pub const ALL: [MergeChoice; 4] =
        [MergeChoice::Mine, MergeChoice::Theirs, MergeChoice::Both, MergeChoice::Original];
}

/// A file on its way to being merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergePage {
    pub path: TreePath,
    parts: Vec<MergeChunk>,
    clashes: Vec<OpenClash>,
    line_ends: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum MergeChunk {
    Agreed(Vec<u8>),
    /// The clash with this number.
    Clash(usize),
}

/// A place that both sides changed in different ways.
#[derive(Debug, Clone, PartialEq, Eq)]
struct OpenClash {
    /// The first line of it in the file as it is here, counted from 1.
    line: usize,
    base: Vec<u8>,
    mine: Vec<u8>,
    theirs: Vec<u8>,
    answer: Option<Answer>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Answer {
    Chosen(MergeChoice),
    Typed(String),
}

/// A clash as it is shown. Texts are escaped, but for what can be edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownClash {
    /// The first line of it in the file as it is here, counted from 1.
    pub line: usize,
    /// Some lines of the result above and below it.
    pub above: String,
    pub below: String,
    pub base: String,
    pub mine: String,
    pub theirs: String,
    /// What shall stand there; `None` while nobody has said.
    pub result: Option<String>,
    /// What was chosen, if it was not typed.
    pub chosen: Option<MergeChoice>,
    /// Whether the result can be edited: what hides characters can only be chosen.
    pub is_editable: bool,
}

impl MergePage {
    /// The page of the file at `path`, nothing decided yet.
    pub fn new(path: TreePath, sides: MergeSides) -> Self {
        let (mut parts, mut clashes, mut line) = (Vec::new(), Vec::new(), 1);
        for part in sides.parts {
            let mine = match &part {
                MergePart::Agreed(lines) | MergePart::Clash { mine: lines, .. } => lines,
            };
            let lines = mine.iter().filter(|byte| **byte == b'\n').count();
            parts.push(match part {
                MergePart::Agreed(lines) => MergeChunk::Agreed(lines),
                MergePart::Clash { base, mine, theirs } => {
                    clashes.push(OpenClash { line, base, mine, theirs, answer: None });
                    MergeChunk::Clash(clashes.len() - 1)
                }
            });
            line += lines;
        }
        Self { path, parts, clashes, line_ends: sides.line_ends }
    }

    /// Its path, escaped.
    pub fn shown_path(&self) -> String {
        escape_line(self.path.as_str()).into_owned()
    }

    /// How many places are decided, and how many there are.
    pub fn decided(&self) -> (usize, usize) {
        (self.clashes.iter().filter(|clash| clash.answer.is_some()).count(), self.clashes.len())
    }

    /// Takes what one side has in a place.
    pub fn choose(&mut self, number: usize, choice: MergeChoice) {
        if let Some(clash) = self.clashes.get_mut(number) {
            clash.answer = Some(Answer::Chosen(choice));
        }
    }

    /// Takes what somebody typed for a place.
    pub fn type_result(&mut self, number: usize, text: String) {
        if let Some(clash) = self.clashes.get_mut(number) {
            clash.answer = Some(Answer::Typed(text));
        }
    }

    /// The clash with this number as it is shown.
    pub fn clash(&self, number: usize) -> Option<ShownClash> {
        let clash = self.clashes.get(number)?;
        let at = self.parts.iter().position(|part| *part == MergeChunk::Clash(number))?;
        let neighbour = |at: Option<usize>| match at.and_then(|at| self.parts.get(at)) {
            Some(MergeChunk::Agreed(lines)) => String::from_utf8_lossy(lines).replace("\r\n", "\n"),
            _ => String::new(),
        };
        let (above, below) = (neighbour(at.checked_sub(1)), neighbour(Some(at + 1)));
        let above: Vec<&str> = above.lines().rev().take(CONTEXT_LINES).collect();
        let above: Vec<&str> = above.into_iter().rev().collect();
        let below: Vec<&str> = below.lines().take(CONTEXT_LINES).collect();
        let is_editable = clash.is_editable();
        let result = clash.answer.as_ref().map(|answer| match answer {
            Answer::Typed(text) => text.clone(),
            Answer::Chosen(choice) if is_editable => plain(&clash.bytes(*choice, self.line_ends)),
            Answer::Chosen(choice) => shown(&clash.bytes(*choice, self.line_ends)),
        });
        let chosen = match clash.answer {
            Some(Answer::Chosen(choice)) => Some(choice),
            _ => None,
        };
        Some(ShownClash {
            line: clash.line,
            above: escape_text(&above.join("\n")).into_owned(),
            below: escape_text(&below.join("\n")).into_owned(),
            base: shown(&clash.base),
            mine: shown(&clash.mine),
            theirs: shown(&clash.theirs),
            result,
            chosen,
            is_editable,
        })
    }

    /// The whole file as it shall be; `None` while something is not decided.
    pub fn merged(&self) -> Option<Vec<u8>> {
        let mut merged = Vec::new();
        for part in &self.parts {
            match part {
                MergeChunk::Agreed(lines) => merged.extend_from_slice(lines),
                MergeChunk::Clash(number) => match self.clashes[*number].answer.as_ref()? {
                    Answer::Chosen(choice) => {
                        merged.extend(self.clashes[*number].bytes(*choice, self.line_ends));
                    }
                    Answer::Typed(text) => {
                        let is_last = self.parts.last() == Some(part);
                        let lacks_end = !text.is_empty() && !text.ends_with('\n') && !is_last;
                        let text = if lacks_end { format!("{text}\n") } else { text.clone() };
                        merged.extend(text.replace('\n', self.line_ends).into_bytes());
                    }
                },
            }
        }
        Some(merged)
    }
}

impl OpenClash {
    fn bytes(&self, choice: MergeChoice, line_ends: &str) -> Vec<u8> {
        match choice {
            MergeChoice::Mine => self.mine.clone(),
            MergeChoice::Theirs => self.theirs.clone(),
            MergeChoice::Original => self.base.clone(),
            MergeChoice::Both => {
                let mut both = self.mine.clone();
                if !both.is_empty() && !both.ends_with(b"\n") {
                    both.extend(line_ends.bytes());
                }
                both.extend(&self.theirs);
                both
            }
        }
    }

    fn is_editable(&self) -> bool {
        [&self.base, &self.mine, &self.theirs].into_iter().all(|side| {
            let text = std::str::from_utf8(side).map(|text| text.replace("\r\n", "\n"));
            side.len() <= MAX_EDITED_BYTES
                && text.is_ok_and(|text| hidden_count(&text) == 0 && !text.contains('\r'))
        })
    }
}

fn plain(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}

fn shown(bytes: &[u8]) -> String {
    let escape = |line: &[u8]| crate::text::escape_bytes(line.strip_suffix(b"\r\n").unwrap_or(line));
    let lines: Vec<String> = bytes.split_inclusive(|byte| *byte == b'\n').map(escape).collect();
    lines.iter().map(|line| line.trim_end_matches('\n')).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::merge_parts;

    fn page(base: &str, mine: &str, theirs: &str, line_ends: &'static str) -> MergePage {
        let parts = merge_parts(base.as_bytes(), mine.as_bytes(), theirs.as_bytes()).expect("text");
        MergePage::new(TreePath::parse("a.conf").expect("a path"), MergeSides { parts, line_ends })
    }

    fn merged(page: &MergePage) -> Option<String> {
        page.merged().map(|merged| String::from_utf8(merged).expect("what went in was text"))
    }

    #[test]
    fn each_clash_takes_what_was_chosen_or_typed_and_everything_else_stays() {
        let theirs = "a\n11\nb\n21\nx\nC\n";
        let mut page = page("a\n1\nb\n2\nx\nc\n", "A\n10\nb\n20\nx\nc\n", theirs, "\n");
        assert_eq!((page.decided(), merged(&page)), ((0, 2), None));
        page.choose(0, MergeChoice::Mine);
        page.type_result(1, "20 and 21".to_owned());
        assert_eq!(page.decided(), (2, 2));
        assert_eq!(merged(&page).as_deref(), Some("A\n10\nb\n20 and 21\nx\nC\n"));
        for (choice, expected) in [
            (MergeChoice::Theirs, "a\n11\nb\n"),
            (MergeChoice::Original, "a\n1\nb\n"),
            (MergeChoice::Both, "A\n10\na\n11\nb\n"),
        ] {
            page.choose(0, choice);
            assert!(merged(&page).is_some_and(|merged| merged.starts_with(expected)), "{choice:?}");
        }
        assert_eq!(
            page.clash(1).map(|clash| (clash.line, clash.above, clash.below)).expect("it is there").0,
            4
        );
    }

    #[test]
    fn what_is_typed_gets_the_line_ends_of_the_file() {
        let mut page = page("a\r\n1\r\n", "a\r\n2\r\n", "a\r\n3\r\n", "\r\n");
        page.choose(0, MergeChoice::Mine);
        assert_eq!(page.clash(0).and_then(|clash| clash.result).as_deref(), Some("2\n"));
        page.type_result(0, "4\n5\n".to_owned());
        assert_eq!(merged(&page).as_deref(), Some("a\r\n4\r\n5\r\n"));
    }

    #[test]
    fn what_hides_characters_is_shown_and_only_chosen() {
        let mut page = page("1\n", "2\u{202e}\n", "3\n", "\n");
        page.choose(0, MergeChoice::Mine);
        let clash = page.clash(0).expect("it is there");
        assert!(!clash.is_editable && !clash.mine.contains('\u{202e}'), "{clash:?}");
        assert!(clash.result.is_some_and(|result| !result.contains('\u{202e}')));
        assert_eq!(merged(&page).as_deref(), Some("2\u{202e}\n"));
    }
}
