//! Answers about keys, and does what is wished with them.

use std::path::Path;

use super::found;
use crate::model::Digest;
use crate::present::failure::Failure;
use crate::present::keys::{KeyRow, MadeKeyView, NewKeyForm, SignForm, TrustForm};
use crate::present::message::{KeyEffect, KeyEvent};
use crate::present::overview::{line, path_line};
use crate::report::phrases;
use crate::words::{fill, window};
use crate::workbench::{Error, Inspection, Password, Rotated, Signed, Signer, SignerRole, Watch, Workbench};

pub(super) fn answer(workbench: &Workbench, effect: KeyEffect, watch: Watch<'_>) -> KeyEvent {
    match effect {
        KeyEffect::List(ticket) => {
            let list = || Ok(workbench.keys()?.iter().map(KeyRow::new).collect());
            KeyEvent::Listed(ticket, found(None, list))
        }
        KeyEffect::Read(file) => KeyEvent::Read(read(workbench, &file)),
        KeyEffect::Meet(bundle) => KeyEvent::Read(meet(workbench, &bundle, watch)),
        KeyEffect::Trust(wish) => {
            let trust = || {
                let name = workbench.trust_key(&wish)?.name;
                Ok(fill(window::KEY_TRUSTED, &[("name", &line(&name))]))
            };
            KeyEvent::Changed(found(None, trust))
        }
        KeyEffect::Revoke(revoked) => {
            let revoke = || {
                let revoked = workbench.revoke_key(revoked)?;
                Ok(fill(window::KEY_IS_REVOKED, &[("key", &revoked.key.short())]))
            };
            KeyEvent::Changed(found(None, revoke))
        }
        KeyEffect::TakeIn(file) => {
            let take_in = || workbench.take_in_rotation(&file).map(|rotated| taken_in(&rotated));
            KeyEvent::Changed(found(None, take_in))
        }
        KeyEffect::FindOwn => KeyEvent::OwnFound(workbench.own_keys()),
        KeyEffect::Own(file, all) => {
            let own = || {
                let needs_password = workbench.is_secret_key(&file)? && workbench.needs_password(&file)?;
                Ok(SignForm::new(file, all, needs_password))
            };
            KeyEvent::OwnRead(found(None, own))
        }
        KeyEffect::BeginNew => {
            KeyEvent::NewBegun(NewKeyForm::new(workbench.environment().keys_folder.clone()))
        }
        KeyEffect::Make(form) => KeyEvent::Made(found(None, || make(workbench, &form))),
        KeyEffect::SignList(list, form) => {
            let sign = || {
                let signer = signer(workbench, &form)?;
                let place = workbench.sign_rotation(&list, &signer)?;
                Ok(fill(window::LIST_SIGNED, &[("path", &path_line(&place))]))
            };
            KeyEvent::Changed(found(None, sign))
        }
        KeyEffect::Attach(bundle, digest, signature) => {
            let attach = |shown: &Inspection| workbench.attach_signature(&bundle, shown, &signature, watch);
            signed(workbench, (&bundle, digest), window::SIGNED_WITH, attach, watch)
        }
        KeyEffect::Comment(bundle, digest) => {
            let shown = || workbench.look_to_sign(&bundle, Some(digest), watch);
            let comment = || workbench.comment_to_sign(&shown()?.patch, SignerRole::Author);
            KeyEvent::Comment(found(None, comment))
        }
        KeyEffect::SignReview(bundle, digest, form, wish) => {
            let sign = |shown: &Inspection| {
                let review = workbench.review(shown, &wish)?.to_bytes();
                workbench.sign_review(&bundle, shown, &review, &signer(workbench, &form)?, watch)
            };
            signed(workbench, (&bundle, digest), window::REVIEW_SIGNED, sign, watch)
        }
        KeyEffect::Sign(bundle, digest, form) => {
            let sign = |shown: &Inspection| {
                workbench.sign(&bundle, shown, form.role, &signer(workbench, &form)?, watch)
            };
            signed(workbench, (&bundle, digest), window::SIGNED_WITH, sign, watch)
        }
    }
}

/// A key out of a file, called as the file is.
fn read(workbench: &Workbench, file: &Path) -> Result<Box<TrustForm>, Failure> {
    let name = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    found(None, || {
        let key = workbench.read_key(file)?;
        let print = key.fingerprint();
        let known = workbench.keys()?.into_iter().find(|known| known.key.key.fingerprint() == print);
        let form = TrustForm::of_file(key, &name);
        Ok(Box::new(match known {
            Some(known) => form.known(&known.key),
            None => form,
        }))
    })
}

/// The one key that signed the patch file and that nobody here knows.
fn meet(workbench: &Workbench, bundle: &Path, watch: Watch<'_>) -> Result<Box<TrustForm>, Failure> {
    let met = found(None, || workbench.unknown_keys(bundle, watch))?;
    match met.keys.as_slice() {
        [key] => Ok(Box::new(TrustForm::met(key.clone(), &met.product))),
        [] => Err(Failure::of_key(window::KEY_NONE_NEW)),
        _ => Err(Failure::of_key(window::KEY_SEVERAL_NEW)),
    }
}

/// Adds a signature to the patch file that was looked at, and says with which key in the words of `template`.
fn signed(
    workbench: &Workbench,
    (bundle, digest): (&Path, Digest),
    template: &str,
    sign: impl FnOnce(&Inspection) -> Result<Signed, Error>,
    watch: Watch<'_>,
) -> KeyEvent {
    let sign = || {
        let signed = sign(&workbench.look_to_sign(bundle, Some(digest), watch)?)?;
        Ok(fill(template, &[("key", &signed.key.short())]))
    };
    KeyEvent::Changed(found(None, sign))
}

fn make(workbench: &Workbench, form: &NewKeyForm) -> Result<MadeKeyView, Error> {
    let password = (!form.is_unprotected).then(|| Password::new(form.password.0.clone()));
    let made = workbench.new_key(form.name.trim(), form.place.as_deref(), password.as_ref())?;
    Ok(MadeKeyView::new(&made, form.is_unprotected))
}

fn taken_in(rotated: &Rotated) -> String {
    let keys = phrases::count(rotated.keys, "key", "keys");
    match &rotated.list {
        Some((product, version)) => {
            let facts = [("product", line(product)), ("version", version.to_string()), ("n", keys)];
            let facts = facts.each_ref().map(|(name, value)| (*name, value.as_str()));
            fill(window::KEY_LIST_TAKEN_IN, &facts)
        }
        None => fill(window::KEYS_REVOKED, &[("n", &keys)]),
    }
}

pub(super) fn signer(workbench: &Workbench, form: &SignForm) -> Result<Signer, Error> {
    if !workbench.is_secret_key(&form.key)? {
        return Ok(Signer::Ssh(form.key.clone()));
    }
    let password = form.needs_password.then(|| Password::new(form.password.0.clone()));
    let key = workbench.open_secret_key(&form.key, password.as_ref())?;
    Ok(Signer::Minisign(Box::new(key)))
}
