//! Works out what is meant, from what the original, the edited file and the patch's file say.
//!
//! Whatever only one side changed is as that side has it; groups that are there on all sides are gone through key by
//! key; lists are put together element by element where no element is there twice. Everything else that both changed
//! in different ways is a clash.

use std::collections::{HashMap, HashSet};

use crate::diff::merge::lines::put_together;
use crate::diff::settings::{Form, KeyEntry, KeyGroup, ParsedValue};

/// What is meant in one place.
#[derive(Debug)]
pub(super) enum Meant<'a> {
    /// What stands there in the edited file.
    Mine(&'a ParsedValue),
    /// What the patch says.
    Theirs(&'a ParsedValue),
    /// Elements of both.
    List(Vec<String>),
    /// Some keys of one and some of the other.
    Group(Vec<DisputedKey<'a>>),
}

/// One key of a group in which both changed something.
#[derive(Debug)]
pub(super) struct DisputedKey<'a> {
    pub key: &'a str,
    pub mine: Option<&'a KeyEntry>,
    pub theirs: Option<&'a KeyEntry>,
    /// What is meant; `None`: that it is gone.
    pub meant: Option<Meant<'a>>,
}

impl DisputedKey<'_> {
    /// Whether the edited file has something else here than what is meant.
    pub fn is_taken(&self) -> bool {
        match &self.meant {
            Some(Meant::Mine(_)) => false,
            None => self.mine.is_some(),
            Some(_) => true,
        }
    }
}

impl Meant<'_> {
    /// Whether this is what `said` says, neither more nor less.
    pub fn is(&self, said: &ParsedValue) -> bool {
        match (self, said) {
            (Meant::Mine(meant) | Meant::Theirs(meant), _) => *meant == said,
            (Meant::List(meant), ParsedValue::List(said)) => *meant == said.spelled(),
            (Meant::Group(parts), ParsedValue::Group(group)) => {
                let meant = parts.iter().filter_map(|part| Some((part.key, part.meant.as_ref()?)));
                let is_there = |(key, meant): (&str, &Meant<'_>)| {
                    group.get(key).is_some_and(|entry| meant.is(&entry.said))
                };
                meant.clone().count() == group.entries.len() && meant.clone().all(is_there)
            }
            _ => false,
        }
    }

    /// The keys that the edited file takes from the patch, in order.
    pub fn taken(&self) -> Vec<String> {
        let mut keys = Vec::new();
        self.add_taken("", &mut keys);
        keys.sort();
        keys
    }

    fn add_taken(&self, above: &str, keys: &mut Vec<String>) {
        let Meant::Group(parts) = self else { return };
        for part in parts.iter().filter(|part| part.is_taken()) {
            let name = below(above, part.key);
            match &part.meant {
                Some(deeper @ Meant::Group(_)) => deeper.add_taken(&name, keys),
                _ => keys.push(name),
            }
        }
    }
}

/// What is meant, or the keys that both changed in different ways.
///
/// # Errors
/// The names of these keys.
pub(super) fn work_out<'a>(
    base: &'a ParsedValue,
    mine: &'a ParsedValue,
    theirs: &'a ParsedValue,
) -> Result<Meant<'a>, Vec<String>> {
    let mut clashes = Vec::new();
    let meant = of_three(base, mine, theirs, "", &mut clashes);
    clashes.sort();
    if clashes.is_empty() { Ok(meant) } else { Err(clashes) }
}

fn of_three<'a>(
    base: &'a ParsedValue,
    mine: &'a ParsedValue,
    theirs: &'a ParsedValue,
    name: &str,
    clashes: &mut Vec<String>,
) -> Meant<'a> {
    if let (ParsedValue::Group(base), ParsedValue::Group(mine), ParsedValue::Group(theirs)) =
        (base, mine, theirs)
        && [base, mine, theirs].iter().all(|group| group.form != Form::Flow)
    {
        return Meant::Group(key_by_key(base, mine, theirs, name, clashes));
    }
    if theirs == base || mine == theirs {
        return Meant::Mine(mine);
    }
    if mine == base {
        return Meant::Theirs(theirs);
    }
    if let (ParsedValue::List(base), ParsedValue::List(mine), ParsedValue::List(theirs)) =
        (base, mine, theirs)
        && let Some(elements) = element_by_element(&base.spelled(), &mine.spelled(), &theirs.spelled())
    {
        return Meant::List(elements);
    }
    clashes.push(if name.is_empty() { "the whole file".to_owned() } else { name.to_owned() });
    Meant::Mine(mine)
}

fn key_by_key<'a>(
    base: &'a KeyGroup,
    mine: &'a KeyGroup,
    theirs: &'a KeyGroup,
    above: &str,
    clashes: &mut Vec<String>,
) -> Vec<DisputedKey<'a>> {
    let added = theirs.entries.iter().filter(|entry| mine.get(&entry.key).is_none());
    let gone = base
        .entries
        .iter()
        .filter(|entry| mine.get(&entry.key).is_none() && theirs.get(&entry.key).is_none());
    let all = mine.entries.iter().chain(added).chain(gone);
    all.map(|entry| {
        let key = entry.key.as_str();
        let [before, here, there] = [base, mine, theirs].map(|group| group.get(key));
        let is_same = |a: Option<&KeyEntry>, b: Option<&KeyEntry>| a.map(|a| &a.said) == b.map(|b| &b.said);
        let meant = match (before, here, there) {
            (Some(before), Some(here), Some(there)) => {
                Some(of_three(&before.said, &here.said, &there.said, &below(above, key), clashes))
            }
            _ if is_same(there, before) || is_same(here, there) => here.map(|here| Meant::Mine(&here.said)),
            _ if is_same(here, before) => there.map(|there| Meant::Theirs(&there.said)),
            _ => {
                clashes.push(below(above, key));
                here.map(|here| Meant::Mine(&here.said))
            }
        };
        DisputedKey { key, mine: here, theirs: there, meant }
    })
    .collect()
}

/// Lists in which no element is there twice and none changed its order say by themselves what came and what went.
fn element_by_element(base: &[String], mine: &[String], theirs: &[String]) -> Option<Vec<String>> {
    let place: HashMap<&String, usize> = base.iter().enumerate().map(|(at, element)| (element, at)).collect();
    let is_in_order = |side: &[String]| {
        side.iter().filter_map(|element| place.get(element)).is_sorted() && !has_twice(side.iter())
    };
    if has_twice(base.iter()) || !is_in_order(mine) || !is_in_order(theirs) {
        return None;
    }
    let elements = [base, mine, theirs].map(|side| side.iter().map(String::as_bytes).collect::<Vec<_>>());
    let together = put_together(&elements[0], &elements[1], &elements[2])?;
    if has_twice(together.iter()) {
        return None;
    }
    together.into_iter().map(|element| String::from_utf8(element.to_vec()).ok()).collect()
}

fn has_twice<T: std::hash::Hash + Eq>(mut elements: impl Iterator<Item = T>) -> bool {
    let mut seen = HashSet::new();
    !elements.all(|element| seen.insert(element))
}

fn below(above: &str, key: &str) -> String {
    if above.is_empty() { key.to_owned() } else { format!("{above}.{key}") }
}
