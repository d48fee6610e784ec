//! What a person did on pages that have much of their own.

use crate::present::choose::ChooseForm;
use crate::present::fixed::FixedForm;
use crate::present::keys::{SignForm, TrustForm};
use crate::present::make::MakeForm;
use crate::workbench::KeyFingerprint;

/// What a person did on the page of keys.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyMsg {
    /// The page is to be shown.
    Show,
    /// The file of a key is to be chosen, which then may be trusted.
    Pick,
    /// A vendor's list of keys is to be chosen.
    PickList,
    /// The key that signed the patch which is open may be trusted.
    Meet,
    /// The form says this now.
    EditTrust(Box<TrustForm>),
    Trust,
    BeginRevoke(KeyFingerprint),
    TypeReason(String),
    Revoke,
    /// One's own key is to be chosen, to sign the patch that is open.
    PickOwn,
    /// The form says this now.
    EditSign(Box<SignForm>),
    Sign,
    /// What was begun is left.
    Leave,
}

/// What a person did about what is fixed in the folder.
#[derive(Debug, Clone, PartialEq)]
pub enum FixedMsg {
    /// The page on which it is written for others is to be shown.
    Show,
    /// The form says this now.
    Edit(Box<FixedForm>),
    /// It is to be saved.
    Save,
}

/// What a person did on the page that chooses patches for what a scanner found.
#[derive(Debug, Clone, PartialEq)]
pub enum ChooseMsg {
    /// The page is to be shown.
    Show,
    /// The form says this now.
    Edit(Box<ChooseForm>),
    /// Patches are to be looked for.
    Find,
    /// Those that were found are to be applied.
    Apply,
}

/// What a person did on the page that makes patches.
#[derive(Debug, Clone, PartialEq)]
pub enum MakeMsg {
    /// The page is to be shown.
    Show,
    /// The form says this now.
    Edit(Box<MakeForm>),
    /// The patch is to be made.
    Make,
    /// What was made is to be opened.
    Open,
    /// It is to be signed.
    Sign,
    /// The form is to be changed, and the patch made again.
    Again,
}
