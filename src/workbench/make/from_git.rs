//! Makes a bundle of commits of a Git repository. The repository is only read.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::from_patch::nothing_to_make;
use super::git::{GitChange, Repository, Version};
use super::side_by_side::{SideBySide, TreeSide};
use super::{MadeBundle, OrderSource, ProofChoice, read_order};
use crate::bundle::order::Order;
use crate::model::{About, Digest, Mode, TreePath};
use crate::plan::Obstacle;
use crate::plan::why::Making;
use crate::workbench::{Error, Result, Watch, Workbench, text_patch};

/// What to make a bundle from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GitMakeRequest {
    pub repository: PathBuf,
    /// Which change.
    pub commits: Commits,
    /// What a person says about the patch; `None`: what the commits say.
    pub order: Option<OrderSource>,
    /// Where the bundle goes.
    pub output: PathBuf,
    /// Whether it is proven.
    pub proof: ProofChoice,
}

/// Which commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Commits {
    /// From the first, which people have, to the second.
    Range(String, String),
    /// What this one changed.
    One(String),
}

/// Most commits that are named as the bundle's origin.
const MAX_NAMED_COMMITS: usize = 500;

impl Workbench {
    /// Makes a bundle of what commits changed.
    ///
    /// # Errors
    /// If `git` cannot read the repository, or there are submodules or names that no folder may have among the
    /// changes; otherwise as [`Workbench::make`].
    pub(crate) fn make_of_commits(&self, request: &GitMakeRequest, watch: Watch<'_>) -> Result<MadeBundle> {
        let repository = Repository::at(&request.repository);
        let (from, to) = match &request.commits {
            Commits::Range(from, to) => (Some(repository.commit(from)?), repository.commit(to)?),
            Commits::One(commit) => {
                let commit = repository.commit(commit)?;
                (repository.parent_of(&commit)?, commit)
            }
        };
        let changes = repository.changes(from.as_ref(), &to)?;
        let places = places_of(&changes)?;
        if places.is_empty() {
            return Err(nothing_to_make());
        }
        let sides = SideBySide::new()?;
        for (side, version) in [(TreeSide::Old, from.as_ref()), (TreeSide::New, Some(&to))] {
            watch.cancel.check()?;
            lay_out_folders(&repository, version, &places, side, &sides)?;
        }
        lay_out_files(&repository, &changes, &places, &sides, watch)?;
        let mut order = match &request.order {
            Some(source) => read_order(source)?,
            None => Order::from(about_commits(request, &repository, from.as_ref(), &to)?),
        };
        if order.about.committed.is_none() {
            order.about.committed = repository.committed(&to)?;
        }
        self.make_of_sides(order, &sides, &request.output, request.proof, watch)
    }
}

/// What the commits say about themselves.
fn about_commits(
    request: &GitMakeRequest,
    repository: &Repository,
    from: Option<&Version>,
    to: &Version,
) -> Result<About> {
    let (name, source) = match &request.commits {
        Commits::Range(a, b) => (format!("{a}..{b}"), format!("Git commits {} to {}", short(from), to.id())),
        Commits::One(_) => (format!("commit-{}", &to.id()[..10]), format!("Git commit {}", to.id())),
    };
    let only = matches!(request.commits, Commits::One(_));
    let headers: Vec<_> =
        repository.headers(from, to, only)?.into_iter().map(|header| (name.clone(), header)).collect();
    let mut about = text_patch::about_of(&name, &headers, Digest::compute(to.id().as_bytes()));
    let product = request.repository.canonicalize().ok();
    let product =
        product.as_deref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned());
    if let Some(product) = product.filter(|name| !name.is_empty() && !name.chars().any(char::is_control)) {
        about.product.name = product;
    }
    about.source = Some(source.into());
    let named = headers.iter().take(MAX_NAMED_COMMITS).filter_map(|(_, header)| {
        let subject = text_patch::one_line_of(header.subject.as_deref().unwrap_or_default())?;
        Some(format!("commit {}: {subject}", header.commit.as_deref()?))
    });
    about.evidence.provenance = named.map(Into::into).collect();
    Ok(about)
}

fn short(version: Option<&Version>) -> String {
    version.map_or_else(|| "the beginning".to_owned(), |version| version.id().to_owned())
}

/// The path of each changed name; all names that no folder may have are told at once.
fn places_of(changes: &[GitChange]) -> Result<BTreeMap<Vec<u8>, TreePath>> {
    let mut places = BTreeMap::new();
    let mut obstacles = Vec::new();
    for change in changes {
        match TreePath::parse_bytes(&change.name) {
            Ok(path) => {
                places.insert(change.name.clone(), path);
            }
            Err(error) => {
                let name = crate::text::name_in_message(&change.name);
                obstacles.push(Obstacle::at(name, Making::Name(error.problem)));
            }
        }
    }
    if obstacles.is_empty() { Ok(places) } else { Err(Error::Refused(obstacles)) }
}

/// Folders that are on a side although no changed file is in them there.
fn lay_out_folders(
    repository: &Repository,
    version: Option<&Version>,
    places: &BTreeMap<Vec<u8>, TreePath>,
    side: TreeSide,
    sides: &SideBySide,
) -> Result<()> {
    let wanted: BTreeSet<TreePath> =
        places.values().flat_map(|path| path.ancestors().collect::<Vec<_>>()).collect();
    let Some(version) = version else { return Ok(()) };
    let present = repository.folders(version)?;
    for folder in wanted.iter().filter(|folder| present.contains(folder.as_str().as_bytes())) {
        sides.put_folder(side, folder, Mode::DIR)?;
    }
    Ok(())
}

fn lay_out_files(
    repository: &Repository,
    changes: &[GitChange],
    places: &BTreeMap<Vec<u8>, TreePath>,
    sides: &SideBySide,
    watch: Watch<'_>,
) -> Result<()> {
    let mut wanted: Vec<(String, (TreeSide, u32, &TreePath))> = Vec::new();
    for change in changes {
        let path = &places[&change.name];
        for (side, blob) in [(TreeSide::Old, &change.before), (TreeSide::New, &change.after)] {
            if let Some((mode, id)) = blob {
                wanted.push((id.clone(), (side, *mode, path)));
            }
        }
    }
    let ids: Vec<&str> = wanted.iter().map(|(id, _)| id.as_str()).collect();
    repository.contents(&ids, &mut |index, content| {
        watch.cancel.check()?;
        let (side, mode, path) = wanted[index].1;
        match mode {
            0o120_000 => {
                let points_to = String::from_utf8_lossy(&content);
                sides.put_link(side, path, &points_to)
            }
            0o100_755 => sides.put_file(side, path, &content, Mode::PROGRAM),
            _ => sides.put_file(side, path, &content, Mode::FILE),
        }
    })
}
