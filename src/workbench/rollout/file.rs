//! The rollout file: which patches go where, in which rings, and what has to be true in between. Read strictly; whatever
//! is wrong is named with its place.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::model::{Digest, Word, choices, read_span};
use crate::named_file;
use crate::plan::rollout::{RingRules, Seconds, Share};
use crate::plan::why::BadRolloutFile;
use crate::text::{CONFLICT_LEFT, conflict_mark, json};
use crate::workbench::{Error, Result};

/// Longest rollout file, in bytes: some thousand folders by name.
const MAX_BYTES: usize = 1 << 20;
/// Most rings: more than a year of weeks.
const MAX_RINGS: usize = 64;
/// Longest name, in characters: it stands in one line.
const MAX_NAME_CHARS: usize = 120;

const FORMAT: &str = "patchwright-rollout/1";

choices! {
    /// What becomes of folders that have the patches when too much fails.
    #[derive(Default)]
    pub(crate) enum OnStop {
        /// They keep them.
        #[default]
        Keep = "keep",
        /// Those of the ring that failed are rolled back.
        RollBackRing = "roll-back-ring",
        /// All of them are rolled back.
        RollBackAll = "roll-back-all",
        /// They keep them, with their switches off.
        SwitchOff = "toggle-off",
    }
}

choices! {
    /// How people approve a ring.
    #[derive(Default)]
    pub(crate) enum ApproveBy {
        /// By hand or by a key.
        #[default]
        Anybody = "anybody",
        /// Only by keys that are trusted for that.
        Key = "key",
    }
}

/// What a rollout file says.
#[derive(Debug, Clone)]
pub(super) struct RolloutFile {
    pub path: PathBuf,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    pub name: String,
    /// The patch files.
    pub patches: Vec<PathBuf>,
    pub on_stop: OnStop,
    pub rings: Vec<RingPlan>,
}

/// What it says of one ring.
#[derive(Debug, Clone)]
pub(super) struct RingPlan {
    pub name: String,
    /// Paths with patterns, as they were written.
    pub folders: Vec<String>,
    pub rules: RingRules,
    pub approve_by: ApproveBy,
    /// How often good folders are looked at again while it waits.
    pub recheck: Option<Seconds>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRolloutFile {
    format: Spanned<String>,
    name: Spanned<String>,
    patches: Spanned<Vec<Spanned<String>>>,
    on_stop: Option<Spanned<String>>,
    at_once: Option<Spanned<u16>>,
    max_failed: Option<Spanned<RawShare>>,
    min_good: Option<Spanned<RawShare>>,
    deadline: Option<Spanned<String>>,
    rings: Spanned<Vec<RawRing>>,
}

/// A ring; what it leaves out is as the file says for all of them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRing {
    name: Spanned<String>,
    folders: Spanned<Vec<Spanned<String>>>,
    approve: Option<u16>,
    approve_by: Option<Spanned<String>>,
    wait: Option<Spanned<String>>,
    recheck: Option<Spanned<String>>,
    at_once: Option<Spanned<u16>>,
    max_failed: Option<Spanned<RawShare>>,
    min_good: Option<Spanned<RawShare>>,
    deadline: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawShare {
    Folders(u32),
    Percent(String),
}

impl RolloutFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// If it cannot be read; [`Error::Refused`] names what is wrong with its place.
    pub fn read(path: &Path) -> Result<Self> {
        let failed = |source| Error::File { doing: "read the rollout file", path: path.to_owned(), source };
        let text = named_file::read_text(path, MAX_BYTES).map_err(failed)?;
        if text.len() > MAX_BYTES {
            return Err(failed(std::io::ErrorKind::FileTooLarge.into()));
        }
        let path = std::path::absolute(path).map_err(failed)?;
        Self::parse(path, &text)
    }

    fn parse(path: PathBuf, text: &str) -> Result<Self> {
        let at = RolloutFileReader(text);
        if let Some(mark) = conflict_mark(text) {
            return Err(at.wrong(mark..mark, CONFLICT_LEFT));
        }
        let raw: RawRolloutFile = toml::from_str(text)
            .map_err(|error| at.wrong(error.span().unwrap_or_default(), error.message()))?;
        if raw.format.get_ref() != FORMAT {
            return Err(at.wrong(raw.format.span(), &format!("the format has to be {FORMAT:?}")));
        }
        let name = at.name(&raw.name)?;
        if raw.patches.get_ref().is_empty() {
            return Err(at.wrong(raw.patches.span(), "no patch file is named"));
        }
        let beside = path.parent().unwrap_or(Path::new("/")).to_owned();
        let patches = raw.patches.get_ref().iter().map(|file| beside.join(file.get_ref())).collect();
        let on_stop = at.choice(raw.on_stop.as_ref())?;
        let for_all = RingRules {
            at_once: at.at_once(raw.at_once.as_ref(), 1)?,
            max_failed: at.share(raw.max_failed.as_ref(), Share::Folders(0))?,
            min_good: at.share(raw.min_good.as_ref(), Share::percent("100%").expect("all of it"))?,
            wait: 0,
            approvals: 0,
            deadline: at.span(raw.deadline.as_ref())?,
        };
        let (rings, span) = (raw.rings.get_ref(), raw.rings.span());
        if rings.is_empty() || rings.len() > MAX_RINGS {
            return Err(at.wrong(span, &format!("1 to {MAX_RINGS} rings are possible")));
        }
        let mut plans: Vec<RingPlan> = Vec::new();
        for ring in rings {
            let plan = at.ring(ring, &for_all)?;
            if plans.iter().any(|other| other.name == plan.name) {
                return Err(at.wrong(ring.name.span(), "another ring has this name"));
            }
            plans.push(plan);
        }
        let digest = Digest::compute(text.as_bytes());
        Ok(Self { path, digest, name, patches, on_stop, rings: plans })
    }
}

/// The text, to say where something stands in it.
struct RolloutFileReader<'t>(&'t str);

impl RolloutFileReader<'_> {
    fn wrong(&self, span: Range<usize>, because: &str) -> Error {
        let json::TextPosition { line, column } = json::TextPosition::new(self.0.as_bytes(), span.start);
        Error::refused(BadRolloutFile::Wrong { line, column, because: because.to_owned() })
    }

    fn ring(&self, raw: &RawRing, for_all: &RingRules) -> Result<RingPlan> {
        let name = self.name(&raw.name)?;
        if raw.folders.get_ref().is_empty() {
            return Err(self.wrong(raw.folders.span(), "no folder is named"));
        }
        for folder in raw.folders.get_ref() {
            if folder.get_ref().split('/').any(|part| part == ".." || part == "**") {
                return Err(self.wrong(folder.span(), "a path can't contain .. or **"));
            }
        }
        let recheck = self.span(raw.recheck.as_ref())?;
        let rules = RingRules {
            at_once: self.at_once(raw.at_once.as_ref(), for_all.at_once)?,
            max_failed: self.share(raw.max_failed.as_ref(), for_all.max_failed)?,
            min_good: self.share(raw.min_good.as_ref(), for_all.min_good)?,
            wait: self.span(raw.wait.as_ref())?.unwrap_or_default(),
            approvals: usize::from(raw.approve.unwrap_or_default()),
            deadline: self.span(raw.deadline.as_ref())?.or(for_all.deadline),
        };
        let folders = raw.folders.get_ref().iter().map(|folder| folder.get_ref().clone()).collect();
        let approve_by = self.choice(raw.approve_by.as_ref())?;
        Ok(RingPlan { name, folders, rules, approve_by, recheck })
    }

    fn name(&self, raw: &Spanned<String>) -> Result<String> {
        let name = raw.get_ref();
        match name.trim().is_empty()
            || name.chars().count() > MAX_NAME_CHARS
            || name.contains(char::is_control)
            || name.starts_with('-')
        {
            true => {
                let problem =
                    format!("a name has 1 to {MAX_NAME_CHARS} characters, in one line, and begins with no -");
                Err(self.wrong(raw.span(), &problem))
            }
            false => Ok(name.clone()),
        }
    }

    fn choice<T: Word + Default>(&self, raw: Option<&Spanned<String>>) -> Result<T> {
        let Some(raw) = raw else { return Ok(T::default()) };
        let problem = || format!("{:?} is none of {}", raw.get_ref(), T::choices());
        T::parse(raw.get_ref()).ok_or_else(|| self.wrong(raw.span(), &problem()))
    }

    fn at_once(&self, raw: Option<&Spanned<u16>>, otherwise: usize) -> Result<usize> {
        match raw {
            None => Ok(otherwise),
            Some(count) if (1..=256).contains(count.get_ref()) => Ok(usize::from(*count.get_ref())),
            Some(count) => Err(self.wrong(count.span(), "1 to 256 folders can be changed at once")),
        }
    }

    fn share(&self, raw: Option<&Spanned<RawShare>>, otherwise: Share) -> Result<Share> {
        let Some(raw) = raw else { return Ok(otherwise) };
        let share = match raw.get_ref() {
            RawShare::Folders(count) => Some(Share::Folders(*count)),
            RawShare::Percent(text) => Share::percent(text),
        };
        share.ok_or_else(|| {
            self.wrong(raw.span(), "expected a number of folders, or a percentage such as \"10%\"")
        })
    }

    fn span(&self, raw: Option<&Spanned<String>>) -> Result<Option<Seconds>> {
        let Some(raw) = raw else { return Ok(None) };
        let problem = || self.wrong(raw.span(), "expected a time such as \"90s\", \"30m\", \"6h\" or \"7d\"");
        read_span(raw.get_ref()).ok_or_else(problem).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"format = "patchwright-rollout/1"
name = "October fonts"
patches = ["fix.patchbundle"]
max_failed = "10%"
[[rings]]
name = "pilot"
folders = ["/srv/app/a"]
wait = "1h"
recheck = "5m"
[[rings]]
name = "rest"
folders = ["/srv/app/*"]
approve = 1
max_failed = 3
"#;

    fn parse(text: &str) -> Result<RolloutFile> {
        RolloutFile::parse(PathBuf::from("/etc/october.toml"), text)
    }

    #[test]
    fn a_file_says_what_it_says_and_rings_take_the_rest_from_it() {
        let file = parse(GOOD).expect("a good file");
        assert_eq!(file.patches, [PathBuf::from("/etc/fix.patchbundle")]);
        let [pilot, rest] = &file.rings[..] else { panic!("two rings") };
        assert_eq!((pilot.rules.wait, pilot.recheck, pilot.rules.approvals), (3_600, Some(300), 0));
        assert_eq!(pilot.rules.max_failed, Share::percent("10%").expect("a share"));
        assert_eq!((rest.rules.max_failed, rest.rules.approvals), (Share::Folders(3), 1));
        assert_eq!(file.on_stop, OnStop::Keep);
    }

    #[test]
    fn whatever_is_wrong_is_refused_with_its_place() {
        let told = |from: &str, to: &str| match parse(&GOOD.replacen(from, to, 1)) {
            Err(Error::Refused(obstacles)) => obstacles[0].meaning(),
            other => panic!("{to}: {other:?}"),
        };
        for (from, to, place) in [
            ("rollout/1", "rollout/9", "line 1, column 10"),
            ("approve = 1", "aprove = 1", "line 13, column 1"),
            ("wait = \"1h\"", "wait = \"1 hour\"", "line 8, column 8"),
            ("wait = \"1h\"", "wait = \"\"", "line 8, column 8"),
            ("\"10%\"", "\"110%\"", "line 4, column 14"),
            ("\"10%\"", "0.1", "line 4, column 14"),
            ("[\"fix.patchbundle\"]", "[]", "line 3, column 11"),
            ("name = \"rest\"", "name = \"pilot\"", "line 11, column 8"),
            ("\"/srv/app/*\"", "\"/srv/../etc\"", "line 12, column 12"),
            ("\"/srv/app/*\"", "\"/srv/**\"", "line 12, column 12"),
            ("max_failed = 3", "on_stop = \"panic\"", "line 14, column 1"),
            ("max_failed = \"10%\"", "on_stop = \"panic\"", "line 4, column 11"),
            ("name = \"October fonts\"", "name = \" \"", "line 2, column 8"),
            ("name = \"pilot\"", "name = \"-x\"", "line 6, column 8"),
            ("approve = 1", "approve_by = \"nobody\"", "line 13, column 14"),
            ("name = \"pilot\"", "name = \"a\\u001b[31mb\"", "line 6, column 8"),
            ("[[rings]]", "[[rings", "line 5, column"),
            ("approve = 1", "<<<<<<< HEAD\napprove = 1", "line 13, column 1: a merge conflict was left here"),
        ] {
            assert!(told(from, to).starts_with(place), "{to}: {}", told(from, to));
        }
    }
}
