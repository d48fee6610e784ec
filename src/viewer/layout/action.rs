//! What a person can do in a pane, and what the pane asks for in return.

use crate::viewer::model::{Half, OldEncoding, Query, View, WhiteSpace};

/// How the sides of a text are laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LayoutChoice {
    /// Beside each other where there is room.
    #[default]
    Auto,
    /// Beside each other.
    SideBySide,
    /// One column.
    Unified,
}

/// What one can do in a pane; keys, buttons and menus all end here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaneAction {
    /// To the next place that differs; beyond the last one, to the next file.
    NextHunk,
    /// To the one before; before the first one, to the previous file.
    PreviousHunk,
    /// On through what differs, a screen at a time where it is longer; behind all of it, the file was looked at.
    Walk,
    /// Look at it this way.
    Show(View),
    /// Lay out the text this way.
    Lay(LayoutChoice),
    /// Bring out more lines of the gap at or behind the present row.
    ExpandGap,
    /// Show all lines, or only those around changes.
    ToggleWholeFile,
    /// Lines that only one side has take the full width.
    ToggleWideHunks,
    /// Compare the lines so that this white space counts.
    Count(WhiteSpace),
    /// The same with the next sort of white space.
    NextWhiteSpace,
    /// Take a text that is in no Unicode encoding for one in this; `None`: show its bytes.
    Decode(Option<OldEncoding>),
    /// Ask for a line or a byte to go to.
    GoTo,
    /// Look for a text.
    Find,
    /// To the next place where it stands; behind the last one, to the first.
    NextHit,
    /// To the one before.
    PreviousHit,
    /// Look for the same in every file.
    FindInAll,
    /// Look for nothing any more.
    CloseFind,
    /// Show the changed lines as a list of their own, or not.
    ToggleList,
    /// From a line that moved to where it stands on the other side.
    OtherEnd,
    /// Write a note on the present line.
    Note,
    /// Copy what is marked, or the present line.
    Copy,
    /// Copy what is marked, or the present line, of one side.
    CopySide(Half),
    /// Copy the present hunk as a patch.
    CopyAsPatch,
    CopyPath,
    /// Mark everything.
    SelectAll,
}

/// A line that a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotedLine {
    /// The side it is on.
    pub half: Half,
    /// Counted from 0.
    pub line: usize,
}

/// What a pane wants from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaneRequest {
    /// Show the next file.
    NextFile,
    /// Show the previous file.
    PreviousFile,
    /// Note that this file was looked at, and show the next that nobody has looked at.
    Viewed,
    /// Look for this in every file.
    FindInAll(Query),
    /// Have a note written on this line, or on the whole file.
    Note(Option<NotedLine>),
    /// Call [`ViewedContents::compare_bytes`](crate::viewer::model::ViewedContents::compare_bytes) in a job.
    CompareBytes,
    /// Call [`ViewedContents::compare_longer`](crate::viewer::model::ViewedContents::compare_longer) in a job and show
    /// its result.
    CompareLonger,
    /// Call [`ViewedContents::ignoring`](crate::viewer::model::ViewedContents::ignoring) in a job and show its result.
    Ignore(WhiteSpace),
    /// Call [`ViewedContents::in_encoding`](crate::viewer::model::ViewedContents::in_encoding) in a job and show its
    /// result.
    Decode(Option<OldEncoding>),
    /// Stop that job.
    StopComparing,
    /// Decode the pictures in a job.
    DecodePictures,
    /// Call [`LineDiff::find`](crate::viewer::model::LineDiff::find) in a job and hand what it finds to
    /// [`PaneState::found`](super::PaneState::found).
    Find(Query),
}
