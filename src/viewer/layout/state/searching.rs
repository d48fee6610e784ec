//! How a pane goes through what was found.

use std::sync::Arc;

use super::{PaneState, Spot};
use crate::viewer::layout::action::PaneRequest;
use crate::viewer::layout::search::Search;
use crate::viewer::model::{Hit, Hits, Query, SearchError, ViewedContents};

impl PaneState {
    /// Opens the search, or gives it the keyboard again.
    pub(in crate::viewer::layout) fn open_search(&mut self) {
        self.search.get_or_insert_default().takes_focus = true;
    }

    /// Something else is typed.
    pub fn search_for(&mut self, query: Query) {
        let Some(search) = &mut self.search else { return };
        (search.query, search.goes_to_first) = (query, true);
        if search.query.text.is_empty() {
            (search.asked, search.found) = (None, None);
        }
    }

    /// Asks for what is typed, where that was not asked for yet.
    pub fn ask_for_hits(&mut self, out: &mut Vec<PaneRequest>) {
        let Some(search) = &mut self.search else { return };
        if !search.query.text.is_empty() && search.asked.as_ref() != Some(&search.query) {
            search.asked = Some(search.query.clone());
            out.push(PaneRequest::Find(search.query.clone()));
        }
    }

    /// Takes what was found for `query`, unless something else is looked for by now.
    pub fn found(&mut self, contents: &ViewedContents, query: &Query, found: Result<Hits, SearchError>) {
        let Some(search) = self.search.as_mut().filter(|search| search.query == *query) else { return };
        search.found = Some(found.map(Arc::new));
        let goes = std::mem::take(&mut search.goes_to_first);
        self.place_among_hits(contents);
        if goes {
            self.go_to_present_hit(contents);
        }
    }

    /// The next hit is the one that stands at the present row or below it; behind the last one comes the first.
    fn place_among_hits(&mut self, contents: &ViewedContents) {
        let Some(hits) = self.search.as_ref().and_then(Search::hits).cloned() else { return };
        let (Some(diff), Some(rows)) = (contents.text(), self.rows()) else { return };
        let row = self.place.row;
        let is_above = |hit: &Hit| rows.row_of_line(diff, hit.half, hit.line).is_some_and(|at| at < row);
        let at = hits.all().partition_point(is_above);
        if let Some(search) = &mut self.search {
            search.at = if at < hits.all().len() { at } else { 0 };
        }
    }

    /// Goes to the next hit, or to the one before, round and round.
    pub(in crate::viewer::layout) fn go_by_hit(&mut self, contents: &ViewedContents, is_forward: bool) {
        let Some(search) = &mut self.search else { return self.open_search() };
        let Some((_, count)) = search.position().filter(|(_, count)| *count > 0) else { return };
        search.at = (search.at + if is_forward { 1 } else { count - 1 }) % count;
        self.go_to_present_hit(contents);
    }

    fn go_to_present_hit(&mut self, contents: &ViewedContents) {
        let hit = self.search.as_ref().and_then(|search| search.hits()?.all().get(search.at).cloned());
        let Some(hit) = hit else { return };
        self.go_to_line(contents, hit.half, hit.line);
        self.reveals = Some(Spot { half: hit.half, line: hit.line, byte: hit.bytes.start });
    }
}
