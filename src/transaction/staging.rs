//! Makes the new object of one step, beside the old one, and the copies that go with it.

use std::io::{self, Write};

use super::{ContentError, IoResultExt, Request, TransactionError, layout};
use crate::disk::fs::{FileWrite, Fs, Place, Stat, StatKind, StatePath};
use crate::disk::node_at;
use crate::model::{Code, FileNode, Hasher, Mode, Node, Step};

/// Whether a copy of what `step` leaves is kept.
pub(super) fn is_remembered(request: &Request<'_>, step: &Step) -> bool {
    matches!(step.after, Some(Node::File(_))) && request.contents.remembers(step)
}

/// One step being staged.
pub(super) struct Staging<'a> {
    pub request: &'a Request<'a>,
    pub fs: &'a dyn Fs,
    pub n: usize,
    pub step: &'a Step,
    /// Whether the original is copied, too.
    pub is_copied: bool,
}

impl Staging<'_> {
    pub fn stage(&self) -> Result<(), TransactionError> {
        let object = layout::object(&layout::live(), self.n);
        match (&self.step.before, &self.step.after) {
            (Some(Node::Dir(_)), Some(Node::Dir(_))) | (_, None) => {}
            (_, Some(Node::Dir(mode))) => self.stage_dir(&object, *mode)?,
            (_, Some(Node::Link(link))) => {
                self.fs.make_link(&object, &link.points_to).context("prepare the link", &self.step.path)?;
                self.take_over_attributes(&object, None)?;
            }
            (_, Some(Node::File(file))) => {
                self.stage_file(&object, file)?;
                if is_remembered(self.request, self.step) {
                    self.copy(&Place::from(&object), &layout::left(&layout::live(), self.n), file)?;
                }
            }
        }
        if self.is_copied {
            self.copy_original(&layout::copy(&layout::live(), self.n))?;
        }
        Ok(())
    }

    fn stage_dir(&self, object: &StatePath, mode: Mode) -> Result<(), TransactionError> {
        self.fs.make_dir(object, mode).context("prepare the folder", &self.step.path)?;
        self.take_over_attributes(object, Some(mode))
    }

    fn stage_file(&self, object: &StatePath, file: &FileNode) -> Result<(), TransactionError> {
        if let Some(kept) = self.request.contents.kept(self.step) {
            return self.bring_back(&Place::from(&kept), object, file);
        }
        let unchanged =
            self.step.before.as_ref().and_then(Node::as_file).is_some_and(|b| b.digest == file.digest);
        if unchanged {
            self.copy(&Place::from(&self.step.path), object, file)?;
        } else {
            self.write_content(object, file)?;
        }
        let replaces_a_file = matches!(self.step.before, Some(Node::File(_)));
        match self.request.contents.like(self.step).filter(|_| !replaces_a_file) {
            Some(kept) => self.copy_attributes(&Place::from(&kept), object, Some(file.mode)),
            None => self.inherit_attributes(object, Some(file.mode)),
        }
    }

    pub(crate) fn write_content(&self, object: &StatePath, file: &FileNode) -> Result<(), TransactionError> {
        let mut out = self.create(object)?;
        let mut sink = Checked::new(&mut *out, self, file);
        let written = self.request.contents.write(self.step, self.fs, &mut sink);
        let result = sink.finish();
        written.map_err(|error| self.content_error(error))?;
        result?;
        out.flush().context("write the new content of", &self.step.path)
    }

    /// A kept original becomes live again under its own inode where the filesystem has hard links, so that its
    /// owner and attributes are what they were. Its time is the present: what was built from the patched file is older
    /// than it then, and `make` builds it again.
    fn bring_back(&self, kept: &Place, object: &StatePath, file: &FileNode) -> Result<(), TransactionError> {
        if self.fs.hard_link(kept, object).is_ok() {
            // It was whole when somebody decided to go back. Whatever happened to it since must not become live.
            if node_at(self.fs, &Place::from(object)).context("read", kept)? != self.step.after {
                return Err(TransactionError::OriginalLost { path: self.step.path.clone() });
            }
            self.fs.touch(object).context("set the time of", &self.step.path)?;
            self.request.progress.advance(file.size_bytes);
            return Ok(());
        }
        self.copy(kept, object, file)?;
        self.copy_attributes(kept, object, Some(file.mode))
    }

    fn copy_original(&self, copy: &StatePath) -> Result<(), TransactionError> {
        let Some(Node::File(file)) = &self.step.before else { return Ok(()) };
        self.copy(&Place::from(&self.step.path), copy, file)?;
        self.copy_attributes(&Place::from(&self.step.path), copy, Some(file.mode))
    }

    /// Copies a file and checks that it is `file`.
    fn copy(&self, from: &Place, to: &StatePath, file: &FileNode) -> Result<(), TransactionError> {
        let shares_blocks = self.fs.reflink(from, to).is_ok();
        // What was shared is what is checked: the other one may be written to at this moment.
        let to_read = if shares_blocks { &Place::from(to) } else { from };
        let mut source = self.fs.open(to_read).context("read", from)?;
        let mut nowhere = io::sink();
        let mut out: Option<Box<dyn FileWrite>> = if shares_blocks { None } else { Some(self.create(to)?) };
        let sink: &mut dyn Write = match &mut out {
            Some(out) => &mut **out,
            None => &mut nowhere,
        };
        let mut sink = Checked::new(sink, self, file);
        let copied = io::copy(&mut source, &mut sink);
        let result = sink.finish();
        if copied.is_err() {
            self.request.cancel.check()?;
        }
        copied.context("copy", from)?;
        result?;
        out.as_mut().map_or(Ok(()), Write::flush).context("copy", from)
    }

    fn create(&self, object: &StatePath) -> Result<Box<dyn FileWrite>, TransactionError> {
        self.fs.create(object).context("prepare the new content of", &self.step.path)
    }

    /// The new object gets the owner and attributes of the kept thing that it brings back, or else of what it
    /// replaces.
    fn take_over_attributes(&self, object: &StatePath, mode: Option<Mode>) -> Result<(), TransactionError> {
        match self.request.contents.kept(self.step) {
            Some(kept) => self.copy_attributes(&Place::from(&kept), object, mode),
            None => self.inherit_attributes(object, mode),
        }
    }

    /// The new object takes over owner and attributes of what it replaces.
    fn inherit_attributes(&self, object: &StatePath, mode: Option<Mode>) -> Result<(), TransactionError> {
        let same_kind = |(before, after): (&Node, &Node)| before.same_kind(after);
        if self.step.before.as_ref().zip(self.step.after.as_ref()).is_some_and(same_kind) {
            return self.copy_attributes(&Place::from(&self.step.path), object, mode);
        }
        self.inherit_from_folder(object)?;
        self.set_mode(object, mode)
    }

    fn set_mode(&self, object: &StatePath, mode: Option<Mode>) -> Result<(), TransactionError> {
        let Some(mode) = mode else { return Ok(()) };
        self.fs.set_mode(object, mode).context("set the permissions of", &self.step.path)
    }

    /// What is made in a folder with the set-group-id bit belongs to the folder's group, and a folder's default access
    /// control list is that of what is made in it: so people share it. The new object was made elsewhere. Of a folder that
    /// comes itself, the one that it comes into tells.
    fn inherit_from_folder(&self, object: &StatePath) -> Result<(), TransactionError> {
        const DEFAULT_LIST: &str = "system.posix_acl_default";
        const ACCESS_LIST: &str = "system.posix_acl_access";
        if !self.fs.features().modes {
            return Ok(());
        }
        let is_folder = |found: &Stat| found.kind == StatKind::Dir;
        let stands_there = |place: Place| {
            let found = self.fs.look(&place).ok().flatten().filter(is_folder)?;
            Some((place, found))
        };
        let folders = self.step.path.ancestors().map(Place::Tree).chain([Place::Root]);
        let Some((place, found)) = folders.into_iter().find_map(stands_there) else { return Ok(()) };
        let read =
            |place: &Place| self.fs.attributes(place).context("read the owner and attributes of", place);
        let folder = read(&place)?;
        if !found.mode.shares_group() && !folder.extended.contains_key(DEFAULT_LIST) {
            return Ok(());
        }
        let mut attributes = read(&Place::from(object))?;
        let before = attributes.clone();
        if let (Some(owner), Some(of_folder)) = (&mut attributes.owner, folder.owner)
            && found.mode.shares_group()
        {
            owner.1 = of_folder.1;
        }
        if let Some(list) = folder.extended.get(DEFAULT_LIST)
            && !matches!(self.step.after, Some(Node::Link(_)))
        {
            attributes.extended.insert(ACCESS_LIST.to_owned(), list.clone());
            if matches!(self.step.after, Some(Node::Dir(_))) {
                attributes.extended.insert(DEFAULT_LIST.to_owned(), list.clone());
            }
        }
        if attributes == before {
            return Ok(());
        }
        match self.fs.set_attributes(object, &attributes) {
            // Only members can give a group away; everybody else's files were never going to be shared.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
            result => result.context("set the group of", &self.step.path),
        }
    }

    fn copy_attributes(
        &self,
        from: &Place,
        to: &StatePath,
        mode: Option<Mode>,
    ) -> Result<(), TransactionError> {
        let attributes = self.fs.attributes(from).context("read the owner and attributes of", from)?;
        match mode {
            Some(mode) => self.fs.make_like(to, &attributes, mode),
            None => self.fs.set_attributes(to, &attributes),
        }
        .context("keep the owner and attributes of", from)
    }

    fn content_error(&self, error: ContentError) -> TransactionError {
        if let Err(cancelled) = self.request.cancel.check() {
            return cancelled.into();
        }
        match error {
            ContentError::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                TransactionError::Content {
                    path: self.step.path.clone(),
                    code: Code::Delta,
                    detail: error.to_string(),
                }
            }
            ContentError::Refused { code, detail } => {
                TransactionError::Content { path: self.step.path.clone(), code, detail }
            }
            ContentError::Io(source) => TransactionError::Io {
                doing: "prepare the new content of",
                place: self.step.path.to_string(),
                source,
            },
        }
    }
}

/// Passes content on, hashes it, and refuses one byte more than was promised.
struct Checked<'a> {
    out: &'a mut dyn Write,
    staging: &'a Staging<'a>,
    promised: &'a FileNode,
    hasher: Hasher,
    size_bytes: u64,
}

impl<'a> Checked<'a> {
    fn new(out: &'a mut dyn Write, staging: &'a Staging<'a>, promised: &'a FileNode) -> Self {
        Self { out, staging, promised, hasher: Hasher::new(), size_bytes: 0 }
    }

    fn finish(self) -> Result<(), TransactionError> {
        if self.size_bytes == self.promised.size_bytes && self.hasher.finish() == self.promised.digest {
            return Ok(());
        }
        Err(TransactionError::Content {
            path: self.staging.step.path.clone(),
            code: Code::Delta,
            detail: "it is not what the patch promises".to_owned(),
        })
    }
}

impl Write for Checked<'_> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.staging.request.cancel.is_cancelled() {
            return Err(io::Error::other(crate::progress::Cancelled));
        }
        if self.size_bytes + piece.len() as u64 > self.promised.size_bytes {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is longer than the patch promises"));
        }
        let count = self.out.write(piece)?;
        self.hasher.update(&piece[..count]);
        self.size_bytes += count as u64;
        self.staging.request.progress.advance(count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
