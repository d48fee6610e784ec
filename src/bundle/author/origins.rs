//! Files that moved: where else in the old tree the content of a new file stood.
//!
//! A bundle may take content only from a place that it names with what stands there before, so only files that the
//! change touches are looked at. Everything here depends on the two trees alone, never on the order of threads.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::min_hash::MinHash;
use super::trees::{SourceSide, Trees};
use super::{AuthorError, MAX_DELTA_BYTES};
use crate::model::{Digest, FileNode, Node, Step, TreePath};

/// Sources with the same content, name or hash that are compared with each other. More of them say nothing about a
/// file any more (a licence, an empty module), and comparing them would take time without end.
const MAX_RIVALS: usize = 64;

/// Contents below this many bytes are hardly larger than a delta.
const MIN_ALIKE_BYTES: u64 = 128;

/// The file of `step` whose content has to come from somewhere: what stands there before does not have it.
pub(super) fn wanted(step: &Step) -> Option<&FileNode> {
    let after = step.after.as_ref()?;
    let has_it_already = step.before.as_ref().is_some_and(|before| before.same_content(after));
    after.as_file().filter(|_| !has_it_already)
}

/// A file that stands somewhere before.
#[derive(Debug, Clone, Copy)]
struct OriginFile<'a> {
    path: &'a TreePath,
    file: &'a FileNode,
    /// No file is there afterwards: it may have moved.
    is_gone: bool,
}

fn sources<'a>(steps: &'a [Step], may_give: &dyn Fn(&TreePath) -> bool) -> Vec<OriginFile<'a>> {
    let source = |step: &'a Step| {
        let file = step.before.as_ref().and_then(Node::as_file)?;
        let is_gone = step.after.as_ref().and_then(Node::as_file).is_none();
        Some(OriginFile { path: &step.path, file, is_gone })
    };
    steps.iter().filter_map(source).filter(|source| may_give(source.path)).collect()
}

/// For every wanted content that stands somewhere before: where. `may_give` says which places may be named.
pub(super) fn find_same(
    steps: &[Step],
    may_give: &dyn Fn(&TreePath) -> bool,
) -> BTreeMap<TreePath, TreePath> {
    let mut by_digest: HashMap<Digest, Vec<OriginFile<'_>>> = HashMap::new();
    for source in sources(steps, may_give).into_iter().filter(|source| source.file.size_bytes > 0) {
        by_digest.entry(source.file.digest).or_default().push(source);
    }
    let mut found = BTreeMap::new();
    for step in steps {
        let Some(sources) = wanted(step).and_then(|file| by_digest.get_mut(&file.digest)) else { continue };
        let best = sources
            .iter()
            .enumerate()
            .take(MAX_RIVALS)
            .min_by_key(|(_, source)| (!source.is_gone, unlike(source.path, &step.path), source.path));
        let Some((index, source)) = best else { continue };
        found.insert(step.path.clone(), source.path.clone());
        // Of several equal files each should move once, so that people see as many moves as there were.
        if source.is_gone && step.before.is_none() && sources.len() > 1 {
            sources.remove(index);
        }
    }
    found
}

/// For wanted contents that stand nowhere, and had no file before to start from: a file that went away and is much
/// like them, by content or at least by name. Whether a delta from it is worth it shows when it is made.
pub(super) fn find_alike(
    steps: &[Step],
    same: &BTreeMap<TreePath, TreePath>,
    may_give: &dyn Fn(&TreePath) -> bool,
    trees: &Trees<'_>,
) -> Result<BTreeMap<TreePath, TreePath>, AuthorError> {
    let fits = |file: &FileNode| (MIN_ALIKE_BYTES..=MAX_DELTA_BYTES).contains(&file.size_bytes);
    let is_new = |step: &&Step| step.before.as_ref().and_then(Node::as_file).is_none();
    let orphans: Vec<(&TreePath, &FileNode)> = steps
        .iter()
        .filter(is_new)
        .filter(|step| !same.contains_key(&step.path))
        .filter_map(|step| Some((&step.path, wanted(step).filter(|file| fits(file))?)))
        .collect();
    let gone: Vec<OriginFile<'_>> =
        sources(steps, may_give).into_iter().filter(|source| source.is_gone && fits(source.file)).collect();
    if orphans.is_empty() || gone.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sketch = |side: SourceSide, path: &TreePath| {
        let mut content = trees.open(side, path)?;
        MinHash::new(&mut content).map_err(|error| trees.failed(side, path, error))
    };
    let sketches: Vec<MinHash> =
        gone.par_iter().map(|source| sketch(SourceSide::Old, source.path)).collect::<Result<_, _>>()?;
    let candidates = Candidates::new(&gone, &sketches);
    let find = |(path, file): &(&TreePath, &FileNode)| {
        let sketch = sketch(SourceSide::New, path)?;
        let source = candidates.by_content(path, &sketch).or_else(|| candidates.by_name(path, file));
        Ok(source.map(|source| ((*path).clone(), source.path.clone())))
    };
    let found: Vec<_> = orphans.par_iter().map(find).collect::<Result<_, AuthorError>>()?;
    Ok(found.into_iter().flatten().collect())
}

/// Files that went away, by what can be recognised of them.
struct Candidates<'a> {
    gone: &'a [OriginFile<'a>],
    sketches: &'a [MinHash],
    by_hash: HashMap<u64, Vec<usize>>,
    by_name: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Candidates<'a> {
    fn new(gone: &'a [OriginFile<'a>], sketches: &'a [MinHash]) -> Self {
        let (mut by_hash, mut by_name) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for (index, (source, sketch)) in gone.iter().zip(sketches).enumerate() {
            by_name.entry(source.path.name()).or_default().push(index);
            for hash in sketch.hashes() {
                by_hash.entry(hash).or_default().push(index);
            }
        }
        Self { gone, sketches, by_hash, by_name }
    }

    /// The one with the most in common, if that is at least a quarter.
    fn by_content(&self, path: &TreePath, sketch: &MinHash) -> Option<&'a OriginFile<'a>> {
        let mut in_common: BTreeMap<usize, usize> = BTreeMap::new();
        for hash in sketch.hashes() {
            let owners = self.by_hash.get(&hash).filter(|owners| owners.len() <= MAX_RIVALS);
            for &index in owners.into_iter().flatten() {
                *in_common.entry(index).or_default() += 1;
            }
        }
        let is_enough =
            |(index, shared): &(usize, usize)| shared * 4 >= sketch.len().min(self.sketches[*index].len());
        let rank = |(index, shared): &(usize, usize)| {
            (std::cmp::Reverse(*shared), unlike(self.gone[*index].path, path), *index)
        };
        in_common.into_iter().filter(is_enough).min_by_key(rank).map(|(index, _)| &self.gone[index])
    }

    /// The one with the same last name and about the same size, nearest by its folders.
    fn by_name(&self, path: &TreePath, file: &FileNode) -> Option<&'a OriginFile<'a>> {
        let is_near = |size: u64| size / 2 <= file.size_bytes && file.size_bytes / 2 <= size;
        let named = self.by_name.get(path.name())?.iter().take(MAX_RIVALS).map(|&index| &self.gone[index]);
        named
            .filter(|source| is_near(source.file.size_bytes))
            .min_by_key(|source| (unlike(source.path, path), source.path))
    }
}

/// Fewer names in common at the end of two paths make a larger number.
fn unlike(a: &TreePath, b: &TreePath) -> usize {
    let in_common = a.components().rev().zip(b.components().rev()).take_while(|(a, b)| a == b).count();
    TreePath::MAX_DEPTH - in_common
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Mode;

    fn path(raw: &str) -> TreePath {
        TreePath::parse(raw).expect("the test's paths keep the policy")
    }

    fn step(at: &str, before: Option<&str>, after: Option<&str>) -> Step {
        let file = |content: &str| {
            let (digest, size_bytes) = (Digest::compute(content.as_bytes()), content.len() as u64);
            Node::File(FileNode { digest, size_bytes, mode: Mode::FILE })
        };
        Step { path: path(at), before: before.map(file), after: after.map(file) }
    }

    fn same(steps: &[Step]) -> Vec<String> {
        let found = find_same(steps, &|path| path.name() != "edited.conf");
        found.iter().map(|(path, from)| format!("{from} -> {path}")).collect()
    }

    #[test]
    fn a_moved_file_is_found_at_its_old_place() {
        assert_eq!(same(&[step("new", None, Some("x")), step("old", Some("x"), None)]), ["old -> new"]);
    }

    #[test]
    fn two_files_that_change_places_come_from_each_other() {
        let steps = [step("a", Some("1"), Some("2")), step("b", Some("2"), Some("1"))];
        assert_eq!(same(&steps), ["b -> a", "a -> b"]);
    }

    #[test]
    fn of_equal_files_each_moves_once_and_to_its_own_name() {
        let steps = [
            step("new/a/init", None, Some("x")),
            step("new/b/init", None, Some("x")),
            step("old/a/init", Some("x"), None),
            step("old/b/init", Some("x"), None),
        ];
        assert_eq!(same(&steps), ["old/a/init -> new/a/init", "old/b/init -> new/b/init"]);
    }

    #[test]
    fn a_file_that_somebody_may_have_edited_gives_nothing() {
        assert!(same(&[step("edited.conf", Some("x"), None), step("new", None, Some("x"))]).is_empty());
    }

    #[test]
    fn an_empty_file_comes_from_nowhere() {
        assert!(same(&[step("new", None, Some("")), step("old", Some(""), None)]).is_empty());
    }
}
