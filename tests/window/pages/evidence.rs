//! What a patch fixes is told item by item; what is fixed in a folder is shown with its proof and saved for others; and
//! patches are chosen for what a scanner found, and applied from there.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use egui::{Key, Modifiers};
use egui_kittest::kittest::NodeT;
use patchwright::model::{Component, PartPatch, Purl, ResolvedIssue, ResolvedKind, ResolvedState, TreePath};
use patchwright::present::message::{Dialog, Effect, Event, ExportWish, Input};
use patchwright::words::{self, fill, papers, window};

use super::build::Builder;
use super::guided::{goes_through, starts};
use super::keyboard::walks_on;
use super::person::{Desk, Opening, Person};
use super::sandbox::Sandbox;

const CVE: &str = "CVE-2017-20165";
const GHSA: &str = "GHSA-9vvw-cc9w-f27h";
const DEBUG: &str = "pkg:npm/debug@3.0.1";
const MS: &str = "pkg:npm/ms@2.0.0";
const FILE: &str = "web/vendor/debug/src/node.js";

/// A product with a library that has a hole, a signed patch for it, and somebody who trusts its author.
struct Scene {
    sandbox: Sandbox,
    secret: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        for (path, content) in [
            (FILE, "hole\n"),
            ("web/vendor/debug/package.json", "{\"name\": \"debug\", \"version\": \"3.0.1\"}\n"),
            ("web/vendor/ms/package.json", "{\"name\": \"ms\", \"version\": \"2.0.0\"}\n"),
        ] {
            sandbox.write(&format!("app/{path}"), content);
        }
        sandbox.write("patches/README.txt", "patches\n");
        let secret = sandbox.path("acme.key");
        let scene = Self { sandbox, secret };
        let made = scene.desk().workbench().new_key("acme", Some(&scene.secret), None).expect("a new key");
        let public = scene.secret.with_extension("pub");
        let print = made.key.fingerprint().groups();
        scene.runs(&[
            "key".as_ref(),
            "trust".as_ref(),
            public.as_ref(),
            "--name=ACME".as_ref(),
            "--every-product".as_ref(),
            "--fingerprint".as_ref(),
            print.as_ref(),
        ]);
        scene
    }

    /// The desk of somebody who keeps their keys beside the product.
    fn desk(&self) -> Desk {
        let place = self.sandbox.path("person");
        std::fs::create_dir_all(&place).expect("a folder");
        Desk::with_keys_in(&place)
    }

    fn runs(&self, arguments: &[&OsStr]) -> String {
        self.desk().runs(arguments)
    }

    fn folder(&self) -> PathBuf {
        self.sandbox.path("app")
    }

    /// A patch that mends the library.
    fn fix(&self) -> Builder {
        let purl = Purl::parse_exact(DEBUG).expect("a good package URL");
        self.sandbox.bundle("ACME-1042").replace(FILE, "hole\n", "mended\n").but(|patch| {
            patch.created = "2026-03-01T12:00:00Z".to_owned();
            patch.about.fixes = vec!["ACME-1042".to_owned()];
            patch.about.vulnerabilities = vec![CVE.to_owned(), GHSA.to_owned()];
            patch.about.resolves = vec![ResolvedIssue {
                kind: ResolvedKind::Security,
                id: CVE.to_owned(),
                aliases: vec![GHSA.to_owned()],
                source: None,
                published: None,
                severity: None,
                components: vec![purl.clone()],
                state: ResolvedState::Fixed,
                justification: None,
            }];
            patch.about.components = vec![Component {
                purl,
                version_after: None,
                paths: vec![TreePath::parse(FILE).expect("a good path")],
                patch: PartPatch::Backport,
            }];
        })
    }

    /// The same, signed, among the patches at hand.
    fn with_patch(self) -> Self {
        let bundle = self.sandbox.save("patches/fix.patchbundle", &self.fix());
        self.runs(&["sign".as_ref(), bundle.as_ref(), "--key".as_ref(), self.secret.as_ref()]);
        self
    }

    /// The same, applied.
    fn applied(self) -> Self {
        let scene = self.with_patch();
        let (bundle, folder) = (scene.bundle(), scene.folder());
        scene.runs(&["apply".as_ref(), bundle.as_ref(), folder.as_ref(), "--yes".as_ref()]);
        scene
    }

    fn bundle(&self) -> PathBuf {
        self.sandbox.path("patches/fix.patchbundle")
    }

    /// A report of a scanner with these problems.
    fn report(&self, found: &[(&str, &str)]) -> PathBuf {
        let one = |(id, library): &(&str, &str)| {
            let (name, version) =
                library.rsplit_once('/').and_then(|(_, end)| end.split_once('@')).expect("a purl");
            format!(
                r#"{{"VulnerabilityID":"{id}","PkgName":"{name}","PkgPath":"web/vendor/{name}/package.json","PkgIdentifier":{{"PURL":"{library}"}},"InstalledVersion":"{version}","FixedVersion":"3.1.0","Severity":"HIGH"}}"#
            )
        };
        let all: Vec<String> = found.iter().map(one).collect();
        let report = format!(
            r#"{{"SchemaVersion":2,"ArtifactName":"/srv/app","ArtifactType":"filesystem","Results":[{{"Target":"Node.js","Class":"lang-pkgs","Type":"node-pkg","Vulnerabilities":[{}]}}]}}"#,
            all.join(",")
        );
        self.sandbox.write("trivy.json", &report);
        self.sandbox.path("trivy.json")
    }

    fn open(&self, paths: impl IntoIterator<Item = PathBuf>) -> Person {
        let mut opening = Opening::with_paths(paths);
        opening.desk = self.desk();
        opening.open()
    }
}

/// Chooses what a page asks for, as a dialog would.
fn picks(person: &mut Person, button: &str, input: Input, path: &Path) {
    person.press(button);
    assert_eq!(person.desk().done.last(), Some(&Effect::PickInput(input)));
    person.hears(Event::InputPicked(input, vec![path.to_owned()]));
}

#[test]
fn what_a_patch_fixes_is_told_item_by_item_with_the_library_and_how_precisely() {
    let scene = Scene::new().with_patch();
    let person = scene.open([scene.bundle()]);
    person.must_see(words::FIXES);
    person.must_see(&format!("{CVE} {GHSA}"));
    person.must_see(DEBUG);
    person.must_see("Names the problem and the exact files");
}

#[test]
fn what_is_fixed_here_is_shown_with_its_proof_and_a_drifted_file_takes_it_back() {
    let scene = Scene::new().applied();
    let person = scene.open([scene.folder()]);
    person.must_see(window::FIXED_HERE);
    person.must_see(window::FIXED_PROVEN);
    person.must_see(&format!("{CVE} {GHSA}"));
    person.must_see("Signed by ACME; 1 file of it");

    scene.sandbox.write(&format!("app/{FILE}"), "something else\n");
    let person = scene.open([scene.folder()]);
    person.must_see(window::FIXED_NOT_PROVEN);
    assert!(!person.sees(window::FIXED_PROVEN), "{}", person.told());
    assert!(person.try_control(window::FIXED_SAVE).is_none(), "what is not proven is not told to others");
}

#[test]
fn a_patch_that_nobody_signed_only_says_what_it_fixes() {
    let scene = Scene::new();
    let bundle = scene.sandbox.save("patches/fix.patchbundle", &scene.fix());
    let folder = scene.folder();
    let [apply, agreed, unsigned] = ["apply", "--yes", "--allow-unsigned"].map(OsStr::new);
    scene.runs(&[apply, bundle.as_ref(), folder.as_ref(), agreed, unsigned]);
    let person = scene.open([scene.folder()]);
    person.must_see(window::FIXED_ONLY_SAID);
    assert!(!person.sees(window::FIXED_PROVEN), "{}", person.told());
}

#[test]
fn what_is_fixed_is_saved_for_others_as_the_command_line_writes_it() {
    let scene = Scene::new().applied();
    let mut person = scene.open([scene.folder()]);
    person.press(window::FIXED_SAVE);
    person.must_see(&fill(window::FIXED_TOLD, &[("n", "1")]));
    // An advisory says who owns which address.
    person.press(window::FORMAT_CSAF);
    let reason = person.control(window::FIXED_SAVE).accesskit_node().description();
    assert_eq!(reason.as_deref(), Some(window::FIXED_ADDRESS_FIRST));
    person.writes(window::FIXED_AUTHOR, "ACME");
    person.writes(window::FIXED_ADDRESS, "https://acme.example");
    let formats = [
        (window::FORMAT_CSAF, "csaf", "fixed.csaf.json"),
        (window::FORMAT_OPENVEX, "openvex", "fixed.openvex.json"),
        (window::FORMAT_TRIVYIGNORE, "trivyignore", ".trivyignore.yaml"),
        (window::FORMAT_CYCLONEDX, "cyclonedx", "fixed.cdx.json"),
    ];
    for (sentence, format, name) in formats {
        person.press(sentence);
        person.press(window::FIXED_SAVE);
        let asked = Effect::PickPlace(ExportWish::Fixed, name.to_owned());
        assert_eq!(person.desk().done.last(), Some(&asked));
        let saved = scene.sandbox.path(name);
        person.hears(Event::PlacePicked(ExportWish::Fixed, saved.clone()));
        person.must_see(&fill(words::SAVED, &[("path", &saved.display().to_string())]));
        let by_command = scene.sandbox.path("by-command");
        let folder = scene.folder();
        let mut words: Vec<&OsStr> =
            vec!["fixed".as_ref(), folder.as_ref(), "--format".as_ref(), format.as_ref()];
        words.extend(["--author=ACME", "--namespace=https://acme.example", "--output"].map(OsStr::new));
        words.push(by_command.as_ref());
        scene.runs(&words);
        assert_eq!(
            std::fs::read_to_string(&saved).expect("a document"),
            std::fs::read_to_string(&by_command).expect("a document"),
            "{format}"
        );
    }
    person.press(words::COPY_COMMAND);
    let command = format!(
        "patchwright fixed {} --format cyclonedx --author=ACME --namespace=https://acme.example",
        scene.folder().display()
    );
    person.must_see(words::COPIED);
    assert_eq!(person.model(patchwright::present::Model::page_command), Some(command));
}

#[test]
fn from_a_scan_to_the_patch_that_fixes_it_and_the_page_says_so_afterwards() {
    let scene = Scene::new().with_patch();
    let report = scene.report(&[(CVE, DEBUG), ("CVE-2026-1", MS)]);
    let mut person = scene.open([]);
    person.press(window::CHOOSE);
    let reason = |person: &Person| person.control(window::CHOOSE_FIND).accesskit_node().description();
    assert_eq!(reason(&person).as_deref(), Some(window::CHOOSE_SCAN_FIRST));
    picks(&mut person, window::INPUT_SCAN, Input::Scan, &report);
    assert_eq!(reason(&person).as_deref(), Some(window::CHOOSE_FROM_FIRST));
    picks(&mut person, window::INPUT_PATCHES, Input::Patches, &scene.sandbox.path("patches"));
    assert_eq!(reason(&person).as_deref(), Some(window::CHOOSE_FOLDER_FIRST));
    person.press(words::START_CHOOSE_FOLDER);
    person.hears(Event::FolderPicked(scene.folder()));
    person.press(window::CHOOSE_FIND);
    person.must_see("2 problems in 2 findings");
    person.must_see(&fill(window::CHOSEN, &[("n", "1 problem")]));
    person.must_see("ACME-1042: names the problem and the exact files");
    person.must_see(&fill(window::CHOICE_NO_PATCH, &[("n", "1 problem")]));
    person.must_see("Fixed in version 3.1.0");
    let told = person.told().replace(&scene.sandbox.path("").display().to_string(), "/tmp/scene/");
    insta::assert_snapshot!("chosen", told);
    person.press(words::COPY_COMMAND);
    let [report, patches, folder] =
        [&report, &scene.sandbox.path("patches"), &scene.folder()].map(|path| path.display().to_string());
    let command = format!("patchwright choose --scan {report} --from {patches} {folder}");
    person.must_see(words::COPIED);
    assert_eq!(person.model(patchwright::present::Model::page_command), Some(command));

    person.press(&fill(window::CHOICE_APPLY, &[("n", "1 patch")]));
    goes_through(&mut person);
    person.must_see(words::DONE_APPLY);
    person.press(words::CLOSE);
    person.must_see(window::FIXED_PROVEN);

    // The scanner does not know; whoever asks again is told.
    person.types(Modifiers::COMMAND, Key::Home);
    person.press(window::CHOOSE);
    person.press(window::CHOOSE_FIND);
    person.must_see(&fill(window::CHOICE_FIXED, &[("n", "1 problem")]));
    assert!(!person.sees("Apply 1 patch"), "{}", person.told());
}

#[test]
fn a_patch_that_cannot_be_applied_is_blocked_with_its_reason() {
    let scene = Scene::new().with_patch();
    scene.sandbox.write(&format!("app/{FILE}"), "mine\n");
    let report = scene.report(&[(CVE, DEBUG)]);
    let mut person = scene.open([scene.folder()]);
    person.types(Modifiers::COMMAND, Key::Home);
    person.press(window::CHOOSE);
    picks(&mut person, window::INPUT_SCAN, Input::Scan, &report);
    picks(&mut person, window::INPUT_PATCHES, Input::Patches, &scene.sandbox.path("patches"));
    person.press(window::CHOOSE_FIND);
    person.must_see(&fill(window::CHOICE_BLOCKED, &[("n", "1 problem")]));
    person.must_see(FILE);
    assert!(!person.sees("Apply 1 patch"), "{}", person.told());

    // Other inputs, and what was found about the first is gone.
    let label = format!("{}: trivy.json", window::LEAVE_OUT);
    person.press(&label);
    assert!(!person.sees("Blocked"), "{}", person.told());
}

#[test]
fn what_is_no_report_says_why_and_paths_can_be_typed() {
    let scene = Scene::new().with_patch();
    scene.sandbox.write("odd.json", "{\"odd\": 1}\n");
    let mut person = scene.open([scene.folder()]);
    person.types(Modifiers::COMMAND, Key::Home);
    person.press(window::CHOOSE);
    person.press(window::INPUT_SCAN);
    person.hears(Event::NoDialog(Dialog::Input(Input::Scan)));
    for letter in scene.sandbox.path("odd.json").display().to_string().chars() {
        person.harness.event(egui::Event::Text(letter.to_string()));
    }
    person.settle();
    person.types(Modifiers::NONE, Key::Enter);
    person.must_see("odd.json");
    picks(&mut person, window::INPUT_PATCHES, Input::Patches, &scene.sandbox.path("patches"));
    person.press(window::CHOOSE_FIND);
    person.must_see("Can't use this report");
    assert_eq!(starts(&person), 0);
}

#[test]
fn choosing_and_applying_need_no_mouse() {
    let scene = Scene::new().with_patch();
    let report = scene.report(&[(CVE, DEBUG)]);
    let mut person = scene.open([scene.folder()]);
    person.types(Modifiers::COMMAND, Key::Home);
    walks_on(&mut person, window::CHOOSE, Key::Enter);
    walks_on(&mut person, window::INPUT_SCAN, Key::Enter);
    person.hears(Event::InputPicked(Input::Scan, vec![report]));
    walks_on(&mut person, window::INPUT_PATCHES, Key::Enter);
    person.hears(Event::InputPicked(Input::Patches, vec![scene.sandbox.path("patches")]));
    walks_on(&mut person, window::CHOOSE_FIND, Key::Enter);
    walks_on(&mut person, "Apply 1 patch", Key::Enter);
    walks_on(&mut person, words::NEXT, Key::Enter);
    walks_on(&mut person, words::NEXT, Key::Enter);
    walks_on(&mut person, "Apply 1 change", Key::Enter);
    person.must_see(words::DONE_APPLY);
}

#[test]
fn what_a_scanner_will_say_is_told_before_it_is_asked() {
    let scene = Scene::new().applied();
    let report = scene.report(&[(CVE, DEBUG), ("CVE-2026-1", MS)]);
    let mut person = scene.open([scene.folder()]);
    person.press(window::FIXED_SAVE);
    picks(&mut person, papers::SCAN_CHOOSE, Input::ScanToSilence, &report);
    person.must_see(&fill(papers::SCAN_HEADLINE, &[("all", "2 findings"), ("n", "1")]));
    person.must_see(&format!("{CVE} {DEBUG}"));
    person.must_see(papers::SCAN_SILENT);
    person.must_see("No patch in this folder says anything about it");
    // What is no report says so.
    scene.sandbox.write("odd.json", "{\"odd\": 1}\n");
    person.hears(Event::InputPicked(Input::ScanToSilence, vec![scene.sandbox.path("odd.json")]));
    person.must_see("Can't use this report");
}
