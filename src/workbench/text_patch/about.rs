//! What a patch made of text patches says about itself: what their authors wrote, and how they were read.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::json;
use unicode_normalization::UnicodeNormalization;

use crate::diff::on_tree::TextOrigin;
use crate::diff::patch_text::MailHeader;
use crate::model::{About, Digest, FileChange, Issue, Node, Patch, PatchId, TreePath, collisions};
use crate::text::one_line;

/// Longest title and name, as a manifest allows.
const MAX_LINE_CHARS: usize = 190;
/// Longest summary.
const MAX_SUMMARY_CHARS: usize = 3500;
/// What a text patch is for, since it names no product.
const ANY_PRODUCT: &str = "a folder";
/// Where a patch says how its text was read.
const EXTENSION: &str = "x-text-patch";
/// Bytes of an id that come from the file's name.
const MAX_STEM_BYTES: usize = 60;
/// Most patches that are named in the record of how they were read.
const MAX_NAMED: usize = 100;
/// Most tracked issues that are taken from the texts.
const MAX_ISSUES: usize = 100;

/// What there is to go by.
pub(super) struct TextSource<'a> {
    /// The name of what was read.
    pub name: &'a str,
    /// Each patch's name and what is written above it.
    pub headers: &'a [(String, MailHeader)],
    /// SHA-256 of what was read.
    pub digest: Digest,
    pub written: Option<SystemTime>,
    /// Whether it is rolled back and not applied.
    pub is_reversed: bool,
    /// The system it is applied on.
    pub platform: &'a str,
}

/// The patch.
pub(super) fn patch(source: &TextSource<'_>, origin: &TextOrigin, changes: Vec<FileChange>) -> Patch {
    let mut about = about(source.name, source.headers, source.digest);
    if source.is_reversed {
        // It is another patch than the one it takes back.
        let id = format!("{}-reversed", about.identity.id);
        about.identity.id = PatchId::parse(&id).expect("an id with more letters that it may have");
        about.title = line(&format!("Reverse of: {}", about.title.raw())).map_or(about.title, Into::into);
        about.fixes = vec![id];
    }
    about.source = line(&format!("{}, sha256 {}", source.name, source.digest)).map(Into::into);
    about.extensions.insert(EXTENSION.to_owned(), record(origin).to_string());
    if are_not_for_windows(&changes) || has_names_that_differ_in_case(&changes) {
        about.platforms = vec![source.platform.to_owned()];
    }
    Patch { about, created: created(source), changes, diff: None, scripts: Vec::new(), proven: false }
}

/// What can be said of patches by their names and letters.
pub(crate) fn about(name: &str, headers: &[(String, MailHeader)], digest: Digest) -> About {
    let single = single(headers);
    let author = single.and_then(|header| line(header.author.as_deref()?));
    let subject = single.and_then(|header| header.subject.as_deref());
    let mut about = About::minimal(id(name, headers, digest));
    about.title = line(subject.unwrap_or(name)).unwrap_or_else(|| "A text patch".to_owned()).into();
    about.summary = summary(name, headers).into();
    about.product.name = ANY_PRODUCT.to_owned();
    about.vendor = author.map_or_else(|| "unknown".into(), Into::into);
    (about.issues, about.vulnerabilities) = tracked(headers);
    about
}

fn single(headers: &[(String, MailHeader)]) -> Option<&MailHeader> {
    match headers {
        [(_, header)] => Some(header),
        _ => None,
    }
}

/// The file's name and the beginning of its digest.
fn id(name: &str, headers: &[(String, MailHeader)], digest: Digest) -> PatchId {
    let name = match headers {
        [(name, _)] => name.as_str(),
        _ => name,
    };
    let mut stem = name;
    for end in [".gz", ".xz", ".zst", ".patch", ".diff", ".mbox", ".eml"] {
        stem = stem.strip_suffix(end).unwrap_or(stem);
    }
    let allowed = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
    let stem: String = stem.chars().map(allowed).take(MAX_STEM_BYTES).collect();
    let stem = stem.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let stem = if stem.is_empty() { "patch" } else { stem };
    let id = format!("{stem}-{}", &digest.to_string()[..8]);
    PatchId::parse(&id).expect("it is made of the letters that an id may have")
}

/// One line as a manifest wants it; `None` if nothing is left.
pub(crate) fn line(text: &str) -> Option<String> {
    let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line: String = one_line(flat.trim(), MAX_LINE_CHARS).nfc().collect();
    (!line.trim().is_empty()).then_some(line)
}

fn summary(name: &str, headers: &[(String, MailHeader)]) -> String {
    let text = match (single(headers), headers) {
        (Some(header), _) if !header.message.is_empty() => header.message.clone(),
        (Some(_), _) => format!("The text patch {name}."),
        (None, headers) => {
            let title = |(name, header): &(String, MailHeader)| {
                header.subject.clone().unwrap_or_else(|| name.clone())
            };
            let titles: Vec<String> = headers.iter().map(title).collect();
            format!("A series of {} patches:\n{}", headers.len(), titles.join("\n"))
        }
    };
    let plain = |c: char| if c.is_control() && c != '\n' && c != '\t' { ' ' } else { c };
    let mut summary: String = text.chars().map(plain).take(MAX_SUMMARY_CHARS).nfc().collect();
    if text.chars().nth(MAX_SUMMARY_CHARS).is_some() {
        summary.push('…');
    }
    summary
}

/// When it was written: what the mail says, or else its file.
fn created(source: &TextSource<'_>) -> String {
    let of_mail = single(source.headers).and_then(|header| header.date.as_deref());
    let of_mail =
        of_mail.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|zoned| zoned.timestamp());
    let of_file = || source.written.and_then(|time| jiff::Timestamp::try_from(time).ok());
    let time = of_mail.or_else(of_file).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    jiff::Timestamp::from_second(time.as_second()).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

/// The issues and vulnerabilities that the texts name.
fn tracked(headers: &[(String, MailHeader)]) -> (Vec<Issue>, Vec<String>) {
    let (mut issues, mut vulnerabilities) = (BTreeMap::new(), BTreeMap::new());
    for (_, header) in headers {
        let text = [header.subject.as_deref().unwrap_or_default(), &header.message].join("\n");
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '#');
        for word in text.split(|c| !is_part(c)) {
            if let Some(number) = word.strip_prefix('#') {
                if is_number(number) {
                    issues.insert(word.to_owned(), "issues");
                }
            } else if word.starts_with("CVE-") && word.len() > 8 {
                vulnerabilities.insert(word.to_owned(), ());
            } else if let Some((key, number)) = word.split_once('-')
                && key.len() >= 2
                && key.bytes().all(|byte| byte.is_ascii_uppercase())
                && !matches!(key, "UTF" | "ISO" | "SHA" | "RFC" | "IEEE" | "GPL" | "LGPL" | "MIT" | "BSD")
                && is_number(number)
            {
                issues.insert(word.to_owned(), "issues");
            }
        }
    }
    let issue = |(key, system): (String, &str)| Issue {
        system: system.to_owned(),
        key,
        url: None,
        kind: None,
        opened: None,
    };
    let issues = issues.into_iter().take(MAX_ISSUES).map(issue).collect();
    (issues, vulnerabilities.into_keys().take(MAX_ISSUES).collect())
}

fn is_number(text: &str) -> bool {
    (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// How the patches were read, for the record.
fn record(origin: &TextOrigin) -> serde_json::Value {
    let patches: Vec<_> = origin
        .patches
        .iter()
        .take(MAX_NAMED)
        .map(|(name, outcome)| json!({ "name": line(name).unwrap_or_default(), "strip": outcome.strip }))
        .collect();
    let mut grades: BTreeMap<&str, usize> = BTreeMap::new();
    for hunk in origin.files().flat_map(|(_, file)| &file.hunks) {
        *grades.entry(hunk.grade.as_str()).or_default() += 1;
    }
    json!({ "patches": patches, "fuzz": origin.tolerance.fuzz, "hunks": grades })
}

/// Whether two names are the same for a disk that takes no account of capitals. On others they are two files, and the
/// plan asks the disk.
fn has_names_that_differ_in_case(changes: &[FileChange]) -> bool {
    collisions(changes.iter().map(|change| &change.path)).any(|collision| collision.case_only)
}

fn are_not_for_windows(changes: &[FileChange]) -> bool {
    let is_link = |change: &FileChange| matches!(&change.after, Some(Node::Link(link)) if crate::model::unportable_link(&link.points_to).is_some());
    let mut names = TreePath::each_unportable(changes.iter().map(|change| &change.path));
    names.any(|found| found.is_some()) || changes.iter().any(is_link)
}
