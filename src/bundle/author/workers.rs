//! Threads that pack many files at once without holding too much of them in memory.
//!
//! Not a thread pool with work stealing: a thread that waits for memory must not pick up a second piece of work while
//! the first still holds its share.

use std::num::NonZero;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Builder};

/// What all jobs that run at the same time may take together, in bytes. One that takes more by itself runs alone.
const BUDGET_BYTES: u64 = 96 << 20;

/// Does all `jobs`, as many at a time as there are processors and as fit in memory by `memory_of`, and returns their
/// results in the order of the jobs. They are begun in this order too: put the longest first.
///
/// # Errors
/// One of the first jobs that failed; no further job is begun then.
pub(super) fn run<J: Sync, T: Send, E: Send>(
    jobs: &[J],
    memory_of: impl Fn(&J) -> u64 + Sync,
    work: impl Fn(&J) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    run_on(Builder::new, jobs, memory_of, work)
}

fn run_on<J: Sync, T: Send, E: Send>(
    new_thread: impl Fn() -> Builder,
    jobs: &[J],
    memory_of: impl Fn(&J) -> u64 + Sync,
    work: impl Fn(&J) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(jobs.len());
    let desk = MemoryBoundPool { jobs, memory_of, state: Mutex::default(), freed: Condvar::new() };
    let work_on = || {
        while let Some(index) = desk.take() {
            let result = work(&jobs[index]);
            desk.give_back(index, result);
        }
    };
    thread::scope(|scope| {
        let begun = (0..threads).filter(|_| new_thread().spawn_scoped(scope, work_on).is_ok()).count();
        // Where the system refuses some threads the others do their work; where it refuses all, this one does it.
        if begun == 0 {
            work_on();
        }
    });
    let mut results = desk.state.into_inner().unwrap_or_else(PoisonError::into_inner).results;
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Hands out jobs.
struct MemoryBoundPool<'j, J, M, T, E> {
    jobs: &'j [J],
    memory_of: M,
    state: Mutex<State<T, E>>,
    /// A job has ended.
    freed: Condvar,
}

struct State<T, E> {
    next: usize,
    memory_bytes: u64,
    has_failed: bool,
    results: Vec<(usize, Result<T, E>)>,
}

impl<T, E> Default for State<T, E> {
    fn default() -> Self {
        Self { next: 0, memory_bytes: 0, has_failed: false, results: Vec::new() }
    }
}

impl<J, M: Fn(&J) -> u64, T, E> MemoryBoundPool<'_, J, M, T, E> {
    /// The next job, as soon as there is memory for it.
    fn take(&self) -> Option<usize> {
        let mut state = self.lock();
        loop {
            let job = self.jobs.get(state.next).filter(|_| !state.has_failed)?;
            let memory_bytes = (self.memory_of)(job);
            if state.memory_bytes == 0 || state.memory_bytes + memory_bytes <= BUDGET_BYTES {
                let index = state.next;
                state.next += 1;
                state.memory_bytes += memory_bytes;
                return Some(index);
            }
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn give_back(&self, index: usize, result: Result<T, E>) {
        let mut state = self.lock();
        state.memory_bytes -= (self.memory_of)(&self.jobs[index]);
        state.has_failed |= result.is_err();
        state.results.push((index, result));
        self.freed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

    use super::*;
    use crate::threads::refused;

    #[test]
    fn results_stand_in_the_order_of_the_jobs() {
        let jobs: Vec<u64> = (0..100).collect();
        let results = run(&jobs, |_| 1, |job| Ok::<_, ()>(job * 2)).expect("none fails");
        assert_eq!(results, jobs.iter().map(|job| job * 2).collect::<Vec<_>>());
    }

    #[test]
    fn the_work_is_done_when_threads_are_refused() {
        let jobs: Vec<u64> = (0..100).collect();
        let results = run_on(refused, &jobs, |_| 1, |job| Ok::<_, ()>(job * 2)).expect("none fails");
        assert_eq!(results, jobs.iter().map(|job| job * 2).collect::<Vec<_>>());
    }

    #[test]
    fn no_jobs_are_no_results() {
        assert_eq!(run(&[], |_: &u8| 1, |_| Err::<(), _>("never called")), Ok(Vec::new()));
    }

    #[test]
    fn jobs_that_do_not_fit_in_memory_together_run_one_after_another() {
        let (running, most) = (AtomicU64::new(0), AtomicU64::new(0));
        let work = |_: &u8| {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(std::time::Duration::from_millis(1));
            running.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, ()>(())
        };
        run(&[0; 20], |_| BUDGET_BYTES, work).expect("none fails");
        assert_eq!(most.into_inner(), 1);
    }

    #[test]
    fn after_a_failure_nothing_more_is_begun() {
        let begun = AtomicUsize::new(0);
        let work = |_: &u8| {
            begun.fetch_add(1, Ordering::SeqCst);
            Err::<(), _>("no")
        };
        assert_eq!(run(&[0; 1000], |_| BUDGET_BYTES, work), Err("no"));
        assert_eq!(begun.into_inner(), 1);
    }
}
