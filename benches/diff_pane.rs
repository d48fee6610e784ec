//! Measures the pane of changes against its budgets: a picture of a million lines while scrolling, the first rows of
//! ten thousand lines, the tree of five thousand files, two hundred megabytes as bytes, two large pictures.
//!
//! `cargo bench --bench diff_pane`. Times are those of the processor, where the system tells them, so that a busy
//! machine changes little; graphics are not part of them.

use std::fmt::Write as _;
use std::fs;
use std::time::{Duration, Instant};

use egui::{Context, Event, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, vec2};
use patchwright::environment::Environment;
use patchwright::gui::{App, Jobs};
use patchwright::model::{Digest, FileChange, FileNode, LocalEdits, Mode, Node, Role, TreePath};
use patchwright::present::message::{Destination, Effect, Msg};
use patchwright::present::{Model, Tab, reading};
use patchwright::progress::{CancelToken, Quiet};
use patchwright::settings::{Recent, Settings};
use patchwright::toolkit::theme::{self, Appearance};
use patchwright::viewer::layout::{PaneAction, PaneState};
use patchwright::viewer::model::{View, ViewedContents};
use patchwright::viewer::paint::{decode, highlight, pane_ui};
use patchwright::workbench::{
    ChangeSide, Comparison, MakeRequest, OneChange, OrderSource, ProofChoice, SideContent, TextOptions,
    Watch, Workbench,
};

/// Pictures that are drawn while scrolling.
const PICTURES: u32 = 400;

fn main() {
    scroll_a_million_lines();
    first_rows_of_ten_thousand_lines();
    the_tree_of_five_thousand_files();
    two_hundred_megabytes_as_bytes();
    two_large_pictures();
}

fn scroll_a_million_lines() {
    let old = code(1_000_000, |_| false);
    let new = code(1_000_000, |line| line % 50 == 7);
    let before = resident_bytes();
    let (contents, took) = measured(|| contents("src/big.rs", old, new));
    let diff = contents.text().expect("text");
    println!(
        "1,000,000 lines: compared in {took:.0?}, {} hunks, tables {} MB, memory grew by {} MB",
        diff.hunks().len(),
        diff.table_bytes() >> 20,
        resident_bytes().saturating_sub(before) >> 20,
    );
    let mut pane = Pane::new(contents);
    pane.picture(vec![]);
    // Three lines a step, now and then a jump, so that most rows are new.
    pane.pictures("  a picture while scrolling", |pane, step| {
        if step % 40 == 39 {
            pane.state.act(&pane.contents, PaneAction::NextHunk, &mut Vec::new());
        }
        wheel(-60.0)
    });
    pane.state.act(&pane.contents, PaneAction::ToggleWholeFile, &mut Vec::new());
    pane.pictures("  a picture with the whole file shown", |_, _| wheel(-2_000.0));
}

fn first_rows_of_ten_thousand_lines() {
    let old = code(10_000, |_| false);
    let new = code(10_000, |line| line % 40 == 3);
    let (contents, compared) = measured(|| contents("src/app.rs", old, new));
    let mut pane = Pane::new(contents);
    let drawn = pane.picture(vec![]);
    println!(
        "10,000 lines: compared in {compared:.1?} of the processor, first rows drawn after {drawn:.1?} more by the clock"
    );
    let mut first = None;
    let begin = Instant::now();
    let (found, took) = measured(|| {
        highlight(&pane.contents, &CancelToken::new(), &mut |_| {
            first.get_or_insert_with(|| begin.elapsed());
        })
    });
    let is_coloured = found.is_ok_and(|found| !found.is_empty());
    println!(
        "  colours: first screens after {:.0?}, all after {took:.0?} ({is_coloured})",
        first.unwrap_or_default()
    );
}

fn the_tree_of_five_thousand_files() {
    let place = tempfile::tempdir().expect("room for a patch");
    let (old, new) = (place.path().join("old"), place.path().join("new"));
    for number in 0..5_000_u32 {
        let path = format!("part-{}/area-{}/file-{number}.txt", number % 20, number % 100);
        for (root, text) in [(&old, "before"), (&new, "after")] {
            let path = root.join(&path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("room");
            fs::write(path, format!("{text} {number}\n")).expect("room");
        }
    }
    let bench = Workbench::new(Environment::of_this_machine());
    let watch = Watch { progress: &Quiet, cancel: &CancelToken::new() };
    let output = place.path().join("large.patchbundle");
    let order = OrderSource::Id("LARGE".to_owned());
    let request = MakeRequest { from: old, to: new, order, output, proof: ProofChoice::Skip };
    let made = bench.make(&request, watch).expect("a patch");

    let mut model = Model::new(Settings::default(), Recent::default());
    let begin = Instant::now();
    let ((), read) = measured(|| {
        for effect in model.update(Msg::OpenBundle(made.output)) {
            if let Some(event) = reading::answer(&bench, &TextOptions::default(), effect, watch) {
                model.on_event(event);
            }
        }
        model.update(Msg::GoTo(Destination::Workspace(Tab::Changes)));
    });
    let tree = model.workspace.tree.as_ref().expect("a tree").rows().len();
    let context = Context::default();
    let mut app = App::new(&context, model, Box::new(NoJobs), &[]);
    let ((), drawn) = measured(|| {
        let size = Rect::from_min_size(Pos2::ZERO, vec2(1_600.0, 1_000.0));
        let input = RawInput { screen_rect: Some(size), ..RawInput::default() };
        context.run_ui(input, |ui| app.ui(ui)).drop_without_applying_deltas();
    });
    println!(
        "5,000 files: read and sorted into {tree} rows in {read:.0?}, first picture {drawn:.0?} more; {:.0?} by the clock",
        begin.elapsed()
    );
}

/// Carries out nothing: everything was read before.
struct NoJobs;

impl Jobs for NoJobs {
    fn run(&mut self, _: Effect) {}

    fn next_event(&mut self) -> Option<patchwright::present::message::Event> {
        None
    }

    fn save(&mut self, _: &Settings, _: &Recent) {}
}

fn two_hundred_megabytes_as_bytes() {
    let old = noise(200 << 20);
    let mut new = old.clone();
    for at in (0..new.len()).step_by(3 << 20) {
        new[at] ^= 0x55;
    }
    new.splice(100 << 20..100 << 20, [7; 1_000]);
    let (contents, took) = measured(|| contents("lib/big.bin", old, new));
    let bytes = contents.bytes().expect("bytes are compared at once");
    println!("200 MB as bytes: compared in {took:.0?}, {} places differ", bytes.differences().len());
    let mut pane = Pane::new(contents);
    pane.state.act(&pane.contents, PaneAction::Show(View::Bytes), &mut Vec::new());
    pane.picture(vec![]);
    pane.pictures("  a picture while scrolling", |_, _| wheel(-400.0));
}

fn two_large_pictures() {
    let mut picture = image::RgbaImage::from_fn(3_840, 2_160, |x, y| {
        image::Rgba([(x / 15) as u8, (y / 9) as u8, (x ^ y) as u8, u8::MAX])
    });
    let old = png(&picture);
    for (x, y) in (500..900).flat_map(|x| (300..500).map(move |y| (x, y))) {
        picture.put_pixel(x, y, image::Rgba([u8::MAX; 4]));
    }
    let contents = contents("img/large.png", old, png(&picture));
    let (_, took) = measured(|| decode(&contents, &CancelToken::new()).is_ok());
    println!("Two pictures of 3,840 × 2,160: decoded and compared in {took:.0?}");
}

fn png(picture: &image::RgbaImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("memory takes it");
    bytes.into_inner()
}

/// A pane without a window.
struct Pane {
    context: Context,
    contents: ViewedContents,
    state: PaneState,
    time: f64,
}

impl Pane {
    fn new(contents: ViewedContents) -> Self {
        let context = Context::default();
        theme::set_up(&context, &Appearance::default());
        Self { context, contents, state: PaneState::new(), time: 0.0 }
    }

    /// Draws pictures, each with what `event` does, and says how long they took.
    fn pictures(&mut self, what: &str, mut event: impl FnMut(&mut Self, u32) -> Event) {
        let before = processor_time();
        let mut times = Vec::new();
        for step in 0..PICTURES {
            let event = event(self, step);
            times.push(self.picture(vec![event]));
        }
        let mean = processor_time().zip(before).map(|(after, before)| (after - before) / PICTURES);
        times.sort();
        let part = |percent: usize| times[(times.len() - 1) * percent / 100];
        println!(
            "{what}: {:.2?} of the processor each; by the clock {:.2?} in the middle, {:.2?} at 99 %",
            mean.unwrap_or_default(),
            part(50),
            part(99)
        );
    }

    /// Draws one picture down to triangles, and says how long that took by the clock.
    fn picture(&mut self, events: Vec<Event>) -> Duration {
        self.time += 1.0 / 60.0;
        let pointer = Event::PointerMoved(Pos2::new(600.0, 400.0));
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, vec2(1_600.0, 1_000.0))),
            time: Some(self.time),
            events: [vec![pointer], events].concat(),
            ..RawInput::default()
        };
        let (contents, state) = (&self.contents, &mut self.state);
        let begin = Instant::now();
        {
            let output =
                self.context.run_ui(input, |ui| pane_ui(ui, contents.into(), state, &mut Vec::new()));
            let (shapes, scale) = (output.shapes.clone(), output.pixels_per_point);
            output.drop_without_applying_deltas();
            self.context.tessellate(shapes, scale);
        }
        begin.elapsed()
    }
}

fn wheel(points: f32) -> Event {
    Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, points),
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: egui::Modifiers::NONE,
    }
}

/// Lines that look like code; those that `is_changed` names have another number.
fn code(lines: u32, is_changed: impl Fn(u32) -> bool) -> Vec<u8> {
    let mut text = String::new();
    for line in 0..lines {
        let number = if is_changed(line) { line * 3 + 1 } else { line };
        match line % 5 {
            0 => writeln!(text, "fn step_{line}(input: &str) -> Option<u64> {{"),
            4 => writeln!(text, "}}"),
            _ => writeln!(
                text,
                "    let value_{line} = parse(input, {number}).unwrap_or(\"{line}\"); // as before"
            ),
        }
        .expect("a string takes it");
    }
    text.into_bytes()
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut seed = 1_u64;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 32).to_le_bytes()
    };
    (0..bytes / 8).flat_map(|_| next()).collect()
}

fn contents(path: &str, before: Vec<u8>, after: Vec<u8>) -> ViewedContents {
    let node = |bytes: &[u8]| {
        let (digest, size_bytes) = (Digest::compute(bytes), bytes.len() as u64);
        Node::File(FileNode { digest, size_bytes, mode: Mode::FILE })
    };
    let (left, right) = (node(&before), node(&after));
    let change = OneChange {
        change: FileChange {
            path: TreePath::parse(path).expect("a path"),
            before: vec![left.clone()],
            after: Some(right),
            payload: None,
            base: None,
            edit: None,
            role: Role::Data,
            local_edits: LocalEdits::Refuse,
            fixes: Vec::new(),
        },
        before_source: None,
        comparison: Comparison::OriginalToAfter,
        edits: None,
        renamed_from: None,
        left: Some(left),
        before: ChangeSide::Content(SideContent::from(before)),
        after: ChangeSide::Content(SideContent::from(after)),
    };
    ViewedContents::new(change, &CancelToken::new()).expect("nobody stops it")
}

fn measured<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let (begin, processor) = (Instant::now(), processor_time());
    let result = work();
    let took = match (processor, processor_time()) {
        (Some(before), Some(after)) => after - before,
        _ => begin.elapsed(),
    };
    (result, took)
}

/// What this thread has used of the processor so far, where Linux tells it.
fn processor_time() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

/// Memory of this process, where Linux tells it.
fn resident_bytes() -> usize {
    let text = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4_096
}
