//! Every fixed word of the window, in one place: the tests read these tables and refuse long, loud or banned ones.
//!
//! The words of the pages are here, those of the difference pane in [`contents`], those of the parts that all pages
//! are made of in [`widgets`], those about many folders in [`many`], those for auditors in [`papers`], those of what is tried first
//! in [`trying`]. A text has a place
//! for each fact, `{name}`, which [`fill`] fills; what is only a part of a sentence has a name that begins with `PART_`. What fails is worded by `report`; here each of its codes has a
//! heading that says the same in a few words.

use crate::model::{Code, HoldPhase, Restart};

macro_rules! words {
    ($($name:ident = $text:literal;)+) => {
        $(#[doc = $text] pub const $name: &str = $text;)+
        /// Every one of them, with its name.
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

pub mod contents;
pub mod many;
pub mod papers;
pub mod trying;
pub mod widgets;
pub mod window;

words! {
    // Start
    START_TITLE = "See what a patch will change – before it changes anything";
    START_LOOKING_IS_SAFE = "Opening a patch changes nothing. You can undo what you apply until you keep it for good.";
    START_DROP = "Drop a patch file or a folder here";
    START_DROP_NAME = ".patchbundle, .patch or .diff, an emailed patch, or a quilt series folder";
    START_DROP_NOW = "Drop to open";
    START_OPEN_PATCH = "Open a patch file…";
    START_CHOOSE_FOLDER = "Choose a folder…";
    START_TYPE = "Or enter a path";
    START_TYPE_BUTTON = "Open";
    START_TYPE_FIRST = "Enter a path first";
    START_SAMPLE = "Try it with the sample";
    START_SAMPLE_MEANING = "A made-up product and four patches, in a temporary folder.";
    START_GO_BACK = "Undo a patch";
    START_GO_BACK_MEANING = "Step by step. Nothing changes until you confirm.";
    START_GO_BACK_BUTTON = "Choose the folder…";
    START_SAMPLE_TITLE = "First time here?";
    START_RECENT = "Recent";
    START_RECENT_EMPTY = "Patches and folders you open will appear here.";
    SAMPLE_WAIT = "Preparing the sample…";
    // Interrupted work
    INTERRUPTED_TITLE = "A change was interrupted";
    INTERRUPTED_MEANING = "A change to this folder was interrupted. Nothing has been lost.";
    INTERRUPTED_UNDO = "Restore the old files";
    INTERRUPTED_UNDO_MEANING = "Always safe. Restores the folder to its state before the change.";
    INTERRUPTED_FINISH = "Finish the change";
    INTERRUPTED_FINISH_MEANING = "Only possible if every file has already been updated.";
    INTERRUPTED_ASIDE = "Restore the old files; keep copies of files changed since";
    INTERRUPTED_LATER = "Not now";
    // Header
    NO_PATCH = "No patch file open";
    NO_FOLDER = "No folder chosen";
    APPLY = "Apply…";
    GO_BACK = "Roll back…";
    READY = "Ready";
    READY_WITH_WARNINGS = "Ready, with warnings";
    CANNOT_CONTINUE = "Can't apply this patch yet";
    ALREADY_DONE = "Already in place";
    CHECKING = "Checking…";
    CHECKING_FILE = "Checking the file…";
    CHECKING_FILE_MEANING = "The whole file is checked before any of it is shown.";
    NOT_CHECKED = "Not checked yet";
    NEEDS_BOTH = "Choose a patch file and a folder first";
    NEEDS_FOLDER = "Choose a folder first";
    NEEDS_CHECK = "Wait until the folder is checked";
    NOTHING_TO_TAKE_BACK = "Nothing to roll back: no patch is applied here";
    NOT_SIGNED = "Not signed";
    TRUSTED = "Trusted";
    NOT_ENOUGH_SIGNATURES = "Not enough signatures";
    NOT_TRUSTED = "Not trusted";
    BROKEN = "Changed after signing";
    FOLDER = "Folder";
    PATCH = "Patch";
    BEGUN = "Started";
    WAS_APPLYING = "A patch was being applied";
    WAS_GOING_BACK = "A patch was being rolled back";
    WAS_SWITCHING = "A switch was being turned";
    // Pages
    PAGES = "Pages";
    TAB_OVERVIEW = "Overview";
    TAB_CHANGES = "Changes";
    TAB_CHECKS = "Checks";
    TAB_HISTORY = "History";
    OVERVIEW_EMPTY = "What the patch is for and what it does.";
    CHANGES_EMPTY = "Every change of the patch, line by line.";
    CHANGES_NONE = "No files match";
    CHANGES_CHOOSE = "Choose a file on the left to see its changes";
    CHECKS_EMPTY = "Checks compare the patch with your folder.";
    CHECKS_NOTHING = "No problems found.";
    HISTORY_EMPTY = "What was done to the folder, and what you can undo.";
    TREE = "Changes of the patch";
    TREE_WIDTH = "Width of the list of changes";
    SECOND_LOOK = "Needs a closer look";
    SHOW_ALL = "Show all";
    COMPARE = "Compare";
    COMPARE_ORIGINAL_AFTER = "Original \u{2192} After";
    COMPARE_FOLDER_AFTER = "Your folder \u{2192} After";
    COMPARE_ORIGINAL_FOLDER = "Original \u{2194} Your folder";
    DIFFERS = "Differs";
    DIFFERS_MEANING = "This file in your folder is not the one that the patch expects.";
    FILTER = "Filter by name";
    WHY = "Why";
    FIXES = "What it fixes";
    FOR_WHOM = "For";
    FROM_WHOM = "From";
    NEEDS = "Requirements";
    AFTERWARDS = "Afterwards";
    WAY_BACK = "Undo";
    CARE = "Provenance and testing";
    FINE_PRINT = "Details";
    IN_THE_FOLDER = "Applied here";
    WHAT_HAPPENED = "History";
    AS_EXPECTED = "Every patched file is as expected.";
    SEVERAL_DIFFER = "{n} not as expected";
    DIFFERENCES_MEANING = "They have changed since they were patched. Nothing was overwritten.";
    DIFFERS_EDITED = "{path} isn't as expected: {cause}{patch}";
    // Facts
    PRODUCT = "Product";
    FILES = "Files";
    ROOM_NEEDED = "Disk space";
    TIME_NEEDED = "Estimated time";
    FEW_SECONDS = "A few seconds";
    UNDER_A_MINUTE = "Less than a minute";
    CAN_GO_BACK = "Undo";
    COMES_BACK = "Patch to reapply";
    IS_TAKEN_OUT = "Patch to roll back";
    EVERYTHING_ELSE = "Other files";
    STAYS_AS_IT_IS = "Not touched";
    SAFE_COPIES = "Backups";
    SAFE_COPIES_ARE_WHOLE = "Checked: all intact";
    NONE = "None";
    N_COME_BACK = "{n} restored";
    N_RESTORED = "{n} reverted";
    N_GO_AWAY = "{n} deleted";
    APPLY_N = "Apply {n}";
    TAKE_BACK_N = "Roll back {n}";
    BRING_BACK_N = "Reapply {n}";
    TICKET = "Ticket";
    SEVERITY = "Severity";
    FIXED = "Fixes";
    VERSION = "Version";
    VERSIONS = "Versions";
    SYSTEMS = "Systems";
    CONTACT = "Contact";
    NEEDED = "Requires";
    NOT_TOGETHER = "Conflicts with";
    CONTAINS = "Says it contains";
    BECAUSE = "Because";
    DATA_WRITTEN = "Data changed since";
    REVIEWED = "Reviewed";
    WHO_VOUCHES = "Signatures";
    NOTED = "Note";
    DOES_NOT_COUNT = "Not accepted";
    TESTED = "Tested";
    COMES_FROM = "Provenance";
    MADE_FROM = "Made from";
    PROOF = "Tested";
    CHANGES = "Changes";
    MADE = "Made";
    NOT_AFTER = "Expires";
    SUPPORTED_UNTIL = "Supported until";
    LICENSE = "License";
    PURL = "Product URL (purl)";
    CPE = "CPE";
    FILE_SIZE = "File size";
    SHA_256 = "SHA-256";
    PROVEN = "Applied and rolled back on a copy before release";
    NOT_PROVEN = "Not tested on a copy before release";
    NO_RESTART = "No restart needed.";
    PATCH_FILE = "Patch file";
    REFERENCE = "Reference";
    WHEN = "When";
    BY = "By";
    TITLE = "Title";
    PLACES = "Files";
    CHECK = "Check";
    NOTE = "Note";
    PATCH_FILE_SHA_256 = "Patch file, SHA-256";
    BACK_NOW = "Can be rolled back";
    BACK_ALONE = "Can be rolled back on its own";
    BACK_REBUILDING = "Can be rolled back; files shared with newer patches are rebuilt";
    BACK_WITH_OTHERS = "Can only be rolled back together with patches that require it";
    BACK_CONTAINED = "Inactive: a newer patch replaced it";
    BACK_GIVEN_UP = "Kept for good";
    DIFFERS_MISSING = "{path} is missing, {cause}{patch}";
    DIFFERS_UNEXPECTED = "{path} exists and should not, {cause}{patch}";
    DIFFERS_PERMISSIONS = "{path} has different permissions, {cause}{patch}";
    RECORD_FACTS = "Details";
    RECORD_PLAN = "Plan";
    RECORD_FINDINGS = "Warnings shown before";
    DONE = "Done";
    NOTHING_TO_DO = "Nothing to do";
    NOT_DONE_MARK = "Not done";
    PUT_BACK_MARK = "Restored";
    NEEDS_ATTENTION_MARK = "Needs attention";
    RISK_PROGRAM = "New program";
    RISK_RIGHTS = "Special rights";
    RISK_SCRIPT = "Script";
    RISK_SERVICE = "Service";
    RISK_PERMISSIONS = "Permissions";
    RISK_LINK = "Link";
    RISK_HIDDEN = "Invisible characters";
    RISK_PROGRAM_MEANING = "This file becomes a program that can be run.";
    RISK_RIGHTS_MEANING = "This file runs with its owner's or group's permissions.";
    RISK_SCRIPT_MEANING = "This file is a script.";
    RISK_SERVICE_MEANING = "The system may start this automatically.";
    RISK_PERMISSIONS_MEANING = "The permissions to read, write or run this file change.";
    RISK_LINK_MEANING = "This is a link to another file or folder.";
    RISK_HIDDEN_MEANING = "This name contains invisible characters.";
    NEEDS_REVISION = "{id} (revision {n} or later)";
    NEEDS_BEFORE = "{id} · applied before";
    NEEDS_TOGETHER = "{id} · applied before or together";
    STEP_N = "Step {n}";
    ENTRY_N = "History entry {n}";
    USER_ON_HOST = "{user} on {host}";
    CHECK_PASSED = "✓ {check}";
    OUTPUT = "Output";
    CHECK_NOT_PASSED = "✗ {check} ({evidence})";
    CHECK_STOPPED = "– {check} (stopped: {evidence})";
    FOREIGN_HISTORY = "Foreign history";
    HISTORY_SAYS = "The history says";
    LAST_CHANGED_BY = "(last changed by {id})";
    TIDYING = "Tidying up: {what}";
    // Findings
    RELATED = "Related to a patch in this folder";
    GOOD_TO_KNOW = "Note";
    VENDOR_ADVICE = "The vendor's advice";
    SCRIPTS_WOULD_RUN = "Scripts would run on this computer, beginning with {script}";
    RESTART = "Restart";
    ROLLOUT_PACE = "In a rollout";
    UNSIGNED = "Not signed by anyone you trust";
    UNSIGNED_HINT = "Continue only if you know who sent it.";
    CHECK_AGAIN = "Check again";
    CHOOSE_ANOTHER_FOLDER = "Choose another folder…";
    SHOW_DIFFERENCES = "Show the differences";
    SHOW_PLACES = "Show the findings";
    LOOK_TWICE = "Parts of this patch may not be what they seem.";
    LOOK_TWICE_HINT = "Check what is listed here, and ask the author.";
    LOOK_FIRST = "Check the findings above first: this patch may not be what it seems.";
    UNUSUAL = "Unusual, usually harmless";
    CODE = "Code";
    KEEP_EDITS = "Back up my versions and continue";
    DEAL_WITH_IT = "Recover…";
    // Text patches
    TEXT_PATCH = "Text patch";
    TEXT_PATCHES = "Text patches: {n}";
    TEXT_NEEDS_FOLDER = "Choose the folder to patch";
    TEXT_NEEDS_FOLDER_MEANING = "What a text patch changes depends on the folder. Until you choose it, you see the patch's own text.";
    TEXT_PATCHES_IN_ORDER = "Patches, in order";
    TEXT_FILES = "Files named in the patch";
    TEXT_FILE = "{does} · {hunks} · {added} added, {removed} deleted";
    HOW_IT_FITS = "How it fits";
    HUNKS = "Hunks";
    HUNKS_FIT = "{n}: {counts}";
    WHOLE_FILES = "Whole files: {n}";
    NOT_CARRIED = "Not contained in the patch";
    FOLDERS_LEFT_OUT = "Path prefix stripped";
    OF_PATCH = "{patch}: {what}";
    HUNK = "Hunk {n} of {all}: {what}";
    FIT_THERE = "Already applied";
    FIT_NOT_PLAIN = "Check this";
    FIT_FAILS = "Doesn't fit";
    AND_MORE = "And {n} more";
    REASONS_IN_FILE = "{path}: {n}";
    CALLED_BACK = "{id} was withdrawn";
    UNDONE_HERE = "Part of {id} is undone";
    UNDONE_HERE_WHY = "{undone}. History shows who allowed it, and why.";
    // Guided
    STEP_CHOOSE = "Choose";
    STEP_CHECK = "Check";
    STEP_REVIEW = "Summary";
    STEP_CONFIRM = "Confirm";
    STEP_WORK = "Working";
    STEP_RESULT = "Result";
    BACK = "Back";
    NEXT = "Next";
    LEAVE = "Cancel";
    CLOSE = "Close";
    CHANGE = "Change";
    NOTHING_WRITTEN_YET = "Nothing is changed until you confirm.";
    APPLY_TITLE = "Apply a patch";
    APPLY_CHOOSE = "Which patch, and which folder?";
    TAKE_OUT = "Roll back…";
    TAKE_OUT_TITLE = "Roll back a patch";
    SUBJECT_INTO = "{patch} \u{2192} {folder}";
    SUBJECT_OUT_OF = "{patch} in {folder}";
    PART_THIS_PATCH = "this patch";
    DONE_TAKE_OUT = "Patch rolled back";
    SHARED_WITH = "Required by or shares files with: {ids}";
    GO_AS_WELL = "Rolled back, too";
    RETURN = "Active again";
    PUT_TOGETHER = "Rebuilt";
    THEN_HERE = "Patches here afterwards";
    NO_PATCH_LEFT = "No patches";
    KEEP_MINE = "Keep mine";
    TAKE_THEIRS = "Use the patch's";
    CHOOSE_VERSION = "Choose which version to keep; the other is backed up.";
    TAKE_BACK_TITLE = "Roll back (undo) a patch";
    TAKE_BACK_CHOOSE = "Which folder?";
    BRING_BACK_TITLE = "Reapply the patch";
    RECOVER_TITLE = "Recover from an interruption";
    CHECK_WAIT = "Checking the folder. Nothing is changed.";
    CHECK_READY = "Ready to apply";
    CHECK_READY_MEANING = "The patch can be applied to this folder.";
    CHECK_READY_BACK = "Safe to roll back";
    CHECK_READY_BRING = "Safe to reapply";
    CHECK_SAFE_COPIES = "The patch can be rolled back from its backups.";
    CHECK_WARN = "You can continue. Read this first.";
    CHECK_BLOCKED = "Resolve this first";
    CHECK_STAYS = "What it would change was edited or deleted here, and stays as it is. See the notes below.";
    CHECK_NOTHING = "This patch is already in place";
    CHECK_NOTHING_MEANING = "Every file already has the changes of this patch. There is nothing to do.";
    REVIEW_TITLE = "What will happen";
    CONFIRM_APPLY = "Apply {patch}?";
    CONFIRM_TAKE_BACK = "Roll back {patch}?";
    CONFIRM_BRING_BACK = "Reapply {patch}?";
    CONFIRM_UNDO = "Restore the files to their state before the interrupted change?";
    CONFIRM_FINISH = "Finish the interrupted change?";
    CONFIRM_APPLY_PROMISE = "If something goes wrong, nothing is left half-changed. You can undo this.";
    CONFIRM_BACK_PROMISE = "If something goes wrong, nothing is left half-changed. You can undo this.";
    CONFIRM_RECOVER_PROMISE = "If this fails, you can try again.";
    CONSENT_UNSIGNED = "I trust the source of this file";
    CONSENT_FIRST = "Select the box above to continue";
    REASON_FIRST = "Enter a reason above to continue";
    REASON_FOR = "{what}. Your reason:";
    CHECK_SET_ASIDE = "This patch needs your decision";
    CAN_BE_SET_ASIDE = "Read the problems below. You can continue with a reason, which goes into the history.";
    CONSENT_WEAK = "Continue, although this disk can't guarantee recovery";
    WORKING_TITLE_APPLY = "Applying the patch";
    WORKING_TITLE_BACK = "Rolling back the patch";
    WORKING_TITLE_BRING = "Reapplying the patch";
    WORKING_TITLE_RECOVER = "Recovering from the interruption";
    WORKING_DO_NOT_SWITCH_OFF = "Don't switch off the computer now.";
    WORKING_SURVIVES = "You can close this window. The work continues safely.";
    STOP = "Stop";
    STOP_BEFORE = "Stopping now leaves the folder as it is.";
    STOP_DURING = "Stopping restores the files changed so far.";
    STOP_TOO_LATE = "Too late to stop; almost done.";
    STOPPING = "Stopping safely…";
    VERIFYING = "Verifying";
    // Results
    DONE_APPLY = "Patch applied";
    DONE_TAKE_BACK = "Patch rolled back. The folder is as it was before.";
    DONE_BRING_BACK = "Patch reapplied";
    DONE_UNDO = "Old files restored. The folder is as it was before the change.";
    DONE_FINISH = "The interrupted change is finished";
    DONE_CHECKED = "All patched files verified on disk.";
    DONE_DIFFERS = "{n} not as expected. See History.";
    NOTHING_WAS_TO_DO = "There was nothing to do";
    NOT_DONE = "Nothing was changed";
    PUT_BACK = "The change failed; your files were restored";
    NEEDS_ATTENTION = "The folder needs attention";
    NO_ANSWER = "The change was interrupted";
    NO_ANSWER_UNCHANGED = "The change was interrupted before it changed anything. Try again.";
    RESULT_WHAT_NEXT = "What to do now";
    RESULT_DETAILS = "Details for support";
    UNDO_THIS = "Undo this";
    UNDO_GOING_BACK = "Reapply";
    SAVE_REPORT = "Save report…";
    COPY_DETAILS = "Copy details";
    COPY_COMMAND = "Copy the command";
    SAVED = "Saved: {path}";
    SAVE_SUPPORT = "Save a support file…";
    SAVE_SUPPORT_MEANING = "It contains records, checksums and file names, but no file contents.";
    COPIED = "Copied.";
    REPORT_CHECK = "Test the product as you usually do, and save this report.";
    // Window
    STILL_WORKING = "Still working";
    STILL_WORKING_MEANING = "If you close the window, the change finishes on its own.";
    STAY = "Keep open";
    CLOSE_ANYWAY = "Close the window";
    COMMANDS = "All commands";
    KEYS = "Settings and shortcuts";
    KEYS_LIST = "Shortcuts";
    TO_START = "Home";
    NEXT_FILE = "Next change";
    PREVIOUS_FILE = "Previous change";
    LEAVE_FIRST = "Finish or cancel this page first";
    APPEARANCE = "Appearance";
    APPEARANCE_SYSTEM = "Match system";
    APPEARANCE_LIGHT = "Light";
    APPEARANCE_DARK = "Dark";
    APPEARANCE_CONTRAST = "High contrast";
    APPEARANCE_CALM = "Reduce motion (for remote desktop)";
    COLOURS = "Diff colors";
    COLOURS_STANDARD = "Green and red";
    COLOURS_BLUE_ORANGE = "Blue and orange";
    FOLDERS_TITLE = "Choose a folder";
    FOLDERS_LIST = "Browse in this window";
    FOLDERS_HERE = "Use this folder";
    FOLDERS_UP = "Up";
    FOLDERS_NONE = "There are no folders in here.";
    NO_DIALOG = "File dialogs aren't available here. Enter the path instead.";
    LOST_JOB = "Patchwright failed at this step";
    NOTHING_CHANGED = "Nothing was changed.";
    TRY_AGAIN = "Try again.";
}

/// `template` with each `{name}` replaced. In one pass: a fact comes from anywhere and may look like a place itself.
pub fn fill(template: &str, facts: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
        let fact = facts.iter().find(|(known, _)| *known == name);
        debug_assert!(fact.is_some(), "nothing fills {name} in: {template}");
        text.push_str(before);
        text.push_str(fact.map_or("", |(_, value)| value));
        rest = after;
    }
    text.push_str(rest);
    text
}

/// What a code means, in a few plain words.
pub const fn heading(code: Code) -> &'static str {
    match code {
        Code::Attributes => "Can't keep owner or permissions",
        Code::Busy => "Someone else is changing this folder",
        Code::Clash => "Can't merge your version with the patch's",
        Code::Collide => "Two names would be the same on some systems",
        Code::Conflicts => "Conflicts with another patch",
        Code::Container | Code::Delta | Code::Diff => "Can't open this file: it's damaged or not a patch",
        Code::Declined => "Not done: you said no",
        Code::Drift => "Files aren't what the patch expects",
        Code::Expired => "This patch has expired",
        Code::FileSystem => "Something in the folder can't be changed safely",
        Code::Foreign => "Files were changed after the interruption",
        Code::Held => "This patch was withdrawn",
        Code::Health => "A health check failed",
        Code::InUse => "A program is using a file",
        Code::Interrupted => "Stopped at your request",
        Code::Io => "Can't read or write a file or folder",
        Code::Limit => "This patch file is larger than allowed",
        Code::Manifest | Code::Path => "This patch file isn't valid",
        Code::Missing => "Files are missing",
        Code::Moved => "The folder has changed since you looked",
        Code::Nested => "This file belongs to a folder with its own history",
        Code::Newer => "This patch file needs a newer Patchwright",
        Code::NoWayBack => "Can't be rolled back",
        Code::NotNewest => "Other patches depend on this one",
        Code::Occupied => "A file with this name already exists",
        Code::Overlap => "Changes the same lines as another patch",
        Code::Order => "Can't use the patch order",
        Code::Platform => "This patch is for another system",
        Code::Policy => "Your trust rules don't allow this",
        Code::Script => "A script of the patch failed",
        Code::Preflight => "A check before the change failed",
        Code::Product => "This patch is for another product",
        Code::Proof => "The patch failed its test on a copy",
        Code::Requires => "Another patch is needed first",
        Code::Rights => "You don't have permission to change this folder",
        Code::Downgrade => "This patch is older than one applied here before",
        Code::Key => "Can't use this key",
        Code::Signature => "The signature doesn't match",
        Code::Space => "Not enough disk space",
        Code::State => "The records in the folder are damaged",
        Code::Store => "Backups are missing or damaged",
        Code::Trust => UNSIGNED,
        Code::Undoes => "It would undo another fix",
        Code::Unfinished => INTERRUPTED_TITLE,
        Code::Unknown => "This patch isn't applied here",
        Code::Usage => "Check what you entered",
        Code::Version => "This patch is for another version",
        Code::Volume => "This disk can't guarantee recovery",
    }
}

/// When a person has to do something.
pub const fn hold(phase: HoldPhase) -> &'static str {
    phase.heading()
}

/// What has to be restarted, as a sentence; `None` when nothing has to be.
pub const fn restart(what: Restart) -> Option<&'static str> {
    Some(match what {
        Restart::Nothing => return None,
        Restart::Connected => "Restart the patched program and everything connected to it.",
        Restart::Dependencies => "Restart the patched program and everything that depends on it.",
        Restart::Machine => "Restart the computer.",
        Restart::Parent => "Restart the patched program and the program that starts it.",
        Restart::Service => "Restart the product's service.",
        Restart::System => "Restart every computer of the system.",
        Restart::VulnerableComponent => "Restart the patched program.",
        Restart::Zone => "Restart every computer in the same security zone.",
    })
}

#[cfg(test)]
mod tests;
