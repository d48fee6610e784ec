//! What new content would be allowed to do: run with special rights, or be read by more people than before.
//!
//! Of a patch that enough people vouch for it is told; one that nobody vouches for needs somebody who wants it.

use std::collections::{BTreeMap, BTreeSet};

use crate::disk::fs::{Fs, Place, StatKind};
use crate::disk::{hash_file, look_at_all};
use crate::model::{Digest, FileNode, Mode, Node, Step, TreePath};
use crate::plan::why::Danger;
use crate::plan::{Note, NoteAbout, Obstacle};
use crate::trust::Standing;
use crate::workbench::{ApplyPreview, Result, Watch};

/// Adds what the steps of `preview` would let new content do.
///
/// # Errors
/// If the folder cannot be read.
pub(super) fn add_dangers(preview: &mut ApplyPreview, fs: &dyn Fs, watch: Watch<'_>) -> Result<()> {
    let features = fs.features();
    if !features.modes {
        return Ok(());
    }
    let steps = &preview.preview.plan.steps;
    let _kept_open = fs.keep_folders_open();
    let mut found: Vec<(TreePath, Danger)> = Vec::new();
    for step in steps {
        found.extend(opened(step).map(|danger| (step.path.clone(), danger)));
        found.extend(
            special_rights(step, fs)?.map(|rights| (step.path.clone(), Danger::SpecialRights { rights })),
        );
    }
    found.extend(revealed(steps, fs, watch)?);
    for (path, danger) in found {
        let is_trusted = preview
            .patches
            .iter()
            .filter(|one| one.left_out.is_none() && one.patch.change_at(&path).is_some())
            .all(|one| one.verdict.standing == Standing::Trusted);
        preview.dangers.push(format!("{path}: {}", danger.meaning()));
        match is_trusted {
            true => {
                let danger = Obstacle::at(&path, danger);
                preview.preview.notes.push(Note::of_obstacle(NoteAbout::Reason, danger));
            }
            false => preview.preview.obstacles.push(Obstacle::at(&path, danger)),
        }
    }
    Ok(())
}

/// With which rights new content would run; `None`: with those of whoever runs it.
fn special_rights(step: &Step, fs: &dyn Fs) -> Result<Option<String>> {
    let (Some(Node::File(before)), Some(Node::File(after))) = (&step.before, &step.after) else {
        return Ok(None);
    };
    if before.digest == after.digest {
        return Ok(None);
    }
    let place = Place::from(&step.path);
    // What cannot be asked has no rights that the present user could give to new content.
    let attributes = fs.attributes(&place).unwrap_or_default();
    let who = |id: Option<u32>, kind: &str| match id {
        Some(0) => "as root".to_owned(),
        Some(id) => format!("as {kind} {id}"),
        None => format!("as its {kind}"),
    };
    let (user, group) = (attributes.owner.map(|owner| owner.0), attributes.owner.map(|owner| owner.1));
    let kept = before.mode.bits() & after.mode.bits();
    let rights = [
        (kept & 0o4000 != 0, format!("set-user-id: it runs {}", who(user, "user"))),
        (kept & 0o2000 != 0, format!("set-group-id: it runs {}", who(group, "group"))),
        (
            attributes.extended.contains_key("security.capability"),
            "file capabilities: it runs with these".to_owned(),
        ),
    ];
    let rights: Vec<String> = rights.into_iter().filter(|(is_so, _)| *is_so).map(|(_, text)| text).collect();
    Ok((!rights.is_empty()).then(|| rights.join("; ")))
}

/// A file or folder that is there, and that more people may use than now, or that runs with other rights.
fn opened(step: &Step) -> Option<Danger> {
    let (is_folder, from, to) = match (step.before.as_ref()?, step.after.as_ref()?) {
        (Node::File(before), Node::File(after)) => (false, before.mode, after.mode),
        (Node::Dir(before), Node::Dir(after)) => (true, *before, *after),
        _ => return None,
    };
    let added = to.bits() & !from.bits();
    // To run a file that one may read takes no right; to go through a folder does.
    let opens = if is_folder { added & 0o077 } else { added & 0o6066 };
    (opens != 0).then_some(Danger::Opened { is_folder, from, to })
}

/// New files that more people may read than a file of the folder with the same content.
fn revealed(steps: &[Step], fs: &dyn Fs, watch: Watch<'_>) -> Result<Vec<(TreePath, Danger)>> {
    let new = |step: &Step| match (&step.before, &step.after) {
        (None, Some(Node::File(file))) if file.size_bytes > 0 && readers(file.mode) != 0 => {
            Some((step.path.clone(), file.clone()))
        }
        _ => None,
    };
    let new: Vec<(TreePath, FileNode)> = steps.iter().filter_map(new).collect();
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let sizes: BTreeSet<u64> = new.iter().map(|(_, file)| file.size_bytes).collect();
    let widest = new.iter().fold(0, |bits, (_, file)| bits | readers(file.mode));
    let mut alike = look_at_all(fs, watch.progress, watch.cancel)?;
    alike.retain(
        |(_, found)| matches!(found.kind, StatKind::File { size_bytes } if sizes.contains(&size_bytes)),
    );
    if alike.iter().all(|(_, found)| widest & !readers(found.mode) == 0) {
        return Ok(Vec::new());
    }
    // Of each content the file that the fewest may read, and everybody who may read any.
    let mut known: BTreeMap<Digest, (TreePath, Mode, u32)> = BTreeMap::new();
    for (path, found) in alike {
        watch.cancel.check()?;
        // Whoever may not read it cannot bring its content anywhere either.
        let Ok((digest, _)) = hash_file(fs, &Place::from(&path)) else { continue };
        let (of, mode, all) = known.entry(digest).or_insert_with(|| (path.clone(), found.mode, 0));
        *all |= readers(found.mode);
        if readers(found.mode) < readers(*mode) {
            (*of, *mode) = (path, found.mode);
        }
    }
    let reveals = |(path, file): (TreePath, FileNode)| {
        let (of, mode, all) = known.get(&file.digest)?;
        let danger = Danger::Revealed { of: of.clone(), from: *mode, to: file.mode };
        (readers(file.mode) & !all != 0).then_some((path, danger))
    };
    Ok(new.into_iter().filter_map(reveals).collect())
}

/// Who beside its owner may read a file, as bits.
const fn readers(mode: Mode) -> u32 {
    mode.bits() & 0o044
}
