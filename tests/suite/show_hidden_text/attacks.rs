//! H90 to H95, one story each: the bundle can be looked at, what it hides is named with its place, and nothing of it
//! reaches a terminal.

use patchwright::bundle::manifest::{read_manifest, write_manifest};
use serde_json::Value;

use crate::support::build::Builder;
use crate::support::console::Console;
use crate::support::sandbox::Sandbox;
use crate::use_the_command_line::hostile_text::is_harmless;
use crate::use_the_command_line::product;

/// What `show` finds in a bundle, after `show`, `diff` and `plan` were looked at.
fn found(bundle: impl Fn(&Sandbox) -> Builder) -> Value {
    let sandbox = product();
    sandbox.save("fix.patchbundle", &bundle(&sandbox));
    let console = Console::new(&sandbox);
    let shown = console.done("show $/fix.patchbundle").out;
    assert!(shown.contains("Parts of this patch may not be what they seem"), "{shown}");
    let planned = console.run("plan $/fix.patchbundle $/app").out;
    assert!(planned.contains("Parts of this patch may not be what they seem"), "{planned}");
    let compared = console.done("diff $/fix.patchbundle").out;
    for text in [&shown, &planned, &compared] {
        assert_eq!(text.chars().find(|c| !is_harmless(*c) && *c != '\t'), None, "{text:?}");
    }
    let hidden = console.done("show $/fix.patchbundle --json").json()["hidden"].clone();
    assert_eq!(hidden, console.run("plan $/fix.patchbundle $/app --json").json()["hidden"]);
    hidden
}

/// The kinds that deceive, with their numbers.
fn deceiving(hidden: &Value) -> Vec<(String, u64)> {
    let kinds = hidden["kinds"].as_array().expect("a list");
    let deceiving = kinds.iter().filter(|kind| kind["danger"] == "deceiving");
    let pair = |kind: &Value| Some((kind["kind"].as_str()?.to_owned(), kind["number"].as_u64()?));
    deceiving.map(|kind| pair(kind).expect("a kind and a number")).collect()
}

fn kinds(pairs: &[(&str, u64)]) -> Vec<(String, u64)> {
    pairs.iter().map(|(kind, number)| ((*kind).to_owned(), *number)).collect()
}

#[test]
fn h90_terminal_sequences_in_files_are_counted_and_never_printed() {
    let evil = "\u{1b}[2J\n\u{1b}]52;c;cm0gLXJm\u{7}\n\u{1b}]8;;http://evil.example\u{1b}\\x\nrm -rf /\rls\nls\u{8}\u{8}rm\n\u{9b}31m\na\u{2028}b\n";
    let hidden = found(|sandbox| sandbox.bundle("H90").create("run.sh", evil));
    assert_eq!(deceiving(&hidden), kinds(&[("control", 9), ("line-break", 1)]));
    let first = &hidden["places"][0];
    assert_eq!((&first["path"], &first["line"], &first["column"]), (&"run.sh".into(), &1.into(), &1.into()));
    assert_eq!(first["shown"], r"\u{1b}[2J");
}

#[test]
fn h91_trojan_source_is_named_with_its_place_and_drawn_in_its_true_order() {
    // The shapes of CVE-2021-42574: an early return, and code that is really a comment.
    let early_return = "'''Subtract funds then \u{2067}''' ;return\n";
    let commented_out = "/*\u{202e} } \u{2066}if (isAdmin)\u{2069} \u{2066} begin admins only */\n";
    let hidden = found(|sandbox| {
        sandbox.bundle("H91").replace(
            "readme.txt",
            "Read me.\n",
            &format!("Read me.\n{early_return}{commented_out}"),
        )
    });
    assert_eq!(deceiving(&hidden), kinds(&[("direction", 5)]));
    let places = hidden["places"].as_array().expect("a list");
    assert_eq!((&places[0]["line"], &places[0]["column"]), (&2.into(), &24.into()));
    let sandbox = product();
    sandbox.save("fix.patchbundle", &sandbox.bundle("H91").create("a.py", early_return));
    let compared = Console::new(&sandbox).done("diff $/fix.patchbundle").out;
    let banner = compared.lines().next();
    assert_eq!(banner, Some("! check a.py: 1 bidirectional control"));
    assert!(compared.contains(r"+'''Subtract funds then \u{2067}''' ;return"), "{compared}");
}

#[test]
fn h92_look_alike_and_invisible_names_in_code_are_found() {
    let code = "fn s\u{430}yHello() {}\nconst { timeout, \u{3164} } = q;\nx\u{2800}= 1\nname\u{fe00} = 2\n";
    let hidden = found(|sandbox| sandbox.bundle("H92").create("app.js", code));
    assert_eq!(deceiving(&hidden), kinds(&[("invisible", 3), ("look-alike", 1)]));
    let word = hidden["places"].as_array().and_then(|all| all.iter().find(|one| one["kind"] == "look-alike"));
    assert_eq!(word.expect("the word")["shown"], "s\u{430}yHello looks like sayHello: U+0430");
}

#[test]
fn h93_floods_do_not_push_a_change_out_of_sight() {
    let code = format!(
        "first\n{}evil_below();\nok();{}evil_aside();\na{}\n{}\n",
        "\n".repeat(100_000),
        " ".repeat(10_000),
        "\u{301}".repeat(1_000_000),
        "x".repeat(10 << 20),
    );
    let hidden = found(|sandbox| sandbox.bundle("H93").create("long.c", &code));
    assert_eq!(deceiving(&hidden), kinds(&[("marks", 1), ("gap", 1), ("blank-lines", 1)]));
    let places = hidden["places"].as_array().expect("a list");
    let line_of = |kind: &str| places.iter().find(|one| one["kind"] == kind).map(|one| one["line"].clone());
    assert_eq!(line_of("blank-lines"), Some(100_002.into()));
    assert_eq!(line_of("gap"), Some(100_003.into()));
    assert_eq!(hidden["unusual"], 3, "three lines are very long");
}

#[test]
fn h93_a_change_at_column_ten_thousand_is_told() {
    let sandbox = product();
    let old = "x = 1; ".repeat(2_000);
    let new = format!("{}y = 2;{}", &old[..10_003], &old[10_009..]);
    let bundle = sandbox.bundle("H93").replace("min.js", &format!("{old}\n"), &format!("{new}\n"));
    sandbox.save("fix.patchbundle", &bundle);
    let shown = Console::new(&sandbox).done("show $/fix.patchbundle --verbose").out;
    assert!(shown.contains("1 change far to the right of a long line in 1 place"), "{shown}");
    assert!(shown.contains("min.js:1:10004: "), "{shown}");
    assert!(!shown.contains("Easily misread"), "a long line alone is no reason to shout");
}

#[test]
fn h94_a_title_cannot_pass_for_our_verdict() {
    let hidden = found(|sandbox| {
        sandbox.bundle("H94").create("a.txt", "a\n").but(|patch| {
            patch.about.title = "Trusted: ACME verified".into();
            patch.about.summary = "Key 1a2b 3c4d 5e6f 7a8b 9c0d 1e2f 3a4b 5c6d 1a2b 3c4d 5e6f 7a8b".into();
        })
    });
    assert_eq!(deceiving(&hidden), kinds(&[("imitation", 2)]));
    let fields: Vec<_> = hidden["places"].as_array().into_iter().flatten().map(|one| &one["field"]).collect();
    assert_eq!(fields, ["title", "summary"]);
}

#[test]
fn h94_a_title_of_a_megabyte_is_refused_and_a_long_one_is_cut() {
    let sandbox = product();
    let long = |chars: usize| "Trusted ".repeat(chars / 8);
    let mut patch = sandbox.bundle("H94").create("a.txt", "a\n").patch;
    patch.about.title = long(1 << 20).into();
    assert!(read_manifest(&write_manifest(&patch)).is_err(), "no such title gets in");
    let bundle =
        sandbox.bundle("H94").create("a.txt", "a\n").but(|patch| patch.about.title = long(200).into());
    sandbox.save("fix.patchbundle", &bundle);
    let shown = Console::new(&sandbox).done("show $/fix.patchbundle").out;
    let head = shown.lines().next().expect("a line");
    assert!(head.chars().count() <= "H94  ".len() + 200, "{head}");
    // A text patch comes with no such rule.
    let letter = format!("Subject: {}\n\n--- a/a.txt\n+++ b/a.txt\n@@ -0,0 +1 @@\n+a\n", long(1 << 14));
    sandbox.write("fix.patch", &letter);
    let shown = Console::new(&sandbox).done("show $/fix.patch").out;
    let head = shown.lines().next().expect("a line");
    assert!(head.chars().count() <= "fix.patch  ".len() + 200, "{} characters", head.chars().count());
}

#[test]
fn h95_names_with_a_gap_and_names_that_look_alike_are_found() {
    let gap = format!("report.pdf{}.exe", " ".repeat(80));
    let hidden = found(|sandbox| {
        let bundle = sandbox.bundle("H95").create(&gap, "a\n").create("lib/data.txt", "a\n");
        bundle.create("lib/d\u{430}ta.txt", "b\n").create("lib/x1", "1\n").create("lib/xl", "l\n")
    });
    assert_eq!(deceiving(&hidden), kinds(&[("look-alike", 2), ("gap", 1)]));
    let names: Vec<_> = hidden["places"].as_array().into_iter().flatten().map(|one| &one["name"]).collect();
    assert!(
        names.contains(&&Value::from(gap)) && names.contains(&&Value::from("lib/d\u{430}ta.txt")),
        "{names:?}"
    );
    // The other pair is plain ASCII, and mostly chance.
    assert_eq!(hidden["unusual"], 1);
}

#[test]
fn ordinary_patches_in_many_languages_raise_no_alarm() {
    let sandbox = product();
    let text = "// Проверка прав\nパスワード Test\n👩‍👩‍👧 ❤️ 1️⃣\nمی‌خواهم\nשלום\nnaïve Straße ısı\n";
    let bundle = sandbox
        .bundle("FINE")
        .create("src/многоязычный.txt", text)
        .create("bom.txt", "\u{feff}with a mark\r\n")
        .create("日本.txt", "日本\n")
        .but(|patch| patch.about.title = "Umlaute: äöü, 日本語, русский 🎉".into());
    sandbox.save("fix.patchbundle", &bundle);
    let shown = Console::new(&sandbox).done("show $/fix.patchbundle --json").json()["hidden"].clone();
    assert_eq!((&shown["deceiving"], &shown["unusual"]), (&0.into(), &0.into()), "{shown}");
    let shown = Console::new(&sandbox).done("show $/fix.patchbundle").out;
    assert!(!shown.contains("Easily misread") && !shown.contains("Unusual"), "{shown}");
}

#[test]
fn what_an_old_file_hides_already_is_not_the_patchs_doing() {
    let sandbox = product();
    let old = "a\u{202e}b\nplain\n";
    sandbox.write("app/old.txt", old);
    let shown = |id: &str, new: &str| {
        sandbox.save("fix.patchbundle", &sandbox.bundle(id).replace("old.txt", old, new));
        let shown = Console::new(&sandbox).done("show $/fix.patchbundle --json").json()["hidden"].clone();
        [&shown["deceiving"], &shown["there_before"]].map(|number| number.as_u64().expect("a number"))
    };
    assert_eq!(shown("OLD", "a\u{202e}b\nchanged\n"), [0, 0]);
    // Beside something new it is told how much of the kind there is.
    assert_eq!(shown("NEW", "a\u{202e}b\nplain\nc\u{202e}d\n"), [1, 1]);
}

#[test]
fn text_patches_are_looked_through_with_and_without_their_folder() {
    let sandbox = product();
    let patch = "Subject: Trusted: ACME verified\n\n--- a/readme.txt\n+++ b/readme.txt\n@@ -1 +1,2 @@\n Read me.\n+if\u{202e} admin\n";
    sandbox.write("fix.patch", patch);
    let console = Console::new(&sandbox);
    let shown = console.done("show $/fix.patch --json").json()["hidden"].clone();
    assert_eq!(deceiving(&shown), kinds(&[("direction", 1), ("imitation", 1)]));
    let place = &shown["places"].as_array().expect("a list").iter().find(|one| one["kind"] == "direction");
    assert_eq!(place.expect("the place")["line"], 2);
    let planned = console.done("plan $/fix.patch $/app --json").json()["hidden"].clone();
    assert!(deceiving(&planned).contains(&("direction".to_owned(), 1)), "{planned}");
    let compared = console.done("diff $/fix.patch").out;
    assert!(compared.starts_with("Parts of this patch may not be what they seem\n"), "{compared}");
}

#[test]
fn the_raw_diff_is_for_programs_and_stays_exact() {
    let sandbox = product();
    let bundle = sandbox.bundle("RAW").replace("readme.txt", "Read me.\n", "Read\u{202e} me.\n");
    sandbox.save("fix.patchbundle", &bundle);
    let raw = Console::new(&sandbox).done("diff $/fix.patchbundle --raw").out;
    assert!(raw.contains("+Read\u{202e} me.\n") && !raw.contains("look twice"), "{raw}");
    let at_a_terminal = Console::new(&sandbox).answering("").run("diff $/fix.patchbundle --raw");
    assert_eq!(at_a_terminal.code, 2, "{at_a_terminal}");
}
