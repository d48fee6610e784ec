//! Diffs as other programs, mailers and people write them: read as they are meant, or refused with the way to a better one.

use std::fs;

use super::{contents, scene};
use crate::support::console::{Console, Run};

/// The product is changed so: path and new content, `None` where it goes away.
#[track_caller]
fn becomes(patch: &[u8], before: &[(&str, &str)], after: &[(&str, Option<&str>)]) -> Run {
    let sandbox = scene(before, "");
    fs::write(sandbox.path("fix.patch"), patch).expect("a file");
    let run = Console::new(&sandbox).run("apply $/fix.patch $/app --allow-unsigned --yes");
    assert_eq!(run.code, 0, "{}\n{run}", String::from_utf8_lossy(patch));
    for (path, content) in after {
        assert_eq!(sandbox.read(&format!("app/{path}")).as_deref(), *content, "{path}\n{run}");
    }
    run
}

/// Nothing is changed, and these words are among the reasons and the next steps.
#[track_caller]
fn refused(patch: &[u8], before: &[(&str, &str)], words: &[&str]) {
    let sandbox = scene(before, "");
    fs::write(sandbox.path("fix.patch"), patch).expect("a file");
    let was = contents(&sandbox.path("app"));
    let run = Console::new(&sandbox).run("apply $/fix.patch $/app --allow-unsigned --yes");
    assert!(matches!(run.code, 3 | 4), "{}\n{run}", String::from_utf8_lossy(patch));
    for word in words {
        assert!(run.err.contains(word), "{word:?}\n{}\n{run}", String::from_utf8_lossy(patch));
    }
    assert_eq!(contents(&sandbox.path("app")), was);
}

const GIT: &str = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n";
const F: &[(&str, &str)] = &[("f", "a\nb\nc\n")];
const NEW_F: &[(&str, Option<&str>)] = &[("f", Some("a\nB\nc\n"))];

#[test]
fn times_behind_blanks_are_no_part_of_a_name() {
    let patch = "diff -r 3f1b3f909813 f\n--- a/f Tue Feb 05 17:23:40 2019 +0100\n+++ b/f  Tue Feb 05 17:24:01 2019 +0100\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\ndiff -r 3f1b3f909813 new\n--- /dev/null Thu Jan 01 00:00:00 1970 +0000\n+++ b/new  Tue Feb 05 17:24:01 2019 +0100\n@@ -0,0 +1,1 @@\n+n\n";
    becomes(patch.as_bytes(), F, &[NEW_F[0], ("new", Some("n\n"))]);
}

#[test]
fn subversion_creates_and_deletes_in_all_of_its_forms() {
    let rule = "=".repeat(67);
    for (git, mode) in [(false, ""), (true, "100644"), (true, "10644")] {
        let head = |name: &str, said: &str| match git {
            true => format!(
                "Index: {name}\n{rule}\ndiff --git a/{name} b/{name}\n{}",
                if said.is_empty() { String::new() } else { format!("{said} file mode {mode}\n") }
            ),
            false => format!("Index: {name}\n{rule}\n"),
        };
        let side = |side: &str, name: &str| if git { format!("{side}/{name}") } else { name.to_owned() };
        let patch = format!(
            "{}--- {}\t(nonexistent)\n+++ {}\t(working copy)\n@@ -0,0 +1 @@\n+n\n{}--- {}\t(revision 3)\n+++ {}\t(nonexistent)\n@@ -1 +0,0 @@\n-g\n{}--- {}\t(revision 3)\n+++ {}\t(working copy)\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n",
            head("src/new", "new"),
            side("a", "src/new"),
            side("b", "src/new"),
            head("src/gone", "deleted"),
            side("a", "src/gone"),
            side("b", "src/gone"),
            head("src/f", ""),
            side("a", "src/f"),
            side("b", "src/f"),
        );
        let before = [("src/f", "a\nb\nc\n"), ("src/gone", "g\n")];
        becomes(
            patch.as_bytes(),
            &before,
            &[("src/f", Some("a\nB\nc\n")), ("src/new", Some("n\n")), ("src/gone", None)],
        );
    }
}

#[test]
fn a_header_without_a_hunk_is_prose() {
    let patch = format!("--- what was\n+++ what is\nSome words about it.\n\n{GIT}");
    becomes(patch.as_bytes(), F, NEW_F);
    let patch = "Index: .\n===\n--- .\t(revision 14)\n+++ .\t(working copy)\n\nProperty changes on: .\n___\nAdded: svn:mergeinfo\n## -0,0 +0,1 ##\n   Merged /b:r1-2\n";
    let run = becomes(format!("{GIT}{patch}").as_bytes(), F, NEW_F);
    assert!(run.out.contains("svn:mergeinfo"), "{run}");
}

#[test]
fn a_patch_saved_by_windows_is_read() {
    let crlf = GIT.replace('\n', "\r\n");
    let little: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(crlf.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let big: Vec<u8> =
        [0xfe, 0xff].into_iter().chain(crlf.encode_utf16().flat_map(u16::to_be_bytes)).collect();
    let marked = [&b"\xef\xbb\xbf"[..], GIT.as_bytes()].concat();
    for patch in [little, big, marked, crlf.into_bytes()] {
        becomes(&patch, F, NEW_F);
    }
}

#[test]
fn colours_quotes_and_indents_are_named_with_the_way_to_a_plain_diff() {
    let coloured: String = GIT.lines().map(|line| format!("\x1b[1m{line}\x1b[m\n")).collect();
    refused(coloured.as_bytes(), F, &["colors", "--no-color"]);
    let only_hunks = GIT.replace("@@ -1,3 +1,3 @@", "\x1b[36m@@ -1,3 +1,3 @@\x1b[m");
    refused(only_hunks.as_bytes(), F, &["colors"]);
    let quoted: String = GIT.lines().map(|line| format!("> {line}\n")).collect();
    refused(quoted.as_bytes(), F, &["quoted", "the start of each line"]);
    let indented: String = GIT.lines().map(|line| format!("    {line}\n")).collect();
    refused(indented.as_bytes(), F, &["indented"]);
    let returns = GIT.replace('\n', "\r");
    refused(returns.as_bytes(), F, &["carriage returns", "line ends"]);
    // A fence around it, as in a forum, is prose.
    let fenced = format!("Try this:\n\n```diff\n{GIT}```\n\nRegards\n");
    becomes(fenced.as_bytes(), F, NEW_F);
}

#[test]
fn context_that_was_not_counted_counts_where_it_fits() {
    let more = |line: &str| GIT.replace("-1,3 +1,3", "-1,2 +1,2").replace(" c\n", line);
    let run = becomes(more(" c\n").as_bytes(), F, NEW_F);
    assert!(run.out.contains("1 more line of context than it counts"), "{run}");
    refused(more(" d\n").as_bytes(), F, &["more context after it"]);
    for line in ["+c\n", "-c\n"] {
        refused(more(line).as_bytes(), F, &["goes on"]);
    }
}

#[test]
fn a_name_that_begins_at_the_root_is_read_as_somebody_says() {
    let patch = "--- /home/ada/f\t2024-01-01\n+++ /home/ada/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n";
    refused(patch.as_bytes(), F, &["begins at the root of the disk", "-p N"]);
    let sandbox = scene(F, patch);
    let run = Console::new(&sandbox).run("apply $/fix.patch $/app --allow-unsigned --yes -p 3");
    assert_eq!((run.code, sandbox.read("app/f").as_deref()), (0, Some("a\nB\nc\n")), "{run}");
}

#[test]
fn permission_bits_that_git_does_not_keep_are_told_and_change_nothing() {
    for (old, new) in [("100644", "100600"), ("100644", "100664"), ("100755", "100775")] {
        let modes = format!("diff --git a/g b/g\nold mode {old}\nnew mode {new}\n");
        let run = becomes(format!("{modes}{GIT}").as_bytes(), &[F[0], ("g", "g\n")], NEW_F);
        assert!(run.out.contains("g gets permissions that Git doesn't keep"), "{run}");
    }
}

#[test]
fn names_of_windows_and_permissions_of_others_are_told() {
    let patch = "--- src\\f\t2024-01-01\n+++ src\\f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n";
    let run = becomes(patch.as_bytes(), &[("src/f", "a\nb\nc\n")], &[("src/f", Some("a\nB\nc\n"))]);
    assert!(run.out.contains("backslashes"), "{run}");
    let patch = "diff --git a/new b/new\nnew file mode 100600\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+n\n";
    let run = becomes(patch.as_bytes(), F, &[("new", Some("n\n"))]);
    assert!(run.out.contains("permissions 100600 are read as 100644"), "{run}");
}

#[cfg(unix)]
#[test]
fn a_file_becomes_a_link_and_a_link_a_folder_in_one_change() {
    let patch = "diff --git a/f b/f\ndeleted file mode 100644\n--- a/f\n+++ /dev/null\n@@ -1,3 +0,0 @@\n-a\n-b\n-c\ndiff --git a/f b/f\nnew file mode 120000\n--- /dev/null\n+++ b/f\n@@ -0,0 +1 @@\n+g/h\n\\ No newline at end of file\ndiff --git a/g b/g\ndeleted file mode 100644\n--- a/g\n+++ /dev/null\n@@ -1 +0,0 @@\n-g\ndiff --git a/g/h b/g/h\nnew file mode 100644\n--- /dev/null\n+++ b/g/h\n@@ -0,0 +1 @@\n+h\n";
    becomes(patch.as_bytes(), &[F[0], ("g", "g\n")], &[("g/h", Some("h\n")), ("f", Some("h\n"))]);
}

#[test]
fn hunks_that_show_whole_functions_or_nothing_around_a_change_fit() {
    let function =
        "--- a/f\n+++ b/f\n@@ -1,5 +1,5 @@\n a\n b\n-c\n+C\n d\n e\n@@ -7,4 +7,4 @@\n g\n h\n-i\n+I\n j\n";
    let before = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n";
    let after = "a\nb\nC\nd\ne\nf\ng\nh\nI\nj\nk\nl\n";
    becomes(function.as_bytes(), &[("f", before)], &[("f", Some(after))]);
    let bare = "--- a/f\n+++ b/f\n@@ -3 +3 @@\n-c\n+C\n@@ -9 +9 @@\n-i\n+I\n";
    becomes(bare.as_bytes(), &[("f", before)], &[("f", Some(after))]);
}

#[cfg(target_os = "linux")]
#[test]
fn two_names_that_differ_in_capitals_are_two_files_where_the_disk_says_so() {
    use super::{apply, reasons};
    let one = |name: &str| GIT.replace("a/f", &format!("a/{name}")).replace("b/f", &format!("b/{name}"));
    let sandbox = scene(
        &[("xt_DSCP.c", "a\nb\nc\n"), ("xt_dscp.c", "a\nb\nc\n")],
        &(one("xt_DSCP.c") + &one("xt_dscp.c")),
    );
    assert_eq!(reasons(apply(&sandbox)), [""; 0]);
    for name in ["xt_DSCP.c", "xt_dscp.c"] {
        assert_eq!(sandbox.read(&format!("app/{name}")).as_deref(), Some("a\nB\nc\n"));
    }
    let rename =
        "diff --git a/readme b/README\nsimilarity index 100%\nrename from readme\nrename to README\n";
    let sandbox = scene(&[("readme", "r\n")], rename);
    assert_eq!(reasons(apply(&sandbox)), [""; 0]);
    assert_eq!((sandbox.read("app/README").as_deref(), sandbox.read("app/readme")), (Some("r\n"), None));
}

#[test]
fn a_difference_in_white_space_is_told_and_left_out_of_account_on_request() {
    let before = "if x:\n\trun()   \n\tstop()\n\tend()\n";
    let patch = "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n if x:\n \trun()\n-    stop()\n+\thalt()\n \tend()\n";
    refused(patch.as_bytes(), &[("f", before)], &["only in white space", "--ignore-whitespace"]);
    let sandbox = scene(&[("f", before)], patch);
    let console = Console::new(&sandbox);
    let run = console.run("apply $/fix.patch $/app --allow-unsigned --yes --ignore-whitespace");
    assert_eq!(
        (run.code, sandbox.read("app/f").as_deref()),
        (0, Some("if x:\n\trun()   \n\thalt()\n\tend()\n")),
        "{run}"
    );
    let run = console.run("history $/app --verbose");
    assert!(run.out.contains("--ignore-whitespace"), "{run}");
    // Letters are letters: a word more is no white space.
    refused(patch.replace("stop", "go").as_bytes(), &[("f", before)], &["doesn't fit"]);
    let mark = "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n";
    refused(mark.as_bytes(), &[("f", "\u{feff}a\nb\n")], &["only in a byte order mark"]);
    let letter = mark.replace(" a\n", " \u{e4}\n");
    refused(letter.as_bytes(), &[("f", "a\u{308}\nb\n")], &["NFC or NFD"]);
}

#[test]
fn a_patch_that_somebody_put_in_by_hand_is_taken_out() {
    let more = "diff --git a/new b/new\nnew file mode 100644\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+n\n";
    let sandbox = scene(&[("f", "a\nB\nc\n"), ("new", "n\n")], &format!("{GIT}{more}"));
    let console = Console::new(&sandbox);
    let run = console.run("plan $/fix.patch $/app --reverse");
    assert!(run.code == 0 && run.out.contains("Reverse of"), "{run}");
    let run = console.run("apply $/fix.patch $/app --allow-unsigned --yes -R");
    assert_eq!(
        (run.code, sandbox.read("app/f").as_deref(), sandbox.read("app/new")),
        (0, Some("a\nb\nc\n"), None),
        "{run}"
    );
    let run = console.run("rollback $/app --yes");
    assert_eq!((run.code, sandbox.read("app/f").as_deref()), (0, Some("a\nB\nc\n")), "{run}");
    // What is not in it cannot be taken out of it.
    sandbox.write("app/f", "a\nx\nc\n");
    assert_eq!(console.run("apply $/fix.patch $/app --allow-unsigned --yes -R").code, 3);
}

#[test]
fn a_series_is_taken_out_from_its_last_patch() {
    let step = |from: &str, to: &str| format!("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-{from}\n+{to}\n");
    let sandbox = scene(&[("f", "3\n")], "");
    sandbox.write("patches/series", "one\ntwo\n");
    sandbox.write("patches/one", &step("1", "2"));
    sandbox.write("patches/two", &step("2", "3"));
    let run = Console::new(&sandbox).run("apply $/patches $/app --allow-unsigned --yes --reverse");
    assert_eq!((run.code, sandbox.read("app/f").as_deref()), (0, Some("1\n")), "{run}");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_refused_and_not_waited_for() {
    let sandbox = scene(F, GIT);
    let pipe = |place: &str| {
        let made = std::process::Command::new("mkfifo").arg(sandbox.path(place)).status();
        assert!(made.is_ok_and(|status| status.success()), "mkfifo");
    };
    pipe("pipe");
    sandbox.write("patches/series", "one\n");
    pipe("patches/one");
    for patch in ["pipe", "patches"] {
        let run = Console::new(&sandbox).run(&format!("apply $/{patch} $/app --allow-unsigned --yes"));
        assert!(run.code != 0 && run.err.contains("save its output to a file"), "{run}");
    }
}

#[test]
fn each_cause_has_its_own_next_step() {
    let hunk = "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n";
    let coloured: String = GIT.lines().map(|line| format!("\x1b[1m{line}\x1b[m\n")).collect();
    let quoted: String = GIT.lines().map(|line| format!("> {line}\n")).collect();
    let causes = [
        ("no diff", "hello\n".to_owned()),
        ("an ed script", "2c\nB\n.\n".to_owned()),
        ("a context diff", "*** a/f\n--- b/f\n***************\n*** 1 ****\n! a\n--- 1 ----\n! b\n".to_owned()),
        ("a merge", "diff --cc f\nindex 1,2..3\n".to_owned()),
        ("colours", coloured),
        ("quotes", quoted),
        ("a hunk cut off", GIT.replace(" c\n", "")),
        ("a name that leads away", format!("--- a/../f\n+++ b/../f\n{hunk}")),
        ("a name at the root", format!("--- /f\n+++ /f\n{hunk}")),
        ("a control character", "--- /dev/null\n+++ \"b/a\\001b\"\n@@ -0,0 +1 @@\n+x\n".to_owned()),
        ("a link that leads out", "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+../../etc\n\\ No newline at end of file\n".to_owned()),
        ("a missing file", GIT.replace("a/f", "a/g").replace("b/f", "b/g")),
        ("another version", GIT.replace("-b", "-x").replace(" a\n", " y\n")),
        ("white space", GIT.replace("-b", "-b  ")),
        ("binary without ids", "diff --git a/f b/f\nindex 1234567..2345678 100644\nGIT binary patch\nliteral 0\nHcmV?d00001\n\n".to_owned()),
        ("binary without content", "diff --git a/f b/f\nindex 1234567..2345678 100644\nBinary files a/f and b/f differ\n".to_owned()),
        ("a submodule", "diff --git a/s b/s\nindex 1234567..2345678 160000\n--- a/s\n+++ b/s\n@@ -1 +1 @@\n-Subproject commit 1234567\n+Subproject commit 2345678\n".to_owned()),
        ("one side only", format!("{GIT}Only in b/docs: new.txt\n")),
    ];
    let mut told = String::new();
    for (cause, patch) in causes {
        let sandbox = scene(F, &patch);
        let run = Console::new(&sandbox).run("apply $/fix.patch $/app --allow-unsigned --yes");
        assert!(matches!(run.code, 3 | 4), "{cause}: {run}");
        told.push_str(&format!("== {cause}\n{}", run.err));
    }
    insta::assert_snapshot!(told, @r#"
    == no diff
    Can't use this text patch: $/fix.patch (E-DIFF)
      it contains no diff
    Nothing was changed.
    Next: Ask the author for a unified diff, as from `git diff` or `diff -u`.
    == an ed script
    Can't use this text patch: $/fix.patch (E-DIFF)
      line 1: it's an ed script, which is a program; only unified diffs are supported (diff -u)
    Nothing was changed.
    Next: Ask the author for a unified diff, as from `git diff` or `diff -u`.
          Patchwright supports no other kind, on purpose; GNU patch does.
    == a context diff
    Can't use this text patch: $/fix.patch (E-DIFF)
      line 1: it's a context diff; only unified diffs are supported (diff -u)
    Nothing was changed.
    Next: Ask the author for a unified diff, as from `git diff` or `diff -u`.
          Patchwright supports no other kind, on purpose; GNU patch does.
    == a merge
    Can't use this text patch: $/fix.patch (E-DIFF)
      line 1: it's the combined diff of a merge; make a diff against one parent
    Nothing was changed.
    Next: Make the diff against one parent: git diff PARENT COMMIT.
    == colours
    Can't use this text patch: $/fix.patch (E-DIFF)
      line 1: it contains terminal colors, as escape codes
    Nothing was changed.
    Next: Make the diff again without colors: `git diff --no-color` or
          `diff --color=never`.
    == quotes
    Can't use this text patch: $/fix.patch (E-DIFF)
      line 1: each line is quoted, as in a reply to an email
    Nothing was changed.
    Next: Save the patch as a separate file, or remove the start of each line, for
          example with `sed 's/^> //'`.
    == a hunk cut off
    Can't use this text patch: $/fix.patch (E-DIFF)
      line 8: the hunk is shorter than its first line says
    Nothing was changed.
    Next: The diff was damaged in transit or edited by hand. Get the file again, as
          an attachment or a download.
    == a name that leads away
    Can't use this text patch: $/fix.patch (E-PATH)
      line 1: the name a/../f leads out of the folder
    Nothing was changed.
    Next: Patchwright changes nothing outside the product folder, on purpose; git
          apply can be told to. Ask its author for names inside the folder.
    == a name at the root
    /f: the name /f begins at the root of the disk (E-PATH)
    Nothing was changed.
    Next: To use such a name, add -p N with the number of folders to strip, as for
          patch -p N.
    == a control character
    b/a\u{1}b: can't use the name a\u{1}b: a name contains the control character U+0001 (E-PATH)
    Nothing was changed.
    Next: Patchwright takes only names that every system can store and people can
          tell apart, on purpose; git apply takes others. Ask its author for plain
          names.
    == a link that leads out
    l: the link to "../../etc" can't be made: a link leads out of the folder (E-PATH)
    Nothing was changed.
    Next: Patchwright makes no links that lead out of the product folder, on
          purpose; git apply does. Make this link by hand, or ask for a patch
          without it.
    == a missing file
    g is missing (E-MISSING)
    Nothing was changed.
    Next: Check that this is the right folder and version. To strip folders from the
          names, add -p N.
    == another version
    f: hunk 1 of 1 (line 4 of the patch) doesn't fit, and nothing in the file looks like it (E-DRIFT)
    Nothing was changed.
    Next: Ask for a patch for this version of the file.
    == white space
    f: hunk 1 of 1 (line 4 of the patch) differs from the file only in white space (at line 1): line 2 should be "b  ", not "b" (E-DRIFT)
    Nothing was changed.
    Next: To apply it anyway, add --ignore-whitespace, as for patch -l. The file
          keeps its own white space around the change.
    == binary without ids
    f: the binary diff doesn't have the full IDs of both contents; make it with --binary --full-index (E-DIFF)
    Nothing was changed.
    Next: Ask for the diff from git diff --binary --full-index.
    == binary without content
    f is a binary file that differs, but the patch doesn't contain it (E-MISSING)
    Nothing was changed.
    Next: Ask for the diff with binary contents (git diff --binary). To apply only
          the rest, add --without-uncarried.
    == a submodule
    s is a submodule that changes, and the patch doesn't contain it (E-MISSING)
    Nothing was changed.
    Next: Ask for a diff of its contents (git diff --submodule=diff). To apply only
          the rest, add --without-uncarried.
    == one side only
    docs/new.txt is on one side only, and the patch doesn't contain it (E-MISSING)
    Nothing was changed.
    Next: Ask for the diff with new files (diff -ruN OLD NEW). To apply only the
          rest, add --without-uncarried.
    "#);
}
