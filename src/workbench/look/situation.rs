//! Sees how things stand in a folder, as far as a plan depends on it. Writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use rayon::prelude::*;

use super::merged_contents::MergedContents;
use super::stack::all_copies;
use crate::checks::{self, Identity, Surroundings, identify};
use crate::disk::fs::{Fs, Place, Stat, StatKind, Volume};
use crate::disk::{ScanError, is_out_of_handles, observe};
use crate::ledger::{EntryFact, Installed, Ledger};
use crate::model::{Check, Code, Level, Node, Patch, PlaceProblem, Step, TreePath};
use crate::plan::{FailedCheck, Situation, VolumeProblem};
use crate::workbench::{Result, Watch, Workbench};

/// A situation, and how each place looked when it was hashed.
pub(crate) struct Survey {
    pub situation: Situation,
    pub observed: BTreeMap<TreePath, Stat>,
    paths: BTreeSet<TreePath>,
    /// Contents of merged files.
    pub made: MergedContents,
    /// What was asked on the way, for the history.
    pub facts: Vec<EntryFact>,
}

impl Survey {
    /// Whether every place still looks as it did when it was hashed, and nothing happened to the history since.
    pub(crate) fn still_holds(&self, fs: &dyn Fs, ledger: &Ledger) -> bool {
        self.situation.history_head == Some(ledger.head().digest) && self.places_still_hold(fs)
    }

    /// The same without the history.
    pub(crate) fn places_still_hold(&self, fs: &dyn Fs) -> bool {
        let _kept_open = fs.keep_folders_open();
        self.paths.par_iter().all(|path| match (fs.look(&Place::from(path)), self.observed.get(path)) {
            // A folder's time changes with its entries, and the lock has just added one to the target.
            (Ok(Some(now)), Some(then)) if then.kind == StatKind::Dir => {
                (now.object, now.mode) == (then.object, then.mode)
            }
            (Ok(now), then) => now.as_ref() == then,
            // There is no way to it. That is as it was if there was none then, either.
            (Err(_), None) => path
                .ancestors()
                .any(|folder| self.observed.get(&folder).is_some_and(|then| then.kind != StatKind::Dir)),
            (Err(_), Some(_)) => false,
        })
    }
}

/// What one patch's own rules see in a folder.
pub(crate) struct ProductSeen {
    /// Whether its product was recognised; `None` when it has no rule for that.
    pub(crate) is_product: Option<bool>,
    /// What was seen by the rules that did not hold.
    pub evidence: Vec<String>,
    /// The product's version, where it can be told.
    pub version: Option<String>,
    /// Preflight checks that did not pass.
    pub(crate) failed_checks: Vec<FailedCheck>,
    /// Preflight checks that nobody has been asked for yet.
    pub(crate) unasked_checks: Vec<String>,
}

/// How far the checks of a patch may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckReach {
    /// Only what is in the folder is looked at: nobody trusted signed the patch, and nobody has agreed to it.
    Folder,
    /// They connect to whom they name, and look for processes: somebody has just agreed to that.
    Agreed,
    /// The same, because enough people signed the patch.
    Everywhere,
}

/// Where names will appear and disappear.
struct Interest {
    paths: BTreeSet<TreePath>,
    /// Folders whose names matter: those that get a new name, and those that go away.
    listed: BTreeSet<Option<TreePath>>,
}

impl Interest {
    fn new<'a>(places: impl Iterator<Item = (&'a TreePath, bool, bool)>) -> Self {
        let (mut paths, mut listed) = (BTreeSet::new(), BTreeSet::new());
        for (path, appears, is_folder_before) in places {
            paths.insert(path.clone());
            paths.extend(path.ancestors());
            if appears {
                listed.insert(path.parent());
            }
            if is_folder_before {
                listed.insert(Some(path.clone()));
            }
        }
        Self { paths, listed }
    }
}

impl Workbench {
    /// The situation that applying `patches` would meet, and what each sees by its own rules.
    pub(crate) fn survey_for_apply(
        &self,
        fs: &dyn Fs,
        patches: &[(&Patch, CheckReach)],
        ledger: &Ledger,
        watch: Watch<'_>,
    ) -> Result<(Survey, Vec<ProductSeen>)> {
        let changes = patches.iter().flat_map(|(patch, _)| &patch.changes);
        let places = changes
            .clone()
            .map(|change| (&change.path, change.before.is_empty(), change.before.iter().any(Node::is_dir)));
        let touched: BTreeSet<&TreePath> = changes.map(|change| &change.path).collect();
        let touched: Vec<&TreePath> = touched.into_iter().collect();
        let survey = self.survey(fs, Interest::new(places), &touched, ledger, watch)?;
        let seen = patches.iter().map(|(patch, reach)| product_seen(fs, patch, *reach, watch));
        let seen = seen.collect::<Result<_>>()?;
        Ok((survey, seen))
    }

    /// The situation that taking back `steps` would meet.
    pub(crate) fn survey_for_rollback(
        &self,
        fs: &dyn Fs,
        steps: &[Step],
        ledger: &Ledger,
        watch: Watch<'_>,
    ) -> Result<Survey> {
        let is_folder = |node: &Option<Node>| node.as_ref().is_some_and(Node::is_dir);
        let places = steps.iter().map(|step| (&step.path, step.after.is_none(), is_folder(&step.after)));
        let touched: Vec<&TreePath> = steps.iter().map(|step| &step.path).collect();
        self.survey(fs, Interest::new(places), &touched, ledger, watch)
    }

    fn survey(
        &self,
        fs: &dyn Fs,
        interest: Interest,
        touched: &[&TreePath],
        ledger: &Ledger,
        watch: Watch<'_>,
    ) -> Result<Survey> {
        let observation = observe(fs, &interest.paths, watch.progress, watch.cancel)?;
        let _kept_open = fs.keep_folders_open();
        let features = fs.features();
        let mut problems = observation.problems;
        let mut listed = interest.listed;
        if !features.case_sensitive {
            // A file that is there may be spelled otherwise.
            listed.extend(touched.iter().map(|path| path.parent()));
        }
        let names = names(fs, &listed, &mut problems)?;
        problems.sort();
        let space = fs.space().map_err(|source| ScanError::Io { place: Place::Root, source })?;
        let observed = observation.facts;
        let spelled = |path: &&TreePath| Some(((*path).clone(), holder(observed.get(*path)?)));
        let root = fs.look(&Place::Root).map_err(|source| ScanError::Io { place: Place::Root, source })?;
        let installed = ledger.installed();
        let situation = Situation {
            names,
            problems,
            rights: rights(fs, touched, &observed)?,
            installed: installed_ids(&installed),
            platform: self.environment.platform.clone(),
            now: self.environment.now(),
            volume_problem: volume_problem(&features.volume),
            stores_any_name: features.any_name,
            case_sensitive: features.case_sensitive,
            keeps_modes: features.modes,
            shares_group: root.as_ref().is_some_and(|root| root.mode.shares_group()),
            folder: root
                .map(|root| format!("{} {} {}", root.object, root.mode, holder(&root)))
                .unwrap_or_default(),
            holders: touched.iter().filter_map(spelled).collect(),
            overrides_modes: features.overrides_modes,
            free_bytes: space.free_bytes,
            free_entries: space.free_entries,
            block_bytes: space.block_bytes,
            hard_linked: hard_linked(fs, ledger, touched, &observed)?,
            history_head: Some(ledger.head().digest),
            changed_by: changed_by(ledger, touched),
            tree: observation.tree,
            ..Situation::default()
        };
        Ok(Survey {
            situation,
            observed,
            paths: interest.paths,
            made: MergedContents::default(),
            facts: Vec::new(),
        })
    }
}

/// Files that have other names. A backup of ours is no name that anybody uses.
fn hard_linked(
    fs: &dyn Fs,
    ledger: &Ledger,
    touched: &[&TreePath],
    observed: &BTreeMap<TreePath, Stat>,
) -> Result<Vec<TreePath>> {
    let look = |path: &&TreePath| {
        let look = observed.get(*path)?;
        let has_others = matches!(look.kind, StatKind::File { .. }) && look.names > 1;
        has_others.then(|| ((*path).clone(), look.clone()))
    };
    let several: Vec<(TreePath, Stat)> = touched.iter().filter_map(look).collect();
    if several.is_empty() {
        return Ok(Vec::new());
    }
    let mut backups: BTreeMap<u64, u64> = BTreeMap::new();
    for place in all_copies(fs, ledger)?.places().collect::<BTreeSet<_>>() {
        if let Ok(Some(found)) = fs.look(&Place::State(place.clone())) {
            *backups.entry(found.object).or_default() += 1;
        }
    }
    let is_shared = |look: &Stat| look.names > 1 + backups.get(&look.object).copied().unwrap_or_default();
    Ok(several.into_iter().filter(|(_, look)| is_shared(look)).map(|(path, _)| path).collect())
}

/// Whose an object is, and how many names a file has; those of a folder are what is in it.
fn holder(found: &Stat) -> String {
    let owner = found.owner.map(|(user, group)| format!("{user}:{group}")).unwrap_or_default();
    match found.kind {
        StatKind::Dir => owner,
        _ => format!("{owner} {}", found.names),
    }
}

/// Ids and editions of the patches that are in the folder by themselves or in another one.
fn installed_ids(installed: &[Installed]) -> Vec<(String, u32)> {
    installed.iter().map(|found| (found.patch.id.clone(), found.patch.revision)).collect()
}

pub(crate) fn product_seen(
    fs: &dyn Fs,
    patch: &Patch,
    reach: CheckReach,
    watch: Watch<'_>,
) -> Result<ProductSeen> {
    let Identity { matches, is_product, version } = identify(fs, &patch.about.product)?;
    let failed = matches.into_iter().filter(|found| !found.holds);
    let evidence = failed.map(|found| found.evidence).collect();
    let surroundings = Surroundings { fs, product: &patch.about.product };
    let preflight = patch.about.preflight.iter().cloned();
    let (unasked, asked): (Vec<Check>, Vec<Check>) =
        preflight.partition(|check| reach == CheckReach::Folder && checks::leaves_the_folder(&check.probe));
    let results = checks::run_all(&asked, &surroundings, watch.cancel);
    watch.cancel.check()?;
    let failed_checks = asked
        .iter()
        .zip(results)
        .filter(|(_, result)| !result.passed)
        .map(|(check, result)| FailedCheck {
            is_required: check.level == Level::Required,
            is_late: reach == CheckReach::Agreed && checks::leaves_the_folder(&check.probe),
            check: checks::describe(&check.probe),
            evidence: result.evidence,
        })
        .collect();
    let unasked_checks = unasked.iter().map(|check| checks::describe(&check.probe)).collect();
    Ok(ProductSeen { is_product, evidence, version, failed_checks, unasked_checks })
}

/// Names in the folders of interest. A name that is not text stands in words, so that its folder counts as used.
fn names(
    fs: &dyn Fs,
    folders: &BTreeSet<Option<TreePath>>,
    problems: &mut Vec<PlaceProblem>,
) -> Result<BTreeMap<Option<TreePath>, BTreeSet<String>>> {
    let mut names = BTreeMap::new();
    for folder in folders {
        let place = folder.as_ref().map_or(Place::Root, Place::from);
        // A folder that is missing, or is none, is told by what stands at its own place.
        if !matches!(fs.look(&place), Ok(Some(found)) if found.kind == StatKind::Dir) {
            continue;
        }
        match fs.list(&place) {
            Ok(list) => {
                let not_text = list.not_text.into_iter().map(|name| format!("{name} (not UTF-8)"));
                names.insert(folder.clone(), list.text.into_iter().chain(not_text).collect());
            }
            Err(error) => problems.push(unseen(&place, error)?),
        }
    }
    Ok(names)
}

fn rights(
    fs: &dyn Fs,
    touched: &[&TreePath],
    observed: &BTreeMap<TreePath, Stat>,
) -> Result<Vec<PlaceProblem>> {
    let mut rights = Vec::new();
    let parents: BTreeSet<Place> =
        touched.iter().map(|path| Place::parent_of(path)).chain([Place::Root]).collect();
    for place in parents {
        let present = match &place {
            Place::Tree(path) => observed.get(path).is_some_and(|look| look.kind == StatKind::Dir),
            Place::Root | Place::State(_) => true,
        };
        if !present {
            continue;
        }
        match fs.obstacles_to_change(&place) {
            Ok(phrases) => rights.extend(phrases.into_iter().map(|detail| PlaceProblem {
                path: place.to_string(),
                code: Code::Rights,
                detail,
            })),
            Err(error) => rights.push(unseen(&place, error)?),
        }
    }
    for path in touched.iter().filter(|path| observed.contains_key(**path)) {
        match fs.obstacles_to_move(path) {
            Ok(obstacles) => rights.extend(obstacles.into_iter().map(|(code, detail)| PlaceProblem {
                path: path.to_string(),
                code,
                detail,
            })),
            Err(error) => rights.push(unseen(&Place::from(*path), error)?),
        }
    }
    Ok(rights)
}

/// What it means that a place cannot be looked at.
fn unseen(place: &Place, error: io::Error) -> Result<PlaceProblem> {
    if is_out_of_handles(&error) {
        return Err(ScanError::Io { place: Place::Root, source: error }.into());
    }
    let code = match error.kind() {
        io::ErrorKind::ResourceBusy => Code::InUse,
        _ => Code::Rights,
    };
    Ok(PlaceProblem { path: place.to_string(), code, detail: error.to_string() })
}

fn volume_problem(volume: &Volume) -> Option<VolumeProblem> {
    match volume {
        Volume::Local => None,
        Volume::Fat => Some(VolumeProblem::Fat),
        Volume::Network(kind) => Some(VolumeProblem::Network(kind.to_string())),
        Volume::ReadOnly => Some(VolumeProblem::ReadOnly),
    }
}

/// Who changed each place last, for places that the history knows.
fn changed_by(ledger: &Ledger, touched: &[&TreePath]) -> BTreeMap<TreePath, String> {
    let wanted: BTreeSet<&TreePath> = touched.iter().copied().collect();
    let mut changed = BTreeMap::new();
    for installed in ledger.installed() {
        let Some(entry) = ledger.entry(installed.applied) else { continue };
        for step in &*entry.steps {
            if wanted.contains(&step.path) {
                changed.insert(step.path.clone(), installed.patch.id.clone());
            }
        }
    }
    changed
}
