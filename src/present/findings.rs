//! What is to be known before a change: of its obstacles, of the patch, its scripts, its signatures and its relations.

use super::finding::{
    Finding, Rank, WayOut, finding_of_group, findings_of_hidden, findings_of_notes, findings_of_obstacles,
};
use super::fit;
use super::overview::line;
use super::switches::open;
use crate::model::{Hold, HoldKind, HoldPhase, Patch, Untrusted};
use crate::plan::{Consequence, Note, Relation};
use crate::report::{phrases, relations};
use crate::text::{capitalised, escape_line, person};
use crate::words::{self, fill, trying, window};
use crate::workbench::{ApplyPreview, Consent, Denial, KnownRehearsal, RollbackPreview, ScriptPlan, Verdict};

/// What is to be known before `preview` is carried out, what matters most first.
pub fn findings_of_apply(preview: &ApplyPreview) -> Vec<Finding> {
    let mut findings = findings_of_obstacles(&preview.preview.obstacles);
    findings.extend(finding_of_scripts(&preview.scripts));
    findings.extend(finding_of_trust(&preview.verdict));
    findings.extend(preview.rehearsal.as_ref().and_then(finding_of_rehearsal));
    findings.extend(findings_of_hidden(&preview.hidden));
    let phases = [HoldPhase::Before, HoldPhase::After];
    findings.extend(findings_of_patch(&preview.patch, &phases));
    findings.extend(findings_of_relations(preview));
    findings.extend(preview.text.as_ref().map(fit::finding));
    // What this patch asks for is said above.
    let asks = &preview.patch.about.notices;
    let is_asked = |hold: &Hold| phases.contains(&hold.phase) && asks.contains(hold);
    let is_told = |note: &&Note| note.is_fit() || note.hold().is_some_and(is_asked);
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
    findings.extend(
        open(&preview.opens, window::ROLLBACK_OPENS)
            .map(|sentence| Finding::plain(Rank::MayBreak, sentence, window::ROLLBACK_OPENS_MEANING)),
    );
    let advice: Vec<_> = preview.advice.iter().map(Untrusted::to_string).collect();
    if !advice.is_empty() {
        findings.push(Finding::plain(Rank::MayBreak, words::VENDOR_ADVICE, advice.join("\n")));
    }
    findings.extend(findings_of_notes(&preview.preview.notes));
    findings.sort_by_key(|finding| finding.rank);
    findings
}

fn finding_of_trust(verdict: &Verdict) -> Option<Finding> {
    match verdict.permits(Consent::Missing) {
        // What nothing helps against is among the obstacles.
        Ok(()) | Err(Denial::Broken | Denial::Policy) => None,
        Err(Denial::NeedsConsent) => {
            let heading = if verdict.is_key_change { window::NEW_SIGNER } else { words::UNSIGNED };
            let mut finding = Finding::plain(Rank::MayBreak, heading, verdict.sentence());
            finding.hint = words::UNSIGNED_HINT.to_owned();
            // A key that comes with the patch is compared with its owner first, and trusted then.
            finding.way_out = (!verdict.unknown_keys.is_empty()).then_some(WayOut::TrustSigner);
            Some(finding)
        }
    }
}

/// Who rehearsed it and when. Text that is escaped.
pub(super) fn rehearsed_by(known: &KnownRehearsal) -> String {
    let note = &known.note;
    let (when, who) = (phrases::moment(&line(&note.time)), line(&person(&note.by)));
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
        Finding::plain(rank, words::hold(hold.phase), hold.text.to_string())
    };
    let mut findings: Vec<Finding> =
        patch.about.notices.iter().filter(|hold| phases.contains(&hold.phase)).map(finding_of_hold).collect();
    if let Some(sentence) = words::restart(patch.about.restart) {
        findings.push(Finding::plain(Rank::Information, words::RESTART, sentence));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Code;
    use crate::plan::Obstacle;
    use crate::plan::why::Scripts;

    #[test]
    fn scripts_that_nobody_may_run_are_in_the_way_and_others_are_read_first() {
        let refused = Obstacle::new(Scripts::NotVouchedFor { signers: Vec::new() });
        let plan = ScriptPlan { refused: Some(refused), ..ScriptPlan::default() };
        let finding = finding_of_scripts(&plan).expect("a finding");
        assert_eq!((finding.rank, finding.code), (Rank::Blocks, Some(Code::Policy)));
        assert_eq!(finding_of_scripts(&ScriptPlan::default()), None);
    }
}
