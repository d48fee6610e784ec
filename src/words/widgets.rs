//! Words of the parts that all pages are made of, of the system's dialogs, and of what goes before the first picture.

words! {
    PROGRAM = "Patchwright";
    // Badges
    STATUS_ADDED = "Added";
    STATUS_BINARY = "Not text";
    STATUS_CONFLICT = "Differs from what is expected";
    STATUS_DELETED = "Removed";
    STATUS_MODIFIED = "Changed";
    STATUS_RENAMED = "Renamed or moved";
    STATUS_TYPE = "Type or permissions changed";
    // Findings
    LEVEL_BLOCKS = "Blocks";
    LEVEL_INFORMATION = "Information";
    LEVEL_MAY_BREAK = "May break";
    // Paths and facts
    COPY = "Copy {what}";
    PATH = "Path";
    // Search
    SEARCH_CLEAR = "Clear the search";
    SEARCH_NOTHING = "Not found";
    SEARCH_PLACE = "{at} of {n}";
    // Progress
    STATUS_BAR = "Status";
    STEP = "Step {n} of {all}";
    FILES_DONE = "{n} of {all} files";
    ELAPSED_SECONDS = "{s} s";
    ELAPSED_MINUTES = "{min} min {s} s";
    ELAPSED_HOURS = "{h} h {min} min";
    // The system's dialogs
    DIALOG_ALL_FILES = "All files";
    DIALOG_CHOOSE_FOLDER = "Choose a folder";
    DIALOG_OPEN_PATCH = "Open a patch file";
    DIALOG_PATCH_FILE = "Patch files";
    // Work and drawing that do not begin
    WORKER_NOT_STARTED = "The worker could not be started: {why}";
    DRIVER_TROUBLE = "The graphics driver had trouble: {what}";
    DEVICE_LOST = "The graphics device was lost: {what}";
    PART_NO_ADAPTER = "no graphics adapter can draw in this window";
}
