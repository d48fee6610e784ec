//! No text of a patch file or a folder reaches the screen as it is: each page is looked at character by character,
//! which [`super::person::Person::settle`] does after every click.

use std::fs;

use patchwright::model::{Conflict, Hold, HoldKind, HoldPhase, Patch, PatchId};
use patchwright::words;

use super::guided::goes_through;
use super::hidden::shows_every_place;
use super::person::Opening;
use super::sandbox::Sandbox;

/// A turned reading direction, and names that cannot be seen. Manifests may hold no control characters in one line.
const EVIL: &str = "a\u{202e}gnp.\u{200b}\u{feff}\u{2066}b";

fn everywhere(patch: &mut Patch) {
    let evil = |label: &str| format!("{label} {EVIL}");
    patch.about.title = evil("title").into();
    patch.about.summary = format!("{}\n\t{}", evil("summary"), evil("more")).into();
    patch.about.vendor = evil("vendor").into();
    patch.about.contact = Some(evil("contact").into());
    patch.about.product.name = evil("product");
    patch.about.fixes = vec![evil("fix")];
    patch.about.notices =
        vec![Hold { kind: HoldKind::Action, text: evil("hold").into(), phase: HoldPhase::Before }];
    patch.about.rollback.reason = Some(evil("reason").into());
    patch.about.rollback.data_warning = Some(evil("warning").into());
    patch.about.rollback.steps = vec![evil("step").into()];
    patch.about.source = Some(evil("source").into());
    patch.about.evidence.review = vec![evil("review").into()];
    patch.about.result_version = Some(evil("version"));
}

#[test]
fn no_page_shows_text_of_a_patch_or_a_folder_as_it_is() {
    let sandbox = Sandbox::new();
    let folder = format!("app {EVIL}");
    let (old, new) = (format!("{EVIL}\u{1b}[2J\r\nold\u{7}\n"), format!("{EVIL}\u{1b}]0;x\u{7}\rnew\n"));
    sandbox.write(&format!("{folder}/screen.txt"), &old);
    sandbox.write(&format!("{folder}/version.txt"), "4.2\n");
    let bundle = sandbox
        .bundle("ACME-HF-1")
        .replace("version.txt", "4.2\n", "4.2.1\n")
        .replace("screen.txt", &old, &new)
        .but(everywhere);
    let bundle = sandbox.save("evil\u{202e}.patchbundle", &bundle);
    let mut person = Opening::with_paths([bundle, sandbox.path(&folder)]).open();
    person.must_see("title a");
    person.must_see("\\u{202e}");
    for tab in [words::TAB_CHANGES, words::TAB_CHECKS, words::TAB_HISTORY] {
        person.opens_tab(tab);
    }
    person.press(words::TO_START);
    person.must_see("evil");
    let row = person.controls();
    let row = row.into_iter().filter_map(|node| egui_kittest::kittest::NodeT::accesskit_node(&node).label());
    let row = row.into_iter().find(|label| label.starts_with("evil")).expect("it is listed");
    person.press(&row);
    person.press(words::APPLY);
    shows_every_place(&mut person);
    goes_through(&mut person);
    person.must_see(words::DONE_APPLY);
    person.press(words::COPY_DETAILS);
    person.press(words::CLOSE);
    person.must_see("title a");
}

#[test]
fn no_reason_against_a_patch_and_no_damage_is_shown_as_it_is() {
    let sandbox = Sandbox::new();
    sandbox.write("app/version.txt", "4.2\n");
    let conflict =
        Conflict { id: PatchId::parse("C").expect("a good id"), reason: format!("no {EVIL}").into() };
    let builder = sandbox.bundle("ACME-HF-1").replace("version.txt", "4.1\n", "4.2.1\n").but(everywhere);
    let builder = builder.but(|patch| patch.about.conflicts = vec![conflict]);
    let bundle = sandbox.save("fix.patchbundle", &builder);
    let mut person = Opening::with_paths([bundle, sandbox.path("app")]).open();
    person.must_see(words::CANNOT_CONTINUE);
    person.opens_tab(words::TAB_CHECKS);

    let damaged = sandbox.path(&format!("damaged {EVIL}.patchbundle"));
    fs::write(&damaged, format!("not a patch {EVIL}")).expect("a new file");
    let gone = sandbox.path(&format!("gone {EVIL}"));
    let mut person = Opening::with_paths([damaged, gone]).open();
    for tab in [words::TAB_OVERVIEW, words::TAB_CHANGES, words::TAB_CHECKS, words::TAB_HISTORY] {
        person.opens_tab(tab);
    }
}
