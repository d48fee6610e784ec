//! Two hundred folders in three rings, and in the second one whatever goes wrong with folders: none is a mixture afterwards, and
//! nobody touched the third.
#![cfg(unix)]

use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

use patchwright::disk::fs::{Fs, Place};
use patchwright::model::TreePath;

use super::{Site, typed};
use crate::support::fault_fs::{At, Errno, Fault, FaultFs, Lasting};
use crate::support::trees::Tree;

const RUN: &str = "run --yes --allow-unsigned";
/// A file in a folder that says what goes wrong with its disk: which call, which of them, and for how long.
const FAULT: &str = "fault";

/// Where each ring ends.
const RINGS: [usize; 3] = [20, 100, 200];

fn name(number: usize) -> String {
    format!("app{number:03}")
}

/// The rollout; in each folder the patch changes, adds and removes something.
fn site() -> Site {
    let site = Site::new(&[], "");
    for (folder, file) in [("old", "bin/tool"), ("old", "gone"), ("new", "bin/tool"), ("new", "came/it")] {
        site.sandbox.write(&format!("{folder}/{file}"), &format!("{folder}\n"));
    }
    std::fs::remove_file(site.sandbox.path("fix.patchbundle")).expect("ours");
    site.console().done("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
    for number in 0..RINGS[2] {
        site.install(&name(number));
        for file in ["bin/tool", "gone"] {
            site.sandbox.write(&format!("srv/{}/{file}", name(number)), "old\n");
        }
    }
    let ring = |ring: &str, patterns: &str| format!("[[rings]]\nname = \"{ring}\"\nfolders = [{patterns}]\n");
    let rings = [
        ring("pilot", "\"srv/app00?\", \"srv/app01?\""),
        ring("second", "\"srv/app0??\""),
        ring("rest", "\"srv/*\""),
    ];
    site.write_rollout("at_once = 8\nmax_failed = 40\n", &rings.concat());
    site
}

/// The disk of a folder, on which goes wrong what the folder says.
fn disk(inner: Arc<dyn Fs>) -> Arc<dyn Fs> {
    let mut text = String::new();
    let place = Place::from(&TreePath::parse(FAULT).expect("a good path"));
    let said = inner.open(&place).and_then(|mut file| file.read_to_string(&mut text));
    let words: Vec<&str> = text.split_whitespace().collect();
    let [kind, number, lasting] = words[..] else { return inner };
    assert!(said.is_ok());
    let kind = ["create", "exchange", "move_in", "move_out", "rename", "sync"]
        .into_iter()
        .find(|known| *known == kind)
        .expect("a call");
    let at = At::CallOf(kind, number.parse().expect("a number"));
    match lasting {
        "once" => Arc::new(FaultFs::failing(inner, at, Fault::Fails(Errno::Busy), Lasting::Once)),
        _ => {
            let full = Fault::Fails(Errno::NoSpace);
            Arc::new(FaultFs::failing(inner, at, full, Lasting::FromThenOn))
        }
    }
}

/// What goes wrong in the second ring: with a disk, with what is there, with the product's health. Says in how many folders.
fn break_some(site: &Site) -> usize {
    let faults = [
        "create 1 full",
        "create 3 full",
        "create 5 once",
        "exchange 1 once",
        "exchange 2 once",
        "move_in 1 once",
        "move_out 1 once",
        "rename 1 once",
        "rename 2 once",
        "sync 1 once",
        "sync 2 once",
    ];
    let mut ill = (RINGS[0]..RINGS[1]).step_by(3).map(name);
    let mut next = || ill.next().expect("enough folders");
    for fault in faults {
        site.sandbox.write(&format!("srv/{}/{FAULT}", next()), fault);
    }
    let path = |folder: &str, file: &str| format!("srv/{folder}/{file}");
    site.sandbox.write(&path(&next(), super::CONF), "edited\n");
    site.sandbox.write(&path(&next(), "came"), "a file where a folder comes\n");
    std::fs::remove_file(site.sandbox.path(&path(&next(), "gone"))).expect("ours");
    for _ in 0..3 {
        site.sandbox.write(&path(&next(), "site.txt"), "ill\n");
    }
    faults.len() + 6
}

fn inodes(site: &Site, number: usize) -> Vec<u64> {
    let inode =
        |path: String| std::fs::symlink_metadata(site.sandbox.path(&path)).expect("it is there").ino();
    let folder = format!("srv/{}", name(number));
    vec![inode(format!("{folder}/{}", super::CONF)), inode(format!("{folder}/bin/tool")), inode(folder)]
}

#[test]
fn of_two_hundred_folders_none_is_a_mixture_whatever_goes_wrong_in_the_second_ring() {
    let site = site();
    let faults = break_some(&site);
    let before: Vec<Tree> = (0..RINGS[2]).map(|number| site.tree(&name(number))).collect();
    let third: Vec<_> = (RINGS[1]..RINGS[2]).map(|number| inodes(&site, number)).collect();

    let run = site.console().with_disks(disk).run(&typed(RUN));
    assert!([1, 3].contains(&run.code), "{run}");
    let states = site.states();
    let untouched = (RINGS[1]..RINGS[2]).map(|number| inodes(&site, number));
    assert!(untouched.eq(third), "nobody touched the third ring: {run}");
    for (number, before) in before.iter().enumerate() {
        let (folder, state) = (name(number), states[number].as_str());
        assert_eq!(state == "waiting", number >= RINGS[1], "{folder} {state}: {run}");
        assert!(["good", "refused", "put-back", "waiting"].contains(&state), "{folder} {state}: {run}");
        let mut after = before.clone();
        if state == "good" {
            after =
                after.file(super::CONF, "fonts = yes\n").file("bin/tool", "new\n").file("came/it", "new\n");
            after.remove("gone");
        }
        assert_eq!(site.tree(&folder).difference(&after), None, "{folder} {state}");
    }
    let [good, refused, back] =
        ["good", "refused", "put-back"].map(|kind| states.iter().filter(|state| *state == kind).count());
    assert!(good >= RINGS[1] - faults, "{good} with {faults} faults: {run}");
    assert!(refused > 3 && back > 3, "{refused} refused, {back} restored: {run}");

    // What it did goes again, and is all that goes.
    let back = site.console().run(&typed("roll-back --yes"));
    assert_eq!(back.code, 0, "{back}");
    for (number, before) in before.iter().enumerate() {
        assert_eq!(site.tree(&name(number)).difference(before), None, "{}", name(number));
    }
}
