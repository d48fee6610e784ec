//! Tells words of a vendor that read like ours: a verdict, or the fingerprint of a key.

/// How our own verdicts and statements about signatures begin.
const VERDICTS: [&str; 13] = [
    "trusted",
    "untrusted",
    "verified",
    "unverified",
    "signed by",
    "unsigned",
    "not signed",
    "not trusted",
    "not enough signatures",
    "broken",
    "signature valid",
    "valid signature",
    "good signature",
];
/// Groups of four hexadecimal digits that nobody writes but as a fingerprint; a whole one has sixteen.
const FINGERPRINT_GROUPS: usize = 8;

/// Whether `line` begins like a verdict of ours, or has a fingerprint in it.
pub(super) fn imitates_verdict(line: &str) -> bool {
    begins_like_a_verdict(line) || has_a_fingerprint(line)
}

fn begins_like_a_verdict(line: &str) -> bool {
    // A tick or a lock in front makes it look the more like one.
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    VERDICTS.iter().any(|verdict| {
        line.strip_prefix(verdict).is_some_and(|rest| {
            let rest = rest.trim_start();
            rest.is_empty()
                || rest.starts_with([':', '：', '-', '–', '—', '!', '.', '✓', '✔', '✅'])
                || verdict.contains(' ')
        })
    })
}

fn has_a_fingerprint(line: &str) -> bool {
    if line.contains("SHA256:") {
        return true;
    }
    let mut groups = 0;
    for word in line.split([' ', ':', '-', '.', ',', '·']).filter(|word| !word.is_empty()) {
        let is_group = word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        groups = if is_group { groups + 1 } else { 0 };
        if groups == FINGERPRINT_GROUPS {
            return true;
        }
    }
    false
}
