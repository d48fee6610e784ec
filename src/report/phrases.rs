//! Numbers, times and the model's choices in words: the same in both front ends.

use std::path::Path;

use crate::model::{
    CarriedFile, Compliance, Component, Interpreter, Measured, Origin, OriginKind, PatchKind, Position, Purl,
    ResolvedIssue, ResolvedKind, ResolvedState, RollbackPossible, RolloutPace, Share, Toggle,
};
use crate::text::{person, with_thousands};
use crate::workbench::{
    Action, Entry, KnownRehearsal, OverrideNote, ReconcileCause, Turn, Turns, VouchedNote, are_open,
};

/// A path of this machine as text.
pub(crate) fn path_text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// `1 file`, `2 files`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", with_thousands(number as u64), if number == 1 { one } else { many })
}

/// A document in a patch file.
pub(crate) fn carried_file(file: &CarriedFile) -> String {
    let bytes = with_thousands(file.size_bytes);
    format!("{}, {bytes} bytes, SHA-256 {}", file.format, file.digest)
}

/// A rule that a patch serves, as its author says.
pub(crate) fn compliance(rule: &Compliance) -> String {
    let due = rule.due.as_ref().map(|due| format!(", due {due}")).unwrap_or_default();
    format!("{}{due}", rule.name())
}

/// How a patch came to be, as its author says.
pub(crate) fn origin(origin: &Origin) -> String {
    let kind = match origin.kind {
        OriginKind::Authored => "written for this product",
        OriginKind::Backport => "backported from a newer version",
        OriginKind::Bump => "a part raised to another version",
        OriginKind::Generated => "made by a program",
    };
    let named = [("after", &origin.upstream), ("by", &origin.generator)];
    let named =
        named.into_iter().filter_map(|(word, text)| Some(format!(", {word} {}", text.as_ref()?.raw())));
    format!("{kind}{}", named.collect::<String>())
}

/// What runs a script.
pub(crate) const fn interpreter(interpreter: Interpreter) -> &'static str {
    match interpreter {
        Interpreter::Sh => "sh",
        Interpreter::Python3 => "Python 3",
        Interpreter::PowerShell => "PowerShell",
        Interpreter::Cmd => "cmd",
    }
}

/// How a rehearsal ended of what somebody plans.
pub(crate) fn rehearsal(known: &KnownRehearsal) -> String {
    let note = &known.note;
    let tests = match note.tests {
        0 => String::new(),
        tests => format!(" with {}", count(tests, "test", "tests")),
    };
    let when = format!("Rehearsed {} by {}{tests}", moment(&note.time), person(&note.by));
    match (known.is_current, &note.why) {
        (false, _) => format!("{when}: out of date, because the folder or the rules have changed since"),
        (true, None) => format!("{when}: passed"),
        (true, Some(why)) => format!("{when}; failed: {why}"),
    }
}

/// `90 seconds`, `30 minutes`, `1 hour`: in the largest unit that says it exactly.
pub(crate) fn seconds(span: i64) -> String {
    const UNITS: [(i64, &str, &str); 3] =
        [(86_400, "day", "days"), (3_600, "hour", "hours"), (60, "minute", "minutes")];
    let unit = UNITS.iter().find(|(unit, ..)| span > 0 && span % unit == 0);
    let (unit, one, many) = unit.copied().unwrap_or((1, "second", "seconds"));
    count(usize::try_from(span / unit).unwrap_or_default(), one, many)
}

/// What the vendor asks of a rollout in rings, line by line.
pub(crate) fn rollout_pace(pace: &RolloutPace) -> Vec<String> {
    let wait = pace.min_wait.map(|wait| format!("at least {} between two rings", seconds(wait)));
    let most = |share: Share| match share {
        Share::Folders(folders) => count(folders as usize, "folder", "folders"),
        Share::Percent(_) => format!("{share} of all folders"),
    };
    let first = pace.max_first_ring.map(|share| format!("at most {} in the first ring", most(share)));
    wait.into_iter().chain(first).chain(pace.advice.clone()).collect()
}

/// `45 s`, `2 min 5 s`, `3 h 4 min`, `12 d 3 h`: the two largest parts.
pub(crate) fn length(seconds: i64) -> String {
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3_600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let from = parts.iter().position(|(number, _)| *number > 0).unwrap_or(parts.len() - 1);
    let shown =
        parts[from..].iter().take(2).filter(|(number, unit)| *number > 0 || *unit == "s" && from == 3);
    shown.map(|(number, unit)| format!("{number} {unit}")).collect::<Vec<_>>().join(" ")
}

/// `1 byte`, `12,345 bytes`.
pub fn bytes(size: u64) -> String {
    format!("{} {}", with_thousands(size), if size == 1 { "byte" } else { "bytes" })
}

/// Room on a disk, for which nobody needs every digit.
pub fn room(size: u64) -> String {
    match size {
        ..1_000_000_000 => format!("{:.1} MB", size as f64 / 1e6),
        _ => format!("{:.1} GB", size as f64 / 1e9),
    }
}

pub use crate::text::moment;

/// The sort of patch.
pub fn kind(kind: PatchKind) -> &'static str {
    match kind {
        PatchKind::Hotfix => "hotfix",
        PatchKind::ServicePack => "service pack",
        PatchKind::Feature => "feature patch",
        PatchKind::Config => "config patch",
        PatchKind::Rollback => "rollback patch",
    }
}

/// One thing that a patch says it resolves: `CVE-2026-12345 (GHSA-…), important: fixed in pkg:npm/debug@3.0.1`.
pub(crate) fn resolved(resolved: &ResolvedIssue) -> String {
    let aliases = resolved.aliases.join(", ");
    let aliases = if aliases.is_empty() { aliases } else { format!(" ({aliases})") };
    let level =
        resolved.severity.as_ref().map(|severity| format!(", {}", severity.level)).unwrap_or_default();
    let parts: Vec<_> = resolved.components.iter().map(Purl::as_str).collect();
    let parts = if parts.is_empty() { String::new() } else { format!(" in {}", parts.join(", ")) };
    format!("{}{aliases}{level}: {}{parts}", resolved.id, resolved_state(resolved))
}

/// What a patch says that becomes of it.
pub(crate) fn resolved_state(resolved: &ResolvedIssue) -> String {
    match (resolved.state, resolved.kind) {
        (ResolvedState::Fixed, ResolvedKind::Enhancement) => "done".to_owned(),
        (ResolvedState::Fixed, _) => "fixed".to_owned(),
        (ResolvedState::Affected, _) => "still there".to_owned(),
        (ResolvedState::NotAffected, _) => {
            let why = resolved.justification.map(|why| why.as_str().replace('_', " "));
            format!("doesn't affect the product: {}", why.unwrap_or_default())
        }
    }
}

/// A part of the product that a patch changes: `pkg:npm/debug@3.0.1, backport, then version 3.0.1-acme1`.
pub(crate) fn component(part: &Component) -> String {
    let after = part.version_after.as_ref().map(|version| format!(", then version {version}"));
    format!("{}, {}{}", part.purl, part.patch, after.unwrap_or_default())
}

/// A switch that a patch brings: `new-parser: the new parser (in conf/flags.json, new-parser; on at first)`.
pub(crate) fn switch(toggle: &Toggle) -> String {
    let at = toggle.key.as_ref().map(|key| format!(", {key}")).unwrap_or_default();
    format!("{}: {} (in {}{at}; {} at first)", toggle.id, toggle.title.raw(), toggle.file, toggle.initially)
}

/// Until when a patch can be rolled back.
pub fn rollback(possible: RollbackPossible) -> &'static str {
    match possible {
        RollbackPossible::Yes => "any time, until you keep it for good",
        RollbackPossible::UntilAccept => "only until you keep it for good",
        RollbackPossible::No => "not possible",
    }
}

/// What each of `entries`, which are a history, says for people.
pub(crate) fn events(entries: &[Entry]) -> Vec<&'static str> {
    let turns = Turns::new(entries);
    entries.iter().map(|entry| event(entry, &turns)).collect()
}

fn event(entry: &Entry, turns: &Turns) -> &'static str {
    match entry.action {
        Action::Apply => "applied",
        Action::Rollback => match turns.of(entry) {
            Turn::Went => "rolled back",
            Turn::CameBack => "reapplied",
            Turn::Repaired => "repaired again",
            Turn::RepairUndone => "repair undone",
            Turn::Switched => "switch turned again",
            Turn::SwitchedBack => "switch turned back",
        },
        Action::Repair => "repaired",
        Action::PutBack if entry.was_interrupted() => "interrupted; restored",
        Action::PutBack => "failed; restored",
        Action::Accept => "kept for good",
        Action::Checked if entry.checks_due => "health check failed",
        Action::Checked => match entry.cause.as_ref().and_then(ReconcileCause::parse) {
            Some(ReconcileCause::Hold { .. }) => "put on hold",
            Some(ReconcileCause::Release) => "hold ended",
            _ => "checked",
        },
        Action::Scripts => "scripts",
        Action::Toggle => match &entry.toggle {
            Some(note) if note.position == Position::Off.as_str() => "turned off",
            _ => "turned on",
        },
    }
}

/// Why a switch was moved, and which vulnerabilities are open by that.
pub(crate) fn why_moved(entry: &Entry) -> Vec<String> {
    let Some(note) = &entry.toggle else { return Vec::new() };
    let reason = note.reason.iter().map(|reason| format!("reason: {reason}"));
    let opens = (!note.opens.is_empty()).then(|| format!("{} again", are_open(&note.opens)));
    reason.chain(opens).collect()
}

/// Why something was changed, for which ticket, what set it off, and what came of it, as far as the entry says.
pub(crate) fn occasion(entry: &Entry) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(reason) = &entry.reason {
        let text = reason.text.iter().map(|text| format!(" ({text})")).collect::<String>();
        lines.push(format!("because: {}{text}", reason.kind));
    }
    lines.extend(entry.ticket.iter().map(|ticket| format!("ticket: {ticket}")));
    if let Some(asked) = entry.cause.as_ref().and_then(ReconcileCause::parse) {
        let commit = entry.cause.as_ref().and_then(|cause| cause.commit.as_deref());
        lines.push(asked_phrase(asked, commit));
    } else if let Some(cause) = &entry.cause {
        let ring = cause.ring.iter().map(|ring| format!(", ring {ring}")).collect::<String>();
        let commit = cause.commit.iter().map(|commit| format!(", commit {commit}")).collect::<String>();
        lines.push(format!("part of the {} {}{ring}{commit}", cause.kind, cause.id));
    }
    if let Some(trigger) = &entry.trigger {
        lines.push(format!("decided by the rule {} of the policy {}", trigger.rule, trigger.policy));
    }
    lines.extend(entry.begun.iter().map(|begun| format!("started: {}", moment(begun))));
    if let Some(downtime) = &entry.downtime {
        let how = match downtime.how {
            Measured::HealthCheck => "health checks",
            Measured::Person => "a person",
        };
        let (from, until) = (moment(&downtime.from), moment(&downtime.until));
        lines.push(format!("not available from {from} to {until}, by {how}"));
    }
    if !entry.resolved.is_empty() {
        lines.push(format!("fixes, as its author says: {}", entry.resolved.join(", ")));
    }
    lines
}

fn asked_phrase(asked: ReconcileCause<'_>, commit: Option<&str>) -> String {
    match asked {
        ReconcileCause::Hold { until: None } => "state files don't change the folder".to_owned(),
        ReconcileCause::Hold { until: Some(until) } => {
            format!("state files don't change the folder until {until}")
        }
        ReconcileCause::Release => "state files apply to the folder again".to_owned(),
        ReconcileCause::Section(_) => match commit {
            Some(commit) => format!("asked for by a state file, commit {commit}"),
            None => "asked for by a state file".to_owned(),
        },
    }
}

/// Who vouched for each patch of an entry when it came, as the entry keeps it. What counts today is asked of today's keys.
pub(crate) fn vouched(entry: &Entry) -> Vec<String> {
    let patches = entry.patches();
    let several = patches.len() > 1;
    let said = |(number, note): (usize, &VouchedNote)| match patches.get(number).filter(|_| several) {
        Some(patch) => format!("{}: {}", patch.id, vouched_then(note)),
        None => vouched_then(note),
    };
    entry.vouched.iter().enumerate().map(said).collect()
}

/// That a rule was set aside, and for which reason; with the flag, for whoever types.
pub(crate) fn set_aside(note: &OverrideNote) -> String {
    let flag = match note.rule.as_str() {
        "weak-volume" => " (--accept-weak-volume)".to_owned(),
        rule if broken_rule(rule).is_some() => format!(" (--allow-{rule})"),
        _ => String::new(),
    };
    told_set_aside(note, &flag)
}

/// The same for whoever presses buttons.
pub(crate) fn set_aside_here(note: &OverrideNote) -> String {
    told_set_aside(note, "")
}

fn told_set_aside(note: &OverrideNote, flag: &str) -> String {
    let what = broken_rule(&note.rule).map_or_else(|| format!("{} allowed", note.rule), str::to_owned);
    let reason = note.reason.as_ref().filter(|reason| !reason.is_empty());
    format!("{what}{flag}{}", reason.map(|reason| format!(": {reason}")).unwrap_or_default())
}

fn broken_rule(rule: &str) -> Option<&'static str> {
    Some(match rule {
        "unsigned" => "Applied without enough trusted signatures",
        "downgrade" => "Applied although it is older",
        "other-product" => "Applied to another product",
        "related" => "Applied although it changes what another patch changed",
        "undo" => "Applied although it undoes a part of another patch",
        "site-rules" => "Applied although it doesn't meet the site's rules",
        "dangerous" => "Applied although it may be dangerous",
        "weak-volume" => "Applied on a disk that can't guarantee recovery",
        _ => return None,
    })
}

pub(crate) fn vouched_then(note: &VouchedNote) -> String {
    let signers: Vec<String> =
        note.signers.iter().map(|one| format!("{} ({})", one.name, one.role)).collect();
    match (note.verdict.as_str(), signers.is_empty()) {
        (_, true) => "unsigned when applied".to_owned(),
        ("trusted", false) => format!("signed when applied: {}", signers.join(", ")),
        (_, false) => format!("not enough signatures when applied: {}", signers.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_read_easily() {
        assert_eq!(bytes(1), "1 byte");
        assert_eq!(bytes(1_234_567), "1,234,567 bytes");
        assert_eq!(count(0, "file", "files"), "0 files");
        assert_eq!((room(2_400_000), room(3_000_000_000)), ("2.4 MB".to_owned(), "3.0 GB".to_owned()));
        assert_eq!(moment("2026-11-23T09:30:00Z"), "2026-11-23 09:30:00 UTC");
        assert_eq!(moment("yesterdayZ"), "yesterdayZ");
        assert_eq!(
            [0, 45, 120, 11_045, 1_050_000].map(length),
            ["0 s", "45 s", "2 min", "3 h 4 min", "12 d 3 h"]
        );
    }
}
