//! Words of what a person decides and sets aside, of settings, and of the home page.

words! {
    // Several patches
    ADD_FILE = "Add {file} and apply both";
    APPLY_BOTH = "Apply both";
    LEAVE_OUT = "Leave it out";
    N_PATCH_FILES = "{n} patch files";
    OPENED_INSTEAD = "Opened instead of {file}";
    OPENED_INSTEAD_MEANING = "Patches can be applied together, in the order that they need.";
    PATCHES_IN_ORDER = "Patches, in this order";
    TOGETHER_WITH = "Together with";
    // Rolling back
    ALL_PATCHES = "All {n} patches: {ids}";
    NEWEST_PATCH = "Only the newest: {id}";
    NEWEST_PATCHES = "The newest {n}: {ids}";
    NOTHING_STAYS = "No patch stays.";
    ROLL_BACK_TOGETHER = "Roll back both";
    STAYS = "Stays: {ids}";
    WHICH_PATCHES = "How many patches";
    // Reviewing
    NOT_VIEWED = "Not viewed";
    VIEWED = "Viewed";
    VIEWED_AND_NEXT = "Viewed, and on to the next";
    VIEWED_OF = "{n} of {all} viewed";
    // Repairing
    CONFIRM_REPAIR = "Repair these files?";
    DONE_REPAIR = "Files repaired";
    READY_TO_REPAIR = "Ready to repair";
    REPAIR = "Repair…";
    REPAIR_N = "Repair {n}";
    REPAIR_TITLE = "Repair files";
    REPAIRED_FILES = "Repaired";
    WORKING_TITLE_REPAIR = "Repairing files";
    DONE_SEVERAL = "The patches are out of the folder";
    // Decisions
    HINT_DEPENDENTS = "Roll back both, or keep both.";
    HINT_REQUIRED = "It is in a file next to this one.";
    HINT_RULE = "To continue anyway, give a reason. It is kept in the history.";
    HINT_STORE = "Ask the vendor for the patch file that brought it, and ask support for help.";
    HINT_VOLUME = "Use a folder on a local disk, or continue if nobody else uses this one.";
    READY_AFTER_DECISION = "Ready after your decision";
    YOU_DECIDED = "Your decision";
    DECIDED_MINE = "{path}: your version stays";
    DECIDED_THEIRS = "{path}: the patch's version goes in, and yours is kept as a backup";
    // Checks that passed
    CHECKED_FILES = "Files";
    CHECKED_RIGHTS = "Permissions";
    CHECKED_SIGNATURE = "Signature";
    CHECKED_SPACE = "Disk space";
    CHECKED_VERSION = "Version";
    ALL_AS_EXPECTED = "{n} as expected";
    MAY_WRITE = "You may change this folder";
    N_NEEDED = "{n} needed";
    PASSED = "Passed";
    // Text patches
    READING = "How it is read";
    READ_REVERSE = "Reverse it: undo what it adds";
    READ_WHITE_SPACE = "Ignore white space";
    READ_UNCARRIED = "Go ahead without what it names and doesn't carry";
    // After an interruption
    CAN_FINISH = "Every file has been updated already.";
    CANNOT_FINISH = "It can't be finished: some files haven't been updated.";
    WENT_ON = "A change went on after the window was closed";
    WENT_ON_MEANING = "Its history says how it ended: {folder}";
    SHOW_RESULT = "Show the result";
    // Home
    FITS = "For {folder}";
    HOME_FOLDERS = "Folders";
    HOME_PATCHES = "Patch files";
    LAST_CHANGE = "Changed {when}";
    NO_PATCHES = "No patches";
    ROLL_BACK_IN = "In {folder}…";
    STATE_AWAY = "Not available now";
    STATE_DIFFERS = "Files differ";
    STATE_FINE = "As expected";
    STATE_UNFINISHED = "A change was interrupted";
    STATE_WITHDRAWN = "A patch here was withdrawn";
    // Reports
    MADE_WITH = "Patchwright {version}";
    PART_ABSENT = "not there";
    PART_NO_FILE = "folder or link";
    // Settings
    SETTINGS_BACK = "Back";
    CODE_SIZE = "Size of code";
    CODE_SMALLER = "Smaller";
    CODE_LARGER = "Larger";
    PAGE_SIZE = "Size of everything";
    KEYS_IN_CHANGES = "In a change";
    KEYS_EVERYWHERE = "Everywhere";
    LAYOUT = "Layout of changes";
    LAYOUT_AUTO = "As there is room";
}
