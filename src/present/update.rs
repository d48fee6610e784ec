//! What a message or an answer does to the model, and which effects follow.

use std::path::{Path, PathBuf};

use super::check::CheckPage;
use super::commands::Command;
use super::failure::Failure;
use super::finding::{WayOut, show_hidden};
use super::guided::{Stage, Task};
use super::history::FolderView;
use super::message::{Destination, Dialog, Effect, Event, ExportWish, Msg};
use super::model::{Model, Overlay, Page};
use super::outcome;
use super::overview::path_line;
use super::slot::{AnswerSlot, Ticket};
use super::workspace::{OpenPatch, Tab, Workspace};
use crate::model::TreePath;
use crate::settings::Pair;
use crate::words::{self, fill};
use crate::workbench::{ApplyPreview, EditChoices, Error};

mod guided;
mod save;

impl Model {
    /// What has to be done when the window opens, with what it was started with.
    pub fn begin(&mut self, paths: &[PathBuf]) -> Vec<Effect> {
        let mut effects = vec![Effect::FindInterrupted(self.recent.folders())];
        effects.extend(paths.iter().flat_map(|path| self.update(Msg::Open(path.clone()))));
        effects
    }

    /// Takes a message.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::PickBundle => vec![Effect::PickBundle],
            Msg::PickFolder => vec![Effect::PickFolder],
            Msg::TypePath(text) => {
                self.typed_path = text;
                Vec::new()
            }
            Msg::Open(path) => vec![Effect::Sort(path)],
            Msg::OpenFolder(path) => self.open_folder(path),
            Msg::OpenBundle(path) => self.open_bundle(path),
            Msg::OpenPair(bundle, folder) => {
                self.workspace = Workspace::default();
                let folder = folder.map(|folder| self.open_folder(folder)).unwrap_or_default();
                [folder, self.open_bundle(bundle)].concat()
            }
            Msg::TrySample => vec![Effect::LayOutSample(self.sample.ask(&mut self.tickets))],
            Msg::GoTo(place) => self.go_to(place),
            Msg::CheckAgain if !self.is_guided() => self.look_again(),
            Msg::Select(_)
            | Msg::Neighbour { .. }
            | Msg::SetFilter(_)
            | Msg::Toggle(_)
            | Msg::CompareWithFolder(_) => self.update_changes(msg),
            Msg::WayOut(way_out) => self.take(way_out),
            Msg::SaveSupport => {
                vec![Effect::PickPlace(ExportWish::Support, "patchwright-support.zip".to_owned())]
            }
            Msg::ShowPalette => self.show(Overlay::Palette),
            Msg::ShowKeys => self.show(Overlay::Keys),
            Msg::ShowFolders(place) => {
                self.overlay = Some(Overlay::Folders);
                vec![Effect::List(self.folders.ask(&mut self.tickets), place)]
            }
            Msg::Escape => self.escape(),
            Msg::Copy(text) => self.copy(text),
            Msg::SetSettings(settings) => {
                self.settings = *settings;
                vec![Effect::SaveSettings]
            }
            Msg::AskToClose if self.is_working() => self.show(Overlay::Closing),
            Msg::AskToClose | Msg::CloseAnyway => vec![Effect::SaveSettings, Effect::Close],
            Msg::RecoverLater => {
                self.page =
                    if self.workspace.is_empty() { Page::Start } else { Page::Workspace(Tab::History) };
                Vec::new()
            }
            guided => self.update_guided(guided),
        }
    }

    /// Takes the answer of a job.
    pub fn on_event(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::BundlePicked(path) => self.open_bundle(path),
            Event::FolderPicked(path) => self.open_folder(path),
            Event::NoDialog(Dialog::Folder) => self.update(Msg::ShowFolders(None)),
            Event::NoDialog(Dialog::Bundle) => self.note(words::NO_DIALOG),
            // A bare name: it gets a place among the person's own files.
            Event::NoDialog(Dialog::NewFile(export, name)) => self.save(export, name.into()),
            Event::Inspected(ticket, answer) => {
                match self.workspace.patch.take(ticket, (*answer).map(OpenPatch::new)) {
                    true => self.inspected(),
                    false => Vec::new(),
                }
            }
            Event::Looked(ticket, answer) => self.looked(ticket, *answer),
            Event::Previewed(ticket, answer) => self.previewed(ticket, *answer),
            Event::BackPreviewed(ticket, answer) => {
                let folder = self.folder_of(ticket);
                let again = self.guided.as_ref().is_some_and(|guided| guided.task == Task::BringBack);
                let check = (*answer).map(|preview| CheckPage::of_rollback(&preview, &folder, again));
                self.checked(ticket, check)
            }
            Event::ContentsRead(ticket, answer) => {
                self.workspace.contents.take(ticket, answer);
                Vec::new()
            }
            Event::Interrupted(folder, work) => {
                if !self.is_guided() {
                    self.page = Page::Interrupted;
                }
                self.interrupted.retain(|(known, _)| *known != folder);
                self.interrupted.push((folder, work));
                Vec::new()
            }
            Event::Listed(ticket, answer) => {
                self.folders.take(ticket, answer);
                Vec::new()
            }
            Event::SampleReady(ticket, answer) => {
                if self.sample.take(ticket, answer)
                    && let Some(sample) = self.sample.ready().cloned()
                    && let Some(bundle) = sample.bundles.first()
                {
                    for other in sample.bundles.iter().skip(1).rev() {
                        let folder = Some(sample.folder.clone());
                        self.recent.remember(Pair { bundle: Some(other.clone()), folder });
                    }
                    return self.update(Msg::OpenPair(bundle.clone(), Some(sample.folder)));
                }
                Vec::new()
            }
            Event::PlacePicked(export, path) => self.save(export, path),
            Event::Saved(Ok(path)) => self.note(&fill(words::SAVED, &[("path", &path_line(&path))])),
            Event::Saved(Err(failure)) => self.note(&failure.what),
            Event::Worker(line) => self.on_line(line),
            Event::WorkerEnded => self.worker_ended(),
        }
    }

    fn open_bundle(&mut self, path: PathBuf) -> Vec<Effect> {
        if self.is_working() {
            return Vec::new();
        }
        if let Some(guided) = self.guided.as_mut().filter(|guided| guided.stage == Stage::Choosing) {
            guided.bundle = Some(path.clone());
        }
        let workspace = &mut self.workspace;
        workspace.bundle = Some(path.clone());
        (workspace.patch, workspace.check, workspace.contents) = Default::default();
        (workspace.tree, workspace.selected) = (None, None);
        let ticket = workspace.patch.ask(&mut self.tickets);
        if !self.is_guided() {
            self.page = Page::Workspace(match self.page {
                Page::Workspace(Tab::History) | Page::Start | Page::Interrupted | Page::Guided => {
                    Tab::Overview
                }
                Page::Workspace(tab) => tab,
            });
        }
        vec![Effect::Inspect(ticket, path, self.workspace.folder.clone())]
    }

    /// The patch was read: its changes are listed, the one that was shown stays shown, and it is held against the
    /// folder.
    fn inspected(&mut self) -> Vec<Effect> {
        let workspace = &mut self.workspace;
        let shown = workspace.tree.as_ref().zip(workspace.selected);
        let shown = shown.map(|(tree, index)| tree.items()[index].path.clone());
        workspace.tree = workspace.patch.ready().and_then(OpenPatch::tree);
        workspace.selected = shown.and_then(|path| workspace.tree.as_ref()?.index_of(&path));
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

    fn open_folder(&mut self, path: PathBuf) -> Vec<Effect> {
        if self.is_working() {
            return Vec::new();
        }
        if self.overlay == Some(Overlay::Folders) {
            self.overlay = None;
        }
        if let Some(guided) = self.guided.as_mut().filter(|guided| guided.stage == Stage::Choosing) {
            // A patch that was to be taken out is one of the other folder.
            guided.patch = guided.patch.take().filter(|_| guided.folder.as_ref() == Some(&path));
            guided.folder = Some(path.clone());
        }
        self.workspace.folder = Some(path);
        (self.workspace.view, self.workspace.check) = (AnswerSlot::default(), AnswerSlot::default());
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
    fn remember(&mut self) -> Option<Effect> {
        let Workspace { bundle, folder, patch, view, .. } = &self.workspace;
        let bundle = bundle.clone().filter(|_| patch.ready().is_some());
        let folder = folder.clone().filter(|_| view.ready().is_some());
        (bundle.is_some() || folder.is_some()).then(|| {
            self.recent.remember(Pair { bundle, folder });
            Effect::SaveSettings
        })
    }

    fn go_to(&mut self, place: Destination) -> Vec<Effect> {
        if self.is_working() {
            return Vec::new();
        }
        self.overlay = None;
        self.guided = None;
        self.page = match place {
            Destination::Start => Page::Start,
            Destination::Workspace(tab) => Page::Workspace(tab),
        };
        match place {
            Destination::Workspace(Tab::Changes) if self.workspace.selected.is_none() => {
                self.update_changes(Msg::Neighbour { forward: true })
            }
            _ => Vec::new(),
        }
    }

    /// Looks at the folder, and holds the patch against it.
    fn look_again(&mut self) -> Vec<Effect> {
        let Some(folder) = self.workspace.folder.clone() else { return Vec::new() };
        let ticket = self.workspace.view.ask(&mut self.tickets);
        let mut effects = vec![Effect::Look(ticket, folder.clone())];
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

    /// Whether a bundle was read, which says the same whatever the folder is.
    fn is_bundle_open(&self) -> bool {
        self.workspace.patch.ready().is_some_and(|patch| patch.inspection.text.is_none())
    }

    fn check(&mut self) -> Vec<Effect> {
        let Workspace { bundle: Some(bundle), folder: Some(folder), patch, .. } = &self.workspace else {
            return Vec::new();
        };
        if patch.ready().is_none() {
            return Vec::new();
        }
        let (bundle, folder) = (bundle.clone(), folder.clone());
        let ticket = self.workspace.check.ask(&mut self.tickets);
        let mut effects = vec![Effect::Preview(ticket, bundle, folder, EditChoices::new())];
        if self.workspace.against_folder && self.is_bundle_open() {
            effects.extend(self.read_contents());
        }
        effects
    }

    fn update_changes(&mut self, msg: Msg) -> Vec<Effect> {
        let Some(tree) = &mut self.workspace.tree else { return Vec::new() };
        match msg {
            Msg::SetFilter(filter) => tree.set_filter(filter),
            Msg::Toggle(folder) => tree.toggle(&folder),
            Msg::CompareWithFolder(really) => {
                self.workspace.against_folder = really && self.workspace.folder.is_some();
                return self.read_contents();
            }
            Msg::Neighbour { forward } => {
                if let Some(next) = tree.neighbour(self.workspace.selected, forward) {
                    return self.update_changes(Msg::Select(next));
                }
            }
            Msg::Select(index) if index < tree.items().len() => {
                self.workspace.selected = Some(index);
                return self.read_contents();
            }
            _ => {}
        }
        Vec::new()
    }

    fn read_contents(&mut self) -> Vec<Effect> {
        let Workspace { bundle: Some(bundle), tree: Some(tree), selected: Some(index), .. } = &self.workspace
        else {
            return Vec::new();
        };
        let path = TreePath::parse(&tree.items()[*index].path).expect("a change has a good path");
        // The changes of a text patch are those of the folder, and nothing else is expected.
        let is_against = self.workspace.against_folder || !self.is_bundle_open();
        let against = self.workspace.folder.clone().filter(|_| is_against);
        let bundle = bundle.clone();
        vec![Effect::Contents(self.workspace.contents.ask(&mut self.tickets), bundle, path, against)]
    }

    fn take(&mut self, way_out: WayOut) -> Vec<Effect> {
        match way_out {
            WayOut::ChooseFolder => {
                // On the guided way it is chosen on the first page.
                self.update_guided(Msg::ChooseAgain);
                vec![Effect::PickFolder]
            }
            WayOut::ShowDifferences => {
                let mut effects = self.go_to(Destination::Workspace(Tab::Changes));
                effects.extend(self.update_changes(Msg::CompareWithFolder(true)));
                effects
            }
            WayOut::CheckAgain if self.is_guided() => self.update_guided(Msg::CheckAgain),
            WayOut::CheckAgain => self.look_again(),
            WayOut::KeepEdits => self.update_guided(Msg::KeepEdits(true)),
            WayOut::ShowHidden(kind) => {
                let overview = self.workspace.patch.ready_mut().map(|patch| &mut patch.overview.hidden);
                let check = match self.guided.as_mut() {
                    Some(guided) => guided.check.as_mut(),
                    None => self.workspace.check.ready_mut(),
                };
                let check = check.map(|check| &mut check.findings);
                overview.into_iter().chain(check).for_each(|findings| show_hidden(findings, kind));
                Vec::new()
            }
            WayOut::Recover => {
                let folder = self.guided.as_ref().and_then(|guided| guided.folder.clone());
                let folder = folder.or_else(|| self.workspace.folder.clone());
                self.guided = None;
                self.page = Page::Interrupted;
                folder.map(|folder| vec![Effect::FindInterrupted(vec![folder])]).unwrap_or_default()
            }
        }
    }

    /// The folder that the check with this ticket is about.
    fn folder_of(&self, ticket: Ticket) -> PathBuf {
        let guided = self.guided.as_ref().filter(|guided| guided.awaited == Some(ticket));
        let folder = guided.and_then(|guided| guided.folder.clone());
        folder.or_else(|| self.workspace.folder.clone()).unwrap_or_default()
    }

    /// Patch and folder were held against each other. Where another patch file lies by now than the one that was read, it
    /// is that which is told, and the file is read again.
    fn previewed(&mut self, ticket: Ticket, answer: Result<ApplyPreview, Failure>) -> Vec<Effect> {
        let folder = self.folder_of(ticket);
        let guided = self.guided.as_ref().filter(|guided| guided.awaited == Some(ticket));
        let bundle = guided.map_or(&self.workspace.bundle, |guided| &guided.bundle).clone();
        let is_shown = bundle == self.workspace.bundle;
        let is_other = |preview: &ApplyPreview| is_shown && !self.workspace.is_of_patch(preview);
        let Some(bundle) = bundle.filter(|_| answer.as_ref().is_ok_and(is_other)) else {
            return self.checked(ticket, answer.map(|preview| CheckPage::of_apply(&preview, &folder)));
        };
        let failure = Failure::from_error(&Error::not_as_agreed(), Some(&folder));
        let mut effects = self.checked(ticket, Err(failure));
        let again = self.workspace.patch.ask(&mut self.tickets);
        effects.push(Effect::Inspect(again, bundle, self.workspace.folder.clone()));
        effects
    }

    fn looked(&mut self, ticket: Ticket, answer: Result<FolderView, Failure>) -> Vec<Effect> {
        if !self.workspace.view.take(ticket, answer) {
            return Vec::new();
        }
        let view = &self.workspace.view;
        if let (Some(folder), Some(work)) =
            (&self.workspace.folder, view.ready().and_then(|view| view.status.unfinished.clone()))
        {
            self.interrupted.retain(|(known, _)| known != folder);
            self.interrupted.push((folder.clone(), work));
            if matches!(self.page, Page::Start | Page::Workspace(_)) {
                self.page = Page::Interrupted;
            }
        }
        if let Some(guided) = self.guided.as_mut().filter(|guided| guided.stage == Stage::Verifying) {
            match (view.ready(), view.failed()) {
                (Some(view), _) => guided.verified(Ok(view)),
                (None, Some(failure)) => guided.verified(Err(failure)),
                (None, None) => guided.verified(Err(&Failure::of_lost_job())),
            }
            if guided.answer.as_ref().is_some_and(outcome::is_foreign) {
                guided.keep_edits = true;
            }
        }
        self.remember().into_iter().collect()
    }

    fn escape(&mut self) -> Vec<Effect> {
        self.notice = None;
        if self.overlay.take().is_some() {
            return Vec::new();
        }
        match &self.guided {
            Some(guided) if guided.stage == Stage::Done => self.leave(),
            Some(_) => self.update_guided(Msg::Back),
            None => Vec::new(),
        }
    }

    fn show(&mut self, overlay: Overlay) -> Vec<Effect> {
        self.overlay = Some(overlay);
        Vec::new()
    }

    fn copy(&mut self, text: String) -> Vec<Effect> {
        self.note(words::COPIED);
        vec![Effect::Copy(text)]
    }

    fn note(&mut self, notice: &str) -> Vec<Effect> {
        self.notice = Some(notice.to_owned());
        Vec::new()
    }

    /// Carries out a command, if it can be used now.
    pub fn command(&mut self, command: Command) -> Vec<Effect> {
        match command.message(self) {
            Ok(msg) => self.update(msg),
            Err(reason) => self.note(reason),
        }
    }
}

/// The name of a recent pair, for its row.
pub fn pair_text(pair: &Pair) -> (String, String) {
    let file =
        |path: &PathBuf| path.file_name().map_or_else(|| path_line(path), |name| path_line(Path::new(name)));
    let bundle = pair.bundle.as_ref().map(file).unwrap_or_else(|| words::NO_PATCH.to_owned());
    let folder = pair.folder.as_deref().map(path_line).unwrap_or_else(|| words::NO_FOLDER.to_owned());
    (bundle, folder)
}
