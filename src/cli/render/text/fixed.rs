//! What is fixed in a folder, and what a scanner will make of it.

use std::path::Path;

use super::list::{columns, columns_and_below};
use super::unchecked::{checking, unchecked};
use super::{argument, place, safe};
use crate::cli::render::{Style, words};
use crate::model::Purl;
use crate::plan::{Claim, ScanFinding, Silence, Untold};
use crate::report::fixed;
use crate::workbench::{ComparedScan, FixedFormat, FixedHere, UncheckedChange};

/// Most rows of a list that nobody asked for in full.
const MAX_ROWS: usize = 50;

pub(in crate::cli) fn fixed(
    here: &FixedHere,
    target: &Path,
    scan: Option<(&ComparedScan, &Path)>,
    saved: Option<(FixedFormat, &Path)>,
    style: Style,
) -> String {
    let mut text = headline(here, target, style);
    let (running, due): (Vec<_>, Vec<_>) = here.unchecked.iter().cloned().partition(UncheckedChange::may_run);
    if !due.is_empty() {
        text.push_str(&unchecked(&due, &argument(target), style));
    }
    if !running.is_empty() {
        text.push_str(&checking(&running, style));
    }
    match scan {
        Some((scan, path)) => text.push_str(&against(scan, path, style)),
        None => text.push_str(&claims(here, style)),
    }
    if let Some((format, path)) = saved {
        text.push_str(&written(here, format, path));
    }
    text
}

fn headline(here: &FixedHere, target: &Path, style: Style) -> String {
    let folder = place(target);
    let product = [&here.product, &here.version].into_iter().flatten().map(|text| safe(text).into_owned());
    let product: Vec<String> = product.collect();
    let product = if product.is_empty() { folder } else { format!("{} in {folder}", product.join(" ")) };
    let mut text = format!("{}\n", style.strong(&product));
    if here.unfinished.is_some() {
        let line = "A change was interrupted, so nothing here is proven.";
        let next = format!("Restore the old files first: patchwright recover {} --undo", argument(target));
        text.push_str(&format!("{}\n{} {next}\n", style.bad(line), style.attention("Next:")));
    }
    if let Some(older) = &here.older {
        text.push_str(&format!("{}\n", style.attention(&safe(&older.sentence()))));
    }
    if let Some(problem) = &here.keys_problem {
        let line = format!("Can't check who signed the patches: {}", safe(problem));
        text.push_str(&format!("{}\n", style.bad(&line)));
    }
    for patch in &here.unread {
        let line =
            format!("{}: its description is missing or damaged, so its claims are unknown", safe(patch));
        text.push_str(&format!("{}\n", style.bad(&line)));
    }
    text
}

fn claims(here: &FixedHere, style: Style) -> String {
    if here.claims.is_empty() {
        return "\nNo patch in this folder says what it fixes.\n".to_owned();
    }
    let is_fixed = |claim: &&Claim| fixed::why_not(claim).is_none();
    let is_trusted = |claim: &&Claim| !claim.authors.is_empty();
    let (proven, rest): (Vec<&Claim>, Vec<&Claim>) = here.claims.iter().partition(is_fixed);
    let (open, said): (Vec<&Claim>, Vec<&Claim>) = rest.into_iter().partition(is_trusted);
    let mut text = String::new();
    let mut section = |title: &str, rows: Vec<([String; 3], Vec<String>)>| {
        if !rows.is_empty() {
            text.push_str(&format!("\n{title}\n{}", columns_and_below(&rows[..rows.len().min(MAX_ROWS)])));
            if rows.len() > MAX_ROWS {
                text.push_str(&format!("  and {} more; see them all with --json\n", rows.len() - MAX_ROWS));
            }
        }
    };
    let what = |claim: &Claim| [ids(claim), parts(claim), safe(&claim.patch).into_owned()];
    let row = |claim: &&Claim| (what(claim), grounds(claim, here));
    let why = |claim: &&Claim| {
        let why = fixed::why_not(claim).unwrap_or_default();
        (what(claim), vec![safe(&why).into_owned()])
    };
    section(&style.good("Fixed: confirmed by the files on this disk:"), proven.iter().map(row).collect());
    section(&style.attention("Not proven, so not claimed:"), open.iter().map(why).collect());
    section(
        &style.attention("Claimed by patches that aren't signed by anyone you trust:"),
        said.iter().map(row).collect(),
    );
    text.push_str(&copies(here, style));
    text
}

/// Libraries that are there a second time.
fn copies(here: &FixedHere, style: Style) -> String {
    let mut text = String::new();
    for statement in here.statements.iter().filter(|statement| !statement.copies.is_empty()) {
        let paths =
            statement.copies.iter().map(|path| safe(path).into_owned()).collect::<Vec<_>>().join(", ");
        let line = format!("{} is here a second time, unpatched: {paths}", safe(statement.purl.as_str()));
        let way = match here.can_tell(FixedFormat::TrivyIgnore, statement) {
            true => "Only --format trivyignore tells these copies apart.",
            false => "No format for scanners tells these copies apart.",
        };
        text.push_str(&format!(
            "\n{}\nScanners know libraries by name, so they aren't told that {} is fixed.\n{way}\n",
            style.bad(&line),
            safe(&statement.ids[0]),
        ));
    }
    text
}

fn ids(claim: &Claim) -> String {
    let ids: Vec<String> = claim.resolved.ids().map(|id| safe(id).into_owned()).collect();
    ids.join(" ")
}

fn parts(claim: &Claim) -> String {
    let parts: Vec<&str> = claim.components.iter().map(|part| part.purl.as_str()).collect();
    safe(&parts.join(" ")).into_owned()
}

/// `signed by ACME; 2 files of it`, and below it what scanners are told.
fn grounds(claim: &Claim, here: &FixedHere) -> Vec<String> {
    let authors: Vec<&str> = claim.authors.iter().map(String::as_str).collect();
    let signed = (!authors.is_empty()).then(|| format!("signed by {}", authors.join(", ")));
    let mut grounds = fixed::grounds(claim, here).into_iter();
    let first: Vec<String> = signed.into_iter().chain(grounds.by_ref().take(1)).collect();
    let lines = std::iter::once(first.join("; ")).chain(grounds);
    lines.map(|line| safe(&line).into_owned()).collect()
}

fn against(scan: &ComparedScan, path: &Path, style: Style) -> String {
    let findings = &scan.report.findings;
    let silent = scan.silent().count();
    let headline = format!(
        "{} in {}{}: {silent} will be suppressed",
        words::count(findings.len(), "finding", "findings"),
        place(path),
        if scan.report.scanned.is_empty() {
            String::new()
        } else {
            format!(" of {}", safe(&scan.report.scanned))
        },
    );
    let mut text = format!("{headline}\n");
    let both = || findings.iter().zip(&scan.silences);
    let silenced = both().filter(|(_, silence)| matches!(silence, Silence::By(_)));
    let rows: Vec<[String; 3]> = silenced.map(|(finding, _)| finding_row(finding, String::new())).collect();
    list(&mut text, &style.good("Suppressed:"), &rows);
    let stays = |(finding, silence): (&ScanFinding, &Silence)| match silence {
        Silence::Stays(loud) => Some(finding_row(finding, safe(&fixed::loud(loud)).into_owned())),
        Silence::By(_) => None,
    };
    let rows: Vec<[String; 3]> = both().filter_map(stays).collect();
    list(&mut text, &style.attention("Still reported:"), &rows);
    text
}

fn list<const N: usize>(text: &mut String, title: &str, rows: &[[String; N]]) {
    if rows.is_empty() {
        return;
    }
    text.push_str(&format!("\n{title}\n{}", columns(&rows[..rows.len().min(MAX_ROWS)])));
    if rows.len() > MAX_ROWS {
        text.push_str(&format!("  and {} more; see them all with --json\n", rows.len() - MAX_ROWS));
    }
}

fn finding_row(finding: &ScanFinding, why: String) -> [String; 3] {
    let library = match &finding.purl {
        Some(purl) => purl.to_string(),
        None => format!("{} {}", finding.package, finding.version),
    };
    [safe(&finding.id).into_owned(), safe(&library).into_owned(), why]
}

fn written(here: &FixedHere, format: FixedFormat, path: &Path) -> String {
    let told = here.told_in(format).count();
    let untold: Vec<[String; 4]> = here.untold(format).into_iter().map(left_out).collect();
    let mut text =
        format!("\nSaved to {}: {}.\n", place(path), words::count(told, "statement", "statements"));
    list(&mut text, "Fixed, but not in it:", &untold);
    text
}

fn left_out((claim, purl, why): (&Claim, Option<Purl>, Untold)) -> [String; 4] {
    let purl = purl.map_or_else(|| parts(claim), |purl| safe(purl.as_str()).into_owned());
    [ids(claim), purl, safe(&claim.patch).into_owned(), safe(&fixed::untold(&why)).into_owned()]
}
