//! What the rules of a site ask a patch to bring, beyond who signed it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::rehearsals::KnownRehearsal;
use crate::model::Patch;
use crate::plan::why::{Consent, Lacks, SiteRule};
use crate::plan::{DueOfPatch, Note, Obstacle, PatchRemark};
use crate::trust::{Policy, SignerRole, Standing, Verdict};

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// Each of the rules in `policy` that `patch` doesn't meet. What nobody vouches for meets none that asks what it says: it can
/// say of itself what it likes.
pub(crate) fn unmet(patch: &Patch, verdict: &Verdict, policy: &Policy, now: Timestamp) -> Vec<Obstacle> {
    let (about, demands) = (&patch.about, &policy.demands);
    let mut lacks = missing_approvals(verdict, policy);
    if demands.is_of_no_claim() {
        return lacks.into_iter().map(|lacks| obstacle(patch, lacks)).collect();
    }
    if verdict.vouchers.is_empty() || verdict.standing == Standing::Broken {
        lacks.push(Lacks::Signer);
        return lacks.into_iter().map(|lacks| obstacle(patch, lacks)).collect();
    }
    let is_named = |pattern: &&String| !about.issues.iter().any(|issue| fits(pattern, &issue.key));
    let missing = demands.issues.iter().filter(is_named);
    lacks.extend(missing.map(|pattern| Lacks::Issue { pattern: pattern.clone() }));
    let versions = &about.product.versions;
    let is_exact = versions.len() == 1 && versions[0] != "unknown";
    lacks.extend((demands.exact_version && !is_exact).then_some(Lacks::ExactVersion));
    lacks.extend((demands.tests && about.evidence.tests.is_empty()).then_some(Lacks::Tests));
    lacks.extend((demands.proof && !patch.proven).then_some(Lacks::Proof));
    lacks.extend((demands.sbom && about.evidence.sbom.is_none()).then_some(Lacks::Sbom));
    let undated = DueOfPatch::new(patch, &demands.due_days).undated;
    lacks.extend(undated.into_iter().map(|(unsaid, ids)| Lacks::DueDate { ids, unsaid }));
    if let Some(most) = demands.refuse_after_days {
        let made = patch.created.parse::<Timestamp>().ok();
        let days = made.map(|made| (now.as_second() - made.as_second()) / SECONDS_PER_DAY);
        let is_old = days.is_none_or(|days| days > i64::from(most));
        lacks.extend(is_old.then_some(Lacks::Age { days, most }));
    }
    lacks.into_iter().map(|lacks| obstacle(patch, lacks)).collect()
}

/// That vulnerabilities which `patch` fixes should have been fixed by now, as `policy` says. A late fix is a fix: this stops
/// nothing.
pub(crate) fn overdue(patch: &Patch, verdict: &Verdict, policy: &Policy, now: Timestamp) -> Option<Note> {
    if verdict.standing != Standing::Trusted {
        return None;
    }
    let (today, due) = (TimeZone::UTC.to_datetime(now).date(), &policy.demands.due_days);
    let late: Vec<String> = DueOfPatch::new(patch, due)
        .due
        .iter()
        .filter_map(|(due, id)| {
            let days = due.days_late(today)?;
            let unit = if days == 1 { "day" } else { "days" };
            Some(format!("{id} (due {due}, {days} {unit} late)"))
        })
        .collect();
    let patch = patch.about.identity.clone();
    (!late.is_empty()).then(|| Note::new(PatchRemark::LateFix { patch, late }))
}

/// The same where no folder says which product's rules count, but only the patch: then the `general` rules hold, too, also
/// about who has to sign.
pub(crate) fn unmet_anywhere(
    patch: &Patch,
    verdict: &Verdict,
    general: Policy,
    now: Timestamp,
) -> Vec<Obstacle> {
    let policy = verdict.policy.clone().stricter(general);
    unmet(patch, verdict, &policy, now)
}

/// The signatures that somebody wrote into the rules and that are not there. Where rules refuse what too few signed, that is
/// told already, and no reason helps.
fn missing_approvals(verdict: &Verdict, policy: &Policy) -> Vec<Lacks> {
    if verdict.permits(Consent::Given).is_err() {
        return Vec::new();
    }
    let asked = policy.demands.approvals;
    let roles = [(SignerRole::Author, asked.authors), (SignerRole::Reviewer, asked.reviewers)];
    let lacks = |(role, needs): (SignerRole, u32)| {
        let has = verdict.count(role);
        (has < needs).then_some(Lacks::Approvals { role: role.as_str(), needs, has })
    };
    roles.into_iter().filter_map(lacks).collect()
}

/// That `patch` wasn't rehearsed here, where that is asked for.
pub(crate) fn unrehearsed(
    patch: &Patch,
    policy: &Policy,
    known: Option<&KnownRehearsal>,
) -> Option<Obstacle> {
    let state = known.map(KnownRehearsal::state);
    let is_missing = policy.demands.rehearsal && state != Some("passed");
    is_missing.then(|| obstacle(patch, Lacks::Rehearsal { state }))
}

fn obstacle(patch: &Patch, lacks: Lacks) -> Obstacle {
    Obstacle::new(SiteRule { patch: patch.about.identity.clone(), lacks, is_met_on_the_way: true })
}

/// Whether `text` is like `pattern`, in which `*` stands for anything, also for nothing.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(head) else { return false };
    let parts: Vec<&str> = rest.split('*').collect();
    let (last, between) = parts.split_last().expect("a split has a part");
    for part in between {
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_anything_and_nothing_else_does() {
        for (pattern, text) in [
            ("OPS-*", "OPS-77"),
            ("*", ""),
            ("OPS-7", "OPS-7"),
            ("*-*7", "A-17"),
            ("a*b*c", "abbc"),
            ("**", "x"),
        ] {
            assert!(fits(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("OPS-*", "XOPS-7"),
            ("OPS-7", "OPS-77"),
            ("a*b*c", "acb"),
            ("a*a", "a"),
            ("", "x"),
            ("*7", "78"),
        ] {
            assert!(!fits(pattern, text), "{pattern} {text}");
        }
    }
}
