//! Whether the parts that patches need are there, as far as an SBOM says so. That is its maker's word, and told as that.

use crate::ledger::EntryFact;
use crate::model::{Patch, RequiredComponent};
use crate::plan::why::{ComponentState, NeedsComponent};
use crate::plan::{Note, NoteAbout, Obstacle};
use crate::workbench::ApplyPreview;
use crate::workbench::look::scan::Sbom;

/// Adds to a preview what `sbom` says about the parts that its patches need. What it says, the history is to keep.
pub(super) fn add_components(preview: &mut ApplyPreview, sbom: Option<&Sbom>) -> Vec<EntryFact> {
    let mut facts = Vec::new();
    if preview.preview.is_nothing_to_do() {
        return facts;
    }
    let coming: Vec<_> = preview.patches.iter().filter(|patch| patch.left_out.is_none()).collect();
    let (mut obstacles, mut notes) = (Vec::new(), Vec::new());
    for patch in coming {
        for part in &patch.patch.about.requires_components {
            let needs = needs(&patch.patch, part, sbom);
            if let (Some(sbom), ComponentState::Right(found)) = (sbom, &needs.is) {
                facts.push(EntryFact::Component {
                    patch: needs.patch.to_string(),
                    purl: part.purl.to_string(),
                    versions: part.versions.as_str().to_owned(),
                    found: found.clone(),
                    sbom: sbom.path.display().to_string(),
                    format: sbom.format.to_string(),
                    sha256: sbom.digest,
                    components: sbom.parts,
                });
            }
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
    facts
}

fn needs(patch: &Patch, part: &RequiredComponent, sbom: Option<&Sbom>) -> NeedsComponent {
    NeedsComponent {
        patch: patch.about.identity.clone(),
        part: Box::new(part.clone()),
        is: sbom.map_or(ComponentState::NotAsked, |sbom| state(part, sbom)),
    }
}

/// The worst of what it lists: each of several may be the one that is used.
fn state(part: &RequiredComponent, sbom: &Sbom) -> ComponentState {
    let versions = sbom.versions_of(&part.purl);
    let mut unclear = None;
    for version in versions {
        match version.as_deref().map(|version| part.versions.contains(version)) {
            Some(Ok(true)) => {}
            Some(Ok(false)) => return ComponentState::Wrong(version.clone().unwrap_or_default()),
            Some(Err(_)) | None => unclear = Some(ComponentState::Unclear(version.clone())),
        }
    }
    let right = || {
        let named: Vec<String> = versions.iter().flatten().cloned().collect();
        ComponentState::Right(named.join(" and "))
    };
    match (unclear, versions.is_empty()) {
        (Some(unclear), _) => unclear,
        (None, true) => ComponentState::Unlisted,
        (None, false) => right(),
    }
}
