//! What a message does on the page that chooses patches for what a scanner found.

use std::path::PathBuf;

use crate::present::choose::ChoicePage;
use crate::present::guided::Task;
use crate::present::message::{ChooseMsg, Effect, Input};
use crate::present::model::{Model, Page};
use crate::present::slot::AnswerSlot;
use crate::workbench::TextOptions;

impl Model {
    pub(super) fn update_choose(&mut self, msg: ChooseMsg) -> Vec<Effect> {
        match msg {
            ChooseMsg::Show => {
                self.keys_said = None;
                self.open_above(Page::Choose);
            }
            ChooseMsg::Edit(form) => {
                self.choosing = *form;
                // What was found is about what was asked before.
                self.choice = AnswerSlot::default();
            }
            ChooseMsg::Find => return self.find_patches(),
            ChooseMsg::Apply => return self.apply_chosen(),
        }
        Vec::new()
    }

    /// A file or folder that a page asks for was chosen.
    pub(super) fn input_picked(&mut self, input: Input, paths: Vec<PathBuf>) -> Vec<Effect> {
        if matches!(input, Input::StateFile | Input::RolloutFile) {
            let file = paths.into_iter().next();
            return file.map(|file| self.many_file_picked(input, file)).unwrap_or_default();
        }
        if matches!(
            input,
            Input::EvidenceFile
                | Input::FiguresFolder
                | Input::ComparedPatch
                | Input::ScanToSilence
                | Input::SavedPlan
                | Input::WithdrawnList
                | Input::Rules
                | Input::Sbom
        ) {
            return self.paper_picked(input, paths);
        }
        if input == Input::CopyPlace {
            self.rehearsing.form.copy_in = paths.into_iter().next();
            return Vec::new();
        }
        if input == Input::Signature {
            return self.attach(paths);
        }
        if input == Input::Base {
            let base = paths.into_iter().next();
            return self.read_text_as(TextOptions { base, ..self.workspace.reading.clone() });
        }
        let (choosing, making) = (&mut self.choosing, &mut self.making);
        let one = |paths: Vec<PathBuf>| paths.into_iter().next();
        match input {
            Input::Scan => add(&mut choosing.scans, paths),
            Input::Patches => add(&mut choosing.from, paths),
            Input::Exploited => choosing.kev = one(paths),
            Input::Forecasts => choosing.epss = one(paths),
            Input::OldFolder => making.old = one(paths),
            Input::NewFolder => making.new = one(paths),
            Input::TextPatch => add(&mut making.patches, paths),
            Input::TargetFolder => making.target = one(paths),
            Input::Repository => making.repository = one(paths),
            Input::Order => making.order_file = one(paths),
            Input::TriedFolder | Input::TriedFile => add(&mut making.tries, paths),
            Input::OrderSbom => making.sbom = one(paths),
            Input::MadeBase => making.reading.base = one(paths),
            Input::StateFile
            | Input::RolloutFile
            | Input::EvidenceFile
            | Input::FiguresFolder
            | Input::ComparedPatch
            | Input::ScanToSilence
            | Input::SavedPlan
            | Input::WithdrawnList
            | Input::Rules
            | Input::Sbom
            | Input::Base
            | Input::Signature
            | Input::CopyPlace => {}
        }
        self.choice = AnswerSlot::default();
        // What came of it before was about other files.
        (self.made, self.tried) = Default::default();
        Vec::new()
    }

    fn find_patches(&mut self) -> Vec<Effect> {
        let folder = self.workspace.folder.clone();
        let Some(folder) = folder.filter(|_| self.choosing.reason_to_wait(true).is_none()) else {
            return Vec::new();
        };
        self.choosing.withdrawn.clone_from(&self.recent.withdrawn);
        let ticket = self.choice.ask(&mut self.tickets);
        vec![Effect::Choose(ticket, folder, Box::new(self.choosing.clone()))]
    }

    /// The guided apply of those that were chosen.
    fn apply_chosen(&mut self) -> Vec<Effect> {
        let Some(ChoicePage { files, .. }) = self.choice.ready() else { return Vec::new() };
        let files = files.clone();
        let effects = self.open_bundles(files);
        [effects, self.begin_guided(Task::Apply)].concat()
    }
}

fn add(list: &mut Vec<PathBuf>, paths: Vec<PathBuf>) {
    let new: Vec<PathBuf> = paths.into_iter().filter(|path| !list.contains(path)).collect();
    list.extend(new);
}
