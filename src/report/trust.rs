//! Words about keys, signatures and who is trusted.

use std::path::Path;

use super::{Report, in_words};
use crate::model::Code;
use crate::workbench::{Denial, GuardedError, KeysError, Override, Standing, Verdict};

/// A patch is not applied, or not shown, because of who vouches for it.
pub(super) fn not_trusted(code: Code, file: &Path, denial: Denial, verdict: &Verdict) -> Report {
    let headline = match (denial, verdict.standing) {
        (Denial::Broken, _) => "This patch file is not what was signed",
        (Denial::Policy, _) => "The rules here refuse this patch file",
        (Denial::NeedsConsent, Standing::NotEnough) => "Not enough people vouch for this patch file",
        (Denial::NeedsConsent, _) if verdict.is_key_change => {
            "This patch file is signed by somebody else than those you know for this product"
        }
        (Denial::NeedsConsent, _) => "Nobody you trust has signed this patch file",
    };
    let report = Report::new(code, headline).at(file.display()).because(verdict.sentence());
    let report = verdict.doubts.iter().fold(report, |report, doubt| report.because(doubt.sentence()));
    let shown = super::shell_word(&file.display().to_string());
    match denial {
        Denial::Broken => {
            report.hint("Do not use it. Get the patch file again, by another way, from whoever made it.")
        }
        Denial::Policy => {
            report.hint("Ask for a patch file that enough people have signed, or whoever set the rules.")
        }
        Denial::NeedsConsent => {
            let report = match (verdict.is_key_change, verdict.unknown_keys.is_empty()) {
                (true, _) => report.hint(
                    "Ask the vendor by another way than the one the file came, such as the telephone, whether there is a new key.",
                ).hint("If there is, get the key's own file from them: patchwright key trust KEYFILE"),
                (false, true) => report,
                (false, false) => report.hint(format!(
                    "To get to know who signed it: patchwright key trust --from {shown}"
                )),
            };
            report.hint(Override::Unsigned.hint())
        }
    }
}

/// A file that decides what is trusted cannot be looked at, or others could have written it.
pub(super) fn of_guarded(code: Code, error: &GuardedError) -> Report {
    match error {
        GuardedError::Io { doing, path, source } => {
            Report::new(code, format!("Cannot {doing} a file that decides what is trusted"))
                .at(path.display())
                .because(in_words(source))
        }
        GuardedError::OfOthers { path, problem, mend } => {
            let shown = super::shell_word(&path.display().to_string());
            let report = Report::new(code, "Others could change what is trusted here")
                .at(path.display())
                .because(format!("it {problem}"))
                .hint(format!("If what is in it is right: {mend} {shown}"));
            match mend.starts_with("chown root") {
                true => report.hint("Or run it with root's own home, as sudo -H does."),
                false => report,
            }
        }
    }
}

/// Keys or rules cannot be read or written.
pub(super) fn of_keys(code: Code, error: &KeysError) -> Report {
    match error {
        KeysError::Guarded(error) => of_guarded(code, error),
        KeysError::Io { path, source } => Report::new(code, "Cannot write the file of keys and rules")
            .at(path.display())
            .because(in_words(source)),
        KeysError::Wrong { path, detail } => {
            Report::new(code, "The file of keys and rules cannot be used, so nobody is trusted")
                .at(path.display())
                .because(detail.clone())
                .hint("Correct the file, or take it away and trust the keys again.")
        }
        KeysError::NoPlace => Report::new(code, "There is no place to keep keys and rules")
            .hint("Run the program as a person who has a home folder."),
    }
}
