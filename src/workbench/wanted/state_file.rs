//! The state file: which folders should have which patches. Read strictly; whatever is wrong is named with its place. It asks
//! for patches and sets no rule aside: what this machine does not trust, it does not trust in a state file either.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::model::{Digest, PatchId, Position, Word};
use crate::named_file;
use crate::plan::wanted::{FolderWish, OnDrifted, Others, WantedPosition};
use crate::plan::why::BadStateFile;
use crate::text::{CONFLICT_LEFT, conflict_mark, json};
use crate::workbench::{Error, Result};

/// Longest state file, in bytes: some thousand folders with some fifty patches each.
const MAX_BYTES: usize = 16 << 20;

const FORMAT: &str = "patchwright-state/1";

/// What a state file says.
#[derive(Debug)]
pub(super) struct StateFile {
    /// Where the patch files are.
    pub patches: PathBuf,
    pub sections: Vec<FolderSection>,
}

/// What it says of one folder, or of those that a pattern finds.
#[derive(Debug)]
pub(super) struct FolderSection {
    pub pattern: String,
    pub wish: FolderWish,
    /// Of its meaning: neither comments nor the order of lines count.
    pub digest: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStateFile {
    format: Spanned<String>,
    patches: Spanned<String>,
    folders: Spanned<Vec<RawSection>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSection {
    path: Spanned<String>,
    product: Option<String>,
    #[serde(default)]
    versions: BTreeSet<String>,
    #[serde(default)]
    have: Vec<Spanned<String>>,
    #[serde(default)]
    not: Vec<Spanned<String>>,
    others: Option<Spanned<String>>,
    drift: Option<Spanned<String>>,
    #[serde(default)]
    toggles: BTreeMap<Spanned<String>, Spanned<RawTurn>>,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "expected \"on\", \"off\", or a table with to, reason and ticket")]
enum RawTurn {
    To(String),
    Because(RawBecause),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBecause {
    to: String,
    reason: Option<String>,
    ticket: Option<String>,
}

impl StateFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// If it cannot be read; [`Error::Refused`] names what is wrong with its place.
    pub fn read(path: &Path) -> Result<Self> {
        let failed = |source| Error::File { doing: "read the state file", path: path.to_owned(), source };
        let text = named_file::read_text(path, MAX_BYTES).map_err(failed)?;
        if text.len() > MAX_BYTES {
            return Err(failed(std::io::ErrorKind::FileTooLarge.into()));
        }
        let path = std::path::absolute(path).map_err(failed)?;
        Self::parse(path.parent().unwrap_or(Path::new("/")), &text)
    }

    fn parse(beside: &Path, text: &str) -> Result<Self> {
        let at = StateFileReader(text);
        if let Some(mark) = conflict_mark(text) {
            return Err(at.wrong(mark..mark, CONFLICT_LEFT));
        }
        let raw: RawStateFile = toml::from_str(text)
            .map_err(|error| at.wrong(error.span().unwrap_or_default(), error.message()))?;
        if raw.format.get_ref() != FORMAT {
            return Err(at.wrong(raw.format.span(), &format!("the format has to be {FORMAT:?}")));
        }
        let folder = Path::new(raw.patches.get_ref());
        let is_beside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if !folder.components().all(is_beside) {
            return Err(at.wrong(raw.patches.span(), "the patches have to be in a folder beside this file"));
        }
        if raw.folders.get_ref().is_empty() {
            return Err(at.wrong(raw.folders.span(), "no folder is named"));
        }
        let sections = raw.folders.get_ref().iter().map(|raw| at.section(raw)).collect::<Result<_>>()?;
        Ok(Self { patches: beside.join(folder), sections })
    }
}

/// The text, to say where something stands in it.
struct StateFileReader<'t>(&'t str);

impl StateFileReader<'_> {
    fn wrong(&self, span: Range<usize>, because: &str) -> Error {
        let json::TextPosition { line, column } = json::TextPosition::new(self.0.as_bytes(), span.start);
        Error::refused(BadStateFile::Wrong { line, column, because: because.to_owned() })
    }

    fn section(&self, raw: &RawSection) -> Result<FolderSection> {
        let pattern = raw.path.get_ref();
        let is_plain = |part: Component<'_>| part != Component::ParentDir;
        if !Path::new(pattern).is_absolute() || !Path::new(pattern).components().all(is_plain) {
            return Err(self.wrong(raw.path.span(), "a whole path without .. is expected here"));
        }
        if pattern.contains("**") {
            return Err(self.wrong(raw.path.span(), "a * stands for one name; ** is no pattern here"));
        }
        let mut wish = FolderWish {
            product: raw.product.clone(),
            versions: raw.versions.iter().cloned().collect(),
            others: self.choice(raw.others.as_ref())?,
            drift: self.choice(raw.drift.as_ref())?,
            ..FolderWish::default()
        };
        for one in &raw.have {
            let (id, least) = self.edition(one)?;
            if wish.have.insert(id, least).is_some() {
                return Err(self.wrong(one.span(), "this patch is there twice"));
            }
        }
        for one in &raw.not {
            let id = self.patch(one.get_ref(), one.span())?;
            if wish.have.contains_key(&id) {
                return Err(self.wrong(one.span(), "this patch is both wanted and not wanted"));
            }
            wish.not.insert(id);
        }
        if wish.others == Others::RollBack && wish.have.is_empty() {
            let span = raw.others.as_ref().map(Spanned::span).unwrap_or_default();
            let because =
                "with an empty have, this would roll back everything; name the patches in not instead";
            return Err(self.wrong(span, because));
        }
        for (name, to) in &raw.toggles {
            let Some((patch, _)) = name.get_ref().split_once('/') else {
                return Err(self.wrong(name.span(), "a switch is named PATCH/ID here"));
            };
            self.patch(patch, name.span())?;
            wish.toggles.insert(name.get_ref().clone(), self.turn(to)?);
        }
        Ok(FolderSection { pattern: pattern.clone(), digest: digest(&wish), wish })
    }

    fn patch(&self, id: &str, span: Range<usize>) -> Result<String> {
        let id = PatchId::parse(id).ok_or_else(|| self.wrong(span, "this is no ID of a patch"))?;
        Ok(id.to_string())
    }

    /// A patch and its oldest revision that will do: `ID` or `ID@REVISION`.
    fn edition(&self, raw: &Spanned<String>) -> Result<(String, u32)> {
        let (id, revision) = raw.get_ref().split_once('@').unwrap_or((raw.get_ref(), "1"));
        let number = revision.parse::<u32>().ok().filter(|number| *number > 0);
        let problem = || self.wrong(raw.span(), "a revision is a number from 1 on, as in ID@3");
        Ok((self.patch(id, raw.span())?, number.ok_or_else(problem)?))
    }

    fn turn(&self, raw: &Spanned<RawTurn>) -> Result<WantedPosition> {
        let (to, reason, ticket) = match raw.get_ref() {
            RawTurn::To(to) => (to, None, None),
            RawTurn::Because(RawBecause { to, reason, ticket }) => (to, reason.as_ref(), ticket.as_ref()),
        };
        let to = Position::parse(to);
        let to = to.ok_or_else(|| self.wrong(raw.span(), "expected \"on\" or \"off\""))?;
        let said = |text: Option<&String>| match text.map(|text| text.trim()) {
            Some("") => Err(self.wrong(raw.span(), "a reason or ticket that is there says something")),
            text => Ok(text.map(str::to_owned)),
        };
        Ok(WantedPosition { to, reason: said(reason)?, ticket: said(ticket)? })
    }

    fn choice<T: Word + Default>(&self, raw: Option<&Spanned<String>>) -> Result<T> {
        let Some(raw) = raw else { return Ok(T::default()) };
        let problem = || format!("{:?} is none of {}", raw.get_ref(), T::choices());
        T::parse(raw.get_ref()).ok_or_else(|| self.wrong(raw.span(), &problem()))
    }
}

/// Of what a section means, in a spelling that stays as it is: histories keep it. What is not said is not in it, so that a
/// newer program that knows more does not take every file for a changed one; nor is why something is asked for.
fn digest(wish: &FolderWish) -> Digest {
    let FolderWish { product, versions, have, not, others, drift, toggles } = wish;
    let mut said = serde_json::Map::new();
    let mut say = |key: &str, is_said: bool, value: serde_json::Value| {
        if is_said {
            said.insert(key.to_owned(), value);
        }
    };
    say("product", product.is_some(), product.clone().into());
    say("versions", !versions.is_empty(), versions.clone().into());
    say("have", !have.is_empty(), have.iter().map(|(id, least)| format!("{id}@{least}")).collect());
    say("not", !not.is_empty(), not.iter().cloned().collect());
    say("others", *others != Others::default(), others.as_str().into());
    say("drift", *drift != OnDrifted::default(), drift.as_str().into());
    say(
        "toggles",
        !toggles.is_empty(),
        toggles.iter().map(|(name, turn)| format!("{name}={}", turn.to)).collect(),
    );
    Digest::compute(serde_json::Value::Object(said).to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"format = "patchwright-state/1"
patches = "patches/"
[[folders]]
path = "/srv/*/app"
product = "Lighthouse"
versions = ["4.2.1", "4.2.2"]
have = ["ACME-HF-1042", "ACME-FP-7@3"]
not = ["ACME-HF-900"]
others = "report"
drift = "repair"
toggles = { "ACME-FP-7/new-parser" = "off" }
"#;

    /// Reads a text; on Windows, its paths are on a drive.
    fn read(text: &str) -> Result<StateFile> {
        let text = if cfg!(windows) { text.replace("\"/srv/", "\"C:/srv/") } else { text.to_owned() };
        StateFile::parse(Path::new("/state"), &text)
    }

    fn wrong(text: &str) -> String {
        match read(text) {
            Err(Error::Refused(obstacles)) => obstacles[0].meaning(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_good_file_says_what_it_says_and_comments_are_no_new_word() {
        let file = read(GOOD).expect("it is good");
        assert_eq!(file.patches, Path::new("/state/patches"));
        let [section] = &file.sections[..] else { panic!("{file:?}") };
        assert_eq!(section.wish.have.get("ACME-FP-7"), Some(&3));
        assert_eq!(section.wish.drift, OnDrifted::Repair);
        let other =
            GOOD.replace("[\"ACME-HF-1042\", \"ACME-FP-7@3\"]", "[\"ACME-FP-7@3\", \"ACME-HF-1042\"] # why");
        let other = read(&other).expect("it is good");
        assert_eq!(section.digest, other.sections[0].digest);
        let because = "{ to = \"off\", reason = \"slow\", ticket = \"OPS-1\" }";
        let other = read(&GOOD.replace("\"off\"", because)).expect("it is good");
        assert_eq!(section.digest, other.sections[0].digest, "why is no new word");
        assert_eq!(other.sections[0].wish.toggles["ACME-FP-7/new-parser"].reason.as_deref(), Some("slow"));
        let other = read(&GOOD.replace("@3", "@4")).expect("it is good");
        assert_ne!(section.digest, other.sections[0].digest);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (from, to, said) in [
            ("state/1", "state/2", "line 1, column 10: the format has to be"),
            (
                "\"patches/\"",
                "\"../patches\"",
                "line 2, column 11: the patches have to be in a folder beside",
            ),
            ("\"patches/\"", "\"/patches\"", "the patches have to be in a folder beside"),
            ("/srv/*/app", "srv/app", "a whole path without .."),
            ("/srv/*/app", "/srv/../app", "a whole path without .."),
            ("/srv/*/app", "/srv/**/app", "** is no pattern"),
            ("\"ACME-HF-900\"", "\"ACME-HF-1042\"", "both wanted and not wanted"),
            ("ACME-FP-7@3", "ACME-HF-1042@3", "this patch is there twice"),
            ("@3", "@0", "a revision is a number"),
            ("ACME-HF-900", "../x", "this is no ID of a patch"),
            ("\"report\"", "\"remove\"", "\"remove\" is none of report, roll-back"),
            ("\"off\"", "\"maybe\"", "expected \"on\" or \"off\""),
            ("\"off\"", "{ to = \"maybe\" }", "expected \"on\" or \"off\""),
            ("\"off\"", "{ to = \"off\", reason = \" \" }", "a reason or ticket that is there"),
            ("\"off\"", "{ to = \"off\", why = \"x\" }", "a table with to, reason and ticket"),
            ("\"off\"", "1", "a table with to, reason and ticket"),
            ("ACME-FP-7/new-parser", "new-parser", "a switch is named PATCH/ID"),
            ("product =", "produkt =", "unknown field `produkt`"),
            ("format =", "allow_unsigned = true\nformat =", "unknown field `allow_unsigned`"),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let told = wrong(&GOOD.replacen(from, to, 1));
            assert!(told.contains(said), "{to}: {told}");
        }
    }

    #[test]
    fn an_empty_list_never_means_that_everything_goes() {
        let text = GOOD.replace("[\"ACME-HF-1042\", \"ACME-FP-7@3\"]", "[]").replace("report", "roll-back");
        assert!(wrong(&text).contains("this would roll back everything"));
    }
}
