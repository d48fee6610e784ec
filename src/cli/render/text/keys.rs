//! Keys, signatures, and who signed a patch.

use std::path::Path;

use super::list::LabelledLines;
use super::{place, safe};
use crate::cli::render::{Detail, Style, words};
use crate::model::Digest;
use crate::report::review;
use crate::text::{capitalised, one_line};
use crate::workbench::{
    Doubt, EVERY_PRODUCT, Inspection, KeyFingerprint, KeyWish, KnownKey, MadeKey, Review, Revoked,
    RevokedFrom, Rotated, Signed, SignerRole, Standing, TrustedKey, Verdict, spoken_reviews,
};

/// The verdict in one line, as good or bad as it is.
pub(in crate::cli::render) fn verdict_line(verdict: &Verdict, style: Style) -> String {
    let sentence = verdict.sentence();
    let sentence = safe(&sentence);
    match verdict.standing {
        Standing::Trusted => style.good(&sentence),
        Standing::Broken => style.bad(&sentence),
        Standing::NotEnough | Standing::Untrusted if verdict.is_key_change => style.bad(&sentence),
        Standing::NotEnough | Standing::Untrusted => style.attention(&sentence),
    }
}

/// Most notes of a review above a question: the question stays on a small screen.
const SHORT_NOTES: usize = 5;

/// Most characters of a note above a question.
const SHORT_NOTE_CHARS: usize = 200;

/// What there is to say about signatures and reviews beside the verdict.
pub(super) fn signatures(shown: &Inspection) -> String {
    let mut sheet = LabelledLines::new();
    sheet.lines("Problems", shown.verdict.doubts.iter().map(Doubt::sentence));
    sheet.into_text() + &reviews(&shown.verdict, &shown.reviews, Detail::Full)
}

/// Who looked at the patch, what they say, how much they looked at, and their notes.
pub(super) fn reviews(verdict: &Verdict, reviews: &[(Digest, Review)], detail: Detail) -> String {
    let mut sheet = LabelledLines::new();
    for spoken in spoken_reviews(verdict, reviews) {
        sheet.line("Review", review::sentence(&spoken));
        let notes = &spoken.review.notes;
        let lines = notes.iter().map(review::note_line);
        match detail {
            Detail::Full => sheet.lines("", lines),
            Detail::Short => {
                let short = lines.take(SHORT_NOTES).map(|line| one_line(&line, SHORT_NOTE_CHARS));
                sheet.shown_lines("", short);
                if let Some(more) = notes.len().checked_sub(SHORT_NOTES).filter(|more| *more > 0) {
                    sheet.line("", format!("… and {more} more notes; --verbose lists all of them"));
                }
            }
        }
    }
    sheet.into_text()
}

pub(in crate::cli) fn made_key(made: &MadeKey, is_protected: bool, style: Style) -> String {
    let print = made.key.fingerprint();
    let mut sheet = LabelledLines::new();
    sheet.line("Secret", format!("{} (never share this)", words::path_text(&made.secret)));
    sheet.line("Public", words::path_text(&made.public));
    fingerprint(&mut sheet, "", print);
    let warning = match is_protected {
        true => String::new(),
        false => format!(
            "\n{}\n",
            style.attention("The secret key has no password: anyone who can read the file can sign.")
        ),
    };
    format!(
        "{}\n\n{}{warning}\nNext: Send the public file to people who should trust you. Read them the\n      \
         fingerprint or words over another channel, such as the phone.\n",
        style.good("Made a new key"),
        sheet.into_text()
    )
}

/// What two people compare; `indent` stands before the labels.
fn fingerprint(sheet: &mut LabelledLines, indent: &str, print: KeyFingerprint) {
    // Two lines of eight groups each, so that nobody loses the place.
    let groups = print.groups();
    let (first, second) = groups.split_at(39);
    sheet.lines(&format!("{indent}Fingerprint"), [first, second.trim_start()]);
    sheet.line(&format!("{indent}In words"), print.words());
}

/// `before`: what it was trusted for until now.
pub(in crate::cli) fn key_to_compare(wish: &KeyWish, before: Option<&TrustedKey>, style: Style) -> String {
    let mut sheet = LabelledLines::new();
    sheet.line("Name", &wish.name);
    sheet.line("Owner", &wish.owner);
    sheet.line("Role", roles(&wish.roles));
    sheet.line("For", products(&wish.products));
    sheet.option("Until now", before.map(trust_in));
    fingerprint(&mut sheet, "", wish.key.fingerprint());
    format!("{}\n\n{}", style.strong("Compare this key with its owner"), sheet.into_text())
}

pub(in crate::cli) fn trusted_key(
    trusted: &TrustedKey,
    before: Option<&TrustedKey>,
    is_replaced: bool,
    style: Style,
) -> String {
    let said = format!("{} is trusted as {}", trusted.name, trust_in(trusted));
    let mut text = format!("{}\n", style.good(&safe(&said)));
    if let Some(before) = before.map(trust_in).filter(|before| *before != trust_in(trusted)) {
        let said = match is_replaced {
            true => format!("This replaces what you said before: {before}."),
            false => format!("You said before: {before}. That still counts."),
        };
        text.push_str(&format!("{}\n", style.attention(&safe(&said))));
    }
    text
}

/// `author for Lighthouse`.
fn trust_in(key: &TrustedKey) -> String {
    format!("{} for {}", roles(&key.roles), products(&key.products))
}

/// `known`: the key, if it is trusted here.
pub(in crate::cli) fn key_to_revoke(revoked: &Revoked, known: Option<&TrustedKey>, style: Style) -> String {
    let mut sheet = LabelledLines::new();
    sheet.option("Name", known.map(|known| known.name.clone()));
    sheet.option("Trusted as", known.map(trust_in));
    sheet.line("Reason", &revoked.reason);
    fingerprint(&mut sheet, "", revoked.key);
    let heading = format!("Revoke a key{}", from(revoked.from));
    let again = match revoked.from {
        RevokedFrom::Always => {
            "Nothing that it signed is trusted afterwards, and it can't be trusted again.\n"
        }
        _ => "",
    };
    format!("{}\n\n{}{again}", style.strong(&safe(&heading)), sheet.into_text())
}

pub(in crate::cli) fn revoked_key(revoked: &Revoked, style: Style) -> String {
    let said = format!("Revoked the key {}{}", revoked.key.short(), from(revoked.from));
    format!("{}\nPatches that only this key signed are no longer trusted here.\n", style.good(&said))
}

fn from(from: RevokedFrom) -> String {
    match from {
        RevokedFrom::Always => String::new(),
        RevokedFrom::Sequence(first) => format!(" for patches from number {first} on"),
        RevokedFrom::Time(first) => {
            format!(" for patches made from {} on", words::moment(&first.to_string()))
        }
    }
}

/// The keys, and what is odd about the rules beside them.
pub(in crate::cli) fn keys(keys: &[KnownKey], odd: &[String], verbose: bool, style: Style) -> String {
    let mut text = match keys.is_empty() {
        true => "You trust no keys yet.\nTo trust one: patchwright key trust KEYFILE --product NAME\n",
        false => "",
    }
    .to_owned();
    for known in keys {
        let key = &known.key;
        let whose = if key.owner == key.name { String::new() } else { format!(" of {}", safe(&key.owner)) };
        let machine = if known.is_of_machine { ", set for this computer" } else { "" };
        text.push_str(&format!("{}{whose}{machine}\n", style.strong(&safe(&key.name))));
        let mut sheet = LabelledLines::new();
        sheet.line("  Role", roles(&key.roles));
        sheet.line("  For", products(&key.products));
        sheet.option("  From", key.not_before.map(|time| words::moment(&time.to_string())));
        sheet.option("  Until", key.not_after.map(|time| words::moment(&time.to_string())));
        sheet.lines(
            "  Revoked",
            known.revoked.iter().map(|revoked| format!("{}{}", revoked.reason, from(revoked.from))),
        );
        match verbose {
            true => {
                fingerprint(&mut sheet, "  ", key.key.fingerprint());
                sheet.line("  Key", key.key.line());
                sheet.line("  Added", format!("{}, {}", words::moment(&key.added), key.how.as_str()));
            }
            false => sheet.line("  Fingerprint", format!("{}…", key.key.fingerprint().short())),
        }
        text.push_str(&sheet.into_text());
    }
    for note in odd {
        text.push_str(&format!("{} {}.\n", style.attention("Note:"), safe(&capitalised(note))));
    }
    text
}

pub(in crate::cli) fn signed(signed: &Signed, file: &Path, style: Style) -> String {
    let said = format!("Signed {} as {}", signed.patch.about.identity, signed.role.as_str());
    format!(
        "{}: {}\n{}\n",
        style.good(&safe(&said)),
        style.strong(&place(file)),
        verdict_line(&signed.inspection.verdict, style)
    )
}

pub(in crate::cli) fn rotated(rotated: &Rotated, style: Style) -> String {
    let keys = words::count(rotated.keys, "key", "keys");
    let said = match &rotated.list {
        Some((product, version)) => {
            format!("Imported version {version} of the key list for {product}: {keys}")
        }
        None => format!("Revoked {keys}"),
    };
    format!("{}\nSigned by {}\n", style.good(&safe(&said)), safe(&rotated.signers.join(", ")))
}

pub(in crate::cli) fn signed_list(signature: &Path, style: Style) -> String {
    format!("{}: {}\n", style.good("Signed"), place(signature))
}

fn roles(roles: &[SignerRole]) -> String {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ")
}

fn products(products: &[String]) -> String {
    match products {
        [] => "every product".to_owned(),
        some if some.iter().any(|product| product == EVERY_PRODUCT) => "every product".to_owned(),
        some => some.join(", "),
    }
}
