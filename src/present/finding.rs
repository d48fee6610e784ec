//! What a check found: ranked, in plain words, with evidence and a way out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::fit;
use super::overview::path_line;
use crate::model::{Code, TreePath};
use crate::plan::{FileNote, Note, Obstacle};
use crate::report::{hidden as report_hidden, phrases};
use crate::text::confusables::{ConfusableKind, ConfusableSeverity};
use crate::text::{Advice, capitalised, escape_line, said_of, said_of_several};
use crate::words::{self, fill, several, trying, widgets, window};
use crate::workbench::{EditChoice, Hidden};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// It cannot go ahead.
    Blocks,
    /// It can, and something may not work as wished.
    MayBreak,
    /// Good to know.
    Information,
}

/// What a button beside a finding does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayOut {
    /// Another folder is chosen.
    ChooseFolder,
    /// The changes are shown against what is really in the folder.
    ShowDifferences,
    /// The folder is looked at again.
    CheckAgain,
    /// Files that were deleted here come back as the patch has them.
    TakeTheirs(Vec<TreePath>),
    /// A choice between versions of an edited file is undone.
    Undecide(TreePath),
    /// The patch file of this name beside the present one is applied as well.
    AddFile(String),
    /// Patches that cannot stay without the one that goes, go with it.
    WithDependents,
    /// Files that were edited are kept aside.
    KeepEdits,
    /// A patch file is chosen that has what backups lack.
    ChooseSource,
    /// Files whose backups are damaged stay as they are.
    LeaveDamaged,
    /// Only these files are repaired.
    RepairOnly(Vec<TreePath>),
    /// The change is tried on a copy.
    Rehearse,
    /// The key that signed the patch is compared with its owner, and trusted.
    TrustSigner,
    /// An SBOM of the folder is chosen.
    NameSbom,
    /// Only files are restored, and what scripts did stays.
    WithoutScripts,
    /// What scripts did is undone, too.
    UndoScripts,
    /// The interrupted change is dealt with.
    Recover,
    /// The places of what deceives are listed. Until then the change does not begin.
    ShowHidden(ConfusableKind),
}

/// One finding. All texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub rank: Rank,
    /// The code to quote, if it is one of the engine's obstacles.
    pub code: Option<Code>,
    /// In a few words; empty where the meaning says it all.
    pub heading: String,
    pub meaning: String,
    /// What to do about it; may be empty.
    pub hint: String,
    /// The places it is about, and what was seen there.
    pub evidence: Vec<String>,
    /// The files it is about, by their exact paths.
    pub places: Vec<TreePath>,
    /// A button that helps.
    pub way_out: Option<WayOut>,
    /// Another one, for who can't take the first.
    pub other_way: Option<WayOut>,
    /// Whether somebody may go on all the same, and says why.
    pub is_decision: bool,
}

impl Finding {
    /// Whether its places are listed only on request, and nobody has asked yet.
    pub fn is_folded(&self) -> bool {
        matches!(self.way_out, Some(WayOut::ShowHidden(_)))
    }

    /// What somebody chose for an edited file, which can be changed.
    pub(super) fn decided(path: &TreePath, choice: &EditChoice) -> Self {
        let template = match choice {
            EditChoice::KeepMine => window::DECIDED_MINE,
            EditChoice::TakeTheirs => window::DECIDED_THEIRS,
            EditChoice::Merged(_) => window::DECIDED_MERGED,
        };
        let meaning = fill(template, &[("path", &escape_line(path.as_str()))]);
        let way_out = Some(WayOut::Undecide(path.clone()));
        Self { way_out, ..Self::plain(Rank::Information, window::YOU_DECIDED, meaning) }
    }

    /// Edited files, of each of which either version can be chosen.
    pub fn choices(&self) -> &[TreePath] {
        if self.code == Some(Code::Clash) { &self.places } else { &[] }
    }

    /// Files that are not what the patch expects.
    pub fn differing(&self) -> &[TreePath] {
        match self.way_out {
            Some(WayOut::ShowDifferences) => &self.places,
            _ => &[],
        }
    }

    /// Everything it says, for copying and reports.
    pub fn lines(&self) -> Vec<String> {
        let code = self.code.map(|code| format!(" ({code})")).unwrap_or_default();
        let title = match (self.heading.as_str(), self.rank) {
            ("", Rank::Information) => widgets::LEVEL_INFORMATION,
            ("", Rank::Blocks | Rank::MayBreak) => widgets::LEVEL_MAY_BREAK,
            (heading, _) => heading,
        };
        let mut lines = vec![format!("{title}{code}: {}", self.meaning)];
        lines.extend(self.evidence.iter().map(|line| format!("  {line}")));
        if !self.hint.is_empty() {
            lines.push(format!("  {}", self.hint));
        }
        lines
    }

    /// One that says all in its meaning.
    pub(super) fn note(meaning: impl Into<String>) -> Self {
        Self::plain(Rank::Information, "", meaning)
    }

    pub(super) fn plain(rank: Rank, heading: impl Into<String>, meaning: impl Into<String>) -> Self {
        Self {
            rank,
            code: None,
            heading: heading.into(),
            meaning: meaning.into(),
            hint: String::new(),
            evidence: Vec::new(),
            places: Vec::new(),
            way_out: None,
            other_way: None,
            is_decision: false,
        }
    }

    /// Where backups lack something a patch file may have it; `other` is for who has none.
    pub(super) fn offer_sources(&mut self, sources: &[PathBuf], other: Option<WayOut>) {
        if self.code != Some(Code::Store) || self.places.is_empty() {
            return;
        }
        self.hint = window::HINT_SOURCE.to_owned();
        self.way_out = Some(WayOut::ChooseSource);
        self.other_way = other;
        let looked = sources.iter().map(|file| fill(window::LOOKED_IN, &[("file", &path_line(file))]));
        self.evidence.extend(looked);
    }
}

/// Most findings of obstacles: who has these knows enough.
const MAX_FINDINGS: usize = 200;

/// Obstacles that say the same of several places are one finding with several places, and different ones of one place
/// are one with several reasons.
pub fn findings_of_obstacles(obstacles: &[Obstacle]) -> Vec<Finding> {
    let mut groups: BTreeMap<(Code, String, Advice), Vec<&Obstacle>> = BTreeMap::new();
    for obstacle in obstacles {
        groups.entry((obstacle.code(), obstacle.meaning(), obstacle.hint())).or_default().push(obstacle);
    }
    let (alone, shared): (Vec<_>, Vec<_>) = groups.into_values().partition(|group| group.len() == 1);
    let mut of_place: BTreeMap<(Code, Option<&str>), Vec<&Obstacle>> = BTreeMap::new();
    for obstacle in alone.into_iter().flatten() {
        of_place.entry((obstacle.code(), obstacle.path.as_deref())).or_default().push(obstacle);
    }
    let of_place = of_place.into_values().flat_map(|group| match group.as_slice() {
        [first, _, ..] if first.path.is_some() => vec![finding_of_place(&group)],
        _ => group.iter().map(|obstacle| finding_of_group(&[obstacle])).collect(),
    });
    let mut findings: Vec<Finding> =
        shared.iter().map(|group| finding_of_group(group)).chain(of_place).collect();
    findings.sort_by_key(|finding| finding.code);
    if findings.len() > MAX_FINDINGS {
        let more = fill(words::AND_MORE, &[("n", &(findings.len() - MAX_FINDINGS).to_string())]);
        findings.truncate(MAX_FINDINGS);
        findings.push(Finding::plain(Rank::Blocks, more, String::new()));
    }
    findings
}

/// Several reasons in one place.
fn finding_of_place(group: &[&Obstacle]) -> Finding {
    let mut reasons: Vec<(Option<usize>, String)> = group
        .iter()
        .map(|obstacle| (obstacle.hunk(), escape_line(&obstacle.meaning()).into_owned()))
        .collect();
    reasons.sort();
    let mut evidence: Vec<String> = reasons.into_iter().map(|(_, reason)| reason).collect();
    fit::shorten(&mut evidence);
    let path = escape_line(group[0].path.as_deref().unwrap_or_default());
    let number = phrases::count(group.len(), "reason", "reasons");
    let meaning = fill(words::REASONS_IN_FILE, &[("path", &path), ("n", &number)]);
    Finding { meaning, evidence, ..finding_of_group(&group[..1]) }
}

pub(super) fn finding_of_group(group: &[&Obstacle]) -> Finding {
    let first = group[0];
    let places: Vec<String> = group
        .iter()
        .filter_map(|obstacle| obstacle.path.as_ref())
        .map(|path| escape_line(path).into_owned())
        .collect();
    let (code, meaning) = (first.code(), escape_line(&first.meaning()).into_owned());
    let meaning = match places.as_slice() {
        [] => escape_line(&first.headline()).into_owned(),
        [one] => said_of(one, &meaning),
        many => said_of_several(&phrases::count(many.len(), "file", "files"), &meaning),
    };
    let patches: BTreeSet<&str> = group.iter().filter_map(|obstacle| obstacle.of_patch()).collect();
    let patches: Vec<_> = patches.into_iter().map(escape_line).collect();
    let meaning = match patches.as_slice() {
        [] => meaning,
        some => fill(several::PART_OF_PATCH, &[("patch", &some.join(", ")), ("what", &meaning)]),
    };
    let paths = group.iter().filter_map(|obstacle| obstacle.path.as_deref());
    let exact: Vec<TreePath> = paths.filter_map(|path| TreePath::parse(path).ok()).collect();
    Finding {
        rank: Rank::Blocks,
        code: Some(code),
        heading: heading(first).to_owned(),
        meaning,
        hint: escape_line(&hint(first)).into_owned(),
        evidence: if places.len() > 1 { places } else { Vec::new() },
        places: exact,
        way_out: way_out(first),
        other_way: None,
        is_decision: false,
    }
}

/// What it is, in a few words. What needs a reason isn't against rules that somebody made.
fn heading(obstacle: &Obstacle) -> &'static str {
    match obstacle.code() {
        Code::Policy if obstacle.way_around().is_some() => window::NEEDS_REASON,
        code => words::heading(code),
    }
}

/// What to do about it, in the words of this surface: there is a button for it, and nothing to type.
fn hint(obstacle: &Obstacle) -> String {
    let words = match obstacle.code() {
        _ if obstacle.is_unrehearsed() => trying::HINT_REHEARSE,
        Code::Clash => words::CHOOSE_VERSION,
        Code::Requires if obstacle.file_beside().is_some() => window::HINT_REQUIRED,
        Code::NotNewest if way_out(obstacle) == Some(WayOut::WithDependents) => window::HINT_DEPENDENTS,
        Code::Store => window::HINT_STORE,
        Code::Volume => window::HINT_VOLUME,
        _ if obstacle.way_around().is_some() => window::HINT_RULE,
        _ => return obstacle.hint().pressed(),
    };
    words.to_owned()
}

fn way_out(obstacle: &Obstacle) -> Option<WayOut> {
    if let Some(file) = obstacle.file_beside() {
        return Some(WayOut::AddFile(file.to_owned()));
    }
    if obstacle.is_dependent() {
        return Some(WayOut::WithDependents);
    }
    if obstacle.is_unrehearsed() {
        return Some(WayOut::Rehearse);
    }
    if obstacle.is_about_an_sbom() {
        return Some(WayOut::NameSbom);
    }
    match obstacle.code() {
        Code::Product | Code::Version | Code::FileSystem => Some(WayOut::ChooseFolder),
        Code::Clash | Code::Drift | Code::Missing | Code::Occupied | Code::Overlap | Code::Undoes => {
            Some(WayOut::ShowDifferences)
        }
        Code::Busy | Code::InUse | Code::Moved | Code::Preflight | Code::Rights | Code::Space => {
            Some(WayOut::CheckAgain)
        }
        Code::Unfinished | Code::Foreign => Some(WayOut::Recover),
        _ => None,
    }
}

/// What a patch hides: each kind that deceives is one, whose places are listed on request; all that is merely unusual
/// is another.
pub fn findings_of_hidden(hidden: &Hidden) -> Vec<Finding> {
    let places = |danger, kind| hidden.places_of(danger, kind).map(report_hidden::place).collect::<Vec<_>>();
    let deceiving = hidden.counts().filter(|(danger, ..)| *danger == ConfusableSeverity::Deceiving);
    let mut findings: Vec<Finding> = deceiving
        .map(|(danger, kind, count)| Finding {
            hint: words::LOOK_TWICE_HINT.to_owned(),
            evidence: places(danger, kind),
            way_out: Some(WayOut::ShowHidden(kind)),
            ..Finding::plain(Rank::MayBreak, report_hidden::sentence(kind, count), words::LOOK_TWICE)
        })
        .collect();
    if let Some(kinds) = report_hidden::kinds(hidden, ConfusableSeverity::Unusual) {
        let unusual = hidden.counts().filter(|(danger, ..)| *danger == ConfusableSeverity::Unusual);
        let evidence = unusual.flat_map(|(danger, kind, _)| places(danger, kind)).collect();
        findings.push(Finding { evidence, ..Finding::plain(Rank::Information, words::UNUSUAL, kinds) });
    }
    findings
}

/// Lists the places of what deceives in this way.
pub(super) fn show_hidden(findings: &mut [Finding], kind: ConfusableKind) {
    for finding in findings.iter_mut().filter(|finding| finding.way_out == Some(WayOut::ShowHidden(kind))) {
        finding.way_out = None;
    }
}

pub(super) fn findings_of_notes<'a>(notes: impl IntoIterator<Item = &'a Note>) -> Vec<Finding> {
    /// Where it is so, and the files among them that stay deleted.
    type Places = (Vec<String>, Vec<TreePath>);
    let mut groups: BTreeMap<(bool, &str), Places> = BTreeMap::new();
    for note in notes {
        let (places, deleted) = groups.entry((note.is_warning(), note.text.as_str())).or_default();
        places.extend(note.path.as_ref().map(|path| escape_line(path).into_owned()));
        let stays_deleted = note.file == Some(FileNote::StaysDeleted);
        let path = note.path.as_deref().filter(|_| stays_deleted);
        deleted.extend(path.and_then(|path| TreePath::parse(path).ok()));
    }
    let finding = |((is_warning, text), (places, deleted)): ((bool, &str), Places)| {
        let text = escape_line(text).into_owned();
        let way_out = (!deleted.is_empty()).then_some(WayOut::TakeTheirs(deleted));
        let finding = match places.as_slice() {
            [] if is_warning => Finding { rank: Rank::MayBreak, ..Finding::note(capitalised(&text)) },
            [] => Finding::note(capitalised(&text)),
            [one] => Finding::note(said_of(one, &text)),
            many => {
                let meaning = said_of_several(&phrases::count(many.len(), "file", "files"), &text);
                Finding { evidence: places, ..Finding::note(meaning) }
            }
        };
        Finding { way_out, ..finding }
    };
    groups.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::on_tree::Trouble;
    use crate::plan::why::{AtPlace, Disk, Edits, Mismatch};

    fn edited(path: &str) -> Obstacle {
        Obstacle::at(path, AtPlace::Unexpected { is: Mismatch::Content, changed_by: None })
    }

    #[test]
    fn the_same_reason_in_many_places_is_one_finding() {
        let obstacles =
            [edited("a"), edited("b\u{202e}"), Obstacle::new(Disk::Entries { needed: 17, free: 0 })];
        let findings = findings_of_obstacles(&obstacles);
        assert_eq!(findings.len(), 2);
        assert_eq!(findings[0].meaning, "2 files aren't the version this patch expects");
        assert_eq!(findings[0].evidence.len(), 2);
        assert!(!findings[0].evidence[1].contains('\u{202e}'), "what hides is shown");
        assert_eq!(findings[1].meaning, "Needs 17 more files on this disk, but there is room for 0");
    }

    #[test]
    fn many_reasons_in_one_place_are_one_finding() {
        let hunk = |number: usize| {
            let meaning = format!("hunk {number} of 12 fits nowhere");
            let trouble = Trouble { hunk: Some(number), ..Trouble::new(Code::Drift, meaning) };
            Obstacle::at("lib/a.c", Edits::Diff { trouble, patch: None })
        };
        let findings = findings_of_obstacles(&(1..=12).map(hunk).collect::<Vec<_>>());
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].meaning, "lib/a.c: 12 reasons");
        assert_eq!(findings[0].evidence[9], "hunk 10 of 12 fits nowhere");
    }
}
