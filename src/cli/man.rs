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
        let section = Man::new(verb.clone());
        page.extend(format!(".SH \"PATCHWRIGHT {}\"\n", verb.get_name().to_uppercase()).bytes());
        section.render_description_section(&mut page)?;
        section.render_synopsis_section(&mut page)?;
        section.render_options_section(&mut page)?;
        section.render_extra_section(&mut page)?;
    }
    whole.render_extra_section(&mut page)?;
    whole.render_version_section(&mut page)?;
    Ok(page)
}
