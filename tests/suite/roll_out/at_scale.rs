//! What many folders cost, in calls to the system, and that a plan needs nothing but to read.
#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};

use super::{Site, ring};
use crate::support::read_only::on_a_read_only_disk;
use crate::support::tools::is_here;

/// How often the program opens the patch file with these arguments.
fn opens(site: &Site, arguments: &[&str]) -> usize {
    let (trace, root) = (site.sandbox.path("trace"), site.sandbox.path(""));
    let run = Command::new("strace")
        .args(["-f", "-e", "trace=open,openat,openat2", "-o"])
        .arg(&trace)
        .arg(env!("CARGO_BIN_EXE_patchwright"))
        .args(arguments)
        .current_dir(root)
        .env("HOME", site.sandbox.path("home"))
        .stdout(Stdio::null())
        .status()
        .expect("strace starts");
    assert!(matches!(run.code(), Some(0 | 4 | 7)), "{arguments:?} ended with {run}");
    let traced = site.sandbox.read("trace").expect("a trace");
    traced.lines().filter(|line| line.contains("fix.patchbundle")).count()
}

/// A site with this many folders in one ring, and a state file for the same.
fn site(count: usize) -> Site {
    let folders: Vec<String> = (0..count).map(|number| format!("app{number:02}")).collect();
    let site = Site::new(&folders.iter().map(String::as_str).collect::<Vec<_>>(), &ring("all", &["*"], ""));
    let root = site.sandbox.path("");
    let root = root.to_str().expect("a plain name").trim_end_matches('/');
    site.sandbox.write(
        "state.toml",
        &format!(
            "format = \"patchwright-state/1\"\npatches = \".\"\n[[folders]]\npath = '{root}/srv/*'\nhave = [\"ACME-1\"]\n"
        ),
    );
    site
}

#[test]
fn a_patch_file_is_opened_as_often_for_many_folders_as_for_a_few() {
    if !is_here("strace", "counting how often patch files are opened") {
        return;
    }
    let (few, many) = (site(2), site(12));
    let plan = ["rollout", "plan", "october.toml", "--allow-unsigned"];
    let run = ["rollout", "run", "october.toml", "--allow-unsigned", "--yes"];
    for arguments in [&plan[..], &["reconcile", "state.toml"], &run[..]] {
        let counts = [opens(&few, arguments), opens(&many, arguments)];
        assert!(counts[0] > 0 && counts[0] == counts[1], "{arguments:?}: {counts:?}");
    }
}

#[test]
fn a_plan_of_many_folders_needs_nothing_but_to_read() {
    let site = site(3);
    let root = site.sandbox.path("");
    let plan = ["rollout", "plan", "october.toml", "--allow-unsigned"];
    let Some(planned) = on_a_read_only_disk(&root, "planning a rollout on a read-only disk", &plan) else {
        return;
    };
    // What would happen is told, and that it can't from here.
    let said = String::from_utf8_lossy(&planned.stdout).into_owned();
    assert_eq!(planned.status.code(), Some(7), "{planned:?}");
    assert!(said.contains("all: 3 folders ready"), "{planned:?}");
    assert!(
        said.contains("3 folders are on a read-only disk, so nothing can be changed from here"),
        "{said}"
    );
    let looked =
        on_a_read_only_disk(&root, "comparing with a state file there", &["reconcile", "state.toml"]);
    let looked = looked.expect("it was mounted before");
    // Nobody trusts this patch; that is all that is wrong.
    assert_eq!(looked.status.code(), Some(4), "{looked:?}");
    assert!((0..3).all(|number| !site.has_patch(&format!("app{number:02}"))));

    // What speaks against a folder besides is what is told of it.
    site.sandbox.write("srv/app01/conf/app.conf", "edited\n");
    let planned = on_a_read_only_disk(&root, "planning a rollout with a conflict there", &plan);
    let planned = planned.expect("it was mounted before");
    let said = String::from_utf8_lossy(&planned.stdout).into_owned();
    assert_eq!(planned.status.code(), Some(3), "{planned:?}");
    assert!(said.contains("all: 2 folders ready, 1 can't be changed yet"), "{said}");
    assert!(said.contains("app01  E-DRIFT: ") && !said.contains("E-RIGHTS"), "{said}");
    let run = ["rollout", "run", "october.toml", "--allow-unsigned", "--yes"];
    let run = on_a_read_only_disk(&root, "running a rollout there", &run).expect("it was mounted before");
    assert_eq!(run.status.code(), Some(1), "its records can't be written: {run:?}");
}
