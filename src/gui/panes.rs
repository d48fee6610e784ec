//! What the panes remember about each change, and the jobs that only drawing needs: colours, pictures, patience.

use std::collections::HashMap;
use std::sync::{Arc, mpsc};

use egui::{Context, Ui};

use super::outbox::Outbox;
use crate::present::message::Msg;
use crate::present::workspace::Workspace;
use crate::progress::CancelToken;
use crate::threads;
use crate::viewer::layout::{PaneRequest, PaneState};
use crate::viewer::model::{Hits, LONG_PATIENCE, Query, SearchError, ViewedContents};
use crate::viewer::paint::{Given, Highlights, Pictures, decode, highlight, pane_ui};

/// Most changes whose place is remembered while others are looked at.
const MAX_REMEMBERED: usize = 500;

/// The panes of all changes that were looked at.
#[derive(Default)]
pub(crate) struct Panes {
    /// How far each change is scrolled and what is opened, by its path.
    states: HashMap<String, PaneState>,
    shown: Option<Shown>,
}

/// The change that is shown.
struct Shown {
    contents: Arc<ViewedContents>,
    highlights: Option<Highlights>,
    pictures: Option<Pictures>,
    cancel: CancelToken,
    /// Stops what is looked for.
    search: CancelToken,
    sender: mpsc::Sender<Computed>,
    receiver: mpsc::Receiver<Computed>,
}

/// What a job found out.
enum Computed {
    Highlights(Highlights),
    Pictures(Pictures),
    Bytes,
    Longer(Box<ViewedContents>),
    Found(Query, Result<Hits, SearchError>),
}

impl Panes {
    /// Shows what the workspace has read, if that is something else than before.
    pub fn follow(&mut self, workspace: &Workspace, context: &Context) {
        let Some(contents) = workspace.contents.ready().and_then(Option::as_ref) else {
            return self.shown = None;
        };
        if self.shown.as_ref().is_some_and(|shown| Arc::ptr_eq(&shown.contents, contents)) {
            return;
        }
        if self.states.len() >= MAX_REMEMBERED {
            self.states.clear();
        }
        let previous = self.shown.take().and_then(|shown| self.states.get(shown.contents.path.as_str()));
        let fresh = previous.map_or_else(PaneState::new, PaneState::for_next_file);
        let state = self.states.entry(contents.path.as_str().to_owned()).or_insert(fresh);
        state.contents_changed();
        let shown = Shown::new(contents.clone());
        shown.start(context, |contents, cancel, tell| {
            let mut publish = |part: &Highlights| tell(Computed::Highlights(part.clone()));
            highlight(contents, cancel, &mut publish).ok().map(Computed::Highlights)
        });
        self.shown = Some(shown);
    }

    /// Draws the change at `path`, as far as it is read.
    pub fn pane_ui(&mut self, ui: &mut Ui, path: &str, outbox: &mut Outbox) {
        let Some(shown) = self.shown.as_mut().filter(|shown| shown.contents.path.as_str() == path) else {
            return;
        };
        let Some(state) = self.states.get_mut(path) else { return };
        shown.take_answers(state);
        let mut requests = Vec::new();
        let given = Given {
            contents: &shown.contents,
            highlights: shown.highlights.as_ref(),
            pictures: shown.pictures.as_ref(),
        };
        pane_ui(ui, given, state, &mut requests);
        for request in requests {
            match request {
                PaneRequest::NextFile => outbox.push(Msg::Neighbour { forward: true }),
                PaneRequest::PreviousFile => outbox.push(Msg::Neighbour { forward: false }),
                PaneRequest::CompareBytes => shown.start(ui.ctx(), |contents, cancel, _| {
                    contents.compare_bytes(cancel).ok().map(|()| Computed::Bytes)
                }),
                PaneRequest::CompareLonger => {
                    state.set_comparing(true);
                    shown.start(ui.ctx(), |contents, cancel, _| {
                        let longer = contents.compare_longer(LONG_PATIENCE, cancel).ok()?;
                        Some(Computed::Longer(Box::new(longer)))
                    });
                }
                PaneRequest::Ignore(white_space) => shown.start(ui.ctx(), move |contents, cancel, _| {
                    let other = contents.ignoring(white_space, cancel).ok()?;
                    Some(Computed::Longer(Box::new(other)))
                }),
                PaneRequest::StopComparing => {
                    state.set_comparing(false);
                    shown.cancel.cancel();
                    shown.cancel = CancelToken::new();
                }
                PaneRequest::Find(query) => {
                    // What was looked for before is of no interest any more.
                    shown.search.cancel();
                    shown.search = CancelToken::new();
                    let cancel = shown.search.clone();
                    shown.start(ui.ctx(), move |contents, _, _| {
                        let found = contents.text()?.find(&query, &cancel);
                        Some(Computed::Found(query, found)).filter(|_| !cancel.is_cancelled())
                    });
                }
                PaneRequest::DecodePictures => {
                    shown.start(ui.ctx(), |contents, cancel, _| {
                        decode(contents, cancel).ok().map(Computed::Pictures)
                    });
                }
            }
        }
    }
}

impl Shown {
    fn new(contents: Arc<ViewedContents>) -> Self {
        let (sender, receiver) = mpsc::channel();
        let [cancel, search] = [CancelToken::new(), CancelToken::new()];
        Self { contents, highlights: None, pictures: None, cancel, search, sender, receiver }
    }

    /// Runs a job about what is shown; its answer is taken with the next picture.
    fn start(
        &self,
        context: &Context,
        job: impl FnOnce(&ViewedContents, &CancelToken, &dyn Fn(Computed)) -> Option<Computed> + Send + 'static,
    ) {
        let (contents, cancel) = (self.contents.clone(), self.cancel.clone());
        let (sender, context) = (self.sender.clone(), context.clone());
        let tell = move |found| {
            // Nobody listens any more when another change is shown.
            sender.send(found).ok();
            context.request_repaint();
        };
        let run = move || job(&contents, &cancel, &tell).into_iter().for_each(&tell);
        threads::beside("pane", run);
    }

    fn take_answers(&mut self, state: &mut PaneState) {
        while let Ok(found) = self.receiver.try_recv() {
            match found {
                Computed::Highlights(highlights) => self.highlights = Some(highlights),
                Computed::Pictures(pictures) => self.pictures = Some(pictures),
                Computed::Bytes => {}
                Computed::Found(query, found) => state.found(&self.contents, &query, found),
                Computed::Longer(contents) => {
                    self.contents = Arc::from(contents);
                    state.contents_changed();
                }
            }
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.cancel.cancel();
        self.search.cancel();
    }
}
