//! A value that a trusted fix set counts no more when a stranger adds lines around it, and none of its lines is touched. It
//! is told, and stops, as if its line had been taken out.

use super::Scene;

/// A file before the fix, with it, and after a patch of a stranger that only adds to it.
const GONE: [(&str, [&str; 3]); 16] = [
    ("a.ini", ["[a]\nx=1\ntls=no\n", "[a]\nx=1\ntls=yes\n", "[a]\nx=1\n[z]\ntls=yes\n"]),
    ("b.ini", ["[a]\ntls=no\nx=1\n", "[a]\ntls=yes\nx=1\n", "[a]\ntls=yes\nx=1\nTLS=no\n"]),
    ("c.ini", ["[a]\ntls=no\n", "[a]\ntls=yes\n", "[a]\ntls=yes\n[a]\ntls=no\n"]),
    ("a.toml", ["[a]\nx=1\ntls=false\n", "[a]\nx=1\ntls=true\n", "[a]\nx=1\n[z]\ntls=true\n"]),
    ("b.toml", ["x=1\ntls=false\n", "x=1\ntls=true\n", "x=1\nz='''\ntls=true\n'''\n"]),
    ("a.yaml", ["a:\n  x: 1\n  t: no\n", "a:\n  x: 1\n  t: yes\n", "a:\n  x: 1\nz:\n  t: yes\n"]),
    ("b.yaml", ["a:\n  t: 0\n  x: 1\n", "a:\n  t: 1\n  x: 1\n", "a:\n  t: 1\n  x: 1\n  \"t\": 0\n"]),
    ("c.yaml", ["a:\n  x: 1\n  t: 0\n", "a:\n  x: 1\n  t: 1\n", "a:\n  x: 1\nz: |\n  t: 1\n"]),
    (
        "a.json",
        [
            "{\n\"a\": {\n  \"x\": 1,\n  \"t\": 0\n}}\n",
            "{\n\"a\": {\n  \"x\": 1,\n  \"t\": 1\n}}\n",
            "{\n\"a\": {\n  \"x\": 1 },\n\"z\": {\n  \"t\": 1\n}}\n",
        ],
    ),
    (
        "b.jsonc",
        [
            "{\n  \"x\": 1,\n  \"t\": 0,\n  \"y\": 1\n}\n",
            "{\n  \"x\": 1,\n  \"t\": 1,\n  \"y\": 1\n}\n",
            "{\n  \"x\": 1,\n/*\n  \"t\": 1,\n*/\n  \"y\": 1\n}\n",
        ],
    ),
    ("a.env", ["TLS=0\nN=1\n", "TLS=1\nN=1\n", "TLS=1\nN=1\nexport TLS=0\n"]),
    ("b.env", ["TLS=0\nN=1\n", "TLS=1\nN=1\n", "TLS=1\nN=1\nTLS=\n"]),
    ("c.env", ["N=1\nTLS=0\n", "N=1\nTLS=1\n", "N=1\nZ='\nTLS=1\n'\n"]),
    ("a.properties", ["a=1\ntls=false\nn=1\n", "a=1\ntls=true\nn=1\n", "a=1\\\ntls=true\nn=1\n"]),
    (
        "a.service",
        [
            "[Service]\nNoNewPrivileges=no\nX=1\n",
            "[Service]\nNoNewPrivileges=yes\nX=1\n",
            "[Service]\nNoNewPrivileges=yes\nX=1\nNoNewPrivileges=false\n",
        ],
    ),
    ("new.ini", ["", "[a]\ntls=yes\n", "[z]\n[a]\ntls=yes\nTLS=no\n"]),
];

/// The same with what is nobody's loss.
const BESIDE: [(&str, [&str; 3]); 9] = [
    ("a.ini", ["[a]\nx=1\ntls=no\n", "[a]\nx=1\ntls=yes\n", "[z]\nq=1\n[a]\nx=1\n; new\ny=2\ntls=yes\n"]),
    ("a.toml", ["[a]\nx=1\ntls=false\n", "[a]\nx=1\ntls=true\n", "[a]\nx=1\ntls=true\ny=2\n[z]\nq=false\n"]),
    (
        "a.yaml",
        ["a:\n  x: 1\n  t: no\n", "a:\n  x: 1\n  t: yes\n", "a:\n  x: 1\n  t: yes\n  y: 2\nz:\n  q: no\n"],
    ),
    (
        "list.yaml",
        [
            "c:\n- name: w\n  image: 1\n  more: 1\n",
            "c:\n- name: w\n  image: 2\n  more: 1\n",
            "c:\n- name: v\n  image: 3\n- name: w\n  image: 2\n  more: 1\n  env: 1\n",
        ],
    ),
    (
        "a.json",
        [
            "{\n  \"x\": 1,\n  \"t\": 0\n}\n",
            "{\n  \"x\": 1,\n  \"t\": 1\n}\n",
            "{\n  \"z\": {\"t\": 0},\n  \"x\": 1,\n  \"t\": 1\n}\n",
        ],
    ),
    ("a.env", ["TLS=0\nN=1\n", "TLS=1\nN=1\n", "# new\nA='b c'\nTLS=1\nN=1\nTLS_MORE=0\n"]),
    ("a.properties", ["a=1\ntls=false\nn=1\n", "a=1\ntls=true\nn=1\n", "a=1\nb=\\\n  2\ntls=true\nn=1\n"]),
    (
        "a.service",
        ["[Service]\nA=0\nX=1\n", "[Service]\nA=1\nX=1\n", "[Unit]\nAfter=n\n[Service]\nA=1\nX=1\n"],
    ),
    (
        "b.service",
        [
            "[Unit]\nAfter=a\nX=1\n",
            "[Unit]\nAfter=a\nAfter=b\nX=1\n",
            "[Unit]\nAfter=a\nAfter=b\nAfter=c\nX=1\n",
        ],
    ),
];

/// A folder in which Ann's fix of this file is, and a stranger's patch made on top of it.
fn fixed(file: &str, [before, left, now]: [&str; 3]) -> (Scene, String) {
    let scene = Scene::new();
    let fix = scene.bundle("L-1", &["CVE-1"]);
    let fix = match before {
        "" => fix.create(file, left),
        before => {
            scene.sandbox.write(&format!("app/{file}"), before);
            fix.replace(file, before, left)
        }
    };
    let fix = scene.patch(Some("ann"), &fix);
    scene.must_apply(&fix);
    let on_top = scene.bundle("E-1", &["E"]).replace(file, left, now);
    let on_top = scene.patch(None, &on_top);
    (scene, on_top)
}

#[test]
fn a_strangers_additions_do_not_take_a_value_of_a_trusted_fix_away_unasked() {
    for (file, texts) in GONE {
        let (scene, on_top) = fixed(file, texts);
        let run = scene.apply(&on_top, "");
        assert_eq!(run.code, 3, "{file}: {run}");
        assert!(run.err.contains("E-OVERLAP") || run.err.contains("E-UNDOES"), "{file}: {run}");
        assert_eq!(scene.read(file).as_deref(), Some(texts[1]), "{file}");
        // Whoever knows better says why, and that stays in the history.
        let known = scene.apply(&on_top, "--allow-related=known --allow-undo=known");
        assert_eq!(known.code, 0, "{file}: {known}");
        assert_eq!(scene.read(file).as_deref(), Some(texts[2]), "{file}");
        let set_aside = scene.last_overrides().to_string();
        assert!(set_aside.contains("known"), "{file}: {set_aside}");
    }
}

#[test]
fn the_value_that_counts_no_more_is_named() {
    for (index, told) in [
        (0, "Changes what L-1 set in a.ini (a.tls: \"yes\" with L-1, not there with this patch)"),
        (10, "(TLS: \"1\" with L-1, not the same for every program with this patch)"),
    ] {
        let (file, texts) = GONE[index];
        let (scene, on_top) = fixed(file, texts);
        let run = scene.apply(&on_top, "");
        assert!(run.err.contains(told), "{run}");
    }
}

#[test]
fn a_text_patch_takes_a_value_away_no_sooner_than_a_patch_file() {
    let (scene, _) = fixed(GONE[0].0, GONE[0].1);
    let text = "--- a/a.ini\n+++ b/a.ini\n@@ -1,3 +1,4 @@\n [a]\n x=1\n+[z]\n tls=yes\n";
    scene.sandbox.write("u.patch", text);
    scene.refuses("u.patch", "E-OVERLAP", "a.tls");
}

#[test]
fn twin_ordinary_additions_of_a_stranger_come_without_a_question() {
    for (file, texts) in BESIDE {
        let (scene, on_top) = fixed(file, texts);
        scene.must_apply(&on_top);
        assert_eq!(scene.read(file).as_deref(), Some(texts[2]), "{file}");
    }
}

#[test]
fn twin_a_chain_of_hotfixes_on_one_file_of_settings_raises_no_alarm() {
    let chains: [(&str, [&str; 6]); 7] = [
        (
            "s.ini",
            [
                "[a]\nx=1\n[b]\ny=1\n",
                "[a]\nx=2\ntls=no\n[b]\ny=1\n",
                "[a]\nx=2\ntls=yes\n[b]\ny=1\nz=1\n",
                "; moved\n[a]\nx=2\n[b]\ny=1\nz=1\n[sec]\ntls=yes\n",
                "; moved\n[a]\nx = 3\n[b]\ny=1\nz=1\n[sec]\ntls=always\n",
                "; moved\n[a]\nx = 3\n[more]\nq=1\n[b]\ny=1\nz=1\n[sec]\ntls=always\nold=1\n",
            ],
        ),
        (
            "s.toml",
            [
                "[a]\nx = 1\n[b]\ny = 1\n",
                "[a]\nx = 2\nl = [1]\n[b]\ny = 1\n",
                "[a]\nx = 2\nl = [1, 2]\n[b]\ny = 1\nz = 1\n",
                "[a]\nx = 2\n[b]\ny = 1\nz = 1\n[c]\nl = [1, 2]\n",
                "[a]\nx = 3\n[b]\ny = 1\nz = 1\n[c]\nl = [1, 2, 3]\n",
                "[[t]]\nn = 1\n[a]\nx = 3\n[b]\ny = 1\nz = 1\n[c]\nl = [0, 1, 2, 3]\n",
            ],
        ),
        (
            "s.yaml",
            [
                "a:\n  x: 1\nb:\n- name: w\n  v: 1\n",
                "a:\n  x: 2\n  t: no\nb:\n- name: w\n  v: 1\n",
                "a:\n  x: 2\n  t: yes\nb:\n- name: w\n  v: 2\n",
                "a:\n  x: 2\nsec:\n  t: yes\nb:\n- name: w\n  v: 2\n- name: u\n  v: 5\n",
                "a: {x: 3}\nsec:\n  t: yes\nb:\n- name: t\n  v: 6\n- name: w\n  v: 2\n  q: 1\n",
                "base: &d {k: 1}\na: {x: 3}\nsec:\n  t: yes\nb:\n- name: t\n  v: 6\n- name: w\n  v: 3\n  q: 1\n",
            ],
        ),
        (
            "s.json",
            [
                "{\n  \"a\": 1,\n  \"b\": [1]\n}\n",
                "{\n  \"a\": 2,\n  \"b\": [1],\n  \"t\": false\n}\n",
                "{\n  \"a\": 2,\n  \"b\": [1, 2],\n  \"t\": true\n}\n",
                "{\n  \"a\": 2,\n  \"b\": [1, 2],\n  \"sec\": {\n    \"t\": true\n  }\n}\n",
                "{\n  \"a\": 3,\n  \"b\": [2, 3],\n  \"sec\": {\n    \"t\": true\n  }\n}\n",
                "{\n  \"z\": {\"a\": 1},\n  \"a\": 4,\n  \"b\": [2, 3],\n  \"sec\": {\n    \"t\": true,\n    \"u\": 1\n  }\n}\n",
            ],
        ),
        (
            "s.env",
            [
                "A=1\n",
                "A=2\nT=0\n",
                "A=2\nT=1\nU=1\n",
                "# settings\nexport A=2\nT=\"1\"\nU=1\n",
                "# settings\nA=3\nT=\"1\"\nU=1\n",
                "# settings\nB='x y'\nA=3\nT=2\nU=1\n",
            ],
        ),
        (
            "s.properties",
            [
                "a=1\n",
                "a=2\nt=0\n",
                "a=2\nt=1\nu=1\n",
                "a = 2\nt: 1\nu=1\n",
                "a=3\nt: 1\nu=\\\n 1\n",
                "b=1\na=3\nt: 2\nu=\\\n 1\n",
            ],
        ),
        (
            "s.service",
            [
                "[Service]\nX=1\n",
                "[Service]\nX=2\nEnvironment=A=1\n",
                "[Service]\nX=2\nEnvironment=A=1\nEnvironment=B=1\n",
                "[Unit]\nAfter=a\n[Service]\nX=2\nEnvironment=A=1\nEnvironment=B=1\n",
                "[Unit]\nAfter=a\nAfter=b\n[Service]\nX=3\nEnvironment=A=1\nEnvironment=B=2\n",
                "[Unit]\nAfter=a\nAfter=b\n[Service]\nX=3\nEnvironment=A=1\nEnvironment=B=2\nEnvironment=C=1\n",
            ],
        ),
    ];
    for (file, texts) in chains {
        let scene = Scene::new();
        scene.sandbox.write(&format!("app/{file}"), texts[0]);
        for (index, pair) in texts.windows(2).enumerate() {
            let fix = scene.bundle(&format!("L-{index}"), &[&format!("CVE-{index}")]);
            let fix = scene.patch(Some("ann"), &fix.replace(file, pair[0], pair[1]));
            let run = scene.apply(&fix, "");
            assert_eq!(run.code, 0, "{file} {index}: {run}");
            assert_eq!(scene.read(file).as_deref(), Some(pair[1]), "{file} {index}");
        }
    }
}
