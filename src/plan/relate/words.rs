//! What is said about a relation: what a patch says and what its files show are never mixed up.

use super::{
    Consequence, ContainmentProof, Grounds, Meeting, RelatedPresence, Relation, RelationClass, SharedPlace,
};
use crate::diff::{Fate, KeyClash, LineRange};
use crate::model::TreePath;
use crate::plan::FileFates;
use crate::plan::scope::Scope;
use crate::plan::shown_lists::{enumerate, in_brackets};
use crate::plan::why::Override;
use crate::text::{Advice, one_line};

/// What is worded.
#[derive(Clone, Copy)]
pub(super) struct RelationFacts<'a> {
    pub class: RelationClass,
    pub id: &'a str,
    /// Whether it can't be rolled back any more.
    pub is_kept_for_good: bool,
    pub revision: u32,
    /// Whether only a word that nobody has to believe says that it is in.
    pub is_doubted: bool,
    pub new_id: &'a str,
    pub scope: Scope,
    pub presence: RelatedPresence,
    pub evidence: &'a Grounds,
}

impl RelationFacts<'_> {
    pub(super) fn phrase(&self) -> String {
        let (id, revision, evidence) = (self.id, self.revision, self.evidence);
        match self.class {
            RelationClass::Identical if self.is_doubted => {
                format!("the history says this patch is applied, as {id}, but its files don't show it")
            }
            RelationClass::Identical => format!("this patch is already applied, as {id}"),
            RelationClass::ReIssue => {
                format!("a newer revision is applied here: revision {revision} of {id}")
            }
            RelationClass::Superset => evidence.containment(id, true),
            RelationClass::Subset => self.subset(),
            RelationClass::Unproven => self.unproven(),
            RelationClass::FixConflict if evidence.only_new.is_empty() && evidence.only_other.is_empty() => {
                format!("this patch and {id} both fix {}, in different ways", some(&evidence.both_fix))
            }
            RelationClass::FixConflict => format!(
                "this patch and {id} both fix {}, but each also fixes something else",
                some(&evidence.both_fix)
            ),
            RelationClass::Independent => format!("unrelated to {id}"),
            RelationClass::BuildsOn => format!("builds on {id}"),
            RelationClass::Mergeable => {
                format!("this patch and {id} both change {}, in different places", self.files(is_apart))
            }
            RelationClass::FileConflict | RelationClass::Regression => self.clash(),
            RelationClass::Blocked => evidence.exclusion().map(ToString::to_string).unwrap_or_default(),
        }
    }

    /// Whether the phrase begins with the id of a patch.
    pub(super) fn begins_with_a_name(&self) -> bool {
        match self.class {
            RelationClass::Blocked => true,
            RelationClass::Subset => self.new_id != self.id && !self.evidence.is_covered,
            RelationClass::Unproven => {
                let is_about_the_name = self.new_id == self.id && self.scope.is_foreign();
                !is_about_the_name && !self.evidence.declared.is_empty()
            }
            _ => false,
        }
    }

    fn subset(&self) -> String {
        let (id, revision) = (self.id, self.revision);
        match (self.new_id == id, self.evidence.is_covered) {
            (true, true) => {
                format!("a newer revision is applied here: revision {revision} of {id}")
            }
            (true, false) => format!(
                "a newer revision is applied here that doesn't contain all of this one: revision {revision} of {id}"
            ),
            (false, true) => format!("everything in this patch is already in {id}"),
            (false, false) => format!("{id} replaces it, and rewrites its lines"),
        }
    }

    /// Something is said that would have a consequence, and nothing shows it.
    fn unproven(&self) -> String {
        let (id, doubt) = (self.id, self.scope.doubt());
        if self.new_id == id && self.scope.is_foreign() {
            return format!("another patch named {id} is applied here, and {doubt}");
        }
        let said = self.evidence.declared.iter().map(ToString::to_string).next();
        let said = said.unwrap_or_else(|| {
            format!("this patch and {id} both say they fix {}", some(&self.evidence.both_fix))
        });
        let lost = self.evidence.losing(Fate::Rewritten);
        match lost.is_empty() {
            true => format!("{said}, but the files don't show it, and {doubt}"),
            false => {
                format!("{said}; this patch would rewrite lines of {id} ({}), and {doubt}", places(&lost))
            }
        }
    }

    fn clash(&self) -> String {
        let (id, evidence) = (self.id, self.evidence);
        let undone = evidence.losing(Fate::Undone);
        if !undone.is_empty() {
            return format!("undoes {id}: {}{}", places(&undone), self.values());
        }
        let gone = self.without_original();
        if !gone.is_empty() {
            let both =
                format!("both change {gone}, whose original isn't here any more to combine the changes");
            return match self.class {
                RelationClass::Regression => format!("applying this could undo fix {id}: {both}"),
                _ => format!("this patch and {id} {both}"),
            };
        }
        let lines = self.files(|place| matches!(place.meeting, Meeting::SameLines(_)));
        let whole = self.files(|place| place.meeting == Meeting::Whole);
        let same = match (lines.is_empty(), whole.is_empty()) {
            (true, true) => {
                let (lost, doubt) = (places(&evidence.losing(Fate::Rewritten)), self.scope.doubt());
                let values = self.values();
                return match values.is_empty() {
                    true => format!("rewrites changes of {id} ({lost}), and {doubt}"),
                    false => format!("changes what {id} set in {lost}{values}, and {doubt}"),
                };
            }
            (true, false) => format!("change {whole}{}", self.values()),
            (false, _) => format!("change the same lines of {lines}{}", self.values()),
        };
        match self.class {
            RelationClass::Regression => format!("applying this would undo fix {id}: both {same}"),
            _ => format!("this patch and {id} {same}"),
        }
    }

    fn without_original(&self) -> String {
        self.files(|place| place.lacks_original)
    }

    /// The values that both set, in brackets; nothing where that is not known.
    fn values(&self) -> String {
        let value = |value: &Option<String>| match value {
            Some(value) => one_line(value, 60),
            None => "not there".to_owned(),
        };
        let one = |KeyClash { path, values: [other, new] }: &KeyClash| {
            let (path, id) = (one_line(path, 60), self.id);
            format!("{path}: {} with {id}, {} with this patch", value(other), value(new))
        };
        let keys = self.evidence.places.iter().flat_map(|place| &place.keys);
        let told: Vec<String> = keys.map(one).collect();
        match told.is_empty() {
            true => String::new(),
            false => format!(" ({})", some(&told)),
        }
    }

    fn files(&self, wanted: fn(&SharedPlace) -> bool) -> String {
        let found = self.evidence.places.iter().filter(|place| wanted(place));
        enumerate(&found.map(|place| place.path.as_str()).collect::<Vec<_>>())
    }

    pub(super) fn way_out(&self, way_around: Option<Override>) -> Advice {
        let id = self.id;
        let apart = match self.presence {
            _ if self.class == RelationClass::Unproven => {
                "Ask the authors of both patches which is right.".to_owned()
            }
            RelatedPresence::Installed if !self.without_original().is_empty() => {
                let or = "or for this one with whole originals (made with bases = \"all\")";
                format!("Ask the vendor for a patch that contains both, {or}.")
            }
            RelatedPresence::Installed if self.is_kept_for_good => {
                "Ask the vendor for a patch that contains both.".to_owned()
            }
            RelatedPresence::Installed => {
                format!("Roll back {id} first, or ask the vendor for a patch that contains both.")
            }
            RelatedPresence::AtHand => {
                format!("Apply this patch without {id}, or ask the vendor for a patch that contains both.")
            }
        };
        match self.class.consequence() {
            Consequence::Skip if self.is_doubted => "It can be applied again.".into(),
            Consequence::Skip => "No action needed.".into(),
            Consequence::Replace => {
                format!("{id} is replaced, and becomes active again if you roll this one back.").into()
            }
            Consequence::Apply => Advice::default(),
            Consequence::Merge => "Both changes are applied. Check the merged files.".into(),
            Consequence::Stop => match way_around {
                None => apart.into(),
                Some(way) => Advice::from(apart).then(way.hint()),
            },
        }
    }
}

fn is_apart(place: &SharedPlace) -> bool {
    place.meeting == Meeting::DifferentLines
}

impl Relation {
    /// What the new patch says about containing the other one, and what the files show. `None` if neither says
    /// anything.
    pub(crate) fn containment(&self) -> Option<String> {
        let replaces = self.class.consequence() == Consequence::Replace;
        (replaces || self.evidence.says_contains).then(|| self.evidence.containment(&self.id, replaces))
    }
}

impl Relation {
    /// What it makes something third of, if it does.
    pub(crate) fn rewriting(&self) -> Option<String> {
        let lost = self.evidence.losing(Fate::Rewritten);
        (!lost.is_empty()).then(|| format!("rewrites changes of {}: {}", self.id, places(&lost)))
    }
}

impl Grounds {
    fn containment(&self, id: &str, replaces: bool) -> String {
        let says = if replaces { "replaces" } else { "says it contains" };
        match self.proof {
            ContainmentProof::Holds => format!("contains {id}: {}", all_files(self.files)),
            ContainmentProof::Rewritten => {
                format!("{says} {id}; its lines are rewritten: {}", places(&self.losing(Fate::Rewritten)))
            }
            ContainmentProof::Undone => format!("says it contains {id}, but undoes it"),
            ContainmentProof::Elsewhere => {
                let others: Vec<&str> = self.untouched.iter().map(TreePath::as_str).collect();
                match others.is_empty() {
                    true => format!("says it contains {id}, but its files don't"),
                    false => {
                        format!("says it contains {id}, but its files don't: {}", enumerate(&others))
                    }
                }
            }
        }
    }

    /// Places where the other one loses something in this way, and the lines.
    fn losing(&self, fate: Fate) -> Vec<&SharedPlace> {
        self.places.iter().filter(|place| place.fate == fate).collect()
    }
}

/// How what a patch brought stands: `all 3 files`, `2 of 3 files, but rewritten in conf/app.toml`.
pub(crate) fn words_of(fates: &FileFates) -> String {
    let named = |paths: &[TreePath]| enumerate(&paths.iter().map(TreePath::as_str).collect::<Vec<_>>());
    let of =
        |word: &str, paths: &[TreePath]| (!paths.is_empty()).then(|| format!("{word} in {}", named(paths)));
    let lost = [of("rewritten", &fates.rewritten), of("undone", &fates.undone)];
    let lost: Vec<String> = lost.into_iter().flatten().collect();
    match lost.is_empty() {
        true => all_files(fates.all),
        false => format!("{} of {} files, but {}", fates.kept, fates.all, lost.join(", ")),
    }
}

/// `all 3 files`, `its only file`.
fn all_files(files: usize) -> String {
    match files {
        1 => "its only file".to_owned(),
        files => format!("all {files} files"),
    }
}

/// A few places, with the lines that are lost in each.
fn places(lost: &[&SharedPlace]) -> String {
    let told: Vec<String> = lost.iter().map(|place| with_lines(place.path.as_str(), &place.lost)).collect();
    enumerate(&told.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A file with a few of its lines.
fn with_lines(path: &str, lines: &[LineRange]) -> String {
    format!("{path}{}", in_brackets(lines))
}

/// A few of many.
fn some(names: &[String]) -> String {
    enumerate(&names.iter().map(String::as_str).collect::<Vec<_>>())
}
