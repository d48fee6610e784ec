//! Answers about evidence, and the document in it.

use std::path::Path;

use super::change::Entry;
use super::fixed::FixedClaim;
use super::{all, answers, some};
use crate::plan::ControlLine;
use crate::report::evidence::control_reason;
use crate::report::phrases::{compliance, origin, path_text};
use crate::workbench::{
    DocumentEvidence, EvidencePack, PackSigner, PatchEvidence, PatchNote, SaidOfPatch, SavedPack,
    UncheckedChange, VerifiedPack, VouchedNote,
};

answers! {
    Evidence(pack: &EvidencePack, saved: &SavedPack, target: &Path) {
        target: String = path_text(target),
        path: String = path_text(&saved.path),
        sha256: String = saved.digest.to_string(),
        files: usize = saved.files,
        statements: usize = saved.statements,
        signed: bool = saved.is_signed,
        entries: usize = pack.entries.len(),
        patches: usize = pack.patch_count(),
        [problem]: String = pack.history.problem.as_ref().map(|(_, problem)| problem.clone()),
    }

    VerifiedEvidence(verified: &VerifiedPack, path: &Path) {
        path: String = path_text(path),
        files: usize = verified.files,
        entries: usize = verified.entries,
        statements: usize = verified.statements,
        changed: Vec<ChangedFile> = all(&verified.changed, |(name, how)| ChangedFile::new(name, how)),
        [broken_from]: u64 = verified.broken_from,
        history: Vec<String> = verified.history.clone(),
        signer: PackSignedBy = PackSignedBy::new(&verified.signer),
    }

    ChangedFile(name: &str, how: &str) {
        file: String = name.to_owned(),
        how: String = how.to_owned(),
    }

    PackSignedBy(signer: &PackSigner) {
        standing: String = signer.as_str().to_owned(),
        [name]: String = signer.name().map(str::to_owned),
        [key]: String = signer.key().map(|key| key.to_string()),
        [why]: String = signer.why_not().map(str::to_owned),
    }

    /// `evidence.json`.
    EvidenceDocument(pack: &EvidencePack) {
        folder: String = pack.folder.clone(),
        [product]: String = pack.product.clone(),
        [version]: String = pack.version.clone(),
        checked: String = pack.checked.clone(),
        history: HistoryState = HistoryState::new(pack),
        redacted: Vec<String> = [("users", pack.redaction.users), ("paths", pack.redaction.paths)]
            .into_iter().filter(|(_, is_left_out)| *is_left_out).map(|(what, _)| what.to_owned()).collect(),
        patches: Vec<PatchShown> = all(&pack.patches, PatchShown::new),
        [fixed]: Vec<FixedClaim> = fixed_claims(pack),
        [controls]: Vec<ControlOutcome> = some(all(&pack.controls, ControlOutcome::new)),
        [unchecked]: Vec<UncheckedNow> = some(all(pack.unchecked(), UncheckedNow::new)),
        entries: Vec<Entry> = all(&pack.entries, Entry::new),
        withheld: Vec<WithheldFile> = pack.withheld.iter().map(|(name, digest)| WithheldFile::new(name, digest)).collect(),
    }

    /// A change whose health checks are due; its entry has the rest.
    UncheckedNow(change: &UncheckedChange) {
        entry: u64 = change.entry,
        subject: String = change.subject.clone(),
        checks: String = change.checks.as_str().to_owned(),
    }

    HistoryState(pack: &EvidencePack) {
        fitting: u64 = pack.history.fitting,
        [head]: String = pack.history.head.map(|digest| digest.to_string()),
        [first_unfit]: u64 = pack.history.problem.as_ref().map(|(entry, _)| *entry),
        [problem]: String = pack.history.problem.as_ref().map(|(_, problem)| problem.clone()),
        [foreign]: Vec<u64> = pack.history.foreign.as_ref().map(|foreign| foreign.entries.clone()),
    }

    PatchShown(patch: &PatchEvidence) {
        entry: u64 = patch.key.entry,
        ..patch: PatchNote = patch.note.clone(),
        [vouched]: VouchedNote = patch.vouched.clone(),
        [signed_today]: String = patch.today.clone(),
        manifest: String = patch.manifest.clone(),
        [manifest_sha256]: String = patch.manifest_digest.map(|digest| digest.to_string()),
        [documents]: Vec<CarriedDocument> = some(all(&patch.documents, CarriedDocument::new)),
        [said]: AuthorSays = patch.said.as_ref().map(AuthorSays::new),
    }

    /// A document that came with a patch, as it is: nothing that it says was taken over.
    CarriedDocument(document: &DocumentEvidence) {
        what: String = document.what.to_ascii_lowercase(),
        format: String = document.file.format.clone(),
        sha256: String = document.file.digest.to_string(),
        [file]: String = document.place.clone(),
    }

    /// A control, and what it comes to for one patch.
    ControlOutcome(line: &ControlLine) {
        control: String = line.control.clone(),
        named_by: String = if line.is_of_site { "site" } else { "patch" }.to_owned(),
        patch: String = line.patch.clone(),
        entry: u64 = line.entry,
        asks: String = line.ask.as_str().to_owned(),
        state: String = line.state.as_str().to_owned(),
        reason: String = control_reason(line),
    }

    AuthorSays(said: &SaidOfPatch) {
        created: String = said.created.clone(),
        summary: String = said.summary.clone(),
        [issues]: Vec<String> = some(said.issues.clone()),
        [vulnerabilities]: Vec<String> = some(said.vulnerabilities.clone()),
        [review]: Vec<String> = some(said.reviews.clone()),
        [tests]: Vec<String> = some(said.tests.clone()),
        [compliance]: Vec<String> = some(said.compliance.iter().map(compliance).collect()),
        [origin]: String = said.origin.as_ref().map(origin),
        proven: bool = said.is_proven,
    }

    /// A record that was left out, and its SHA-256.
    WithheldFile(name: &str, digest: &dyn ToString) {
        file: String = name.to_owned(),
        sha256: String = digest.to_string(),
    }
}

fn fixed_claims(pack: &EvidencePack) -> Option<Vec<FixedClaim>> {
    let here = pack.fixed.as_ref()?;
    let mut claims = all(pack.claims(here), |claim| FixedClaim::new(claim, here));
    if pack.redaction.users {
        claims.iter_mut().for_each(FixedClaim::forget_authors);
    }
    Some(claims)
}
