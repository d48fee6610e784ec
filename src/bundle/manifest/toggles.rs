//! The rules about switches: each is one value that can be moved, in a file that is the patch's business, and no two of
//! them move the same.

use super::declared::is_day;
use super::limits;
use super::problem::Problems;
use crate::diff::Switch;
use crate::model::{ABSENT, About, Node, PRESENT, Patch, Setting, Toggle, ToggleKind, TreePath};

/// What a person wrote about them, but for their checks.
pub(super) fn check(about: &About, problems: &mut Problems) {
    let toggles = &about.toggles;
    problems.entries("toggles", toggles.len(), limits::TOGGLES);
    problems.distinct("toggles", toggles.iter().map(|toggle| toggle.id.as_str()));
    for (index, toggle) in toggles.iter().enumerate() {
        let at = format!("toggles[{index}]");
        texts(&at, about, toggle, problems);
        let switch = match switch(toggle) {
            Ok(switch) => switch,
            Err((field, message)) => {
                problems.manifest(format_args!("{at}.{field}"), message);
                continue;
            }
        };
        let earlier = toggles[..index].iter().filter(|other| other.file == toggle.file);
        let meets = |other: &Toggle| match (&switch, self::switch(other)) {
            (Some(one), Ok(Some(two))) => one.meets(&two),
            // A file that comes and goes takes everything in it along.
            (_, Ok(_)) => true,
            (_, Err(_)) => false,
        };
        if let Some(other) = earlier.into_iter().find(|other| meets(other)) {
            let message = format!("it and {} would move the same value", other.id);
            problems.manifest(
                format_args!("{at}.{}", if toggle.key.is_some() { "key" } else { "file" }),
                message,
            );
        }
    }
}

fn texts(at: &str, about: &About, toggle: &Toggle, problems: &mut Problems) {
    problems.line(format_args!("{at}.title"), toggle.title.raw(), limits::TITLE_CHARS);
    problems.paragraph(format_args!("{at}.when_off"), toggle.when_off.raw(), limits::SENTENCE_CHARS);
    for (field, setting) in [("on", &toggle.on), ("off", &toggle.off)] {
        if let Setting::Text(text) = setting {
            problems.length(format_args!("{at}.{field}"), text, limits::NAME_CHARS);
        }
    }
    for value in toggle.variants.iter().flatten() {
        problems.length(format_args!("{at}.variants"), value, limits::SENTENCE_CHARS);
    }
    if toggle.variants.is_some() && toggle.kind != ToggleKind::Flagd {
        problems.manifest(format_args!("{at}.variants"), "only a flag of flagd has variants");
    }
    for (field, named, known) in [
        ("fixes", &toggle.fixes, &about.fixes),
        ("vulnerabilities", &toggle.vulnerabilities, &about.vulnerabilities),
    ] {
        if let Some(unknown) = named.iter().find(|one| !known.contains(one)) {
            let message = format!("{unknown:?} is not among the patch's {field}");
            problems.manifest(format_args!("{at}.{field}"), message);
        }
    }
    if let Some(until) = toggle.until.as_deref().filter(|text| !is_day(text)) {
        problems.manifest(format_args!("{at}.until"), format!("{until:?} is no day such as 2027-06-01"));
    }
}

/// The value that a switch moves; none where it is the file itself.
fn switch(toggle: &Toggle) -> Result<Option<Switch>, (&'static str, String)> {
    let texts = [&toggle.on, &toggle.off].map(|setting| match setting {
        Setting::Text(text) => text.as_str(),
        Setting::Flag(_) | Setting::Number(_) => "",
    });
    match toggle.kind {
        ToggleKind::File if toggle.key.is_some() => {
            Err(("key", "a switch that is a file has no key".to_owned()))
        }
        ToggleKind::File => match texts {
            [PRESENT, ABSENT] | [ABSENT, PRESENT] => Ok(None),
            _ => Err(("on", format!("one of on and off is {PRESENT:?}, the other one {ABSENT:?}"))),
        },
        _ if toggle.key.as_deref().unwrap_or_default().is_empty() => {
            Err(("key", "the key is missing: it names the value in the file".to_owned()))
        }
        ToggleKind::Flagd if texts.iter().any(|text| text.is_empty()) => {
            Err(("on", "on and off are the names of two variants of the flag".to_owned()))
        }
        _ => Switch::new(toggle, None).map(Some).map_err(|message| ("key", message)),
    }
}

/// Whether each stands in a file that the patch makes, changes or knows its product by.
pub(super) fn check_files(patch: &Patch, problems: &mut Problems) {
    for (index, toggle) in patch.about.toggles.iter().enumerate() {
        let change = patch.change_at(&toggle.file);
        let after = change.and_then(|change| change.after.as_ref());
        let is_program = after.and_then(Node::mode).is_some_and(|mode| mode.bits() & 0o111 != 0);
        let starts_there =
            toggle.kind == ToggleKind::File && toggle.position_of_file(true) == toggle.initially;
        let problem = match (toggle.kind, change) {
            _ if is_program => "a program is no switch",
            (_, Some(_)) if !matches!(after, Some(Node::File(_))) => "the patch leaves no file there",
            (ToggleKind::File, Some(_)) if !starts_there => {
                "the patch leaves this file there, which is the other position"
            }
            (ToggleKind::File, None) if starts_there => {
                "the file is there at first, so the patch has to bring or change it"
            }
            (ToggleKind::File, None) if detects(&patch.about, &toggle.file) => {
                "the product is known by this file, so it can't be absent"
            }
            (ToggleKind::File, _) | (_, Some(_)) => continue,
            (_, None) if detects(&patch.about, &toggle.file) => continue,
            (_, None) => "the patch neither changes this file nor knows the product by it",
        };
        problems.manifest(format_args!("toggles[{index}].file"), problem);
    }
}

fn detects(about: &About, path: &TreePath) -> bool {
    about.product.detect.iter().any(|rule| rule.path() == path)
}
