//! The id that Git gives a content: a digest of its length and bytes.

use sha1::Digest as _;

use crate::diff::{Content, WorkBudget};

/// Whether `content` has the id that begins with `id`, in either of Git's digests; `None` if finding out is more work than
/// is left. Nobody has to find it out twice.
pub(super) fn has_id(content: &Content, id: &str, budget: &WorkBudget) -> Option<bool> {
    // SHA-256 ids are longer; an abbreviated one cannot be told apart, and is tried as what most repositories use.
    let is_second = id.len() > SHA1_DIGITS;
    let known = content.git_id(is_second);
    if known.get().is_none() && !budget.hash(content.len()) {
        return None;
    }
    let known = known
        .get_or_init(|| if is_second { hex::<sha2::Sha256>(content) } else { hex::<sha1::Sha1>(content) });
    Some(known.starts_with(&id.to_ascii_lowercase()))
}

const SHA1_DIGITS: usize = 40;

fn hex<D: sha2::Digest>(content: &Content) -> String {
    let begin = D::new().chain_update(format!("blob {}\0", content.len()));
    in_hex(&content.pieces().fold(begin, sha2::Digest::chain_update).finalize())
}

/// The SHA-1 id in full.
pub(in crate::diff) fn sha1_id(content: &[u8]) -> String {
    let header = format!("blob {}\0", content.len());
    in_hex(&sha1::Sha1::new().chain_update(header).chain_update(content).finalize())
}

fn in_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_are_those_of_git() {
        assert_eq!(sha1_id(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        let has = |content: &[u8], id| has_id(&content.into(), id, &WorkBudget::default()) == Some(true);
        assert!(has(b"hello\n", "ce01362"));
        assert!(!has(b"hello", "ce01362"));
        assert!(has(b"", "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"));
    }
}
