//! What the worker is told, as a person would type it.

use super::*;
use crate::progress::Phase;
use crate::workbench::Override;

#[test]
fn lines_of_the_worker_are_read_and_other_lines_are_not() {
    let progress = parse(r#"{"progress":"changing","done":3,"total":9}"#);
    assert_eq!(progress, Some(WorkerLine::Progress(HowFar { phase: Phase::Changing, done: 3, total: 9 })));
    let answer = parse(
        r#"{"schema":"patchwright/1","outcome":"put-back","code":"E-IO","message":"no","causes":[],"hints":[],"obstacles":[],"more":1}"#,
    );
    let Some(WorkerLine::Answer(answer)) = answer else { panic!("{answer:?}") };
    assert_eq!((answer.outcome, answer.code()), (Outcome::Not(Kind::PutBack), Some("E-IO")));
    assert_eq!(parse(r#"{"command":"apply","outcome":"splendid","target":"/opt/app"}"#), None);
    assert_eq!(parse("{}"), None);
    assert_eq!(parse("Stopping safely…"), None);
}

#[test]
fn an_answer_is_read_as_that_of_the_command_that_it_names() {
    let said = |command: &str| match parse(&format!(r#"{{{command}"outcome":"done","target":"/opt/app"}}"#)) {
        Some(WorkerLine::Answer(answer)) => Some(answer.said),
        _ => None,
    };
    let apply = r#""command":"apply","patch":{"id":"X","revision":1,"title":"x"},"patches":[],"#;
    assert!(matches!(said(apply), Some(VerbAnswer::Applied(_))));
    assert_eq!(said(r#""command":"apply","#), None, "it says nothing about the patch");
    assert!(matches!(said(r#""command":"recover","#), Some(VerbAnswer::Recovered(_))));
    assert_eq!(said(r#""command":"rollback","#), None, "it says nothing about the entry");
    assert_eq!(said(r#""command":"show","#), None, "no worker is told that");
    assert_eq!(said(""), None);
    let failed = parse(
        r#"{"command":"apply","outcome":"put-back","code":"E-IO","message":"no","causes":[],"hints":[],"obstacles":[]}"#,
    );
    let Some(WorkerLine::Answer(failed)) = failed else { panic!("{failed:?}") };
    assert_eq!(failed.code(), Some("E-IO"));
}

#[test]
fn what_the_worker_is_told_is_what_a_person_would_type() {
    let change = WorkerChange::Apply {
        bundles: vec!["a fix.patchbundle".into(), "b.patchbundle".into()],
        overrides: Box::new(Overrides::UNSIGNED.with(Override::Undo, "the vendor said so")),
        edits: EditChoices::new(),
        reading: TextOptions { reverse: true, ..TextOptions::default() },
        beside: Beside::default(),
        why: RollbackReason::default(),
        scripts: None,
        each: false,
    };
    let folder = Path::new("/opt/app");
    assert_eq!(
        change.command(folder),
        format!(
            "patchwright apply {} b.patchbundle /opt/app --allow-unsigned {} --reverse",
            shell_word("a fix.patchbundle"),
            shell_word("--allow-undo=the vendor said so")
        )
    );
    let arguments = change.arguments(folder, None);
    assert!(arguments.ends_with(&["--yes".into(), "--progress".into(), "json".into()]), "{arguments:?}");
    let change = WorkerChange::TakeBack(RollbackQuestion {
        keep_edits: true,
        ..RollbackQuestion::new(Which::PatchAndDependents("HF 1".into()))
    });
    let typed =
        format!("patchwright rollback /opt/app {} --with-dependents --keep-edits", shell_word("HF 1"));
    assert_eq!(change.command(folder), typed);
}
