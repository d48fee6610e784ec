//! A page that has just come: nothing that changes a folder is pressed there by what was meant for the page before.

use std::time::Duration;

use egui::Context;

use crate::present::asked::AskedAbout;
use crate::present::guided::Stage;

/// For so long, in seconds, a page is there before its change can be begun.
const LOOK: f64 = 0.5;

/// A page with a button that begins a change, or ends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PageWithChange {
    /// The guided way: the run and the stage.
    Guided(u64, Stage),
    /// A question about many folders.
    Question(AskedAbout),
    /// Work in many folders, by the number of its run.
    Work(u64),
}

/// Which such page was drawn last, and since when it can be seen.
#[derive(Debug, Default)]
pub(crate) struct PageArrival {
    place: Option<PageWithChange>,
    /// When the first picture of it was begun.
    drawn: f64,
    /// When the next one was begun: nobody saw the first before that, however long it took.
    seen: Option<f64>,
}

impl PageArrival {
    /// Notes that this page is drawn; whether it has just come.
    pub(super) fn arrive(&mut self, context: &Context, place: &PageWithChange) -> bool {
        let has_come = self.place.as_ref() != Some(place);
        if has_come {
            let now = context.input(|input| input.time);
            *self = Self { place: Some(place.clone()), drawn: now, seen: None };
        }
        has_come
    }

    /// Notes that another page is drawn.
    pub(super) fn leave(&mut self) {
        *self = Self::default();
    }

    /// Whether the page can be seen for long enough. Until then its button is drawn as one that can't be pressed; and egui
    /// takes a press only by what could be pressed in the picture before, so that clicks which piled up don't count.
    pub(super) fn is_looked_at(&mut self, context: &Context) -> bool {
        let now = context.input(|input| input.time);
        if now <= self.drawn {
            context.request_repaint();
            return false;
        }
        let left = LOOK - (now - *self.seen.get_or_insert(now));
        if left > 0.0 {
            context.request_repaint_after(Duration::from_secs_f64(left));
        }
        left <= 0.0
    }
}
