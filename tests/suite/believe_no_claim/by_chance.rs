//! A vendor's history as commits make one, told by chance: every commit is signed and applied, and asks nothing. Lines are
//! added, changed and moved, blank and common ones among them, and nothing is ever set back.

use super::Scene;
use crate::support::chance::{Chance, Seeded};
use crate::support::sandbox::Sandbox;

/// How many commits a history has.
const COMMITS: usize = 40;

const PLAIN: usize = 30;

/// A file whose lines are of three kinds: its own, blank ones, and such as stand everywhere.
struct Source {
    lines: Vec<String>,
    /// Counts every line that was ever written, so that none is written twice.
    written: usize,
    /// Blocks that were added and not touched since: their first lines.
    blocks: Vec<String>,
}

impl Source {
    fn new() -> Self {
        let mut source = Self { lines: Vec::new(), written: 0, blocks: Vec::new() };
        for number in 0..PLAIN {
            let line = source.own_line();
            source.lines.push(line);
            source.lines.extend((number % 3 == 0).then(String::new));
            source.lines.extend((number % 7 == 0).then(|| "}".to_owned()));
        }
        source
    }

    fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    fn own_line(&mut self) -> String {
        self.written += 1;
        format!("line {}", self.written)
    }

    fn block(&mut self) -> Vec<String> {
        let (first, second, third) = (self.own_line(), self.own_line(), self.own_line());
        vec![first, "    return;".to_owned(), second, String::new(), third, "}".to_owned()]
    }

    /// A commit: one to three edits.
    fn edit(&mut self, chance: &mut Seeded) {
        for _ in 0..=chance.pick(3) {
            match chance.pick(5) {
                0 | 1 => self.add(chance),
                2 => self.add_blank(chance),
                3 => self.change(chance),
                _ => self.move_block(chance),
            }
        }
    }

    fn add(&mut self, chance: &mut Seeded) {
        let (block, at) = (self.block(), self.gap(chance));
        self.blocks.push(block[0].clone());
        self.lines.splice(at..at, block);
    }

    fn add_blank(&mut self, chance: &mut Seeded) {
        let at = self.gap(chance);
        self.lines.insert(at, String::new());
    }

    /// A place that is not in a block which may move.
    fn gap(&self, chance: &mut Seeded) -> usize {
        loop {
            let at = chance.pick(self.lines.len() + 1);
            let is_inside = |first: &String| {
                let begin = self.lines.iter().position(|line| line == first).expect("it is there");
                begin < at && at < begin + 6
            };
            if !self.blocks.iter().any(is_inside) {
                return at;
            }
        }
    }

    fn change(&mut self, chance: &mut Seeded) {
        let own: Vec<usize> =
            (0..self.lines.len()).filter(|at| self.lines[*at].starts_with("line")).collect();
        let at = own[chance.pick(own.len())];
        // A block of which a line was changed stays where it is.
        let mut blocks = std::mem::take(&mut self.blocks);
        blocks.retain(|first| {
            let begin = self.lines.iter().position(|line| line == first).expect("it is there");
            !(begin..begin + 6).contains(&at)
        });
        self.blocks = blocks;
        self.lines[at] = self.own_line();
    }

    fn move_block(&mut self, chance: &mut Seeded) {
        if self.blocks.is_empty() {
            return self.add(chance);
        }
        let first = self.blocks.swap_remove(chance.pick(self.blocks.len()));
        let begin = self.lines.iter().position(|line| *line == first).expect("it is there");
        let block: Vec<String> = self.lines.drain(begin..begin + 6).collect();
        let at = self.gap(chance);
        self.lines.splice(at..at, block);
        self.blocks.push(first);
    }
}

#[test]
fn a_history_that_never_goes_back_raises_no_alarm() {
    for seed in 0..3 {
        let mut chance = Seeded::new(seed);
        let mut source = Source::new();
        let scene = Scene { sandbox: Sandbox::with(&[("app/f", source.text().as_str())]) };
        scene.know("ann", 1, "ann", "--product Widget");
        for commit in 1..=COMMITS {
            let before = source.text();
            source.edit(&mut chance);
            let id = format!("W-{commit}");
            let bundle = scene.bundle(&id, &[id.as_str()]).replace("f", &before, &source.text());
            let file = scene.patch(Some("ann"), &bundle);
            let run = scene.console().run(&format!("apply $/{file} $/app --yes"));
            assert_eq!(run.code, 0, "seed {seed}, commit {commit}: {run}");
        }
        assert_eq!(scene.read("f").as_deref(), Some(source.text().as_str()));
        let status = scene.console().done("status $/app");
        assert!(status.out.contains("W-40"), "{status}");
    }
}

#[test]
fn twin_a_commit_that_takes_another_one_back_is_told_as_that() {
    let mut chance = Seeded::new(7);
    let mut source = Source::new();
    let scene = Scene { sandbox: Sandbox::with(&[("app/f", source.text().as_str())]) };
    scene.know("ann", 1, "ann", "--product Widget");
    let original = source.text();
    source.add(&mut chance);
    for (id, from, to, code) in [("W-1", &original, &source.text(), 0), ("W-2", &source.text(), &original, 3)]
    {
        let file = scene.patch(Some("ann"), &scene.bundle(id, &[id]).replace("f", from, to));
        let run = scene.console().run(&format!("apply $/{file} $/app --yes"));
        assert_eq!(run.code, code, "{run}");
        assert_eq!(run.err.contains("E-UNDOES"), code == 3, "{run}");
    }
}
