//! `patchwright man`: the manual page.

use std::io;

use clap_mangen::Man;

use super::Result;
use super::session::{Outcome, Session, Stop};
use super::verbs::command;

/// Print the manual page
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  patchwright man > patchwright.1
  patchwright man | man -l -")]
pub(super) struct Arguments {}

impl Arguments {
    pub fn run(self, session: &mut Session<'_, '_>) -> Result<Outcome> {
        let page = page().map_err(|error| Stop::Unheard(Outcome::Done, error))?;
        session.hand_over(&page)
    }
}

/// The program's page with a section for each command.
fn page() -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let mut command = command();
    command.build();
    let whole = Man::new(command.clone());
    whole.render_title(&mut page)?;
    whole.render_name_section(&mut page)?;
    whole.render_synopsis_section(&mut page)?;
    whole.render_description_section(&mut page)?;
    whole.render_options_section(&mut page)?;
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        // Options of every command stand once, at the beginning.
        let is_everywhere = |arg: &clap::Arg| arg.is_global_set() || arg.get_id() == "help";
        let own = verb.clone().mut_args(|arg| if is_everywhere(&arg) { arg.hide(true) } else { arg });
        let section = Man::new(own);
        page.extend(format!(".SH \"PATCHWRIGHT {}\"\n", verb.get_name().to_uppercase()).bytes());
        section.render_description_section(&mut page)?;
        section.render_synopsis_section(&mut page)?;
        section.render_options_section(&mut page)?;
        extra(&section, "EXAMPLES", &mut page)?;
    }
    extra(&whole, "\"EXIT STATUS\"", &mut page)?;
    whole.render_version_section(&mut page)?;
    Ok(page)
}

/// What stands at the end of a command's help, below a heading that the readers of such pages know.
fn extra(section: &Man, heading: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let mut said = Vec::new();
    section.render_extra_section(&mut said)?;
    let said = String::from_utf8_lossy(&said).replacen(".SH EXTRA", &format!(".SH {heading}"), 1);
    page.extend(said.bytes());
    Ok(())
}
