//! What a person did on pages that have much of their own.

use std::path::PathBuf;

use crate::present::asked::{Asked, AskedAbout};
use crate::present::choose::ChooseForm;
use crate::present::evidence::EvidenceForm;
use crate::present::figures::FiguresForm;
use crate::present::fixed::FixedForm;
use crate::present::identify::IdentifyForm;
use crate::present::keys::{NewKeyForm, RevokeForm, SignForm, TrustForm};
use crate::present::make::MakeForm;
use crate::present::message::Beside;
use crate::present::rehearse::RehearseForm;
use crate::present::rollout::RolloutForm;
use crate::present::wanted::WantedForm;
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
    EditRevoke(Box<RevokeForm>),
    Revoke,
    /// A key is to be made.
    BeginNew,
    EditNew(Box<NewKeyForm>),
    /// Its secret part goes elsewhere.
    PickPlace,
    Make,
    /// The key that was made is to be trusted here, too.
    TrustMade,
    /// The public part of this key is to be saved.
    Export(KeyFingerprint),
    /// A list of keys is to be chosen and signed.
    PickListToSign,
    /// One's own key is to be chosen, to sign the patch that is open.
    PickOwn,
    /// Another key than the ones that were found is to be chosen.
    PickOther,
    /// This one of the keys that were found signs.
    ChooseOwn(PathBuf),
    /// The form says this now.
    EditSign(Box<SignForm>),
    Sign,
    /// The comment that a signature made elsewhere has to carry is to be copied.
    Comment,
    /// What was started is left.
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
    /// The edits of the order are to be tried.
    Try,
    /// The patch is to be made.
    Make,
    /// What was made is to be opened.
    Open,
    /// It is to be signed.
    Sign,
    /// The form is to be changed, and the patch made again.
    Again,
}

/// What a person did about many folders at once.
#[derive(Debug, Clone, PartialEq)]
pub enum ManyMsg {
    /// The page of the state file is to be shown, with this one if it names one.
    ShowWanted(Option<PathBuf>),
    /// The page of a rollout is to be shown, with this one if it names one.
    ShowRollout(Option<PathBuf>),
    /// The forms say this now.
    EditWanted(Box<WantedForm>),
    EditRollout(Box<RolloutForm>),
    /// Everything is to be looked at again.
    LookAgain,
    /// This is to be done; the question comes first.
    Ask(AskedAbout),
    /// The answer says this now.
    EditAnswer(Box<Asked>),
    /// The question is answered with its button.
    Confirm,
    /// It is not.
    Leave,
    /// The comparison is to be saved.
    SaveComparison,
}

/// What a person did about a rehearsal.
#[derive(Debug, Clone, PartialEq)]
pub enum RehearseMsg {
    /// The page is to be shown.
    Show,
    /// The form says this now.
    Edit(Box<RehearseForm>),
    /// It is to begin.
    Begin,
    /// The form is to be changed, and the same tried again.
    Again,
}

/// What a person did about evidence and figures, or wants to know about this program.
#[derive(Debug, Clone, PartialEq)]
pub enum PapersMsg {
    /// The page for evidence of the folder is to be shown, about this patch if one is named.
    ShowEvidence(Option<String>),
    EditEvidence(Box<EvidenceForm>),
    SaveEvidence,
    /// Figures of these folders are to be shown; of none: of those that are known.
    ShowFigures(Vec<PathBuf>),
    EditFigures(Box<FiguresForm>),
    SaveFigures,
    ShowAbout,
    /// What every code means is to be shown.
    ShowCodes,
    /// What the folder is, from its files, is to be shown.
    ShowIdentify,
    EditIdentify(Box<IdentifyForm>),
    /// The changes of the patch are to be saved for other tools.
    Export,
    /// An order to fill in is to be saved.
    SaveOrder,
    /// Whether what the patch's edits say must be so is so in the folder, is to be found out.
    CheckConditions,
    /// What would happen is to be saved.
    SavePlan,
    /// This counts beside patch and folder.
    EditBeside(Box<Beside>),
    /// The plan that was chosen does not count any more.
    ForgetPlan,
}
