//! The readers and rules of others, where a machine has them.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};

use super::doubles::grype_report;
use super::scene::*;
use crate::support::sandbox::Sandbox;
use crate::support::tools::{Registry, is_here, lacks, python_has};

/// Runs a check of others on the documents of one folder; says loudly if this machine lacks what it needs.
fn judge(sandbox: &Sandbox, program: &str, script: &str, story: &str) {
    if !is_here(program, story) {
        return;
    }
    let flag = if program == "node" { "-e" } else { "-c" };
    let output =
        Command::new(program).args([flag, script]).arg(sandbox.path("told")).output().expect("it starts");
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    match output.status.code() {
        Some(0) => {}
        Some(77) if program == "node" => lacks(Registry::Npm, story, told.trim()),
        Some(77) => lacks(Registry::PyPi, story, told.trim()),
        _ => panic!("{story}: {told}"),
    }
}

/// Every state of a folder: with something to say, and with nothing.
fn each_state(check: impl Fn(&Sandbox)) {
    let sandbox = patched();
    check(&sandbox);
    console(&sandbox).done("rollback $/app --yes");
    check(&sandbox);
}

#[test]
fn the_reader_of_openvex_takes_every_document() {
    each_state(|sandbox| {
        document(sandbox, "openvex");
        let script = "
import sys
try:
    import vexipy
except ImportError:
    sys.exit(print('Python has no module vexipy') or 77)
vexipy.Document.from_json(open(sys.argv[1]).read())";
        judge(sandbox, "python3", script, "reading OpenVEX");
    });
}

#[test]
fn the_strict_schema_of_cyclonedx_takes_every_document() {
    each_state(|sandbox| {
        for format in ["cyclonedx", "cyclonedx-vex"] {
            document(sandbox, format);
            let script = "
import sys
try:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
except ImportError:
    sys.exit(print('Python has no module cyclonedx with its schemas') or 77)
problem = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())
sys.exit(str(problem) if problem else 0)";
            judge(sandbox, "python3", script, "validating CycloneDX");
        }
    });
}

#[test]
fn the_mandatory_tests_of_csaf_take_every_document() {
    each_state(|sandbox| {
        document(sandbox, "csaf");
        let script = "
(async () => {
  let schema, mandatory, validate;
  try {
    const part = (name) => {
      const path = require.resolve(`@secvisogram/csaf-validator-lib/${name}.js`);
      return import(require('url').pathToFileURL(path));
    };
    [schema, mandatory] = [await part('schemaTests'), await part('mandatoryTests')];
    validate = (await part('validate')).default;
  } catch (error) {
    console.log('Node has no module @secvisogram/csaf-validator-lib'); process.exit(77);
  }
  const document = JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8'));
  const tests = [schema.csaf_2_0, ...Object.values(mandatory)];
  const result = await validate(tests, document);
  const bad = result.tests.filter((test) => !test.isValid);
  if (bad.length) { console.log(JSON.stringify(bad, null, 1)); process.exit(1); }
})();";
        judge(sandbox, "node", script, "validating CSAF");
    });
}

#[test]
fn a_thousand_vectors_are_scored_as_others_score_them() {
    let story = "scoring vectors";
    if !python_has("cvss", story) {
        return;
    }
    let output =
        Command::new("python3").args(["-c", include_str!("vectors.py")]).output().expect("it starts");
    let told = String::from_utf8(output.stdout).expect("text");
    let scored: Vec<(&str, f64)> = told
        .lines()
        .map(|line| line.split_once(' ').expect("a vector and a score"))
        .map(|(vector, score)| (vector, score.parse().expect("a number")))
        .collect();
    assert_eq!(scored.len(), 1_000, "{}", String::from_utf8_lossy(&output.stderr));
    let ids: Vec<String> = (0..scored.len()).map(|number| format!("CVE-2026-{number}")).collect();
    let found: Vec<_> = ids.iter().map(|id| (id.as_str(), DEBUG, "web/vendor/debug/package.json")).collect();
    let mut report: Value = serde_json::from_str(&grype_report(&found)).expect("JSON");
    for (one, (vector, _)) in report["matches"].as_array_mut().expect("findings").iter_mut().zip(&scored) {
        one["vulnerability"]["cvss"] = json!([{"vector": vector}]);
    }
    let sandbox = product();
    std::fs::create_dir(sandbox.path("patches")).expect("a new folder");
    sandbox.write("grype.json", &report.to_string());
    let answer = console(&sandbox).done("choose --scan $/grype.json --from $/patches $/app --json").json();
    let ours: BTreeMap<&str, &Value> = answer["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|one| (one["ids"][0].as_str().expect("an id"), &one["cvss_tenths"]))
        .collect();
    for (id, (vector, score)) in ids.iter().zip(&scored) {
        let tenths = (score * 10.0).round() as u64;
        // A score of 0 is what lists write that have none.
        let expected = if tenths == 0 { Value::Null } else { json!(tenths) };
        assert_eq!(ours[id.as_str()], &expected, "{vector}");
    }
}
