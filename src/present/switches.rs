//! The switches that patches brought: where each stands, and what follows from that.

use super::overview::{Fact, line};
use crate::model::{Position, Toggle};
use crate::report::phrases;
use crate::text::{capitalised, one_line};
use crate::words::{fill, window};
use crate::workbench::{FolderSwitch, SwitchMove, SwitchStand, are_open};

/// Most of a value that is neither on nor off, in characters.
const MAX_VALUE: usize = 60;

/// Which switch somebody turns, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchWish {
    /// `PATCH/ID`, exactly.
    pub name: String,
    pub to: Position,
    /// Why, as it was typed.
    pub reason: String,
}

impl SwitchWish {
    /// That of somebody who has not said why.
    pub fn new(name: String, to: Position) -> Self {
        Self { name, to, reason: String::new() }
    }

    /// The reason; `None` as long as there is none.
    pub(super) fn said(&self) -> Option<&str> {
        Some(self.reason.trim()).filter(|reason| !reason.is_empty())
    }

    /// The same switch the other way.
    pub(super) fn turned_back(&self) -> Self {
        Self::new(self.name.clone(), self.to.other())
    }

    /// Whether it is one of these, and stands where it was to.
    pub(super) fn has_come_true(&self, switches: &[FolderSwitch]) -> bool {
        let found = self.find(switches);
        found.is_some_and(|switch| switch.position() == Some(self.to))
    }

    /// The switch that is meant.
    pub(super) fn find<'a>(&self, switches: &'a [FolderSwitch]) -> Option<&'a FolderSwitch> {
        switches.iter().find(|switch| switch.full_name() == self.name)
    }
}

/// A switch of a patch in the folder. Texts but the name are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchRow {
    /// `PATCH/ID`, exactly.
    pub name: String,
    /// What it turns on and off.
    pub title: String,
    /// Its id, and the patch it belongs to.
    pub of: String,
    /// Where it stands, if that is one of its two positions.
    pub position: Option<Position>,
    /// The same in words; where it is neither, what is known.
    pub stand: String,
    /// Since when and by whom, when turning it is seen, what it means that it is off.
    pub facts: Vec<Fact>,
    /// Vulnerabilities that are open again because it is off.
    pub open_again: Option<String>,
    /// That it should not be needed any more.
    pub reminder: Option<String>,
}

impl SwitchRow {
    pub(super) fn new(switch: &FolderSwitch) -> Self {
        let toggle = &switch.toggle;
        let stand = match &switch.stand {
            SwitchStand::At(Position::On) => window::SWITCH_IS_ON.to_owned(),
            SwitchStand::At(Position::Off) => window::SWITCH_IS_OFF.to_owned(),
            SwitchStand::Elsewhere(value) => {
                fill(window::SWITCH_NEITHER, &[("value", &one_line(value, MAX_VALUE))])
            }
            SwitchStand::Unclear(why) => fill(window::SWITCH_UNCLEAR, &[("why", &line(why))]),
        };
        let until = toggle.until.as_deref();
        let mut facts = vec![Fact::new(window::TURNED, &moved(switch.since.as_ref()))];
        facts.extend(of_toggle(toggle).map(|(name, value)| Fact::new(name, &value)));
        facts
            .extend(until.filter(|_| !switch.is_overdue).map(|until| Fact::new(window::SWITCH_UNTIL, until)));
        Self {
            name: switch.full_name(),
            title: line(&capitalised(toggle.title.raw())),
            of: format!("{} · {}", line(toggle.id.as_str()), line(&switch.patch.id)),
            position: switch.position(),
            stand,
            facts,
            open_again: open(switch.open_again(), window::SWITCH_OPEN_HERE),
            reminder: until
                .filter(|_| switch.is_overdue)
                .map(|until| fill(window::SWITCH_OVERDUE, &[("until", &line(until))])),
        }
    }
}

/// When and by whom it was turned, and why.
fn moved(since: Option<&SwitchMove>) -> String {
    let Some(since) = since else { return window::SWITCH_NOBODY.to_owned() };
    let when = phrases::moment(&since.time);
    let (template, reason) = match &since.reason {
        Some(reason) => (window::SWITCH_SINCE_FOR, reason.as_str()),
        None => (window::SWITCH_SINCE, ""),
    };
    fill(template, &[("when", &when), ("user", &since.user), ("reason", reason)])
}

/// What holds wherever it stands.
pub(super) fn of_toggle(toggle: &Toggle) -> [(&'static str, String); 2] {
    [
        (window::SWITCH_TAKES_EFFECT, capitalised(toggle.takes_effect.phrase())),
        (window::SWITCH_WHEN_OFF, capitalised(toggle.when_off.raw())),
    ]
}

/// What a person has to know about a switch that was turned, the most important first.
pub(super) fn after_turning(switch: &FolderSwitch) -> Vec<String> {
    let when = switch.toggle.takes_effect.phrase();
    let is_open = open(switch.open_again(), window::SWITCH_OPEN_HERE).map(|open| format!("{open}."));
    is_open.into_iter().chain([fill(window::SWITCH_TAKES_EFFECT_WHEN, &[("when", when)])]).collect()
}

/// That vulnerabilities are open, in `template`; nothing where there are none.
pub(super) fn open(vulnerabilities: &[String], template: &str) -> Option<String> {
    let what = (!vulnerabilities.is_empty()).then(|| line(&are_open(vulnerabilities)))?;
    Some(fill(template, &[("what", &what)]))
}
