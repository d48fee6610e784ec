//! What to show an auditor: one file with a page to print, the same for programs, the originals to the byte, statements that
//! other tools verify, and a list of checksums that somebody may sign.

mod archive;
mod attest;
mod controls;
mod gather;
pub(crate) mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::Value;

use crate::ledger::{Entry, PatchNote, VouchedNote};
use crate::model::{CarriedFile, Compliance, Digest, LayerKey, Origin, ResolvedIssue};
use crate::plan::{Claim, ControlLine, Due};
use crate::trust::{SecretKey, SignerRole, Statement, StatementKind, envelope};
use crate::whole_file::WholeFile;
use crate::workbench::keys::sign::signature_over;
use crate::workbench::look::output::{OutputKind, refuse_taken};
use crate::workbench::{Error, FixedHere, HistoryCheck, Result, Signer, UncheckedChange, Workbench};

/// The longest pack, in bytes. It is held in memory.
pub(crate) const MAX_PACK_BYTES: usize = 256 << 20;

const SUMS: &str = "SHA256SUMS";
/// What a pack says for programs.
const DOCUMENT: &str = "evidence.json";

/// What evidence is wished for.
#[derive(Debug, Clone, Default)]
pub(crate) struct EvidenceWish {
    /// Only what is about this patch.
    pub patch: Option<String>,
    /// Only what happened since.
    pub since: Option<Timestamp>,
    pub redaction: Redaction,
    /// A list of exploited problems, which says by when they have to be fixed.
    pub kev: Option<PathBuf>,
}

/// What is left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Redaction {
    /// Who changed something, and on which machine.
    pub users: bool,
    /// Where files are.
    pub paths: bool,
}

/// What a folder has to show.
#[derive(Debug, Clone)]
pub(crate) struct EvidencePack {
    /// The folder, or a word for it.
    pub folder: String,
    pub product: Option<String>,
    pub version: Option<String>,
    /// When the folder was looked at.
    pub checked: String,
    /// Whether the history is as it was written.
    pub history: HistoryCheck,
    /// The entries that are told, oldest first.
    pub entries: Vec<Entry>,
    /// The whole history as far as it fits, by which the others are worded.
    pub all: Vec<Entry>,
    /// The patches that came with them.
    pub patches: Vec<PatchEvidence>,
    /// What is fixed now; nothing where the history is broken, on which that rests.
    pub fixed: Option<FixedHere>,
    /// What the controls of the site, and those that patches name, come to.
    pub controls: Vec<ControlLine>,
    pub redaction: Redaction,
    /// Records and documents by their names in the pack.
    pub originals: BTreeMap<String, Vec<u8>>,
    /// Records that were left out, because they name what is to be left out.
    pub withheld: BTreeMap<String, Digest>,
    statements: Vec<(String, Value)>,
}

/// A patch that came.
#[derive(Debug, Clone)]
pub(crate) struct PatchEvidence {
    pub key: LayerKey,
    pub note: PatchNote,
    /// Who had signed it then.
    pub vouched: Option<VouchedNote>,
    /// What its signatures come to by today's keys.
    pub today: Option<String>,
    /// Where its manifest is in the pack.
    pub manifest: String,
    pub manifest_digest: Option<Digest>,
    /// By when it had to be there, for which vulnerability or rule. What its author says is among it.
    pub due: Vec<(Due, String)>,
    /// Documents that came with it.
    pub documents: Vec<DocumentEvidence>,
    /// What its author says about it.
    pub said: Option<SaidOfPatch>,
}

/// A document that came with a patch: shown as it is, and what it says is taken over nowhere.
#[derive(Debug, Clone)]
pub(crate) struct DocumentEvidence {
    /// `SBOM`, `VEX` or `Attestation`.
    pub what: &'static str,
    pub file: CarriedFile,
    /// Where it is in the pack; `None`: it isn't there as it came.
    pub place: Option<String>,
}

/// What the author of a patch says.
#[derive(Debug, Clone)]
pub(crate) struct SaidOfPatch {
    pub created: String,
    pub summary: String,
    pub issues: Vec<String>,
    pub resolves: Vec<ResolvedIssue>,
    pub vulnerabilities: Vec<String>,
    pub reviews: Vec<String>,
    pub tests: Vec<String>,
    pub compliance: Vec<Compliance>,
    pub origin: Option<Origin>,
    pub is_proven: bool,
}

/// What was written.
#[derive(Debug, Clone)]
pub(crate) struct SavedPack {
    pub path: PathBuf,
    pub files: usize,
    pub statements: usize,
    /// SHA-256 of the pack.
    pub digest: Digest,
    pub is_signed: bool,
}

impl Workbench {
    /// Writes `pack` with its `page` and its `document`, signed if somebody signs.
    ///
    /// Statements are signed with keys of our own alone: an SSH key signs through OpenSSH, which signs nothing of that form.
    ///
    /// # Errors
    /// If nothing can be signed, the file is of another kind, or can't be written.
    pub(crate) fn save_evidence(
        &self,
        pack: &EvidencePack,
        page: &str,
        document: &str,
        signer: Option<&Signer>,
        output: &Path,
    ) -> Result<SavedPack> {
        let failed = |source| Error::File { doing: "write the evidence", path: output.to_owned(), source };
        refuse_taken(output, OutputKind::Evidence)?;
        let mut files = pack.originals.clone();
        files.insert("index.html".to_owned(), page.as_bytes().to_vec());
        files.insert(DOCUMENT.to_owned(), document.as_bytes().to_vec());
        let secret = signer.and_then(|signer| match signer {
            Signer::Minisign(key) => Some(&**key),
            Signer::Ssh(_) => None,
        });
        let statements = secret.map(|key| signed(&pack.statements, key)).unwrap_or_default();
        let count = statements.len();
        files.extend(statements);
        let sums = sums(&files).into_bytes();
        if let Some(signer) = signer {
            let statement = Statement {
                kind: StatementKind::Evidence,
                place: None,
                role: SignerRole::Author,
                time: pack.checked.clone(),
            };
            let signature = signature_over(&sums, &statement, signer)?;
            files.insert(format!("{SUMS}.{}", signature.scheme.extension()), signature.bytes);
        }
        files.insert(SUMS.to_owned(), sums);
        let members: Vec<_> = files.into_iter().collect();
        let is_too_many = members.len() > archive::MAX_MEMBERS;
        let bytes = if is_too_many { Vec::new() } else { archive::write(&members).0 };
        if is_too_many || bytes.len() > MAX_PACK_BYTES {
            return Err(failed(std::io::ErrorKind::FileTooLarge.into()));
        }
        WholeFile::write(output, &bytes).map_err(failed)?;
        Ok(SavedPack {
            path: output.to_owned(),
            files: members.len(),
            statements: count,
            digest: Digest::compute(&bytes),
            is_signed: signer.is_some(),
        })
    }
}

fn signed(statements: &[(String, Value)], key: &SecretKey) -> Vec<(String, Vec<u8>)> {
    let sign = |(name, said): &(String, Value)| {
        let payload = serde_json::to_vec(said).expect("a statement has text keys only");
        (format!("attestations/{name}.intoto.json"), envelope(&payload, key))
    };
    statements.iter().map(sign).collect()
}

/// As `sha256sum` writes and checks them.
fn sums(files: &BTreeMap<String, Vec<u8>>) -> String {
    files.iter().map(|(name, content)| format!("{}  {name}\n", Digest::compute(content))).collect()
}

impl EvidencePack {
    /// How many patches are told about: one that came several times counts once.
    pub(crate) fn patch_count(&self) -> usize {
        let ids: BTreeSet<_> =
            self.patches.iter().map(|patch| (&patch.note.id, patch.note.revision)).collect();
        ids.len()
    }

    /// The changes of the entries that are told whose health checks are due.
    pub(crate) fn unchecked(&self) -> impl Iterator<Item = &UncheckedChange> {
        let is_told = |change: &&UncheckedChange| self.entries.iter().any(|entry| entry.seq == change.entry);
        self.fixed.iter().flat_map(|fixed| &fixed.unchecked).filter(is_told)
    }

    /// What the patches that are told about claim.
    pub(crate) fn claims<'a>(&self, here: &'a FixedHere) -> impl Iterator<Item = &'a Claim> {
        let told: BTreeSet<&String> = self.patches.iter().map(|patch| &patch.note.id).collect();
        here.claims.iter().filter(move |claim| told.contains(&claim.patch))
    }
}
