//! A bundle comes from outside, and nothing in it is believed: every hostile input of the threat model, as a file on a
//! real disk, given to the same door that the command line and the window use.
//!
//! Each is the good bundle with one thing changed, so that no check hides another, and is numbered as in the threat
//! model. Refused means: the stated code, the same one from the preview and from applying; product and canary the
//! same to the inode and the time of the last change; and no state folder. Only what shows when content is unpacked
//! (a bomb that lies about its size, a wrong delta) is noticed after the lock was taken, and then the product is the
//! same.
//!
//! Codes that differ from a first guess, because another check comes earlier or says it better: an oversized
//! manifest is E-LIMIT (its size stands in the directory, nothing of it is read); a name that is not in composed form
//! is E-MANIFEST, as any text is, before it could collide; `107777` is no mode at all and therefore E-MANIFEST, while 4755 is E-POLICY; a
//! folder that becomes a file and holds somebody's things is E-OCCUPIED.

mod containers;
mod deltas;
mod good;
mod links;
mod manifests;
mod paths;
#[cfg(unix)]
mod places;
#[cfg(unix)]
mod race;
#[cfg(unix)]
mod states;
