//! Patches of different keys come and go, a switch is moved, a person edits: in any order, each keeps its own.

use std::fmt::Write as _;

use super::PATH;
use crate::support::chance::{Chance, Seeded};
use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};

/// Stories in the normal suite and in the slow one, and how much happens in each.
const STORIES: u64 = 24;
const MANY_STORIES: u64 = 400;
const DEEDS: usize = 12;

/// The keys 1 to 3 are set by a patch each; that of the last has a switch.
const PATCHES: usize = 3;
const SWITCHED: usize = 3;
/// The keys that only the person sets.
const OWN: [usize; 2] = [0, 5];
const KEYS: usize = 7;

/// What is in the folder, as somebody would say who knows nothing of backups and digests.
#[derive(Debug, Clone, Default)]
struct Model {
    /// In the order in which they came.
    here: Vec<usize>,
    is_off: bool,
    own: [usize; KEYS],
    /// What was here before the last rollback, if nothing happened since.
    before_rollback: Option<(Vec<usize>, bool)>,
}

impl Model {
    fn text(&self) -> String {
        let value = |key: usize| match key {
            SWITCHED if self.here.contains(&key) && self.is_off => "quiet".to_owned(),
            key if self.here.contains(&key) => format!("patched {key}"),
            key if OWN.contains(&key) => format!("own {}", self.own[key]),
            key => format!("original {key}"),
        };
        (0..KEYS).map(|key| format!("key{key}: {}\n", value(key))).collect()
    }

    /// Does something that may be done here, and says by which command.
    fn go_on(&mut self, chance: &mut Seeded) -> Option<String> {
        let before_rollback = self.before_rollback.take();
        match chance.pick(10) {
            0..=4 => {
                let patch = 1 + chance.pick(PATCHES);
                let Some(place) = self.here.iter().position(|here| *here == patch) else {
                    self.here.push(patch);
                    self.is_off &= patch != SWITCHED;
                    return Some(format!("apply $/{patch}.patchbundle $/app --yes --allow-unsigned"));
                };
                self.before_rollback = Some((self.here.clone(), self.is_off));
                if chance.pick(3) == 0 {
                    self.here.truncate(place);
                    return Some(format!("rollback $/app --to ACME-{patch} --yes"));
                }
                self.here.remove(place);
                Some(format!("rollback $/app ACME-{patch} --yes"))
            }
            5 => {
                (self.here, self.is_off) = before_rollback?;
                Some("reapply $/app --yes --allow-unsigned".to_owned())
            }
            6 | 7 if self.here.contains(&SWITCHED) => {
                self.is_off = !self.is_off;
                let to = if self.is_off { "off" } else { "on" };
                Some(format!("toggle {to} third $/app --yes"))
            }
            _ => {
                self.own[OWN[chance.pick(OWN.len())]] += 1;
                None
            }
        }
    }
}

/// A product in `$/app`, and a patch file for each of the patches.
fn product() -> Sandbox {
    let before = Model::default().text();
    let sandbox = Sandbox::with(&[(PATH, &before), ("known/deploy/values.yaml", &before)]);
    for number in 1..=PATCHES {
        let mut tables = format!(
            "[[edits]]\nfile = \"deploy/values.yaml\"\ndo = [{{ set = \"key{number}\", to = \"patched {number}\" }}]\n"
        );
        if number == SWITCHED {
            tables.push_str(
                "[[toggles]]\nid = \"third\"\ntitle = \"The third key\"\nfile = \"deploy/values.yaml\"\nkind = \"key\"\n\
                 key = \"key3\"\non = \"patched 3\"\noff = \"quiet\"\ntakes_effect = \"live\"\nwhen_off = \"As before.\"\n",
            );
        }
        sandbox.write("order.toml", &order(&format!("ACME-{number}"), "", &tables));
        let make = format!("make --from $/known --order $/order.toml --output $/{number}.patchbundle");
        Console::new(&sandbox).done(&make);
    }
    sandbox
}

#[test]
fn each_keeps_its_own_in_any_order() {
    tell(0..STORIES);
}

#[test]
#[ignore = "slow: hundreds of stories"]
fn each_keeps_its_own_in_hundreds_of_orders() {
    tell(STORIES..MANY_STORIES);
}

fn tell(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let sandbox = product();
        let console = Console::new(&sandbox);
        let mut chance = Seeded::new(seed);
        let mut model = Model::default();
        let mut story = format!("story {seed}:\n");
        for _ in 0..DEEDS {
            let was_edited = sandbox.read(PATH);
            match model.go_on(&mut chance) {
                Some(command) => {
                    let run = console.run(&command);
                    let _ = writeln!(story, "  {command}");
                    assert_eq!(run.code, 0, "{story}{run}");
                }
                None => {
                    let _ = writeln!(story, "  edit");
                    sandbox.write(PATH, &model.text());
                    assert_eq!(was_edited.map(|text| text.lines().count()), Some(KEYS));
                }
            }
            assert_eq!(sandbox.read(PATH), Some(model.text()), "{story}");
        }
    }
}
