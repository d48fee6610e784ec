//! Scripts in a whole run: consent, order, failure, undoing, and what the history says.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::environment::Environment;
use crate::ledger::{Entry, Occasion};
use crate::model::Code;
use crate::plan::OnDrift;
use crate::workbench::{
    ApplyOptions, MakeRequest, OrderSource, Overrides, ProofChoice, RollbackOptions, RolledBack, Which,
};

/// A product, a patch for it, and a diary that scripts write to.
struct Stage {
    folder: tempfile::TempDir,
    workbench: Workbench,
}

/// One script of the order: phase, text, undo.
type Told = (&'static str, &'static str, Option<&'static str>);

const DIARY: &str = "diary";

impl Stage {
    /// A stage on which every signer may ship scripts.
    fn new(scripts: &[Told]) -> Self {
        let mut stage = Self::unbelieving(scripts);
        stage.workbench.believes_scripts = true;
        stage
    }

    fn unbelieving(scripts: &[Told]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut environment = Environment::of_this_machine();
        environment.seen_file = Some(folder.path().join("seen.json"));
        let stage = Self { folder, workbench: Workbench::new(environment) };
        for (place, content) in [("old/a", "1"), ("new/a", "2"), ("product/a", "1"), ("product/other", "x")] {
            let path = stage.path(place);
            fs::create_dir_all(path.parent().expect("a parent")).expect("the folder");
            fs::write(path, content).expect("the file");
        }
        stage.make("one", "", scripts);
        stage
    }

    fn make(&self, name: &str, more: &str, scripts: &[Told]) {
        let mut order = format!(
            "id = \"{name}\"\nsequence = 1\nkind = \"hotfix\"\ntitle = \"t\"\nsummary = \"s\"\nfixes = [\"{name}\"]\n\
             vendor = \"v\"\n{more}\n[product]\nname = \"p\"\nversions = [\"1\"]\n[rollback]\npossible = \"yes\"\n"
        );
        for (number, (phase, text, undo)) in scripts.iter().enumerate() {
            order.push_str(&format!(
                "[[scripts]]\nphase = \"{phase}\"\nreason = \"r\"\nfile = \"{number}.sh\"\ninterpreter = \"sh\"\ntimeout = 20\n"
            ));
            fs::write(self.path(&format!("{number}.sh")), self.with_diary(text)).expect("the script");
            if let Some(undo) = undo {
                order.push_str(&format!("undo = \"undo-{number}.sh\"\n"));
                fs::write(self.path(&format!("undo-{number}.sh")), self.with_diary(undo))
                    .expect("the script");
            }
        }
        fs::write(self.path("order.toml"), order).expect("the order");
        let request = MakeRequest {
            from: self.path("old"),
            to: self.path("new"),
            order: OrderSource::File(self.path("order.toml")),
            output: self.path(&format!("{name}.patchbundle")),
            proof: ProofChoice::RoundTrip,
        };
        let _ = unstoppable(|watch| self.workbench.make(&request, watch)).expect("a bundle");
    }

    fn with_diary(&self, text: &str) -> String {
        text.replace("note ", &format!("f={}; note() {{ echo \"$PATCHWRIGHT_PHASE $1 $(cat \"$PATCHWRIGHT_TARGET/a\")\" >> $f; }}; note ", self.path(DIARY).display()))
    }

    fn path(&self, place: &str) -> PathBuf {
        self.folder.path().join(place)
    }

    fn apply(&self, scripts: ScriptConsent) -> Result<crate::workbench::Applied> {
        let options = ApplyOptions { overrides: Overrides::UNSIGNED, scripts, ..ApplyOptions::default() };
        let bundle = self.path("one.patchbundle");
        unstoppable(|watch| self.workbench.apply(&bundle, &self.path("product"), options, watch))
    }

    fn roll_back(&self, which: Which, scripts: ScriptConsent) -> Result<RolledBack> {
        let options = RollbackOptions {
            overrides: Overrides::UNSIGNED,
            which,
            on_drift: OnDrift::Stop,
            expected: None,
            scripts,
            occasion: Occasion::NONE,
            withdrawn: Vec::new(),
        };
        unstoppable(|watch| self.workbench.roll_back(&self.path("product"), &options, watch))
    }

    /// What the scripts wrote: when, what, and what the file was then.
    fn diary(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path(DIARY)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn product(&self) -> String {
        fs::read_to_string(self.path("product/a")).expect("the file")
    }

    fn history(&self) -> Vec<Entry> {
        self.workbench.history(&self.path("product")).expect("a history").entries
    }

    fn in_doubt(&self) -> Vec<String> {
        let status =
            unstoppable(|watch| self.workbench.status(&self.path("product"), watch)).expect("a status");
        status.scripts_in_doubt.iter().map(ScriptNote::name).collect()
    }
}

fn policy_refusal<T: std::fmt::Debug>(result: Result<T>) -> String {
    let error = result.expect_err("it is refused");
    assert_eq!(error.code(), Code::Policy, "{error}");
    error.to_string()
}

const BOTH: [Told; 2] =
    [("before", "note stop", Some("note start")), ("after", "note index", Some("note unindex"))];

#[test]
fn scripts_run_around_the_change_and_are_undone_in_reverse() {
    let stage = Stage::new(&BOTH);
    assert!(stage.diary().is_empty(), "the proof runs no script");
    let applied = stage.apply(ScriptConsent::All).expect("it is applied");
    assert_eq!(applied.checks.len(), 2);
    assert_eq!(stage.diary(), ["before stop 1", "after index 2"]);
    let _ = stage.roll_back(Which::Last, ScriptConsent::All).expect("it is taken back");
    let expected = ["before stop 1", "after index 2", "undo-after unindex 2", "undo-before start 1"];
    assert_eq!(stage.diary(), expected);
    assert_eq!(stage.product(), "1");
    assert!(stage.in_doubt().is_empty());
}

#[test]
fn the_history_says_what_was_due_and_what_came_of_it() {
    let stage = Stage::new(&BOTH);
    let _ = stage.apply(ScriptConsent::All).expect("it is applied");
    let told: Vec<_> = stage
        .history()
        .iter()
        .map(|entry| {
            let scripts: Vec<_> = entry.scripts.iter().map(|note| (note.time.as_str(), note.state)).collect();
            (entry.action, scripts)
        })
        .collect();
    let expected = [
        (Action::Scripts, vec![("before", ScriptState::Due)]),
        (Action::Apply, vec![("before", ScriptState::Done), ("after", ScriptState::Due)]),
        (Action::Checked, vec![("after", ScriptState::Done)]),
    ];
    assert_eq!(told, expected);
    let text = stage.with_diary("note stop");
    assert_eq!(stage.history()[1].scripts[0].sha256, Digest::compute(text.as_bytes()));
    assert!(stage.history()[1].scripts[0].how.starts_with("ended with 0"));
}

#[test]
fn h96_without_consent_nothing_runs_and_nothing_changes() {
    let stage = Stage::new(&BOTH);
    let told = policy_refusal(stage.apply(ScriptConsent::None));
    for text in ["note stop", "note index"] {
        let digest = Digest::compute(stage.with_diary(text).as_bytes()).to_string();
        assert!(told.contains(&digest), "{told}");
    }
    policy_refusal(stage.apply(ScriptConsent::Without));
    policy_refusal(stage.apply(ScriptConsent::Shown(Digest::compute(b"other scripts"))));
    assert!(stage.diary().is_empty());
    assert!(!stage.path("product/.patchwright").exists(), "not even a lock");
    let preview = unstoppable(|watch| {
        stage.workbench.preview(&stage.path("one.patchbundle"), &stage.path("product"), watch)
    });
    let shown = preview.expect("a preview").scripts.digest();
    let _ = stage.apply(ScriptConsent::Shown(shown)).expect("it is applied");
    policy_refusal(stage.roll_back(Which::Last, ScriptConsent::None));
    assert_eq!((stage.diary().len(), stage.product().as_str()), (2, "2"));
}

#[test]
fn h96_no_flag_runs_the_scripts_of_an_unsigned_bundle() {
    let stage = Stage::unbelieving(&BOTH);
    for consent in [ScriptConsent::All, ScriptConsent::None] {
        let told = policy_refusal(stage.apply(consent));
        assert_eq!(told, "the patch contains scripts, and isn't signed by anyone you trust to ship scripts");
    }
    assert!(stage.diary().is_empty());
    assert!(!stage.path("product/.patchwright").exists());
}

#[test]
fn a_script_that_fails_before_the_change_leaves_the_files_alone_and_is_undone() {
    let stage = Stage::new(&[
        ("before", "note one", Some("note undo-one")),
        ("before", "note two; echo 'printer \u{1b}[2J on fire'; exit 7", Some("note undo-two")),
        ("before", "note three", Some("note undo-three")),
        ("after", "note after", None),
    ]);
    let error = stage.apply(ScriptConsent::All).expect_err("a script fails");
    let Error::Script { trouble: ScriptTrouble::NotBegun, failed, cause: None, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(failed[0].line().contains("script 2 of one, before the change: ended with 7"), "{failed:?}");
    let expected = ["before one 1", "before two 1", "undo-before undo-two 1", "undo-before undo-one 1"];
    assert_eq!(stage.diary(), expected);
    assert_eq!(stage.product(), "1");
    assert!(stage.in_doubt().is_empty());
    let last = stage.history().pop().expect("an entry");
    let states: Vec<_> = last.scripts.iter().map(|note| note.state).collect();
    let (done, failed, skipped) = (ScriptState::Done, ScriptState::Failed, ScriptState::Skipped);
    assert_eq!(states, [done, failed, skipped, done, done]);
    assert!(last.scripts[1].output.contains("on fire"));
    let report = crate::report::Report::from_error(&error, None);
    assert_eq!((report.code, report.kind), (Code::Script, crate::model::Kind::Refused));
}

#[test]
fn a_script_that_fails_after_the_change_takes_it_back() {
    let stage = Stage::new(&[
        ("before", "note stop", Some("note start")),
        ("after", "note index", Some("note unindex")),
        ("after", "note warm; exit 1", Some("note cool")),
        ("after", "note never", Some("note never")),
    ]);
    let error = stage.apply(ScriptConsent::All).expect_err("a script fails");
    assert!(
        matches!(&error, Error::Script { trouble: ScriptTrouble::TakenBack, cause: None, .. }),
        "{error:?}"
    );
    let expected = [
        "before stop 1",
        "after index 2",
        "after warm 2",
        "undo-after cool 2",
        "undo-after unindex 2",
        "undo-before start 1",
    ];
    assert_eq!(stage.diary(), expected);
    assert_eq!(stage.product(), "1");
    let actions: Vec<_> = stage.history().iter().map(|entry| entry.action).collect();
    assert_eq!(actions, [Action::Scripts, Action::Apply, Action::Rollback, Action::Scripts]);
    assert!(stage.in_doubt().is_empty());
    let kind = crate::report::Report::from_error(&error, None).kind;
    assert_eq!(kind, crate::model::Kind::PutBack);
}

#[test]
fn a_script_that_cannot_be_undone_before_the_files_go_back_keeps_the_patch() {
    let stage = Stage::new(&[("after", "note index", Some("note unindex; exit 1"))]);
    let _ = stage.apply(ScriptConsent::All).expect("it is applied");
    let error = stage.roll_back(Which::Last, ScriptConsent::All).expect_err("its undo fails");
    assert!(matches!(&error, Error::Script { trouble: ScriptTrouble::StillThere, .. }), "{error:?}");
    assert_eq!(stage.product(), "2");
    let done = stage.roll_back(Which::Last, ScriptConsent::Without).expect("only the files go back");
    assert_eq!(stage.product(), "1");
    assert_eq!(done.entry.remarks(), ["the patch's scripts were not undone, at your request"]);
}

#[test]
fn a_script_that_cannot_be_undone_after_the_files_are_back_needs_a_person() {
    let stage = Stage::new(&[("before", "note stop", Some("note start; exit 1"))]);
    let _ = stage.apply(ScriptConsent::All).expect("it is applied");
    let error = stage.roll_back(Which::Last, ScriptConsent::All).expect_err("its undo fails");
    assert!(matches!(&error, Error::Script { trouble: ScriptTrouble::NotUndone, .. }), "{error:?}");
    assert_eq!(stage.product(), "1");
    let kind = crate::report::Report::from_error(&error, None).kind;
    assert_eq!(kind, crate::model::Kind::NeedsPerson);
}

#[test]
fn a_script_that_changes_what_the_patch_changes_stops_it() {
    let stage =
        Stage::new(&[("before", "note edit; echo mine > \"$PATCHWRIGHT_TARGET/a\"", Some("note undo"))]);
    let error = stage.apply(ScriptConsent::All).expect_err("the file is another one");
    assert!(error.to_string().contains("changed files that the patch is about to change"), "{error}");
    assert_eq!(stage.product(), "mine\n");
}

#[test]
fn what_takes_a_script_back_is_kept_and_proven_before_it_runs() {
    let stage = Stage::new(&[("before", "note stop", Some("note start"))]);
    let _ = stage.apply(ScriptConsent::All).expect("it is applied");
    let digest = Digest::compute(stage.with_diary("note start").as_bytes());
    let kept = stage.path(&format!("product/.patchwright/history/00000002/script-{digest}"));
    assert!(kept.exists());
    fs::write(&kept, "echo planted").expect("the file");
    let error = stage.roll_back(Which::Last, ScriptConsent::All).expect_err("it is another text");
    assert_eq!(error.code(), Code::Store);
    assert_eq!(stage.product(), "2");
    fs::remove_file(&kept).expect("the file");
    let error = stage.roll_back(Which::Last, ScriptConsent::All).expect_err("it is gone");
    assert_eq!(error.code(), Code::Store);
    let _ = stage.roll_back(Which::Last, ScriptConsent::Without).expect("the files go back");
}

#[test]
fn a_patch_with_scripts_comes_back_only_by_being_applied() {
    let stage = Stage::new(&BOTH);
    let _ = stage.apply(ScriptConsent::All).expect("it is applied");
    let _ = stage.roll_back(Which::Last, ScriptConsent::All).expect("it is taken back");
    let error =
        stage.roll_back(Which::LastRollback, ScriptConsent::All).expect_err("its scripts are not here");
    assert_eq!(error.code(), Code::NoWayBack);
    let _ = stage.apply(ScriptConsent::All).expect("it is applied again");
    assert_eq!(stage.diary().len(), 6);
}

#[test]
fn a_patch_from_the_middle_takes_its_own_scripts_back() {
    let stage = Stage::new(&BOTH);
    let _ = stage.apply(ScriptConsent::All).expect("it is applied");
    fs::write(stage.path("old/other"), "x").expect("the file");
    fs::write(stage.path("new/other"), "y").expect("the file");
    fs::write(stage.path("old/a"), "2").expect("the file");
    fs::write(stage.path("new/a"), "2").expect("the file");
    stage.make("two", "", &[]);
    let options = ApplyOptions { overrides: Overrides::UNSIGNED, ..ApplyOptions::default() };
    let applied = unstoppable(|watch| {
        stage.workbench.apply(&stage.path("two.patchbundle"), &stage.path("product"), options, watch)
    });
    let _ = applied.expect("a patch without scripts needs no consent");
    let which = || Which::Patch("one".to_owned());
    policy_refusal(stage.roll_back(which(), ScriptConsent::None));
    let _ = stage.roll_back(which(), ScriptConsent::All).expect("it is taken out");
    assert_eq!(stage.diary()[2..], ["undo-after unindex 2", "undo-before start 1"]);
    assert_eq!(stage.product(), "1");
    assert_eq!(fs::read_to_string(stage.path("product/other")).expect("the file"), "y");
}

/// A run that dies while a script runs: here the records it leaves are made by hand up to that moment.
#[test]
fn a_script_that_was_cut_short_is_in_doubt_and_told() {
    let stage = Stage::new(&BOTH);
    let target = stage.path("product");
    let root = stage.workbench.lock(&target).expect("the lock");
    let mut folder = stage.workbench.locked(root, &target).expect("a history");
    let bundle = stage.workbench.open(&stage.path("one.patchbundle")).expect("a bundle");
    let plan =
        ScriptPlan::of_bundles([(&bundle, &bundle.verdict)].into_iter(), &stage.workbench).expect("scripts");
    let mut run = ScriptRun::new(&mut folder, &plan, Vec::new());
    run.append(plan.due(ScriptTime::Before).collect()).expect("an entry");
    drop(folder);
    assert_eq!(stage.in_doubt(), ["script 1 of one, before the change"]);
    assert_eq!(stage.product(), "1");
    let _ = stage.apply(ScriptConsent::All).expect("it is applied");
    assert!(stage.in_doubt().is_empty(), "now it is known");
}

#[test]
fn an_interpreter_that_is_not_here_is_told_before_anything_runs() {
    let stage = Stage::new(&BOTH);
    let order = fs::read_to_string(stage.path("order.toml")).expect("the order");
    // The last script is for Windows.
    let at = order.rfind("\"sh\"").expect("an interpreter");
    fs::write(stage.path("order.toml"), format!("{}\"powershell\"{}", &order[..at], &order[at + 4..]))
        .expect("it");
    fs::remove_file(stage.path("one.patchbundle")).expect("the bundle");
    let request = MakeRequest {
        from: stage.path("old"),
        to: stage.path("new"),
        order: OrderSource::File(stage.path("order.toml")),
        output: stage.path("one.patchbundle"),
        proof: ProofChoice::Skip,
    };
    let _ = unstoppable(|watch| stage.workbench.make(&request, watch)).expect("a bundle");
    let error = stage.apply(ScriptConsent::All).expect_err("there is no PowerShell here");
    assert_eq!(error.code(), Code::Script);
    assert!(stage.diary().is_empty());
}
