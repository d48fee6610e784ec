//! What a command answers to programs, as data: written by the command line, and read by the window, whose worker is a
//! command line. Field names are a contract; `assets/schema/cli.schema.json` says which there are.

mod change;
mod choose;
mod edits;
mod evidence;
mod fixed;
mod folder;
mod metrics;
mod parts;
mod patch;
mod plan;
mod rehearse;
mod rollout;
mod switches;
mod trust;
mod unchecked;
mod wanted;

pub(crate) use change::{Accept, Apply, Change, Entry, Recover, Recovery, Repair, Rollback, Series};
pub(crate) use choose::Choose;
pub(crate) use edits::{EditTest, EditedKey};
pub(crate) use evidence::{Evidence, EvidenceDocument, VerifiedEvidence};
pub(crate) use fixed::Fixed;
pub(crate) use folder::{History, HistoryCheck, Identify, Status};
pub(crate) use metrics::Metrics;
pub(crate) use patch::{Diff, Difference, Export, Make, Show, Support, Template, TextPatches, Verify};
pub(crate) use plan::{ApplyDryRun, DryRun, Explain, Plan, RollbackDryRun};
pub(crate) use rehearse::Rehearse;
pub(crate) use rollout::{Rollout, RolloutPlan};
pub(crate) use switches::{Toggle, Toggles};
pub(crate) use trust::{
    Comment, Key, KeyInfo, Keys, MadeKey, Reviewed, RevokedKey, Rotation, Sign, SignedList,
};

pub(crate) use wanted::{Hold, Reconcile};

use serde::{Deserialize, Serialize};

use super::Report;
use crate::model::{Kind, Patch};
use crate::plan::Obstacle as Reason;
use crate::text::Advice;
use crate::workbench::PatchNote;

/// Declares answers: each field with its type and where it comes from. `[name]` is left out when there is nothing to say,
/// and `..name` stands for the fields of what it names.
macro_rules! answers {
    ($(
        $(#[$doc:meta])*
        $answer:ident($($source:ident: $of:ty),*) {
            $($(..$part:ident)? $([$some:ident])? $($field:ident)?: $type:ty = $value:expr,)*
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub(crate) struct $answer {$(
            $(#[serde(flatten)] pub $part: $type,)?
            $(#[serde(skip_serializing_if = "Option::is_none")] pub $some: Option<$type>,)?
            $(pub $field: $type,)?
        )*}

        impl $answer {
            pub fn new($($source: $of),*) -> Self {
                Self { $($($part: $value,)? $($some: $value,)? $($field: $value,)?)* }
            }
        }
    )*};
}
use answers;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Outcome {
    /// As it was asked for.
    Done,
    NothingToDo,
    /// In another way.
    Not(Kind),
}

impl Outcome {
    /// The exit code of the command line.
    pub fn exit_code(self) -> u8 {
        if let Outcome::Not(kind) = self { kind.exit_code() } else { 0 }
    }
}

impl From<Outcome> for String {
    fn from(outcome: Outcome) -> Self {
        let word = match outcome {
            Outcome::Done => "done",
            Outcome::NothingToDo => "nothing-to-do",
            Outcome::Not(kind) => kind.as_str(),
        };
        word.to_owned()
    }
}

impl TryFrom<String> for Outcome {
    type Error = &'static str;

    fn try_from(word: String) -> Result<Self, Self::Error> {
        let failures = Kind::WORST_FIRST.into_iter().map(Outcome::Not);
        let mut all = [Outcome::Done, Outcome::NothingToDo].into_iter().chain(failures);
        all.find(|outcome| String::from(*outcome) == word).ok_or("no outcome of this program")
    }
}

answers! {
    /// Anything that did not go well.
    #[derive(Default)]
    Failure(report: &Report) {
        code: String = report.code.to_string(),
        message: String = report.title(),
        [path]: String = report.path.clone(),
        causes: Vec<String> = report.causes.clone(),
        [printed]: Vec<String> = some(report.printed.clone()),
        [files]: String = report.files.sentence().map(str::to_owned),
        hints: Vec<String> = report.hints.iter().map(Advice::to_string).collect(),
        [hints_without_commands]: Vec<String> = without_commands(&report.hints),
        obstacles: Vec<Obstacle> = all(&report.obstacles, Obstacle::new),
    }

    /// A reason why not.
    Obstacle(obstacle: &Reason) {
        code: String = obstacle.code().to_string(),
        meaning: String = obstacle.meaning(),
        hint: String = obstacle.hint().to_string(),
        [hint_without_commands]: String = without_commands(&[obstacle.hint()]).map(|hints| hints.concat()),
        [path]: String = obstacle.path.clone(),
    }

    PatchName(patch: &Patch) {
        id: String = patch.about.identity.id.to_string(),
        revision: u32 = patch.about.identity.revision,
        title: String = patch.about.title.raw().to_owned(),
    }
}

impl Failure {
    /// What to do, for those who press buttons.
    pub fn pressed(&self) -> &[String] {
        self.hints_without_commands.as_deref().unwrap_or(&self.hints)
    }
}

impl Obstacle {
    /// What to do, for those who press buttons.
    pub fn pressed(&self) -> &str {
        self.hint_without_commands.as_deref().unwrap_or(&self.hint)
    }
}

/// What `hints` say to those who press buttons, if that is something else; those that say nothing to them are left out.
fn without_commands(hints: &[Advice]) -> Option<Vec<String>> {
    let typed = hints.iter().map(Advice::to_string);
    let pressed = hints.iter().map(Advice::pressed);
    let differs = typed.ne(pressed.clone());
    differs.then(|| pressed.filter(|hint| !hint.is_empty()).collect())
}

/// Each of `items` as an answer has it.
fn all<'a, T: 'a, A>(items: impl IntoIterator<Item = &'a T>, new: impl Fn(&'a T) -> A) -> Vec<A> {
    items.into_iter().map(new).collect()
}

/// Patches where they are more than one: the first is told beside them.
fn several(patches: &[PatchNote]) -> Option<Vec<PatchNote>> {
    (patches.len() > 1).then(|| patches.to_vec())
}

/// A list that is left out when it is empty.
fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}
