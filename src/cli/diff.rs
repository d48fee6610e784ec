//! `patchwright diff`: every changed line.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::Result;
use super::reading::ReadingArguments;
use super::render::{Detail, answer, text};
use super::session::{InFolder, Outcome, Session, Stop};
use crate::diff::{ChangeView, pair_renames, write_patch};
use crate::model::{FileChange, Patch, TreePath};
use crate::progress::{CancelToken, Quiet};
use crate::report::Report;
use crate::text::escape_bytes;
use crate::workbench::{ChangeContents, ChangeSide, Error, PatchFile, TextInspection, Watch, is_text_patch};

/// Most bytes of renamed files that wait for their other half at one time. What is beyond that is named, not shown.
const MAX_HELD_BYTES: usize = 256 << 20;

/// Show every changed line as a unified diff
///
/// Compares the original files with the patched ones. With --target, the left side is your folder; where the patch
/// merges a file that was edited, the right side is the merged file. Invisible characters are shown as codes, with a
/// warning above each file that adds some. So this is for reading; use --raw for `git apply`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright diff fix.patchbundle
  patchwright diff fix.patchbundle conf lib/app.js --target /opt/app
  patchwright diff fix.patchbundle --raw > fix.diff")]
pub(super) struct Arguments {
    /// The patch file
    file: PathBuf,
    /// Show only these files, and everything in these folders
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    /// Compare with the files in this product folder
    #[arg(long, value_name = "DIR")]
    target: Option<PathBuf>,
    /// Print the bytes as they are; to a file or program only
    #[arg(long)]
    raw: bool,
    #[command(flatten)]
    reading: ReadingArguments,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let request = self.reading.request(std::slice::from_ref(&self.file), self.target.as_deref())?;
        let path = self.file.as_path();
        let file = PatchFile { path, reading: &request.reading };
        let form = match session.is_json() {
            true => DiffForm::Facts(Vec::new()),
            false if self.raw && session.is_read_on_a_terminal() => {
                return Err(Report::usage("--raw can't print to a terminal: a patch file could control it")
                    .hint("Write it to a file instead: --raw > fix.diff")
                    .into());
            }
            false if self.raw => DiffForm::Raw,
            false => DiffForm::Text,
        };
        let workbench = session.workbench();
        let is_text = is_text_patch(path).without_folder()?;
        let patch = match &self.target {
            None if is_text => {
                return print_text(&workbench.inspect_text(file).without_folder()?, path, form, session);
            }
            Some(target) if is_text => {
                let preview =
                    session.watch(|workbench, watch| workbench.preview(request.clone(), target, watch));
                let preview = preview.in_folder(target)?;
                if preview.text.is_some_and(|text| !text.is_good()) {
                    return Err(Error::Refused(preview.preview.obstacles)).in_folder(target);
                }
                preview.patch
            }
            _ => session.watch(|workbench, watch| workbench.inspect(path, watch)).without_folder()?.patch,
        };
        let pairs = Pairs::new(&patch, self.target.is_none());
        let paths = self.wanted(&patch, &pairs)?;
        let enough = CancelToken::new();
        let mut printer = DiffPrinter {
            session,
            form,
            held: BTreeMap::new(),
            held_bytes: 0,
            failure: None,
            enough: &enough,
        };
        let watch = Watch { progress: &Quiet, cancel: &enough };
        let workbench = &workbench;
        let shown = workbench.changes(file, &paths, self.target.as_deref(), watch, &mut |contents| {
            printer.take(contents, &pairs);
        });
        let DiffPrinter { form, failure, .. } = printer;
        if let Some(error) = failure {
            return Err(Stop::Unheard(Outcome::Done, error));
        }
        match &self.target {
            Some(target) => shown.in_folder(target)?,
            None => shown.without_folder()?,
        }
        match form {
            DiffForm::Facts(facts) => {
                session.answer(|_| String::new(), || answer::Diff::new(&patch, self.target.as_deref(), facts))
            }
            DiffForm::Raw | DiffForm::Text => Ok(Outcome::Done),
        }
    }

    /// The places to show, and the other halves of their renames.
    fn wanted(&self, patch: &Patch, pairs: &Pairs<'_>) -> Result<Vec<TreePath>> {
        let mut wanted = Vec::new();
        for raw in &self.paths {
            let path = TreePath::parse(raw.trim_end_matches('/'))
                .map_err(|error| Report::usage(error.to_string()))?;
            let touched = |change: &&FileChange| change.path == path || change.path.is_below(&path);
            let before = wanted.len();
            for change in patch.changes.iter().filter(touched) {
                wanted.push(change.path.clone());
                wanted.extend(pairs.other_half(&change.path).cloned());
            }
            if wanted.len() == before {
                return Err(Report::usage(format!("The patch doesn't change {path}"))
                    .hint("`patchwright show` lists the files it changes.")
                    .into());
            }
        }
        Ok(wanted)
    }
}

/// Prints text patches as they are written, for there is nothing to compare them with.
fn print_text(
    shown: &TextInspection,
    file: &Path,
    form: DiffForm,
    session: &mut Session<'_, '_>,
) -> Result<Outcome> {
    let printed = match form {
        DiffForm::Facts(_) => {
            return session.answer(|_| String::new(), || answer::TextPatches::new(shown, file));
        }
        DiffForm::Raw => session.print(&shown.text),
        DiffForm::Text => {
            let mut lines = shown.text.split_inclusive(|&byte| byte == b'\n');
            session.say(|style| text::hidden(&shown.hidden, Detail::Short, style)).and_then(|()| {
                lines.try_for_each(|line| {
                    let line = escape_bytes(line.strip_suffix(b"\n").unwrap_or(line));
                    session.say(|_| format!("{line}\n"))
                })
            })
        }
    };
    printed.map(|()| Outcome::Done).map_err(|error| Stop::Unheard(Outcome::Done, error))
}

/// Which changes are two halves of one rename.
struct Pairs<'a> {
    old_of: BTreeMap<&'a TreePath, &'a TreePath>,
    new_of: BTreeMap<&'a TreePath, &'a TreePath>,
}

impl<'a> Pairs<'a> {
    /// The renames of `patch`. Against a real folder there are none: each place is compared with what it holds.
    fn new(patch: &'a Patch, paired: bool) -> Self {
        let pairs = if paired { pair_renames(&patch.changes) } else { Vec::new() };
        let renames = || pairs.iter().filter_map(|(change, from)| Some((&change.path, &(*from)?.path)));
        Self { old_of: renames().collect(), new_of: renames().map(|(new, old)| (old, new)).collect() }
    }

    fn other_half(&self, path: &TreePath) -> Option<&'a TreePath> {
        self.old_of.get(path).or_else(|| self.new_of.get(path)).copied()
    }
}

/// How the changes are printed.
enum DiffForm {
    Text,
    Raw,
    /// Not at all: what can be counted is counted.
    Facts(Vec<answer::Difference>),
}

struct DiffPrinter<'p, 's, 'io> {
    session: &'p mut Session<'s, 'io>,
    form: DiffForm,
    /// The half of a rename that came first, by the path of the other one.
    held: BTreeMap<TreePath, (FileChange, ChangeSide)>,
    held_bytes: usize,
    failure: Option<io::Error>,
    enough: &'p CancelToken,
}

impl DiffPrinter<'_, '_, '_> {
    fn take(&mut self, contents: &ChangeContents<'_>, pairs: &Pairs<'_>) {
        let change = FileChange {
            before: contents.left.clone().into_iter().collect(),
            after: contents.right.clone(),
            ..contents.change.clone()
        };
        let is_new_half = pairs.old_of.contains_key(&change.path);
        let Some(other) = pairs.other_half(&change.path) else {
            return self.print(&ChangeView {
                change: &change,
                renamed_from: None,
                before: contents.before.shown(),
                after: contents.after.shown(),
            });
        };
        let side = if is_new_half { &contents.after } else { &contents.before };
        let Some((first, first_side)) = self.held.remove(&change.path) else {
            let side = self.hold(side);
            self.held.insert(other.clone(), (change, side));
            return;
        };
        self.held_bytes -= length(&first_side);
        let (old, new) = if is_new_half {
            ((&first, &first_side), (&change, side))
        } else {
            ((&change, side), (&first, &first_side))
        };
        self.print(&ChangeView {
            change: new.0,
            renamed_from: Some(old.0),
            before: old.1.shown(),
            after: new.1.shown(),
        });
    }

    fn hold(&mut self, side: &ChangeSide) -> ChangeSide {
        if self.held_bytes + length(side) > MAX_HELD_BYTES {
            return ChangeSide::Unavailable("too many large files are renamed at once".to_owned());
        }
        self.held_bytes += length(side);
        side.clone()
    }

    fn print(&mut self, view: &ChangeView<'_>) {
        let printed = match &mut self.form {
            DiffForm::Text => {
                let found = super::render::brought(view).unwrap_or_default();
                let banner = |style| text::banner(view.change.path.as_str(), &found, style);
                self.session.say(|style| banner(style) + &text::diff(view, style))
            }
            DiffForm::Raw => {
                let mut bytes = Vec::new();
                write_patch(&mut bytes, view).and_then(|()| self.session.print(&bytes))
            }
            DiffForm::Facts(facts) => {
                facts.push(answer::Difference::new(view, super::render::brought(view).as_ref()));
                Ok(())
            }
        };
        if let Err(error) = printed {
            self.enough.cancel();
            self.failure.get_or_insert(error);
        }
    }
}

fn length(side: &ChangeSide) -> usize {
    match side {
        ChangeSide::Content(content) => content.bytes().map_or(0, <[u8]>::len),
        ChangeSide::Diff(section) => section.len(),
        ChangeSide::Absent | ChangeSide::NotAFile | ChangeSide::Unavailable(_) => 0,
    }
}
