//! What a message does on the page that makes patches.

use std::path::PathBuf;

use crate::present::make::MakeForm;
use crate::present::message::{Effect, ExportWish, KeyMsg, MakeMsg, PapersEffect};
use crate::present::model::{Model, Page};
use crate::present::slot::AnswerSlot;

impl Model {
    pub(super) fn update_make(&mut self, msg: MakeMsg) -> Vec<Effect> {
        match msg {
            MakeMsg::Show => {
                self.keys_said = None;
                self.lint_what_is_made();
                self.open_above(Page::Make);
            }
            MakeMsg::Edit(form) => {
                self.making = *form;
                self.lint_what_is_made();
                // Why the last one failed is about what was typed before.
                (self.made, self.tried) = Default::default();
            }
            MakeMsg::Try => {
                let order = self.making.order_file.clone();
                let Some(order) = order.filter(|_| self.making.reason_not_to_try().is_none()) else {
                    return Vec::new();
                };
                let ticket = self.tried.ask(&mut self.tickets);
                let files = self.making.tried_places();
                let original = self.making.old.clone();
                return vec![Effect::Papers(PapersEffect::TryEdits(ticket, order, files, original))];
            }
            MakeMsg::Make if self.can_make() => {
                return vec![Effect::PickPlace(ExportWish::PatchFile, self.making.file_name())];
            }
            MakeMsg::Make => {}
            MakeMsg::Open => return self.open_made().map(|(_, effects)| effects).unwrap_or_default(),
            MakeMsg::Sign => {
                let Some((_, opened)) = self.open_made() else { return Vec::new() };
                let shown = self.update_keys(KeyMsg::Show);
                return [opened, shown, self.update_keys(KeyMsg::PickOwn)].concat();
            }
            MakeMsg::Again => self.made = AnswerSlot::default(),
        }
        Vec::new()
    }

    /// The place for the patch file was chosen.
    pub(super) fn make_at(&mut self, output: PathBuf) -> Vec<Effect> {
        if !self.can_make() {
            return Vec::new();
        }
        let ticket = self.made.ask(&mut self.tickets);
        vec![Effect::Make(ticket, Box::new(self.making.clone()), output)]
    }

    fn can_make(&self) -> bool {
        let is_waiting = self.made.is_waiting();
        !is_waiting && MakeForm::reason_to_wait(&self.making, &self.making_findings).is_none()
    }

    fn lint_what_is_made(&mut self) {
        self.making_findings = self.making.findings();
    }

    /// The patch file that was made is opened, as any other.
    fn open_made(&mut self) -> Option<(PathBuf, Vec<Effect>)> {
        let output = self.made.ready()?.output.clone();
        self.made = AnswerSlot::default();
        let effects = self.open_bundle(output.clone());
        Some((output, effects))
    }
}
