//! What a message does about evidence and figures.

use std::path::PathBuf;

use crate::present::evidence::EvidenceForm;
use crate::present::identify::IdentifyForm;
use crate::present::message::{
    Beside, Effect, ExportWish, Input, PapersEffect, PapersEvent, PapersMsg, PlanQuestion,
};
use crate::present::model::{Model, Page};
use crate::present::overview::line;
use crate::present::slot::AnswerSlot;

impl Model {
    fn pick_place_of_evidence(&self) -> Vec<Effect> {
        let wish = || Effect::PickPlace(ExportWish::Evidence, self.papers.evidence.file_name());
        self.can_save_evidence().then(wish).into_iter().collect()
    }

    /// A name for a file that is saved beside the patch.
    fn named_as_the_patch(&self, ending: &str) -> Option<String> {
        let patch = self.workspace.patch.ready()?;
        Some(format!("{}.{ending}", line(patch.inspection.patch.about.identity.id.as_str())))
    }

    pub(super) fn update_papers(&mut self, msg: PapersMsg) -> Vec<Effect> {
        match msg {
            PapersMsg::ShowEvidence(patch) => self.show_evidence(patch),
            PapersMsg::EditEvidence(form) => self.papers.evidence = *form,
            PapersMsg::SaveEvidence => return self.pick_place_of_evidence(),
            PapersMsg::ShowFigures(folders) => {
                self.open_above(Page::Figures);
                let known = self.recent.folders();
                let form = &mut self.papers.figures_of;
                if !folders.is_empty() {
                    form.folders = folders;
                } else if form.folders.is_empty() {
                    form.folders = known;
                }
                return self.look_at_figures();
            }
            PapersMsg::EditFigures(form) => {
                self.papers.figures_of = *form;
                return self.look_at_figures();
            }
            PapersMsg::SaveFigures => {
                return vec![Effect::PickPlace(ExportWish::Figures, "figures.csv".to_owned())];
            }
            PapersMsg::ShowAbout => self.open_above(Page::About),
            PapersMsg::ShowCodes => self.open_above(Page::Codes),
            PapersMsg::ShowIdentify => {
                let Some(folder) = self.workspace.folder.clone() else { return Vec::new() };
                let files = self.workspace.bundle.iter().cloned().collect();
                self.papers.identify = IdentifyForm { folder, files };
                self.open_above(Page::Identify);
                return self.identify();
            }
            PapersMsg::EditIdentify(form) => {
                self.papers.identify = *form;
                return self.identify();
            }
            PapersMsg::Export => {
                let name = self.named_as_the_patch("patch");
                return name.map(|name| Effect::PickPlace(ExportWish::TextPatch, name)).into_iter().collect();
            }
            PapersMsg::SavePlan => {
                let name = self.named_as_the_patch("plan").unwrap_or_else(|| "reviewed.plan".to_owned());
                return vec![Effect::PickPlace(ExportWish::Plan, name)];
            }
            PapersMsg::EditBeside(beside) => {
                let Beside { withdrawn, sbom } = *beside;
                self.papers.sbom = sbom;
                self.choice = AnswerSlot::default();
                if self.recent.withdrawn == withdrawn {
                    return self.look_again();
                }
                self.recent.withdrawn = withdrawn;
                return self.lists_changed();
            }
            PapersMsg::CheckConditions => {
                let Some(folder) = self.workspace.folder.clone() else { return Vec::new() };
                let files = self.workspace.files();
                let ticket = self.workspace.conditions.ask(&mut self.tickets);
                return vec![Effect::Papers(PapersEffect::CheckConditions(ticket, files, folder))];
            }
            PapersMsg::ForgetPlan => self.workspace.plan = AnswerSlot::default(),
            PapersMsg::SaveOrder => {
                return vec![Effect::PickPlace(ExportWish::Order, "order.toml".to_owned())];
            }
        }
        Vec::new()
    }

    /// What lists of withdrawn patches say counts from now on, and is remembered.
    fn lists_changed(&mut self) -> Vec<Effect> {
        let mut effects = vec![Effect::SaveSettings];
        effects.extend(self.look_again());
        effects
    }

    /// The page for the folder that somebody is at: after a result, for the patch it is about.
    fn show_evidence(&mut self, patch: Option<String>) {
        let guided = self.guided.as_ref().and_then(|guided| guided.folder.clone());
        let Some(folder) = guided.or_else(|| self.workspace.folder.clone()) else { return };
        (self.keys_said, self.signing) = (None, None);
        self.papers.checked = AnswerSlot::default();
        self.papers.evidence = EvidenceForm { folder, patch, ..EvidenceForm::default() };
        self.open_above(Page::Evidence);
    }

    fn can_save_evidence(&self) -> bool {
        let lacks_password = self.signing.as_ref().is_some_and(|form| form.reason_to_wait().is_some());
        self.papers.evidence.reason_to_wait().is_none() && !lacks_password
    }

    /// The place for the evidence was chosen.
    pub(super) fn evidence_at(&self, path: PathBuf) -> Vec<Effect> {
        if !self.can_save_evidence() {
            return Vec::new();
        }
        let (form, key) = (Box::new(self.papers.evidence.clone()), self.signing.clone().map(Box::new));
        vec![Effect::Papers(PapersEffect::SaveEvidence(path, form, key))]
    }

    /// A file or folder that these pages ask for was chosen.
    pub(super) fn paper_picked(&mut self, input: Input, paths: Vec<PathBuf>) -> Vec<Effect> {
        match input {
            Input::EvidenceFile => {
                let Some(file) = paths.into_iter().next() else { return Vec::new() };
                let ticket = self.papers.checked.ask(&mut self.tickets);
                vec![Effect::Papers(PapersEffect::CheckEvidence(ticket, file))]
            }
            Input::ScanToSilence => {
                let folder = self.workspace.folder.clone();
                let Some((folder, report)) = folder.zip(paths.into_iter().next()) else { return Vec::new() };
                let ticket = self.papers.scan.ask(&mut self.tickets);
                vec![Effect::Papers(PapersEffect::CompareScan(ticket, folder, report))]
            }
            Input::SavedPlan => {
                let Some((question, file)) = self.plan_question().zip(paths.into_iter().next()) else {
                    return Vec::new();
                };
                let ticket = self.workspace.plan.ask(&mut self.tickets);
                vec![Effect::Papers(PapersEffect::ReadPlan(ticket, file, question))]
            }
            Input::Sbom => {
                self.papers.sbom = paths.into_iter().next();
                self.check_anew()
            }
            Input::Rules => {
                let bundle = self.workspace.bundle.clone();
                let Some((bundle, rules)) = bundle.zip(paths.into_iter().next()) else { return Vec::new() };
                let ticket = self.papers.rules.ask(&mut self.tickets);
                vec![Effect::Papers(PapersEffect::AskRules(ticket, bundle, rules))]
            }
            Input::WithdrawnList => {
                let lists = &mut self.recent.withdrawn;
                let new: Vec<PathBuf> = paths.into_iter().filter(|path| !lists.contains(path)).collect();
                lists.extend(new);
                self.choice = AnswerSlot::default();
                self.lists_changed()
            }
            Input::ComparedPatch => {
                let files = &mut self.papers.identify.files;
                let new: Vec<PathBuf> = paths.into_iter().filter(|path| !files.contains(path)).collect();
                files.extend(new);
                self.identify()
            }
            _ => {
                let folders = &mut self.papers.figures_of.folders;
                let new: Vec<PathBuf> = paths.into_iter().filter(|path| !folders.contains(path)).collect();
                folders.extend(new);
                self.look_at_figures()
            }
        }
    }

    /// What would happen, as a question for the engine.
    fn plan_question(&self) -> Option<Box<PlanQuestion>> {
        let workspace = &self.workspace;
        let folder = workspace.folder.clone().filter(|_| workspace.bundle.is_some())?;
        let (files, edits) = (workspace.files(), workspace.edits.clone());
        Some(Box::new(PlanQuestion { files, folder, edits, beside: self.beside() }))
    }

    /// The place for the plan was chosen.
    pub(super) fn plan_at(&self, path: PathBuf) -> Vec<Effect> {
        let shown = self.workspace.check.ready().and_then(|check| check.decision);
        let save = |(question, shown)| Effect::Papers(PapersEffect::SavePlan(path, question, shown));
        self.plan_question().zip(shown).map(save).into_iter().collect()
    }

    fn identify(&mut self) -> Vec<Effect> {
        self.papers.identified = AnswerSlot::default();
        let ticket = self.papers.identified.ask(&mut self.tickets);
        vec![Effect::Papers(PapersEffect::Identify(ticket, Box::new(self.papers.identify.clone())))]
    }

    /// The place for the changes of the patch was chosen.
    pub(super) fn export_to(&self, path: PathBuf) -> Vec<Effect> {
        let Some(bundle) = self.workspace.bundle.clone() else { return Vec::new() };
        vec![Effect::Papers(PapersEffect::Export(path, bundle, self.workspace.folder.clone()))]
    }

    fn look_at_figures(&mut self) -> Vec<Effect> {
        if self.papers.figures_of.folders.is_empty() {
            self.papers.figures = AnswerSlot::default();
            return Vec::new();
        }
        let ticket = self.papers.figures.ask(&mut self.tickets);
        vec![Effect::Papers(PapersEffect::Count(ticket, Box::new(self.papers.figures_of.clone())))]
    }

    pub(super) fn on_papers_event(&mut self, event: PapersEvent) {
        match event {
            PapersEvent::Checked(ticket, answer) => _ = self.papers.checked.take(ticket, answer),
            PapersEvent::Counted(ticket, answer) => _ = self.papers.figures.take(ticket, *answer),
            PapersEvent::PlanRead(ticket, answer) => _ = self.workspace.plan.take(ticket, answer),
            PapersEvent::Identified(ticket, answer) => _ = self.papers.identified.take(ticket, answer),
            PapersEvent::EditsTried(ticket, answer) => _ = self.tried.take(ticket, answer),
            PapersEvent::ConditionsChecked(ticket, answer) => {
                _ = self.workspace.conditions.take(ticket, answer);
            }
            PapersEvent::RulesAsked(ticket, answer) => _ = self.papers.rules.take(ticket, answer),
            PapersEvent::ScanCompared(ticket, answer) => _ = self.papers.scan.take(ticket, answer),
        }
    }
}
