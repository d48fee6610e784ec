//! What hostile text looks like once it is safe, and that nothing hidden survives and nothing is lost.

use proptest::prelude::*;

use super::*;

#[test]
fn ordinary_text_is_shown_as_it_is() {
    for text in [
        "",
        "Fixes the login page",
        r"C:\lib\share \\server\a 50\50 \",
        r"a regex \d+\.\w* and \u0041",
        "naïve, Ελληνικά, отчёт, 日本語, 한국어, हिन्दी क्षेत्रीय, עברית, العربية, ไทยที่",
        "🎉 👍🏽 10µm – “quoted”",
        "e\u{301} and x\u{323}\u{307}",
    ] {
        assert!(matches!(escape_line(text), Cow::Borrowed(shown) if shown == text), "{text:?}");
        assert!(matches!(escape_text(text), Cow::Borrowed(shown) if shown == text), "{text:?}");
        assert_eq!(escape_bytes(text.as_bytes()), text);
        assert_eq!(hidden_count(text), 0);
    }
}

#[test]
fn h90_terminal_commands_become_text() {
    let cases = [
        ("\u{1b}[2Jgone", r"\u{1b}[2Jgone"),
        ("\u{1b}]52;c;cGF5bG9hZA==\u{7}", r"\u{1b}]52;c;cGF5bG9hZA==\u{7}"),
        (
            "\u{1b}]8;;http://x\u{1b}\\click\u{1b}]8;;\u{1b}\\",
            r"\u{1b}]8;;http://x\u{1b}\click\u{1b}]8;;\u{1b}\",
        ),
        ("bad\u{8}\u{8}\u{8}ok ", r"bad\u{8}\u{8}\u{8}ok "),
        ("\u{9b}31m", r"\u{9b}31m"),
        ("a\u{2028}b\u{2029}c\u{85}d", r"a\u{2028}b\u{2029}c\u{85}d"),
        ("a\0b\u{7f}", r"a\u{0}b\u{7f}"),
    ];
    for (hostile, shown) in cases {
        assert_eq!(escape_line(hostile), shown);
        assert_eq!(escape_text(hostile), shown);
        assert_eq!(escape_bytes(hostile.as_bytes()), shown);
        assert!(hidden_count(hostile) > 0);
    }
}

#[test]
fn h90_a_carriage_return_cannot_overwrite_a_line() {
    assert_eq!(escape_text("rm -rf /\rls\n"), "rm -rf /\\u{d}ls\n");
    assert_eq!(escape_bytes(b"rm -rf /\rls"), r"rm -rf /\u{d}ls");
    assert_eq!(escape_line("rm -rf /\rls"), r"rm -rf /\u{d}ls");
    assert_eq!(hidden_count("rm -rf /\rls\n"), 1);
}

#[test]
fn windows_line_ends_are_visible_and_no_alarm() {
    assert_eq!(escape_text("a\r\nb\tc\r\n\r"), "a\\r\nb\tc\\r\n\\r");
    assert_eq!(escape_bytes(b"a\tb\r\n"), "a\tb\\r\n");
    assert_eq!(escape_bytes(b"a\r\xff"), r"a\u{d}\xff");
    assert_eq!(escape_line("a\r\n\tb"), r"a\u{d}\u{a}\u{9}b");
    assert_eq!(hidden_count("a\r\nb\tc\r\n"), 0);
}

#[test]
fn h91_text_that_turns_its_reading_direction_is_shown_in_order() {
    // The shapes of Trojan Source: an early return, and code that is in truth a comment.
    assert_eq!(
        escape_text("'''Subtract funds \u{2067}''' ;return\n"),
        "'''Subtract funds \\u{2067}''' ;return\n"
    );
    assert_eq!(
        escape_text("/*\u{202e} } \u{2066}if (isAdmin)\u{2069} \u{2066} begin admins only */"),
        r"/*\u{202e} } \u{2066}if (isAdmin)\u{2069} \u{2066} begin admins only */"
    );
    assert_eq!(
        hidden_count("\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{61c}"),
        10
    );
}

#[test]
fn h92_what_is_drawn_as_nothing_is_spelled_out() {
    for c in [
        '\u{3164}',
        '\u{ffa0}',
        '\u{115f}',
        '\u{1160}',
        '\u{2800}',
        '\u{17b4}',
        '\u{34f}',
        '\u{180e}',
        '\u{180b}',
        '\u{fe00}',
        '\u{fe0f}',
        '\u{e0100}',
        '\u{e0041}',
        '\u{200b}',
        '\u{200d}',
        '\u{ad}',
        '\u{feff}',
        '\u{2065}',
        '\u{fff9}',
        '\u{1d173}',
        '\u{e000}',
        '\u{f03a}',
        '\u{10fffd}',
        '\u{378}',
        '\u{fffe}',
        '\u{fdd0}',
    ] {
        let hostile = format!("a{c}b");
        let shown = format!("a\\u{{{:x}}}b", u32::from(c));
        assert_eq!(escape_line(&hostile), shown);
        assert_eq!(escape_text(&hostile), shown);
        assert_eq!(hidden_count(&hostile), 1);
    }
}

#[test]
fn h93_a_pile_of_marks_is_broken_up() {
    let pile = format!("a{}b", "\u{301}".repeat(10));
    let shown = format!("a{}\\u{{301}}\\u{{301}}b", "\u{301}".repeat(8));
    assert_eq!(escape_line(&pile), shown);
    assert_eq!(hidden_count(&pile), 2);
    // A mark without a base would be drawn onto what stands before the text, or onto a token.
    assert_eq!(escape_line("\u{338}x"), r"\u{338}x");
    assert_eq!(escape_line("\u{200b}\u{338}x"), r"\u{200b}\u{338}x");
    assert_eq!(escape_text("a\n\u{338}x"), "a\n\\u{338}x");
    // Selectors between the marks do not start a new count.
    let mixed = format!("a{}", "\u{301}\u{301}\u{fe0f}".repeat(20));
    assert_eq!(escape_line(&mixed).chars().filter(|&c| c == '\u{301}').count(), 2);
}

#[test]
fn h93_huge_texts_take_no_noticeable_time() {
    // Quadratic time would be hours.
    for text in ["\u{301}", "\\", "\\\u{301}", "語", "\r"] {
        let huge = text.repeat(1_000_000);
        assert!(escape_line(&huge).len() >= huge.len());
        assert!(one_line(&huge, 200).chars().count() <= 200);
    }
}

#[test]
fn text_that_imitates_a_token_shows_a_second_backslash() {
    let cases = [
        (r"\u{202e}", r"\\u{202e}"),
        ("\\\u{202e}", r"\\\u{202e}"),
        ("\\\\\u{202e}", r"\\\\\u{202e}"),
        (r"\\u{202e}", r"\\\\u{202e}"),
    ];
    for (text, shown) in cases {
        assert_eq!(escape_line(text), shown);
        assert_eq!(escape_text(text), shown);
    }
    assert_eq!(escape_line(r"\\net\C:\new\tools\root"), r"\\net\C:\new\tools\root");
    assert_eq!(escape_text("print(\"\\r\\n\\t\")\n"), "print(\"\\r\\n\\t\")\n");
    assert_eq!(escape_text("ends in \\r\n"), "ends in \\\\r\n");
    assert_eq!(escape_bytes(br"\xff"), r"\\xff");
    assert_eq!(escape_bytes(b"\\\xff"), r"\\\xff");
    assert_eq!(escape_line(r"\xff"), r"\xff");
}

#[test]
fn bytes_that_are_no_text_are_spelled_out() {
    assert_eq!(escape_bytes(b"caf\xe9 \xf0\x9f\x8e\x89 \xc3"), r"caf\xe9 🎉 \xc3");
    assert_eq!(escape_bytes(b"\xed\xa0\x80\xc0\xaf"), r"\xed\xa0\x80\xc0\xaf");
    assert_eq!(escape_bytes("\u{202e}a".as_bytes()), r"\u{202e}a");
    // The accent has no base after a byte.
    assert_eq!(escape_bytes(b"a\xff\xcc\x81"), r"a\xff\u{301}");
}

#[test]
fn one_line_fits_and_never_cuts_a_token() {
    assert_eq!(one_line("short", 5), "short");
    assert_eq!(one_line("longer", 5), "long…");
    assert_eq!(one_line("日本語日本語", 4), "日本語…");
    assert_eq!(one_line("ab\u{202e}cd", 20), r"ab\u{202e}cd");
    assert_eq!(one_line("ab\u{202e}cd", 11), r"ab\u{202e}…");
    assert_eq!(one_line("ab\u{202e}cd", 10), "ab…");
    assert_eq!(one_line("ab\u{202e}", 10), r"ab\u{202e}");
    assert_eq!(one_line("a\nb", 9), r"a\u{a}b");
    assert_eq!(
        (one_line("ab", 1), one_line("ab", 0), one_line("", 0)),
        ("…".into(), String::new(), String::new())
    );
}

/// Text made of what escaping has to think about.
fn tricky() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            "\\", "n", "r", "t", "u", "{", "u{", "x", "ff", "4", "}", "\n", "\r", "\t", "\r\n", "\u{202e}",
            "\u{301}", "\u{fe0f}", "\u{1b}", "\u{3164}", "é", "語", "a",
        ])
        .prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

/// Reads escaped text back, by the rules in the module's header and nothing else.
fn unescape(shown: &str, has_lines: bool, has_bytes: bool) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut rest = shown;
    while let Some(c) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches('\\').len();
        if run == 0 {
            plain.extend_from_slice(c.to_string().as_bytes());
            rest = &rest[c.len_utf8()..];
            continue;
        }
        rest = &rest[run..];
        let Some((length, bytes)) = token(rest, has_lines, has_bytes) else {
            plain.extend(std::iter::repeat_n(b'\\', run));
            continue;
        };
        plain.extend(std::iter::repeat_n(b'\\', run / 2));
        if run % 2 == 1 {
            plain.extend(bytes);
            rest = &rest[length..];
        } else {
            // What only reads like a token; its letter keeps the next round from seeing one again.
            plain.push(rest.as_bytes()[0]);
            rest = &rest[1..];
        }
    }
    plain
}

/// The length of the token's body that `rest` begins with, and what it stands for.
fn token(rest: &str, has_lines: bool, has_bytes: bool) -> Option<(usize, Vec<u8>)> {
    let mut chars = rest.chars();
    let first = chars.next()?;
    let after = chars.as_str();
    match first {
        'r' if has_lines && (after.is_empty() || after.starts_with('\n')) => Some((1, b"\r".to_vec())),
        'u' if after.starts_with('{') => {
            let body = after[1..].split('}').next().unwrap_or_default();
            let c = u32::from_str_radix(body, 16).ok().and_then(char::from_u32).unwrap_or('?');
            Some((body.len() + 3, c.to_string().into_bytes()))
        }
        'x' if has_bytes => {
            let digits =
                after.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            Some((3, vec![u8::from_str_radix(digits, 16).expect("two hex digits")]))
        }
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn nothing_unseen_survives(text in tricky()) {
        prop_assert!(escape_line(&text).chars().all(|c| unseen(c).is_none()));
        let is_kept = |c: char| matches!(c, '\n' | '\t');
        prop_assert!(escape_text(&text).chars().all(|c| is_kept(c) || unseen(c).is_none()));
        prop_assert_eq!(escape_text(&text).matches('\n').count(), text.matches('\n').count());
        prop_assert_eq!(hidden_count(&escape_line(&text)), 0);
    }

    #[test]
    fn escaping_twice_only_doubles_backslashes(text in tricky()) {
        let once = escape_text(&text);
        let twice = escape_text(&once);
        prop_assert_eq!(twice.replace('\\', ""), once.replace('\\', ""));
        prop_assert_eq!(unescape(&twice, true, false), once.as_bytes());
    }

    #[test]
    fn nothing_unseen_survives_in_bytes(line in prop::collection::vec(any::<u8>(), 0..60)) {
        prop_assert!(escape_bytes(&line).chars().all(|c| matches!(c, '\n' | '\t') || unseen(c).is_none()));
    }

    #[test]
    fn escaping_can_be_undone(text in tricky(), bytes in prop::collection::vec(any::<u8>(), 0..3)) {
        prop_assert_eq!(unescape(&escape_line(&text), false, false), text.as_bytes());
        prop_assert_eq!(unescape(&escape_text(&text), true, false), text.as_bytes());
        let line = [text.as_bytes(), &bytes, text.as_bytes()].concat();
        prop_assert_eq!(unescape(&escape_bytes(&line), true, true), line);
    }

    #[test]
    fn one_line_is_a_start_of_the_whole_line(text in tricky(), max_chars in 0_usize..30) {
        let whole = escape_line(&text);
        let short = one_line(&text, max_chars);
        prop_assert!(short.chars().count() <= max_chars);
        match short.strip_suffix('…') {
            Some(start) if short != whole => prop_assert!(whole.starts_with(start)),
            _ => prop_assert!(short == whole || max_chars == 0),
        }
    }
}

proptest! {
    #[test]
    fn the_pieces_are_the_whole(line in proptest::collection::vec(any::<u8>(), 0..40)) {
        let (mut shown, mut source_bytes) = (String::new(), 0);
        escape_in_pieces(&line, &mut |bytes, piece, _| {
            source_bytes += bytes;
            shown.push_str(piece);
        });
        prop_assert_eq!(shown, escape_bytes(&line));
        prop_assert_eq!(source_bytes, line.len());
    }
}
