//! What a patch file says about itself. What we say stands first, so that nothing in it can speak for us.

use std::path::Path;

use super::keys::{signatures, verdict_line};
use super::list::{LabelledLines, broken, columns};
use super::plan::obstacles;
use super::scripts::scripts_in_full;
use super::{headline, place, safe};
use crate::checks;
use crate::cli::render::{Detail, Style, changes, words};
use crate::diff::KeyChange;
use crate::model::{About, Check, Level, Patch, PatchId, Restart, Untrusted};
use crate::report::trust::{to_get_more_signatures, to_trust_who_signed};
use crate::text::capitalised;
use crate::workbench::{EVERY_PRODUCT, Inspection, Standing, Verdict, Verification};

pub(in crate::cli) fn inspection(shown: &Inspection, file: &Path, verbose: bool, style: Style) -> String {
    let patch = &shown.patch;
    let mut text = format!("{}\n{}\n\n", headline(patch, style), verdict_line(&shown.verdict, style));
    // Marked on every line: it is the vendor who speaks here.
    text.extend(quoted(patch.about.summary.raw()));
    text.push('\n');
    text.push_str(&details(patch, verbose));
    text.push('\n');
    text.push_str(&file_facts(shown, file));
    text.push_str(&signatures(shown));
    text.push('\n');
    text.push_str(&change_list(patch, style));
    if !shown.edits.is_empty() {
        text.push_str(&format!("\n{}\n", style.strong("Edits by key, also made in files that were edited")));
    }
    for edits in &shown.edits {
        let phrases = edits.keys.iter().map(KeyChange::phrase);
        text.extend(phrases.map(|phrase| format!("  {}: {phrase}\n", safe(edits.path.as_str()))));
    }
    let detail = if verbose { Detail::Full } else { Detail::Short };
    let hidden = super::hidden(&shown.hidden, detail, style);
    if !hidden.is_empty() {
        text.push_str(&format!("\n{}\n", hidden.trim_end()));
    }
    if !shown.scripts.is_empty() {
        text.push('\n');
        text.push_str(&scripts_in_full(&shown.scripts, style));
    }
    text
}

/// Lines of the vendor's, each with a mark in front.
fn quoted(text: &str) -> impl Iterator<Item = String> {
    let lines = text.lines().flat_map(|line| match line.trim().is_empty() {
        true => vec![String::new()],
        false => broken(&safe(line), 4),
    });
    lines.map(|line| format!("{}\n", format!("  | {line}").trim_end()))
}

fn details(patch: &Patch, verbose: bool) -> String {
    let mut sheet = LabelledLines::new();
    sheet.line("Kind", words::kind(patch.about.kind));
    let product = Some(&patch.about.product).filter(|_| patch.about.says_which_product());
    sheet.option("For", product.map(|product| format!("{} {}", product.name, product.versions.join(", "))));
    sheet.option("Becomes", patch.about.result_version.as_ref());
    sheet.line("From", maker(&patch.about));
    sheet.option(
        "Severity",
        patch.about.severity.as_ref().map(|severity| match &severity.cvss {
            Some(cvss) => format!("{}, {cvss}", severity.level),
            None => severity.level.to_string(),
        }),
    );
    sheet.line("Fixes", patch.about.fixes.join(", "));
    if !patch.about.vulnerabilities.is_empty() {
        sheet.line("CVEs", patch.about.vulnerabilities.join(", "));
    }
    sheet.lines("Resolves", patch.about.resolves.iter().map(words::resolved));
    sheet.lines("Parts", patch.about.components.iter().map(words::component));
    sheet.lines("Switches", patch.about.toggles.iter().map(words::switch));
    sheet.lines(
        "Issues",
        patch.about.issues.iter().map(|issue| {
            let url = issue.url.as_ref().map(|url| format!(", {url}")).unwrap_or_default();
            let opened = issue.opened.as_deref().map(|opened| format!(", opened {}", words::moment(opened)));
            format!("{} {}{url}{}", issue.system, issue.key, opened.unwrap_or_default())
        }),
    );
    sheet.lines("Controls", patch.about.compliance.iter().map(words::compliance));
    if !patch.about.platforms.is_empty() {
        sheet.line("Systems", patch.about.platforms.join(", "));
    }
    sheet.lines(
        "Requires",
        patch.about.requires.iter().map(|needed| match needed.min_revision {
            1 => needed.id.to_string(),
            revision => format!("{} (revision {revision} or later)", needed.id),
        }),
    );
    sheet.lines("Needs", needs(patch));
    sheet.lines(
        "Conflicts",
        patch.about.conflicts.iter().map(|clash| format!("with {}: {}", clash.id, clash.reason.raw())),
    );
    sheet.lines("Replaces", patch.about.supersedes.iter().map(ToString::to_string));
    let restart = match patch.about.restart {
        Restart::Nothing => "not needed",
        needed => needed.as_str(),
    };
    sheet.line("Restart", restart);
    sheet.lines(
        "To do",
        patch.about.notices.iter().map(|hold| format!("{}: {} ({})", hold.phase, hold.text.raw(), hold.kind)),
    );
    sheet.lines("Rollout", words::rollout_pace(&patch.about.rollout));
    sheet.lines("Rollback", about_rollback(patch));
    sheet.lines(
        "Checks",
        checks_of(&patch.about.preflight, "before").chain(checks_of(&patch.about.health, "after")),
    );
    sheet.option("Expires", patch.about.expires.as_deref().map(words::moment));
    if verbose {
        more_details(patch, &mut sheet);
    }
    sheet.into_text()
}

/// Who made it, and how to reach them.
fn maker(about: &About) -> String {
    match &about.contact {
        Some(contact) => format!("{} ({})", about.vendor.raw(), contact.raw()),
        None => about.vendor.raw().to_owned(),
    }
}

/// The parts of the product that it needs.
fn needs(patch: &Patch) -> impl Iterator<Item = String> {
    let parts = patch.about.requires_components.iter();
    parts.map(|part| format!("{} {}", part.purl, part.versions.phrase()))
}

fn more_details(patch: &Patch, sheet: &mut LabelledLines) {
    sheet.line("Made", words::moment(&patch.created));
    sheet.option("Committed", patch.about.committed.as_deref().map(words::moment));
    let mends: Vec<&str> = patch.about.mends.iter().map(PatchId::as_str).collect();
    sheet.option("Repairs", (!mends.is_empty()).then(|| mends.join(", ")));
    sheet
        .option("Planned", patch.about.unplanned.map(|is_unplanned| if is_unplanned { "no" } else { "yes" }));
    sheet.option(
        "Supported",
        patch.about.support_until.as_deref().map(|until| format!("until {}", words::moment(until))),
    );
    sheet.line("Sequence", patch.about.sequence.to_string());
    sheet.option("License", patch.about.license.as_ref().map(Untrusted::raw));
    sheet.option("purl", patch.about.product.purl.as_ref());
    sheet.option("CPE", patch.about.product.cpe.as_ref());
    sheet.option("Source", patch.about.source.as_ref().map(Untrusted::raw));
    sheet.option("Origin", patch.about.origin.as_ref().map(words::origin));
    sheet.lines("Provenance", patch.about.evidence.provenance.iter().map(Untrusted::raw));
    sheet.lines("Reviewed", patch.about.evidence.review.iter().map(Untrusted::raw));
    sheet.lines("Tested", patch.about.evidence.tests.iter().map(Untrusted::raw));
    sheet.option("SBOM", patch.about.evidence.sbom.as_ref().map(words::carried_file));
    let vex = patch.about.evidence.vex.as_ref().map(words::carried_file);
    sheet.option("VEX", vex.map(|vex| format!("{vex}; its author's claim, not used here")));
    sheet.lines("Attested", patch.about.evidence.attestations.iter().map(words::carried_file));
    sheet.lines("Also", patch.about.extensions.iter().map(|(key, value)| format!("{key} = {value}")));
}

fn about_rollback(patch: &Patch) -> Vec<String> {
    let rollback = &patch.about.rollback;
    let reason = rollback.reason.as_ref().map(|reason| format!(": {}", reason.raw())).unwrap_or_default();
    let steps =
        rollback.steps.iter().enumerate().map(|(index, step)| format!("{}. {}", index + 1, step.raw()));
    let mut lines = vec![format!("{}{reason}", words::rollback(rollback.possible))];
    lines.extend(rollback.data_warning.iter().map(|warning| warning.raw().to_owned()));
    lines.extend(steps);
    lines
}

fn checks_of<'a>(checks: &'a [Check], when: &'a str) -> impl Iterator<Item = String> + 'a {
    checks.iter().map(move |check| {
        let weight = if check.level == Level::Wanted { " (warning only)" } else { "" };
        format!("{when}: {}{weight}", checks::describe(&check.probe))
    })
}

fn file_facts(shown: &Inspection, file: &Path) -> String {
    let proof = match shown.patch.proven {
        true => "applied and rolled back on a copy before release",
        false => "not tested on a copy before release",
    };
    let mut sheet = LabelledLines::new();
    sheet.line("File", format!("{}, {}", words::path_text(file), words::bytes(shown.file_bytes)));
    sheet.line("SHA-256", shown.file_digest.to_string());
    sheet.line("Tested", proof);
    sheet.into_text()
}

fn change_list(patch: &Patch, style: Style) -> String {
    let lines = changes::lines(&patch.changes);
    let rows: Vec<[String; 3]> = lines
        .iter()
        .map(|line| {
            let name = match line.from {
                Some(from) => format!("{} → {}", safe(from.as_str()), safe(line.path.as_str())),
                None => safe(line.path.as_str()).into_owned(),
            };
            let facts = changes::facts(line.before, line.after);
            [line.status.letter().to_owned(), name, safe(&facts).into_owned()]
        })
        .collect();
    let heading = style.strong(&format!("Changes: {}", changes::summary(&lines)));
    format!("{heading}\n{}", columns(&rows))
}

pub(in crate::cli) fn saved_sbom(to: &Path) -> String {
    format!("\nSaved the SBOM to {}\n", place(to))
}

/// `is_allowed`: it is fine whoever signed it, if anybody did.
pub(in crate::cli) fn verification(
    verified: &Verification,
    file: &Path,
    is_allowed: bool,
    style: Style,
) -> String {
    let shown = &verified.inspection;
    let contents = match verified.blobs {
        1 => "its checksum matches".to_owned(),
        _ => "every checksum matches".to_owned(),
    };
    let mut text = format!(
        "{} is intact: {contents}\n{}\n\n",
        style.strong(&place(file)),
        verdict_line(&shown.verdict, style),
    );
    let mut sheet = LabelledLines::new();
    sheet.line("Patch", format!("{}  {}", shown.patch.about.identity, shown.patch.about.title.raw()));
    sheet.line("SHA-256", shown.file_digest.to_string());
    sheet.line("Manifest", shown.manifest_digest.to_string());
    let rules = verified.rules.iter().map(|name| match name.as_str() {
        EVERY_PRODUCT => "those for all products".to_owned(),
        name => format!("those for {name}"),
    });
    sheet.lines("Rules", rules);
    text.push_str(&sheet.into_text());
    text.push_str(&signatures(shown));
    for note in &verified.notes {
        text.push_str(&format!("\n{} {}.\n", style.attention("Note:"), safe(&capitalised(&note.text))));
    }
    if !verified.unmet.is_empty() {
        text.push('\n');
        text.push_str(&obstacles(&verified.unmet, None, Detail::Full, style));
    }
    match is_allowed && shown.verdict.standing != Standing::Broken {
        true => text,
        false => text + &next_for_trust(&shown.verdict, file, style),
    }
}

/// What to do about a file that nobody trusted has signed.
fn next_for_trust(verdict: &Verdict, file: &Path, style: Style) -> String {
    let next = style.attention("Next:");
    let shown = safe(&crate::report::shell_path(file)).into_owned();
    match verdict.standing {
        Standing::Trusted => String::new(),
        Standing::Broken => format!("\n{next} Don't use it. Get the file again from its author.\n"),
        _ if verdict.unknown_keys.is_empty() => format!(
            "\n{next} {}\nTo check only the checksums: patchwright verify {shown} --allow-unsigned\n",
            safe(&to_get_more_signatures(verdict, file).to_string())
        ),
        _ => {
            let hints = to_trust_who_signed(verdict, file);
            let hints: Vec<String> = hints.iter().map(|hint| safe(&hint.to_string()).into_owned()).collect();
            format!("\n{next} {}\n", hints.join("\n      "))
        }
    }
}
