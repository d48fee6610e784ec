//! A name and what is said of it, as one sentence: `conf/app.toml isn't the version this patch expects`.

/// How a phrase begins that goes on after the name of one thing, and how it does after several.
const VERBS: [(&str, &str); 14] = [
    ("already exists", "already exist"),
    ("already has", "already have"),
    ("becomes", "become"),
    ("can't be", "can't be"),
    ("gets", "get"),
    ("has", "have"),
    ("is", "are"),
    ("isn't", "aren't"),
    ("points", "point"),
    ("runs", "run"),
    ("stays", "stay"),
    ("was", "were"),
    ("will", "will"),
    ("would", "would"),
];

/// What is said of the one thing called `name`. A phrase that has a subject of its own stands behind a colon.
pub(crate) fn said_of(name: &str, what: &str) -> String {
    match joint(what) {
        Some(_) => format!("{name} {what}"),
        None if what.starts_with("from which ") => format!("{name}, {what}"),
        None => format!("{name}: {what}"),
    }
}

/// The same of several, such as `7 files`.
pub(crate) fn said_of_several(number: &str, what: &str) -> String {
    match joint(what) {
        Some((one, many)) => format!("{number} {many}{}", &what[one.len()..]),
        None => said_of(number, what),
    }
}

/// The verb that `what` begins with.
fn joint(what: &str) -> Option<(&'static str, &'static str)> {
    let goes_on = |rest: &str| rest.is_empty() || rest.starts_with([' ', ',', ';']);
    VERBS.into_iter().find(|(one, _)| what.strip_prefix(one).is_some_and(goes_on))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_subject_of_what_is_said_of_it() {
        assert_eq!(said_of("VERSION", "is missing"), "VERSION is missing");
        assert_eq!(said_of("VERSION", "isn't a file, but a folder"), "VERSION isn't a file, but a folder");
        assert_eq!(said_of("VERSION", "its backup is missing"), "VERSION: its backup is missing");
        assert_eq!(said_of("a", "issues are listed"), "a: issues are listed");
        let built = "from which b is built, isn't the expected file";
        assert_eq!(said_of("a", built), "a, from which b is built, isn't the expected file");
    }

    #[test]
    fn several_things_have_a_verb_of_their_own() {
        assert_eq!(said_of_several("7 files", "is missing"), "7 files are missing");
        assert_eq!(said_of_several("2 files", "already exists as a link"), "2 files already exist as a link");
        assert_eq!(said_of_several("2 files", "the folder is missing"), "2 files: the folder is missing");
    }
}
