//! A rollback that cannot be whole is refused before it begins: each safe copy is read and hashed first.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use patchwright::disk::fs::{OsFs, STATE_DIR};

use crate::support::child::{Answer, Deed, workbench, workbench_on};
use crate::support::fault_fs::{At, FaultFs};
use crate::support::interruption::Interruption;
use crate::support::product::Product;
use crate::support::real_folder::{Tree, quick_folder};

/// What may happen to a safe copy.
#[derive(Debug, Clone, Copy)]
enum Damage {
    Deleted,
    OneByteFlipped,
    OneByteLonger,
    OtherKind,
    #[cfg(unix)]
    OtherPermissions,
    Truncated,
}

impl Damage {
    const ALL: &[Self] = &[
        Damage::Deleted,
        Damage::OneByteFlipped,
        Damage::OneByteLonger,
        Damage::OtherKind,
        #[cfg(unix)]
        Damage::OtherPermissions,
        Damage::Truncated,
    ];

    /// Does it to the thing at `place`; false if nothing of the kind can happen to it.
    fn befall(self, place: &Path) -> bool {
        let known = fs::symlink_metadata(place).expect("the safe copy is there");
        match self {
            Damage::Deleted => remove(place),
            Damage::OtherKind => {
                remove(place);
                if known.is_dir() { fs::write(place, "") } else { fs::create_dir(place) }
                    .expect("it is gone");
            }
            _ if !known.is_file() => return false,
            Damage::OneByteFlipped => change(place, |bytes| bytes[0] ^= 1),
            Damage::OneByteLonger => change(place, |bytes| bytes.push(b'!')),
            Damage::Truncated => change(place, Vec::clear),
            #[cfg(unix)]
            Damage::OtherPermissions => {
                let mode = std::os::unix::fs::PermissionsExt::from_mode(0o777);
                fs::set_permissions(place, mode).expect("it is ours");
            }
        }
        true
    }
}

fn remove(place: &Path) {
    let known = fs::symlink_metadata(place).expect("the safe copy is there");
    if known.is_dir() { fs::remove_dir_all(place) } else { fs::remove_file(place) }.expect("it is ours");
}

fn change(place: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(place).expect("a safe copy can be read");
    change(&mut bytes);
    fs::write(place, bytes).expect("it is ours");
}

/// The safe copies in a folder, by their name; one that has other names outside is there twice.
fn safe_copies(folder: &Path) -> Vec<(String, Vec<PathBuf>)> {
    let kept = kept(folder);
    let mut names: Vec<String> = fs::read_dir(kept.join("objects"))
        .expect("a patch was applied")
        .map(|entry| entry.expect("it can be listed").file_name().into_string().expect("our names are text"))
        .collect();
    names.sort();
    let places = |name: &String| {
        // Where two things cannot trade places, originals wait under a name of their own.
        let number = name.trim_end_matches(".old");
        [kept.join("objects").join(name), kept.join("copies").join(number)]
    };
    let present = |name: &String| places(name).into_iter().filter(|place| place.symlink_metadata().is_ok());
    names.iter().map(|name| (name.clone(), present(name).collect())).collect()
}

/// The one safe copy of the first file that has one.
fn a_safe_file(folder: &Path) -> PathBuf {
    let copies = safe_copies(folder).into_iter().map(|(_, places)| places);
    let mut files = copies.filter(|places| places.len() == 1 && places[0].is_file()).flatten();
    files.next().expect("the patch changes files")
}

fn kept(folder: &Path) -> PathBuf {
    folder.join(STATE_DIR).join("undo").join("00000001")
}

/// The rollback is refused, and neither the product nor the records were touched.
fn expect_refusal(product: &Product, folder: &Path, story: &str) {
    let before = Tree::of_all(folder);
    let answer = Deed::RollBack.carry_out(&workbench(), folder, &product.bundle());
    assert!(answer.is_failed("E-STORE"), "{story}: {answer}");
    assert_eq!(before.touched_in(&Tree::of_all(folder)), None, "{story}");
}

#[test]
fn a_safe_copy_that_is_not_what_it_was_stops_a_rollback_before_it_begins() {
    let product = Product::new();
    let count = {
        let folder = quick_folder();
        Interruption::prepare(Deed::RollBack, &product, folder.path());
        safe_copies(folder.path()).len()
    };
    let (mut trials, mut refused) = (0, 0);
    for (n, damage) in (0..count).flat_map(|n| Damage::ALL.iter().map(move |damage| (n, *damage))) {
        let folder = quick_folder();
        let rollback = Interruption::prepare(Deed::RollBack, &product, folder.path());
        let (name, places) = safe_copies(folder.path()).swap_remove(n);
        if places.iter().filter(|place| damage.befall(place)).count() == 0 {
            continue;
        }
        trials += 1;
        let before = Tree::of_all(folder.path());
        match Deed::RollBack.carry_out(&workbench(), folder.path(), &product.bundle()) {
            // The file has another name in the folder, or only its permissions changed: its content is still there.
            Answer::Done => rollback.judge_changes(folder.path(), 2).expect("it is as it was"),
            answer => {
                let story = format!("safe copy {name} {damage:?}");
                assert!(answer.is_failed("E-STORE"), "{story}: {answer}");
                assert_eq!(before.touched_in(&Tree::of_all(folder.path())), None, "{story}");
                refused += 1;
            }
        }
    }
    // Where there are no links and permissions there are fewer things, and less can happen to each.
    let enough = if cfg!(unix) { 30 } else { 25 };
    assert!(trials > enough, "only {trials} trials");
    assert!(2 * refused > trials, "only {refused} of {trials} refused");
}

#[test]
fn safe_copies_that_are_gone_altogether_stop_a_rollback_before_it_begins() {
    for inner in ["", "objects"] {
        let (product, folder) = (Product::new(), quick_folder());
        Interruption::prepare(Deed::RollBack, &product, folder.path());
        fs::remove_dir_all(kept(folder.path()).join(inner)).expect("it is ours");
        let hard_linked = kept(folder.path()).join("copies");
        if hard_linked.exists() {
            fs::remove_dir_all(hard_linked).expect("it is ours");
        }
        expect_refusal(&product, folder.path(), &format!("undo/00000001/{inner} is gone"));
    }
}

#[test]
fn a_safe_copy_that_is_put_right_again_lets_the_rollback_go_on() {
    let (product, folder) = (Product::new(), quick_folder());
    let story = Interruption::prepare(Deed::RollBack, &product, folder.path());
    let place = &a_safe_file(folder.path());
    change(place, |bytes| bytes[0] ^= 1);
    expect_refusal(&product, folder.path(), "one byte flipped");
    change(place, |bytes| bytes[0] ^= 1);
    assert_eq!(Deed::RollBack.carry_out(&workbench(), folder.path(), &product.bundle()), Answer::Done);
    story.judge_changes(folder.path(), 2).unwrap();
}

#[test]
fn a_safe_copy_that_is_damaged_at_the_last_moment_does_not_become_live() {
    let (product, folder) = (Product::new(), quick_folder());
    let story = Interruption::prepare(Deed::RollBack, &product, folder.path());
    let place = a_safe_file(folder.path());
    let damage = move || change(&place, Vec::clear);
    let disk = OsFs::open(folder.path()).expect("the folder is there");
    let disk = Arc::new(FaultFs::interfered(Arc::new(disk), At::CallOf("make_dir", 1), damage));
    let answer = Deed::RollBack.carry_out(&workbench_on(disk), folder.path(), &product.bundle());
    assert!(answer.is_failed("E-STORE"), "{answer}");
    story.judge_end(folder.path(), false).unwrap();
}
