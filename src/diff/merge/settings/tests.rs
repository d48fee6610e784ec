//! Each form, as it is merged and as it is not.

use super::super::{Merge, MergedBy, Unmergeable, merge};
use super::*;

fn merged(name: &str, base: impl AsRef<[u8]>, mine: impl AsRef<[u8]>, theirs: impl AsRef<[u8]>) -> Merge {
    let merged = merge(name, base.as_ref(), mine.as_ref(), theirs.as_ref());
    merged.unwrap_or_else(|reason| panic!("{name}: {reason}"))
}

fn text(name: &str, base: &str, mine: &str, theirs: &str) -> String {
    match merged(name, base, mine, theirs) {
        Merge::Clean { content, .. } => String::from_utf8(content).expect("text"),
        Merge::Clashes(places) => panic!("{name}: {places:?}"),
    }
}

fn clashes(name: &str, base: &str, mine: &str, theirs: &str) -> Vec<String> {
    match merged(name, base, mine, theirs) {
        Merge::Clashes(places) => places,
        Merge::Clean { content, .. } => panic!("{name}: {}", String::from_utf8_lossy(&content)),
    }
}

/// Why a text is not read, with its line.
fn doubt(name: &str, text: &str) -> Option<(usize, &'static str)> {
    let format = Format::detect(name, [text.as_bytes(); 3]).expect("a form");
    format.read_certain("it", text.as_bytes()).err().map(|unread| (unread.line, unread.why))
}

#[test]
fn neighbouring_lines_of_toml_are_merged_with_comments_and_order_kept() {
    let base = "# app\nport = 1 # in use\nhost = \"a\"\n\n[log]\nlevel = 3\n";
    let mine = "# our app\nport = 1   # ours\nhost = \"b\"\n\n[log]\nlevel = 3\nfile = 'x'\n";
    let theirs = "# app\nport = 2 # in use\nhost = \"a\"\n# seconds\nwait = 5\n\n[log]\nlevel = 4\n\n# new\n[tls]\non = true\n";
    let Merge::Clean { content, by } = merged("a.toml", base, mine, theirs) else { panic!("a clash") };
    assert_eq!(
        String::from_utf8_lossy(&content),
        "# our app\nport = 2   # ours\nhost = \"b\"\n# seconds\nwait = 5\n\n[log]\nlevel = 4\nfile = 'x'\n\n# new\n[tls]\non = true\n"
    );
    assert_eq!(by, MergedBy::Keys(["log.level", "port", "tls", "wait"].map(str::to_owned).into()));
}

#[test]
fn json_keeps_the_form_that_it_has_here() {
    let base = r#"{"a": 1, "b": {"c": [1, 2], "d": "x"}, "e": true}"#;
    let mine = "{\n  \"z\": 0,\n  \"a\": 1,\n  \"b\": {\n    \"c\": [1,2],\n    \"d\": \"mine, \\\"}\"\n  },\n  \"e\": true\n}\n";
    let theirs = r#"{"a": 2, "b": {"c": [1, 2, 3], "d": "x", "n": null}, "f": {"g": 1}}"#;
    assert_eq!(
        text("a.json", base, mine, theirs),
        "{\n  \"z\": 0,\n  \"a\": 2,\n  \"b\": {\n    \"c\": [1, 2, 3],\n    \"d\": \"mine, \\\"}\",\n    \"n\": null\n  },\n  \"f\": {\"g\": 1}\n}\n"
    );
}

#[test]
fn members_of_json_come_and_go_with_one_comma_wherever_they_stand() {
    let base = r#"{"a":1,"b":2}"#;
    for (mine, theirs, both) in [
        (r#"{"x":0,"a":1,"b":2}"#, r#"{"b":2}"#, r#"{"x":0,"b":2}"#),
        (r#"{"a":1,"x":0, "b":2}"#, r#"{"b":2}"#, r#"{"x":0, "b":2}"#),
        (r#"{"a":1,"x":0,"b":2}"#, r#"{"a":1}"#, r#"{"a":1,"x":0}"#),
        (r#"{"a":1,"b":2,"x":0}"#, r#"{}"#, r#"{"x":0}"#),
        (r#"{"x":0,"a":1,"b":2}"#, r#"{}"#, r#"{"x":0}"#),
        (r#"{"b":2}"#, r#"{"a":1}"#, r#"{}"#),
        (r#"{}"#, r#"{"a":1,"b":2,"n":1}"#, r#"{"n":1}"#),
        (r#"{"x":0,"a":1}"#, r#"{"n":1,"a":1,"m":1,"b":2}"#, r#"{"n":1,"x":0,"a":1,"m":1}"#),
    ] {
        assert_eq!(text("a.json", base, mine, theirs), both);
    }
}

#[test]
fn json_with_comments_keeps_them_and_its_commas() {
    let base = "{\n  // one\n  \"a\": 1, // first\n  \"b\": 2,\n}\n";
    let mine = "{\n  // one\n  \"a\": 1, // our first\n  \"b\": 3,\n}\n";
    let theirs =
        "{\n  // one\n  \"a\": 1, // first\n  \"n\": [1, /* two */ 2],\n  \"b\": 2,\n  \"z\": 0,\n}\n";
    let both =
        "{\n  // one\n  \"a\": 1, // our first\n  \"n\": [1, /* two */ 2],\n  \"b\": 3,\n  \"z\": 0,\n}\n";
    for name in ["tsconfig.json", "settings.jsonc"] {
        assert_eq!(text(name, base, mine, theirs), both);
    }
    // A comment that somebody wrote does not go with the value that the patch takes away.
    let gone = "{\n  // one\n  \"b\": 2,\n}\n";
    assert_eq!(clashes("a.jsonc", base, mine, gone), ["lines 3 to 4"]);
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
fn a_key_of_ini_ends_at_its_first_sign() {
    let (base, mine) = ("[s]\nx=1\nurl: http://h/?a=1\n", "[s]\nx=1\nurl: http://mine/?a=1\n");
    assert_eq!(clashes("a.ini", base, mine, "[s]\nx=1\nurl: http://theirs/?a=1\n"), ["[s].url"]);
    let theirs = "[s]\nx=2\nurl: http://h/?a=1\n";
    assert_eq!(text("a.ini", base, mine, theirs), "[s]\nx=2\nurl: http://mine/?a=1\n");
    // To some programs the first word is the key, and the rest its arguments.
    let base = "[d]\nserver s1 10.0.0.1 weight=1\nserver s2 10.0.0.2 weight=1\nz=1\n";
    let (mine, theirs) =
        (base.replace("s1 10.0.0.1", "s1 10.9.9.9"), base.replace("1 weight", "1 check weight"));
    assert_eq!(clashes("a.cfg", base, &mine, &theirs), ["[d].server …"]);
    let theirs = base.replace("z=1", "z=2");
    assert_eq!(text("a.cfg", base, &mine, &theirs), mine.replace("z=1", "z=2"));
}

#[test]
fn an_ini_value_that_goes_on_in_indented_lines_stays_in_one_piece() {
    let base = "[options]\nname = x\nrequires =\n    a>=1\n    b\nlast = 1\n";
    let mine = base.replace("name = x", "name = y");
    let theirs = base.replace("    b\n", "    b\n    c:1\n");
    assert_eq!(text("setup.cfg", base, &mine, &theirs), theirs.replace("name = x", "name = y"));
    let mine = base.replace("a>=1", "a>=2");
    assert_eq!(clashes("setup.cfg", base, &mine, &theirs), ["[options].requires"]);
}

#[test]
fn a_cfg_file_that_is_no_ini_is_a_text_like_others() {
    let base = "x=1\npath /usr/bin\ny=1\n\nz\n";
    let merged = merged("a.cfg", base, base.replace("x=1", "x=2"), base.replace('z', "zz"));
    let Merge::Clean { content, by: MergedBy::Lines } = merged else { panic!("{merged:?}") };
    assert_eq!(content, b"x=2\npath /usr/bin\ny=1\n\nzz\n");
}

#[test]
fn properties_are_compared_as_a_program_sees_them() {
    let (base, mine) = ("x=1\nc=1\n", "\\u0061b=2\nx=1\nc=1\n");
    assert_eq!(clashes("a.properties", base, mine, "x=1\nc=1\nab=3\n"), ["ab"]);
    // The same value in two spellings is no edit.
    assert_eq!(text("a.properties", "a=b\nc=1\n", "a=\\u0062\nc=2\n", "a=d\nc=1\n"), "a=d\nc=2\n");
    for (text, why) in [
        ("a=1\nb=2\n\\u0061=3\n", "has the same key twice"),
        ("a=1\nb=2\rc=3\n", "has a carriage return inside a line"),
        ("a=1\nb=\\u12g4\n", "has an unknown escape"),
        ("a=1\nke\\\n  y=2\n", "continues on the next line before its value begins"),
    ] {
        assert_eq!(doubt("a.properties", text).expect(text).1, why, "{text:?}");
    }
    assert_eq!(doubt("a.properties", "a = b \\\n  c\n  \\u00e9\\ t:1\\\\\n\nf\n"), None);
}

#[test]
fn settings_older_than_utf_8_are_merged_too() {
    let (base, mine) = (b"n=caf\xe9\na=1\n", b"n=caf\xe9s\na=1\n");
    let Merge::Clean { content, .. } = merged("a.properties", base, mine, b"n=caf\xe9\na=2\nb=\xfc\n") else {
        panic!("a clash")
    };
    assert_eq!(content, b"n=caf\xe9s\na=2\nb=\xfc\n");
    // Two encodings in one file help nobody.
    let theirs = "n=caf\u{e9}\na=2\nb=\u{fc}\n";
    assert!(matches!(merged("a.properties", base, mine, theirs), Merge::Clashes(_)));
}

#[test]
fn a_byte_order_mark_stays() {
    let [base, mine, theirs] =
        ["1,\"b\":2", "9,\"b\":2", "1,\"b\":3"].map(|v| format!("\u{feff}{{\"a\":{v}}}"));
    assert_eq!(text("a.json", &base, &mine, &theirs), "\u{feff}{\"a\":9,\"b\":3}");
}

#[test]
fn yaml_is_merged_with_everything_else_of_it_kept() {
    let base = "a: 1\nb:\n  c: x # why\n  d: \"y\"\nlist:\n- 1\n- 2\n";
    let mine = "a: 1\nb:\n    c: x # ours\n    d: 'it''s'\nlist:\n- 1\n- 7\n";
    let theirs =
        "a: 2\nb:\n  c: z # why\n  d: \"y\"\n  e: [1, 2]\n  f:\n    g: |\n      t\nlist:\n- 1\n- 2\n";
    assert_eq!(
        text("a.yaml", base, mine, theirs),
        "a: 2\nb:\n    c: z # ours\n    d: 'it''s'\n    e: [1, 2]\n    f:\n      g: |\n        t\nlist:\n- 1\n- 7\n"
    );
    // A list of the patch comes into the place of the one here, as far in as this one is.
    let (mine, theirs) = ("a:  2\nl:\n    - 1\nz: 1\n", "a: 1\nl:\n- 1\n- b: 2\n  c: 3\nz: 1\n");
    assert_eq!(
        text("a.yaml", "a: 1\nl:\n- 1\nz: 1\n", mine, theirs),
        "a:  2\nl:\n- 1\n- b: 2\n  c: 3\nz: 1\n"
    );
}

#[test]
fn yaml_that_could_mean_something_else_is_not_read() {
    const NAMED: &str = "has an anchor, an alias or a tag";
    const KEY: &str = "has a key that isn't text to some programs";
    for (text, line, why) in [
        ("a: &x 1\nb: *x\n", 1, NAMED),
        ("a: 1\nb: *x\n", 2, "isn't YAML"),
        ("a: !!str 1\n", 1, NAMED),
        ("d: {q: 1}\n<<: x\n", 2, KEY),
        ("b: 1\non: 2\n", 2, KEY),
        ("b: 1\nc: {no: 2}\n", 2, KEY),
        ("- 0x1f: 2\n", 1, KEY),
        ("a: 1\nb: 2\n'a': 2\n", 3, "has the same key twice"),
        ("- a: 1\n  a: 2\n", 2, "has the same key twice"),
        ("a: {b: 1, b: 2}\n", 1, "has the same key twice"),
        ("a: \"not closed\n", 1, "isn't YAML"),
        ("? [a]\n: b\n", 1, "has a key that is more than a word"),
        ("a: 1\n---\nb: 2\n", 2, "begins another document"),
        ("%YAML 1.1\n---\na: 1\n", 1, "may be a directive"),
        ("a: b: c\n", 1, "isn't YAML"),
        ("a: x\u{2028}b: y\n", 1, "has a character that ends the line for some programs"),
    ] {
        assert_eq!(doubt("a.yaml", text), Some((line, why)), "{text:?}");
    }
    for text in [
        "---\na: |\n  x: y\n\n  z\nb: 1\n",
        "a:\n  - x: 1\n    y: 2\nb: c\n",
        "a:\nb: 1\n",
        "",
        "# only\n",
        "\"on\": 1\n'no': 2\n8080: x\n",
        "a: one\n  two\n",
        "- a\n- b\n",
        "a: {b: [1, {c: d}]} # e\n...\n",
    ] {
        assert_eq!(doubt("a.yaml", text), None, "{text:?}");
    }
}

#[test]
fn what_is_not_read_is_never_merged_by_line() {
    let anchored = |a: u8, z: u8| format!("d: &d\n  q: {a}\n\n\ns:\n  <<: *d\n\n\nz: {z}\n");
    let doubled = |a: u8, z: u8| format!("[s]\nk={a}\n\n\nx=1\nx=2\n\n\nz={z}\n");
    for (name, text, line, why) in [
        (
            "a.yml",
            &anchored as &dyn Fn(u8, u8) -> String,
            1,
            "as YAML, line 1 of the original has an anchor, an alias or a tag",
        ),
        ("a.ini", &doubled, 6, "as INI, line 6 of the original has the same key twice"),
    ] {
        let refused = merge(name, text(1, 1).as_bytes(), text(2, 1).as_bytes(), text(1, 2).as_bytes());
        assert!(matches!(&refused, Err(Unmergeable::Unread(unread)) if unread.line == line), "{refused:?}");
        assert_eq!(refused.expect_err("it is refused").to_string(), why);
        // Where only one side changed something, there is nothing to merge.
        let one = merge(name, text(1, 1).as_bytes(), text(1, 1).as_bytes(), text(1, 2).as_bytes());
        assert!(matches!(one, Ok(Merge::Clean { .. })), "{one:?}");
    }
}

#[test]
fn ini_that_could_mean_something_else_is_not_read() {
    for (text, line, why) in [
        ("[a]\nx=1\n[A]\ny=1\n", 3, "has the same key twice"),
        ("[a]\nx=1\nX=2\n", 3, "has the same key twice"),
        ("[a]\nx=1\n[b]\ny=1\n[a]\nz=1\n", 5, "has the same key twice"),
        ("[a]\n  x=1\n y=2\n", 3, "is indented differently from the keys around it"),
        ("[a]\nx=1\n\n[b\ny=1\n", 4, "has a section without an end"),
        ("[a]\nx\n  y=1\n", 3, "is indented differently from the keys around it"),
        (" [a]\nx=1\n", 1, "has an indented section"),
        ("[a]\nx=1\\\ny=1\n", 2, "may continue on the next line"),
        ("[a]\n=1\n", 2, "has no key"),
        ("[a]\nx=1\ry=2\n", 2, "has a carriage return inside a line"),
        ("[a]\nx=1\x0by=2\n", 2, "has a control character"),
    ] {
        assert_eq!(doubt("a.ini", text), Some((line, why)), "{text:?}");
    }
    assert_eq!(doubt("a.ini", "x=1\n[a]\n\tx=1\n\n\tflag\n; c\n[b]\nx : 1 ; 2\n"), None);
}

#[test]
fn json_and_toml_that_name_something_twice_or_are_none_are_not_read() {
    for (name, text, line) in [
        ("a.json", "{\"a\":1,\n\"\\u0061\":2}", 2),
        ("a.json", "[\n{\"b\":{\"a\":1,\"a\":2}}]", 2),
        ("a.json", "{\"a\":1}\n{}", 2),
        ("a.json", "{\"a\":01}", 1),
        ("a.json", "{\"a\":}", 1),
        ("a.json", "[,]", 1),
        ("a.json", "{\n'a':1}", 2),
        ("a.json", "{\"a\":1 /* no end }", 1),
        ("a.json", "", 1),
        ("a.toml", "a = 1\na = 2\n", 2),
        ("a.toml", "[a]\n[b]\n[a]\n", 3),
        ("a.toml", "a = \n", 1),
    ] {
        assert_eq!(doubt(name, text).expect(text).0, line, "{text:?}");
    }
    for (name, text) in [
        ("a.json", " {\"a\" : [1, {\"b\": 2,},], /* c */ \"d\": \"\\\"//\"} // e"),
        ("a.json", "\"text\""),
        ("a.json", "[1.5e3, -0, true, null, []]"),
        ("a.toml", "a.b = { c = 1 } # d\n[[e]]\n[e.f]\n[[e]]\n[x.y]\n"),
        ("a.toml", ""),
    ] {
        assert_eq!(doubt(name, text), None, "{text:?}");
    }
}

#[test]
fn keys_that_both_changed_are_named() {
    for (name, base, mine, theirs, keys) in [
        ("a.toml", "[s]\na = 1\nb = 1\n", "[s]\na = 2\nb = 1\n", "[s]\na = 3\nb = 2\n", vec!["s.a"]),
        ("a.json", r#"{"a":1,"b":1}"#, r#"{"a":1}"#, r#"{"a":1,"b":2}"#, vec!["b"]),
        ("a.yml", "a: 1\nb: 1\n", "a: 2\nb: 2\n", "a: 3\nb: 3\n", vec!["a", "b"]),
        ("a.toml", "[[t]]\na = 1\n", "[[t]]\na = 2\n", "[[t]]\na = 3\n", vec!["t"]),
        ("a.json", "[1]", "[2]", "[3]", vec!["the whole file"]),
        // Both add the same group, or one takes away what the other changes.
        ("a.yml", "a: 1\n", "l:\n  x: 1\na: 1\n", "a: 1\nl:\n  y: 1\n", vec!["l"]),
        ("a.ini", "[a]\nx=1\n", "[l]\nx=1\n[a]\nx=1\n", "[a]\nx=1\n[l]\ny=1\n", vec!["[l]"]),
        ("a.ini", "[a]\nk=1\n[b]\nn=1\n", "[a]\n[b]\nn=1\nk=1\n", "[a]\nk=2\n[b]\nn=1\n", vec!["[a].k"]),
    ] {
        assert_eq!(clashes(name, base, mine, theirs), keys, "{base}");
    }
}

#[test]
fn a_key_lands_in_its_section_though_somebody_cut_that_in_two() {
    let ini = |end: &str| format!("[client]\na=1\nb=2\nc=3\nd=4\n{end}[x]\nq=1\n");
    let mine = ini("").replace("b=2", "[server]\nb=2");
    assert_eq!(
        text("a.ini", &ini(""), &mine, &ini("tls=on\n")),
        "[client]\na=1\ntls=on\n[server]\nb=2\nc=3\nd=4\n[x]\nq=1\n"
    );
    let yaml = |end: &str| format!("client:\n  a: 1\n  b: 2\n  c: 3\n{end}x: 1\n");
    let mine = yaml("").replace("  b", "server:\n  b");
    assert_eq!(
        text("a.yaml", &yaml(""), &mine, &yaml("  tls: on\n")),
        "client:\n  a: 1\n  tls: on\nserver:\n  b: 2\n  c: 3\nx: 1\n"
    );
}

#[test]
fn lists_are_put_together_where_they_say_by_themselves_what_came_and_went() {
    let base = "l:\n- a\n- b\n- c\n- d\n- e\n";
    let (mine, theirs) = (base.replace("- a\n", "- z\n- a\n"), base.replace("- e", "- f"));
    assert_eq!(text("a.yml", base, &mine, &theirs), "l:\n- z\n- a\n- b\n- c\n- d\n- f\n");
    // The same element from both, in two places.
    let theirs = base.replace("- e\n", "- e\n- z\n");
    assert_eq!(clashes("a.yml", base, &mine, &theirs), ["l"]);
    // Which of the two is gone nobody knows.
    let base = "l:\n- a\n- a\n- b\n- c\n- d\n";
    let (mine, theirs) = (base.replacen("- a\n", "", 1), base.replace("- d", "- e"));
    assert_eq!(clashes("a.yml", base, &mine, &theirs), ["l"]);
}

#[test]
fn what_takes_more_than_exchanging_values_is_left_to_a_person() {
    // The same table, written in another way here.
    assert_eq!(clashes("a.toml", "s.a = 1\n", "[s]\na = 1\n", "s.a = 1\ns.b = 2\n"), ["lines 1 to 2"]);
    // Lists of tables are put together by line, but not by key.
    let base = "[[t]]\na = 1\n\n[[t]]\na = 2\n";
    let (mine, theirs) = (base.replace("a = 1", "a = 0"), format!("{base}\n[[t]]\na = 3\n"));
    assert_eq!(text("a.toml", base, &mine, &theirs), theirs.replace("a = 1", "a = 0"));
}

#[test]
fn what_is_deep_or_wide_beyond_all_measure_is_not_read_and_long_lines_are() {
    const DEEP: &str = "is nested deeper than 64 levels";
    let yaml: String = (0..1_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    let numbers = |count: usize| (0..count).map(|n| format!("\"k{n}\":{n},")).collect::<String>();
    for (name, text, why) in [
        ("a.yaml", yaml, DEEP),
        ("a.yaml", "- ".repeat(100_000), DEEP),
        ("a.json", "[".repeat(100_000), DEEP),
        ("a.json", "{\"a\":".repeat(100_000), DEEP),
        ("a.json", format!("{{{}\"z\":1}}", numbers(100_001)), "comes after 100000 keys and values"),
        ("a.ini", (0..=100_000).map(|n| format!("k{n}=\n")).collect(), "comes after 100000 keys and values"),
    ] {
        assert_eq!(doubt(name, &text).map(|(_, why)| why), Some(why), "{name} {}", &text[..20]);
    }
    assert!(doubt("a.yaml", &format!("a: {}", "[".repeat(100_000))).is_some());
    assert!(doubt("a.toml", &format!("a = {}", "[".repeat(100_000))).is_some());
    assert!(doubt("a.toml", &format!("[{}a]", "a.".repeat(100_000))).is_some());
    // All in one line, and each of many keys changed by one or the other.
    let side = |add: [usize; 2]| {
        let member = |n: usize| format!("\"k{n}\":{},", n + add[n % 2]);
        format!("{{{}\"z\":\"{}\"}}", (0..30_000).map(member).collect::<String>(), "x".repeat(4 << 20))
    };
    assert!(text("a.json", &side([0, 0]), &side([1, 0]), &side([0, 1])) == side([1, 1]));
}

#[test]
fn yaml_without_any_key_says_something_else_than_an_empty_mapping() {
    assert_eq!(clashes("a.yaml", "a: 1\n\n\nb: 1\n", "a: 1\n", "b: 1\n").len(), 1);
    assert_eq!(text("a.yaml", "a: 1\n\n\nb: 1\nc: 1\n", "a: 1\nc: 1\n", "b: 1\nc: 1\n"), "c: 1\n");
}

#[test]
fn both_add_the_same_key_in_two_places() {
    let base = "a = 1\n\n\nz = 1\n";
    let mine = "a = 1\nn = 5\n\n\nz = 1\n";
    assert_eq!(clashes("a.toml", base, mine, "a = 1\n\n\nz = 1\nn = 6\n"), ["n"]);
    assert_eq!(text("a.toml", base, mine, "a = 1\n\n\nz = 2\nn = 5\n"), "a = 1\nn = 5\n\n\nz = 2\n");
}

const TWO: &str = "kind: A\nmetadata:\n  name: x\nspec:\n  one: 1\n  two: 2\n---\nkind: A\nmetadata:\n  name: y\nspec:\n  one: 1\n  two: 2\n";

#[test]
fn documents_that_can_be_told_apart_are_merged_each_for_itself() {
    let in_last = |text: &str, from: &str, to: &str| {
        let (first, last) = text.split_once("---").expect("two documents");
        format!("{first}---{}", last.replace(from, to))
    };
    let (mine, theirs) = (TWO.replacen("one: 1", "one: 5", 1), in_last(TWO, "two: 2", "two: 6"));
    assert_eq!(text("a.yaml", TWO, &mine, &theirs), in_last(&mine, "two: 2", "two: 6"));
    let beside = in_last(TWO, "one: 1", "one: 7");
    let Merge::Clean { content, by } = merged("a.yaml", TWO, &beside, &theirs) else { panic!("a clash") };
    assert_eq!(String::from_utf8_lossy(&content), in_last(&beside, "two: 2", "two: 6"));
    assert_eq!(by, MergedBy::Keys(vec!["spec.two in document 2".to_owned()]));
    assert_eq!(
        clashes("a.yaml", TWO, &in_last(TWO, "two: 2", "two: 9"), &theirs),
        ["spec.two in document 2"]
    );
}

#[test]
fn documents_that_could_be_taken_for_each_other_are_not_merged() {
    let turned = |text: &str| {
        let (first, last) = text.split_once("---\n").expect("two documents");
        format!("{last}---\n{first}")
    };
    let changed = TWO.replacen("one: 1", "one: 5", 1);
    for (base, mine, theirs) in [
        (TWO.to_owned(), turned(TWO), changed.clone()),
        (TWO.to_owned(), format!("{TWO}---\nkind: B\n"), changed.clone()),
        (TWO.replace("name: y", "name: x"), TWO.replace("name: y", "name: x") + "# ours\n", changed),
    ] {
        let merged = merge("a.yaml", base.as_bytes(), mine.as_bytes(), theirs.as_bytes());
        assert!(matches!(merged, Err(Unmergeable::Unread(_))), "{merged:?}");
    }
}

#[test]
fn keys_that_some_programs_take_for_no_text_are_in_nobodys_way_where_all_have_them() {
    let base = "on: push\na: 1\nb: 1\n";
    let (mine, theirs) = ("on: push\na: 2\nb: 1\n", "on: push\na: 1\nb: 2\n");
    assert_eq!(text("a.yml", base, mine, theirs), "on: push\na: 2\nb: 2\n");
    let other = "On: push\na: 2\nb: 1\n";
    let merged = merge("a.yml", base.as_bytes(), other.as_bytes(), theirs.as_bytes());
    assert!(matches!(merged, Err(Unmergeable::Unread(_))), "{merged:?}");
}
