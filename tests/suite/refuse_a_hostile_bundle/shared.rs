//! Small contents that share a member: what is in it follows from the manifest, to the byte.

use patchwright::model::Code;

use crate::support::hostile::{Good, Member, Scene, Zip, deflated_zeros};

const NAME: &[u8] = b"blobs/shared";

/// The good bundle whose contents share a member, the delta apart; `change` spoils what is in it.
fn sharing(change: impl FnOnce(Vec<Vec<u8>>) -> Vec<u8>) -> Zip {
    let mut good = Good::new();
    let delta = good.at("bin/app")["payload"]["blob"].as_str().expect("a digest").to_owned();
    let mut zip = good.zip();
    let is_small = |member: &Member| {
        member.local.name.starts_with(b"blobs/") && !member.local.name.ends_with(delta.as_bytes())
    };
    let small = zip.members.iter().filter(|member| is_small(member)).map(|member| member.content.clone());
    let shared = Member::stored(NAME, &change(small.collect()));
    zip.members.retain(|member| !is_small(member));
    zip.members.insert(1, shared);
    zip
}

#[test]
fn contents_that_share_a_member_are_applied() {
    let scene = Scene::new();
    scene.applies("for comparison", &sharing(|small| small.concat()).bytes());
}

#[test]
fn a_shared_member_that_holds_anything_else() {
    let scene = Scene::new();
    let swapped = |mut small: Vec<Vec<u8>>| {
        small.reverse();
        small.concat()
    };
    scene.refuses_to_read("another order", &sharing(swapped).bytes(), Code::Container);
    let damaged = |small: Vec<Vec<u8>>| {
        let mut all = small.concat();
        all[3] ^= 1;
        all
    };
    scene.refuses_to_read("a damaged content", &sharing(damaged).bytes(), Code::Container);
    let longer = |small: Vec<Vec<u8>>| [small.concat(), b"more".to_vec()].concat();
    scene.refuses_to_read("more", &sharing(longer).bytes(), Code::Manifest);
    let shorter = |small: Vec<Vec<u8>>| small[1..].concat();
    scene.refuses_to_read("less", &sharing(shorter).bytes(), Code::Manifest);
    let mut needless = Good::new().zip();
    needless.members.insert(1, Member::stored(NAME, b"what nobody asked for"));
    scene.refuses_to_read("what nobody asked for", &needless.bytes(), Code::Manifest);
    let mut twice = sharing(|small| small.concat());
    twice.members.insert(1, twice.members[1].clone());
    scene.refuses_to_read("two of them", &twice.bytes(), Code::Container);
}

#[test]
fn a_shared_member_without_a_content_whose_size_nobody_says() {
    let scene = Scene::new();
    let mut zip = sharing(|small| small.concat());
    zip.members.pop();
    scene.refuses_to_read("no delta", &zip.bytes(), Code::Manifest);
}

#[test]
fn a_shared_member_without_end() {
    let scene = Scene::new();
    let bomb = deflated_zeros(100);
    let honest = sharing(|small| small.concat()).members[1].content.len();
    let with = |size| {
        let mut zip = sharing(|small| small.concat());
        zip.members[1] = Member::declared(NAME, 8, &bomb, size, 0);
        zip.bytes()
    };
    scene.refuses_to_read("100 MiB", &with(100 << 20), Code::Limit);
    scene.refuses_to_read("100 MiB that are said to be few", &with(honest), Code::Container);
}
