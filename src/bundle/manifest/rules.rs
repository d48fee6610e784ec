//! The rules about what a person wrote: texts that fit, dates that are dates, words that are known, statements that do
//! not contradict each other. A manifest and an order are held to the same.

use std::collections::BTreeSet;

use super::problem::Problems;
use super::texts::{address, names, needle, optional_line, rfc3339, sentences, vulnerability};
use super::{declared, detect, limits, resolves, toggles};
use crate::bundle::limits::MAX_SIGNATURES;
use crate::model::{About, Check, Code, PatchId, Probe, ResolvedIssue, RollbackPossible, Script, Untrusted};
use crate::text::json;

/// Checks everything but the changes. An order is not `created` yet.
pub(super) fn check(about: &About, created: Option<&str>, scripts: &[Script], problems: &mut Problems) {
    identity(about, problems);
    meaning(about, problems);
    resolves::check(about, problems);
    declared::check(about, problems);
    dates(about, created, problems);
    vendor(about, problems);
    product(about, problems);
    relations(about, problems);
    holds(about, problems);
    checks("preflight", &about.preflight, problems);
    checks("health", &about.health, problems);
    toggles::check(about, problems);
    for (index, toggle) in about.toggles.iter().enumerate() {
        checks(&format!("toggles[{index}].health"), &toggle.health, problems);
    }
    check_scripts(scripts, problems);
    if let Some(advice) = &about.rollout.advice {
        problems.paragraph("rollout.advice", advice, limits::SENTENCE_CHARS);
    }
    rollback(about, problems);
    evidence(about, problems);
    extensions(about, problems);
    portable_paths(about, problems);
}

fn identity(about: &About, problems: &mut Problems) {
    if about.identity.revision == 0 {
        problems.manifest("revision", "revisions count from 1");
    }
    problems.line("title", about.title.raw(), limits::TITLE_CHARS);
    problems.paragraph("summary", about.summary.raw(), limits::SUMMARY_CHARS);
    if let Some(channel) = &about.channel {
        problems.line("channel", channel, limits::NAME_CHARS);
    }
    for (at, number) in [("author", about.approvals.authors), ("reviewer", about.approvals.reviewers)] {
        if number as usize > MAX_SIGNATURES {
            let message =
                format!("{number} signatures are too many: a patch file has at most {MAX_SIGNATURES}");
            problems.manifest(format_args!("needs_approval.{at}"), message);
        }
    }
}

fn meaning(about: &About, problems: &mut Problems) {
    if let Some(severity) = &about.severity {
        optional_line("severity.cvss", severity.cvss.as_deref(), problems);
    }
    // An empty fix set would be contained in every other one: the patch would always count as installed.
    if about.fixes.is_empty() {
        problems
            .manifest("fixes", "the fix set is empty; name at least one thing that the patch fixes or adds");
    }
    names("fixes", &about.fixes, problems);
    names("vulnerabilities", &about.vulnerabilities, problems);
    // What "resolves" says is checked where it is said.
    let resolved = about.resolves.iter().filter(|one| one.is_fixed_vulnerability());
    let told: BTreeSet<&String> = resolved.flat_map(ResolvedIssue::ids).collect();
    for (index, id) in about.vulnerabilities.iter().enumerate().filter(|(_, id)| !told.contains(id)) {
        vulnerability(format_args!("vulnerabilities[{index}]"), id, problems);
    }
}

fn dates(about: &About, created: Option<&str>, problems: &mut Problems) {
    let mut date = |at: &str, text: &str| {
        let time = rfc3339(text);
        if time.is_none() {
            problems.manifest(at, format!("{text:?} is no time such as 2026-11-23T09:30:00Z"));
        }
        time
    };
    let created = created.and_then(|text| date("created", text));
    about.committed.as_deref().map(|text| date("committed", text));
    let expires = about.expires.as_deref().and_then(|text| date("expires", text));
    let support_until = about.support_until.as_deref().and_then(|text| date("support_until", text));
    for (at, end) in [("expires", expires), ("support_until", support_until)] {
        if created.zip(end).is_some_and(|(created, end)| end <= created) {
            problems.manifest(at, "the time lies before the patch was made");
        }
    }
}

fn vendor(about: &About, problems: &mut Problems) {
    problems.line("vendor", about.vendor.raw(), limits::NAME_CHARS);
    if let Some(contact) = &about.contact {
        problems.line("contact", contact.raw(), limits::SENTENCE_CHARS);
    }
    optional_line("license", about.license.as_ref().map(Untrusted::raw), problems);
}

fn product(about: &About, problems: &mut Problems) {
    let product = &about.product;
    problems.line("product.name", &product.name, limits::NAME_CHARS);
    optional_line("product.purl", product.purl.as_deref(), problems);
    optional_line("product.cpe", product.cpe.as_deref(), problems);
    if product.purl.as_ref().is_some_and(|purl| !purl.starts_with("pkg:")) {
        problems.manifest("product.purl", "a package URL starts with \"pkg:\"");
    }
    if product.cpe.as_ref().is_some_and(|cpe| !cpe.starts_with("cpe:2.3:")) {
        problems.manifest("product.cpe", "a CPE name starts with \"cpe:2.3:\"");
    }
    if product.versions.is_empty() {
        problems.manifest("product.versions", "no version is named");
    }
    names("product.versions", &product.versions, problems);
    problems.entries("product.versions", product.versions.len(), limits::DETECT);
    detect::check("product.detect", &product.detect, problems);
    names("platforms", &about.platforms, problems);
    for (index, platform) in about.platforms.iter().enumerate() {
        let word = |text: &str| {
            let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
            !text.is_empty() && text.bytes().all(allowed)
        };
        if !platform.split_once('/').is_some_and(|(os, arch)| word(os) && word(arch)) {
            let message = format!("{platform:?} is no platform such as linux/x86_64");
            problems.manifest(format_args!("platforms[{index}]"), message);
        }
    }
    optional_line("result.version", about.result_version.as_deref(), problems);
}

fn relations(about: &About, problems: &mut Problems) {
    let own = &about.identity.id;
    let requires: Vec<_> = about.requires.iter().map(|requirement| &requirement.id).collect();
    let conflicts: Vec<_> = about.conflicts.iter().map(|conflict| &conflict.id).collect();
    let supersedes: Vec<_> = about.supersedes.iter().collect();
    let mends: Vec<_> = about.mends.iter().collect();
    for (at, ids) in
        [("requires", &requires), ("conflicts", &conflicts), ("supersedes", &supersedes), ("mends", &mends)]
    {
        problems.entries(at, ids.len(), limits::ENTRIES);
        problems.distinct(at, ids.iter().map(|id| id.as_str()));
        if let Some(index) = ids.iter().position(|id| *id == own) {
            problems.manifest(format_args!("{at}[{index}]"), "the patch names itself");
        }
    }
    if about.unplanned == Some(false) && !mends.is_empty() {
        problems.manifest("unplanned", "a patch that mends another one is unplanned");
    }
    let clashes = |id: &&PatchId| conflicts.contains(id) || supersedes.contains(id);
    if let Some(index) = requires.iter().position(clashes) {
        let message = format!("{} is required, and has to be absent or is replaced as well", requires[index]);
        problems.manifest(format_args!("requires[{index}]"), message);
    }
    for (index, requirement) in about.requires.iter().enumerate() {
        if requirement.min_revision == 0 {
            problems.manifest(format_args!("requires[{index}].min_revision"), "revisions count from 1");
        }
    }
    problems.entries("requires_if", about.requires_if.len(), limits::ENTRIES);
    for (index, only) in about.requires_if.iter().enumerate() {
        let then = &only.then;
        let at = format!("requires_if[{index}]");
        if only.when == *own || then.id == *own {
            problems.manifest(&at, "the patch names itself");
        }
        if only.when == then.id {
            problems.manifest(&at, "a patch cannot be the condition for itself");
        }
        if clashes(&&then.id) {
            let message = format!("{} is required, and has to be absent or is replaced as well", then.id);
            problems.manifest(&at, message);
        }
        if then.min_revision == 0 {
            problems.manifest(format_args!("{at}.then.min_revision"), "revisions count from 1");
        }
    }
    for (index, conflict) in about.conflicts.iter().enumerate() {
        problems.line(
            format_args!("conflicts[{index}].reason"),
            conflict.reason.raw(),
            limits::SENTENCE_CHARS,
        );
    }
}

fn holds(about: &About, problems: &mut Problems) {
    problems.entries("holds", about.notices.len(), limits::ENTRIES);
    for (index, hold) in about.notices.iter().enumerate() {
        problems.paragraph(format_args!("holds[{index}].text"), hold.text.raw(), limits::SENTENCE_CHARS);
    }
}

fn checks(list: &str, checks: &[Check], problems: &mut Problems) {
    problems.entries(list, checks.len(), limits::CHECKS);
    for (index, check) in checks.iter().enumerate() {
        let at = format!("{list}[{index}]");
        if !(1..=limits::CHECK_TIMEOUT_SECS).contains(&check.timeout_secs) {
            let message = format!("a try may take 1 to {} seconds", limits::CHECK_TIMEOUT_SECS);
            problems.push(Code::Limit, format_args!("{at}.timeout"), message);
        }
        if check.retries > limits::CHECK_RETRIES {
            let message = format!("at most {} further tries are allowed", limits::CHECK_RETRIES);
            problems.push(Code::Limit, format_args!("{at}.retries"), message);
        }
        probe(&format!("{at}.args"), &check.probe, problems);
    }
}

fn probe(at: &str, probe: &Probe, problems: &mut Problems) {
    match probe {
        Probe::File { present, digest, .. } => {
            if !present && digest.is_some() {
                problems.manifest(format_args!("{at}.sha256"), "a file that must be absent has no content");
            }
        }
        Probe::Text { contains, .. } => needle(format_args!("{at}.contains"), contains, problems),
        Probe::Version { is } => problems.line(format_args!("{at}.is"), is, limits::NAME_CHARS),
        Probe::Disk { free_bytes } => {
            if *free_bytes > limits::FILE_BYTES * 1024 {
                problems.push(Code::Limit, format_args!("{at}.free_bytes"), "no disk has that much room");
            }
        }
        Probe::Port { host, port, .. } => {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':');
            if host.is_empty() || host.len() > 253 || !host.bytes().all(allowed) {
                problems.manifest(format_args!("{at}.host"), format!("{host:?} is no host name or address"));
            }
            if *port == 0 {
                problems.manifest(format_args!("{at}.port"), "ports count from 1");
            }
        }
        Probe::Http { url, status, contains } => {
            address(format_args!("{at}.url"), url, &["http://"], problems);
            if !(100..=599).contains(status) {
                problems.manifest(format_args!("{at}.status"), "an HTTP status lies between 100 and 599");
            }
            if let Some(contains) = contains {
                needle(format_args!("{at}.contains"), contains, problems);
            }
        }
        Probe::Process { name, .. } => {
            problems.line(format_args!("{at}.name"), name, limits::NAME_CHARS);
            if name.contains(['/', '\\']) {
                problems.manifest(format_args!("{at}.name"), "a process is named without its folder");
            }
        }
    }
}

fn check_scripts(scripts: &[Script], problems: &mut Problems) {
    problems.entries("scripts", scripts.len(), limits::SCRIPTS);
    for (index, script) in scripts.iter().enumerate() {
        let at = format!("scripts[{index}]");
        problems.paragraph(format_args!("{at}.reason"), script.reason.raw(), limits::SENTENCE_CHARS);
        if !(1..=limits::SCRIPT_TIMEOUT_SECS).contains(&script.timeout_secs) {
            let message = format!("a script may take 1 to {} seconds", limits::SCRIPT_TIMEOUT_SECS);
            problems.push(Code::Limit, format_args!("{at}.timeout"), message);
        }
    }
}

fn rollback(about: &About, problems: &mut Problems) {
    let rollback = &about.rollback;
    if rollback.possible != RollbackPossible::Yes && rollback.reason.is_none() {
        problems
            .manifest("rollback.reason", "the reason why the patch can't always be rolled back is missing");
    }
    if let Some(reason) = &rollback.reason {
        problems.paragraph("rollback.reason", reason.raw(), limits::SENTENCE_CHARS);
    }
    if let Some(warning) = &rollback.data_warning {
        problems.paragraph("rollback.data_warning", warning.raw(), limits::SENTENCE_CHARS);
    }
    sentences("rollback.steps", &rollback.steps, problems);
}

fn evidence(about: &About, problems: &mut Problems) {
    if let Some(source) = &about.source {
        problems.line("source", source.raw(), limits::SENTENCE_CHARS);
    }
    sentences("provenance", &about.evidence.provenance, problems);
    sentences("tests", &about.evidence.tests, problems);
    sentences("review", &about.evidence.review, problems);
}

fn extensions(about: &About, problems: &mut Problems) {
    problems.entries("", about.extensions.len(), limits::EXTENSIONS);
    for (key, value) in &about.extensions {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let named = key.strip_prefix("x-").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(plain));
        if !named {
            problems.manifest(
                key,
                "a key of your own is \"x-\" with ASCII letters, digits, \"-\", \"_\" or \".\"",
            );
        }
        if key.len() > limits::EXTENSION_NAME_BYTES || value.len() > limits::EXTENSION_BYTES {
            problems.push(Code::Limit, key, "a key of your own or its value is too long");
        } else if let Err(error) = json::check(value.as_bytes(), limits::EXTENSION_BYTES) {
            problems.manifest(key, format!("the value is no strict JSON: {}", error.message));
        }
    }
}

/// The changes' own paths are checked in `tree`; these are only looked at, but opening `nul.txt` on Windows is no
/// looking.
fn portable_paths(about: &About, problems: &mut Problems) {
    if about.leaves_windows_out() {
        return;
    }
    let mut portable = |at: String, path: &crate::model::TreePath| {
        if let Some(reason) = path.unportable() {
            problems.push(Code::Path, at, format!("{path:?} cannot exist on Windows: {reason}"));
        }
    };
    let of_parts = about.requires_components.iter().enumerate();
    let of_parts =
        of_parts.map(|(index, part)| (format!("requires_components[{index}].detect"), &part.detect));
    for (list, rules) in [("product.detect".to_owned(), &about.product.detect)].into_iter().chain(of_parts) {
        for (index, rule) in rules.iter().enumerate() {
            portable(format!("{list}[{index}].path"), rule.path());
        }
    }
    for (index, toggle) in about.toggles.iter().enumerate() {
        portable(format!("toggles[{index}].file"), &toggle.file);
    }
    for (list, checks) in [("preflight", &about.preflight), ("health", &about.health)] {
        for (index, check) in checks.iter().enumerate() {
            if let Probe::File { path, .. } | Probe::Text { path, .. } = &check.probe {
                portable(format!("{list}[{index}].args.path"), path);
            }
        }
    }
}
