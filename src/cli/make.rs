//! `patchwright make`: two folders become a bundle.

use std::path::PathBuf;

use super::Result;
use super::render::{json, text};
use super::session::{Ending, InFolder, Session};
use crate::workbench::{MakeRequest, OrderSource, Proof};

/// Make a patch file from two folders
///
/// Compares the folder OLD with the folder NEW, adds what the order says, and writes one patch file. The file is then
/// tried on a copy: applied, compared, taken back, compared. Nobody gets a file that fails.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright make --from app-1.0 --to app-1.1 --order order.toml --output fix.patchbundle
  patchwright make --from app-1.0 --to app-1.1 --id ACME-HF-1042 --output fix.patchbundle")]
pub(super) struct Arguments {
    /// The product as it is
    #[arg(long, value_name = "OLD")]
    from: PathBuf,
    /// The product as it shall be
    #[arg(long, value_name = "NEW")]
    to: PathBuf,
    #[command(flatten)]
    order: Order,
    /// Where the patch file goes
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Do not try the patch file on a copy
    #[arg(long)]
    no_proof: bool,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Order {
    /// What there is to say about the patch; `patchwright new` writes a template
    #[arg(long, value_name = "FILE")]
    order: Option<PathBuf>,
    /// Only an id, for a patch nobody has to read about
    #[arg(long)]
    id: Option<String>,
}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Ending> {
        let order = match (self.order.order, self.order.id) {
            (Some(file), _) => OrderSource::File(file),
            (None, id) => OrderSource::Id(id.unwrap_or_default()),
        };
        let proof = if self.no_proof { Proof::Skip } else { Proof::RoundTrip };
        let request = MakeRequest { from: self.from, to: self.to, order, output: self.output, proof };
        let made = session.watch(|workbench, watch| workbench.make(&request, watch)).without_folder()?;
        session.tell(Ending::Done, |style| text::made(&made, style), || json::made(&made))
    }
}
