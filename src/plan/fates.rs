//! What becomes, at one place, of what a patch brought there.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::layers::{ContentByDigest, Layer};
use crate::diff::{
    Brought, Fate, KeyClash, LineRange, PlaceStanding, RemovalGap, fates_of_values, values_lost, values_stay,
    with_line_ends_of,
};
use crate::model::{FileChange, Mode, Node, TreePath};

/// What a patch found at a place and what it left there.
#[derive(Clone, Copy)]
pub(super) struct Bringing<'a> {
    pub path: &'a TreePath,
    pub before: Option<&'a Node>,
    pub left: Option<&'a Node>,
}

/// What becomes of what was changed at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlaceFate {
    /// The worst that happens to any part of it.
    pub fate: Fate,
    /// Whether anything of it is there now.
    pub is_there: bool,
    /// The lines that are lost, in what the patch left, and how; empty where it is not about lines.
    pub lines: Vec<(LineRange, Fate)>,
}

impl PlaceFate {
    /// The lines to which the worst happens.
    pub(super) fn worst_lines(&self) -> Vec<LineRange> {
        self.lines.iter().filter(|(_, fate)| *fate == self.fate).map(|(line, _)| *line).collect()
    }
}

/// What becomes, or became, of the files that a patch changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileFates {
    /// How many there are.
    pub all: usize,
    pub kept: usize,
    pub rewritten: Vec<TreePath>,
    pub undone: Vec<TreePath>,
    /// Those that nobody else has a say in; they stay as they are.
    pub untouched: Vec<TreePath>,
}

impl FileFates {
    /// Those of files that are `found` so. A renamed file is one, which is lost if it is under either of its names; `moved`:
    /// the new ones by the old ones.
    pub(super) fn of<'a>(
        found: impl IntoIterator<Item = (&'a TreePath, Fate)>,
        moved: &BTreeMap<TreePath, TreePath>,
    ) -> Self {
        let mut worst: BTreeMap<TreePath, (Fate, &TreePath)> = BTreeMap::new();
        for (path, fate) in found {
            let name = moved.get(path).unwrap_or(path).clone();
            let known = worst.entry(name).or_insert((fate, path));
            if fate > known.0 {
                *known = (fate, path);
            }
        }
        let mut fates = Self { all: worst.len(), ..Self::default() };
        for (fate, path) in worst.into_values() {
            match fate {
                Fate::Kept => fates.kept += 1,
                Fate::Rewritten => fates.rewritten.push(path.clone()),
                Fate::Undone => fates.undone.push(path.clone()),
            }
        }
        fates
    }
}

/// How everything stands that `layer` brought, in what `now` tells of each place.
pub(crate) fn how_it_stands(
    layer: &Layer,
    now: impl Fn(&TreePath) -> Option<Node>,
    contents: &dyn ContentByDigest,
) -> FileFates {
    let found = layer.files().filter_map(|path| {
        let now = now(path);
        // What it left where others had brought some of it is not what it was made to leave.
        let is_as_left = layer.step_at(path).is_some_and(|step| step.after == now);
        let (before, left) = layer.brought_at(path)?;
        let stands = || Bringing { path, before, left }.stand(now.as_ref(), contents);
        Some((path, if is_as_left { Fate::Kept } else { stands() }))
    });
    FileFates::of(found, &layer.moved())
}

/// Whether all that `change` brings is in `now`, whatever anybody says.
pub(crate) fn is_brought(change: &FileChange, now: Option<&Node>, contents: &dyn ContentByDigest) -> bool {
    let (before, left) = (change.before.first(), change.after.as_ref());
    match (left, now) {
        (Some(Node::Dir(_)), now) => now.is_some_and(Node::is_dir),
        // A folder that somebody uses stays.
        (None, Some(Node::Dir(_))) => true,
        _ => Bringing { path: &change.path, before, left }.stand_unbrought(now, &[], contents) == Fate::Kept,
    }
}

/// Whether anything of what `layer` brought at `path` is lost when `was` is replaced by `will`.
pub(crate) fn is_lost(
    layer: &Layer,
    path: &TreePath,
    (was, will): (Option<&Node>, Option<&Node>),
    contents: &dyn ContentByDigest,
) -> bool {
    let brought = layer.brought_at(path);
    brought.is_some_and(|(before, left)| {
        Bringing { path, before, left }.fate(was, will, contents).fate != Fate::Kept
    })
}

/// One thing that was brought.
struct BroughtPart {
    standing: PlaceStanding,
    /// Its lines, if it is some.
    lines: Option<LineRange>,
    /// Whether it is nothing that stands somewhere by itself: that something is away, or what lines that are told of say.
    is_bodiless: bool,
}

impl BroughtPart {
    fn whole(fate: Fate) -> Self {
        Self { standing: PlaceStanding { fate, lines: Vec::new() }, lines: None, is_bodiless: false }
    }

    fn bodiless(fate: Fate) -> Self {
        Self { is_bodiless: true, ..Self::whole(fate) }
    }

    fn is_there(&self) -> bool {
        !self.is_bodiless && (self.standing.fate == Fate::Kept || self.standing.lines.contains(&true))
    }

    /// Whether anything of it is here that is not in `will`.
    fn is_lost_in(&self, will: &Self) -> bool {
        let goes = self.standing.fate == Fate::Kept && will.standing.fate != Fate::Kept;
        let mut lines = self.standing.lines.iter().zip(&will.standing.lines);
        goes || lines.any(|(was, will)| *was && !will)
    }
}

impl Bringing<'_> {
    /// What becomes of it when `was` is replaced by `will`. What is in `was` no more is nobody's loss.
    pub(super) fn fate(
        self,
        was: Option<&Node>,
        will: Option<&Node>,
        contents: &dyn ContentByDigest,
    ) -> PlaceFate {
        if was == will {
            return PlaceFate { fate: Fate::Kept, is_there: true, lines: Vec::new() };
        }
        // What nobody can read any more has all of it, as far as anybody knows.
        let was = if self.is_unreadable(was, contents) { self.left } else { was };
        let (was, will) = (self.parts(was, contents), self.parts(will, contents));
        let is_there = was.iter().any(BroughtPart::is_there);
        let lost: Vec<BroughtPart> =
            was.iter().zip(will).filter(|(was, will)| was.is_lost_in(will)).map(|(_, will)| will).collect();
        // Lines of it that go are a loss, though others of it went before.
        let fate = |part: &BroughtPart| part.standing.fate.max(Fate::Rewritten);
        let worst = lost.iter().map(fate).max();
        PlaceFate {
            fate: worst.unwrap_or(Fate::Kept),
            is_there,
            lines: lost.iter().filter_map(|part| Some((part.lines?, fate(part)))).collect(),
        }
    }

    /// Whether a text that came of it is nowhere to be read, such as one that patches were merged to and somebody edited then.
    fn is_unreadable(self, now: Option<&Node>, contents: &dyn ContentByDigest) -> bool {
        now.is_some_and(|now| now.as_file().is_some())
            && self.whole(now) == Fate::Rewritten
            && content_of(now, contents).is_none()
            && self.texts(contents).is_some()
    }

    /// What becomes of it when `was` goes and `moved` comes elsewhere instead: at best it is no more where it was.
    pub(super) fn fate_elsewhere(
        self,
        was: Option<&Node>,
        moved: Option<&Node>,
        contents: &dyn ContentByDigest,
    ) -> PlaceFate {
        let there = self.fate(was, moved, contents);
        PlaceFate { fate: there.fate.max(Fate::Rewritten), ..there }
    }

    /// What becomes of it when `will`, which was made without it, replaces `was`: more lines than it left where it took some
    /// out may be what was made of those.
    pub(super) fn fate_laid_over(
        self,
        was: Option<&Node>,
        will: Option<&Node>,
        contents: &dyn ContentByDigest,
    ) -> PlaceFate {
        let mut fated = self.fate(was, will, contents);
        let texts = || {
            Some((self.texts(contents)?, self.content_in(was, contents)?, self.content_in(will, contents)?))
        };
        let Some(((before, left), was, will)) = texts().filter(|_| will != self.left) else { return fated };
        let Some(brought) = Brought::new(&before, &left) else { return fated };
        let (was, will) = (brought.gaps(&was), brought.gaps(&will));
        for ((index, will), (_, was)) in will.into_iter().zip(was) {
            if will == RemovalGap::Filled && was != RemovalGap::Filled {
                fated.fate = fated.fate.max(Fate::Rewritten);
                fated.lines.push((brought.lines(index), Fate::Rewritten));
            }
        }
        fated
    }

    /// Whether all values that it made others are so in `will`, whatever its lines look like there.
    pub(super) fn has_values_in(self, will: Option<&Node>, contents: &dyn ContentByDigest) -> bool {
        let texts = || Some((self.texts(contents)?, self.content_in(will, contents)?));
        texts().is_some_and(|((before, left), will)| values_stay(self.path.as_str(), [&before, &left, &will]))
    }

    /// The values that it brought and that do not count any more in `will`, with what is there instead.
    pub(super) fn values_lost(self, will: Option<&Node>, contents: &dyn ContentByDigest) -> Vec<KeyClash> {
        let texts = || Some((self.texts(contents)?, self.content_in(will, contents)?));
        texts().map_or(Vec::new(), |((before, left), will)| {
            values_lost(self.path.as_str(), [&before, &left, &will])
        })
    }

    /// How it stands in `now`, where it never came: lines that it takes out may be gone because others have something else
    /// in their place. That they are out is only certain where one of `others` took them out, and none made anything of them.
    pub(super) fn stand_unbrought(
        self,
        now: Option<&Node>,
        others: &[&Layer],
        contents: &dyn ContentByDigest,
    ) -> Fate {
        let stands = self.stand(now, contents);
        if stands != Fate::Kept || now == self.left {
            return stands;
        }
        let texts = || Some((self.texts(contents)?, self.content_in(now, contents)?));
        let Some(((before, left), now)) = texts() else { return stands };
        let Some(brought) = Brought::new(&before, &left) else { return stands };
        let open = open_gaps(&brought, &now);
        let found = |other: &&Layer| self.of_other(other.brought_at(self.path), contents);
        let found: Vec<Texts> = others.iter().filter_map(found).collect();
        let takes_out = |(before, left): &Texts, index| {
            Brought::new(before, left).is_some_and(|other| other.takes_out_like(&brought, index))
        };
        let is_out = |index: &usize| found.iter().any(|other| takes_out(other, *index));
        match open.iter().all(is_out) && !self.is_any_remade((&brought, &open), &now, others, contents) {
            true => stands,
            false => Fate::Rewritten,
        }
    }

    /// Whether something stands in `now`, where it takes lines out, that `others` made of these.
    pub(super) fn is_remade(
        self,
        now: Option<&Node>,
        others: &[&Layer],
        contents: &dyn ContentByDigest,
    ) -> bool {
        let texts = || Some((self.texts(contents)?, self.content_in(now, contents)?));
        let Some(((before, left), now)) = texts().filter(|_| now != self.left) else { return false };
        let Some(brought) = Brought::new(&before, &left) else { return false };
        let open = open_gaps(&brought, &now);
        self.is_any_remade((&brought, &open), &now, others, contents)
    }

    fn is_any_remade(
        self,
        (brought, gaps): (&Brought<'_>, &[usize]),
        now: &[u8],
        others: &[&Layer],
        contents: &dyn ContentByDigest,
    ) -> bool {
        // What came over others is what it was made for, whatever it found.
        let made_by = |other: &&Layer| {
            let made_for =
                other.change_at(self.path).map(|change| (change.before.first(), change.after.as_ref()));
            [other.brought_at(self.path), made_for].map(|made| self.of_other(made, contents))
        };
        let texts: Vec<Texts> = others.iter().flat_map(made_by).flatten().collect();
        let made: Vec<Brought<'_>> =
            texts.iter().filter_map(|(before, left)| Brought::new(before, left)).collect();
        gaps.iter().any(|index| brought.is_remade(*index, now, &made))
            || brought.is_remade_elsewhere(now, &made)
    }

    /// What another one found here and left.
    fn of_other(
        self,
        other: Option<(Option<&Node>, Option<&Node>)>,
        contents: &dyn ContentByDigest,
    ) -> Option<Texts> {
        let (before, left) = other?;
        Bringing { path: self.path, before, left }.texts(contents)
    }

    /// What became of the lines that it took out, wherever they may be in `now`.
    pub(super) fn fate_of_removed(self, now: Option<&Node>, contents: &dyn ContentByDigest) -> Fate {
        let texts = || Some((self.texts(contents)?, self.content_in(now, contents)?));
        let fate = |((before, left), now): (Texts, Arc<Vec<u8>>)| {
            let removed = Brought::new(&before, &left)?.standings_of_removed(&now);
            removed.into_iter().map(|standing| standing.fate).max()
        };
        if now == self.left { Fate::Kept } else { texts().and_then(fate).unwrap_or(Fate::Kept) }
    }

    /// Whether lines that it takes out are in `image` all the same, which came of laying it on `ground`.
    pub(super) fn is_in_vain(
        self,
        ground: Option<&Node>,
        image: Option<&Node>,
        contents: &dyn ContentByDigest,
    ) -> bool {
        let texts = || {
            Some((
                self.texts(contents)?,
                self.content_in(ground, contents)?,
                self.content_in(image, contents)?,
            ))
        };
        let is_in_vain = |((before, left), ground, image): (Texts, Arc<Vec<u8>>, Arc<Vec<u8>>)| {
            Brought::new(&before, &left).is_some_and(|brought| brought.is_in_vain(&ground, &image))
        };
        image != self.left && texts().is_some_and(is_in_vain)
    }

    /// Whether some of it is in `now`, before it comes.
    pub(super) fn is_partly_in(self, now: Option<&Node>, contents: &dyn ContentByDigest) -> bool {
        let (found, now) = (self.parts(self.before, contents), self.parts(now, contents));
        let came = |(found, now): (&BroughtPart, &BroughtPart)| {
            let mut lines = found.standing.lines.iter().zip(&now.standing.lines);
            // That nothing is back of which nothing was taken out shows nothing.
            let is_told_as_one = now.standing.lines.is_empty() && !now.is_bodiless;
            lines.any(|(found, now)| !found && *now)
                || is_told_as_one && found.standing.fate != Fate::Kept && now.standing.fate == Fate::Kept
        };
        found.iter().zip(&now).any(came)
    }

    /// How everything that was brought stands in `now`.
    pub(super) fn stand(self, now: Option<&Node>, contents: &dyn ContentByDigest) -> Fate {
        // Told without reading anything, which is how it nearly always is.
        if now == self.left {
            return Fate::Kept;
        } else if now == self.before && !self.is_only_a_folder(now) {
            return Fate::Undone;
        }
        let parts = self.parts(now, contents);
        parts.into_iter().map(|part| part.standing.fate).max().unwrap_or(Fate::Kept)
    }

    /// The same things in the same order, whatever `now` is.
    fn parts(self, now: Option<&Node>, contents: &dyn ContentByDigest) -> Vec<BroughtPart> {
        let mut parts = match is_same_content(self.before, self.left) {
            true => Vec::new(),
            false => self.lines(now, contents).unwrap_or_else(|| vec![BroughtPart::whole(self.whole(now))]),
        };
        parts.extend(self.values(now, contents).into_iter().map(BroughtPart::bodiless));
        let mode = |node: Option<&Node>| node.and_then(Node::mode);
        if let (Some(before), Some(left)) = (mode(self.before), mode(self.left))
            && before != left
        {
            parts.push(BroughtPart::whole(of_mode(before, left, mode(now))));
        }
        parts
    }

    /// Whether all that is back of what went is a folder: what went with it is told of by its files, and others may be
    /// in it now.
    fn is_only_a_folder(self, now: Option<&Node>) -> bool {
        self.left.is_none() && self.before.is_some_and(Node::is_dir) && now.is_some_and(Node::is_dir)
    }

    fn whole(self, now: Option<&Node>) -> Fate {
        if self.is_only_a_folder(now) {
            return Fate::Kept;
        }
        match (is_same_content(self.left, now), is_same_content(self.before, now)) {
            (true, _) => Fate::Kept,
            (false, true) => Fate::Undone,
            (false, false) => Fate::Rewritten,
        }
    }

    /// Place by place of a text; `None` if it can only be told of the whole.
    fn lines(self, now: Option<&Node>, contents: &dyn ContentByDigest) -> Option<Vec<BroughtPart>> {
        let (before, left) = self.texts(contents)?;
        let brought = Brought::new(&before, &left).filter(|brought| brought.len() > 0)?;
        let all = |fate| {
            let every = || 0..brought.len();
            let there = every().map(|index| brought.as_a_whole(index, fate)).collect();
            (there, every().map(|index| brought.removed_as_a_whole(index, fate)).collect())
        };
        // That lines are gone is something of its own: it holds though those that came for them are others by now.
        let known: Option<(Vec<PlaceStanding>, Vec<PlaceStanding>)> = match self.whole(now) {
            Fate::Rewritten => self
                .content_in(now, contents)
                .and_then(|now| Some((brought.standings(&now)?, brought.standings_of_removed(&now)))),
            certain => Some(all(certain)),
        };
        let (standings, removed) = known.unwrap_or_else(|| all(Fate::Rewritten));
        let part = |(index, standing)| BroughtPart {
            standing,
            lines: Some(brought.lines(index)),
            is_bodiless: false,
        };
        let away = |standing| BroughtPart { standing, lines: None, is_bodiless: true };
        let parts = standings.into_iter().enumerate().map(part);
        Some(parts.chain(removed.into_iter().map(away)).collect())
    }

    /// The values of settings that it took away, made others or brought, and the keys that it took out; nothing where there
    /// are none.
    fn values(self, now: Option<&Node>, contents: &dyn ContentByDigest) -> Vec<Fate> {
        let texts = (!is_same_content(self.before, self.left)).then(|| self.texts(contents)).flatten();
        let Some((before, left)) = texts else { return Vec::new() };
        let fates = |now: &[u8]| fates_of_values(self.path.as_str(), [&before, &left, now]);
        let known = fates(&left);
        match self.whole(now) {
            Fate::Rewritten => {
                self.content_in(now, contents).map_or(vec![Fate::Rewritten; known.len()], |now| fates(&now))
            }
            Fate::Kept => known,
            Fate::Undone => vec![Fate::Undone; known.len()],
        }
    }

    /// What is in `now`, whose line ends somebody may have turned around as a whole.
    fn content_in(self, now: Option<&Node>, contents: &dyn ContentByDigest) -> Option<Arc<Vec<u8>>> {
        let now = content_of(now, contents)?;
        let Some((before, left)) = self.texts(contents) else { return Some(now) };
        let turned = match with_line_ends_of([&before, &left], &now) {
            Cow::Borrowed(_) => None,
            Cow::Owned(turned) => Some(Arc::new(turned)),
        };
        Some(turned.unwrap_or(now))
    }

    /// What was found and what was left; nothing was found where there was no file.
    fn texts(self, contents: &dyn ContentByDigest) -> Option<Texts> {
        let before = match self.before {
            None => Arc::default(),
            Some(_) => content_of(self.before, contents)?,
        };
        Some((before, content_of(self.left, contents)?))
    }
}

/// What a change found and what it left.
type Texts = (Arc<Vec<u8>>, Arc<Vec<u8>>);

/// The places where a change takes lines out and others stand in `now`.
fn open_gaps(brought: &Brought<'_>, now: &[u8]) -> Vec<usize> {
    let open = brought.gaps(now).into_iter().filter(|(_, gap)| *gap != RemovalGap::Closed);
    open.map(|(index, _)| index).collect()
}

fn content_of(node: Option<&Node>, contents: &dyn ContentByDigest) -> Option<Arc<Vec<u8>>> {
    contents.content(node?.as_file()?)
}

fn of_mode(before: Mode, left: Mode, now: Option<Mode>) -> Fate {
    match now {
        Some(now) if now == left => Fate::Kept,
        Some(now) if now == before => Fate::Undone,
        // Without a file there are no permissions to lose; that it is gone is told of its content.
        None => Fate::Rewritten,
        Some(_) => Fate::Rewritten,
    }
}

fn is_same_content(one: Option<&Node>, other: Option<&Node>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => one.same_content(other),
        _ => false,
    }
}
