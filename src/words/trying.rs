//! Words of what is tried or read before it counts: rehearsals, and scripts.

words! {
    // Rehearsals
    REHEARSE = "Rehearse…";
    REHEARSE_FIRST = "Rehearse first…";
    REHEARSE_TITLE = "Rehearse on a copy";
    REHEARSE_MEANING = "Applies the patch to a copy, checks it, rolls it back and compares every file.";
    REHEARSE_READ_ONLY = "The folder itself is only read.";
    REHEARSED_READ_ONLY = "The folder itself was only read.";
    REHEARSE_TESTS = "Your own tests (optional)";
    REHEARSE_COMMANDS = "Commands, one per line; each passes if it exits with 0";
    REHEARSE_SECONDS = "Longest time for each test, in seconds";
    REHEARSE_SECONDS_FIRST = "Enter a number of seconds from 1 to 86,400";
    REHEARSE_COPY = "Where the copy goes";
    REHEARSE_BESIDE = "Next to the folder, unless you choose another one.";
    REHEARSE_CHOOSE = "Choose a folder for the copy…";
    REHEARSE_NOW = "Rehearse";
    REHEARSE_AGAIN = "Rehearse again";
    REHEARSING = "Rehearsing on a copy";
    REHEARSAL_STOP = "Stopping removes the copy.";
    REHEARSAL_SURVIVES = "If you close the window, the rehearsal finishes on its own.";
    REHEARSAL_PASSED = "The rehearsal passed";
    REHEARSAL_PASSED_MEANING = "Applied, checked and rolled back: every file of the copy is as before.";
    REHEARSAL_FAILED = "The rehearsal failed";
    REHEARSAL_STOPPED = "The rehearsal was stopped";
    REHEARSAL_NOT_DONE = "The rehearsal didn't run";
    REHEARSAL_LOST = "The rehearsal was interrupted";
    REHEARSAL_LOST_MEANING = "The next rehearsal removes its copy.";
    REHEARSAL_TOOK = "It took {time}.";
    REHEARSAL_LEFT_OUT = "{n} not run: only for the running product.";
    PART_CHECK_OR_SCRIPT = "check or script";
    PART_CHECKS_AND_SCRIPTS = "checks and scripts";
    REHEARSAL_NOT_CLONED = "Not in the copy, because only the running product can use them: {files}";
    REHEARSAL_WROTE = "Your tests wrote {n} in the copy: {files}";
    REHEARSAL_UNRECORDED = "Couldn't save the result: {why}";
    REHEARSED = "Rehearsal";
    PART_REHEARSED_BY = "{when}, by {who}";
    PART_REHEARSED_WITH = "{when}, by {who}, with {n}";
    REHEARSED_FAILED = "Rehearsed here, and it failed";
    REHEARSED_BEFORE = "The rehearsal is out of date";
    REHEARSED_BEFORE_MEANING = "The folder or the rules have changed since: {what}";
    REHEARSED_FAILED_WHY = "{what}. {why}";
    HINT_REHEARSE = "Rehearse it here. To continue without, enter a reason for the history.";
    TRIED_PASSED = "Passed: {how}";
    TRIED_FAILED = "Failed: {how}";
    // Scripts
    SCRIPTS = "Scripts";
    SCRIPTS_READ = "Read each script below. They run only if you agree.";
    SCRIPTS_UNDO_READ = "Read each of them below, or restore only the files.";
    SCRIPTS_AGREE = "Let these scripts run on this computer, this time";
    SCRIPTS_FIRST = "Agree to the scripts first";
    SCRIPTS_WITHOUT = "Restore only the files";
    SCRIPTS_STAY = "What the scripts did stays as it is";
    SCRIPTS_STAY_MEANING = "Only files are restored. The history records it.";
    SCRIPTS_UNDO = "Undo what they did";
    SCRIPT_WHY = "Why: {why}";
    SCRIPT_ABOUT = "Run by {by}, for at most {seconds} s. SHA-256 {digest}";
    // Text patches
    READ_BASE = "Product they were made for (optional)";
    READ_BASE_CHOOSE = "Choose that folder…";
    // Edits by key
    EDITS = "Edits by key";
    EDITS_TRY = "Try the edits";
    EDITS_TRYING = "Trying the edits…";
    EDITS_TRIED = "How the edits fit";
    EDITS_ELSEWHERE = "Other builds the edits must fit";
    EDITS_ADD_FOLDER = "Add the folder of another build…";
    EDITS_ADD_FILE = "Add single files…";
    EDITS_FIT = "The edits fit";
    EDITS_THERE = "Already as the edits leave it";
    EDITS_UNFIT = "The edits don't fit";
    EDITS_NONE = "Can't be edited";
    PART_EDIT = "{what} {path}: {how}";
    PART_EDIT_THERE = "already set";
    PART_EDIT_CLASH = "conflict";
    PART_EDIT_FITS = "fits";
    PART_EDIT_CREATED = "created";
    PART_EDIT_MET = "met";
    EDITS_NOT_COMPARED = "Choose the original product, too: a patch doesn't overwrite values that differ from it.";
    CONDITIONS = "Conditions of the patch's edits";
    CONDITIONS_CHECK = "Check the conditions";
    CONDITIONS_NONE = "Its edits set no conditions.";
    CONDITION_MET = "Met";
    CONDITION_NOT_MET = "Not met";
    PART_CONDITION = "{path}: {key} {wanted}";
    ORDER_SBOM = "SBOM of the product (optional)";
    SBOM = "SBOM of this folder";
    SBOM_CHOOSE = "Choose an SBOM…";
    // Trust rules in a file
    RULES_ASK = "Check it against a rules file…";
    RULES_DIALOG = "Choose a file with trust rules (TOML)";
    RULES_MET = "Meets every rule in {file}";
    RULES_UNMET = "Doesn't meet every rule in {file}";
}
