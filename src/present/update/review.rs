//! What is done to a review: notes are written and dropped, a verdict is given, and it is saved or signed.

use crate::present::message::{Effect, ExportWish, KeyEffect, ReviewMsg};
use crate::present::model::{Model, Page};
use crate::present::overview::line;
use crate::present::review::{Noting, ReviewForm};
use crate::settings::RememberedNote;
use crate::viewer::model::Half;

impl Model {
    pub(super) fn update_review(&mut self, msg: ReviewMsg) -> Vec<Effect> {
        match msg {
            ReviewMsg::Show => {
                self.keys_said = None;
                self.open_above(Page::Review);
            }
            ReviewMsg::Edit(form) => self.review = *form,
            ReviewMsg::BeginNote(line) => {
                let change = self.workspace.selected;
                self.noting = change.map(|change| Noting { change, line, text: String::new() });
            }
            ReviewMsg::TypeNote(text) => {
                if let Some(noting) = &mut self.noting {
                    noting.text = text;
                }
            }
            ReviewMsg::LeaveNote => self.noting = None,
            ReviewMsg::KeepNote => return self.keep_note(),
            ReviewMsg::DropNote(number) => {
                if number < self.recent.notes.len() {
                    self.recent.notes.remove(number);
                    return vec![Effect::SaveSettings];
                }
            }
            ReviewMsg::Save => {
                let patch =
                    self.workspace.patch.ready().map(|patch| &patch.inspection.patch.about.identity.id);
                let name = patch.map_or_else(|| "patch".to_owned(), |id| line(id.as_str()));
                return vec![Effect::PickPlace(ExportWish::Review, format!("{name}-review.html"))];
            }
        }
        Vec::new()
    }

    fn keep_note(&mut self) -> Vec<Effect> {
        let Some(noting) = self.noting.take().filter(|noting| !noting.text.trim().is_empty()) else {
            return Vec::new();
        };
        let item = self.workspace.tree.as_ref().and_then(|tree| tree.items().get(noting.change));
        let Some(about) = item.map(|item| item.fingerprint.clone()) else { return Vec::new() };
        self.recent.remember_note(RememberedNote {
            about,
            line: noting.line.map(|at| at.line + 1),
            is_old: noting.line.is_some_and(|at| at.half == Half::Left),
            text: noting.text.trim().to_owned(),
        });
        vec![Effect::SaveSettings]
    }

    /// The review of the patch that was looked at, to be signed with the key in the form.
    pub(super) fn sign_review(&mut self) -> Vec<Effect> {
        let form = self.signing.clone().filter(|form| form.reason_to_wait().is_none());
        let shown = self.workspace.patch.ready().map(|patch| patch.inspection.file_digest);
        match (form, self.workspace.bundle.clone(), shown, self.review_wish()) {
            (Some(form), Some(bundle), Some(digest), Some(wish)) => {
                let (form, wish) = (Box::new(form), Box::new(wish));
                vec![Effect::Keys(KeyEffect::SignReview(bundle, digest, form, wish))]
            }
            _ => Vec::new(),
        }
    }

    /// What was said about a patch is not said about the next one.
    pub(super) fn forget_review(&mut self) {
        let reviewer = std::mem::take(&mut self.review.reviewer);
        (self.review, self.noting) = (ReviewForm { reviewer, ..ReviewForm::default() }, None);
    }
}
