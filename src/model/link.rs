//! Where a symbolic link may point: to a place of its own folder that a bundle could name, and nowhere else.
//!
//! The answer is lexical. That no *other* link lies on the way is for whoever knows what stands in the folder.

use super::path::is_state_dir;
use super::{PathError, PathProblem, TreePath, Unportable};

/// Checks that a link at `at` may point to `points_to`: relative, non-empty, no control or hidden characters,
/// at most [`TreePath::MAX_BYTES`], and to a place inside the folder that is not among our own records.
///
/// # Errors
/// Names the first rule that `points_to` breaks.
pub(crate) fn check_link(at: &TreePath, points_to: &str) -> Result<(), PathError> {
    resolve_link(at, points_to).map(drop)
}

/// The place a link at `at` leads to, resolved without looking at a disk; `None` is the folder's root itself.
///
/// # Errors
/// As [`check_link`].
pub(crate) fn resolve_link(at: &TreePath, points_to: &str) -> Result<Option<TreePath>, PathError> {
    let resolve = || {
        // Windows separates names by backslashes too; the link must stay inside there as well.
        if points_to.contains('\\') {
            resolve(at, &points_to.replace('\\', "/"))?;
        }
        resolve(at, points_to)
    };
    resolve().map_err(|problem| PathError { raw: points_to.to_owned(), problem })
}

/// The first reason why Windows could not store a link to `points_to`, if any.
pub(crate) fn unportable_link(points_to: &str) -> Option<Unportable> {
    let names = points_to.split('/').filter(|name| !matches!(*name, "" | "." | ".."));
    super::portable::first_unportable(&names.collect::<Vec<_>>().join("/"))
}

fn resolve(at: &TreePath, points_to: &str) -> Result<Option<TreePath>, PathProblem> {
    if points_to.is_empty() {
        return Err(PathProblem::Empty);
    }
    if points_to.len() > TreePath::MAX_BYTES {
        return Err(PathProblem::PathTooLong(points_to.len()));
    }
    if points_to.starts_with('/') {
        return Err(PathProblem::Absolute);
    }
    let mut names: Vec<&str> = at.components().collect();
    names.pop();
    for name in points_to.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop().ok_or(PathProblem::LeadsOut)?;
            }
            name => {
                // Checked on the way and not only at the end: `.patchwright/../x` has no business there either.
                if is_state_dir(name) {
                    return Err(PathProblem::StateDir);
                }
                super::path::check_name(name)?;
                names.push(name);
            }
        }
    }
    if names.is_empty() {
        return Ok(None);
    }
    TreePath::parse(&names.join("/")).map(Some).map_err(|error| error.problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(at: &str, points_to: &str) -> Option<PathProblem> {
        let at = TreePath::parse(at).expect("the test's paths keep the policy");
        check_link(&at, points_to).err().map(|error| error.problem)
    }

    fn leads_to(at: &str, points_to: &str) -> Option<String> {
        let at = TreePath::parse(at).expect("the test's paths keep the policy");
        resolve_link(&at, points_to).expect("the link stays inside").map(|place| place.to_string())
    }

    #[test]
    fn a_link_inside_the_folder_is_fine() {
        assert_eq!(leads_to("cur", "bin/app"), Some("bin/app".to_owned()));
        assert_eq!(leads_to("lib/a.so", "a.so.1"), Some("lib/a.so.1".to_owned()));
        assert_eq!(leads_to("bin/x/y", "../../lib/./z/"), Some("lib/z".to_owned()));
        assert_eq!(leads_to("a/b", ".."), None);
        assert_eq!(leads_to("a/b", "../a/b"), Some("a/b".to_owned()));
        assert_eq!(
            leads_to("units/x", r"system\x2dcryptsetup.slice"),
            Some(r"units/system\x2dcryptsetup.slice".into())
        );
        assert_eq!(leads_to("a", "..data"), Some("..data".to_owned()));
    }

    #[test]
    fn h52_h53_a_link_out_of_the_folder_is_refused() {
        for (at, points_to) in [
            ("d", ".."),
            ("d", "../x"),
            ("a/b", "../.."),
            ("a/b", "../../root/a"),
            ("a/b", "x/../../.."),
            ("a/b", r"..\..\x"),
            ("a/b", r"x\..\..\..\y"),
        ] {
            assert_eq!(problem(at, points_to), Some(PathProblem::LeadsOut), "{at} -> {points_to}");
        }
    }

    #[test]
    fn h54_a_link_to_no_place_is_refused() {
        assert_eq!(problem("a", ""), Some(PathProblem::Empty));
        assert_eq!(problem("a", "/etc/passwd"), Some(PathProblem::Absolute));
        assert_eq!(problem("a", "//server/share"), Some(PathProblem::Absolute));
        assert_eq!(problem("a", r"\\server\share"), Some(PathProblem::Absolute));
        assert_eq!(problem("a", r"\x"), Some(PathProblem::Absolute));
        assert_eq!(problem("a", "b\0c"), Some(PathProblem::Control('\0')));
        assert_eq!(problem("a", "b\r"), Some(PathProblem::Control('\r')));
        assert_eq!(problem("a", &"x/".repeat(2500)), Some(PathProblem::PathTooLong(5000)));
        assert_eq!(problem("a", "b\u{202e}c"), Some(PathProblem::Format('\u{202e}')));
        assert_eq!(problem("a", "\u{2025}/x"), Some(PathProblem::DisguisedDots));
    }

    #[test]
    fn h55_a_short_link_to_a_place_beyond_all_limits_is_refused() {
        let deep = ["d".repeat(247), "e".repeat(247), "f".repeat(247)].join("/");
        let at = format!("{deep}/link");
        let points_to = "g".repeat(240) + "/" + &"h".repeat(240);
        assert!(matches!(problem(&at, &points_to), Some(PathProblem::PathTooLong(_))));
        assert_eq!(problem("a", &"x/".repeat(65)), Some(PathProblem::TooDeep(65)));
    }

    #[test]
    fn h98_a_link_into_our_own_folder_is_refused() {
        for points_to in
            ["../.patchwright", "../.patchwright/intent", "./../.PatchWright/../x", r"..\.patchwright\x"]
        {
            assert_eq!(problem("lib/link", points_to), Some(PathProblem::StateDir), "{points_to}");
        }
        assert_eq!(problem("link", ".patchwright"), Some(PathProblem::StateDir));
        assert_eq!(problem("lib/link", ".patchwright"), Some(PathProblem::StateDir));
        assert_eq!(problem("lib/link", ".patchwrights"), None);
    }

    #[test]
    fn a_link_that_windows_cannot_store_says_so() {
        assert_eq!(unportable_link("../bin/app"), None);
        assert_eq!(unportable_link("C:x"), Some(Unportable::Drive('C')));
        assert_eq!(unportable_link("../nul"), Some(Unportable::Device("nul".to_owned())));
        assert_eq!(unportable_link(r"a\b"), Some(Unportable::Character('\\')));
    }
}
