//! What lies on top of every page, the settings, and the end.

use crate::present::message::{Effect, ExportWish, Msg};
use crate::present::model::{Model, Overlay, Page};
use crate::present::workspace::Tab;

impl Model {
    pub(super) fn update_window(&mut self, msg: Msg) -> Vec<Effect> {
        match msg {
            Msg::SaveSupport => {
                vec![Effect::PickPlace(ExportWish::Support, "patchwright-support.zip".to_owned())]
            }
            Msg::ShowPalette => self.show(Overlay::Palette),
            Msg::ShowKeys => {
                self.open_above(Page::Settings);
                Vec::new()
            }
            Msg::Escape => self.escape(),
            Msg::SetSettings(settings) => {
                self.settings = *settings;
                vec![Effect::SaveSettings]
            }
            Msg::AskToClose if self.is_working() => self.show(Overlay::Closing),
            Msg::AskToClose | Msg::CloseAnyway => vec![Effect::SaveSettings, Effect::Close],
            Msg::RecoverLater => {
                self.page =
                    if self.workspace.is_empty() { Page::Start } else { Page::Workspace(Tab::History) };
                // Who was about to deal with it and did not has that folder before them, and nobody has looked at it.
                if self.workspace.view.is_asked() { Vec::new() } else { self.look_again() }
            }
            _ => Vec::new(),
        }
    }
}
