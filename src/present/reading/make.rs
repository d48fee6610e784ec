//! Makes patches for the window.

use std::path::{Path, PathBuf};

use crate::present::make::{Described, MadePage, MakeForm, MakeFrom};
use crate::workbench::{
    EditMakeRequest, Error, GitMakeRequest, MadeBundle, MakeRequest, OrderSource, ProofChoice,
    TextMakeRequest, TextOptions, Watch, Workbench,
};

/// Makes what `form` says; what was typed is kept beside the patch file.
pub(super) fn make(
    workbench: &Workbench,
    form: &MakeForm,
    output: &Path,
    watch: Watch<'_>,
) -> Result<MadePage, Error> {
    let order = match form.described() {
        Described::Here => {
            let beside = output.parent().unwrap_or(Path::new("")).to_owned();
            Some(OrderSource::Text { text: form.order(), beside })
        }
        Described::InFile => form.order_file.clone().map(OrderSource::File),
        Described::BySource => None,
    };
    let order = order.map(|order| order.listed_in(form.sbom.clone()));
    let made = make_from(workbench, form, order, output.to_owned(), watch)?;
    let kept = match form.described() {
        Described::Here => Some(workbench.keep_order(&form.order(), output)?),
        Described::InFile => form.order_file.clone(),
        Described::BySource => None,
    };
    Ok(MadePage::new(&made, kept))
}

fn make_from(
    workbench: &Workbench,
    form: &MakeForm,
    order: Option<OrderSource>,
    output: PathBuf,
    watch: Watch<'_>,
) -> Result<MadeBundle, Error> {
    let proof = if form.without_proof { ProofChoice::Skip } else { ProofChoice::RoundTrip };
    let chosen = |path: &Option<PathBuf>| path.clone().unwrap_or_default();
    match (form.from, form.commits()) {
        (MakeFrom::Git, Some(commits)) => {
            let request =
                GitMakeRequest { repository: chosen(&form.repository), commits, order, output, proof };
            workbench.make_of_commits(&request, watch)
        }
        (MakeFrom::Edits, _) => {
            let (from, order) = (chosen(&form.old), chosen(&form.order_file));
            let (sbom, tries) = (form.sbom.clone(), form.tries.clone());
            let request = EditMakeRequest { from, order, sbom, tries, output, proof };
            workbench.make_of_edits(&request, watch)
        }
        (MakeFrom::TextPatch, _) => {
            let mut patches = form.patches.clone();
            let further = patches.split_off(patches.len().min(1));
            let reading = TextOptions { further, ..form.reading.clone() };
            let patch = patches.pop().unwrap_or_default();
            let target = chosen(&form.target);
            workbench.make_of_text(&TextMakeRequest { patch, reading, target, order, output, proof }, watch)
        }
        _ => {
            let (from, to) = (chosen(&form.old), chosen(&form.new));
            let order = order.unwrap_or(OrderSource::Id(String::new()));
            workbench.make(&MakeRequest { from, to, order, output, proof }, watch)
        }
    }
}
