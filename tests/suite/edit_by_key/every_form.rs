//! The same story in every form of file: a patch edits it, somebody edits it, and the patch goes again.

use std::fs;

use super::make;
use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};

/// One file, what a patch does to it, and what somebody does to it on the line beside.
struct Case {
    file: &'static str,
    content: &'static str,
    edits: &'static str,
    edited: &'static str,
    /// What somebody writes instead of what, before or after the patch is applied.
    here: (&'static str, &'static str),
    /// The same of a value that the patch set.
    again: (&'static str, &'static str),
}

const MANIFESTS: &str = "# the site\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2 # enough\n  paused: false\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: db\nspec:\n  replicas: 2\n  paused: false\n";
const MANIFESTS_EDITED: &str = "# the site\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 5 # enough\n  paused: false\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: db\nspec:\n  replicas: 2\n  paused: false\n";

const CASES: [Case; 10] = [
    Case {
        file: "a.json",
        content: "{\n  \"tag\": 1,\n  \"port\": 80,\n  \"list\": [1, 2]\n}\n",
        edits: "do = [{ set = \"tag\", to = 2 }, { set = \"new\", to = \"x\", create = true }]",
        edited: "{\n  \"tag\": 2,\n  \"port\": 80,\n  \"list\": [1, 2],\n  \"new\": \"x\"\n}\n",
        here: ("\"port\": 80", "\"port\": 8080"),
        again: ("\"tag\": 2", "\"tag\": 9"),
    },
    Case {
        file: "a.jsonc",
        content: "{\n  // the tag\n  \"tag\": 1, // pinned\n  \"port\": 80,\n}\n",
        edits: "do = [{ set = \"tag\", to = 2 }]",
        edited: "{\n  // the tag\n  \"tag\": 2, // pinned\n  \"port\": 80,\n}\n",
        here: ("\"port\": 80,", "\"port\": 8080, // ours"),
        again: ("\"tag\": 2", "\"tag\": 9"),
    },
    Case {
        file: "a.toml",
        content: "tag = 1 # pinned\nport = 80\n\n[log]\nlevel = \"x\"\n",
        edits: "do = [{ set = \"tag\", to = 2 }, { remove = \"log.level\" }]",
        edited: "tag = 2 # pinned\nport = 80\n\n[log]\n",
        here: ("port = 80", "port = 8080"),
        again: ("tag = 2", "tag = 9"),
    },
    Case {
        file: "a.yaml",
        content: "tag: 1 # pinned\nport: 80\nenv:\n- name: A\n  value: x\n",
        edits: "do = [{ set = \"tag\", to = 2 }, { set = \"env[name=A].value\", to = \"zz\" }]",
        edited: "tag: 2 # pinned\nport: 80\nenv:\n- name: A\n  value: zz\n",
        here: ("port: 80", "port: 8080"),
        again: ("tag: 2", "tag: 9"),
    },
    Case {
        file: "many.yaml",
        content: MANIFESTS,
        edits: "where = { kind = \"Deployment\", \"metadata.name\" = \"web\" }\ndo = [{ set = \"spec.replicas\", to = 5 }]",
        edited: MANIFESTS_EDITED,
        here: ("enough\n  paused: false", "enough\n  paused: true"),
        again: ("replicas: 5", "replicas: 9"),
    },
    Case {
        file: "workflow.yml",
        content: "on: push\nname: build\nsteps:\n- uses: a/b@v1\n",
        edits: "do = [{ set = \"name\", to = \"test\" }]",
        edited: "on: push\nname: test\nsteps:\n- uses: a/b@v1\n",
        here: ("uses: a/b@v1", "uses: ours/b@v1"),
        again: ("name: test", "name: ours"),
    },
    Case {
        file: "a.ini",
        content: "; ours\n[a]\ntag = 1\nport = 80\n\n[b]\ntag = 1\n",
        edits: "do = [{ set = \"a.tag\", to = 2 }]",
        edited: "; ours\n[a]\ntag = 2\nport = 80\n\n[b]\ntag = 1\n",
        here: ("port = 80", "port = 8080"),
        again: ("tag = 2", "tag = 9"),
    },
    Case {
        file: "a.properties",
        content: "# ours\nserver.tag=1\nserver.port=80\n",
        edits: "do = [{ set = \"server.tag\", to = \"2\" }]",
        edited: "# ours\nserver.tag=2\nserver.port=80\n",
        here: ("port=80", "port=8080"),
        again: ("tag=2", "tag=9"),
    },
    Case {
        file: "app.env",
        content: "# ours\nTAG=1\nPORT=80\n",
        edits: "do = [{ set = \"TAG\", to = \"2\" }]",
        edited: "# ours\nTAG=2\nPORT=80\n",
        here: ("PORT=80", "PORT=8080"),
        again: ("TAG=2", "TAG=9"),
    },
    Case {
        file: "web.service.d/x.conf",
        content: "[Service]\nUser=a\nRestart=no\nEnvironment=A=1\nEnvironment=B=2\n",
        edits: "do = [{ set = \"Service.User\", to = \"b\" }, { add = \"Service.Environment[]\", value = \"C=3\" }]",
        edited: "[Service]\nUser=b\nRestart=no\nEnvironment=A=1\nEnvironment=B=2\nEnvironment=C=3\n",
        here: ("Restart=no", "Restart=always"),
        again: ("User=b", "User=ours"),
    },
];

impl Case {
    fn edits(&self) -> String {
        format!("[[edits]]\nfile = \"{}\"\n{}\n", self.file, self.edits)
    }

    fn path(&self) -> String {
        format!("app/{}", self.file)
    }

    /// The text with what somebody wrote here.
    fn ours(&self, text: &str) -> String {
        assert!(text.contains(self.here.0), "{}: {text}", self.file);
        text.replacen(self.here.0, self.here.1, 1)
    }

    /// A product with this file in `$/app`, and a patch made for it.
    fn product(&self, here: &str) -> Sandbox {
        let known = format!("known/{}", self.file);
        let sandbox = Sandbox::with(&[(&*self.path(), here), (&*known, self.content)]);
        sandbox.write("order.toml", &order("ACME-1", "", &self.edits()));
        make(&Console::new(&sandbox));
        sandbox
    }
}

const APPLY: &str = "apply $/fix.patchbundle $/app --yes --allow-unsigned";

#[test]
fn what_somebody_edits_on_the_next_line_stays_when_the_patch_goes() {
    for case in &CASES {
        let sandbox = case.product(case.content);
        let console = Console::new(&sandbox);
        console.done(APPLY);
        assert_eq!(sandbox.read(&case.path()).as_deref(), Some(case.edited), "{}", case.file);
        fs::write(sandbox.path(&case.path()), case.ours(case.edited)).expect("our own file");
        let rollback = console.done("rollback $/app --yes");
        assert_eq!(sandbox.read(&case.path()), Some(case.ours(case.content)), "{}: {rollback}", case.file);
        console.done("reapply $/app --allow-unsigned --yes");
        assert_eq!(sandbox.read(&case.path()), Some(case.ours(case.edited)), "{}", case.file);
    }
}

#[test]
fn what_somebody_edited_before_stays_and_a_second_apply_finds_all_of_it_there() {
    for case in &CASES {
        let sandbox = case.product(&case.ours(case.content));
        let console = Console::new(&sandbox);
        console.done(APPLY);
        assert_eq!(sandbox.read(&case.path()), Some(case.ours(case.edited)), "{}", case.file);
        let again = console.done(&format!("{APPLY} --json")).json();
        assert_eq!(again["outcome"], "nothing-to-do", "{}", case.file);
        console.done("rollback $/app --yes");
        assert_eq!(sandbox.read(&case.path()), Some(case.ours(case.content)), "{}", case.file);
    }
}

#[test]
fn a_file_that_has_all_of_it_without_the_patch_stays_as_it_is() {
    for case in &CASES {
        let sandbox = case.product(&case.ours(case.edited));
        let console = Console::new(&sandbox);
        console.done(APPLY);
        assert_eq!(sandbox.read(&case.path()), Some(case.ours(case.edited)), "{}", case.file);
    }
}

#[test]
fn a_value_that_the_patch_set_and_somebody_changed_again_is_left_to_a_person() {
    for case in &CASES {
        let sandbox = case.product(case.content);
        let console = Console::new(&sandbox);
        console.done(APPLY);
        let other = case.edited.replacen(case.again.0, case.again.1, 1);
        assert_ne!(other, case.edited, "{}", case.file);
        fs::write(sandbox.path(&case.path()), &other).expect("our own file");
        let run = console.run("rollback $/app --yes");
        assert_eq!(run.code, 3, "{}: {run}", case.file);
        assert_eq!(sandbox.read(&case.path()), Some(other), "{}", case.file);
    }
}
