//! Deltas that work, deltas that lie.

use std::io::Cursor;

use super::encode::encode_with;
use super::*;
use crate::bundle::noise::noise;

/// Small segments, so that a test of many takes little time.
const SMALL: u32 = MIN_SEGMENT_BYTES;

fn edited(old: &[u8]) -> Vec<u8> {
    let mut new = old.to_vec();
    (0..new.len()).step_by(5_000).for_each(|at| new[at] ^= 0x55);
    new
}

fn delta_of(segment_bytes: u32, old: &[u8], new: &[u8], level: i32) -> Vec<u8> {
    let header = DeltaHeader { segment_bytes, old_size: old.len() as u64, new_size: new.len() as u64 };
    let mut delta = Vec::new();
    encode_with(header, &mut Cursor::new(old), &mut Cursor::new(new), level, &mut delta).unwrap();
    delta
}

fn apply(delta: &[u8], old: &[u8], new_size: u64) -> Result<Vec<u8>, DeltaError> {
    let mut out = Vec::new();
    decode(&mut Cursor::new(delta), &mut Cursor::new(old), old.len() as u64, new_size, &mut out)?;
    Ok(out)
}

#[track_caller]
fn refused(delta: &[u8], old: &[u8], new_size: u64) -> String {
    let error = apply(delta, old, new_size).map(drop).expect_err("it has to be refused");
    assert_eq!(error.code(), Code::Delta, "{error}");
    error.to_string()
}

#[test]
fn a_delta_brings_back_the_new_content() {
    let old = noise(1_000_000, 1);
    let shorter = &old[300_000..400_000];
    let longer = [&old[..], &noise(200_000, 2), &old[..70_000]].concat();
    for level in [3, 12, 19] {
        for new in [&edited(&old)[..], shorter, &longer, b"", b"x", &old] {
            for segment_bytes in [SMALL, SEGMENT_BYTES] {
                let delta = delta_of(segment_bytes, &old, new, level);
                assert!(apply(&delta, &old, new.len() as u64).unwrap() == new);
            }
        }
    }
    let from_nothing = delta_of(SMALL, b"", &old, 3);
    assert!(apply(&from_nothing, b"", 1_000_000).unwrap() == old);
}

#[test]
fn a_delta_is_small_when_little_changed() {
    let old = noise(2_000_000, 1);
    let delta = delta_of(SMALL, &old, &edited(&old), 12);
    assert!(delta.len() < 10_000, "{} bytes for 400 changed ones", delta.len());
}

#[test]
fn content_that_moved_far_is_found_again() {
    let old = noise(4_000_000, 1);
    let new = [noise(1_000_000, 2), old[1_500_000..].to_vec()].concat();
    let delta = delta_of(SMALL, &old, &new, 3);
    assert!(apply(&delta, &old, new.len() as u64).unwrap() == new);
    // What is new has to be in it, the rest not, even though it moved by more than a window.
    assert!(delta.len() < 1_200_000, "{} bytes", delta.len());
}

#[test]
fn a_delta_is_the_same_whenever_it_is_made() {
    let old = noise(500_000, 1);
    assert_eq!(delta_of(SMALL, &old, &edited(&old), 9), delta_of(SMALL, &old, &edited(&old), 9));
}

#[test]
fn content_that_is_not_of_the_promised_size_makes_no_delta() {
    let make = |old_size, new_size| {
        let content = noise(1_000, 1);
        encode(&mut Cursor::new(&content), old_size, &mut Cursor::new(&content), new_size, 3, &mut Vec::new())
    };
    make(1_000, 1_000).unwrap();
    assert_eq!(make(1_001, 1_000).unwrap_err().code(), Code::Moved);
    assert_eq!(make(1_000, 1_001).unwrap_err().code(), Code::Moved);
}

/// A delta of two segments with a field of its first record changed.
fn with_record(change: impl Fn(&mut FrameRecord)) -> (Vec<u8>, Vec<u8>) {
    let old = noise(100_000, 1);
    let mut delta = delta_of(SMALL, &old, &edited(&old), 3);
    let at = HEADER_BYTES..HEADER_BYTES + RECORD_BYTES;
    let mut record = FrameRecord::from_bytes(delta[at.clone()].try_into().unwrap());
    change(&mut record);
    delta[at].copy_from_slice(&record.to_bytes());
    (delta, old)
}

#[test]
fn h72_negative_and_far_offsets() {
    let ranges =
        [(u64::MAX, 10), (u64::MAX - 9, 100), (1 << 62, 1), (1, 100_000), (100_001, 0), (0, u32::MAX)];
    for (old_offset, old_length) in ranges {
        let (delta, old) =
            with_record(|record| (record.old_offset, record.old_length) = (old_offset, old_length));
        let message = refused(&delta, &old, 100_000);
        assert_eq!(message, "the delta looks beyond the old content", "{old_offset} {old_length}");
    }
    let (delta, old) = with_record(|record| record.old_offset = 1_000);
    assert!(refused(&delta, &old, 100_000).contains("beyond"));
    let (delta, old) = with_record(|record| record.old_length -= 1_000);
    refused(&delta, &old, 100_000);
}

#[test]
fn h73_huge_sizes() {
    let old = noise(1_000, 1);
    let header =
        |segment_bytes, old_size, new_size| DeltaHeader { segment_bytes, old_size, new_size }.to_bytes();
    for size in [1 << 62, u64::MAX] {
        assert!(refused(&header(SMALL, 1_000, size), &old, 1_000).contains("instead of 1000"));
        assert!(refused(&header(SMALL, size, 1_000), &old, 1_000).contains("not 1000"));
        // Even where the manifest tells the same lie: nothing is allocated for it.
        assert_eq!(refused(&header(SMALL, 1_000, size), &old, size), "the delta ends early");
    }
    for segment_bytes in [0, 1, SMALL - 1, SEGMENT_BYTES + 1, u32::MAX] {
        assert!(refused(&header(segment_bytes, 1_000, 1_000), &old, 1_000).contains("not allowed"));
    }
    let large = noise(SMALL as usize * 5, 1);
    let mut delta = delta_of(SMALL, &large, &large, 3);
    delta[HEADER_BYTES + 8..HEADER_BYTES + 12].copy_from_slice(&(SMALL * 4 + 1).to_le_bytes());
    delta[HEADER_BYTES..HEADER_BYTES + 8].copy_from_slice(&0u64.to_le_bytes());
    assert!(refused(&delta, &large, large.len() as u64).contains("more old content"));
    for frame_length in [SMALL * 2, u32::MAX] {
        let (delta, old) = with_record(|record| record.frame_length = frame_length);
        assert!(refused(&delta, &old, 100_000).contains("longer than its content needs"));
    }
}

#[test]
fn h74_cut_off_trailing_and_bombs() {
    let old = noise(100_000, 1);
    let delta = delta_of(SMALL, &old, &edited(&old), 3);
    for length in 0..delta.len() {
        refused(&delta[..length], &old, 100_000);
    }
    assert!(refused(&[&delta[..], b"\0"].concat(), &old, 100_000).contains("goes on"));
    assert_eq!(
        refused(b"PWDELTA2 and something more, a header", &old, 100_000),
        "the delta is of no known format"
    );

    let with_frame = |frame: &[u8]| {
        let header = DeltaHeader { segment_bytes: SMALL, old_size: 100_000, new_size: 10 };
        let record = FrameRecord { old_offset: 0, old_length: 1_000, frame_length: frame.len() as u32 };
        [&header.to_bytes()[..], &record.to_bytes(), frame].concat()
    };
    // A frame header that asks for a window of 2 GiB, without and with a (wrong) content size.
    let no_size = [0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, 1, 0, 0];
    let wrong_size = [&[0x28, 0xb5, 0x2f, 0xfd, 0xc0, 21 << 3][..], &[0xff; 8], &[1, 0, 0]].concat();
    let more = zstd::bulk::compress(&[0; 11], 3).unwrap();
    let bomb = zstd::bulk::compress(&vec![0; 64 << 20], 1).unwrap();
    let half = zstd::bulk::compress(&[0; 5], 3).unwrap();
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0][..], b"xx"].concat();
    let frames = [b"".to_vec(), no_size.to_vec(), wrong_size, more, half.repeat(2), skippable];
    for frame in &frames {
        refused(&with_frame(frame), &old, 10);
    }
    refused(&with_frame(&bomb), &old, 10);
}

#[test]
fn h75_other_old_content_and_flipped_bits() {
    let old = noise(100_000, 1);
    let new = edited(&old);
    let delta = delta_of(SMALL, &old, &new, 3);
    // Bytes in the middle between two edits, all of which the new content has as well.
    for at in (2_500..old.len()).step_by(5_000) {
        let mut other = old.clone();
        other[at] ^= 1;
        assert!(refused(&delta, &other, 100_000).contains("made from other old content"));
    }
    refused(&delta, &old[1..], 100_000);
    for bit in 0..delta.len() * 8 {
        let mut delta = delta.clone();
        delta[bit / 8] ^= 1 << (bit % 8);
        // A bit without meaning may be flipped; the content is right or there is none.
        if let Ok(content) = apply(&delta, &old, 100_000) {
            assert!(content == new, "bit {bit}");
        }
    }
}
