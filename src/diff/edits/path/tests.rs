//! How paths to values are read.

use super::*;

fn parse(path: &str) -> Result<Vec<PathSegment>, usize> {
    Path::parse(path, Format::Yaml).map(|path| path.parts).map_err(|no| no.at)
}

#[test]
fn paths_are_read_strictly() {
    let key = |key: &str| PathSegment::Key(key.to_owned());
    let pick = |keys: &[&str], is: &str| PathSegment::Pick {
        keys: keys.iter().map(|&key| key.to_owned()).collect(),
        is: is.to_owned(),
    };
    for (path, parts) in [
        ("a.b", vec![key("a"), key("b")]),
        ("\"a.b/c\".d", vec![key("a.b/c"), key("d")]),
        ("\"\"", vec![key("")]),
        ("\"a\\\"]\\\\\"", vec![key("a\"]\\")]),
        ("containers[name=web].x", vec![key("containers"), pick(&["name"], "web"), key("x")]),
        ("l[metadata.name=\"a]b\"]", vec![key("l"), pick(&["metadata", "name"], "a]b")]),
        ("l[=x=y]", vec![key("l"), pick(&[], "x=y")]),
        ("l[=]", vec![key("l"), pick(&[], "")]),
        ("l[0][12]", vec![key("l"), PathSegment::Index(0), PathSegment::Index(12)]),
        ("env[]", vec![key("env"), PathSegment::End]),
        ("[0].a", vec![PathSegment::Index(0), key("a")]),
        ("é.ü", vec![key("é"), key("ü")]),
    ] {
        assert_eq!(parse(path), Ok(parts), "{path}");
    }
    for (path, at) in [
        ("", 0),
        (".a", 0),
        ("a..b", 2),
        ("a.", 2),
        ("a[", 2),
        ("a[0", 2 + 1),
        ("a[007]", 2),
        ("a[b]", 3),
        ("a[b=c", 5),
        ("a[]b", 3),
        ("a[].b", 3),
        ("a\"b\"", 1),
        ("\"a", 1),
        ("\"a\"b", 3),
        ("\"\\n\"", 1),
        ("a]b[0]c", 6),
    ] {
        assert_eq!(parse(path), Err(at), "{path}");
    }
    assert!(Path::parse(&"a.".repeat(3_000), Format::Json).is_err());
    assert!(Path::parse(&format!("{}a", "a.".repeat(64)), Format::Json).is_err());
    assert!(Path::parse("a.b.c=d[", Format::Properties).is_ok());
}

#[test]
fn pointers_are_read_strictly() {
    let parts = |pointer: &str| Path::pointer(pointer).map(|path| path.parts).map_err(|no| no.at);
    let token = |token: &str| PathSegment::Token(token.to_owned());
    assert_eq!(parts(""), Ok(vec![]));
    assert_eq!(parts("/a~1b/~01/"), Ok(vec![token("a/b"), token("~1"), token("")]));
    assert_eq!(parts("a"), Err(0));
    assert_eq!(parts("/a/~2"), Err(3));
    assert_eq!(parts("/~"), Err(1));
}
