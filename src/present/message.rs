//! What goes into the model and what comes out of it: messages of a person, answers of jobs, and effects.

use std::path::PathBuf;
use std::sync::Arc;

use super::Tab;
use super::check::CheckPage;
use super::failure::Failure;
use super::finding::WayOut;
use super::history::FolderView;
use super::home::Known;
use super::slot::Ticket;
use super::tree::Filter;
use super::worker::{WorkerChange, WorkerLine};
use crate::model::TreePath;
use crate::settings::Settings;
use crate::viewer::model::ViewedContents;
use crate::workbench::{
    ApplyPreview, Comparison, DecisionDigest, EditChoice, EditChoices, FolderList, Inspection, Override,
    RollbackPreview, Sample, TextOptions, UnfinishedWork, Which,
};

/// Where somebody wants to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// The start page.
    Start,
    /// A page of the workspace.
    Workspace(Tab),
}

/// What a person did.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// A patch file is to be chosen in a dialog.
    PickBundle,
    /// A folder is to be chosen in a dialog.
    PickFolder,
    /// Something was dropped or typed: patch files, a folder, or both.
    Open(Vec<PathBuf>),
    /// These patch files go in with the one that is shown.
    GoWith(Vec<PathBuf>),
    /// This patch file does not go in.
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
    /// The guided undo of a rollback.
    BeginBringBack,
    /// Interrupted work: finish it, or undo it.
    BeginRecover {
        folder: PathBuf,
        /// Finish rather than undo.
        finish: bool,
    },
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
    /// Files that were changed since are kept aside, or not.
    KeepEdits(bool),
    /// Files that were edited where the patch changes them stay as they are, or get what the patch brings.
    Decide {
        /// Their places.
        places: Vec<TreePath>,
        /// What becomes of them.
        choice: EditChoice,
    },
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
    /// Text is to be copied.
    Copy(String),
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

/// A file that is made for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportWish {
    /// How a change ended.
    Report,
    /// What support asks for first.
    Support,
}

/// A dialog of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    /// For a patch file.
    Bundle,
    Folder,
    /// For a new file, with the name it was to have.
    NewFile(ExportWish, String),
}

/// What the model wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Show the dialog for a patch file.
    PickBundle,
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
    /// Look at a folder.
    Look(Ticket, PathBuf),
    /// Hold patch files against a folder, with wishes for files that were edited.
    Preview(Ticket, Vec<PathBuf>, PathBuf, EditChoices),
    /// Look at what going back would do.
    PreviewBack(Ticket, PathBuf, RollbackQuestion),
    /// Look at what a repair would do.
    PreviewRepair(Ticket, PathBuf),
    /// Read both sides of a change, of which the folder may have what the patch file does not bring.
    Contents(Ticket, PathBuf, TreePath, Option<PathBuf>, Comparison),
    /// Look whether work was interrupted in one of these folders.
    FindInterrupted(Vec<PathBuf>),
    /// Look at folders and patch files as far as the home page tells of them.
    Survey(Vec<PathBuf>, Vec<PathBuf>),
    /// List the folders in a folder; where nobody knows where to begin, in the person's own.
    List(Ticket, Option<PathBuf>),
    LayOutSample(Ticket),
    Start(WorkerChange, PathBuf, Option<DecisionDigest>),
    /// Tell the worker to stop.
    StopWorker,
    SaveReport(PathBuf, String),
    /// Save the file for support: records of this folder, with this report.
    SaveSupport(PathBuf, Option<PathBuf>, String),
    /// Copy a text.
    Copy(String),
    /// Write down what is remembered.
    SaveSettings,
    /// Close the window.
    Close,
}

/// Which going back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbackQuestion {
    /// What goes, or comes back.
    pub which: Which,
    /// Files that were changed since are kept aside.
    pub keep_edits: bool,
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
    /// No dialog comes up on this machine.
    NoDialog(Dialog),
    /// A place for a new file was chosen.
    PlacePicked(ExportWish, PathBuf),
    /// A patch file was read.
    Inspected(Ticket, Box<Result<Inspection, Failure>>),
    Looked(Ticket, Box<Result<FolderView, Failure>>),
    /// Patch and folder were held against each other.
    Previewed(Ticket, Box<Result<ApplyPreview, Failure>>),
    /// Going back was looked at.
    BackPreviewed(Ticket, Box<Result<RollbackPreview, Failure>>),
    /// A repair was looked at.
    RepairPreviewed(Ticket, Box<Result<CheckPage, Failure>>),
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
