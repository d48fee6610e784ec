//! Made-up edits by key of made-up settings: what comes of each says what the operations come to, to readers that know
//! nothing of the program.

use std::io::Write;
use std::ops::Range;
use std::process::{Command, Stdio};

use patchwright::diff::FileEdits;
use serde_json::{Value as Json, json};

use super::model::{Value, order};
use super::read::{comments, read};
use super::settings::{Entry, FORMS, Form, Maker, Setting};
use super::spell::spell;
use crate::support::chance::Chance;
use crate::support::tools::python_has;

/// Settings, operations on them, and what these come to.
struct Case {
    form: Form,
    before: String,
    ops: Vec<Json>,
    /// What the operations mean, told without any text.
    after: Vec<Entry>,
    style: super::settings::Style,
}

impl Case {
    fn make(seed: u64, form: Form) -> Self {
        let mut maker = Maker::new(seed ^ 0x5eed, form);
        let mut style = maker.style();
        if form.name == "a.yaml" && style.variant == 0 {
            // Words in blocks have a line of their own in them, which no operation brings.
            style.variant = 1;
        }
        let keys = 2 + maker.chance.pick(7);
        let mut settings = maker.group(1, keys);
        let before = spell(form, &settings, style);
        let mut ops = Vec::new();
        for _ in 0..1 + maker.chance.pick(3) {
            operate(&mut maker, form, &mut settings, "", 1, &mut ops);
        }
        Self { form, before, ops, after: settings, style }
    }

    fn format(&self) -> &'static str {
        match self.form.name {
            "a.json" | "a.jsonc" => "json",
            "a.toml" => "toml",
            "a.ini" => "ini",
            "a.properties" => "properties",
            _ => "yaml",
        }
    }

    /// The edited text, or why there is none.
    fn edited(&self) -> Result<String, String> {
        let edits = json!([{ "do": self.ops, "format": self.format() }]).to_string();
        let edits = FileEdits::from_json(edits.as_bytes()).map_err(|bad| bad.to_string())?;
        let tried = edits.try_on(self.before.as_bytes()).map_err(|why| why.to_string())?;
        let clashes: Vec<_> = tried.clashes().map(ToString::to_string).collect();
        assert!(clashes.is_empty(), "{clashes:?}\n{self}");
        Ok(String::from_utf8(tried.content.expect("it fits")).expect("text"))
    }

    /// Holds the edited text against the model; `false` if the edit was refused.
    fn check(&self) -> bool {
        let Ok(edited) = self.edited() else { return false };
        let found = read(self.form, &edited).unwrap_or_else(|| panic!("nobody reads this\n{self}\n{edited}"));
        let meant = read(self.form, &spell(self.form, &self.after, self.style));
        let meant = meant.unwrap_or_else(|| Value::Map(Vec::new()));
        assert!(
            unquoted(self.form, meant) == unquoted(self.form, found.clone()),
            "it says something else\n{self}\n{edited}"
        );
        let before = read(self.form, &self.before).expect("what was spelled is read");
        let (was, is) = (order(&before), order(&found));
        let kept = |from: &[String], other: &[String]| -> Vec<String> {
            from.iter().filter(|key| other.contains(key)).cloned().collect()
        };
        assert_eq!(kept(&was, &is), kept(&is, &was), "another order\n{self}\n{edited}");
        let still = comments(&edited);
        let all = comments(&self.before);
        assert!(
            still.iter().all(|comment| all.contains(comment)),
            "a comment from nowhere\n{self}\n{edited}"
        );
        assert_eq!(self.before.contains("\r\n"), edited.contains("\r\n"), "{self}\n{edited}");
        true
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "--- {}\n{}\n--- {}\n--- came to",
            self.form.name,
            self.before,
            Json::from(self.ops.clone())
        )
    }
}

/// The same with every single value as what it means, whichever quotes it has.
fn unquoted(form: Form, value: Value) -> Value {
    match value {
        Value::List(elements) => {
            Value::List(elements.into_iter().map(|element| unquoted(form, element)).collect())
        }
        Value::Map(map) => {
            Value::Map(map.into_iter().map(|(key, value)| (key, unquoted(form, value))).collect())
        }
        Value::Leaf(leaf) if matches!(form.name, "a.ini" | "a.properties") => Value::Leaf(leaf),
        Value::Leaf(leaf) => {
            let text = match leaf.chars().next() {
                Some('"') => serde_json::from_str(&leaf).ok(),
                Some('\'') => leaf
                    .strip_prefix('\'')
                    .and_then(|rest| rest.strip_suffix('\''))
                    .map(|text| text.replace("''", "'")),
                _ => None,
            };
            let is_word = ["null", "yes", "no", "on", "off", "true"].contains(&leaf.as_str());
            // The reader of YAML has taken the quotes off.
            let is_text = form.name == "a.yaml" && leaf.starts_with("text ");
            match text {
                Some(text) => Value::Leaf(format!("text {text}")),
                None if is_text || is_word || leaf.parse::<f64>().is_ok() => Value::Leaf(leaf),
                None => Value::Leaf(format!("text {leaf}")),
            }
        }
    }
}

/// One operation, and the same in the model.
fn operate(
    maker: &mut Maker,
    form: Form,
    group: &mut Vec<Entry>,
    above: &str,
    depth: usize,
    ops: &mut Vec<Json>,
) {
    let at = if group.is_empty() { return } else { maker.chance.pick(group.len()) };
    let is_group = matches!(group[at].setting, Setting::Group(_));
    // What stands above all sections is spelled in one.
    let above = if form.name == "a.ini" && depth == 1 && !is_group { "/main" } else { above };
    let path = format!("{above}/{}", group[at].key);
    if let Setting::Group(inner) = &mut group[at].setting
        && maker.chance.pick(4) > 0
    {
        return operate(maker, form, inner, &path, depth + 1, ops);
    }
    match maker.chance.pick(5) {
        0 if group.len() > 1 && !(form.name == "a.ini" && depth == 1) => {
            ops.push(json!({ "op": "remove", "path": path }));
            group.remove(at);
        }
        1 => {
            let key = format!("new{}", maker.chance.pick(3));
            if group.iter().all(|entry| entry.key != key) && !(form.name == "a.ini" && depth == 1) {
                let setting = plain(maker);
                ops.push(
                    json!({ "op": "add", "path": format!("{above}/{key}"), "value": value(form, &setting) }),
                );
                group.push(Entry { key, comment: None, setting });
            }
        }
        2 | 3 if matches!(group[at].setting, Setting::List(_)) => {
            let Setting::List(elements) = &mut group[at].setting else { return };
            if elements.is_empty() || maker.chance.flip() {
                let new = 10 + maker.chance.pick(9) as u32;
                ops.push(json!({ "op": "add", "path": format!("{path}/-"), "value": new }));
                elements.push(new);
            } else {
                let index = maker.chance.pick(elements.len());
                let element = format!("{path}/{index}");
                ops.push(json!({ "op": "test", "path": element, "value": elements[index] }));
                ops.push(json!({ "op": "remove", "path": element }));
                elements.remove(index);
            }
        }
        _ => {
            if !matches!(group[at].setting, Setting::Group(_)) {
                let setting = plain(maker);
                ops.push(json!({ "op": "replace", "path": path, "value": value(form, &setting) }));
                group[at].setting = setting;
            }
        }
    }
}

fn plain(maker: &mut Maker) -> Setting {
    const WORDS: [&str; 8] = ["yes", "null", "a b", "1.10", "http://h/?a=1", "it's", "C\\d", "007"];
    match maker.chance.pick(3) {
        0 => Setting::Number(maker.chance.pick(100) as u32),
        _ => Setting::Word(WORDS[maker.chance.pick(WORDS.len())].to_owned()),
    }
}

fn value(form: Form, setting: &Setting) -> Json {
    let is_text = matches!(form.name, "a.ini" | "a.properties");
    match setting {
        Setting::Number(number) if is_text => Json::from(number.to_string()),
        Setting::Number(number) => Json::from(*number),
        Setting::Word(word) => Json::from(word.as_str()),
        Setting::List(_) | Setting::Group(_) => Json::Null,
    }
}

/// How many edits were made, out of how many.
fn try_many(form: Form, seeds: Range<u64>) -> (usize, usize) {
    let cases = seeds.map(|seed| Case::make(seed, form)).filter(|case| !case.ops.is_empty());
    cases.fold((0, 0), |(made, all), case| (made + usize::from(case.check()), all + 1))
}

#[test]
fn an_edited_text_says_what_the_operations_come_to_and_nothing_else_moves() {
    for form in FORMS {
        let (made, all) = try_many(form, 0..300);
        assert!(made * 10 > all * 9, "{}: {made} of {all}", form.name);
    }
}

#[test]
#[ignore = "slow: 10000 edits for each form"]
fn ten_thousand_edits_in_each_form_are_proven_or_refused() {
    for form in FORMS {
        let (made, all) = try_many(form, 0..10_000);
        println!("{}: {made} of {all} made", form.name);
        assert!(made * 10 > all * 9, "{}: {made} of {all}", form.name);
    }
}

/// What other programs read in edited settings, and what `jsonpatch` makes of the same operations.
fn ask_python(seeds: Range<u64>) {
    if !python_has("jsonpatch", "holding edits against Python's readers and its jsonpatch") {
        return;
    }
    let script = format!(
        "{}\n{}\njudge_edits()\n",
        include_str!("judge.py").replace("if __name__ == \"__main__\":\n    main()\n", ""),
        include_str!("edits.py")
    );
    let mut python = Command::new("python3")
        .args(["-c", &script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut input = python.stdin.take().expect("it listens");
    let writer = std::thread::spawn(move || {
        for form in FORMS {
            for case in seeds.clone().map(|seed| Case::make(seed, form)).filter(|case| !case.ops.is_empty()) {
                let Ok(edited) = case.edited() else { continue };
                let line = json!([form.name, case.before, case.ops, edited]);
                writeln!(input, "{line}").expect("it listens");
            }
        }
    });
    let output = python.wait_with_output().expect("Python ends");
    writer.join().expect("all was told");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}");
    println!("{}", told.lines().last().unwrap_or_default());
}

#[test]
fn python_finds_in_edited_settings_what_its_jsonpatch_makes_of_the_old_ones() {
    ask_python(0..300);
}

#[test]
#[ignore = "slow: asks Python about 10000 edits for each form"]
fn python_agrees_about_ten_thousand_edits_in_each_form() {
    ask_python(0..10_000);
}
