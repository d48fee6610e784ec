//! Why no patch file can be made.

use std::path::PathBuf;

use super::Wording;
use crate::model::{Code, Collision, Kind, PathProblem, Purl};
use crate::text::{Advice, with_thousands};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Making {
    /// What would be made is there already.
    NothingToDo,
    NoDifference,
    ChangedMeanwhile,
    /// An edit by key does not fit, or does nothing.
    Edit {
        because: String,
    },
    NoEditFor {
        file: PathBuf,
    },
    /// A file of another build that the edits do not fit.
    Unfit {
        file: PathBuf,
        because: String,
    },
    /// A switch of the order is none.
    Toggle {
        id: String,
        because: String,
    },
    NoEdits,
    NoFileToEdit,
    /// The new folder has something else than the edits make of the old file.
    OtherThanEdited,
    /// The order names a part of the product otherwise than the SBOM does.
    Sbom {
        purl: Purl,
        expected: String,
        found: String,
    },
    /// The environment names a moment that is none.
    NoSourceDate,
    ChangedInside {
        side: &'static str,
    },
    /// Git has a name that no folder may have.
    Name(PathProblem),
    NoContent {
        because: String,
    },
    Nested {
        from: PathBuf,
        to: PathBuf,
    },
    OutputInside {
        output: PathBuf,
        around: PathBuf,
    },
    /// A clone of a folder would be made in it.
    CloneInside {
        clones: PathBuf,
        around: PathBuf,
    },
    /// A file that would be lost has the name of the output.
    Taken {
        output: PathBuf,
        is_signed: bool,
    },
    /// Something in one of the folders cannot be read or carried.
    Unreadable {
        side: &'static str,
        code: Code,
        detail: String,
    },
    SameName(Collision),
    /// The order ignores what is there in one of the folders.
    Ignored {
        side: &'static str,
    },
    /// A rule of the manifest would be broken, by the value at `field` where that is no changed place.
    Rule {
        field: Option<String>,
        code: Code,
        message: String,
    },
    LongManifest {
        changes: usize,
        bytes: usize,
        max_bytes: u64,
    },
}

impl Making {
    pub(super) fn row(&self) -> Wording {
        fn row(code: Code, meaning: impl Into<String>, hint: impl Into<Advice>) -> Wording {
            super::row(as_mistake(code), meaning, hint)
        }
        match self {
            Making::NothingToDo => row(
                Code::Order,
                "there is nothing to do: the folder already has every change of the patch".to_owned(),
                "Use a folder, or commits, without these changes.",
            ),
            Making::NoDifference => row(
                Code::Order,
                "the two folders are the same".to_owned(),
                "Check that these are the right folders, and that the order doesn't ignore too much.",
            ),
            Making::ChangedMeanwhile => {
                row(Code::Moved, "changed while the patch file was made".to_owned(), STOP_WRITING)
            }
            Making::Edit { because } => {
                row(Code::Order, format!("an edit does not do what it says: {because}"), edit_test())
            }
            Making::Toggle { id, because } => row(
                Code::Order,
                format!("the switch {id} can't be made: {because}"),
                "A switch stands at its first position in the new folder, and moves one value of one file.",
            ),
            Making::NoEditFor { file } => row(
                Code::Order,
                format!("the order has no edits for {file:?}"),
                "Name a file as the order names it, or the product folder.",
            ),
            Making::Unfit { file, because } => {
                row(Code::Order, format!("the edits don't fit {file:?}: {because}"), edit_test())
            }
            Making::NoEdits => row(
                Code::Order,
                "the order has no edits".to_owned(),
                Advice::from("Write them as [[edits]].")
                    .then(Advice::typed("`patchwright new` writes a template.")),
            ),
            Making::NoFileToEdit => row(
                Code::Order,
                "the order edits it, and no file is here".to_owned(),
                "Check the path, which begins at the product folder.",
            ),
            Making::OtherThanEdited => row(
                Code::Order,
                "the new folder has something else than the edits make of the old file".to_owned(),
                Advice::from("Let the new folder have what they make.")
                    .or(Advice::typed("leave --to out where the edits are all that changes.")),
            ),
            Making::Sbom { purl, expected, found } => row(
                Code::Order,
                format!("the order names {purl} {expected}, and the SBOM {found}"),
                "Correct the order, or name an SBOM of the product that the patch is for.",
            ),
            Making::NoSourceDate => row(
                Code::Order,
                "SOURCE_DATE_EPOCH isn't a number of seconds since 1970".to_owned(),
                "Correct this environment variable, or remove it: the patch file then has the present time.",
            ),
            Making::ChangedInside { side } => {
                row(Code::InUse, format!("changed in {side} while the patch file was made"), STOP_WRITING)
            }
            Making::Name(problem) => {
                super::row(Code::Path, problem.to_string(), "A patch file can't contain this name.")
            }
            Making::NoContent { because } => row(
                Code::Missing,
                format!("its content is needed, and {because}"),
                Advice::by_command("Add a product folder that the patch is for", "--target DIR"),
            ),
            Making::Nested { from, to } => row(
                Code::Order,
                format!("one of the folders {from:?} and {to:?} is inside the other"),
                "Put the old and the new product in separate folders.",
            ),
            Making::OutputInside { output, around } => row(
                Code::Order,
                format!("the output {output:?} is inside {around:?}, from which the patch is made"),
                "Choose an output outside both folders.",
            ),
            Making::CloneInside { clones, around } => row(
                Code::Usage,
                format!("the clone in {clones:?} would be inside {around:?}, which is cloned"),
                Advice::by_command("Choose a folder outside the product", "--copy-in DIR"),
            ),
            Making::Taken { output, is_signed: true } => row(
                Code::Order,
                format!("{output:?} already exists and is signed; its signatures would be lost"),
                OTHER_NAME,
            ),
            Making::Taken { output, is_signed: false } => row(
                Code::Order,
                format!("{output:?} already exists and is a file of another kind"),
                OTHER_NAME,
            ),
            Making::Unreadable { side, code, detail } => {
                row(*code, format!("in {side}: {detail}"), hint_to_read(*code))
            }
            Making::SameName(found) => {
                let hint = match found.case_only {
                    true => {
                        "Rename one of them, or exclude Windows: list the patch's \"platforms\" in the order."
                    }
                    false => "Rename one of them.",
                };
                row(Code::Collide, found.to_string(), hint)
            }
            Making::Ignored { side } => row(
                Code::Order,
                format!("the order ignores this in {side}, but the patch would change it"),
                "Ignore it in both folders, or in none.",
            ),
            Making::Rule { field, code, message } => {
                let field = field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default();
                row(*code, field + message, hint_to_keep(*code))
            }
            Making::LongManifest { changes, bytes, max_bytes } => row(
                Code::Order,
                format!(
                    "{} changes need a manifest of {} bytes, and {} are allowed",
                    with_thousands(*changes as u64),
                    with_thousands(*bytes as u64),
                    with_thousands(*max_bytes)
                ),
                SPLIT,
            ),
        }
    }
}

fn edit_test() -> Advice {
    Advice::typed("To see how each edit fits: patchwright edit test --help")
}

/// What to do about something that cannot be read.
const fn hint_to_read(code: Code) -> &'static str {
    match code {
        Code::InUse => STOP_WRITING,
        Code::Rights => "Run as a user who may read everything in the folder.",
        _ => LEAVE_IT_OUT,
    }
}

/// What to do about a broken rule.
const fn hint_to_keep(code: Code) -> &'static str {
    match code {
        Code::Path | Code::Collide => LEAVE_IT_OUT,
        Code::Policy => "Change its permissions in the new folder.",
        Code::Limit => SPLIT,
        _ => "Change the order or the new folder, then try again.",
    }
}

/// Here nobody distrusts anybody: what would be a hostile bundle's code is the author's mistake.
fn as_mistake(code: Code) -> Code {
    if code.kind() == Kind::NotTrusted { Code::Order } else { code }
}

const LEAVE_IT_OUT: &str = "Rename or delete it, or add it to \"ignore\" in the order.";
const OTHER_NAME: &str = "Choose another name, or remove that file first.";
const SPLIT: &str = "Split the change into several patches.";
const STOP_WRITING: &str = "Stop the program that writes to the folder, then try again.";
