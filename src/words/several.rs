//! Words for where several patches are applied or rolled back at once.

words! {
    // Applying
    APPLY_BOTH = "Apply both";
    APPLY_TITLE = "Apply patches";
    APPLYING = "Applying the patches";
    APPLIED = "Patches applied";
    CAN_BE_APPLIED = "The patches can be applied to this folder.";
    IN_PLACE = "These patches are already in place";
    IN_PLACE_MEANING = "Every file already has the changes of these patches. There is nothing to do.";
    IN_ORDER = "Patches, in this order";
    N_FILES = "{n} patch files";
    OPENED_INSTEAD = "Opened instead of {file}";
    OPENED_INSTEAD_MEANING = "Patches can be applied together, in the order that they need.";
    TOGETHER_WITH = "Together with";
    TRUST_FILES = "I trust the source of these files";
    // Rolling back
    CAN_BE_ROLLED_BACK = "The patches can be rolled back from their backups.";
    ROLL_BACK_TITLE = "Roll back patches";
    ROLL_BACK_FROM_START_TITLE = "Roll back (undo) patches";
    ROLL_BACK_TOGETHER = "Roll back together…";
    ROLLING_BACK = "Rolling back the patches";
    ROLLED_BACK = "Patches rolled back";
    TO_ROLL_BACK = "Patches to roll back";
    // Reapplying
    REAPPLY_TITLE = "Reapply the patches";
    REAPPLYING = "Reapplying the patches";
    REAPPLIED = "Patches reapplied";
    TO_REAPPLY = "Patches to reapply";
    // Which of them
    PART_OF_PATCH = "{patch}: {what}";
}
