//! Figures against a program that shares nothing with this one, and what is written of them.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::exposition::Exposition;
use super::*;
use crate::disk::fs::OsFs;
use crate::environment::Environment;
use crate::ledger::{CheckNote, DowntimeNote, EntryFact, Gone, PatchNote, ReasonNote};
use crate::model::{About, Issue, Measured, PatchId, ResolvedKind, ResolvedState, Word};
use crate::plan::{EventRef, RateFigure, TimeFigure};

const HISTORIES: usize = 1_000;
const START: i64 = 1_790_000_000;

/// Numbers by chance that are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }

    fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// A history, and what the patches in it say, by the number of their entries.
struct Synthetic {
    ledger: Ledger,
    patches: BTreeMap<u64, Patch>,
}

fn spelled(second: i64) -> String {
    Timestamp::from_second(second).expect("a moment of our time").to_string()
}

fn synthetic(dice: &mut Dice, empty: &Ledger) -> Synthetic {
    let environment = Environment::fixed(Timestamp::UNIX_EPOCH, "ada", "lab", "linux/x86_64");
    let mut history = Synthetic { ledger: empty.clone(), patches: BTreeMap::new() };
    let mut clock = START;
    for _ in 0..dice.below(14) {
        clock += dice.below(400_000) as i64;
        if dice.once_in(12) {
            clock -= dice.below(2_000_000) as i64;
        }
        let all = [
            Action::Apply,
            Action::Apply,
            Action::Rollback,
            Action::Rollback,
            Action::Repair,
            Action::PutBack,
        ];
        let rest = [Action::Accept, Action::Checked, Action::Checked, Action::Scripts, Action::Toggle];
        let actions: Vec<Action> = all.into_iter().chain(rest).collect();
        let action = actions[dice.below(actions.len() as u64) as usize];
        let mut entry = Entry::after(&history.ledger.head(), action, &environment);
        entry.time = if dice.once_in(40) { "yesterday".to_owned() } else { spelled(clock) };
        fill(&mut entry, dice, clock);
        if action == Action::Apply && !dice.once_in(6) {
            history.patches.insert(entry.seq, patch(&entry, dice, clock));
        }
        history.ledger.push_committed(&entry.to_bytes()).expect("it follows");
    }
    history
}

fn fill(entry: &mut Entry, dice: &mut Dice, clock: i64) {
    let id = format!("P-{}", dice.below(5));
    let (title, vendor) = ("t".to_owned(), "v".to_owned());
    entry.patch = (!dice.once_in(9)).then_some(PatchNote {
        id,
        revision: 1,
        title: title.into(),
        vendor: vendor.into(),
        contact: None,
    });
    if dice.once_in(2) {
        entry.begun = Some(spelled(clock - dice.below(100) as i64 + 5));
    }
    if dice.once_in(5) {
        let (from, until) = (spelled(clock - 50), spelled(clock - 70 + dice.below(60) as i64));
        entry.downtime = Some(DowntimeNote { from, until, how: Measured::HealthCheck });
    }
    if entry.action == Action::Apply && dice.once_in(2) {
        entry.resolved = vec!["CVE-2026-1".to_owned(), "CVE-2026-2".to_owned()];
    }
    if entry.action == Action::Rollback {
        let earlier = entry.seq - 1;
        match earlier {
            0 => {}
            _ if dice.once_in(3) => {
                let gone = dice.below(earlier) + 1;
                entry.out = vec![Gone { entry: gone, part: 0 }];
            }
            _ => entry.reverses = Some(dice.below(earlier) + 1),
        }
        if dice.once_in(4) {
            let check = || "up".to_owned();
            entry.facts = vec![EntryFact::StoppedCheck { check: check() }];
            entry.facts.extend(dice.once_in(4).then(|| EntryFact::FailedCheck { check: check() }));
        }
        if dice.once_in(2) {
            let kind = ReasonKind::WORDS[dice.below(4) as usize].1;
            entry.reason = Some(ReasonNote { kind, text: None });
        }
    }
    if dice.once_in(3) {
        let (check, evidence) = ("up".to_owned(), "seen".to_owned());
        entry.checks = vec![CheckNote { check, passed: dice.once_in(2), evidence, printed: String::new() }];
    }
}

fn patch(entry: &Entry, dice: &mut Dice, clock: i64) -> Patch {
    let mut about = About::minimal(PatchId::parse("P-1").expect("an id"));
    about.resolves = entry
        .resolved
        .iter()
        .take(dice.below(3) as usize)
        .map(|id| ResolvedIssue {
            kind: ResolvedKind::Security,
            id: id.clone(),
            aliases: Vec::new(),
            source: None,
            published: (!dice.once_in(4)).then(|| spelled(clock - 3_000_000 + dice.below(4_000_000) as i64)),
            severity: None,
            components: Vec::new(),
            state: ResolvedState::Fixed,
            justification: None,
        })
        .collect();
    about.committed = (!dice.once_in(3)).then(|| spelled(clock - 2_000_000 + dice.below(2_300_000) as i64));
    about.unplanned = [None, Some(true), Some(false)][dice.below(3) as usize];
    if dice.once_in(4) {
        about.unplanned = None;
        about.mends = vec![PatchId::parse(&format!("P-{}", dice.below(5))).expect("an id")];
    }
    about.issues = (0..dice.below(3)).map(|number| issue(number, dice, clock)).collect();
    let created = spelled(clock - 1_000_000 + dice.below(1_200_000) as i64);
    Patch { about, created, changes: Vec::new(), diff: None, scripts: Vec::new(), proven: false }
}

fn issue(number: u64, dice: &mut Dice, clock: i64) -> Issue {
    let opened = spelled(clock - 4_000_000 + dice.below(4_200_000) as i64);
    // Trackers tell a moment, and people a day.
    let opened = if dice.once_in(2) { opened[..10].to_owned() } else { opened };
    Issue { system: "jira".to_owned(), key: number.to_string(), url: None, kind: None, opened: Some(opened) }
}

fn told_to_python(histories: &[Synthetic], period: Period) -> Value {
    let histories: Vec<Value> = histories
        .iter()
        .map(|history| {
            let entries: Vec<Value> = history
                .ledger
                .entries()
                .iter()
                .map(|entry| serde_json::from_slice(&entry.to_bytes()).expect("JSON"))
                .collect();
            let said = |patch: &Patch| {
                let published: BTreeMap<&String, &Option<String>> =
                    patch.about.resolves.iter().map(|one| (&one.id, &one.published)).collect();
                let mends: Vec<String> = patch.about.mends.iter().map(ToString::to_string).collect();
                let (committed, unplanned) = (&patch.about.committed, patch.about.unplanned);
                let opened: Vec<&String> =
                    patch.about.issues.iter().filter_map(|issue| issue.opened.as_ref()).collect();
                json!({ "created": patch.created, "opened": opened, "published": published, "committed": committed,
                    "unplanned": unplanned, "mends": mends })
            };
            let patches: BTreeMap<String, Value> =
                history.patches.iter().map(|(seq, patch)| (seq.to_string(), said(patch))).collect();
            json!({ "entries": entries, "patches": patches })
        })
        .collect();
    json!({ "since": period.since, "until": period.until, "histories": histories })
}

fn rows(of: &[EventRef]) -> Vec<Value> {
    let mut sorted = of.to_vec();
    sorted.sort();
    sorted.iter().map(|of| json!([of.folder, of.entry, of.about])).collect()
}

/// The same in the shape of the recount.
fn ours(metrics: &Metrics) -> Value {
    let mut tables: BTreeMap<&str, BTreeMap<String, Vec<Value>>> = BTreeMap::new();
    let mut put = |table, figure: String, rows: Vec<Value>| {
        let table = tables.entry(table).or_default();
        if !rows.is_empty() {
            table.insert(figure, rows);
        }
    };
    for (word, deed) in Deed::WORDS {
        put("deeds", (*word).to_owned(), rows(metrics.deeds(*deed)));
    }
    for (word, span) in TimeFigure::WORDS {
        let mut times = metrics.times(*span);
        times.values.sort();
        let of = |(of, seconds): &(EventRef, i64)| json!([of.folder, of.entry, of.about, seconds]);
        put("times", (*word).to_owned(), times.values.iter().map(of).collect());
        put("no_data", (*word).to_owned(), rows(&times.no_data));
    }
    for (word, share) in RateFigure::WORDS {
        let part = metrics.part(*share);
        put("shares", (*word).to_owned(), rows(&part.part));
        put("shares", format!("{word} of"), rows(&part.whole));
        put("shares", format!("{word} no data"), rows(&part.no_data));
    }
    put("undated", String::new(), rows(&metrics.undated));
    json!(tables)
}

fn measured() -> (Vec<Synthetic>, Metrics) {
    let mut dice = Dice(0x5eed);
    let folder = tempfile::tempdir().expect("a folder");
    let empty = Ledger::read(&OsFs::open(folder.path()).expect("a disk")).expect("a history");
    let histories: Vec<Synthetic> = (0..HISTORIES).map(|_| synthetic(&mut dice, &empty)).collect();
    let events: Vec<Vec<ChangeEvent>> = histories
        .iter()
        .map(|history| {
            let patches = |entry: &Entry| vec![history.patches.get(&entry.seq).cloned()];
            events(&history.ledger, &patches)
        })
        .collect();
    let metrics = Metrics::new(&events, Period { since: START + 200_000, until: START + 1_500_000 });
    (histories, metrics)
}

#[test]
fn an_independent_recount_of_a_thousand_histories_agrees() {
    let (histories, metrics) = measured();
    let ours = ours(&metrics);
    for table in ["times", "no_data", "deeds", "shares", "undated"] {
        assert!(!ours[table].as_object().expect("a table").is_empty(), "{table} was put to the test");
    }
    for figure in ["change_fail_rate", "change_fail_rate no data", "success_rate", "deployment_rework_rate"] {
        assert!(ours["shares"].get(figure).is_some(), "{figure} was put to the test");
    }
    let python = Command::new("python3")
        .args(["-c", include_str!("recount.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        eprintln!("SKIPPED: there is no python3 to count again");
        return;
    };
    let told = told_to_python(&histories, metrics.period).to_string();
    python.stdin.take().expect("a pipe").write_all(told.as_bytes()).expect("it listens");
    let answer = python.wait_with_output().expect("it ends");
    let theirs: Value = serde_json::from_slice(&answer.stdout).expect("JSON");
    for table in ["deeds", "times", "no_data", "shares", "undated"] {
        let figures = ours[table].as_object().expect("a table").keys();
        for figure in figures.chain(theirs[table].as_object().expect("a table").keys()) {
            assert_eq!(ours[table].get(figure), theirs[table].get(figure), "{table} {figure}");
        }
    }
}

/// A patch that went and came back this often: each entry undoes the one before.
fn long_life(entries: u64) -> Ledger {
    let environment = Environment::fixed(Timestamp::UNIX_EPOCH, "ada", "lab", "linux/x86_64");
    let folder = tempfile::tempdir().expect("a folder");
    let mut ledger = Ledger::read(&OsFs::open(folder.path()).expect("a disk")).expect("a history");
    for seq in 1..=entries {
        let action = if seq == 1 { Action::Apply } else { Action::Rollback };
        let mut entry = Entry::after(&ledger.head(), action, &environment);
        entry.time = spelled(START + seq as i64);
        entry.reverses = (seq > 1).then(|| seq - 1);
        ledger.push_committed(&entry.to_bytes()).expect("it follows");
    }
    ledger
}

#[test]
fn a_patch_that_went_and_came_back_thousands_of_times_costs_as_much_for_each() {
    // Followed back to its beginning entry by entry, this would be two thousand million steps.
    let ledger = long_life(60_000);
    let events = events(&ledger, &|_| Vec::new());
    let metrics = Metrics::new(&[events], Period { since: START, until: START + 60_000 });
    assert_eq!(
        (metrics.deeds(Deed::RolledBack).len(), metrics.deeds(Deed::Reapplied).len()),
        (30_000, 29_999)
    );
    let turns = Turns::new(ledger.entries());
    for entry in ledger.entries().iter().take(50).filter(|entry| entry.action == Action::Rollback) {
        assert_eq!(turns.of(entry), entry.turn(ledger.entries()), "{}", entry.seq);
    }
}

fn one_folder(path: &str) -> FolderMetrics {
    let (_, metrics) = measured();
    let folders = (0..HISTORIES).map(|n| MeasuredFolder {
        path: PathBuf::from(if n == 0 { path.to_owned() } else { format!("/srv/{n}") }),
        entries: 1,
        foreign: None,
        older: None,
        unchecked: Vec::new(),
        unfinished: None,
        metrics: if n < 3 { metrics.clone() } else { Metrics::new(&[], metrics.period) },
    });
    let (since, until) = (spelled(metrics.period.since), spelled(metrics.period.until));
    FolderMetrics { folders: folders.take(HISTORIES).collect(), all: metrics, since, until }
}

#[test]
fn no_cell_of_the_table_is_a_formula_and_every_row_has_as_many_cells() {
    let csv = one_folder("=cmd|'/c calc'!A1,\"x\"").as_csv();
    assert!(csv.contains("\"'=cmd|'/c calc'!A1,\"\"x\"\"\""), "the formula is a text");
    let mut cells = Vec::new();
    let mut is_quoted = false;
    let mut cell = String::new();
    for c in csv.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' | '\n' if !is_quoted => cells.push(std::mem::take(&mut cell)),
            '\r' => {}
            c => cell.push(c),
        }
    }
    assert_eq!(cells.len() % 6, 0);
    assert!(cells.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])));
    assert!(csv.lines().count() > HISTORIES, "the list behind the figures is there");
}

/// In a process of its own, with a parser that somebody else wrote.
fn strictly(parser: &str, exposed: &str) -> Option<bool> {
    let program = format!(
        "import sys\ntry:\n from prometheus_client{parser} import text_string_to_metric_families as read\n\
         except ImportError:\n sys.exit(77)\nfound = list(read(sys.stdin.read()))\nassert len(found) > 8, found\n"
    );
    let child = Command::new("python3").args(["-c", &program]).stdin(Stdio::piped()).spawn();
    let mut child = child.ok()?;
    // Without the parser nobody reads.
    let _ = child.stdin.take().expect("a pipe").write_all(exposed.as_bytes());
    match child.wait().expect("it ends").code() {
        Some(77) => None,
        code => Some(code == Some(0)),
    }
}

#[test]
fn what_is_exposed_passes_the_strict_parsers() {
    let mut measured = one_folder("/srv/\"quoted\\\n");
    measured.folders.truncate(3);
    let open = measured.exposed(Exposition::OpenMetrics);
    assert!(open.ends_with("# EOF\n") && open.contains("# UNIT patchwright_exposure_seconds seconds\n"));
    let plain = measured.exposed(Exposition::Prometheus);
    assert!(!plain.contains("# EOF") && !plain.contains("# UNIT") && !plain.contains(" info\n"));
    assert!(plain.contains("folder=\"/srv/\\\"quoted\\\\\\n\""), "{plain}");
    for (parser, text) in [(".openmetrics.parser", &open), (".parser", &plain)] {
        match strictly(parser, text) {
            Some(is_right) => assert!(is_right, "{text}"),
            None => eprintln!("SKIPPED: prometheus_client is not installed"),
        }
    }
}

#[test]
fn a_day_and_a_moment_are_read_and_nothing_else() {
    assert_eq!(moment("2026-10-01"), moment("2026-10-01T00:00:00Z"));
    assert!(moment("2026-10-01T08:00:00+02:00").is_some());
    for text in ["", "yesterday", "2026-13-01", "7 days"] {
        assert_eq!(moment(text), None, "{text}");
    }
}
