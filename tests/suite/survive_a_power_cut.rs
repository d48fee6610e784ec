//! The power goes at any call of a change, on a real filesystem, and the disk that is left is put right.
//!
//! The process is killed at the call, and a copy of its disk is made before the system can write anything it still
//! holds back: see [`loop_disk`](crate::support::loop_disk). `survive_a_crash` tells the same of a simulated disk, of
//! which each loses something else; here the filesystem decides. It takes the right to mount disks, so an ordinary
//! run leaves it out, and says so.

use crate::support::child::{Answer, Deed, Fate, in_a_child};
use crate::support::fault_fs::Call;
use crate::support::interruption::{Interruption, Reached};
use crate::support::loop_disk::{Filesystem, Image, Workshop};
use crate::support::product::Product;

/// Set to anything, it lets an ordinary run of the tests mount disks.
const WANTED: &str = "PATCHWRIGHT_POWER_CUT";

/// A disk just before a change, and what is known about the change.
struct Scene<'a> {
    workshop: &'a Workshop,
    product: &'a Product,
    deed: Deed,
    disk: Image,
    story: Interruption<'a>,
    calls: Vec<Call>,
}

/// What was tried.
#[derive(Debug, Default)]
struct Count {
    cuts: usize,
    old: usize,
    new: usize,
    cuts_in_recovery: usize,
}

impl<'a> Scene<'a> {
    fn set(workshop: &'a Workshop, product: &'a Product, deed: Deed) -> Self {
        let disk = workshop.blank("before");
        let story = {
            let mounted = workshop.mount(&disk, "before").expect("it could be mounted before");
            std::fs::create_dir(mounted.folder()).expect("the disk is empty");
            Interruption::prepare(deed, product, &mounted.folder())
        };
        let calls = {
            let mounted = workshop.mount(&workshop.copy(&disk, "watched"), "watched").expect("a whole disk");
            story.watch(&mounted.folder())
        };
        Self { workshop, product, deed, disk, story, calls }
    }

    /// The call after which a change is done for good: the sync of the commit record.
    fn point_of_no_return(&self) -> usize {
        let place_ends_with =
            |call: &&Call, kind, name: &str| call.kind == kind && call.place.ends_with(name);
        let commit = self.calls.iter().find(|call| place_ends_with(call, "rename", "/t/commit"));
        let commit = commit.expect("a change is committed").number;
        let is_sync = |call: &&Call| call.number > commit && call.kind == "sync";
        self.calls.iter().find(is_sync).expect("a commit is synced").number
    }

    /// The call with which a change begins to be one: before it everything is old for good.
    fn arming(&self) -> usize {
        let is_arming = |call: &&Call| call.kind == "rename" && call.place.ends_with("/t/intent");
        self.calls.iter().find(is_arming).expect("a change is armed").number
    }

    /// The disk after the power went while `deed` was at work on `disk`.
    fn cut(&self, disk: &Image, deed: Deed, fate: Fate, name: &str) -> (Image, Option<Answer>) {
        let running = self.workshop.copy(disk, "running");
        let mounted = self.workshop.mount(&running, "running").expect("a disk that was put right");
        let answer = in_a_child(deed, &mounted.folder(), &self.product.bundle(), fate);
        (self.workshop.copy(&running, name), answer)
    }

    /// Cuts the power at `call`, and perhaps at a call of the recovery, too; says whether everything is new.
    fn try_cut(&self, call: usize, in_recovery: Option<usize>) -> Result<bool, String> {
        let (mut disk, answer) = self.cut(&self.disk, self.deed, Fate::IsKilledAt(call), "cut");
        if let Some(answer) = answer {
            return Err(format!("the process was not killed, it answered: {answer}"));
        }
        if let Some(again) = in_recovery {
            (disk, _) = self.cut(&disk, Deed::Undo, Fate::IsKilledAt(again), "cut again");
        }
        let is_new = self.put_right(&disk)?;
        if is_new && call <= self.arming() {
            return Err("everything is new, and nothing was armed".to_owned());
        }
        if !is_new && call > self.point_of_no_return() {
            return Err("everything is old, and the commit was on disk".to_owned());
        }
        Ok(is_new)
    }

    /// Recovers what is on a disk; says whether everything is new.
    fn put_right(&self, disk: &Image) -> Result<bool, String> {
        let mounted = self.workshop.mount(disk, "repaired")?;
        let folder = mounted.folder();
        let reached = self.story.judge_remains(&folder)?;
        let is_new = self.story.recover(&folder, reached)?;
        assert_eq!(is_new, reached == Reached::Committed);
        self.story.go_on(&folder, is_new)?;
        Ok(is_new)
    }

    /// Cuts the power at every `every`-th call.
    fn cut_at_every(&self, every: usize) -> Count {
        let (mut count, mut problems) = (Count::default(), Vec::new());
        let lock =
            self.calls.iter().position(|call| call.kind == "lock").expect("a change begins with the lock");
        let chosen = self.calls[lock..].iter().step_by(every).enumerate();
        for (n, Call { number, kind, place, .. }) in chosen {
            // The recovery of every fourth is cut, too, at another call each time.
            let again = n.is_multiple_of(4).then_some(1 + n * 37 % 200);
            for in_recovery in [None].into_iter().chain(again.map(Some)) {
                match self.try_cut(*number, in_recovery) {
                    Ok(is_new) => {
                        count.cuts += 1;
                        count.cuts_in_recovery += usize::from(in_recovery.is_some());
                        *(if is_new { &mut count.new } else { &mut count.old }) += 1;
                    }
                    Err(problem) => problems.push(format!(
                        "cut at call {number}, {kind} {place}, in the recovery at {in_recovery:?}: {problem}"
                    )),
                }
            }
        }
        assert!(problems.is_empty(), "{:?}, {count:?}:\n{}", self.deed, problems.join("\n"));
        assert!(count.old > 0 && count.new > 0, "not every outcome was seen: {count:?}");
        count
    }

    /// Whoever said "done" has everything on disk.
    fn expect_done_to_be_for_good(&self) {
        let (disk, answer) = self.cut(&self.disk, self.deed, Fate::Lives, "done");
        assert_eq!(answer, Some(Answer::Done));
        assert_eq!(self.put_right(&disk), Ok(true), "what is done is done");
    }
}

/// Tells the story of `filesystem`, or why it cannot be told here.
fn lose_power(filesystem: Filesystem, every: usize) {
    let workshop = match filesystem.workshop() {
        Ok(workshop) => workshop,
        Err(why) => return eprintln!("SKIPPED: power cuts on {filesystem} cannot be tried here: {why}"),
    };
    let product = Product::new();
    for deed in [Deed::Apply, Deed::RollBack] {
        let started = std::time::Instant::now();
        let scene = Scene::set(&workshop, &product, deed);
        scene.expect_done_to_be_for_good();
        let count = scene.cut_at_every(every);
        println!("{filesystem}, {deed:?}: {count:?} in {} s", started.elapsed().as_secs());
    }
}

#[test]
fn a_power_cut_on_a_real_filesystem_leaves_everything_old_or_everything_new() {
    match std::env::var_os(WANTED) {
        Some(_) => lose_power(Filesystem::Ext4, 5),
        None => eprintln!("SKIPPED: power cuts on real filesystems are tried with {WANTED}=1, as root"),
    }
}

#[test]
#[ignore = "takes minutes, and the right to mount disks"]
fn slow_a_power_cut_at_any_call_leaves_everything_old_or_everything_new() {
    Filesystem::ALL.into_iter().for_each(|filesystem| lose_power(filesystem, 1));
}
