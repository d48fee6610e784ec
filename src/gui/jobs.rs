//! The slow things: reading a patch file, and waiting for the dialog that chooses one.

use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;

use super::summary::{self, Refusal, Summary};

/// How a job ended.
pub enum Event {
    /// A person chose this file.
    Chosen(PathBuf),
    /// The patch file was read, or refused.
    Read(Result<Summary, Refusal>),
}

/// Runs jobs on threads and hands over their ends.
pub struct Jobs {
    context: egui::Context,
    sender: mpsc::Sender<(Question, Event)>,
    receiver: mpsc::Receiver<(Question, Event)>,
    /// The read whose answer is waited for; answers to earlier ones come too late.
    newest_read: u64,
}

/// What an event is the answer to.
enum Question {
    Choose,
    Read(u64),
}

impl Jobs {
    /// No job yet. `context` is woken when one ends.
    pub fn new(context: egui::Context) -> Self {
        let (sender, receiver) = mpsc::channel();
        Self { context, sender, receiver, newest_read: 0 }
    }

    /// Reads the patch file at `path`.
    pub fn read(&mut self, path: PathBuf) {
        self.newest_read += 1;
        let question = Question::Read(self.newest_read);
        self.start("read patch file", question, move || Some(Event::Read(summary::load(&path))));
    }

    /// Lets a person choose a patch file.
    pub fn choose(&self) {
        // On a thread: the dialog may take as long as it likes, or never come up where there is no desktop portal.
        self.start("choose patch file", Question::Choose, || {
            let dialog = rfd::FileDialog::new()
                .set_title("Open a patch file")
                .add_filter("Patch file", &["patchbundle"])
                .add_filter("All files", &["*"]);
            dialog.pick_file().map(Event::Chosen)
        });
    }

    /// The end of a job that is still of interest.
    pub fn next_event(&self) -> Option<Event> {
        let in_time = |question: &Question| match question {
            Question::Choose => true,
            Question::Read(number) => *number == self.newest_read,
        };
        self.receiver.try_iter().find(|(question, _)| in_time(question)).map(|(_, event)| event)
    }

    fn start(&self, name: &str, question: Question, work: impl FnOnce() -> Option<Event> + Send + 'static) {
        let (sender, context) = (self.sender.clone(), self.context.clone());
        let job = move || {
            if let Some(event) = work() {
                // Nobody listens only when the window is gone, and then nobody misses it.
                sender.send((question, event)).ok();
                context.request_repaint();
            }
        };
        thread::Builder::new().name(name.to_owned()).spawn(job).expect("the system has a thread left");
    }
}
