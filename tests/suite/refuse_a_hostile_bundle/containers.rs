//! H01 to H23: containers that two readers would read differently, that unpack to more than they say, or that are
//! simply damaged.

use std::fs;

use patchwright::model::{Code, Digest};
use serde_json::json;

use crate::support::hostile::{
    By, Fields, Good, Member, Scene, Zip, authored, blob_name, deflated_zeros, folder, whole, zip64,
};
use crate::support::sandbox::unwatched;

/// The good container with one thing changed.
fn with(change: impl FnOnce(&mut Zip)) -> Vec<u8> {
    let mut zip = Good::new().zip();
    change(&mut zip);
    zip.bytes()
}

/// The good container with both headers of its last member changed alike.
fn with_last(change: impl Fn(&mut Fields)) -> Vec<u8> {
    with(|zip| zip.last().change_both(change))
}

/// The good bundle with one more new file, whose blob is this member.
fn with_file(content: &[u8], member: impl FnOnce(&[u8]) -> Member) -> Vec<u8> {
    let mut good = Good::new();
    let change = whole(&mut good, "share/z", content);
    good.add([change]);
    let name = blob_name(Digest::compute(content));
    let mut zip = good.zip();
    let place = zip.members.iter().position(|member| member.local.name == name).expect("it is in there");
    zip.members[place] = member(&name);
    zip.bytes()
}

/// Every one of these containers is refused when it is read.
#[track_caller]
fn all_refused(containers: impl IntoIterator<Item = (&'static str, Vec<u8>)>) {
    let scene = Scene::new();
    for (story, bytes) in containers {
        scene.refuses_to_read(story, &bytes, Code::Container);
    }
}

#[test]
fn h01_one_member_twice_with_two_contents() {
    let twice = |zip: &mut Zip| {
        let name = zip.last().local.name.clone();
        zip.members.push(Member::stored(&name, b"other"));
    };
    all_refused([("a blob twice", with(twice))]);
}

#[test]
fn h02_a_member_with_two_names() {
    let other = blob_name(Digest::compute(b"other"));
    all_refused([
        ("another name in the local header", with(|zip| zip.last().local.name = other.clone())),
        ("another name in the directory", with(|zip| zip.last().listed[0].fields.name = other.clone())),
    ]);
}

#[test]
fn h03_a_member_with_two_sizes_checksums_or_methods() {
    all_refused([
        ("size", with(|zip| zip.last().local.size += 1)),
        ("packed size", with(|zip| zip.last().local.packed += 1)),
        ("checksum", with(|zip| zip.last().local.crc32 ^= 1)),
        ("method", with(|zip| zip.last().local.method = 8)),
        ("size in the directory", with(|zip| zip.last().listed[0].fields.size += 1)),
        ("checksum in the directory", with(|zip| zip.last().listed[0].fields.crc32 ^= 1)),
        ("method in the directory", with(|zip| zip.last().listed[0].fields.method = 8)),
    ]);
}

#[test]
fn h04_a_second_directory_behind_the_first() {
    let bytes = Good::new().bytes();
    let end = bytes.len() - 22;
    let begin = u32::from_le_bytes(bytes[end + 16..end + 20].try_into().expect("four bytes")) as usize;
    let directory = &bytes[begin..];
    all_refused([
        ("behind the end", [&bytes, directory].concat()),
        ("before the directory", with(|zip| zip.between = directory.to_vec())),
    ]);
}

#[test]
fn h05_bytes_before_between_and_behind() {
    all_refused([
        ("a byte behind", with(|zip| zip.after = vec![0])),
        ("64 KiB behind", with(|zip| zip.after = vec![0; 64 << 10])),
        ("a program in front", with(|zip| zip.before = vec![b'#'; 512])),
        ("a byte between two members", with(|zip| zip.members[0].after = vec![0])),
        ("a byte before the directory", with(|zip| zip.between = vec![0])),
    ]);
}

#[test]
fn h06_a_comment_that_holds_another_end() {
    let bytes = Good::new().bytes();
    let mut fake = bytes[bytes.len() - 22..].to_vec();
    let same = fake.clone();
    // The offset of the directory.
    fake[16] ^= 0x55;
    all_refused([
        ("the same end", with(|zip| zip.comment = same)),
        ("another end", with(|zip| zip.comment = fake)),
        ("any comment", with(|zip| zip.comment = b"hello".to_vec())),
    ]);
}

#[test]
fn h07_members_that_are_not_listed_or_listed_inside_others() {
    all_refused([
        ("not listed", with(|zip| zip.members[1].listed.clear())),
        ("the last is not listed", with(|zip| zip.last().listed.clear())),
        ("listed inside another", with(|zip| zip.last().listed[0].offset = Some(40))),
    ]);
}

#[test]
fn h08_a_thousand_entries_share_one_member() {
    let shared = with(|zip| {
        let last = zip.last();
        let entry = last.listed[0].clone();
        last.listed = (0..1_000)
            .map(|number| {
                let mut entry = entry.clone();
                entry.fields.name = blob_name(format!("{number:064x}"));
                entry
            })
            .collect();
    });
    all_refused([("overlapping", shared)]);
}

#[test]
fn h09_zeros_that_unpack_a_thousand_times_larger() {
    let packed = deflated_zeros(100);
    let (size, crc32) = (100 << 20, crc32fast::hash(&vec![0; 100 << 20]));
    let bombs = |count: usize| {
        let mut good = Good::new();
        let digest = |number: usize| format!("{number:064x}");
        good.add((0..count).map(|number| {
            json!({
                "path": format!("share/z{number:02}"), "op": "create",
                "after": {"kind": "file", "sha256": digest(number), "size": size, "mode": "0644"},
                "payload": {"encoding": "full", "blob": digest(number)},
            })
        }));
        let mut zip = good.zip();
        let bombs = (0..count).map(|n| Member::declared(&blob_name(digest(n)), 8, &packed, size, crc32));
        // Numbers this small sort before every real digest.
        drop(zip.members.splice(1..1, bombs));
        zip.bytes()
    };
    let scene = Scene::new();
    scene.refuses_to_read("100 MiB of zeros", &bombs(1), Code::Limit);
    scene.refuses_to_read("40 such members", &bombs(40), Code::Limit);
}

#[test]
fn h10_a_gigabyte_behind_ten_declared_bytes() {
    let content = b"0123456789";
    let deflate = deflated_zeros(1024);
    let zstd = zstd::bulk::compress(&vec![0; 64 << 20], 1).expect("zeros can be packed");
    let scene = Scene::new();
    for (story, method, packed) in [("deflate", 8, deflate), ("zstd", 93, zstd)] {
        let bomb = with_file(content, |name| {
            Member::declared(name, method, &packed, content.len(), crc32fast::hash(content))
        });
        scene.refuses(story, &bomb, By::Reading, Code::Container);
    }
    let less = with_file(content, |name| {
        let packed = zstd::bulk::compress(&content[..9], 1).expect("it can be packed");
        Member::declared(name, 93, &packed, content.len(), crc32fast::hash(content))
    });
    scene.refuses("less than declared", &less, By::Reading, Code::Container);
}

#[test]
fn h11_sizes_that_no_memory_could_hold() {
    let huge = |fields: &mut Fields| {
        fields.version_needed = fields.version_needed.max(45);
        let packed = fields.packed.into();
        (fields.size, fields.packed) = (u32::MAX, u32::MAX);
        fields.extra = zip64(&[i64::MAX as u64, packed]);
    };
    let signed = |change: &dyn Fn(&mut Fields)| {
        with(|zip| {
            let mut signature = Member::stored(b"signatures/0123456789abcdef.minisig", b"untrusted comment");
            signature.change_both(change);
            zip.members.insert(1, signature);
        })
    };
    let scene = Scene::new();
    scene.refuses_to_read("manifest", &with(|zip| zip.members[0].change_both(huge)), Code::Limit);
    scene.refuses_to_read("payload", &with_last(huge), Code::Limit);
    scene.refuses_to_read("signature", &signed(&huge), Code::Limit);
    scene.applies("an honest signature, for comparison", &signed(&|_| {}));
}

#[test]
fn h12_encrypted_members_and_unknown_methods() {
    all_refused([
        ("encrypted", with_last(|fields| fields.flags = 1)),
        ("strongly encrypted", with_last(|fields| fields.flags = 1 << 6)),
        ("masked headers", with_last(|fields| fields.flags = 1 << 13)),
        ("AES", with_last(|fields| fields.method = 99)),
        ("bzip2", with_last(|fields| fields.method = 12)),
    ]);
}

#[test]
fn h13_sizes_that_come_behind_the_content() {
    let mut containers = Vec::new();
    for (story, signature, lie) in [
        ("with a signature", &b"PK\x07\x08"[..], 0),
        ("without one", b"", 0),
        ("with wrong sizes", b"PK\x07\x08", 1),
    ] {
        let described = with(|zip| {
            let last = zip.last();
            last.change_both(|fields| fields.flags = 1 << 3);
            let Fields { crc32, packed, size, .. } = last.local;
            last.after = [signature, &[crc32, packed, size + lie].map(u32::to_le_bytes).concat()].concat();
        });
        containers.push((story, described));
    }
    containers.push(("promised and not available", with_last(|fields| fields.flags = 1 << 3)));
    all_refused(containers);
}

#[test]
fn h14_other_disks_and_wrong_counts() {
    let count = Good::new().zip().members.len() as u16;
    all_refused([
        ("the end is on disk 1", with(|zip| zip.disk = 1)),
        ("the directory is on disk 1", with(|zip| zip.central_disk = 1)),
        ("a member is on disk 1", with(|zip| zip.last().listed[0].disk = 1)),
        ("one entry fewer", with(|zip| zip.count = Some(count - 1))),
        ("one entry more", with(|zip| zip.count = Some(count + 1))),
        ("no entry", with(|zip| zip.count = Some(0))),
    ]);
}

#[test]
fn h15_more_members_than_anybody_needs() {
    let many = |count: u32, is_zip64: bool| {
        let manifest = Good::new().zip().members.swap_remove(0);
        let empty = (1..count).map(|number| Member::stored(&blob_name(format!("{number:064x}")), b""));
        Zip { members: [manifest].into_iter().chain(empty).collect(), is_zip64, ..Zip::default() }.bytes()
    };
    let scene = Scene::new();
    scene.refuses_to_read("a count in ZIP64 records", &many(100_001, true), Code::Limit);
    // The 16-bit count of 65,536 members is 0.
    scene.refuses_to_read("a count that wraps around", &many(65_536, false), Code::Container);
}

#[test]
fn h16_names_that_are_none() {
    let with_name = |name: Vec<u8>| with_last(move |fields| fields.name.clone_from(&name));
    all_refused([
        ("no name", with_name(Vec::new())),
        ("a NUL at the end", with_name([Good::new().zip().last().local.name.clone(), vec![0]].concat())),
        ("a NUL in the middle", with_name(b"manifest.json\0.exe".to_vec())),
        ("65,535 bytes", with_name(vec![b'a'; 65_535])),
        ("a path out", with_name(b"../../canary/a.so".to_vec())),
    ]);
}

#[test]
fn h17_names_in_other_alphabets_and_second_names() {
    // Version 1, the checksum of the first name, the second name.
    let second_name = [&[0x75, 0x70, 9, 0, 1][..], &[0; 4], b"evil"].concat();
    all_refused([
        ("IBM letters without the flag", with_last(|fields| fields.name = vec![0x82; 77])),
        ("a second name", with_last(move |fields| fields.extra.clone_from(&second_name))),
        ("the flag for UTF-8", with_last(|fields| fields.flags = 1 << 11)),
    ]);
}

#[test]
fn h18_members_that_are_links_pipes_or_devices() {
    let kinds = [
        ("link", 0o120_777),
        ("folder", 0o040_755),
        ("pipe", 0o010_644),
        ("character device", 0o020_644),
        ("block device", 0o060_644),
        ("socket", 0o140_644),
        ("set-user-id", 0o104_755),
    ];
    let of_kind = |kind: u32| {
        with_file(b"../../x", |name| {
            let mut member = Member::stored(name, b"../../x");
            member.listed[0].external = kind << 16;
            member
        })
    };
    all_refused(kinds.map(|(story, kind)| (story, of_kind(kind))));
    let in_dos = with(|zip| zip.last().listed[0].external |= 0x10);
    all_refused([("a folder in the words of DOS", in_dos)]);
}

#[test]
fn h19_members_that_the_manifest_does_not_mention() {
    let with_member = |name: &[u8]| with(|zip| zip.members.push(Member::stored(name, b"x")));
    let unmentioned = with(|zip| {
        zip.members.push(Member::stored(&blob_name(Digest::compute(b"x")), b"x"));
        zip.members[1..].sort_by(|a, b| a.local.name.cmp(&b.local.name));
    });
    all_refused([
        ("a member of no kind", with_member(b"p/999")),
        ("notes", with_member(b"notes.txt")),
        ("a script", with_member(b"signatures/run.sh")),
        ("a blob", unmentioned),
    ]);
}

#[test]
fn h20_what_the_manifest_mentions_is_missing_or_the_manifest_is_there_twice() {
    let manifest = Good::new().zip().members.swap_remove(0);
    let shouted = Member::stored(b"MANIFEST.JSON", &manifest.content);
    all_refused([
        ("a blob is missing", with(|zip| drop(zip.members.pop()))),
        ("two manifests", with(|zip| zip.members.insert(1, manifest.clone()))),
        ("a manifest at both ends", with(|zip| zip.members.push(manifest.clone()))),
        ("a manifest that shouts", with(|zip| zip.members.insert(1, shouted))),
        ("no manifest", with(|zip| drop(zip.members.remove(0)))),
    ]);
}

#[test]
fn h21_a_bundle_in_a_bundle_stays_closed_and_a_folder_holds_nothing() {
    let inner = Good::with(|good| good.add([folder("planted")]));
    let outer = with_file(&inner, |name| Member::stored(name, &inner));
    let scene = Scene::new();
    let canary = scene.applies("a bundle as content", &outer);
    assert_eq!(fs::read(scene.root().join("share/z")).expect("it was created"), inner);
    assert!(!scene.root().join("planted").exists(), "nobody looked into it");
    scene.canary_looks().assert_is(&canary);
    let with_folder = with(|zip| zip.members.push(Member::stored(b"blobs/sha256/d/", b"data")));
    all_refused([("a folder with content", with_folder)]);
}

#[test]
fn h22_a_bundle_cut_off_anywhere() {
    let bytes = authored();
    let scene = Scene::new();
    for part in 0..64 {
        let cut = &bytes[..bytes.len() * part / 64];
        scene.refuses_to_read(&format!("{part} of 64 parts"), cut, Code::Container);
    }
}

/// Flips each of `positions` in turn: refused, or what it always does.
fn flip_all(positions: impl Iterator<Item = usize>) {
    let honest = {
        let scene = Scene::new();
        scene.applies("nothing flipped", authored());
        scene.product()
    };
    let mut scene = Scene::new();
    let (mut refused, mut harmless, mut unnoticed) = (0, 0, 0);
    for at in positions {
        let mut bytes = authored().to_vec();
        bytes[at] ^= 1 << (at % 8);
        fs::write(scene.bundle(), bytes).expect("the bundle is written");
        let canary = scene.canary_looks();
        match scene.try_both() {
            Some(refusal) => {
                assert_eq!(refusal.exit, 4, "byte {at}: {}", refusal.text);
                refused += 1;
            }
            // It was in content that is only there to be shown, or among the few bits of a packed stream that mean
            // nothing.
            None => {
                assert_eq!(scene.product(), honest, "byte {at}");
                scene.canary_looks().assert_is(&canary);
                unnoticed +=
                    usize::from(unwatched(|watch| scene.workbench.verify(&scene.bundle(), watch)).is_ok());
                scene = Scene::new();
                harmless += 1;
            }
        }
    }
    assert!(refused > 10 * harmless, "{harmless} flips passed, {refused} were refused");
    assert!(unnoticed < 5, "{unnoticed} flips were not noticed when everything was read");
}

/// The first and the last 4 KiB.
fn ends() -> impl Iterator<Item = usize> {
    let length = authored().len();
    (0..length).filter(move |at| *at < 4096 || at + 4096 >= length)
}

#[test]
fn h23_a_flipped_byte_is_noticed() {
    flip_all(ends().step_by(16));
}

#[test]
#[ignore = "slow: every byte of both ends"]
fn h23_every_flipped_byte_is_noticed() {
    flip_all(ends());
}
