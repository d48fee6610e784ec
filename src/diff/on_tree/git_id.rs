//! The id that Git gives a content: a digest of its length and bytes.

use sha1::Digest as _;

/// Whether `content` has the id that begins with `id`, in either of Git's digests.
pub(super) fn has_id(content: &[u8], id: &str) -> bool {
    let header = format!("blob {}\0", content.len());
    let hex = match id.len() {
        // SHA-256 ids are longer; an abbreviated one cannot be told apart, and is tried as what most repositories use.
        41.. => hex(&sha2::Sha256::new().chain_update(&header).chain_update(content).finalize()),
        _ => hex(&sha1::Sha1::new().chain_update(&header).chain_update(content).finalize()),
    };
    hex.starts_with(&id.to_ascii_lowercase())
}

/// The SHA-1 id in full.
pub(in crate::diff) fn sha1_id(content: &[u8]) -> String {
    let header = format!("blob {}\0", content.len());
    hex(&sha1::Sha1::new().chain_update(header).chain_update(content).finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_are_those_of_git() {
        assert_eq!(sha1_id(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert!(has_id(b"hello\n", "ce01362"));
        assert!(!has_id(b"hello", "ce01362"));
        assert!(has_id(b"", "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"));
    }
}
