//! Somebody at the window: presses what has a name, reads what is there.
//!
//! Jobs answer at once, from a real workbench on real folders in which time stands still. What takes place outside
//! (dialogs, the clipboard) is written down. After everything that is done, each page is held to what holds for all:
//! who cannot press something reads why, and nothing reaches the screen that hides or turns text.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use egui::{Key, Modifiers, Rect, Role, Vec2, ViewportCommand, ViewportEvent, ViewportId};
use egui_kittest::kittest::NodeT;
use egui_kittest::{Harness, Node};
use patchwright::gui::App;
use patchwright::present::Model;
use patchwright::present::message::Event;
use patchwright::present::worker::{self, WorkerLine};
use patchwright::progress::{CancelToken, HowFar, Phase, Quiet};
use patchwright::settings::{Palette, Recent, Settings};
use patchwright::words;
use patchwright::workbench::{Entry, FolderStatus, Sample, Watch};

pub use super::desk::Desk;
use super::desk::Hands;
use crate::support::told;

/// The smallest window that is promised to work.
const SIZE: Vec2 = Vec2::new(1024.0, 720.0);
/// Longer than any chain of pictures that one click leads to.
const MAX_STEPS: u64 = 12;

/// How a window is opened.
pub struct Opening {
    pub size: Vec2,
    pub scale: f32,
    pub palette: Palette,
    /// What was opened earlier.
    pub recent: Recent,
    /// What the window is started with.
    pub paths: Vec<PathBuf>,
    pub desk: Desk,
}

impl Opening {
    /// As at the first start.
    pub fn new() -> Self {
        Self {
            size: SIZE,
            scale: 1.0,
            palette: Palette::Light,
            recent: Recent::default(),
            paths: Vec::new(),
            desk: Desk::new(),
        }
    }

    /// The same with patches and folders at once.
    pub fn with_paths(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        Self { paths: paths.into_iter().collect(), ..Self::new() }
    }

    /// The window at its first rest.
    pub fn open(self) -> Person {
        let settings = Settings { palette: self.palette, is_calm: true, ..Settings::default() };
        let theme = if self.palette == Palette::Dark { egui::Theme::Dark } else { egui::Theme::Light };
        let model = Model::new(settings, self.recent);
        let desk = Rc::new(RefCell::new(self.desk));
        let seat = Seat { app: Rc::default(), looks_twice: false };
        let (app, hands, paths) = (seat.app.clone(), Hands(desk.clone()), self.paths);
        let builder = Harness::builder()
            .with_size(self.size)
            .with_pixels_per_point(self.scale)
            .with_theme(theme)
            .with_max_steps(MAX_STEPS)
            .with_context_setup(move |context| {
                *app.borrow_mut() = Some(App::new(context, model, Box::new(hands), &paths));
            });
        let draw = |ui: &mut egui::Ui, seat: &mut Seat| {
            let mut app = seat.app.borrow_mut();
            let app = app.as_mut().expect("it was made before the first picture");
            let context = ui.ctx().clone();
            app.logic(&context);
            if seat.looks_twice {
                app.logic(&context);
            }
            app.ui(ui);
        };
        let mut person = Person { harness: builder.build_ui_state(draw, seat), desk };
        person.settle();
        person
    }
}

/// What the harness draws.
pub struct Seat {
    app: Rc<RefCell<Option<App>>>,
    /// Whether everything beside drawing happens twice for each picture, as it may.
    pub looks_twice: bool,
}

/// Somebody at the window.
pub struct Person {
    pub harness: Harness<'static, Seat>,
    desk: Rc<RefCell<Desk>>,
}

impl Person {
    /// At the first start.
    pub fn new() -> Self {
        Opening::new().open()
    }

    /// With the sample laid out and its first patch open.
    pub fn with_sample() -> Self {
        let mut person = Self::new();
        person.press(words::START_SAMPLE);
        person
    }

    /// The same in another kind of window, on another desk.
    pub fn with_sample_in(opening: Opening) -> Self {
        let mut person = opening.open();
        person.press(words::START_SAMPLE);
        person
    }

    /// What the jobs do.
    pub fn desk(&self) -> std::cell::RefMut<'_, Desk> {
        self.desk.borrow_mut()
    }

    /// The state of a folder and its history, as the engine tells them.
    #[track_caller]
    pub fn folder_as_it_is(&self, folder: &Path) -> (FolderStatus, Vec<Entry>) {
        let cancel = CancelToken::new();
        let watch = Watch { progress: &Quiet, cancel: &cancel };
        let desk = self.desk.borrow();
        let status = desk.workbench.status(folder, watch).expect("a folder that can be read");
        (status, desk.workbench.history(folder).expect("a good history").entries)
    }

    /// The sample.
    pub fn sample(&self) -> Sample {
        self.desk.borrow().sample.clone().expect("the sample was laid out")
    }

    /// Looks at the model.
    pub fn model<T>(&self, look: impl FnOnce(&Model) -> T) -> T {
        look(self.harness.state().app.borrow().as_ref().expect("a window").model())
    }

    /// A picture after everything that was done, until nothing changes any more.
    #[track_caller]
    pub fn settle(&mut self) {
        self.harness.run();
        // Whoever comes to a page looks at it before pressing anything.
        while self.has_just_come() {
            self.harness.step();
        }
        self.harness.run();
        self.check_reasons();
        self.check_texts();
    }

    /// Whether the page has come so lately that its button does nothing yet.
    pub fn has_just_come(&self) -> bool {
        let just = Some(words::JUST_SHOWN.to_owned());
        self.controls().iter().any(|node| node.accesskit_node().description() == just)
    }

    /// Something outside answers.
    #[track_caller]
    pub fn hears(&mut self, event: Event) {
        self.desk().answers.push_back(event);
        self.settle();
    }

    /// The worker says how far it is.
    #[track_caller]
    pub fn hears_progress(&mut self, phase: Phase, done: u64, total: u64) {
        self.hears(Event::Worker(WorkerLine::Progress(HowFar { phase, done, total })));
    }

    /// The worker says its last word and ends.
    #[track_caller]
    pub fn hears_end(&mut self, last_word: &str) {
        let last_word = worker::parse(last_word).expect("a worker says this");
        self.desk().answers.push_back(Event::Worker(last_word));
        self.hears(Event::WorkerEnded);
    }

    /// Presses the one thing with this name that can be pressed, scrolling to it if need be.
    #[track_caller]
    pub fn press(&mut self, label: &str) {
        self.bring_into_view(label);
        let node = self.control(label);
        assert!(!node.accesskit_node().is_disabled(), "{label} cannot be pressed in:\n{}", self.told());
        node.click();
        self.settle();
    }

    /// Scrolls until the thing with this name can be seen.
    #[track_caller]
    pub fn bring_into_view(&mut self, label: &str) {
        if !self.is_in_view(self.control(label).rect()) {
            self.control(label).scroll_to_me();
            self.settle();
        }
    }

    /// Whether all of it can be seen.
    pub fn is_in_view(&self, rect: Rect) -> bool {
        self.harness.ctx.content_rect().expand(1.0).contains_rect(rect)
    }

    /// The one thing with this name that can be pressed or would be.
    #[track_caller]
    pub fn control(&self, label: &str) -> Node<'_> {
        self.try_control(label).unwrap_or_else(|| panic!("there is no {label:?} in:\n{}", self.told()))
    }

    /// The same, or nothing; of several the first.
    pub fn try_control<'a>(&'a self, label: &str) -> Option<Node<'a>> {
        let mut found = self.controls();
        found.retain(|node| node.accesskit_node().label().as_deref() == Some(label));
        found.into_iter().next()
    }

    /// Everything that can be pressed, or would be.
    pub fn controls(&self) -> Vec<Node<'_>> {
        let is_control = |node: &Node<'_>| {
            let inner = node.accesskit_node();
            !inner.is_hidden()
                && matches!(
                    inner.role(),
                    Role::Button
                        | Role::Link
                        | Role::CheckBox
                        | Role::DisclosureTriangle
                        | Role::RadioButton
                        | Role::Tab
                        | Role::MultilineTextInput
                        | Role::PasswordInput
                        | Role::TextInput
                )
        };
        self.harness.root().children_recursive().filter(is_control).collect()
    }

    /// To the page that says who signed the patch, by what stands beside its name.
    #[track_caller]
    pub fn opens_signatures(&mut self) {
        let labels = self.controls().into_iter().filter_map(|node| node.accesskit_node().label());
        let label = labels.into_iter().find(|label| label.ends_with(words::window::WHO_SIGNED));
        self.press(&label.expect("the patch has a signature mark"));
    }

    /// To the page whose name begins so.
    #[track_caller]
    pub fn opens_tab(&mut self, name: &str) {
        let tabs = self.controls().into_iter().filter(|node| node.accesskit_node().role() == Role::Tab);
        let labels: Vec<String> = tabs.filter_map(|node| node.accesskit_node().label()).collect();
        let label = labels.into_iter().find(|label| label.split(' ').next() == Some(name));
        self.press(&label.expect("every page has a tab"));
    }

    /// Writes into the field of this name, letter by letter, instead of what is there.
    #[track_caller]
    pub fn writes(&mut self, field: &str, text: &str) {
        self.bring_into_view(field);
        self.control(field).focus();
        self.settle();
        self.types(Modifiers::COMMAND, Key::A);
        for letter in text.chars() {
            self.harness.event(egui::Event::Text(letter.to_string()));
        }
        self.settle();
    }

    /// Presses keys.
    #[track_caller]
    pub fn types(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.settle();
    }

    /// Whether a text is on the page that is, or contains, these words.
    pub fn sees(&self, words: &str) -> bool {
        self.texts().iter().any(|text| text.contains(words))
    }

    /// Fails with the whole page if it is not there.
    #[track_caller]
    pub fn must_see(&self, words: &str) {
        assert!(self.sees(words), "{words:?} is not to be seen in:\n{}", self.told());
    }

    /// Every text of the page.
    pub fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for node in self.harness.root().children_recursive() {
            let inner = node.accesskit_node();
            if !inner.is_hidden() {
                texts.extend([inner.label(), inner.value(), inner.description()].into_iter().flatten());
            }
        }
        texts
    }

    /// Asks the window to close; what it says to the system.
    pub fn closes(&mut self) -> Vec<ViewportCommand> {
        let view = self.harness.input_mut().viewports.entry(ViewportId::ROOT).or_default();
        view.events.push(ViewportEvent::Close);
        self.harness.step();
        let commands = self.harness.output().viewport_output[&ViewportId::ROOT].commands.clone();
        self.settle();
        commands
    }

    /// The page as a screen reader is told it, without what is different in each run.
    pub fn told(&self) -> String {
        let mut page = told(&self.harness.root());
        if let Some(sample) = &self.desk.borrow().sample {
            page = page.replace(&sample.place.display().to_string(), "/tmp/sample");
        }
        mask_digests(&page).lines().map(mask_time).collect::<Vec<_>>().join("\n")
    }

    /// Who cannot press something is told why, and reads it, or what to do first, on the same page.
    #[track_caller]
    fn check_reasons(&self) {
        let nodes: Vec<Node<'_>> = self.harness.root().children_recursive().collect();
        let text = |node: &Node<'_>| {
            let inner = node.accesskit_node();
            let text = inner.value().or(inner.label()).filter(|_| inner.role() == Role::Label);
            text.unwrap_or_default()
        };
        let texts: Vec<String> = nodes.iter().map(text).collect();
        for (index, node) in nodes.iter().enumerate() {
            let inner = node.accesskit_node();
            if !inner.is_disabled() || inner.is_hidden() || inner.role() == Role::GenericContainer {
                continue;
            }
            let name = inner.label().unwrap_or_default();
            let has_reason = match inner.description() {
                Some(reason) => texts
                    .iter()
                    .any(|text| text.contains(&reason) || text.contains(name.trim_end_matches('…'))),
                // The reason follows at once.
                None => texts[index + 1..]
                    .iter()
                    .take(4)
                    .any(|text| words::ALL.iter().any(|(_, word)| word == text)),
            };
            assert!(has_reason, "{name:?} does not say why it cannot be pressed:\n{}", self.told());
        }
    }

    /// Nothing hides text, turns its direction or moves a cursor.
    #[track_caller]
    fn check_texts(&self) {
        for text in self.texts() {
            let harm = text.chars().find(|c| !is_harmless(*c));
            assert_eq!(harm, None, "{text:?}");
            // Who sits at the window types no commands.
            assert!(!text.contains(" --") && !text.contains("patchwright apply"), "{text:?}");
        }
    }
}

/// Whether `c` may be drawn; a text of several lines has line feeds, and tabs at their beginning.
fn is_harmless(c: char) -> bool {
    let hides = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}');
    matches!(c, '\n' | '\t') || !(c.is_control() || hides)
}

/// How long work has gone on so far is different each time.
fn mask_time(line: &str) -> String {
    let is_time = |text: &str| text.strip_suffix(" s").is_some_and(|number| number.parse::<u64>().is_ok());
    match line.split('"').nth(1) {
        Some(text) if is_time(text) => line.replace(text, "<time>"),
        _ => line.to_owned(),
    }
}

/// Digests depend on what a file system is asked for; a page is about words.
fn mask_digests(text: &str) -> String {
    const DIGEST: usize = 64;
    let mut masked = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_hexdigit()) {
        let run = rest[start..].find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len() - start);
        masked.push_str(&rest[..start]);
        masked.push_str(if run == DIGEST { "<digest>" } else { &rest[start..start + run] });
        rest = &rest[start + run..];
    }
    masked + rest
}

/// Every file below `folder`, without our records.
pub fn everything(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.file_name().is_some_and(|name| name == ".patchwright") {
                continue;
            }
            match fs::symlink_metadata(&path).expect("something").is_dir() {
                true => folders.push(path),
                false => found.push((path.clone(), fs::read(&path).expect("a file"))),
            }
        }
    }
    found.sort();
    found
}
