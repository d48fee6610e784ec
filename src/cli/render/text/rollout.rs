//! Rollouts: what every folder would get, and how every ring stands.

use super::list::columns;
use super::safe;
use crate::cli::render::{Style, words};
use crate::plan::rollout::RingCounts;
use crate::report::rollout;
use crate::workbench::{MemberState, MemberView, PlannedFolder, RolloutPlan, RolloutView};

/// Most folders that are listed one by one.
const MAX_ROWS: usize = 50;

pub(in crate::cli) fn rollout(view: &RolloutView, style: Style) -> String {
    let folders: usize = view.rings.iter().map(|ring| ring.folders.len()).sum();
    let (folders, rings) =
        (words::count(folders, "folder", "folders"), words::count(view.rings.len(), "ring", "rings"));
    let mut text = format!("{}: {folders} in {rings}\n", style.strong(&safe(&view.name)));
    let rows: Vec<[String; 2]> = view
        .rings
        .iter()
        .map(|ring| [safe(&ring.name).into_owned(), counts(&ring.counts, ring.is_begun)])
        .collect();
    text.push_str(&columns(&rows));
    let is_plain = |folder: &&MemberView| {
        let is_good = matches!(folder.state, MemberState::Good | MemberState::AlreadyThere);
        folder.state == MemberState::Waiting || is_good && folder.why.is_none()
    };
    let others = view.rings.iter().flat_map(|ring| &ring.folders).filter(|folder| !is_plain(folder));
    let rows: Vec<[String; 3]> = others
        .map(|folder| {
            let code = folder.code.map(|code| format!("{code}: ")).unwrap_or_default();
            let why = format!("{code}{}", folder.why.as_deref().unwrap_or_default());
            [&folder.path, rollout::folder_state(folder.state), &why].map(|cell| safe(cell).into_owned())
        })
        .collect();
    push_rows(&mut text, &rows);
    for ring in &view.rings {
        for one in &ring.approvals {
            text.push_str(&format!("  {}\n", safe(&rollout::approval(ring, one))));
            if let Some(command) = rollout::to_count(one) {
                text.push_str(&format!("    If you trust its owner to approve: {}\n", safe(&command)));
            }
        }
    }
    let gate = safe(&rollout::gate(view)).into_owned();
    text.push_str(&format!(
        "\n{}\n",
        if view.kind().is_none() { style.good(&gate) } else { style.attention(&gate) }
    ));
    for (what, command) in rollout::next_commands(view) {
        text.push_str(&format!("{} {}\n", style.attention(&format!("{what}:")), safe(&command)));
    }
    text
}

fn counts(counts: &RingCounts, is_begun: bool) -> String {
    let all = words::count(counts.folders, "folder", "folders");
    match (is_begun, counts.failed) {
        (false, _) => format!("{all}, not started"),
        (true, 0) => format!("{} of {all} good", counts.good),
        (true, failed) => format!("{} of {all} good, {failed} failed", counts.good),
    }
}

pub(in crate::cli) fn rollout_plan(plan: &RolloutPlan, style: Style) -> String {
    let mut text = format!("{}\n", style.strong(&safe(&plan.name)));
    for ring in &plan.rings {
        let (left_out, in_it): (Vec<&PlannedFolder>, Vec<&PlannedFolder>) =
            ring.folders.iter().partition(|folder| folder.left_out.is_some());
        let (ready, refused): (Vec<&PlannedFolder>, Vec<&PlannedFolder>) =
            in_it.into_iter().partition(|folder| folder.refused.is_none());
        let there = ready.iter().filter(|folder| folder.steps == 0).count();
        let mut said = vec![format!("{} ready", words::count(ready.len() - there, "folder", "folders"))];
        said.extend((there > 0).then(|| format!("{there} already there")));
        said.extend((!refused.is_empty()).then(|| format!("{} can't be changed yet", refused.len())));
        said.extend((!left_out.is_empty()).then(|| format!("{} left out", left_out.len())));
        let rules = &ring.rules;
        let gate = match (rules.approvals, rules.wait) {
            (0, 0) => String::new(),
            (0, wait) => format!("; then waits {}", words::seconds(wait)),
            (people, 0) => format!("; needs {}", words::count(people, "approval", "approvals")),
            (people, wait) => {
                let people = words::count(people, "approval", "approvals");
                format!("; needs {people}, then waits {}", words::seconds(wait))
            }
        };
        text.push_str(&format!("\n{}: {}{gate}\n", style.strong(&safe(&ring.name)), said.join(", ")));
        let rows: Vec<[String; 2]> = refused
            .iter()
            .filter_map(|folder| {
                let (code, why) = folder.refused.as_ref()?;
                Some([&folder.path, &format!("{code}: {why}")].map(|cell| safe(cell).into_owned()))
            })
            .collect();
        push_rows(&mut text, &rows);
        let gone = ready.iter().filter_map(|folder| {
            Some([&folder.path, folder.gone_history.as_ref()?].map(|cell| safe(cell).into_owned()))
        });
        push_rows(&mut text, &gone.collect::<Vec<_>>());
        let read_only = ready.iter().filter(|folder| folder.is_read_only).count();
        if read_only > 0 {
            let disks = words::count(read_only, "folder is", "folders are");
            text.push_str(&format!("  {disks} on a read-only disk, so nothing can be changed from here\n"));
        }
        let rows = left_out.iter().filter_map(|folder| {
            let why = format!("left out: {}", folder.left_out.as_ref()?);
            Some([&folder.path, &why].map(|cell| safe(cell).into_owned()))
        });
        push_rows(&mut text, &rows.collect::<Vec<_>>());
    }
    if !plan.new.is_empty() {
        let new = words::count(plan.new.len(), "folder isn't", "folders aren't");
        text.push_str(&format!("\n{new} part of it, because they came after it was started:\n"));
        let rows: Vec<[String; 1]> = plan.new.iter().map(|path| [safe(path).into_owned()]).collect();
        push_rows(&mut text, &rows);
    }
    text
}

fn push_rows<const N: usize>(text: &mut String, rows: &[[String; N]]) {
    text.push_str(&columns(&rows[..rows.len().min(MAX_ROWS)]));
    if rows.len() > MAX_ROWS {
        text.push_str(&format!("  and {} more; see them all with --json\n", rows.len() - MAX_ROWS));
    }
}
