//! Threads, where the system may have none left: what can be done without one is done without, and the rest says why
//! not. Nothing ends the program for it.

use std::any::Any;
use std::io;
use std::num::NonZero;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Builder};

use rayon::{ThreadBuilder, ThreadPoolBuilder};

/// Does `job` on a thread of its own; in this one where the system has no other.
pub fn beside(name: &str, job: impl FnOnce() + Send + 'static) {
    beside_on(Builder::new().name(name.to_owned()), job);
}

fn beside_on(thread: Builder, job: impl FnOnce() + Send + 'static) {
    // A refused thread does not give back what it was given, so it is given a share.
    let here = Arc::new(Mutex::new(Some(job)));
    let there = here.clone();
    let started = thread.spawn(move || {
        if let Some(job) = take(&there) {
            job();
        }
    });
    if started.is_err()
        && let Some(job) = take(&here)
    {
        job();
    }
}

fn take<T>(shared: &Mutex<Option<T>>) -> Option<T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// What a fault of the program said of itself.
pub(crate) fn said(fault: &(dyn Any + Send)) -> String {
    let text = fault.downcast_ref::<&str>().copied();
    text.or_else(|| fault.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it does not say why")
        .to_owned()
}

/// Starts the threads that share out work on many files: one for each processor, or as many as the system gives.
/// Without this they are started when they are first needed, and the work panics if one of them is refused.
///
/// # Errors
/// If the system has not a single one.
pub(crate) fn start_pool() -> io::Result<()> {
    static IS_STARTED: Mutex<bool> = Mutex::new(false);
    let mut is_started = IS_STARTED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*is_started {
        let mut waiting = waiting(wanted(), || Builder::new().name("files".to_owned()))?.into_iter();
        let pool = ThreadPoolBuilder::new().num_threads(waiting.len());
        let pool = pool.spawn_handler(move |work| match waiting.next() {
            Some(thread) => thread.send(work).map_err(|_| io::ErrorKind::BrokenPipe.into()),
            None => Err(io::ErrorKind::WouldBlock.into()),
        });
        // It fails where work was shared out before this: then there is a pool already.
        let _ = pool.build_global();
        *is_started = true;
    }
    Ok(())
}

/// The same, for a program that does one thing: where the system has not a single thread, the work is done in this one.
pub(crate) fn start_pool_or_work_here() {
    if start_pool().is_err() {
        // It fails where there is a pool already.
        let _ = pool_of_this_thread().build_global();
    }
}

fn pool_of_this_thread() -> ThreadPoolBuilder {
    ThreadPoolBuilder::new().num_threads(1).use_current_thread()
}

/// As many threads as the variable says that rayon knows, or as there are processors.
fn wanted() -> usize {
    let said = std::env::var("RAYON_NUM_THREADS").ok().and_then(|number| number.parse().ok());
    said.filter(|number| *number > 0)
        .unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get))
}

/// Threads that wait for their work, at most so many; they end when nobody will give them any.
fn waiting(most: usize, thread: impl Fn() -> Builder) -> io::Result<Vec<Sender<ThreadBuilder>>> {
    let mut threads = Vec::new();
    for _ in 0..most {
        let (sender, work) = channel::<ThreadBuilder>();
        match thread().spawn(move || work.into_iter().for_each(ThreadBuilder::run)) {
            Ok(_) => threads.push(sender),
            Err(error) if threads.is_empty() => return Err(error),
            // Fewer are slower, and do all of the work.
            Err(_) => break,
        }
    }
    Ok(threads)
}

/// A thread that no system has room for.
#[cfg(test)]
pub(crate) fn refused() -> Builder {
    Builder::new().stack_size(usize::MAX / 8)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use rayon::prelude::*;

    use super::*;

    #[test]
    fn work_is_done_here_when_a_thread_is_refused() {
        let (sender, answers) = channel();
        beside_on(refused(), move || sender.send(thread::current().id()).expect("somebody listens"));
        assert_eq!(answers.try_recv(), Ok(thread::current().id()));
    }

    #[test]
    fn work_is_done_once_and_elsewhere_when_there_is_a_thread() {
        let (sender, answers) = channel();
        beside("test", move || sender.send(thread::current().id()).expect("somebody listens"));
        assert_ne!(answers.recv(), Ok(thread::current().id()));
        answers.recv().expect_err("it is done once");
    }

    #[test]
    fn a_pool_has_as_many_threads_as_the_system_gives() {
        let given = Cell::new(0);
        let threads = waiting(8, || {
            given.set(given.get() + 1);
            if given.get() > 3 { refused() } else { Builder::new() }
        });
        assert_eq!((threads.expect("three are enough").len(), given.get()), (3, 4));
        waiting(8, refused).expect_err("nobody can do the work");
    }

    #[test]
    fn work_on_many_files_is_done_here_when_there_is_not_a_single_thread() {
        let done = thread::spawn(|| {
            let pool = pool_of_this_thread().build().expect("it needs no thread");
            pool.install(|| (0..100).into_par_iter().map(|_| thread::current().id()).collect::<Vec<_>>())
                .into_iter()
                .all(|id| id == thread::current().id())
        });
        assert!(done.join().expect("nothing panics"));
    }

    #[test]
    fn a_pool_is_started_once() {
        start_pool().expect("the system has a thread");
        start_pool().expect("it has been started");
        assert!(rayon::current_num_threads() > 0);
    }
}
