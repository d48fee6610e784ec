//! Names that are different bytes here and the same name elsewhere.
//!
//! A bundle may not hold `lib/a.so` and `LIB/A.so`: a disk that ignores case would put one over the other, or send
//! a file through a link of nearly its folder's name. Keys are coarser than any file system in use, so what passes
//! here is as many files on every disk as it is in the bundle.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::TreePath;
use super::name_key::key_of_name;

/// What a name becomes on the least discerning system: two names of one folder with equal keys may be one file there.
///
/// Of every name, the composed form of the full case folding of the compatibility form, NFC(fold(NFKC(name))),
/// without characters that a program may ignore. Dotless `ı` and `i` stay apart, as they do on every disk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CollisionKey(String);

impl CollisionKey {
    /// The key of one name, such as a disk reports it; the name may break the path policy.
    pub(crate) fn of_name(name: &str) -> Self {
        Self(key_of_name(name))
    }
}

/// Two paths that are one on some system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{first:?} and {second:?} are the same name on some systems")]
pub(crate) struct Collision {
    /// One of them: a path or one of the folders it is in.
    pub first: TreePath,
    /// The other, in the same folder.
    pub second: TreePath,
    /// Whether they differ only in upper and lower case, letter by letter.
    pub(crate) case_only: bool,
}

/// Every path among `paths` that collides with one before it, in the order of their text; for whoever tolerates
/// some collisions and must look behind them.
pub(crate) fn collisions<'a>(
    paths: impl IntoIterator<Item = &'a TreePath>,
) -> impl Iterator<Item = Collision> {
    let mut sorted: Vec<&TreePath> = paths.into_iter().collect();
    // The answer must not depend on the order in which a manifest or a disk lists them.
    sorted.sort_unstable();
    let mut map = CollisionMap::new();
    sorted.into_iter().filter_map(move |path| map.insert(path))
}

/// Names seen so far, by what they are on the least discerning system.
#[derive(Debug, Default)]
pub(crate) struct CollisionMap {
    /// By the folder's number and the name's key. One entry per name rather than per path keeps the work
    /// proportional to the text, however deep the paths are.
    names: HashMap<(usize, String), KnownName>,
    /// The last path, with the number of each name of it: the next one is often beside it.
    last: Option<(TreePath, Vec<usize>)>,
}

#[derive(Debug)]
struct KnownName {
    /// Counts folders from 1; 0 is the target itself.
    number: usize,
    name: String,
}

impl CollisionMap {
    /// One that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `path` and the folders it is in, or tells which of them is another name for one seen before. The
    /// outermost such pair is reported, and nothing from there on is added; a path seen before is no collision.
    pub fn insert(&mut self, path: &TreePath) -> Option<Collision> {
        let (last, mut numbers) = self.last.take().unzip();
        let numbers = numbers.get_or_insert_default();
        let is_same = |(one, other): &(&str, &str)| one == other;
        let shared =
            last.iter().flat_map(TreePath::components).zip(path.components()).take_while(is_same).count();
        numbers.truncate(shared);
        let mut folder = numbers.last().copied().unwrap_or_default();
        for (index, name) in path.components().enumerate().skip(shared) {
            let number = self.names.len() + 1;
            match self.names.entry((folder, key_of_name(name))) {
                Entry::Vacant(vacant) => {
                    vacant.insert(KnownName { number, name: name.to_owned() });
                    folder = number;
                }
                Entry::Occupied(seen) if seen.get().name == name => folder = seen.get().number,
                Entry::Occupied(seen) => {
                    let second = path.prefix(index + 1);
                    let first = second.beside(&seen.get().name);
                    let case_only = differ_in_case_only(&seen.get().name, name);
                    return Some(Collision { first, second, case_only });
                }
            }
            numbers.push(folder);
        }
        self.last = Some((path.clone(), std::mem::take(numbers)));
        None
    }
}

/// Letter by letter, so that `ß` and `SS` or a ligature and its letters are more than a difference in case: they
/// are nothing that a product means to ship side by side.
fn differ_in_case_only(a: &str, b: &str) -> bool {
    a.chars().flat_map(char::to_lowercase).eq(b.chars().flat_map(char::to_lowercase))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;
    use crate::model::characters::{Unseen, unseen};

    /// The first collision among `paths` and all their parents, in the order of their text.
    fn find_collision<'a>(paths: impl IntoIterator<Item = &'a TreePath>) -> Option<Collision> {
        collisions(paths).next()
    }

    fn paths(raw: &[&str]) -> Vec<TreePath> {
        raw.iter().map(|raw| TreePath::parse(raw).expect("the test's paths keep the policy")).collect()
    }

    fn find(raw: &[&str]) -> Option<(String, String, bool)> {
        let paths = paths(raw);
        let collision = find_collision(&paths)?;
        Some((collision.first.to_string(), collision.second.to_string(), collision.case_only))
    }

    fn collide(a: &str, b: &str) -> bool {
        CollisionKey::of_name(a) == CollisionKey::of_name(b)
    }

    #[test]
    fn different_names_do_not_collide() {
        assert_eq!(find(&[]), None);
        assert_eq!(find(&["a", "a/b", "a/c", "a", "b/a", "ab", "a-b"]), None);
    }

    #[test]
    fn h44_names_that_differ_in_case_collide() {
        let found = |a: &str, b: &str| Some((a.to_owned(), b.to_owned(), true));
        assert_eq!(find(&["lib/a.so", "lib/A.so"]), found("lib/A.so", "lib/a.so"));
        assert_eq!(find(&["net/xt_MARK.h", "net/xt_mark.h"]), found("net/xt_MARK.h", "net/xt_mark.h"));
        assert_eq!(find(&["Ärger", "ärger"]), found("Ärger", "ärger"));
    }

    #[test]
    fn h44_a_folder_collides_with_a_file_or_link_of_nearly_its_name() {
        let found = |a: &str, b: &str| Some((a.to_owned(), b.to_owned(), true));
        assert_eq!(find(&["Doc", "doc/y"]), found("Doc", "doc"));
        assert_eq!(find(&["lib/z", "LIB"]), found("LIB", "lib"));
        assert_eq!(find(&["a/b/c/d", "a/B/e"]), found("a/B", "a/b"));
    }

    #[test]
    fn h45_two_spellings_of_an_accent_collide() {
        assert!(collide("caf\u{e9}", "cafe\u{301}"));
        assert!(collide("CAF\u{c9}", "cafe\u{301}"));
        assert!(!collide("cafe", "caf\u{e9}"));
    }

    #[test]
    fn h46_letters_that_fold_to_others_collide() {
        for (a, b) in [
            ("stra\u{df}e", "STRASSE"),
            ("\u{212a}ernel", "kernel"),
            ("\u{17f}um", "sum"),
            ("\u{fb01}le", "file"),
            ("\u{1e9e}", "\u{df}"),
            ("\u{3c2}", "\u{3a3}"),
            ("\u{ff21}\u{ff22}", "ab"),
            ("\u{b5}", "\u{3bc}"),
            ("\u{13a0}", "\u{ab70}"),
            ("\u{1fb3}", "\u{3b1}\u{345}"),
        ] {
            assert!(collide(a, b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn h46_a_dotless_i_and_an_i_do_not_collide() {
        assert!(!collide("d\u{131}r", "dir"));
        assert!(!collide("d\u{131}r", "DIR"));
        assert_eq!(find(&["d\u{131}r/a", "dir/a"]), None);
    }

    #[test]
    fn what_a_program_may_ignore_does_not_tell_names_apart() {
        assert!(collide("a\u{200c}b", "ab"));
        assert!(collide("a\u{3164}b", "A\u{115f}B"));
        assert_eq!(
            find(&["\u{2764}.md", "\u{2764}\u{fe0f}.md"]),
            Some(("\u{2764}.md".to_owned(), "\u{2764}\u{fe0f}.md".to_owned(), false))
        );
    }

    #[test]
    fn only_a_difference_in_case_is_called_one() {
        for (a, b) in [("Straße", "STRASSE"), ("\u{fb01}le", "file"), ("\u{ff41}", "a"), ("x\u{b2}", "x2")] {
            assert_eq!(find(&[a, b]).map(|(_, _, case_only)| case_only), Some(false), "{a:?} {b:?}");
        }
        assert_eq!(find(&["\u{c9}t\u{e9}", "\u{e9}T\u{c9}"]).map(|(_, _, case_only)| case_only), Some(true));
    }

    #[test]
    fn the_answer_does_not_depend_on_the_order() {
        let there = find(&["b/x", "B/y", "a", "A", "c"]);
        assert_eq!(there, find(&["c", "A", "a", "B/y", "b/x"]));
        assert_eq!(there, Some(("A".to_owned(), "a".to_owned(), true)));
    }

    #[test]
    fn whoever_tolerates_a_collision_sees_the_next() {
        let paths = paths(&["a.h", "A.h", "b", "\u{ff42}", "c"]);
        let all: Vec<_> = collisions(&paths).map(|collision| collision.case_only).collect();
        assert_eq!(all, [true, false]);
    }

    #[test]
    fn names_on_disk_are_compared_through_a_map() {
        let mut map = CollisionMap::new();
        let on_disk = paths(&["Lib/a.so", "doc"]);
        assert!(on_disk.iter().all(|path| map.insert(path).is_none()));
        let collision = map.insert(&paths(&["lib/b.so"])[0]).expect("Lib is there");
        assert_eq!((collision.first.as_str(), collision.second.as_str()), ("Lib", "lib"));
        assert_eq!(map.insert(&paths(&["Lib/b.so"])[0]), None);
    }

    #[test]
    fn a_hundred_thousand_paths_take_no_noticeable_time() {
        let many: Vec<TreePath> = (0..100_000)
            .map(|n| format!("product/lib-{}/é-{}/module-{n}.so", n % 97, n % 991))
            .map(|raw| TreePath::parse(&raw).expect("the test's paths keep the policy"))
            .collect();
        // A quadratic search would not come to its end while anybody waits.
        assert_eq!(find_collision(&many), None);
    }

    #[test]
    fn the_key_of_every_character_is_settled_and_covers_its_other_case() {
        // Ideographs and Hangul syllables have no case, and there are enough of them to make the test slow.
        let caseless = |c: &char| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7ff}');
        for c in (char::MIN..='\u{1ffff}').filter(|c| !caseless(c)) {
            if matches!(unseen(c), Some(Unseen::Unassigned | Unseen::PrivateUse)) {
                continue;
            }
            let name = c.to_string();
            let key = key_of_name(&name);
            assert_eq!(key_of_name(&key), key, "{name:?}");
            // Turkish dotted and dotless i become a plain one in the other case; no disk folds them that way.
            if !matches!(c, '\u{131}' | '\u{130}') {
                assert!(collide(&name, &name.to_lowercase()), "{name:?}");
                assert!(collide(&name, &name.to_uppercase()), "{name:?}");
            }
        }
    }

    /// Any text, or a mixture of letters and marks whose foldings and compositions touch one another.
    const TRICKY: &str = "\\PC{0,12}|[aA\u{df}\u{17f}\u{fb01}\u{345}\u{3b1}\u{1fb3}\u{301}\u{200d}\u{3164}\u{212a}\u{1100}\u{1161}\
        \u{130}\u{307}\u{1f0}\u{323}\u{327}\u{3b7}\u{149}\u{fb03}\u{2126}\u{1e9e}\u{ff9e}\u{b4}\u{390}]{0,12}";

    proptest! {
        #[test]
        fn a_key_is_its_own_key(name in TRICKY) {
            let key = CollisionKey::of_name(&name);
            prop_assert_eq!(CollisionKey::of_name(&key.0), key);
        }

        #[test]
        fn case_and_spelling_do_not_change_a_key(name in "[a-zäöüéα-ω./ -]{1,12}") {
            prop_assert!(collide(&name, &name.to_uppercase()));
            prop_assert!(collide(&name, &name.nfd().collect::<String>()));
            prop_assert!(collide(&name, &name.nfkc().collect::<String>()));
        }
    }
}
