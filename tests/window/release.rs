//! What a release must not contain.

use std::collections::BTreeSet;

/// The names behind `feature`, and behind those.
fn reached(features: &toml::Table, feature: &str, found: &mut BTreeSet<String>) {
    if !found.insert(feature.to_owned()) {
        return;
    }
    for next in features.get(feature).and_then(toml::Value::as_array).into_iter().flatten() {
        reached(features, next.as_str().expect("features are names"), found);
    }
}

#[test]
fn nobody_can_drive_a_released_window_through_a_port() {
    let manifest: toml::Table = toml::from_str(include_str!("../../Cargo.toml")).expect("a manifest");
    let mut found = BTreeSet::new();
    reached(manifest["features"].as_table().expect("features"), "default", &mut found);
    assert!(found.contains("gui"), "{found:?}");
    assert!(!found.iter().any(|name| name.contains("inspection")), "{found:?}");
    let listed = manifest["dependencies"]["eframe"]["features"].as_array().expect("a list");
    assert!(!listed.iter().any(|name| name.as_str() == Some("inspection")), "{listed:?}");
}
