//! Names that are allowed and that a person should look at twice.

/// What is odd about a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub(crate) enum NameWarning {
    /// Programs may take the name for an option.
    #[error("{0:?} starts with a dash, so a program may take it for an option")]
    LeadingDash(String),
    /// Shells may take the name for a home folder.
    #[error("{0:?} starts with a tilde, so a shell may take it for a home folder")]
    LeadingTilde(String),
    /// A character that looks like a separator and is none.
    #[error("{0:?} looks like a slash or backslash, but isn't one")]
    SlashLookAlike(char),
    /// A character that looks like the dot before an extension and is none.
    #[error("{0:?} looks like a dot, but isn't one")]
    DotLookAlike(char),
    /// A space that is not the one of the space bar.
    #[error("the name contains an unusual space, U+{:04X}", u32::from(*.0))]
    UnusualSpace(char),
    /// So many spaces that the end of the name may be out of sight.
    #[error("{0:?} contains a long gap")]
    Gap(String),
    /// A word with letters of two alphabets that share shapes, such as Latin and Cyrillic.
    #[error("the word {0:?} mixes letters of different alphabets")]
    MixedScripts(String),
}

/// Everything that is odd about a `/`-separated path, each oddity once, in the order of the names.
pub(super) fn name_warnings(path: &str) -> Vec<NameWarning> {
    let mut found = Vec::new();
    for name in path.split('/') {
        for name_warning in of_name(name) {
            if !found.contains(&name_warning) {
                found.push(name_warning);
            }
        }
    }
    found
}

fn of_name(name: &str) -> Vec<NameWarning> {
    /// From this many spaces in a row on, nobody means them.
    const GAP: &str = "    ";
    let mut found = Vec::new();
    if name.starts_with('-') {
        found.push(NameWarning::LeadingDash(name.to_owned()));
    }
    if name.starts_with('~') {
        found.push(NameWarning::LeadingTilde(name.to_owned()));
    }
    if name.contains(GAP) {
        found.push(NameWarning::Gap(name.to_owned()));
    }
    if !name.is_ascii() {
        found.extend(name.chars().filter_map(of_character));
        let words = name.split(|c: char| !c.is_alphabetic());
        found.extend(
            words.filter(|word| mixes_scripts(word)).map(|word| NameWarning::MixedScripts(word.to_owned())),
        );
    }
    found
}

/// What Unicode's compatibility form turns into a separator is not here: such a name is refused.
fn of_character(c: char) -> Option<NameWarning> {
    match c {
        // Fraction slash, division slash, set minus, box diagonals, mathematical diagonals, reverse and big solidus.
        '\u{2044}' | '\u{2215}' | '\u{2216}' | '\u{2571}' | '\u{2572}' | '\u{27cb}' | '\u{27cd}'
        | '\u{29f5}' | '\u{29f8}' | '\u{29f9}' => Some(NameWarning::SlashLookAlike(c)),
        // One and two dot leader, the two-dot leader set upright, small and full-width full stop, Lisu tone.
        '\u{2024}' | '\u{2025}' | '\u{fe30}' | '\u{fe52}' | '\u{ff0e}' | '\u{a4f8}' => {
            Some(NameWarning::DotLookAlike(c))
        }
        _ if c != ' ' && c.is_whitespace() => Some(NameWarning::UnusualSpace(c)),
        _ => None,
    }
}

/// The alphabets whose letters pass for one another. Whole blocks are precise enough for a warning.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WritingSystem {
    Armenian,
    Cherokee,
    Cyrillic,
    Greek,
    Latin,
}

fn script(c: char) -> Option<WritingSystem> {
    match c {
        'A'..='Z' | 'a'..='z' | 'À'..='ʸ' | '\u{1e00}'..='\u{1eff}' => Some(WritingSystem::Latin),
        '\u{2c60}'..='\u{2c7f}' | '\u{a722}'..='\u{a7ff}' | '\u{ab30}'..='\u{ab5a}' => {
            Some(WritingSystem::Latin)
        }
        '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => Some(WritingSystem::Latin),
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Some(WritingSystem::Greek),
        '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{a640}'..='\u{a69f}' => {
            Some(WritingSystem::Cyrillic)
        }
        '\u{531}'..='\u{587}' => Some(WritingSystem::Armenian),
        '\u{13a0}'..='\u{13ff}' | '\u{ab70}'..='\u{abbf}' => Some(WritingSystem::Cherokee),
        _ => None,
    }
}

fn mixes_scripts(word: &str) -> bool {
    let mut scripts = word.chars().filter_map(script);
    scripts.next().is_some_and(|first| scripts.any(|other| other != first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_are_not_odd() {
        for path in [
            "bin/app",
            "a b.txt",
            "a-b/c~",
            "naïve.txt",
            "日本語/ファイル.txt",
            "отчёт_final.txt",
            "Ελληνικά.md",
            "🎉.md",
            "10µm.csv",
            "two  spaces",
            "第1章：概要.txt",
            "and so on….txt",
        ] {
            assert_eq!(name_warnings(path), [], "{path}");
        }
    }

    #[test]
    fn h51_slashes_that_are_none_are_odd() {
        assert_eq!(name_warnings("a\u{2215}b"), [NameWarning::SlashLookAlike('\u{2215}')]);
        assert_eq!(name_warnings("a\u{2044}b/c\u{29f5}d/e\u{2044}f").len(), 2);
        assert_eq!(name_warnings("app\u{2024}exe"), [NameWarning::DotLookAlike('\u{2024}')]);
    }

    #[test]
    fn h95_a_gap_before_the_extension_is_odd() {
        let name = format!("report.pdf{}.exe", " ".repeat(80));
        assert_eq!(name_warnings(&name), [NameWarning::Gap(name.clone())]);
        assert_eq!(name_warnings("report.pdf\u{a0}.exe"), [NameWarning::UnusualSpace('\u{a0}')]);
    }

    #[test]
    fn h95_a_letter_of_another_alphabet_is_odd() {
        // The first letter is Cyrillic, then Greek.
        assert_eq!(name_warnings("bin/\u{430}pp"), [NameWarning::MixedScripts("\u{430}pp".to_owned())]);
        assert_eq!(name_warnings("\u{39f}RACLE"), [NameWarning::MixedScripts("\u{39f}RACLE".to_owned())]);
    }

    #[test]
    fn what_a_program_takes_for_an_option_or_a_home_is_odd() {
        assert_eq!(
            name_warnings("-rf/~root"),
            [NameWarning::LeadingDash("-rf".to_owned()), NameWarning::LeadingTilde("~root".to_owned())]
        );
    }
}
