//! What is opened: patch files and folders, out of dialogs, fields and lists.

use super::picked;
use crate::present::message::{Effect, Msg};
use crate::present::model::{Model, Overlay};

impl Model {
    pub(super) fn update_sources(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::PickBundle | Msg::PickFolder | Msg::PickSource | Msg::PickInput(_) => vec![picked(&msg)],
            Msg::TypedInstead(asked, path) => self.typed_instead(&asked, path),
            Msg::TypePath(text) => {
                self.typed_path = text;
                Vec::new()
            }
            Msg::Open(paths) => vec![Effect::Sort(paths)],
            Msg::ReadAs(options) => self.read_text_as(*options),
            Msg::GoWith(others) => self.add_bundles(&others),
            Msg::LeaveOut(path) => self.leave_out(&path),
            Msg::OpenFolder(path) => self.open_folder(path),
            Msg::OpenBundle(path) => self.open_bundle(path),
            Msg::OpenPair(bundle, folder) => self.open_pair(bundle, folder),
            Msg::TrySample => vec![Effect::LayOutSample(self.sample.ask(&mut self.tickets))],
            Msg::ShowWhatWentOn => self.show_what_went_on(),
            Msg::ShowFolders(place) => {
                self.overlay = Some(Overlay::Folders);
                // One begins where one is.
                let place = place.or_else(|| self.workspace.folder.clone());
                vec![Effect::List(self.folders.ask(&mut self.tickets), place)]
            }
            _ => Vec::new(),
        }
    }
}
