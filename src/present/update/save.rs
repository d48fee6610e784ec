//! What is written into the files that a person saves.

use std::path::PathBuf;

use crate::environment::Environment;
use crate::present::failure::Failure;
use crate::present::finding::Finding;
use crate::present::message::{Effect, ExportWish, ManyEffect, PapersEffect};
use crate::present::model::Model;
use crate::present::outcome::OutcomePage;
use crate::present::overview::path_line;
use crate::present::record;
use crate::report::phrases;
use crate::words::{self, fill};

impl Model {
    pub(super) fn save(&self, export: ExportWish, path: PathBuf) -> Vec<Effect> {
        match export {
            ExportWish::Report => {
                self.report().map(|page| Effect::SaveReport(path, page)).into_iter().collect()
            }
            ExportWish::Review => {
                let shown = self.workspace.patch.ready().map(|patch| patch.inspection.file_digest);
                match (self.workspace.bundle.clone(), shown, self.review_wish()) {
                    (Some(bundle), Some(digest), Some(wish)) => {
                        vec![Effect::SaveReview(path, bundle, digest, Box::new(wish))]
                    }
                    _ => Vec::new(),
                }
            }
            // What is made there is no export.
            ExportWish::PatchFile => Vec::new(),
            ExportWish::Evidence => self.evidence_at(path),
            ExportWish::TextPatch => self.export_to(path),
            ExportWish::Plan => self.plan_at(path),
            // It is made there.
            ExportWish::SecretKey => Vec::new(),
            ExportWish::Figures => {
                let form = Box::new(self.papers.figures_of.clone());
                vec![Effect::Papers(PapersEffect::SaveFigures(path, form))]
            }
            ExportWish::PublicKey => {
                let save = |key| Effect::Papers(PapersEffect::SaveKey(path, key));
                self.exporting.map(save).into_iter().collect()
            }
            ExportWish::Order => vec![Effect::Papers(PapersEffect::SaveOrder(path))],
            ExportWish::Comparison => {
                let form = Box::new(self.many.wanted.clone());
                vec![Effect::Many(ManyEffect::SaveComparison(path, form))]
            }
            ExportWish::Fixed => {
                let folder = self.workspace.folder.clone();
                let save = |folder| Effect::SaveFixed(path, folder, Box::new(self.fixing.clone()));
                folder.map(save).into_iter().collect()
            }
            ExportWish::Support => vec![Effect::SaveSupport(path, self.folder_in_question(), self.trouble())],
        }
    }

    /// The result page, as it is saved and printed.
    fn report(&self) -> Option<String> {
        let guided = self.guided.as_ref()?;
        let environment = Environment::of_this_machine();
        let moment = phrases::moment(&environment.now());
        let who = fill(words::USER_ON_HOST, &[("user", &environment.user), ("host", &environment.host)]);
        let shown = self.workspace.bundle.as_ref().filter(|shown| guided.bundles.contains(shown));
        let patch = shown.and_then(|_| self.workspace.patch.ready()).map(|patch| &patch.inspection);
        Some(record::html(guided, guided.outcome.as_ref()?, patch, &moment, &who))
    }

    /// The folder that somebody has trouble with.
    fn folder_in_question(&self) -> Option<PathBuf> {
        let guided = self.guided.as_ref().and_then(|guided| guided.folder.clone());
        let interrupted = || self.interrupted.first().map(|(folder, _)| folder.clone());
        guided.or_else(|| self.workspace.folder.clone()).or_else(interrupted)
    }

    /// Everything on the pages that support would ask about.
    fn trouble(&self) -> String {
        let (workspace, guided) = (&self.workspace, self.guided.as_ref());
        let mut lines = Vec::new();
        lines.extend(
            workspace.bundle.as_ref().map(|path| format!("{}: {}", words::PATCH_FILE, path_line(path))),
        );
        lines
            .extend(self.folder_in_question().map(|path| format!("{}: {}", words::FOLDER, path_line(&path))));
        lines.extend(
            guided.and_then(|guided| guided.outcome.as_ref()).map(OutcomePage::lines).into_iter().flatten(),
        );
        let failed = [
            workspace.patch.failed(),
            workspace.view.failed(),
            workspace.check.failed(),
            workspace.contents.failed(),
        ];
        lines.extend(failed.into_iter().flatten().map(Failure::details));
        let checks = [workspace.check.ready(), guided.and_then(|guided| guided.check.as_ref())];
        lines.extend(checks.into_iter().flatten().flat_map(|check| &check.findings).flat_map(Finding::lines));
        lines.extend(workspace.view.ready().iter().flat_map(|view| view.differences.iter().cloned()));
        lines.join("\n") + "\n"
    }
}
