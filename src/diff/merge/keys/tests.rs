//! Each form merged by key, and what is left to a person.

use super::super::{Merge, MergedBy};
use super::*;
use proptest::prelude::*;

fn merged(name: &str, base: &str, mine: &str, theirs: &str) -> Result<(String, Vec<String>), KeyMerge> {
    let format = KeyFormat::from_name(name).expect("a form");
    for text in [base, mine, theirs] {
        assert!(format.reads(text.as_bytes()), "{text:?} is read");
    }
    match merge(format, base.as_bytes(), mine.as_bytes(), theirs.as_bytes()) {
        KeyMerge::Clean { content, keys } => Ok((String::from_utf8(content).expect("text"), keys)),
        other => Err(other),
    }
}

fn text(name: &str, base: &str, mine: &str, theirs: &str) -> String {
    merged(name, base, mine, theirs).unwrap_or_else(|other| panic!("{name}: {other:?}")).0
}

#[test]
fn neighbouring_lines_of_toml_are_merged_with_comments_and_order_kept() {
    let base = "# app\nport = 1 # in use\nhost = \"a\"\n\n[log]\nlevel = 3\n";
    let mine = "# our app\nport = 1   # ours\nhost = \"b\"\n\n[log]\nlevel = 3\nfile = 'x'\n";
    let theirs = "# app\nport = 2 # in use\nhost = \"a\"\n# seconds\nwait = 5\n\n[log]\nlevel = 4\n\n# new\n[tls]\non = true\n";
    let (text, keys) = merged("a.toml", base, mine, theirs).expect("it is clean");
    assert_eq!(
        text,
        "# our app\nport = 2   # ours\nhost = \"b\"\n# seconds\nwait = 5\n\n[log]\nlevel = 4\nfile = 'x'\n\n# new\n[tls]\non = true\n"
    );
    assert_eq!(keys, ["log.level", "port", "tls.on", "wait"]);
}

#[test]
fn json_keeps_the_form_that_it_has_here() {
    let base = r#"{"a": 1, "b": {"c": [1, 2], "d": "x"}, "e": true}"#;
    let mine = "{\n  \"z\": 0,\n  \"a\": 1,\n  \"b\": {\n    \"c\": [1,2],\n    \"d\": \"mine, \\\"}\"\n  },\n  \"e\": true\n}\n";
    let theirs = r#"{"a": 2, "b": {"c": [1, 2, 3], "d": "x", "n": null}, "f": {"g": 1}}"#;
    assert_eq!(
        text("a.json", base, mine, theirs),
        "{\n  \"z\": 0,\n  \"a\": 2,\n  \"b\": {\n    \"c\": [1, 2, 3],\n    \"d\": \"mine, \\\"}\",\n    \"n\": null\n  },\n    \"f\": {\"g\": 1}\n}\n"
            .replace("    \"f\"", "  \"f\"")
    );
}

#[test]
fn an_entry_of_json_goes_with_one_comma_wherever_it_stands() {
    for (mine, theirs, both) in [
        (r#"{"x":0,"a":1,"b":2}"#, r#"{"b":2}"#, r#"{"x":0,"b":2}"#),
        (r#"{"a":1,"x":0, "b":2}"#, r#"{"b":2}"#, r#"{"x":0, "b":2}"#),
        (r#"{"a":1,"x":0,"b":2}"#, r#"{"a":1}"#, r#"{"a":1,"x":0}"#),
    ] {
        assert_eq!(text("a.json", r#"{"a":1,"b":2}"#, mine, theirs), both);
    }
}

#[test]
fn ini_and_property_files_are_merged_in_their_own_spelling() {
    let (base, mine) = ("[a]\nx=1\ny=2\n", "; ours\r\n[a]\r\nx = 1\r\ny = 3\r\n\r\n[mine]\r\nk = v\r\n");
    let theirs = "[a]\nx=9\ny=2\nz=0\n[b]\nw=1\n";
    assert_eq!(
        text("a.ini", base, mine, theirs),
        "; ours\r\n[a]\r\nx = 9\r\ny = 3\r\nz=0\r\n\r\n[mine]\r\nk = v\r\n\r\n[b]\r\nw=1\r\n"
    );
    let (base, mine) = ("a = 1\nb: x \\\n  y\nc 3\n", "! ours\na = 1\nb: x \\\n  y\nc 4\n");
    assert_eq!(
        text("a.properties", base, mine, "a = 2\nb: z\nc 3\nd = 5\n"),
        "! ours\na = 2\nb: z\nc 4\nd = 5\n"
    );
}

#[test]
fn settings_older_than_utf_8_are_merged_too() {
    let merge =
        merge(KeyFormat::Properties, b"n=caf\xe9\na=1\n", b"n=caf\xe9s\na=1\n", b"n=caf\xe9\na=2\nb=\xfc\n");
    let keys = vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(merge, KeyMerge::Clean { content: b"n=caf\xe9s\na=2\nb=\xfc\n".to_vec(), keys });
}

#[test]
fn yaml_is_merged_where_a_line_is_a_key_with_a_value() {
    let base = "a: 1\nb:\n  c: x # why\n  d: \"y\"\nlist:\n- 1\n- 2\n";
    let mine = "a: 1\nb:\n    c: x # ours\n    d: 'it''s'\nlist:\n- 1\n- 7\n";
    let theirs = "a: 2\nb:\n  c: z # why\n  d: \"y\"\n  e: [1, 2]\nlist:\n- 1\n- 2\n";
    assert_eq!(
        text("a.yaml", base, mine, theirs),
        "a: 2\nb:\n    c: z # ours\n    d: 'it''s'\n    e: [1, 2]\nlist:\n- 1\n- 7\n"
    );
}

#[test]
fn yaml_that_could_mean_something_else_is_not_read() {
    for text in [
        "a: &x 1\nb: *x\n",
        "a: !!str 1\n",
        "a: one\n  two\n",
        "a: 1\na: 2\n",
        "a: \"not closed\n",
        "? a\n: b\n",
        "- a\n- b\n",
        "a: 1\n---\nb: 2\n",
        "<<: x\n",
        "a:\n\tb: 1\n",
        "a: b: c\n",
    ] {
        assert!(!KeyFormat::Yaml.reads(text.as_bytes()), "{text:?}");
    }
    for text in
        ["---\na: |\n  x: y\n\n  z\nb: 1\n", "a:\n  - x: 1\n    y: 2\nb: c\n", "a:\nb: 1\n", "", "# only\n"]
    {
        assert!(KeyFormat::Yaml.reads(text.as_bytes()), "{text:?}");
    }
}

#[test]
fn keys_that_both_changed_are_named() {
    for (name, base, mine, theirs, keys) in [
        ("a.toml", "[s]\na = 1\nb = 1\n", "[s]\na = 2\nb = 1\n", "[s]\na = 3\nb = 2\n", vec!["s.a"]),
        ("a.json", r#"{"a":1,"b":1}"#, r#"{"a":1}"#, r#"{"a":1,"b":2}"#, vec!["b"]),
        ("a.yml", "a: 1\nb: 1\n", "a: 2\nb: 2\n", "a: 3\nb: 3\n", vec!["a", "b"]),
        ("a.toml", "[[t]]\na = 1\n", "[[t]]\na = 2\n", "[[t]]\na = 3\n", vec!["t"]),
    ] {
        let keys = keys.into_iter().map(str::to_owned).collect();
        assert_eq!(merged(name, base, mine, theirs), Err(KeyMerge::Clashes(keys)), "{base}");
    }
}

#[test]
fn what_takes_more_than_exchanging_values_is_left_to_a_person() {
    for (name, base, mine, theirs) in [
        // A list of tables has no place of its own.
        ("a.toml", "x = 1\n[[t]]\na = 1\n", "x = 2\n[[t]]\na = 1\n", "x = 1\n[[t]]\na = 2\n"),
        // The same table, written in another way here.
        ("a.toml", "s.a = 1\n", "[s]\na = 1\n", "s.a = 1\ns.b = 2\n"),
        ("a.yaml", "a: 1\nl:\n- 1\n", "a: 2\nl:\n- 1\n", "a: 1\nl:\n- 2\n"),
        ("a.json", r#"{"a":{},"b":1}"#, r#"{"a":{},"b":2}"#, r#"{"a":{"c":1},"b":1}"#),
    ] {
        assert_eq!(merged(name, base, mine, theirs), Err(KeyMerge::Impossible), "{base}");
    }
}

#[test]
fn lines_that_fit_together_but_make_nonsense_are_merged_by_key_or_not_at_all() {
    // Both add the same key in different places.
    let (base, mine) = ("a = 1\n\n\nz = 1\n", "a = 1\nn = 5\n\n\nz = 1\n");
    let merge =
        |theirs: &str| super::super::merge("a.toml", base.as_bytes(), mine.as_bytes(), theirs.as_bytes());
    assert_eq!(merge("a = 1\n\n\nz = 1\nn = 6\n"), Ok(Merge::Clashes(vec!["n".to_owned()])));
    let same = merge("a = 1\n\n\nz = 2\nn = 5\n").expect("text");
    let Merge::Clean { content, by: MergedBy::Keys(keys) } = same else { panic!("{same:?}") };
    assert_eq!((content.as_slice(), keys), (b"a = 1\nn = 5\n\n\nz = 2\n".as_slice(), vec!["z".to_owned()]));
}

/// The same few keys in every form.
fn spelled(name: &str, values: &[Option<u8>]) -> String {
    let present = values.iter().enumerate().filter_map(|(n, value)| Some((n, (*value)?)));
    let line = |(n, value)| match name {
        "a.json" => format!("  \"k{n}\": {value}"),
        "a.yaml" => format!("k{n}: {value}\n"),
        _ => format!("k{n} = {value}\n"),
    };
    let lines: Vec<String> = present.map(line).collect();
    if name == "a.json" { format!("{{\n{}\n}}\n", lines.join(",\n")) } else { lines.concat() }
}

proptest! {
    #[test]
    fn a_clean_merge_says_of_each_key_what_was_meant_and_a_clash_is_one(
        keys in proptest::collection::vec((0_u8..3, 0_u8..3, 0_u8..3), 1..8)
    ) {
        let value = |n: u8| (n > 0).then_some(n);
        let side = |pick: fn(&(u8, u8, u8)) -> u8| keys.iter().map(|key| value(pick(key))).collect::<Vec<_>>();
        let (base, mine, theirs) = (side(|key| key.0), side(|key| key.1), side(|key| key.2));
        let clashes = |n: usize| mine[n] != base[n] && theirs[n] != base[n] && mine[n] != theirs[n];
        let wanted: Vec<Option<u8>> =
            (0..keys.len()).map(|n| if mine[n] == base[n] { theirs[n] } else { mine[n] }).collect();
        for name in ["a.json", "a.toml", "a.ini", "a.properties", "a.yaml"] {
            let format = KeyFormat::from_name(name).expect("a form");
            let read = |values: &[Option<u8>]| format.read(&spelled(name, values)).expect("it reads");
            let texts = [&base, &mine, &theirs].map(|values| spelled(name, values));
            match merge(format, texts[0].as_bytes(), texts[1].as_bytes(), texts[2].as_bytes()) {
                KeyMerge::Clean { content, .. } => {
                    let found = format.read(std::str::from_utf8(&content).expect("text")).expect("it reads");
                    let meant = read(&wanted);
                    prop_assert_eq!(found.values(), meant.values(), "{}", name);
                }
                KeyMerge::Clashes(found) => {
                    let all: Vec<String> = (0..keys.len()).filter(|&n| clashes(n)).map(|n| format!("k{n}")).collect();
                    prop_assert_eq!(found, all, "{}", name);
                }
                // Where nothing stays that a new entry could stand beside.
                KeyMerge::Impossible => {}
            }
        }
    }
}
