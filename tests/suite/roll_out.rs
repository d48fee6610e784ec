//! One patch goes into many folders, ring after ring: what the rules between the rings hold back, how it is stopped, paused,
//! approved and rolled back, and that nobody is changed who was not meant.

mod already_there;
mod approved;
mod at_scale;
mod hostile;
mod interrupted;
#[cfg(unix)]
mod killed;
mod over;
mod paced;
mod stopped;
mod switched_off;
mod tried_again;
mod two_hundred;

use crate::support::console::{Console, Run};
use crate::support::sandbox::{Sandbox, order};
use crate::support::trees::Tree;

const CONF: &str = "conf/app.conf";
const FILE: &str = "rollout $/october.toml";
/// What the health check of the patch looks for; a folder without it is not healthy afterwards.
const HEALTH: &str = "[[health]]\ncheck = \"text\"\npath = \"site.txt\"\ncontains = \"well\"\n";

/// Folders `$/srv/NAME` of one product, a patch for it, and a rollout over them.
struct Site {
    sandbox: Sandbox,
}

impl Site {
    /// With these folders and rings.
    fn new(folders: &[&str], rings: &str) -> Self {
        let sandbox =
            Sandbox::with(&[("old/conf/app.conf", "fonts = no\n"), ("new/conf/app.conf", "fonts = yes\n")]);
        for folder in ["old", "new"] {
            sandbox.write(&format!("{folder}/site.txt"), "well\n");
        }
        sandbox.write("order.toml", &order("ACME-1", "", HEALTH));
        let site = Self { sandbox };
        folders.iter().for_each(|folder| site.install(folder));
        site.console().done("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
        site.write_rollout("", rings);
        site
    }

    /// Twelve folders in three rings: two, four, and the others.
    fn of_twelve(keys: &str) -> Self {
        let folders: Vec<String> = (1..=12).map(|number| format!("app{number:02}")).collect();
        let site = Self::new(&folders.iter().map(String::as_str).collect::<Vec<_>>(), "");
        site.write_rollout(
            keys,
            &[
                ring("pilot", &["app01", "app02"], ""),
                ring("second", &["app03", "app04", "app05", "app06"], ""),
                ring("rest", &["*"], ""),
            ]
            .concat(),
        );
        site
    }

    fn install(&self, folder: &str) {
        self.sandbox.write(&format!("srv/{folder}/{CONF}"), "fonts = no\n");
        self.sandbox.write(&format!("srv/{folder}/site.txt"), "well\n");
    }

    fn write_rollout(&self, keys: &str, rings: &str) {
        let head =
            "format = \"patchwright-rollout/1\"\nname = \"October fonts\"\npatches = [\"fix.patchbundle\"]\n";
        self.sandbox.write("october.toml", &format!("{head}{keys}{rings}"));
    }

    fn console(&self) -> Console<'_> {
        Console::new(&self.sandbox)
    }

    fn run(&self) -> Run {
        self.console().run(&typed("run --yes --allow-unsigned"))
    }

    fn json(&self) -> serde_json::Value {
        self.console().run(&typed("status --json")).json()
    }

    /// `state` of every folder, in the order of the rings.
    fn states(&self) -> Vec<String> {
        let json = self.json();
        let rings = json["rings"].as_array().expect("rings").iter();
        rings
            .flat_map(|ring| ring["folders"].as_array().expect("folders"))
            .map(|folder| folder["state"].as_str().expect("a state").to_owned())
            .collect()
    }

    fn has_patch(&self, folder: &str) -> bool {
        self.sandbox.read(&format!("srv/{folder}/{CONF}")).as_deref() == Some("fonts = yes\n")
    }

    fn tree(&self, folder: &str) -> Tree {
        Tree::read(&self.sandbox.path(&format!("srv/{folder}")))
    }

    /// How many entries the history of a folder has that say this.
    fn entries(&self, folder: &str, action: &str) -> usize {
        let json = self.console().run(&format!("history $/srv/{folder} --json")).json();
        let entries = json["entries"].as_array().expect("entries").iter();
        entries.filter(|entry| entry["action"] == action).count()
    }
}

/// `run …` as a command for the file.
fn typed(verb: &str) -> String {
    let (verb, rest) = verb.split_once(' ').unwrap_or((verb, ""));
    format!("{} {verb} {} {rest}", &FILE[..7], &FILE[8..])
}

fn ring(name: &str, folders: &[&str], keys: &str) -> String {
    let folders: Vec<String> = folders.iter().map(|folder| format!("\"srv/{folder}\"")).collect();
    format!("[[rings]]\nname = \"{name}\"\nfolders = [{}]\n{keys}", folders.join(", "))
}

#[test]
fn a_good_patch_goes_through_every_ring_and_a_second_run_has_nothing_to_do() {
    let site = Site::of_twelve("at_once = 3\n");
    let plan = site.console().done(&typed("plan --allow-unsigned"));
    assert!(
        plan.out.contains("pilot: 2 folders ready") && plan.out.contains("rest: 6 folders ready"),
        "{plan}"
    );
    assert!(!site.sandbox.path("october.rollout.json").exists(), "a plan writes nothing");
    assert_eq!(site.console().run(&typed("status")).code, 7, "it isn't started");
    let run = site.run();
    assert_eq!(run.code, 0, "{run}");
    assert!(run.out.contains("Done: every ring is finished"), "{run}");
    assert!((1..=12).all(|number| site.has_patch(&format!("app{number:02}"))));
    let before: Vec<Tree> = (1..=12).map(|number| site.tree(&format!("app{number:02}"))).collect();
    assert_eq!(site.run().code, 0);
    let after: Vec<Tree> = (1..=12).map(|number| site.tree(&format!("app{number:02}"))).collect();
    assert!(before.iter().zip(&after).all(|(before, after)| before.difference(after).is_none()));
    assert_eq!(site.entries("app01", "apply"), 1);
}

#[test]
fn a_conflict_in_the_last_ring_is_known_before_the_pilot_begins() {
    let site = Site::of_twelve("");
    site.sandbox.write("srv/app12/conf/app.conf", "edited\n");
    let plan = site.console().run(&typed("plan --allow-unsigned"));
    assert_eq!(plan.code, 3, "{plan}");
    assert!(plan.out.contains("$/srv/app12") && plan.out.contains("E-DRIFT"), "{plan}");
    assert!((1..=12).all(|number| !site.has_patch(&format!("app{number:02}"))));
}

#[test]
fn a_wait_ends_when_it_is_over_and_a_clock_that_is_set_back_makes_it_longer() {
    let rings = [ring("pilot", &["a"], "wait = \"1h\"\n"), ring("rest", &["b"], "")].concat();
    let site = Site::new(&["a", "b"], &rings);
    let run_at = |moment: &str| site.console().at(moment).run(&typed("run --yes --allow-unsigned"));
    let first = run_at("2026-11-23T10:00:00Z");
    assert_eq!(first.code, 7, "{first}");
    assert!(first.out.contains("The ring \"pilot\" waits until 2026-11-23 11:00:00 UTC"), "{first}");
    for early in ["2026-11-23T10:59:59Z", "2026-11-01T00:00:00Z", "1999-01-01T00:00:00Z"] {
        assert_eq!(run_at(early).code, 7, "{early}");
        assert!(site.has_patch("a") && !site.has_patch("b"), "{early}");
    }
    let last = run_at("2026-11-23T11:00:00Z");
    assert_eq!(last.code, 0, "{last}");
    assert!(site.has_patch("b"));
}

#[test]
fn a_folder_that_became_good_while_the_clock_was_set_back_waits_as_long_as_any() {
    let rings = [ring("pilot", &["a", "c"], "wait = \"1h\"\n"), ring("rest", &["b"], "")].concat();
    let site = Site::new(&["a", "b", "c"], &rings);
    site.sandbox.write("srv/c/conf/app.conf", "edited\n");
    let run_at = |moment: &str| site.console().at(moment).run(&typed("run --yes --allow-unsigned"));
    assert_eq!(run_at("2026-11-23T10:00:00Z").code, 3, "one folder is not as expected");
    site.sandbox.write("srv/c/conf/app.conf", "fonts = no\n");
    // It is mended, and the clock is three hours behind.
    assert_eq!(run_at("2026-11-23T07:00:00Z").code, 7);
    assert!(site.has_patch("c"));
    assert_eq!(run_at("2026-11-23T10:59:59Z").code, 7, "an hour from the latest moment that was recorded");
    assert_eq!(run_at("2026-11-23T11:00:00Z").code, 0);
}

#[test]
fn what_fails_while_a_ring_waits_stops_the_next_one() {
    let rings =
        [ring("pilot", &["a"], "wait = \"1h\"\nrecheck = \"5m\"\n"), ring("rest", &["b"], "")].concat();
    type Fault = fn(&Site);
    let faults: [(&str, Fault); 3] = [
        ("E-DRIFT", |site| site.sandbox.write("srv/a/conf/app.conf", "edited\n")),
        ("E-HEALTH", |site| site.sandbox.write("srv/a/site.txt", "ill\n")),
        ("E-UNKNOWN-PATCH", |site| drop(site.console().done("rollback $/srv/a --yes"))),
    ];
    for (code, fault) in faults {
        let site = Site::new(&["a", "b"], &rings);
        assert_eq!(site.run().code, 7);
        fault(&site);
        let later = site.console().at("2026-11-23T12:00:00Z");
        let run = later.run(&typed("run --yes --allow-unsigned"));
        assert_eq!(run.code, 3, "{code}: {run}");
        assert!(run.out.contains(code), "{code}: {run}");
        assert!(!site.has_patch("b"), "{code}");
    }
}

#[test]
fn a_ring_that_needs_people_begins_when_enough_different_ones_approved_it() {
    let rings = [ring("pilot", &["a"], ""), ring("rest", &["b"], "approve = 2\n")].concat();
    let site = Site::new(&["a", "b"], &rings);
    let run = site.run();
    assert_eq!(run.code, 7, "{run}");
    assert!(run.out.contains("2 people have to approve the ring \"rest\""), "{run}");
    assert!(run.out.contains("Next: patchwright rollout approve $/october.toml rest --by-hand"), "{run}");
    let approve = typed("approve rest --by-hand");
    for _ in 0..3 {
        assert_eq!(site.console().run(&approve).code, 0, "one person is one person");
    }
    assert_eq!(site.run().code, 7);
    assert!(!site.has_patch("b"));
    let by_other = site.console().by_user("bob").run(&approve);
    assert!(by_other.out.contains("The next run continues with the ring \"rest\""), "{by_other}");
    assert_eq!(site.run().code, 0);
    assert!(site.has_patch("b"));
}

#[test]
fn a_pause_never_ends_by_itself() {
    let site = Site::of_twelve("");
    assert_eq!(site.console().run(&typed("run --yes --allow-unsigned --until pilot")).code, 0);
    let paused = site.console().run(&typed("pause --reason=freeze"));
    assert_eq!(paused.code, 0, "{paused}");
    assert!(paused.out.contains("Paused by ada on server, 2026-11-23 09:30:00 UTC: freeze"), "{paused}");
    let later = site.console().at("2031-01-01T00:00:00Z").run(&typed("run --yes --allow-unsigned"));
    assert_eq!(later.code, 7, "{later}");
    assert!(site.has_patch("app02") && !site.has_patch("app03"));
    site.console().run(&typed("resume"));
    assert_eq!(site.run().code, 0);
}

#[test]
fn a_folder_that_has_the_patches_already_is_good_and_is_not_rolled_back_with_the_others() {
    let site = Site::new(&["a", "b"], &ring("all", &["*"], ""));
    site.console().done("apply $/fix.patchbundle $/srv/a --yes --allow-unsigned");
    assert_eq!(site.run().code, 0);
    assert_eq!(site.states(), ["already-there", "good"]);
    let back = site.console().run(&typed("roll-back --yes"));
    assert_eq!(back.code, 0, "{back}");
    assert!(site.has_patch("a") && !site.has_patch("b"));
}

#[test]
fn new_folders_are_told_and_not_added() {
    let site = Site::new(&["a", "b"], &[ring("pilot", &["a"], ""), ring("rest", &["*"], "")].concat());
    assert_eq!(site.console().run(&typed("run --yes --allow-unsigned --until pilot")).code, 0);
    site.install("c");
    let plan = site.console().run(&typed("plan --allow-unsigned"));
    assert!(plan.out.contains("1 folder isn't part of it") && plan.out.contains("$/srv/c"), "{plan}");
    assert_eq!(site.run().code, 0);
    assert!(site.has_patch("b") && !site.has_patch("c"));
}

#[test]
fn a_plan_writes_nothing_anywhere() {
    let site = Site::new(&["a", "b"], &ring("all", &["*"], ""));
    let before = Tree::read(&site.sandbox.path(""));
    let plan = site.console().done(&typed("plan --allow-unsigned"));
    assert!(plan.out.contains("all: 2 folders ready"), "{plan}");
    assert_eq!(Tree::read(&site.sandbox.path("")).difference(&before), None);
}
