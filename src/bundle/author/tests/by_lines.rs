//! Texts travel as the lines that change.

use super::*;
use crate::bundle::order::{Bases, ContextLines};

fn has_base(made: &Authored, path: &str) -> bool {
    change(&made.patch, path).base.is_some()
}

#[test]
fn texts_travel_as_lines_and_their_content_before_only_where_it_may_be_needed() {
    let mut shop = Workshop::new();
    shop.put("old/a.txt", text(0..100)).put("new/a.txt", text(0..101));
    shop.put("old/a.bin", noise(1000, 1)).put("new/a.bin", noise(1000, 2));
    shop.put("old/gone.txt", "gone").put("old/moved.txt", "moved").put("new/moved2.txt", "moved");
    shop.put("old/settings", text(0..90)).put("new/settings", text(1..90)).put("new/fresh.txt", text(0..9));
    shop.order.make.policies.push(PathPolicy {
        paths: Globs::parse(vec!["settings".to_owned()]).expect("a pattern"),
        local_edits: Some(LocalEdits::Merge),
        ..PathPolicy::default()
    });
    let made = shop.author();
    let own = |name: &str| Some(Payload::Diff { from: Some(path(name)) });
    assert_eq!(change(&made.patch, "a.txt").payload, own("a.txt"));
    assert_eq!(change(&made.patch, "settings").payload, own("settings"));
    assert_eq!(change(&made.patch, "fresh.txt").payload, Some(Payload::Diff { from: None }));
    let paths = ["a.txt", "a.bin", "gone.txt", "moved.txt", "settings"];
    assert_eq!(paths.map(|path| has_base(&made, path)), [false, false, false, false, true]);
    let base = change(&made.patch, "settings").base.expect("it has one");
    assert_eq!(shop.bundle().read_blob(&base, 1 << 20).expect("it is there"), text(0..90).into_bytes());

    shop.order.make.bases = Bases::All;
    let made = shop.author();
    assert_eq!(paths.map(|path| has_base(&made, path)), [true, false, false, false, true]);
    shop.order.make.policies.clear();
    shop.order.make.bases = Bases::Merge;
    assert!(!has_base(&shop.author(), "a.txt"));
    // It may come where a patch with one of its fixes was kept for good, and the original is gone.
    shop.order.about.fixes.push("KEY-2".to_owned());
    assert!(has_base(&shop.author(), "a.txt"));
    shop.order.make.bases = Bases::None;
    assert!(!has_base(&shop.author(), "a.txt"));
}

#[test]
fn a_text_that_moved_and_changed_says_so_in_its_lines() {
    let shop = Workshop::new();
    shop.put("old/lib/a.txt", text(0..300)).put("new/share/b.txt", text(1..300));
    shop.put("old/lib/c.txt", text(500..600)).put("new/share/c.txt", text(900..990));
    let made = shop.author();
    let payload = |path| change(&made.patch, path).payload.clone();
    assert_eq!(payload("share/b.txt"), Some(Payload::Diff { from: Some(path("lib/a.txt")) }));
    assert_eq!(
        payload("share/c.txt"),
        Some(Payload::Diff { from: None }),
        "of the same name, and another file"
    );
    let section = shop.bundle().diff_of(&path("share/b.txt")).expect("it reads").expect("it is said");
    let section = String::from_utf8(section).expect("text");
    assert!(
        section.starts_with("diff --git a/lib/a.txt b/share/b.txt\nrename from lib/a.txt\n"),
        "{section}"
    );
}

#[test]
fn a_text_that_a_delta_says_in_much_less_is_no_diff() {
    let shop = Workshop::new();
    let line =
        |seed: u64| noise(60_000, seed).iter().map(|byte| char::from(b'a' + byte % 26)).collect::<String>();
    let old = line(7);
    shop.put("old/packed.js", &old).put("new/packed.js", format!("{old};"));
    let made = shop.author();
    let payload = &change(&made.patch, "packed.js").payload;
    assert!(matches!(payload, Some(Payload::Delta { .. })), "{payload:?}");
}

#[test]
fn more_context_is_there_for_whoever_wishes_it() {
    let mut shop = Workshop::new();
    shop.put("old/a.txt", text(0..100)).put("new/a.txt", text(0..50) + "new\n" + &text(50..100));
    let lines = |shop: &Workshop| {
        drop(shop.author());
        shop.bundle()
            .diff_of(&path("a.txt"))
            .expect("it reads")
            .expect("it is said")
            .split(|b| *b == b'\n')
            .count()
    };
    let least = lines(&shop);
    shop.order.make.context = ContextLines(1_000_000);
    assert_eq!(lines(&shop) - least, 94);
}

#[test]
fn a_text_too_long_to_ship_twice_goes_without_and_the_author_is_told() {
    let mut shop = Workshop::new();
    shop.order.make.bases = Bases::All;
    let old = text(0..60_000);
    shop.put("old/long.txt", &old).put("new/long.txt", old.clone() + "more\n");
    let made = shop.author();
    assert_eq!(change(&made.patch, "long.txt").base, None);
    let told = "1 text file without the content before: larger than 1 MiB, or more than 64 MiB together";
    assert!(made.notes.iter().any(|note| note.text == told), "{:?}", made.notes);
}

#[test]
fn a_guess_that_is_dropped_for_one_place_is_none_of_the_others_business() {
    let shop = Workshop::new();
    let (old, new) = (text(0..80), text(900..980));
    shop.put("old/b.txt", &old).put("old/gone/a.txt", &old);
    shop.put("new/b.txt", &new).put("new/a.txt", &new);
    let made = shop.author();
    let payload = |name| change(&made.patch, name).payload.clone();
    assert_eq!(payload("a.txt"), Some(Payload::Diff { from: None }));
    assert_eq!(payload("b.txt"), Some(Payload::Diff { from: Some(path("b.txt")) }));
}
