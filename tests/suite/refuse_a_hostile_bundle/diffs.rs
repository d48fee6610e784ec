//! A `changes.patch` that says anything else than its manifest, or has no end: refused before anything is written.

use patchwright::model::{Code, Digest};
use serde_json::json;

use crate::support::hostile::{By, Good, Member, Scene, Zip, deflated_zeros};

/// Every one of these is the good bundle with `old` in its diff replaced, and named by the manifest as it is.
#[track_caller]
fn all_refused(code: Code, spoils: &[(&str, &str, &str)]) {
    let scene = Scene::new();
    for (story, old, new) in spoils {
        let bundle = Good::with_diff(|text| {
            assert!(text.contains(old), "{old:?} is not in {text}");
            text.replacen(old, new, 1)
        });
        scene.refuses_to_read(story, &bundle, code);
    }
}

/// The section of one file, with its end.
fn section(path: &str) -> String {
    let text = Good::by_lines().diff.expect("it has one");
    let begin = text.find(&format!("diff --git a/{path} ")).expect("the good bundle changes this");
    let rest = &text[begin..];
    rest[1..].find("diff --git ").map_or(rest, |end| &rest[..=end]).to_owned()
}

#[test]
fn the_good_diff_is_one_that_everybody_can_read() {
    assert_eq!(
        section("etc/conf"),
        "diff --git a/etc/conf b/etc/conf\n--- a/etc/conf\n+++ b/etc/conf\n@@ -1 +1 @@\n-mode = slow\n+mode = fast\n"
    );
    let text = Good::by_lines().diff.expect("it has one");
    assert!(text.starts_with("Not in this text, but in the patch file it comes from: "), "{text}");
}

#[test]
fn a_diff_that_says_another_change_than_the_manifest() {
    let (conf, new) = (section("etc/conf"), section("share/n"));
    let elsewhere = conf.replace("etc/conf", "etc/other");
    let twice = conf.repeat(2);
    let moved = conf.replace("--- a", "rename from etc/conf\nrename to etc/conf\n--- a");
    all_refused(
        Code::Manifest,
        &[
            ("a file that the manifest does not name", &conf, &elsewhere),
            ("nothing about a file that only it can make", &conf, ""),
            ("nothing about a new file", &new, ""),
            ("one file twice", &conf, &twice),
            (
                "another order",
                &format!("{conf}{}", section("lib/a.so")),
                &format!("{}{conf}", section("lib/a.so")),
            ),
            ("another mode", "new file mode 100644", "new file mode 100755"),
            ("another mode before", "deleted file mode 100644", "deleted file mode 100755"),
            (
                "a mode where none changes",
                "--- a/etc/conf",
                "old mode 100644\nnew mode 100755\n--- a/etc/conf",
            ),
            ("a move", &conf, &moved),
            ("words before", "Not in this text", "In this text"),
            ("words between", "diff --git a/lib/a.so", "Trust me.\ndiff --git a/lib/a.so"),
            ("words behind a place", "@@ -1 +1 @@\n-mode", "@@ -1 +1 @@ fn main\n-mode"),
            ("a date", "--- a/etc/conf\n", "--- a/etc/conf\t2026-01-01\n"),
            ("another way to count", "@@ -1 +1 @@\n-mode", "@@ -1,1 +1,1 @@\n-mode"),
            ("ids", "--- a/etc/conf\n", "index 1234567..89abcde 100644\n--- a/etc/conf\n"),
        ],
    );
}

#[test]
fn a_diff_whose_lines_cannot_be_what_the_manifest_says() {
    let without = |section: &str, from: &str| section[..section.find(from).expect("it is there")].to_owned();
    let (conf, last) = (section("etc/conf"), section("share/n"));
    all_refused(
        Code::Diff,
        &[
            ("another new file", "+new here", "+new then"),
            ("another file that goes", "-a library that goes", "-a library that goat"),
            ("a longer line", "+mode = fast", "+mode = faster"),
            ("a place beyond the file", "@@ -1 +1 @@\n-mode", "@@ -2 +2 @@\n-mode"),
            ("a place beyond all files", "@@ -1 +1 @@\n-mode", "@@ -2147483647 +2147483647 @@\n-mode"),
            ("a place that is another afterwards", "@@ -1 +1 @@\n-mode", "@@ -1 +2 @@\n-mode"),
            ("a hunk twice", "+mode = fast\n", "+mode = fast\n@@ -1 +1 @@\n-mode = slow\n+mode = fast\n"),
            ("a hunk that changes nothing", "-mode = slow\n+mode = fast\n", " mode = slow\n"),
            ("a new file where one goes", "deleted file mode", "new file mode"),
            ("no hunk", &conf, &without(&conf, "@@")),
            ("an end in the middle", &last, &without(&last, "+new")),
            ("no end of the last line", "+new here\n", "+new here\n\\ No newline at end of file\n"),
        ],
    );
}

#[test]
fn a_diff_that_does_not_fit_the_file_is_noticed_before_anybody_reads_that_it_is_ready() {
    let scene = Scene::new();
    for (story, old, new) in [
        ("lines that are not available", "-mode = slow", "-mode = slop"),
        ("lines that make another file", "+mode = fast", "+mode = fist"),
    ] {
        let bundle = Good::with_diff(|text| text.replacen(old, new, 1));
        scene.refuses(story, &bundle, By::Making, Code::Delta);
    }
}

#[test]
fn a_diff_that_is_not_the_one_that_is_named() {
    let scene = Scene::new();
    let mut other = Good::by_lines();
    other.diff = other.diff.map(|text| text.replace("mode = fast", "mode = fist"));
    scene.refuses_to_read("another text of the same length", &other.bytes(), Code::Manifest);
    let mut longer = Good::by_lines();
    longer.manifest["diff"]["size"] = json!(1);
    scene.refuses_to_read("another size", &longer.bytes(), Code::Manifest);
    let mut missing = Good::by_lines();
    missing.diff = None;
    scene.refuses_to_read("no text", &missing.bytes(), Code::Manifest);
    let mut unnamed = Good::new();
    unnamed.diff = Good::by_lines().diff;
    scene.refuses_to_read("a text that nobody named", &unnamed.bytes(), Code::Manifest);
    let mut promised = Good::by_lines();
    promised.diff = None;
    promised.manifest.as_object_mut().expect("an object").shift_remove("diff");
    scene.refuses_to_read("changes by a diff without a diff", &promised.bytes(), Code::Manifest);
}

/// What is spoiled, what that is called, and how.
type Spoil<'a> = (&'a str, Code, &'a dyn Fn(&mut Good));

#[test]
fn a_manifest_that_wants_a_diff_where_none_can_be() {
    let scene = Scene::new();
    let large = |good: &mut Good| good.at("etc/conf")["before"][0]["size"] = json!((16 << 20) + 1);
    let from_nowhere = |good: &mut Good| good.at("share/n")["payload"]["from"] = json!("share/o");
    let from_itself = |good: &mut Good| good.at("etc/conf")["payload"]["from"] = json!("etc/conf");
    let of_two = |good: &mut Good| {
        let mut other = good.at("etc/conf")["before"][0].clone();
        other["sha256"] = json!(Digest::compute(b"another").to_string());
        good.at("etc/conf")["before"].as_array_mut().expect("a list").push(other);
    };
    let spoils: [Spoil<'_>; 4] = [
        ("of a file that is too large", Code::Limit, &large),
        ("from a place that has nothing", Code::Manifest, &from_nowhere),
        ("from itself, said again", Code::Manifest, &from_itself),
        ("of two files at once", Code::Manifest, &of_two),
    ];
    for (story, code, spoil) in spoils {
        let mut good = Good::by_lines();
        spoil(&mut good);
        scene.refuses_to_read(story, &good.bytes(), code);
    }
}

/// The good bundle with this member instead of its diff.
fn with_member(member: Member) -> Zip {
    let mut zip = Good::by_lines().zip();
    let place = zip.members.iter().position(|member| member.local.name == b"changes.patch");
    zip.members[place.expect("it has a diff")] = member;
    zip
}

#[test]
fn a_diff_without_end() {
    let scene = Scene::new();
    let name = b"changes.patch";
    let honest = Good::by_lines().diff.expect("it has one").len();
    let bomb = deflated_zeros(100);
    let says_all = Member::declared(name, 8, &bomb, 100 << 20, 0);
    scene.refuses_to_read("100 MiB of nothing", &with_member(says_all).bytes(), Code::Limit);
    let lies = Member::declared(name, 8, &bomb, honest, 0);
    scene.refuses_to_read("100 MiB that are said to be few", &with_member(lies).bytes(), Code::Container);
    let huge = Member::declared(name, 8, &bomb, 300 << 20, 0);
    scene.refuses_to_read("more than a diff may have", &with_member(huge).bytes(), Code::Limit);
    let gigabytes = with_member(Member::declared(name, 8, &bomb, u32::MAX as usize - 1, 0));
    scene.refuses_to_read("gigabytes", &gigabytes.bytes(), Code::Limit);
    let lines = Good::with_diff(|text| text.replacen("+new here\n", &"+\n".repeat(400_001), 1));
    scene.refuses_to_read("more lines than anybody reads", &lines, Code::Limit);
}
