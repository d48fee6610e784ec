//! The parts that every page is built from, each drawn in one place.
//!
//! Each takes plain values and answers with what a person did; none keeps the state of the program. What cannot be
//! used says why in words beside it. Everything shown has been escaped by the caller (`text::escape_line`), and the
//! Escape key is the caller's: only he knows what is safe to leave.

mod appears;
mod badge;
mod banner;
mod button;
mod card;
mod details;
mod drop_zone;
mod empty;
mod escape;
mod facts;
mod finding;
mod foot;
mod header;
mod paint;
mod passed;
mod path;
mod plot;
mod progress;
mod row;
mod search;
mod segmented;
mod split;
mod stepper;
mod switch;
mod tabs;
mod tick;

pub(crate) use appears::appears;
pub(crate) use badge::badge_button;
pub(crate) use badge::badge_width;
pub use badge::{Badge, BadgeStatus, Tone, badge};
pub use banner::{Banner, banner};
pub use button::{Button, button, button_row, link_button, reason};
pub(crate) use button::{IconButton, button_width, icon_button};
pub(crate) use card::two_columns;
pub use card::{card, page_column, section};
pub use details::{DetailsView, details, long_lines};
pub(crate) use details::{code_block, disclosure};
pub use drop_zone::{DropZoneView, drop_zone};
pub use empty::{EmptyState, empty_state};
pub(crate) use escape::{closes_with_escape, is_escape_taken};
pub use facts::{FactRow, facts};
pub use finding::{FindingLevel, FindingView, finding_row};
pub(crate) use foot::head_frame;
pub(crate) use foot::with_foot_bar;
pub(crate) use header::page_title;
pub use header::{PageHeader, page_header};
pub use paint::Notice;
pub(crate) use paint::icon_at;
pub(crate) use passed::{outcome_mark, passed_line, passed_row};
pub use path::{PathView, path_label, shorten_middle};
pub use plot::dots;
pub(crate) use plot::{Bar, bars};
pub use progress::{ProgressView, elapsed_words, progress_block};

pub use row::{RowFocus, RowView, list_row, long_tree, tree};

pub use search::{SearchView, search_field};
pub use segmented::segmented;
pub use split::{Split, split_view};
pub use stepper::{StepperView, stepper};
pub(crate) use switch::{SWITCH_SIZE, SwitchFace, switch_mark};
pub(crate) use tabs::TabView;
pub use tabs::tabs;
pub(crate) use tick::{choice_box, tick_box};
