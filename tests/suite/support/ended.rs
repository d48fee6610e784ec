//! Which codes the runs of stories ended with, kept until somebody asks.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use patchwright::model::Code;

use super::console::Run;

/// Where a file for each code is; `.ci/run` empties it before the suite.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("codes")
}

/// Notes the codes that a run printed which did not end well.
pub fn note(run: &Run) {
    if run.code == 0 {
        return;
    }
    let printed = run.out.lines().chain(run.err.lines());
    for code in printed.flat_map(codes_in).filter(|code| !folder().join(code.as_str()).exists()) {
        let noted = fs::create_dir_all(folder()).and_then(|()| fs::write(folder().join(code.as_str()), ""));
        noted.expect("the target folder can be written to");
    }
}

/// The codes of all runs so far.
pub fn codes() -> BTreeSet<&'static str> {
    Code::ALL.iter().map(|code| code.as_str()).filter(|code| folder().join(code).exists()).collect()
}

/// The codes that stand in a line, each as a word.
fn codes_in(line: &str) -> impl Iterator<Item = Code> {
    let words = line.split(|letter: char| !letter.is_ascii_uppercase() && letter != '-');
    words.filter_map(|word| Code::ALL.iter().copied().find(|code| code.as_str() == word))
}
