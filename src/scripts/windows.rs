//! A script on Windows: a job of its own, without a console, whose end is the end of everything in it.

#![allow(unsafe_code, reason = "jobs of Windows have no safe form")]

use std::ffi::OsString;
use std::io;
use std::os::windows::ffi::OsStringExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::ptr::null;

use tempfile::Builder;
use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_ACTIVE_PROCESS,
    JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectBasicAccountingInformation, JobObjectExtendedLimitInformation, QueryInformationJobObject,
    SetInformationJobObject, TerminateJobObject,
};
use windows_sys::Win32::System::SystemInformation::{GetSystemDirectoryW, GetSystemWindowsDirectoryW};
use windows_sys::Win32::System::Threading::{
    CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW, CREATE_SUSPENDED, OpenThread, ResumeThread,
    THREAD_SUSPEND_RESUME,
};

use super::ScriptEnd;
use crate::model::Interpreter;

/// The environment variable with the mark of one run.
pub(super) const MARK: &str = "PATCHWRIGHT_RUN";

/// Processes that a script may have at a time: far more than any setup needs, and far fewer than make a machine stand
/// still.
const MOST_PROCESSES: u32 = 256;

pub(super) fn program_of(interpreter: Interpreter) -> Option<PathBuf> {
    let system = folder(GetSystemDirectoryW)?;
    match interpreter {
        Interpreter::PowerShell => Some(system.join("WindowsPowerShell\\v1.0\\powershell.exe")),
        Interpreter::Cmd => Some(system.join("cmd.exe")),
        Interpreter::Sh | Interpreter::Python3 => None,
    }
}

/// The folder for temporary files belongs to the user already.
pub(super) fn private<'b, 'p, 's>(folder: &'b mut Builder<'p, 's>) -> &'b mut Builder<'p, 's> {
    folder
}

/// Everything that a script sees of the environment, besides what is about its patch.
pub(super) fn environment(scratch: &Path) -> Vec<(&'static str, OsString)> {
    let mut environment = vec![("TEMP", scratch.into()), ("TMP", scratch.into())];
    if let (Some(windows), Some(system)) = (folder(GetSystemWindowsDirectoryW), folder(GetSystemDirectoryW)) {
        let mut path = system.clone().into_os_string();
        path.push(";");
        path.push(&windows);
        environment.push(("PATH", path));
        environment.push(("ComSpec", system.join("cmd.exe").into_os_string()));
        environment.push(("SystemRoot", windows.into_os_string()));
    }
    environment
}

/// One of the system's own folders, from the system and not from the environment.
fn folder(ask: unsafe extern "system" fn(*mut u16, u32) -> u32) -> Option<PathBuf> {
    const MAX_UNITS: u32 = 1024;
    let mut units = [0_u16; MAX_UNITS as usize];
    // SAFETY: the buffer is ours and as long as we say.
    let length = unsafe { ask(units.as_mut_ptr(), MAX_UNITS) };
    (1..MAX_UNITS).contains(&length).then(|| PathBuf::from(OsString::from_wide(&units[..length as usize])))
}

/// Everything that a script has started. Closing it ends all of that, also when this program dies.
pub(super) struct Group {
    job: OwnedHandle,
}

/// The script is in its job before its first instruction, so that nothing it starts can be outside.
pub(super) fn start(command: &mut Command, _: String) -> io::Result<(Child, Group)> {
    let group = Group::new()?;
    command.creation_flags(CREATE_SUSPENDED | CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP);
    let mut child = command.spawn()?;
    let begun = group.take_in(&child).and_then(|()| resume(child.id()));
    if let Err(error) = begun {
        // It has not run yet, and never will.
        let _ = child.kill();
        let _ = child.wait();
        return Err(error);
    }
    Ok((child, group))
}

impl Group {
    fn new() -> io::Result<Self> {
        // SAFETY: neither attributes nor a name are given.
        let raw = unsafe { CreateJobObjectW(null(), null()) };
        if raw.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle was just opened, is valid, and nobody else closes it.
        let job = unsafe { OwnedHandle::from_raw_handle(raw) };
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
            | JOB_OBJECT_LIMIT_ACTIVE_PROCESS
            | JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION;
        limits.BasicLimitInformation.ActiveProcessLimit = MOST_PROCESSES;
        // SAFETY: the job is open, and the limits are ours and as long as we say.
        check(unsafe {
            SetInformationJobObject(
                job.as_raw_handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size_in_bytes::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>(),
            )
        })?;
        Ok(Self { job })
    }

    fn take_in(&self, child: &Child) -> io::Result<()> {
        // SAFETY: both handles are open.
        check(unsafe { AssignProcessToJobObject(self.job.as_raw_handle(), child.as_raw_handle()) })
    }

    /// Whether the script itself has ended.
    pub(crate) fn has_ended(&self, child: &mut Child) -> io::Result<bool> {
        child.try_wait().map(|status| status.is_some())
    }

    /// Ends everything that is still running. Says whether anything was.
    pub fn end(&self) -> bool {
        let has_others = self.running().is_ok_and(|running| running > 0);
        // SAFETY: the job is open. If it fails, closing the job does the same.
        let _ = unsafe { TerminateJobObject(self.job.as_raw_handle(), 1) };
        has_others
    }

    fn running(&self) -> io::Result<u32> {
        let mut counted = JOBOBJECT_BASIC_ACCOUNTING_INFORMATION::default();
        // SAFETY: the job is open, and the counts are ours and as long as we say.
        check(unsafe {
            QueryInformationJobObject(
                self.job.as_raw_handle(),
                JobObjectBasicAccountingInformation,
                (&raw mut counted).cast(),
                size_in_bytes::<JOBOBJECT_BASIC_ACCOUNTING_INFORMATION>(),
                std::ptr::null_mut(),
            )
        })?;
        Ok(counted.ActiveProcesses)
    }
}

pub(super) fn end_of(status: ExitStatus) -> ScriptEnd {
    match status.code() {
        Some(code) => ScriptEnd::Exit(code),
        None => ScriptEnd::NotStarted("how it ended is unknown".to_owned()),
    }
}

/// Lets a process run that was started suspended: it has one thread.
fn resume(process: u32) -> io::Result<()> {
    // SAFETY: the call takes no pointer.
    let raw = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0) };
    if raw == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle was just opened, is valid, and nobody else closes it.
    let snapshot = unsafe { OwnedHandle::from_raw_handle(raw) };
    let mut entry = THREADENTRY32 { dwSize: size_in_bytes::<THREADENTRY32>(), ..Default::default() };
    // SAFETY: the snapshot is open, and the entry is ours and says its own size.
    let mut is_filled = unsafe { Thread32First(snapshot.as_raw_handle(), &raw mut entry) };
    while is_filled != 0 {
        if entry.th32OwnerProcessID == process {
            return resume_thread(entry.th32ThreadID);
        }
        // SAFETY: as above.
        is_filled = unsafe { Thread32Next(snapshot.as_raw_handle(), &raw mut entry) };
    }
    Err(io::Error::other("its thread is not found"))
}

fn resume_thread(id: u32) -> io::Result<()> {
    // SAFETY: the call takes no pointer.
    let raw = unsafe { OpenThread(THREAD_SUSPEND_RESUME, 0, id) };
    if raw.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle was just opened, is valid, and nobody else closes it.
    let thread = unsafe { OwnedHandle::from_raw_handle(raw) };
    // SAFETY: the thread is open.
    match unsafe { ResumeThread(thread.as_raw_handle()) } {
        u32::MAX => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

fn check(succeeded: i32) -> io::Result<()> {
    if succeeded == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn size_in_bytes<T>() -> u32 {
    u32::try_from(size_of::<T>()).expect("the structures of the system are smaller than 4 GiB")
}
