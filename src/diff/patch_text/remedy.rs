//! What to do about a text patch that is not read, or does not fit: each cause has its own next step.

use crate::model::Code;
use crate::text::Advice;

/// A way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// A name that begins at the root of the disk.
    AbsoluteName,
    /// A name outside the folder.
    LeadsOut,
    /// The lines end in a way that no diff has.
    LineEnds,
    /// A link to a place outside the folder.
    LinkOut,
    /// A mail program, an editor or a hand has changed it.
    GetItAgain,
    /// Its size or number is above a limit.
    MakeSmaller,
    MoveAway,
    /// Colours of a terminal are in it.
    NoColours,
    /// Nothing in it is a diff.
    NoDiff,
    /// Something stands in front of each line.
    NoQuotes,
    /// A binary diff that cannot prove what it is for.
    FullIndex,
    /// A merge has several parents.
    OneParent,
    OtherVersion,
    /// A name in our own records.
    OurRecords,
    /// A rule about names, which others do not have.
    PlainNames,
    /// An option can allow it.
    IgnoreWhiteSpace,
    RightFolder,
    /// Only the bytes of the same letters differ.
    SameLetters,
    SaysNoBefore,
    StripLevel,
    /// Another kind of diff.
    Unified,
    LookThere,
}

impl Remedy {
    /// What mostly helps with problems of a sort.
    pub fn new(code: Code) -> Self {
        match code {
            Code::Diff => Remedy::GetItAgain,
            Code::Drift => Remedy::OtherVersion,
            Code::Limit => Remedy::MakeSmaller,
            Code::Missing => Remedy::RightFolder,
            Code::Occupied => Remedy::MoveAway,
            Code::Path => Remedy::PlainNames,
            _ => Remedy::LookThere,
        }
    }

    /// What to do, in words.
    pub fn advice(self) -> Advice {
        let for_all = match self {
            Remedy::AbsoluteName => {
                return Advice::typed(
                    "To use such a name, add -p N with the number of folders to strip, as for patch -p N.",
                );
            }
            Remedy::FullIndex => "Ask for the diff from git diff --binary --full-index.",
            Remedy::GetItAgain => {
                "The diff was damaged in transit or edited by hand. Get the file again, as an attachment or a download."
            }
            Remedy::IgnoreWhiteSpace => {
                return Advice::typed(
                    "To apply it anyway, add --ignore-whitespace, as for patch -l. The file keeps its own white space around the change.",
                );
            }
            Remedy::LeadsOut => {
                "Patchwright changes nothing outside the product folder, on purpose; git apply can be told to. Ask its author for names inside the folder."
            }
            Remedy::LineEnds => "Save the file again with Unix (LF) or Windows (CR LF) line ends.",
            Remedy::LinkOut => {
                "Patchwright makes no links that lead out of the product folder, on purpose; git apply does. Make this link by hand, or ask for a patch without it."
            }
            Remedy::LookThere => "Check this file, then try again.",
            Remedy::MakeSmaller => {
                return Advice::from("Ask for it in several parts.").or(Advice::by_command(
                    "make a patch file from two folders",
                    "patchwright make --from OLD --to NEW --id ID --output NEW.patchbundle",
                ));
            }
            Remedy::MoveAway => "Move it out of the folder if it isn't part of the product.",
            Remedy::NoColours => {
                "Make the diff again without colors: `git diff --no-color` or `diff --color=never`."
            }
            Remedy::NoQuotes => {
                "Save the patch as a separate file, or remove the start of each line, for example with `sed 's/^> //'`."
            }
            Remedy::NoDiff => "Ask the author for a unified diff, as from `git diff` or `diff -u`.",
            Remedy::OneParent => "Make the diff against one parent: git diff PARENT COMMIT.",
            Remedy::OtherVersion => "Ask for a patch for this version of the file.",
            Remedy::OurRecords => {
                "What is in .patchwright belongs to Patchwright, and no patch changes it. Leave this file out of the diff, or ask its author for one without it."
            }
            Remedy::PlainNames => {
                "Patchwright takes only names that every system can store and people can tell apart, on purpose; git apply takes others. Ask its author for plain names."
            }
            Remedy::RightFolder => {
                return Advice::from("Check that this is the right folder and version.")
                    .then(Advice::typed("To strip folders from the names, add -p N."));
            }
            Remedy::SameLetters => {
                "Save the file as the patch expects it, or ask for a patch for this version of the file."
            }
            Remedy::SaysNoBefore => "Apply a patch that does the opposite, or restore the original.",
            Remedy::StripLevel => {
                return Advice::by_command("Add the number of folders to strip from each name", "-p N");
            }
            Remedy::Unified => {
                "Ask the author for a unified diff, as from `git diff` or `diff -u`. Patchwright supports no other kind, on purpose; GNU patch does."
            }
        };
        for_all.into()
    }
}
