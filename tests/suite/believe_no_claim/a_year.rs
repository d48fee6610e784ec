//! What a vendor delivers in a year, with two products and three keys.

use super::{Scene, for_product, patch_id};
use crate::support::build::Builder;
use crate::support::sandbox::Sandbox;
use crate::support::trust::write_key;

/// What a vendor delivers in a year: an edition of the file and of the version after each patch.
struct Delivery {
    id: &'static str,
    revision: u32,
    key: &'static str,
    fixes: &'static [&'static str],
    replaces: &'static [&'static str],
    /// The file and the version before and after.
    from: (&'static str, &'static str),
    to: (&'static str, &'static str),
}

const EDITIONS: [&str; 6] = [
    "check = no\n2\n3\n4\nport = 80\nlog = off\n",
    "check = yes\n2\n3\n4\nport = 80\nlog = off\n",
    "check = strict\n2\n3\n4\nport = 80\nlog = off\n",
    "check = strict\n2\n3\n4\nport = 443\nlog = off\n",
    "check = strict\n2\nthree\n4\nport = 443\nlog = on\n",
    "check = always\n2\nthree\n4\nport = 443\nlog = on\n",
];

const YEAR: [Delivery; 6] = [
    Delivery {
        id: "W-1",
        revision: 1,
        key: "old",
        fixes: &["CVE-1"],
        replaces: &[],
        from: (EDITIONS[0], "1.0"),
        to: (EDITIONS[1], "1.0.1"),
    },
    Delivery {
        id: "W-1",
        revision: 2,
        key: "old",
        fixes: &["CVE-1"],
        replaces: &[],
        from: (EDITIONS[1], "1.0.1"),
        to: (EDITIONS[2], "1.0.2"),
    },
    Delivery {
        id: "W-2",
        revision: 1,
        key: "lab",
        fixes: &["CVE-2"],
        replaces: &[],
        from: (EDITIONS[2], "1.0.2"),
        to: (EDITIONS[3], "1.0.3"),
    },
    Delivery {
        id: "W-SP1",
        revision: 1,
        key: "new",
        fixes: &["CVE-1", "CVE-2", "BUG-3"],
        replaces: &["W-1", "W-2"],
        from: (EDITIONS[3], "1.0.3"),
        to: (EDITIONS[4], "1.1"),
    },
    Delivery {
        id: "W-4",
        revision: 1,
        key: "new",
        fixes: &["CVE-4"],
        replaces: &[],
        from: (EDITIONS[4], "1.1"),
        to: (EDITIONS[5], "1.1.1"),
    },
    Delivery {
        id: "W-SP2",
        revision: 1,
        key: "new",
        fixes: &["CVE-1", "CVE-2", "BUG-3", "CVE-4", "BUG-5"],
        replaces: &["W-SP1", "W-4"],
        from: (EDITIONS[0], "1.0"),
        to: (EDITIONS[5], "1.2"),
    },
];

#[test]
fn a_vendors_year_of_hotfixes_reissues_and_service_packs_raises_no_alarm() {
    // The new list has the old keys as well, or has the new one alone.
    for kept in [&["old", "lab", "new"][..], &["new"]] {
        a_year_with_a_rotation_to(kept);
    }
}

fn a_year_with_a_rotation_to(kept: &[&str]) {
    let files = [("w/f", EDITIONS[0]), ("w/version", "1.0"), ("g/f", EDITIONS[0]), ("g/version", "1.0")];
    let scene = Scene { sandbox: Sandbox::with(&files) };
    scene.know("old", 1, "acme", "--product Widget --product Gadget");
    scene.know("lab", 2, "acme", "--product Widget --product Gadget");
    let mut done: Vec<(String, &str)> = Vec::new();
    for (number, delivery) in YEAR.iter().enumerate() {
        if delivery.key == "new" && !scene.sandbox.path("new.pub").exists() {
            write_key(&scene.sandbox, "new", 3);
            for product in ["Widget", "Gadget"] {
                scene.rotate(product, 1, kept, &["old", "new"]);
            }
        }
        for (folder, product) in [("w", "Widget"), ("g", "Gadget")] {
            let bundle = delivered(&scene, delivery, number as u64 + 1, product);
            let file = scene.patch(Some(delivery.key), &bundle);
            let apply = format!("apply $/{file} $/{folder} --yes");
            let run = scene.console().run(&apply);
            assert_eq!(run.code, 0, "{file} in {folder}: {run}");
            if kept.contains(&delivery.key) {
                done.push((file, folder));
            }
        }
    }
    for folder in ["w", "g"] {
        assert_eq!(scene.sandbox.read(&format!("{folder}/f")).as_deref(), Some(EDITIONS[5]));
        assert_eq!(scene.sandbox.read(&format!("{folder}/version")).as_deref(), Some("1.2"));
        let status = scene.console().done(&format!("status $/{folder}"));
        assert!(status.out.contains("everything is as expected"), "{status}");
        let is_known = status.out.contains("signed by acme (trusted then; the key was rotated out)");
        assert_eq!(is_known, !kept.contains(&"old"), "{status}");
    }
    // Whoever applies all of them every night changes nothing and hears of nothing.
    for (file, folder) in done {
        let again = scene.console().run(&format!("apply $/{file} $/{folder} --yes"));
        assert_eq!(again.code, 0, "{file} in {folder} again: {again}");
    }
}

fn delivered(scene: &Scene, delivery: &Delivery, sequence: u64, product: &str) -> Builder {
    let id = delivery.id.replace('W', &product[..1]);
    let bundle = scene.bundle(&id, delivery.fixes);
    let bundle = bundle.replace("f", delivery.from.0, delivery.to.0);
    let bundle = bundle.replace("version", delivery.from.1, delivery.to.1);
    for_product(bundle, product).but(|patch| {
        patch.about.identity.revision = delivery.revision;
        patch.about.sequence = sequence;
        let replaced = delivery.replaces.iter().map(|old| patch_id(&old.replace('W', &product[..1])));
        patch.about.supersedes = replaced.collect();
    })
}
