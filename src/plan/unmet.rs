//! Whether what the edits of a patch say must be so is so in files that other patches changed. Where such a change is laid
//! on theirs, it is laid as a text; what the edits ask for, only they know.

use std::collections::BTreeMap;

use super::Obstacle;
use super::landing::{Ground, Landing};
use super::layers::{ContentByDigest, KnownContents, Stack};
use super::why::Edits;
use crate::diff::FileEdits;
use crate::model::{Node, TreePath, TreeState};

/// What of `edits` does not fit or hold in the files that other patches in the folder have a say in.
pub(super) fn unmet(
    edits: &BTreeMap<TreePath, FileEdits>,
    landings: &BTreeMap<TreePath, Landing>,
    stack: &Stack<'_>,
    tree: &TreeState,
    contents: &dyn ContentByDigest,
) -> Vec<Obstacle> {
    let made = landings.values().filter_map(Landing::content).collect();
    let contents = KnownContents { made: &made, others: contents };
    let unmet = |(path, edits): (&TreePath, &FileEdits)| {
        let landing = landings.get(path)?;
        let holds = stack.now(path);
        // In a file that somebody edited here they are tried on what is here, and that is told.
        if tree.at(path) != holds.as_ref() {
            return None;
        }
        let whys = whys(edits, holds.as_ref(), landing, &contents);
        let others = stack.at(path).iter().map(|layer| layer.id.clone()).collect();
        (!whys.is_empty()).then(|| Obstacle::at(path, Edits::Unmet { others, whys }))
    };
    edits.iter().filter_map(unmet).collect()
}

fn whys(
    edits: &FileEdits,
    holds: Option<&Node>,
    landing: &Landing,
    contents: &dyn ContentByDigest,
) -> Vec<String> {
    let read = |node: Option<&Node>| contents.content(node?.as_file()?);
    // Nothing is tested where all of it is there, and what comes over other patches is not made to what they left.
    let is_tested = match landing.on {
        Ground::Expected => return Vec::new(),
        Ground::Merged | Ground::Lines => true,
        Ground::There | Ground::Over => false,
    };
    if is_tested {
        let Some(content) = read(holds) else { return vec![UNREAD.to_owned()] };
        let whys: Vec<String> = match edits.try_on(&content) {
            Ok(tried) => tried.clashes().map(ToString::to_string).collect(),
            Err(why) => vec![why.to_string()],
        };
        if !whys.is_empty() {
            return whys;
        }
    }
    let Some(content) = read(landing.after.as_ref()) else { return vec![UNREAD.to_owned()] };
    match edits.conditions_in(&content) {
        Ok(conditions) => conditions.into_iter().filter_map(|(_, why)| Some(why?.to_string())).collect(),
        Err(why) => vec![why.to_string()],
    }
}

const UNREAD: &str = "its contents aren't here";
