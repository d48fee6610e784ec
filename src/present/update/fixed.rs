//! What a message does about what is fixed in the folder.

use crate::present::message::{Effect, ExportWish, FixedMsg};
use crate::present::model::{Model, Page};
use crate::present::slot::AnswerSlot;

impl Model {
    pub(super) fn update_fixed(&mut self, msg: FixedMsg) -> Vec<Effect> {
        match msg {
            FixedMsg::Show => {
                self.keys_said = None;
                self.papers.scan = AnswerSlot::default();
                self.open_above(Page::Fixed);
            }
            FixedMsg::Edit(form) => self.fixing = *form,
            FixedMsg::Save if self.fixing.reason_to_wait().is_none() => {
                return vec![Effect::PickPlace(ExportWish::Fixed, self.fixing.file_name().to_owned())];
            }
            FixedMsg::Save => {}
        }
        Vec::new()
    }

    /// Looks at what is fixed in the folder, where there are patches that may say so.
    pub(super) fn look_at_fixed(&mut self) -> Option<Effect> {
        let has_patches = self.workspace.view.ready().is_some_and(|view| !view.stack.is_empty());
        let Some(folder) = self.workspace.folder.clone().filter(|_| has_patches) else {
            // What was fixed by patches that are gone is fixed no more.
            self.workspace.fixed = AnswerSlot::default();
            return None;
        };
        Some(Effect::LookFixed(self.workspace.fixed.ask(&mut self.tickets), folder))
    }
}
