//! Files, records and folders of a rollout that are not what they were, or not what they seem.

use std::fs;

use super::{Site, ring, typed};

/// The first words of what was refused, with the exit code.
fn refused(site: &Site, verb: &str) -> (u8, String) {
    let run = site.console().run(&typed(&format!("{verb} --json")));
    let json = run.json();
    (
        run.code,
        format!(
            "{} {}",
            json["code"].as_str().unwrap_or_default(),
            json["message"].as_str().unwrap_or_default()
        ),
    )
}

fn two_rings() -> Site {
    let site = Site::new(&["a", "b"], &[ring("pilot", &["a"], ""), ring("rest", &["b"], "")].concat());
    assert_eq!(site.console().run(&typed("run --yes --allow-unsigned --until pilot")).code, 0);
    site
}

const RUN: &str = "run --yes --allow-unsigned";

#[test]
fn a_rollout_file_that_is_edited_on_the_way_is_refused() {
    let site = two_rings();
    let text = site.sandbox.read("october.toml").expect("the file");
    for edited in [text.replace("srv/b", "srv/*"), text.clone() + "approve = 0\n", text.clone() + "# why\n"] {
        site.sandbox.write("october.toml", &edited);
        let (code, told) = refused(&site, RUN);
        assert_eq!(code, 3, "{told}");
        assert!(told.starts_with("E-MOVED The rollout file was edited"), "{told}");
        assert!(!site.has_patch("b"));
    }
    site.sandbox.write("october.toml", &text);
    assert_eq!(site.run().code, 0, "as it was, it is the same rollout");
}

#[test]
fn a_patch_file_that_is_exchanged_between_rings_goes_into_no_folder() {
    let site = two_rings();
    site.sandbox.write("new/conf/app.conf", "evil\n");
    fs::rename(site.sandbox.path("fix.patchbundle"), site.sandbox.path("kept")).expect("a rename");
    site.console().done("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
    let (code, told) = refused(&site, RUN);
    assert_eq!(code, 3, "{told}");
    assert!(told.starts_with("E-MOVED") && told.contains("isn't the patch file"), "{told}");
    assert_eq!(site.sandbox.read("srv/b/conf/app.conf").as_deref(), Some("fonts = no\n"));
    fs::rename(site.sandbox.path("kept"), site.sandbox.path("fix.patchbundle")).expect("a rename");
    assert_eq!(site.run().code, 0, "with the right file it goes on");
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_exchanged_for_a_link_or_another_folder_between_rings_is_left_alone() {
    for is_link in [true, false] {
        let site = two_rings();
        let (b, aside) = (site.sandbox.path("srv/b"), site.sandbox.path("aside"));
        fs::rename(&b, &aside).expect("a rename");
        match is_link {
            true => std::os::unix::fs::symlink(&aside, &b).expect("a link"),
            false => site.install("b"),
        }
        let run = site.run();
        assert_eq!(run.code, 3, "{run}");
        for folder in ["aside", "srv/b"] {
            let conf = site.sandbox.read(&format!("{folder}/conf/app.conf"));
            assert_eq!(conf.as_deref(), Some("fonts = no\n"), "{folder}: {run}");
        }
        assert!(!aside.join(".patchwright").exists(), "{run}");
    }
}

#[cfg(unix)]
#[test]
fn links_that_lead_in_circles_are_no_folders_of_a_pattern() {
    let site = Site::new(&["a"], "");
    std::os::unix::fs::symlink("..", site.sandbox.path("srv/loop")).expect("a link");
    std::os::unix::fs::symlink("a", site.sandbox.path("srv/b")).expect("a link");
    site.write_rollout("", "[[rings]]\nname = \"all\"\nfolders = [\"srv/*\", \"srv/*/*/*/a\"]\n");
    let run = site.run();
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(site.states().len(), 1);
}

#[cfg(unix)]
#[test]
fn one_folder_under_two_names_or_inside_another_is_refused_before_anything_is_changed() {
    let site = Site::new(&["a", "b"], "");
    std::os::unix::fs::symlink("a", site.sandbox.path("srv/same")).expect("a link");
    for (folders, told) in [
        (&["a", "same"][..], "are the same folder"),
        (&["b", "a", "a/conf"], "is inside"),
        (&["a/conf", "*"], "is inside"),
    ] {
        site.write_rollout("", &ring("all", folders, ""));
        let (code, said) = refused(&site, RUN);
        assert_eq!(code, 3, "{said}");
        assert!(said.starts_with("E-ORDER") && said.contains(told), "{said}");
    }
    site.write_rollout("", &[ring("one", &["a", "a"], ""), ring("two", &["a", "b"], "")].concat());
    assert_eq!(site.run().code, 0, "one name twice is one folder");
}

#[test]
fn a_ring_without_a_folder_is_told_before_anything_is_changed() {
    let site = Site::new(&["a"], &[ring("all", &["*"], ""), ring("none", &["a"], "")].concat());
    let (code, told) = refused(&site, RUN);
    assert_eq!((code, told.as_str()), (3, "E-ORDER No folder is in the ring \"none\""));
    assert!(!site.has_patch("a"));
}

#[test]
fn records_that_are_damaged_or_huge_are_refused_and_nothing_is_changed() {
    let site = two_rings();
    let records = site.sandbox.path("october.rollout.json");
    let good = fs::read_to_string(&records).expect("the records");
    for bad in [
        String::new(),
        "{".to_owned(),
        good.replace("patchwright-rollout-state/1", "patchwright-rollout-state/9"),
        good.replacen("\"clock\"", "\"clocks\"", 1),
        good.replacen("\"good\"", "\"splendid\"", 1),
    ] {
        fs::write(&records, bad).expect("written");
        let (code, told) = refused(&site, RUN);
        assert!(code == 3 && told.starts_with("E-STATE The records of the rollout can't be used"), "{told}");
    }
    let huge = fs::File::options().write(true).open(&records).expect("the records");
    huge.set_len(1 << 40).expect("a sparse file");
    assert_eq!(refused(&site, RUN).0, 1);
    assert!(!site.has_patch("b"));
    fs::write(&records, good).expect("written");
    assert_eq!(site.run().code, 0);
}

#[test]
fn forged_records_choose_no_folder_that_the_file_does_not_name() {
    let site = two_rings();
    site.install("victim");
    let records = site.sandbox.path("october.rollout.json");
    let good = fs::read_to_string(&records).expect("the records");
    fs::write(&records, good.replace("srv/b\"", "srv/victim\"")).expect("written");
    let (code, told) = refused(&site, RUN);
    assert!(code == 3 && told.contains("which isn't in the ring"), "{told}");
    assert!(!site.has_patch("victim"));
}

#[test]
fn forged_records_that_call_a_folder_good_open_no_ring() {
    let site = Site::new(&["a", "b"], &[ring("pilot", &["a"], ""), ring("rest", &["b"], "")].concat());
    site.sandbox.write("srv/a/site.txt", "ill\n");
    assert_eq!(site.run().code, 3);
    let records = site.sandbox.path("october.rollout.json");
    let text = fs::read_to_string(&records).expect("the records");
    let mut forged: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    forged.as_object_mut().expect("an object").remove("stopped");
    let member = forged["rings"][0]["members"][0].as_object_mut().expect("a folder");
    member.insert("state".to_owned(), "good".into());
    member.insert("since".to_owned(), 0.into());
    member.insert("entry".to_owned(), 1.into());
    fs::write(&records, forged.to_string()).expect("written");
    let run = site.run();
    assert_eq!(run.code, 3, "{run}");
    assert!(!site.has_patch("b"), "the folder itself was asked: {run}");
}

#[cfg(unix)]
#[test]
fn records_that_others_could_have_written_do_not_count() {
    use std::os::unix::fs::PermissionsExt;
    let site = two_rings();
    let records = site.sandbox.path("october.rollout.json");
    fs::set_permissions(&records, fs::Permissions::from_mode(0o666)).expect("ours");
    let (code, told) = refused(&site, RUN);
    assert!(code == 4 && told.starts_with("E-POLICY"), "{code} {told}");
    assert!(!site.has_patch("b"));
    fs::set_permissions(&records, fs::Permissions::from_mode(0o600)).expect("ours");
    assert_eq!(site.run().code, 0);
}

#[test]
fn a_second_run_at_the_same_time_is_told_to_wait() {
    let site = two_rings();
    let lock =
        fs::File::options().write(true).open(site.sandbox.path("october.rollout.run")).expect("the lock");
    lock.lock().expect("free");
    let (code, told) = refused(&site, RUN);
    assert_eq!((code, told.as_str()), (3, "E-BUSY This rollout is running right now"));
    assert_eq!(site.console().run(&typed("pause")).code, 0, "a pause need not wait for it");
    drop(lock);
    site.console().run(&typed("resume"));
    assert_eq!(site.run().code, 0);
}

#[test]
fn without_its_records_a_rollout_finds_out_from_the_folders_who_has_the_patches() {
    let site = two_rings();
    fs::remove_file(site.sandbox.path("october.rollout.json")).expect("ours");
    assert_eq!(site.run().code, 0);
    assert_eq!(site.entries("a", "apply"), 1);
    assert_eq!(site.entries("b", "apply"), 1);
    assert_eq!(site.states(), ["good", "good"]);
    let back = site.console().run(&typed("roll-back --yes"));
    assert_eq!(back.code, 0, "{back}");
    assert!(!site.has_patch("a") && !site.has_patch("b"), "also what an earlier run did is its own");
}

#[test]
fn forged_records_lead_nowhere_else_through_a_pattern() {
    let site = Site::new(&["x/app"], "");
    site.sandbox.write("app/conf/app.conf", "fonts = no\n");
    site.sandbox.write("app/site.txt", "well\n");
    site.write_rollout("", "[[rings]]\nname = \"all\"\nfolders = [\"srv/*/app\"]\napprove = 1\n");
    assert_eq!(site.run().code, 7);
    let records = site.sandbox.path("october.rollout.json");
    let good = fs::read_to_string(&records).expect("the records");
    fs::write(&records, good.replace("srv/x/app\"", "srv/../app\"")).expect("written");
    let (code, told) = refused(&site, RUN);
    assert!(code == 3 && told.contains("which isn't in the ring"), "{told}");
    #[cfg(unix)]
    {
        // No pattern goes through a link either.
        std::os::unix::fs::symlink("..", site.sandbox.path("srv/link")).expect("a link");
        fs::write(&records, good.replace("srv/x/app\"", "srv/link/app\"")).expect("written");
        let (code, told) = refused(&site, RUN);
        assert!(code == 3 && told.contains("which isn't in the ring"), "{told}");
    }
    fs::write(&records, good).expect("written");
    site.console().done(&typed("approve all --by-hand"));
    assert_eq!(site.run().code, 0);
    assert_eq!(site.sandbox.read("app/conf/app.conf").as_deref(), Some("fonts = no\n"));
}

#[test]
fn behind_a_pattern_only_what_is_there_is_meant() {
    let site = Site::new(&["x/app", "y/app"], "");
    fs::create_dir(site.sandbox.path("srv/lost+found")).expect("our own folder");
    site.write_rollout("", "[[rings]]\nname = \"all\"\nfolders = [\"srv/*/app\"]\n");
    let run = site.run();
    assert_eq!(run.code, 0, "{run}");
    assert_eq!(site.states(), ["good", "good"]);
    // What is named as it is may come later.
    let named = Site::new(&["a"], &ring("all", &["a", "gone"], ""));
    assert_eq!(named.run().code, 3);
    assert_eq!(named.states(), ["good", "missing"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_whose_name_is_no_text_is_not_passed_over() {
    use std::os::unix::ffi::OsStrExt;
    let site = Site::new(&["a"], &ring("all", &["*"], ""));
    let odd = site.sandbox.path("srv").join(std::ffi::OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&odd).expect("our own folder");
    for verb in [RUN, "plan --allow-unsigned"] {
        let (code, told) = refused(&site, verb);
        assert!(code == 3 && told.starts_with("E-ORDER") && told.contains("isn't UTF-8"), "{told}");
    }
    assert!(!site.has_patch("a"));
    fs::rename(&odd, site.sandbox.path("srv/.hidden")).expect("a rename");
    assert_eq!(site.run().code, 0);
}

#[test]
fn two_files_that_differ_only_in_their_ending_are_two_rollouts() {
    let site = Site::new(&["a", "b"], &ring("all", &["a"], ""));
    let text = site.sandbox.read("october.toml").expect("the file");
    site.sandbox.write("october.dev", &text.replace("srv/a", "srv/b"));
    assert_eq!(site.run().code, 0);
    let other = site.console().run("rollout run $/october.dev --yes --allow-unsigned");
    assert_eq!(other.code, 0, "{other}");
    assert!(site.has_patch("b"));
}

#[test]
fn a_merge_conflict_that_was_left_in_the_records_is_called_that() {
    let site = two_rings();
    let records = site.sandbox.path("october.rollout.json");
    let good = fs::read_to_string(&records).expect("the records");
    let lines: Vec<&str> = good.lines().collect();
    let conflict =
        [&lines[..2], &["<<<<<<< HEAD"], &lines[2..3], &["=======", ">>>>>>> theirs"], &lines[3..]];
    fs::write(&records, conflict.concat().join("\n")).expect("written");
    let (code, told) = refused(&site, RUN);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("line 3, column 1: a merge conflict was left here"), "{told}");
    fs::write(&records, good).expect("written");
    assert_eq!(site.run().code, 0);
}

#[cfg(unix)]
#[test]
fn the_next_command_for_a_folder_with_an_odd_name_works_in_any_shell() {
    let odd = "new\nline 100%'x";
    let site = Site::new(&[odd], &ring("all", &["*"], ""));
    site.sandbox.write(&format!("srv/{odd}/conf/app.conf"), "edited\n");
    let run = site.run();
    assert_eq!(run.code, 3, "{run}");
    let next = run.out.lines().find_map(|line| line.strip_prefix("To continue without it: patchwright "));
    let root = site.sandbox.path("");
    let root = root.to_str().expect("a plain name").trim_end_matches('/');
    let next = next.expect("a command").replace("$/", &format!("{root}/")).replace("TEXT", "retired");
    let typed = std::process::Command::new("sh")
        .args(["-c", &format!("exec {} {next}", env!("CARGO_BIN_EXE_patchwright"))])
        .env("HOME", site.sandbox.path("home"))
        .output()
        .expect("a shell");
    assert!(typed.status.success(), "{next}: {typed:?}");
    assert_eq!(site.states(), ["left-out"]);
}
