//! What is found, what is left in peace, and how long that takes.

use proptest::prelude::*;

use super::ConfusableKind::{
    BlankLines, Control, Direction, FarChange, Gap, Imitation, Invisible, LineBreak, LongLine, LookAlike,
    Marks, Unknown,
};
use super::*;

fn brought(old: &str, new: &str) -> Confusables {
    in_content(Some(old.as_bytes()), new.as_bytes(), &|| true).expect("nobody stops it")
}

fn deceiving(text: &str) -> Vec<ConfusableKind> {
    kinds(&brought("", text), ConfusableSeverity::Deceiving)
}

fn kinds(confusables: &Confusables, danger: ConfusableSeverity) -> Vec<ConfusableKind> {
    confusables.counts().filter(|(found, ..)| *found == danger).map(|(_, kind, _)| kind).collect()
}

/// How many matter that much.
fn number(found: &Confusables, danger: ConfusableSeverity) -> u64 {
    found.counts().filter(|(of, ..)| *of == danger).map(|(.., number)| number).sum()
}

#[test]
fn h90_what_moves_a_terminal_is_deceiving() {
    let cases = [
        ("\u{1b}[2J", Control),
        ("\u{1b}]52;c;cm0gLXJm\u{7}", Control),
        ("\u{1b}]8;;http://evil.example\u{1b}\\ACME\u{1b}]8;;\u{1b}\\", Control),
        ("rm -rf /\rls -l     \nnext\n", Control),
        ("ls\u{8}\u{8}rm\n", Control),
        ("\u{9b}31m", Control),
        ("a\u{7f}b", Control),
        ("// harmless\u{2028}run();", LineBreak),
        ("// harmless\u{85}run();", LineBreak),
    ];
    for (text, kind) in cases {
        assert_eq!(deceiving(text), [kind], "{text:?}");
    }
}

#[test]
fn h91_turned_reading_directions_are_deceiving() {
    for text in [
        "/* \u{202e} } \u{2066}if (isAdmin)\u{2069} \u{2066} begin admins only */",
        "return; \u{2067} /*\u{2066} comment */",
        "if access_level != \"user\u{202e} \u{2066}// Check if admin\u{2069} \u{2066}\" {",
        "admin\u{200f}",
    ] {
        assert_eq!(deceiving(text), [Direction], "{text:?}");
    }
}

#[test]
fn h92_what_is_drawn_as_nothing_is_deceiving() {
    for text in [
        "const { timeout, \u{3164} } = req.query;",
        "checkCommands = ['ping', \u{115f}]",
        "pass\u{200b}word",
        "pass\u{2060}word",
        "user\u{200d}name",
        "name\u{fe0f}",
        "1\u{fe0f}2",
        "x\u{2800}= 1",
        "a\u{e0041}\u{e0042}b",
        "😀\u{fe0f}\u{fe01}\u{fe02}",
        "text\u{feff}more",
    ] {
        assert_eq!(deceiving(text), [Invisible], "{text:?}");
    }
}

#[test]
fn h92_words_that_look_like_others_are_deceiving() {
    // Cyrillic а; Greek ο; a click letter for an exclamation mark; all of it Cyrillic beside the plain word.
    for text in [
        "fn s\u{430}yHello() {}",
        "G\u{3bf}\u{3bf}gle",
        "if (environment\u{1c3}=ENV_PROD) {",
        "let scope = 1;\nlet \u{455}\u{441}\u{43e}\u{440}\u{435} = 2;",
    ] {
        assert_eq!(deceiving(text), [LookAlike], "{text:?}");
    }
    let confusables = brought("", "fn s\u{430}yHello() {}");
    assert_eq!(confusables.places[0].shown, "s\u{430}yHello looks like sayHello: U+0430");
    assert_eq!((confusables.places[0].line, confusables.places[0].column), (1, 4));
}

#[test]
fn h93_what_is_far_off_is_found() {
    let pile = format!("a{}", "\u{301}".repeat(1_000_000));
    assert_eq!(deceiving(&pile), [Marks]);
    let below = format!("a\n{}evil();\n", "\n".repeat(100_000));
    let found = brought("a\n", &below);
    assert_eq!(kinds(&found, ConfusableSeverity::Deceiving), [BlankLines]);
    assert_eq!(found.places[0].line, 100_002);
    let aside = format!("ok();{}evil();\n", " ".repeat(10_000));
    let found = brought("ok();\n", &aside);
    assert_eq!(kinds(&found, ConfusableSeverity::Deceiving), [Gap]);
    assert_eq!(found.places[0].column, 10_006);
    assert!(found.places[0].shown.ends_with("evil();"), "{:?}", found.places[0]);
    let line = "x = 1; ".repeat(2_000);
    let changed = format!("{}y = 2;{}\n", &line[..10_003], &line[10_009..]);
    let found = brought(&format!("{line}\n"), &changed);
    assert_eq!(kinds(&found, ConfusableSeverity::Unusual), [FarChange, LongLine]);
    assert_eq!(found.places.iter().find(|one| one.kind == FarChange).map(|one| one.column), Some(10_004));
}

#[test]
fn h94_words_that_speak_for_the_program_are_found() {
    for text in [
        "Trusted: ACME verified",
        "✔ Verified - by ACME",
        "Fixes fonts\nUnsigned: never mind",
        "Signed by ACME Ltd",
        "Key 1a2b 3c4d 5e6f 7a8b 9c0d 1e2f 3a4b 5c6d",
        "SHA256:uNiVztksCsDhcc0u9e8BrrhpXM+3mz9O6aFbIzqJ1no",
    ] {
        assert_eq!(kinds(&in_words(text), ConfusableSeverity::Deceiving), [Imitation], "{text:?}");
    }
    for text in [
        "Umlauts in fonts",
        "Signatures are verified again before a report is sent",
        "Broken links in the handbook",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "Trusted folders are remembered",
        "Tested 2024 2025 2026",
    ] {
        assert!(in_words(text).is_empty(), "{text:?}");
    }
}

#[test]
fn h95_names_that_deceive_are_found() {
    let gap = format!("report.pdf{}.exe", " ".repeat(80));
    assert_eq!(kinds(&in_name(&gap), ConfusableSeverity::Deceiving), [Gap]);
    assert_eq!(kinds(&in_name("bin/\u{430}pp"), ConfusableSeverity::Deceiving), [LookAlike]);
    assert_eq!(kinds(&in_name("a\u{2215}b"), ConfusableSeverity::Deceiving), [LookAlike]);
    assert_eq!(kinds(&in_name("app\u{202e}fdp.exe"), ConfusableSeverity::Deceiving), [Direction]);
    let twins = look_alike_names(["bin/app", "bin/\u{430}\u{440}\u{440}", "lib/x1", "lib/xl", "lib/xy"]);
    let dangers: Vec<_> =
        twins.iter().map(|(index, one)| (*index, number(one, ConfusableSeverity::Deceiving))).collect();
    assert_eq!(dangers, [(1, 1), (3, 0)]);
    assert_eq!(twins[0].1.places[0].shown, "looks like bin/app");
    for name in ["readme.txt", "Отчёт.txt", "日本語/ファイル.txt", "🎉.md", "naïve.txt", "-rf"]
    {
        assert!(in_name(name).is_empty(), "{name}");
    }
}

#[test]
fn a_name_is_the_same_one_or_looks_like_it_or_is_another() {
    use NameMatch::{Different, LookAlike, Same};
    for (one, other, expected) in [
        ("Lighthouse", "Lighthouse", Same),
        ("Lighthouse", "LIGHTHOUSE", Same),
        ("Lighthouse", "Ｌｉｇｈｔｈｏｕｓｅ", Same),
        ("Lighthouse", "Light\u{200b}house", Same),
        ("Lighthouse", " Lighthouse ", Same),
        ("Lighthouse  Pro", "lighthouse\u{a0}pro", Same),
        ("Маяк", "МАЯК", Same),
        ("Lighthouse", "Lighth\u{43e}use", LookAlike),
        ("Lighthouse", "LIGHTHOUS\u{415}", LookAlike),
        ("lighthouse", "LIGHTH\u{39f}USE", LookAlike),
        ("Tool I", "Tool 1", Different),
        ("App 10", "App lO", Different),
        ("Lighthouse", "Lighthouse Pro", Different),
        ("Modern", "Modem", Different),
        ("Отчёт", "Отчет", Different),
    ] {
        assert_eq!(NameMatch::between(one, other), expected, "{one:?} {other:?}");
        assert_eq!(NameMatch::between(other, one), expected, "{other:?} {one:?}");
        assert_eq!(NameMatch::between(one, other).is_same(), expected == Same);
        assert_eq!(NameMatch::between(one, other).reads_the_same(), expected != Different);
    }
}

/// Ordinary texts of many languages, formats and times.
const ORDINARY: &[&str] = &[
    "plain\ttext\r\nwith two lines\r\n",
    "\u{feff}// a byte order mark at the start\r\n",
    "// Проверка прав доступа: если пользователь не найден, вернуть ошибку\nfn check() {}\n",
    "Имя сор не сос, а рост. The cop came.\n",
    "USB-порт, HTMLкод, Windows-версия, x-координата\n",
    "# パスワードを確認する Testケース 第1章\n",
    "// 检查用户权限，然后返回 C语言 API接口\n",
    "비밀번호 확인 Korean텍스트\n",
    "שלום עולם — \"ערך\" = 5;\n",
    "مرحبا بالعالم، القيمة = ٥\n",
    "می‌خواهم کتاب‌ها را بخوانم\n",
    "क्‍ष श्री हिन्दी में टिप्पणी\n",
    "ไม่มีวรรณยุกต์ ก็ได้\n",
    "👩‍👩‍👧‍👦 🏳️‍🌈 ❤️ ☎︎ 1️⃣ #️⃣ 👍🏽 🇩🇪 🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} 👨🏿‍🚀\n",
    "葛\u{e0100}城市\n",
    "naïve façade Ærø Łódź Straße Ελληνικά İstanbul ıspanak sinif sınıf\n",
    "Δx = 5 µm, 3 μs, αβ ρV λx Ω ≤ ∞ ∑ √2 ∥\n",
    "e\u{301}le\u{300}ve cafe\u{301}\n",
    "Việt Nam, Tiếng Việt\n",
    "a\u{a0}b\u{202f}c\u{3000}d\n",
    "a¾ of 10² spiﬃest, the spiffiest\n",
    "Hawaiʻi, cʼh, об'єкт, ʻokina\n",
    "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏\n",
    "── ├─ │ └─ ▓▒░ → ⇒ ✓ ★ …\n",
    "old mac\rline ends\ronly\r",
    "value\t\t\t\t\t\t# aligned\n",
];

#[test]
fn ordinary_text_of_many_languages_is_left_in_peace() {
    for text in ORDINARY {
        let found = brought("", text);
        assert!(found.is_empty(), "{text:?}: {found:?}");
    }
}

#[test]
fn what_is_only_rare_does_not_shout() {
    for (text, kind) in [
        ("page one\n\u{c}\npage two\n", Control),
        ("dir *.txt\r\n\u{1a}", Control),
        ("שלום\u{200f}!\n", Direction),
        ("Silben\u{ad}trennung\n", Invisible),
        ("content: \"\u{f101}\";\n", Unknown),
        ("ភាសា\u{200b}ខ្មែរ\n", Invisible),
        ("⠁\u{2800}⠃\n", Invisible),
    ] {
        let found = brought("", text);
        assert_eq!(kinds(&found, ConfusableSeverity::Unusual), [kind], "{text:?}");
        assert_eq!(number(&found, ConfusableSeverity::Deceiving), 0, "{text:?}");
    }
    assert_eq!(kinds(&brought("", &"x".repeat(20_000)), ConfusableSeverity::Unusual), [LongLine]);
}

#[test]
fn what_was_there_before_is_counted_apart() {
    let old = "a\u{202e}b\nplain\n";
    let same = brought(old, "plain\na\u{202e}b\nmore\n");
    assert_eq!((number(&same, ConfusableSeverity::Deceiving), same.there_before), (0, 1));
    let twice = brought(old, "a\u{202e}b\na\u{202e}b\n");
    assert_eq!(
        (number(&twice, ConfusableSeverity::Deceiving), twice.there_before),
        (1, 1),
        "the second one comes new"
    );
    let changed = brought(old, "a\u{202e}b!\nplain\n");
    assert_eq!((number(&changed, ConfusableSeverity::Deceiving), changed.there_before), (1, 0));
    assert_eq!(brought(old, "plain\n"), Confusables::default(), "what goes away is no matter");
    let blank = format!("a\n{}b\n", "\n".repeat(300));
    assert_eq!(number(&brought(&blank, &format!("{blank}c\n")), ConfusableSeverity::Deceiving), 0);
}

#[test]
fn a_flood_is_counted_and_its_first_places_are_listed() {
    let text = "a\u{202e}b\n".repeat(1000) + "c\u{200b}d\n";
    let found = brought("", &text);
    assert_eq!(number(&found, ConfusableSeverity::Deceiving), 1001);
    assert_eq!(
        found.places.iter().filter(|place| place.kind == Direction).count() as u64,
        Confusables::MAX_PLACES
    );
    assert!(found.places.iter().any(|place| place.kind == Invisible), "one kind does not hide another");
    assert!(found.places.iter().all(|place| place.shown.is_ascii()), "{:?}", found.places);
}

#[test]
fn bytes_that_are_no_utf_8_hide_nothing() {
    let latin_1 = b"caf\xe9 \x93quoted\x94\r\n";
    assert!(in_content(None, latin_1, &|| true).expect("runs").is_empty());
    let shift_jis = b"\x82\xc9\x81A \xc9\x81A\n";
    assert!(in_content(None, shift_jis, &|| true).expect("runs").is_empty());
}

#[test]
fn looking_stops_when_nobody_wants_to_know_any_more() {
    assert_eq!(in_content(None, b"a\n", &|| false), None);
}

#[test]
fn megabytes_of_anything_are_looked_through_in_seconds() {
    let size = 2 << 20;
    let texts = [
        "x".repeat(size),
        "\u{202e}".repeat(size / 3),
        "\u{301}".repeat(size / 2),
        "\\".repeat(size),
        "\n".repeat(size),
        "\u{430}a ".repeat(size / 4),
        "\u{441}\u{43e}\u{440}\u{435} cope ".repeat(size / 14),
        " ".repeat(size) + "x",
    ];
    // Anything quadratic would take hours.
    for text in &texts {
        in_content(Some(b"old\n"), text.as_bytes(), &|| true).expect("nobody stops it");
    }
}

proptest! {
    #[test]
    fn what_is_listed_is_escaped_and_counted(old in ".{0,30}", new in "(?s).{0,60}") {
        let found = brought(&old, &new);
        for place in &found.places {
            let shown = &place.shown;
            prop_assert!(shown.chars().all(|c| crate::model::characters::unseen(c).is_none()), "{shown:?}");
        }
        let listed = found.places.len() as u64;
        let all = number(&found, ConfusableSeverity::Deceiving) + number(&found, ConfusableSeverity::Unusual);
        prop_assert!(listed <= all && (all == 0) == (listed == 0));
        // The same text again brings nothing.
        let again = brought(&new, &new);
        prop_assert_eq!(number(&again, ConfusableSeverity::Deceiving) + number(&again, ConfusableSeverity::Unusual), 0);
    }
}

#[test]
fn what_a_diff_brings_needs_a_second_look_exactly_where_it_could_be_found_fault_with() {
    let section =
        |hunk: &str| format!("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -5,9 +5,9 @@\n{hunk}").into_bytes();
    let plain = [
        " a\n-b\n+c\n d\n",
        "-a\n+b\n c\n",
        " \n-b\n+c\n \n",
        " a\n+\tb\tc\n d\n",
        " \n \n-b\n+c\n d\n",
        // A line that only stays is not new, whatever is in it.
        " a\u{202e}b\n-b\n+c\n d\n",
        " a\n+b\r\n c\r\n",
        " a\n-b\n+c\n\\ No newline at end of file\n",
    ];
    for hunk in plain {
        assert!(brings_plain_lines(&section(hunk)), "{hunk}");
    }
    let far = format!(" a\n+b{}c\n d\n", " ".repeat(200));
    let worth_a_look = [
        " a\n+b\u{202e}c\n d\n",
        " a\n+naïve\n d\n",
        &far,
        // Empty lines that meet others, or may.
        " \n-b\n \n",
        " \n+\n b\n",
        " a\n+\n+\n b\n",
        "+\n a\n",
        " a\n-b\n+\n",
        "-b\n \n",
        "-b\n",
        // A carriage return inside is a line's end on old Macs.
        " a\n+b\rc\n d\n",
    ];
    for hunk in worth_a_look {
        assert!(!brings_plain_lines(&section(hunk)), "{hunk}");
    }
    let second = [&section(" a\n-b\n+c\n d\n")[..], b"@@ -50 +50 @@\n-x\n+\xd0\xb0\n"].concat();
    assert!(!brings_plain_lines(&second));
}
