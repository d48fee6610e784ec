//! What a rollout remembers between two runs, in a file beside its own: which folders were meant, how each stands, who
//! approved, paused or stopped it.
//!
//! Each record is the whole file, which appears at once. It is read as the folders' own records are: one that others could have
//! written, that is damaged, or that is about other folders than the rollout file names, is refused. That a folder is good is
//! only ever claimed here, and is looked at again before the next ring builds on it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::file::{RingPlan, RolloutFile};
use super::member::{Member, MemberState};
use super::members;
use crate::guarded;
use crate::model::{Digest, Patch, PatchId, PatchRef, RolloutPace, Share};
use crate::plan::rollout::{MemberStanding, RingRules, Seconds};
use crate::plan::why::{BadRolloutFile, Rolling, RolloutMismatch};
use crate::text::json::TextPosition;
use crate::text::{CONFLICT_LEFT, conflict_mark};
use crate::whole_file::WholeFile;
use crate::workbench::{Error, Result};

/// Longest file of records, in bytes: more than a kilobyte for each of the most folders.
const MAX_BYTES: usize = 32 << 20;

const FORMAT: &str = "patchwright-rollout-state/1";

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RolloutState {
    format: String,
    /// Names the rollout in the histories of the folders.
    pub id: String,
    pub name: String,
    /// SHA-256 of the rollout file.
    file: String,
    pub patches: Vec<FrozenPatch>,
    started: Attribution,
    /// The latest moment that any record was made at. A clock that was set back does not go before it.
    clock: Seconds,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Attribution>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Attribution>,
    /// Who rolled back what it applied. Nothing goes on from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Attribution>,
    /// How often it was started before, and rolled back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<Earlier>,
    pub rings: Vec<RingState>,
}

/// A rollout that was rolled back, and started again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Earlier {
    started: Attribution,
    over: Attribution,
}

/// A patch file as it was when the rollout was started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FrozenPatch {
    pub file: PathBuf,
    pub sha256: String,
    pub id: PatchName,
    pub revision: u32,
    /// The product that it is for.
    #[serde(default)]
    pub product: String,
    /// How long its vendor wants each ring but the last to wait, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_wait: Option<Seconds>,
    /// How many of all folders its vendor wants the first ring to have at most.
    #[serde(skip)]
    max_first_ring: Option<Share>,
}

/// The id of a patch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct PatchName(pub PatchId);

/// What somebody did, when, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attribution {
    pub by: String,
    /// RFC 3339.
    pub time: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An approval by a key, as the records keep it: exact bytes and their signature, both of which are text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignedApproval {
    pub said: String,
    pub signature: String,
    pub is_ssh: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RingState {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Seconds>,
    /// When its good folders were looked at last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Seconds>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Attribution>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed: Vec<SignedApproval>,
    /// How often people were asked anew whether it begins, since what they had said before didn't count any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked_again: Option<u32>,
    pub members: Vec<Member>,
}

impl RingState {
    /// Forgets who approved it: no word of before counts any more, wherever somebody kept it.
    pub fn ask_again(&mut self) {
        self.approvals.clear();
        self.signed.clear();
        self.asked_again = Some(self.asked_again.unwrap_or_default().saturating_add(1));
    }

    pub(crate) fn standings(&self) -> Vec<MemberStanding> {
        self.members.iter().map(Member::standing).collect()
    }
}

impl RolloutState {
    pub fn new(
        file: &RolloutFile,
        patches: Vec<FrozenPatch>,
        rings: Vec<Vec<Member>>,
        started: Attribution,
    ) -> Self {
        let rings = file.rings.iter().zip(rings).map(|(ring, members)| RingState {
            name: ring.name.clone(),
            begun: None,
            checked: None,
            approvals: Vec::new(),
            signed: Vec::new(),
            asked_again: None,
            members,
        });
        // The same file and patches are the same rollout, also for a folder whose history is all that is left of it.
        let digests = patches.iter().map(|patch| patch.sha256.as_str());
        let whole = std::iter::once(file.digest.to_string()).chain(digests.map(str::to_owned));
        let id = Digest::compute(whole.collect::<Vec<_>>().join("\n").as_bytes()).to_string();
        Self {
            format: FORMAT.to_owned(),
            id,
            name: file.name.clone(),
            file: file.digest.to_string(),
            patches,
            started,
            clock: 0,
            paused: None,
            stopped: None,
            over: None,
            earlier: Vec::new(),
            rings: rings.collect(),
        }
    }

    /// The same rollout, started again after `old` was rolled back. Whoever approved has to approve again; a folder that was
    /// left out still is.
    ///
    /// # Errors
    /// If `old` is not over.
    pub fn again(mut self, old: &RolloutState) -> Result<Self> {
        let over = old.over.clone().ok_or_else(|| Error::refused(Rolling::NotOver))?;
        self.clock = old.clock;
        self.earlier.clone_from(&old.earlier);
        self.earlier.push(Earlier { started: old.started.clone(), over });
        let is_left_out = |member: &&Member| member.state == MemberState::LeftOut;
        let left_out: Vec<&Member> =
            old.rings.iter().flat_map(|ring| &ring.members).filter(is_left_out).collect();
        for member in self.rings.iter_mut().flat_map(|ring| &mut ring.members) {
            if let Some(old) = left_out.iter().find(|old| old.path == member.path) {
                (member.state, member.why) = (old.state, old.why.clone());
            }
        }
        Ok(self)
    }

    /// Makes sure that what it applied was not rolled back.
    ///
    /// # Errors
    /// [`Rolling::Over`] says who did that.
    pub(crate) fn refuse_over(&self) -> Result<()> {
        match &self.over {
            None => Ok(()),
            Some(Attribution { by, time, .. }) => {
                Err(Error::refused(Rolling::Over { by: by.clone(), time: time.clone() }))
            }
        }
    }

    /// Makes sure that these records are about this file.
    ///
    /// # Errors
    /// If the file was edited since, or the records name other folders than it does.
    fn check(&self, file: &RolloutFile) -> Result<()> {
        let names = |names: Vec<&String>| names.into_iter().cloned().collect::<Vec<_>>();
        let rings = names(self.rings.iter().map(|ring| &ring.name).collect());
        if self.file != file.digest.to_string()
            || rings != names(file.rings.iter().map(|ring| &ring.name).collect())
        {
            return Err(Error::refused(RolloutMismatch::Edited));
        }
        for (index, ring) in self.rings.iter().enumerate() {
            if let Some(member) =
                ring.members.iter().find(|member| !members::is_named(file, index, &member.path))
            {
                let (folder, ring) = (member.path.clone(), ring.name.clone());
                return Err(Error::refused(RolloutMismatch::ForeignFolder { folder, ring }));
            }
        }
        Ok(())
    }

    /// SHA-256 of what people approve of this ring: which patches come into which folders, which start of the rollout it is,
    /// and how often they were asked before.
    pub fn plan(&self, ring: usize) -> Digest {
        let patches: Vec<&str> = self.patches.iter().map(|patch| patch.sha256.as_str()).collect();
        let of_ring = |ring: &RingState| {
            let folders: Vec<&str> = ring.members.iter().map(|member| member.path.as_str()).collect();
            serde_json::json!({ "name": ring.name, "folders": folders })
        };
        let rings: Vec<_> = self.rings.iter().map(of_ring).collect();
        let started = (&self.started.time, self.earlier.len());
        let mut fixed = serde_json::json!({ "patches": patches, "rings": rings, "started": started });
        if let Some(asked_again) = self.rings[ring].asked_again {
            fixed["asked_again"] = asked_again.into();
        }
        Digest::compute(fixed.to_string().as_bytes())
    }

    /// The rules of each ring: those of its file, and no faster than the vendors of the patches want it.
    pub fn rules(&self, file: &RolloutFile) -> Vec<RingRules> {
        let least = self.patches.iter().filter_map(|patch| patch.min_wait).max().unwrap_or_default();
        let last = file.rings.len().saturating_sub(1);
        let paced = |(ring, plan): (usize, &RingPlan)| match ring == last {
            true => plan.rules.clone(),
            false => RingRules { wait: plan.rules.wait.max(least), ..plan.rules.clone() },
        };
        file.rings.iter().enumerate().map(paced).collect()
    }

    /// Makes sure that no more folders begin than the vendors of the patches want.
    ///
    /// # Errors
    /// If the first ring has more. One folder is never too many.
    pub fn refuse_large_first_ring(&self) -> Result<()> {
        let all = self.rings.iter().map(|ring| ring.members.len()).sum();
        let Some(first) = self.rings.first().filter(|ring| ring.members.len() > 1) else { return Ok(()) };
        let asks = |patch: &&FrozenPatch| {
            patch.max_first_ring.is_some_and(|most| most.is_exceeded(first.members.len(), all))
        };
        match self.patches.iter().find(asks) {
            None => Ok(()),
            Some(patch) => Err(Error::refused(BadRolloutFile::LargeFirstRing {
                ring: first.name.clone(),
                folders: first.members.len(),
                all,
                patch: patch.id.0.to_string(),
                most: patch.max_first_ring.map(|most| most.to_string()).unwrap_or_default(),
            })),
        }
    }

    /// The products that the patches are for.
    pub fn products(&self) -> Vec<&str> {
        self.patches.iter().map(|patch| patch.product.as_str()).collect()
    }

    /// The number of the ring with this name.
    pub(crate) fn ring_named(&self, name: &str) -> Result<usize> {
        self.rings.iter().position(|ring| ring.name == name).ok_or_else(|| {
            let rings = self.rings.iter().map(|ring| format!("{:?}", ring.name)).collect();
            Error::refused(BadRolloutFile::NoRing { ring: name.to_owned(), rings })
        })
    }

    /// The folders that a run has started to change, and of which nobody recorded the end.
    pub fn started(&self) -> impl Iterator<Item = ((usize, usize), &Member)> {
        let all = self.rings.iter().enumerate().flat_map(|(ring, one)| {
            one.members.iter().enumerate().map(move |(at, member)| ((ring, at), member))
        });
        all.filter(|(_, member)| member.state == MemberState::Started && member.head.is_some())
    }

    /// All folders, in the order of the rings.
    pub(super) fn members(&self) -> impl Iterator<Item = &Member> {
        self.rings.iter().flat_map(|ring| &ring.members)
    }

    pub(crate) fn member_mut(&mut self, (ring, member): (usize, usize)) -> &mut Member {
        &mut self.rings[ring].members[member]
    }

    /// The present moment for records: never before one that was recorded already.
    pub fn tick(&mut self, now: Seconds) -> Seconds {
        self.clock = self.clock.max(now);
        self.clock
    }
}

/// Where the records of a rollout are.
pub(super) struct RolloutStore {
    path: PathBuf,
    file: RolloutFile,
}

impl RolloutStore {
    pub fn new(file: RolloutFile) -> Self {
        Self { path: beside(&file.path, "rollout.json"), file }
    }

    pub fn file(&self) -> &RolloutFile {
        &self.file
    }

    /// The records; `None` if the rollout was not started.
    ///
    /// # Errors
    /// If they cannot be read, are not what this program writes, or are about something else than the file.
    pub fn load(&self) -> Result<Option<RolloutState>> {
        let damaged = |because: String| Error::refused(RolloutMismatch::Damaged { because });
        let Some(bytes) = guarded::read(&self.path, MAX_BYTES as u64)? else { return Ok(None) };
        let conflict = || {
            let mark = std::str::from_utf8(&bytes).ok().and_then(conflict_mark)?;
            Some(format!("{}: {CONFLICT_LEFT}", TextPosition::new(&bytes, mark)))
        };
        let state: RolloutState = serde_json::from_slice(&bytes)
            .map_err(|error| damaged(conflict().unwrap_or_else(|| error.to_string())))?;
        if state.format != FORMAT {
            return Err(damaged(format!("their format is {:?} instead of {FORMAT:?}", state.format)));
        }
        state.check(&self.file)?;
        Ok(Some(state))
    }

    /// The records of a rollout that was started.
    pub(crate) fn must_load(&self) -> Result<RolloutState> {
        self.load()?.ok_or_else(|| Error::refused(Rolling::NotStarted))
    }

    /// Writes the first records.
    pub fn create(&self, state: &RolloutState) -> Result<()> {
        let _lock = guarded::lock(&self.path)?;
        self.write(state)
    }

    /// Changes the records. Nobody else changes them meanwhile, and everything that others wrote before counts.
    pub fn change<T>(&self, change: impl FnOnce(&mut RolloutState) -> Result<T>) -> Result<T> {
        let _lock = guarded::lock(&self.path)?;
        let mut state = self.must_load()?;
        let changed = change(&mut state)?;
        self.write(&state).map(|()| changed)
    }

    fn write(&self, state: &RolloutState) -> Result<()> {
        let mut bytes = serde_json::to_vec_pretty(state).expect("records have text keys only");
        bytes.push(b'\n');
        let failed = |source| Error::File {
            doing: "write the records of the rollout",
            path: self.path.clone(),
            source,
        };
        WholeFile::write_private(&self.path, &bytes).map_err(failed)
    }

    /// Keeps every other run out while the answer lives. Who only says something, such as a pause, need not wait for it.
    ///
    /// # Errors
    /// [`Rolling::UnderWay`] if there is another run.
    pub fn alone(&self) -> Result<File> {
        let path = beside(&self.file.path, "rollout.run");
        let failed = |source| Error::File { doing: "lock", path: path.clone(), source };
        guarded::check_folder(path.parent().unwrap_or(Path::new("/")))?;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(&path).map_err(failed)?;
        // A run that has just ended may leave it with a process that it was about to start, for a moment.
        for _ in 0..20 {
            match lock.try_lock() {
                Ok(()) => return Ok(lock),
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(50)),
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
        }
        Err(Error::refused(Rolling::UnderWay))
    }
}

/// The file of this kind that belongs to a rollout file. Only `.toml` goes without saying: `october.dev` is another rollout than
/// `october.toml`.
fn beside(file: &Path, kind: &str) -> PathBuf {
    match file.extension().is_some_and(|ending| ending == "toml") {
        true => file.with_extension(kind),
        false => {
            let mut name = file.as_os_str().to_owned();
            name.push(".");
            name.push(kind);
            name.into()
        }
    }
}

impl FrozenPatch {
    pub fn new(file: &Path, sha256: Digest, patch: &Patch) -> Self {
        let PatchRef { id, revision } = patch.about.identity.clone();
        let (file, product) = (file.to_owned(), patch.about.product.name.clone());
        let RolloutPace { min_wait, max_first_ring, .. } = patch.about.rollout;
        let (id, sha256) = (PatchName(id), sha256.to_string());
        Self { file, sha256, id, revision, product, min_wait, max_first_ring }
    }
}

impl TryFrom<String> for PatchName {
    type Error = &'static str;

    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        PatchId::parse(&text).map(Self).ok_or("no id of a patch")
    }
}

impl From<PatchName> for String {
    fn from(name: PatchName) -> Self {
        name.0.as_str().to_owned()
    }
}
