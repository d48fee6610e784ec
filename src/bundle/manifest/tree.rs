//! The rules about the changes: what stands at each path before and afterwards has to be one possible folder, and
//! following the manifest must never lead out of it.
//!
//! Everything here is decided from the manifest alone, before anything is written. What really stands on the disk is
//! checked again when the patch is planned and when it is applied.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::limits;
use super::links::Links;
use super::op::needs_payload;
use super::problem::Problems;
use crate::model::{
    Code, Digest, FileChange, FileNode, LinkNode, LocalEdits, Mode, Node, Patch, Payload, TreePath,
    Unportable, check_link, collisions, unportable_link,
};

/// Checks all changes.
pub(super) fn check(patch: &Patch, problems: &mut Problems) {
    if patch.changes.is_empty() {
        // It would be recorded as installed, and everything it claims to fix as fixed.
        problems.manifest("changes", "the patch changes nothing");
    }
    problems.entries("changes", patch.changes.len(), limits::CHANGES);
    let before = problems.len();
    in_order(patch, problems);
    if problems.len() > before {
        return; // With two changes at one path there is no tree to look at.
    }
    let changes = ChangesByPath::new(patch);
    let fixes: BTreeSet<_> = patch.about.fixes.iter().map(String::as_str).collect();
    for (index, change) in patch.changes.iter().enumerate() {
        let found = changes.problem(change).or_else(|| unknown_fix(change, &fixes));
        if let Some((code, field, message)) = found {
            problems.in_change(code, index, field, message);
        }
    }
    one_size_per_content(patch, problems);
    portable_names(patch, problems);
    distinct_names(patch, &changes, problems);
}

/// What is wrong with a change: the code, the field (may be empty) and the message.
type Refusal = Option<(Code, &'static str, String)>;

fn refuse(code: Code, field: &'static str, message: impl Into<String>) -> Refusal {
    Some((code, field, message.into()))
}

fn in_order(patch: &Patch, problems: &mut Problems) {
    for (index, pair) in patch.changes.windows(2).enumerate() {
        let message = match pair[0].path.cmp(&pair[1].path) {
            std::cmp::Ordering::Less => continue,
            std::cmp::Ordering::Equal => "two changes at one path",
            std::cmp::Ordering::Greater => "changes are not sorted by path",
        };
        problems.in_change(Code::Manifest, index + 1, "path", message);
    }
}

fn unknown_fix(change: &FileChange, fixes: &BTreeSet<&str>) -> Refusal {
    let unknown = change.fixes.iter().find(|fix| !fixes.contains(fix.as_str()))?;
    refuse(Code::Manifest, "fixes", format!("{unknown:?} is not in the patch's fix set"))
}

/// The changes by path, and the links they leave.
struct ChangesByPath<'a> {
    by_path: HashMap<&'a str, &'a FileChange>,
    links: Links,
    has_diff: bool,
}

impl<'a> ChangesByPath<'a> {
    fn new(patch: &'a Patch) -> Self {
        let by_path = patch.changes.iter().map(|change| (change.path.as_str(), change)).collect();
        Self { by_path, links: Links::new(patch), has_diff: patch.diff.is_some() }
    }

    /// The first rule that `change` breaks.
    fn problem(&self, change: &FileChange) -> Refusal {
        images(change)
            .or_else(|| modes(change))
            .or_else(|| base(change))
            .or_else(|| edit(change))
            .or_else(|| self.payload(change))
            .or_else(|| self.parents(change))
            .or_else(|| self.link(change))
    }

    fn at(&self, path: &str) -> Option<&'a FileChange> {
        self.by_path.get(path).copied()
    }

    /// Whether a file, and never anything else, stands there in the course of the patch.
    fn only_plain_file(&self, path: &TreePath) -> bool {
        let is_file = |node: &Node| node.as_file().is_some();
        self.at(path.as_str()).is_some_and(|change| change.before.iter().chain(&change.after).all(is_file))
    }

    fn payload(&self, change: &FileChange) -> Refusal {
        let after = change.after.as_ref().and_then(Node::as_file);
        match (&change.payload, after.filter(|_| needs_payload(change))) {
            (None, None) => None,
            (None, Some(_)) => refuse(Code::Manifest, "", "the payload with the new content is missing"),
            (Some(_), None) => refuse(Code::Manifest, "payload", "a payload where no new content is needed"),
            (Some(payload), Some(after)) => self.source(change, payload, after),
        }
    }

    /// Whether the payload gives the content of `after`, as far as digests can tell.
    fn source(&self, change: &FileChange, payload: &Payload, after: &FileNode) -> Refusal {
        match payload {
            Payload::Whole { blob } if *blob == after.digest => None,
            Payload::Whole { .. } => refuse(
                Code::Manifest,
                "payload.blob",
                "the blob is not the content that stands there afterwards",
            ),
            Payload::Delta { from, source, .. } => {
                let expected = |file: &FileNode| file.digest == *source;
                self.every_before(from, expected)
            }
            Payload::Diff { from } => self.diffed(from.as_ref(), after),
            Payload::Same { from } if *from == change.path => {
                refuse(Code::Manifest, "payload.from", "the content cannot come from the path itself")
            }
            Payload::Same { from } => {
                let expected =
                    |file: &FileNode| (file.digest, file.size_bytes) == (after.digest, after.size_bytes);
                self.every_before(from, expected)
            }
        }
    }

    /// A diff fits one content and no other.
    fn diffed(&self, from: Option<&TreePath>, after: &FileNode) -> Refusal {
        let too_large = |file: &FileNode| file.size_bytes > limits::DIFFED_BYTES;
        let large = |file: &FileNode| {
            let message = format!("a file of {} bytes is too large to be changed by a diff", file.size_bytes);
            refuse(Code::Limit, "payload", message)
        };
        if !self.has_diff {
            return refuse(Code::Manifest, "payload", "the content is in a diff, and the patch has none");
        }
        if too_large(after) {
            return large(after);
        }
        let from = from?;
        match self.at(from.as_str()).map(|source| source.before.as_slice()) {
            Some([Node::File(source)]) if too_large(source) => large(source),
            Some([Node::File(source)]) if source.digest != after.digest => None,
            _ => {
                let message =
                    format!("a diff needs one file, with other content, that stands at {from:?} before");
                refuse(Code::Manifest, "payload.from", message)
            }
        }
    }

    /// Whatever build of the product is found, the file at `from` must be the source that the payload needs.
    fn every_before(&self, from: &TreePath, expected: impl Fn(&FileNode) -> bool) -> Refusal {
        let Some(source) = self.at(from.as_str()) else {
            let message = format!("the content comes from {from:?}, where the patch changes nothing");
            return refuse(Code::Manifest, "payload.from", message);
        };
        let fits = |before: &Node| before.as_file().is_some_and(&expected);
        if !source.before.is_empty() && source.before.iter().all(fits) {
            return None;
        }
        let message =
            format!("the file that stands at {from:?} before is not the source that the payload needs");
        refuse(Code::Manifest, "payload.from", message)
    }

    /// Every folder on the way that the patch changes as well must be a folder whenever it is walked through: before
    /// if something is expected below it, afterwards if something stays there. So a full folder may become a link,
    /// because everything leaves it first, and a link a full folder, but nothing is ever listed below a link.
    fn parents(&self, change: &FileChange) -> Refusal {
        let path = change.path.as_str();
        for (end, _) in path.rmatch_indices('/') {
            let folder = &path[..end];
            let Some(parent) = self.at(folder) else { continue };
            if change.after.is_some() && !parent.after.as_ref().is_some_and(Node::is_dir) {
                return refuse(Code::Path, "path", format!("{folder:?} is no folder afterwards"));
            }
            let was_folder = !parent.before.is_empty() && parent.before.iter().all(Node::is_dir);
            if !change.before.is_empty() && !was_folder {
                return refuse(
                    Code::Path,
                    "before",
                    format!("{folder:?} is no folder before, so nothing is in it"),
                );
            }
        }
        None
    }

    fn link(&self, change: &FileChange) -> Refusal {
        let Some(Node::Link(LinkNode { points_to })) = &change.after else { return None };
        if let Some(message) = leads_out(&change.path, points_to) {
            return refuse(Code::Path, "after.target", message);
        }
        let through = self.links.on_the_way(&change.path, points_to)?;
        let message = format!("the link to {points_to:?} leads through the link {through:?}");
        refuse(Code::Path, "after.target", message)
    }
}

/// Why a link at `at` may not point there, whatever else the patch does.
fn leads_out(at: &TreePath, points_to: &str) -> Option<String> {
    let error = check_link(at, points_to).err()?;
    Some(format!("the link may not point to {points_to:?}: {}", error.problem))
}

/// Before and after differ, and neither says the same thing twice.
fn images(change: &FileChange) -> Refusal {
    if change.before.len() > limits::BEFORE_IMAGES {
        let message = format!("{} before images, {} are allowed", change.before.len(), limits::BEFORE_IMAGES);
        return refuse(Code::Limit, "before", message);
    }
    if change.before.is_empty() && change.after.is_none() {
        return refuse(Code::Manifest, "", "nothing stands there before, and nothing afterwards");
    }
    if change.after.as_ref().is_some_and(|after| change.before.contains(after)) {
        return refuse(Code::Manifest, "after", "before and after are the same");
    }
    let repeated = |(index, node): (usize, &Node)| change.before[..index].contains(node);
    if change.before.iter().enumerate().any(repeated) {
        return refuse(Code::Manifest, "before", "one before image is there twice");
    }
    let unwritable = |node: &Node| match node {
        Node::Link(LinkNode { points_to }) => {
            let fits = (1..=limits::LINK_BYTES).contains(&points_to.len());
            !fits || points_to.contains('\0') || !unicode_normalization::is_nfc(points_to)
        }
        Node::File(_) | Node::Dir(_) => false,
    };
    if change.before.iter().any(unwritable) {
        let message = "a link's target is empty, too long, or not in Unicode's composed form (NFC)";
        return refuse(Code::Manifest, "before", message);
    }
    let too_large = |node: &Node| node.as_file().is_some_and(|file| file.size_bytes > limits::FILE_BYTES);
    if change.before.iter().chain(&change.after).any(too_large) {
        return refuse(Code::Limit, "", format!("a file is larger than {} bytes", limits::FILE_BYTES));
    }
    None
}

/// A patch may keep special bits that are there already, but not hand out new ones, nor lock the owner out.
fn modes(change: &FileChange) -> Refusal {
    let after = change.after.as_ref().and_then(Node::mode)?;
    let kept = |mask: u32| {
        let same = |mode: Mode| mode.bits() & mask == after.bits() & mask;
        !change.before.is_empty() && change.before.iter().all(|before| before.mode().is_some_and(same))
    };
    if after.is_special() && !kept(0o7000) {
        return refuse(
            Code::Policy,
            "after.mode",
            format!(
                "the mode {after} has special bits (set-user-id, set-group-id or sticky) that are not there before"
            ),
        );
    }
    let owner_needs = if change.after.as_ref().is_some_and(Node::is_dir) { 0o500 } else { 0o400 };
    if after.bits() & owner_needs != owner_needs && !kept(0o700) {
        return refuse(
            Code::Policy,
            "after.mode",
            format!("with the mode {after} not even the owner could read it"),
        );
    }
    None
}

fn base(change: &FileChange) -> Refusal {
    let base = change.base?;
    match change.before.as_slice() {
        [Node::File(only)] if only.digest == base => None,
        [Node::File(_)] => {
            refuse(Code::Manifest, "base", "the base is not the content that stands there before")
        }
        _ => refuse(Code::Manifest, "base", "a base needs exactly one before image, a file"),
    }
}

/// Edits by key begin with a content that everybody can see, and end with one.
fn edit(change: &FileChange) -> Refusal {
    if change.edit.is_none() && change.local_edits == LocalEdits::Edit {
        return refuse(Code::Manifest, "edit", "the edits that an edited file would get are missing");
    }
    change.edit?;
    let ends_with_a_file = change.after.as_ref().is_some_and(|after| after.as_file().is_some());
    if change.base.is_none() || !ends_with_a_file {
        return refuse(Code::Manifest, "edit", "edits by key need the content before, and a file afterwards");
    }
    if !matches!(change.local_edits, LocalEdits::Edit | LocalEdits::Refuse) {
        return refuse(Code::Manifest, "local_edits", "a file with edits by key is edited, or refused");
    }
    None
}

/// The same content cannot have two sizes. Space is reckoned with these numbers before any byte is seen.
fn one_size_per_content(patch: &Patch, problems: &mut Problems) {
    let mut sizes: BTreeMap<Digest, u64> = BTreeMap::new();
    for (index, change) in patch.changes.iter().enumerate() {
        for file in change.before.iter().chain(&change.after).filter_map(Node::as_file) {
            if *sizes.entry(file.digest).or_insert(file.size_bytes) != file.size_bytes {
                let message = format!("the content {} has two different sizes", file.digest.short());
                problems.in_change(Code::Manifest, index, "", message);
            }
        }
    }
}

fn portable_names(patch: &Patch, problems: &mut Problems) {
    if patch.about.leaves_windows_out() {
        return;
    }
    let found = TreePath::each_unportable(patch.changes.iter().map(|change| &change.path));
    for ((index, change), unportable) in patch.changes.iter().enumerate().zip(found) {
        if let Some(reason) = unportable {
            let message = not_for_windows(change.path.as_str(), &reason);
            problems.in_change(Code::Path, index, "path", message);
        }
        if let Some(Node::Link(LinkNode { points_to })) = &change.after
            && let Some(reason) = unportable_link(points_to)
        {
            let message = not_for_windows(points_to, &reason);
            problems.in_change(Code::Path, index, "after.target", message);
        }
    }
}

fn not_for_windows(name: &str, reason: &Unportable) -> String {
    format!("{name:?} cannot exist on Windows, which \"platforms\" does not leave out: {reason}")
}

/// No two paths, nor their folders, are one path on some system. Only two plain files that differ in upper and lower
/// case are let through, and only in a patch that is never for Windows.
fn distinct_names(patch: &Patch, changes: &ChangesByPath<'_>, problems: &mut Problems) {
    for collision in collisions(patch.changes.iter().map(|change| &change.path)) {
        let plain_files =
            changes.only_plain_file(&collision.first) && changes.only_plain_file(&collision.second);
        if collision.case_only && plain_files && patch.about.leaves_windows_out() {
            continue;
        }
        if problems.is_full() {
            return; // Finding the change again takes time, and nobody would hear of it.
        }
        // The second may be a folder that no change names; the change below it is then the one to point at.
        let named =
            |change: &FileChange| change.path == collision.second || change.path.is_below(&collision.second);
        let index = patch.changes.iter().position(named).unwrap_or_default();
        problems.in_change(Code::Collide, index, "path", collision.to_string());
    }
}
