//! Finds a process by name in a snapshot of all processes (Tool Help library).

#![allow(unsafe_code, reason = "the Tool Help library has no safe form")]

use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::{ERROR_NO_MORE_FILES, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};

/// The id of a process other than this one that is called `name`, in any case, with or without `.exe`.
pub(super) fn find(name: &str) -> io::Result<Option<u32>> {
    let own = std::process::id();
    let is_called = |file: &str| {
        let (file, name) = (file.to_lowercase(), name.to_lowercase());
        file == name || file.strip_suffix(".exe") == Some(name.as_str())
    };
    let processes = processes()?;
    Ok(processes.into_iter().find(|(id, file)| *id != own && is_called(file)).map(|(id, _)| id))
}

/// Id and program file name of every process.
fn processes() -> io::Result<Vec<(u32, String)>> {
    // SAFETY: the call takes no pointer.
    let raw = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
    if raw == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle was just opened, is valid, and nobody else closes it.
    let snapshot = unsafe { OwnedHandle::from_raw_handle(raw) };
    let size_bytes = u32::try_from(size_of::<PROCESSENTRY32W>()).expect("the entry is smaller than 4 GiB");
    let mut entry = PROCESSENTRY32W { dwSize: size_bytes, ..Default::default() };
    let mut all = Vec::new();
    // SAFETY: the snapshot is open, and the entry is ours and says its own size.
    let mut is_filled = unsafe { Process32FirstW(snapshot.as_raw_handle(), &raw mut entry) };
    while is_filled != 0 {
        let file = entry.szExeFile.split(|&unit| unit == 0).next().unwrap_or_default();
        all.push((entry.th32ProcessID, String::from_utf16_lossy(file)));
        // SAFETY: as above.
        is_filled = unsafe { Process32NextW(snapshot.as_raw_handle(), &raw mut entry) };
    }
    let end = io::Error::last_os_error();
    if end.raw_os_error() == i32::try_from(ERROR_NO_MORE_FILES).ok() { Ok(all) } else { Err(end) }
}
