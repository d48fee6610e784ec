//! What opening a patch file or a folder does, and how both are held against each other.

use std::path::{Path, PathBuf};

use crate::present::failure::Failure;
use crate::present::guided::{GuidedInput, Stage, Task};
use crate::present::history::VerifiedHistory;
use crate::present::message::{Effect, Msg};
use crate::present::model::{Model, Overlay, Page};
use crate::present::slot::{AnswerSlot, Ticket};
use crate::present::workspace::{OpenPatch, Tab, Workspace};
use crate::settings::Pair;
use crate::workbench::{TextOptions, Which};

impl Model {
    /// Opens patch files that belong together, the first of which is shown.
    pub(super) fn open_bundles(&mut self, paths: Vec<PathBuf>) -> Vec<Effect> {
        let Some((first, others)) = paths.split_first() else { return Vec::new() };
        let effects = self.open_bundle(first.clone());
        if !others.is_empty() {
            self.go_with(others);
        }
        effects
    }

    /// More patch files go in with the one that is shown.
    pub(super) fn go_with(&mut self, others: &[PathBuf]) {
        let workspace = &mut self.workspace;
        for other in others {
            if workspace.bundle.as_ref() != Some(other) && !workspace.others.contains(other) {
                workspace.others.push(other.clone());
            }
        }
        workspace.put_away = None;
        if let Some(guided) = self.guided.as_mut().filter(|guided| guided.task == Task::Apply) {
            guided.bundles = workspace.files();
        }
    }

    /// As before, and held against the folder together. Text patches are read as one.
    pub(super) fn add_bundles(&mut self, others: &[PathBuf]) -> Vec<Effect> {
        self.go_with(others);
        match self.workspace.text() {
            Some(_) => {
                let further = self.workspace.others.clone();
                self.read_text_as(TextOptions { further, ..self.workspace.reading.clone() })
            }
            None => self.check_anew(),
        }
    }

    /// Has text patches read otherwise.
    pub(super) fn read_text_as(&mut self, options: TextOptions) -> Vec<Effect> {
        self.workspace.reading = options.clone();
        let mut effects = vec![Effect::ReadTextAs(options)];
        effects.extend(self.look_again());
        effects
    }

    /// This patch file stays out.
    pub(super) fn leave_out(&mut self, path: &Path) -> Vec<Effect> {
        self.workspace.others.retain(|other| other != path);
        self.check_anew()
    }

    /// Holds patches and folder against each other again, wherever somebody is.
    pub(super) fn check_anew(&mut self) -> Vec<Effect> {
        match self.guided.as_mut().map(|guided| guided.go(GuidedInput::CheckAgain)) {
            Some(true) => self.check_guided(),
            Some(false) => Vec::new(),
            None => self.check(),
        }
    }

    pub(super) fn open_bundle(&mut self, path: PathBuf) -> Vec<Effect> {
        if self.is_working() {
            return Vec::new();
        }
        if self.workspace.bundle.as_ref() != Some(&path) {
            self.forget_review();
        }
        let workspace = &mut self.workspace;
        let before = workspace.bundle.replace(path.clone()).filter(|before| *before != path);
        match workspace.others.iter().position(|other| *other == path) {
            // Of several that go in together another one is shown.
            Some(place) => {
                workspace.others.remove(place);
                workspace.others.extend(before);
            }
            None => {
                workspace.others.clear();
                let product = workspace.patch.ready().map(OpenPatch::product);
                workspace.put_away = before.zip(product);
            }
        }
        workspace.edits.clear();
        let was_read_otherwise = std::mem::take(&mut workspace.reading) != TextOptions::default();
        if let Some(guided) = self.guided.as_mut().filter(|guided| guided.stage == Stage::Choosing) {
            guided.bundles = workspace.files();
        }
        (workspace.patch, workspace.check, workspace.contents) = Default::default();
        (workspace.plan, workspace.conditions, self.papers.rules) = Default::default();
        (workspace.tree, workspace.selected) = (None, None);
        let ticket = workspace.patch.ask(&mut self.tickets);
        if !self.is_guided() {
            self.below.clear();
            self.page = Page::Workspace(match self.page {
                Page::Workspace(Tab::History) => Tab::Overview,
                Page::Workspace(tab) => tab,
                _ => Tab::Overview,
            });
        }
        let read = was_read_otherwise.then(|| Effect::ReadTextAs(TextOptions::default()));
        let inspect = Effect::Inspect(ticket, path, self.workspace.folder.clone());
        read.into_iter().chain([inspect]).collect()
    }

    /// The patch was read: its changes are listed, the one that was shown stays shown, and it is held against the
    /// folder.
    pub(super) fn inspected(&mut self) -> Vec<Effect> {
        let workspace = &mut self.workspace;
        let shown = workspace.tree.as_ref().zip(workspace.selected);
        let shown = shown.map(|(tree, index)| tree.items()[index].path.clone());
        workspace.tree = workspace.patch.ready().and_then(OpenPatch::tree);
        workspace.selected = shown.and_then(|path| workspace.tree.as_ref()?.index_of(&path));
        if let Some(tree) = &mut self.workspace.tree {
            tree.mark_viewed(&self.recent.viewed);
        }
        self.mark_differing();
        let mut effects: Vec<Effect> = self.remember().into_iter().collect();
        effects.extend(self.check());
        if self.workspace.text().is_some() {
            effects.extend(self.read_contents());
        }
        if self.workspace.selected.is_none() && self.page == Page::Workspace(Tab::Changes) {
            effects.extend(self.update_changes(Msg::Neighbour { forward: true }));
        }
        effects
    }

    pub(super) fn open_folder(&mut self, path: PathBuf) -> Vec<Effect> {
        if self.is_working() {
            return Vec::new();
        }
        if self.overlay == Some(Overlay::Folders) {
            self.overlay = None;
        }
        if let Some(guided) = self.guided.as_mut().filter(|guided| guided.stage == Stage::Choosing) {
            // A patch that was to be taken out is one of the other folder.
            if guided.folder.as_ref() != Some(&path) && guided.task == Task::TakeBack {
                guided.which = Which::Last;
            }
            if guided.folder.as_ref() != Some(&path) {
                (guided.damaged, guided.only) = Default::default();
            }
            guided.folder = Some(path.clone());
        }
        self.workspace.folder = Some(path);
        self.workspace.edits.clear();
        self.workspace.plan = AnswerSlot::default();
        (self.workspace.view, self.workspace.check) = (AnswerSlot::default(), AnswerSlot::default());
        (self.workspace.verified, self.workspace.drifted) = Default::default();
        self.workspace.conditions = AnswerSlot::default();
        self.workspace.fixed = AnswerSlot::default();
        self.choice = AnswerSlot::default();
        if !self.is_bundle_open() {
            // What was read of a text patch was for the folder before.
            (self.workspace.patch, self.workspace.contents) = Default::default();
            (self.workspace.tree, self.workspace.selected) = (None, None);
        }
        if self.page == Page::Start || self.page == Page::Interrupted {
            let tab = if self.workspace.bundle.is_some() { Tab::Overview } else { Tab::History };
            self.page = Page::Workspace(tab);
        }
        self.look_again()
    }

    /// Remembers what could be opened; what could not would only disappoint again.
    pub(super) fn remember(&mut self) -> Option<Effect> {
        let Workspace { bundle, folder, patch, view, .. } = &self.workspace;
        let bundle = bundle.clone().filter(|_| patch.ready().is_some());
        let folder = folder.clone().filter(|_| view.ready().is_some());
        (bundle.is_some() || folder.is_some()).then(|| {
            self.recent.remember(Pair { bundle, folder });
            Effect::SaveSettings
        })
    }

    /// Looks at the folder, and holds the patch against it.
    pub(super) fn look_again(&mut self) -> Vec<Effect> {
        let Some(folder) = self.workspace.folder.clone() else { return Vec::new() };
        let ticket = self.workspace.view.ask(&mut self.tickets);
        // What was verified is the history as it was.
        (self.workspace.verified, self.workspace.drifted) = Default::default();
        self.workspace.conditions = AnswerSlot::default();
        let mut effects = vec![Effect::Look(ticket, folder.clone(), self.recent.withdrawn.clone())];
        match &self.workspace.bundle {
            // What a text patch does is made anew of it and the folder; then it is held against that.
            Some(bundle) if !self.is_bundle_open() => {
                let bundle = bundle.clone();
                let ticket = self.workspace.patch.ask(&mut self.tickets);
                effects.push(Effect::Inspect(ticket, bundle, Some(folder)));
            }
            _ => effects.extend(self.check()),
        }
        effects
    }

    /// What is asked and said about the history of a folder.
    pub(super) fn update_history(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::VerifyHistory => self.verify_history(),
            Msg::TypeVouchReason(reason) => {
                self.workspace.vouch_reason = reason;
                Vec::new()
            }
            Msg::Vouch(folder) => self.vouch(folder),
            Msg::ReadDrift => self.read_drift(),
            _ => Vec::new(),
        }
    }

    /// Verifies every entry of the folder's history.
    fn verify_history(&mut self) -> Vec<Effect> {
        let Some(folder) = self.workspace.folder.clone() else { return Vec::new() };
        vec![Effect::VerifyHistory(self.workspace.verified.ask(&mut self.tickets), folder)]
    }

    /// Reads the lines in which files differ, once.
    fn read_drift(&mut self) -> Vec<Effect> {
        let drifted = &mut self.workspace.drifted;
        let folder = self.workspace.folder.clone().filter(|_| !drifted.is_asked());
        folder.map(|folder| Effect::ReadDrift(drifted.ask(&mut self.tickets), folder)).into_iter().collect()
    }

    /// Notes that the history of `folder` is right, for the reason that was typed.
    fn vouch(&mut self, folder: PathBuf) -> Vec<Effect> {
        let reason = self.workspace.vouch_reason.trim().to_owned();
        if reason.is_empty() {
            return Vec::new();
        }
        vec![Effect::Vouch(self.workspace.verified.ask(&mut self.tickets), folder, reason)]
    }

    /// What was said about a history counts from now on: everything about the folder is looked at again.
    pub(super) fn vouched(
        &mut self,
        ticket: Ticket,
        folder: PathBuf,
        answer: Result<VerifiedHistory, Failure>,
    ) -> Vec<Effect> {
        let is_noted = answer.is_ok();
        if !self.workspace.verified.take(ticket, answer) || !is_noted {
            return Vec::new();
        }
        self.workspace.vouch_reason = String::new();
        let mut effects = self.look_again();
        if self.interrupted.iter().any(|(known, _)| *known == folder) {
            effects.push(Effect::FindInterrupted(vec![folder]));
        }
        effects
    }

    /// Whether a bundle was read, which says the same whatever the folder is.
    pub(super) fn is_bundle_open(&self) -> bool {
        self.workspace.patch.ready().is_some_and(|patch| patch.inspection.text.is_none())
    }

    pub(super) fn check(&mut self) -> Vec<Effect> {
        let Workspace { bundle: Some(_), folder: Some(folder), patch, .. } = &self.workspace else {
            return Vec::new();
        };
        if patch.ready().is_none() {
            return Vec::new();
        }
        let (folder, edits) = (folder.clone(), self.workspace.edits.clone());
        let ticket = self.workspace.check.ask(&mut self.tickets);
        let beside = self.beside();
        let mut effects = vec![Effect::Preview(ticket, self.workspace.files(), folder, edits, beside)];
        if self.is_bundle_open() {
            effects.extend(self.read_contents());
        }
        effects
    }
}
