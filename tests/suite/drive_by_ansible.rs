//! Many hosts are patched through Ansible, with the collection in `assets/ansible`: as it is built, installed and used.

mod lab;

use std::fs;
use std::process::Command;

use crate::support::console::Console;
use crate::support::sandbox::order;
use crate::support::tools::is_here;
use crate::support::trees::Tree;
use crate::support::trust::write_trusted_key;
use lab::{Lab, Played};

const LOCAL: &str = "[ring0]\na ansible_connection=local\n";
/// One task for the host `a`.
fn task(lab: &Lab, module: &str, options: &str, flags: &[&str]) -> Played {
    let play = format!(
        "- hosts: ring0\n  gather_facts: false\n  tasks:\n    - name: it\n      patchwright.patchwright.{module}:\n        executable: \"@\"\n        path: $/hosts/a\n{options}      register: told\n    - name: told\n      ansible.builtin.debug: {{var: told}}\n"
    );
    lab.play(&play, flags)
}

const PRESENT: &str = "        src: $/fix.patchbundle\n        allow_unsigned: true\n";
const ABSENT: &str = "        id: ACME-1\n        state: absent\n";

#[test]
fn a_patch_comes_and_goes_once_and_a_look_writes_nothing() {
    let Some(lab) = Lab::new("applying a patch through Ansible", LOCAL) else { return };
    let folder = lab.host("a", "good\n");
    let before = Tree::read(&folder);

    let look = task(&lab, "patch", PRESENT, &["--check", "--diff"]);
    look.expect(0, "a", &["changed=1", "failed=0"]);
    look.says("-a = 1 +a = 2");
    before.assert_is(&folder, "after a look");
    assert!(!folder.join(".patchwright").exists(), "a look leaves no trace");

    task(&lab, "patch", PRESENT, &[]).expect(0, "a", &["changed=1", "failed=0"]);
    assert!(lab.has_patch("a"));
    let again = task(&lab, "patch", PRESENT, &[]);
    again.expect(0, "a", &["changed=0", "failed=0"]);
    again.says("\"applied_at\": \"20");
    again.says("\"applied_for\": ");
    task(&lab, "patch", PRESENT, &["--check", "--diff"]).expect(0, "a", &["changed=0"]);

    let info = task(&lab, "patch_info", "        history: true\n", &["--check"]);
    info.expect(0, "a", &["changed=0"]);
    info.says("\"ids\": [ \"ACME-1\" ]");

    let look = task(&lab, "patch", ABSENT, &["--check", "--diff"]);
    look.expect(0, "a", &["changed=1"]);
    look.says("replace conf/x");
    assert!(lab.has_patch("a"), "a look rolls nothing back");
    task(&lab, "patch", ABSENT, &[]).expect(0, "a", &["changed=1"]);
    assert!(!lab.has_patch("a"));
    task(&lab, "patch", ABSENT, &[]).expect(0, "a", &["changed=0"]);
}

#[test]
fn what_the_program_refuses_fails_the_task_with_its_code_and_hint() {
    let Some(lab) = Lab::new("refusing a patch through Ansible", LOCAL) else { return };
    let folder = lab.host("a", "good\n");
    let unsigned = "        src: $/fix.patchbundle\n";
    for flags in [&["--check"][..], &[]] {
        let played = task(&lab, "patch", unsigned, flags);
        played.expect(2, "a", &["failed=1", "changed=0"]);
        played.says("E-TRUST: ");
        played.says("add --allow-unsigned");
    }
    fs::write(folder.join("conf/x"), "a = 3\n").expect("our own file");
    let before = Tree::read(&folder);
    for flags in [&["--check"][..], &[]] {
        let played = task(&lab, "patch", PRESENT, flags);
        played.expect(2, "a", &["failed=1", "changed=0"]);
        played.says("E-DRIFT: ");
        before.assert_is(&folder, "after a refusal");
    }
}

#[test]
fn keeping_for_good_is_done_once() {
    let Some(lab) = Lab::new("keeping a patch through Ansible", LOCAL) else { return };
    lab.host("a", "good\n");
    let keep = "        id: ACME-1\n        state: accepted\n";
    task(&lab, "patch", keep, &[]).says("E-UNKNOWN-PATCH: ");
    task(&lab, "patch", PRESENT, &[]).expect(0, "a", &["changed=1"]);
    task(&lab, "patch", keep, &["--check"]).expect(0, "a", &["changed=1"]);
    task(&lab, "patch", keep, &[]).expect(0, "a", &["changed=1"]);
    task(&lab, "patch", keep, &[]).expect(0, "a", &["changed=0"]);
    let played = task(&lab, "patch", ABSENT, &[]);
    played.expect(2, "a", &["failed=1"]);
    played.says("E-NO-WAY-BACK: ");
}

/// Two rings of the hosts `a` and `b`, which are this machine.
const TWO: &str = "[ring0]\na ansible_connection=local\n[ring1]\nb ansible_connection=local\n";

fn rings(lab: &Lab, rings: &[&str], more: &str, flags: &[&str]) -> Played {
    lab.play(&rings.iter().map(|ring| one_ring(ring, more)).collect::<String>(), flags)
}

fn one_ring(ring: &str, more: &str) -> String {
    format!(
        "- import_playbook: patchwright.patchwright.ring\n  vars:\n    ring: {ring}\n    patchwright_path: \"$/hosts/{{{{ inventory_hostname }}}}\"\n    patchwright_src: $/fix.patchbundle\n    patchwright_executable: \"@\"\n    patchwright_allow_unsigned: true\n{more}"
    )
}

#[test]
fn a_gate_never_sleeps_but_says_until_when_it_waits() {
    let Some(lab) = Lab::new("waiting between two rings", TWO) else { return };
    lab.host("a", "good\n");
    lab.host("b", "good\n");
    for wait in [3600, 0] {
        let played = rings(&lab, &["ring0", "ring1"], &format!("    patchwright_wait: {wait}\n"), &[]);
        match wait {
            0 => played.expect(0, "b", &["changed=1"]),
            _ => {
                played.expect(2, "localhost", &["failed=1"]);
                played.says("ring0 is good and waits until 20");
                assert!(!lab.has_patch("b"), "the second ring waits");
            }
        }
        assert!(lab.has_patch("a"));
    }
    assert!(lab.has_patch("b"));
}

#[test]
fn a_host_whose_clock_is_behind_ends_no_wait() {
    let Some(lab) = Lab::new("waiting for a host whose clock is behind", TWO) else { return };
    lab.host("a", "good\n");
    lab.host("b", "good\n");
    // To this host it is decades ago.
    let behind = "#!/bin/sh\ntold=$(PROGRAM \"$@\"); code=$?\nprintf '%s\\n' \"$told\" | sed -E 's/\"(time|applied)\": *\"2[0-9]{3}-/\"\\1\": \"1999-/'\nexit $code\n";
    lab.sandbox.write("behind", &behind.replace("PROGRAM", env!("CARGO_BIN_EXE_patchwright")));
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(lab.sandbox.path("behind"), mode).expect("our own file");
    let wait = "    patchwright_wait: 3600\n";
    let ring = |name: &str| one_ring(name, wait).replace('@', "$/behind");
    let played = lab.play(&[ring("ring0"), ring("ring1")].concat(), &[]);
    played.expect(2, "localhost", &["failed=1"]);
    played.says("ring0 is good and waits until 20");
    assert!(lab.has_patch("a") && !lab.has_patch("b"), "{}", played.text);
}

#[test]
fn a_limit_without_the_gate_changes_no_host_and_one_with_it_holds_back_the_next_ring() {
    let three = "[ring0]\na ansible_connection=local\nc ansible_connection=local\n[ring1]\nb ansible_connection=local\n";
    let Some(lab) = Lab::new("a limit that leaves out the gate", three) else { return };
    for host in ["a", "b", "c"] {
        lab.host(host, "good\n");
    }
    let all = ["ring0", "ring1"];
    let played = rings(&lab, &all, "", &["--limit", "!c"]);
    assert_eq!(played.code, Some(2), "{}", played.text);
    played.says("The limit !c leaves out localhost, where the gates run");
    assert!(!lab.has_patch("a") && !lab.has_patch("b"), "{}", played.text);

    let with_gates = ["--limit", "all:!c:localhost"];
    let played = rings(&lab, &all, "", &with_gates);
    played.expect(2, "localhost", &["failed=1"]);
    played.says("1 of 2 hosts in ring0 are not good, and 0 may fail: c");
    assert!(lab.has_patch("a") && !lab.has_patch("b"), "{}", played.text);
    rings(&lab, &all, "    patchwright_max_failed: 50%\n", &with_gates).expect(0, "b", &["changed=1"]);
    assert!(!lab.has_patch("c"));
}

#[test]
fn in_plays_of_ones_own_no_ring_begins_whose_gate_was_skipped() {
    let three = "[ring0]\na ansible_connection=local\nc ansible_connection=local\n[ring1]\nb ansible_connection=local\n";
    let Some(lab) = Lab::new("a gate that is skipped", three) else { return };
    for host in ["a", "b", "c"] {
        lab.host(host, "good\n");
    }
    let apply = "    - patchwright.patchwright.patch: {path: \"$/hosts/{{ inventory_hostname }}\", src: $/fix.patchbundle, executable: \"@\", allow_unsigned: true}\n    - ansible.builtin.set_fact: {patchwright_good: true}\n";
    let behind = "    - {ansible.builtin.import_role: {name: patchwright.patchwright.gate, tasks_from: behind}, vars: {gate_behind: ring0}}\n";
    let ring =
        |name: &str, first: &str| format!("- hosts: {name}\n  gather_facts: false\n  tasks:\n{first}{apply}");
    let gate = "- hosts: localhost\n  gather_facts: false\n  tags: gates\n  tasks:\n    - {ansible.builtin.import_role: {name: patchwright.patchwright.gate}, vars: {gate_ring: ring0}}\n";
    let plays = [ring("ring0", ""), gate.to_owned(), ring("ring1", behind)].concat();
    for skips in [["--limit", "!c"], ["--skip-tags", "gates"]] {
        let played = lab.play(&plays, &skips);
        played.expect(2, "b", &["failed=1", "changed=0"]);
        played.says("the gate of ring0 let nobody through, so nothing is changed here");
        assert!(lab.has_patch("a") && !lab.has_patch("b"), "{}", played.text);
    }
    // A gate that stops the run stops the next ring, too.
    lab.host("c", "bad\n");
    let stopped = lab.play(&plays, &[]);
    assert!(stopped.code != Some(0) && !lab.has_patch("b"), "{}", stopped.text);
    lab.host("c", "good\n");
    lab.play(&plays, &[]).expect(0, "b", &["failed=0"]);
    assert!(["a", "b", "c"].iter().all(|host| lab.has_patch(host)));
}

#[test]
fn a_host_that_was_good_in_one_ring_is_not_good_in_the_next_for_that() {
    // `b` is in both rings, and breaks in between.
    let both = "[ring0]\nb ansible_connection=local\n[ring1]\nb\na ansible_connection=local\n[ring2]\nc ansible_connection=local\n";
    let Some(lab) = Lab::new("a host in two rings", both) else { return };
    for host in ["a", "b", "c"] {
        lab.host(host, "good\n");
    }
    let breaks = "- hosts: b\n  gather_facts: false\n  tasks:\n    - {name: break, ansible.builtin.file: {path: $/hosts/b/conf, state: absent}}\n";
    let ring = |name: &str| {
        format!(
            "- import_playbook: patchwright.patchwright.ring\n  vars: {{ring: {name}, patchwright_path: \"$/hosts/{{{{ inventory_hostname }}}}\", patchwright_src: $/fix.patchbundle, patchwright_executable: \"@\", patchwright_allow_unsigned: true, patchwright_checks: $/checks.yml}}\n"
        )
    };
    lab.sandbox.write("checks.yml", "- name: site\n  ansible.builtin.command: test -e {{ patchwright_path }}/conf\n  changed_when: false\n");
    let played = lab.play(&[ring("ring0"), breaks.to_owned(), ring("ring1"), ring("ring2")].concat(), &[]);
    played.expect(2, "localhost", &["failed=1"]);
    played.says("1 of 2 hosts in ring1 are not good, and 0 may fail: b");
    assert!(!lab.has_patch("c"));
}

#[test]
fn a_ring_that_nobody_is_in_shows_nothing() {
    let Some(lab) = Lab::new("an empty ring", "[ring0]\n[ring1]\nb ansible_connection=local\n") else {
        return;
    };
    lab.host("b", "good\n");
    let played = rings(&lab, &["ring0", "ring1"], "", &[]);
    played.says("No host is in ring0");
    assert!(!lab.has_patch("b"));
}

#[test]
fn three_rings_of_which_the_second_fails_leave_the_third_as_it_was() {
    const STORY: &str = "three rings through ssh";
    let Some(mut lab) = Lab::new(STORY, LOCAL) else { return };
    let Some(ports) = lab.daemons(4, STORY) else { return };
    let host = |name: &str, port: usize| format!("{name} ansible_port={}\n", ports[port]);
    let vars = "[all:vars]\nansible_host=127.0.0.1\nansible_ssh_private_key_file=$/client\nansible_ssh_common_args=-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ConnectTimeout=5 -F none\n";
    let inventory = [
        "[ring0]\na ansible_connection=local\n",
        &host("s1", 0),
        "[ring1]\n",
        &host("s2", 1),
        &host("s3", 2),
        "[ring2]\n",
        &host("s4", 3),
        vars,
    ];
    let write = |lab: &Lab, text: &str| {
        let root = lab.sandbox.path("");
        lab.sandbox.write(
            "inventory",
            &text.replace('$', root.to_str().expect("a plain name").trim_end_matches('/')),
        );
    };
    write(&lab, &inventory.concat());
    for name in ["a", "s1", "s2", "s4"] {
        lab.host(name, "good\n");
    }
    let bad = lab.host("s3", "bad\n");
    let all = ["ring0", "ring1", "ring2"];

    // A look at all three goes through every gate, and writes nothing.
    let seen: Vec<Tree> =
        ["a", "s4"].map(|name| Tree::read(&lab.sandbox.path(&format!("hosts/{name}")))).into();
    rings(&lab, &all, "", &["--check", "--diff"]).expect(0, "s4", &["changed=1"]);
    for (name, tree) in ["a", "s4"].iter().zip(&seen) {
        tree.assert_is(&lab.sandbox.path(&format!("hosts/{name}")), "after a look");
    }

    let played = rings(&lab, &all, "", &[]);
    played.expect(2, "localhost", &["failed=1"]);
    played.says("E-HEALTH: ");
    played.says("1 of 2 hosts in ring1 are not good, and 0 may fail: s3");
    let patched = ["a", "s1", "s2", "s3", "s4"].map(|name| lab.has_patch(name));
    assert_eq!(patched, [true, true, true, false, false], "{}", played.text);
    assert_eq!(fs::read(bad.join("role")).expect("our own file"), b"bad\n");

    // Half of the ring may fail, so the third comes, and what is there stays untouched.
    let played = rings(&lab, &all, "    patchwright_max_failed: 50%\n", &[]);
    for (name, counts) in [("a", "changed=0"), ("s2", "changed=0"), ("s3", "failed=1"), ("s4", "changed=1")] {
        assert!(played.of(name).contains(counts), "{name}: {}", played.text);
    }
    assert!(lab.has_patch("s4"));

    // Nobody answers at the last port: that counts, too.
    write(
        &lab,
        &[&inventory.concat().replace("[ring1]", &format!("{}[ring1]", host("down", 4))), ""].concat(),
    );
    lab.host("s4", "good\n");
    let played = rings(&lab, &all, "", &[]);
    assert!(played.of("down").contains("unreachable=1"), "{}", played.text);
    played.says("1 of 3 hosts in ring0 are not good, and 0 may fail: down");
    assert!(!lab.has_patch("s4"));
}

#[test]
fn a_switch_is_moved_once() {
    let Some(lab) = Lab::new("moving a switch through Ansible", LOCAL) else { return };
    lab.host("a", "good\n");
    let toggle = "[[toggles]]\nid = \"faster\"\ntitle = \"faster\"\nfile = \"conf.env\"\nkind = \"env\"\nkey = \"FAST\"\non = \"1\"\noff = \"0\"\ntakes_effect = \"live\"\nwhen_off = \"slow again\"\n";
    for (file, text) in
        [("old2/conf.env", "X=1\n"), ("new2/conf.env", "X=1\nFAST=1\n"), ("hosts/a/conf.env", "X=1\n")]
    {
        lab.sandbox.write(file, text);
    }
    lab.sandbox.write("order.toml", &order("ACME-2", "", toggle));
    Console::new(&lab.sandbox)
        .done("make --from $/old2 --to $/new2 --order $/order.toml --output $/switch.patchbundle");
    task(&lab, "patch", &PRESENT.replace("fix", "switch"), &[]).expect(0, "a", &["changed=1"]);
    // As people write it: YAML makes a truth of it.
    let off = "        id: faster\n        state: off\n";
    for (flags, counts) in [(&["--check", "--diff"][..], "changed=1"), (&[], "changed=1"), (&[], "changed=0")]
    {
        task(&lab, "toggle", off, flags).expect(0, "a", &[counts]);
    }
    assert_eq!(lab.sandbox.read("hosts/a/conf.env").as_deref(), Some("X=1\nFAST=0\n"));
    task(&lab, "toggle", &off.replace("faster", "slower"), &[]).says("E-");
}

#[test]
fn the_folders_of_a_host_are_brought_in_line_once_and_a_person_is_not_fought() {
    let Some(lab) = Lab::new("a state file through Ansible", LOCAL) else { return };
    lab.host("a", "good\n");
    write_trusted_key(&lab.sandbox, "acme", 1, "author");
    let trust = lab.sandbox.read("settings/trust.toml").expect("keys");
    lab.sandbox.write("home/.config/patchwright/trust.toml", &trust);
    let console = Console::new(&lab.sandbox).with_keys();
    console.done("sign $/fix.patchbundle --key $/acme.key --as author");
    fs::create_dir(lab.sandbox.path("patches")).expect("our own folder");
    fs::copy(lab.sandbox.path("fix.patchbundle"), lab.sandbox.path("patches/fix.patchbundle"))
        .expect("a copy");
    let root = lab.sandbox.path("");
    let root = root.to_str().expect("a plain name").trim_end_matches('/');
    let section = format!("[[folders]]\npath = \"{root}/hosts/a\"\nhave = [\"ACME-1\"]\n");
    let head = "format = \"patchwright-state/1\"\npatches = \"patches\"\n";
    lab.sandbox.write("state.toml", &format!("{head}{section}"));
    let wanted = |flags: &[&str]| {
        lab.play(
            "- hosts: ring0\n  gather_facts: false\n  tasks:\n    - patchwright.patchwright.wanted: {state_file: $/state.toml, executable: \"@\"}\n      register: told\n    - ansible.builtin.debug: {var: told}\n",
            flags,
        )
    };
    let look = wanted(&["--check", "--diff"]);
    look.expect(0, "a", &["changed=1"]);
    look.says("ACME-1: to be applied");
    assert!(!lab.has_patch("a"), "a look changes nothing");
    wanted(&[]).expect(0, "a", &["changed=1"]);
    assert!(lab.has_patch("a"));
    wanted(&[]).expect(0, "a", &["changed=0"]);
    lab.play(
        "- hosts: ring0\n  gather_facts: false\n  tasks:\n    - ansible.builtin.command: \"@ rollback $/hosts/a --yes\"\n",
        &[],
    )
    .expect(0, "a", &["changed=1"]);
    let left = wanted(&[]);
    left.expect(0, "a", &["changed=0", "failed=0"]);
    left.says("so it isn't applied again");
    lab.sandbox.write("state.toml", &format!("{head}{}", section.replace("ACME-1", "ACME-7")));
    wanted(&[]).says("E-MISSING: ");
}

#[test]
fn every_module_and_the_role_are_documented() {
    let Some(lab) = Lab::new("reading the documentation with ansible-doc", LOCAL) else { return };
    for name in ["patch", "patch_info", "toggle", "wanted"] {
        let shown = lab.run("ansible-doc", &[&format!("patchwright.patchwright.{name}")]);
        assert_eq!(shown.code, Some(0), "{}", shown.text);
        shown.says("OPTIONS");
        shown.says("EXAMPLES");
    }
    let shown = lab.run("ansible-doc", &["-t", "role", "-r", "$/none", "patchwright.patchwright.gate"]);
    shown.says("gate_max_failed");
    shown.says("gate_behind");
}

#[test]
fn the_linter_of_ansible_finds_nothing() {
    const STORY: &str = "linting the collection";
    let Some(lab) = Lab::new(STORY, LOCAL) else { return };
    if !is_here("ansible-lint", STORY) {
        return;
    }
    let installed = lab.sandbox.path("collections/ansible_collections/patchwright/patchwright");
    let linted = Command::new("ansible-lint")
        .args(["--offline", "--nocolor"])
        .current_dir(&installed)
        .env("HOME", lab.sandbox.path("home"))
        .env("ANSIBLE_COLLECTIONS_PATH", lab.sandbox.path("collections"))
        .output()
        .expect("it starts");
    let told =
        [linted.stdout, linted.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(linted.status.success(), "{told}");
}
