//! A change whose disk is gone from some call on, for every call that it has.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use patchwright::workbench::{Choice, Error, OnForeign, Workbench};

use super::fault_fs::{At, Errno, Fault, FaultFs, Lasting};
use super::sandbox::{Sandbox, Target, bench_on, unwatched};
use super::trees::Tree;

/// Carries out a change with its disk gone from each of its calls on, puts the folder right, and looks whether
/// everything is old or everything is new. Returns the number of calls.
pub fn cut_at_every_call<'a>(
    sandbox: &'a Sandbox,
    prepare: &dyn Fn() -> Target<'a>,
    change: &dyn Fn(&Path, &Workbench) -> Result<(), Error>,
    [old, new]: [&Tree; 2],
) -> usize {
    for call in 1.. {
        let target = prepare();
        let cut = bench_on(move |disk| {
            let fault = Fault::Fails(Errno::Io);
            Arc::new(FaultFs::failing(Arc::new(disk), At::Call(call), fault, Lasting::FromThenOn))
        });
        let result = change(&target.path, &cut);
        let choice = Choice::Undo(OnForeign::Stop);
        let _ = unwatched(|watch| sandbox.bench().recover(&target.path, choice, watch)).expect("it recovers");
        let tree = target.tree();
        let is = |wanted: &Tree| tree.difference(wanted).is_none();
        assert!(is(old) || is(new), "call {call}: neither old nor new");
        assert!(target.status().unfinished.is_none());
        if result.is_ok() {
            assert!(is(new), "done is done");
            return call;
        }
        fs::remove_dir_all(&target.path).expect("our own folder");
    }
    unreachable!("some call is the last one")
}
