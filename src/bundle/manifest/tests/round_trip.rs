//! Writing and reading again gives the same patch, whatever the patch says.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::*;

/// One line of any letters, in the composed form that manifests require.
fn line() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 .,:/\"\\\\<>äßÉ日🙂\u{202e}-]{1,40}"
        .prop_filter("blank", |text: &String| !text.trim().is_empty())
}

/// A key that is different for every change, so that generated trees never collide.
fn name(index: usize) -> TreePath {
    path(&format!("dir-{}/file-{index:03}", index % 7))
}

/// A file whose content has one size, as real content does.
fn any_file() -> impl Strategy<Value = Node> {
    (0..1000u64, prop::sample::select(vec![0o600, 0o644, 0o755, 0o777])).prop_map(|(size_bytes, mode)| {
        Node::File(FileNode {
            digest: Digest::compute(&size_bytes.to_le_bytes()),
            size_bytes,
            mode: Mode::new(mode),
        })
    })
}

/// One change of any sort at the path with this number.
fn any_change(index: usize) -> impl Strategy<Value = FileChange> {
    let at = name(index);
    let word = (0..5usize, 0..4usize, any::<bool>());
    (vec(any_file(), 0..3), option::of(any_file()), any::<bool>(), any::<(bool, bool)>(), word)
        .prop_filter_map(
            "before and after have to differ",
            move |(mut before, after, becomes_link, (ships_delta, ships_diff), (role, policy, has_base))| {
                before.dedup();
                let after = if becomes_link { after.map(|_| link("../somewhere/else")) } else { after };
                let mut made = change(at.as_str(), before, after, None);
                if op::needs_payload(&made) {
                    let digest =
                        made.after.as_ref().and_then(|node| node.as_file()).map(|file| file.digest)?;
                    made.payload = Some(match made.before.as_slice() {
                        [Node::File(only)] if ships_delta => Payload::Delta {
                            blob: Digest::compute(b"d"),
                            from: at.clone(),
                            source: only.digest,
                        },
                        [] if ships_diff => Payload::Diff { from: None },
                        [Node::File(only)] if ships_diff && only.digest != digest => {
                            Payload::Diff { from: Some(at.clone()) }
                        }
                        _ => Payload::Whole { blob: digest },
                    });
                }
                made.base = match made.before.as_slice() {
                    [Node::File(only)] if has_base => Some(only.digest),
                    _ => None,
                };
                made.role = Role::WORDS[role].1;
                made.local_edits = LocalEdits::WORDS[policy].1;
                Some(made)
            },
        )
}

fn any_changes() -> impl Strategy<Value = Vec<FileChange>> {
    let changes: Vec<_> = (0..12).map(|index| any_change(index).boxed()).collect();
    (changes, vec(any::<bool>(), 12)).prop_map(|(changes, kept)| {
        let mut kept: Vec<_> =
            changes.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(change, _)| change).collect();
        kept.sort_by(|a, b| a.path.cmp(&b.path));
        kept
    })
}

fn any_extensions() -> impl Strategy<Value = BTreeMap<String, String>> {
    let value = prop_oneof![
        Just("null".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        line().prop_map(|text| Value::from(text).to_string()),
        Just(r#"{"b":[1,{"a":true}],"a":""}"#.to_owned()),
    ];
    btree_map("x-[a-z]{1,8}", value, 0..4)
}

fn any_patch() -> impl Strategy<Value = Patch> {
    let texts = (vec(line(), 12), "[a-zA-Z\n\t ä]{0,80}[a-z]");
    let optional = vec(option::of(line()), 6);
    let numbers = (1..u32::MAX, any::<u64>(), 0..5usize, 0..3usize, any::<bool>());
    (any_changes(), texts, optional, numbers, any_extensions()).prop_map(
        |(changes, (lines, summary), optional, (revision, sequence, kind, possible, proven), extensions)| {
            let good = good().about;
            let rollback = Rollback {
                possible: RollbackPossible::WORDS[possible].1,
                steps: Untrusted::all(lines[4..6].to_vec()),
                ..good.rollback
            };
            let mut fixes = lines[6..9].to_vec();
            fixes.sort();
            fixes.dedup();
            let about = About {
                identity: PatchRef { revision, ..good.identity },
                sequence,
                kind: PatchKind::WORDS[kind].1,
                title: lines[0].clone().into(),
                summary: summary.into(),
                severity: good.severity.filter(|_| proven),
                fixes,
                components: good
                    .components
                    .into_iter()
                    .map(|part| Component { paths: Vec::new(), ..part })
                    .collect(),
                vendor: lines[1].clone().into(),
                contact: optional[0].clone().map(Into::into),
                license: optional[1].clone().map(Into::into),
                product: Product { name: lines[2].clone(), purl: None, ..good.product },
                platforms: if proven { good.platforms } else { Vec::new() },
                result_version: optional[2].clone(),
                rollback,
                source: optional[3].clone().map(Into::into),
                evidence: Evidence { tests: Untrusted::all(lines[9..12].to_vec()), ..Evidence::default() },
                extensions,
                ..good
            };
            let changes =
                changes.into_iter().map(|change| FileChange { fixes: Vec::new(), ..change }).collect();
            Patch { about, changes, proven, ..self::good() }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_patch_that_keeps_the_rules_reads_back_as_it_was(patch in any_patch()) {
        let bytes = write_manifest(&patch);
        match check(&patch) {
            Ok(()) => prop_assert_eq!(read_manifest(&bytes), Ok(patch.clone())),
            // A generated patch may have no change, or one that is none. Both readings then agree on the reason.
            Err(error) => {
                let read = read_manifest(&bytes).expect_err("refused as well");
                prop_assert_eq!((read.code, read.message), (error.code, error.message));
            }
        }
        prop_assert_eq!(write_manifest(&patch), bytes, "the same patch, the same bytes");
    }

    #[test]
    fn any_bytes_in_a_manifest_are_answered_without_a_panic(place in 0..10_000usize, byte: u8) {
        let mut bytes = write_manifest(&good());
        let place = place % bytes.len();
        bytes[place] = byte;
        if let Ok(patch) = read_manifest(&bytes) {
            prop_assert_eq!(read_manifest(&write_manifest(&patch)), Ok(patch));
        }
    }
}

#[test]
fn a_patch_that_says_everything_reads_back_as_it_was() {
    assert_eq!(read_manifest(&write_manifest(&good())), Ok(good()));
}

#[test]
fn two_files_that_change_places_are_one_patch() {
    let swap = |at: &str, text: &str, other: &str, from: &str| {
        let payload = Payload::Same { from: path(from) };
        change(at, vec![file(text, 0o644)], Some(file(other, 0o644)), Some(payload))
    };
    let patch = good_about(|about| {
        about.product.detect.clear();
        about.components[0].paths.clear();
        about.toggles.clear();
    });
    let patch = Patch { changes: vec![swap("a", "1", "2", "b"), swap("b", "2", "1", "a")], ..patch };
    assert_eq!(read_manifest(&write_manifest(&patch)), Ok(patch));
}
