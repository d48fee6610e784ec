//! H72 to H75: deltas that point outside of the old content, promise what they do not bring, or want all memory.

use patchwright::model::{Code, Digest};
use serde_json::json;

use crate::support::hostile::{By, Good, Member, Scene, T1_APP, app_before, blob_name, delta_of};

// Where the numbers of a delta stand.
const SEGMENT_BYTES: usize = 8;
const OLD_SIZE: usize = 12;
const NEW_SIZE: usize = 20;
const OLD_OFFSET: usize = 28;
const OLD_LENGTH: usize = 36;
const FRAME_LENGTH: usize = 40;
const FRAME: usize = 44;

fn old() -> Vec<u8> {
    app_before().into_bytes()
}

fn new() -> Vec<u8> {
    format!("{T1_APP}{}", app_before()).into_bytes()
}

/// The good bundle whose `bin/app` comes by this delta.
fn with_delta(delta: &[u8]) -> Vec<u8> {
    Good::with(|good| good.bring_delta(delta))
}

/// An honest delta with some of its bytes replaced.
fn spoiled(changes: &[(usize, &[u8])]) -> Vec<u8> {
    let mut delta = delta_of(&old(), &new());
    for (at, bytes) in changes {
        delta[*at..*at + bytes.len()].copy_from_slice(bytes);
    }
    delta
}

/// An honest delta with another frame.
fn with_frame(frame: &[u8]) -> Vec<u8> {
    let mut delta = delta_of(&old(), &new());
    delta.truncate(FRAME);
    delta[FRAME_LENGTH..FRAME].copy_from_slice(&(frame.len() as u32).to_le_bytes());
    [delta, frame.to_vec()].concat()
}

#[track_caller]
fn all_refused<'a>(deltas: impl IntoIterator<Item = (&'a str, Vec<u8>)>) {
    let scene = Scene::new();
    for (story, delta) in deltas {
        scene.refuses(story, &with_delta(&delta), By::Making, Code::Delta);
    }
}

#[test]
fn an_honest_delta_is_applied() {
    let scene = Scene::new();
    scene.applies("for comparison", &with_delta(&delta_of(&old(), &new())));
    assert_eq!(std::fs::read(scene.root().join("bin/app")).expect("it is there"), new());
}

#[test]
fn h72_negative_lengths_and_positions() {
    let minus_one = u64::MAX.to_le_bytes();
    let far_back = (1_u64 << 62).wrapping_neg().to_le_bytes();
    // As some formats write a sign: in the highest bit.
    let signed = (1_u64 << 63 | 1 << 62).to_le_bytes();
    all_refused([
        ("position -1", spoiled(&[(OLD_OFFSET, &minus_one)])),
        ("position -2^62", spoiled(&[(OLD_OFFSET, &far_back)])),
        ("position with a sign", spoiled(&[(OLD_OFFSET, &signed)])),
        ("old length -1", spoiled(&[(OLD_LENGTH, &[0xff; 4])])),
        ("frame length -1", spoiled(&[(FRAME_LENGTH, &[0xff; 4])])),
        ("position and length -1", spoiled(&[(OLD_OFFSET, &[0xff; 12])])),
    ]);
}

#[test]
fn h73_sizes_that_are_too_large_or_wrong() {
    let (old_size, new_size) = (old().len() as u64, new().len() as u64);
    let huge = (1_u64 << 62).to_le_bytes();
    all_refused([
        ("a new size of 2^62", spoiled(&[(NEW_SIZE, &huge)])),
        ("an old size of 2^62", spoiled(&[(OLD_SIZE, &huge)])),
        ("a new size of 2^64-1", spoiled(&[(NEW_SIZE, &[0xff; 8])])),
        ("one byte more", spoiled(&[(NEW_SIZE, &(new_size + 1).to_le_bytes())])),
        ("one byte less", spoiled(&[(NEW_SIZE, &(new_size - 1).to_le_bytes())])),
        ("an old byte more", spoiled(&[(OLD_SIZE, &(old_size + 1).to_le_bytes())])),
        ("a sum beyond 2^64", spoiled(&[(OLD_OFFSET, &(u64::MAX - 3).to_le_bytes())])),
        ("a byte behind the end", spoiled(&[(OLD_OFFSET, &1_u64.to_le_bytes())])),
        ("segments of nothing", spoiled(&[(SEGMENT_BYTES, &[0; 4])])),
        ("segments of 4 GiB", spoiled(&[(SEGMENT_BYTES, &[0xff; 4])])),
        ("another format", spoiled(&[(0, b"BSDIFF40")])),
    ]);
}

#[test]
fn h73_sizes_that_the_manifest_shares() {
    let promising = |size: u64| {
        Good::with(|good| {
            let digest = Digest::compute(b"whatever").to_string();
            good.bring_delta(&spoiled(&[(NEW_SIZE, &size.to_le_bytes())]));
            good.at("bin/app")["after"] =
                json!({"kind": "file", "sha256": digest, "size": size, "mode": "0755"});
        })
    };
    let scene = Scene::new();
    scene.refuses_to_read("2^62 bytes", &promising(1 << 62), Code::Limit);
    // Nobody has a tebibyte to spare, and who has is told when the delta ends early.
    scene.refuses("2^40 bytes", &promising(1 << 40), By::Planning, Code::Space);
}

#[test]
fn h74_a_damaged_member_is_told_as_such() {
    let mut good = Good::new();
    let digest = good.at("bin/app")["payload"]["blob"].as_str().expect("a digest").to_owned();
    let (name, delta) = (blob_name(&digest), good.blobs[&digest].clone());
    let mut packed = zstd::bulk::compress(&delta, 3).expect("it can be packed");
    packed[0] ^= 1;
    let mut zip = good.zip();
    let member = zip.members.iter_mut().find(|member| member.local.name == name).expect("it is in there");
    *member = Member::packed(&name, 93, &packed, &delta);
    Scene::new().refuses("one bit", &zip.bytes(), By::Reading, Code::Container);
}

#[test]
fn h74_frames_that_are_bombs_or_damaged() {
    let honest = delta_of(&old(), &new());
    let pack = |content: &[u8]| zstd::bulk::compress(content, 3).expect("it can be packed");
    let of_size = pack(&vec![0; new().len()]);
    let mut deltas = vec![
        ("a bomb of 64 MiB", with_frame(&pack(&vec![0; 64 << 20]))),
        ("other content of the right size", with_frame(&of_size)),
        ("a frame of nothing", with_frame(&pack(b""))),
        ("no frame", with_frame(b"")),
        ("two frames", with_frame(&[of_size, pack(b"more")].concat())),
        ("a frame to be skipped", with_frame(b"\x50\x2a\x4d\x18\x04\0\0\0skip")),
        ("a byte behind", [&honest[..], b"\0"].concat()),
        ("itself once more", honest.repeat(2)),
        ("nothing", Vec::new()),
    ];
    for length in [1, OLD_SIZE, OLD_OFFSET, FRAME - 1, FRAME, honest.len() / 2, honest.len() - 1] {
        deltas.push(("cut off", honest[..length].to_vec()));
    }
    all_refused(deltas);
}

/// A frame that asks for a window of 2 GiB and brings `content` as it is; it says how much if `tells_size`.
fn with_large_window(content: &[u8], tells_size: bool) -> Vec<u8> {
    let (flags, size) =
        if tells_size { (0x80, (content.len() as u32).to_le_bytes().to_vec()) } else { (0, vec![]) };
    let last_raw_block = ((content.len() as u32) << 3 | 1).to_le_bytes();
    // The window is 2^(10 + 21).
    [&[0x28, 0xb5, 0x2f, 0xfd, flags, 21 << 3], &size[..], &last_raw_block[..3], content].concat()
}

#[test]
fn h74_a_window_of_two_gib_is_not_allocated() {
    let scene = Scene::new();
    // Within a delta a frame is unpacked into memory of its content's size, so the wish is without effect.
    scene.applies("in a delta", &with_delta(&with_frame(&with_large_window(&new(), true))));
    assert_eq!(std::fs::read(scene.root().join("bin/app")).expect("it is there"), new());

    let as_a_member = |frame: &[u8]| {
        let good = Good::new();
        let mut zip = good.zip();
        let name = blob_name(Digest::compute(b"mended\n"));
        let member = zip.members.iter_mut().find(|member| member.local.name == name).expect("it is in there");
        *member = Member::packed(&name, 93, frame, b"mended\n");
        zip.bytes()
    };
    let scene = Scene::new();
    scene.refuses(
        "as a member",
        &as_a_member(&with_large_window(b"mended\n", false)),
        By::Reading,
        Code::Container,
    );
    let honest = zstd::bulk::compress(b"mended\n", 3).expect("it can be packed");
    scene.applies("an honest frame, for comparison", &as_a_member(&honest));
}

/// A delta without the checksum that would tell a wrong source before the digest does.
fn without_checksum(mut delta: Vec<u8>) -> Vec<u8> {
    const HAS_CHECKSUM: u8 = 1 << 2;
    const CHECKSUM_BYTES: usize = 4;
    assert_ne!(delta[FRAME + 4] & HAS_CHECKSUM, 0, "there is one to remove");
    delta[FRAME + 4] &= !HAS_CHECKSUM;
    delta.truncate(delta.len() - CHECKSUM_BYTES);
    let length = (delta.len() - FRAME) as u32;
    delta[FRAME_LENGTH..FRAME].copy_from_slice(&length.to_le_bytes());
    delta
}

#[test]
fn h75_a_delta_of_other_content_or_for_other_content() {
    let mut shifted = old();
    shifted.rotate_left(1);
    let (mut one_bit, mut last_bit) = (new(), new());
    one_bit[5000] ^= 1;
    *last_bit.last_mut().expect("it is not empty") ^= 0x80;
    all_refused([
        ("made from other content", delta_of(&shifted, &new())),
        ("made from other content, without a checksum", without_checksum(delta_of(&shifted, &new()))),
        ("one bit of the result", delta_of(&old(), &one_bit)),
        ("one bit of the result, without a checksum", without_checksum(delta_of(&old(), &one_bit))),
        ("the last bit of the result", delta_of(&old(), &last_bit)),
    ]);
}
