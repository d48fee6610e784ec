//! The window without its frame: takes answers, draws the model, hands on what a person does.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use egui::{Context, Ui};

use super::jobs::Jobs;
use super::keys;
use super::outbox::Outbox;
use super::panes::Panes;
use super::views;
use crate::present::Model;
use crate::present::message::{Effect, Event, Msg};
use crate::settings::{self, Settings};
use crate::toolkit::theme::{self, Appearance, PaletteChoice};

/// The window's state: the model, what carries out its effects, and what only the drawing needs.
pub struct App {
    model: Model,
    jobs: Box<dyn Jobs>,
    /// How far each change is scrolled, what is highlighted.
    panes: Panes,
    /// Texts of fields that are only the drawing's business.
    fields: views::Fields,
    working_since: Option<Instant>,
    /// What the window was last made to look like.
    appearance: Option<Appearance>,
    /// What the window is called.
    title: String,
    /// Whether the window may close now.
    may_close: bool,
}

/// Pause between two pictures while work goes on.
const PAUSE: Duration = Duration::from_millis(100);

impl App {
    /// The window with `model`, opened with `paths`. Before the first picture: `context` is dressed for it.
    pub fn new(context: &Context, model: Model, jobs: Box<dyn Jobs>, paths: &[PathBuf]) -> Self {
        let mut app = Self {
            model,
            jobs,
            panes: Panes::default(),
            fields: views::Fields::default(),
            working_since: None,
            appearance: None,
            title: String::new(),
            may_close: false,
        };
        app.apply_theme(context);
        let effects = app.model.begin(paths);
        app.carry_out(context, effects);
        app
    }

    /// The model, to look at.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Everything that happens without drawing. Runs while the window is minimised, too, and may run twice for one
    /// picture: each is handled once.
    pub fn logic(&mut self, context: &Context) {
        let dropped = context.input_mut(|input| std::mem::take(&mut input.raw.dropped_files));
        if !dropped.is_empty() {
            let paths = dropped.iter().map(|file| file.path().to_path_buf()).collect();
            self.send(context, Msg::Open(paths));
        }
        while let Some(event) = self.jobs.next_event() {
            self.take(context, event);
        }
        if self.model.is_working() {
            let since = *self.working_since.get_or_insert_with(Instant::now);
            // Not by `send`, which asks for the next picture at once.
            let effects = self.model.update(Msg::Tick(since.elapsed()));
            debug_assert!(effects.is_empty(), "time alone does nothing");
            context.request_repaint_after(PAUSE);
        } else {
            self.working_since = None;
        }
        self.remember_size(context);
        if context.input(|input| input.viewport().close_requested()) && !self.may_close {
            context.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.send(context, Msg::AskToClose);
        }
    }

    /// Notes what a person did with the window itself: with the keys for its size, and with its frame.
    fn remember_size(&mut self, context: &Context) {
        let mut settings = self.model.settings.clone();
        // What the settings asked for comes with the next picture.
        if self.appearance.as_ref() == Some(&appearance(&settings)) {
            settings.zoom = context.zoom_factor();
        }
        context.input(|input| {
            let view = input.viewport();
            settings.is_maximised = view.maximized.unwrap_or(settings.is_maximised);
            if let Some(inner) = view.inner_rect.filter(|_| !settings.is_maximised) {
                settings.window = Some((inner.size() * settings.zoom).into());
            }
        });
        if settings.zoom != self.model.settings.zoom {
            self.send(context, Msg::SetSettings(Box::new(settings)));
        } else if settings != self.model.settings {
            // Written down when the window closes.
            self.model.settings = settings;
        }
    }

    /// The name of the window says what is in it.
    fn apply_title(&mut self, context: &Context) {
        let title = self.model.title();
        if self.title != title {
            context.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// Draws everything and takes what a person did.
    pub fn ui(&mut self, ui: &mut Ui) {
        let mut outbox = Outbox::new();
        keys::take(ui.ctx(), &self.model, &mut outbox);
        views::root_ui(ui, &self.model, &mut self.panes, &mut self.fields, &mut outbox);
        for msg in outbox {
            self.send(ui.ctx(), msg);
        }
        // For the next picture: this one is drawn.
        self.apply_theme(ui.ctx());
        self.apply_title(ui.ctx());
    }

    /// Makes the window look from now on as the settings say, when they have changed.
    fn apply_theme(&mut self, context: &Context) {
        let wished = appearance(&self.model.settings);
        if self.appearance.as_ref() != Some(&wished) {
            theme::set_up(context, &wished);
            self.appearance = Some(wished);
        }
    }

    fn take(&mut self, context: &Context, event: Event) {
        let effects = self.model.on_event(event);
        self.carry_out(context, effects);
        self.panes.follow(&self.model.workspace, &self.model.settings, context);
    }

    fn send(&mut self, context: &Context, msg: Msg) {
        let effects = self.model.update(msg);
        self.carry_out(context, effects);
    }

    fn carry_out(&mut self, context: &Context, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Copy(text) => context.copy_text(text),
                Effect::SaveSettings => self.jobs.save(&self.model.settings, &self.model.recent),
                Effect::Close => {
                    self.may_close = true;
                    context.send_viewport_cmd(egui::ViewportCommand::Close);
                }
                other => self.jobs.run(other),
            }
        }
        // What was changed is drawn even if nobody touches anything.
        context.request_repaint();
    }
}

/// The look that a person has chosen.
fn appearance(settings: &Settings) -> Appearance {
    use settings::{ChangeColours, Palette};
    let always = PaletteChoice::Always;
    Appearance {
        palette: match settings.palette {
            Palette::System => PaletteChoice::System,
            Palette::Light => always(theme::ThemeTokens::Light),
            Palette::Dark => always(theme::ThemeTokens::Dark),
            Palette::HighContrast => always(theme::ThemeTokens::HighContrast),
        },
        changes: match settings.changes {
            ChangeColours::Standard => theme::ChangeTokens::Standard,
            ChangeColours::BlueOrange => theme::ChangeTokens::BlueOrange,
        },
        zoom: settings.zoom,
        code_size: settings.code_size,
        calm_motion: settings.is_calm,
    }
}
