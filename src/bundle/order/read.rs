//! Reads an order section by section.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::checks::checks;
use super::finding::{Findings, OrderFinding};
use super::globs::GlobBudget;
use super::table::Table;
use super::{
    ContextLines, MAX_ORDER_BYTES, Make, Order, PathPolicy, ReadFile, carried, declared, detect, edits, lint,
    resolves, script, toggles,
};
use crate::model::{
    About, Approvals, Conflict, Evidence, Hold, HoldPhase, PatchId, PatchRef, Product, Requirement,
    RequirementIf, RequirementMode, Restart, Rollback, RolloutPace, Share, Untrusted, read_span,
    with_resolved,
};
use crate::text::{CONFLICT_LEFT, conflict_mark};

pub(super) fn order(text: &str, read_file: Option<&ReadFile<'_>>) -> Result<Order, Vec<OrderFinding>> {
    let findings = RefCell::new(Findings::new(text));
    if text.len() > MAX_ORDER_BYTES {
        let message = format!("the order is {} bytes long, {MAX_ORDER_BYTES} are allowed", text.len());
        findings.borrow_mut().error(&(0..0), "", message);
        return Err(findings.into_inner().into_sorted());
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    if let Some(mark) = conflict_mark(text).filter(|_| !errors.is_empty()) {
        findings.borrow_mut().error(&(mark..mark), "", CONFLICT_LEFT.to_owned());
        return Err(findings.into_inner().into_sorted());
    }
    for error in &errors {
        let span = error.span().unwrap_or_default();
        findings.borrow_mut().error(&span, "", format!("not TOML: {}", error.message()));
    }
    if !errors.is_empty() {
        // The rest may be misread; complaining about it would only hide the cause.
        return Err(findings.into_inner().into_sorted());
    }
    let table = Table::new(root.get_ref(), root.span(), String::new(), &findings);
    let mut order = sections(&table);
    drop(table);
    let mut findings = findings.into_inner();
    order.edits = edits::read(text, &root, &mut findings);
    edits::check(&mut order.edits, read_file, &root, &mut findings);
    if let Some(read_file) = read_file {
        script::load(&mut order.scripts, read_file, &root, &mut findings);
        let evidence = &mut order.about.evidence;
        carried::load(&mut order.carried, evidence, read_file, &root, &mut findings);
    }
    lint::check(&order, &root, &mut findings);
    match findings.has_errors() {
        true => Err(findings.into_sorted()),
        false => Ok(Order { warnings: findings.into_sorted(), ..order }),
    }
}

/// What was read so far; texts that are missing are empty, and there is a finding for each.
fn sections(table: &Table<'_, '_>) -> Order {
    let resolves = table.each("resolves", resolves::resolved);
    let about = About {
        identity: PatchRef {
            id: table.must_id("id").unwrap_or_else(unknown_id),
            revision: table.number("revision").unwrap_or(1),
        },
        sequence: table.must_number("sequence"),
        channel: table.text("channel"),
        approvals: table.table("needs_approval").map(|table| approvals(&table)).unwrap_or_default(),
        kind: table.must_word("kind"),
        title: table.must_text("title").into(),
        summary: table.must_text("summary").into(),
        severity: table.table("severity").map(|table| resolves::severity(&table)),
        issues: table.each("issues", declared::issue),
        fixes: table.must_texts("fixes"),
        vulnerabilities: with_resolved(table.texts("vulnerabilities"), &resolves),
        resolves,
        components: table.each("components", resolves::read_component).into_iter().flatten().collect(),
        requires_components: table
            .each("requires_components", resolves::read_required)
            .into_iter()
            .flatten()
            .collect(),
        committed: table.text("committed"),
        unplanned: table.flag("unplanned"),
        mends: ids(table, "mends"),
        compliance: table.each("compliance", declared::compliance),
        expires: table.text("expires"),
        support_until: table.text("support_until"),
        vendor: table.must_text("vendor").into(),
        contact: table.text("contact").map(Into::into),
        license: table.text("license").map(Into::into),
        product: product(table),
        platforms: table.texts("platforms"),
        result_version: table.text("result_version"),
        requires: table.each("requires", requirement),
        requires_if: table.each("requires_if", requirement_if),
        conflicts: table.each("conflicts", conflict),
        supersedes: ids(table, "supersedes"),
        notices: table.each("holds", hold),
        preflight: checks(table, "preflight"),
        health: checks(table, "health"),
        toggles: Vec::new(),
        restart: table.word("restart").unwrap_or(Restart::Nothing),
        rollout: table.table("rollout").map(|table| rollout(&table)).unwrap_or_default(),
        rollback: rollback(table),
        source: table.text("source").map(Into::into),
        origin: table.table("origin").map(|table| declared::origin(&table)),
        evidence: Evidence {
            provenance: Untrusted::all(table.texts("provenance")),
            review: Untrusted::all(table.texts("review")),
            tests: Untrusted::all(table.texts("tests")),
            ..Evidence::default()
        },
        extensions: extensions(table),
    };
    let about = About { toggles: toggles::read(table, &about.vulnerabilities), ..about };
    let scripts = table.each("scripts", script::read).into_iter().flatten().collect();
    // Read by the reader of files that are edited: the values in them keep their spelling.
    table.tables("edits");
    let carried = carried::read(table);
    let order = Order { scripts, carried, make: make(table), ..Order::from(about) };
    for (key, ..) in table.unknown().filter(|(key, ..)| !key.starts_with("x-")) {
        table.error(key, "unknown key");
    }
    order
}

/// Stands in for an id that is missing or wrong; an order with it is never handed out.
fn unknown_id() -> PatchId {
    PatchId::parse("unknown").expect("the word keeps the rules of ids")
}

fn approvals(table: &Table<'_, '_>) -> Approvals {
    let approvals = Approvals {
        authors: table.number("author").unwrap_or(0),
        reviewers: table.number("reviewer").unwrap_or(0),
    };
    table.finish();
    approvals
}

fn product(order: &Table<'_, '_>) -> Product {
    let Some(table) = order.table("product") else {
        order.error("product", "the table [product] is missing: it says what to patch");
        return Product::default();
    };
    let product = Product {
        name: table.must_text("name"),
        purl: table.text("purl"),
        cpe: table.text("cpe"),
        versions: table.must_texts("versions"),
        detect: table.each("detect", detect::detect).into_iter().flatten().collect(),
    };
    table.finish();
    product
}

fn requirement(table: &Table<'_, '_>) -> Requirement {
    Requirement {
        id: table.must_id("id").unwrap_or_else(unknown_id),
        min_revision: table.number("min_revision").unwrap_or(1),
        mode: table.word("mode").unwrap_or(RequirementMode::Before),
    }
}

fn requirement_if(table: &Table<'_, '_>) -> RequirementIf {
    RequirementIf { when: table.must_id("when").unwrap_or_else(unknown_id), then: requirement(table) }
}

fn conflict(table: &Table<'_, '_>) -> Conflict {
    Conflict { id: table.must_id("id").unwrap_or_else(unknown_id), reason: table.must_text("reason").into() }
}

fn ids(table: &Table<'_, '_>, key: &'static str) -> Vec<PatchId> {
    let read = |text: String| {
        let id = PatchId::parse(&text);
        if id.is_none() {
            table.error(key, format!("{text:?} is no patch id"));
        }
        id
    };
    table.texts(key).into_iter().filter_map(read).collect()
}

fn hold(table: &Table<'_, '_>) -> Hold {
    Hold {
        kind: table.must_word("kind"),
        text: table.must_text("text").into(),
        phase: table.word("phase").unwrap_or(HoldPhase::Before),
    }
}

fn rollout(table: &Table<'_, '_>) -> RolloutPace {
    let pace = RolloutPace {
        min_wait: table.parsed("min_wait", "a time such as \"24h\"", read_span),
        max_first_ring: table.parsed(
            "max_first_ring",
            "\"5\" folders or a percentage such as \"10%\"",
            Share::parse,
        ),
        advice: table.text("advice"),
    };
    table.finish();
    pace
}

fn rollback(order: &Table<'_, '_>) -> Rollback {
    let Some(table) = order.table("rollback") else {
        order.error("rollback", "the table [rollback] is missing: it says how the patch is rolled back");
        return Rollback::default();
    };
    let rollback = Rollback {
        possible: table.must_word("possible"),
        reason: table.text("reason").map(Into::into),
        data_warning: table.text("data_warning").map(Into::into),
        steps: Untrusted::all(table.texts("steps")),
    };
    table.finish();
    rollback
}

fn make(order: &Table<'_, '_>) -> Make {
    let Some(table) = order.table("make") else { return Make::default() };
    let budget = GlobBudget::default();
    let make = Make {
        ignore: table.globs("ignore", &budget),
        bases: table.word("bases").unwrap_or_default(),
        context: context(&table),
        policies: table.each("policy", |table| PathPolicy {
            paths: table.must_globs("paths", &budget),
            role: table.word("role"),
            local_edits: table.word("local_edits"),
            fixes: table.texts("fixes"),
        }),
    };
    table.finish();
    make
}

fn context(make: &Table<'_, '_>) -> ContextLines {
    let Some(lines) = make.number::<u32>("context") else { return ContextLines::default() };
    if (lines as usize) < ContextLines::LEAST {
        let message =
            format!("at least {} lines are needed: other programs apply no less", ContextLines::LEAST);
        make.error("context", message);
    }
    ContextLines(lines as usize)
}

fn extensions(table: &Table<'_, '_>) -> BTreeMap<String, String> {
    let mut extensions = BTreeMap::new();
    for (key, value, _) in table.unknown().filter(|(key, ..)| key.starts_with("x-")) {
        match json(value.get_ref()) {
            Some(value) => drop(extensions.insert(key.to_owned(), value.to_string())),
            None => table
                .error(key, "the value cannot be written into a manifest; fractions, for example, cannot"),
        }
    }
    extensions
}

fn json(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::Array(entries) => entries.iter().map(|entry| json(entry.get_ref())).collect(),
        DeValue::Boolean(flag) => Some(Value::from(*flag)),
        DeValue::Datetime(time) => Some(Value::from(time.to_string())),
        DeValue::Float(_) => None,
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(Value::from)
        }
        DeValue::String(text) => Some(Value::from(text.as_ref())),
        DeValue::Table(entries) => {
            let entries =
                entries.iter().map(|(key, value)| Some((key.get_ref().to_string(), json(value.get_ref())?)));
            entries.collect::<Option<serde_json::Map<_, _>>>().map(Value::Object)
        }
    }
}
