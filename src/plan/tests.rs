//! What stands in the way, and what does not.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::model::*;

/// What would happen if `patch` were applied to the folder that `situation` describes, whatever else is in it.
fn plan_apply(patch: &Patch, situation: &Situation) -> Preview {
    let apply::PlanPart { steps, mut obstacles, notes } = apply::plan_part(patch, situation);
    let needed_bytes = common_obstacles(situation, &steps, &mut obstacles);
    let base = situation.fingerprint(patch.changes.iter().map(|change| &change.path));
    Preview {
        plan: Plan { steps: in_order(steps), base },
        obstacles,
        notes,
        needed_bytes,
        is_written_down: false,
    }
}

pub(super) fn path(text: &str) -> TreePath {
    TreePath::parse(text).expect("a good path")
}

pub(super) fn file(content: &str) -> Node {
    file_with_mode(content, 0o644)
}

pub(super) fn file_with_mode(content: &str, mode: u32) -> Node {
    let size_bytes = content.len() as u64;
    Node::File(FileNode { digest: Digest::compute(content.as_bytes()), size_bytes, mode: Mode::new(mode) })
}

pub(super) fn link(points_to: &str) -> Node {
    Node::Link(LinkNode { points_to: points_to.to_owned() })
}

pub(super) const DIR: Node = Node::Dir(Mode::DIR);

pub(super) fn change(at: &str, before: Option<Node>, after: Option<Node>) -> FileChange {
    let payload = match &after {
        Some(Node::File(file)) => Some(Payload::Whole { blob: file.digest }),
        _ => None,
    };
    FileChange::plain(path(at), before, after, payload)
}

pub(super) fn patch(mut changes: Vec<FileChange>) -> Patch {
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    let id = PatchId::parse("ACME-1").expect("a good id");
    let mut about = About { title: "A fix".into(), summary: "It fixes.".into(), ..About::minimal(id) };
    about.sequence = 1;
    about.fixes = vec!["BUG-1".to_owned()];
    about.vendor = "ACME".into();
    about.product.name = "App".to_owned();
    about.product.versions = vec!["1.0".to_owned()];
    about.result_version = Some("1.1".to_owned());
    Patch {
        about,
        created: "2026-01-01T00:00:00Z".to_owned(),
        changes,
        diff: None,
        scripts: Vec::new(),
        proven: false,
    }
}

/// A folder on a roomy, well-behaved disk, with these things in it.
pub(super) fn folder(things: &[(&str, Node)]) -> Situation {
    let mut names: BTreeMap<Option<TreePath>, BTreeSet<String>> = BTreeMap::from([(None, BTreeSet::new())]);
    for (at, node) in things {
        let at = path(at);
        names.entry(at.parent()).or_default().insert(at.name().to_owned());
        if node.is_dir() {
            names.entry(Some(at)).or_default();
        }
    }
    Situation {
        tree: things.iter().map(|(at, node)| (path(at), node.clone())).collect(),
        names,
        platform: "linux/x86_64".to_owned(),
        now: "2026-11-23T00:00:00Z".to_owned(),
        stores_any_name: true,
        case_sensitive: true,
        keeps_modes: true,
        overrides_modes: false,
        free_bytes: 1 << 30,
        free_entries: 1 << 20,
        block_bytes: 4096,
        ..Situation::default()
    }
}

pub(super) fn codes(preview: &Preview) -> Vec<(Code, &str)> {
    preview.obstacles.iter().map(|found| (found.code(), found.path.as_deref().unwrap_or_default())).collect()
}

pub(super) fn steps(preview: &Preview) -> Vec<&str> {
    preview.plan.steps.iter().map(|step| step.path.as_str()).collect()
}

#[test]
fn every_obstacle_is_told_at_once() {
    let mut patch = patch(vec![
        change("edited", Some(file("old")), Some(file("new"))),
        change("gone", Some(file("old")), Some(file("new"))),
        change("taken", None, Some(file("new"))),
        change("link", Some(link("a")), Some(link("b"))),
        change("mode", Some(file("same")), Some(file("more"))),
        change("no/parent", None, Some(file("new"))),
        change("fine", Some(file("old")), Some(file("new"))),
    ]);
    patch.about.platforms = vec!["windows/x86_64".to_owned()];
    patch.about.expires = Some("2026-11-22T00:00:00Z".to_owned());
    let mut here = folder(&[
        ("edited", file("mine")),
        ("taken", file("somebody's")),
        ("link", link("c")),
        ("mode", file_with_mode("same", 0o600)),
        ("fine", file("old")),
    ]);
    here.version = Some("0.9".to_owned());
    let preview = plan_apply(&patch, &here);
    assert_eq!(
        codes(&preview),
        [
            (Code::Version, ""),
            (Code::Platform, ""),
            (Code::Expired, ""),
            (Code::Drift, "edited"),
            (Code::Missing, "gone"),
            (Code::Drift, "link"),
            (Code::Drift, "mode"),
            (Code::Occupied, "taken"),
            (Code::Missing, "no"),
        ]
    );
    assert!(preview.obstacles.iter().any(|found| found.meaning() == "has permissions 0600 instead of 0644"));
    assert!(preview.obstacles.iter().all(|found| !found.hint().is_empty()));
    preview.approve().expect_err("an obstacle is left");
}

fn problem(path: &str, code: Code, detail: &str) -> PlaceProblem {
    PlaceProblem { path: path.to_owned(), code, detail: detail.to_owned() }
}

#[test]
fn what_cannot_be_seen_is_not_called_missing() {
    let patch = patch(vec![
        change("lib/gone", Some(file("old")), None),
        change("lib/x", Some(file("old")), Some(file("new"))),
        change("lib/y", None, Some(file("new"))),
        change("pipe", Some(file("old")), Some(file("new"))),
        change("turned", Some(file("old")), Some(file("new"))),
    ]);
    let mut here = folder(&[("lib", link("../elsewhere")), ("turned", link("../elsewhere/turned"))]);
    here.problems = vec![problem("pipe", Code::FileSystem, "a named pipe")];
    let preview = plan_apply(&patch, &here);
    let told = ["lib", "turned", "pipe"].map(|place| (Code::FileSystem, place));
    assert_eq!(codes(&preview), told, "{:?}", preview.obstacles);
    assert_eq!(preview.obstacles[0].meaning(), "is a link, where a folder is expected");
}

#[test]
fn a_patch_that_is_already_in_has_nothing_to_do() {
    let patch =
        patch(vec![change("a", Some(file("old")), Some(file("new"))), change("b", Some(file("b")), None)]);
    let preview = plan_apply(&patch, &folder(&[("a", file("new"))]));
    assert!(preview.is_nothing_to_do(), "{preview:?}");
}

#[test]
fn what_is_already_new_is_left_alone_and_the_rest_is_done() {
    let patch = patch(vec![
        change("a", Some(file("old")), Some(file("new"))),
        change("b", Some(file("old")), Some(file("new"))),
    ]);
    let preview = plan_apply(&patch, &folder(&[("a", file("new")), ("b", file("old"))]));
    assert_eq!(steps(&preview), ["b"]);
    assert_eq!(preview.notes[0].text, "1 of 2 files already have this patch's changes");
}

#[test]
fn a_folder_that_somebody_uses_stays_and_so_do_the_folders_around_it() {
    let patch = patch(vec![
        change("lib", Some(DIR), None),
        change("lib/deep", Some(DIR), None),
        change("lib/deep/ours", Some(file("x")), None),
        change("other", Some(DIR), None),
    ]);
    let here = folder(&[
        ("lib", DIR),
        ("lib/deep", DIR),
        ("lib/deep/ours", file("x")),
        ("lib/deep/theirs", file("y")),
        ("other", DIR),
    ]);
    let preview = plan_apply(&patch, &here);
    assert_eq!(steps(&preview), ["lib/deep/ours", "other"]);
    assert_eq!(preview.obstacles, []);
    let kept: Vec<_> = preview.notes.iter().filter_map(|note| note.path.as_deref()).collect();
    assert_eq!(kept, ["lib/deep", "lib"]);
}

#[test]
fn a_folder_that_becomes_a_link_must_be_empty_by_then() {
    let patch =
        patch(vec![change("lib", Some(DIR), Some(link("lib64"))), change("lib/ours", Some(file("x")), None)]);
    let clean = plan_apply(&patch, &folder(&[("lib", DIR), ("lib/ours", file("x"))]));
    assert_eq!((codes(&clean), steps(&clean)), (vec![], vec!["lib/ours", "lib"]));
    let used =
        plan_apply(&patch, &folder(&[("lib", DIR), ("lib/ours", file("x")), ("lib/theirs", file("y"))]));
    assert_eq!(codes(&used), [(Code::Occupied, "lib")]);
}

#[test]
fn what_a_delta_or_a_rename_starts_from_must_be_there() {
    let mut moved = change("new/name", None, Some(file("content")));
    moved.payload = Some(Payload::Same { from: path("old") });
    let patch =
        patch(vec![change("new", None, Some(DIR)), moved, change("old", Some(file("content")), None)]);
    assert_eq!(codes(&plan_apply(&patch, &folder(&[("old", file("content"))]))), []);
    // Half of it was done by hand: the old name is gone, and with it the content.
    let preview = plan_apply(&patch, &folder(&[]));
    assert_eq!(codes(&preview), [(Code::Missing, "old")]);
}

#[test]
fn a_name_that_differs_only_in_case_from_one_on_disk_is_told() {
    let mut patch = patch(vec![change("Readme", None, Some(file("new")))]);
    let here = folder(&[("README", file("theirs"))]);
    assert_eq!(codes(&plan_apply(&patch, &here)), [(Code::Collide, "Readme")]);
    patch.about.platforms = vec!["linux/x86_64".to_owned()];
    let preview = plan_apply(&patch, &here);
    assert_eq!(codes(&preview), [], "a patch that leaves Windows out may tell them apart");
    assert!(preview.notes.iter().any(|note| note.text.contains("README")), "{:?}", preview.notes);
    let blind = Situation { case_sensitive: false, ..here };
    assert_eq!(codes(&plan_apply(&patch, &blind)), [(Code::Collide, "Readme")]);
}

#[test]
fn a_file_that_is_spelled_otherwise_where_case_does_not_count_is_told() {
    let patch = patch(vec![change("lib/Readme", Some(file("old")), Some(file("new")))]);
    let spelled = |name: &str| {
        let names = BTreeMap::from([(Some(path("lib")), BTreeSet::from([name.to_owned()]))]);
        let here = folder(&[("lib", DIR), ("lib/Readme", file("old"))]);
        plan_apply(&patch, &Situation { case_sensitive: false, names, ..here })
    };
    let preview = spelled("README");
    assert_eq!((codes(&preview), steps(&preview)), (vec![], vec!["lib/Readme"]));
    let told: Vec<String> = preview.notes.iter().map(|note| note.text.clone()).collect();
    assert_eq!(told, ["is spelled README here; the patch's spelling stays, also after a rollback"]);
    assert!(spelled("Readme").notes.is_empty());
}

#[test]
fn a_rename_that_only_changes_case_is_no_collision() {
    let mut new = change("Readme", None, Some(file("text")));
    new.payload = Some(Payload::Same { from: path("README") });
    let patch = patch(vec![change("README", Some(file("text")), None), new]);
    let preview = plan_apply(&patch, &folder(&[("README", file("text"))]));
    assert_eq!((codes(&preview), steps(&preview)), (vec![], vec!["README", "Readme"]));
}

#[test]
fn local_edits_go_by_the_policy_of_the_patch() {
    let with = |policy| {
        let mut edit = change("app.conf", Some(file("old")), Some(file("new")));
        edit.local_edits = policy;
        plan_apply(&patch(vec![edit]), &folder(&[("app.conf", file("mine"))]))
    };
    assert_eq!(codes(&with(LocalEdits::Refuse)), [(Code::Drift, "app.conf")]);
    let kept = with(LocalEdits::KeepLocal);
    assert_eq!((codes(&kept), steps(&kept)), (vec![], vec![]));
    let replaced = with(LocalEdits::Replace);
    assert_eq!((codes(&replaced), steps(&replaced)), (vec![], vec!["app.conf"]));
    assert_eq!(replaced.plan.steps[0].before, Some(file("mine")), "the edited file is what can be reapplied");
}

#[test]
fn room_is_counted_in_blocks_and_with_copies_of_files_that_have_other_names() {
    let patch = patch(vec![change("a", Some(file("old")), Some(file("new")))]);
    let mut here = folder(&[("a", file("old"))]);
    let without = plan_apply(&patch, &here).needed_bytes;
    here.hard_linked = vec![path("a")];
    let with = plan_apply(&patch, &here);
    assert_eq!(with.needed_bytes, without + 4096);
    assert!(with.notes.iter().any(|note| note.text.contains("hard links")));
    here.free_bytes = with.needed_bytes - 1;
    here.free_entries = 3;
    assert_eq!(codes(&plan_apply(&patch, &here)), [(Code::Space, ""), (Code::Space, "")]);
}

#[test]
fn required_patches_conflicts_checks_and_weak_disks_are_obstacles() {
    let id = |text| PatchId::parse(text).expect("a good id");
    let mut patch = patch(vec![change("a", Some(file("old")), Some(file("new")))]);
    patch.about.requires =
        vec![Requirement { id: id("BASE"), min_revision: 2, mode: RequirementMode::Before }];
    patch.about.conflicts = vec![Conflict { id: id("OTHER"), reason: "same port".into() }];
    let mut here = folder(&[("a", file("old"))]);
    here.installed = vec![("BASE".to_owned(), 1), ("OTHER".to_owned(), 1)];
    here.is_product = Some(false);
    here.volume_problem = Some(VolumeProblem::Network("nfs".to_owned()));
    here.rights = vec![
        problem(".", Code::Rights, "the folder is immutable"),
        problem("a", Code::Attributes, "it belongs to 0:0"),
        problem("elsewhere", Code::Attributes, "it belongs to 0:0"),
    ];
    let failed = |is_required, check: &str, evidence: &str| FailedCheck {
        is_required,
        is_late: false,
        check: check.to_owned(),
        evidence: evidence.to_owned(),
    };
    here.failed_checks =
        vec![failed(true, "port 80 is closed", "it answers"), failed(false, "a wish", "not met")];
    let preview = plan_apply(&patch, &here);
    let expected = [
        (Code::Product, ""),
        (Code::Preflight, ""),
        (Code::Requires, ""),
        (Code::Conflicts, ""),
        (Code::Rights, "."),
        (Code::Attributes, "a"),
        (Code::Volume, ""),
    ];
    assert_eq!(codes(&preview), expected);
    assert!(preview.notes.iter().any(|note| note.text == "a wish: not met"));
}

#[test]
fn on_a_system_without_permission_bits_they_make_no_difference() {
    let patch = patch(vec![
        change("tool", Some(file_with_mode("old", 0o755)), Some(file_with_mode("new", 0o755))),
        change("only-mode", Some(file_with_mode("x", 0o644)), Some(file_with_mode("x", 0o755))),
    ]);
    let here = Situation { keeps_modes: false, ..folder(&[("tool", file("old")), ("only-mode", file("x"))]) };
    let preview = plan_apply(&patch, &here);
    assert_eq!((codes(&preview), steps(&preview)), (vec![], vec!["tool"]));
}

#[test]
fn a_plan_is_good_only_for_the_folder_it_was_made_for() {
    let patch = patch(vec![change("a", Some(file("old")), Some(file("new")))]);
    let base = |situation: &Situation| plan_apply(&patch, situation).plan.base;
    let here = folder(&[("a", file("old"))]);
    assert_eq!(base(&here), base(&here));
    assert_ne!(base(&here), base(&folder(&[("a", file("Old"))])));
    assert_ne!(base(&here), base(&folder(&[("a", file_with_mode("old", 0o600))])));
    assert_ne!(
        base(&here),
        base(&Situation { history_head: Some(Digest::compute(b"entry")), ..here.clone() })
    );
}

#[test]
fn taking_back_is_the_same_steps_turned_around() {
    let done = in_order(vec![
        Step { path: path("new"), before: None, after: Some(DIR) },
        Step { path: path("new/file"), before: None, after: Some(file("x")) },
        Step { path: path("old"), before: Some(file("y")), after: None },
    ]);
    let preview = plan_rollback(
        &done,
        &folder(&[("new", DIR), ("new/file", file("x"))]),
        TakenBack::Patch,
        OnDrift::Stop,
    );
    assert_eq!((codes(&preview), steps(&preview)), (vec![], vec!["new/file", "new", "old"]));
}

#[test]
fn a_weak_disk_does_not_keep_anybody_from_going_back() {
    let done = [Step { path: path("a"), before: Some(file("old")), after: Some(file("new")) }];
    let mut here = folder(&[("a", file("new"))]);
    here.volume_problem = Some(VolumeProblem::Fat);
    let preview = plan_rollback(&done, &here, TakenBack::Patch, OnDrift::Stop);
    assert_eq!((codes(&preview), steps(&preview)), (vec![], vec!["a"]));
    assert!(preview.notes[0].text.starts_with("this disk has no journal"));
}

#[test]
fn a_file_that_was_edited_since_stops_a_rollback_or_is_kept_as_a_safe_copy() {
    let done = [
        Step { path: path("a"), before: Some(file("old")), after: Some(file("new")) },
        Step { path: path("b"), before: Some(file("old")), after: Some(file("new")) },
        Step { path: path("c"), before: Some(file("old")), after: Some(file("new")) },
    ];
    let here = folder(&[("a", file("mine")), ("b", file("old"))]);
    let stopped = plan_rollback(&done, &here, TakenBack::Patch, OnDrift::Stop);
    assert_eq!(codes(&stopped), [(Code::Drift, "a"), (Code::Drift, "c")]);
    assert!(stopped.obstacles.iter().all(|found| found.hint().to_string().contains("--keep-edits")));
    let kept = plan_rollback(&done, &here, TakenBack::Patch, OnDrift::KeepCopy);
    assert_eq!((codes(&kept), steps(&kept)), (vec![], vec!["a", "c"]));
    assert_eq!(kept.plan.steps[0].before, Some(file("mine")));
}
