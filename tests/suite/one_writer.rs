//! However many start to change a folder at the same moment, one at a time does; the others are told so, and nothing
//! is ever blamed on a folder that somebody else is only just changing.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use patchwright::progress::{CancelToken, Quiet};
use patchwright::target::ledger::Action;
use patchwright::workbench::Watch;

use crate::support::chance::{Chance, Seeded};
use crate::support::child::{Answer, Child, Deed, Fate, workbench};
use crate::support::interruption::Interruption;
use crate::support::product::Product;
use crate::support::real_folder::{Tree, quick_folder};

/// Three who want to change one folder: two processes and a thread of this one.
const WRITERS: usize = 3;

/// What three may want at the same moment.
fn wishes(chance: &mut Seeded) -> [Deed; WRITERS] {
    let any = [Deed::Apply, Deed::RollBack];
    match chance.pick(4) {
        0 => [Deed::Apply; WRITERS],
        1 => [Deed::RollBack; WRITERS],
        _ => std::array::from_fn(|_| any[chance.pick(2)]),
    }
}

/// Lets three start at the same moment, `rounds` times; returns how many found the folder busy.
fn compete(rounds: usize) -> usize {
    let (product, folder) = (Product::new(), quick_folder());
    let folder = folder.path();
    let story = Interruption::prepare(Deed::Apply, &product, folder);
    let mut chance = Seeded::new(1);
    let mut children = [0, 1].map(|_| Child::start(folder, &product.bundle(), Fate::Lives));
    let (mut busy, mut entries) = (0, 0);
    for round in 0..rounds {
        let [ours, theirs @ ..] = wishes(&mut chance);
        let start = Arc::new(Barrier::new(2));
        let thread = {
            let (start, folder, bundle) = (start.clone(), folder.to_owned(), product.bundle());
            thread::spawn(move || {
                start.wait();
                ours.carry_out(&workbench(), &folder, &bundle)
            })
        };
        start.wait();
        children.iter_mut().zip(theirs).for_each(|(child, deed)| child.tell(deed));
        let mut answers = vec![(ours, thread.join().expect("a writer answers"))];
        for (child, deed) in children.iter_mut().zip(theirs) {
            answers.push((deed, child.answer().expect("nobody killed it")));
        }
        let done = answers.iter().filter(|(_, answer)| *answer == Answer::Done).count();
        busy += answers.iter().filter(|(_, answer)| answer.is_failed("E-BUSY")).count();
        for (deed, answer) in &answers {
            let is_right = match (deed, answer) {
                (_, Answer::Done) | (Deed::Apply, Answer::NothingToDo) => true,
                (_, answer) if answer.is_failed("E-BUSY") => true,
                (deed, answer) => *deed == Deed::RollBack && answer.is_failed("E-UNKNOWN-PATCH"),
            };
            assert!(is_right, "round {round}, {deed:?}: {answer}, among {answers:?}");
        }
        entries += done;
        story
            .judge_changes(folder, entries)
            .unwrap_or_else(|problem| panic!("round {round}: {problem}, {answers:?}"));
    }
    busy
}

#[test]
fn of_three_who_start_at_the_same_moment_one_writes_at_a_time() {
    let busy = compete(60);
    assert!(busy > 0, "nobody ever met anybody");
}

#[test]
#[ignore = "takes minutes"]
fn slow_of_three_who_start_at_the_same_moment_one_writes_at_a_time() {
    println!("{} found the folder busy in 1000 rounds", compete(1000));
}
