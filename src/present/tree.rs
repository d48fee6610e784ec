//! The changes of a patch as a tree of folders that opens, closes and filters.

use std::collections::{BTreeMap, BTreeSet};

use super::fit::{self, FileFit};
use crate::model::{Digest, Mode, Node, Patch};
use crate::report::changes::{self, ChangeStatus};
use crate::text::confusables::ConfusableSeverity;
use crate::text::escape_line;
use crate::words::{self, window};
use crate::workbench::{Hidden, HiddenIn, HiddenPlace, TextOrigin};

/// One change as the tree and the pane above the difference show it. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeItem {
    /// The exact path, for questions to the workbench.
    pub path: String,
    /// The path as it is shown.
    pub shown: String,
    /// Where a renamed file comes from, as it is shown.
    pub from: Option<String>,
    /// What happens there.
    pub status: ChangeStatus,
    /// Sizes, permissions, link targets, in a few words.
    pub facts: String,
    /// What a reviewer should not miss.
    pub risks: Vec<Risk>,
    /// How it fits, if it comes from a text patch.
    pub fit: Option<FileFit>,
    /// What is in the folder is not what the patch expects.
    pub differs: bool,
    /// Nothing is in the folder where the patch expects a file.
    pub is_missing: bool,
    /// It is a folder itself.
    pub is_folder: bool,
    /// What it is known by again, also in another revision of the patch: its path and both its contents.
    pub fingerprint: String,
    /// Somebody has looked at it.
    pub is_viewed: bool,
    /// How often something stands in it that was looked for everywhere.
    pub hits: usize,
}

/// Something about a change that deserves a second look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// It can be run, and could not before.
    NewProgram,
    /// It runs with other rights than those of who starts it.
    SpecialRights,
    /// It is a script by its name.
    Script,
    /// The system starts it by itself.
    Service,
    /// Its permissions change.
    Permissions,
    /// It is or becomes a link.
    Link,
    /// Its name hides characters.
    HiddenName,
    /// Its content hides text, or shows it other than it is.
    HiddenText,
}

impl Risk {
    /// The badge.
    pub const fn as_str(self) -> &'static str {
        match self {
            Risk::NewProgram => words::RISK_PROGRAM,
            Risk::SpecialRights => words::RISK_RIGHTS,
            Risk::Script => words::RISK_SCRIPT,
            Risk::Service => words::RISK_SERVICE,
            Risk::Permissions => words::RISK_PERMISSIONS,
            Risk::Link => words::RISK_LINK,
            Risk::HiddenName => words::RISK_HIDDEN,
            Risk::HiddenText => window::RISK_HIDDEN_TEXT,
        }
    }

    /// What the badge means.
    pub const fn explanation(self) -> &'static str {
        match self {
            Risk::NewProgram => words::RISK_PROGRAM_MEANING,
            Risk::SpecialRights => words::RISK_RIGHTS_MEANING,
            Risk::Script => words::RISK_SCRIPT_MEANING,
            Risk::Service => words::RISK_SERVICE_MEANING,
            Risk::Permissions => words::RISK_PERMISSIONS_MEANING,
            Risk::Link => words::RISK_LINK_MEANING,
            Risk::HiddenName => words::RISK_HIDDEN_MEANING,
            Risk::HiddenText => window::RISK_HIDDEN_TEXT_MEANING,
        }
    }
}

/// Which changes the tree shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// A part of the path, or a pattern with `*` and `?`; upper and lower case are the same.
    pub text: String,
    /// Only changes of these sorts; empty: all.
    pub statuses: Vec<ChangeStatus>,
    /// Only changes that deserve a second look.
    pub only_risks: bool,
    /// Only changes of files that are not what the patch expects.
    pub only_differing: bool,
    /// Only changes that nobody has looked at.
    pub only_unviewed: bool,
    /// Only changes in which something stands that was looked for everywhere.
    pub only_found: bool,
}

/// One row of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeRow {
    /// How far it is indented.
    pub depth: usize,
    /// The name, as it is shown.
    pub name: String,
    pub kind: RowKind,
}

/// What a row of the tree is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowKind {
    /// A folder, with its whole path, and how many changes are below it.
    Folder {
        /// The path, for opening and closing it.
        path: String,
        /// Whether its rows are shown.
        is_open: bool,
        /// Changes below it that the filter lets through.
        changes: usize,
    },
    /// The change with this index.
    Change(usize),
}

/// All changes of a patch, which of them are shown, and how.
#[derive(Debug, Clone, Default)]
pub struct ChangeTree {
    items: Vec<TreeItem>,
    filter: Filter,
    closed: BTreeSet<String>,
    rows: Vec<TreeRow>,
    /// The changes that the filter lets through, in the order of paths.
    shown: Vec<usize>,
}

impl ChangeTree {
    /// The tree of a patch, all folders open.
    pub fn new(patch: &Patch) -> Self {
        let items = changes::lines(&patch.changes).iter().map(item).collect();
        let mut tree = Self { items, ..Self::default() };
        tree.build();
        tree
    }

    /// The tree of text patches: the changes, and files that they name and do not change, because they do not fit
    /// or are there already.
    pub fn of_text(patch: &Patch, origin: &TextOrigin) -> Self {
        let mut fits = fit::by_path(origin);
        let mut items: Vec<TreeItem> = changes::lines(&patch.changes).iter().map(item).collect();
        for item in &mut items {
            item.fit = fits.remove(&item.path);
        }
        items.extend(fits.into_iter().map(|(path, fit)| unchanged(path, fit)));
        items.sort_by(|one, other| one.path.cmp(&other.path));
        let mut tree = Self { items, ..Self::default() };
        tree.build();
        tree
    }

    /// Marks the files that `hidden` tells of as made to be read other than they are.
    pub(super) fn mark_hidden(&mut self, hidden: &Hidden) {
        let is_deceiving = |place: &&HiddenPlace| place.danger() == ConfusableSeverity::Deceiving;
        let files: BTreeSet<&str> = (hidden.places.iter().filter(is_deceiving))
            .filter_map(|place| if let HiddenIn::File(path) = &place.at { Some(path.as_str()) } else { None })
            .collect();
        for item in self.items.iter_mut().filter(|item| files.contains(item.shown.as_str())) {
            item.risks.insert(0, Risk::HiddenText);
        }
    }

    /// Every change, in the order of paths.
    pub fn items(&self) -> &[TreeItem] {
        &self.items
    }

    /// The index of the change at `path`.
    pub fn index_of(&self, path: &str) -> Option<usize> {
        self.items.binary_search_by(|item| item.path.as_str().cmp(path)).ok()
    }

    /// The rows that are shown.
    pub fn rows(&self) -> &[TreeRow] {
        &self.rows
    }

    /// How many changes the filter lets through.
    pub fn matching(&self) -> usize {
        self.shown.len()
    }

    /// The present filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Shows other changes.
    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.build();
    }

    /// Opens a closed folder, closes an open one.
    pub fn toggle(&mut self, folder: &str) {
        if !self.closed.remove(folder) {
            self.closed.insert(folder.to_owned());
        }
        self.build();
    }

    /// How many changes there are of a sort, whatever the filter.
    pub fn count(&self, status: ChangeStatus) -> usize {
        self.items.iter().filter(|item| item.status == status).count()
    }

    /// How many changes deserve a second look.
    pub fn risky(&self) -> usize {
        self.items.iter().filter(|item| !item.risks.is_empty()).count()
    }

    /// How many changes are of files that are not what the patch expects.
    pub fn differing(&self) -> usize {
        self.items.iter().filter(|item| item.differs).count()
    }

    /// What is said of them all: that they differ, or that none of them is there.
    pub fn differing_word(&self) -> &'static str {
        let mut differing = self.items.iter().filter(|item| item.differs);
        if differing.all(|item| item.is_missing) { window::NOT_THERE } else { words::DIFFERS }
    }

    /// The first of them.
    pub fn first_differing(&self) -> Option<usize> {
        self.items.iter().position(|item| item.differs)
    }

    /// Marks the changes in which something stands that was looked for everywhere, by how often.
    pub fn mark_found(&mut self, found: &BTreeMap<String, usize>) {
        for item in &mut self.items {
            item.hits = found.get(&item.path).copied().unwrap_or_default();
        }
        self.build();
    }

    /// In how many changes it stands.
    pub fn found(&self) -> usize {
        self.items.iter().filter(|item| item.hits > 0).count()
    }

    /// How many changes somebody has looked at.
    pub fn viewed(&self) -> usize {
        self.items.iter().filter(|item| item.is_viewed).count()
    }

    /// Notes that somebody has looked at a change, or has not; what the filter lets through stays until it is set again.
    pub fn set_viewed(&mut self, index: usize, is_viewed: bool) {
        if let Some(item) = self.items.get_mut(index) {
            item.is_viewed = is_viewed;
        }
    }

    /// Marks every change that is known to have been looked at.
    pub fn mark_viewed(&mut self, known: &BTreeSet<String>) {
        for item in &mut self.items {
            item.is_viewed = known.contains(&item.fingerprint);
        }
        self.build();
    }

    /// The first change behind `index` that nobody has looked at, round and round among those that the filter lets
    /// through.
    pub fn next_unviewed(&self, index: Option<usize>) -> Option<usize> {
        let from = index.map_or(0, |index| self.shown.partition_point(|&other| other <= index));
        let (before, after) = self.shown.split_at(from);
        after.iter().chain(before).copied().find(|&index| !self.items[index].is_viewed)
    }

    /// Marks the files that are not what the patch expects; of them, those that are `missing`.
    pub fn mark_differing(&mut self, places: &BTreeSet<&str>, missing: &BTreeSet<&str>) {
        for item in &mut self.items {
            item.differs = places.contains(item.path.as_str());
            item.is_missing = item.differs && missing.contains(item.path.as_str());
        }
        self.build();
    }

    /// The change after (or before, with `forward` false) `index` among those shown; at the end there is none.
    pub fn neighbour(&self, index: Option<usize>, forward: bool) -> Option<usize> {
        let Some(index) = index else { return self.shown.first().copied() };
        let next = match forward {
            true => Some(self.shown.partition_point(|&other| other <= index)),
            false => self.shown.partition_point(|&other| other < index).checked_sub(1),
        };
        // From a change that the filter hides the way leads round: whoever looks for a name wants to see it.
        let round = || if forward { self.shown.first() } else { self.shown.last() };
        let is_hidden = self.position(index).is_none();
        let next = next.and_then(|next| self.shown.get(next));
        next.or_else(|| round().filter(|_| is_hidden)).copied()
    }

    /// The place of change `index` among those the filter lets through, from 1.
    pub fn position(&self, index: usize) -> Option<usize> {
        self.shown.binary_search(&index).ok().map(|position| position + 1)
    }

    fn build(&mut self) {
        let all = 0..self.items.len();
        self.shown = all.filter(|&index| self.filter.lets_through(&self.items[index])).collect();
        let mut rows = Vec::new();
        self.rows_below("", 0, &self.shown, &mut rows);
        self.rows = rows;
    }

    /// Adds the rows of the changes `below`, which all are in `folder` (`""`, or a path with a `/` at its end).
    fn rows_below(&self, folder: &str, depth: usize, below: &[usize], rows: &mut Vec<TreeRow>) {
        let mut rest = below;
        while let Some(&first) = rest.first() {
            let name = &self.items[first].path[folder.len()..];
            let Some(end) = name.find('/') else {
                let end = if self.items[first].is_folder { "/" } else { "" };
                let name = format!("{}{end}", escape_line(name));
                rows.push(TreeRow { depth, name, kind: RowKind::Change(first) });
                rest = &rest[1..];
                continue;
            };
            let mut inner = self.items[first].path[..=folder.len() + end].to_owned();
            let is_inside = |index: &usize, inner: &str| self.items[*index].path.starts_with(inner);
            let number = rest.iter().take_while(|index| is_inside(index, &inner)).count();
            let (inside, after) = rest.split_at(number);
            // A folder that holds nothing but one folder shares its row.
            while let Some(next) = self.items[inside[0]].path[inner.len()..].find('/') {
                let longer = &self.items[inside[0]].path[..=inner.len() + next];
                if !inside.iter().all(|index| is_inside(index, longer)) {
                    break;
                }
                inner = longer.to_owned();
            }
            let is_open = !self.closed.contains(&inner);
            let shown = inner[folder.len()..].trim_end_matches('/');
            let kind = RowKind::Folder { path: inner.clone(), is_open, changes: number };
            rows.push(TreeRow { depth, name: escape_line(shown).into_owned(), kind });
            if is_open {
                self.rows_below(&inner, depth + 1, inside, rows);
            }
            rest = after;
        }
    }
}

impl Filter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        *self == Self { text: self.text.clone(), ..Self::default() } && self.text.trim().is_empty()
    }

    fn lets_through(&self, item: &TreeItem) -> bool {
        let text = self.text.trim().to_lowercase();
        let path = item.path.to_lowercase();
        let is_pattern = text.contains(['*', '?']);
        let matches = if is_pattern { fits(text.as_bytes(), path.as_bytes()) } else { path.contains(&text) };
        matches
            && (self.statuses.is_empty() || self.statuses.contains(&item.status))
            && (!self.only_risks || !item.risks.is_empty())
            && (!self.only_differing || item.differs)
            && (!self.only_unviewed || !item.is_viewed)
            && (!self.only_found || item.hits > 0)
    }
}

/// Whether `text` fits a pattern with `*` (anything) and `?` (one byte). Linear but for one place to return to.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                last_star = Some((at, from));
                at += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[from] => (at, from) = (at + 1, from + 1),
            _ => match last_star {
                Some((star, taken)) => {
                    (at, from) = (star + 1, taken + 1);
                    last_star = Some((star, taken + 1));
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

fn item(line: &changes::ChangeLine<'_>) -> TreeItem {
    TreeItem {
        path: line.path.as_str().to_owned(),
        shown: escape_line(line.path.as_str()).into_owned(),
        from: line.from.map(|from| escape_line(from.as_str()).into_owned()),
        status: line.status,
        facts: escape_line(&changes::facts(line.before, line.after)).into_owned(),
        risks: risks(line),
        fit: None,
        differs: false,
        is_missing: false,
        is_folder: is_folder(line),
        fingerprint: fingerprint(line),
        is_viewed: false,
        hits: 0,
    }
}

/// Whether a folder comes, goes or changes its permissions.
fn is_folder(line: &changes::ChangeLine<'_>) -> bool {
    let nodes = || [line.before, line.after].into_iter().flatten();
    nodes().count() > 0 && nodes().all(|node| matches!(node, Node::Dir(_)))
}

/// What a change is known by again.
fn fingerprint(line: &changes::ChangeLine<'_>) -> String {
    let side = |node: Option<&Node>| match node {
        None => String::new(),
        Some(Node::File(file)) => format!("{} {}", file.digest, file.mode),
        Some(Node::Link(link)) => format!("\u{2192} {}", link.points_to),
        Some(Node::Dir(_)) => node.and_then(Node::mode).map(|mode| mode.to_string()).unwrap_or_default(),
    };
    fingerprint_of([line.path.as_str(), &side(line.before), &side(line.after)])
}

fn fingerprint_of<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    /// As many characters as tell all changes of a person's life apart.
    const CHARS: usize = 20;
    let whole = parts.into_iter().collect::<Vec<_>>().join("\0");
    let mut digest = Digest::compute(whole.as_bytes()).to_string();
    digest.truncate(CHARS);
    digest
}

/// A file that a text patch names and does not change.
fn unchanged(path: String, fit: FileFit) -> TreeItem {
    let shown = escape_line(&path).into_owned();
    let status = ChangeStatus::Modified;
    let (facts, risks, fit) = (String::new(), Vec::new(), Some(fit));
    let lines = fit.iter().flat_map(|fit| &fit.lines).map(|line| line.text.as_str());
    let fingerprint = fingerprint_of(std::iter::once(path.as_str()).chain(lines));
    TreeItem {
        path,
        shown,
        from: None,
        status,
        facts,
        risks,
        fit,
        differs: false,
        is_missing: false,
        is_folder: false,
        fingerprint,
        is_viewed: false,
        hits: 0,
    }
}

fn risks(line: &changes::ChangeLine<'_>) -> Vec<Risk> {
    let path = line.path.as_str();
    let Some(after) = line.after else { return Vec::new() };
    let mode = |node: &Node| node.as_file().map(|file| file.mode);
    let (old, new) = (line.before.and_then(mode), mode(after));
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let is_file = after.as_file().is_some();
    let found = [
        (Risk::NewProgram, new.is_some_and(Mode::is_executable) && !old.is_some_and(Mode::is_executable)),
        (Risk::SpecialRights, new.is_some_and(Mode::is_special)),
        (Risk::Script, is_file && ends(&[".sh", ".bash", ".ps1", ".bat", ".cmd", ".vbs", ".command"])),
        (Risk::Service, is_file && ends(&[".service", ".timer", ".socket", ".plist", ".desktop", ".reg"])),
        (Risk::Permissions, old.is_some() && new.is_some() && old != new),
        (Risk::Link, matches!(after, Node::Link(_))),
        (Risk::HiddenName, escape_line(path) != path),
    ];
    found.into_iter().filter(|(_, is_there)| *is_there).map(|(risk, _)| risk).collect()
}

#[cfg(test)]
mod tests;
