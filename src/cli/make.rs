//! `patchwright make`: two folders, a text patch or commits become a bundle.

use std::path::PathBuf;

use super::Result;
use super::reading::ReadingArguments;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::report::Report;
use crate::workbench::{
    Commits, EditMakeRequest, GitMakeRequest, MadeBundle, MakeRequest, OrderSource, ProofChoice,
    TextMakeRequest,
};

/// Make a patch file from two folders, a text patch or Git commits
///
/// Compares the folder OLD with the folder NEW, adds what the order says, and writes one patch file. Or takes what a
/// text patch would do to a folder, or what Git commits changed; what they say about themselves stands in for the
/// order. The file is then tried on a copy: applied, compared, taken back, compared. Nobody gets a file that fails.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright make --from app-1.0 --to app-1.1 --order order.toml --output fix.patchbundle
  patchwright make --from app-1.0 --order edits.toml --output fix.patchbundle
  patchwright make --from app-1.0 --to app-1.1 --id ACME-HF-1042 --output fix.patchbundle
  patchwright make --patch fix.patch --target /opt/app --output fix.patchbundle
  patchwright make --git . --range v1.2..v1.2.1 --output fix.patchbundle
  patchwright make --git . --commit abc1234 --output fix.patchbundle")]
pub(super) struct Arguments {
    /// The product as it is
    #[arg(long, value_name = "OLD", required_unless_present_any = ["patch", "git"])]
    from: Option<PathBuf>,
    /// The product as it shall be; not needed where the edits of the order are all that changes
    #[arg(long, value_name = "NEW", requires = "from")]
    to: Option<PathBuf>,
    /// A text patch, or several in their order
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "target", conflicts_with_all = ["from", "to", "git"])]
    patch: Vec<PathBuf>,
    /// The folder that the text patch is for; it is only read
    #[arg(long, value_name = "DIR", requires = "patch")]
    target: Option<PathBuf>,
    #[command(flatten)]
    git: Git,
    #[command(flatten)]
    order: OrderArguments,
    /// Where the patch file goes
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Do not try the patch file on a copy
    #[arg(long)]
    no_proof: bool,
    #[command(flatten)]
    reading: ReadingArguments,
}

#[derive(Debug, clap::Args)]
struct Git {
    /// A Git repository; it is only read
    #[arg(long, value_name = "REPO", conflicts_with_all = ["from", "to"])]
    git: Option<PathBuf>,
    /// What changed between two versions of the repository
    #[arg(long, value_name = "A..B", requires = "git", conflicts_with = "commit")]
    range: Option<String>,
    /// What one commit changed
    #[arg(long, value_name = "COMMIT", requires = "git")]
    commit: Option<String>,
}

#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct OrderArguments {
    /// What there is to say about the patch; `patchwright new` writes a template
    #[arg(long, value_name = "FILE")]
    order: Option<PathBuf>,
    /// Only an id, for a patch nobody has to read about
    #[arg(long)]
    id: Option<String>,
}

impl OrderArguments {
    fn source(self) -> Option<OrderSource> {
        self.order.map(OrderSource::File).or(self.id.map(OrderSource::Id))
    }
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let made = match (&self.git.git, self.patch.is_empty()) {
            (Some(_), _) => self.of_commits(session)?,
            (None, false) => self.of_text(session)?,
            (None, true) => self.of_folders(session)?,
        };
        session.tell(|style| text::made(&made, style), || answer::Make::new(&made))
    }

    fn proof(&self) -> ProofChoice {
        if self.no_proof { ProofChoice::Skip } else { ProofChoice::RoundTrip }
    }

    fn of_folders(self, session: &mut Session<'_, '_>) -> Result<MadeBundle> {
        let proof = self.proof();
        let Some(from) = self.from else {
            return Err(Report::usage("A folder is needed, OLD").into());
        };
        let Some(to) = self.to else {
            let Some(order) = self.order.order else {
                return Err(Report::usage("Without NEW, an order has to say what changes: --to or --order")
                    .hint("[[edits]] of an order change single values; `patchwright new` writes a template.")
                    .into());
            };
            let request = EditMakeRequest { from, order, output: self.output, proof };
            let made = session.watch(|workbench, watch| workbench.make_of_edits(&request, watch));
            return made.without_folder();
        };
        let Some(order) = self.order.source() else {
            return Err(Report::usage("Two folders say nothing about the patch: --order or --id is needed")
                .hint("`patchwright new` writes a template of an order.")
                .into());
        };
        let request = MakeRequest { from, to, order, output: self.output, proof };
        session.watch(|workbench, watch| workbench.make(&request, watch)).without_folder()
    }

    fn of_text(self, session: &mut Session<'_, '_>) -> Result<MadeBundle> {
        let proof = self.proof();
        let patch = self.reading.prepare(&self.patch, session)?.swap_remove(0);
        let Some(target) = self.target else {
            return Err(Report::usage("The folder that the text patch is for is needed: --target").into());
        };
        let order = self.order.source();
        let request = TextMakeRequest { patch, target: target.clone(), order, output: self.output, proof };
        session.watch(|workbench, watch| workbench.make_of_text(&request, watch)).in_folder(&target)
    }

    fn of_commits(self, session: &mut Session<'_, '_>) -> Result<MadeBundle> {
        let proof = self.proof();
        let commits = match (&self.git.range, self.git.commit) {
            (Some(range), _) => match range.split_once("..") {
                Some((from, to)) if !from.is_empty() && !to.is_empty() && !to.starts_with('.') => {
                    Commits::Range(from.to_owned(), to.to_owned())
                }
                _ => {
                    let report = Report::usage(format!("{range:?} is no range of commits"));
                    return Err(report
                        .hint("Write it as v1.2..v1.2.1: from what people have, to what they get.")
                        .into());
                }
            },
            (None, Some(commit)) => Commits::One(commit),
            (None, None) => {
                return Err(Report::usage("Which commits? --range A..B or --commit COMMIT is needed").into());
            }
        };
        let repository = self.git.git.unwrap_or_default();
        let order = self.order.source();
        let request = GitMakeRequest { repository, commits, order, output: self.output, proof };
        session.watch(|workbench, watch| workbench.make_of_commits(&request, watch)).without_folder()
    }
}
