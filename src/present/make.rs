//! Making a patch: from what, what its author says about it, and what came of it.

use std::path::{Path, PathBuf};

use super::overview::{Fact, line, path_line};
use crate::model::{PatchKind, Restart};
use crate::report::{changes, phrases};
use crate::text::capitalised;
use crate::words::{self, fill, trying, window};
use crate::workbench::{Commits, FindingWeight, MadeBundle, OrderFinding, TextOptions, lint_order};

/// What a patch is made from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MakeFrom {
    /// The product before and after.
    #[default]
    Folders,
    /// Text patches, for a folder.
    TextPatch,
    /// Commits of a repository.
    Git,
    /// The product, and edits by key in an order.
    Edits,
}

impl MakeFrom {
    pub const ALL: [MakeFrom; 4] = [MakeFrom::Folders, MakeFrom::TextPatch, MakeFrom::Git, MakeFrom::Edits];

    pub const fn name(self) -> &'static str {
        match self {
            MakeFrom::Folders => window::MAKE_FOLDERS,
            MakeFrom::TextPatch => window::MAKE_TEXT,
            MakeFrom::Git => window::MAKE_GIT,
            MakeFrom::Edits => trying::EDITS,
        }
    }

    /// What is done with that.
    pub const fn meaning(self) -> &'static str {
        match self {
            MakeFrom::Folders => window::MAKE_MEANING,
            MakeFrom::TextPatch => window::MAKE_MEANING_TEXT,
            MakeFrom::Git => window::MAKE_MEANING_GIT,
            MakeFrom::Edits => window::MAKE_MEANING_EDITS,
        }
    }
}

/// Who says what the patch is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Described {
    /// The form on the page.
    #[default]
    Here,
    /// An order that somebody filled in.
    InFile,
    /// The text patch or the commits themselves.
    BySource,
}

impl Described {
    pub const ALL: [Described; 3] = [Described::Here, Described::InFile, Described::BySource];

    pub const fn name(self) -> &'static str {
        match self {
            Described::Here => window::MAKE_HERE,
            Described::InFile => window::MAKE_IN_FILE,
            Described::BySource => window::MAKE_BY_SOURCE,
        }
    }
}

/// A field of the order that is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Id,
    Sequence,
    Title,
    Summary,
    Vendor,
    Contact,
    Fixes,
    Vulnerabilities,
    Tests,
    Review,
    Product,
    Versions,
    More,
}

impl Field {
    /// Every one, as they stand on the page.
    pub const ALL: [Field; 13] = [
        Field::Id,
        Field::Sequence,
        Field::Title,
        Field::Summary,
        Field::Vendor,
        Field::Contact,
        Field::Fixes,
        Field::Vulnerabilities,
        Field::Tests,
        Field::Review,
        Field::Product,
        Field::Versions,
        Field::More,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Field::Id => window::ORDER_ID,
            Field::Sequence => window::ORDER_SEQUENCE,
            Field::Title => window::ORDER_TITLE,
            Field::Summary => window::ORDER_SUMMARY,
            Field::Vendor => window::ORDER_VENDOR,
            Field::Contact => window::ORDER_CONTACT,
            Field::Fixes => window::ORDER_FIXES,
            Field::Vulnerabilities => window::ORDER_VULNERABILITIES,
            Field::Tests => window::ORDER_TESTS,
            Field::Review => window::ORDER_REVIEW,
            Field::Product => window::ORDER_PRODUCT,
            Field::Versions => window::ORDER_VERSIONS,
            Field::More => window::ORDER_MORE,
        }
    }

    /// Its name in an order.
    const fn key(self) -> &'static str {
        match self {
            Field::Id => "id",
            Field::Sequence => "sequence",
            Field::Title => "title",
            Field::Summary => "summary",
            Field::Vendor => "vendor",
            Field::Contact => "contact",
            Field::Fixes => "fixes",
            Field::Vulnerabilities => "vulnerabilities",
            Field::Tests => "tests",
            Field::Review => "review",
            Field::Product => "product.name",
            Field::Versions => "product.versions",
            Field::More => "",
        }
    }

    /// Whether it has several values, one on each line.
    pub const fn is_list(self) -> bool {
        matches!(self, Field::Fixes | Field::Vulnerabilities | Field::Tests | Field::Review | Field::Versions)
    }

    /// Whether several lines are typed.
    pub const fn has_lines(self) -> bool {
        self.is_list() || matches!(self, Field::Summary | Field::More)
    }

    /// What stands in the order for this text, as TOML; `None`: nothing was typed.
    fn written(self, text: &str) -> Option<String> {
        let text = text.trim();
        let value = match self {
            _ if text.is_empty() => return None,
            Field::Sequence if text.bytes().all(|byte| byte.is_ascii_digit()) => text.to_owned(),
            _ if self.is_list() => {
                let items = text.lines().map(str::trim).filter(|item| !item.is_empty());
                format!("[{}]", items.map(quoted).collect::<Vec<_>>().join(", "))
            }
            _ => quoted(text),
        };
        let (_, key) = self.key().rsplit_once('.').unwrap_or(("", self.key()));
        Some(format!("{key} = {value}\n"))
    }
}

/// `text` as a string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// From what a patch is made, and what its author says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MakeForm {
    pub from: MakeFrom,
    /// The product before and after.
    pub old: Option<PathBuf>,
    pub new: Option<PathBuf>,
    /// Text patches in their order, and the folder that they are for.
    pub patches: Vec<PathBuf>,
    pub target: Option<PathBuf>,
    /// How they are read.
    pub reading: TextOptions,
    pub repository: Option<PathBuf>,
    /// `v1..v2`, or one commit.
    pub range: String,
    pub described: Described,
    /// An order that somebody filled in.
    pub order_file: Option<PathBuf>,
    /// Other builds, or files of them, that edits have to fit, too.
    pub tries: Vec<PathBuf>,
    /// An SBOM that has to list the components of the order.
    pub sbom: Option<PathBuf>,
    texts: [String; Field::ALL.len()],
    pub kind: PatchKind,
    pub restart: Restart,
    /// Whether it goes out without being tried on a copy.
    pub without_proof: bool,
}

impl MakeForm {
    pub fn text(&self, field: Field) -> &str {
        &self.texts[field as usize]
    }

    pub fn text_mut(&mut self, field: Field) -> &mut String {
        &mut self.texts[field as usize]
    }

    /// Who describes it: folders say nothing themselves, and edits stand in an order.
    pub fn described(&self) -> Described {
        match (self.from, self.described) {
            (MakeFrom::Edits, _) => Described::InFile,
            (MakeFrom::Folders, Described::BySource) => Described::Here,
            (_, described) => described,
        }
    }

    /// What was typed, as an order.
    pub fn order(&self) -> String {
        let (product, top): (Vec<Field>, Vec<Field>) =
            Field::ALL.into_iter().partition(|field| field.key().starts_with("product."));
        let written = |fields: &[Field]| -> String {
            let typed = fields.iter().filter(|field| **field != Field::More);
            typed.filter_map(|field| field.written(self.text(*field))).collect()
        };
        let more = self.text(Field::More).trim();
        format!(
            "{}kind = {}\nrestart = {}\n{more}\n\n[product]\n{}\n[rollback]\npossible = \"yes\"\n",
            written(&top),
            quoted(self.kind.as_str()),
            quoted(self.restart.as_str()),
            written(&product),
        )
    }

    /// What the rules of orders say about what was typed.
    pub fn findings(&self) -> Vec<FieldFinding> {
        match self.described() {
            Described::Here => lint_order(&self.order()).iter().map(|one| self.finding(one)).collect(),
            Described::InFile | Described::BySource => Vec::new(),
        }
    }

    /// Nobody is told off for a field that nobody has come to yet.
    fn finding(&self, finding: &OrderFinding) -> FieldFinding {
        let said = FieldFinding::new(finding);
        let is_missing = said.is_error && said.field.is_some_and(|field| self.text(field).trim().is_empty());
        match is_missing {
            true => FieldFinding { is_missing, what: window::ORDER_NEEDED.to_owned(), ..said },
            false => said,
        }
    }

    /// Why it can't be made yet; `findings` are those about it.
    pub fn reason_to_wait(&self, findings: &[FieldFinding]) -> Option<&'static str> {
        let has_errors = findings.iter().any(|finding| finding.is_error);
        match self.from {
            MakeFrom::Folders | MakeFrom::Edits if self.old.is_none() => Some(window::MAKE_OLD_FIRST),
            MakeFrom::Folders if self.new.is_none() => Some(window::MAKE_NEW_FIRST),
            MakeFrom::TextPatch if self.patches.is_empty() => Some(window::MAKE_PATCH_FIRST),
            MakeFrom::TextPatch if self.target.is_none() => Some(window::MAKE_TARGET_FIRST),
            MakeFrom::Git if self.repository.is_none() => Some(window::MAKE_REPOSITORY_FIRST),
            MakeFrom::Git if self.commits().is_none() => Some(window::MAKE_RANGE_FIRST),
            _ if self.described() == Described::InFile && self.order_file.is_none() => {
                Some(window::MAKE_ORDER_FIRST)
            }
            _ => has_errors.then_some(window::MAKE_MEND_FIRST),
        }
    }

    /// Why edits can't be tried yet.
    pub fn reason_not_to_try(&self) -> Option<&'static str> {
        match (&self.order_file, self.tried_places().is_empty()) {
            (None, _) => Some(window::MAKE_ORDER_FIRST),
            (Some(_), true) => Some(window::MAKE_OLD_FIRST),
            (Some(_), false) => None,
        }
    }

    /// Where edits are tried.
    pub(super) fn tried_places(&self) -> Vec<PathBuf> {
        self.old.iter().chain(&self.tries).cloned().collect()
    }

    /// The commits that were named.
    pub(super) fn commits(&self) -> Option<Commits> {
        let range = self.range.trim();
        match range.split_once("..") {
            Some((from, to)) if !from.is_empty() && !to.is_empty() && !to.starts_with('.') => {
                Some(Commits::Range(from.to_owned(), to.to_owned()))
            }
            Some(_) => None,
            None => (!range.is_empty()).then(|| Commits::One(range.to_owned())),
        }
    }

    /// The name that the patch file will have if nobody says otherwise.
    pub(super) fn file_name(&self) -> String {
        let id = self.text(Field::Id).trim();
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let id = if !id.is_empty() && id.chars().all(is_plain) { id } else { "fix" };
        format!("{id}.patchbundle")
    }
}

/// What the rules of orders say about one field. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFinding {
    /// The field it is about; `None`: one that is not on the page.
    pub field: Option<Field>,
    /// Whether no patch can be made like this.
    pub is_error: bool,
    /// Whether it is only that nothing was typed.
    pub is_missing: bool,
    pub what: String,
}

impl FieldFinding {
    fn new(finding: &OrderFinding) -> Self {
        let is_about = |field: &Field| {
            let rest = finding.field.strip_prefix(field.key());
            !field.key().is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
        };
        let field = Field::ALL.into_iter().find(is_about);
        let what = match field {
            None if !finding.field.is_empty() => format!("{}: {}", finding.field, finding.message),
            _ => finding.message.clone(),
        };
        let is_error = finding.level == FindingWeight::Error;
        Self { field, is_error, is_missing: false, what: line(&capitalised(&what)) }
    }
}

/// A patch file that was made. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadePage {
    pub output: PathBuf,
    /// Where what was typed is kept, to make it again.
    pub order: Option<PathBuf>,
    pub title: String,
    pub facts: Vec<Fact>,
    /// The SHA-256 of the patch file.
    pub digest: String,
    /// What the order could say better, and notes on the folders.
    pub notes: Vec<String>,
}

impl MadePage {
    pub(super) fn new(made: &MadeBundle, order: Option<PathBuf>) -> Self {
        let patch = &made.patch;
        let proof = if patch.proven { words::PROVEN } else { words::NOT_PROVEN };
        let mut facts = vec![
            Fact::new(words::PATCH, &patch.about.identity.to_string()),
            Fact::new(words::PATCH_FILE, &made.output.to_string_lossy()),
            Fact::new(words::CHANGES, &changes::summary(&changes::lines(&patch.changes))),
            Fact::new(words::PROOF, proof),
            Fact::new(words::FILE_SIZE, &phrases::bytes(made.bundle_bytes)),
        ];
        facts.extend(order.as_deref().map(|path| Fact::new(window::MAKE_ORDER, &path.to_string_lossy())));
        let warnings = made.warnings.iter().map(|warning| FieldFinding::new(warning).what);
        let notes = made.notes.iter().map(|note| {
            let place = note.path.as_ref().map(|path| format!("{path} ")).unwrap_or_default();
            line(&format!("{place}{}", note.text))
        });
        Self {
            title: fill(window::MADE, &[("file", &file_name(&made.output))]),
            output: made.output.clone(),
            order,
            facts,
            digest: made.file_digest.to_string(),
            notes: warnings.chain(notes).collect(),
        }
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path_line(path), |name| line(&name.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(texts: &[(Field, &str)]) -> MakeForm {
        let mut form = MakeForm::default();
        for (field, text) in texts {
            *form.text_mut(*field) = (*text).to_owned();
        }
        form
    }

    #[test]
    fn an_empty_form_says_what_is_missing_at_the_field_where_it_is_missing() {
        let findings = form(&[]).findings();
        let missing = |field| findings.iter().any(|one| one.field == Some(field) && one.is_error);
        for field in
            [Field::Id, Field::Sequence, Field::Title, Field::Summary, Field::Product, Field::Versions]
        {
            assert!(missing(field), "{field:?} is not asked for: {findings:?}");
        }
    }

    #[test]
    fn what_is_typed_is_what_the_order_says_whatever_is_typed() {
        let odd = "a \"quoted\" \\ line\nand = another ''' \u{202e}";
        let form = form(&[
            (Field::Id, "ACME-1"),
            (Field::Sequence, "7"),
            (Field::Title, "One [line] = \"x\""),
            (Field::Summary, odd),
            (Field::Vendor, "ACME"),
            (Field::Contact, "help@acme.example"),
            (Field::Fixes, "KEY-1\n\n KEY-2 "),
            (Field::Product, "product"),
            (Field::Versions, "1.0\n1.1"),
            (Field::More, "[severity]\nlevel = \"moderate\""),
        ]);
        let order: toml::Table = form.order().parse().expect("good TOML");
        assert_eq!(order["summary"].as_str(), Some(odd.trim()));
        assert_eq!(order["fixes"].as_array().map(Vec::len), Some(2));
        assert_eq!(order["product"]["versions"][1].as_str(), Some("1.1"));
        assert_eq!(order["severity"]["level"].as_str(), Some("moderate"));
        let errors: Vec<_> = form.findings().into_iter().filter(|one| one.is_error).collect();
        // The character that turns the reading direction is the only thing that could be said against it.
        assert!(errors.iter().all(|one| one.field == Some(Field::Summary)), "{errors:?}");
    }

    #[test]
    fn commits_are_a_range_or_one_and_nothing_in_between() {
        let commits = |range: &str| MakeForm { range: range.to_owned(), ..MakeForm::default() }.commits();
        assert_eq!(commits(" v1..v2 "), Some(Commits::Range("v1".to_owned(), "v2".to_owned())));
        assert_eq!(commits("abc123"), Some(Commits::One("abc123".to_owned())));
        for odd in ["", "..", "v1..", "..v2", "v1...v2"] {
            assert_eq!(commits(odd), None, "{odd}");
        }
    }
}
