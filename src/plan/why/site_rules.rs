//! What a patch doesn't bring that the rules of a site ask for.

use super::{HERE, Override, Wording, row};
use crate::model::{Code, PatchRef};
use crate::plan::Undated;
use crate::plan::shown_lists::shortened;
use crate::text::Advice;

/// A rule that a patch doesn't meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SiteRule {
    pub patch: PatchRef,
    pub lacks: Lacks,
    /// Whether whoever meets it is about to apply the patch, and may do so all the same.
    pub is_met_on_the_way: bool,
}

/// What a patch lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lacks {
    /// Somebody who is trusted: what it says of itself is nobody's word.
    Signer,
    /// As many signers as the rules ask for.
    Approvals { role: &'static str, needs: u32, has: u32 },
    /// An issue whose key is like this.
    Issue { pattern: String },
    /// That it is for exactly one version.
    ExactVersion,
    /// What was tested.
    Tests,
    /// That its author's tool applied it to a copy and rolled it back.
    Proof,
    /// An SBOM in its file.
    Sbom,
    /// What its author would have to say of these vulnerabilities, so that it is known by when they have to be fixed.
    DueDate { ids: Vec<String>, unsaid: Undated },
    /// A rehearsal here that passed; `state`: what became of the newest one.
    Rehearsal { state: Option<&'static str> },
    /// Youth; `days`: its age, if it says when it was made.
    Age { days: Option<i64>, most: u32 },
}

impl SiteRule {
    pub(super) fn row(&self) -> Wording {
        let Self { patch, lacks, is_met_on_the_way } = self;
        let (meaning, step) = match lacks {
            Lacks::Signer => (
                format!(
                    "your trust rules ask what {patch} says about itself, and nobody you trust signed it"
                ),
                "Ask the vendor for a signed patch file.".into(),
            ),
            Lacks::Approvals { role, needs, has } => {
                let s = if *needs == 1 { "" } else { "s" };
                let required = format!("signatures by {needs} {role}{s} you trust");
                let meaning = format!("your trust rules require {required}, and {patch} has {has}");
                (meaning, "Ask for the missing signatures.".into())
            }
            Lacks::Issue { pattern } => (
                format!("your trust rules require an issue like {pattern}, and {patch} names none"),
                "Ask the author to add the issue to the order and make the patch again.".into(),
            ),
            Lacks::ExactVersion => (
                format!("your trust rules require a patch for exactly one version, and {patch} isn't"),
                "Ask the author for a patch for the version that you have.".into(),
            ),
            Lacks::Tests => (
                format!("your trust rules require tests, and {patch} doesn't say that there were any"),
                "Ask the author what was tested, and for a patch file that says so.".into(),
            ),
            Lacks::Proof => (
                format!("your trust rules require a test on a copy, and {patch} was made without one"),
                "Ask the author to make it with a test on a copy.".into(),
            ),
            Lacks::Sbom => (
                format!("your trust rules require an SBOM, and {patch} has none"),
                "Ask the author for a patch file that was made with an SBOM of the product.".into(),
            ),
            Lacks::DueDate { ids, unsaid } => (
                no_due_date(patch, ids, *unsaid),
                "Ask the author to add that to [[resolves]] in the order, and to make the patch again."
                    .into(),
            ),
            Lacks::Rehearsal { state } => (
                no_rehearsal(patch, *state),
                Advice::by_command(
                    "Rehearse it with the same patch files and this folder",
                    format!("patchwright rehearse PATCHFILE {HERE}"),
                ),
            ),
            Lacks::Age { days: Some(days), most } => (
                format!(
                    "your trust rules allow patches of up to {most} days, and {patch} is {days} days old"
                ),
                "Ask the vendor for a newer patch.".into(),
            ),
            Lacks::Age { days: None, most } => (
                format!(
                    "your trust rules allow patches of up to {most} days, and {patch} doesn't say when it was made"
                ),
                "Ask the vendor for a newer patch.".into(),
            ),
        };
        let step = if *is_met_on_the_way { step.then(Override::SiteRules.hint()) } else { step };
        row(Code::Policy, meaning, step)
    }
}

fn no_due_date(patch: &PatchRef, ids: &[String], unsaid: Undated) -> String {
    let unsaid = match (unsaid, ids.len()) {
        (Undated::Published, 1) => "when it was published",
        (Undated::Published, _) => "when they were published",
        (Undated::Severity, 1) => "how severe it is",
        (Undated::Severity, _) => "how severe they are",
    };
    let ids = shortened(ids);
    format!("your trust rules set a due date for {ids}, and {patch} doesn't say {unsaid}")
}

fn no_rehearsal(patch: &PatchRef, newest: Option<&str>) -> String {
    match newest {
        None => format!("your trust rules require a rehearsal, and {patch} wasn't rehearsed here"),
        Some("failed") => format!("your trust rules require a rehearsal, and that of {patch} didn't pass"),
        Some(_) => format!("your trust rules require a rehearsal, and that of {patch} is out of date"),
    }
}
