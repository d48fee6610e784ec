//! Settings are merged by what they say: thousands of made-up edits of each form, and never a result that says
//! something else than both meant; on the way back, too.

mod by_edits;
mod by_python;
mod judge;
mod model;
mod read;
mod settings;
mod spell;
mod stories;

use model::{Meant, Value, meant, order};
use patchwright::diff::{Merge, MergedBy, merge};
use read::{comments, read};
use settings::{FORMS, Form, Maker};
use spell::spell;

use crate::support::chance::Chance;

/// Three texts and what they say.
struct Triple {
    form: Form,
    /// The original, the edited file, the patch's file.
    texts: [String; 3],
    /// The edited file, edited once more; and the patch's.
    later: [String; 2],
}

/// What came of many merges.
#[derive(Debug, Default)]
struct Count {
    /// Merged by line, with the values checked.
    by_line: usize,
    by_key: usize,
    /// Not merged, and both changed the same.
    clashes: usize,
    /// Not merged although the edits are of different keys.
    refused: usize,
    /// Not merged where both edited one list, which may or may not be put together.
    lists: usize,
    /// The patch taken out of a merged file that was edited again.
    backwards: usize,
}

impl Count {
    fn clean(&self) -> usize {
        self.by_line + self.by_key
    }

    /// How many of the merges that mean something are made.
    fn share_made(&self) -> f64 {
        self.clean() as f64 / (self.clean() + self.refused).max(1) as f64
    }
}

impl Triple {
    fn make(seed: u64, form: Form) -> Self {
        let mut maker = Maker::new(seed, form);
        let style = maker.style();
        let keys = 2 + maker.chance.pick(7);
        let base = maker.group(1, keys);
        let (mut mine, mut theirs) = (base.clone(), base.clone());
        maker.edit(&mut mine);
        maker.edit(&mut theirs);
        // Now and then an editor writes the whole file anew.
        let mine_style = if maker.chance.pick(12) == 0 { maker.style() } else { style };
        let mine_style = settings::Style { has_comments: style.has_comments, ..mine_style };
        let texts = [spell(form, &base, style), spell(form, &mine, mine_style), spell(form, &theirs, style)];
        maker.edit(&mut mine);
        maker.edit(&mut theirs);
        Self { form, texts, later: [spell(form, &mine, mine_style), spell(form, &theirs, style)] }
    }

    fn values(&self) -> [Value; 3] {
        [0, 1, 2].map(|side| {
            let text = &self.texts[side];
            read(self.form, text).unwrap_or_else(|| panic!("what was spelled is read:\n{text}"))
        })
    }

    fn merge(&self) -> Option<(String, MergedBy)> {
        let [base, mine, theirs] = &self.texts;
        match merge(self.form.name, base.as_bytes(), mine.as_bytes(), theirs.as_bytes()) {
            Ok(Merge::Clean { content, by }) => Some((String::from_utf8(content).expect("text"), by)),
            Ok(Merge::Clashes(places)) => {
                assert!(!places.is_empty(), "{self}");
                None
            }
            Err(reason) => panic!("{reason}\n{self}"),
        }
    }

    /// Merges, and holds the result against the model.
    fn check(&self, count: &mut Count) -> Option<String> {
        let [base, mine, theirs] = self.values();
        let wanted = meant(&base, &mine, &theirs);
        let Some((text, by)) = self.merge() else {
            match wanted {
                None => count.clashes += 1,
                Some(wanted) if wanted.has_shared_list() => count.lists += 1,
                Some(_) => count.refused += 1,
            }
            return None;
        };
        let wanted =
            wanted.unwrap_or_else(|| panic!("both changed the same, and it is called clean\n{self}\n{text}"));
        let found = read(self.form, &text).unwrap_or_else(|| panic!("nobody reads this\n{self}\n{text}"));
        assert!(wanted.is(&found), "it says something else\n{self}\n{text}");
        self.check_order(&[mine, theirs], &found, &text);
        self.check_comments(&by, &wanted, &text);
        match by {
            MergedBy::Keys(_) => count.by_key += 1,
            MergedBy::Lines | MergedBy::CheckedLines => count.by_line += 1,
        }
        Some(text)
    }

    /// Keys whose order both sides have keep it.
    fn check_order(&self, sides: &[Value; 2], found: &Value, text: &str) {
        let of = |value: &Value, others: [&Value; 2]| {
            let others = others.map(order);
            let is_shared = |key: &String| others.iter().all(|other| other.contains(key));
            order(value).into_iter().filter(is_shared).collect::<Vec<_>>()
        };
        let [mine, theirs] = sides;
        let (my_order, their_order) = (of(mine, [theirs, found]), of(theirs, [mine, found]));
        if my_order == their_order {
            assert_eq!(of(found, [mine, theirs]), my_order, "another order\n{self}\n{text}");
        }
    }

    /// A comment that only this file has stays, and none comes from nowhere.
    fn check_comments(&self, by: &MergedBy, wanted: &Meant, text: &str) {
        let [base, mine, theirs] = [0, 1, 2].map(|side| comments(&self.texts[side]));
        let found = comments(text);
        for comment in &mine {
            let is_mine = !base.contains(comment) || theirs.contains(comment);
            assert!(
                !is_mine || found.contains(comment),
                "{comment} is lost, {by:?}, {wanted:?}\n{self}\n{text}"
            );
        }
        assert!(
            found.iter().all(|comment| mine.contains(comment) || theirs.contains(comment)),
            "{self}\n{text}"
        );
    }

    fn of(&self, base: &str, mine: &str, theirs: &str) -> Self {
        let texts = [base, mine, theirs].map(str::to_owned);
        Self { form: self.form, texts, later: Default::default() }
    }

    /// Takes the patch out of what came of a merge and was edited again, and out of its own file, edited.
    fn check_way_back(&self, merged: &str, count: &mut Count) {
        let [base, mine, theirs] = &self.texts;
        let mut check = |back: &Triple| {
            count.backwards += usize::from(back.check(&mut Count::default()).is_some());
        };
        // An edit of the file as it was, brought into the merged one, is an edit of that.
        if let Some((edited, _)) = self.of(mine, &self.later[0], merged).merge() {
            check(&self.of(merged, &edited, mine));
        }
        check(&self.of(theirs, &self.later[1], base));
    }
}

impl std::fmt::Display for Triple {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [base, mine, theirs] = &self.texts;
        write!(f, "--- base\n{base}\n--- mine\n{mine}\n--- theirs\n{theirs}\n--- came to")
    }
}

fn try_many(form: Form, seeds: std::ops::Range<u64>) -> Count {
    let mut count = Count::default();
    for seed in seeds {
        let triple = Triple::make(seed, form);
        if let Some(merged) = triple.check(&mut count) {
            triple.check_way_back(&merged, &mut count);
        }
    }
    count
}

/// As many as are tried with every change; more are tried in the story below.
#[test]
fn a_merge_that_is_called_clean_says_what_both_meant_and_is_no_rarity() {
    for form in FORMS {
        let count = try_many(form, 0..400);
        assert!(
            count.share_made() > 0.8 && count.by_line > 40 && count.by_key > 40,
            "{} {count:?}",
            form.name
        );
        assert!(count.clashes > 20 && count.backwards > 40, "{} {count:?}", form.name);
    }
}

#[test]
#[ignore = "slow: 20000 pairs of edits for each form"]
fn twenty_thousand_pairs_of_edits_in_each_form_come_to_what_both_meant() {
    for form in FORMS {
        let count = try_many(form, 0..20_000);
        println!("{}: {:.1} % made, {count:?}", form.name, 100.0 * count.share_made());
        assert!(count.share_made() > 0.8, "{} {count:?}", form.name);
    }
}
