//! Lists that a site has elements of its own in: what a patch adds or takes out comes and goes, and theirs stay in their order.

use super::make;
use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};

/// One way to spell a list.
struct List {
    file: &'static str,
    /// What stands before the first element, and behind the last one.
    around: [&'static str; 2],
    /// One element, with `@` as its name.
    element: &'static str,
    between: &'static str,
    /// The element as a value of an order, and how it is picked.
    value: &'static str,
    pick: &'static str,
}

const LISTS: [List; 8] = [
    List {
        file: "a.yaml",
        around: ["# ours\nport: 1\nlist:\n", "last: 1\n"],
        element: "- name: @\n  value: \"1\"\n",
        between: "",
        value: "{ name = \"@\", value = \"1\" }",
        pick: "list[name=@]",
    },
    List {
        file: "b.yaml",
        around: ["list:\n", ""],
        element: "  - @\n",
        between: "",
        value: "\"@\"",
        pick: "list[=@]",
    },
    List {
        file: "c.yaml",
        around: ["list: [", "] # all\nlast: 1\n"],
        element: "@",
        between: ", ",
        value: "\"@\"",
        pick: "list[=@]",
    },
    List {
        file: "a.json",
        around: ["{\n  \"list\": [\n", "\n  ],\n  \"last\": 1\n}\n"],
        element: "    \"@\"",
        between: ",\n",
        value: "\"@\"",
        pick: "list[=@]",
    },
    List {
        file: "b.json",
        around: ["{\"list\": [", "]}\n"],
        element: "\"@\"",
        between: ", ",
        value: "\"@\"",
        pick: "list[=@]",
    },
    List {
        file: "a.toml",
        around: ["list = [", "] # all\nlast = 1\n"],
        element: "\"@\"",
        between: ", ",
        value: "\"@\"",
        pick: "list[=@]",
    },
    List {
        file: "b.toml",
        around: ["list = [\n", "]\nlast = 1\n"],
        element: "  \"@\",\n",
        between: "",
        value: "\"@\"",
        pick: "list[=@]",
    },
    List {
        file: "web.service",
        around: ["[Service]\nUser=a\n", "Restart=no\n"],
        element: "Environment=@\n",
        between: "",
        value: "\"@\"",
        pick: "Service.Environment[=@]",
    },
];

impl List {
    fn spelled(&self, names: &str) -> String {
        let elements: Vec<String> = names.split(' ').map(|name| self.element.replace('@', name)).collect();
        [self.around[0], &elements.join(self.between), self.around[1]].concat()
    }

    /// A product with `here` in its file, and a patch with these operations that was made where it has `known`.
    fn product(&self, here: &str, known: &str, ops: &str) -> Sandbox {
        let sandbox = Sandbox::with(&[
            (&*format!("app/{}", self.file), &*self.spelled(here)),
            (&*format!("known/{}", self.file), &*self.spelled(known)),
        ]);
        let edits = format!("[[edits]]\nfile = \"{}\"\ndo = [{ops}]\n", self.file);
        sandbox.write("order.toml", &order("ACME-1", "", &edits));
        make(&Console::new(&sandbox));
        sandbox
    }

    fn add(&self, name: &str) -> String {
        let list = self.pick.split_once('[').expect("a list").0;
        format!("{{ add = \"{list}[]\", value = {} }}", self.value.replace('@', name))
    }

    fn remove(&self, name: &str) -> String {
        format!("{{ remove = \"{}\" }}", self.pick.replace('@', name))
    }

    /// Applies, has somebody write the list, and rolls back.
    fn story(&self, sandbox: &Sandbox, [applied, written, back]: [&str; 3]) {
        let console = Console::new(sandbox);
        let path = format!("app/{}", self.file);
        let told = |doing: &str| format!("{doing} of {}: {applied} | {written} | {back}", self.file);
        let run = console.run("apply $/fix.patchbundle $/app --yes --allow-unsigned");
        assert_eq!(run.code, 0, "{}: {run}", told("apply"));
        assert_eq!(sandbox.read(&path), Some(self.spelled(applied)), "{}", told("apply"));
        sandbox.write(&path, &self.spelled(written));
        let run = console.run("rollback $/app --yes");
        assert_eq!(run.code, 0, "{}: {run}", told("rollback"));
        assert_eq!(sandbox.read(&path), Some(self.spelled(back)), "{}", told("rollback"));
    }
}

#[test]
fn elements_of_the_site_stay_where_a_patch_adds_one_and_goes_again() {
    for list in &LISTS {
        for (here, story) in [
            ("a", ["a b", "a b", "a"]),
            ("a", ["a b", "a b ours", "a ours"]),
            ("a", ["a b", "a ours b", "a ours"]),
            ("a", ["a b", "ours a b", "ours a"]),
            ("a ours", ["a ours b", "a ours b", "a ours"]),
            ("ours a", ["ours a b", "ours a b more", "ours a more"]),
            ("a ours", ["a ours b", "a ours more b last", "a ours more last"]),
        ] {
            list.story(&list.product(here, "a", &list.add("b")), story);
        }
    }
}

#[test]
fn elements_of_the_site_stay_where_a_patch_takes_one_out_and_goes_again() {
    for list in &LISTS {
        for (here, story) in [
            ("a x c", ["a c", "a c", "a x c"]),
            ("a x c", ["a c", "a c ours", "a x c ours"]),
            ("a x c", ["a c", "ours a c", "ours a x c"]),
            ("a ours x c", ["a ours c", "a ours c", "a ours x c"]),
            ("ours a x c", ["ours a c", "ours a c more", "ours a x c more"]),
        ] {
            list.story(&list.product(here, "a x c", &list.remove("x")), story);
        }
    }
}

#[test]
fn twin_what_somebody_took_out_of_a_list_is_not_brought_back_by_a_rollback() {
    for list in &LISTS {
        // The patch's own element, and one of the site's.
        list.story(&list.product("a", "a", &list.add("b")), ["a b", "a", "a"]);
        list.story(&list.product("a ours", "a", &list.add("b")), ["a ours b", "a b", "a"]);
    }
}
