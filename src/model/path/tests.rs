//! Every hostile path on the list, the benign ones beside them, and what holds for any path at all.

use proptest::prelude::*;

use super::*;

fn problem(raw: &str) -> Option<PathProblem> {
    TreePath::parse(raw).err().map(|error| error.problem)
}

fn path(raw: &str) -> TreePath {
    TreePath::parse(raw).expect("the test's path keeps the policy")
}

#[track_caller]
fn refused(cases: &[(&str, PathProblem)]) {
    for (raw, expected) in cases {
        assert_eq!(problem(raw).as_ref(), Some(expected), "{raw:?}");
    }
}

#[test]
fn ordinary_names_are_accepted_and_portable() {
    for raw in [
        "a",
        "bin/app",
        "a b.txt",
        ".gitignore",
        "..data/x",
        "naïve.txt",
        "日本語/ファイル.txt",
        "第1章：概要.txt",
        "отчёт.doc",
        "한국어.md",
        "🎉.md",
        "❤\u{fe0f}.md",
        "👍🏽.png",
        "-rf",
        "~user",
        "x~",
        "a%20b",
        "C++/[id]/$x/{y}/@z,#1;(2)&'3'.txt",
        "lib/.patchwrights",
        ".patchwrights",
        "patchwright",
        "patchw~",
    ] {
        assert_eq!(problem(raw), None, "{raw:?}");
        assert_eq!(path(raw).unportable(), None, "{raw:?}");
        assert_eq!(path(raw).as_str(), raw);
    }
}

#[test]
fn names_that_only_windows_dislikes_are_accepted_and_unportable() {
    for raw in [
        "man3/Foo::Bar.3pm",
        "C:x",
        r"C:\x",
        r"1:\x",
        r"\\server\share",
        r"a\..\..\x",
        "app.exe:s",
        "a::$DATA",
        "CON",
        "nul.txt",
        "COM1 .txt",
        "COM¹",
        "app.exe.",
        "app.exe ",
        "...",
        "PROGRA~1/x",
        "what?",
        "*",
        "a|b",
        "\"a\"",
        "<a>",
    ] {
        assert_eq!(problem(raw), None, "{raw:?}");
        assert!(path(raw).unportable().is_some(), "{raw:?}");
    }
}

#[test]
fn h34_h35_parent_folders_are_refused() {
    for raw in ["../x", "a/../../x", "a/..", "..", "a/../b"] {
        assert_eq!(problem(raw), Some(PathProblem::ParentFolder), "{raw:?}");
    }
}

#[test]
fn h36_h38_slashes_and_dots_out_of_place_are_refused() {
    refused(&[
        ("/etc/passwd", PathProblem::Absolute),
        ("//server/share", PathProblem::Absolute),
        ("/", PathProblem::Absolute),
        ("a//b", PathProblem::DoubleSlash),
        ("a/", PathProblem::TrailingSlash),
        ("./a", PathProblem::CurrentFolder),
        ("a/.", PathProblem::CurrentFolder),
        (".", PathProblem::CurrentFolder),
        ("", PathProblem::Empty),
    ]);
}

#[test]
fn h39_percent_signs_are_never_decoded() {
    let encoded = path("%2e%2e/x");
    assert_eq!(encoded.as_str(), "%2e%2e/x");
    assert_eq!(encoded.components().next(), Some("%2e%2e"));
}

#[test]
fn h42_a_space_at_the_start_is_refused() {
    for raw in [" lead", "a/ b", "\u{a0}x", "\u{3000}x", "\u{2003}x", " "] {
        assert_eq!(problem(raw), Some(PathProblem::LeadingSpace), "{raw:?}");
    }
}

#[test]
fn h45_a_second_spelling_is_refused() {
    refused(&[
        ("cafe\u{301}", PathProblem::NotComposed),
        ("\u{212a}ernel", PathProblem::NotComposed),
        ("\u{1100}\u{1161}", PathProblem::NotComposed),
        ("a/\u{f900}", PathProblem::NotComposed),
    ]);
    assert_eq!(problem("caf\u{e9}"), None);
}

#[test]
fn h47_our_own_folder_is_refused_in_every_spelling() {
    for raw in [
        ".patchwright",
        ".patchwright/intent",
        ".PATCHWRIGHT/x",
        ".PatchWright",
        ".patchwright./x",
        ".patchwright /x",
        ".patchwright. .",
        ".patchwright::$INDEX_ALLOCATION/x",
        ".patchwright:stream",
        r".patchwright\intent",
        "\u{ff0e}patchwright/x",
        "\u{2024}patchwright/x",
        ".\u{ff50}atchwright/x",
        ".patchwright\u{a0}/x",
        "PATCHW~1/lock",
        "app/.patchwright/history/x",
        "app/lib/.PatchWright",
        "patchw~12",
    ] {
        assert_eq!(problem(raw), Some(PathProblem::StateDir), "{raw:?}");
    }
    refused(&[(".patch\u{200c}wright/x", PathProblem::Format('\u{200c}'))]);
    refused(&[(".patch\u{34f}wright/x", PathProblem::Invisible('\u{34f}'))]);
}

#[test]
fn h48_names_beyond_the_limits_are_refused() {
    let longest = "é".repeat(127) + "x";
    assert_eq!(longest.len(), TreePath::MAX_NAME_BYTES);
    assert_eq!(problem(&longest), None);
    assert_eq!(problem(&"é".repeat(128)), Some(PathProblem::NameTooLong(256)));

    let name = "n".repeat(255);
    let full = [name.as_str(); 4].join("/") + "/";
    assert_eq!(full.len(), 1024);
    assert_eq!(problem(full.trim_end_matches('/')), None);
    assert_eq!(problem(&(full + "n")), Some(PathProblem::PathTooLong(1025)));

    assert_eq!(problem(&vec!["d"; 64].join("/")), None);
    assert_eq!(problem(&vec!["d"; 65].join("/")), Some(PathProblem::TooDeep(65)));
    assert_eq!(problem(&vec!["d"; 300].join("/")), Some(PathProblem::TooDeep(300)));
}

#[test]
fn h49_control_characters_are_refused() {
    for c in (0..=0x1f).chain(0x7f..=0x9f).filter_map(char::from_u32) {
        assert_eq!(problem(&format!("a{c}b")), Some(PathProblem::Control(c)));
        assert_eq!(problem(&format!("a{c}")), Some(PathProblem::Control(c)));
        assert_eq!(problem(&format!("{c}")), Some(PathProblem::Control(c)));
    }
}

#[test]
fn h50_characters_that_turn_or_join_text_are_refused() {
    for c in ['\u{202e}', '\u{2066}', '\u{200b}', '\u{200d}', '\u{ad}', '\u{feff}', '\u{e0041}', '\u{61c}'] {
        assert_eq!(problem(&format!("app{c}fdp.exe")), Some(PathProblem::Format(c)));
    }
    // A family emoji is joined by U+200D, which elsewhere hides in plain letters.
    assert_eq!(problem("👩\u{200d}👧.png"), Some(PathProblem::Format('\u{200d}')));
}

#[test]
fn h51_characters_that_are_not_what_they_seem_are_refused() {
    refused(&[
        ("a\u{ff0f}b", PathProblem::DisguisedSeparator('\u{ff0f}')),
        ("a\u{ff3c}b", PathProblem::DisguisedSeparator('\u{ff3c}')),
        ("a\u{fe68}b", PathProblem::DisguisedSeparator('\u{fe68}')),
        ("\u{2105}", PathProblem::DisguisedSeparator('\u{2105}')),
        ("\u{2024}\u{2024}/x", PathProblem::DisguisedDots),
        ("x/.\u{2024}", PathProblem::DisguisedDots),
        ("\u{2025}", PathProblem::DisguisedDots),
        ("\u{ff0e}", PathProblem::DisguisedDots),
        (".. /x", PathProblem::DisguisedDots),
        (".\u{a0}", PathProblem::DisguisedDots),
        ("a\u{f03a}b", PathProblem::PrivateUse('\u{f03a}')),
        ("a\u{fffe}", PathProblem::Noncharacter('\u{fffe}')),
        ("a\u{fdd0}", PathProblem::Noncharacter('\u{fdd0}')),
        ("a\u{378}", PathProblem::Unassigned('\u{378}')),
        ("a\u{10ffff}", PathProblem::Noncharacter('\u{10ffff}')),
    ]);
    // Only alike to the eye: allowed, and named for the person who looks at the plan.
    for raw in ["a\u{2215}b", "a\u{2044}b", "app\u{2024}exe"] {
        assert_eq!(problem(raw), None, "{raw:?}");
        assert_eq!(path(raw).name_warnings().len(), 1, "{raw:?}");
    }
}

#[test]
fn h92_blank_letters_and_stray_selectors_are_refused() {
    for c in ['\u{3164}', '\u{115f}', '\u{2800}', '\u{34f}', '\u{17b4}', '\u{e0100}', '\u{fe0e}', '\u{2028}']
    {
        assert_eq!(problem(&format!("a{c}b")), Some(PathProblem::Invisible(c)));
    }
    refused(&[
        ("a\u{fe0f}.txt", PathProblem::Invisible('\u{fe0f}')),
        ("1\u{fe0f}.txt", PathProblem::Invisible('\u{fe0f}')),
        ("❤\u{fe0f}\u{fe0f}", PathProblem::Invisible('\u{fe0f}')),
        ("\u{fe0f}", PathProblem::Invisible('\u{fe0f}')),
        ("a/\u{338}b", PathProblem::LeadingMark('\u{338}')),
    ]);
}

#[test]
fn a_name_that_is_not_utf8_is_refused_with_its_bytes() {
    let error = TreePath::parse_bytes(b"caf\xe9/a\xff\xfeb").expect_err("not UTF-8");
    assert_eq!(error.problem, PathProblem::NotUtf8);
    assert_eq!(error.to_string(), r#"a name is not UTF-8: "caf\xe9/a\xff\xfeb""#);
    assert_eq!(TreePath::parse_bytes("é/x".as_bytes()), Ok(path("é/x")));
    assert_eq!(TreePath::parse_bytes(b"../x").map_err(|error| error.problem), Err(PathProblem::ParentFolder));
    // The bytes of a surrogate and of an overlong slash.
    assert!(TreePath::parse_bytes(b"\xed\xa0\x80").is_err());
    assert!(TreePath::parse_bytes(b"a\xc0\xafb").is_err());
}

#[test]
fn a_message_is_calm_short_and_hides_nothing() {
    let message = |raw: &str| TreePath::parse(raw).expect_err("refused").to_string();
    assert_eq!(message("../x"), r#"a path contains "..": "../x""#);
    assert_eq!(
        message("app\u{202e}fdp.exe"),
        r#"a name contains the invisible formatting character U+202E: "app\u{202e}fdp.exe""#
    );
    assert_eq!(message("a\r"), r#"a name contains the control character U+000D: "a\u{d}""#);
    assert!(message(&"x".repeat(1_000_000)).chars().count() < 200);
}

#[test]
fn a_path_knows_its_surroundings() {
    let place = path("a/b/c");
    assert_eq!((place.name(), place.depth()), ("c", 3));
    assert_eq!(place.ancestors().collect::<Vec<_>>(), [path("a/b"), path("a")]);
    assert!(place.is_below(&path("a")) && !path("ab").is_below(&path("a")) && !place.is_below(&place));
    assert_eq!(path("a").join("b/c"), Ok(place.clone()));
    assert!(place.join("../x").is_err() && place.join("").is_err());
    assert_eq!((place.prefix(1), place.prefix(2), place.prefix(9)), (path("a"), path("a/b"), path("a/b/c")));
    assert_eq!((place.beside("d"), path("a").beside("d")), (path("a/b/d"), path("d")));
}

/// Text that is likely to be on the edge of the policy.
fn nearly_a_path() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => "[a-zA-Z0-9]{1,3}",
        3 => Just("/".to_owned()),
        3 => Just(".".to_owned()),
        2 => prop::sample::select(vec![
            " ", "\\", ":", "..", "~1", "-", "é", "\u{301}", "\u{2024}", "\u{ff0f}", "\u{200d}", "\u{a0}", "CON",
            "nul", "C:", "C", ".patchwright", "*", "語", "🎉", "\u{fe0f}", "\u{2215}", "%2e", "\0", "\r", "¹",
        ])
        .prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

/// How many folders below the root a POSIX system goes for `path`; `None` if it leaves the root on the way.
fn posix_depth(path: &str) -> Option<usize> {
    let start = if path.starts_with('/') { None } else { Some(0) };
    path.split('/').try_fold(start?, |depth: usize, name| match name {
        "" | "." => Some(depth),
        ".." => depth.checked_sub(1),
        _ => Some(depth + 1),
    })
}

/// The same for Windows without verbatim paths: both slashes, drives, devices, streams, and dropped endings.
fn windows_depth(path: &str) -> Option<usize> {
    if path.starts_with(['/', '\\']) || path.chars().nth(1) == Some(':') {
        return None;
    }
    path.split(['/', '\\']).try_fold(0_usize, |depth, name| {
        let name = name.split(':').next().unwrap_or(name);
        let stem = name.split('.').next().unwrap_or(name).trim_end_matches(' ').to_ascii_lowercase();
        if matches!(stem.as_str(), "con" | "nul" | "aux" | "prn") {
            return None;
        }
        match name.trim_end_matches(' ') {
            ".." => depth.checked_sub(1),
            other if other.trim_end_matches(['.', ' ']).is_empty() => Some(depth),
            _ => Some(depth + 1),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn an_accepted_path_is_kept_as_it_is(raw in nearly_a_path()) {
        if let Ok(path) = TreePath::parse(&raw) {
            prop_assert_eq!(path.as_str(), &raw);
            prop_assert_eq!(TreePath::parse(path.as_str()), Ok(path.clone()));
            prop_assert_eq!(TreePath::parse_bytes(raw.as_bytes()), Ok(path.clone()));
            for folder in path.ancestors() {
                prop_assert_eq!(TreePath::parse(folder.as_str()), Ok(folder.clone()));
                prop_assert!(path.is_below(&folder));
            }
        }
    }

    #[test]
    fn an_accepted_path_stays_inside_on_every_system(raw in nearly_a_path()) {
        if let Ok(path) = TreePath::parse(&raw) {
            prop_assert_eq!(posix_depth(&raw), Some(path.depth()));
            if path.unportable().is_none() {
                prop_assert_eq!(windows_depth(&raw), Some(path.depth()));
                let plain: String = raw.nfkc().collect();
                prop_assert_eq!(windows_depth(&plain).is_some(), true);
            }
            let plain: String = raw.nfkc().collect();
            prop_assert_eq!(posix_depth(&plain), Some(path.depth()));
        }
    }

    #[test]
    fn no_message_passes_on_what_cannot_be_seen(raw in nearly_a_path()) {
        if let Err(error) = TreePath::parse(&raw) {
            prop_assert!(error.to_string().chars().all(|c| unseen(c).is_none()));
        }
    }

    #[test]
    fn no_bytes_make_the_parser_fall(raw in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = TreePath::parse_bytes(&raw);
    }
}
