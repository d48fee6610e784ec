//! Inputs that were made to keep a machine busy or to fill its memory, and beside them innocent ones of the same size.
//!
//! Each is made here, of about the size that is asked for: small ones for a test that counts the work, large ones for the
//! benchmark that measures time and memory.

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

/// An input: what lies in the folder where the command runs, and the command.
pub struct Input {
    pub name: &'static str,
    /// Files by their paths. The product is `app`.
    pub files: Vec<(String, Vec<u8>)>,
    /// What is typed behind the name of the program.
    pub command: &'static str,
    pub ends: Ends,
}

/// How the command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// The input is shown, or its plan.
    Shown,
    /// It is refused, with this code.
    Refused(&'static str),
}

use Ends::{Refused, Shown};

const PLAN: &str = "plan fix.patch app";
const SHOW: &str = "show fix.patch";
const MERGE: &str = "plan fix.patch app --base base";

/// The names above the hunks of `app/f`.
const OF_F: &str = "--- a/f\n+++ b/f\n";
/// A small good diff of `app/f`, whose first line is `a`.
const GOOD: &str = "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n";

/// All of them, each of about `size` bytes.
pub fn inputs(size: usize) -> Vec<Input> {
    [
        diffs_of_one_file(size),
        renames_and_copies(size),
        hunks(size),
        headers(size),
        lines(size),
        packed(size),
        mails(size),
        parts_of_mails(size),
        binary(size),
        names(size),
        series(size),
        settings(size),
        edits(size),
        documents(size),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A text patch beside a product whose `f` has this content.
fn patch(
    name: &'static str,
    command: &'static str,
    ends: Ends,
    f: impl Into<Vec<u8>>,
    text: impl Into<Vec<u8>>,
) -> Input {
    let files = vec![("app/f".to_owned(), f.into()), ("fix.patch".to_owned(), text.into())];
    Input { name, files, command, ends }
}

/// `unit` as often as it takes for `size` bytes.
fn wall(unit: &str, size: usize) -> String {
    unit.repeat(size / unit.len() + 1)
}

/// What `line` makes of 0, 1, 2 … until it is `size` bytes long.
fn rows(size: usize, row: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(size + 200);
    for number in 0.. {
        text.push_str(&row(number));
        if text.len() >= size {
            break;
        }
    }
    text
}

/// As [`rows`], but no more than `most`.
fn rows_up_to(size: usize, most: usize, row: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for number in 0..most {
        text.push_str(&row(number));
        if text.len() >= size {
            break;
        }
    }
    text
}

fn diffs_of_one_file(size: usize) -> Vec<Input> {
    let small = rows(size, |n| format!("{OF_F}@@ -1 +1 @@\n-{n}\n+{}\n", n + 1));
    let large = rows(size / 2, |n| format!("{OF_F}@@ -1,2 +1,2 @@\n-{n}\n+{}\n a\n", n + 1));
    let growing = rows(size / 2, |n| format!("{OF_F}@@ -1 +1,2 @@\n+{}\n {n}\n", n + 1));
    let there = rows(size / 4, |_| format!("{OF_F}@@ -1,2 +1,2 @@\n-c\n+a\n a\n"));
    let git = rows(size / 2, |n| {
        let (old, new) = (n + 1, n + 2);
        format!(
            "diff --git a/f b/f\nindex {old:040x}..{new:040x} 100644\n{OF_F}@@ -1,2 +1,2 @@\n-{n}\n+{old}\n a\n"
        )
    });
    let many = wall("a\n", size / 2);
    vec![
        patch("many diffs of a small file", PLAN, Shown, "0\n", small),
        patch("many diffs of a large file", PLAN, Shown, format!("0\n{many}"), large),
        patch("many diffs that make a file longer", PLAN, Shown, format!("0\n{many}"), growing),
        patch("many diffs of a file that has them", PLAN, Shown, many.clone(), there),
        patch("many diffs of a large file, with ids", PLAN, Shown, format!("0\n{many}"), git),
    ]
}

fn renames_and_copies(size: usize) -> Vec<Input> {
    let moved = |does: &str, from: &str, to: &str| {
        format!("diff --git a/{from} b/{to}\nsimilarity index 100%\n{does} from {from}\n{does} to {to}\n")
    };
    let copies = rows(size / 2, |n| moved("copy", "f", &format!("c{n}")));
    let chain = rows(size, |n| moved("rename", &format!("f{n}"), &format!("f{}", n + 1)));
    let chain_of_copies = rows(size, |n| moved("copy", &format!("f{n}"), &format!("f{}", n + 1)));
    let ring = rows(size, |n| {
        moved("rename", if n % 2 == 0 { "f" } else { "g" }, if n % 2 == 0 { "g" } else { "f" })
    });
    let mut inputs = vec![
        patch("copies of a large file", PLAN, Shown, wall("a\n", size / 2), copies),
        patch("a chain of renames", PLAN, Refused("E-MISSING"), "a\n", chain),
        patch("a chain of copies", PLAN, Refused("E-MISSING"), "a\n", chain_of_copies),
        patch("a ring of renames", PLAN, Refused("E-MISSING"), "a\n", ring),
    ];
    for input in &mut inputs {
        input.files.push(("app/f0".to_owned(), b"a\n".to_vec()));
    }
    inputs
}

fn hunks(size: usize) -> Vec<Input> {
    let many = wall("a\n", size / 2);
    let lines = size / 2;
    let hunk = |at: usize, old: usize, body: &str| format!("@@ -{at},{old} +{at},{old} @@\n{body}");
    let near = rows_up_to(size / 2, lines / 10, |n| hunk(n * 10 + 1, 7, " a\n a\n a\n-b\n+c\n a\n a\n a\n"));
    let fits =
        rows_up_to(size / 2, lines / 10 - 1, |n| hunk(n * 10 + 4, 7, " a\n a\n a\n-a\n+c\n a\n a\n a\n"));
    let half = lines / 4;
    let context = " a\n".repeat(half);
    let last = hunk(10, half + 1, &format!("{context}-b\n+c\n"));
    let middle =
        hunk(10, half + 1, &format!("{}-b\n+c\n{}", " a\n".repeat(half / 2), " a\n".repeat(half - half / 2)));
    let wide = rows_up_to(size, lines / 400, |n| {
        hunk(n * 400 + 1, 201, &format!("{0}-b\n+c\n{0}", " a\n".repeat(100)))
    });
    let honest: String = (0..lines / 40).map(|n| format!("line {n}\n")).collect();
    let moved = rows_up_to(size, lines / 400, |n| {
        let (above, line, below) = (n * 10 + 1, n * 10 + 2, n * 10 + 3);
        hunk(n * 10 + 1, 3, &format!(" line {above}\n-line {line}\n+changed\n line {below}\n"))
    });
    vec![
        patch(
            "hunks that nearly fit everywhere",
            PLAN,
            Refused("E-DRIFT"),
            many.clone(),
            format!("{OF_F}{near}"),
        ),
        patch("hunks that fit everywhere", PLAN, Shown, many.clone(), format!("{OF_F}{fits}")),
        patch(
            "a huge hunk that misses at its end",
            PLAN,
            Refused("E-DRIFT"),
            many.clone(),
            format!("{OF_F}{last}"),
        ),
        patch(
            "a huge hunk that misses in the middle",
            PLAN,
            Refused("E-DRIFT"),
            many.clone(),
            format!("{OF_F}{middle}"),
        ),
        patch(
            "a huge hunk that may be loose",
            "plan fix.patch app --fuzz 3",
            Refused("E-DRIFT"),
            many.clone(),
            format!("{OF_F}{last}"),
        ),
        patch("hunks with much around them", PLAN, Refused("E-DRIFT"), many.clone(), format!("{OF_F}{wide}")),
        patch(
            "hunks that change nothing",
            PLAN,
            Refused("E-DRIFT"),
            "a\n",
            format!("{OF_F}{}", rows(size, |n| format!("@@ -{0} +{0} @@\n-a\n+a\n", n + 1))),
        ),
        patch(
            "a hunk that says two thousand million lines",
            SHOW,
            Shown,
            "a\n",
            format!("{OF_F}@@ -1,2147483647 +1,2147483647 @@\n{}", wall(" a\n", size)),
        ),
        patch(
            "numbers without end",
            SHOW,
            Shown,
            "a\n",
            format!("{OF_F}@@ -{} +1 @@\n-a\n+b\n", wall("9", size)),
        ),
        patch(
            "lines beyond what a hunk counts",
            PLAN,
            Refused("E-DRIFT"),
            many,
            format!("{OF_F}@@ -1 +1 @@\n-a\n+b\n{}", wall(" b\n", size / 2)),
        ),
        patch(
            "an honest patch of which all has moved",
            PLAN,
            Shown,
            format!("{}{honest}", wall("new\n", 400)),
            format!("{OF_F}{moved}"),
        ),
        patch("an honest file that comes whole", PLAN, Shown, "a\n", {
            let text: String = (0..size / 16).map(|n| format!("+line {n}\n")).collect();
            format!("--- /dev/null\n+++ b/new\n@@ -0,0 +1,{} @@\n{text}", size / 16)
        }),
    ]
}

fn headers(size: usize) -> Vec<Input> {
    vec![
        patch("names above no hunk", SHOW, Refused("E-DIFF"), "a\n", wall("--- a/f\n", size)),
        patch("both names above no hunk", SHOW, Refused("E-DIFF"), "a\n", wall(OF_F, size)),
        patch(
            "names above no hunk, and a good diff",
            PLAN,
            Shown,
            "a\n",
            format!("{}{GOOD}", wall("--- a/f\n", size)),
        ),
        patch("lines that name a file", PLAN, Shown, "a\n", format!("{}{GOOD}", wall("Index: f\n", size))),
        patch(
            "headers of Git that say nothing",
            SHOW,
            Refused("E-DIFF"),
            "a\n",
            wall("diff --git a/f b/f\n", size.max(40_000)),
        ),
        patch(
            "headers of Git that say the same again",
            SHOW,
            Shown,
            "a\n",
            format!("diff --git a/f b/f\n{}{GOOD}", wall("old mode 100644\nnew mode 100755\n", size)),
        ),
        patch("hunks without a name", SHOW, Shown, "a\n", wall("@@ -1 +1 @@\n-a\n+b\n", size)),
        patch(
            "a header as long as a book",
            SHOW,
            Shown,
            "a\n",
            format!("diff --git a/{} b/y\n{GOOD}", wall("x", size)),
        ),
        patch(
            "a header of blanks",
            SHOW,
            Shown,
            "a\n",
            format!("diff --git a/{}\n{GOOD}", wall("x b/", size)),
        ),
        patch(
            "a quoted name as long as a book",
            SHOW,
            Shown,
            "a\n",
            format!("--- \"a/{}\"\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n", wall("\\303\\244", size)),
        ),
        patch(
            "remarks of what is not carried",
            PLAN,
            Refused("E-MISSING"),
            "a\n",
            format!("{GOOD}{}", rows(size, |n| format!("Only in new/d: x{n}\n"))),
        ),
        patch(
            "a remark with a thousand ands",
            PLAN,
            Refused("E-MISSING"),
            "a\n",
            format!("{GOOD}Binary files a/{} differ\n", wall("x and b/", size)),
        ),
        patch(
            "properties without end",
            PLAN,
            Shown,
            "a\n",
            format!("{GOOD}Property changes on: f\n____\n{}", rows(size, |n| format!("Added: p{n}\n"))),
        ),
        patch(
            "submodules",
            PLAN,
            Refused("E-MISSING"),
            "a\n",
            format!("{GOOD}{}", rows(size, |n| format!("Submodule s{n} 1234567..89abcde:\n"))),
        ),
    ]
}

fn lines(size: usize) -> Vec<Input> {
    let utf_16 = |text: &str| -> Vec<u8> {
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let half_letters: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(std::iter::repeat_n(0xd800, size / 2))
        .flat_map(u16::to_le_bytes)
        .collect();
    let one = |byte: u8| vec![byte; size];
    let exchanged =
        |old: &[u8], new: &[u8]| [OF_F.as_bytes(), b"@@ -1 +1 @@\n-", old, b"\n+", new, b"\n"].concat();
    let blank = size / 2;
    vec![
        patch("blank lines", SHOW, Refused("E-DIFF"), "a\n", wall("\n", size)),
        patch("blank lines above a diff", PLAN, Shown, "a\n", format!("{}{GOOD}", wall("\n", size))),
        patch(
            "blank lines in a hunk",
            PLAN,
            Shown,
            format!("{}a\n", "\n".repeat(blank)),
            format!("{OF_F}@@ -1,{0} +1,{0} @@\n{1}-a\n+b\n", blank + 1, "\n".repeat(blank)),
        ),
        patch(
            "blank lines that come",
            PLAN,
            Shown,
            "a\n",
            format!("--- /dev/null\n+++ b/new\n@@ -0,0 +1,{blank} @@\n{}", "+\n".repeat(blank)),
        ),
        patch(
            "one line as long as a book",
            PLAN,
            Shown,
            [one(b'a'), b"\n".to_vec()].concat(),
            exchanged(&one(b'a'), &one(b'b')),
        ),
        patch(
            "a long line that is another one",
            PLAN,
            Refused("E-DRIFT"),
            [one(b'b'), b"\n".to_vec()].concat(),
            exchanged(&one(b'a'), &one(b'c')),
        ),
        patch("no line end at all", SHOW, Refused("E-DIFF"), "a\n", one(b'a')),
        patch("returns and no line end", SHOW, Refused("E-DIFF"), "a\n", one(b'\r')),
        patch("lines that end in returns", PLAN, Shown, "a\n", format!("{}{GOOD}", wall("\r\n", size))),
        patch(
            "returns in front of line ends",
            PLAN,
            Refused("E-DRIFT"),
            wall("a\r\r\n", size / 4),
            format!(
                "{OF_F}{}",
                rows_up_to(size / 4, size / 40, |n| format!("@@ -{0} +{0} @@\n-a\n+b\n", n * 2 + 1))
            ),
        ),
        patch("nothing but zeros", SHOW, Refused("E-DIFF"), "a\n", one(0)),
        patch("UTF-16", PLAN, Shown, "a\n", utf_16(&format!("{}{GOOD}", wall("word\n", size / 2)))),
        patch("UTF-16 of half letters", SHOW, Refused("E-DIFF"), "a\n", half_letters),
        patch(
            "colours",
            SHOW,
            Shown,
            "a\n",
            wall("\u{1b}[1m--- a/f\u{1b}[m\n\u{1b}[1m+++ b/f\u{1b}[m\n", size),
        ),
        patch(
            "quotes of quotes",
            SHOW,
            Refused("E-DIFF"),
            "a\n",
            wall("> > > --- a/f\n> > > +++ b/f\n", size),
        ),
        patch("fences", SHOW, Shown, "a\n", format!("```diff\n{GOOD}```\n{}", wall("```diff\n", size))),
        patch(
            "letters that hide",
            SHOW,
            Shown,
            "a\n",
            format!(
                "{OF_F}@@ -1 +1,{} @@\n-a\n{}",
                size / 12,
                "+a\u{202e}b\u{200b}\u{430}\n".repeat(size / 12)
            ),
        ),
        patch(
            "marks on marks",
            SHOW,
            Shown,
            "a\n",
            exchanged(b"a", wall("e\u{301}\u{323}", size).as_bytes()),
        ),
        patch(
            "letters with marks that look alike",
            PLAN,
            Refused("E-DRIFT"),
            wall("e\u{301}\n", size / 2),
            format!(
                "{OF_F}{}",
                rows_up_to(size / 2, size / 40, |n| format!("@@ -{0} +{0} @@\n-\u{e9}\n+b\n", n + 1))
            ),
        ),
    ]
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(content).expect("memory");
    packer.finish().expect("memory")
}

fn packed(size: usize) -> Vec<Input> {
    // What a packer makes of repetitions is about a thousand times smaller.
    let unpacked = size * 50;
    let input = |name, ends, bytes: Vec<u8>| Input {
        name,
        files: vec![("app/f".to_owned(), b"a\n".to_vec()), ("fix.patch.gz".to_owned(), bytes)],
        command: "show fix.patch.gz",
        ends,
    };
    let mail = "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: a <a@b>\nSubject: [PATCH] x\n\n---\n\n";
    let zstd = |text: &str| zstd::encode_all(text.as_bytes(), 3).expect("memory");
    vec![
        input("packed blank lines", Refused("E-DIFF"), gzip(wall("\n", unpacked).as_bytes())),
        input("packed names", Refused("E-DIFF"), gzip(wall("--- a/f\n", unpacked).as_bytes())),
        input("packed mails", Refused("E-DIFF"), zstd(&wall(mail, unpacked))),
        input(
            "packed hunks",
            Shown,
            zstd(&format!(
                "--- /dev/null\n+++ b/new\n@@ -0,0 +1,{} @@\n{}",
                unpacked / 2,
                "+\n".repeat(unpacked / 2)
            )),
        ),
        input(
            "packed in packed in packed",
            Refused("E-DIFF"),
            gzip(&gzip(&gzip(wall("\n", unpacked).as_bytes()))),
        ),
        input("packed, and cut off", Refused("E-IO"), {
            let mut bytes = gzip(wall("--- a/f\n", unpacked).as_bytes());
            bytes.truncate(bytes.len() / 2);
            bytes
        }),
        input("packed streams, one behind the other", Refused("E-DIFF"), gzip(b"\n").repeat(size / 24)),
    ]
}

const MAIL: &str = "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: a <a@b>\nDate: Mon, 1 Jan 2024 00:00:00 +0000\n";

/// A mail with further header lines, and the good diff.
fn mail(lines: &str) -> String {
    format!("{MAIL}{lines}\nx\n---\n\n{GOOD}-- \n2.0\n\n")
}

fn mails(size: usize) -> Vec<Input> {
    let subject = |text: &str| mail(&format!("Subject: {text}\n"));
    let each = rows(size, |n| {
        format!(
            "{MAIL}Subject: [PATCH] number {n}\n\nx\n---\n\n{OF_F}@@ -1 +1 @@\n-{n}\n+{}\n-- \n2.0\n\n",
            n + 1
        )
    });
    vec![
        patch("mails about one file", PLAN, Shown, "0\n", each),
        patch(
            "first lines of mails",
            SHOW,
            Refused("E-DIFF"),
            "a\n",
            wall("From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n", size),
        ),
        patch("first words of mails", PLAN, Shown, "a\n", format!("{}{GOOD}", wall("From \n", size))),
        patch(
            "a header line that goes on and on",
            PLAN,
            Shown,
            "a\n",
            subject(&format!("a\n{}", wall(" b\n", size).trim_end())),
        ),
        patch("header lines without end", PLAN, Shown, "a\n", mail(&rows(size, |n| format!("X-{n}: b\n")))),
        patch(
            "encoded words in the title",
            PLAN,
            Shown,
            "a\n",
            subject(wall("=?utf-8?q?=41?=\n ", size).trim_end()),
        ),
        patch(
            "encoded words in one line",
            PLAN,
            Shown,
            "a\n",
            subject(wall("=?utf-8?q?=41?= ", size).trim_end()),
        ),
        patch("begun words in the title", PLAN, Shown, "a\n", subject(&wall("=?utf-8?", size))),
        patch("brackets in the title", PLAN, Shown, "a\n", subject(&wall("[", size))),
        patch("tags in the title", PLAN, Shown, "a\n", subject(&wall("[a] Re: ", size))),
        patch("quotes in the author", PLAN, Shown, "a\n", mail(&format!("From: {}\n", wall("\\\"(", size)))),
        patch(
            "a mail of folded text",
            PLAN,
            Shown,
            "a\n",
            mail(&format!("Content-Type: text/plain; format=flowed\n\n{}", wall("a \n", size))),
        ),
    ]
}

fn parts_of_mails(size: usize) -> Vec<Input> {
    let encoded = |encoding: &str, body: &str| {
        format!(
            "{MAIL}Subject: x\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n{body}\n"
        )
    };
    let of_parts = |body: &str| {
        format!(
            "{MAIL}Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n{body}--b--\n"
        )
    };
    let good = format!("--b\nContent-Type: text/plain\n\n{GOOD}\n");
    let nested = |deep: usize| {
        let mut text = format!("Content-Type: text/plain\n\n{GOOD}");
        for level in 0..deep {
            text = format!(
                "Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n{text}\n--b{level}--\n"
            );
        }
        format!("{MAIL}Subject: x\nMIME-Version: 1.0\n{text}")
    };
    let wide = {
        let mut text = format!("Content-Type: text/plain\n\n{}{GOOD}", wall("word\n", size));
        for level in 0..11 {
            text = format!(
                "Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n{text}\n--b{level}--\n"
            );
        }
        format!("{MAIL}Subject: x\nMIME-Version: 1.0\n{text}")
    };
    let base64 = |text: &str, width: usize| -> String {
        use base64ct::Encoding as _;
        let letters = base64ct::Base64::encode_string(text.as_bytes());
        let rows = letters.as_bytes().chunks(width).map(|row| String::from_utf8_lossy(row).into_owned());
        rows.collect::<Vec<_>>().join("\n")
    };
    vec![
        patch(
            "quoted-printable letters",
            PLAN,
            Shown,
            "a\n",
            encoded("quoted-printable", &format!("{}=0A{GOOD}", wall("=41", size))),
        ),
        patch(
            "quoted-printable that goes on and on",
            PLAN,
            Shown,
            "a\n",
            encoded("quoted-printable", &format!("{}\n{GOOD}", wall("a=\n", size))),
        ),
        patch(
            "base64 in one line",
            PLAN,
            Shown,
            "a\n",
            encoded("base64", &base64(&format!("{}{GOOD}", wall("word\n", size / 2)), usize::MAX)),
        ),
        patch(
            "base64 letter by letter",
            PLAN,
            Shown,
            "a\n",
            encoded("base64", &base64(&format!("{}{GOOD}", wall("word\n", size / 3)), 1)),
        ),
        patch(
            "parts of a mail",
            PLAN,
            Shown,
            "a\n",
            of_parts(&format!("{}{good}", wall("--b\nContent-Type: text/plain\n\nx\n", size))),
        ),
        patch(
            "parts of a mail without a header",
            PLAN,
            Shown,
            "a\n",
            of_parts(&format!("{}{good}", wall("--b\n\n", size))),
        ),
        patch(
            "lines that are nearly the end of a part",
            PLAN,
            Shown,
            "a\n",
            of_parts(&format!("{good}{}", wall("--bb\n", size))),
        ),
        patch("mails in mails, a thousand deep", SHOW, Refused("E-LIMIT"), "a\n", nested(size / 100)),
        patch("a large mail in a mail in a mail", PLAN, Shown, "a\n", wide),
    ]
}

/// Git's letters for bytes.
fn base_85(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 85] =
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
    let mut text = String::new();
    for row in bytes.chunks(52) {
        let length = row.len() as u8;
        text.push(char::from(if length <= 26 { b'A' + length - 1 } else { b'a' + length - 27 }));
        for four in row.chunks(4) {
            let mut number =
                (0..4).fold(0_u32, |number, at| number << 8 | u32::from(four.get(at).copied().unwrap_or(0)));
            let mut letters = [0; 5];
            for letter in letters.iter_mut().rev() {
                *letter = LETTERS[(number % 85) as usize];
                number /= 85;
            }
            text.extend(letters.map(char::from));
        }
        text.push('\n');
    }
    text
}

fn zlib(content: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::best());
    packer.write_all(content).expect("memory");
    packer.finish().expect("memory")
}

fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 127 {
        bytes.push(number as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn binary(size: usize) -> Vec<Input> {
    let ids = format!("index {}..{} 100644", "1".repeat(40), "2".repeat(40));
    let literal = |name: &str, bytes: usize| {
        let packed = base_85(&zlib(&vec![0; bytes]));
        format!(
            "diff --git a/{name} b/{name}\nnew file mode 100644\nindex {}..{}\nGIT binary patch\nliteral {bytes}\n{packed}\n",
            "0".repeat(40),
            "2".repeat(40)
        )
    };
    // Of "x" 65536 times, as Git calls it.
    let source = "x".repeat(1 << 16);
    let copies = [varint(1 << 16), varint((1 << 16) * size.min(6000)), vec![0x80; size.min(6000)]].concat();
    let delta = format!(
        "diff --git a/f b/f\nindex 57ed96f9cfa8c59d5a5f2bdb5b5e9e4e3a3d2a0b..{} 100644\nGIT binary patch\ndelta {}\n{}\ndelta 0\nHcmV?d00001\n\n",
        "2".repeat(40),
        copies.len(),
        base_85(&zlib(&copies))
    );
    let one = format!("diff --git a/f b/f\n{ids}\nGIT binary patch\nliteral 0\nHcmV?d00001\n\n");
    vec![
        patch("a binary content that grows", PLAN, Refused("E-DIFF"), "a\n", literal("n", size * 50)),
        patch(
            "binary contents that grow",
            PLAN,
            Refused("E-DIFF"),
            "a\n",
            (0..10).map(|n| literal(&format!("n{n}"), size * 10)).collect::<String>(),
        ),
        patch("a delta that copies and copies", PLAN, Refused("E-DRIFT"), source, delta),
        patch(
            "binary diffs of one large file",
            PLAN,
            Refused("E-DRIFT"),
            wall("x", size),
            wall(&one, size / 2),
        ),
        patch(
            "binary letters that say nothing",
            SHOW,
            Shown,
            "a\n",
            format!("diff --git a/f b/f\n{ids}\nGIT binary patch\nliteral 9\n{}", wall("z~~~~~\n", size)),
        ),
    ]
}

fn names(size: usize) -> Vec<Input> {
    let comes = |name: &str| format!("--- /dev/null\n+++ b/{name}\n@@ -0,0 +1 @@\n+x\n");
    let deep = rows(size, |n| {
        let folders: Vec<String> = (0..60).map(|bit| format!("d{}", n >> bit.min(20) & 1)).collect();
        comes(&format!("{}/f{n}", folders.join("/")))
    });
    let mut listed = patch(
        "a patch for a folder with many names",
        PLAN,
        Shown,
        "a\n",
        rows(size / 4, |n| format!("--- a/list/n{n}\n+++ b/list/n{n}\n@@ -1 +1 @@\n-a\n+b\n")),
    );
    listed.files.extend((0..size / 128).map(|n| (format!("app/list/n{n}"), b"a\n".to_vec())));
    vec![
        patch(
            "many files that come",
            PLAN,
            Shown,
            "a\n",
            rows(size, |n| comes(&format!("d{}/f{n}", n % 1000))),
        ),
        patch("files that come sixty folders deep", PLAN, Shown, "a\n", deep),
        patch(
            "names that look alike",
            SHOW,
            Shown,
            "a\n",
            rows(size, |n| comes(&format!("p\u{430}ypal{n}")))
                + &rows(size / 8, |n| comes(&format!("paypal{n}"))),
        ),
        patch(
            "names that differ in capitals",
            PLAN,
            Shown,
            "a\n",
            rows(size, |n| {
                let name: String = (0..20).map(|bit| if n >> bit & 1 == 1 { 'A' } else { 'a' }).collect();
                comes(&name)
            }),
        ),
        listed,
    ]
}

fn series(size: usize) -> Vec<Input> {
    let input = |name, ends, series: String| Input {
        name,
        files: vec![
            ("app/f".to_owned(), b"0\n".to_vec()),
            ("patches/series".to_owned(), series.into_bytes()),
            ("patches/one".to_owned(), b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-0\n+1\n".to_vec()),
            ("patches/back".to_owned(), b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n-1\n+0\n".to_vec()),
        ],
        command: "plan patches app",
        ends,
    };
    vec![
        input(
            "a series that goes round and round",
            Refused("E-IO"),
            "one\nback\n".repeat((size / 9).min(4_000)),
        ),
        input(
            "a series of more patches than there are",
            Refused("E-IO"),
            "one\nback\n".repeat(size.max(100_000) / 9),
        ),
        input("a series that lists itself", Refused("E-IO"), wall("series\n", size / 10)),
        input("a series of remarks", Refused("E-IO"), wall("# one\n", size)),
        input("a series of blanks", Refused("E-IO"), wall(" ", size)),
        input(
            "a series with options without end",
            Refused("E-IO"),
            format!("one {}", wall("-R ", size)) + "-x\n",
        ),
    ]
}

/// The product's file was edited since, and the patch changes another line of it: `old` is the first line, `rest` the
/// others.
fn edited(name: &'static str, file: &str, ends: Ends, first: &str, rest: &str, last: &str) -> Input {
    let whole = |first: &str, last: &str| format!("{first}\n{rest}\n{last}\n").into_bytes();
    let text = format!("--- a/{file}\n+++ b/{file}\n@@ -1 +1 @@\n-{first}\n+{}\n", first.replace('1', "2"));
    Input {
        name,
        files: vec![
            (format!("app/{file}"), whole(first, &last.replace('1', "3"))),
            (format!("base/{file}"), whole(first, last)),
            ("fix.patch".to_owned(), text.into_bytes()),
        ],
        command: MERGE,
        ends,
    }
}

fn settings(size: usize) -> Vec<Input> {
    let keys = |row: &str, end: &str| rows(size, |n| row.replace('#', &n.to_string())) + end;
    let json = |name, rest: &str| edited(name, "f.json", Shown, "{\"a\": 1,", rest, "\"z\": 1}");
    let deep = |open: &str, close: &str, width: usize| {
        let levels = size / width;
        open.repeat(levels) + &close.repeat(levels)
    };
    vec![
        json("JSON with many keys", &keys("\"k#\": 0,\n", "")),
        json("JSON that is deep", &format!("\"d\": {},", deep("[", "]", 2))),
        json(
            "JSON of objects in objects",
            &format!("\"d\": {},", deep("{\"a\":", "}", 6).replace(":}", ":0}")),
        ),
        json("JSON with one key again and again", &keys("\"k\": #,\n", "")),
        json("JSON with a text as long as a book", &format!("\"d\": \"{}\",", wall("\\u00e4", size))),
        json("JSON with remarks", &wall("// a\n", size)),
        json("JSON with a number as long as a book", &format!("\"d\": {},", wall("9", size))),
        edited("TOML with many keys", "f.toml", Shown, "a = 1", &keys("k# = 0\n", ""), "z = 1"),
        edited("TOML that is deep", "f.toml", Shown, "a = 1", &format!("d = {}", deep("[", "]", 2)), "z = 1"),
        edited("TOML with dots", "f.toml", Shown, "a = 1", &format!("d{} = 1", wall(".d", size)), "z = 1"),
        edited("TOML with tables", "f.toml", Shown, "a = 1", &keys("[t#]\nk = 0\n", ""), "z = 1"),
        edited("TOML with tables in lists", "f.toml", Shown, "a = 1", &keys("[[t]]\nk = #\n", ""), "z = 1"),
        edited(
            "INI with one key again and again",
            "f.ini",
            Shown,
            "a = 1",
            &wall("key = 0\n", size),
            "z = 1",
        ),
        edited("INI with many keys", "f.ini", Shown, "a = 1", &keys("k# = 0\n", ""), "z = 1"),
        edited("INI with many sections", "f.ini", Shown, "a = 1", &keys("[s#]\nk = 0\n", ""), "z = 1"),
        edited(
            "properties that go on and on",
            "f.properties",
            Shown,
            "a = 1",
            &format!("k = {}", wall("b\\\n", size)),
            "z = 1",
        ),
        edited("properties with many keys", "f.properties", Shown, "a = 1", &keys("k# = 0\n", ""), "z = 1"),
        edited("YAML with many keys", "f.yaml", Shown, "a: 1", &keys("k#: 0\n", ""), "z: 1"),
        edited(
            "YAML that is deep in brackets",
            "f.yaml",
            Shown,
            "a: 1",
            &format!("d: {}", deep("[", "]", 2)),
            "z: 1",
        ),
        edited(
            "YAML that is deep in lines",
            "f.yaml",
            Shown,
            "a: 1",
            &rows((size as f64).sqrt() as usize * 20, |n| format!("{}d:\n", " ".repeat(n))),
            "z: 1",
        ),
        edited("YAML of dashes", "f.yaml", Shown, "a: 1", &format!("d:\n {}", wall("- ", size)), "z: 1"),
        edited("YAML that names itself", "f.yaml", Shown, "a: 1", &keys("k#: &x# [*y, *y]\n", ""), "z: 1"),
        edited("YAML of documents", "f.yaml", Shown, "a: 1", &wall("---\n", size), "z: 1"),
        edited(
            "YAML with an alias of aliases",
            "f.yaml",
            Shown,
            "a: 1",
            &rows(size.min(2_000), |n| format!("k{n}: &n{n} [*n{0}, *n{0}]\n", n.saturating_sub(1))),
            "z: 1",
        ),
    ]
}

/// Edits by key: of files that are made to take long, and edits that are.
fn edits(size: usize) -> Vec<Input> {
    const HEAD: &str = "id = \"A-1\"\nsequence = 1\nkind = \"hotfix\"\ntitle = \"a\"\nsummary = \"a\"\nvendor = \"a\"\nfixes = [\"A-1\"]\nrestart = \"none\"\n[product]\nname = \"p\"\nversions = [\"1\"]\n[rollback]\npossible = \"yes\"\n";
    let input = |name, content: String, edit: &str, ends| {
        let order = format!("{HEAD}[[edits]]\nfile = \"f.yaml\"\n{edit}\n");
        let files = [("order.toml", order), ("f.yaml", content)];
        let files = files.map(|(path, content)| (path.to_owned(), content.into_bytes())).into();
        Input { name, files, command: "edit test order.toml f.yaml", ends }
    };
    const SET: &str = "do = [{ set = \"k1\", to = 1 }]";
    let keys = || rows(size, |n| format!("k{n}: 0 # why\n"));
    let bomb = rows(size.min(2_000), |n| format!("a{n}: &n{n} [*n{0}, *n{0}]\n", n.saturating_sub(1)));
    let many_ops = rows_up_to(size, 2_000, |n| format!("{{ set = \"k{}\", to = {n} }},\n", n % 100));
    let stars = format!("{SET}\nmust = [{{ path = \"k2\", matches = \"{}b\" }}]", "*a".repeat(120));
    let long = format!("do = [{{ remove = \"{}k1\" }}]", wall("k1.", size.max(5_000)));
    vec![
        input("an edit beside many keys", keys(), SET, Shown),
        input(
            "an edit beside aliases of aliases",
            format!("{}k1: 0\n", bomb.replacen("*n0", "x", 2)),
            SET,
            Shown,
        ),
        input("an edit beside something deep", format!("k1: 0\nd: {}", wall("[", size)), SET, Refused("")),
        input(
            "an edit in one of many documents",
            rows(size, |n| format!("---\nn: {n}\nk1: 0\n")),
            &format!("where = {{ n = 7 }}\n{SET}"),
            Shown,
        ),
        input("many edits beside many keys", keys(), &format!("do = [\n{many_ops}]"), Shown),
        input("a pattern of stars", format!("k1: 0\nk2: {}\n", wall("a", size)), &stars, Refused("")),
        input("a path without an end", keys(), &long, Refused("E-")),
    ]
}

fn documents(size: usize) -> Vec<Input> {
    let input = |name, command, file: &str, content: String, ends| Input {
        name,
        files: vec![
            ("app/f".to_owned(), b"a\n".to_vec()),
            ("fix.patch".to_owned(), GOOD.into()),
            (file.to_owned(), content.into_bytes()),
        ],
        command,
        ends,
    };
    let deep = || wall("[", size);
    let wide = || format!("{{\"format\": \"x\", \"held\": [{}1]}}", wall("{\"id\": \"a\"},", size));
    const HOLDS: &str = "plan fix.patch app --withdrawn holds.json";
    const PLANNED: &str = "apply fix.patch app --allow-unsigned --yes --plan plan.json";
    const ORDER: &str = "make --from app --to app --order order.toml --output out.patchbundle";
    vec![
        input("a deep list of withdrawn patches", HOLDS, "holds.json", deep(), Refused("E-")),
        input("a wide list of withdrawn patches", HOLDS, "holds.json", wide(), Refused("E-")),
        input("a deep plan", PLANNED, "plan.json", deep(), Refused("E-")),
        input("a wide plan", PLANNED, "plan.json", wide(), Refused("E-")),
        input("a deep order", ORDER, "order.toml", format!("a = {}", deep()), Refused("E-")),
        input("a wide order", ORDER, "order.toml", rows(size, |n| format!("k{n} = 0\n")), Refused("E-")),
        input("an order with dots", ORDER, "order.toml", format!("a{} = 1", wall(".a", size)), Refused("E-")),
        input(
            "a patch file of nothing",
            "show none.patchbundle",
            "none.patchbundle",
            wall("PK\u{5}\u{6}", size),
            Refused("E-"),
        ),
        input(
            "a patch file of letters",
            "show none.patchbundle",
            "none.patchbundle",
            wall("PK\u{3}\u{4}", size),
            Refused("E-"),
        ),
    ]
}
