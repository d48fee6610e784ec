//! `patchwright make`: two folders, a text patch or commits become a patch file.

use std::path::PathBuf;

use super::Result;
use super::reading::ReadingArguments;
use super::render::{answer, text};
use super::session::{InFolder, Outcome, Session};
use crate::report::Report;
use crate::workbench::{
    ApplyRequest, Commits, EditMakeRequest, GitMakeRequest, MadeBundle, MakeRequest, OrderSource,
    ProofChoice, TextMakeRequest,
};

/// Make a patch file from two folders, a text patch or Git commits
///
/// Compares the folders OLD and NEW, adds the description in the order, and writes one patch file. A text patch or Git
/// commits bring their own description. The file is then tested on a copy: applied, compared, rolled back, compared. A
/// file that fails the test isn't kept.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright make --from old --to new --order order.toml -o fix.patchbundle
  patchwright make --from old --order edits.toml --try site-a -o f.patchbundle
  patchwright make --from old --to new --id ACME-HF-1042 -o fix.patchbundle
  patchwright make --patch fix.patch --target /opt/app -o fix.patchbundle
  patchwright make --git . --range v1.2..v1.2.1 --output fix.patchbundle
  patchwright make --git . --commit abc1234 --output fix.patchbundle")]
pub(super) struct Arguments {
    /// The folder with the original product
    #[arg(long, value_name = "OLD", required_unless_present_any = ["patch", "git"])]
    from: Option<PathBuf>,
    /// The folder with the changed product; not needed if the edits of the order are all that changes
    #[arg(long, value_name = "NEW", requires = "from")]
    to: Option<PathBuf>,
    /// A folder or file of another build; the order's edits must fit it, too; repeat for several
    #[arg(long = "try", value_name = "FILE", requires = "order", conflicts_with_all = ["to", "patch", "git"])]
    tries: Vec<PathBuf>,
    /// A text patch, or several in order
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "target", conflicts_with_all = ["from", "to", "git"])]
    patch: Vec<PathBuf>,
    /// The product folder for the text patch; it is only read
    #[arg(long, value_name = "DIR", requires = "patch")]
    target: Option<PathBuf>,
    #[command(flatten)]
    git: Git,
    #[command(flatten)]
    order: OrderArguments,
    /// An SBOM of the product (CycloneDX or SPDX 2, JSON), which goes along; the components of the order have to be in it
    #[arg(long, value_name = "FILE", requires = "OrderArguments")]
    sbom: Option<PathBuf>,
    /// The patch file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Don't test the patch file on a copy
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
    /// Use the changes between two versions in the repository
    #[arg(long, value_name = "A..B", requires = "git", conflicts_with = "commit")]
    range: Option<String>,
    /// Use the changes of one commit
    #[arg(long, value_name = "COMMIT", requires = "git")]
    commit: Option<String>,
}

#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct OrderArguments {
    /// The description of the patch; `patchwright new` writes a template
    #[arg(long, value_name = "FILE")]
    order: Option<PathBuf>,
    /// Use this ID, and no description
    #[arg(long)]
    id: Option<String>,
}

impl OrderArguments {
    fn source(self, sbom: Option<PathBuf>) -> Option<OrderSource> {
        let order = self.order.map(OrderSource::File).or(self.id.map(OrderSource::Id));
        order.map(|order| order.listed_in(sbom))
    }
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let made = match (&self.git.git, self.patch.is_empty()) {
            (Some(_), _) => self.of_commits(session)?,
            (None, false) => self.of_text(session)?,
            (None, true) => self.of_folders(session)?,
        };
        session.answer(|style| text::made(&made, style), || answer::Make::new(&made))
    }

    fn proof(&self) -> ProofChoice {
        if self.no_proof { ProofChoice::Skip } else { ProofChoice::RoundTrip }
    }

    fn of_folders(self, session: &mut Session<'_, '_>) -> Result<MadeBundle> {
        let proof = self.proof();
        let Some(from) = self.from else {
            return Err(Report::usage("A folder is needed: --from OLD").into());
        };
        let Some(to) = self.to else {
            let Some(order) = self.order.order else {
                return Err(Report::usage("Name the changed product, or an order with edits: --to NEW or --order FILE")
                    .hint("[[edits]] in an order change single values. `patchwright new` writes an order to fill in.")
                    .into());
            };
            let (tries, sbom, output) = (self.tries, self.sbom, self.output);
            let request = EditMakeRequest { from, order, sbom, tries, output, proof };
            let made = session.watch(|workbench, watch| workbench.make_of_edits(&request, watch));
            return made.without_folder();
        };
        let Some(order) = self.order.source(self.sbom) else {
            return Err(Report::usage("The patch needs a description or an ID: add --order FILE or --id ID")
                .hint("`patchwright new` writes an order to fill in.")
                .into());
        };
        let request = MakeRequest { from, to, order, output: self.output, proof };
        session.watch(|workbench, watch| workbench.make(&request, watch)).without_folder()
    }

    fn of_text(self, session: &mut Session<'_, '_>) -> Result<MadeBundle> {
        let proof = self.proof();
        let ApplyRequest { mut files, reading, .. } =
            self.reading.request(&self.patch, self.target.as_deref())?;
        let Some(target) = self.target else {
            return Err(
                Report::usage("The product folder for the text patch is needed: add --target DIR").into()
            );
        };
        let order = self.order.source(self.sbom);
        let request = TextMakeRequest {
            patch: files.swap_remove(0),
            reading,
            target: target.clone(),
            order,
            output: self.output,
            proof,
        };
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
                    let report = Report::usage(format!("{range:?} isn't a range of commits"));
                    return Err(report
                        .hint("Write it as v1.2..v1.2.1: the old version, two dots, the new version.")
                        .into());
                }
            },
            (None, Some(commit)) => Commits::One(commit),
            (None, None) => {
                return Err(
                    Report::usage("The commits are missing: add --range A..B or --commit COMMIT").into()
                );
            }
        };
        let repository = self.git.git.unwrap_or_default();
        let order = self.order.source(self.sbom);
        let request = GitMakeRequest { repository, commits, order, output: self.output, proof };
        session.watch(|workbench, watch| workbench.make_of_commits(&request, watch)).without_folder()
    }
}
