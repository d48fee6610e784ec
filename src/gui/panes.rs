//! What the panes remember about each change, and the jobs that only drawing needs: colours, pictures, patience.

use std::collections::HashMap;
use std::sync::{Arc, mpsc};

use egui::{Context, Ui};

use super::outbox::Outbox;
use crate::present::message::{Msg, ReviewMsg};
use crate::present::workspace::Workspace;
use crate::progress::CancelToken;
use crate::settings::{DiffLayout, Settings};
use crate::threads;
use crate::toolkit::theme::space;
use crate::viewer::layout::{LayoutChoice, NotedLine, PaneRequest, PaneState};
use crate::viewer::model::{Hits, LONG_PATIENCE, Query, SearchError, ViewedContents};
use crate::viewer::paint::{Given, Highlights, Pictures, decode, highlight, titled_pane_ui};

/// Most changes whose place is remembered while others are looked at.
const MAX_REMEMBERED: usize = 500;

/// The panes of all changes that were looked at.
#[derive(Default)]
pub(crate) struct Panes {
    /// How far each change is scrolled and what is opened, by its path.
    states: HashMap<String, PaneState>,
    shown: Option<Shown>,
    /// How the sides were laid out last.
    layout: DiffLayout,
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
    pub fn follow(&mut self, workspace: &Workspace, settings: &Settings, context: &Context) {
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
        state.choose_layout(layout(settings.layout));
        state.contents_changed();
        let shown = Shown::new(contents.clone());
        shown.start(context, |contents, cancel, tell| {
            let mut publish = |part: &Highlights| tell(Computed::Highlights(part.clone()));
            highlight(contents, cancel, &mut publish).ok().map(Computed::Highlights)
        });
        self.shown = Some(shown);
    }

    /// Goes to a line of the change at `path`.
    pub fn go_to(&mut self, path: &str, at: NotedLine) {
        if let Some((shown, state)) = self.shown.as_ref().zip(self.states.get_mut(path)) {
            state.go_to_line(&shown.contents, at.half, at.line);
        }
    }

    /// Draws the change at `path`, as far as it is read; some of its lines are `noted`.
    pub fn pane_ui(
        &mut self,
        ui: &mut Ui,
        path: &str,
        (settings, noted): (&Settings, &[(NotedLine, String)]),
        title: &mut dyn FnMut(&mut Ui),
        outbox: &mut Outbox,
    ) {
        let Some(shown) = self.shown.as_mut().filter(|shown| shown.contents.path.as_str() == path) else {
            // Its name stands where it will stand.
            ui.horizontal(|ui| {
                ui.add_space(space::MEDIUM);
                title(ui);
            });
            return;
        };
        let Some(state) = self.states.get_mut(path) else { return };
        shown.take_answers(state);
        let mut requests = Vec::new();
        let given = Given {
            contents: &shown.contents,
            highlights: shown.highlights.as_ref(),
            pictures: shown.pictures.as_ref(),
            noted,
        };
        if self.layout != settings.layout {
            // It was chosen elsewhere.
            self.layout = settings.layout;
            state.choose_layout(layout(self.layout));
        }
        titled_pane_ui(ui, given, state, title, &mut requests);
        let layout = layout_setting(state.layout_choice());
        if layout != self.layout {
            self.layout = layout;
            outbox.push(Msg::SetSettings(Box::new(Settings { layout, ..settings.clone() })));
        }
        for request in requests {
            match request {
                PaneRequest::NextFile => outbox.push(Msg::Neighbour { forward: true }),
                PaneRequest::PreviousFile => outbox.push(Msg::Neighbour { forward: false }),
                PaneRequest::Viewed => outbox.push(Msg::ViewedAndNext),
                PaneRequest::FindInAll(query) => outbox.push(Msg::FindInAll(query)),
                PaneRequest::Note(line) => outbox.push(Msg::Review(ReviewMsg::BeginNote(line))),
                other => shown.answer(ui.ctx(), state, other),
            }
        }
    }
}

/// The layout that a person chose.
const fn layout(setting: DiffLayout) -> LayoutChoice {
    match setting {
        DiffLayout::Auto => LayoutChoice::Auto,
        DiffLayout::SideBySide => LayoutChoice::SideBySide,
        DiffLayout::Unified => LayoutChoice::Unified,
    }
}

const fn layout_setting(layout: LayoutChoice) -> DiffLayout {
    match layout {
        LayoutChoice::Auto => DiffLayout::Auto,
        LayoutChoice::SideBySide => DiffLayout::SideBySide,
        LayoutChoice::Unified => DiffLayout::Unified,
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

    /// Begins what a pane asks for.
    fn answer(&mut self, context: &Context, state: &mut PaneState, request: PaneRequest) {
        match request {
            // The list of changes knows what comes next.
            PaneRequest::NextFile
            | PaneRequest::PreviousFile
            | PaneRequest::Viewed
            | PaneRequest::FindInAll(_)
            | PaneRequest::Note(_) => {}
            PaneRequest::CompareBytes => self.start(context, |contents, cancel, _| {
                contents.compare_bytes(cancel).ok().map(|()| Computed::Bytes)
            }),
            PaneRequest::CompareLonger => {
                state.set_comparing(true);
                self.start(context, |contents, cancel, _| {
                    let longer = contents.compare_longer(LONG_PATIENCE, cancel).ok()?;
                    Some(Computed::Longer(Box::new(longer)))
                });
            }
            PaneRequest::Ignore(white_space) => self.start(context, move |contents, cancel, _| {
                let other = contents.ignoring(white_space, cancel).ok()?;
                Some(Computed::Longer(Box::new(other)))
            }),
            PaneRequest::Decode(old) => self.start(context, move |contents, cancel, _| {
                let other = contents.in_encoding(old, cancel).ok()?;
                Some(Computed::Longer(Box::new(other)))
            }),
            PaneRequest::StopComparing => {
                state.set_comparing(false);
                self.cancel.cancel();
                self.cancel = CancelToken::new();
            }
            PaneRequest::Find(query) => {
                // What was looked for before is of no interest any more.
                self.search.cancel();
                self.search = CancelToken::new();
                let cancel = self.search.clone();
                self.start(context, move |contents, _, _| {
                    let found = contents.text()?.find(&query, &cancel);
                    Some(Computed::Found(query, found)).filter(|_| !cancel.is_cancelled())
                });
            }
            PaneRequest::DecodePictures => {
                self.start(context, |contents, cancel, _| {
                    decode(contents, cancel).ok().map(Computed::Pictures)
                });
            }
        }
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
