//! What a folder holds when patches are taken out of it, wherever they lie.
//!
//! A place that only the topmost patches changed, and nobody between them, gets back what the lowest of them found. Any
//! other place is rebuilt:
//! what was there before all patches, with the remaining ones laid on it again in their order. That is trusted only
//! where laying *all* of them gives exactly what the folder holds now; anything else that it holds is an edit.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use super::fates::Bringing;
use super::layers::{ContentByDigest, KnownContents, Layer, Stack, has_a_say};
use super::laying::{LaidImage, Misfit, lay};
use super::scope::Scope;
use crate::diff::{Fate, LineRange};
use crate::model::{FileNode, LayerKey, Node, Patch, Step, TreePath};

/// One place after patches were removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// The place.
    pub path: TreePath,
    /// What should stand there now.
    pub now: Option<Node>,
    /// The content of that, where it was put together and nobody ever left it there alone.
    pub now_made: Option<Arc<Vec<u8>>>,
    /// What stands there afterwards.
    pub then: Option<Node>,
    /// Its content, where that is nowhere yet.
    pub made: Option<Arc<Vec<u8>>>,
    /// Patches that stay and have a say there.
    pub stay: Vec<LayerKey>,
}

/// Why a patch cannot stay when another one goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// It says that it needs a patch that goes.
    Needs(String),
    /// Both change the same lines.
    Lines {
        /// Of this file.
        path: TreePath,
        /// In what the patch was made for.
        lines: Vec<LineRange>,
    },
    /// Both change this place, and it cannot be told apart what belongs to whom.
    Place(TreePath),
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Because::Needs(id) => write!(f, "it requires {id}"),
            Because::Lines { path, lines } => {
                let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
                write!(f, "both change the same lines of {path} ({})", lines.join(", "))
            }
            Because::Place(path) => {
                write!(f, "both change {path}, and their changes can't be separated")
            }
        }
    }
}

/// A patch that has to go as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependent {
    /// The patch.
    pub key: LayerKey,
    /// Why.
    pub because: Because,
}

/// Patches that go together, and what the folder holds then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeOut {
    /// All that go.
    pub out: BTreeSet<LayerKey>,
    /// Those of them that nobody asked for.
    pub dependents: Vec<Dependent>,
    /// Replaced patches that return.
    pub back: Vec<LayerKey>,
    /// The places that change.
    pub places: Vec<Rebuilt>,
    /// Those that one that goes had changed, and that stay as they are for somebody who stays.
    pub(crate) unchanged: Vec<Rebuilt>,
    /// Places that cannot be put together again, with nobody left who could go as well.
    pub(crate) stuck: Vec<TreePath>,
}

/// Removes `wanted` from `stack` with the smallest group of others that cannot stay without them.
pub fn take_out(stack: &Stack<'_>, wanted: &BTreeSet<LayerKey>, contents: &dyn ContentByDigest) -> TakeOut {
    let mut out = wanted.clone();
    let mut dependents: Vec<Dependent> = Vec::new();
    let WithoutThem { places, unchanged, stuck } = loop {
        let dependent = match dependent_by_name(stack, &out) {
            Some(dependent) => dependent,
            None => match places_without(stack, &out, contents) {
                Ok(places) => break places,
                Err(dependent) => dependent,
            },
        };
        out.insert(dependent.key);
        dependents.push(dependent);
    };
    dependents.sort_by_key(|dependent| dependent.key);
    TakeOut { back: returning(stack, &out), out, dependents, places, unchanged, stuck }
}

/// Replaced patches that return when `out` go.
fn returning(stack: &Stack<'_>, out: &BTreeSet<LayerKey>) -> Vec<LayerKey> {
    let returns = |layer: &&Layer| {
        !out.contains(&layer.key) && layer.superseded.is_some_and(|(by, _)| out.contains(&by))
    };
    stack.layers.iter().filter(returns).map(|layer| layer.key).collect()
}

/// A patch that stays, and needs one that goes.
fn dependent_by_name(stack: &Stack<'_>, out: &BTreeSet<LayerKey>) -> Option<Dependent> {
    let stays = |layer: &&Layer| !out.contains(&layer.key);
    for layer in stack.layers.iter().filter(stays) {
        let Some(patch) = &layer.patch else { continue };
        // What a stranger says to contain is not there by that.
        let contains = |other: &Layer, id: &str| {
            provides(other, id) && !Scope::between(patch, &layer.authors, other).is_foreign()
        };
        let is_there = |id: &str| stack.layers.iter().any(|other| other.id == id || contains(other, id));
        for need in patch.about.all_requirements(is_there) {
            let (id, revision) = (need.id.as_str(), need.min_revision);
            let gives = |other: &Layer| other.id == id && other.revision >= revision || contains(other, id);
            let was_there = stack.layers.iter().any(gives);
            let is_there = stack.layers.iter().filter(stays).any(gives);
            if was_there && !is_there {
                return Some(Dependent { key: layer.key, because: Because::Needs(id.to_owned()) });
            }
        }
    }
    None
}

/// Whether `layer` says that it contains the patch `id`.
fn provides(layer: &Layer, id: &str) -> bool {
    let replaces = |patch: &Patch| patch.about.supersedes.iter().any(|old| old.as_str() == id);
    layer.patch.as_deref().is_some_and(replaces)
}

/// What becomes of the places that patches which go have a say in.
#[derive(Default)]
pub(super) struct WithoutThem {
    pub places: Vec<Rebuilt>,
    unchanged: Vec<Rebuilt>,
    /// Those that nobody can put together again.
    stuck: Vec<TreePath>,
}

/// The places without `out`.
///
/// # Errors
/// A patch above one of them that cannot be laid without `out`.
pub(super) fn places_without(
    stack: &Stack<'_>,
    out: &BTreeSet<LayerKey>,
    contents: &dyn ContentByDigest,
) -> Result<WithoutThem, Dependent> {
    let back: BTreeSet<LayerKey> = returning(stack, out).into_iter().collect();
    let moves = |layer: &&Layer| {
        out.contains(&layer.key) && layer.is_in_tree() || back.contains(&layer.key) && !layer.is_in_tree()
    };
    let paths: BTreeSet<&TreePath> = stack.layers.iter().filter(moves).flat_map(Layer::paths).collect();
    let mut without = WithoutThem::default();
    for path in paths {
        let place = SharedPath { stack, path, out, back: &back };
        let Some((all, image, stay)) = place.without(contents)? else {
            without.stuck.push(path.clone());
            continue;
        };
        let goes = |layer: &&Layer| out.contains(&layer.key) && layer.step_at(path).is_some();
        let had_it = || stack.at(path).iter().any(&goes);
        let places = match all.node != image.node {
            true => &mut without.places,
            false if !stay.is_empty() && had_it() => &mut without.unchanged,
            false => continue,
        };
        let stay = stay.iter().map(|layer| layer.key).collect();
        let path = path.clone();
        places.push(Rebuilt {
            path,
            now: all.node,
            now_made: all.made,
            then: image.node,
            made: image.made,
            stay,
        });
    }
    Ok(without)
}

/// What should be at a place, what will be there, and who has a say in it then.
type Without<'a> = (LaidImage, LaidImage, Vec<&'a Layer>);

/// One place, and who goes there.
struct SharedPath<'a> {
    stack: &'a Stack<'a>,
    path: &'a TreePath,
    out: &'a BTreeSet<LayerKey>,
    back: &'a BTreeSet<LayerKey>,
}

impl<'a> SharedPath<'a> {
    /// What should be there, what will be, and who stays; `None` if nobody can tell.
    fn without(&self, contents: &dyn ContentByDigest) -> Result<Option<Without<'a>>, Dependent> {
        let (stack, path) = (self.stack, self.path);
        let is_back = |layer: &Layer| self.back.contains(&layer.key) && !layer.is_in_tree();
        let here = stack.at(path);
        let plain = |node| LaidImage { node, made: None, merged: false };
        let now = || plain(stack.now(path));
        let is_after = |layer: &&Layer| {
            has_a_say(layer, path) && !self.out.contains(&layer.key) && (layer.is_in_tree() || is_back(layer))
        };
        let after: Vec<&Layer> = stack.layers.iter().filter(is_after).collect();
        let first_gone = here.iter().position(|layer| self.out.contains(&layer.key));
        let are_topmost =
            first_gone.is_some_and(|first| here[first..].iter().all(|layer| self.out.contains(&layer.key)));
        let comes_back = after.iter().any(|layer| is_back(layer));
        // Whoever goes found there what others had brought, and they stay.
        let is_idle = |layer: &&Layer| layer.step_at(path).is_none() && !layer.shifted.contains(path);
        if first_gone.is_some()
            && !comes_back
            && here.iter().copied().filter(|layer| self.out.contains(&layer.key)).all(|layer| is_idle(&layer))
        {
            return Ok(Some((now(), now(), after)));
        }
        let is_edited_between =
            first_gone.is_some_and(|first| here[first..].windows(2).any(|pair| self.is_edited_between(pair)));
        if let Some(lowest) = first_gone.map(|first| here[first])
            && are_topmost
            && !is_edited_between
            && !comes_back
            && !lowest.shifted.contains(path)
            && let Some(step) = lowest.step_at(path)
        {
            return Ok(Some((now(), plain(step.before.clone()), after)));
        }
        let origin = stack.origin(path);
        let image = lay(path, origin.as_ref(), &after, contents);
        // The proof: all layers together are what should be there. If something else is, it was edited.
        let dependent = match (lay(path, origin.as_ref(), &here, contents), image) {
            (Ok(all), Ok(image)) => match self.in_vain(&after, [&all, &image], contents) {
                None => return Ok(Some((all, image, after))),
                Some(layer) => self.dependent(Some(Misfit { layer, lines: Vec::new() })),
            },
            // Nobody stays whose change could be lost, so nothing has to be told apart.
            (Err(_), Ok(image)) if after.is_empty() && !is_edited_between => {
                return Ok(Some((now(), image, after)));
            }
            (Ok(_), Err(misfit)) => self.dependent(Some(misfit)),
            (Err(_), _) => self.dependent(None),
        };
        dependent.map_or(Ok(None), Err)
    }

    /// Whether somebody edited what the first of two patches had left, before the second one came.
    fn is_edited_between(&self, pair: &[&Layer]) -> bool {
        let mut steps = pair.iter().map(|layer| layer.step_at(self.path));
        let was_moved = pair.iter().any(|layer| layer.shifted.contains(self.path));
        let (Some(Some(first)), Some(Some(second))) = (steps.next(), steps.next()) else { return false };
        !was_moved && first.after != second.before
    }

    /// A patch that stays, and of which lines come back that it took out: what goes had put them where it found them.
    fn in_vain(
        &self,
        after: &[&Layer],
        [all, image]: [&LaidImage; 2],
        contents: &dyn ContentByDigest,
    ) -> Option<LayerKey> {
        let origin = self.stack.origin(self.path);
        let made = |images: &[&LaidImage]| images.iter().filter_map(|image| image.content()).collect();
        let known: BTreeMap<_, _> = made(&[all, image]);
        let known = KnownContents { made: &known, others: contents };
        let is_in_vain = |layer: &&&Layer| {
            let Some((before, left)) = layer.brought_at(self.path) else { return false };
            let own = Bringing { path: self.path, before, left };
            let is_back = |image: &LaidImage| own.fate_of_removed(image.node.as_ref(), &known) != Fate::Kept;
            if !is_back(image) || is_back(all) {
                return false;
            }
            let others: Vec<&Layer> = after.iter().filter(|other| other.key != layer.key).copied().collect();
            lay(self.path, origin.as_ref(), &others, contents).is_ok_and(|ground| {
                let ground_made: BTreeMap<_, _> = made(&[&ground]);
                let known = KnownContents { made: &ground_made, others: &known };
                own.is_in_vain(ground.node.as_ref(), image.node.as_ref(), &known)
            })
        };
        let found = after.iter().filter(|layer| layer.is_active()).find(is_in_vain);
        found.map(|layer| layer.key)
    }

    /// Who has to go as well: the one that does not fit, or else the next one above.
    fn dependent(&self, misfit: Option<Misfit>) -> Option<Dependent> {
        let path = self.path.clone();
        let is_active = |key| self.stack.layer(key).is_some_and(Layer::is_active);
        if let Some(misfit) = misfit.filter(|misfit| is_active(misfit.layer)) {
            let because = match misfit.lines.is_empty() {
                true => Because::Place(path),
                false => Because::Lines { path, lines: misfit.lines },
            };
            return Some(Dependent { key: misfit.layer, because });
        }
        let lowest = self.out.iter().next().copied()?;
        let mut above = self
            .stack
            .at(self.path)
            .into_iter()
            .filter(|layer| layer.is_active() && layer.key > lowest && !self.out.contains(&layer.key));
        above.next_back().map(|layer| Dependent { key: layer.key, because: Because::Place(path) })
    }
}

impl TakeOut {
    /// What the patches alone make of the place, if that is `file` and was put together here.
    pub(crate) fn made_now(&self, path: &TreePath, file: &FileNode) -> Option<Vec<u8>> {
        let place = self.places.iter().find(|place| place.path == *path)?;
        let is_meant = place.now.as_ref()?.as_file()?.digest == file.digest;
        place.now_made.as_ref().filter(|_| is_meant).map(|made| made.to_vec())
    }

    /// The places as one change, seen forwards: from what will be there to what is.
    pub(crate) fn forward_steps(&self) -> Vec<Step> {
        let step = |place: &Rebuilt| Step {
            path: place.path.clone(),
            before: place.then.clone(),
            after: place.now.clone(),
        };
        self.places.iter().map(step).collect()
    }
}
