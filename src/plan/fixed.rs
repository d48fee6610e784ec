//! What the patches in a folder say they resolve, and how far the files there prove it.
//!
//! A claim is its author's. It counts only if somebody who is trusted today signed it, and only as long as every file
//! that it rests on holds what that author shipped, or what a later trusted patch made of exactly that.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::aliases::{SameProblem, problems};
use super::{Layer, Recalled};
use crate::model::{
    Component, FileChange, LayerKey, Node, Patch, Purl, ResolvedIssue, ResolvedKind, ResolvedState, TreePath,
    TreeState, choices,
};

choices! {
    /// How precisely a claim says what is affected.
    pub(crate) enum ClaimGrade {
        /// The very files of a library.
        File = "file",
        /// A library, wherever in the patch it is.
        Component = "component",
        /// An id alone.
        Id = "id",
    }
}

/// How far the files prove a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ClaimProof {
    /// Every file is as its author shipped it.
    Verified,
    /// These files are something else.
    Drifted(Arc<[DriftedFile]>),
    /// The patch is inactive: what the one that replaced it says counts.
    Replaced { by: String },
    /// The patch was withdrawn.
    Withdrawn { reason: String },
    /// A change of the folder was interrupted, and nobody knows what the files are.
    Interrupted,
    /// This switch of the patch isn't on.
    SwitchedOff { switch: String },
}

impl ClaimProof {
    /// The word for it in JSON.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            ClaimProof::Verified => "verified",
            ClaimProof::Drifted(_) => "drifted",
            ClaimProof::Replaced { .. } => "replaced",
            ClaimProof::Withdrawn { .. } => "withdrawn",
            ClaimProof::Interrupted => "interrupted",
            ClaimProof::SwitchedOff { .. } => "switched-off",
        }
    }
}

/// A file that is not what a claim rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DriftedFile {
    pub path: TreePath,
    /// The later patch that changed it, if that is why.
    pub changed_by: Option<String>,
    /// Whether it is what was put there, with edits that this site had made before.
    pub is_as_put: bool,
}

/// Why something that is fixed isn't in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Untold {
    /// Scanners look for vulnerabilities only.
    NoVulnerability,
    /// The patch names no library, and scanners know nothing else.
    NoLibrary,
    /// No package URL can name the version that the library reports since.
    NoName { version: String },
    /// The same library is in the folder a second time, unpatched, and the document can't tell them apart.
    Copies,
    /// The format knows problems by their CVE only.
    NoCve,
}

impl Untold {
    /// The word for it in JSON.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Untold::NoVulnerability => "no-vulnerability",
            Untold::NoLibrary => "no-library",
            Untold::NoName { .. } => "no-name",
            Untold::Copies => "copies",
            Untold::NoCve => "no-cve",
        }
    }
}

/// One claim of one patch in the folder.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub key: LayerKey,
    pub patch: String,
    pub revision: u32,
    /// The owners of the keys that signed it today; empty: nobody does, and the claim is only said.
    pub authors: BTreeSet<String>,
    pub resolved: ResolvedIssue,
    /// The parts that have the problem.
    pub components: Vec<Component>,
    /// What proves it.
    pub paths: Arc<[TreePath]>,
    pub grade: ClaimGrade,
    pub proof: ClaimProof,
}

impl Claim {
    /// Whether it may be told to others: a vulnerability that is gone, by somebody who is trusted, as the files prove.
    pub(crate) fn counts(&self) -> bool {
        self.is_proven() && self.resolved.is_fixed_vulnerability()
    }

    /// Whether somebody who is trusted says that it is fixed, and the files prove it.
    pub(crate) fn is_proven(&self) -> bool {
        !self.authors.is_empty()
            && self.proof == ClaimProof::Verified
            && self.resolved.state == ResolvedState::Fixed
    }

    /// The libraries that had the problem, each with the name that scanners know it by now, if it has one.
    pub(crate) fn libraries(&self) -> impl Iterator<Item = (&Component, Option<Purl>)> {
        self.components.iter().map(|part| (part, part.purl_after()))
    }

    /// Why no document at all tells of it, proven or not.
    pub(crate) fn untold(&self) -> Option<Untold> {
        if !self.resolved.is_fixed_vulnerability() {
            return Some(Untold::NoVulnerability);
        }
        self.components.is_empty().then_some(Untold::NoLibrary)
    }

    /// The libraries whose version no package URL can name, which are left out everywhere.
    pub(crate) fn nameless(&self) -> impl Iterator<Item = (&Component, Untold)> {
        let version = |part: &Component| part.version_after.clone().unwrap_or_default();
        let nameless = self.libraries().filter(|(_, purl)| purl.is_none());
        nameless.map(move |(part, _)| (part, Untold::NoName { version: version(part) }))
    }
}

/// Every claim of the patches in `layers`, the lowest first. `tree` has what stands at their places;
/// `is_interrupted`: nobody can say what that is.
pub(crate) fn claims(
    layers: &[Layer],
    (tree, undone): (&TreeState, &BTreeMap<LayerKey, Vec<TreePath>>),
    recalled: &dyn Fn(&Layer) -> Option<Recalled>,
    is_interrupted: bool,
) -> Vec<Claim> {
    let mut claims = Vec::new();
    let places = PlaceFates::new(layers, tree, undone);
    let ids: BTreeMap<LayerKey, &String> = layers.iter().map(|layer| (layer.key, &layer.id)).collect();
    for (index, layer) in layers.iter().enumerate() {
        let Some(patch) = layer.patch.as_deref() else { continue };
        let of_patch = match (is_interrupted, layer.superseded, recalled(layer)) {
            (true, ..) => Some(ClaimProof::Interrupted),
            (false, Some((by, _)), _) => {
                Some(ClaimProof::Replaced { by: ids.get(&by).map(|id| (*id).clone()).unwrap_or_default() })
            }
            (false, None, Some(recalled)) => Some(ClaimProof::Withdrawn { reason: recalled.reason }),
            (false, None, None) => None,
        };
        // A thousand claims may rest on the same hundred thousand files: those are looked at once.
        let mut proven: BTreeMap<Vec<&Purl>, (Arc<[TreePath]>, ClaimProof)> = BTreeMap::new();
        for resolved in all_resolved(patch) {
            let parts = parts_of(patch, &resolved);
            let (paths, proof) =
                proven.entry(parts.iter().map(|part| &part.purl).collect()).or_insert_with(|| {
                    let paths = paths_of(patch, &parts);
                    let proof = of_patch.clone().unwrap_or_else(|| places.proof(index, &paths));
                    (paths, proof)
                });
            claims.push(Claim {
                key: layer.key,
                patch: layer.id.clone(),
                revision: layer.revision,
                authors: layer.authors.clone(),
                grade: grade(&parts),
                paths: Arc::clone(paths),
                proof: proof.clone(),
                components: parts.into_iter().cloned().collect(),
                resolved,
            });
        }
    }
    claims
}

/// What a patch says item by item, with the parts that have each and how precisely they are named.
pub(crate) fn resolved_by(
    patch: &Patch,
) -> impl Iterator<Item = (ResolvedIssue, Vec<Component>, ClaimGrade)> {
    all_resolved(patch).into_iter().map(|resolved| {
        let parts = parts_of(patch, &resolved);
        let grade = grade(&parts);
        let parts = parts.into_iter().cloned().collect();
        (resolved, parts, grade)
    })
}

/// What a patch says item by item, and the vulnerabilities that it only lists.
pub(super) fn all_resolved(patch: &Patch) -> Vec<ResolvedIssue> {
    let about = &patch.about;
    let told: BTreeSet<&String> = about.resolves.iter().flat_map(ResolvedIssue::ids).collect();
    let listed = about.vulnerabilities.iter().filter(|id| !told.contains(id)).map(|id| ResolvedIssue {
        kind: ResolvedKind::Security,
        id: id.clone(),
        aliases: Vec::new(),
        source: None,
        published: None,
        severity: None,
        components: Vec::new(),
        state: ResolvedState::Fixed,
        justification: None,
    });
    about.resolves.iter().cloned().chain(listed).collect()
}

pub(super) fn parts_of<'a>(patch: &'a Patch, resolved: &ResolvedIssue) -> Vec<&'a Component> {
    let named: BTreeSet<&Purl> = resolved.components.iter().collect();
    patch.about.components.iter().filter(|part| named.contains(&part.purl)).collect()
}

/// The files of `parts`; all that the patch changes, where one of them or none says which.
fn paths_of(patch: &Patch, parts: &[&Component]) -> Arc<[TreePath]> {
    let named: BTreeSet<&TreePath> = parts.iter().flat_map(|part| &part.paths).collect();
    match grade(parts) {
        ClaimGrade::File => named.into_iter().cloned().collect(),
        _ => patch.changes.iter().map(|change| change.path.clone()).collect(),
    }
}

fn grade(parts: &[&Component]) -> ClaimGrade {
    match parts {
        [] => ClaimGrade::Id,
        parts if parts.iter().all(|part| !part.paths.is_empty()) => ClaimGrade::File,
        _ => ClaimGrade::Component,
    }
}

/// What became of the places that patches changed.
struct PlaceFates<'a> {
    layers: &'a [Layer],
    tree: &'a TreeState,
    /// The files in which a later change undoes what each brought.
    undone: &'a BTreeMap<LayerKey, Vec<TreePath>>,
    /// The numbers of the layers that changed each, the lowest first.
    changed_by: BTreeMap<&'a TreePath, Vec<usize>>,
}

impl<'a> PlaceFates<'a> {
    fn new(layers: &'a [Layer], tree: &'a TreeState, undone: &'a BTreeMap<LayerKey, Vec<TreePath>>) -> Self {
        let mut changed_by: BTreeMap<&TreePath, Vec<usize>> = BTreeMap::new();
        for (number, layer) in layers.iter().enumerate().filter(|(_, layer)| layer.is_in_tree()) {
            for path in layer.paths() {
                changed_by.entry(path).or_default().push(number);
            }
        }
        Self { layers, tree, undone, changed_by }
    }

    fn proof(&self, index: usize, paths: &[TreePath]) -> ClaimProof {
        let drifted: Arc<[_]> = paths.iter().filter_map(|path| self.drifted_file(index, path)).collect();
        if drifted.is_empty() { ClaimProof::Verified } else { ClaimProof::Drifted(drifted) }
    }

    /// Why the file at `path` is not what layer number `index` left there, carried on by the later ones.
    fn drifted_file(&self, index: usize, path: &TreePath) -> Option<DriftedFile> {
        let mut change = change_at(&self.layers[index], path)?;
        let numbers = self.changed_by.get(path).map(Vec::as_slice).unwrap_or_default();
        let above = &numbers[numbers.partition_point(|number| *number <= index)..];
        // That the author of a later change knew it makes no fix of what undoes one.
        let is_undone = self.undone.get(&self.layers[index].key).is_some_and(|undone| undone.contains(path));
        if let Some(last) = above.last().filter(|_| is_undone) {
            let changed_by = Some(self.layers[*last].id.clone());
            return Some(DriftedFile { path: path.clone(), changed_by, is_as_put: false });
        }
        for layer in above.iter().map(|number| &self.layers[*number]) {
            match change_at(layer, path) {
                // Its author knew exactly this content, and changed it.
                Some(later) if is_carried_on(change, later) && !layer.authors.is_empty() => change = later,
                Some(later) if later.after == change.after => {}
                _ => {
                    let changed_by = Some(layer.id.clone());
                    return Some(DriftedFile { path: path.clone(), changed_by, is_as_put: false });
                }
            }
        }
        let here = self.tree.at(path);
        let top = numbers.last().and_then(|number| self.layers[*number].step_at(path));
        let is_as_put = top.and_then(|step| step.after.as_ref()).zip(here);
        let is_as_put = is_as_put.is_some_and(|(put, here)| put.same_content(here));
        (!is_left_by(change, here)).then(|| DriftedFile { path: path.clone(), changed_by: None, is_as_put })
    }
}

fn change_at<'a>(layer: &'a Layer, path: &TreePath) -> Option<&'a FileChange> {
    layer.patch.as_deref()?.change_at(path)
}

fn is_carried_on(earlier: &FileChange, later: &FileChange) -> bool {
    earlier.after.is_some() && later.after.is_some() && later.expects(earlier.after.as_ref())
}

/// Whether `observed` is what `change` leaves. Permissions count where they are all that it changes: elsewhere each site has
/// its own.
fn is_left_by(change: &FileChange, observed: Option<&Node>) -> bool {
    match (&change.after, observed) {
        (None, None) => true,
        (Some(after), Some(observed)) if change.payload.is_none() => after == observed,
        (Some(after), Some(observed)) => after.same_content(observed),
        _ => false,
    }
}

/// One thing that others may be told: this problem is gone from this library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VexStatement {
    /// Every id of the problem, the best known first.
    pub ids: Vec<String>,
    /// The library, in the version that it reports now.
    pub purl: Purl,
    /// The same as its author found it.
    pub component: Component,
    /// The numbers of the claims behind it.
    pub claims: Vec<usize>,
    /// Where its patched files are.
    pub paths: BTreeSet<TreePath>,
    /// Other files with the content before: the same library a second time, unpatched.
    pub copies: Vec<String>,
}

impl VexStatement {
    fn new(ids: Vec<String>, purl: Purl, component: &Component) -> Self {
        let (claims, paths, copies) = (Vec::new(), BTreeSet::new(), Vec::new());
        Self { ids, purl, component: component.clone(), claims, paths, copies }
    }

    /// Most copies that are looked for: one is enough for most questions.
    pub(crate) const MAX_COPIES: usize = 20;

    /// Whether its copies are all that were found.
    pub(crate) fn knows_every_copy(&self) -> bool {
        self.copies.len() < Self::MAX_COPIES
    }

    /// Whether it can be told to scanners that know libraries by name only.
    pub(crate) fn holds_for_the_whole_folder(&self) -> bool {
        self.copies.is_empty()
    }
}

/// What the claims that count come to: one statement for each problem in each library, sorted.
pub(crate) fn statements(claims: &[Claim]) -> Vec<VexStatement> {
    let counting: Vec<usize> = (0..claims.len()).filter(|number| claims[*number].counts()).collect();
    let ids = |number: &usize| -> Vec<String> { claims[*number].resolved.ids().cloned().collect() };
    let named: Vec<Vec<String>> = counting.iter().map(ids).collect();
    let mut statements: BTreeMap<(Vec<String>, Purl), VexStatement> = BTreeMap::new();
    for SameProblem { numbers, names: ids } in problems(&named) {
        for number in numbers.into_iter().map(|number| counting[number]) {
            let claim = &claims[number];
            for (component, purl) in claim.libraries() {
                let Some(purl) = purl else { continue };
                let statement = statements.entry((ids.clone(), purl.clone()));
                let statement = statement.or_insert_with(|| VexStatement::new(ids.clone(), purl, component));
                let paths = if component.paths.is_empty() { &*claim.paths } else { &component.paths };
                statement.claims.push(number);
                statement.paths.extend(paths.iter().cloned());
            }
        }
    }
    statements.into_values().collect()
}
