//! What an auditor reads first: one page that stands alone and prints, and the same for programs. Each sentence names the
//! file that it rests on.

use std::collections::BTreeMap;

use serde::Serialize;

use super::answer;
use super::fixed;
use super::page::{escape, foot, head, list, table};
use super::phrases::{self, count, moment};
use crate::plan::{Claim, ControlAsk, ControlLine, ControlReason, ControlState, Due, DueBy};
use crate::text::json::spell_out;
use crate::text::{capitalised, escape_line};
use crate::workbench::{DocumentEvidence, Entry, EvidencePack, Foreign, PatchEvidence};

/// The page.
pub(crate) fn page(pack: &EvidencePack) -> String {
    let product = [&pack.product, &pack.version].into_iter().flatten().map(|text| shown(text));
    let product: Vec<String> = product.collect();
    let of = if product.is_empty() { shown(&pack.folder) } else { product.join(" ") };
    let (class, mark) = match pack.history.problem {
        None => ("good", "The history is intact"),
        Some(_) => ("danger", "The history was changed"),
    };
    let mut page = head(&format!("Patches of {of}"), class, mark);
    let facts = facts(pack);
    page.push_str(&table("This record", facts.iter().map(|(name, value)| (*name, value.as_str()))));
    if let Some(said) = broken(pack) {
        page.push_str(&format!("<p><strong>{}</strong></p>\n", escape(&said)));
    }
    for patch in &pack.patches {
        let rows = of_patch(patch);
        page.push_str(&table(
            &escape(&format!("{}, entry {}", shown(&patch.note.id), patch.key.entry)),
            rows.iter().map(|(name, value)| (*name, value.as_str())),
        ));
    }
    page.push_str(&list("What is fixed now", &fixed_now(pack)));
    let controls: Vec<String> = pack.controls.iter().map(|line| shown(&control(line))).collect();
    page.push_str(&list("Controls", &controls));
    let said: BTreeMap<u64, &str> =
        pack.all.iter().map(|entry| entry.seq).zip(phrases::events(&pack.all)).collect();
    let of_entry = |entry: &Entry| of_entry(entry, said.get(&entry.seq).copied().unwrap_or_default());
    let entries: Vec<String> = pack.entries.iter().flat_map(of_entry).collect();
    page.push_str(&list("What happened", &entries));
    let withheld = pack.withheld.iter().map(|(name, digest)| format!("{name}, SHA-256 {digest}"));
    page.push_str(&list("Records that were left out", &withheld.collect::<Vec<_>>()));
    page.push_str(&list("What this record does not say", &[
        "A control is compared with what is recorded here, as the rules of this site or the patch word it. The reader decides \
         whether a rule or a standard is met."
            .to_owned(),
        "Whether the product has other problems: nothing was scanned.".to_owned(),
        "What a patch says it fixes is its author's claim; the checksums show only that its files are in place.".to_owned(),
    ]));
    let program = format!("Patchwright {}", env!("CARGO_PKG_VERSION"));
    page.push_str(&foot(&format!("{} · {program}", moment(&pack.checked))));
    page
}

/// A text from outside, with nothing hidden in it.
fn shown(text: &str) -> String {
    escape_line(text).into_owned()
}

fn facts(pack: &EvidencePack) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Folder", shown(&pack.folder)), ("Checked", moment(&pack.checked))];
    let entries = |number: u64| count(usize::try_from(number).unwrap_or(usize::MAX), "entry", "entries");
    facts.push(match &pack.history.problem {
        None => ("History", format!("{}, the chain of checksums is intact", entries(pack.history.fitting))),
        Some((entry, _)) => ("History", format!("broken from entry {entry} on")),
    });
    facts.extend(pack.history.head.map(|head| ("Newest entry", format!("SHA-256 {head}"))));
    facts.extend(pack.history.foreign.as_ref().map(|foreign| ("Origin", shown(&Foreign::sentence(foreign)))));
    let redacted = redacted(pack);
    facts.extend((!redacted.is_empty()).then(|| ("Left out", redacted.join(" and "))));
    if pack.fixed.as_ref().is_some_and(|fixed| fixed.unfinished.is_some()) {
        facts.push((
            "Interrupted",
            "A change was interrupted: nothing here is proven by the files.".to_owned(),
        ));
    }
    facts.extend(pack.unchecked().map(|change| ("Health checks", shown(&change.sentence()))));
    facts
}

fn redacted(pack: &EvidencePack) -> Vec<&'static str> {
    let redaction = pack.redaction;
    [(redaction.users, "users"), (redaction.paths, "paths")]
        .into_iter()
        .filter_map(|(is_left_out, what)| is_left_out.then_some(what))
        .collect()
}

fn broken(pack: &EvidencePack) -> Option<String> {
    let (entry, problem) = pack.history.problem.as_ref()?;
    let told = count(pack.entries.len(), "entry is", "entries are");
    Some(format!(
        "The history was changed, from entry {entry} on: {}. Only what came before is told here ({told} listed), and nothing is \
         said about what is fixed now.",
        shown(problem)
    ))
}

fn of_patch(patch: &PatchEvidence) -> Vec<(&'static str, String)> {
    let note = &patch.note;
    let mut rows = vec![
        ("Title", shown(note.title.raw())),
        ("From", shown(note.vendor.raw())),
        ("Revision", note.revision.to_string()),
    ];
    if let Some(then) = &patch.vouched {
        rows.push(("When applied", shown(&phrases::vouched_then(then))));
    }
    rows.extend(patch.today.as_ref().map(|today| ("Today", shown(today))));
    match &patch.said {
        None => rows.push(("Description", "missing or damaged: what its author says is unknown".to_owned())),
        Some(said) => {
            let lines =
                |lines: &[String]| lines.iter().map(|line| shown(line)).collect::<Vec<_>>().join("; ");
            rows.push(("Summary", shown(&said.summary)));
            rows.push(("Made", moment(&said.created)));
            let resolved = said.resolves.iter().map(|one| format!("{} ({})", one.id, one.state));
            let mut fixes: Vec<String> = resolved.collect();
            let told = |id: &&String| !said.resolves.iter().any(|one| one.ids().any(|known| known == *id));
            fixes.extend(said.vulnerabilities.iter().filter(told).cloned());
            for (name, texts) in [
                ("Fixes, its author says", &fixes),
                ("Issues", &said.issues),
                ("Reviewed, its author says", &said.reviews),
                ("Tested, its author says", &said.tests),
            ] {
                rows.extend((!texts.is_empty()).then(|| (name, lines(texts))));
            }
            let serves: Vec<String> = said.compliance.iter().map(phrases::compliance).collect();
            rows.extend((!serves.is_empty()).then(|| ("Serves, its author says", lines(&serves))));
            let origin = said.origin.as_ref().map(phrases::origin);
            rows.extend(origin.map(|origin| ("Came about, its author says", shown(&origin))));
            if said.is_proven {
                let tried = "applied and rolled back on a copy before release, its author's tool says";
                rows.push(("Tested", tried.to_owned()));
            }
        }
    }
    rows.extend(patch.documents.iter().map(|one| (one.what, shown(&carried(one)))));
    rows.push((
        "Source",
        match &patch.manifest_digest {
            Some(digest) => format!("{}, SHA-256 {digest}", patch.manifest),
            None => format!("{}: not the one that came with the patch", patch.manifest),
        },
    ));
    rows
}

/// A document that came with a patch. It's the word of whoever made it.
fn carried(document: &DocumentEvidence) -> String {
    let is_sbom = document.what == "SBOM";
    let place = match &document.place {
        Some(place) => place,
        None if is_sbom => "in the patch file, not in this one",
        None => "missing or damaged in the folder",
    };
    format!(
        "{}: {place}. Its maker's word; nothing is taken over from it",
        phrases::carried_file(&document.file)
    )
}

/// What a control comes to, with the record that shows it.
fn control(line: &ControlLine) -> String {
    let state = match line.state {
        ControlState::Met => "met",
        ControlState::NotMet => "not met",
        ControlState::NoData => "no data",
    };
    let named = if line.is_of_site { "" } else { " (named by the patch)" };
    format!(
        "{}{named}, {}: {state}. {} (originals/history/{:08}/entry.json)",
        line.control,
        line.patch,
        capitalised(&control_reason(line)),
        line.entry
    )
}

/// Why a control is met or isn't, as a sentence without an end.
pub(crate) fn control_reason(line: &ControlLine) -> String {
    use ControlAsk::{InTime, Issue, Reviewed, Signed, Tested, Ticket};
    let due = |due: &Due, of: &String| {
        let by = match due.by {
            DueBy::Kev => "by the list of exploited problems",
            DueBy::Rules { .. } => "by the rules of this site",
            DueBy::Compliance => "as the patch says",
        };
        format!("due {due} for {of}, {by}")
    };
    match (&line.reason, line.ask) {
        (ControlReason::InTime { came, due: by, of }, _) => format!("in place since {came}, {}", due(by, of)),
        (ControlReason::Late { came, due: by, of, days }, _) => {
            let late = count(*days as usize, "day", "days");
            format!("in place since {came}, {late} late: {}", due(by, of))
        }
        (ControlReason::NoDay, _) => "nobody says by when".to_owned(),
        (ControlReason::Gone, _) => "the patch isn't in the folder any more".to_owned(),
        (ControlReason::Replaced(by), _) => format!("{by} has replaced it; what that patch says counts"),
        (ControlReason::Unproven(id), _) => format!("that {id} is fixed isn't proven by the files"),
        (ControlReason::Undated, _) => "the clock went back, so nobody knows when it came".to_owned(),
        (ControlReason::BrokenHistory, _) => "the history isn't intact, so nobody knows".to_owned(),
        (ControlReason::Untrusted, _) => "only its author says so, and wasn't trusted".to_owned(),
        (ControlReason::Recorded(_), Signed) => "enough people you trust had signed it".to_owned(),
        (ControlReason::Recorded(by), Reviewed) => format!("reviewed by {by}"),
        (ControlReason::Recorded(number), Tested) => format!("health checks passed: {number}"),
        (ControlReason::Recorded(keys), Issue) => format!("it belongs to {keys}, its author says"),
        (ControlReason::Recorded(key), Ticket) => format!("applied for the ticket {key}"),
        (ControlReason::Missing, Signed) => "not enough people you trust had signed it".to_owned(),
        (ControlReason::Missing, Reviewed) => "nobody you trust had reviewed it".to_owned(),
        (ControlReason::Missing, Tested) => "a health check failed".to_owned(),
        (ControlReason::Missing, Issue) => "it names no issue".to_owned(),
        (ControlReason::Missing, Ticket) => "no ticket was named when it was applied".to_owned(),
        (ControlReason::Unrecorded, Tested) => "no health check is recorded".to_owned(),
        (ControlReason::Unrecorded | ControlReason::Recorded(_) | ControlReason::Missing, InTime)
        | (ControlReason::Unrecorded, _) => "the record doesn't say".to_owned(),
    }
}

fn fixed_now(pack: &EvidencePack) -> Vec<String> {
    let Some(here) = &pack.fixed else { return Vec::new() };
    let doubt = |claim: &Claim| here.unchecked(claim).map(|change| format!("; {}", change.phrase()));
    let said = |claim: &Claim| match fixed::why_not(claim) {
        None => {
            format!("fixed, as its files and signatures show now{}", doubt(claim).unwrap_or_default())
        }
        Some(why) => format!("not proven: {why}"),
    };
    let line = |claim: &Claim| {
        format!("{} by {}: {}", shown(&claim.resolved.id), shown(&claim.patch), shown(&said(claim)))
    };
    pack.claims(here).map(line).collect()
}

fn of_entry(entry: &Entry, event: &str) -> Vec<String> {
    let mut lines = vec![format!(
        "{}: entry {}, {} {}, by {} on {} (originals/history/{:08}/entry.json)",
        shown(&moment(&entry.time)),
        entry.seq,
        event,
        shown(&entry.subject()),
        shown(entry.user.raw()),
        shown(entry.host.raw()),
        entry.seq,
    )];
    let said = phrases::occasion(entry).into_iter().chain(entry.overrides.iter().map(phrases::set_aside));
    let checks = entry.checks.iter().map(|check| {
        format!("health check {}: {}", if check.passed { "passed" } else { "failed" }, check.check)
    });
    lines.extend(said.chain(checks).map(|said| format!("entry {}: {}", entry.seq, shown(&said))));
    lines
}

#[derive(Serialize)]
struct FormattedEvidence {
    format: &'static str,
    #[serde(flatten)]
    evidence: answer::EvidenceDocument,
}

/// The same for programs.
pub(crate) fn document(pack: &EvidencePack) -> String {
    let document =
        FormattedEvidence { format: "patchwright-evidence/1", evidence: answer::EvidenceDocument::new(pack) };
    spell_out(&serde_json::to_string_pretty(&document).expect("evidence has text keys only")) + "\n"
}
