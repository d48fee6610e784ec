//! Works out what becomes of files that somebody edited: reads what merging takes, and keeps what it comes to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::edits::{CheckedEdits, edits_of};
use super::merged_contents::MergedContents;
use super::moved_switches::{ContentOf, MovedSwitch, MovedSwitches, as_left, same_but};
use super::output::{OutputKind, refuse_in_product, refuse_taken};
use super::read_file::read_file;
use super::situation::Survey;
use crate::bundle::VerifiedBundle;
use crate::diff::{MAX_MERGE_BYTES, Merge, Tried, Unmergeable, draft, merge};
use crate::disk::fs::{Fs, Place};
use crate::disk::{ScanError, node_at};
use crate::model::{Digest, FileChange, FileNode, LocalEdits, Mode, Node, Step, Toggle, TreePath};
use crate::named_file;
use crate::plan::why::{Edits, NoDraft};
use crate::plan::{MergedHow, Resolution};
use crate::whole_file::WholeFile;
use crate::workbench::contents::{Library, NotRead, SearchFirst};
use crate::workbench::{Error, Result, Workbench};

/// What a person wishes for a file that was edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditChoice {
    /// It stays as it is.
    KeepMine,
    /// The patch's version is used; the edited file is backed up.
    TakeTheirs,
    /// It becomes a copy of this file, in which somebody merged both.
    Merged(PathBuf),
}

/// What a person wishes for files that were edited, by their place.
pub type EditChoices = BTreeMap<TreePath, EditChoice>;

/// The wishes with every merged file read, once: what was shown is what is taken.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadChoices {
    choices: EditChoices,
    merged: BTreeMap<TreePath, Vec<u8>>,
}

impl ReadChoices {
    /// Reads the files.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn read(choices: &EditChoices) -> Result<Self> {
        let mut read = Self { choices: choices.clone(), merged: BTreeMap::new() };
        for (path, choice) in choices {
            if let EditChoice::Merged(file) = choice {
                read.merged.insert(path.clone(), read_merged(file)?);
            }
        }
        Ok(read)
    }

    /// Whether each file is still what was read.
    pub(crate) fn still_hold(&self) -> bool {
        self.choices.iter().all(|(path, choice)| match choice {
            EditChoice::Merged(file) => read_merged(file).is_ok_and(|now| now == self.merged[path]),
            EditChoice::KeepMine | EditChoice::TakeTheirs => true,
        })
    }

    /// The places that something is wished for.
    pub(crate) fn places(&self) -> impl Iterator<Item = &TreePath> {
        self.choices.keys()
    }
}

/// What is in a merged file; if it is too large for one, a little more than it may be.
fn read_merged(file: &Path) -> Result<Vec<u8>> {
    let failed = |source| Error::File { doing: "read the merged file", path: file.to_owned(), source };
    named_file::read(file, MAX_MERGE_BYTES).map_err(failed)
}

/// Works out what becomes of each file that is neither as the patch expects nor as it leaves it, and puts that into
/// the situation.
///
/// # Errors
/// If a file cannot be read, or was changed while it was looked at.
pub(crate) fn resolve_edits(
    bundles: &[&VerifiedBundle],
    fs: &dyn Fs,
    survey: &mut Survey,
    choices: &ReadChoices,
    moved: &MovedSwitches,
) -> Result<()> {
    let keeps_modes = survey.situation.keeps_modes;
    let hidden: Vec<String> = survey.situation.problems.iter().map(|problem| problem.path.clone()).collect();
    let changed: Vec<&TreePath> =
        bundles.iter().flat_map(|bundle| bundle.patch.changes.iter().map(|change| &change.path)).collect();
    let changes =
        bundles.iter().flat_map(|bundle| bundle.patch.changes.iter().map(move |change| (*bundle, change)));
    let may_differ =
        |change: &FileChange| change.local_edits != LocalEdits::Refuse || !moved.at(&change.path).is_empty();
    for (bundle, change) in changes.filter(|(_, change)| may_differ(change)) {
        if hidden.iter().any(|place| place == change.path.as_str()) {
            continue;
        }
        let observed = survey.situation.tree.at(&change.path).cloned();
        let edit = LocalEdit { bundle, fs, change, keeps_modes };
        if edit.is_none(observed.as_ref()) {
            continue;
        }
        if let (None, Some(Node::File(mine))) = (choices.choices.get(&change.path), &observed)
            && let Some(resolution) = edit.with_its_switch(mine, moved, &mut survey.made)?
        {
            survey.situation.edits.insert(change.path.clone(), resolution);
            continue;
        }
        let is_shared = || changed.iter().filter(|path| ***path == change.path).count() > 1;
        let resolution = match (choices.choices.get(&change.path), &observed) {
            (_, Some(Node::Link(_) | Node::Dir(_))) => None,
            (Some(EditChoice::TakeTheirs | EditChoice::Merged(_)), _) | (None, Some(_)) if is_shared() => {
                let why = "several of these patches change it; apply them one after the other";
                Some(Resolution::Impossible(why.to_owned()))
            }
            (Some(EditChoice::KeepMine), _) => Some(Resolution::KeepMine),
            (None, Some(Node::File(mine))) if edit.is_about_permissions() => {
                Some(edit.with_its_permissions(mine))
            }
            (Some(EditChoice::TakeTheirs), _) => Some(edit.take_theirs(&mut survey.made)?),
            (Some(EditChoice::Merged(_)), mine) => {
                Some(edit.take_given(&choices.merged[&change.path], mine.as_ref(), &mut survey.made))
            }
            (None, Some(Node::File(mine))) if change.local_edits == LocalEdits::Merge => {
                Some(edit.merge(mine, &mut survey.made)?)
            }
            (None, Some(Node::File(mine))) if change.local_edits == LocalEdits::Edit => {
                Some(edit.edit(mine, &mut survey.made)?)
            }
            (None, _) => None,
        };
        if let Some(resolution) = resolution {
            survey.situation.edits.insert(change.path.clone(), resolution);
        }
    }
    Ok(())
}

impl Workbench {
    /// Writes to `output`, a new file outside the folder, what the file at `path` comes to when the edits made here and the
    /// changes of the patch are put together, with both sides of each clash marked: something for a person to finish.
    ///
    /// # Errors
    /// If there is nothing to merge at `path`, a file has the name of the output, or one cannot be read or written.
    pub(crate) fn draft_merge(
        &self,
        bundle: &Path,
        target: &Path,
        path: &TreePath,
        output: &Path,
    ) -> Result<()> {
        refuse_in_product(output, target)?;
        refuse_taken(output, OutputKind::Single)?;
        let [base, mine, theirs] = self.sides_of_merge(bundle, target, path)?;
        let marked = draft(&base, &mine, &theirs).map_err(|reason| unmergeable(path, reason))?;
        let failed = |source| Error::File { doing: "write the draft", path: output.to_owned(), source };
        WholeFile::write(output, &marked).map_err(failed)
    }

    /// What meets where the file at `path` was edited and the patch changes it: the original, the file as it is here,
    /// and what the patch brings.
    pub(super) fn sides_of_merge(
        &self,
        bundle: &Path,
        target: &Path,
        path: &TreePath,
    ) -> Result<[Vec<u8>; 3]> {
        let bundle = self.open(bundle)?;
        let fs = self.disk(target)?;
        let refused = |why: NoDraft| Error::refused_at(path, Edits::NoDraft(why));
        let change = bundle.patch.change_at(path).ok_or_else(|| refused(NoDraft::NoChange))?;
        let edit = LocalEdit { bundle: &bundle, fs: &*fs, change, keeps_modes: fs.features().modes };
        let failed = |source| ScanError::Io { place: path.into(), source };
        let Some(Node::File(mine)) = node_at(&*fs, &path.into()).map_err(failed)? else {
            return Err(refused(NoDraft::NoFile));
        };
        let sides = edit.base()?.zip(read_file(&*fs, &path.into(), mine.digest)?);
        let Some(((_, base), mine)) = sides else {
            return Err(refused(NoDraft::NoOriginal));
        };
        let Some(theirs) = edit.theirs()? else {
            return Err(refused(NoDraft::NoNewContent));
        };
        Ok([base, mine, theirs])
    }
}

/// That the three contents at `path` are not merged line by line.
pub(super) fn unmergeable(path: &TreePath, reason: Unmergeable) -> Error {
    Error::refused_at(path, Edits::NoDraft(NoDraft::Unmergeable(reason)))
}

/// What `change` comes to where the file in the folder is `mine`, if it is merged with that. For showing: what cannot
/// be read or merged is shown unmerged.
pub(crate) fn merged_here(
    bundle: &VerifiedBundle,
    fs: &dyn Fs,
    change: &FileChange,
    mine: &FileNode,
) -> Option<(FileNode, Vec<u8>)> {
    let edit = LocalEdit { bundle, fs, change, keeps_modes: fs.features().modes };
    if edit.is_none(Some(&Node::File(mine.clone()))) {
        return None;
    }
    let mut made = MergedContents::default();
    let resolution = match change.local_edits {
        LocalEdits::Edit => edit.edit(mine, &mut made),
        LocalEdits::Merge => edit.merge(mine, &mut made),
        _ => return None,
    };
    match resolution.ok()? {
        Resolution::Merged { file, .. } => Some((file, made.take(&change.path)?)),
        _ => None,
    }
}

/// Works out what becomes of each file that was edited after the change made of `steps`, where a copy of what the
/// change left was kept: what the change did goes, the edits stay. `original` and `left` have what was there before the
/// change, and what it left.
///
/// # Errors
/// If a file cannot be read, or was changed while it was looked at.
pub(crate) fn resolve_edits_since<'s>(
    fs: &dyn Fs,
    steps: impl IntoIterator<Item = &'s Step>,
    (original, left): (&ContentOf<'_>, &ContentOf<'_>),
    survey: &mut Survey,
) -> Result<()> {
    for step in steps {
        let (Some(Node::File(after)), Some(Node::File(before))) = (&step.after, &step.before) else {
            continue;
        };
        let Some(Node::File(mine)) = survey.situation.tree.at(&step.path).cloned() else { continue };
        if mine == *after || mine == *before {
            continue;
        }
        let Some(base) = left(&step.path, after)? else { continue };
        let my_content = read_file(fs, &Place::from(&step.path), mine.digest)?;
        let (Some(my_content), Some(theirs)) = (my_content, original(&step.path, before)?) else { continue };
        let modes = [after.mode, mine.mode, before.mode];
        let merged = merge(step.path.as_str(), &base, &my_content, &theirs);
        let resolution = resolution_of(merged, &step.path, modes, &mut survey.made);
        survey.situation.edits.insert(step.path.clone(), resolution);
    }
    Ok(())
}

/// One file that was edited, and the change that meets it.
struct LocalEdit<'a> {
    bundle: &'a VerifiedBundle,
    fs: &'a dyn Fs,
    change: &'a FileChange,
    keeps_modes: bool,
}

impl LocalEdit<'_> {
    /// Whether the place is as it should be, before or afterwards.
    fn is_none(&self, observed: Option<&Node>) -> bool {
        let seen = |node: &Node| if self.keeps_modes { node.clone() } else { node.clone().without_mode() };
        let before: Vec<Node> = self.change.before.iter().map(seen).collect();
        let expects = observed.map_or(before.is_empty(), |node| before.contains(node));
        expects || self.change.after.as_ref().map(seen).as_ref() == observed
    }

    /// Whether all that the patch changes are the permissions, and an edit of the content may stay beside that.
    fn is_about_permissions(&self) -> bool {
        let is_same = |after: &Node| self.change.before.iter().all(|before| before.same_content(after));
        let stays = matches!(self.change.local_edits, LocalEdits::Merge | LocalEdits::Replace);
        stays && !self.change.before.is_empty() && self.change.after.as_ref().is_some_and(is_same)
    }

    /// What is here, with the permissions that the patch gives it.
    fn with_its_permissions(&self, mine: &FileNode) -> Resolution {
        let mode = |node: Option<&Node>| node.and_then(Node::mode).unwrap_or(mine.mode);
        let before = match self.change.before.iter().any(|before| before.mode() == Some(mine.mode)) {
            true => mine.mode,
            false => mode(self.change.before.first()),
        };
        let mode = self.mode([before, mine.mode, mode(self.change.after.as_ref())]);
        Resolution::Merged { file: FileNode { mode, ..mine.clone() }, by: MergedHow::Permissions }
    }

    fn take_theirs(&self, made: &mut MergedContents) -> Result<Resolution> {
        let theirs = if self.base()?.is_some() { self.theirs()? } else { None };
        let is_at_hand = theirs.is_some_and(|theirs| made.keep(&self.change.path, theirs));
        Ok(Resolution::TakeTheirs { is_at_hand })
    }

    fn take_given(&self, content: &[u8], mine: Option<&Node>, made: &mut MergedContents) -> Resolution {
        if content.len() > MAX_MERGE_BYTES {
            return Resolution::Impossible("your merged file is too large".to_owned());
        }
        if has_conflict_markers(content) {
            return Resolution::Impossible("your merged file still has conflict marks".to_owned());
        }
        let theirs = self.change.after.as_ref().and_then(Node::mode).unwrap_or(Mode::FILE);
        let mine = mine.and_then(Node::mode).unwrap_or(theirs);
        let before = self.change.before.first().and_then(Node::mode).unwrap_or(mine);
        let mode = self.mode([before, mine, theirs]);
        keep_merged(content.to_vec(), mode, MergedHow::Given, &self.change.path, made)
    }

    /// What the patch brings, where all that was changed here is a switch which an older edition of it brought, and which
    /// it has, too: the switch stays where it is.
    fn with_its_switch(
        &self,
        mine: &FileNode,
        moved: &MovedSwitches,
        made: &mut MergedContents,
    ) -> Result<Option<Resolution>> {
        let about = &self.bundle.patch.about;
        let is_same = |one: &Toggle, two: &Toggle| {
            (&one.id, &one.file, one.kind, &one.key, &one.on, &one.off)
                == (&two.id, &two.file, two.kind, &two.key, &two.on, &two.off)
        };
        let has_it = |one: &&MovedSwitch| {
            one.patch == about.identity.id.as_str()
                && about.toggles.iter().any(|toggle| is_same(toggle, &one.toggle))
        };
        let here = moved.at(&self.change.path);
        if here.is_empty() || !here.iter().all(|one| has_it(&one)) {
            return Ok(None);
        }
        let place = Place::from(&self.change.path);
        let content = read_file(self.fs, &place, mine.digest)?.ok_or_else(Error::moved)?;
        let Some(as_left) = as_left(here, &content) else { return Ok(None) };
        let left = same_but(mine, &as_left);
        if !self.is_none(Some(&Node::File(left.clone()))) {
            return Ok(None);
        }
        let Some(Node::File(after)) = &self.change.after else { return Ok(None) };
        let library =
            Library::new(std::slice::from_ref(self.bundle), SearchFirst::Bundles).in_folder(self.fs);
        let library = library.where_bundles_say();
        let library = library.with_made(BTreeMap::from([(left.digest, Arc::new(as_left))]));
        let Ok(Some(theirs)) = library.read(&after.digest) else { return Ok(None) };
        let content = here.iter().try_fold(theirs, |content, one| one.in_place(&content));
        let Some(content) = content else { return Ok(None) };
        let mode = self.mode([left.mode, mine.mode, after.mode]);
        let file = FileNode { mode, ..same_but(after, &content) };
        Ok(made
            .keep(&self.change.path, content)
            .then_some(Resolution::Switched { goes: false, file: Some(file) }))
    }

    /// Both edits together, if they fit.
    fn merge(&self, mine: &FileNode, made: &mut MergedContents) -> Result<Resolution> {
        let impossible = |why: &str| Ok(Resolution::Impossible(why.to_owned()));
        let Some(Node::File(after)) = &self.change.after else {
            return impossible("the patch deletes this file");
        };
        if self.change.before.is_empty() {
            return impossible("the patch adds a file with the same name");
        }
        if mine.size_bytes > MAX_MERGE_BYTES as u64 || after.size_bytes > MAX_MERGE_BYTES as u64 {
            return impossible(&Unmergeable::TooLarge.to_string());
        }
        let Some((before, base)) = self.base()? else {
            return impossible("the original isn't in the patch file");
        };
        let Some(theirs) = self.theirs()? else {
            return impossible("the whole new content isn't in the patch file");
        };
        let my_content =
            read_file(self.fs, &Place::from(&self.change.path), mine.digest)?.ok_or_else(Error::moved)?;
        let mode = self.mode([before.mode, mine.mode, after.mode]);
        let merged = merge(self.change.path.as_str(), &base, &my_content, &theirs);
        Ok(resolution_of(merged, &self.change.path, [mode; 3], made))
    }

    /// What is here, with the edits of the patch.
    fn edit(&self, mine: &FileNode, made: &mut MergedContents) -> Result<Resolution> {
        let CheckedEdits { edits, base, .. } = match edits_of(self.bundle, self.change)? {
            Ok(checked) => checked,
            Err(why) => return Ok(Resolution::Impossible(format!("the patch's edits can't be used: {why}"))),
        };
        let my_content =
            read_file(self.fs, &Place::from(&self.change.path), mine.digest)?.ok_or_else(Error::moved)?;
        Ok(match edits.try_on_edited(&base, &my_content) {
            Err(why) => Resolution::Unfit(vec![why.to_string()]),
            Ok(Tried { content: Some(content), keys, .. }) => {
                let mode = |node: Option<&Node>| node.and_then(Node::mode).unwrap_or(mine.mode);
                let mode = self.mode([
                    mode(self.change.before.first()),
                    mine.mode,
                    mode(self.change.after.as_ref()),
                ]);
                keep_merged(content, mode, MergedHow::Edited(keys), &self.change.path, made)
            }
            Ok(tried) => Resolution::Unfit(tried.clashes().map(ToString::to_string).collect()),
        })
    }

    /// The permissions that a merged file gets.
    fn mode(&self, modes: [Mode; 3]) -> Mode {
        if self.keeps_modes { merged_mode(modes) } else { Mode::FILE }
    }

    /// The content that both edits began with, and the file that had it.
    fn base(&self) -> Result<Option<(FileNode, Vec<u8>)>> {
        let Some(digest) = self.change.base else { return Ok(None) };
        let files = self.change.before.iter().filter_map(Node::as_file);
        let Some(file) = files.into_iter().find(|file| file.digest == digest) else { return Ok(None) };
        if file.size_bytes > MAX_MERGE_BYTES as u64 {
            return Ok(None);
        }
        let content = self.bundle.read_blob(&digest, MAX_MERGE_BYTES as u64)?;
        Ok(Some((file.clone(), content)))
    }

    /// The whole content that the patch brings; `None` if it is made from a file that is not as it was.
    fn theirs(&self) -> Result<Option<Vec<u8>>> {
        let Some(Node::File(after)) = &self.change.after else { return Ok(None) };
        if after.size_bytes > MAX_MERGE_BYTES as u64 {
            return Ok(None);
        }
        let library = Library::new(std::slice::from_ref(self.bundle), SearchFirst::Bundles);
        library.in_folder(self.fs).where_bundles_say().read(&after.digest).map_err(|error| match error {
            NotRead::Bundle(error) => Error::from(error),
            NotRead::Disk(source) => ScanError::Io { place: Place::from(&self.change.path), source }.into(),
            NotRead::Nowhere | NotRead::SourceDamaged => Error::moved(),
        })
    }
}

fn resolution_of(
    merged: std::result::Result<Merge, Unmergeable>,
    path: &TreePath,
    modes: [Mode; 3],
    made: &mut MergedContents,
) -> Resolution {
    match merged {
        Ok(Merge::Clean { content, by }) => {
            keep_merged(content, merged_mode(modes), MergedHow::By(by), path, made)
        }
        Ok(Merge::Clashes(places)) => Resolution::Clashes(places),
        Err(reason) => Resolution::Impossible(reason.to_string()),
    }
}

fn keep_merged(
    content: Vec<u8>,
    mode: Mode,
    by: MergedHow,
    path: &TreePath,
    made: &mut MergedContents,
) -> Resolution {
    let file = FileNode { digest: Digest::compute(&content), size_bytes: content.len() as u64, mode };
    match made.keep(path, content) {
        true => Resolution::Merged { file, by },
        false => Resolution::Impossible("too many large files would be merged at once".to_owned()),
    }
}

/// The permissions of the side that changed them; where both did, what somebody set here stays.
fn merged_mode([base, mine, theirs]: [Mode; 3]) -> Mode {
    if mine == base { theirs } else { mine }
}

/// Whether somebody has begun to merge and not ended.
fn has_conflict_markers(content: &[u8]) -> bool {
    let has = |marker: &[u8]| content.split(|&byte| byte == b'\n').any(|line| line.starts_with(marker));
    has(b"<<<<<<< ") && has(b">>>>>>> ")
}
