//! Every kind of switch, in every form of file: off changes one value, on gives the same bytes, permissions and owner.

use std::fs;

use super::{APPLY, FILE, FLAGS, TOGGLE, applied, make};
use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};

/// A form of file: its name, the switch in it, the file while it is on, and while it is off.
type Form = (&'static str, &'static str, &'static str, &'static str);

const FORMS: [Form; 9] = [
    (
        "c/a.json",
        "kind = \"key\"\nkey = \"a.b\"\non = true\noff = false\n",
        "{ // ours\n \"a\": {\"b\": true}}",
        "{ // ours\n \"a\": {\"b\": false}}",
    ),
    (
        "c/a.yaml",
        "kind = \"key\"\nkey = \"list[name=x].on\"\non = 1\noff = 0\n",
        "# c\nlist:\n- name: x\n  on: 1 # why\n",
        "# c\nlist:\n- name: x\n  on: 0 # why\n",
    ),
    (
        "c/a.toml",
        "kind = \"key\"\nkey = \"a.mode\"\non = \"new\"\noff = \"old\"\n",
        "[a]\r\nmode = 'new' # c\r\n",
        "[a]\r\nmode = 'old' # c\r\n",
    ),
    (
        "c/a.ini",
        "kind = \"key\"\nkey = \"main.level\"\non = 3\noff = 0\n",
        "; c\n[main]\nlevel = 3\n",
        "; c\n[main]\nlevel = 0\n",
    ),
    (
        "c/a.properties",
        "kind = \"key\"\nkey = \"parser.new\"\non = true\noff = false\n",
        "! c\nparser.new: true",
        "! c\nparser.new: false",
    ),
    (
        "c/a.service",
        "kind = \"key\"\nkey = \"Service.Restart\"\non = \"always\"\noff = \"no\"\n",
        "[Service]\nRestart=always\n",
        "[Service]\nRestart=no\n",
    ),
    (
        "c/defaults",
        "kind = \"env\"\nkey = \"PARSER\"\non = \"new\"\noff = \"old\"\n",
        "# c\nPARSER=\"new\"\nOTHER=1\n",
        "# c\nPARSER=\"old\"\nOTHER=1\n",
    ),
    (
        "c/a.conf",
        "kind = \"key\"\nkey = \"main.level\"\non = \"3\"\noff = \"0\"\n",
        "[main]\nlevel=3\n",
        "[main]\nlevel=0\n",
    ),
    (
        "c/flags.json",
        "kind = \"flagd\"\nkey = \"a.b\"\non = \"x\"\noff = \"y\"\n",
        "{\"flags\":{\"a.b\":{\"state\":\"ENABLED\",\"variants\":{\"x\":1,\"y\":2},\"defaultVariant\":\"x\"}}}",
        "{\"flags\":{\"a.b\":{\"state\":\"ENABLED\",\"variants\":{\"x\":1,\"y\":2},\"defaultVariant\":\"y\"}}}",
    ),
];

pub(super) fn toggle(file: &str, rest: &str) -> String {
    format!(
        "[[toggles]]\nid = \"s\"\ntitle = \"the new one\"\nfile = \"{file}\"\ntakes_effect = \"restart\"\nwhen_off = \"the old one is there\"\n{rest}"
    )
}

/// A product without the file, and one with it.
pub(super) fn product(file: &str, content: &str, toggle: &str) -> Sandbox {
    let here = format!("new/{file}");
    let sandbox =
        Sandbox::with(&[("app/web", "old\n"), ("old/web", "old\n"), ("new/web", "new\n"), (&here, content)]);
    sandbox.write("order.toml", &order("ACME-1", "", toggle));
    sandbox
}

#[test]
fn off_and_on_again_gives_the_same_bytes_in_every_form() {
    for (file, rest, on, off) in FORMS {
        let sandbox = product(file, on, &toggle(file, rest));
        let console = Console::new(&sandbox);
        make(&console);
        console.done(APPLY);
        let here = format!("app/{file}");
        console.done("toggle off s $/app --yes");
        assert_eq!(sandbox.read(&here).as_deref(), Some(off), "{file}");
        console.done("toggle on s $/app --yes");
        assert_eq!(sandbox.read(&here).as_deref(), Some(on), "{file}");
        console.done("toggle off s $/app --yes");
        console.done("rollback $/app --yes");
        assert_eq!(sandbox.read(&here), None, "{file}");
    }
}

#[test]
fn a_file_that_is_there_or_not_comes_back_as_it_was() {
    let sandbox = product(
        "plugins/fast.cfg",
        "speed = 9\n",
        &toggle("plugins/fast.cfg", "kind = \"file\"\non = \"present\"\noff = \"absent\"\n"),
    );
    let console = Console::new(&sandbox);
    make(&console);
    console.done(APPLY);
    let here = "app/plugins/fast.cfg";
    fs::write(sandbox.path(here), "speed = 7 # ours\n").expect("our own file");
    console.done("toggle off s $/app --yes");
    assert_eq!(sandbox.read(here), None);
    let status = console.done("status $/app");
    assert!(status.printed().contains("s  off  the new one (ACME-1)"), "{status}");
    assert!(status.printed().contains("everything is as expected"), "{status}");
    console.done("accept $/app --yes");
    console.done("toggle on s $/app --yes");
    assert_eq!(sandbox.read(here).as_deref(), Some("speed = 7 # ours\n"), "what was here comes back");
}

#[test]
fn a_kill_switch_that_is_a_file_comes_and_goes() {
    let sandbox = Sandbox::with(&[("app/web", "old\n"), ("old/web", "old\n"), ("new/web", "new\n")]);
    let rest = "kind = \"file\"\non = \"absent\"\noff = \"present\"\n";
    sandbox.write("order.toml", &order("ACME-1", "", &toggle("no-parser", rest)));
    let console = Console::new(&sandbox);
    make(&console);
    console.done(APPLY);
    console.done("toggle off s $/app --yes");
    assert_eq!(sandbox.read("app/no-parser").as_deref(), Some(""));
    console.done("toggle on s $/app --yes");
    assert_eq!(sandbox.read("app/no-parser"), None);
}

#[test]
#[cfg(unix)]
fn permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    for (file, rest) in
        [("c/a.toml", FORMS[2].1), ("c/a.toml", "kind = \"file\"\non = \"present\"\noff = \"absent\"\n")]
    {
        let sandbox = product(file, FORMS[2].2, &toggle(file, rest));
        let console = Console::new(&sandbox);
        make(&console);
        console.done(APPLY);
        let here = sandbox.path("app/c/a.toml");
        fs::set_permissions(&here, fs::Permissions::from_mode(0o640)).expect("our own file");
        let before = fs::metadata(&here).expect("it is there");
        console.done("toggle off s $/app --yes");
        console.done("toggle on s $/app --yes");
        let after = fs::metadata(&here).expect("it is there again");
        use std::os::unix::fs::MetadataExt;
        let facts = |found: &fs::Metadata| (found.mode(), found.uid(), found.gid());
        assert_eq!(facts(&before), facts(&after), "{rest}");
    }
}

#[test]
fn a_file_that_belongs_to_the_product_may_hold_a_switch_if_the_product_is_known_by_it() {
    let sandbox = product("c/other", "x\n", &toggle("c/a.toml", FORMS[2].1));
    for folder in ["app", "old", "new"] {
        sandbox.write(&format!("{folder}/c/a.toml"), FORMS[2].2);
    }
    let console = Console::new(&sandbox);
    let make_it = "make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle";
    let run = console.run(make_it);
    assert!(run.in_one_line().contains("neither changes this file nor knows the product by it"), "{run}");
    let detect = "[[product.detect]]\nkind = \"exists\"\npath = \"c/a.toml\"\n";
    sandbox.write("order.toml", &order("ACME-1", "", &format!("{detect}{}", toggle("c/a.toml", FORMS[2].1))));
    make(&console);
    console.done(APPLY);
    console.done("toggle off s $/app --yes");
    assert_eq!(sandbox.read("app/c/a.toml").as_deref(), Some(FORMS[2].3));
    // Another patch brings this very file: then it is that one's.
    console.done("toggle on s $/app --yes");
    sandbox.write("third/c/a.toml", "[a]\r\nmode = 'new' # c\r\nmore = 1\r\n");
    sandbox.write("third/web", "new\n");
    sandbox.write("third/c/other", "x\n");
    sandbox.write("order.toml", &order("ACME-2", "", ""));
    console.done("make --from $/new --to $/third --order $/order.toml --output $/fix2.patchbundle");
    console.done("apply $/fix2.patchbundle $/app --yes --allow-unsigned");
    let run = console.run("toggle off s $/app --yes");
    assert_eq!(run.code, 3, "{run}");
    assert!(run.in_one_line().contains("the file belongs to ACME-2, another patch"), "{run}");
}

#[test]
fn a_flag_whose_variants_say_something_else_here_is_not_turned() {
    for (from, to, code) in [
        ("\"on\": true, \"off\": false", "\"on\": false, \"off\": true", 3),
        ("\"off\": false", "\"off\": null", 3),
        // Another order, and one more, change nothing.
        ("\"on\": true, \"off\": false", "\"off\": false, \"on\": true, \"half\": 1", 0),
    ] {
        let sandbox = applied("", TOGGLE);
        let console = Console::new(&sandbox);
        let ours = FLAGS.replace(from, to);
        assert_ne!(ours, FLAGS);
        fs::write(sandbox.path(FILE), &ours).expect("our own file");
        let run = console.run("toggle off new-parser $/app --yes");
        assert_eq!(run.code, code, "{to}: {run}");
        if code == 3 {
            assert_eq!(sandbox.read(FILE), Some(ours), "{to}");
            assert!(run.in_one_line().contains("here, and"), "{to}: {run}");
            let status = console.run("status $/app");
            assert!(status.in_one_line().contains("here, and"), "{to}: {status}");
        }
    }
}
