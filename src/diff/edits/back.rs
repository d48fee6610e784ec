//! Whether values that a change of settings took away, or made others, are again as they were, however that is spelled,
//! whether keys that it took out are there again, whatever they say, and whether the values that it brought still count.

use super::Value;
use super::proof::changed_keys;
use super::shown::KeyClash;
use super::values_brought::{ThreeSheets, brought_and_lost, fates_of_brought};
use crate::diff::Fate;
use crate::diff::settings::{Format, Sheet};

/// What became of the values that a change from `before` to `left` took away or made others, of the keys that it took
/// out, and of each value that it brought: one after the other, the same ones whatever is there `now`. Nothing where
/// there are none, or where the file is none of settings.
pub(crate) fn fates_of_values(name: &str, contents: [&[u8]; 3]) -> Vec<Fate> {
    let Some(found) = ReadContents::new(name, contents) else { return Vec::new() };
    let mut fates = found.before.as_ref().map_or(Vec::new(), |before| fates_of_gone(&found, before));
    fates.extend(fates_of_brought(found.format, found.sheets()));
    fates
}

/// The values that a change from `before` to `left` brought and that do not count any more in `now`, with what is there
/// instead.
pub(crate) fn values_lost(name: &str, contents: [&[u8]; 3]) -> Vec<KeyClash> {
    ReadContents::new(name, contents)
        .map_or(Vec::new(), |found| brought_and_lost(found.format, found.sheets()))
}

/// What a file of settings was before a change and after it, and is now.
struct ReadContents {
    format: Format,
    /// Nothing where there was no file, or nothing in it.
    before: Option<Sheet>,
    left: Sheet,
    /// Nothing where it can't be read.
    now: Option<Sheet>,
}

impl ReadContents {
    fn new(name: &str, [before, left, now]: [&[u8]; 3]) -> Option<Self> {
        let format = Format::of_keys(name, before).or_else(|| Format::of_keys(name, left))?;
        let read = |content| format.read("it", content).ok().map(|(_, sheet)| sheet);
        let was_empty = before.trim_ascii().is_empty();
        let before = if was_empty { None } else { Some(read(before)?) };
        Some(Self { format, before, left: read(left)?, now: read(now) })
    }

    fn sheets(&self) -> ThreeSheets<'_> {
        ThreeSheets { before: self.before.as_ref(), left: &self.left, now: self.now.as_ref() }
    }
}

/// What became of the values that went or became others, and of the keys that went.
fn fates_of_gone(found: &ReadContents, before: &Sheet) -> Vec<Fate> {
    let said = |sheet: &Sheet| Value::of_sheet(found.format, sheet);
    let (before, left) = (said(before), said(&found.left));
    if before.len() != left.len() {
        return Vec::new();
    }
    let paths = |one: &Value, other: &Value| -> Vec<String> {
        let changes = changed_keys(one, other).into_iter().filter(|change| change.before.is_some());
        // What stands at a number of a list is another item as soon as one above it comes or goes.
        changes.map(|change| change.path).filter(|path| !path.contains('[')).collect()
    };
    let went: Vec<Vec<String>> = before.iter().zip(&left).map(|(before, left)| paths(before, left)).collect();
    let are_keys_in = |documents: &[Value]| {
        before.iter().zip(&left).zip(documents).any(|((before, left), now)| has_gone_key(before, left, now))
    };
    let (has_values, has_keys) = (!went.iter().all(Vec::is_empty), are_keys_in(&before));
    let known = |values, keys| {
        let fates = [has_values.then_some(values), has_keys.then_some(keys)];
        fates.into_iter().flatten().collect()
    };
    // What nobody can read for certain any more may say anything.
    let Some(now) = found.now.as_ref().map(said) else { return known(Fate::Rewritten, Fate::Rewritten) };
    if now.len() != before.len() {
        return known(Fate::Kept, Fate::Kept);
    }
    let is_back = |((went, before), now): ((&Vec<String>, &Value), &Value)| {
        let others: Vec<String> = changed_keys(before, now).into_iter().map(|change| change.path).collect();
        went.iter().any(|path| !others.iter().any(|other| is_within(path, other) || is_within(other, path)))
    };
    let values = if went.iter().zip(&before).zip(&now).any(is_back) { Fate::Undone } else { Fate::Kept };
    known(values, if are_keys_in(&now) { Fate::Rewritten } else { Fate::Kept })
}

/// Whether everything that a change from `before` to `left` made of values is so `now`, whatever came beside it.
pub(crate) fn values_stay(name: &str, [before, left, now]: [&[u8]; 3]) -> bool {
    let Some(format) = Format::of_keys(name, before) else { return false };
    let read = |content| Some(Value::of_sheet(format, &format.read("it", content).ok()?.1));
    let (Some(before), Some(left), Some(now)) = (read(before), read(left), read(now)) else { return false };
    before.len() == left.len()
        && left.len() == now.len()
        && before
            .iter()
            .zip(&left)
            .zip(&now)
            .all(|((before, left), now)| stays([before, left, now].map(Some)))
}

fn stays([before, left, now]: [Option<&Value>; 3]) -> bool {
    let says = |one: Option<&Value>, other: Option<&Value>| match (one, other) {
        (Some(one), Some(other)) => one.says(other),
        (one, other) => one.is_none() && other.is_none(),
    };
    if says(left, now) || says(before, left) {
        return true;
    }
    match (left, now) {
        (Some(Value::Map(entries)), Some(now @ Value::Map(_))) => {
            let was = |key: &str| before.and_then(|before| before.get(key));
            let is_out = |key: &str| left.is_some_and(|left| left.get(key).is_none());
            let stays_out = match before {
                Some(Value::Map(before)) => {
                    before.iter().all(|(key, _)| !is_out(key) || now.get(key).is_none())
                }
                _ => true,
            };
            stays_out && entries.iter().all(|(key, left)| stays([was(key), Some(left), now.get(key)]))
        }
        // Elements that come behind it take nothing away.
        (Some(Value::List(left)), Some(Value::List(now))) => {
            left.len() <= now.len() && left.iter().zip(now).all(|(left, now)| left.value.says(&now.value))
        }
        _ => false,
    }
}

/// Whether a key that was there before, and was taken out, is there now.
fn has_gone_key(before: &Value, left: &Value, now: &Value) -> bool {
    let Value::Map(entries) = before else { return false };
    entries.iter().any(|(key, before)| match (left.get(key), now.get(key)) {
        (_, None) => false,
        (None, Some(_)) => matches!(left, Value::Map(_)),
        (Some(left), Some(now)) => has_gone_key(before, left, now),
    })
}

/// Whether the value at `path` is the one at `group` or in it.
fn is_within(path: &str, group: &str) -> bool {
    path.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worst of them.
    fn fate(name: &str, [before, left, now]: [&str; 3]) -> Option<Fate> {
        fates_of_values(name, [before.as_bytes(), left.as_bytes(), now.as_bytes()]).into_iter().max()
    }

    #[test]
    fn a_value_is_back_however_it_is_spelled() {
        let (before, left) = ("{\"a\": 1, \"open\": true, \"b\": 2}", "{\"a\": 1, \"b\": 2}");
        for (now, expected) in [
            ("{\"open\" : true,\n\"a\": 1, \"b\": 2}", Fate::Undone),
            ("{\"a\": 1, \"b\": 3, \"open\": true}", Fate::Undone),
            ("{\"a\": 1, \"b\": 3, \"open\": false}", Fate::Rewritten),
            ("{\"a\": 1, \"b\": 2, \"c\": {\"open\": true}}", Fate::Kept),
            ("{\"a\": 1", Fate::Rewritten),
        ] {
            assert_eq!(fate("s.json", [before, left, now]), Some(expected), "{now}");
        }
        let ini = ["[s]\nopen = yes\nb = 2\n", "[s]\nopen = no\nb = 2\n", "[s]\nb = 2\nopen = yes\n"];
        assert_eq!(fate("s.ini", ini), Some(Fate::Undone));
        let yaml = ["a:\n  open: true\nb: 2\n", "a: {}\nb: 2\n", "a: {open: true} # for now\nb: 2\n"];
        assert_eq!(fate("s.yaml", yaml), Some(Fate::Undone));
    }

    #[test]
    fn twin_an_item_of_a_list_that_moved_up_is_not_what_was_there_before() {
        let list = |items: &str| format!("{{\"a\": 1, \"all\": [{items}]}}");
        let [before, left, now] = [
            "{\"n\": 0}, {\"n\": 1}, {\"n\": 2}",
            "{\"n\": 9}, {\"n\": 0}, {\"n\": 2}",
            "{\"n\": 0}, {\"n\": 2}",
        ];
        let contents = [list(before), list(left), list(now)];
        assert_ne!(fate("s.json", contents.each_ref().map(String::as_str)), Some(Fate::Undone));
    }

    #[test]
    fn a_key_that_went_is_back_with_whatever_value() {
        let yaml = ["a: 1\nb: 1\nc: 1\n", "a: 1\nc: 1\n", "a: 1\nb: 2\nc: 1\n"];
        assert_eq!(fate("s.yaml", yaml), Some(Fate::Rewritten));
        let group = ["g:\n  b: 1\n  c: 1\nz: 1\n", "z: 1\n", "g: {b: 2}\nz: 1\n"];
        assert_eq!(fate("s.yaml", group), Some(Fate::Rewritten));
        let env = ["A=1\nB=1\n", "A=1\n", "B=2\nA=1\n"];
        assert_eq!(fate("s.env", env), Some(Fate::Rewritten));
    }

    #[test]
    fn twin_another_key_in_the_same_line_or_a_key_of_that_name_elsewhere_is_not_it() {
        for now in ["a: 1\nx: 2\nc: 1\n", "a: 1\nc: {b: 2}\n", "c: 3\n"] {
            assert_eq!(
                fate("s.yaml", ["a: 1\nb: 1\nc: 1\n", "a: 1\nc: 1\n", now]),
                Some(Fate::Kept),
                "{now}"
            );
        }
        // A value that was changed and not taken out is only back where it is the old one.
        assert_eq!(fate("s.yaml", ["a: 1\n", "a: 2\n", "a: 3\n"]), Some(Fate::Rewritten));
    }

    #[test]
    fn a_value_that_was_brought_has_to_be_the_one_that_counts() {
        for (name, before, left, lost) in [
            ("s.ini", "[a]\ntls=no\n", "[a]\ntls=yes\n", "[z]\ntls=yes\n[a]\n"),
            ("s.ini", "[a]\ntls=no\n", "[a]\ntls=yes\n", "[a]\ntls=yes\n[A]\nx=1\n"),
            ("s.ini", "[a]\ntls=no\n", "[a]\ntls=yes\n", "[a]\ntls=yes\n  or not\n"),
            ("s.yaml", "a: {t: 0}\n", "a: {t: 1}\n", "a: {t: 1, !!str t: 0}\n"),
            ("s.yaml", "a: 0\n---\na: 0\n", "a: 1\n---\na: 0\n", "a: 0\n---\na: 0\n---\na: 2\n"),
            ("s.yaml", "a: 0\n", "a: 1\n", "b: 1\n---\na: 1\n"),
            ("s.yaml", "a: {t: 0}\n", "a: {t: 1}\n", "a: !x {t: 1}\n"),
            ("s.jsonc", "{\"a\": [1]}", "{\"a\": [1, 2]}", "{\"a\": [1 /*, 2*/]}"),
            ("s.env", "T=0\n", "T=1\n", "X='\nT=1\n'\n"),
            ("a.service", "[Service]\nX=0\n", "[Service]\nX=1\n", "[Service]\nX=1\n[Service]\nX=0\n"),
            (
                "a.service",
                "[Service]\nX=0\n",
                "[Service]\nX=0\nEnvironment=A=1\n",
                "[Service]\nX=0\nEnvironment=A=1\nEnvironment=A=0\n",
            ),
            (
                "a.service",
                "[Service]\nX=0\n",
                "[Service]\nX=0\nAfter=a\n",
                "[Service]\nX=0\nAfter=a\nAfter=\n",
            ),
        ] {
            assert!(fate(name, [before, left, lost]) > Some(Fate::Kept), "{lost}");
        }
    }

    #[test]
    fn a_value_that_is_not_there_any_more_is_undone_only_where_there_was_none_and_it_is_nowhere_else() {
        let [before, left] = ["[a]\nx=1\n[b]\n", "[a]\nx=1\ntls=yes\n[b]\n"];
        for (now, expected) in [
            ("[a]\nx=1\n;tls=yes\n[b]\n", Fate::Undone),
            ("[a]\nx=1\n[b]\ntls=yes\n", Fate::Rewritten),
            ("[a]\nx=1\ntls=no\n[b]\n", Fate::Rewritten),
        ] {
            assert_eq!(fate("s.ini", [before, left, now]), Some(expected), "{now}");
        }
        let list = ["[a]\nx = 1\n", "[a]\nx = 1\nl = [1]\n"];
        for (now, expected) in
            [("[a]\nx = 1\n[b]\nl = [1, 2]\n", Fate::Rewritten), ("[a]\nx = 1\n[b]\nl = [2]\n", Fate::Undone)]
        {
            assert_eq!(fate("s.toml", [list[0], list[1], now]), Some(expected), "{now}");
        }
    }

    #[test]
    fn twin_what_comes_beside_a_value_takes_nothing_away() {
        let unit = "[Service]\nX=0\n";
        for (name, before, left, now) in [
            ("s.json", "", "{\"a\": {}, \"b\": [1]}", "{\"b\": [0, 1], \"a\": {\"c\": 1}}"),
            ("s.yaml", "a: 0\n", "a: 1\n", "# new\nz: &x {a: 0}\n\"a\": 1 # since\ny: *x\n"),
            ("s.yaml", "a: 0\n---\nb: 1\n", "a: 1\n---\nb: 1\n", "c: 0\n---\na: 1\n---\nb: 1\n"),
            (
                "s.yaml",
                "c: [{name: w, i: 1, r: 1}]\n",
                "c: [{name: w, i: 2, r: 1}]\n",
                "c: [{name: v, i: 1}, {name: w, i: 2, r: 2, e: 1}]\n",
            ),
            ("s.yaml", "c: [{i: 1, r: 1}]\n", "c: [{i: 2, r: 1}]\n", "c: [{i: 2, r: 1, e: 1}]\n"),
            ("s.yaml", "a: {t: 0, x: 1, x: 2}\n", "a: {t: 1, x: 1, x: 2}\n", "a: {t: 1, x: 1, x: 3}\n"),
            ("s.toml", "[a]\nt = 0\n", "[a]\nt = 1\n", "a.t = 1\n[b]\nt = 0\n"),
            ("s.env", "A=0\n", "A=1\n", "B='x y'\nexport A=\"1\"\nC=$A\n"),
            ("s.properties", "a=0\n", "a=1\n", "b=2\na : 1\n"),
            ("a.service", unit, "[Service]\nX=0\nAfter=a\n", "[Unit]\n[Service]\nX=0\nAfter=a\nAfter=b\n"),
            (
                "a.service",
                unit,
                "[Service]\nX=0\nEnvironment=A=1\nEnvironment=B=1\n",
                "[Service]\nX=0\nEnvironment=A=1\nEnvironment=C=1\nEnvironment=B=1\n",
            ),
        ] {
            assert_eq!(fate(name, [before, left, now]), Some(Fate::Kept), "{now}");
        }
    }

    #[test]
    fn what_an_edit_made_stays_where_others_come_beside_it() {
        let stay = |name: &str, all: [&str; 3]| values_stay(name, all.map(str::as_bytes));
        let json = ["{\"a\": [1], \"b\": 1, \"c\": 1}", "{\"a\": [1, 2], \"b\": 2}"];
        let now = |text: &str| stay("s.json", [json[0], json[1], text]);
        assert!(now("{\"a\": [1, 2, 3], \"b\": 2, \"d\": {}}"));
        for gone in [
            "{\"a\": [1, 3, 2], \"b\": 2}",
            "{\"a\": [1], \"b\": 2}",
            "{\"a\": [1, 2], \"b\": 1}",
            "{\"a\": [1, 2], \"b\": 2, \"c\": 1}",
            "{\"a\": 1, \"b\": 2}",
            "{",
        ] {
            assert!(!now(gone), "{gone}");
        }
        assert!(!stay("notes", ["a\n", "b\n", "b\nc\n"]), "nobody knows what it says");
    }

    #[test]
    fn where_no_value_changed_and_what_is_no_settings_is_not_asked_about() {
        assert_eq!(fate("s.json", ["{}", "{}", "{\"b\": 1}"]), None);
        assert_eq!(fate("notes", ["a", "b", "a"]), None);
    }
}
