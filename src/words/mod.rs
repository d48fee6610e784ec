//! Every fixed word of the window, in one place: the tests read these tables and refuse long, loud or banned ones.
//!
//! The words of the pages are here, those of the difference pane in [`contents`], those of the parts that all pages
//! are made of in [`widgets`]. A text has a place for each fact, `{name}`, which [`fill`] fills; what is only a part of
//! a sentence has a name that begins with `PART_`. What fails is worded by `report`; here each of its codes has a
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
pub mod widgets;

words! {
    // Start
    START_TITLE = "See what a patch does before it does it";
    START_LOOKING_IS_SAFE = "Looking changes nothing on this computer. What you apply can be taken back.";
    START_DROP = "Drop a patch file or a folder here";
    START_DROP_NAME = "A .patchbundle, a .patch or .diff, a mail with a patch, or a folder with a series.";
    START_DROP_NOW = "Let go to open it";
    START_OPEN_PATCH = "Open a patch file…";
    START_CHOOSE_FOLDER = "Choose a folder…";
    START_TYPE = "Or type where it is, then press Open";
    START_TYPE_BUTTON = "Open";
    START_TYPE_FIRST = "Type a path first";
    START_SAMPLE = "Try it with the sample";
    START_SAMPLE_MEANING = "A small made-up product with four patches, in a temporary folder.";
    START_GO_BACK = "Put a folder back as it was";
    START_GO_BACK_MEANING = "One page at a time. Nothing changes before you say so.";
    START_GO_BACK_BUTTON = "Choose the folder…";
    START_SAMPLE_TITLE = "First time here?";
    START_RECENT = "Recently used";
    START_RECENT_EMPTY = "Patches and folders that you open are listed here.";
    SAMPLE_WAIT = "Laying out the sample…";
    // Interrupted work
    INTERRUPTED_TITLE = "An operation was interrupted";
    INTERRUPTED_MEANING = "A change of this folder was stopped in the middle. Nothing is lost.";
    INTERRUPTED_UNDO = "Put everything back as it was";
    INTERRUPTED_UNDO_MEANING = "Safe at any time. The folder is then as before the change.";
    INTERRUPTED_FINISH = "Finish the change";
    INTERRUPTED_FINISH_MEANING = "Possible when every file is new already. Otherwise nothing happens.";
    INTERRUPTED_ASIDE = "Keep files that were changed since as copies, and put the old ones back";
    INTERRUPTED_LATER = "Not now";
    // Header
    NO_PATCH = "No patch file open";
    NO_FOLDER = "No folder chosen";
    APPLY = "Apply…";
    GO_BACK = "Go back…";
    READY = "Ready";
    READY_WITH_WARNINGS = "Ready with warnings";
    CANNOT_CONTINUE = "Cannot continue";
    ALREADY_DONE = "Already in place";
    CHECKING = "Checking…";
    CHECKING_FILE = "Checking the file…";
    CHECKING_FILE_MEANING = "Everything in it is read before anything is said about it.";
    NOT_CHECKED = "Not checked yet";
    NEEDS_BOTH = "Choose a patch file and a folder first";
    NEEDS_FOLDER = "Choose a folder first";
    NEEDS_CHECK = "Wait until the folder is checked";
    NOTHING_TO_TAKE_BACK = "No patch is in this folder";
    NOT_SIGNED = "Not signed";
    TRUSTED = "Trusted";
    NOT_ENOUGH_SIGNATURES = "Not enough signatures";
    NOT_TRUSTED = "Not trusted";
    BROKEN = "Not what was signed";
    FOLDER = "Folder";
    PATCH = "Patch";
    BEGUN = "Begun";
    WAS_APPLYING = "A patch was being applied";
    WAS_GOING_BACK = "A patch was being taken back";
    // Pages
    PAGES = "Pages";
    TAB_OVERVIEW = "Overview";
    TAB_CHANGES = "Changes";
    TAB_CHECKS = "Checks";
    TAB_HISTORY = "History";
    OVERVIEW_EMPTY = "Here a patch says why it exists and what it does.";
    CHANGES_EMPTY = "Here every change of a patch can be read.";
    CHANGES_NONE = "No change has this name";
    CHANGES_CHOOSE = "Choose a change on the left to see it";
    CHECKS_EMPTY = "Here a patch and a folder are held against each other.";
    CHECKS_NOTHING = "Nothing stands in the way, and there is nothing else to know.";
    HISTORY_EMPTY = "Here is what was done to a folder, and what can be taken back.";
    TREE = "Changes of the patch";
    TREE_WIDTH = "Width of the list of changes";
    SECOND_LOOK = "Second look";
    SHOW_ALL = "Show all";
    AGAINST = "Left side";
    FILTER = "Filter by name";
    AGAINST_EXPECTED = "As expected";
    AGAINST_FOLDER = "As in the folder";
    WHY = "Why";
    FIXES = "What it fixes";
    FOR_WHOM = "For";
    FROM_WHOM = "From";
    NEEDS = "What it needs";
    AFTERWARDS = "Afterwards";
    WAY_BACK = "How it is undone";
    CARE = "How it was made and tested";
    FINE_PRINT = "Details";
    IN_THE_FOLDER = "In this folder";
    WHAT_HAPPENED = "What happened";
    AS_EXPECTED = "Every patched file is as expected.";
    SEVERAL_DIFFER = "Places that differ from what is expected: {n}";
    DIFFERENCES_MEANING = "Somebody or something else may have changed them. Nothing was overwritten.";
    DIFFERS_EDITED = "{path} differs from what is expected, {cause}{patch}";
    // Facts
    PRODUCT = "Product";
    FILES = "Files";
    ROOM_NEEDED = "Room needed";
    TIME_NEEDED = "Time needed";
    FEW_SECONDS = "A few seconds";
    UNDER_A_MINUTE = "Less than a minute";
    CAN_GO_BACK = "Can be taken back";
    COMES_BACK = "Comes back";
    IS_TAKEN_OUT = "Is taken out";
    EVERYTHING_ELSE = "Everything else";
    STAYS_AS_IT_IS = "Stays as it is";
    SAFE_COPIES = "Safe copies";
    SAFE_COPIES_ARE_WHOLE = "Were read and are whole";
    NONE = "None";
    N_ADDED = "{n} added";
    N_CHANGED = "{n} changed";
    N_REMOVED = "{n} removed";
    N_COME_BACK = "{n} come back";
    N_RESTORED = "{n} restored";
    N_GO_AWAY = "{n} go away";
    APPLY_N = "Apply {n}";
    TAKE_BACK_N = "Take back {n}";
    BRING_BACK_N = "Bring back {n}";
    TICKET = "Ticket";
    VULNERABILITY = "Vulnerability";
    SEVERITY = "Severity";
    FIXED = "Fixes";
    VERSION = "Version";
    VERSIONS = "Versions";
    SYSTEMS = "Systems";
    CONTACT = "Contact";
    NEEDED = "Needs";
    NOT_TOGETHER = "Not together with";
    CONTAINS = "Says it contains";
    BECAUSE = "Because";
    DATA_WRITTEN = "Data written since";
    REVIEWED = "Reviewed";
    WHO_VOUCHES = "Who vouches for it";
    NOTED = "Noted";
    DOES_NOT_COUNT = "Does not count";
    TESTED = "Tested";
    COMES_FROM = "Comes from";
    MADE_FROM = "Made from";
    PROOF = "Proof";
    CHANGES = "Changes";
    MADE = "Made";
    NOT_AFTER = "Not after";
    SUPPORTED_UNTIL = "Supported until";
    LICENSE = "License";
    PURL = "Product URL (purl)";
    CPE = "CPE";
    FILE_SIZE = "File size";
    SHA_256 = "SHA-256";
    PROVEN = "It was applied and taken back on a copy before it was given out.";
    NOT_PROVEN = "It was not tried on a copy when it was made.";
    NO_RESTART = "Nothing has to be restarted.";
    PATCH_FILE = "Patch file";
    REFERENCE = "Reference";
    WHEN = "When";
    BY = "By";
    TITLE = "Title";
    PLACES = "Places";
    CHECK = "Check";
    NOTE = "Note";
    PATCH_FILE_SHA_256 = "Patch file, SHA-256";
    BACK_NOW = "Can be taken back now";
    BACK_ALONE = "Can be taken out by itself";
    BACK_REBUILDING = "Can be taken out; files that newer ones share are put together again";
    BACK_WITH_OTHERS = "Can be taken out only with those that need it";
    BACK_CONTAINED = "Inactive: a newer patch replaced it";
    BACK_GIVEN_UP = "Its way back was given up";
    DIFFERS_MISSING = "{path} is missing, {cause}{patch}";
    DIFFERS_UNEXPECTED = "{path} is there and should not be, {cause}{patch}";
    DIFFERS_PERMISSIONS = "{path} has other permissions, {cause}{patch}";
    RECORD_FACTS = "Facts";
    RECORD_PLAN = "What was to happen";
    RECORD_FINDINGS = "What was known before";
    DONE = "Done";
    NOTHING_TO_DO = "Nothing to do";
    NOT_DONE_MARK = "Not done";
    PUT_BACK_MARK = "Put back";
    NEEDS_ATTENTION_MARK = "Needs attention";
    RISK_PROGRAM = "New program";
    RISK_RIGHTS = "Special rights";
    RISK_SCRIPT = "Script";
    RISK_SERVICE = "Service";
    RISK_PERMISSIONS = "Permissions";
    RISK_LINK = "Link";
    RISK_HIDDEN = "Hidden characters";
    RISK_PROGRAM_MEANING = "This file can be run as a program, and could not before.";
    RISK_RIGHTS_MEANING = "This file runs with the rights of its owner or group.";
    RISK_SCRIPT_MEANING = "This file is a script.";
    RISK_SERVICE_MEANING = "The system may start this by itself.";
    RISK_PERMISSIONS_MEANING = "Who may read, write or run this file changes.";
    RISK_LINK_MEANING = "This is a link to another place.";
    RISK_HIDDEN_MEANING = "This name has characters that cannot be seen.";
    NEEDS_REVISION = "{id}, revision {n} or later";
    NEEDS_BEFORE = "{id} · in the folder before";
    NEEDS_TOGETHER = "{id} · before, or in the same run";
    STEP_N = "Step {n}";
    ENTRY_N = "Entry {n} of the folder's history";
    USER_ON_HOST = "{user} on {host}";
    CHECK_PASSED = "{check} · passed · {evidence}";
    CHECK_NOT_PASSED = "{check} · did not pass · {evidence}";
    FOREIGN_HISTORY = "Foreign history";
    HISTORY_SAYS = "The history says";
    TAKE_OUT_AGAIN = "Take the patch out again";
    LAST_CHANGED_BY = "(last changed by {id})";
    TIDYING = "Tidying up: {what}";
    // Findings
    RELATED = "It and a patch in this folder";
    GOOD_TO_KNOW = "Good to know";
    VENDOR_ADVICE = "The vendor says";
    SCRIPTS_WOULD_RUN = "Scripts would run on this computer, the first of them {script}";
    SCRIPTS_ON_THE_COMMAND_LINE = "The window does not run scripts. Use the command line: it shows each in full and asks.";
    RESTART = "Restart";
    UNSIGNED = "Nobody you trust has signed this patch file";
    UNSIGNED_HINT = "Go on only if you know where the file comes from.";
    SEVERAL_PLACES = "{n}: {what}";
    CHECK_AGAIN = "Check again";
    CHOOSE_ANOTHER_FOLDER = "Choose another folder…";
    SHOW_DIFFERENCES = "Show the differences";
    SHOW_PLACES = "Show the places";
    LOOK_TWICE = "Something in this patch can be taken for something else.";
    LOOK_TWICE_HINT = "Look at the places, and ask whoever made the patch what it is for.";
    LOOK_FIRST = "Look at the places first: something here can be taken for something else.";
    UNUSUAL = "Unusual, and mostly harmless";
    CODE = "Code";
    KEEP_EDITS = "Keep my versions aside and go on";
    DEAL_WITH_IT = "Show what can be done";
    // Text patches
    TEXT_PATCH = "Text patch";
    TEXT_PATCHES = "Text patches: {n}";
    TEXT_NEEDS_FOLDER = "Choose the folder it is for";
    TEXT_NEEDS_FOLDER_MEANING = "What a text patch does depends on the folder. Until then, this is what it says.";
    TEXT_PATCHES_IN_ORDER = "Patches, in their order";
    TEXT_FILES = "What it says it does";
    TEXT_FILE = "{does} · {hunks} · {added} added, {removed} removed";
    HOW_IT_FITS = "How it fits";
    HUNKS = "Hunks";
    HUNKS_FIT = "{n}: {counts}";
    WHOLE_FILES = "Whole files: {n}";
    NOT_CARRIED = "Not carried by the patch";
    FOLDERS_LEFT_OUT = "Folders left out";
    OF_PATCH = "{patch}: {what}";
    HUNK = "Hunk {n} of {all}: {what}";
    FIT_THERE = "Already there";
    FIT_NOT_PLAIN = "Look here";
    FIT_FAILS = "Does not fit";
    AND_MORE = "And {n} more";
    REASONS_IN_FILE = "{path}: {n}";
    CALLED_BACK = "{id} was called back";
    // Guided
    STEP_OF = "Step {n} of 6";
    STEP_CHOOSE = "Choose";
    STEP_CHECK = "Check";
    STEP_REVIEW = "Review";
    STEP_CONFIRM = "Confirm";
    STEP_WORK = "Working";
    STEP_RESULT = "Result";
    BACK = "Back";
    NEXT = "Next";
    LEAVE = "Leave";
    CLOSE = "Close";
    CHANGE = "Change";
    NOTHING_WRITTEN_YET = "Nothing is written before you press the button on the last page.";
    APPLY_TITLE = "Apply a patch";
    APPLY_CHOOSE = "Which patch, and which folder?";
    TAKE_OUT = "Take out…";
    TAKE_OUT_TITLE = "Take a patch out";
    SUBJECT_INTO = "{patch} \u{2192} {folder}";
    SUBJECT_OUT_OF = "{patch} in {folder}";
    PART_THIS_PATCH = "this patch";
    DONE_TAKE_OUT = "The patch is out of the folder";
    SHARED_WITH = "Concerns: {ids}";
    GO_AS_WELL = "Go as well";
    RETURN = "Return";
    PUT_TOGETHER = "Put together again";
    THEN_HERE = "Afterwards in the folder";
    NO_PATCH_LEFT = "No patch";
    KEEP_MINE = "Keep what is here";
    TAKE_THEIRS = "Take what the patch brings";
    CHOOSE_VERSION = "Choose what shall be there. What goes is kept as a safe copy.";
    TAKE_BACK_TITLE = "Put a folder back as it was";
    TAKE_BACK_CHOOSE = "Which folder?";
    BRING_BACK_TITLE = "Bring the patch back";
    RECOVER_TITLE = "Deal with interrupted work";
    CHECK_WAIT = "Looking at the folder. Nothing is changed.";
    CHECK_READY = "Everything fits";
    CHECK_READY_MEANING = "The folder is as the patch expects it.";
    CHECK_READY_BACK = "It is safe to go back";
    CHECK_READY_BRING = "It is safe to bring it back";
    CHECK_SAFE_COPIES = "The safe copies were read and are whole.";
    CHECK_WARN = "It can be done; please read this first";
    CHECK_BLOCKED = "It cannot be done like this";
    CHECK_NOTHING = "This patch is already in place";
    CHECK_NOTHING_MEANING = "Every file is as the patch leaves it. There is nothing to do.";
    REVIEW_TITLE = "What will happen";
    CONFIRM_APPLY = "Apply {patch}?";
    CONFIRM_TAKE_BACK = "Roll back {patch}?";
    CONFIRM_BRING_BACK = "Reapply {patch}?";
    CONFIRM_UNDO = "Put everything back as it was before the interrupted change?";
    CONFIRM_FINISH = "Finish the interrupted change?";
    CONFIRM_APPLY_PROMISE = "If anything fails, everything is put back. You can take the patch out again later.";
    CONFIRM_BACK_PROMISE = "If anything fails, nothing is half done. You can undo this afterwards.";
    CONFIRM_RECOVER_PROMISE = "This can be tried again if it does not succeed.";
    CONSENT_UNSIGNED = "I know where this patch file comes from";
    CONSENT_FIRST = "Tick the box above first";
    REASON_FIRST = "Give a reason above first";
    REASON_FOR = "{what}. Your reason:";
    CHECK_SET_ASIDE = "This patch needs your decision";
    CAN_BE_SET_ASIDE = "Read what stands in the way. You can continue with a reason, which the history records.";
    CONSENT_WEAK = "Go on although this disk cannot keep all promises";
    WORKING_TITLE_APPLY = "Applying the patch";
    WORKING_TITLE_BACK = "Putting the folder back";
    WORKING_TITLE_BRING = "Bringing the patch back";
    WORKING_TITLE_RECOVER = "Dealing with the interrupted change";
    WORKING_DO_NOT_SWITCH_OFF = "Please do not switch the computer off now.";
    WORKING_SURVIVES = "You may close this window; the work goes on safely without it.";
    STOP = "Stop";
    STOP_BEFORE = "Stopping now leaves the folder as it is.";
    STOP_DURING = "Stopping now puts back what was changed already.";
    STOP_TOO_LATE = "It cannot be stopped any more; it is nearly done.";
    STOPPING = "Stopping safely…";
    VERIFYING = "Reading the folder back to be sure";
    // Results
    DONE_APPLY = "The patch is in the folder";
    DONE_TAKE_BACK = "The folder is as it was before the patch";
    DONE_BRING_BACK = "The patch is back in the folder";
    DONE_UNDO = "The folder is as it was before the interrupted change";
    DONE_FINISH = "The interrupted change is finished";
    DONE_CHECKED = "{n} read back; all is as it should be.";
    DONE_DIFFERS = "{n} differ from what is expected. See History.";
    NOTHING_WAS_TO_DO = "There was nothing to do";
    NOT_DONE = "Nothing was changed";
    PUT_BACK = "Stopped. Everything is as it was before";
    NEEDS_ATTENTION = "The folder needs attention";
    NO_ANSWER = "The work ended without an answer";
    NO_ANSWER_UNCHANGED = "The work ended without an answer, before it changed anything. Please try again.";
    RESULT_WHAT_NEXT = "What to do now";
    RESULT_DETAILS = "Details for support";
    UNDO_THIS = "Undo this";
    UNDO_GOING_BACK = "Undo going back";
    SAVE_REPORT = "Save a report…";
    COPY_DETAILS = "Copy details";
    COPY_COMMAND = "Copy the command";
    SAVED = "Saved: {path}";
    SAVE_SUPPORT = "Save a file for support…";
    SAVE_SUPPORT_MEANING = "It has records and checksums, and never what is in your files.";
    COPIED = "Copied.";
    REPORT_CHECK = "Run the check that belongs to your work, and keep this page.";
    // Window
    STILL_WORKING = "Work is still going on";
    STILL_WORKING_MEANING = "If you close the window, the work goes on safely and ends by itself.";
    STAY = "Stay";
    CLOSE_ANYWAY = "Close the window";
    COMMANDS = "All commands";
    KEYS = "Keys and appearance";
    KEYS_LIST = "Keys";
    TO_START = "To the start";
    NEXT_FILE = "Next change";
    PREVIOUS_FILE = "Previous change";
    LEAVE_FIRST = "Finish or leave this page first";
    APPEARANCE = "Appearance";
    APPEARANCE_SYSTEM = "As the system";
    APPEARANCE_LIGHT = "Light";
    APPEARANCE_DARK = "Dark";
    APPEARANCE_CONTRAST = "High contrast";
    APPEARANCE_CALM = "Nothing moves, as for remote desktops";
    COLOURS = "Colours of changes";
    COLOURS_STANDARD = "Green and red";
    COLOURS_BLUE_ORANGE = "Blue and orange";
    FOLDERS_TITLE = "Choose a folder";
    FOLDERS_LIST = "List the folders here";
    FOLDERS_HERE = "Use this folder";
    FOLDERS_UP = "Up";
    FOLDERS_NONE = "There is no folder in here.";
    NO_DIALOG = "No dialog comes up on this computer. Type the path instead.";
    LOST_JOB = "This could not be finished for a reason inside the program";
    NOTHING_CHANGED = "Nothing was changed.";
    TRY_AGAIN = "Try again.";
}

/// `template` with each `{name}` replaced. In one pass: a fact comes from anywhere and may look like a place itself.
pub fn fill(template: &str, facts: &[(&str, &str)]) -> String {
    let room: usize = facts.iter().map(|(_, value)| value.len()).sum();
    let mut text = String::with_capacity(template.len() + room);
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
        Code::Attributes => "Owner or permissions could not be kept",
        Code::Busy => "Somebody else is changing this folder",
        Code::Clash => "Files were edited where the patch changes them",
        Code::Collide => "Two names would be the same on some systems",
        Code::Conflicts => "It does not go together with another patch",
        Code::Container | Code::Delta | Code::Diff => "This is not a patch file, or it is damaged",
        Code::Declined => "Not done, as you wished",
        Code::Drift => "Files differ from what the patch expects",
        Code::Expired => "This patch may not be applied any more",
        Code::FileSystem => "Something in the folder cannot be handled safely",
        Code::Foreign => "Files were changed after the interruption",
        Code::Held => "This patch was called back",
        Code::Health => "A check failed after the change",
        Code::InUse => "A program is using a file",
        Code::Interrupted => "Stopped, as you wished",
        Code::Io => "A file or folder could not be read or written",
        Code::Limit => "This patch file is larger than allowed",
        Code::Manifest | Code::Path => "This patch file breaks a rule",
        Code::Missing => "Files that the patch needs are missing",
        Code::Moved => "The folder has changed since you looked",
        Code::Newer => "This patch file needs a newer program",
        Code::NoWayBack => "There is no way back",
        Code::NotNewest => "Newer patches have to go first",
        Code::Occupied => "Something is already in the place",
        Code::Overlap => "It and another patch change the same thing",
        Code::Order => "The patch order cannot be used",
        Code::Platform => "This patch is for another system",
        Code::Policy => "A rule of this computer forbids it",
        Code::Script => "A script of the patch failed",
        Code::Preflight => "A check before the change did not pass",
        Code::Product => "This patch is for another product",
        Code::Proof => "The patch did not stand its proof",
        Code::Requires => "Another patch is needed first",
        Code::Rights => "This account cannot change the folder",
        Code::Downgrade => "The patch is older than one that was here",
        Code::Key => "The key cannot be used",
        Code::Signature => "The signature does not fit",
        Code::Space => "There is not enough room",
        Code::State => "The records in the folder are not right",
        Code::Store => "Safe copies are missing or damaged",
        Code::Trust => UNSIGNED,
        Code::Undoes => "It would undo another fix",
        Code::Unfinished => INTERRUPTED_TITLE,
        Code::Unknown => "This patch is not in the folder",
        Code::Usage => "This cannot be asked like this",
        Code::Version => "This patch is for another version",
        Code::Volume => "This disk cannot keep all promises",
    }
}

/// When a person has to do something.
pub const fn hold(phase: HoldPhase) -> &'static str {
    match phase {
        HoldPhase::Before => "To do before",
        HoldPhase::After => "To do afterwards",
        HoldPhase::Rollback => "To do when going back",
    }
}

/// What has to be restarted, as a sentence; `None` when nothing has to be.
pub const fn restart(what: Restart) -> Option<&'static str> {
    Some(match what {
        Restart::Nothing => return None,
        Restart::Connected => {
            "Afterwards, restart the patched program and everything that is connected to it."
        }
        Restart::Dependencies => "Afterwards, restart the patched program and everything that needs it.",
        Restart::Machine => "Restart the computer afterwards.",
        Restart::Parent => "Afterwards, restart the patched program and the one that starts it.",
        Restart::Service => "Restart the product's service afterwards.",
        Restart::System => "Afterwards, restart the whole system, with all of its computers.",
        Restart::VulnerableComponent => "Restart the patched program afterwards.",
        Restart::Zone => "Afterwards, restart all computers in the same security zone.",
    })
}

#[cfg(test)]
mod tests;
