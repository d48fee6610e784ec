//! Switches that are none: an author hears of it, and a patch file that has one all the same is refused.

use super::{TOGGLE, product};
use crate::support::console::Console;

/// What is wrong with an order, and what is said.
const WRONG: [(&str, &str, &str); 12] = [
    ("off = \"off\"", "off = \"on\"", "on and off are the same value"),
    ("kind = \"flagd\"", "kind = \"button\"", "is none of flagd, key, env, file"),
    ("key = \"new-parser\"\n", "", "the key is missing"),
    ("kind = \"flagd\"\nkey = \"new-parser\"", "kind = \"key\"\nkey = \"a..b\"", "toggles[0].key"),
    ("file = \"conf/flags.json\"", "file = \"../flags.json\"", "toggles[0].file"),
    ("file = \"conf/flags.json\"", "file = \"bin/other\"", "there is no such file in the new folder"),
    ("kind = \"flagd\"\nkey = \"new-parser\"", "kind = \"file\"", "one of on and off is \"present\""),
    ("title = \"the new parser\"", "title = \"\"", "toggles[0].title"),
    ("takes_effect = \"live\"\n", "", "toggles[0]"),
    ("when_off", "fixes = [\"NOT-OURS\"]\nwhen_off", "is not among the patch's fixes"),
    ("when_off", "until = \"soon\"\nwhen_off", "is no day such as 2027-06-01"),
    ("when_off", "colour = \"red\"\nwhen_off", "unknown key"),
];

fn refused(toggle: &str, said: &str) {
    let sandbox = product("", toggle);
    let run = Console::new(&sandbox)
        .run("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
    assert_eq!(run.code, 3, "{toggle}: {run}");
    assert!(run.in_one_line().contains(said), "{said:?}: {run}");
    assert!(!sandbox.path("fix.patchbundle").exists());
}

#[test]
fn what_is_no_switch_is_said_at_its_line() {
    for (from, to, said) in WRONG {
        assert!(TOGGLE.contains(from), "{from}");
        refused(&TOGGLE.replacen(from, to, 1), said);
    }
}

#[test]
fn two_switches_of_one_value_are_refused_however_they_name_it() {
    let other = "[[toggles]]\nid = \"two\"\ntitle = \"two\"\nfile = \"conf/flags.json\"\ntakes_effect = \"live\"\nwhen_off = \"x\"\n";
    for (rest, said) in [
        ("kind = \"flagd\"\nkey = \"new-parser\"\non = \"off\"\noff = \"on\"\n", "would move the same value"),
        (
            "kind = \"key\"\nkey = \"flags.new-parser.defaultVariant\"\non = \"on\"\noff = \"off\"\n",
            "would move the same value",
        ),
        ("kind = \"file\"\non = \"present\"\noff = \"absent\"\n", "would move the same value"),
        (
            "kind = \"key\"\nkey = \"flags.new-parser.state\"\non = \"ENABLED\"\noff = \"DISABLED\"\n",
            "moving it would move",
        ),
    ] {
        refused(&format!("{TOGGLE}{other}{rest}"), said);
    }
    refused(&format!("{TOGGLE}{TOGGLE}"), "toggles");
}

#[test]
fn a_program_or_a_key_of_ten_thousand_parts_is_no_switch() {
    let script = |kind: &str| {
        TOGGLE.replace("conf/flags.json", "bin/web").replace("kind = \"flagd\"\nkey = \"new-parser\"", kind)
    };
    // Neither form nor name tells where a value would be.
    refused(&script("kind = \"key\"\nkey = \"a\""), "does not tell what form it has");
    let sandbox = product("", &script("kind = \"env\"\nkey = \"PARSER\""));
    sandbox.write("new/bin/web", "#!/bin/sh\nPARSER=on\n");
    let run = Console::new(&sandbox)
        .run("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
    assert!(run.in_one_line().contains("a program is no switch"), "{run}");
    let long = vec!["a"; 10_000].join(".");
    refused(
        &TOGGLE
            .replace("kind = \"flagd\"\nkey = \"new-parser\"", &format!("kind = \"key\"\nkey = \"{long}\"")),
        "longer than 4,096 bytes",
    );
}

#[test]
fn a_switch_that_is_not_where_it_should_be_at_first_is_refused() {
    refused(&TOGGLE.replace("when_off", "initially = \"off\"\nwhen_off"), "it is on, not off");
    let sandbox = product("", TOGGLE);
    sandbox.write("new/conf/flags.json", "{\"flags\": {\"new-parser\": [1, 2");
    let run = Console::new(&sandbox)
        .run("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
    assert_eq!(run.code, 3, "{run}");
}
