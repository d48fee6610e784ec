//! Made-up settings, spelled in each form, and edits of them.

use crate::support::chance::{Chance, Seeded};

/// What stands behind a key.
#[derive(Debug, Clone)]
pub enum Setting {
    Number(u32),
    Word(String),
    List(Vec<u32>),
    Group(Vec<Entry>),
}

/// A key with a comment above it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: String,
    pub comment: Option<u32>,
    pub setting: Setting,
}

/// How a file is written.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub indent: usize,
    pub variant: usize,
    pub is_windows: bool,
    pub has_comments: bool,
    /// Whether settings are in one line where that is possible.
    pub is_flat: bool,
}

/// What a form allows: how deep groups go, and whether there are lists.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    pub name: &'static str,
    pub depth: usize,
    pub has_lists: bool,
}

/// All forms that are known.
pub const FORMS: [Form; 6] = [
    Form { name: "a.json", depth: 3, has_lists: true },
    Form { name: "a.jsonc", depth: 3, has_lists: true },
    Form { name: "a.toml", depth: 3, has_lists: true },
    Form { name: "a.ini", depth: 2, has_lists: false },
    Form { name: "a.properties", depth: 1, has_lists: false },
    Form { name: "a.yaml", depth: 3, has_lists: true },
];

pub struct Maker {
    pub chance: Seeded,
    form: Form,
    /// Comments are all different.
    comments: u32,
}

const WORDS: [&str; 12] =
    ["on", "no", "null", "x y", "a#b", "a:b", "http://h/?a=1", "[x]", "it's", "C\\d", "007", "{ }"];

impl Maker {
    pub fn new(seed: u64, form: Form) -> Self {
        Self { chance: Seeded::new(seed), form, comments: 0 }
    }

    pub fn style(&mut self) -> Style {
        Style {
            indent: 2 + 2 * self.chance.pick(2),
            variant: self.chance.pick(4),
            is_windows: self.chance.pick(8) == 0,
            has_comments: self.form.name != "a.json" && self.chance.pick(3) > 0,
            is_flat: self.chance.pick(6) == 0,
        }
    }

    pub fn group(&mut self, depth: usize, keys: usize) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for _ in 0..keys {
            let entry = self.entry(depth);
            if entries.iter().all(|other| other.key != entry.key) {
                entries.push(entry);
            }
        }
        entries
    }

    fn entry(&mut self, depth: usize) -> Entry {
        let comment = (self.chance.pick(4) == 0).then(|| {
            self.comments += 1;
            self.comments
        });
        let key = format!("{}{}", ["k", "key-", "n_"][self.chance.pick(3)], self.chance.pick(8));
        Entry { key, comment, setting: self.setting(depth) }
    }

    fn setting(&mut self, depth: usize) -> Setting {
        match self.chance.pick(8) {
            0..=2 if depth < self.form.depth => {
                let keys = 1 + self.chance.pick(4);
                Setting::Group(self.group(depth + 1, keys))
            }
            3 if self.form.has_lists => {
                let first = self.chance.pick(5) as u32;
                Setting::List((first..first + self.chance.pick(5) as u32).collect())
            }
            4 | 5 => Setting::Word(WORDS[self.chance.pick(WORDS.len())].to_owned()),
            _ => Setting::Number(self.chance.pick(6) as u32),
        }
    }

    /// An edit or a few of these settings.
    pub fn edit(&mut self, settings: &mut Vec<Entry>) {
        for _ in 0..1 + self.chance.pick(3) {
            self.edit_once(settings, 1);
        }
    }

    fn edit_once(&mut self, group: &mut Vec<Entry>, depth: usize) {
        let at = if group.is_empty() { 0 } else { self.chance.pick(group.len()) };
        if let Some(Entry { setting: Setting::Group(inner), .. }) = group.get_mut(at)
            && self.chance.pick(3) > 0
        {
            return self.edit_once(inner, depth + 1);
        }
        match self.chance.pick(10) {
            0..=2 | 9 => {
                let entry = self.entry(depth);
                let place = self.chance.pick(group.len() + 1);
                if group.iter().all(|other| other.key != entry.key) {
                    group.insert(place, entry);
                }
            }
            3 if group.len() > 1 => drop(group.remove(at)),
            // A key moves, in its group or to another one.
            4 if group.len() > 1 => {
                let entry = group.remove(at);
                let place = self.chance.pick(group.len());
                match &mut group[place].setting {
                    Setting::Group(inner)
                        if depth < self.form.depth
                            && !matches!(entry.setting, Setting::Group(_))
                            && inner.iter().all(|other| other.key != entry.key) =>
                    {
                        inner.push(entry);
                    }
                    _ => group.insert(place, entry),
                }
            }
            // A group is cut in two.
            5 => {
                let name = format!("cut{}", self.chance.pick(2));
                if let Some(Entry { setting: Setting::Group(inner), .. }) = group.get_mut(at)
                    && inner.len() > 1
                {
                    let tail = inner.split_off(1 + self.chance.pick(inner.len() - 1));
                    if group.iter().all(|other| other.key != name) {
                        group.insert(
                            at + 1,
                            Entry { key: name, comment: None, setting: Setting::Group(tail) },
                        );
                    }
                }
            }
            _ => {
                if let Some(entry) = group.get_mut(at) {
                    match &mut entry.setting {
                        Setting::Group(_) => {}
                        Setting::List(elements) if self.chance.flip() => {
                            let new = 10 + self.chance.pick(3) as u32;
                            let place = self.chance.pick(elements.len() + 1);
                            elements.insert(place, new);
                        }
                        _ => entry.setting = self.setting(self.form.depth),
                    }
                }
            }
        }
    }
}
