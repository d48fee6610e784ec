//! Whether a process of a given name runs. Nothing is started, signalled or opened to find out.

use std::io;

use super::Attempt;

#[cfg(target_os = "linux")]
#[path = "process/linux.rs"]
mod system;

#[cfg(windows)]
#[path = "process/windows.rs"]
mod system;

/// macOS and the BSDs tell it through interfaces that change with their releases and that no crate we use wraps.
/// An honest "cannot tell" is better than a guess.
#[cfg(not(any(target_os = "linux", windows)))]
mod system {
    pub(super) fn find(_: &str) -> std::io::Result<Option<u32>> {
        Err(std::io::Error::other("this system doesn't list running processes"))
    }
}

pub(super) fn process(name: &str, running: bool) -> Attempt {
    answer(name, running, system::find(name))
}

fn answer(name: &str, running: bool, found: io::Result<Option<u32>>) -> Attempt {
    match found {
        Ok(Some(id)) => Attempt::when(running, format!("{name:?} runs as process {id}")),
        Ok(None) => Attempt::when(!running, format!("no process has the name {name:?}")),
        Err(error) => Attempt::CannotTell(format!("can't tell if {name:?} is running: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_knowing_passes_neither_way() {
        for running in [true, false] {
            let answer = answer("app", running, Err(io::Error::other("no view")));
            assert_eq!(answer, Attempt::CannotTell("can't tell if \"app\" is running: no view".to_owned()));
        }
    }

    #[test]
    fn a_running_process_passes_only_where_it_should_run() {
        let evidence = "\"app\" runs as process 7".to_owned();
        assert_eq!(answer("app", true, Ok(Some(7))), Attempt::Yes(evidence.clone()));
        assert_eq!(answer("app", false, Ok(Some(7))), Attempt::No(evidence));
        let evidence = "no process has the name \"app\"".to_owned();
        assert_eq!(answer("app", false, Ok(None)), Attempt::Yes(evidence.clone()));
        assert_eq!(answer("app", true, Ok(None)), Attempt::No(evidence));
    }
}
