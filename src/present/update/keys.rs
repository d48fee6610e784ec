//! What is done on the page of keys: listing, trusting after comparing, revoking, taking in a list, signing.

use std::path::PathBuf;

use crate::model::Digest;
use crate::present::failure::Failure;
use crate::present::guided::Stage;
use crate::present::keys::{KeyRow, NewKeyForm, RevokeForm, SignForm, TrustForm};
use crate::present::message::{Dialog, Effect, ExportWish, KeyEffect, KeyEvent, KeyMsg, Msg};
use crate::present::model::{Model, Page};
use crate::workbench::{Revoked, SignerRole};

impl Model {
    pub(super) fn update_keys(&mut self, msg: KeyMsg) -> Vec<Effect> {
        if !matches!(
            msg,
            KeyMsg::EditTrust(_) | KeyMsg::EditSign(_) | KeyMsg::EditRevoke(_) | KeyMsg::EditNew(_)
        ) {
            self.keys_said = None;
        }
        match msg {
            KeyMsg::Show => {
                self.open_above(Page::Keys);
                self.list_keys()
            }
            KeyMsg::Pick => vec![Effect::PickKey(Dialog::Key)],
            KeyMsg::PickList => vec![Effect::PickKey(Dialog::KeyList)],
            KeyMsg::PickOwn => {
                self.list_to_sign = None;
                vec![Effect::Keys(KeyEffect::FindOwn)]
            }
            KeyMsg::PickOther => {
                self.list_to_sign = self.signing.as_ref().and_then(|form| form.list.clone());
                vec![Effect::PickKey(Dialog::OwnKey)]
            }
            KeyMsg::ChooseOwn(key) => self.choose_own(key),
            KeyMsg::PickListToSign => vec![Effect::PickKey(Dialog::ListToSign)],
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
                let (reason, from) = Default::default();
                self.revoking = Some(RevokeForm { key, reason, from });
                Vec::new()
            }
            KeyMsg::EditRevoke(form) => {
                self.revoking = Some(*form);
                Vec::new()
            }
            KeyMsg::Revoke => self.revoke(),
            KeyMsg::EditSign(form) => {
                self.signing = Some(*form);
                Vec::new()
            }
            KeyMsg::Comment => {
                let shown = self.shown_file();
                shown
                    .map(|(file, digest)| Effect::Keys(KeyEffect::Comment(file, digest)))
                    .into_iter()
                    .collect()
            }
            KeyMsg::Sign if self.page == Page::Review => self.sign_review(),
            KeyMsg::Sign => self.sign(),
            KeyMsg::BeginNew
            | KeyMsg::EditNew(_)
            | KeyMsg::PickPlace
            | KeyMsg::Make
            | KeyMsg::TrustMade
            | KeyMsg::Export(_) => self.update_new_key(msg),
            KeyMsg::Leave => {
                self.leave_forms();
                Vec::new()
            }
        }
    }

    /// Another one of the keys that were found signs.
    fn choose_own(&mut self, key: PathBuf) -> Vec<Effect> {
        let Some(form) = &self.signing else { return Vec::new() };
        self.list_to_sign = form.list.clone();
        vec![Effect::Keys(KeyEffect::Own(key, form.own.clone()))]
    }

    /// Who has keys where keys are kept needs no dialog.
    fn own_found(&self, keys: Vec<PathBuf>) -> Vec<Effect> {
        vec![match keys.first() {
            Some(first) => Effect::Keys(KeyEffect::Own(first.clone(), keys)),
            None => Effect::PickKey(Dialog::OwnKey),
        }]
    }

    /// A key is made, or its public part saved.
    fn update_new_key(&mut self, msg: KeyMsg) -> Vec<Effect> {
        match msg {
            KeyMsg::BeginNew => return vec![Effect::Keys(KeyEffect::BeginNew)],
            KeyMsg::EditNew(form) => self.new_key = Some(*form),
            KeyMsg::PickPlace => {
                let name = self.new_key.as_ref().map(NewKeyForm::file_name);
                return name.map(|name| Effect::PickPlace(ExportWish::SecretKey, name)).into_iter().collect();
            }
            KeyMsg::Make => {
                let form = self.new_key.clone().filter(|form| form.reason_to_wait().is_none());
                return form.map(|form| Effect::Keys(KeyEffect::Make(Box::new(form)))).into_iter().collect();
            }
            KeyMsg::TrustMade => {
                let public = self.made_key.as_ref().map(|made| made.public.clone());
                return public.map(|file| Effect::Keys(KeyEffect::Read(file))).into_iter().collect();
            }
            KeyMsg::Export(key) => {
                let rows = self.keys.ready().into_iter().flatten();
                let name = rows.filter(|row| row.exact == key).map(KeyRow::file_name).next();
                self.exporting = Some(key);
                return name.map(|name| Effect::PickPlace(ExportWish::PublicKey, name)).into_iter().collect();
            }
            _ => {}
        }
        Vec::new()
    }

    /// The place for the secret part of a key was chosen.
    pub(super) fn key_goes_to(&mut self, path: PathBuf) {
        if let Some(form) = &mut self.new_key {
            form.place = Some(path);
        }
    }

    fn list_keys(&mut self) -> Vec<Effect> {
        vec![Effect::Keys(KeyEffect::List(self.keys.ask(&mut self.tickets)))]
    }

    fn leave_forms(&mut self) {
        (self.trusting, self.revoking, self.signing) = (None, None, None);
        (self.new_key, self.made_key) = (None, None);
    }

    fn trust(&mut self) -> Vec<Effect> {
        let form = self.trusting.as_ref().filter(|form| form.reason_to_wait().is_none());
        form.map(|form| Effect::Keys(KeyEffect::Trust(Box::new(form.wish())))).into_iter().collect()
    }

    fn revoke(&mut self) -> Vec<Effect> {
        let form = self.revoking.as_ref().filter(|form| form.reason_to_wait().is_none());
        let from = form.and_then(RevokeForm::revoked_from);
        let revoked = form.zip(from).map(|(form, from)| Revoked {
            key: form.key,
            from,
            reason: form.reason.trim().to_owned(),
        });
        revoked.map(|revoked| Effect::Keys(KeyEffect::Revoke(revoked))).into_iter().collect()
    }

    fn sign(&mut self) -> Vec<Effect> {
        let form = self.signing.clone().filter(|form| form.reason_to_wait().is_none());
        if let Some((form, list)) = form.as_ref().and_then(|form| Some((form, form.list.clone()?))) {
            return vec![Effect::Keys(KeyEffect::SignList(list, Box::new(form.clone())))];
        }
        let sign = |(form, (bundle, digest))| Effect::Keys(KeyEffect::Sign(bundle, digest, Box::new(form)));
        form.zip(self.shown_file()).map(sign).into_iter().collect()
    }

    /// The patch file that is open, and the SHA-256 of what was looked at.
    fn shown_file(&self) -> Option<(PathBuf, Digest)> {
        let digest = self.workspace.patch.ready()?.inspection.file_digest;
        Some((self.workspace.bundle.clone()?, digest))
    }

    /// A signature that was made elsewhere goes into the patch file.
    pub(super) fn attach(&mut self, signatures: Vec<PathBuf>) -> Vec<Effect> {
        self.keys_said = None;
        let signature = signatures.into_iter().next();
        let attach = |((file, digest), signature)| Effect::Keys(KeyEffect::Attach(file, digest, signature));
        self.shown_file().zip(signature).map(attach).into_iter().collect()
    }

    pub(super) fn key_picked(&mut self, asked: &Dialog, path: PathBuf) -> Vec<Effect> {
        if *asked == Dialog::ListToSign {
            // With which key comes next.
            self.list_to_sign = Some(path);
            return vec![Effect::Keys(KeyEffect::FindOwn)];
        }
        let own = self.signing.as_ref().map(|form| form.own.clone()).unwrap_or_default();
        vec![Effect::Keys(match asked {
            Dialog::Key => KeyEffect::Read(path),
            Dialog::KeyList => KeyEffect::TakeIn(path),
            _ => KeyEffect::Own(path, own),
        })]
    }

    pub(super) fn on_key_event(&mut self, event: KeyEvent) -> Vec<Effect> {
        match event {
            KeyEvent::Picked(asked, path) => return self.key_picked(&asked, path),
            KeyEvent::Listed(ticket, answer) => _ = self.keys.take(ticket, answer),
            KeyEvent::Read(answer) => self.key_read(answer),
            KeyEvent::OwnFound(keys) => return self.own_found(keys),
            KeyEvent::OwnRead(answer) => self.own_key_read(answer),
            KeyEvent::NewBegun(form) => {
                self.leave_forms();
                self.new_key = Some(form);
            }
            KeyEvent::Comment(Ok(comment)) => return self.copy(comment),
            KeyEvent::Comment(Err(failure)) => self.keys_said = Some(Err(failure)),
            KeyEvent::Made(Ok(made)) => {
                self.leave_forms();
                self.made_key = Some(made);
            }
            KeyEvent::Made(Err(failure)) => self.keys_said = Some(Err(failure)),
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
                form.list = self.list_to_sign.take();
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
        // Whoever came here from the way through a change finds there what it means for the change.
        if self.guided.as_ref().is_some_and(|guided| guided.stage == Stage::Checked) {
            effects.extend(self.update_guided(Msg::CheckAgain));
        }
        effects
    }
}
