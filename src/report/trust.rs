//! Words about keys, signatures and who is trusted.

use std::path::Path;

use super::{Report, in_words, shell_word};
use crate::guarded::Mend;
use crate::model::Code;
use crate::text::Advice;
use crate::workbench::{Denial, GuardedError, KeysError, Override, SignerRole, Standing, Verdict};

/// A patch is not applied, or not shown, because of who vouches for it.
pub(super) fn not_trusted(code: Code, file: &Path, denial: Denial, verdict: &Verdict) -> Report {
    let headline = match (denial, verdict.standing) {
        (Denial::Broken, _) => "This patch file isn't the one that was signed",
        (Denial::Policy, _) => "Your trust rules refuse this patch file",
        (Denial::NeedsConsent, Standing::NotEnough) => "Not enough people have signed this patch file",
        (Denial::NeedsConsent, _) if verdict.is_key_change => {
            "This patch file is signed by someone new for this product"
        }
        (Denial::NeedsConsent, _) => "This patch isn't signed by anyone you trust",
    };
    let report = Report::new(code, headline).at(file.display()).because(verdict.sentence());
    let report = verdict.doubts.iter().fold(report, |report, doubt| report.because(doubt.sentence()));
    match denial {
        Denial::Broken => {
            report.hint("Don't use it. Get the patch file again from its author, over another channel.")
        }
        Denial::Policy => report.hint(
            "Ask the vendor for a patch file with enough signatures, or your administrator about the rules.",
        ),
        Denial::NeedsConsent => {
            let hints = match verdict.is_key_change {
                true => vec![Advice::by_command(
                    "Ask the vendor by phone whether they have a new key. If so, get the key file from them",
                    key_trust(verdict, SignerRole::Author),
                )],
                false => to_trust_who_signed(verdict, file),
            };
            hints.into_iter().fold(report, Report::hint).hint(Override::Unsigned.hint())
        }
    }
}

/// How to trust those who signed it and whom nobody here knows, each as what they signed.
pub(crate) fn to_trust_who_signed(verdict: &Verdict, file: &Path) -> Vec<Advice> {
    let shown = super::shell_path(file);
    let author = match verdict.unknown_as(SignerRole::Author) {
        0 => None,
        // Of one it takes the key that is in the patch file.
        1 => Some(Advice::by_command(
            "To trust its author, compare the fingerprint with them over another channel",
            format!("patchwright key trust --from {shown} --name NAME"),
        )),
        _ => Some(Advice::by_command(
            "To trust its authors, get the key file of each from its owner",
            key_trust(verdict, SignerRole::Author),
        )),
    };
    let reviewer = match verdict.unknown_as(SignerRole::Reviewer) {
        0 => None,
        1 => Some("To trust its reviewer, get the key file from them"),
        _ => Some("To trust its reviewers, get the key file of each from its owner"),
    };
    let by_key = |what| Advice::by_command(what, key_trust(verdict, SignerRole::Reviewer));
    author.into_iter().chain(reviewer.map(by_key)).collect()
}

fn key_trust(verdict: &Verdict, role: SignerRole) -> String {
    let product = verdict.product.as_deref().map_or_else(|| "NAME".to_owned(), shell_word);
    match role {
        SignerRole::Reviewer => format!("patchwright key trust KEYFILE --role reviewer --product {product}"),
        _ => format!("patchwright key trust KEYFILE --product {product}"),
    }
}

/// What helps where people who are trusted signed it, and not enough of them.
pub(crate) fn to_get_more_signatures(verdict: &Verdict, file: &Path) -> Advice {
    let shown = super::shell_path(file);
    match (verdict.lacking(SignerRole::Author), verdict.lacking(SignerRole::Reviewer)) {
        (0, 1..) => Advice::by_command(
            "Ask a reviewer you trust to sign it",
            format!("patchwright sign {shown} --key KEY --as reviewer"),
        ),
        _ => Advice::from("Ask the sender for a file signed by someone you trust."),
    }
}

/// A file that decides what is trusted cannot be looked at, or others could have written it.
pub(super) fn of_guarded(code: Code, error: &GuardedError) -> Report {
    match error {
        GuardedError::Io { doing, path, source } => {
            Report::new(code, format!("Can't {doing} a file that decides what you trust"))
                .at(path.display())
                .because(in_words(source))
        }
        GuardedError::OfOthers { path, problem, mend } => {
            let shown = super::shell_path(path);
            let report = Report::new(code, "Others could change what you trust here")
                .at(path.display())
                .because(format!("it {problem}"))
                .hint(format!("If its contents are right: {mend} {shown}"));
            match mend {
                Mend::Owner(0) => report.hint("Use root's own home folder, as sudo -H does."),
                _ => report,
            }
        }
    }
}

/// Keys or rules cannot be read or written.
pub(super) fn of_keys(code: Code, error: &KeysError) -> Report {
    match error {
        KeysError::Guarded(error) => of_guarded(code, error),
        KeysError::Io { path, source } => Report::new(code, "Can't write the file of keys and rules")
            .at(path.display())
            .because(in_words(source)),
        KeysError::Wrong { path, detail } => {
            Report::new(code, "Can't use the file of keys and rules, so nobody is trusted")
                .at(path.display())
                .because(detail.clone())
                .hint("Correct the file, or restore it from a backup.")
        }
        KeysError::NoPlace => Report::new(code, "There is no folder for keys and rules")
            .hint("Run this as a user with a home folder."),
    }
}
