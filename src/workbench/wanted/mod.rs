//! Brings many folders to what a state file says they should have: looks at each, decides, and changes what is due, each
//! folder by the same changes as anybody makes by hand. Nothing is remembered but what stands in the histories.

mod bring;
mod folders;
mod history;
mod one_by_one;
mod state_file;
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::disk::fs::Volume;
use crate::ledger::{Entry, EntryFact};
use crate::model::{Code, Digest, Kind, LayerKey, Patch};
use crate::plan::wanted::{
    DueAction, Expectation, ExpectationStanding, ExpectationSubject, FolderWish, ObservedFolder, Past,
    PatchHere, decide,
};
use crate::plan::why::{BadStateFile, PatchDoubt, Wanted, gone_history};
use crate::plan::{Layer, Obstacle, is_namesake};
use crate::transaction::TransactionError;
use crate::whole_file::WholeFile;
use crate::workbench::look::output::{OutputKind, refuse_taken};
use crate::workbench::look::stack::read_ledger;
use crate::workbench::{Error, FolderStatus, Occasion, PatchAtHand, Result, SharedBundles, Watch, Workbench};
use folders::FoundFolders;
pub(crate) use history::ReconcileCause;
use state_file::{FolderSection, StateFile};

/// Which folders to bring to what.
#[derive(Debug, Clone)]
pub(crate) struct ReconcileWish {
    /// The state file.
    pub state: PathBuf,
    /// Only this folder of it.
    pub folder: Option<PathBuf>,
    /// Whether anything is changed.
    pub apply: bool,
    /// Whether to do again what a person undid.
    pub again: bool,
    /// Most patches that are rolled back in all folders together.
    pub max_rolled_back: usize,
    /// The commit that the state file is from, for the histories.
    pub commit: Option<String>,
}

/// How folders stand to a state file.
#[derive(Debug)]
pub(crate) struct Reconciled {
    pub folders: Vec<FolderStand>,
    /// Why nothing was changed in any of them.
    pub problem: Option<Obstacle>,
    /// Patch files that can't be read, and why.
    pub unreadable: Vec<(PathBuf, String)>,
}

/// How one folder stands to what is said of it.
#[derive(Debug, Default)]
pub(crate) struct FolderStand {
    pub path: PathBuf,
    pub expectations: Vec<Expectation>,
    /// What went wrong, if anything did.
    pub failure: Option<Error>,
    /// Whether its disk is read-only here, so that it can be looked at and no more.
    pub is_read_only: bool,
    /// That its history is gone as a whole, in words, if so: what people decided there before isn't known any more.
    pub gone_history: Option<String>,
    /// Entries of its history that came of this.
    pub entries: Vec<u64>,
}

impl Reconciled {
    /// What it comes to; `None`: every folder is as it should be.
    pub fn kind(&self) -> Option<Kind> {
        let problem = self.problem.as_ref().map(Obstacle::kind);
        Kind::worst(self.folders.iter().map(FolderStand::kind).chain([problem]))
    }

    /// Whether anything could be changed.
    pub(crate) fn is_anything_due(&self) -> bool {
        self.folders.iter().any(|folder| folder.due(|_| true).next().is_some())
    }
}

impl FolderStand {
    /// What it comes to; `None`: it is as it should be.
    pub fn kind(&self) -> Option<Kind> {
        let of_one = |one: &Expectation| match &one.standing {
            _ if one.is_met() => None,
            ExpectationStanding::Blocked(why) | ExpectationStanding::Failed(why) => {
                Some(why.as_obstacle().kind())
            }
            _ => Some(Kind::NotYet),
        };
        let failure = self.failure.as_ref().map(Error::kind);
        Kind::worst(self.expectations.iter().map(of_one).chain([failure]))
    }

    /// One in which the folders of a pattern can't be looked for.
    fn unlisted(path: PathBuf, source: std::io::Error) -> Self {
        let failure = Some(Error::File { doing: "list", path: path.clone(), source });
        Self { path, expectations: Vec::new(), failure, ..Self::default() }
    }

    fn due(
        &self,
        deed: impl Fn(DueAction) -> bool,
    ) -> impl Iterator<Item = (usize, &ExpectationSubject, DueAction)> {
        self.expectations.iter().enumerate().filter_map(move |(at, one)| match one.standing {
            ExpectationStanding::Due(due) if deed(due) => Some((at, &one.about, due)),
            _ => None,
        })
    }
}

/// What all folders of one run share.
struct ReconcileRun<'a> {
    bench: &'a Workbench,
    wish: &'a ReconcileWish,
    /// The patch files, by the patches in them.
    at_hand: BTreeMap<String, PatchAtHand>,
    /// Those of them that come anywhere, opened once.
    opened: SharedBundles,
    today: String,
    watch: Watch<'a>,
}

/// What of a folder isn't what it says.
#[derive(Default)]
struct FolderDoubts {
    /// The entries of its history that nobody has to believe.
    unbelieved: BTreeSet<u64>,
    /// Patches that are called as one at hand, and are others.
    namesakes: BTreeSet<LayerKey>,
}

/// A folder that was looked at.
struct InspectedFolder<'s> {
    section: &'s FolderSection,
    stand: FolderStand,
    /// Whether its history does not yet know what the file says now.
    is_news: bool,
    /// Whether anything is written of it.
    has_history: bool,
    /// Files of the patches that are in it: what a repair may need.
    repair_from: Vec<PathBuf>,
}

impl Workbench {
    /// How every folder of a state file stands to it, and, if that is wished, brings it there. Looking writes nothing.
    ///
    /// # Errors
    /// If the state file or its folder of patches cannot be read, or somebody wished to stop. What goes wrong in one folder
    /// is told with that folder.
    pub(crate) fn reconcile(&self, wish: &ReconcileWish, watch: Watch<'_>) -> Result<Reconciled> {
        let file = StateFile::read(&wish.state)?;
        let FoundFolders { mut folders, mut unlisted } = file.folders()?;
        if let Some(only) = &wish.folder {
            let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
            folders.retain(|(path, _)| path == only || real(path) == real(only));
            unlisted.retain(|path, _| only.starts_with(path));
            if folders.is_empty() && unlisted.is_empty() {
                return Err(Error::refused(BadStateFile::NoFolder { folder: only.display().to_string() }));
            }
        }
        // A folder that can't be listed is no folder without patch files.
        let failed = |source| Error::File { doing: "list", path: file.patches.clone(), source };
        std::fs::read_dir(&file.patches).map_err(failed)?;
        let (patches, unreadable) = self.patches_at_hand(std::slice::from_ref(&file.patches), watch)?;
        let (at_hand, opened) = (newest(patches), SharedBundles::default());
        let mut run = ReconcileRun { bench: self, wish, at_hand, opened, today: self.today(), watch };
        let looked: Result<Vec<InspectedFolder<'_>>> =
            folders.into_par_iter().map(|(path, section)| run.look(path, section)).collect();
        let mut looked = looked?;
        run.opened = run.open_what_is_due(&looked)?;
        looked.par_iter_mut().try_for_each(|one| run.try_out(one))?;
        let out: usize =
            looked.iter().map(|one| one.stand.due(|deed| deed == DueAction::RollBack).count()).sum();
        let most = wish.max_rolled_back;
        let problem = (out > most).then(|| Wanted::TooMany { count: out, most }.as_obstacle());
        if wish.apply && problem.is_none() {
            let mut has_changed = false;
            for one in &mut looked {
                let brought = watch.cancel.check().map_err(Error::from).and_then(|()| run.bring(one));
                has_changed |= !one.stand.entries.is_empty();
                brought.map_err(|error| if has_changed { error.midway() } else { error })?;
            }
        }
        let unlisted = unlisted.into_iter().map(|(path, source)| FolderStand::unlisted(path, source));
        let folders = looked.into_iter().map(|one| one.stand).chain(unlisted).collect();
        Ok(Reconciled { folders, problem, unreadable })
    }

    /// Writes into the history of `folder` that state files leave it alone, and why; without a reason, that they don't any
    /// more.
    ///
    /// # Errors
    /// If the folder cannot be changed, or that day is over.
    pub(crate) fn hold(&self, folder: &Path, reason: Option<&str>, until: Option<&str>) -> Result<u64> {
        if let Some(until) = until.filter(|until| *until < self.today().as_str()) {
            return Err(Error::refused(BadStateFile::PastDay { until: until.to_owned() }));
        }
        if reason.is_none() {
            let events = history::events(&self.history(folder)?.entries, &BTreeSet::new());
            // The word of no file matters here.
            if !Past::read(&events, Digest::compute(b"")).is_held() {
                return Err(Error::refused(BadStateFile::NotHeld));
            }
        }
        let occasion = match reason {
            Some(_) => history::by_hold(until),
            None => history::by_release(),
        };
        let held = reason.map(|reason| EntryFact::Held { reason: reason.to_owned() });
        self.write_down(folder, &occasion, held.into_iter().collect())
    }

    /// Such as `2026-11-29`.
    fn today(&self) -> String {
        self.environment.now().chars().take("2026-11-29".len()).collect()
    }
}

impl Workbench {
    /// Makes sure that a report can be written to `path` without anything being lost.
    ///
    /// # Errors
    /// If something else is there, or no file can be made there.
    pub(crate) fn may_save_comparison(&self, path: &Path) -> Result<()> {
        refuse_taken(path, OutputKind::Report)?;
        // Tried, because nothing else tells it for sure; what is not published leaves nothing.
        WholeFile::create(path).map(drop).map_err(|source| cannot_save(path, source))
    }

    /// Writes a report, whole or not at all.
    ///
    /// # Errors
    /// As [`Workbench::may_save_comparison`], and if it cannot be written.
    pub(crate) fn save_comparison(&self, path: &Path, text: &str) -> Result<()> {
        refuse_taken(path, OutputKind::Report)?;
        WholeFile::write(path, text.as_bytes()).map_err(|source| cannot_save(path, source))
    }
}

fn cannot_save(path: &Path, source: std::io::Error) -> Error {
    Error::File { doing: "write the report", path: path.to_owned(), source }
}

/// Of every patch the newest revision; one that somebody vouches for goes before one that nobody does.
fn newest(patches: Vec<PatchAtHand>) -> BTreeMap<String, PatchAtHand> {
    let mut newest: BTreeMap<String, PatchAtHand> = BTreeMap::new();
    let rank = |one: &PatchAtHand| (one.is_trusted, one.patch.about.identity.revision);
    for one in patches {
        let id = one.patch.about.identity.id.to_string();
        if newest.get(&id).is_none_or(|other| rank(other) < rank(&one)) {
            newest.insert(id, one);
        }
    }
    newest
}

impl ReconcileRun<'_> {
    fn look<'s>(&self, path: PathBuf, section: &'s FolderSection) -> Result<InspectedFolder<'s>> {
        self.watch.cancel.check()?;
        let stand = FolderStand { path, ..FolderStand::default() };
        let mut looked =
            InspectedFolder { section, stand, is_news: false, has_history: false, repair_from: Vec::new() };
        match self.see(&mut looked) {
            Err(Error::Cancelled(cancelled)) => return Err(cancelled.into()),
            seen => looked.stand.failure = seen.err(),
        }
        Ok(looked)
    }

    fn see(&self, looked: &mut InspectedFolder<'_>) -> Result<()> {
        let (path, wish) = (&looked.stand.path, &looked.section.wish);
        let status = self.bench.status(path, self.watch)?;
        looked.stand.is_read_only = self.bench.disk(path)?.features().volume == Volume::ReadOnly;
        let path = &looked.stand.path;
        if let Some(why) = &status.locked_away {
            let (meaning, hint) =
                (why.clone(), "Run it as somebody who may read the folder's records.".into());
            return Err(Error::refused(Wanted::Refused {
                code: Code::Rights,
                kind: Kind::Refused,
                meaning,
                begins_with_a_name: false,
                hint,
            }));
        }
        if status.unfinished.is_some() {
            return Err(TransactionError::Unfinished.into());
        }
        if let Some(change) = status.unchecked.first() {
            return Err(change.refusal());
        }
        if !status.checking.is_empty() {
            return Err(Error::Busy { path: path.clone() });
        }
        let entries = self.bench.history(path)?.entries;
        looked.has_history = !entries.is_empty();
        let gone = status.older.as_ref().filter(|older| older.here == 0);
        looked.stand.gone_history = gone.map(|older| gone_history(older.newest));
        let doubts = self.doubts(path, &status, wish)?;
        let mut past = Past::read(&history::events(&entries, &doubts.unbelieved), looked.section.digest);
        looked.is_news = !past.knows && (!entries.is_empty() || wish.may_undo());
        if self.wish.again {
            past = past.again();
        }
        let mut seen = seen_folder(&status, &entries, &doubts);
        let inside = seen.patches.iter().filter_map(|patch| self.at_hand.get(&patch.id));
        looked.repair_from = inside.map(|one| one.file.clone()).collect();
        if seen.product.is_none() || seen.version.is_none() {
            // Where no patch has been yet, the rules of those that are to come tell what is there.
            let at_hand = wish.have.keys().filter_map(|id| self.at_hand.get(id));
            let coming: Vec<Arc<Patch>> = at_hand.map(|one| Arc::clone(&one.patch)).collect();
            let found = self.bench.identify_by(path, &coming, self.watch)?;
            seen.product = seen.product.or(found.product);
            seen.version = seen.version.or(found.version);
        }
        let at_hand: BTreeMap<String, u32> = wish
            .have
            .keys()
            .filter_map(|id| Some((id.clone(), self.at_hand.get(id)?.patch.about.identity.revision)))
            .collect();
        let is_over = |until: &str| self.today.as_str() > until;
        looked.stand.expectations = decide(wish, &seen, &past, &at_hand, is_over);
        Ok(())
    }

    /// What of a folder's history and of the patches in it isn't what it says.
    fn doubts(&self, path: &Path, status: &FolderStatus, wish: &FolderWish) -> Result<FolderDoubts> {
        let is_here = |id: &&String| status.installed.iter().any(|one| one.patch.id == **id);
        let wanted = wish.have.keys().filter(is_here).filter_map(|id| self.at_hand.get(id));
        let wanted: Vec<&PatchAtHand> = wanted.collect();
        if status.foreign.is_none() && wanted.is_empty() {
            return Ok(FolderDoubts::default());
        }
        let fs = self.bench.disk(path)?;
        let ledger = read_ledger(&*fs)?;
        let unbelieved = self.bench.unbelieved(&*fs, &ledger)?;
        let stack = self.bench.vouched_stack(&*fs, &ledger)?;
        let is_another =
            |layer: &&Layer| wanted.iter().any(|one| is_namesake(&one.patch, &one.authors, layer));
        let namesakes = stack.layers.iter().filter(is_another).map(|layer| layer.key).collect();
        Ok(FolderDoubts { unbelieved, namesakes })
    }

    /// Finds out what stands in the way of what is due in a folder.
    fn try_out(&self, looked: &mut InspectedFolder<'_>) -> Result<()> {
        self.watch.cancel.check()?;
        if looked.stand.failure.is_none() {
            match self.try_what_is_due(looked) {
                Err(Error::Cancelled(cancelled)) => return Err(cancelled.into()),
                tried => looked.stand.failure = tried.err(),
            }
        }
        Ok(())
    }

    fn occasion(&self, section: &FolderSection) -> Occasion {
        history::by_section(section.digest, self.wish.commit.as_ref())
    }
}

fn seen_folder(status: &FolderStatus, entries: &[Entry], doubts: &FolderDoubts) -> ObservedFolder {
    let is_undone = |key: &LayerKey| status.undone.iter().any(|(undone, _)| undone == key);
    let doubt = |key: &LayerKey| match (status.doubted.contains(key), is_undone(key)) {
        (true, _) => Some(PatchDoubt::OnlySaid),
        (false, true) => Some(PatchDoubt::Undone),
        (false, false) => doubts.namesakes.contains(key).then_some(PatchDoubt::Namesake),
    };
    let patch = |one: &crate::workbench::Installed| PatchHere {
        id: one.patch.id.clone(),
        revision: one.patch.revision,
        replaced_by: one.replaced_by.clone(),
        doubt: doubt(&one.key),
    };
    ObservedFolder {
        product: status.product.clone(),
        version: status.version.clone(),
        version_before: version_before(status, entries),
        patches: status.installed.iter().map(patch).collect(),
        drifted: status.drift.len(),
        switches: status.switches.iter().map(|one| (one.full_name(), one.position())).collect(),
    }
}

/// The version that the oldest of the patches in a folder found, if nothing but patches made it what it is now.
fn version_before(status: &FolderStatus, entries: &[Entry]) -> Option<String> {
    let left = entries.iter().rev().find_map(|entry| entry.version_after.as_ref());
    let oldest = status.installed.iter().map(|one| one.applied).min()?;
    let found = entries.iter().find(|entry| entry.seq == oldest)?.version_before.clone();
    found.filter(|_| left == status.version.as_ref())
}
