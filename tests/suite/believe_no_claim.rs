//! What a patch says about another patch is shown and never obeyed, unless one author says it of one product, or the
//! files show it. Beside every attack stands an honest twin that goes through without a question.

mod a_year;
mod by_chance;
mod final_word;
mod in_place;
mod merged_by_hand;
mod moved;
mod over_an_edit;
mod rotation;
mod taken_out;
mod values;

use patchwright::model::{PatchId, Requirement, RequirementMode};
use serde_json::Value;

use crate::support::build::Builder;
use crate::support::console::{Console, Run};
use crate::support::sandbox::Sandbox;
use crate::support::trust::write_key;

/// The line that mends something, in a file that is long enough to have other lines.
const VULNERABLE: &str = "check = no\n2\n3\n4\nport = 80\n";
const FIXED: &str = "check = yes\n2\n3\n4\nport = 80\n";
const FIXED_AND_MORE: &str = "check = yes\n2\n3\n4\nport = 443\n";
const UNFIXED_AND_MORE: &str = "check = no\n2\n3\n4\nport = 443\n";
const FIXED_OTHERWISE: &str = "check = always\n2\n3\n4\nport = 80\n";

/// A folder, people with keys, and patches.
struct Scene {
    sandbox: Sandbox,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { sandbox: Sandbox::with(&[("app/f", VULNERABLE), ("app/notes", "1\n")]) };
        scene.know("ann", 1, "ann", "--product Widget");
        scene.know("eve", 2, "eve", "--product Widget");
        scene
    }

    fn console(&self) -> Console<'_> {
        Console::new(&self.sandbox).with_keys().answering("y")
    }

    /// A key of this owner is trusted for some products.
    fn know(&self, name: &str, seed: u8, owner: &str, products: &str) {
        let print = write_key(&self.sandbox, name, seed).public().fingerprint();
        let key = format!("key trust $/{name}.pub --name {name} --owner {owner} --role author");
        self.console().done(&format!("{key} {products} --fingerprint {print} --yes"));
    }

    /// The vendor's list of keys for a product is exchanged for one with `keys`, as `signers` say.
    fn rotate(&self, product: &str, version: u64, keys: &[&str], signers: &[&str]) {
        let key = |name: &&str| {
            let public = self.sandbox.read(&format!("{name}.pub")).expect("a key");
            let line = public.lines().last().expect("a line").to_owned();
            serde_json::json!({ "key": line, "name": name, "owner": "acme", "roles": ["author"] })
        };
        let list = serde_json::json!({
            "format": "patchwright-keys/1", "product": product, "version": version,
            "issued": "2026-11-23T00:00:00Z", "threshold": 1, "keys": keys.iter().map(key).collect::<Vec<_>>(),
        });
        let file = format!("keys-{product}-{version}.json");
        self.sandbox.write(&file, &list.to_string());
        for name in signers {
            self.console().done(&format!("key sign-list $/{file} --key $/{name}.key"));
        }
        self.console().done(&format!("key update $/{file}"));
    }

    /// A patch file of this id; who signs it, if somebody does.
    fn patch(&self, signed_by: Option<&str>, bundle: &Builder) -> String {
        let id = bundle.patch.about.identity.clone();
        let file = format!("{}-{}-{}.patchbundle", id.id, id.revision, signed_by.unwrap_or("nobody"));
        self.sandbox.save(&file, bundle);
        if let Some(key) = signed_by {
            self.console().done(&format!("sign $/{file} --key $/{key}.key --as author"));
        }
        file
    }

    /// A patch of this id that says it mends these.
    fn bundle(&self, id: &str, fixes: &[&str]) -> Builder {
        let fixes = fixes.iter().map(|fix| (*fix).to_owned()).collect();
        self.sandbox.bundle(id).but(|patch| (patch.about.fixes, patch.about.sequence) = (fixes, 0))
    }

    /// Ann's security fix.
    fn hotfix(&self) -> String {
        self.patch(Some("ann"), &self.bundle("L-1", &["CVE-1"]).replace("f", VULNERABLE, FIXED))
    }

    fn apply(&self, file: &str, more: &str) -> Run {
        self.console().run(&format!("apply $/{file} $/app --yes --allow-unsigned {more}"))
    }

    #[track_caller]
    fn must_apply(&self, file: &str) -> Run {
        let run = self.apply(file, "");
        assert_eq!(run.code, 0, "{file}: {run}");
        run
    }

    #[track_caller]
    fn refuses(&self, file: &str, code: &str, told: &str) {
        let before = (self.read("f"), self.read("notes"));
        let run = self.apply(file, "");
        assert_eq!(run.code, 3, "{file}: {run}");
        assert!(run.err.contains(code) && run.err.contains(told), "{file}: {run}");
        assert_eq!((self.read("f"), self.read("notes")), before, "nothing changed");
    }

    fn read(&self, file: &str) -> Option<String> {
        self.sandbox.read(&format!("app/{file}"))
    }

    fn json(&self, command: &str) -> Value {
        self.console().run(&format!("{command} --json")).json()
    }

    /// The ids of the patches that are active.
    fn active(&self) -> Vec<String> {
        let status = self.json("status $/app");
        let patches = status["patches"].as_array().expect("patches").iter();
        let active = patches.filter(|patch| patch["state"] == "active");
        active.map(|patch| patch["id"].as_str().expect("an id").to_owned()).collect()
    }

    fn last_overrides(&self) -> Value {
        let history = self.json("history $/app");
        history["entries"].as_array().expect("entries").last().expect("the newest")["overrides"].clone()
    }
}

fn superseding(bundle: Builder, old: &str) -> Builder {
    bundle.but(|patch| patch.about.supersedes = vec![patch_id(old)])
}

fn patch_id(id: &str) -> PatchId {
    PatchId::parse(id).expect("an id")
}

fn for_product(bundle: Builder, product: &str) -> Builder {
    bundle.but(|patch| patch.about.product.name = product.to_owned())
}

#[test]
fn a_strangers_fixes_do_not_make_the_vendors_hotfix_already_covered() {
    let rows: [(&str, &[&str], u32); 3] =
        [("E-1", &["CVE-1", "E"], 1), ("E-2", &["CVE-1"], 1), ("L-1", &["E"], 99)];
    for (id, fixes, revision) in rows {
        let scene = Scene::new();
        let stranger = scene.bundle(id, fixes).replace("notes", "1\n", "2\n");
        let stranger = stranger.but(|patch| patch.about.identity.revision = revision);
        let stranger = scene.patch(None, &stranger);
        scene.must_apply(&stranger);
        let hotfix = scene.hotfix();
        scene.refuses(&hotfix, "E-OVERLAP", "no key you trust shows that both are by the same author");
        let done = scene.apply(&hotfix, "--allow-related=ticket-7");
        assert_eq!(done.code, 0, "{id}: {done}");
        assert_eq!(scene.read("f").as_deref(), Some(FIXED), "{id}");
        assert_eq!(scene.last_overrides()[0]["rule"], "related");
        assert_eq!(scene.last_overrides()[0]["reason"], "ticket-7");
    }
}

#[test]
fn a_fix_that_is_really_there_comes_without_a_change_whoever_brought_it() {
    let scene = Scene::new();
    let pack = scene.bundle("TEAM", &["CVE-1", "E"]).replace("f", VULNERABLE, FIXED_AND_MORE);
    let pack = scene.patch(None, &pack);
    scene.must_apply(&pack);
    let done = scene.must_apply(&scene.hotfix());
    assert!(done.out.contains("f already has what L-1 changes; TEAM changed it, too"), "{done}");
    assert_eq!(scene.read("f").as_deref(), Some(FIXED_AND_MORE));
}

#[test]
fn a_patch_of_another_product_or_author_does_not_take_the_fix_out_by_naming_it() {
    let scene = Scene::new();
    scene.know("other", 3, "other", "--product Other");
    scene.must_apply(&scene.hotfix());
    let naming = |id: &str| superseding(scene.bundle(id, &["E"]), "L-1").replace("notes", "1\n", "2\n");
    let unsigned = scene.patch(None, &naming("E-1"));
    let signed = scene.patch(Some("eve"), &naming("E-2"));
    let of_other = scene.patch(Some("other"), &for_product(naming("E-3"), "Other"));
    for file in [unsigned, signed, of_other] {
        scene.refuses(&file, "E-OVERLAP", "says it replaces L-1, but the files don't show it");
        let known = "--allow-related=known --allow-other-product=known";
        assert_eq!(scene.apply(&file, known).code, 0);
        assert_eq!(scene.read("f").as_deref(), Some(FIXED), "{file}");
        assert!(scene.active().contains(&"L-1".to_owned()), "{file}");
        scene.console().done("rollback $/app --yes");
    }
}

#[test]
fn the_authors_own_service_pack_replaces_the_hotfix_and_leaves_its_files() {
    let scene = Scene::new();
    scene.must_apply(&scene.hotfix());
    let pack = superseding(scene.bundle("SP", &["CVE-1", "MORE"]), "L-1").replace("notes", "1\n", "2\n");
    let pack = scene.patch(Some("ann"), &pack);
    let plan = scene.console().done(&format!("plan $/{pack} $/app"));
    assert!(plan.out.contains("SP says it contains L-1, but its files don't: f"), "{plan}");
    scene.must_apply(&pack);
    assert_eq!(scene.read("f").as_deref(), Some(FIXED), "what a replaced patch brought stays");
    assert_eq!(scene.active(), ["SP"]);
}

#[test]
fn a_service_pack_built_from_the_old_tree_does_not_silently_undo_the_hotfix() {
    for key in [Some("ann"), Some("eve"), None] {
        let scene = Scene::new();
        scene.must_apply(&scene.hotfix());
        // Whoever made it had the hotfix in front of them, and built the pack from somewhere else.
        let pack = superseding(scene.bundle("SP", &["CVE-1", "MORE"]), "L-1");
        let pack = scene.patch(key, &pack.replace("f", FIXED, UNFIXED_AND_MORE));
        scene.refuses(&pack, "E-UNDOES", "Undoes L-1: f (line 1)");
        assert_eq!(scene.apply(&pack, "--allow-related=no").code, 3, "one reason is not the other");
        assert_eq!(scene.apply(&pack, "--allow-undo=").code, 2);
        let asked = format!("apply $/{pack} $/app --allow-unsigned --allow-undo=the-fix-broke-printing");
        let asked = Console::new(&scene.sandbox).with_keys().answering("n").run(&asked);
        assert!(asked.err.contains("undoes L-1: f (line 1) (E-UNDOES), which you allow"), "{asked}");
        assert!(asked.err.contains("modify  f"), "the step is shown: {asked}");
        let done = scene.apply(&pack, "--allow-undo=the-fix-broke-printing");
        assert_eq!(done.code, 0, "{done}");
        assert!(done.out.contains("(--allow-undo): the-fix-broke-printing"), "{done}");
        assert_eq!(scene.read("f").as_deref(), Some(UNFIXED_AND_MORE));
        assert_eq!(
            scene.last_overrides().as_array().expect("overrides").last().expect("one")["rule"],
            "undo"
        );
        let history = scene.console().done("history $/app");
        assert!(history.out.contains("(--allow-undo): the-fix-broke-printing"), "{history}");
        assert!(history.out.contains("allowed: undoes L-1: f (line 1)"), "{history}");
        assert_eq!(scene.active(), ["L-1", "SP"], "it was not contained");
        let again = "SP needs your permission again: undoes L-1: f (line 1) (allowed before: \
                     the-fix-broke-printing)";
        let words = |run: &Run| run.in_one_line();
        let _ = scene.console().done("rollback $/app --yes");
        for command in ["reapply $/app --dry-run --allow-unsigned", "reapply $/app --yes --allow-unsigned"] {
            let refused = scene.console().run(command);
            assert!(refused.code == 3 && refused.err.contains("E-UNDOES"), "{refused}");
            assert!(words(&refused).contains(again), "{refused}");
            assert_eq!(scene.read("f").as_deref(), Some(FIXED));
        }
        let back = scene.console().done("reapply $/app --yes --allow-unsigned --allow-undo=OPS-7");
        assert!(words(&back).contains(again), "{back}");
        assert_eq!(scene.last_overrides()[0]["reason"], "OPS-7");
        let _ = scene.console().done("rollback $/app --yes");
    }
}

#[test]
fn a_service_pack_built_from_the_hotfixed_tree_keeps_the_hotfix_without_a_question() {
    for (key, hotfix_key) in
        [(Some("ann"), Some("ann")), (None, None), (None, Some("ann")), (Some("eve"), Some("ann"))]
    {
        for before in [VULNERABLE, FIXED] {
            let scene = Scene::new();
            let hotfix = scene.bundle("L-1", &["CVE-1"]).replace("f", VULNERABLE, FIXED);
            scene.must_apply(&scene.patch(hotfix_key, &hotfix));
            let pack = superseding(scene.bundle("SP", &["CVE-1", "MORE"]), "L-1");
            let pack = scene.patch(key, &pack.replace("f", before, FIXED_AND_MORE));
            let plan = scene.console().done(&format!("plan $/{pack} $/app"));
            assert!(plan.out.contains("SP contains L-1: its only file"), "{plan}");
            scene.must_apply(&pack);
            assert_eq!(scene.read("f").as_deref(), Some(FIXED_AND_MORE));
            assert_eq!(scene.active(), ["SP"]);
            let status = scene.console().done("status $/app");
            assert!(status.out.contains("inactive: SP contains it: its only file"), "{status}");
            scene.console().done("rollback $/app --yes");
            assert_eq!(scene.read("f").as_deref(), Some(FIXED));
            assert_eq!(scene.active(), ["L-1"]);
        }
    }
}

#[test]
fn lines_that_become_something_third_need_the_same_author() {
    for (key, is_own) in [(Some("ann"), true), (Some("eve"), false), (None, false)] {
        for before in [VULNERABLE, FIXED] {
            let scene = Scene::new();
            scene.must_apply(&scene.hotfix());
            let pack = superseding(scene.bundle("SP", &["CVE-1", "MORE"]), "L-1");
            let pack = scene.patch(key, &pack.replace("f", before, FIXED_OTHERWISE));
            if is_own {
                let plan = scene.console().done(&format!("plan $/{pack} $/app"));
                assert!(plan.out.contains("SP replaces L-1; its lines are rewritten: f (line 1)"), "{plan}");
                scene.must_apply(&pack);
                let status = scene.console().done("status $/app");
                assert!(status.out.contains("SP replaces it: 0 of 1 files, but rewritten in f"), "{status}");
            } else {
                scene.refuses(&pack, "E-OVERLAP", "this patch would rewrite lines of L-1 (f (line 1))");
                assert_eq!(scene.apply(&pack, "--allow-related=reviewed").code, 0);
                assert_eq!(scene.active(), ["L-1", "SP"], "a reason lets it in and proves nothing");
            }
            assert_eq!(scene.read("f").as_deref(), Some(FIXED_OTHERWISE));
        }
    }
}

#[test]
fn the_content_of_a_trusted_fix_is_not_rewritten_without_a_word_about_it() {
    let scene = Scene::new();
    scene.must_apply(&scene.hotfix());
    let silent = scene.patch(None, &scene.bundle("E-1", &["E"]).replace("f", FIXED, FIXED_OTHERWISE));
    scene.refuses(&silent, "E-OVERLAP", "Rewrites changes of L-1 (f (line 1))");
    // The honest twins: other lines of the same file, and its own author.
    let apart = scene.patch(None, &scene.bundle("T-1", &["T"]).replace("f", FIXED, FIXED_AND_MORE));
    scene.must_apply(&apart);
    scene.console().done("rollback $/app --yes");
    let own = scene.patch(Some("ann"), &scene.bundle("L-2", &["L-2"]).replace("f", FIXED, FIXED_OTHERWISE));
    scene.must_apply(&own);
}

#[test]
fn what_a_service_pack_contains_stays_as_safe_as_the_pack_itself() {
    let scene = Scene::new();
    scene.must_apply(&scene.hotfix());
    let pack = superseding(scene.bundle("SP", &["CVE-1", "MORE"]), "L-1");
    scene.must_apply(&scene.patch(Some("ann"), &pack.replace("f", FIXED, FIXED_AND_MORE)));
    assert_eq!(scene.active(), ["SP"]);
    let back = scene.patch(None, &scene.bundle("E-1", &["E"]).replace("f", FIXED_AND_MORE, UNFIXED_AND_MORE));
    scene.refuses(&back, "E-UNDOES", "Undoes L-1: f (line 1)");
}

#[test]
fn a_team_that_signs_nothing_keeps_its_hotfixes_reissues_and_service_packs() {
    let scene = Scene::new();
    let hotfix = scene.bundle("T-1", &["BUG-1"]).replace("f", VULNERABLE, FIXED).create("extra", "extra\n");
    let again =
        scene.bundle("T-1", &["BUG-1"]).replace("f", VULNERABLE, FIXED).create("extra", "extra\nmore\n");
    let again = again.but(|patch| patch.about.identity.revision = 2);
    let next = scene.bundle("T-2", &["BUG-2"]).replace("notes", "1\n", "2\n");
    let pack = superseding(scene.bundle("T-SP", &["BUG-1", "BUG-2", "BUG-3"]), "T-1");
    let pack = pack.replace("f", FIXED, FIXED_AND_MORE).replace("notes", "2\n", "2\n3\n");
    for bundle in [&hotfix, &again, &next, &pack] {
        let file = scene.patch(None, bundle);
        scene.must_apply(&file);
    }
    assert_eq!(scene.active(), ["T-SP"]);
    assert_eq!(scene.read("f").as_deref(), Some(FIXED_AND_MORE));
    assert_eq!(scene.read("extra").as_deref(), Some("extra\nmore\n"));
    // The older ones again have nothing to do.
    for bundle in [&hotfix, &next] {
        scene.must_apply(&scene.patch(None, bundle));
    }
    assert_eq!(scene.read("notes").as_deref(), Some("2\n3\n"));
}

#[test]
fn two_patch_files_of_one_name_and_different_authors_are_not_weighed_by_their_numbers() {
    let scene = Scene::new();
    let hotfix = scene.hotfix();
    let louder = scene.bundle("L-1", &["E"]).replace("notes", "1\n", "2\n");
    let louder = scene.patch(None, &louder.but(|patch| patch.about.identity.revision = 99));
    let both = scene.apply(&format!("{hotfix} $/{louder}"), "");
    assert_eq!(both.code, 3, "{both}");
    assert!(both.err.contains("E-OVERLAP"), "{both}");
    // The honest twin: both editions are by one author, and the newer one comes.
    let newer = scene.bundle("L-1", &["CVE-1"]).replace("f", VULNERABLE, FIXED_AND_MORE);
    let newer = scene.patch(Some("ann"), &newer.but(|patch| patch.about.identity.revision = 2));
    let both = scene.apply(&format!("{hotfix} $/{newer}"), "");
    assert_eq!(both.code, 0, "{both}");
    assert_eq!(scene.read("f").as_deref(), Some(FIXED_AND_MORE));
}

/// Needs L-1.
fn needing(scene: &Scene) -> Builder {
    scene.bundle("L-2", &["L-2"]).create("new", "new\n").but(|patch| {
        let (id, mode) = (patch_id("L-1"), RequirementMode::Before);
        patch.about.requires = vec![Requirement { id, min_revision: 1, mode }];
    })
}

#[test]
fn a_stranger_who_says_to_contain_a_needed_patch_does_not_stand_in_for_it_when_it_goes() {
    for (key, is_needed) in [(Some("ann"), true), (None, false)] {
        let scene = Scene::new();
        let hotfix = scene.bundle("L-1", &["CVE-1"]).replace("f", VULNERABLE, FIXED);
        scene.must_apply(&scene.patch(key, &hotfix));
        scene.must_apply(&scene.patch(key, &needing(&scene)));
        let says_so = superseding(scene.bundle("E-1", &["E"]), "L-1").replace("notes", "1\n", "2\n");
        let says_so = scene.patch(None, &says_so);
        assert_eq!(scene.apply(&says_so, "--allow-related=known").code, 0);
        let back = scene.console().run("rollback $/app L-1 --yes");
        // The twin: nobody signs anything, and one of the team says so.
        assert_eq!(back.code, if is_needed { 3 } else { 0 }, "{back}");
        assert_eq!(back.err.contains("L-2"), is_needed, "{back}");
    }
}

#[test]
fn a_stranger_who_says_to_contain_a_needed_patch_is_not_the_needed_patch() {
    let scene = Scene::new();
    let stranger = superseding(scene.bundle("E-1", &["E"]), "L-1").replace("notes", "1\n", "2\n");
    scene.must_apply(&scene.patch(None, &stranger));
    scene.refuses(&scene.patch(Some("ann"), &needing(&scene)), "E-REQUIRES", "Requires L-1");
}
