//! Each form, as it is edited and as it is not.

use super::*;

/// The edit that an order with these lines has for a file.
fn written(file: &str, content: &str, lines: &str) -> Result<Edit, String> {
    let order = format!("[[edits]]\nfile = \"{file}\"\n{lines}\n");
    let edits = ordered(&order).map_err(|why| match why {
        NoEdits::Bad(problems) => problems[0].1.to_string(),
        NoEdits::Unread { line, why } => format!("line {line} {why}"),
    })?;
    let edit = edits[0].edit(content.as_bytes()).map_err(|problem| problem.to_string())?;
    // What travels is what was written.
    let all = FileEdits::new(vec![edit.clone()]);
    let json = all.to_json().map_err(|problem| problem.to_string())?;
    assert_eq!(FileEdits::from_json(&json).expect("an edit"), all);
    Ok(edit)
}

fn tried(file: &str, content: &str, ops: &str) -> Result<Tried, String> {
    let edit = written(file, content, &format!("do = [{ops}]"))?;
    edit.try_on(content.as_bytes()).map_err(|why| why.to_string())
}

/// The edited text.
fn text(file: &str, content: &str, ops: &str) -> String {
    let tried = tried(file, content, ops).unwrap_or_else(|why| panic!("{file}, {ops}: {why}"));
    let clashes: Vec<_> = tried.clashes().map(ToString::to_string).collect();
    let content = tried.content.unwrap_or_else(|| panic!("{file}, {ops}: {clashes:?}"));
    String::from_utf8(content).expect("text")
}

/// Everything that is in the way.
fn refused(file: &str, content: &str, ops: &str) -> String {
    match tried(file, content, ops) {
        Err(why) => why,
        Ok(tried) => {
            let clashes: Vec<_> = tried.clashes().map(ToString::to_string).collect();
            assert!(!clashes.is_empty(), "{file}, {ops}: {:?}", tried.content.map(String::from_utf8));
            clashes.join("; ")
        }
    }
}

/// The lines that differ, as a reviewer sees them: each on one side only.
fn moved(before: &str, after: &str) -> Vec<String> {
    let diff = similar::TextDiff::from_lines(before, after);
    let changed = diff.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal);
    changed.map(|change| format!("{}{}", change.tag(), change.value().trim_end())).collect()
}

const DEPLOYMENT: &str = "# our web\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n---\n# the pods\nkind: Deployment\nmetadata:\n  name: web # not api\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        image: \"registry/web:1.4.2\"  # pinned\n\n        env:\n        - name: A\n          value: 'yes'\n        resources: {limits: {cpu: 1, memory: 256Mi}}\n      - name: sidecar\n        image: busybox\n";

#[test]
fn one_value_of_a_kubernetes_manifest_changes_and_nothing_else_moves() {
    let edit = |ops: &str| {
        let lines = format!("where = {{ kind = \"Deployment\", \"metadata.name\" = \"web\" }}\ndo = [{ops}]");
        let edit = written("deploy/web.yaml", DEPLOYMENT, &lines).expect("an edit");
        let tried = edit.try_on(DEPLOYMENT.as_bytes()).unwrap_or_else(|why| panic!("{ops}: {why}"));
        let clashes: Vec<_> = tried.clashes().map(ToString::to_string).collect();
        let content = tried.content.unwrap_or_else(|| panic!("{clashes:?}"));
        moved(DEPLOYMENT, &String::from_utf8(content).expect("text"))
    };
    let web = "spec.template.spec.containers[name=web]";
    assert_eq!(
        edit(&format!(
            "{{ test = \"{web}.image\", matches = \"*:1.4.2\" }}, {{ set = \"{web}.image\", to = \"registry/web:1.4.3\" }}"
        )),
        [
            "-        image: \"registry/web:1.4.2\"  # pinned",
            "+        image: \"registry/web:1.4.3\"  # pinned"
        ]
    );
    assert_eq!(
        edit(&format!("{{ set = \"{web}.resources.limits.memory\", to = \"512Mi\" }}")),
        [
            "-        resources: {limits: {cpu: 1, memory: 256Mi}}",
            "+        resources: {limits: {cpu: 1, memory: 512Mi}}"
        ]
    );
    assert_eq!(
        edit(&format!(
            "{{ add = \"{web}.env[]\", value = {{ name = \"B\", value = \"1\" }}, unless = \"{web}.env[name=B]\" }}"
        )),
        ["+        - name: B", "+          value: \"1\""]
    );
    assert_eq!(
        edit(
            "{ set = \"spec.replicas\", to = 3, create = true }, { set = \"metadata.labels.app\", to = \"web\", create = true }"
        ),
        ["+  labels:", "+    app: web", "+  replicas: 3"]
    );
    assert_eq!(
        edit("{ remove = \"spec.template.spec.containers[name=sidecar]\" }"),
        ["-      - name: sidecar", "-        image: busybox"]
    );
}

#[test]
fn a_document_is_chosen_by_what_is_in_it_and_never_by_chance() {
    let ops = "{ set = \"metadata.name\", to = \"x\" }";
    assert_eq!(
        refused("a.yaml", DEPLOYMENT, ops),
        "the file has 2 documents; say in \"where\" which one is meant"
    );
    for (selector, why) in [
        ("\"metadata.name\" = \"web\"", "2 documents of the file are as \"where\" describes, not one"),
        ("kind = \"Job\"", "no document of the file is the one that \"where\" describes"),
    ] {
        let edit = written("a.yaml", DEPLOYMENT, &format!("where = {{ {selector} }}\ndo = [{ops}]"))
            .expect("an edit");
        assert_eq!(edit.try_on(DEPLOYMENT.as_bytes()).expect_err("it is not certain").to_string(), why);
    }
}

#[test]
fn yaml_values_change_their_kind_in_their_place() {
    for (content, ops, result) in [
        (
            "a: 1 # c\nb: 2\n",
            "{ set = \"a\", to = { x = [1, 2], z = \"z\" } }",
            "a: # c\n  x:\n    - 1\n    - 2\n  z: z\nb: 2\n",
        ),
        ("a: # c\n  x: 1\n  y: 2\nb: 2\n", "{ set = \"a\", to = 5 }", "a: 5 # c\nb: 2\n"),
        ("a:\n- 1\n- 2\nb: 2\n", "{ set = \"a\", to = [] }", "a: []\nb: 2\n"),
        ("a:\n- 1\n- 2\nb: 2\n", "{ set = \"a\", to = [7] }", "a:\n- 7\nb: 2\n"),
        ("a:\nb: 2\n", "{ set = \"a\", to = \"x\" }", "a: x\nb: 2\n"),
        ("a: |\n  one\n  two\nb: 2\n", "{ set = \"a\", to = \"1\\n2\\n\" }", "a: |\n  1\n  2\nb: 2\n"),
        ("a: 1\nb: 2", "{ set = \"c\", to = 3, create = true }", "a: 1\nb: 2\nc: 3"),
        ("a: 1\nb: 2", "{ remove = \"b\" }", "a: 1"),
        (
            "a: 1\r\nb:\r\n  c: 2\r\n",
            "{ set = \"b.d\", to = { e = 1 }, create = true }",
            "a: 1\r\nb:\r\n  c: 2\r\n  d:\r\n    e: 1\r\n",
        ),
        ("- name: x\n  v: 1\n- name: y\n", "{ remove = \"[name=x].name\" }", "- v: 1\n- name: y\n"),
        ("a: {b: 1}\n", "{ remove = \"a.b\" }", "a: {}\n"),
        ("a: [1, 2, 3]\n", "{ remove = \"a[=2]\" }, { add = \"a[]\", value = 4 }", "a: [1, 3, 4]\n"),
        (
            "a: 'it''s'\nb: \"x\"\n",
            "{ set = \"a\", to = \"that's\" }, { set = \"b\", to = \"y\" }",
            "a: 'that''s'\nb: \"y\"\n",
        ),
        ("v: 1.4\n", "{ set = \"v\", to = \"1.10\" }", "v: \"1.10\"\n"),
        ("on:\n  push: 1\n", "{ set = \"on.push\", to = 2 }", "on:\n  push: 2\n"),
        ("a:\n  b: 1\nc: 1\n", "{ remove = \"a.b\" }", "a: {}\nc: 1\n"),
        (
            "l:\n  - a\n  # about b\n  - b\n",
            "{ remove = \"l[=b]\" }, { add = \"l[]\", value = \"c\" }",
            "l:\n  - a\n  # about b\n  - c\n",
        ),
    ] {
        assert_eq!(text("a.yaml", content, ops), result, "{content:?} {ops}");
    }
}

#[test]
fn yaml_that_two_readers_take_for_two_things_is_left_alone_where_it_stands_and_only_there() {
    let content = "base: &b\n  x: 1\nuse:\n  <<: *b\n  y: 2\ntag: !!str 1\nok: 1\n";
    assert_eq!(text("a.yaml", content, "{ set = \"ok\", to = 2 }"), content.replace("ok: 1", "ok: 2"));
    for ops in [
        "{ set = \"base.x\", to = 2 }",
        "{ set = \"use.y\", to = 3 }",
        "{ set = \"use.x\", to = 3, create = true }",
        "{ set = \"tag\", to = 3 }",
        "{ remove = \"base\" }",
        "{ remove = \"use\" }",
        "{ test = \"use.x\", absent = true }, { set = \"ok\", to = 2 }",
    ] {
        refused("a.yaml", content, ops);
    }
    refused("a.yaml", "a: 1\na: 2\nb: 1\n", "{ set = \"b\", to = 2 }");
    refused("a.yaml", "a: 1\n", "{ set = \"a\", to = 2024-01-01 }");
    // The comment would go with what it stands between.
    refused("a.yaml", "- name: x\n  # why\n  v: 1\n", "{ remove = \"[0].name\" }");
}

#[test]
fn json_keeps_its_lines_commas_and_comments() {
    let content = "{\n  // tag\n  \"tag\": \"1.4.2\", // in use\n  \"list\": [1, 2],\n  \"deep\": {\n    \"a\": 1\n  }\n}\n";
    assert_eq!(
        text("a.json", content, "{ set = \"tag\", to = \"1.4.3\" }"),
        content.replace("1.4.2", "1.4.3")
    );
    assert_eq!(
        text(
            "a.json",
            content,
            "{ add = \"list[]\", value = 3 }, { set = \"deep.b.c\", to = true, create = true }, { remove = \"tag\" }"
        ),
        "{\n  // tag\n  \"list\": [1, 2, 3],\n  \"deep\": {\n    \"a\": 1,\n    \"b\": {\n      \"c\": true\n    }\n  }\n}\n"
    );
    assert_eq!(
        text("a.json", "{\"a\":1,\"b\":[]}", "{ add = \"b[]\", value = { x = 1 } }"),
        "{\"a\":1,\"b\":[{\"x\":1}]}"
    );
    assert_eq!(
        text("a.json", "\u{feff}{\"a\":1e400}", "{ set = \"b\", to = 1, create = true }"),
        "\u{feff}{\"a\":1e400,\"b\":1}"
    );
}

#[test]
fn toml_gets_keys_tables_and_elements_where_they_belong() {
    let content = "# top\nname = 'x' # n\n\n[dep]\na = \"1\"\nb = { version = \"1\", features = [\"p\"] }\n\n[[bin]]\nname = \"m\"\n\n[tool.x]\ny.z = 1\n";
    for (ops, changes) in [
        ("{ set = \"name\", to = \"y\" }", vec!["-name = 'x' # n", "+name = 'y' # n"]),
        (
            "{ set = \"dep.b.version\", to = \"2\" }",
            vec![
                "-b = { version = \"1\", features = [\"p\"] }",
                "+b = { version = \"2\", features = [\"p\"] }",
            ],
        ),
        (
            "{ add = \"dep.b.features[]\", value = \"q\" }",
            vec![
                "-b = { version = \"1\", features = [\"p\"] }",
                "+b = { version = \"1\", features = [\"p\", \"q\"] }",
            ],
        ),
        ("{ set = \"dep.c\", to = \"3\", create = true }", vec!["+c = \"3\""]),
        ("{ set = \"edition\", to = \"2024\", create = true }", vec!["+edition = \"2024\""]),
        ("{ set = \"tool.x.y.w\", to = 2, create = true }", vec!["+y.w = 2"]),
        (
            "{ remove = \"dep\" }",
            vec!["-[dep]", "-a = \"1\"", "-b = { version = \"1\", features = [\"p\"] }"],
        ),
        ("{ set = \"new.deep\", to = { k = 1 }, create = true }", vec!["+", "+[new]", "+deep = { k = 1 }"]),
        ("{ add = \"bin[]\", value = { name = \"n\" } }", vec!["+[[bin]]", "+name = \"n\"", "+"]),
        ("{ remove = \"bin[name=m].name\" }", vec!["-name = \"m\""]),
        ("{ set = \"since\", to = 2024-01-01, create = true }", vec!["+since = 2024-01-01"]),
    ] {
        assert_eq!(moved(content, &text("a.toml", content, ops)), changes, "{ops}");
    }
}

#[test]
fn ini_units_properties_and_variables_are_edited_in_their_own_spelling() {
    for (file, content, ops, result) in [
        (
            "a.ini",
            "; c\n[a]\nx = 1\n\n[b]\ny = 2\n",
            "{ set = \"a.x\", to = 5 }, { set = \"b.z\", to = \"q\", create = true }",
            "; c\n[a]\nx = 5\n\n[b]\ny = 2\nz = q\n",
        ),
        ("a.ini", "[a]\nx=1\n", "{ set = \"n.k\", to = \"v\", create = true }", "[a]\nx=1\n\n[n]\nk=v\n"),
        (
            "web.service",
            "[Service]\nEnvironment=A=1\nEnvironment=B=2\nExecStart=/bin/x \\\n  --y\n",
            "{ add = \"Service.Environment[]\", value = \"C=3\" }, { remove = \"Service.Environment[=A=1]\" }",
            "[Service]\nEnvironment=B=2\nEnvironment=C=3\nExecStart=/bin/x \\\n  --y\n",
        ),
        (
            "web.service",
            "[Service]\nUser=a\nRestart=no\n",
            "{ set = \"Service.User\", to = \"b\" }, { add = \"Service.After[]\", value = \"x.target\" }",
            "[Service]\nUser=b\nRestart=no\nAfter=x.target\n",
        ),
        (
            "web.service",
            "[Service]\nUser=a\nRestart=no\n",
            "{ add = \"Service.User[]\", value = \"b\" }",
            "[Service]\nUser=a\nUser=b\nRestart=no\n",
        ),
        (
            "a.properties",
            "# c\nserver.port = 80\nname: x\n",
            "{ set = \"server.port\", to = 8080 }, { set = \"a b\", to = \"é\", create = true }",
            "# c\nserver.port = 8080\nname: x\na\\ b = \\u00e9\n",
        ),
        (
            ".env",
            "# c\nexport A=1\nB=\"x y\"\nC='z'\n",
            "{ set = \"A\", to = \"p q\" }, { set = \"B\", to = \"q\" }, { remove = \"C\" }",
            "# c\nexport A=\"p q\"\nB=\"q\"\n",
        ),
        (".env", "A=$HOME\nB=1\n", "{ set = \"B\", to = 2 }", "A=$HOME\nB=2\n"),
    ] {
        assert_eq!(text(file, content, ops), result, "{file} {ops}");
    }
    for (file, content, ops) in [
        ("a.ini", "[a]\nx = 1 ; why\n", "{ set = \"a.x\", to = 2 }"),
        ("a.ini", "[a]\nx = 1\n", "{ set = \"a.x\", to = \"2 # no\" }"),
        ("a.ini", "[a]\nx=1\nx=2\n", "{ set = \"a.x\", to = \"2\\n[b]\" }"),
        (
            "web.service",
            "[Service]\nExecStart=/bin/x \\\n  --y\n",
            "{ set = \"Service.ExecStart\", to = \"z\" }",
        ),
        (".env", "A=$HOME\n", "{ set = \"A\", to = 2 }"),
        (".env", "A=1\n", "{ set = \"A\", to = \"a'b\\\"$\" }"),
    ] {
        refused(file, content, ops);
    }
}

#[test]
fn what_does_not_fit_is_told_all_at_once() {
    let content = "{\"a\":1,\"l\":[{\"n\":1},{\"n\":1}],\"t\":\"x\"}";
    assert_eq!(
        refused(
            "a.json",
            content,
            "{ test = \"a\", equals = 2 }, { set = \"b\", to = 1 }, { set = \"l[n=1].x\", to = 1 }, { set = \"t.u\", to = 1 }, { set = \"l[0].n\", to = 2 }, { test = \"t\", matches = \"y*\" }, { test = \"l\", count = 3 }"
        ),
        "a is 1, not 2; b is not there; l[n=1].x fits 2 elements, not one; t is a text, not a group of keys; \
         l[0].n is only an index; test what stands there first; t is x, which does not match y*; l has 2 entries, not 3"
    );
    // A test of the element makes an index mean what it meant to the author.
    assert_eq!(
        text("a.json", content, "{ test = \"l[0].n\", equals = 1 }, { set = \"l[0].n\", to = 2 }"),
        content.replacen("\"n\":1", "\"n\":2", 1)
    );
}

#[test]
fn what_is_all_there_already_is_told_and_tested_no_more() {
    let ops = "{ test = \"a\", equals = 1 }, { set = \"a\", to = 2 }, { remove = \"b\" }, { add = \"l[]\", value = \"x\" }";
    let content = "{\"a\":2,\"l\":[\"x\"]}";
    let again = tried("a.json", content, ops).expect("it fits");
    assert!(again.ops.iter().all(|op| op.grade == Grade::AlreadyThere), "{again:?}");
    assert_eq!(again.content.as_deref(), Some(content.as_bytes()));
    let first = text("a.json", "{\"a\":1,\"b\":0,\"l\":[]}", ops);
    assert_eq!(first, content);
    // Half of it is no reason to skip the test.
    assert_eq!(refused("a.json", "{\"a\":2,\"b\":0,\"l\":[]}", ops), "a is 2, not 1");
}

#[test]
fn conditions_are_held_against_what_comes_of_it() {
    let order = "do = [{ set = \"a\", to = 2 }]\nmust = [{ path = \"a\", one_of = [1, 3] }, { path = \"b\", absent = true }]";
    let edit = written("a.json", "{}", order).expect("an edit");
    let tried = edit.try_on(b"{\"a\":1,\"b\":1}").expect("it is read");
    assert_eq!(tried.content, None);
    let clashes: Vec<_> = tried.clashes().map(ToString::to_string).collect();
    assert_eq!(clashes, ["a is 2, not one of 1, 3", "b is there"]);
}

#[test]
fn json_patches_and_merge_patches_are_taken_as_their_standards_say() {
    let mut order =
        ordered("[[edits]]\nfile = \"a.json\"\njson_patch = \"p.json\"\n").expect("an order").remove(0);
    let mut patch = |patch: &str, content: &str| {
        order.imported = vec![patch.as_bytes().to_vec()];
        let edit = order.edit(b"{}").map_err(|bad| bad.to_string())?;
        let tried = edit.try_on(content.as_bytes()).map_err(|why| why.to_string())?;
        let clashes: Vec<_> = tried.clashes().map(ToString::to_string).collect();
        tried.content.map(|content| String::from_utf8(content).expect("text")).ok_or(clashes.join("; "))
    };
    for (ops, content, result) in [
        (
            r#"[{"op":"add","path":"/a~1b","value":{"c":null}}]"#,
            r#"{"x":1}"#,
            Ok(r#"{"x":1,"a/b":{"c":null}}"#),
        ),
        (
            r#"[{"op":"test","path":"/l/1","value":2.0},{"op":"add","path":"/l/1","value":9}]"#,
            r#"{"l":[1,2]}"#,
            Ok(r#"{"l":[1,9,2]}"#),
        ),
        (
            r#"[{"op":"add","path":"/l/1","value":9}]"#,
            r#"{"l":[1,2]}"#,
            Err("/l/1 is only an index; test what stands there first"),
        ),
        (r#"[{"op":"add","path":"/l/-","value":3}]"#, r#"{"l":[1,2]}"#, Ok(r#"{"l":[1,2,3]}"#)),
        (r#"[{"op":"move","from":"/a","path":"/b/c"}]"#, r#"{"a":1,"b":{}}"#, Ok(r#"{"b":{"c":1}}"#)),
        (
            r#"[{"op":"move","from":"/b","path":"/b/c"}]"#,
            r#"{"a":1,"b":{}}"#,
            Err("/b cannot be moved into itself"),
        ),
        (
            r#"[{"op":"copy","from":"/a","path":"/c"}]"#,
            r#"{"a":[1],"b":0}"#,
            Ok(r#"{"a":[1],"b":0,"c":[1]}"#),
        ),
        (r#"[{"op":"replace","path":"/z","value":1}]"#, r#"{"a":1}"#, Err("/z is not there")),
        (r#"[{"op":"add","path":"/z/y","value":1}]"#, r#"{"a":1}"#, Err("/z/y is not there")),
        (r#"[{"op":"test","path":"/a","value":"1"},{"op":"remove","path":"/a"}]"#, r#"{"a":1}"#, Err("a")),
    ] {
        match result {
            Ok(result) => assert_eq!(patch(ops, content), Ok(result.to_owned()), "{ops}"),
            Err("a") => assert_eq!(patch(ops, content), Err("/a is 1, not \"1\"".to_owned())),
            Err(why) => assert_eq!(patch(ops, content), Err(why.to_owned()), "{ops}"),
        }
    }
    let mut order =
        ordered("[[edits]]\nfile = \"a.json\"\nmerge_patch = \"m.json\"\n").expect("an order").remove(0);
    order.imported = vec![br#"{"a":null,"b":{"c":2,"d":null},"e":[1],"n":{"x":null}}"#.to_vec()];
    let edit = order.edit(b"{}").expect("an edit");
    let tried = edit.try_on(br#"{"a":1,"b":{"c":1},"e":5}"#).expect("it fits");
    assert_eq!(tried.content.as_deref(), Some(&br#"{"b":{"c":2},"e":[1],"n":{}}"#[..]));
}

#[test]
fn edits_that_are_none_are_told_with_their_place() {
    for (lines, problem) in [
        ("do = [{ set = \"a\" }]", "do[0]: \"to\" is missing"),
        (
            "do = [{ set = \"a..b\", to = 1 }]",
            "do[0].set: \"a..b\": character 3 of the path: a key is missing",
        ),
        ("do = [{ set = \"a\", to = 1, with = 2 }]", "do[0]: \"with\" is no key here"),
        (
            "do = [{ set = \"a\", add = \"b[]\" }]",
            "do[0]: has exactly one of \"add\", \"merge\", \"remove\", \"set\" and \"test\"",
        ),
        (
            "do = [{ add = \"a\", value = 1 }]",
            "do[0].add: ends with \"[]\", which is behind the last element",
        ),
        ("do = [{ test = \"a\", exists = true }]", "do: changes nothing"),
        ("do = []\nmore = 1", "more: is no key of an edit"),
        (
            "do = [{ remove = \"a\" }]\nformat = \"xml\"",
            "format: is one of env, ini, json, properties, toml, unit, yaml",
        ),
        ("do = [{ set = \"a\", to = 2024-01-01 }]", "do[0].to: JSON has no dates and no special numbers"),
        (
            "do = [{ test = \"a\", exists = false }, { remove = \"a\" }]",
            "do[0]: \"exists\" is true; use the other one for the contrary",
        ),
    ] {
        assert_eq!(written("a.json", "{}", lines).expect_err(lines), problem, "{lines}");
    }
    assert_eq!(
        written("a.conf", "x 1", "do = [{ remove = \"a\" }]").expect_err("no form"),
        "format: says what form the file has: its name does not tell"
    );
}

#[test]
fn an_author_hears_of_an_edit_that_does_nothing() {
    let idle = |content: &str, ops: &str| tried("a.json", content, ops).expect("it fits").idle();
    assert_eq!(idle("{\"a\":1}", "{ set = \"a\", to = 1 }"), ["the edit changes nothing in this file"]);
    assert_eq!(idle("{\"a\":1}", "{ set = \"a\", to = 2 }, { remove = \"b\" }"), ["b is not there"]);
    assert!(idle("{\"a\":1}", "{ set = \"a\", to = 2 }").is_empty());
}

#[test]
fn hostile_edits_and_files_end_and_say_why() {
    let many: String = (0..10_001).map(|_| "{\"remove\":\"a\"},").collect();
    let json = format!("[{{\"do\":[{}],\"format\":\"json\"}}]", many.trim_end_matches(','));
    assert_eq!(
        FileEdits::from_json(json.as_bytes()).expect_err("too many").to_string(),
        "do: has more than 10,000 entries"
    );
    for json in [
        r#"{"do":[{"set":"a","to":{"=number":"1","x":1}}],"format":"json"}"#,
        r#"{"do":[{"set":"a","to":{"=group":[["a",1],["a",2]]}}],"format":"json"}"#,
        r#"{"do":[{"set":"a","to":{"=odd":"1"}}],"format":"json"}"#,
        r#"{"do":[{"set":"a","to":{"=number":"1,\"b\":2"}}],"format":"json"}"#,
        r#"{"do":[{"set":"a","to":{"=plain":"2024-01-01"}}],"format":"json"}"#,
        r#"{"do":[{"explode":"a"}],"format":"json"}"#,
        r#"{"do":[{"remove":"a"}],"format":"json","file":"../x"}"#,
        r#"{"do":[{"remove":"a"}]}"#,
        "1",
    ] {
        assert!(FileEdits::from_json(format!("[{json}]").as_bytes()).is_err(), "{json}");
    }
    // A spelling that brings more than one value is not proven.
    let smuggled = r#"{"do":[{"set":"a","to":{"=number":"1\nb = 2"}}],"format":"toml"}"#;
    let edit = FileEdits::from_json(format!("[{smuggled}]").as_bytes()).expect("it reads");
    assert!(edit.try_on(b"a = 0\n").is_err());
    let deep = "[".repeat(100_000);
    refused("a.json", &deep, "{ remove = \"a\" }");
    let bomb: String = (0..20).map(|n| format!("a{}: &a{} [*a{n}, *a{n}]\n", n + 1, n + 1)).collect();
    let bomb = format!("a0: &a0 [x]\n{bomb}ok: 1\n");
    assert!(text("a.yaml", &bomb, "{ set = \"ok\", to = 2 }").ends_with("ok: 2\n"));
    let wide: String = (0..40_000).map(|n| format!("k{n}: v{n} # c\n")).collect();
    assert!(text("a.yaml", &wide, "{ set = \"k39999\", to = \"x\" }").ends_with("k39999: x # c\n"));
    // Two spellings of one letter are two keys.
    assert_eq!(
        text("a.json", "{\"\u{e9}\":1,\"e\u{301}\":2}", "{ set = \"\u{e9}\", to = 3 }"),
        "{\"\u{e9}\":3,\"e\u{301}\":2}"
    );
}

#[test]
fn what_somebody_changed_here_and_the_patch_changes_too_is_told_with_all_its_values() {
    let base = "a: 1\nb: 1\nc: 1\n";
    let edits =
        |ops: &str| FileEdits::new(vec![written("a.yaml", base, &format!("do = [{ops}]")).expect("an edit")]);
    let set = edits("{ set = \"a\", to = 2 }, { remove = \"b\" }, { set = \"m\", to = 1, create = true }");
    let on = |edits: &FileEdits, here: &str| {
        let tried = edits.try_on_edited(base.as_bytes(), here.as_bytes()).expect("it is read");
        let clashes: Vec<_> = tried.clashes().map(ToString::to_string).collect();
        tried.content.map(|content| String::from_utf8(content).expect("text")).ok_or(clashes.join("; "))
    };
    assert_eq!(on(&set, "# ours\na: 1\nb: 1\nc: 7\n"), Ok("# ours\na: 2\nc: 7\nm: 1\n".to_owned()));
    assert_eq!(
        on(&set, "a: 9\nb: 5\nc: 1\nm: 3\n"),
        Err("a was 1, is 9 here, and would become 2; b was 1, is 5 here, and would become not there; \
             m was not there, is 3 here, and would become 1"
            .to_owned())
    );
    // A test of its own says which values may be there.
    let tested = edits("{ test = \"a\", one_of = [1, 9] }, { set = \"a\", to = 2 }");
    assert_eq!(on(&tested, "a: 9\nb: 1\n"), Ok("a: 2\nb: 1\n".to_owned()));
    // What is there already is no clash.
    assert_eq!(on(&edits("{ set = \"a\", to = 2 }"), "a: 2 # ours\n"), Ok("a: 2 # ours\n".to_owned()));
}
