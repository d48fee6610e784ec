//! What names that some system takes for one have in common.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;

use super::characters::is_ignorable;

/// The key of one name as text. It is its own key: the tests try every character and many mixtures.
pub(super) fn key_of_name(name: &str) -> String {
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    // Ignorable characters go first: one between a letter and its accent would keep the two apart.
    let plain = name.chars().filter(|&c| !is_ignorable(c)).nfkc();
    fold(plain).nfc().collect()
}

/// Full case folding, then lower case: the standard library knows letters younger than the folding table.
fn fold(chars: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    chars.default_case_fold().flat_map(char::to_lowercase)
}
