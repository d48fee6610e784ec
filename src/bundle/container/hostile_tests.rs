//! Containers made to deceive, to escape or to exhaust; numbered as in the list of hostile inputs. Each is a valid
//! container with one thing changed.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::Container;
use super::crafted::{
    Crafted, FINGERPRINT, Header, MANIFEST, Member, OnDisk, blob_name, noise, read_all, valid, written,
};
use crate::bundle::BundleError;
use crate::bundle::limits::{MAX_MANIFEST_BYTES, MAX_WINDOW_LOG, SMALL_MANIFEST_BYTES};
use crate::model::Code;

/// Refused when it is opened, before any content is read.
#[track_caller]
fn refused(bytes: &[u8], problem: &str) {
    expect(open(bytes), Code::Container, problem);
}

#[track_caller]
fn over_limit(bytes: &[u8], problem: &str) {
    expect(open(bytes), Code::Limit, problem);
}

/// Opens, because headers can lie about content consistently, and is refused when the content is read.
#[track_caller]
fn refused_on_reading(bytes: &[u8], problem: &str) {
    open(bytes).expect("the headers keep all rules");
    expect(read_all(bytes).map(drop), Code::Container, problem);
}

#[track_caller]
fn expect(result: Result<(), BundleError>, code: Code, problem: &str) {
    let error = result.expect_err("it has to be refused");
    assert_eq!(error.code(), code, "{error}");
    assert!(error.problem().contains(problem), "{error} does not say {problem:?}");
}

fn open(bytes: &[u8]) -> Result<(), BundleError> {
    let file = OnDisk::new(bytes);
    Container::open(file.path()).map(drop)
}

/// The valid bundle with one change.
fn with(change: impl FnOnce(&mut Crafted)) -> Vec<u8> {
    let mut crafted = valid();
    change(&mut crafted);
    crafted.bytes()
}

/// The valid bundle with both headers of the last member changed alike.
fn with_last(change: impl Fn(&mut Header)) -> Vec<u8> {
    with(|crafted| {
        let last = crafted.members.pop().unwrap();
        crafted.members.push(last.headers(change));
    })
}

fn bundle_with(members: impl IntoIterator<Item = Member>) -> Vec<u8> {
    let manifest = Member::stored(b"manifest.json", MANIFEST);
    Crafted::new([manifest].into_iter().chain(members).collect()).bytes()
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn zip64(words: &[u64]) -> Vec<u8> {
    let length = (words.len() * 8) as u16;
    let head = [1u16.to_le_bytes(), length.to_le_bytes()].concat();
    words.iter().fold(head, |extra, word| [extra, word.to_le_bytes().to_vec()].concat())
}

#[test]
fn the_bundle_they_are_made_from_is_valid() {
    read_all(&valid().bytes()).unwrap();
    let text = b"any vendor's tool may deflate, any vendor's tool may deflate";
    read_all(&bundle_with([Member::packed(&blob_name(text), 8, &deflated(text), text)])).unwrap();
}

#[test]
fn h01_one_name_twice() {
    for other in [b"short".as_slice(), b"other"] {
        let name = blob_name(b"short");
        let twice = bundle_with([Member::stored(&name, b"short"), Member::stored(&name, other)]);
        refused(&twice, "two members of this name");
    }
}

#[test]
fn h02_two_names_for_one_member() {
    refused(&with(|c| c.members[3].local.name = blob_name(b"other")), "local header differs");
}

#[test]
fn h03_local_header_and_central_directory_disagree() {
    type Change = (&'static str, fn(&mut Header));
    let changes: [Change; 8] = [
        ("(size)", |h| h.size += 1),
        ("(packed size)", |h| h.packed += 1),
        ("(CRC-32)", |h| h.crc32 ^= 1),
        ("(method)", |h| h.method ^= 8),
        ("(version needed)", |h| h.version_needed = 10),
        ("(time stamp)", |h| h.time = 1),
        ("(flags", |h| h.flags = 0x800),
        ("(length of the extra field)", |h| h.extra = vec![0; 8]),
    ];
    for (field, change) in changes {
        let local = with(|c| change(&mut c.members.last_mut().unwrap().local));
        refused(&local, if field.contains("extra") { "does not end where" } else { field });
        assert!(open(&with(|c| change(&mut c.members.last_mut().unwrap().listed[0].header))).is_err());
    }
}

#[test]
fn h04_a_second_directory_after_the_first() {
    let bytes = valid().bytes();
    let end = bytes.len() - 22;
    let begin = u32::from_le_bytes(bytes[end + 16..end + 20].try_into().unwrap()) as usize;
    refused(&[&bytes, &bytes[begin..]].concat(), "directly before the end record");
    let moved = |c: &mut Crafted| {
        c.between = bytes[begin..].to_vec();
    };
    refused(&with(moved), "does not end where the central directory begins");
}

#[test]
fn h05_bytes_before_between_and_after() {
    refused(&with(|c| c.after = vec![0]), "cut off");
    refused(&with(|c| c.after = vec![0; 64 << 10]), "cut off");
    refused(&with(|c| c.before = vec![b'#'; 512]), "does not begin where");
    refused(&with(|c| c.members[1].after = vec![0]), "does not begin where");
    refused(&with(|c| c.between = vec![0]), "does not end where");
}

#[test]
fn h06_a_comment_with_another_end_record() {
    let bytes = valid().bytes();
    let fake = bytes[bytes.len() - 22..].to_vec();
    refused(&with(|c| c.comment = fake.clone()), "directly before the end record");
    let mut commented = fake;
    commented.extend(b"comment");
    refused(&with(|c| c.comment = commented.clone()), "cut off");
}

#[test]
fn h07_members_that_are_not_listed_or_listed_elsewhere() {
    refused(&with(|c| c.members[2].listed.clear()), "does not begin where");
    refused(&with(|c| c.members.last_mut().unwrap().listed.clear()), "does not end where");
    refused(&with(|c| c.members[3].listed[0].offset = Some(40)), "does not begin where");
}

#[test]
fn h08_a_thousand_entries_share_one_member() {
    let zeros = vec![0; 20_000];
    let bomb = Member::packed(&blob_name(&zeros), 8, &deflated(&zeros), &zeros);
    let shared = bundle_with([bomb]);
    let overlapping = with(|c| {
        let mut bomb = Member::packed(&blob_name(&zeros), 8, &deflated(&zeros), &zeros);
        let entry = bomb.listed[0].clone();
        bomb.listed = (0..1_000u32)
            .map(|number| {
                let mut entry = entry.clone();
                entry.header.name = format!("blobs/sha256/{number:064x}").into_bytes();
                entry
            })
            .collect();
        c.members = vec![c.members[0].clone(), bomb];
    });
    assert!(open(&shared).is_err(), "a bomb even alone, for its ratio");
    refused(&overlapping, "does not begin where");
}

#[test]
fn h09_zeros_that_unpack_two_hundred_times_larger() {
    let zeros = vec![0; 100 << 20];
    let packed = deflated(&zeros);
    assert!(zeros.len() / packed.len() > 900);
    let bombs = |count: u64| {
        bundle_with((0..count).map(|number| {
            Member::packed(format!("blobs/sha256/{number:064x}").as_bytes(), 8, &packed, &zeros)
        }))
    };
    over_limit(&bombs(1), "more than 200 times larger");
    over_limit(&bombs(40), "more than 200 times larger");
    let text = zstd::bulk::compress(&zeros, 3).unwrap();
    over_limit(&bundle_with([Member::packed(&blob_name(&zeros), 93, &text, &zeros)]), "1100 times");
}

#[test]
fn h10_more_content_than_declared() {
    let zeros = vec![0; 64 << 20];
    for (method, packed) in [(8, deflated(&zeros)), (93, zstd::bulk::compress(&zeros, 1).unwrap())] {
        let lie = Member::packed(&blob_name(b"0123456789"), method, &packed, b"0123456789");
        refused_on_reading(&bundle_with([lie]), "more than the declared 10 bytes");
    }
    let less = Member::packed(&blob_name(b"abc"), 8, &deflated(b"ab"), b"abc");
    refused_on_reading(&bundle_with([less]), "2 bytes instead of the declared 3");
}

#[test]
fn h11_sizes_no_memory_could_hold() {
    for index in 0..3 {
        let bytes = with(|c| {
            let member = &mut c.members[index];
            *member = member.clone().headers(|header| {
                header.version_needed = header.version_needed.max(45);
                (header.size, header.packed) = (u32::MAX, u32::MAX);
                header.extra = zip64(&[i64::MAX as u64, 40]);
            });
            member.listed[0].made_by = 3 << 8 | member.local.version_needed;
        });
        over_limit(&bytes, "more than the allowed");
    }
    let needless = |h: &mut Header| {
        h.version_needed = 63;
        h.extra = zip64(&[h.size.into(), h.packed.into()]);
        (h.size, h.packed) = (u32::MAX, u32::MAX);
    };
    refused(&with_last(needless), "forbidden value");
}

#[test]
fn h12_encrypted_members_and_unknown_methods() {
    for flags in [1, 1 << 6, 1 << 13] {
        refused(&with_last(|h| h.flags = flags), "encryption");
    }
    for method in [1, 9, 12, 14, 98, 99] {
        refused(&with_last(|h| h.method = method), "is not allowed");
    }
}

#[test]
fn h13_data_descriptors() {
    let descriptor = |h: &Header| [h.crc32, h.packed, h.size].map(u32::to_le_bytes).concat();
    for lie in [0, 1] {
        for signature in [b"PK\x07\x08".as_slice(), b""] {
            let bytes = with(|c| {
                let mut member = c.members.pop().unwrap().headers(|h| h.flags = 1 << 3);
                member.local.size += lie;
                member.after = [signature, &descriptor(&member.local)].concat();
                c.members.push(member);
            });
            refused(&bytes, "data descriptor");
        }
    }
    refused(&with_last(|h| h.flags = 1 << 3), "data descriptor");
}

#[test]
fn h14_other_disks_and_wrong_counts() {
    refused(&with(|c| c.end.disk = 1), "end record");
    refused(&with(|c| c.end.central_disk = 1), "end record");
    refused(&with(|c| c.members[2].listed[0].disk = 1), "number of the disk");
    let count = valid().members.len() as u16;
    refused(&with(|c| c.end.count = Some(count - 1)), "more entries than");
    refused(&with(|c| c.end.count = Some(count + 1)), "ends early");
    refused(&with(|c| c.end.count = Some(0)), "more entries than");
    refused(&with(|c| c.end.central_bytes = Some(46)), "directly before the end record");
    refused(&with(|c| c.end.central_offset = Some(0)), "directly before the end record");
    refused(&Crafted::default().bytes(), "no members");
}

#[test]
fn h15_too_many_members() {
    let many = |count: u64| {
        (0..count).map(|number| Member::stored(format!("blobs/sha256/{number:064x}").as_bytes(), b""))
    };
    // 65,537 members with the manifest: the 16-bit count says 1.
    let wrapped = bundle_with(many(65_536));
    refused(&wrapped, "more entries than");

    let mut bytes = bundle_with(many(100_000));
    let end = bytes.split_off(bytes.len() - 22);
    let central_bytes = u64::from(u32::from_le_bytes(end[12..16].try_into().unwrap()));
    let central_offset = u64::from(u32::from_le_bytes(end[16..20].try_into().unwrap()));
    let real = super::records::EndOfDirectory { members: 100_001, central_bytes, central_offset };
    over_limit(&[bytes, real.records()].concat(), "100001 members");

    let signatures = (0..33).map(|n| Member::stored(format!("signatures/{n:016x}.minisig").as_bytes(), b"s"));
    over_limit(&bundle_with(signatures), "more than 32 signatures");
    let large = Member::stored(format!("signatures/{FINGERPRINT}.minisig").as_bytes(), &[b's'; 4097]);
    over_limit(&bundle_with([large]), "4097 bytes are more than the allowed 4096");
    let manifest = vec![b' '; MAX_MANIFEST_BYTES as usize + 1];
    over_limit(
        &Crafted::new(vec![Member::stored(b"manifest.json", &manifest)]).bytes(),
        "more than the allowed",
    );
}

#[test]
fn h15_a_large_manifest_that_packs_too_well() {
    // Further apart than deflate looks back, so that it packs about twenty to one.
    let piece = [noise(2_000), vec![b' '; 38_000]].concat();
    let manifest: Vec<u8> = piece.iter().copied().cycle().take(SMALL_MANIFEST_BYTES as usize + 1).collect();
    let packed = |content: &[u8]| {
        Crafted::new(vec![Member::packed(b"manifest.json", 8, &deflated(content), content)]).bytes()
    };
    over_limit(&packed(&manifest), "more than 16 times larger");
    open(&packed(&manifest[1..])).expect("up to 8 MiB it may pack as well as it can");
    // Whoever sends all its bytes may ask for the memory.
    open(&Crafted::new(vec![Member::stored(b"manifest.json", &manifest)]).bytes()).expect("it is stored");
}

#[test]
fn h16_names_that_are_no_names() {
    let long = vec![b'a'; 65_535];
    let nul = [b"blobs/sha256/".as_slice(), &[0; 64]].concat();
    for name in [b"".as_slice(), &nul, b"manifest.json\0.exe", b"../../etc/passwd", b"C:\\x"] {
        refused(&with_last(|h| h.name = name.to_vec()), "no member may have this name");
    }
    refused(&with_last(|h| h.name = long.clone()), "longer than any allowed name");
}

#[test]
fn h17_names_in_other_alphabets_and_second_names() {
    refused(&with_last(|h| h.name = vec![0x82; 77]), "no member may have this name");
    let second_name = [&[0x75, 0x70, 9, 0, 1][..], &[0; 4], b"evil"].concat();
    refused(&with_last(|h| h.extra = second_name.clone()), "extra field");
    refused(&with_last(|h| h.extra = vec![0; 29]), "extra field other than ZIP64");
    refused(&with_last(|h| h.flags = 1 << 11), "flags");
}

#[test]
fn h18_links_folders_and_devices() {
    for kind in [0o120_777, 0o040_755, 0o010_644, 0o020_644, 0o060_644, 0o140_644, 0o104_755, 0u32] {
        let bytes = with(|c| c.members[2].listed[0].external = kind << 16);
        refused(&bytes, "file type or permissions");
    }
    // The folder bit of FAT.
    refused(&with(|c| c.members[2].listed[0].external |= 0x10), "file type or permissions");
    refused(&with(|c| c.members[2].listed[0].made_by = 63), "version made by");
}

#[test]
fn h19_members_of_no_kind() {
    for name in ["notes.txt", "blobs/", "blobs/sha256/999", "signatures/key.pub", "p/999"] {
        refused(
            &with(|c| c.members.push(Member::stored(name.as_bytes(), b"x"))),
            "no member may have this name",
        );
    }
}

#[test]
fn h20_the_manifest_is_missing_or_there_twice() {
    refused(&with(|c| drop(c.members.remove(0))), "first member has to be manifest.json");
    refused(&with(|c| c.members.insert(1, c.members[0].clone())), "two members of this name");
    refused(&with(|c| c.members.swap(0, 1)), "first member has to be manifest.json");
    refused(&with(|c| c.members.push(c.members[0].clone())), "out of order");
    let shouted = Member::stored(b"MANIFEST.JSON", MANIFEST);
    refused(&with(|c| c.members.insert(1, shouted)), "no member may have this name");
    refused(&with(|c| c.members.swap(2, 3)), "out of order");
}

#[test]
fn h21_a_bundle_in_a_bundle_stays_closed_and_a_folder_is_none() {
    let inner = written();
    let outer = bundle_with([Member::stored(&blob_name(&inner), &inner)]);
    assert_eq!(read_all(&outer).unwrap()[1], inner);
    let folder = Member::stored(b"blobs/sha256/d/", b"content");
    refused(&bundle_with([folder]), "no member may have this name");
}

#[test]
fn h22_cut_off_anywhere() {
    for bytes in [written(), valid().bytes()] {
        for part in 0..64 {
            let cut = &bytes[..bytes.len() * part / 64];
            assert_eq!(open(cut).unwrap_err().code(), Code::Container, "{} bytes", cut.len());
        }
        refused(&bytes[..bytes.len() - 1], "");
        refused(&bytes[1..], "");
    }
}

#[test]
fn h23_no_flipped_byte_changes_what_is_read() {
    let bytes = valid().bytes();
    let honest = read_all(&bytes).unwrap();
    let positions = (0..bytes.len()).filter(|at| *at < 4096 || at + 4096 >= bytes.len());
    let mut harmless = 0;
    for at in positions {
        for flip in [0xff, 1 << (at % 8)] {
            let mut bytes = bytes.clone();
            bytes[at] ^= flip;
            // A bit of a compressed stream may be without effect; then what is read is what was written.
            if let Ok(read) = read_all(&bytes) {
                assert_eq!(read, honest, "byte {at} changed the content unnoticed");
                harmless += 1;
            }
        }
    }
    assert!(harmless <= 4, "{harmless} flips passed: more than the few spare bits of a zstd frame");
}

#[test]
fn what_people_read_is_packed_as_everybody_unpacks_it_and_signatures_not_at_all() {
    let text = vec![b' '; 1_000];
    let packed = |name: &[u8], method| match method {
        8 => Member::packed(name, 8, &deflated(&text), &text),
        _ => Member::packed(name, 93, &zstd::bulk::compress(&text, 3).unwrap(), &text),
    };
    let manifest = || packed(b"manifest.json", 8);
    let signature = format!("signatures/{}.minisig", "0".repeat(16));
    read_all(&Crafted::new(vec![manifest(), packed(b"changes.patch", 8)]).bytes()).expect("both are read");
    let by_another = "packed by a method that it may not have";
    refused(&Crafted::new(vec![packed(b"manifest.json", 93)]).bytes(), by_another);
    refused(&Crafted::new(vec![manifest(), packed(b"changes.patch", 93)]).bytes(), by_another);
    refused(&Crafted::new(vec![manifest(), packed(signature.as_bytes(), 8)]).bytes(), by_another);
}

#[test]
fn the_crc_of_every_member_is_checked() {
    let text = b"some text";
    let members = || {
        vec![
            Member::stored(b"manifest.json", MANIFEST),
            Member::stored(format!("signatures/{}.minisig", "0".repeat(16)).as_bytes(), text),
            Member::stored(b"changes.patch", text),
            Member::stored(&blob_name(text), text),
        ]
    };
    read_all(&Crafted::new(members()).bytes()).expect("all are right");
    for index in 0..members().len() {
        let mut members = members();
        members[index].local.crc32 ^= 1;
        members[index].listed[0].header.crc32 ^= 1;
        refused_on_reading(&Crafted::new(members).bytes(), "does not match its CRC-32");
    }
}

#[test]
fn packed_content_ends_exactly_where_its_member_ends() {
    let text = b"some text, some text, some text, some text, some text";
    let name = blob_name(text);
    let frame = zstd::bulk::compress(text, 3).unwrap();
    for (method, packed) in [(8, deflated(text)), (93, frame.clone())] {
        let trailing = [&packed[..], b"\0"].concat();
        refused_on_reading(
            &bundle_with([Member::packed(&name, method, &trailing, text)]),
            "something follows",
        );
        let short = &packed[..packed.len() - 1];
        refused_on_reading(&bundle_with([Member::packed(&name, method, short, text)]), "");
    }
    let two_frames = [frame.clone(), zstd::bulk::compress(b"", 3).unwrap()].concat();
    refused_on_reading(&bundle_with([Member::packed(&name, 93, &two_frames, text)]), "something follows");
    refused_on_reading(&bundle_with([Member::packed(&name, 93, b"", b"")]), "ends early");
    refused_on_reading(&bundle_with([Member::packed(&name, 8, b"", b"")]), "ends early");
}

#[test]
fn a_frame_that_wants_a_large_window_is_refused() {
    use zstd::zstd_safe::CParameter;
    let text = vec![b'x'; 100];
    let frame = |window_log: u32| {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.set_parameter(CParameter::WindowLog(window_log)).unwrap();
        encoder.write_all(&text).unwrap();
        encoder.finish().unwrap()
    };
    let bundle = |window_log| bundle_with([Member::packed(&blob_name(&text), 93, &frame(window_log), &text)]);
    read_all(&bundle(MAX_WINDOW_LOG)).unwrap();
    refused_on_reading(&bundle(MAX_WINDOW_LOG + 1), "too much memory");
    refused_on_reading(&bundle(31), "too much memory");
}

#[test]
fn content_that_is_not_what_its_name_says_is_refused() {
    let lie = Member::stored(&blob_name(b"promised"), b"supplied");
    refused_on_reading(&bundle_with([lie]), "does not match the SHA-256");
    let file = OnDisk::new(&bundle_with([Member::stored(&blob_name(b"promised"), b"supplied")]));
    let container = Container::open(file.path()).unwrap();
    let digest = container.blobs().next().unwrap().0;
    let mut reader = container.open_blob(&digest).unwrap();
    for _ in 0..3 {
        reader.read_to_end(&mut Vec::new()).expect_err("an error stays an error");
    }
    let damaged = with(|c| c.members[1].content[0] ^= 1);
    refused_on_reading(&damaged, "does not match its CRC-32");
}
