//! What the container keeps, and that it keeps it the same way every time.

use std::collections::BTreeSet;
use std::io::{self, Cursor};

use rayon::prelude::*;

use super::crafted::{
    Crafted, FINGERPRINT, MANIFEST, Member, OnDisk, blob_name, contents, noise, read_all, signature, valid,
    written,
};
use super::{BlobSpool, Container, ContainerWriter, PackedBlob};
use crate::bundle::BundleError;
use crate::bundle::limits::MAX_TOTAL_RATIO;
use crate::model::{Code, Digest};
use crate::trust::AttachedReview;

fn spool() -> BlobSpool {
    BlobSpool::create_in(&std::env::temp_dir()).unwrap()
}

fn pack(content: &[u8], level: i32) -> PackedBlob {
    spool().compress(&mut Cursor::new(content), level).unwrap()
}

fn bundle_of(blobs: &[PackedBlob]) -> Result<Vec<u8>, BundleError> {
    let mut writer = ContainerWriter::begin(Vec::new(), MANIFEST)?;
    blobs.iter().try_for_each(|blob| writer.add_blob(blob))?;
    writer.finish()
}

#[test]
fn what_is_written_reads_back() {
    let file = OnDisk::new(&written());
    let container = Container::open(file.path()).unwrap();
    assert_eq!(container.manifest_bytes().unwrap(), MANIFEST);
    assert_eq!(container.signatures().unwrap(), [(FINGERPRINT.to_owned(), signature(b"untrusted comment"))]);
    let blobs: Vec<_> = container.blobs().collect();
    let expected: Vec<_> = contents().iter().map(|c| (Digest::compute(c), c.len() as u64)).collect();
    assert_eq!(blobs, expected);
    for content in contents() {
        let digest = Digest::compute(&content);
        assert_eq!(container.read_blob(&digest, 5_000).unwrap(), content);
        assert_eq!(container.blob_size(&digest), Some(content.len() as u64));
    }
    assert_eq!(container.file_digest().unwrap(), Digest::compute(&written()));
}

#[test]
fn the_writer_and_an_independent_encoder_agree_on_every_byte() {
    // Packed content may differ between compressors; records may not.
    let read = |bytes: &[u8]| read_all(bytes).unwrap();
    assert_eq!(read(&written()), read(&valid().bytes()));
    let stored = |name: &[u8], content: &[u8]| Member::stored(name, content);
    let packed = |name: &[u8], text: &[u8]| Member::packed(name, 8, &super::spool::pack(text), text);
    let crafted =
        Crafted::new(vec![packed(b"manifest.json", MANIFEST), stored(&blob_name(b"short"), b"short")]);
    assert_eq!(bundle_of(&[pack(b"short", 3)]).unwrap(), crafted.bytes());
}

#[test]
fn what_a_thread_packed_before_changes_no_byte() {
    let bytes = |content: &[u8], level| bundle_of(&[pack(content, level)]).unwrap();
    let text = b"the same words over and over, ".repeat(500);
    let alone = std::thread::scope(|scope| scope.spawn(|| bytes(&text, 6)).join().unwrap());
    for (before, level) in [(noise(100_000), 19), (text.clone(), 1), (Vec::new(), 3)] {
        let _ = bytes(&before, level);
        assert_eq!(bytes(&text, 6), alone);
    }
}

#[test]
fn the_same_members_make_the_same_bytes_whoever_packs_first() {
    let bundle = |threads_first: bool| {
        let spool = spool();
        let mut contents = contents();
        contents.push(noise(3 << 20));
        if threads_first {
            contents.reverse();
        }
        let mut blobs: Vec<PackedBlob> =
            contents.par_iter().map(|c| spool.compress(&mut Cursor::new(c), 9).unwrap()).collect();
        blobs.sort_by_key(PackedBlob::digest);
        bundle_of(&blobs).unwrap()
    };
    assert_eq!(bundle(false), bundle(true));
}

#[test]
fn several_threads_read_blobs_at_once() {
    let spool = spool();
    let contents: Vec<Vec<u8>> = (1..20).map(|i| noise(i * 50_000)).collect();
    let mut blobs: Vec<_> =
        contents.iter().map(|c| spool.compress(&mut Cursor::new(c), 1).unwrap()).collect();
    blobs.sort_by_key(PackedBlob::digest);
    let file = OnDisk::new(&bundle_of(&blobs).unwrap());
    let container = Container::open(file.path()).unwrap();
    contents.par_iter().for_each(|content| {
        assert_eq!(&container.read_blob(&Digest::compute(content), 1 << 20).unwrap(), content);
    });
}

#[test]
fn content_that_packs_too_well_is_packed_less_well() {
    for length in [3_000, 100_000, 20 << 20] {
        let blob = pack(&vec![0; length], 19);
        let ratio = blob.size_bytes() / blob.packed_bytes();
        assert!((20..=MAX_TOTAL_RATIO).contains(&ratio), "{length} bytes of zeros at {ratio}:1");
        assert_eq!(read_all(&bundle_of(&[blob]).unwrap()).unwrap()[1], vec![0; length]);
    }
}

#[test]
fn content_that_does_not_pack_is_stored() {
    let blob = pack(&noise(10_000), 19);
    assert_eq!(blob.packed_bytes(), 10_000);
    let mut delta = spool().store();
    io::Write::write_all(&mut delta, b"abcabcabcabcabcabcabcabcabcabcabcabc").unwrap();
    assert_eq!(delta.finish().unwrap().packed_bytes(), 36);
}

#[test]
fn the_deepest_level_unpacks_within_the_window_limit() {
    let content: Vec<u8> = noise(1 << 20).into_iter().cycle().take(12 << 20).collect();
    let blob = pack(&content, 22);
    assert!(blob.packed_bytes() < 2 << 20);
    assert_eq!(read_all(&bundle_of(&[blob]).unwrap()).unwrap()[1], content);
}

#[test]
fn a_signature_is_added_without_packing_anything_again() {
    let file = OnDisk::new(&written());
    let container = Container::open(file.path()).unwrap();
    let mut writer = ContainerWriter::begin(Vec::new(), &container.manifest_bytes().unwrap()).unwrap();
    for (fingerprint, signature) in container.signatures().unwrap() {
        writer.add_signature(&fingerprint, &signature).unwrap();
    }
    writer.add_signature("fedcba9876543210", &signature(b"another")).unwrap();
    writer.copy_content(&container).unwrap();
    let all = read_all(&writer.finish().unwrap()).unwrap();
    assert_eq!(all[3..5], [b"fedcba9876543210".to_vec(), b"another".to_vec()]);
    assert_eq!(all[5..], contents());
}

#[test]
fn the_writer_refuses_what_the_reader_would_refuse() {
    let (a, b) = (pack(b"a", 3), pack(b"b", 3));
    let (low, high) = if a.digest() < b.digest() { (a, b) } else { (b, a) };
    let refused = |result: Result<Vec<u8>, BundleError>| result.unwrap_err().code();
    assert_eq!(refused(bundle_of(&[high.clone(), low.clone()])), Code::Container);
    assert_eq!(refused(bundle_of(&[low.clone(), low])), Code::Container);

    let mut writer = ContainerWriter::begin(Vec::new(), MANIFEST).unwrap();
    for wrong in ["", "0123", "0123456789ABCDEF", "../0123456789abcdef", &"0".repeat(65)] {
        assert_eq!(
            writer.add_signature(wrong, &signature(b"")).unwrap_err().code(),
            Code::Container,
            "{wrong}"
        );
    }
    assert_eq!(writer.add_signature(FINGERPRINT, &signature(&[0; 4097])).unwrap_err().code(), Code::Limit);
    writer.add_blob(&high).unwrap();
    assert_eq!(writer.add_signature(FINGERPRINT, &signature(b"")).unwrap_err().code(), Code::Container);
    assert_eq!(
        ContainerWriter::begin(io::sink(), &vec![b' '; (64 << 20) + 1]).unwrap_err().code(),
        Code::Limit
    );
}

#[test]
fn blobs_have_to_be_those_the_manifest_mentions() {
    let file = OnDisk::new(&written());
    let container = Container::open(file.path()).unwrap();
    let mut mentioned: BTreeSet<Digest> = container.blobs().map(|(digest, _)| digest).collect();
    container.check_blobs(&mentioned).unwrap();
    let missing = Digest::compute(b"missing");
    mentioned.insert(missing);
    let error = container.check_blobs(&mentioned).unwrap_err();
    assert_eq!((error.code(), error.problem()), (Code::Container, "there is no such member"));
    assert_eq!(error.member(), Some(&*format!("blobs/sha256/{missing}")));
    mentioned.remove(&missing);
    mentioned.pop_first();
    assert_eq!(container.check_blobs(&mentioned).unwrap_err().problem(), "the manifest does not mention it");
    assert_eq!(container.read_blob(&missing, 1).unwrap_err().code(), Code::Container);
}

#[test]
fn a_blob_larger_than_asked_for_is_not_read() {
    let file = OnDisk::new(&written());
    let container = Container::open(file.path()).unwrap();
    let error = container.read_blob(&Digest::compute(&noise(5_000)), 4_999).unwrap_err();
    assert_eq!(error.code(), Code::Limit);
}

#[test]
fn what_is_no_file_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Container::open(folder.path()).unwrap_err().code(), Code::Container);
    assert_eq!(Container::open(&folder.path().join("missing")).unwrap_err().code(), Code::Io);
}

#[test]
fn a_review_and_its_signature_come_together_or_not_at_all() {
    let review = AttachedReview { report: b"{}".to_vec(), signature: signature(b"x") };
    let mut writer = ContainerWriter::begin(Vec::new(), MANIFEST).unwrap();
    writer.add_signature(FINGERPRINT, &signature(b"a")).unwrap();
    writer.add_review(FINGERPRINT, &review).unwrap();
    writer.add_review("fedcba9876543210", &review).unwrap();
    let whole = writer.finish().unwrap();
    let file = OnDisk::new(&whole);
    let container = Container::open(file.path()).unwrap();
    let names: Vec<String> = container.reviews().unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, [FINGERPRINT, "fedcba9876543210"]);
    assert_eq!(container.signatures().unwrap().len(), 1);

    let report = Member::stored(format!("reviews/{FINGERPRINT}.json").as_bytes(), b"{}");
    let manifest = || Member::stored(b"manifest.json", MANIFEST);
    let alone = [vec![manifest(), report.clone()]];
    let orphan = Member::stored(format!("reviews/{FINGERPRINT}.minisig").as_bytes(), b"x");
    let stranger = Member::stored(b"reviews/fedcba9876543210.minisig", b"x");
    for members in alone.into_iter().chain([vec![manifest(), orphan], vec![manifest(), report, stranger]]) {
        let file = OnDisk::new(&Crafted::new(members).bytes());
        let refused = Container::open(file.path()).unwrap_err();
        assert_eq!(refused.code(), Code::Container);
    }
}
