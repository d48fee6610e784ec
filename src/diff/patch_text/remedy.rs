//! What to do about a text patch that is not read, or does not fit: each cause has its own next step.

use crate::model::Code;

/// A way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// A name that begins at the root of the disk.
    AbsoluteName,
    /// The lines end in a way that no diff has.
    LineEnds,
    /// A mail program, an editor or a hand has changed it.
    GetItAgain,
    /// Its size or number is above a limit.
    MakeSmaller,
    MoveAway,
    /// Colours of a terminal are in it.
    NoColours,
    /// Something stands in front of each line.
    NoQuotes,
    /// A binary diff that cannot prove what it is for.
    FullIndex,
    /// A merge has several parents.
    OneParent,
    OtherVersion,
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
    pub fn of(code: Code) -> Self {
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

    /// It as a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Remedy::AbsoluteName => {
                "Patchwright reads such a name only where -p N says how many folders to leave out, as patch -p N does."
            }
            Remedy::FullIndex => "Ask for the diff with git diff --binary --full-index.",
            Remedy::GetItAgain => {
                "The diff was damaged on its way, or edited by hand. Get the file again, as an attachment or a download."
            }
            Remedy::IgnoreWhiteSpace => {
                "--ignore-whitespace applies it all the same, as patch -l does; the file keeps its own white space around the change."
            }
            Remedy::LineEnds => "Save the file again with line ends of Unix (LF) or Windows (CR LF).",
            Remedy::LookThere => "Look at this place, then try again.",
            Remedy::MakeSmaller => {
                "Ask for it in several parts, or make a patch file from two folders: patchwright make."
            }
            Remedy::MoveAway => "Move it out of the folder if it is not part of the product.",
            Remedy::NoColours => {
                "Make the diff again without colours: git diff --no-color, or diff --color=never."
            }
            Remedy::NoQuotes => {
                "Save the patch as a file of its own, or take away what stands in front of each line, such as with sed 's/^> //'."
            }
            Remedy::OneParent => "Make the diff against one parent: git diff PARENT COMMIT.",
            Remedy::OtherVersion => "Ask for a patch that was made for this version of the file.",
            Remedy::PlainNames => {
                "This is a rule of Patchwright, so that a patch stays in the product folder and its names can be read; other tools may take it. Ask its author for plain names."
            }
            Remedy::RightFolder => {
                "Check that this is the right folder and version; -p N says how many folders to leave out of the names."
            }
            Remedy::SameLetters => {
                "Save the file as the patch expects it, or ask for a patch that was made for this version of the file."
            }
            Remedy::SaysNoBefore => "Apply a patch that does the opposite, or put the original back.",
            Remedy::StripLevel => "Say how many folders at the start of each name to leave out: -p N.",
            Remedy::Unified => {
                "Ask its author for a unified diff, such as `git diff` or `diff -u` make. GNU patch reads other kinds; this is not one that Patchwright reads."
            }
        }
    }
}
