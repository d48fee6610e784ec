//! Merges files of settings by what they say: what is meant is worked out from the values on all three sides, and a
//! merged text counts only if reading it gives exactly that.
//!
//! A text that names a key twice, or that two programs may read in two ways, is not read, and not merged.

mod edit;
mod meaning;

use super::lines::{LineMerge, merge_lines};
use super::{Merge, MergedBy, Unmergeable, in_words};
use crate::diff::settings::{DecodedText, DoubtSubject, Format, KeyEntry, ParsedText, ParsedValue, Sheet};
use meaning::Meant;

/// Merges settings: line by line where that gives what is meant, else by key, else not.
///
/// # Errors
/// If one of them cannot be read for certain, or not be compared.
pub(super) fn merge(format: Format, base: &[u8], mine: &[u8], theirs: &[u8]) -> Result<Merge, Unmergeable> {
    let contents = [("the original", base), ("your file", mine), ("the patch's file", theirs)];
    let [base_side, my_side, their_side] = contents.map(|(side, content)| format.read(side, content));
    let sides = [base_side?, my_side?, their_side?];
    if !are_alike(&sides) {
        for (side, content) in contents {
            format.read_certain(side, content)?;
        }
    }
    let meant = match work_out(&sides) {
        Ok(meant) => meant,
        Err(keys) => return Ok(Merge::Clashes(keys)),
    };
    let says_it = |content: &[u8]| {
        format.read("the result", content).is_ok_and(|result| {
            let documents = &result.1.documents;
            names_in_doubt(&result) == names_in_doubt(&sides[0])
                && documents.len() == meant.len()
                && meant.iter().zip(documents).all(|(meant, document)| meant.is(&document.said))
        })
    };
    let clashes = match merge_lines(base, mine, theirs) {
        Ok(LineMerge::Clean(content)) if says_it(&content) => {
            return Ok(Merge::Clean { content, by: MergedBy::CheckedLines });
        }
        // Lines that fit together can still say what nobody meant: a key that moved to another section.
        Ok(LineMerge::Clean(_)) => vec!["the merged lines don't have the intended values".to_owned()],
        Ok(LineMerge::Clashes(clashes)) => clashes.iter().map(|clash| in_words(&clash.mine)).collect(),
        Err(reason) => vec![reason.to_string()],
    };
    let [_, (my_text, _), (their_text, _)] = &sides;
    let is_one_encoding = my_text.is_bytes == their_text.is_bytes;
    let places = sides.each_ref().map(|(text, sheet)| ParsedText { text: &text.text, sheet });
    let edited = if is_one_encoding { edit::edited(format, places, &meant) } else { None };
    Ok(match edited.and_then(|text| my_text.bytes_of(&text)).filter(|content| says_it(content)) {
        Some(content) => Merge::Clean { content, by: MergedBy::Keys(taken(&meant)) },
        None => Merge::Clashes(clashes),
    })
}

type Read = (DecodedText, Sheet);

/// Whether all that is in doubt on the three sides is the same, and harmless: how a key is spelled, and documents that can
/// be told apart and stand in the same order.
fn are_alike(sides: &[Read; 3]) -> bool {
    let [first, others @ ..] = sides;
    let Some(names) = names_in_doubt(first) else { return false };
    let Some(documents) = document_names(&first.1) else { return false };
    others.iter().all(|other| {
        names_in_doubt(other).as_ref() == Some(&names)
            && document_names(&other.1).as_ref() == Some(&documents)
    })
}

/// The keys that are no text to some programs; nothing if anything else is in doubt.
fn names_in_doubt((text, sheet): &Read) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    for doubt in &sheet.doubts {
        let name = text.text[doubt.at..].split(':').next().unwrap_or_default();
        match doubt.about {
            DoubtSubject::Document => {}
            // What these bring in depends on the keys beside them.
            DoubtSubject::Name if !matches!(name.trim(), "<<" | "=") => names.push(name),
            DoubtSubject::Name | DoubtSubject::Meaning => return None,
        }
    }
    Some(names)
}

/// What tells each document from the others; nothing if that is not certain.
fn document_names(sheet: &Sheet) -> Option<Vec<Vec<Option<&str>>>> {
    const NAMES: [&[&str]; 4] =
        [&["apiVersion"], &["kind"], &["metadata", "namespace"], &["metadata", "name"]];
    if sheet.documents.len() < 2 {
        return Some(vec![Vec::new(); sheet.documents.len()]);
    }
    let name = |document| NAMES.iter().map(|keys| value_at(document, keys)).collect();
    let names: Vec<Vec<_>> = sheet.documents.iter().map(name).collect();
    let is_one_of_its_kind = |(index, name): (usize, &Vec<Option<&str>>)| {
        name.iter().any(Option::is_some) && !names[..index].contains(name)
    };
    names.iter().enumerate().all(is_one_of_its_kind).then_some(names)
}

fn value_at<'a>(document: &'a KeyEntry, keys: &[&str]) -> Option<&'a str> {
    let mut said = &document.said;
    for key in keys {
        let ParsedValue::Group(group) = said else { return None };
        said = &group.get(key)?.said;
    }
    if let ParsedValue::Value(value) = said { Some(value) } else { None }
}

/// What is meant in each document, or the keys that both changed in different ways.
fn work_out(sides: &[Read; 3]) -> Result<Vec<Meant<'_>>, Vec<String>> {
    let [base, mine, theirs] = sides.each_ref().map(|(_, sheet)| &sheet.documents);
    let (mut meant, mut clashes) = (Vec::new(), Vec::new());
    for (index, ((base, mine), theirs)) in base.iter().zip(mine).zip(theirs).enumerate() {
        match meaning::work_out(&base.said, &mine.said, &theirs.said) {
            Ok(one) => meant.push(one),
            Err(keys) => clashes.extend(in_document(index, sides[0].1.documents.len(), keys)),
        }
    }
    if clashes.is_empty() { Ok(meant) } else { Err(clashes) }
}

/// The keys that the edited file takes from the patch.
fn taken(meant: &[Meant<'_>]) -> Vec<String> {
    let documents = meant.iter().enumerate();
    documents.flat_map(|(index, meant_here)| in_document(index, meant.len(), meant_here.taken())).collect()
}

/// Keys, with the number of their document where there are several.
fn in_document(index: usize, count: usize, keys: Vec<String>) -> Vec<String> {
    match count {
        1 => keys,
        _ => keys.into_iter().map(|key| format!("{key} in document {}", index + 1)).collect(),
    }
}

#[cfg(test)]
mod tests;
