//! Files and edits that somebody made to be too much: they end, and say why, or do what they say and no more.

use patchwright::diff::FileEdits;
use serde_json::{Value, json};

/// What comes of these operations, or why nothing does.
fn edited(format: &str, content: &str, edit: Value) -> Result<String, String> {
    let mut edit = edit;
    edit["format"] = Value::from(format);
    let edits = FileEdits::from_json(json!([edit]).to_string().as_bytes()).map_err(|bad| bad.to_string())?;
    let tried = edits.try_on(content.as_bytes()).map_err(|why| why.to_string())?;
    let clashes: Vec<String> = tried.clashes().map(ToString::to_string).collect();
    tried.content.map(|content| String::from_utf8(content).expect("text")).ok_or_else(|| clashes.join("; "))
}

#[test]
fn files_that_are_nested_a_hundred_thousand_times_are_refused_in_every_form_that_nests() {
    const LEVELS: usize = 100_000;
    let (open, close) = ("[".repeat(LEVELS), "]".repeat(LEVELS));
    for (format, content) in [
        ("json", format!("{{\"a\": 1, \"b\": {open}{close}}}")),
        ("json", format!("{{\"a\": 1, \"b\": {}1{}}}", "{\"c\":".repeat(LEVELS), "}".repeat(LEVELS))),
        ("yaml", format!("a: 1\nb: {open}{close}\n")),
        ("yaml", format!("a: 1\nb: {}1{}\n", "{c: ".repeat(LEVELS), "}".repeat(LEVELS))),
        ("yaml", format!("a: 1\nb:\n  {}x\n", "- ".repeat(LEVELS))),
        ("toml", format!("a = 1\nb = {open}{close}\n")),
        ("toml", format!("a = 1\nb = {}1{}\n", "{ c = ".repeat(LEVELS), " }".repeat(LEVELS))),
        ("toml", format!("a = 1\n{}c = 1\n", "b.".repeat(LEVELS))),
    ] {
        let start = &content[..20];
        let why = edited(format, &content, json!({ "do": [{ "set": "a", "to": 2 }] })).expect_err(start);
        assert!(why.starts_with("the file can't be read"), "{start}: {why}");
    }
}

#[test]
fn twin_as_deep_as_people_write_is_no_matter() {
    let (open, close) = ("[".repeat(40), "]".repeat(40));
    for (format, content) in [
        ("json", format!("{{\"a\": 1, \"b\": {open}{close}}}")),
        ("yaml", format!("a: 1\nb: {open}{close}\n")),
        ("toml", format!("a = 1\nb = {open}{close}\n")),
    ] {
        let after = edited(format, &content, json!({ "do": [{ "set": "a", "to": 2 }] }));
        assert_eq!(after, Ok(content.replacen('1', "2", 1)));
    }
}

#[test]
fn numbers_that_no_program_holds_stay_as_they_are_spelled() {
    for (format, content) in [
        ("json", "{\"big\": 18446744073709551616, \"far\": 1e400, \"a\": 1}"),
        ("yaml", "big: 18446744073709551616\nfar: 1e400\na: 1\n"),
        ("properties", "big=18446744073709551616\nfar=1e400\na=1\n"),
    ] {
        let is_text = format == "properties";
        let to = if is_text { json!("2") } else { json!(2) };
        let after = edited(format, content, json!({ "do": [{ "set": "a", "to": to }] })).expect(format);
        let (before, _) = content.split_at(content.rfind('1').expect("a number"));
        assert!(after.starts_with(before) && after.contains('2'), "{after}");
        // It is not the number next to it, which it is to programs that count in floating point.
        let next = if is_text {
            json!("18446744073709551617")
        } else {
            json!({ "=number": "18446744073709551617" })
        };
        let test = json!({ "do": [{ "test": "big", "equals": next }, { "set": "a", "to": to }] });
        let why = edited(format, content, test).expect_err(format);
        assert!(why.contains("18446744073709551616"), "{why}");
    }
}

#[test]
fn names_that_are_empty_or_full_of_signs_are_found_as_they_are() {
    let content =
        "{\"\": 1, \"a.b\": {\"\": 2, \"c/d\": 3, \"e~f\": 4, \"x]\": [{\"n\": \"]\\\"\", \"v\": 5}]}}";
    for (edit, from, to) in [
        (json!({ "set": "\"\"", "to": 9 }), "\"\": 1", "\"\": 9"),
        (json!({ "set": "\"a.b\".\"\"", "to": 9 }), "\"\": 2", "\"\": 9"),
        (json!({ "op": "replace", "path": "/", "value": 9 }), "\"\": 1", "\"\": 9"),
        (json!({ "op": "replace", "path": "/a.b/", "value": 9 }), "\"\": 2", "\"\": 9"),
        (json!({ "op": "replace", "path": "/a.b/c~1d", "value": 9 }), "/d\": 3", "/d\": 9"),
        (json!({ "op": "replace", "path": "/a.b/e~0f", "value": 9 }), "~f\": 4", "~f\": 9"),
        (json!({ "set": "\"a.b\".\"x]\"[n=\"]\\\"\"].v", "to": 9 }), "\"v\": 5", "\"v\": 9"),
    ] {
        let after = edited("json", content, json!({ "do": [edit] }));
        assert_eq!(after, Ok(content.replacen(from, to, 1)), "{edit}");
    }
}

#[test]
fn ten_thousand_operations_on_a_large_file_end() {
    let content: String = (0..10_000).map(|n| format!("k{n}: v{n} # c\n")).collect();
    let ops: Vec<Value> = (0..10_000).map(|n| json!({ "set": format!("k{n}"), "to": "x" })).collect();
    let after = edited("yaml", &content, json!({ "do": ops })).expect("it fits");
    assert_eq!(after, (0..10_000).map(|n| format!("k{n}: x # c\n")).collect::<String>());
}
