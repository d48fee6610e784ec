//! What goes into the model and what comes out of it: messages of a person, answers of jobs, and effects.

mod of_dialogs;
mod of_jobs;
mod of_pages;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::Tab;
use super::check::CheckPage;
use super::choose::{ChoicePage, ChooseForm};
use super::drifted::DriftLines;
use super::failure::Failure;
use super::finding::WayOut;
use super::fixed::{FixedForm, FixedView};
use super::guided::Recovering;
use super::history::{FolderView, VerifiedHistory};
use super::home::Known;
pub use super::input::Input;
use super::keys::{KeyRow, MadeKeyView, NewKeyForm, SignForm, TrustForm};
use super::make::{MadePage, MakeForm};
use super::merge::{MergeChoice, MergePage};
use super::review::ReviewForm;
use super::slot::Ticket;
use super::tree::Filter;
use super::why::RollbackReason;
use super::worker::{WorkerChange, WorkerLine};
use crate::model::{Digest, Position, TreePath};
use crate::settings::Settings;
use crate::viewer::layout::NotedLine;
use crate::viewer::model::{Query, ViewedContents};
use crate::workbench::{
    ApplyPreview, Comparison, DecisionDigest, EditChoice, EditChoices, FolderList, Inspection, KeyWish,
    Override, ReviewWish, Revoked, RollbackPreview, Sample, TextOptions, UnfinishedWork, Which,
};
pub use of_dialogs::{Dialog, ExportWish};
pub use of_jobs::{
    Beside, ManyEffect, ManyEvent, PapersEffect, PapersEvent, PlanQuestion, ReadPlan, RepairQuestion,
    RollbackQuestion, ScriptAnswer,
};
pub use of_pages::{ChooseMsg, FixedMsg, KeyMsg, MakeMsg, ManyMsg, PapersMsg, RehearseMsg};

/// Where somebody wants to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// The start page.
    Start,
    /// A page of the workspace.
    Workspace(Tab),
}

/// What a person did with a review.
#[derive(Debug, Clone, PartialEq)]
pub enum ReviewMsg {
    /// The page is to be shown.
    Show,
    /// The form says this now.
    Edit(Box<ReviewForm>),
    /// A note on the change that is shown begins, on this line of it or on all of it.
    BeginNote(Option<NotedLine>),
    TypeNote(String),
    KeepNote,
    LeaveNote,
    /// The note with this number goes.
    DropNote(usize),
    /// The review is to be saved.
    Save,
}

/// What a person did.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// A patch file is to be chosen in a dialog.
    PickBundle,
    /// A folder is to be chosen in a dialog.
    PickFolder,
    /// A patch file with contents whose backups are damaged is to be chosen in a dialog.
    PickSource,
    /// A path was typed where no dialog comes up.
    TypedInstead(Dialog, PathBuf),
    /// Something was dropped or typed: patch files, a folder, or both.
    Open(Vec<PathBuf>),
    /// These patch files are applied with the one that is shown.
    GoWith(Vec<PathBuf>),
    /// This patch file isn't applied.
    LeaveOut(PathBuf),
    /// A patch file is to be opened.
    OpenBundle(PathBuf),
    OpenFolder(PathBuf),
    /// Both at once.
    OpenPair(PathBuf, Option<PathBuf>),
    /// The text of the path field on the start page.
    TypePath(String),
    /// The sample is to be laid out.
    TrySample,
    /// Text patches are to be read like this.
    ReadAs(Box<TextOptions>),
    /// How the change ended that went on without the window.
    ShowWhatWentOn,
    /// To another page.
    GoTo(Destination),
    /// Patch and folder are held against each other again.
    CheckAgain,
    /// A change is to be shown.
    Select(usize),
    /// The change after or before the present one.
    Neighbour {
        /// After, or before.
        forward: bool,
    },
    /// Other changes are to be listed.
    SetFilter(Filter),
    /// A folder of the tree is opened or closed.
    Toggle(String),
    /// Other states of the files are held against each other.
    Compare(Comparison),
    /// These places are shown, original beside what is in the folder, beginning with the first.
    ShowDifferences(Vec<TreePath>),
    /// This is looked for in every change.
    FindInAll(Query),
    /// A change was looked at, or was not.
    SetViewed(usize, bool),
    /// The present one was; on to the next that nobody has looked at.
    ViewedAndNext,
    /// The button beside a finding.
    WayOut(WayOut),
    /// The guided apply.
    BeginApply,
    /// The guided rollback.
    BeginTakeBack,
    /// The same in this folder.
    BeginTakeBackIn(PathBuf),
    /// The guided taking out of these patches.
    BeginTakeOut(Which),
    /// Other patches are to go.
    ChooseWhich(Which),
    /// The guided repair.
    BeginRepair,
    /// The guided keeping for good of this patch and older ones.
    BeginKeep(String),
    /// The guided undo of a rollback.
    BeginBringBack,
    /// What the last repair replaced comes back.
    BeginUndoRepair,
    /// The way of a patch that was rolled back into the folder again, by its id and revision.
    BeginAgain(String),
    /// The guided turning of the switch with this name.
    BeginSwitch(String, Position),
    /// Why the switch is turned.
    TypeSwitchReason(String),
    /// What is said about the change for its history.
    SayWhy(Box<RollbackReason>),
    /// An interrupted change: finish it, undo it, or run its health checks.
    BeginRecover(PathBuf, Recovering),
    /// Interrupted work is left for later.
    RecoverLater,
    /// The guided way's primary button.
    Forward,
    /// One page back.
    Back,
    /// Back to the first page, where patch and folder are chosen.
    ChooseAgain,
    /// Out of the guided way.
    Leave,
    /// The one question is answered with its button.
    Confirm,
    /// The wish to stop.
    Stop,
    /// Somebody sets a rule aside and says why, or does not.
    SetAside(Override, Option<String>),
    /// Somebody agrees to scripts that were shown, or does not.
    AnswerScripts(ScriptAnswer),
    /// Files that were changed since are kept aside, or not.
    KeepEdits(bool),
    /// Each patch of a series is applied by itself, or not.
    ApplyEach(bool),
    /// Files that were edited where the patch changes them stay as they are, or get the patch's version.
    Decide {
        /// Their places.
        places: Vec<TreePath>,
        /// What becomes of them.
        choice: EditChoice,
    },
    /// A file that was edited where the patch changes it is merged by hand.
    BeginMerge(TreePath),
    /// What one side has is taken in the place with this number.
    ChooseSide(usize, MergeChoice),
    /// What shall stand in the place with this number was typed.
    TypeMerged(usize, String),
    /// What was merged by hand is what becomes of the file.
    TakeMerged,
    /// Every entry of the folder's history is verified.
    VerifyHistory,
    /// The lines are to be shown in which files differ from what the history says.
    ReadDrift,
    /// Why the history of a folder is right was typed.
    TypeVouchReason(String),
    /// The history of this folder is right, for the reason that was typed.
    Vouch(PathBuf),
    /// Something on the page of keys.
    Keys(KeyMsg),
    /// Something about a review.
    Review(ReviewMsg),
    /// Something about what is fixed in the folder.
    Fixed(FixedMsg),
    /// Something about choosing patches for what a scanner found.
    Choose(ChooseMsg),
    /// Something on the page that makes patches.
    Make(MakeMsg),
    /// Something about many folders at once.
    Many(ManyMsg),
    /// Something about evidence or figures.
    Papers(PapersMsg),
    Rehearse(RehearseMsg),
    /// A file or folder that the page asks for is to be chosen in a dialog.
    PickInput(Input),
    /// The button of the result page that undoes or deals with it.
    ResultAction,
    /// The result is to be saved.
    SaveReport,
    /// The file for support is to be saved.
    SaveSupport,
    /// The result is to be copied.
    CopyDetails,
    /// The same as a command is to be copied.
    CopyCommand,
    /// All commands are to be shown.
    ShowPalette,
    ShowKeys,
    /// The list of folders is to be shown.
    ShowFolders(Option<PathBuf>),
    /// What is open on top is closed; on a guided page, one page back.
    Escape,
    /// How the window looks and is divided.
    SetSettings(Box<Settings>),
    /// The window is to be closed.
    AskToClose,
    /// It is to be closed although work goes on.
    CloseAnyway,
    /// Time has passed while work goes on.
    Tick(std::time::Duration),
}

/// What the model wants to know about keys, or wants done with them.
#[derive(Debug, Clone, PartialEq)]
pub enum KeyEffect {
    /// List those that are known here.
    List(Ticket),
    /// Read one out of a file.
    Read(PathBuf),
    /// Find the one that signed this patch file and that nobody here knows.
    Meet(PathBuf),
    Trust(Box<KeyWish>),
    Revoke(Revoked),
    /// Take in a vendor's list.
    TakeIn(PathBuf),
    /// Find the secret keys that this person keeps where keys are kept.
    FindOwn,
    /// Find out whether this secret key has a password; the others could be chosen instead.
    Own(PathBuf, Vec<PathBuf>),
    /// Find out where keys of this person are kept.
    BeginNew,
    Make(Box<NewKeyForm>),
    /// Add a signature that was made elsewhere to this patch file, of which the one with this SHA-256 was looked at.
    Attach(PathBuf, Digest, PathBuf),
    /// The comment that such a signature has to carry.
    Comment(PathBuf, Digest),
    /// Sign this list of keys.
    SignList(PathBuf, Box<SignForm>),
    /// Sign this patch file, of which the one with this SHA-256 was looked at.
    Sign(PathBuf, Digest, Box<SignForm>),
    /// Sign a review of it, which goes into it.
    SignReview(PathBuf, Digest, Box<SignForm>, Box<ReviewWish>),
}

/// What the model wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Show the dialog for a patch file.
    PickBundle,
    /// Show the dialog for a patch file that has what backups lack.
    PickSource,
    /// Show the dialog for a key or a list of keys.
    PickKey(Dialog),
    /// Show the dialog for what a page asks for.
    PickInput(Input),
    /// Something about keys.
    Keys(KeyEffect),
    /// Show the dialog for a folder.
    PickFolder,
    /// Show the dialog for a new file with this name.
    PickPlace(ExportWish, String),
    /// Find out which of these are patch files, and which is a folder.
    Sort(Vec<PathBuf>),
    /// From now on, read text patches like this.
    ReadTextAs(TextOptions),
    /// Read a patch file; what a text patch does depends on the folder it is for.
    Inspect(Ticket, PathBuf, Option<PathBuf>),
    /// Look at a folder, with lists of withdrawn patches.
    Look(Ticket, PathBuf, Vec<PathBuf>),
    /// Hold patch files against a folder, with wishes for files that were edited, and what counts beside both.
    Preview(Ticket, Vec<PathBuf>, PathBuf, EditChoices, Beside),
    /// Look at what a rollback would do.
    PreviewBack(Ticket, PathBuf, RollbackQuestion),
    /// Look at what a repair would do.
    PreviewRepair(Ticket, PathBuf, RepairQuestion),
    /// Read what meets in an edited file that one of these patch files changes.
    ReadMerge(Ticket, Vec<PathBuf>, PathBuf, TreePath),
    /// Keep what somebody made of such a file, until it is taken.
    KeepMerged(TreePath, Vec<u8>),
    /// Look at what keeping this patch for good would give up.
    PreviewKeep(Ticket, PathBuf, String),
    /// Look at what turning the switch with this name would do.
    PreviewSwitch(Ticket, PathBuf, String, Position),
    /// Look for a text in the changes at these places of a patch file.
    FindInAll(Ticket, PathBuf, Vec<TreePath>, Option<PathBuf>, Comparison, Query),
    /// Verify every entry of a folder's history.
    VerifyHistory(Ticket, PathBuf),
    /// Read the lines in which files differ from what the history says.
    ReadDrift(Ticket, PathBuf),
    /// Note that somebody says that a folder's history is right, and why.
    Vouch(Ticket, PathBuf, String),
    /// Look at what is fixed in a folder.
    LookFixed(Ticket, PathBuf),
    /// Choose patches for what scanners found in a folder.
    Choose(Ticket, PathBuf, Box<ChooseForm>),
    /// Make a patch file at this place.
    Make(Ticket, Box<MakeForm>, PathBuf),
    /// Look how many folders stand to a file about them.
    Many(ManyEffect),
    /// Gather evidence, or count.
    Papers(PapersEffect),
    /// Read both sides of a change, of which the folder may have what the patch file does not bring.
    Contents(Ticket, PathBuf, TreePath, Option<PathBuf>, Comparison),
    /// Look whether work was interrupted in one of these folders.
    FindInterrupted(Vec<PathBuf>),
    /// Look at folders and patch files as far as the home page tells of them, with lists of withdrawn patches.
    Survey(Vec<PathBuf>, Vec<PathBuf>, Vec<PathBuf>),
    /// List the folders in a folder; where nobody knows where to begin, in the person's own.
    List(Ticket, Option<PathBuf>),
    LayOutSample(Ticket),
    Start(WorkerChange, PathBuf, Option<DecisionDigest>),
    /// Tell the worker to stop.
    StopWorker,
    SaveReport(PathBuf, String),
    /// Save what is fixed in the second place to the first.
    SaveFixed(PathBuf, PathBuf, Box<FixedForm>),
    /// Save a review of a patch file, of which the one with this SHA-256 was looked at, to the first place.
    SaveReview(PathBuf, PathBuf, Digest, Box<ReviewWish>),
    /// Save the file for support: records of this folder, with this report.
    SaveSupport(PathBuf, Option<PathBuf>, String),
    /// Copy a text.
    Copy(String),
    /// Write down what is remembered.
    SaveSettings,
    /// Close the window.
    Close,
}

/// What a job answers about keys.
#[derive(Debug)]
pub enum KeyEvent {
    /// The file of a key, or a list of keys, was chosen.
    Picked(Dialog, PathBuf),
    Listed(Ticket, Result<Vec<KeyRow>, Failure>),
    /// A key was read that may be trusted.
    Read(Result<Box<TrustForm>, Failure>),
    /// The secret keys of this person were looked for.
    OwnFound(Vec<PathBuf>),
    /// One's own key was looked at.
    OwnRead(Result<SignForm, Failure>),
    /// A key may be made.
    NewBegun(NewKeyForm),
    /// The comment for a signature that is made elsewhere.
    Comment(Result<String, Failure>),
    Made(Result<MadeKeyView, Failure>),
    /// Keys were trusted or revoked, or something was signed; what was done, in a sentence.
    Changed(Result<String, Failure>),
}

/// What a job answers.
#[derive(Debug)]
pub enum Event {
    /// Patch files were told from folders.
    Sorted {
        bundles: Vec<PathBuf>,
        folder: Option<PathBuf>,
    },
    /// A path was chosen in a dialog for a folder.
    FolderPicked(PathBuf),
    /// Patch files were chosen that may have what backups lack.
    SourcesPicked(Vec<PathBuf>),
    /// A text was looked for in every change; how often it stands in each that has it.
    FoundInAll(Ticket, Result<BTreeMap<String, usize>, Failure>),
    /// A history was verified.
    HistoryVerified(Ticket, Result<VerifiedHistory, Failure>),
    /// The lines were read in which files differ.
    DriftRead(Ticket, Result<DriftLines, Failure>),
    /// It was noted that the history of this folder is right.
    Vouched(Ticket, PathBuf, Result<VerifiedHistory, Failure>),
    /// Something about keys.
    Keys(KeyEvent),
    /// What a page asks for was chosen.
    InputPicked(Input, Vec<PathBuf>),
    /// What is fixed in a folder was looked at.
    FixedLooked(Ticket, Result<FixedView, Failure>),
    /// Patches were chosen for what scanners found.
    Chosen(Ticket, Result<ChoicePage, Failure>),
    /// A patch was made, or not.
    Made(Ticket, Result<MadePage, Failure>),
    /// Something about many folders.
    Many(ManyEvent),
    /// Something about evidence or figures.
    Papers(PapersEvent),
    /// No dialog comes up on this machine.
    NoDialog(Dialog),
    /// A place for a new file was chosen.
    PlacePicked(ExportWish, PathBuf),
    /// A patch file was read.
    Inspected(Ticket, Box<Result<Inspection, Failure>>),
    Looked(Ticket, Box<Result<FolderView, Failure>>),
    /// Patch and folder were held against each other.
    Previewed(Ticket, Box<Result<ApplyPreview, Failure>>),
    /// A rollback was looked at.
    BackPreviewed(Ticket, Box<Result<RollbackPreview, Failure>>),
    /// A repair, keeping for good or turning a switch was looked at.
    RepairPreviewed(Ticket, Box<Result<CheckPage, Failure>>),
    /// What meets in an edited file was read.
    MergeRead(Ticket, Result<MergePage, Failure>),
    /// What somebody made of it is kept.
    MergeKept(TreePath, Result<PathBuf, Failure>),
    /// Both sides of a change were read.
    ContentsRead(Ticket, Result<Option<Arc<ViewedContents>>, Failure>),
    /// Interrupted work was found.
    Interrupted(PathBuf, UnfinishedWork),
    /// Something that the home page tells of was looked at.
    Surveyed(PathBuf, Known),
    Listed(Ticket, Result<FolderList, Failure>),
    SampleReady(Ticket, Result<Sample, Failure>),
    /// The worker wrote a line.
    Worker(WorkerLine),
    WorkerEnded,
    /// A file was saved, or not.
    Saved(Result<PathBuf, Failure>),
}
