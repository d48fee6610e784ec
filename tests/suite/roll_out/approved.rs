//! Who approves with a key is heard where that key is trusted for it, for this ring of this rollout as it was started, and
//! once.

use std::fs;

use serde_json::Value;

use super::{Site, ring, typed};
use crate::support::console::{Console, Run};
use crate::support::trust::{write_key, write_trusted_key};

/// Folders a, b and c in a ring each. The last two are approved with keys; two owners have to approve the last.
fn site() -> Site {
    let rings = [
        ring("pilot", &["a"], ""),
        ring("second", &["b"], "approve = 1\napprove_by = \"key\"\n"),
        ring("rest", &["c"], "approve = 2\napprove_by = \"key\"\n"),
    ];
    let site = Site::new(&["a", "b", "c"], &rings.concat());
    for (name, seed, role) in [("anna", 1, "approver"), ("ben", 2, "approver"), ("rita", 3, "reviewer")] {
        write_trusted_key(&site.sandbox, name, seed, role);
    }
    let print = write_key(&site.sandbox, "anna-laptop", 4).public().fingerprint();
    console(&site).done(&format!(
        "key trust $/anna-laptop.pub --name laptop --owner anna --role approver --every-product \
         --fingerprint {print} --yes"
    ));
    write_key(&site.sandbox, "mallory", 5);
    assert_eq!(go_on(&site).code, 7);
    site
}

fn console(site: &Site) -> Console<'_> {
    Console::new(&site.sandbox).with_keys()
}

fn go_on(site: &Site) -> Run {
    console(site).run(&typed("run --yes --allow-unsigned"))
}

fn approve(site: &Site, ring: &str, key: &str) -> Run {
    console(site).run(&typed(&format!("approve {ring} --key $/{key}.key")))
}

/// Changes the records as somebody could who may write them.
fn forge(site: &Site, change: impl FnOnce(&mut Value)) {
    let records = site.sandbox.path("october.rollout.json");
    let mut state: Value = serde_json::from_slice(&fs::read(&records).expect("the records")).expect("JSON");
    change(&mut state);
    fs::write(&records, state.to_string()).expect("written");
}

#[test]
fn records_that_say_a_ring_had_begun_approve_nothing() {
    let site = site();
    forge(&site, |state| state["rings"][1]["begun"] = 1.into());
    let run = go_on(&site);
    assert_eq!(run.code, 7, "{run}");
    assert!(run.out.contains("1 person has to approve the ring \"second\""), "{run}");
    assert!(!site.has_patch("b"));
    assert_eq!(approve(&site, "second", "anna").code, 0);
    assert_eq!(go_on(&site).code, 7);
    assert!(site.has_patch("b") && !site.has_patch("c"));
}

#[test]
fn a_ring_begins_when_enough_owners_of_trusted_keys_approved_it() {
    let site = site();
    assert_eq!(approve(&site, "second", "anna").code, 0);
    assert_eq!(go_on(&site).code, 7);
    assert!(site.has_patch("b") && !site.has_patch("c"));
    for (key, code) in [("anna", 0), ("anna", 0), ("anna-laptop", 7)] {
        assert_eq!(approve(&site, "rest", key).code, code, "a second key of one owner doesn't count: {key}");
    }
    let run = go_on(&site);
    assert!(run.out.contains("1 person has to approve the ring \"rest\""), "one owner is one person: {run}");
    let approved = approve(&site, "rest", "ben");
    assert!(approved.out.contains("with a key of ben ("), "{approved}");
    assert_eq!(go_on(&site).code, 0);
    assert!(site.has_patch("c"));
}

#[test]
fn keys_of_strangers_and_keys_for_something_else_are_shown_and_not_counted() {
    let site = site();
    for (key, why) in
        [("mallory", "its key isn't trusted here"), ("rita", "its key isn't trusted for approving rollouts")]
    {
        let run = approve(&site, "second", key);
        assert!(run.code == 7 && run.out.contains(why), "{key}: {run}");
        assert!(run.out.contains("1 person has to approve the ring \"second\""), "{key}: {run}");
        let way = "patchwright key trust KEYFILE --role approver --product product";
        assert!(run.out.contains(way), "how it can count: {run}");
    }
    let json = console(&site).run(&typed("status --json")).json();
    let counts: Vec<_> = json["rings"][1]["approvals"]
        .as_array()
        .expect("approvals")
        .iter()
        .map(|one| &one["counts"])
        .collect();
    assert_eq!(counts, [false, false], "{json}");
    assert_eq!(go_on(&site).code, 7);
    assert!(!site.has_patch("b"));
    // One that counts is not spoiled by those that do not.
    assert_eq!(approve(&site, "second", "ben").code, 0);
    assert_eq!(go_on(&site).code, 7);
    assert!(site.has_patch("b"));
}

#[test]
fn who_has_only_hands_does_not_approve_where_keys_are_asked_for() {
    let site = site();
    let by_hand = console(&site).run(&typed("approve second --by-hand"));
    assert!(
        by_hand.code == 3 && by_hand.err.contains("The ring \"second\" can be approved only with a key"),
        "{by_hand}"
    );
    assert!(
        go_on(&site).out.contains("patchwright rollout approve $/october.toml second --key=FILE"),
        "the way on is one that works"
    );
    forge(&site, |state| {
        let said = serde_json::json!({ "by": "ada@server", "time": "2026-11-23T09:30:00Z" });
        state["rings"][1]["approvals"] = serde_json::json!([said]);
    });
    let run = go_on(&site);
    assert!(run.code == 7 && run.out.contains("doesn't count: it isn't by a key"), "{run}");
    assert!(!site.has_patch("b"));
}

#[test]
fn an_approval_is_for_one_ring_of_one_start_and_nothing_else() {
    let site = site();
    assert_eq!(approve(&site, "second", "anna").code, 0);
    assert_eq!(go_on(&site).code, 7);
    let mut signed = Value::Null;
    forge(&site, |state| {
        signed = state["rings"][1]["signed"].clone();
        state["rings"][2]["signed"] = signed.clone();
    });
    let run = go_on(&site);
    assert!(run.out.contains("2 people have to approve the ring \"rest\""), "{run}");
    assert!(
        run.out.contains("its signature isn't for this ring, or is from before its last start or stop"),
        "{run}"
    );
    assert_eq!(console(&site).run(&typed("roll-back --yes")).code, 0);
    assert_eq!(console(&site).run(&typed("run --again --yes --allow-unsigned")).code, 7);
    forge(&site, |state| state["rings"][1]["signed"] = signed);
    let run = go_on(&site);
    assert!(run.code == 7 && run.out.contains("1 person has to approve the ring \"second\""), "{run}");
    assert!(!site.has_patch("b"), "what was approved before it was rolled back is not approved now");
    assert_eq!(approve(&site, "second", "anna").code, 0);
    assert_eq!(go_on(&site).code, 7);
    assert!(site.has_patch("b"));
}

#[test]
fn what_was_approved_before_a_stop_is_not_approved_after_it() {
    let site = site();
    let signed = |site: &Site| {
        let mut signed = Value::Null;
        forge(site, |state| signed = state["rings"][1]["signed"].clone());
        signed
    };
    assert_eq!(approve(&site, "second", "anna").code, 0);
    let before = signed(&site);
    console(&site).run(&typed("stop --reason=wait"));
    console(&site).run(&typed("resume"));
    forge(&site, |state| state["rings"][1]["signed"] = before.clone());
    let run = go_on(&site);
    assert!(run.code == 7 && run.out.contains("1 person has to approve the ring \"second\""), "{run}");
    assert!(
        run.out.contains("its signature isn't for this ring, or is from before its last start or stop"),
        "{run}"
    );
    assert!(!site.has_patch("b"));
    assert_eq!(approve(&site, "second", "anna").code, 0);
    assert_ne!(signed(&site), before);
    assert_eq!(go_on(&site).code, 7);
    assert!(site.has_patch("b"));
}

#[test]
fn twin_a_pause_takes_no_approval_away() {
    let site = site();
    assert_eq!(approve(&site, "second", "anna").code, 0);
    console(&site).run(&typed("pause --reason=lunch"));
    console(&site).run(&typed("resume"));
    assert_eq!(go_on(&site).code, 7);
    assert!(site.has_patch("b"));
}

#[test]
fn a_key_that_is_revoked_takes_its_approval_along_and_an_edited_one_is_none() {
    let site = site();
    assert_eq!(approve(&site, "second", "anna").code, 0);
    forge(&site, |state| {
        let said = state["rings"][1]["signed"][0]["said"].as_str().expect("text").replace("ada@", "eve@");
        state["rings"][1]["signed"][0]["said"] = said.into();
    });
    assert!(go_on(&site).out.contains("1 person has to approve"), "its text is not what was signed");
    assert_eq!(approve(&site, "second", "anna").code, 0);
    console(&site).done("key revoke anna --reason=lost --yes");
    let run = go_on(&site);
    assert!(run.code == 7 && run.out.contains("its key was revoked"), "{run}");
    assert!(!site.has_patch("b"));
}

#[test]
fn one_person_is_counted_once_by_two_keys_and_by_hand_and_by_key() {
    let rings = [ring("pilot", &["a"], ""), ring("rest", &["c"], "approve = 2\n")];
    let site = Site::new(&["a", "c"], &rings.concat());
    write_trusted_key(&site.sandbox, "anna", 1, "approver");
    let print = write_key(&site.sandbox, "anna-laptop", 4).public().fingerprint();
    console(&site).done(&format!(
        "key trust $/anna-laptop.pub --name laptop --owner Anna --role approver --every-product \
         --fingerprint {print} --yes"
    ));
    assert_eq!(go_on(&site).code, 7);
    let by_hand = |person: &str| {
        let console = console(&site).by_user(person);
        console.run(&typed("approve rest --by-hand"))
    };
    assert_eq!(approve(&site, "rest", "anna").code, 0);
    let second_key = approve(&site, "rest", "anna-laptop");
    assert!(
        second_key.out.contains("the same person's approval counts already, with a key of anna"),
        "{second_key}"
    );
    let same_name = by_hand("anna");
    assert!(
        same_name.out.contains("by hand doesn't count: the same person's approval counts already"),
        "{same_name}"
    );
    // Anna signed as this account.
    let same_account = by_hand("ada");
    assert_eq!(go_on(&site).code, 7);
    assert!(same_account.out.contains("1 person has to approve the ring \"rest\""), "{same_account}");
    let json = console(&site).run(&typed("status --json")).json();
    let approvals = json["rings"][1]["approvals"].as_array().expect("approvals");
    assert_eq!(approvals.iter().filter(|one| one["counts"] == true).count(), 1, "{json}");
    // Somebody else is somebody else.
    by_hand("carl");
    assert_eq!(go_on(&site).code, 0);
    assert!(site.has_patch("c"));
}

#[test]
fn one_account_on_two_computers_approves_once_and_two_accounts_twice() {
    let rings = [ring("pilot", &["a"], ""), ring("rest", &["c"], "approve = 2\n")];
    let site = Site::new(&["a", "c"], &rings.concat());
    assert_eq!(go_on(&site).code, 7);
    assert_eq!(console(&site).run(&typed("approve rest --by-hand")).code, 0);
    forge(&site, |state| {
        let other = state["rings"][1]["approvals"][0].clone();
        let all = state["rings"][1]["approvals"].as_array_mut().expect("approvals");
        all.push(other);
        all[1]["by"] = "ada@laptop".into();
    });
    assert_eq!(go_on(&site).code, 7, "ada is ada");
    console(&site).by_user("ben").run(&typed("approve rest --by-hand"));
    assert_eq!(go_on(&site).code, 0);
}
