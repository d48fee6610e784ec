//! What is done to the list of changes, and which contents are read for it.

use std::collections::BTreeMap;

use crate::model::{Code, TreePath};
use crate::present::failure::Failure;
use crate::present::finding::Finding;
use crate::present::message::{Destination, Effect, Msg};
use crate::present::model::Model;
use crate::present::slot::Ticket;
use crate::present::tree::Filter;
use crate::present::workspace::{Tab, Workspace};
use crate::report::phrases;
use crate::settings::ComparedSides;
use crate::viewer::model::Query;
use crate::words::{fill, window};
use crate::workbench::{Comparison, DriftKind};

impl Model {
    pub(super) fn update_changes(&mut self, msg: Msg) -> Vec<Effect> {
        let Some(tree) = &mut self.workspace.tree else { return Vec::new() };
        match msg {
            Msg::SetFilter(filter) => tree.set_filter(filter),
            Msg::Toggle(folder) => tree.toggle(&folder),
            Msg::Compare(comparison) => {
                self.workspace.comparison = comparison;
                self.settings.compared = match comparison {
                    Comparison::OriginalToAfter => ComparedSides::OriginalAfter,
                    Comparison::FolderToAfter => ComparedSides::FolderAfter,
                    Comparison::OriginalToFolder => ComparedSides::OriginalFolder,
                };
                let mut effects = self.read_contents();
                effects.push(Effect::SaveSettings);
                return effects;
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

    /// Shows what somebody changed in the folder: the originals beside what is there now.
    pub(super) fn show_differences(&mut self, places: &[TreePath]) -> Vec<Effect> {
        self.go_to(Destination::Workspace(Tab::Changes));
        self.workspace.comparison = Comparison::OriginalToFolder;
        let Some(tree) = &mut self.workspace.tree else { return Vec::new() };
        let named = places.iter().find_map(|place| tree.index_of(place.as_str()));
        let index = named.or_else(|| tree.first_differing());
        // What is shown is listed, too.
        tree.set_filter(Filter { only_differing: tree.differing() > 0, ..Filter::default() });
        match index.or(self.workspace.selected) {
            Some(index) => self.update_changes(Msg::Select(index)),
            None => self.update_changes(Msg::Neighbour { forward: true }),
        }
    }

    pub(super) fn find_in_all(&mut self, query: Query) -> Vec<Effect> {
        let Workspace { bundle: Some(bundle), tree: Some(tree), .. } = &self.workspace else {
            return Vec::new();
        };
        let paths = tree.items().iter().filter_map(|item| TreePath::parse(&item.path).ok()).collect();
        let (bundle, folder) = (bundle.clone(), self.workspace.folder.clone());
        let comparison = self.comparison();
        let ticket = self.workspace.found.ask(&mut self.tickets);
        vec![Effect::FindInAll(ticket, bundle, paths, folder, comparison, query)]
    }

    pub(super) fn found_in_all(
        &mut self,
        ticket: Ticket,
        answer: Result<BTreeMap<String, usize>, Failure>,
    ) -> Vec<Effect> {
        if !self.workspace.found.take(ticket, answer) {
            return Vec::new();
        }
        let Workspace { found, tree: Some(tree), .. } = &mut self.workspace else { return Vec::new() };
        let Some(found) = found.ready() else {
            let what = found.failed().map(|failure| failure.what.clone());
            return what.map(|what| self.note(&what)).unwrap_or_default();
        };
        tree.mark_found(found);
        tree.set_filter(Filter { only_found: !found.is_empty(), ..Filter::default() });
        let files = phrases::count(found.len(), "file", "files");
        self.note(&fill(window::FOUND_IN, &[("n", &files)]))
    }

    pub(super) fn set_viewed(&mut self, index: usize, is_viewed: bool) -> Vec<Effect> {
        let Some(tree) = &mut self.workspace.tree else { return Vec::new() };
        let Some(item) = tree.items().get(index) else { return Vec::new() };
        self.recent.set_viewed(&item.fingerprint, is_viewed);
        tree.set_viewed(index, is_viewed);
        vec![Effect::SaveSettings]
    }

    pub(super) fn viewed_and_next(&mut self) -> Vec<Effect> {
        let Some(index) = self.workspace.selected else { return Vec::new() };
        let mut effects = self.set_viewed(index, true);
        let Some(tree) = &self.workspace.tree else { return effects };
        effects.extend(match tree.next_unviewed(Some(index)) {
            Some(next) => self.update_changes(Msg::Select(next)),
            None if tree.viewed() == tree.items().len() => self.note(window::ALL_VIEWED),
            None => self.note(window::LIST_VIEWED),
        });
        effects
    }

    /// What is compared. The changes of a text patch are those of the folder, and nothing else is expected.
    fn comparison(&self) -> Comparison {
        if self.is_bundle_open() { self.workspace.comparison } else { Comparison::FolderToAfter }
    }

    pub(super) fn read_contents(&mut self) -> Vec<Effect> {
        let Workspace { bundle: Some(bundle), tree: Some(tree), selected: Some(index), .. } = &self.workspace
        else {
            return Vec::new();
        };
        let path = TreePath::parse(&tree.items()[*index].path).expect("a change has a good path");
        let comparison = self.comparison();
        let (bundle, folder) = (bundle.clone(), self.workspace.folder.clone());
        let ticket = self.workspace.contents.ask(&mut self.tickets);
        vec![Effect::Contents(ticket, bundle, path, folder, comparison)]
    }

    /// Marks the changes of files that are not what the patch expects, as far as somebody has looked.
    pub(super) fn mark_differing(&mut self) {
        let Workspace { check, view, tree: Some(tree), .. } = &mut self.workspace else { return };
        let findings = || check.ready().into_iter().flat_map(|check| &check.findings);
        let drifted = || view.ready().into_iter().flat_map(|view| &view.status.drift);
        let checked = findings().flat_map(Finding::differing);
        let places = checked.chain(drifted().map(|drift| &drift.path)).map(TreePath::as_str).collect();
        let lacking = findings().filter(|finding| finding.code == Some(Code::Missing));
        let gone = drifted().filter(|drift| drift.kind == DriftKind::Missing).map(|drift| &drift.path);
        let missing = lacking.flat_map(Finding::differing).chain(gone).map(TreePath::as_str).collect();
        tree.mark_differing(&places, &missing);
    }
}
