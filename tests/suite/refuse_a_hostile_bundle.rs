//! A bundle comes from outside, and nothing in it is believed: every hostile input of the threat model, as a file on a
//! real disk, given to the workbench and to the command line.
//!
//! Each is the good bundle with one thing changed, so that no check hides another, and is numbered as in the threat
//! model. Refused means: the stated code, the same one from the preview, from applying and from the command line, whose
//! exit code fits; product and canary the same to the inode and the time of the last change; and no state folder.
//! Only what shows when a content is made out of another one (a wrong delta, a diff that does not fit) is noticed after
//! the lock was taken, and then the product is the same.
//!
//! Some codes differ from a first guess, because another check comes earlier or says it better. An oversized manifest
//! is E-LIMIT: its size stands in the directory, and nothing of it is read. A name with a NUL, or not in composed
//! form, is E-MANIFEST like any such text, before it is looked at as a name. `107777` is no mode at all and therefore
//! E-MANIFEST, while `4755` is E-POLICY. A folder that becomes a file and holds somebody's things is E-OCCUPIED. A frame
//! that asks for a window of 2 GiB and tells its size is unpacked without any window, so it does no harm.

mod containers;
mod deltas;
mod diffs;
mod good;
mod links;
mod manifests;
mod paths;
#[cfg(unix)]
mod places;
#[cfg(unix)]
mod race;
mod shared;
#[cfg(unix)]
mod states;
