//! The codes that a person can quote on the phone: the same on the command line, in JSON and in the window.

use std::fmt;

/// What a failure means for whoever started the run; decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The machine could not do it (disk, permission …). The folder is as before.
    Machine,
    /// The command line itself is wrong.
    Usage,
    /// There is a problem to resolve first. Nothing changed.
    Refused,
    /// The bundle is damaged, hostile or not trusted. Nothing changed.
    NotTrusted,
    /// It failed while changing, and the files were restored.
    PutBack,
    /// A person has to decide; everything is kept.
    NeedsPerson,
    /// It is not there yet: it waits for time or for a person, or was stopped between two of many folders. Nothing is wrong.
    NotYet,
    /// Stopped by the user before any change.
    Interrupted,
}

impl Kind {
    /// The worst first: what a run over many folders ends with is what the worst of them did. A wrong command line is about
    /// none of them.
    pub const WORST_FIRST: [Kind; 8] = [
        Kind::NeedsPerson,
        Kind::NotTrusted,
        Kind::PutBack,
        Kind::Machine,
        Kind::Interrupted,
        Kind::Refused,
        Kind::NotYet,
        Kind::Usage,
    ];

    /// What a run over many folders comes to; `None` where each went as it was asked for.
    pub(crate) fn worst(folders: impl IntoIterator<Item = Option<Kind>>) -> Option<Kind> {
        let rank = |kind: &Kind| Self::WORST_FIRST.iter().position(|other| other == kind);
        folders.into_iter().flatten().min_by_key(rank)
    }

    /// The exit code of the command line (see `patchwright --help`).
    pub const fn exit_code(self) -> u8 {
        match self {
            Kind::Machine => 1,
            Kind::Usage => 2,
            Kind::Refused => 3,
            Kind::NotTrusted => 4,
            Kind::PutBack => 5,
            Kind::NeedsPerson => 6,
            Kind::NotYet => 7,
            Kind::Interrupted => 130,
        }
    }

    /// The word for it in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Machine => "failed",
            Kind::Usage => "usage",
            Kind::Refused => "refused",
            Kind::NotTrusted => "not-trusted",
            Kind::PutBack => "put-back",
            Kind::NeedsPerson => "needs-person",
            Kind::NotYet => "not-yet",
            Kind::Interrupted => "interrupted",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $kind:ident;)+) => {
        /// Why something did not go ahead. Prints as `E-…`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// The code as it is printed.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)+ }
            }

            /// What it usually means for whoever started the run.
            pub const fn kind(self) -> Kind {
                match self { $(Code::$name => Kind::$kind,)+ }
            }
        }
    };
}

codes! {
    /// The file is no strict bundle container.
    Container = "E-CONTAINER", NotTrusted;
    /// Something is larger, deeper or more than the limits allow.
    Limit = "E-LIMIT", NotTrusted;
    /// The manifest breaks a rule.
    Manifest = "E-MANIFEST", NotTrusted;
    /// A path could escape, hide or deceive.
    Path = "E-PATH", NotTrusted;
    /// Two names are the same name to some system.
    Collide = "E-COLLIDE", NotTrusted;
    /// A delta does not produce what it should.
    Delta = "E-DELTA", NotTrusted;
    /// A diff is broken, or of a kind that is not read.
    Diff = "E-DIFF", NotTrusted;
    /// A bundle's rule is stricter than, or forbidden by, local policy.
    Policy = "E-POLICY", NotTrusted;
    /// Nobody trusted has signed it.
    Trust = "E-TRUST", NotTrusted;
    /// A key or signature cannot be used for what is wanted.
    Key = "E-KEY", Refused;
    /// The patch is older than one that was there before.
    Downgrade = "E-DOWNGRADE", NotTrusted;
    /// A signature is broken.
    Signature = "E-SIG", NotTrusted;
    /// The target's own records are damaged or not ours.
    State = "E-STATE", NeedsPerson;
    /// A place in the target is not what it must be (a device, a link in the way, another filesystem).
    FileSystem = "E-FS", Refused;
    /// The product in the folder is another one.
    Product = "E-PRODUCT", Refused;
    /// The product's version is another one.
    Version = "E-VERSION", Refused;
    /// The bundle is for another system.
    Platform = "E-PLATFORM", Refused;
    /// A file is not what the patch expects.
    Drift = "E-DRIFT", Refused;
    /// A file was edited here in the places that the patch changes.
    Clash = "E-CLASH", Refused;
    /// Its maker, or whoever looks after this machine, has called the patch back.
    Held = "E-HELD", Refused;
    /// A file that the patch needs is missing.
    Missing = "E-MISSING", Refused;
    /// Something stands where the patch creates.
    Occupied = "E-OCCUPIED", Refused;
    /// A required patch is missing.
    Requires = "E-REQUIRES", Refused;
    /// A conflicting patch is there.
    Conflicts = "E-CONFLICTS", Refused;
    /// The patch may not be applied any more.
    Expired = "E-EXPIRED", Refused;
    /// A preflight check failed.
    Preflight = "E-PREFLIGHT", Refused;
    /// A health check failed after the change; the files were restored.
    Health = "E-HEALTH", PutBack;
    /// A script of the patch failed.
    Script = "E-SCRIPT", Refused;
    /// Not enough room.
    Space = "E-SPACE", Refused;
    /// Not enough rights.
    Rights = "E-RIGHTS", Refused;
    /// Owner, permissions or attributes could not be kept.
    Attributes = "E-ATTRIBUTES", Refused;
    /// A program holds a file.
    InUse = "E-IN-USE", Refused;
    /// The filesystem cannot keep the promises.
    Volume = "E-VOLUME", Refused;
    /// Somebody else is changing this folder.
    Busy = "E-BUSY", Refused;
    /// Unfinished work has to be restored or finished first.
    Unfinished = "E-UNFINISHED", NeedsPerson;
    /// Somebody changed a file during an interrupted change; both versions are kept.
    Foreign = "E-FOREIGN", NeedsPerson;
    /// What would happen is not what somebody looked at or agreed to.
    Moved = "E-MOVED", Refused;
    /// A backup is missing or damaged.
    Store = "E-STORE", Refused;
    /// The vendor says it can't be rolled back, or it was kept for good.
    NoWayBack = "E-NO-WAY-BACK", Refused;
    /// There is no such patch in this folder.
    Unknown = "E-UNKNOWN-PATCH", Refused;
    /// The person said no, or could not be asked.
    Declined = "E-DECLINED", Refused;
    /// The system refused a call.
    Io = "E-IO", Machine;
    /// It and a patch that is there change or fix the same thing, each in its own way.
    Overlap = "E-OVERLAP", Refused;
    /// It would undo a fix that is there.
    Undoes = "E-UNDOES", Refused;
    /// A folder in it or around it has a history of its own that counts.
    Nested = "E-NESTED", Refused;
    /// Newer patches have to be rolled back first.
    NotNewest = "E-NOT-NEWEST", Refused;
    /// The finished bundle did not stand the proof on a copy.
    Proof = "E-PROOF", Refused;
    /// The order cannot be made into a bundle.
    Order = "E-ORDER", Refused;
    /// The command line is wrong.
    Usage = "E-USAGE", Usage;
    /// Stopped before any change.
    Interrupted = "E-INTERRUPTED", Interrupted;
    /// The bundle needs a newer program.
    Newer = "E-NEWER", Refused;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_folders_the_worst_decides_how_the_run_ended() {
        let codes: Vec<u8> = Kind::WORST_FIRST.iter().map(|kind| kind.exit_code()).collect();
        assert_eq!(codes, [6, 4, 5, 1, 130, 3, 7, 2]);
        for (at, worst) in Kind::WORST_FIRST.iter().enumerate() {
            let folders = Kind::WORST_FIRST[at..].iter().rev().map(|kind| Some(*kind));
            assert_eq!(Kind::worst(folders.chain([None])), Some(*worst));
        }
        assert_eq!(Kind::worst([None, None]), None);
    }
}
