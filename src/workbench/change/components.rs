//! Whether the parts that patches need are there: as the folder itself shows, where the patch says how to read that, or else as
//! far as an SBOM says so. That is its maker's word, and told as that.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::checks::identify;
use crate::disk::fs::Fs;
use crate::ledger::EntryFact;
use crate::model::{Detect, Patch, Product, Purl, RequiredComponent, TreePath};
use crate::plan::why::{ComponentSource, ComponentState, NeedsComponent};
use crate::plan::{Note, NoteAbout, Obstacle};
use crate::workbench::look::scan::{Sbom, sboms_here};
use crate::workbench::{ApplyPreview, Result};

/// Adds to a preview what the folder or an SBOM says about the parts that its patches need: the one that somebody `named`, or
/// else those that lie in the folder. What they say, the history is to keep.
///
/// # Errors
/// If the disk refuses to be read, for a reason that says nothing about the part.
pub(super) fn add_components(
    preview: &mut ApplyPreview,
    named: Option<&Sbom>,
    fs: &dyn Fs,
) -> Result<Vec<EntryFact>> {
    let mut facts = Vec::new();
    if preview.preview.is_nothing_to_do() {
        return Ok(facts);
    }
    let coming: Vec<_> = preview.patches.iter().filter(|patch| patch.left_out.is_none()).collect();
    let needed = coming.iter().flat_map(|patch| &patch.patch.about.requires_components);
    let needed = needed.map(|part| part.purl.clone()).collect();
    let named =
        named.map(|sbom| SbomToAsk { at: None, sbom: Cow::Borrowed(sbom), disproved: OnceCell::new() });
    let sboms = SbomsToAsk { fs, named, needed, here: OnceCell::new() };
    let (mut obstacles, mut notes) = (Vec::new(), Vec::new());
    for patch in coming {
        for part in &patch.patch.about.requires_components {
            let (needs, sbom) = needs(&patch.patch, part, &sboms)?;
            facts.extend(fact(&needs, sbom));
            let stops = match needs.is {
                ComponentState::Right(_) => false,
                ComponentState::Wrong(_) => true,
                _ => part.is_required,
            };
            match stops {
                true => obstacles.push(Obstacle::new(needs)),
                false => notes.push(Note::of_obstacle(NoteAbout::Reason, Obstacle::new(needs))),
            }
        }
    }
    preview.preview.obstacles.extend(obstacles);
    preview.preview.notes.extend(notes);
    Ok(facts)
}

/// The bills that can be asked. Those in the folder are read once, and only if nobody named one and the files don't say it.
struct SbomsToAsk<'a> {
    fs: &'a dyn Fs,
    named: Option<SbomToAsk<'a>>,
    needed: Vec<Purl>,
    here: OnceCell<Vec<SbomToAsk<'a>>>,
}

/// One of them.
struct SbomToAsk<'a> {
    /// Where it is in the folder; `None`: somebody named it.
    at: Option<TreePath>,
    sbom: Cow<'a, Sbom>,
    /// A file that it describes otherwise than it is.
    disproved: OnceCell<Option<TreePath>>,
}

impl<'a> SbomsToAsk<'a> {
    fn here(&self) -> &[SbomToAsk<'a>] {
        self.here.get_or_init(|| {
            let ask =
                |(at, sbom)| SbomToAsk { at: Some(at), sbom: Cow::Owned(sbom), disproved: OnceCell::new() };
            sboms_here(self.fs, &self.needed).into_iter().map(ask).collect()
        })
    }
}

/// What is known of a part, and the bill that says so.
fn needs<'a>(
    patch: &Patch,
    part: &RequiredComponent,
    sboms: &'a SbomsToAsk<'_>,
) -> Result<(NeedsComponent, Option<&'a Sbom>)> {
    let needs = |source, is| NeedsComponent {
        patch: patch.about.identity.clone(),
        part: Box::new(part.clone()),
        source,
        is,
    };
    if let Some((path, version)) = detected(sboms.fs, part)? {
        return Ok((needs(ComponentSource::File(path), state_of(part, &version)), None));
    }
    let asked: Vec<&SbomToAsk<'_>> = match &sboms.named {
        Some(named) => vec![named],
        None => sboms.here().iter().collect(),
    };
    let told = asked.into_iter().map(|one| (one, state(part, one, sboms.fs)));
    Ok(match told.max_by_key(|(_, is)| weight(is)) {
        Some((one, is)) => {
            let source = one.at.clone().map_or(ComponentSource::Sbom, ComponentSource::SbomHere);
            (needs(source, is), Some(&*one.sbom))
        }
        None => (needs(ComponentSource::Nobody, ComponentState::NotAsked), None),
    })
}

/// Which of several answers counts: each may be about the part that is used.
fn weight(is: &ComponentState) -> u8 {
    match is {
        ComponentState::Wrong(_) => 3,
        ComponentState::Disproved(_) | ComponentState::Torn(_) | ComponentState::Unclear(_) => 2,
        ComponentState::Right(_) => 1,
        ComponentState::Unlisted | ComponentState::NotAsked => 0,
    }
}

/// The version that the folder itself names, and the file that does.
fn detected(fs: &dyn Fs, part: &RequiredComponent) -> Result<Option<(TreePath, String)>> {
    let version_rule = part.detect.iter().find(|rule| matches!(rule, Detect::Version { .. }));
    let Some(version_rule) = version_rule else { return Ok(None) };
    let found = identify(fs, &Product { detect: part.detect.clone(), ..Product::default() })?;
    let is_there = found.matches.iter().all(|one| one.holds);
    Ok(found.version.filter(|_| is_there).map(|version| (version_rule.path().clone(), version)))
}

/// What the history keeps of a part that is there.
fn fact(needs: &NeedsComponent, sbom: Option<&Sbom>) -> Option<EntryFact> {
    let ComponentState::Right(found) = &needs.is else { return None };
    let (patch, purl) = (needs.patch.to_string(), needs.part.purl.to_string());
    let (versions, found) = (needs.part.versions.as_str().to_owned(), found.clone());
    match (&needs.source, sbom) {
        (ComponentSource::File(path), _) => {
            Some(EntryFact::ComponentInFile { patch, purl, versions, found, path: path.to_string() })
        }
        (_, Some(sbom)) => Some(EntryFact::Component {
            patch,
            purl,
            versions,
            found,
            sbom: sbom.path.display().to_string(),
            format: sbom.format.to_string(),
            sha256: sbom.digest,
            components: sbom.parts,
        }),
        (_, None) => None,
    }
}

/// What one version means.
fn state_of(part: &RequiredComponent, version: &str) -> ComponentState {
    match part.versions.contains(version) {
        Ok(true) => ComponentState::Right(version.to_owned()),
        Ok(false) => ComponentState::Wrong(version.to_owned()),
        Err(_) => ComponentState::Unclear(Some(version.to_owned())),
    }
}

/// The worst of what a bill lists: each of several may be the one that is used. What describes other files than these is about
/// something else.
fn state(part: &RequiredComponent, asked: &SbomToAsk<'_>, fs: &dyn Fs) -> ComponentState {
    let sbom = &asked.sbom;
    let versions = sbom.versions_of(&part.purl);
    if versions.is_empty() {
        return ComponentState::Unlisted;
    }
    if let Some(path) = asked.disproved.get_or_init(|| sbom.disproved_by(fs).cloned()) {
        return ComponentState::Disproved(path.clone());
    }
    if let Some((_, both)) = sbom.torn.iter().find(|(purl, _)| *purl == part.purl) {
        return ComponentState::Torn(both.clone());
    }
    let mut unclear = None;
    for version in versions {
        match version.as_deref().map(|version| state_of(part, version)) {
            Some(ComponentState::Right(_)) => {}
            Some(wrong @ ComponentState::Wrong(_)) => return wrong,
            _ => unclear = Some(ComponentState::Unclear(version.clone())),
        }
    }
    let named: Vec<String> = versions.iter().flatten().cloned().collect();
    unclear.unwrap_or_else(|| ComponentState::Right(named.join(" and ")))
}
