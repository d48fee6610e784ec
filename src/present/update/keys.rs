//! What is done on the page of keys: listing, trusting after comparing, revoking, taking in a list, signing.

use std::path::PathBuf;

use crate::present::failure::Failure;
use crate::present::keys::{RevokeForm, SignForm, TrustForm};
use crate::present::message::{Dialog, Effect, KeyEffect, KeyEvent, KeyMsg};
use crate::present::model::{Model, Page};
use crate::workbench::{Revoked, RevokedFrom, SignerRole};

impl Model {
    pub(super) fn update_keys(&mut self, msg: KeyMsg) -> Vec<Effect> {
        if !matches!(msg, KeyMsg::EditTrust(_) | KeyMsg::EditSign(_) | KeyMsg::TypeReason(_)) {
            self.keys_said = None;
        }
        match msg {
            KeyMsg::Show => {
                self.open_above(Page::Keys);
                self.list_keys()
            }
            KeyMsg::Pick => vec![Effect::PickKey(Dialog::Key)],
            KeyMsg::PickList => vec![Effect::PickKey(Dialog::KeyList)],
            KeyMsg::PickOwn => vec![Effect::PickKey(Dialog::OwnKey)],
            KeyMsg::Meet => {
                let bundle = self.workspace.bundle.clone();
                bundle.map(|bundle| Effect::Keys(KeyEffect::Meet(bundle))).into_iter().collect()
            }
            KeyMsg::EditTrust(form) => {
                self.trusting = Some(*form);
                Vec::new()
            }
            KeyMsg::Trust => self.trust(),
            KeyMsg::BeginRevoke(key) => {
                self.leave_forms();
                self.revoking = Some(RevokeForm { key, reason: String::new() });
                Vec::new()
            }
            KeyMsg::TypeReason(reason) => {
                if let Some(form) = &mut self.revoking {
                    form.reason = reason;
                }
                Vec::new()
            }
            KeyMsg::Revoke => self.revoke(),
            KeyMsg::EditSign(form) => {
                self.signing = Some(*form);
                Vec::new()
            }
            KeyMsg::Sign if self.page == Page::Review => self.sign_review(),
            KeyMsg::Sign => self.sign(),
            KeyMsg::Leave => {
                self.leave_forms();
                Vec::new()
            }
        }
    }

    fn list_keys(&mut self) -> Vec<Effect> {
        vec![Effect::Keys(KeyEffect::List(self.keys.ask(&mut self.tickets)))]
    }

    fn leave_forms(&mut self) {
        (self.trusting, self.revoking, self.signing) = (None, None, None);
    }

    fn trust(&mut self) -> Vec<Effect> {
        let form = self.trusting.as_ref().filter(|form| form.reason_to_wait().is_none());
        form.map(|form| Effect::Keys(KeyEffect::Trust(Box::new(form.wish())))).into_iter().collect()
    }

    fn revoke(&mut self) -> Vec<Effect> {
        let form = self.revoking.as_ref().filter(|form| !form.reason.trim().is_empty());
        let revoked = form.map(|form| Revoked {
            key: form.key,
            from: RevokedFrom::Always,
            reason: form.reason.trim().to_owned(),
        });
        revoked.map(|revoked| Effect::Keys(KeyEffect::Revoke(revoked))).into_iter().collect()
    }

    fn sign(&mut self) -> Vec<Effect> {
        let form = self.signing.clone().filter(|form| form.reason_to_wait().is_none());
        let shown = self.workspace.patch.ready().map(|patch| patch.inspection.file_digest);
        match (form, self.workspace.bundle.clone(), shown) {
            (Some(form), Some(bundle), Some(digest)) => {
                vec![Effect::Keys(KeyEffect::Sign(bundle, digest, Box::new(form)))]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn key_picked(&mut self, asked: &Dialog, path: PathBuf) -> Vec<Effect> {
        vec![Effect::Keys(match asked {
            Dialog::Key => KeyEffect::Read(path),
            Dialog::KeyList => KeyEffect::TakeIn(path),
            _ => KeyEffect::Own(path),
        })]
    }

    pub(super) fn on_key_event(&mut self, event: KeyEvent) -> Vec<Effect> {
        match event {
            KeyEvent::Picked(asked, path) => return self.key_picked(&asked, path),
            KeyEvent::Listed(ticket, answer) => _ = self.keys.take(ticket, answer),
            KeyEvent::Read(answer) => self.key_read(answer),
            KeyEvent::OwnRead(answer) => self.own_key_read(answer),
            KeyEvent::Changed(said) => return self.keys_changed(said),
        }
        Vec::new()
    }

    fn key_read(&mut self, answer: Result<Box<TrustForm>, Failure>) {
        self.leave_forms();
        match answer {
            Ok(form) => self.trusting = Some(*form),
            Err(failure) => self.keys_said = Some(Err(failure)),
        }
    }

    fn own_key_read(&mut self, answer: Result<SignForm, Failure>) {
        self.leave_forms();
        match answer {
            Ok(mut form) => {
                if self.page == Page::Review {
                    form.role = SignerRole::Reviewer;
                }
                self.signing = Some(form);
            }
            Err(failure) => self.keys_said = Some(Err(failure)),
        }
    }

    /// Keys were changed, or the patch file was: what they mean for what is open is found out again.
    fn keys_changed(&mut self, said: Result<String, Failure>) -> Vec<Effect> {
        let is_done = said.is_ok();
        self.keys_said = Some(said);
        if !is_done {
            return Vec::new();
        }
        self.leave_forms();
        let mut effects = self.list_keys();
        if let Some(bundle) = self.workspace.bundle.clone().filter(|_| self.workspace.patch.ready().is_some())
        {
            let ticket = self.workspace.patch.ask(&mut self.tickets);
            effects.push(Effect::Inspect(ticket, bundle, self.workspace.folder.clone()));
        }
        effects
    }
}
