//! What a check found: ranked, in plain words, with evidence and a way out.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::fit;
use super::overview::{line, path_line};
use crate::model::{Code, Hold, HoldKind, HoldPhase, Patch, TreePath};
use crate::plan::{Consequence, Note, Obstacle, Relation};
use crate::report::{hidden as report_hidden, phrases, relations};
use crate::text::confusables::{ConfusableKind, ConfusableSeverity};
use crate::text::{Advice, capitalised, escape_line, said_of, said_of_several};
use crate::words::{self, fill, trying, window};
use crate::workbench::{
    ApplyPreview, Denial, EditChoice, Hidden, KnownRehearsal, RollbackPreview, ScriptPlan, Verdict,
};

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
    /// In a few words.
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
        let mut lines = vec![format!("{}{code}: {}", self.heading, self.meaning)];
        lines.extend(self.evidence.iter().map(|line| format!("  {line}")));
        if !self.hint.is_empty() {
            lines.push(format!("  {}", self.hint));
        }
        lines
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

/// What is to be known before `preview` is carried out, what matters most first.
pub fn findings_of_apply(preview: &ApplyPreview) -> Vec<Finding> {
    let mut findings = findings_of_obstacles(&preview.preview.obstacles);
    findings.extend(finding_of_scripts(&preview.scripts));
    findings.extend(finding_of_trust(&preview.verdict));
    findings.extend(preview.rehearsal.as_ref().and_then(finding_of_rehearsal));
    findings.extend(findings_of_hidden(&preview.hidden));
    findings.extend(findings_of_patch(&preview.patch, &[HoldPhase::Before, HoldPhase::After]));
    findings.extend(findings_of_relations(preview));
    findings.extend(preview.text.as_ref().map(fit::finding));
    // What this patch asks for before and after is said above.
    let asks = preview.patch.about.notices.iter().filter(|hold| hold.phase != HoldPhase::Rollback);
    let asked: Vec<String> = asks.map(|hold| Note::of_hold(hold).text).collect();
    let is_told = |note: &&Note| note.is_fit || asked.contains(&note.text);
    findings.extend(findings_of_notes(preview.preview.notes.iter().filter(|note| !is_told(note))));
    findings.sort_by_key(|finding| finding.rank);
    findings
}

/// Scripts that would run, which are shown in full where somebody agrees to them; or why they can't.
pub(super) fn finding_of_scripts(plan: &ScriptPlan) -> Option<Finding> {
    if let Some(refused) = &plan.refused {
        return Some(finding_of_group(&[refused]));
    }
    let name = plan.scripts.first()?.name();
    let meaning = capitalised(&escape_line(&fill(words::SCRIPTS_WOULD_RUN, &[("script", &name)])));
    let hint = trying::SCRIPTS_READ.to_owned();
    Some(Finding { hint, ..Finding::plain(Rank::MayBreak, trying::SCRIPTS, meaning) })
}

/// Scripts that would undo what those of a patch did; `stays`: somebody wants only its files to go.
fn finding_of_undoing(plan: &ScriptPlan, stays: bool) -> Option<Finding> {
    let finding = finding_of_scripts(plan)?;
    if stays {
        let left = Finding::plain(Rank::MayBreak, trying::SCRIPTS_STAY, trying::SCRIPTS_STAY_MEANING);
        return Some(Finding { way_out: Some(WayOut::UndoScripts), ..left });
    }
    let is_refused = plan.refused.is_some();
    let hint = if is_refused { finding.hint } else { trying::SCRIPTS_UNDO_READ.to_owned() };
    Some(Finding { hint, way_out: Some(WayOut::WithoutScripts), ..finding })
}

/// How it is related to what is in the folder, where that is not nothing and not told as an obstacle already.
fn findings_of_relations(preview: &ApplyPreview) -> Vec<Finding> {
    let relations = preview.patches.iter().flat_map(|coming| coming.relations.iter());
    let is_telling = |relation: &&Relation| {
        !matches!(relation.class.consequence(), Consequence::Apply | Consequence::Stop)
    };
    let finding = |relation: &Relation| Finding {
        hint: escape_line(&relation.way_out.pressed()).into_owned(),
        evidence: relations::evidence(relation).iter().map(|line| escape_line(line).into_owned()).collect(),
        ..Finding::plain(Rank::Information, words::RELATED, escape_line(&relation.sentence).into_owned())
    };
    relations.filter(is_telling).map(finding).collect()
}

/// What is to be known before a rollback.
pub fn findings_of_rollback(preview: &RollbackPreview, scripts_stay: bool) -> Vec<Finding> {
    let mut findings = findings_of_obstacles(&preview.preview.obstacles);
    findings.extend(finding_of_undoing(&preview.scripts, scripts_stay));
    let advice: Vec<_> = preview.advice.iter().map(|advice| escape_line(advice)).collect();
    if !advice.is_empty() {
        findings.push(Finding::plain(Rank::MayBreak, words::VENDOR_ADVICE, advice.join("\n")));
    }
    findings.extend(findings_of_notes(&preview.preview.notes));
    findings.sort_by_key(|finding| finding.rank);
    findings
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

fn finding_of_group(group: &[&Obstacle]) -> Finding {
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
    let paths = group.iter().filter_map(|obstacle| obstacle.path.as_deref());
    let exact: Vec<TreePath> = paths.filter_map(|path| TreePath::parse(path).ok()).collect();
    Finding {
        rank: Rank::Blocks,
        code: Some(code),
        heading: words::heading(code).to_owned(),
        meaning,
        hint: escape_line(&hint(first)).into_owned(),
        evidence: if places.len() > 1 { places } else { Vec::new() },
        places: exact,
        way_out: way_out(first),
        other_way: None,
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

fn finding_of_trust(verdict: &Verdict) -> Option<Finding> {
    match verdict.permits(false) {
        // What nothing helps against is among the obstacles.
        Ok(()) | Err(Denial::Broken | Denial::Policy) => None,
        Err(Denial::NeedsConsent) => {
            let mut finding = Finding::plain(Rank::MayBreak, words::UNSIGNED, verdict.sentence());
            finding.hint = words::UNSIGNED_HINT.to_owned();
            Some(finding)
        }
    }
}

/// Who rehearsed it and when. Text that is escaped.
pub(super) fn rehearsed_by(known: &KnownRehearsal) -> String {
    let note = &known.note;
    let (when, who) = (phrases::moment(&line(&note.time)), line(&note.by));
    let n = phrases::count(note.tests, "test", "tests");
    let template = if note.tests == 0 { trying::PART_REHEARSED_BY } else { trying::PART_REHEARSED_WITH };
    fill(template, &[("when", &when), ("who", &who), ("n", &n)])
}

/// A rehearsal that says nothing good of what would be done now.
fn finding_of_rehearsal(known: &KnownRehearsal) -> Option<Finding> {
    let what = rehearsed_by(known);
    let finding = match (known.is_current, &known.note.why) {
        (false, _) => {
            let meaning = fill(trying::REHEARSED_BEFORE_MEANING, &[("what", &what)]);
            Finding::plain(Rank::Information, trying::REHEARSED_BEFORE, meaning)
        }
        (true, Some(why)) => {
            let why = format!("{}.", capitalised(&line(why)));
            let meaning = fill(trying::REHEARSED_FAILED_WHY, &[("what", &what), ("why", &why)]);
            Finding::plain(Rank::MayBreak, trying::REHEARSED_FAILED, meaning)
        }
        (true, None) => return None,
    };
    Some(Finding { way_out: Some(WayOut::Rehearse), ..finding })
}

/// What the vendor wants people to do or know in these phases, and what has to be restarted.
fn findings_of_patch(patch: &Patch, phases: &[HoldPhase]) -> Vec<Finding> {
    let finding_of_hold = |hold: &Hold| {
        let rank = if hold.kind == HoldKind::Doc { Rank::Information } else { Rank::MayBreak };
        Finding::plain(rank, words::hold(hold.phase), escape_line(&hold.text).into_owned())
    };
    let mut findings: Vec<Finding> =
        patch.about.notices.iter().filter(|hold| phases.contains(&hold.phase)).map(finding_of_hold).collect();
    if let Some(sentence) = words::restart(patch.about.restart) {
        findings.push(Finding::plain(Rank::Information, words::RESTART, sentence));
    }
    findings
}

pub(super) fn findings_of_notes<'a>(notes: impl IntoIterator<Item = &'a Note>) -> Vec<Finding> {
    let mut groups: BTreeMap<(bool, &str), Vec<String>> = BTreeMap::new();
    for note in notes {
        let places = groups.entry((note.is_warning, &note.text)).or_default();
        places.extend(note.path.as_ref().map(|path| escape_line(path).into_owned()));
    }
    let finding = |((is_warning, text), places): ((bool, &str), Vec<String>)| {
        let text = escape_line(text).into_owned();
        match places.as_slice() {
            [] if is_warning => Finding::plain(Rank::MayBreak, window::READ_FIRST, text),
            [] => Finding::plain(Rank::Information, words::GOOD_TO_KNOW, capitalised(&text)),
            [one] => Finding::plain(Rank::Information, words::GOOD_TO_KNOW, said_of(one, &text)),
            many => {
                let meaning = said_of_several(&phrases::count(many.len(), "file", "files"), &text);
                Finding {
                    evidence: places,
                    ..Finding::plain(Rank::Information, words::GOOD_TO_KNOW, meaning)
                }
            }
        }
    };
    groups.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::on_tree::Trouble;
    use crate::plan::why::{AtPlace, Disk, Edits, Mismatch, Scripts};

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
    fn scripts_that_nobody_may_run_are_in_the_way_and_others_are_read_first() {
        let refused = Obstacle::new(Scripts::NotVouchedFor);
        let plan = ScriptPlan { refused: Some(refused), ..ScriptPlan::default() };
        let finding = finding_of_scripts(&plan).expect("a finding");
        assert_eq!((finding.rank, finding.code), (Rank::Blocks, Some(Code::Policy)));
        assert_eq!(finding_of_scripts(&ScriptPlan::default()), None);
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
