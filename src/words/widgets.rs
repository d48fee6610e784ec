//! Words of the parts that all pages are made of, of the system's dialogs, and of what goes before the first picture.

words! {
    PROGRAM = "Patchwright";
    // Badges
    STATUS_ADDED = "Added";
    STATUS_DELETED = "Deleted";
    STATUS_MODIFIED = "Modified";
    STATUS_RENAMED = "Renamed";
    STATUS_TYPE = "Type or permissions changed";
    // Findings
    LEVEL_BLOCKS = "Must fix";
    LEVEL_DECISION = "Your decision";
    LEVEL_INFORMATION = "Note";
    LEVEL_MAY_BREAK = "Warning";
    // Paths and facts
    COPY = "Copy {what}";
    PATH = "Path";
    // Search
    SEARCH_CLEAR = "Clear the search";
    SEARCH_NOTHING = "Not found";
    SEARCH_PLACE = "{at} of {n}";
    // Progress
    STEP = "Step {n} of {all}";
    FILES_DONE = "{n} of {all} files";
    ELAPSED_SECONDS = "{s} s";
    ELAPSED_MINUTES = "{min} min {s} s";
    ELAPSED_HOURS = "{h} h {min} min";
    // The system's dialogs
    DIALOG_ALL_FILES = "All files";
    DIALOG_CHOOSE_FOLDER = "Choose a folder";
    DIALOG_COMPARED = "Choose patch files to compare with";
    DIALOG_EVIDENCE = "Choose an evidence file";
    DIALOG_EXPLOITED = "Choose a list of exploited vulnerabilities (KEV, JSON)";
    DIALOG_FORECASTS = "Choose a table of forecasts (EPSS, CSV)";
    DIALOG_KEY = "Choose a public key";
    DIALOG_KEY_LIST = "Choose a list of keys";
    DIALOG_NEW = "Choose the folder with the changed product";
    DIALOG_OLD = "Choose the folder with the original product";
    DIALOG_ORDER = "Choose a patch order (TOML)";
    DIALOG_OWN_KEY = "Choose your secret key";
    DIALOG_OPEN_PATCH = "Open a patch file";
    DIALOG_PATCHES = "Choose a folder with patch files";
    DIALOG_PATCH_FILE = "Patch files";
    DIALOG_PLAN = "Choose a saved plan";
    DIALOG_REPOSITORY = "Choose a Git repository";
    DIALOG_ROLLOUT_FILE = "Choose a rollout file (TOML)";
    DIALOG_SCAN = "Choose reports of Trivy, Grype or OSV-Scanner (JSON)";
    DIALOG_STATE_FILE = "Choose a state file (TOML)";
    DIALOG_TARGET = "Choose the product folder";
    DIALOG_TEXT_PATCH = "Choose text patches";
    DIALOG_WITHDRAWN = "Choose lists of withdrawn patches (JSON)";
    // Work and drawing that do not begin
    WORKER_NOT_STARTED = "Can't start the change: {why}";
    DRIVER_TROUBLE = "The graphics driver reported a problem: {what}";
    DEVICE_LOST = "The graphics device was lost: {what}";
    PART_NO_ADAPTER = "no graphics adapter can draw in this window";
}
