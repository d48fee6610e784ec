//! The calls of Windows that the standard library does not offer.

#![allow(unsafe_code, reason = "calls of Windows that the standard library does not offer")]

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, ERROR_MORE_DATA, ERROR_SUCCESS, HANDLE};
use windows_sys::Win32::Security::{
    EqualSid, GetKernelObjectSecurity, GetSecurityDescriptorOwner, GetTokenInformation, IsWellKnownSid,
    OWNER_SECURITY_INFORMATION, PSID, SetKernelObjectSecurity, TOKEN_OWNER, TOKEN_QUERY, TOKEN_USER,
    TokenOwner, TokenUser, WinBuiltinAdministratorsSid, WinLocalSystemSid,
};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_BASIC_INFO, FileBasicInfo, GetDiskFreeSpaceExW, GetDiskFreeSpaceW,
    GetFileInformationByHandle, GetFileInformationByHandleEx, GetVolumeInformationByHandleW,
    MOVEFILE_WRITE_THROUGH, MoveFileExW, SetFileInformationByHandle,
};
use windows_sys::Win32::System::RestartManager::{
    CCH_RM_SESSION_KEY, RM_PROCESS_INFO, RmEndSession, RmGetList, RmRegisterResources, RmStartSession,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

/// Most programs that are named for one file.
const MOST_HOLDERS: usize = 16;

/// Longest name of a filesystem, with the final zero (`MAX_PATH` + 1).
const FILESYSTEM_NAME: usize = 261;

fn handle(file: &File) -> HANDLE {
    file.as_raw_handle()
}

fn check(answer: i32) -> io::Result<()> {
    if answer == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn length<T>(slice: &[T]) -> u32 {
    u32::try_from(size_of_val(slice)).expect("our buffers are smaller than 4 GiB")
}

fn wide(path: &Path) -> io::Result<Vec<u16>> {
    let mut wide = path.as_os_str().encode_wide().collect::<Vec<_>>();
    if wide.contains(&0) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    wide.push(0);
    Ok(wide)
}

fn text(wide: &[u16]) -> String {
    String::from_utf16_lossy(wide.split(|c| *c == 0).next().unwrap_or_default())
}

/// What the system knows about an open object.
pub(super) fn information(file: &File) -> io::Result<BY_HANDLE_FILE_INFORMATION> {
    let mut information = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open and the call fills the structure it is given.
    check(unsafe { GetFileInformationByHandle(handle(file), &raw mut information) })?;
    Ok(information)
}

/// The attribute flags of an open object: one short call, while [`information`] also asks for the volume.
pub(super) fn flags(file: &File) -> io::Result<u32> {
    let mut basic = FILE_BASIC_INFO::default();
    let size = length(std::slice::from_ref(&basic));
    // FAT has no answer in the class which would be shorter still.
    // SAFETY: the class FileBasicInfo goes with this structure and its size.
    check(unsafe {
        GetFileInformationByHandleEx(handle(file), FileBasicInfo, (&raw mut basic).cast(), size)
    })?;
    Ok(basic.FileAttributes)
}

/// Renames without replacing anything; returns when the rename is on disk, as far as Windows promises that.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let (from, to) = (wide(from)?, wide(to)?);
    // SAFETY: both are zero-terminated and live until the call returns.
    check(unsafe { MoveFileExW(from.as_ptr(), to.as_ptr(), MOVEFILE_WRITE_THROUGH) })
}

/// Sets the attribute flags of an open object and leaves its times alone.
pub(super) fn set_flags(file: &File, flags: u32) -> io::Result<()> {
    let information = FILE_BASIC_INFO { FileAttributes: flags, ..FILE_BASIC_INFO::default() };
    let size = length(std::slice::from_ref(&information));
    // SAFETY: the class FileBasicInfo goes with this structure and its size. Times of 0 mean "as they are".
    check(unsafe {
        SetFileInformationByHandle(handle(file), FileBasicInfo, (&raw const information).cast(), size)
    })
}

/// Name and flags of the filesystem that an open object is on.
pub(super) fn filesystem(file: &File) -> io::Result<(String, u32)> {
    let (mut flags, mut name) = (0, [0; FILESYSTEM_NAME]);
    let most = u32::try_from(name.len()).expect("a small number");
    // SAFETY: pointers to our buffers with their sizes, null for the answers that nobody wants.
    check(unsafe {
        GetVolumeInformationByHandleW(
            handle(file),
            null_mut(),
            0,
            null_mut(),
            null_mut(),
            &raw mut flags,
            name.as_mut_ptr(),
            most,
        )
    })?;
    Ok((text(&name), flags))
}

/// Bytes that are free for the present user on the volume of `folder`.
pub(super) fn free_bytes(folder: &Path) -> io::Result<u64> {
    let (folder, mut free) = (wide(folder)?, 0);
    // SAFETY: a zero-terminated path and a number to fill.
    check(unsafe { GetDiskFreeSpaceExW(folder.as_ptr(), &raw mut free, null_mut(), null_mut()) })?;
    Ok(free)
}

/// Bytes in one allocation unit of the volume of `folder`.
pub(super) fn block_bytes(folder: &Path) -> io::Result<u64> {
    let (folder, mut sectors, mut bytes, mut unused) = (wide(folder)?, 0, 0, [0; 2]);
    // SAFETY: a zero-terminated path and four numbers to fill.
    check(unsafe {
        GetDiskFreeSpaceW(
            folder.as_ptr(),
            &raw mut sectors,
            &raw mut bytes,
            &raw mut unused[0],
            &raw mut unused[1],
        )
    })?;
    Ok(u64::from(sectors) * u64::from(bytes))
}

/// Calls `fill` with no buffer to learn the size, then with one of that size, aligned for any system structure.
fn sized(fill: impl Fn(*mut c_void, u32, *mut u32) -> i32) -> io::Result<(Vec<u64>, usize)> {
    let mut needed = 0;
    if fill(null_mut(), 0, &raw mut needed) == 0 {
        let error = io::Error::last_os_error();
        if error.raw_os_error() != Some(ERROR_INSUFFICIENT_BUFFER.cast_signed()) {
            return Err(error);
        }
    }
    let bytes = usize::try_from(needed).expect("32 bits fit");
    let mut buffer = vec![0_u64; bytes.div_ceil(size_of::<u64>()).max(1)];
    check(fill(buffer.as_mut_ptr().cast(), length(&buffer), &raw mut needed))?;
    Ok((buffer, bytes))
}

/// The parts of an open object's security descriptor that `what` names, in the self-relative form.
fn security(file: &File, what: u32) -> io::Result<(Vec<u64>, usize)> {
    sized(|buffer, size, needed| {
        // SAFETY: `sized` hands over a buffer of this size, or none with size 0.
        unsafe { GetKernelObjectSecurity(handle(file), what, buffer, size, needed) }
    })
}

/// The same as bytes.
pub(super) fn security_bytes(file: &File, what: u32) -> io::Result<Vec<u8>> {
    let (buffer, bytes) = security(file, what)?;
    Ok(buffer.iter().flat_map(|word| word.to_ne_bytes()).take(bytes).collect())
}

/// Sets the parts that `what` names. `descriptor` was checked by [`super::attributes`]: its lists end inside it.
pub(super) fn set_security(file: &File, what: u32, descriptor: &[u8]) -> io::Result<()> {
    let mut aligned = vec![0_u64; descriptor.len().div_ceil(size_of::<u64>()).max(3)];
    for (n, byte) in descriptor.iter().enumerate() {
        aligned[n / 8] |= u64::from(*byte) << (n % 8 * 8);
    }
    // SAFETY: aligned, at least a whole header long, and the offsets in it were checked against its length. The
    // system copies and checks the rest itself.
    check(unsafe { SetKernelObjectSecurity(handle(file), what, aligned.as_mut_ptr().cast()) })
}

/// Whether the object belongs to the present user, to the administrators or to the system.
pub(super) fn belongs_to_us(file: &File) -> io::Result<bool> {
    let (mut descriptor, _) = security(file, OWNER_SECURITY_INFORMATION)?;
    let (mut owner, mut defaulted) = (null_mut(), 0);
    // SAFETY: the descriptor was filled by the system; `owner` then points into it.
    check(unsafe {
        GetSecurityDescriptorOwner(descriptor.as_mut_ptr().cast(), &raw mut owner, &raw mut defaulted)
    })?;
    if owner.is_null() {
        return Ok(false);
    }
    // SAFETY: `owner` is a valid identity inside `descriptor`, which is still alive.
    if [WinBuiltinAdministratorsSid, WinLocalSystemSid]
        .iter()
        .any(|sid| unsafe { IsWellKnownSid(owner, *sid) } != 0)
    {
        return Ok(true);
    }
    let token = token()?;
    let (user, _) = token_part(&token, TokenUser)?;
    let (default_owner, _) = token_part(&token, TokenOwner)?;
    // SAFETY: the system filled the buffers with these structures, aligned to 8; the identities are inside them.
    let ours: [PSID; 2] = unsafe {
        [
            (*user.as_ptr().cast::<TOKEN_USER>()).User.Sid,
            (*default_owner.as_ptr().cast::<TOKEN_OWNER>()).Owner,
        ]
    };
    // SAFETY: all three identities are valid and their buffers alive.
    Ok(ours.into_iter().any(|sid| unsafe { EqualSid(owner, sid) } != 0))
}

fn token() -> io::Result<OwnedHandle> {
    let mut token = null_mut();
    // SAFETY: the handle of the present process is always valid; `token` is ours to close afterwards.
    check(unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) })?;
    // SAFETY: the call above succeeded, so this is an open handle that nobody else owns.
    Ok(unsafe { OwnedHandle::from_raw_handle(token) })
}

fn token_part(token: &OwnedHandle, part: i32) -> io::Result<(Vec<u64>, usize)> {
    sized(|buffer, size, needed| {
        // SAFETY: `sized` hands over a buffer of this size, or none with size 0.
        unsafe { GetTokenInformation(token.as_raw_handle(), part, buffer, size, needed) }
    })
}

/// The path without the prefix that makes it verbatim, which the Restart Manager does not know.
fn ordinary(path: &Path) -> PathBuf {
    let Some(rest) = path.to_str().and_then(|path| path.strip_prefix(r"\\?\")) else {
        return path.to_owned();
    };
    match rest.strip_prefix(r"UNC\") {
        Some(share) => PathBuf::from(format!(r"\\{share}")),
        None => PathBuf::from(rest),
    }
}

/// The programs that have the file open, by name, as far as the Restart Manager knows.
pub(super) fn holders(path: &Path) -> io::Result<Vec<String>> {
    let path = wide(&ordinary(path))?;
    let done = |code: u32| match code {
        ERROR_SUCCESS | ERROR_MORE_DATA => Ok(()),
        code => Err(io::Error::from_raw_os_error(code.cast_signed())),
    };
    let (mut session, mut key) = (0, [0; CCH_RM_SESSION_KEY as usize + 1]);
    // SAFETY: a number to fill and a buffer of the documented length.
    done(unsafe { RmStartSession(&raw mut session, 0, key.as_mut_ptr()) })?;
    let mut found = [RM_PROCESS_INFO::default(); MOST_HOLDERS];
    let (mut needed, mut count, mut reasons) = (0, u32::try_from(MOST_HOLDERS).expect("a small number"), 0);
    // SAFETY: one zero-terminated path; no programs and no services are registered.
    let registered = done(unsafe { RmRegisterResources(session, 1, &path.as_ptr(), 0, null(), 0, null()) });
    let listed = registered.and_then(|()| {
        // SAFETY: `count` says how many structures there are room for.
        done(unsafe {
            RmGetList(session, &raw mut needed, &raw mut count, found.as_mut_ptr(), &raw mut reasons)
        })
    });
    // SAFETY: the session was started above and is not used afterwards.
    unsafe { RmEndSession(session) };
    listed?;
    let count = usize::try_from(count).map_or(MOST_HOLDERS, |count| count.min(MOST_HOLDERS));
    let name =
        |info: &RM_PROCESS_INFO| format!("{} (process {})", text(&info.strAppName), info.Process.dwProcessId);
    Ok(found[..count].iter().map(name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verbatim_path_has_an_ordinary_spelling() {
        for (verbatim, spelled) in [
            (r"\\?\C:\app\a.dll", r"C:\app\a.dll"),
            (r"\\?\UNC\server\share\a.dll", r"\\server\share\a.dll"),
            (r"C:\app\a.dll", r"C:\app\a.dll"),
        ] {
            assert_eq!(ordinary(Path::new(verbatim)), Path::new(spelled), "{verbatim}");
        }
    }
}
