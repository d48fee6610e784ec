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
    ALL_VIEWED = "Every file is viewed";
    LIST_VIEWED = "Every listed file is viewed";
    NOT_VIEWED = "Not viewed";
    VIEWED = "Viewed";
    VIEWED_AND_NEXT = "Viewed, and on to the next";
    VIEWED_OF = "{n} of {all} viewed";
    // Repairing
    CHOOSE_SOURCE = "Choose the patch file…";
    CONTENTS_FROM = "Patch files looked in";
    HINT_SOURCE = "The patch file that brought these contents may have them. Choose it to see what would change.";
    LEAVE_DAMAGED = "Restore only the other files";
    LOOKED_IN = "Looked in {file}";
    REPAIR_ONLY = "Repair only the other {n}";
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
    DECIDED_MERGED = "{path}: what you merged goes in, and your version is kept as a backup";
    // Merging by hand
    MERGE = "Merge…";
    MERGE_BOTH = "Both";
    MERGE_CHOICE = "What to take";
    MERGE_DECIDED = "{n} of {all} decided";
    MERGE_FIRST = "Decide each place first";
    MERGE_MEANING = "You and the patch changed the same lines. Choose for each place, or type what it should be.";
    MERGE_MINE = "Mine";
    MERGE_NOTHING = "Nothing";
    MERGE_ONLY_CHOSEN = "This can only be chosen, not edited: it is long or contains characters that can't be seen.";
    MERGE_ORIGINAL = "Original";
    MERGE_PLACE = "Place {n} of {all} · line {line}";
    MERGE_RESULT = "Result";
    MERGE_TAKE = "Use this result";
    MERGE_THEIRS = "The patch's";
    MERGE_TITLE = "Merge {path}";
    // Keeping for good
    CONFIRM_KEEP = "Keep {patch} for good?";
    CONFIRM_KEEP_PROMISE = "The backups are deleted. This can't be undone.";
    DONE_KEEP = "Kept for good";
    KEEP = "Keep for good…";
    KEEP_DELETES = "Backups are deleted";
    KEEP_DELETES_MEANING = "What is kept for good can't be rolled back any more.";
    KEEP_EDITS = "Your own edits are among the backups";
    KEEP_EDITS_MEANING = "Copies of these edited files are deleted, too.";
    KEEP_N = "Keep {n} for good";
    KEEP_ROLLBACK = "Stays rolled back";
    KEEP_TITLE = "Keep patches for good";
    WORKING_TITLE_KEEP = "Deleting backups";
    // Looking in every file
    FOUND = "Found";
    FOUND_IN = "Found in {n}";
    HITS = "{n} ×";
    // Verifying a history
    VERIFIED_HEAD = "Digest of the last entry: {digest}";
    VERIFIED_PROBLEM = "History entry {n} isn't as it was written: {why}";
    VERIFIED_SEEN = "Compared with what you saw before, up to entry {n}.";
    VERIFIED_WHOLE = "The history is whole: {n} verified";
    VERIFY_HISTORY = "Verify the history";
    // Notes and reviews
    NOTE = "Note…";
    NOTES = "Notes";
    NOTES_NONE = "No notes yet. Press C on a line to write one.";
    NOTE_DELETE = "Delete note";
    PART_NOTE_FILE = "whole file";
    NOTE_KEEP = "Keep note";
    PART_NOTE_LINE = "line {line}";
    NOTE_ON = "Note on {place}";
    REVIEW = "Review…";
    REVIEWER = "Your name; empty for your account on this computer";
    REVIEW_APPROVED = "Approved: it may be applied";
    REVIEW_COMMENTED = "Comments only";
    REVIEW_GO_ON = "Look at the others";
    REVIEW_MEANING = "Everyone who applies the patch sees a signed review first.";
    REVIEW_REJECTED = "Rejected: it must not be applied";
    REVIEW_SAVE = "Save the review…";
    REVIEW_SIGN = "Sign it and add it to the patch file…";
    REVIEW_SIGNED = "The review is in the patch file, signed with the key {key}";
    REVIEW_TITLE = "Review";
    REVIEW_VERDICT = "Your verdict";
    REVIEW_VERDICT_FIRST = "Choose your verdict first";
    REVIEW_WHOLE = "Note on the whole patch";
    // Keys
    KEYS_PAGE = "Keys and signatures";
    KEYS_PAGE_MEANING = "A patch is trusted because of who signed it. A key is trusted because you compared it with its owner.";
    KEYS_KNOWN = "Keys you trust";
    KEYS_NONE = "You trust no keys yet.";
    KEYS_REVOKED = "{n} revoked";
    KEYS_TAKE_IN = "Import a list of keys…";
    KEY_ASK_OWNER = "Get the public key from its owner.";
    KEY_COMPARED = "The owner confirmed these words or digits, for example by phone";
    KEY_COMPARE_FIRST = "Compare the words or digits with the owner first";
    KEY_DIGITS = "Fingerprint";
    KEY_EVERY_PRODUCT = "Every product";
    KEY_FILE = "Key";
    KEY_FIRST_CONTACT = "It will be trusted for patches for this product only.";
    KEY_IS_REVOKED = "Revoked the key {key}. Patches that only it signed are no longer trusted here.";
    KEY_LIST_TAKEN_IN = "Imported version {version} of the key list for {product}: {n}";
    KEY_NAME = "Your name for the key";
    KEY_NAME_FIRST = "Name the key first";
    KEY_NONE_NEW = "This patch file has no signature that contains a new key.";
    PART_KEY_OF_MACHINE = "set for this computer";
    KEY_OWNER = "Who owns it, if that is another name";
    KEY_PRODUCTS = "Products, one on each line";
    KEY_PRODUCT_FIRST = "Name the product first";
    KEY_REVOKED = "Revoked: {why}";
    KEY_REVOKED_FROM = "Revoked from {from} on: {why}";
    KEY_ROLES = "What the key may do";
    KEY_ROLE_FIRST = "Choose what the key may do first";
    KEY_SEVERAL_NEW = "This patch file is signed with several new keys.";
    PART_KEY_SINCE = "since {when}";
    KEY_TRUSTED = "{name} is trusted from now on";
    KEY_WORDS = "In words";
    PASSWORD = "Password of the key";
    PASSWORD_FIRST = "Enter the password first";
    REVOKE = "Revoke {name}…";
    REVOKE_MEANING = "Nothing that this key signed will be trusted any more.";
    REVOKE_NOW = "Revoke the key";
    REVOKE_WHY = "Why";
    ROLE_AUTHOR = "Make patches";
    ROLE_REVIEWER = "Review patches";
    ROLE_REVOKER = "Revoke keys";
    ROLE_SCRIPT = "Ship scripts";
    SIGN = "Sign this patch…";
    SIGNATURES_OF = "Signatures of {id}";
    SIGNED_WITH = "Signed with the key {key}";
    SIGN_MEANING = "Your signature is added to the patch file. Earlier signatures stay valid.";
    SIGN_NOW = "Sign";
    SIGN_TITLE = "Sign this patch";
    TRUST_FILE = "Trust a key file…";
    TRUST_KEY = "Trust this key";
    TRUST_MEANING = "Ask the owner to read out these words, over another channel than the one the key came by.";
    TRUST_SIGNER = "Trust the key that signed it…";
    TRUST_TITLE = "Compare this key with its owner";
    WHO_SIGNED = "Who signed it, and when";
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
