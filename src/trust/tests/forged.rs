//! Signatures that look right and must not count.

use super::*;

/// The order of the group (RFC 8032, 5.1), least byte first.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn lines(signature: &Attached) -> Vec<String> {
    String::from_utf8(signature.bytes.clone()).expect("text").lines().map(str::to_owned).collect()
}

fn of_lines(lines: &[String]) -> Attached {
    Attached { scheme: SignatureScheme::Minisign, bytes: format!("{}\n", lines.join("\n")).into_bytes() }
}

/// Anna's signature with the bytes of its second line changed.
fn with_head(change: impl FnOnce(&mut Vec<u8>)) -> Attached {
    let mut lines = lines(&by(ANNA, SignerRole::Author));
    let mut head = Base64::decode_vec(&lines[1]).expect("base64");
    change(&mut head);
    lines[1] = Base64::encode_string(&head);
    of_lines(&lines)
}

fn standing(signature: Attached) -> (Standing, String) {
    let verdict = judged(&[signature], &[], &ring([anna()]));
    (verdict.standing, verdict.doubts.first().map(Doubt::sentence).unwrap_or_default())
}

#[test]
fn h79_a_signature_of_something_else_does_not_count() {
    let of = |content: &[u8]| signed(content, StatementKind::Bundle, SignerRole::Author, &secret(ANNA));
    let spaced = [MANIFEST, b" "].concat();
    for content in [b"another manifest".as_slice(), &spaced, &MANIFEST[..MANIFEST.len() - 1], b""] {
        assert_eq!(standing(of(content)).0, Standing::Broken);
    }
    // Of these bytes, but made as a signature of another kind.
    let review = signed(MANIFEST, StatementKind::Review, SignerRole::Reviewer, &secret(ANNA));
    let (standing, why) = standing(review);
    assert_eq!(standing, Standing::Untrusted);
    assert_eq!(why, "The signature by Anna isn't accepted: its comment doesn't name this patch");
}

#[test]
fn h81_the_older_kind_of_minisign_does_not_count() {
    let (standing, why) = standing(with_head(|head| head[1] = b'd'));
    assert_eq!(standing, Standing::Untrusted);
    assert_eq!(why, "A signature can't be read: it is of the older kind, which is not safe enough");
}

#[test]
fn h82_an_edited_comment_breaks_the_signature() {
    let mut edited = lines(&by(ANNA, SignerRole::Author));
    edited[2] = edited[2].replace("role:author", "role:reviewer");
    assert_eq!(standing(of_lines(&edited)).0, Standing::Broken);
    // The first line is covered by nothing, so it is believed about nothing.
    let mut edited = lines(&by(ANNA, SignerRole::Author));
    edited[0] = "untrusted comment: Trusted: ACME \u{1b}[2J\u{202e}".to_owned();
    assert_eq!(standing(of_lines(&edited)).0, Standing::Trusted);
}

#[test]
fn h82_a_comment_about_another_patch_does_not_count() {
    let mut other = statement(StatementKind::Bundle, SignerRole::Author);
    other.place = Some(SequencePlace { sequence: 43, ..place() });
    for comment in [other.comment(), "timestamp:1\tfile:x\thashed".into(), "\u{1b}[2J \u{202e}".into()] {
        let text = sign(MANIFEST, &comment, &secret(ANNA));
        let (standing, why) =
            standing(Attached { scheme: SignatureScheme::Minisign, bytes: text.into_bytes() });
        assert_eq!(standing, Standing::Untrusted);
        assert_eq!(why, "The signature by Anna isn't accepted: its comment doesn't name this patch");
    }
}

#[test]
fn h86_a_signature_that_was_turned_into_another_one_does_not_count() {
    // S + L is the same number to a careless reader (RFC 8032, 5.1.7).
    let malleable = with_head(|head| {
        let mut carry = 0;
        for (byte, order) in head[42..74].iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            *byte = sum as u8;
            carry = sum >> 8;
        }
    });
    assert_eq!(standing(malleable).0, Standing::Broken);
    // R written as a number above the field's prime, and R of small order.
    let beyond = with_head(|head| head[10..42].fill(0xff));
    assert_eq!(standing(beyond).0, Standing::Broken);
    let neutral = with_head(|head| {
        head[10..42].fill(0);
        head[10] = 1;
    });
    assert_eq!(standing(neutral).0, Standing::Broken);
    // Every single bit counts.
    for bit in [80, 300, 560] {
        let flipped = with_head(|head| head[bit / 8] ^= 1 << (bit % 8));
        assert_eq!(standing(flipped).0, Standing::Broken, "bit {bit}");
    }
}

#[test]
fn h86_a_key_of_small_order_is_never_trusted() {
    let mut weak = [0; 42];
    weak[..2].copy_from_slice(b"Ed");
    weak[10] = 1;
    assert_eq!(PublicKey::parse(&Base64::encode_string(&weak)), Err(KeyError::Weak));
}

#[test]
fn h88_signatures_with_anything_strange_in_them_are_not_read() {
    let good = lines(&by(ANNA, SignerRole::Author));
    assert_eq!(standing(of_lines(&good)).0, Standing::Trusted);
    let with = |at: usize, text: String| {
        let mut lines = good.clone();
        lines[at] = text;
        of_lines(&lines)
    };
    let mut longer = good.clone();
    longer.push(String::new());
    let strange = [
        of_lines(&good[..3]),
        of_lines(&longer),
        with(1, format!("{} ", good[1])),
        with(1, format!(" {}", good[1])),
        with(1, good[1].replacen('R', "\u{ff32}", 1)),
        with(1, format!("{}=", good[1])),
        with(3, good[3].trim_end_matches('=').to_owned()),
        with(3, good[3][4..].to_owned()),
        with(0, "comment: x".to_owned()),
        with(2, format!("{}\r", good[2])),
        Attached { scheme: SignatureScheme::Minisign, bytes: vec![0xff; 300] },
        Attached { scheme: SignatureScheme::Ssh, bytes: by(ANNA, SignerRole::Author).bytes },
    ];
    for (n, signature) in strange.into_iter().enumerate() {
        let (standing, why) = standing(signature);
        assert_eq!(standing, Standing::Untrusted, "case {n}");
        assert!(why.starts_with("A signature can't be read"), "case {n}: {why}");
    }
}

#[test]
fn many_bad_signatures_beside_a_good_one_change_nothing() {
    let mut all: Vec<Attached> = (10..41).map(|seed| by(seed, SignerRole::Author)).collect();
    all.push(by(ANNA, SignerRole::Author));
    let verdict = judged(&all, &[], &ring([anna()]));
    assert_eq!((verdict.standing, verdict.doubts.len()), (Standing::Trusted, 31));
}

mod by_chance {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_garbage_is_ever_read_as_a_signature_that_counts(bytes in prop::collection::vec(any::<u8>(), 0..400), ssh in any::<bool>()) {
            let scheme = if ssh { SignatureScheme::Ssh } else { SignatureScheme::Minisign };
            prop_assert_eq!(standing(Attached { scheme, bytes }).0, Standing::Untrusted);
        }

        #[test]
        fn a_signature_with_one_byte_changed_never_counts(at in 0_usize..350, to in any::<u8>()) {
            let mut signature = by(ANNA, SignerRole::Author);
            // Only what follows the first line is signed.
            let start = signature.bytes.iter().position(|byte| *byte == b'\n').expect("lines") + 1;
            let at = start + at % (signature.bytes.len() - start - 1);
            prop_assume!(signature.bytes[at] != to);
            signature.bytes[at] = to;
            prop_assert_ne!(standing(signature).0, Standing::Trusted);
        }
    }
}
