//! Gathers what a folder has to show. Nothing is written, and of a broken history only what fits is told.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::{
    DocumentEvidence, EvidencePack, EvidenceWish, PatchEvidence, Redaction, SaidOfPatch, attest, controls,
};
use crate::bundle::claim_of;
use crate::bundle::limits::MAX_MANIFEST_BYTES;
use crate::bundle::manifest::limits::CARRIED_BYTES;
use crate::bundle::manifest::read_manifest;
use crate::disk::fs::Fs;
use crate::ledger::{
    Action, Entry, KeptSignatures, Ledger, MAX_SIGNATURES_BYTES, Turns, document_name, read_small,
};
use crate::model::{Digest, LayerKey, Node, Patch, Step, TreePath, Untrusted};
use crate::plan::why::Undo;
use crate::plan::{ClaimProof, DriftedFile, Due, DueDays, DueOfPatch};
use crate::trust::judge;
use crate::workbench::look::scan::Feeds;
use crate::workbench::look::vouching::KeysOfToday;
use crate::workbench::{Error, FixedFormat, FixedHere, HistoryCheck, Publisher, Result, Watch, Workbench};

impl Workbench {
    /// What `target` has to show of what `wish` says.
    ///
    /// # Errors
    /// If the folder can't be read, a change of it was interrupted, or the patch was never there.
    pub(crate) fn gather_evidence(
        &self,
        target: &Path,
        wish: &EvidenceWish,
        watch: Watch<'_>,
    ) -> Result<EvidencePack> {
        let fs = self.disk(target)?;
        let history = self.check_history(target)?;
        let mut fixed = match history.problem {
            None => Some(self.fixed(target, &[], watch)?),
            Some(_) => None,
        };
        let keys = self.keys_of_today().ok();
        let mut feeds = Feeds::default();
        if let Some(kev) = &wish.kev {
            feeds.add_kev(kev)?;
        }
        let due_days = self.policy_in(target).map(|policy| policy.demands.due_days).unwrap_or_default();
        let controls = keys.as_ref().map(|keys| keys.keyring.controls()).unwrap_or_default();
        let mut gathered = Gathered {
            due_days,
            feeds,
            fs: &*fs,
            wish,
            keys,
            originals: BTreeMap::new(),
            withheld: BTreeMap::new(),
            statements: Vec::new(),
            patches: Vec::new(),
            entries: Vec::new(),
            all: Vec::new(),
            hidden: Pseudonyms::default(),
        };
        gathered.records(&history);
        if let Some(id) = wish.patch.as_ref().filter(|_| gathered.entries.is_empty()) {
            let here = fixed.as_ref().map(FixedHere::patches_here).unwrap_or_default();
            return Err(Error::refused(Undo::NotHere { id: id.clone(), here }));
        }
        if let Some(fixed) = fixed.as_ref().filter(|_| wish.redaction == Redaction::default()) {
            gathered.documents(fixed, &self.publisher());
        }
        if let Some(fixed) = fixed.as_mut().filter(|_| wish.redaction.paths) {
            gathered.hidden.hide_drifted(fixed);
        }
        let mut pack = EvidencePack {
            folder: if wish.redaction.paths { "the folder".to_owned() } else { target.display().to_string() },
            product: fixed.as_ref().and_then(|fixed| fixed.product.clone()),
            version: fixed.as_ref().and_then(|fixed| fixed.version.clone()),
            checked: self.environment().made_at().unwrap_or_else(|| self.environment().now()),
            history,
            entries: gathered.entries,
            all: gathered.all,
            patches: gathered.patches,
            fixed,
            redaction: wish.redaction,
            originals: gathered.originals,
            withheld: gathered.withheld,
            statements: gathered.statements,
            controls: Vec::new(),
        };
        pack.controls = controls::lines(&pack, &controls);
        Ok(pack)
    }

    fn publisher(&self) -> Publisher {
        let environment = self.environment();
        Publisher { name: format!("{} on {}", environment.user, environment.host), namespace: None }
    }
}

struct Gathered<'a> {
    fs: &'a dyn Fs,
    wish: &'a EvidenceWish,
    keys: Option<KeysOfToday>,
    originals: BTreeMap<String, Vec<u8>>,
    withheld: BTreeMap<String, Digest>,
    statements: Vec<(String, serde_json::Value)>,
    patches: Vec<PatchEvidence>,
    entries: Vec<Entry>,
    all: Vec<Entry>,
    hidden: Pseudonyms,
    due_days: DueDays,
    feeds: Feeds,
}

impl Gathered<'_> {
    fn records(&mut self, history: &HistoryCheck) {
        let digests = self.keep_records(history);
        let turns = Turns::new(&self.all);
        for (entry, digest) in self.entries.iter().zip(digests) {
            let said = attest::statements(entry, digest, turns.of(entry));
            let named = |(name, said)| (format!("{:08}-{name}", entry.seq), said);
            self.statements.extend(said.into_iter().map(named));
        }
    }

    /// Keeps the records of the history; those that are told of have these digests.
    fn keep_records(&mut self, history: &HistoryCheck) -> Vec<Digest> {
        let mut digests = Vec::new();
        for seq in 1.. {
            let Ok(bytes) = Ledger::entry_bytes(self.fs, seq) else { break };
            let name = record_name(seq, "entry.json");
            let entry = Entry::from_bytes(&bytes).ok().filter(|_| seq <= history.fitting);
            let is_redacted = self.wish.redaction != Redaction::default();
            let Some(entry) = entry else {
                // What doesn't fit is kept as it is, and nothing is told of it.
                self.keep(name, bytes, is_redacted);
                continue;
            };
            self.all.push(entry.clone());
            if !self.is_wished(&entry) {
                continue;
            }
            let digest = Digest::compute(&bytes);
            self.keep(name, bytes, is_redacted);
            let entry = self.hidden.from(entry, self.wish.redaction);
            if entry.action == Action::Apply {
                entry.layer_keys().for_each(|key| self.patch(&entry, key));
            }
            digests.push(digest);
            self.entries.push(entry);
        }
        digests
    }

    fn is_wished(&self, entry: &Entry) -> bool {
        let is_about = |id: &String| {
            let is_told = |seq: u64| self.entries.binary_search_by_key(&seq, |entry| entry.seq).is_ok();
            let undoes = entry.reverses.filter(|_| entry.action == Action::Rollback);
            entry.patches().iter().any(|patch| patch.id == *id)
                || entry.out.iter().any(|gone| is_told(gone.entry))
                || undoes.is_some_and(is_told)
        };
        let is_since =
            |since: &jiff::Timestamp| entry.time.parse::<jiff::Timestamp>().is_ok_and(|time| time >= *since);
        self.wish.patch.as_ref().is_none_or(is_about) && self.wish.since.as_ref().is_none_or(is_since)
    }

    fn keep(&mut self, name: String, bytes: Vec<u8>, is_withheld: bool) {
        match is_withheld {
            true => _ = self.withheld.insert(name, Digest::compute(&bytes)),
            false => _ = self.originals.insert(name, bytes),
        }
    }

    fn patch(&mut self, entry: &Entry, key: LayerKey) {
        let (Some(note), Some(digest)) = (
            entry.patches().get(key.part).map(|note| (*note).clone()),
            entry.parts.get(key.part).map(|part| part.manifest).or(entry.manifest),
        ) else {
            return;
        };
        let read = |place, limit| read_small(self.fs, &place, limit).ok();
        let manifest = read(Ledger::manifest_of(key), MAX_MANIFEST_BYTES);
        let signatures = read(Ledger::signatures_of(key), MAX_SIGNATURES_BYTES);
        let is_it = manifest.as_ref().is_some_and(|bytes| Digest::compute(bytes) == digest);
        let patch = manifest.as_deref().filter(|_| is_it).and_then(|bytes| read_manifest(bytes).ok());
        let today = patch.as_ref().zip(self.keys.as_ref()).map(|(patch, keys)| {
            let kept = signatures.as_deref().and_then(KeptSignatures::from_bytes).unwrap_or_default();
            let claim = claim_of(patch, manifest.as_deref().unwrap_or_default());
            let verdict = judge(&claim, &kept.signatures, &kept.reviews, &keys.keyring, keys.now);
            match self.wish.redaction.users {
                true => verdict.standing.as_str().to_owned(),
                false => verdict.sentence(),
            }
        });
        let name = record_name(key.entry, file_name(&Ledger::manifest_of(key)));
        for (bytes, place) in [(manifest, Ledger::manifest_of(key)), (signatures, Ledger::signatures_of(key))]
        {
            if let Some(bytes) = bytes {
                let name = record_name(key.entry, file_name(&place));
                // A manifest has the paths of its files; its signatures are worth nothing without it.
                self.keep(name, bytes, self.wish.redaction.paths);
            }
        }
        let documents = patch.as_ref().map(|patch| self.carried(patch, key)).unwrap_or_default();
        self.patches.push(PatchEvidence {
            key,
            documents,
            due: patch.as_ref().map(|patch| self.due_of(patch)).unwrap_or_default(),
            note,
            vouched: entry.vouched.get(key.part).cloned(),
            today,
            manifest: name,
            manifest_digest: is_it.then_some(digest),
            said: patch.as_ref().map(SaidOfPatch::new),
        });
    }

    /// By when `patch` had to be there: as rules, its author and the list of exploited problems say.
    fn due_of(&self, patch: &Patch) -> Vec<(Due, String)> {
        let mut due = DueOfPatch::new(patch, &self.due_days).due;
        for id in &patch.about.vulnerabilities {
            let exploited = self.feeds.known.get(id).and_then(|facts| facts.exploited.as_ref());
            due.extend(exploited.and_then(Due::listed).map(|due| (due, id.clone())));
        }
        due
    }

    /// The documents that came with `patch`, kept as they are. They are free words, in which anything may be named.
    fn carried(&mut self, patch: &Patch, key: LayerKey) -> Vec<DocumentEvidence> {
        let evidence = &patch.about.evidence;
        let is_withheld = self.wish.redaction != Redaction::default();
        let sbom = evidence.sbom.iter().map(|file| DocumentEvidence {
            what: "SBOM",
            file: file.clone(),
            place: None,
        });
        let mut documents: Vec<DocumentEvidence> = sbom.collect();
        let vex = evidence.vex.iter().map(|file| ("VEX", "vex".to_owned(), file));
        let attested = evidence.attestations.iter().enumerate();
        let attested =
            attested.map(|(number, file)| ("Attestation", format!("attestation-{}", number + 1), file));
        for (what, name, file) in vex.chain(attested) {
            let end = if what == "VEX" || file.format.ends_with("json") { "json" } else { "bin" };
            let part = if key.part == 0 { String::new() } else { format!("-of-{}", key.part) };
            let name = record_name(key.entry, &format!("{name}{part}.{end}"));
            let place = Ledger::place_of(key.entry).join(document_name(&file.digest));
            let content = read_small(self.fs, &place, CARRIED_BYTES).ok();
            let content = content.filter(|content| Digest::compute(content) == file.digest);
            let place = content.map(|content| {
                self.keep(name.clone(), content, is_withheld);
                name
            });
            documents.push(DocumentEvidence { what, file: file.clone(), place });
        }
        documents
    }

    fn documents(&mut self, fixed: &FixedHere, publisher: &Publisher) {
        for (name, format) in [
            ("vex/fixed.openvex.json", FixedFormat::OpenVex),
            ("bom/patched.cdx.json", FixedFormat::CycloneDx),
        ] {
            self.originals.insert(name.to_owned(), fixed.document(format, publisher).into_bytes());
        }
    }
}

impl SaidOfPatch {
    fn new(patch: &Patch) -> Self {
        let about = &patch.about;
        let raw = |texts: &[Untrusted]| texts.iter().map(|text| text.raw().to_owned()).collect();
        Self {
            created: patch.created.clone(),
            summary: about.summary.raw().to_owned(),
            issues: about.issues.iter().map(|issue| issue.key.clone()).collect(),
            resolves: about.resolves.clone(),
            vulnerabilities: about.vulnerabilities.clone(),
            reviews: raw(&about.evidence.review),
            tests: raw(&about.evidence.tests),
            compliance: about.compliance.clone(),
            origin: about.origin.clone(),
            is_proven: patch.proven,
        }
    }
}

fn record_name(seq: u64, file: &str) -> String {
    format!("originals/history/{seq:08}/{file}")
}

fn file_name(place: &crate::disk::fs::StatePath) -> &str {
    place.as_str().rsplit('/').next().unwrap_or_default()
}

/// Names that stand for others: the same one always for the same.
#[derive(Default)]
struct Pseudonyms {
    users: BTreeMap<String, String>,
    paths: BTreeMap<String, String>,
}

impl Pseudonyms {
    /// `entry` without what is to be left out.
    fn from(&mut self, mut entry: Entry, redaction: Redaction) -> Entry {
        if redaction.users {
            entry.user = named(&mut self.users, "user", entry.user.raw()).into();
            entry.host = named(&mut self.users, "machine", entry.host.raw()).into();
            for signer in entry.vouched.iter_mut().flat_map(|note| &mut note.signers) {
                signer.name = named(&mut self.users, "signer", &signer.name);
                signer.owner = None;
            }
        }
        if redaction.paths {
            entry.steps = Arc::from(entry.steps.iter().map(|step| self.step(step)).collect::<Vec<_>>());
        }
        if redaction != Redaction::default() {
            // These are free words, in which anything may be named.
            entry.facts.clear();
            entry.older_remarks.clear();
            entry.checks.iter_mut().enumerate().for_each(|(number, check)| {
                check.check = format!("check {}", number + 1);
                check.evidence.clear();
            });
            entry.scripts.clear();
            entry.overrides.iter_mut().for_each(|one| one.reason = None);
            entry.reason.iter_mut().for_each(|reason| reason.text = None);
            entry.toggle.iter_mut().for_each(|note| note.reason = None);
        }
        entry
    }

    /// What is told of files that are not as a patch left them, without their names.
    fn hide_drifted(&mut self, fixed: &mut FixedHere) {
        for claim in &mut fixed.claims {
            if let ClaimProof::Drifted(files) = &mut claim.proof {
                let hidden = |file: &DriftedFile| DriftedFile { path: self.path(&file.path), ..file.clone() };
                *files = files.iter().map(hidden).collect();
            }
        }
    }

    fn path(&mut self, path: &TreePath) -> TreePath {
        let name = named(&mut self.paths, "path", path.as_str());
        TreePath::parse(&name).unwrap_or_else(|_| path.clone())
    }

    fn step(&mut self, step: &Step) -> Step {
        let path = self.path(&step.path);
        // A link names a path.
        let shown = |node: &Option<Node>| node.clone().filter(|node| !matches!(node, Node::Link(_)));
        Step { path, before: shown(&step.before), after: shown(&step.after) }
    }
}

fn named(names: &mut BTreeMap<String, String>, what: &str, name: &str) -> String {
    let number = names.len() + 1;
    names.entry(format!("{what} {name}")).or_insert_with(|| format!("{what}-{number}")).clone()
}
