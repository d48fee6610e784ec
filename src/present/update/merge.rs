//! What is done to a file that is merged by hand, and how it becomes a decision like any other.

use std::path::PathBuf;

use crate::model::TreePath;
use crate::present::failure::Failure;
use crate::present::guided::Stage;
use crate::present::message::{Effect, Msg};
use crate::present::model::{Model, Page};
use crate::present::slot::AnswerSlot;
use crate::workbench::EditChoice;

impl Model {
    pub(super) fn update_merge(&mut self, msg: Msg) -> Vec<Effect> {
        if let Msg::BeginMerge(path) = msg {
            return self.begin_merge(path);
        }
        let Some(page) = self.merge.ready_mut() else { return Vec::new() };
        match msg {
            Msg::ChooseSide(number, choice) => page.choose(number, choice),
            Msg::TypeMerged(number, text) => page.type_result(number, text),
            Msg::TakeMerged => {
                let (path, merged) = (page.path.clone(), page.merged());
                return merged.map(|merged| Effect::KeepMerged(path, merged)).into_iter().collect();
            }
            _ => {}
        }
        Vec::new()
    }

    fn begin_merge(&mut self, path: TreePath) -> Vec<Effect> {
        let guided = self.guided.as_ref().filter(|guided| guided.stage != Stage::Done);
        let (files, folder) = match guided {
            Some(guided) => (guided.bundles.clone(), guided.folder.clone()),
            None => (self.workspace.files(), self.workspace.folder.clone()),
        };
        let Some(folder) = folder.filter(|_| !self.is_working()) else { return Vec::new() };
        self.merge = AnswerSlot::default();
        self.open_above(Page::Merge);
        vec![Effect::ReadMerge(self.merge.ask(&mut self.tickets), files, folder, path)]
    }

    pub(super) fn merge_kept(&mut self, path: TreePath, kept: Result<PathBuf, Failure>) -> Vec<Effect> {
        match kept {
            Ok(file) => {
                if self.page == Page::Merge {
                    self.close_above();
                }
                self.decide(vec![path], Some(&EditChoice::Merged(file)))
            }
            Err(failure) => self.note(&failure.what),
        }
    }
}
