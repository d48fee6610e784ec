//! Moves a switch that a patch brought: one value of one file, as a change like any other.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use super::decision::DecisionSum;
use super::health::Health;
use super::locked::{ChangeExtras, LockedChange, LockedFolder, Recheckable};
use crate::checks::describe;
use crate::diff::{KeyChange, Switch};
use crate::disk::fs::{Fs, Place, StatePath};
use crate::ledger::{Action, CheckNote, Entry, Ledger, Occasion, OverrideNote, ToggleNote};
use crate::model::{
    Check, Digest, FileNode, LayerKey, Mode, Node, Position, Product, Step, ToggleKind, version_control,
};
use crate::plan::why::{HistoryDoubt, Override, Switches};
use crate::plan::{ChangeRemark, Lost, Note, Obstacle, OnDrift, Preview, plan_repair};
use crate::transaction::{ContentError, Contents, SafeCopies};
use crate::trust::Standing;
use crate::workbench::look::product::version_now;
use crate::workbench::look::read_file::read_file;
use crate::workbench::look::situation::Survey;
use crate::workbench::look::stack::{FolderStack, read_ledger};
use crate::workbench::look::switches::{
    FolderSwitch, SwitchStand, owner, stand_in, switches, undone_by_moving,
};
use crate::workbench::{DecisionDigest, Error, Result, Watch, Workbench};

/// Which switch to move, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToggleOptions {
    /// `PATCH/ID`, or the id alone where only one patch has such a switch.
    pub id: String,
    pub to: Position,
    /// Why, in the words of whoever moves it.
    pub reason: Option<String>,
    /// What somebody agreed to; anything else is refused.
    pub expected: Option<DecisionDigest>,
    /// For which ticket, and by whom. Written to the history.
    pub occasion: Occasion,
}

/// What moving a switch would do.
#[derive(Debug, Clone)]
pub(crate) struct TogglePreview {
    /// The switch, where it stands now.
    pub switch: FolderSwitch,
    pub to: Position,
    /// The value that becomes another one.
    pub keys: Vec<KeyChange>,
    /// Whether it is not moved unless somebody says why.
    pub needs_reason: bool,
    /// Other patches of which something is undone by it.
    pub(crate) undoes: Vec<String>,
    pub preview: Preview,
    /// What is checked afterwards.
    checks: Vec<Check>,
}

/// What moving a switch did.
#[derive(Debug)]
#[must_use]
pub struct Toggled {
    /// The switch, as it stood before.
    pub switch: FolderSwitch,
    pub to: Position,
    /// The history entry; `None` when it stood there already.
    pub entry: Option<Entry>,
    /// Health checks that ran.
    pub checks: Vec<CheckNote>,
    pub notes: Vec<Note>,
    /// Why tidying up did not succeed, if so. The change is done.
    pub untidy: Option<String>,
}

impl TogglePreview {
    /// What somebody agrees to who moves the switch that this shows.
    pub fn decision(&self) -> DecisionDigest {
        let mut sum = DecisionSum::new("toggle");
        sum.add_notes("patch", std::slice::from_ref(&self.switch.patch));
        sum.add("switch", self.switch.toggle.id.as_str());
        sum.add("to", self.to.as_str());
        self.opens().iter().for_each(|open| sum.add("opens", open));
        self.undoes.iter().for_each(|patch| sum.add("undoes", patch));
        self.health_checks().for_each(|check| sum.add("check", &check));
        sum.add_preview(&self.preview);
        sum.finish()
    }

    /// What is checked afterwards, each as a phrase.
    pub(crate) fn health_checks(&self) -> impl Iterator<Item = String> {
        self.checks.iter().map(|check| describe(&check.probe))
    }

    /// Vulnerabilities that would be open again.
    pub fn opens(&self) -> &[String] {
        if self.to == Position::Off { &self.switch.toggle.vulnerabilities } else { &[] }
    }
}

impl Workbench {
    /// The switches of the patches in `target`, and where they stand. Writes nothing.
    ///
    /// # Errors
    /// If the folder or its history cannot be read.
    pub fn switches(&self, target: &Path) -> Result<Vec<FolderSwitch>> {
        let fs = self.disk(target)?;
        let look = || {
            let ledger = read_ledger(&*fs)?;
            switches(&*fs, &ledger, &FolderStack::read(&*fs, &ledger)?, &self.environment().now())
        };
        self.read_consistently(target, &*fs, look, |_| true)
    }

    /// What moving a switch would do. Writes nothing.
    ///
    /// # Errors
    /// If there is no such switch, the folder or its history cannot be read, or unfinished work has to be dealt with
    /// first.
    pub(crate) fn preview_toggle(
        &self,
        target: &Path,
        options: &ToggleOptions,
        watch: Watch<'_>,
    ) -> Result<TogglePreview> {
        let fs = self.disk(target)?;
        self.see_switch_unlocked(target, &*fs, options, watch).map(|look| look.preview)
    }

    /// Moves a switch, or nothing. A required health check that fails moves it back.
    ///
    /// # Errors
    /// As [`Workbench::preview_toggle`]; [`Error::Refused`] lists every obstacle; [`Error::Unhealthy`].
    pub fn toggle(&self, target: &Path, options: &ToggleOptions, watch: Watch<'_>) -> Result<Toggled> {
        let fs = self.disk(target)?;
        let first_look = self.see_switch_unlocked(target, &*fs, options, watch)?;
        DecisionDigest::refuse_other(options.expected, || first_look.preview.decision())?;
        if first_look.preview.preview.is_nothing_to_do() {
            return Ok(first_look.preview.nothing());
        }
        let approve =
            |preview: Preview| preview.approve().map_err(|preview| Error::Refused(preview.obstacles));
        approve(first_look.preview.preview.clone())?;
        let can_change = |look: &PlannedToggle| look.preview.preview.obstacles.is_empty();
        let see_again = |fs: &dyn Fs| self.see_switch(fs, options, watch);
        let (mut folder, look) = self.lock_as_seen(target, first_look, see_again, can_change)?;
        DecisionDigest::refuse_other(options.expected, || look.preview.decision())?;
        let PlannedToggle { preview: told, survey, product, contents } = look;
        let plan = approve(told.preview.clone())?;
        if plan.steps().is_empty() {
            return Ok(told.nothing());
        }
        let (version, _) = version_now(folder.fs(), &folder.ledger)?;
        let entry = entry_of(&folder, &told, options, version);
        let extras = ChangeExtras { retires: contents.used.into_iter().collect(), ..ChangeExtras::default() };
        let change = LockedChange { plan, survey: &survey, entry, contents: &contents, extras };
        let receipt = folder.carry_out(change, watch)?;
        folder.note(&receipt.entry)?;
        let checks = self.prove_switch(&mut folder, &told.checks, &product, &receipt.entry, watch)?;
        let mut notes = told.preview.notes;
        notes.extend(folder.remember());
        folder.check_path()?;
        Ok(Toggled {
            switch: told.switch,
            to: told.to,
            entry: Some(receipt.entry),
            checks,
            notes,
            untidy: receipt.untidy.map(|error| error.to_string()),
        })
    }

    /// Runs the switch's own health checks. When a required one fails, takes `moved` back.
    fn prove_switch(
        &self,
        folder: &mut LockedFolder<'_>,
        checks: &[Check],
        product: &Product,
        moved: &Entry,
        watch: Watch<'_>,
    ) -> Result<Vec<CheckNote>> {
        let mut health = Health::default();
        health.ask(None, (checks, product), folder.fs(), watch);
        self.settle_health(folder, moved, health, |folder, watch| {
            self.look_at(folder.fs(), &folder.ledger, moved, OnDrift::Stop, Vec::new(), watch)
        })
    }

    fn see_switch_unlocked(
        &self,
        target: &Path,
        fs: &dyn Fs,
        options: &ToggleOptions,
        watch: Watch<'_>,
    ) -> Result<PlannedToggle> {
        self.refuse_shortened_history(target, fs)?;
        let is_plain = |look: &PlannedToggle| look.preview.preview.obstacles.is_empty();
        self.read_consistently(target, fs, || self.see_switch(fs, options, watch), is_plain)
    }

    fn see_switch(&self, fs: &dyn Fs, options: &ToggleOptions, watch: Watch<'_>) -> Result<PlannedToggle> {
        super::preview::refuse_unfinished(fs)?;
        let ledger = read_ledger(fs)?;
        let folder = FolderStack::read(fs, &ledger)?;
        let mut switch = find(switches(fs, &ledger, &folder, &self.environment().now())?, &options.id)?;
        let path = switch.toggle.file.clone();
        let goal = Step { path: path.clone(), before: None, after: None };
        let survey = self.survey_for_rollback(fs, &[goal], &ledger, watch)?;
        let observed = survey.situation.tree.at(&path).cloned();
        let mut obstacles = Vec::new();
        let layer = folder.layer(switch.key).expect("a switch is one of a patch that is there");
        if let Some(other) = owner(&folder, layer, &path) {
            obstacles.push(Obstacle::at(&path, Switches::OfAnother { patch: other.id.clone() }));
        }
        let product = layer.patch.as_ref().map(|patch| patch.about.product.clone()).unwrap_or_default();
        let look = SwitchContext {
            fs,
            ledger: &ledger,
            switch: &switch,
            to: options.to,
            observed: observed.as_ref(),
        };
        let moved = look.moved()?;
        let (after, keys, contents) = match moved {
            Ok(moved) => (moved.after, moved.keys, moved.contents),
            Err(why) => {
                obstacles.push(Obstacle::at(&path, why));
                (observed.clone(), Vec::new(), ToggleContents::default())
            }
        };
        let moves = observed != after;
        let step = Step { path: path.clone(), before: observed, after };
        let opens = match options.to {
            Position::Off if moves => switch.toggle.vulnerabilities.clone(),
            _ => Vec::new(),
        };
        let undoes = undone_by_moving(fs, &folder, switch.key, &step, contents.made())?;
        let needs_reason = !opens.is_empty() || !undoes.is_empty();
        if needs_reason && options.reason.is_none() {
            let (id, to, undoes) = (options.id.clone(), options.to, undoes.clone());
            obstacles.push(Obstacle::at(&path, Switches::NeedsReason { id, to, opens, undoes }));
        }
        let is_foreign = moves && self.unbelieved(fs, &ledger)?.contains(&switch.key.entry);
        if is_foreign && (version_control(&path).is_some() || options.occasion.is_unwatched()) {
            obstacles
                .push(Obstacle::at(&path, HistoryDoubt::ForeignHistory { entries: vec![switch.key.entry] }));
        }
        if moves {
            // What is told is what is moved.
            switch.stand = SwitchStand::At(options.to.other());
        }
        let steps = if step.before == step.after { Vec::new() } else { vec![step] };
        let mut preview = plan_repair(steps, Lost::InTheWay(&[]), &survey.situation);
        preview.obstacles.splice(..0, obstacles);
        if is_foreign {
            preview.notes.insert(0, Note::new(ChangeRemark::OnlyTheHistorySays { is_switch: true }));
        }
        let checks = self.checks_of_switch(fs, &ledger, &switch, &mut preview)?;
        if !undoes.is_empty() {
            let remark = ChangeRemark::WhileSwitchIs { switch: None, to: options.to, undoes: undoes.clone() };
            preview.notes.push(Note::at(&path, remark));
        }
        let preview = TogglePreview { switch, to: options.to, keys, needs_reason, undoes, preview, checks };
        Ok(PlannedToggle { preview, survey, product, contents })
    }

    /// The health checks that follow when `switch` is moved as `preview` shows, which tells where they are left out.
    fn checks_of_switch(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        switch: &FolderSwitch,
        preview: &mut Preview,
    ) -> Result<Vec<Check>> {
        let checks = switch.toggle.health.clone();
        if checks.is_empty() || preview.is_nothing_to_do() || self.may_check(fs, ledger, switch.key)? {
            return Ok(checks);
        }
        preview.notes.push(Note::new(ChangeRemark::ChecksLeftOut { is_switch: true }));
        Ok(Vec::new())
    }

    /// Whether health checks that the history names may run: what they ask, and where, is a claim of whoever wrote it.
    pub(super) fn may_check(&self, fs: &dyn Fs, ledger: &Ledger, key: LayerKey) -> Result<bool> {
        let foreign = self.memory()?.map(|memory| memory.unknown_entries(ledger));
        if foreign.is_some_and(|foreign| !foreign.contains(&key.entry)) {
            return Ok(true);
        }
        let verdict = self.vouching(&self.keys_of_today()?, fs, ledger).verdict_of(key);
        Ok(verdict.is_some_and(|verdict| verdict.standing == Standing::Trusted))
    }
}

impl TogglePreview {
    /// It stands there already.
    fn nothing(self) -> Toggled {
        let notes = self.preview.notes;
        Toggled { switch: self.switch, to: self.to, entry: None, checks: Vec::new(), notes, untidy: None }
    }
}

/// A preview with what it was made from.
struct PlannedToggle {
    preview: TogglePreview,
    survey: Survey,
    product: Product,
    contents: ToggleContents,
}

impl Recheckable for PlannedToggle {
    fn still_holds(&self, fs: &dyn Fs, ledger: &Ledger) -> bool {
        self.survey.still_holds(fs, ledger)
    }
}

/// The one switch that is meant.
fn find(all: Vec<FolderSwitch>, id: &str) -> Result<FolderSwitch> {
    let names = |some: &[FolderSwitch]| some.iter().map(FolderSwitch::full_name).collect();
    let is_meant = |switch: &FolderSwitch| switch.toggle.id.as_str() == id || switch.full_name() == id;
    let (mut meant, others): (Vec<_>, Vec<_>) = all.into_iter().partition(is_meant);
    let id = id.to_owned();
    match meant.len() {
        0 => Err(Error::refused(Switches::Unknown { id, here: names(&others) })),
        1 => Ok(meant.remove(0)),
        _ => Err(Error::refused(Switches::Several { id, names: names(&meant) })),
    }
}

/// One switch and what is at its place.
struct SwitchContext<'a> {
    fs: &'a dyn Fs,
    ledger: &'a Ledger,
    switch: &'a FolderSwitch,
    to: Position,
    observed: Option<&'a Node>,
}

/// What will be at its place.
struct ToggledFile {
    after: Option<Node>,
    keys: Vec<KeyChange>,
    contents: ToggleContents,
}

impl SwitchContext<'_> {
    /// What the place becomes, or why it cannot.
    fn moved(&self) -> Result<std::result::Result<ToggledFile, Switches>> {
        let unclear = |because: &str| Ok(Err(Switches::Unclear { because: because.to_owned() }));
        match (self.switch.toggle.kind, self.observed) {
            (_, Some(Node::Link(_) | Node::Dir(_))) => unclear("something else than a file is there"),
            (ToggleKind::File, observed) => self.file_moved(observed),
            (_, None) => unclear("the file is missing"),
            (_, Some(Node::File(file))) => self.value_moved(file),
        }
    }

    fn value_moved(&self, file: &FileNode) -> Result<std::result::Result<ToggledFile, Switches>> {
        let toggle = &self.switch.toggle;
        let content =
            read_file(self.fs, &Place::from(&toggle.file), file.digest)?.ok_or_else(Error::moved)?;
        if let SwitchStand::Elsewhere(value) = stand_in(toggle, &content) {
            let (on, off) = (toggle.on.to_string(), toggle.off.to_string());
            return Ok(Err(Switches::Elsewhere { value, on, off }));
        }
        let moved = Switch::new(toggle, Some(&content)).and_then(|switch| switch.moved(&content, self.to));
        Ok(match moved {
            Err(because) => Err(Switches::Unclear { because }),
            Ok((content, keys)) => {
                let (digest, size_bytes) = (Digest::compute(&content), content.len() as u64);
                let after = Some(Node::File(FileNode { digest, size_bytes, mode: file.mode }));
                let contents = ToggleContents { content, ..ToggleContents::default() };
                Ok(ToggledFile { after, keys, contents })
            }
        })
    }

    fn file_moved(&self, observed: Option<&Node>) -> Result<std::result::Result<ToggledFile, Switches>> {
        let toggle = &self.switch.toggle;
        let contents = ToggleContents::default();
        let should_be_there = toggle.position_of_file(true) == self.to;
        if should_be_there == observed.is_some() {
            return Ok(Ok(ToggledFile { after: observed.cloned(), keys: Vec::new(), contents }));
        }
        if !should_be_there {
            return Ok(Ok(ToggledFile { after: None, keys: Vec::new(), contents }));
        }
        if let Some((node, contents)) = self.taken_away()? {
            return Ok(Ok(ToggledFile { after: Some(node), keys: Vec::new(), contents }));
        }
        // Nobody has taken it away, so it was never there: an empty file is as good as any.
        let empty = FileNode { digest: Digest::compute(b""), size_bytes: 0, mode: Mode::FILE };
        match toggle.initially == self.to {
            true => Ok(Err(Switches::NoCopy)),
            false => Ok(Ok(ToggledFile { after: Some(Node::File(empty)), keys: Vec::new(), contents })),
        }
    }

    /// The file that was there before the switch was moved, with its safe copy.
    fn taken_away(&self) -> Result<Option<(Node, ToggleContents)>> {
        let (patch, id) = (&self.switch.patch.id, self.switch.toggle.id.as_str());
        let Some(moved) = self.ledger.last_move(patch, id) else { return Ok(None) };
        let steps = &moved.entry.steps;
        let copies = match SafeCopies::find(self.fs, moved.entry.seq, steps) {
            Ok(copies) => copies,
            Err(crate::transaction::SafeCopyError::Gone(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let step = steps.iter().find(|step| step.path == self.switch.toggle.file).cloned();
        let found = step.and_then(|step| Some((step.before?, copies.of(&step.path)?.clone())));
        Ok(found.map(|(node, copy)| {
            let used = Some(moved.entry.seq);
            (node, ToggleContents { kept: Some(copy), used, content: Vec::new() })
        }))
    }
}

/// What the history will say.
fn entry_of(
    folder: &LockedFolder<'_>,
    told: &TogglePreview,
    options: &ToggleOptions,
    version: Option<String>,
) -> Entry {
    let mut entry = folder.next_entry(Action::Toggle).on(&options.occasion);
    entry.patch = Some(told.switch.patch.clone());
    // Moving a switch changes no version; what the folder says of it may be somebody's edit.
    entry.version_before = version;
    entry.version_after.clone_from(&entry.version_before);
    entry.checks_due = !told.checks.is_empty();
    let undo = OverrideNote { rule: Override::Undo.rule().to_owned(), reason: options.reason.clone() };
    entry.overrides = if told.undoes.is_empty() { Vec::new() } else { vec![undo] };
    entry.toggle = Some(ToggleNote {
        id: told.switch.toggle.id.to_string(),
        position: told.to.to_string(),
        reason: options.reason.clone(),
        opens: told.opens().to_vec(),
    });
    entry
}

/// What is at the switch's place afterwards.
#[derive(Default)]
struct ToggleContents {
    /// The safe copy that becomes live again, and the entry that has it.
    kept: Option<StatePath>,
    used: Option<u64>,
    content: Vec<u8>,
}

impl ToggleContents {
    /// What was put together here.
    fn made(&self) -> BTreeMap<Digest, Arc<Vec<u8>>> {
        BTreeMap::from([(Digest::compute(&self.content), Arc::new(self.content.clone()))])
    }
}

impl Contents for ToggleContents {
    fn kept(&self, _: &Step) -> Option<StatePath> {
        self.kept.clone()
    }

    fn remembers(&self, step: &Step) -> bool {
        step.after.is_some()
    }

    fn copies_original(&self, _: &Step) -> bool {
        true
    }

    fn write(&self, _: &Step, _: &dyn Fs, out: &mut dyn Write) -> std::result::Result<(), ContentError> {
        Ok(out.write_all(&self.content)?)
    }
}
