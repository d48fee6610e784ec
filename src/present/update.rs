//! What a message or an answer does to the model, and which effects follow.

use std::path::PathBuf;

use super::check::CheckPage;
use super::commands::Command;
use super::failure::Failure;
use super::finding::{WayOut, show_hidden};
use super::guided::{Guided, Stage};
use super::history::FolderView;
use super::message::{
    Destination, Dialog, Effect, Event, ExportWish, Input, KeyMsg, Msg, RehearseMsg, ScriptAnswer,
};
use super::model::{Model, Overlay, Page};
use super::outcome;
use super::overview::path_line;
use super::slot::Ticket;
use super::worker::WorkerLine;
use super::workspace::{OpenPatch, Tab, Workspace};
use crate::settings::Pair;
use crate::words::{self, fill};
use crate::workbench::{
    ApplyPreview, EditChoice, Error, RollbackPreview, Turn, UnfinishedWork, Which, typed_path,
};

mod changes;
mod choose;
mod fixed;
mod guided;
mod keys;
mod make;
mod many;
mod merge;
mod opening;
mod papers;
mod rehearse;
mod review;
mod save;
mod sources;
mod window;

impl Model {
    /// What has to be done when the window opens, with what it was started with.
    pub fn begin(&mut self, paths: &[PathBuf]) -> Vec<Effect> {
        let mut effects = vec![Effect::FindInterrupted(self.recent.folders()), self.survey()];
        if !paths.is_empty() {
            effects.extend(self.update(Msg::Open(paths.to_vec())));
        }
        effects
    }

    /// Takes a message.
    pub fn update(&mut self, msg: Msg) -> Vec<Effect> {
        if is_deed(&msg) {
            // What was said about the last thing somebody did is no news any more.
            self.notice = None;
        }
        match msg {
            Msg::PickBundle
            | Msg::PickFolder
            | Msg::PickSource
            | Msg::PickInput(_)
            | Msg::TypedInstead(..)
            | Msg::TypePath(_)
            | Msg::Open(_)
            | Msg::ReadAs(_)
            | Msg::GoWith(_)
            | Msg::LeaveOut(_)
            | Msg::OpenFolder(_)
            | Msg::OpenBundle(_)
            | Msg::OpenPair(..)
            | Msg::TrySample
            | Msg::ShowFolders(_)
            | Msg::ShowWhatWentOn => self.update_sources(msg),
            Msg::GoTo(place) => self.go_to(place),
            Msg::CheckAgain if !self.is_guided() => self.look_again(),
            Msg::Select(_) | Msg::Neighbour { .. } | Msg::SetFilter(_) | Msg::Toggle(_) | Msg::Compare(_) => {
                self.update_changes(msg)
            }
            Msg::SetViewed(index, is_viewed) => self.set_viewed(index, is_viewed),
            Msg::ViewedAndNext => self.viewed_and_next(),
            Msg::ShowDifferences(places) => self.show_differences(&places),
            Msg::FindInAll(query) => self.find_in_all(query),
            Msg::VerifyHistory | Msg::ReadDrift | Msg::TypeVouchReason(_) | Msg::Vouch(_) => {
                self.update_history(msg)
            }
            Msg::Keys(_)
            | Msg::Review(_)
            | Msg::Fixed(_)
            | Msg::Choose(_)
            | Msg::Make(_)
            | Msg::Many(_)
            | Msg::Papers(_)
            | Msg::Rehearse(_) => self.update_page(msg),
            Msg::Stop | Msg::Tick(_) if self.many.is_working() => self.update_many_work(&msg),
            Msg::Stop | Msg::Tick(_) if self.rehearsing.is_working() => self.update_rehearsal_work(&msg),
            Msg::BeginMerge(_) | Msg::ChooseSide(..) | Msg::TypeMerged(..) | Msg::TakeMerged => {
                self.update_merge(msg)
            }
            Msg::Decide { places, choice } => self.decide(places, Some(&choice)),
            Msg::WayOut(WayOut::Undecide(place)) => self.decide(vec![place], None),
            Msg::WayOut(WayOut::TakeTheirs(places)) => self.decide(places, Some(&EditChoice::TakeTheirs)),
            Msg::WayOut(way_out) => self.take(way_out),
            Msg::CopyCommand if self.page != Page::Guided => match self.page_command() {
                Some(command) => self.copy(command),
                None => Vec::new(),
            },
            Msg::SaveSupport
            | Msg::ShowPalette
            | Msg::ShowKeys
            | Msg::Escape
            | Msg::SetSettings(_)
            | Msg::AskToClose
            | Msg::CloseAnyway
            | Msg::RecoverLater => self.update_window(msg),
            guided => self.update_guided(guided),
        }
    }

    /// Takes a message of a page that has much of its own.
    fn update_page(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::Keys(msg) => self.update_keys(msg),
            Msg::Review(msg) => self.update_review(msg),
            Msg::Fixed(msg) => self.update_fixed(msg),
            Msg::Choose(msg) => self.update_choose(msg),
            Msg::Make(msg) => self.update_make(msg),
            Msg::Many(msg) => self.update_many(msg),
            Msg::Papers(msg) => self.update_papers(msg),
            Msg::Rehearse(msg) => self.update_rehearse(msg),
            _ => Vec::new(),
        }
    }

    /// Takes the answer of a job that such a page asked for.
    fn on_page_event(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::FixedLooked(ticket, answer) => _ = self.workspace.fixed.take(ticket, answer),
            Event::Chosen(ticket, answer) => _ = self.choice.take(ticket, answer),
            Event::Made(ticket, answer) => _ = self.made.take(ticket, answer),
            Event::DriftRead(ticket, answer) => _ = self.workspace.drifted.take(ticket, answer),
            Event::HistoryVerified(ticket, answer) => _ = self.workspace.verified.take(ticket, answer),
            Event::Vouched(ticket, folder, answer) => return self.vouched(ticket, folder, answer),
            Event::MergeRead(ticket, answer) => _ = self.merge.take(ticket, answer),
            Event::Listed(ticket, answer) => _ = self.folders.take(ticket, answer),
            Event::Many(event) => return self.on_many_event(event),
            Event::Papers(event) => self.on_papers_event(event),
            _ => {}
        }
        Vec::new()
    }

    /// Takes the answer of a job.
    pub fn on_event(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Sorted { bundles, folder } => {
                let folder = folder.map(|folder| self.open_folder(folder)).unwrap_or_default();
                [folder, self.open_bundles(bundles)].concat()
            }
            Event::FolderPicked(path) => self.open_folder(path),
            Event::NoDialog(asked) => self.no_dialog(asked),
            Event::SourcesPicked(files) => self.take_from(files),
            Event::Keys(event) => self.on_key_event(event),
            Event::InputPicked(input, paths) => self.input_picked(input, paths),
            Event::FixedLooked(..)
            | Event::Chosen(..)
            | Event::Made(..)
            | Event::Many(_)
            | Event::Papers(_)
            | Event::DriftRead(..)
            | Event::HistoryVerified(..)
            | Event::Vouched(..)
            | Event::MergeRead(..)
            | Event::Listed(..) => self.on_page_event(event),
            Event::Inspected(ticket, answer) => {
                match self.workspace.patch.take(ticket, (*answer).map(OpenPatch::new)) {
                    true => self.inspected(),
                    false => Vec::new(),
                }
            }
            Event::Looked(ticket, answer) => self.looked(ticket, *answer),
            Event::Previewed(ticket, answer) => self.previewed(ticket, *answer),
            Event::BackPreviewed(ticket, answer) => self.back_previewed(ticket, *answer),
            Event::RepairPreviewed(ticket, answer) => self.checked(ticket, *answer),
            Event::FoundInAll(ticket, answer) => self.found_in_all(ticket, answer),
            Event::MergeKept(path, kept) => self.merge_kept(path, kept),
            Event::ContentsRead(ticket, answer) => {
                self.workspace.contents.take(ticket, answer);
                Vec::new()
            }
            Event::Interrupted(folder, work) => self.interrupted(folder, work),
            Event::Surveyed(path, known) => {
                self.home.take(path, known);
                Vec::new()
            }
            Event::SampleReady(ticket, answer) => match self.sample.take(ticket, answer) {
                true => self.open_sample(),
                false => Vec::new(),
            },
            Event::PlacePicked(ExportWish::PatchFile, path) => self.make_at(path),
            Event::PlacePicked(ExportWish::SecretKey, path) => {
                self.key_goes_to(path);
                Vec::new()
            }
            Event::PlacePicked(export, path) => self.save(export, path),
            Event::Saved(Ok(path)) => self.note(&fill(words::SAVED, &[("path", &path_line(&path))])),
            Event::Saved(Err(failure)) => self.note(&failure.what),
            Event::Worker(line) => self.on_worker(Some(line)),
            Event::WorkerEnded => self.on_worker(None),
        }
    }

    /// The worker wrote a line, or has ended.
    fn on_worker(&mut self, line: Option<WorkerLine>) -> Vec<Effect> {
        match line {
            line if self.many.is_working() => self.on_many_line(line),
            line if self.rehearsing.is_working() => self.on_rehearsal_line(line),
            Some(line) => self.on_line(line),
            None => self.worker_ended(),
        }
    }

    fn back_previewed(&mut self, ticket: Ticket, answer: Result<RollbackPreview, Failure>) -> Vec<Effect> {
        let folder = self.folder_of(ticket);
        let asked = self.guided.as_ref().map_or(Turn::Went, Guided::turn);
        let stays = self.guided.as_ref().is_some_and(|guided| guided.scripts == ScriptAnswer::Without);
        let check = answer.map(|preview| match preview.turn == asked {
            true => CheckPage::of_rollback(&preview, &folder, stays),
            // Somebody else has changed the folder: undoing what is last now is not what was asked.
            false => CheckPage::of_failure(&Failure::from_error(&Error::moved(), Some(&folder))),
        });
        self.checked(ticket, check)
    }

    /// Interrupted work was found in `folder`.
    fn interrupted(&mut self, folder: PathBuf, work: UnfinishedWork) -> Vec<Effect> {
        if !self.is_guided() {
            self.show_page(Page::Interrupted);
        }
        self.interrupted.retain(|(known, _)| *known != folder);
        self.interrupted.push((folder, work));
        Vec::new()
    }

    /// Another pair takes the place of the one that is open.
    fn open_pair(&mut self, bundle: PathBuf, folder: Option<PathBuf>) -> Vec<Effect> {
        self.workspace = Workspace { comparison: self.workspace.comparison, ..Workspace::default() };
        let folder = folder.map(|folder| self.open_folder(folder)).unwrap_or_default();
        [folder, self.open_bundle(bundle)].concat()
    }

    /// The sample is laid out: its first patch is opened, and the others are at hand.
    fn open_sample(&mut self) -> Vec<Effect> {
        let Some(sample) = self.sample.ready().cloned() else { return Vec::new() };
        let Some((first, others)) = sample.bundles.split_first() else { return Vec::new() };
        for other in others.iter().rev() {
            let folder = Some(sample.folder.clone());
            self.recent.remember(Pair { bundle: Some(other.clone()), folder });
        }
        self.open_pair(first.clone(), Some(sample.folder))
    }

    /// How the change ended that went on without the window.
    fn show_what_went_on(&mut self) -> Vec<Effect> {
        let Some(folder) = self.went_on.take() else { return Vec::new() };
        [self.open_folder(folder), self.go_to(Destination::Workspace(Tab::History))].concat()
    }

    fn go_to(&mut self, place: Destination) -> Vec<Effect> {
        if self.is_working() {
            return Vec::new();
        }
        (self.overlay, self.notice) = (None, None);
        self.guided = None;
        self.show_page(match place {
            Destination::Start => Page::Start,
            Destination::Workspace(tab) => Page::Workspace(tab),
        });
        match place {
            Destination::Start => vec![self.survey()],
            Destination::Workspace(Tab::Changes) if self.workspace.selected.is_none() => {
                self.update_changes(Msg::Neighbour { forward: true })
            }
            _ => Vec::new(),
        }
    }

    fn take(&mut self, way_out: WayOut) -> Vec<Effect> {
        match way_out {
            WayOut::ChooseFolder => {
                // On the guided way it is chosen on the first page.
                self.update_guided(Msg::ChooseAgain);
                vec![Effect::PickFolder]
            }
            WayOut::ShowDifferences => self.show_differences(&[]),
            WayOut::CheckAgain if self.is_guided() => self.update_guided(Msg::CheckAgain),
            WayOut::CheckAgain => self.look_again(),
            WayOut::Undecide(_) | WayOut::TakeTheirs(_) => Vec::new(),
            WayOut::AddFile(name) => {
                let beside =
                    self.workspace.bundle.as_ref().and_then(|bundle| Some(bundle.parent()?.join(name)));
                self.add_bundles(beside.as_slice())
            }
            WayOut::WithDependents => {
                let Some(guided) = &mut self.guided else { return Vec::new() };
                if let Which::Patch(id) = &guided.which {
                    guided.which = Which::PatchAndDependents(id.clone());
                }
                self.update_guided(Msg::CheckAgain)
            }
            WayOut::TrustSigner => [self.update_keys(KeyMsg::Show), self.update_keys(KeyMsg::Meet)].concat(),
            WayOut::NameSbom => vec![Effect::PickInput(Input::Sbom)],
            WayOut::Rehearse => self.update_rehearse(RehearseMsg::Show),
            WayOut::KeepEdits => self.update_guided(Msg::KeepEdits(true)),
            WayOut::ChooseSource => vec![Effect::PickSource],
            WayOut::WithoutScripts => self.check_otherwise(|guided| guided.scripts = ScriptAnswer::Without),
            WayOut::UndoScripts => self.check_otherwise(|guided| guided.scripts = ScriptAnswer::None),
            WayOut::LeaveDamaged => self.check_otherwise(|guided| guided.damaged.leave = true),
            WayOut::RepairOnly(paths) => self.check_otherwise(|guided| guided.only = paths),
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
            WayOut::Recover if self.can_finish_checks() => self.begin_checks(),
            WayOut::Recover => {
                let folder = self.guided.as_ref().and_then(|guided| guided.folder.clone());
                let folder = folder.or_else(|| self.workspace.folder.clone());
                self.guided = None;
                self.show_page(Page::Interrupted);
                folder.map(|folder| vec![Effect::FindInterrupted(vec![folder])]).unwrap_or_default()
            }
        }
    }

    /// No dialog comes up on this machine: folders are listed, other paths are typed, and a new file that is for this person
    /// gets a place among their own, by its bare name.
    fn no_dialog(&mut self, asked: Dialog) -> Vec<Effect> {
        match asked {
            Dialog::Folder => self.update(Msg::ShowFolders(None)),
            Dialog::NewFile(export, name) if export.is_for_this_person() => self.save(export, name.into()),
            asked => {
                self.asked = asked;
                self.show(Overlay::Path)
            }
        }
    }

    /// A path was typed where no dialog came up.
    fn typed_instead(&mut self, asked: &Dialog, path: PathBuf) -> Vec<Effect> {
        self.overlay = None;
        match asked {
            Dialog::Source => self.take_from(vec![typed_path(&path)]),
            Dialog::Folder => self.open_folder(typed_path(&path)),
            Dialog::Key | Dialog::KeyList | Dialog::OwnKey | Dialog::ListToSign => {
                self.key_picked(asked, typed_path(&path))
            }
            Dialog::Input(input) => self.input_picked(*input, vec![typed_path(&path)]),
            Dialog::NewFile(export, _) => self.on_event(Event::PlacePicked(*export, typed_path(&path))),
            Dialog::Bundle => vec![Effect::Sort(vec![path])],
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
        let shown = self.workspace.bundle.as_ref();
        let is_shown = guided.is_none_or(|guided| shown.is_some_and(|shown| guided.bundles.contains(shown)));
        let is_other = |preview: &ApplyPreview| is_shown && !self.workspace.is_of_patch(preview);
        let Some(bundle) = self.workspace.bundle.clone().filter(|_| answer.as_ref().is_ok_and(is_other))
        else {
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
        self.mark_differing();
        let fixed = self.look_at_fixed();
        self.remember().into_iter().chain(fixed).collect()
    }

    fn escape(&mut self) -> Vec<Effect> {
        self.notice = None;
        if self.overlay.take().is_some() {
            return Vec::new();
        }
        // Work in many folders, or on a copy, stays in sight until it is done.
        let is_of_many = matches!(self.page, Page::Wanted | Page::Rollout) && self.many.is_working();
        let is_rehearsal = self.page == Page::Rehearse && self.rehearsing.is_working();
        if is_of_many || is_rehearsal || self.close_above() {
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

/// The dialog that a message asks for.
fn picked(msg: &Msg) -> Effect {
    match msg {
        Msg::PickFolder => Effect::PickFolder,
        Msg::PickSource => Effect::PickSource,
        Msg::PickInput(input) => Effect::PickInput(*input),
        _ => Effect::PickBundle,
    }
}

/// Whether somebody goes on to something else with it, rather than typing, looking or waiting.
fn is_deed(msg: &Msg) -> bool {
    matches!(
        msg,
        Msg::Select(_)
            | Msg::Neighbour { .. }
            | Msg::Open(_)
            | Msg::OpenBundle(_)
            | Msg::OpenFolder(_)
            | Msg::OpenPair(..)
            | Msg::BeginApply
            | Msg::BeginTakeBack
            | Msg::BeginTakeOut(_)
            | Msg::BeginRepair
            | Msg::Forward
            | Msg::Back
            | Msg::Leave
            | Msg::Confirm
            | Msg::CheckAgain
    )
}
