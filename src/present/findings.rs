//! What is to be known before a change: of its obstacles, of the patch, its scripts, its signatures and its relations.

use std::collections::BTreeMap;

use super::finding::{
    Finding, Rank, WayOut, finding_of_group, findings_of_hidden, findings_of_notes, findings_of_obstacles,
};
use super::fit;
use super::overview::line;
use super::switches::open;
use crate::model::{Hold, HoldKind, HoldPhase, Patch, Restart, RollbackAdvice};
use crate::plan::{Consequence, Note, Relation};
use crate::report::{phrases, relations};
use crate::text::{capitalised, escape_line, person};
use crate::words::{self, fill, several, trying, window};
use crate::workbench::{ApplyPreview, Consent, Denial, KnownRehearsal, RollbackPreview, ScriptPlan, Verdict};

/// What is to be known before `preview` is carried out, what matters most first.
pub fn findings_of_apply(preview: &ApplyPreview) -> Vec<Finding> {
    let mut findings = findings_of_obstacles(&preview.preview.obstacles);
    findings.extend(finding_of_scripts(&preview.scripts));
    findings.extend(findings_of_trust(preview));
    findings.extend(preview.rehearsal.as_ref().and_then(finding_of_rehearsal));
    findings.extend(findings_of_hidden(&preview.hidden));
    let phases = [HoldPhase::Before, HoldPhase::After];
    let coming: Vec<&Patch> = preview.coming().map(|one| &*one.patch).collect();
    coming.iter().for_each(|patch| findings.extend(findings_of_notices(patch, &phases, coming.len() > 1)));
    findings.extend(findings_of_restarts(&coming));
    findings.extend(findings_of_relations(preview));
    findings.extend(preview.text.as_ref().map(fit::finding));
    // What these patches ask for is said above.
    let asks = |hold: &Hold| coming.iter().any(|patch| patch.about.notices.contains(hold));
    let is_asked = |hold: &Hold| phases.contains(&hold.phase) && asks(hold);
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
    findings.extend(preview.advice.iter().map(|advice| {
        let lines: Vec<String> = advice.lines().collect();
        let heading = match preview.advice.len() {
            1 => words::VENDOR_ADVICE.to_owned(),
            _ => of_patch(&line(&advice.patch), words::VENDOR_ADVICE),
        };
        Finding::plain(Rank::MayBreak, heading, lines.join("\n"))
    }));
    findings.extend(findings_of_notes(&preview.preview.notes));
    findings.sort_by_key(|finding| finding.rank);
    findings
}

/// What the vendors say about rolling back, in lines; whose it is comes first where several go.
pub(super) fn advice_lines(preview: &RollbackPreview) -> Vec<String> {
    let whose = |advice: &RollbackAdvice| (preview.advice.len() > 1).then(|| line(&advice.patch));
    preview.advice.iter().flat_map(|advice| whose(advice).into_iter().chain(advice.lines())).collect()
}

/// `what` is about this patch, and not about others that come or go with it.
fn of_patch(patch: &str, what: &str) -> String {
    fill(several::PART_OF_PATCH, &[("patch", patch), ("what", what)])
}

/// Who stands behind each patch; of several that it is the same of, their names follow.
fn findings_of_trust(preview: &ApplyPreview) -> Vec<Finding> {
    if preview.patches.len() < 2 {
        return finding_of_trust(&preview.verdict).into_iter().collect();
    }
    let mut judged: Vec<(&Verdict, Vec<String>)> = Vec::new();
    for one in preview.coming() {
        let id = line(one.patch.about.identity.id.as_str());
        match judged.iter_mut().find(|(verdict, _)| **verdict == one.verdict) {
            Some((_, ids)) => ids.push(id),
            None => judged.push((&one.verdict, vec![id])),
        }
    }
    let finding = |(verdict, evidence)| Some(Finding { evidence, ..finding_of_trust(verdict)? });
    judged.into_iter().filter_map(finding).collect()
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

/// What the vendor wants people to do or know in these phases; `is_named`: other patches come with it.
fn findings_of_notices(patch: &Patch, phases: &[HoldPhase], is_named: bool) -> Vec<Finding> {
    let finding = |hold: &Hold| {
        let rank = if hold.kind == HoldKind::Doc { Rank::Information } else { Rank::MayBreak };
        let heading = match is_named {
            true => of_patch(&line(patch.about.identity.id.as_str()), words::hold(hold.phase)),
            false => words::hold(hold.phase).to_owned(),
        };
        Finding::plain(rank, heading, hold.text.to_string())
    };
    patch.about.notices.iter().filter(|hold| phases.contains(&hold.phase)).map(finding).collect()
}

/// What has to be restarted, with those that need it where there are several.
fn findings_of_restarts(coming: &[&Patch]) -> Vec<Finding> {
    let mut needed: BTreeMap<Restart, Vec<String>> = BTreeMap::new();
    for patch in coming {
        needed.entry(patch.about.restart).or_default().push(line(patch.about.identity.id.as_str()));
    }
    let finding = |(restart, patches): (Restart, Vec<String>)| {
        let finding = Finding::plain(Rank::Information, words::RESTART, words::restart(restart)?);
        Some(Finding { evidence: if coming.len() > 1 { patches } else { Vec::new() }, ..finding })
    };
    needed.into_iter().filter_map(finding).collect()
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
