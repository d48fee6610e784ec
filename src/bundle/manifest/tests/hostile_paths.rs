//! Manifests whose paths, links and modes try to escape, hide or take rights.

use serde_json::json;

use super::hostile::{add, all_refused, at, create, create_link};
use super::*;

#[test]
fn h34_a_path_that_the_policy_refuses_is_refused_wherever_it_stands() {
    for mutate in [
        (|m| at(m, "bin/app")["path"] = json!("../x")) as fn(&mut Value),
        |m| at(m, "bin/app")["payload"]["from"] = json!("../x"),
        |m| m["product"]["detect"][0]["path"] = json!("../x"),
        |m| m["preflight"][0]["args"]["path"] = json!("../x"),
    ] {
        let error = read_mutated(mutate).expect_err("a path out of the folder");
        assert_eq!(error.code, Code::Path, "{error}");
        assert!(error.position.is_some_and(|position| position.line == 1), "{error}");
    }
}

#[test]
fn h34_to_h51_no_path_escapes_hides_or_deceives() {
    let long_name = "n".repeat(256);
    let long_path = "abc/".repeat(256) + "x";
    let deep = "d/".repeat(300) + "x";
    let always: &[&str] = &[
        "../x",
        "a/../../x",
        "a/..",
        "/x",
        "//x",
        "a//b",
        "./a",
        "a/.",
        "a/",
        "",
        " lead",
        ".patchwright/intent",
        ".PATCHWRIGHT/x",
        ".patch\u{200c}wright/x",
        &long_name,
        &long_path,
        &deep,
        "a\nb",
        "a\r",
        "a\u{1b}b",
        "a\tb",
        "a\u{7f}",
        "a\u{85}",
        "app\u{202e}fdp.exe",
        "a\u{2066}b",
        "a\u{e0041}",
        "a\u{fffe}",
        "a\u{f03a}b",
    ];
    let unless_windows_is_left_out: &[&str] = &[
        "z:x",
        "zz:s",
        "za\\..\\..\\x",
        "\\\\server\\share",
        "CON",
        "nul.txt",
        "aux.c",
        "COM\u{b9}",
        "z/conOut$  .xyz/t",
        "zapp.",
        "zapp ",
        "zdir. ./x",
        "ZROGRA~1/x",
        "z*",
        "z?",
        "z|",
        "z\"q",
    ];
    let with = |path: &str, platform: &str| {
        read_mutated(|m| {
            m["platforms"] = json!([platform]);
            add(m, create(path));
        })
    };
    for path in always.iter().chain(unless_windows_is_left_out) {
        assert_eq!(with(path, "windows/x86_64").expect_err(path).code, Code::Path, "{path:?}");
    }
    for path in always {
        assert_eq!(with(path, "linux/x86_64").expect_err(path).code, Code::Path, "{path:?}");
    }
    for path in unless_windows_is_left_out {
        with(path, "linux/x86_64").expect(path);
    }
    // Legal names that merely look like something else: created as they are, never decoded.
    for path in ["%2e%2e/x", "z%2f", "z..x", "z…", "zπ"] {
        with(path, "windows/x86_64").expect(path);
    }
}

#[test]
fn h44_h46_names_that_are_one_name_elsewhere_are_refused() {
    let both = |first: Value, second: Value, platform: &str| {
        read_mutated(|m| {
            m["platforms"] = json!([platform]);
            add(m, first);
            add(m, second);
        })
    };
    let collides = |first: Value, second: Value| {
        for platform in ["windows/x86_64", "linux/x86_64"] {
            let error = both(first.clone(), second.clone(), platform).expect_err("a collision");
            assert_eq!(error.code, Code::Collide, "{error}");
        }
    };
    collides(create("Zoc"), create("zoc/y"));
    collides(create_link("ZIB", "lib"), create("zib/z"));
    collides(create_link("ZIB", "lib"), create("zib"));
    collides(create("Zir/a"), create("zir/b"));
    for (first, second) in
        [("zstraße", "zstrasse"), ("za", "z\u{ff41}"), ("zs", "z\u{17f}"), ("z\u{fb01}", "zfi")]
    {
        collides(create(first), create(second));
    }
    both(create("zi"), create("z\u{131}"), "windows/x86_64").expect("dotless i is another letter");

    let (upper, lower) = (create("xt_MARK.h"), create("xt_mark.h"));
    assert_eq!(both(upper.clone(), lower.clone(), "windows/x86_64").expect_err("case").code, Code::Collide);
    both(upper, lower, "linux/x86_64").expect("two plain files where case counts");
}

#[test]
fn h52_h53_h56_nothing_is_written_through_a_link() {
    all_refused(&[
        (
            "h52 file below a new link",
            |m| {
                add(m, create_link("zd", "lib"));
                add(m, create("zd/x"));
            },
            Code::Path,
            "changes[11].path",
            "is no folder afterwards",
        ),
        (
            "h52 link out of the folder",
            |m| add(m, create_link("zd", "..")),
            Code::Path,
            "changes[10].after.target",
            "leads out",
        ),
        (
            "h53 through a link and up",
            |m| {
                add(m, create_link("zcur", "lib"));
                add(m, create_link("zpar", "zcur/../x"));
            },
            Code::Path,
            "changes[11].after.target",
            "through the link \"zcur\"",
        ),
        (
            "h53 link at the end of a link",
            |m| {
                add(m, create_link("zcur", "lib"));
                add(m, create_link("zpar", "zcur/."));
            },
            Code::Path,
            "changes[11].after.target",
            "through the link",
        ),
        (
            "h53 link below a link",
            |m| {
                add(m, create_link("zcur", "lib"));
                add(m, create_link("zcur/par", ".."));
            },
            Code::Path,
            "changes[11].path",
            "is no folder afterwards",
        ),
        (
            "h56 folder becomes a link",
            |m| {
                let lib = json!({"path": "lib", "op": "link", "before": [{"kind": "dir", "mode": "0755"}], "after": {"kind": "link", "target": "share"}});
                add(m, lib);
            },
            Code::Path,
            "changes[6].path",
            "is no folder afterwards",
        ),
        (
            "h56 link becomes a folder",
            |m| {
                let lib = json!({"path": "lib", "op": "replace", "before": [{"kind": "link", "target": "x"}], "after": {"kind": "dir", "mode": "0755"}});
                add(m, lib);
            },
            Code::Path,
            "changes[6].before",
            "is no folder before",
        ),
    ]);
}

#[test]
fn a_full_folder_and_a_link_may_become_each_other() {
    let dir = || json!({"kind": "dir", "mode": "0755"});
    let link = || json!({"kind": "link", "target": "lib"});
    read_mutated(|m| {
        add(m, json!({"path": "zd", "op": "link", "before": [dir()], "after": link()}));
        add(m, json!({"path": "zd/deep", "op": "delete", "before": [dir()]}));
        add(m, json!({"path": "zd/deep/x", "op": "delete", "before": [link()]}));
    })
    .expect("everything leaves the folder before it becomes a link");
    read_mutated(|m| {
        add(m, json!({"path": "zd", "op": "replace", "before": [link()], "after": dir()}));
        add(m, create("zd/x"));
    })
    .expect("the link is a folder before anything comes into it");
    all_refused(&[
        (
            "one of several builds has a link where others have a full folder",
            |m| {
                let before = json!([{"kind": "dir", "mode": "0755"}, {"kind": "link", "target": "lib"}]);
                add(m, json!({"path": "zd", "op": "delete", "before": before}));
                add(m, json!({"path": "zd/x", "op": "delete", "before": [{"kind": "dir", "mode": "0755"}]}));
            },
            Code::Path,
            "changes[11].before",
            "is no folder before",
        ),
        (
            "something is to stay below a link that stays",
            |m| {
                let link = |target: &str| json!({"kind": "link", "target": target});
                add(m, json!({"path": "zd", "op": "link", "before": [link("lib")], "after": link("doc")}));
                add(m, create("zd/x"));
            },
            Code::Path,
            "changes[11].path",
            "is no folder afterwards",
        ),
    ]);
}

#[test]
fn h54_h55_a_link_points_to_a_short_relative_path_inside_the_folder() {
    let long = "a".repeat(5000);
    let deep = format!("{}x", "../".repeat(3));
    for target in [
        "",
        "/etc/passwd",
        "//server/share",
        r"\\server\share",
        r"C:\x",
        "../x",
        "a/../../x",
        "..",
        &long,
        &deep,
    ] {
        let error = read_mutated(|m| add(m, create_link("zl", target))).expect_err(target);
        assert_eq!((error.code, error.at.as_str()), (Code::Path, "changes[10].after.target"), "{target}");
    }
    for target in ["lib/a.so", "./lib", "lib/../doc", "missing", "cur"] {
        read_mutated(|m| add(m, create_link("zl", target))).expect(target);
    }
    read_mutated(|m| add(m, create_link("lib/z/l", "../../doc"))).expect("up, but not out");
}

#[test]
fn a_folder_is_one_whenever_something_is_in_it() {
    let dir = || json!({"kind": "dir", "mode": "0755"});
    let file =
        || json!({"kind": "file", "sha256": Digest::compute(b"f").to_string(), "size": 1, "mode": "0644"});
    let payload = || json!({"encoding": "full", "blob": Digest::compute(b"f").to_string()});
    let lib = |before: Value, after: Option<Value>, op: &str| {
        let mut change = json!({"path": "lib", "op": op, "before": before});
        if let Some(after) = after {
            if after["kind"] == "file" {
                change["payload"] = payload();
            }
            change["after"] = after;
        }
        move |m: &mut Value| add(m, change)
    };
    let refused = |mutate: &dyn Fn() -> Box<dyn FnOnce(&mut Value)>, words: &str| {
        let error = read_mutated(mutate()).expect_err(words);
        assert_eq!(error.code, Code::Path, "{error}");
        assert!(error.message.contains(words), "{error}");
    };
    refused(&|| Box::new(lib(json!([dir()]), None, "delete")), "no folder afterwards");
    refused(&|| Box::new(lib(json!([dir()]), Some(file()), "replace")), "no folder afterwards");
    refused(&|| Box::new(lib(json!([file()]), Some(dir()), "replace")), "no folder before");
    refused(&|| Box::new(lib(json!([]), Some(dir()), "create")), "no folder before");
    read_mutated(|m| {
        add(m, json!({"path": "old", "op": "replace", "before": [file()], "after": dir()}));
        add(m, create("old/x"));
    })
    .expect("a file makes room for a folder of the same name");
}

#[test]
fn h62_a_patch_hands_out_no_special_bits() {
    for mode in ["4755", "2755", "1777", "0000", "0200"] {
        let error = read_mutated(|m| at(m, "share/n")["after"]["mode"] = json!(mode)).expect_err(mode);
        assert_eq!((error.code, error.at.as_str()), (Code::Policy, "changes[8].after.mode"), "{mode}");
        let error = read_mutated(|m| at(m, "bin/app")["after"]["mode"] = json!(mode)).expect_err(mode);
        assert_eq!(error.code, Code::Policy, "{mode}");
    }
    for form in ["107777", "10644", "644", "0o644", "0888", "+644", ""] {
        let error = read_mutated(|m| at(m, "share/n")["after"]["mode"] = json!(form)).expect_err(form);
        assert_eq!((error.code, error.at.as_str()), (Code::Manifest, "changes[8].after.mode"), "{form}");
    }
    read_mutated(|m| {
        at(m, "bin/app")["before"][0]["mode"] = json!("4755");
        at(m, "bin/app")["after"]["mode"] = json!("4750");
    })
    .expect("bits that are there already are kept");
    let error = read_mutated(|m| {
        at(m, "bin/app")["before"][0]["mode"] = json!("2755");
        at(m, "bin/app")["after"]["mode"] = json!("6755");
    });
    assert_eq!(error.expect_err("one bit more").code, Code::Policy);
}

#[test]
fn paths_that_are_only_looked_at_have_to_be_portable_too() {
    let refused = |mutate: fn(&mut Value), at: &str| {
        let error = read_mutated(mutate).expect_err(at);
        assert_eq!((error.code, error.at.as_str()), (Code::Path, at), "{error}");
        read_mutated(|m| {
            m["platforms"] = json!(["linux/x86_64"]);
            mutate(m);
        })
        .expect("fine where Windows is left out");
    };
    refused(|m| m["product"]["detect"][0]["path"] = json!("nul.txt"), "product.detect[0].path");
    refused(|m| m["preflight"][0]["args"]["path"] = json!("con"), "preflight[0].args.path");
    refused(|m| add(m, create_link("zl", "lib/aux.c")), "changes[10].after.target");
}
