//! Whether the values that a change of settings brought are still those that count. Its lines may all be there, and say
//! nothing any more: below the heading of another section, in a comment, or with the same key once more below them.
//!
//! | now | then |
//! |---|---|
//! | the value is there, however it is spelled and whatever came beside it | kept |
//! | the value before the change is there, or no value where there was none | undone |
//! | another value, the value elsewhere, or two between which programs choose differently | rewritten |

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::path::{PathStep, named};
use super::shown::KeyClash;
use super::value::{Value, key_of};
use crate::diff::Fate;
use crate::diff::settings::{Format, FurtherMember, KeyEntry, KeyGroup, List, ParsedValue, Sheet};

/// Most comparisons of elements of one list by some of their values; in longer ones only whole elements are compared.
const MAX_COMPARED: usize = 1_000_000;

/// Most documents among which one is looked for.
const MAX_DOCUMENTS: usize = 64;

/// What a file of settings said before a change and after it, and says now.
#[derive(Clone, Copy)]
pub(super) struct ThreeSheets<'a> {
    /// Nothing where there was no file.
    pub before: Option<&'a Sheet>,
    pub left: &'a Sheet,
    /// Nothing where it can't be read.
    pub now: Option<&'a Sheet>,
}

/// What became of each value that the change brought: one after the other, the same ones whatever is there now.
pub(super) fn fates_of_brought(format: Format, sheets: ThreeSheets<'_>) -> Vec<Fate> {
    asked(format, sheets, false).fates
}

/// Those that do not count any more, with what is there instead.
pub(super) fn brought_and_lost(format: Format, sheets: ThreeSheets<'_>) -> Vec<KeyClash> {
    asked(format, sheets, true).lost.unwrap_or_default()
}

fn asked<'a>(format: Format, sheets: ThreeSheets<'a>, is_told: bool) -> Inquiry<'a> {
    let lost = is_told.then(Vec::new);
    let mut all = Inquiry { format, now: sheets.now, ..Inquiry::default_for(format) };
    all.lost = lost;
    let left = &sheets.left.documents;
    let before = sheets.before.map_or(&[][..], |before| &before.documents);
    for (index, document) in left.iter().enumerate() {
        let was = match before.len() == left.len() {
            true => before.get(index),
            false => before.iter().find(|was| was.said == document.said),
        };
        if was.is_none_or(|was| was.said != document.said) {
            all.document(was, index, left);
        }
    }
    all
}

/// What is at the place of a value.
#[derive(Clone, Copy)]
enum FoundValue<'a> {
    Here(&'a KeyEntry),
    Away,
    /// Something that programs read in different ways.
    Unsure,
}

/// The values asked about so far.
struct Inquiry<'a> {
    format: Format,
    now: Option<&'a Sheet>,
    /// Where the value is that is asked about.
    steps: Vec<PathStep>,
    fates: Vec<Fate>,
    /// Those that don't count any more, if somebody wants to know.
    lost: Option<Vec<KeyClash>>,
    /// Every key with its value, or with each element of it, wherever it is now.
    anywhere: OnceCell<HashSet<(String, String)>>,
}

impl<'a> Inquiry<'a> {
    fn default_for(format: Format) -> Self {
        Self {
            format,
            now: None,
            steps: Vec::new(),
            fates: Vec::new(),
            lost: None,
            anywhere: OnceCell::new(),
        }
    }

    /// Asks about one document. Others may have come above it or gone; who reads only one reads the first.
    fn document(&mut self, before: Option<&KeyEntry>, index: usize, left: &[KeyEntry]) {
        let Some(now) = self.now else { return self.ask(before, &left[index], FoundValue::Unsure) };
        let moved = now.documents.len().abs_diff(left.len()).min(MAX_DOCUMENTS);
        let places = match (left.len(), now.documents.len() < left.len()) {
            (1, _) => 0..=0,
            (_, true) => index.saturating_sub(moved)..=index,
            (_, false) => index..=index + moved,
        };
        let mut best: Option<Self> = None;
        for place in places.clone() {
            let Some(found) = now.documents.get(place) else { continue };
            let mut there = Self { now: self.now, ..Self::default_for(self.format) };
            there.lost = self.lost.as_ref().map(|_| Vec::new());
            there.ask(before, &left[index], FoundValue::Here(found));
            let is_kept = there.fates.iter().all(|fate| *fate == Fate::Kept);
            if is_kept || best.is_none() {
                best = Some(there);
            }
            if is_kept {
                break;
            }
        }
        match best {
            Some(best) => {
                self.fates.extend(best.fates);
                self.lost.iter_mut().for_each(|lost| lost.extend(best.lost.clone().unwrap_or_default()));
            }
            None => self.ask(before, &left[index], FoundValue::Away),
        }
    }

    fn ask(&mut self, before: Option<&KeyEntry>, left: &KeyEntry, now: FoundValue<'_>) {
        if before.is_some_and(|before| before.said == left.said) {
            return;
        }
        match &left.said {
            ParsedValue::Group(group) if !group.entries.is_empty() => self.group(before, group, now),
            ParsedValue::List(list) if !list.elements.is_empty() => self.list(before, (left, list), now),
            _ => self.value(before, left, now),
        }
    }

    fn group(&mut self, before: Option<&KeyEntry>, left: &KeyGroup, now: FoundValue<'_>) {
        let was = before.and_then(group_of);
        for entry in &left.entries {
            let found = match now {
                FoundValue::Here(here) => match &here.said {
                    ParsedValue::Group(here) if self.may_be_another(&entry.key, left, here) => {
                        FoundValue::Unsure
                    }
                    ParsedValue::Group(here) => {
                        here.get(&entry.key).map_or(FoundValue::Away, FoundValue::Here)
                    }
                    ParsedValue::Odd(_) => FoundValue::Unsure,
                    ParsedValue::List(_) | ParsedValue::Value(_) => FoundValue::Away,
                },
                FoundValue::Away | FoundValue::Unsure => now,
            };
            self.steps.push(PathStep::Key(key_of(self.format, entry).to_owned()));
            self.ask(was.and_then(|was| was.get(&entry.key)), entry, found);
            self.steps.pop();
        }
    }

    /// Whether some programs take something else for the value of `key` than the entry in `now`, and did not before.
    fn may_be_another(&self, key: &str, left: &KeyGroup, now: &KeyGroup) -> bool {
        let key = match self.format {
            Format::Ini => key.to_lowercase(),
            _ => key.to_owned(),
        };
        let is_about = |member: &&FurtherMember| member.key.as_ref().is_none_or(|about| *about == key);
        let mut known = left.further.iter().filter(is_about);
        now.further.iter().filter(is_about).any(|member| known.next() != Some(member))
    }

    fn value(&mut self, before: Option<&KeyEntry>, left: &KeyEntry, now: FoundValue<'_>) {
        let value = |entry: &KeyEntry| Value::of_entry(self.format, entry);
        let meant = value(left);
        let says = |found: &KeyEntry, meant: &Value| {
            let found = value(found);
            found.says(meant) || found.is_meant_by(meant)
        };
        let is_open = |found: &KeyEntry| match (&left.said, &found.said) {
            (ParsedValue::Group(_), ParsedValue::Group(_)) => true,
            (ParsedValue::Value(_), ParsedValue::List(list)) => self.is_added_to(left, &[&meant], list),
            _ => false,
        };
        let fate = match now {
            FoundValue::Here(found) if says(found, &meant) || is_open(found) => Fate::Kept,
            FoundValue::Here(found) if before.is_some_and(|before| says(found, &value(before))) => {
                Fate::Undone
            }
            FoundValue::Away if before.is_none() && !self.is_anywhere(left, &meant) => Fate::Undone,
            FoundValue::Here(_) | FoundValue::Away | FoundValue::Unsure => Fate::Rewritten,
        };
        self.tell(fate, &meant, now);
    }

    /// Asks about each element that came, wherever it is in the list now.
    fn list(&mut self, before: Option<&KeyEntry>, (entry, left): (&KeyEntry, &List), now: FoundValue<'_>) {
        let was = before.and_then(|before| match &before.said {
            ParsedValue::List(list) => Some(list),
            _ => None,
        });
        let mut known = counted(was.map_or(&[], |was| &was.elements));
        let came: Vec<usize> = (0..left.elements.len())
            .filter(|index| match known.get_mut(&left.elements[*index].said.spell()) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            })
            .collect();
        let here = match now {
            FoundValue::Here(KeyEntry { said: ParsedValue::List(list), .. }) => Some(list),
            _ => None,
        };
        let of_left = counted(&left.elements);
        let of_now = here.map(|here| counted(&here.elements)).unwrap_or_default();
        let meant: Vec<Value> = left.elements.iter().map(|one| Value::of_entry(self.format, one)).collect();
        let is_reset = self.format == Format::Unit
            && here.is_some_and(|here| !self.is_added_to(entry, &meant.iter().collect::<Vec<_>>(), here));
        let is_short = came.len() * (left.elements.len() + of_now.len()) <= MAX_COMPARED;
        for index in came {
            let one = &left.elements[index];
            let spelled = one.said.spell();
            let is_whole = || of_now.get(&spelled).is_some_and(|count| *count >= of_left[&spelled]);
            let is_partly = || {
                let was = was.and_then(|was| counterpart(&was.elements, &left.elements, index))?;
                let brought = brought_in(was, one);
                let all = |list: &List| list.elements.iter().filter(|one| has(one, &brought)).count();
                (is_short && !brought.is_empty()).then(|| here.is_some_and(|here| all(here) >= all(left)))
            };
            let fate = match now {
                FoundValue::Here(_) if !is_reset && (is_whole() || is_partly() == Some(true)) => Fate::Kept,
                FoundValue::Away if before.is_none() && !self.is_anywhere(entry, &meant[index]) => {
                    Fate::Undone
                }
                _ => Fate::Rewritten,
            };
            self.steps.push(PathStep::Index(index));
            self.tell(fate, &meant[index], if fate == Fate::Kept { now } else { FoundValue::Away });
            self.steps.pop();
        }
    }

    /// Whether `now` is `left` with more below, under a key that systemd makes a list of: there nothing that comes takes
    /// away what was above it, unless it is empty or sets the same variable.
    fn is_added_to(&self, entry: &KeyEntry, left: &[&Value], now: &List) -> bool {
        const LISTS: [&str; 24] = [
            "After",
            "Alias",
            "Also",
            "Before",
            "BindsTo",
            "Conflicts",
            "Documentation",
            "Environment",
            "ExecReload",
            "ExecStartPost",
            "ExecStartPre",
            "ExecStop",
            "ExecStopPost",
            "OnFailure",
            "OnSuccess",
            "PartOf",
            "PropagatesReloadTo",
            "RequiredBy",
            "Requires",
            "RequiresMountsFor",
            "Requisite",
            "Upholds",
            "WantedBy",
            "Wants",
        ];
        let all: Vec<Value> = now.elements.iter().map(|one| Value::of_entry(self.format, one)).collect();
        if self.format != Format::Unit {
            return false;
        } else if all.len() == left.len() {
            return true;
        }
        let mut more = all.iter();
        let is_there = left.iter().all(|left| more.by_ref().any(|one| one.says(left)));
        let variable = |value: &Value| {
            let set = value.spelled().unwrap_or_default().trim_start_matches('"').split_once('=');
            set.filter(|_| entry.key == "Environment").map(|(name, _)| name.to_owned())
        };
        let set: Vec<String> = left.iter().filter_map(|left| variable(left)).collect();
        let known = |value: &&Value| left.iter().any(|left| left.says(value));
        let mut new = all.iter().filter(|value| !known(value));
        LISTS.contains(&entry.key.as_str())
            && is_there
            && new.all(|value| {
                value.spelled().is_some_and(|spelled| !spelled.is_empty())
                    && variable(value).is_none_or(|name| !set.contains(&name))
            })
    }

    fn is_anywhere(&self, entry: &KeyEntry, value: &Value) -> bool {
        let all = self.anywhere.get_or_init(|| {
            let mut all = HashSet::new();
            let documents = self.now.map_or(&[][..], |now| &now.documents);
            documents.iter().for_each(|document| self.collect(document, &mut all));
            all
        });
        all.contains(&(entry.key.clone(), value.to_string()))
    }

    fn collect(&self, entry: &KeyEntry, all: &mut HashSet<(String, String)>) {
        match &entry.said {
            ParsedValue::Group(group) => group.entries.iter().for_each(|one| self.collect(one, all)),
            ParsedValue::List(list) => {
                for one in &list.elements {
                    all.insert((entry.key.clone(), Value::of_entry(self.format, one).to_string()));
                    self.collect(one, all);
                }
            }
            ParsedValue::Odd(_) | ParsedValue::Value(_) => {}
        }
        if !matches!(entry.said, ParsedValue::Group(_)) {
            all.insert((entry.key.clone(), Value::of_entry(self.format, entry).to_string()));
        }
    }

    fn tell(&mut self, fate: Fate, meant: &Value, now: FoundValue<'_>) {
        self.fates.push(fate);
        let Some(lost) = self.lost.as_mut().filter(|_| fate != Fate::Kept) else { return };
        let instead = match now {
            FoundValue::Here(found) => Some(Value::of_entry(self.format, found).to_string()),
            FoundValue::Away => None,
            FoundValue::Unsure => Some("not the same for every program".to_owned()),
        };
        lost.push(KeyClash { path: named(&self.steps), values: [Some(meant.to_string()), instead] });
    }
}

fn group_of(entry: &KeyEntry) -> Option<&KeyGroup> {
    match &entry.said {
        ParsedValue::Group(group) => Some(group),
        _ => None,
    }
}

/// How often each element is there.
fn counted(elements: &[KeyEntry]) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    elements.iter().for_each(|one| *counts.entry(one.said.spell()).or_default() += 1);
    counts
}

/// By what the elements of a list are told apart.
fn identity(element: &KeyEntry) -> Option<(&str, String)> {
    let group = group_of(element)?;
    ["name", "id", "key"].iter().find_map(|key| Some((*key, group.get(key)?.said.spell())))
}

/// What the element at `index` was before the change.
fn counterpart<'a>(before: &'a [KeyEntry], left: &[KeyEntry], index: usize) -> Option<&'a KeyEntry> {
    match identity(&left[index]) {
        Some(own) => before.iter().find(|one| identity(one).as_ref() == Some(&own)),
        None => before.get(index).filter(|one| before.len() == left.len() && group_of(one).is_some()),
    }
}

/// The values of an element that are others than they were, each with its path, and what it is known by.
fn brought_in<'a>(before: &KeyEntry, left: &'a KeyEntry) -> Vec<(Vec<&'a str>, String)> {
    fn collect<'a>(
        before: Option<&KeyEntry>,
        left: &'a KeyEntry,
        path: &mut Vec<&'a str>,
        found: &mut Vec<(Vec<&'a str>, String)>,
    ) {
        if before.is_some_and(|before| before.said == left.said) {
            return;
        }
        match group_of(left) {
            Some(group) => {
                for entry in &group.entries {
                    path.push(&entry.key);
                    collect(
                        before.and_then(group_of).and_then(|was| was.get(&entry.key)),
                        entry,
                        path,
                        found,
                    );
                    path.pop();
                }
            }
            None => found.push((path.clone(), left.said.spell())),
        }
    }
    let mut found = Vec::new();
    collect(Some(before), left, &mut Vec::new(), &mut found);
    if !found.is_empty() {
        found.extend(identity(left).map(|(key, spelled)| (vec![key], spelled)));
    }
    found
}

/// Whether all these values are in an element.
fn has(element: &KeyEntry, values: &[(Vec<&str>, String)]) -> bool {
    values.iter().all(|(path, spelled)| {
        let found = path.iter().try_fold(element, |entry, key| group_of(entry)?.get(key));
        found.is_some_and(|found| found.said.spell() == *spelled)
    })
}
