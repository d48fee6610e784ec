//! Chooses patches for what a scan found: ranks the problems, plans the patches that mend them, and changes nothing.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use crate::bundle::{UnverifiedBundle, VerifiedBundle};
use crate::model::{Patch, PatchRef};
use crate::plan::{Board, Due, DueDays, Obstacle, RankBy, RiskRules, ScanFinding};
use crate::trust::Standing;
use crate::workbench::look::fixed::is_about;
use crate::workbench::look::scan::{Feeds, ScanReport};
use crate::workbench::{ApplyPreview, ApplyRequest, Error, Result, Watch, Workbench};

/// Most patch files that are looked at.
const MAX_PATCHES: usize = 10_000;

/// What somebody wants to choose from.
#[derive(Debug, Clone)]
pub(crate) struct ChoiceWish {
    /// Reports of scanners.
    pub scans: Vec<PathBuf>,
    /// Patch files, and folders with such.
    pub from: Vec<PathBuf>,
    /// A list of exploited problems.
    pub kev: Option<PathBuf>,
    /// A table of forecasts.
    pub epss: Option<PathBuf>,
    /// What problems are ranked by.
    pub rank_by: RankBy,
    /// Lists of withdrawn patches that count beside the one of this machine.
    pub withdrawn: Vec<PathBuf>,
}

/// What was chosen.
pub(crate) struct PatchChoice {
    pub board: Board,
    /// Every patch that was offered.
    pub patches: Vec<PatchAtHand>,
    /// The chosen ones by their numbers, in the order in which they are applied; those that others require are among them.
    pub chosen: Vec<usize>,
    /// What applying them would do; `None`: none was chosen.
    pub preview: Option<ApplyPreview>,
    /// What problems are ranked by.
    pub rank_by: RankBy,
    /// By when the rules that count in the folder want problems fixed.
    pub due_days: DueDays,
    /// The lists that were asked, and their dates.
    pub feeds: Vec<(&'static str, String)>,
    /// Patch files that can't be read, and why.
    pub unreadable: Vec<Unreadable>,
    /// Number of findings in the reports.
    pub findings: usize,
}

impl PatchChoice {
    /// Whether rules or a list say by when problems have to be fixed.
    pub(crate) fn knows_due_dates(&self) -> bool {
        let is_listed = self.feeds.iter().any(|(name, _)| *name == "KEV");
        is_listed || !self.due_days.is_none() || self.board.problems.iter().any(|one| one.due.is_some())
    }
}

/// A patch file that can't be read, and why.
type Unreadable = (PathBuf, String);

/// A patch file that was looked at.
#[derive(Debug, Clone)]
pub(crate) struct PatchAtHand {
    pub file: PathBuf,
    pub patch: Arc<Patch>,
    /// Whether anybody vouches for it as its author.
    pub(crate) is_trusted: bool,
    /// Whose signatures are missing, where some of those that it needs are there.
    pub(crate) lacks: Option<String>,
    /// The owners of the keys of those who do.
    pub(crate) authors: BTreeSet<String>,
}

impl Workbench {
    /// Which patches mend what `wish` names in `target`, in which order, and why. Writes nothing.
    ///
    /// # Errors
    /// If a report, a list or the folder cannot be read, a report is about another folder, or somebody wished to stop.
    pub(crate) fn choose(&self, wish: &ChoiceWish, target: &Path, watch: Watch<'_>) -> Result<PatchChoice> {
        let here = self.fixed(target, &wish.withdrawn, watch)?;
        let findings = self.read_scans(&wish.scans, target)?;
        let mut feeds = Feeds::default();
        if let Some(kev) = &wish.kev {
            feeds.add_kev(kev)?;
        }
        if let Some(epss) = &wish.epss {
            let ids = findings.iter().flat_map(ScanFinding::ids);
            let wanted: HashSet<&str> = ids.map(String::as_str).collect();
            feeds.add_epss(epss, &wanted)?;
        }
        for path in &wish.from {
            let failed = |source| Error::File { doing: "read", path: path.clone(), source };
            std::fs::metadata(path).map_err(failed)?;
        }
        let (patches, unreadable) = self.patches_at_hand(&wish.from, watch)?;
        let offered: Vec<&Patch> = patches.iter().map(|one| &*one.patch).collect();
        let due_days = self.policy_in(target)?.demands.due_days;
        let rules = RiskRules { rank_by: wish.rank_by, due_days };
        let claimed = (here.claims.as_slice(), here.statements.as_slice());
        let mut board = Board::new(&findings, &feeds.known, claimed, &offered, rules);
        for (number, one) in patches.iter().enumerate().filter(|(_, one)| one.is_trusted) {
            let rules = one.patch.about.compliance.iter();
            rules.filter_map(Due::of_rule).for_each(|due| board.add_due(number, due));
        }
        let trial = ChoiceTrial { bench: self, patches: &patches, withdrawn: &wish.withdrawn, target, watch };
        let mut chosen = trial.each(&mut board)?;
        let preview = trial.together(&mut board, &mut chosen)?;
        board.close();
        let number = |file: &PathBuf| patches.iter().position(|one| one.file == *file);
        if let Some(preview) = &preview {
            let coming = preview.patches.iter().filter(|one| one.left_out.is_none());
            chosen = coming.filter_map(|one| number(&one.file)).collect();
        }
        Ok(PatchChoice {
            board,
            chosen,
            preview,
            rank_by: wish.rank_by,
            due_days,
            feeds: feeds.dates,
            unreadable,
            findings: findings.len(),
            patches,
        })
    }

    fn read_scans(&self, scans: &[PathBuf], target: &Path) -> Result<Vec<ScanFinding>> {
        let fs = self.disk(target)?;
        let mut findings = Vec::new();
        for path in scans {
            let report = ScanReport::read(path)?;
            is_about(&report, &*fs).map_err(|problem| Error::ScanReport { path: path.clone(), problem })?;
            findings.extend(report.findings);
        }
        Ok(findings)
    }

    /// Every patch file in `from`, by name, with who vouches for it.
    pub(crate) fn patches_at_hand(
        &self,
        from: &[PathBuf],
        watch: Watch<'_>,
    ) -> Result<(Vec<PatchAtHand>, Vec<Unreadable>)> {
        let files = patch_files(from)?;
        let (keyring, now) = (self.keyring()?, self.environment.timestamp());
        let open = |file: &PathBuf| -> Result<std::result::Result<PatchAtHand, Unreadable>> {
            watch.cancel.check()?;
            let verify =
                || -> Result<VerifiedBundle> { Ok(UnverifiedBundle::open(file)?.verify(&keyring, now)?) };
            Ok(match verify() {
                Ok(bundle) => {
                    let authors = bundle.verdict.authors();
                    let is_trusted = !authors.is_empty();
                    let lacks =
                        (bundle.verdict.standing == Standing::NotEnough).then(|| bundle.verdict.missing());
                    Ok(PatchAtHand { file: file.clone(), patch: bundle.patch, is_trusted, lacks, authors })
                }
                Err(error) => Err((file.clone(), error.to_string())),
            })
        };
        let opened: Vec<_> = files.par_iter().map(open).collect::<Result<_>>()?;
        let (mut patches, mut unreadable) = (Vec::new(), Vec::new());
        for one in opened {
            match one {
                Ok(patch) => patches.push(patch),
                Err(problem) => unreadable.push(problem),
            }
        }
        Ok((patches, unreadable))
    }
}

/// Plans patches for a folder, without changing it.
struct ChoiceTrial<'a> {
    bench: &'a Workbench,
    patches: &'a [PatchAtHand],
    withdrawn: &'a [PathBuf],
    target: &'a Path,
    watch: Watch<'a>,
}

impl ChoiceTrial<'_> {
    /// Plans the patches one by one, the most important first. Returns those that can be applied by themselves, with what they
    /// require.
    fn each(&self, board: &mut Board) -> Result<Vec<usize>> {
        let mut chosen: Vec<usize> = Vec::new();
        while let Some(candidate) = board.next_candidate() {
            self.watch.cancel.check()?;
            let needed = with_required(candidate, self.patches);
            if let Some(why) = self.why_not(&needed)? {
                board.block(candidate, why);
                continue;
            }
            board.take(candidate);
            let new: Vec<usize> = needed.into_iter().filter(|one| !chosen.contains(one)).collect();
            chosen.extend(new);
        }
        Ok(chosen)
    }

    /// Plans all of them as one change; as long as that is not possible, the least important goes.
    fn together(&self, board: &mut Board, chosen: &mut Vec<usize>) -> Result<Option<ApplyPreview>> {
        while !chosen.is_empty() {
            self.watch.cancel.check()?;
            let why = match self.preview(chosen) {
                Ok(preview) if preview.preview.obstacles.is_empty() => return Ok(Some(preview)),
                Ok(preview) => first_sentence(&preview).unwrap_or_default(),
                Err(Error::Cancelled(cancelled)) => return Err(cancelled.into()),
                Err(error) => error.to_string(),
            };
            if let Some(last) = chosen.pop() {
                board.block(last, format!("not together with the others: {why}"));
            }
        }
        Ok(None)
    }

    /// Why these patches can't be applied; `None` if they can.
    fn why_not(&self, numbers: &[usize]) -> Result<Option<String>> {
        if let Some(unsigned) = numbers.iter().find(|number| !self.patches[**number].is_trusted) {
            let id = &self.patches[*unsigned].patch.about.identity;
            let why = self.patches[*unsigned].lacks.clone();
            return Ok(Some(why.unwrap_or_else(|| format!("nobody you trust has signed {id}"))));
        }
        Ok(match self.preview(numbers) {
            Ok(preview) if preview.preview.is_nothing_to_do() => {
                Some("it is applied already, and the files don't prove that it fixes this".to_owned())
            }
            Ok(preview) => first_sentence(&preview),
            Err(Error::Cancelled(cancelled)) => return Err(cancelled.into()),
            Err(error) => Some(error.to_string()),
        })
    }

    fn preview(&self, numbers: &[usize]) -> Result<ApplyPreview> {
        let files = numbers.iter().map(|number| self.patches[*number].file.clone()).collect();
        let request = ApplyRequest { files, withdrawn: self.withdrawn.to_vec(), ..ApplyRequest::default() };
        let mut opened = self.bench.open_for_change(&request, self.target, self.watch)?;
        // Nobody is shown here what the patches hide: who applies them is.
        self.bench.preview_one_of_many(&mut opened, self.target, self.watch)
    }
}

fn first_sentence(preview: &ApplyPreview) -> Option<String> {
    preview.preview.obstacles.first().map(Obstacle::sentence)
}

/// `candidate` with the patches at hand that it requires, those that are required first.
fn with_required(candidate: usize, patches: &[PatchAtHand]) -> Vec<usize> {
    let mut all: Vec<usize> = Vec::new();
    let mut open = vec![candidate];
    while let Some(number) = open.pop() {
        if all.contains(&number) {
            continue;
        }
        all.push(number);
        for need in &patches[number].patch.about.requires {
            let fits = |identity: &PatchRef| identity.id == need.id && identity.revision >= need.min_revision;
            let found = patches.iter().enumerate().filter(|(_, one)| fits(&one.patch.about.identity));
            open.extend(
                found.max_by_key(|(_, one)| one.patch.about.identity.revision).map(|(number, _)| number),
            );
        }
    }
    all.reverse();
    all
}

/// The patch files among `from`: files as they are, and what is in a folder, by name.
fn patch_files(from: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = BTreeSet::new();
    for place in from {
        if !place.is_dir() {
            files.insert(place.clone());
            continue;
        }
        let failed = |source| Error::File { doing: "list", path: place.clone(), source };
        for entry in std::fs::read_dir(place).map_err(failed)?.take(MAX_PATCHES) {
            let path = entry.map_err(failed)?.path();
            if path.extension().is_some_and(|ending| ending == "patchbundle") {
                files.insert(path);
            }
        }
    }
    Ok(files.into_iter().collect())
}
