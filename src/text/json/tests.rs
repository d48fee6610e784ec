//! Every way in which two JSON readers are known to disagree, refused.

use serde::Deserialize;

use super::*;

const LIMIT_BYTES: usize = 1 << 20;

fn refused(text: impl AsRef<[u8]>) -> String {
    check(text.as_ref(), LIMIT_BYTES).expect_err("this text must be refused").to_string()
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    id: u64,
    #[serde(default, deserialize_with = "present")]
    note: Option<String>,
    #[serde(default)]
    lines: Vec<Line>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    part: String,
}

#[test]
fn plain_documents_are_read() {
    for text in
        ["{}", " [1, -9223372036854775808, 18446744073709551615] \n", "null", r#"{"a":{"a":"é\n\u00e9"}}"#]
    {
        check(text.as_bytes(), LIMIT_BYTES).expect(text);
    }
    let order: Order = from_slice(br#"{"id": 7, "lines": [{"part": "x"}]}"#, LIMIT_BYTES).expect("read");
    assert_eq!(order, Order { id: 7, note: None, lines: vec![Line { part: "x".to_owned() }] });
}

#[test]
fn a_key_written_twice_is_refused_whatever_its_spelling() {
    assert_eq!(
        refused("{\"seq\": 5,\n \"seq\": 9}"),
        "line 2, column 6 (seq): the key \"seq\" is there twice"
    );
    assert!(refused(r#"{"seq": 5, "se\u0071": 9}"#).contains("twice"));
    assert!(refused(r#"{"a": [{"b": 1, "b": 1}]}"#).contains("(a[0].b)"));
    check(br#"{"a": {"a": 1}, "b": {"a": 1}}"#, LIMIT_BYTES).expect("the same key in two objects is fine");
}

#[test]
fn a_merge_conflict_that_was_left_in_a_text_is_called_that() {
    let left = refused("{\n<<<<<<< HEAD\n\"a\": 1\n=======\n\"a\": 2\n>>>>>>> theirs\n}");
    assert!(left.starts_with("line 2, column 1: a merge conflict was left here"), "{left}");
    check(br#"{"a": "<<<<<<< HEAD", "b": "\n<<<<<<< HEAD"}"#, LIMIT_BYTES).expect("a text may be about one");
}

#[test]
fn nesting_ends_at_sixteen_levels() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    check(nested(MAX_DEPTH).as_bytes(), LIMIT_BYTES).expect("sixteen levels");
    assert!(refused(nested(MAX_DEPTH + 1)).contains("deeper than 16"));
    assert!(refused(nested(10_000)).contains("deeper than 16"));
    assert!(refused("{\"a\":".repeat(10_000)).contains("deeper than 16"));
}

#[test]
fn only_plain_integers_of_64_bits_are_numbers() {
    for number in ["1.0", "1e3", "1E0", "-0", "18446744073709551616", "-9223372036854775809", "0.0"] {
        assert!(refused(format!("{{\"n\": {number}}}")).contains("(n): a number is not"), "{number}");
    }
    for number in ["01", "+1", "NaN", "Infinity", "0x10", ".5", "1."] {
        refused(number);
    }
}

#[test]
fn texts_have_one_spelling() {
    assert!(refused(r#"{"t": "\ud800"}"#).contains("line 1"));
    assert!(refused(r#""\udc00\ud800""#).contains("line 1"));
    assert!(refused(r#""a\u0000b""#).contains("NUL"));
    assert!(refused("\"e\u{301}\"").contains("NFC"));
    assert!(refused("{\"e\u{301}\": 1}").contains("NFC"));
    assert!(refused(r#""e\u0301""#).contains("NFC"));
    refused("\"a\nb\"");
}

#[test]
fn nothing_stands_before_or_after_the_document() {
    assert!(refused(b"\xEF\xBB\xBF{}").contains("byte-order mark"));
    assert_eq!(refused(b"{\"a\": \"\xff\"}"), "line 1, column 8: the text is not UTF-8 from here on");
    for text in ["", " ", "{} {}", "{}x", "{}\0", "{},", "[1,]", "{\"a\":1,}", "// no\n{}", "{'a':1}"] {
        refused(text);
    }
}

#[test]
fn a_text_over_the_limit_is_not_even_parsed() {
    check(b"[1]", 3).expect("exactly the limit");
    let error = check(b"[1] ", 3).expect_err("one byte more");
    assert_eq!(error.message, "the text is 4 bytes long, 3 are allowed");
}

#[test]
fn a_value_of_another_shape_is_refused_where_it_stands() {
    let cases = [
        ("{\"id\": 1,\n  \"nota\": 2}", "line 2, column 8 (nota): unknown field \"nota\""),
        ("{\"id\": \"42\"}", "line 1, column 11 (id): invalid type: string \"42\", expected u64"),
        ("{\"id\": -1}", "line 1, column 9 (id): invalid value: integer `-1`, expected u64"),
        ("{\"note\": \"x\"}", "line 1, column 13: missing field `id`"),
        (
            "{\"id\": 1, \"lines\": [{\"part\": \"x\"}, {}]}",
            "line 1, column 37 (lines[1]): missing field `part`",
        ),
    ];
    for (text, expected) in cases {
        let error = from_slice::<Order>(text.as_bytes(), LIMIT_BYTES).expect_err(text);
        assert_eq!(error.to_string(), expected, "{text}");
    }
}

#[test]
fn a_list_is_no_object_and_null_is_no_text() {
    for text in ["[1]", r#"{"id": 1, "lines": [["x"]]}"#, r#"{"id": 1, "note": null}"#, r#"{"id": null}"#] {
        let error = from_slice::<Order>(text.as_bytes(), LIMIT_BYTES).expect_err(text);
        assert!(error.message.starts_with("invalid type"), "{text}: {error}");
    }
}

#[test]
fn a_value_is_found_by_its_name() {
    let text = "{\"a\": [1,\n {\"b,]\\\"\": {\"c\": true}}],\n \"d\": \"x\"}";
    let line_and_column = |name| position_of(text.as_bytes(), name).map(|found| (found.line, found.column));
    assert_eq!(line_and_column("a"), Some((1, 2)));
    assert_eq!(line_and_column("a[0]"), Some((1, 8)));
    assert_eq!(line_and_column("a[1]"), Some((2, 2)));
    assert_eq!(line_and_column("a[1].b,]\"."), None);
    assert_eq!(line_and_column("a[1].b,]\".c"), Some((2, 13)));
    assert_eq!(line_and_column("d"), Some((3, 2)));
    assert_eq!(line_and_column("e"), None);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_answered_without_a_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let _ = check(&bytes, LIMIT_BYTES);
    }

    #[test]
    fn any_nearly_json_is_answered_without_a_panic(text in r#"[\[\]{}":,\\a0-1\n -]{0,60}"#) {
        let _ = from_slice::<Order>(text.as_bytes(), LIMIT_BYTES);
    }
}

#[test]
fn very_many_values_are_refused_and_many_are_not() {
    let list = |values: usize| format!("[{}1]", "1,".repeat(values - 1)).into_bytes();
    // The list is a value, too.
    check(&list(MAX_VALUES - 1), usize::MAX).expect("as many as there may be");
    let error = check(&list(MAX_VALUES), usize::MAX).expect_err("one more");
    assert!(error.message.contains("more than 4194304 values"), "{error}");
}

#[test]
fn a_key_that_comes_twice_is_found_among_few_and_among_many() {
    let object = |keys: usize, last: &str| {
        let keys: String = (0..keys).map(|key| format!("\"k{key}\":1,")).collect();
        format!("{{{keys}\"{last}\":1}}").into_bytes()
    };
    for keys in [3, 16, 17, 1000] {
        check(&object(keys, "last"), usize::MAX).expect("all differ");
        // Also where it is spelled with an escape.
        for twice in ["k0", &format!("k{}", keys - 1), r"\u006b0"] {
            let error = check(&object(keys, twice), usize::MAX).expect_err(twice);
            assert!(error.message.contains("is there twice"), "{error}");
        }
    }
}
