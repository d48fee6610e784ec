//! Files that programs make are large. One is edited by key like a small one, and one that is too large is refused with the
//! limit that it is over.

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};

const EDITS: &str = "[[edits]]\nfile = \"big.json\"\ndo = [{ set = \"zz\", to = 5 }]\n";

/// A product whose settings are at least so large, in the folders `$/app` and `$/known`.
fn product(bytes: usize) -> (Sandbox, String) {
    let filler = "x".repeat(bytes / 1000 + 1);
    let keys: Vec<String> = (0..1000).map(|n| format!("\"k{n}\": \"{filler}\"")).collect();
    let text = format!("{{\n\"zz\": 1,\n\"own\": 1,\n{}\n}}\n", keys.join(",\n"));
    assert!(text.len() > bytes);
    let sandbox = Sandbox::with(&[("app/big.json", &text), ("known/big.json", &text)]);
    sandbox.write("order.toml", &order("ACME-1", "", EDITS));
    (sandbox, text)
}

const MAKE: &str = "make --from $/known --order $/order.toml --output $/fix.patchbundle";
const APPLY: &str = "apply $/fix.patchbundle $/app --yes --allow-unsigned";

#[test]
fn a_file_of_ten_megabytes_is_edited_like_a_small_one() {
    for bytes in [1_100_000, 10_000_000] {
        let (sandbox, text) = product(bytes);
        let console = Console::new(&sandbox);
        console.done("edit test $/order.toml $/app");
        console.done(MAKE);
        let ours = text.replace("\"own\": 1", "\"own\": 2");
        for here in [&text, &ours] {
            sandbox.write("app/big.json", here);
            console.done(APPLY);
            let edited = here.replace("\"zz\": 1", "\"zz\": 5");
            assert!(sandbox.read("app/big.json") == Some(edited), "{bytes}");
            console.done("rollback $/app --yes");
            assert!(sandbox.read("app/big.json").as_ref() == Some(here), "{bytes}");
        }
    }
}

#[test]
fn fifty_thousand_keys_and_five_thousand_documents_are_edited_like_a_few() {
    let keys = |sign: &str| (0..=50_000).map(|n| format!("k{n}{sign}{n}\n")).collect::<String>();
    let documents: String = (0..5_000)
        .map(|n| format!("---\nkind: Service\nmetadata:\n  name: s{n}\nspec:\n  port: {n}\n"))
        .collect();
    let set = "do = [{ set = \"k50000\", to = 7 }]";
    let meant = "where = { kind = \"Service\", \"metadata.name\" = \"s4999\" }\ndo = [{ set = \"spec.port\", to = 7 }]";
    for (file, text, edits, from, to) in [
        ("a.yaml", keys(": "), set, "k50000: 50000", "k50000: 7"),
        ("a.toml", keys(" = "), set, "k50000 = 50000", "k50000 = 7"),
        ("b.yaml", documents, meant, "port: 4999", "port: 7"),
    ] {
        let (app, known) = (format!("app/{file}"), format!("known/{file}"));
        let sandbox = Sandbox::with(&[(&*app, &*text), (&*known, &*text)]);
        let edits = format!("[[edits]]\nfile = \"{file}\"\n{edits}\n");
        sandbox.write("order.toml", &order("ACME-1", "", &edits));
        let console = Console::new(&sandbox);
        console.done(MAKE);
        console.done(APPLY);
        assert!(sandbox.read(&app) == Some(text.replace(from, to)), "{file}");
        console.done("rollback $/app --yes");
        assert!(sandbox.read(&app) == Some(text), "{file}");
    }
}

#[test]
fn twin_one_that_is_too_large_is_refused_with_the_limit_in_the_test_as_in_the_making() {
    let (sandbox, _) = product(16 << 20);
    let console = Console::new(&sandbox);
    let refused = console.run(MAKE);
    assert!(refused.code == 3 && refused.in_one_line().contains("larger than 16 MiB"), "{refused}");
    let tried = console.run("edit test $/order.toml $/app");
    assert!(tried.code != 0 && tried.in_one_line().contains("16 MiB"), "{tried}");
    assert!(!sandbox.path("fix.patchbundle").exists());
}
