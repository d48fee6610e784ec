//! Unpacks one member while it is read, and believes nothing that its header declares.

use std::io::{self, BufRead, Read, Write};

use flate2::{Decompress, FlushDecompress, Status};
use zstd::zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, get_error_name};

use crate::bundle::BundleError;
use crate::bundle::limits::MAX_WINDOW_LOG;
use crate::model::{Code, Hasher};

use super::name::MemberName;
use super::records::{DirectoryEntry, Method};

/// Unpacked bytes that are held at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// The content of a member. Size, CRC-32 and SHA-256 are known to be right only when the end was reached without an
/// error: until then what was read is not to be relied on.
pub(super) struct MemberContent<'a, R> {
    entry: &'a DirectoryEntry,
    packed: R,
    unpacker: Unpacker,
    is_complete: bool,
    has_failed: bool,
    chunk: Vec<u8>,
    /// The part of the chunk that was not handed out yet.
    pending: std::ops::Range<usize>,
    size_bytes: u64,
    crc32: crc32fast::Hasher,
    sha256: Hasher,
}

impl<'a, R: BufRead> MemberContent<'a, R> {
    /// `packed` ends where the member ends.
    pub(super) fn new(entry: &'a DirectoryEntry, packed: R) -> Result<Self, BundleError> {
        Ok(Self {
            entry,
            packed,
            unpacker: Unpacker::new(entry.method)?,
            is_complete: false,
            has_failed: false,
            chunk: vec![0; CHUNK_BYTES],
            pending: 0..0,
            size_bytes: 0,
            crc32: crc32fast::Hasher::new(),
            sha256: Hasher::new(),
        })
    }

    /// Writes all that is left to `out`.
    pub(super) fn copy_to(mut self, out: &mut dyn Write) -> Result<(), BundleError> {
        let name = &self.entry.name;
        while self.fill().map_err(|error| error.in_member(name))? {
            out.write_all(&self.chunk[self.pending.clone()])
                .map_err(|error| BundleError::io("cannot write its content", error).in_member(name))?;
            self.pending = 0..0;
        }
        Ok(())
    }

    /// Makes sure that some content is pending; `false` when there is no more, and all of it was right.
    fn fill(&mut self) -> Result<bool, BundleError> {
        // Who reads on after an error must not come to an end that looks right.
        if self.has_failed {
            return Err(refused("its content could not be read before"));
        }
        let filled = self.unpack_some();
        self.has_failed = filled.is_err();
        filled
    }

    fn unpack_some(&mut self) -> Result<bool, BundleError> {
        while self.pending.is_empty() && !self.is_complete {
            let input = self.packed.fill_buf().map_err(cannot_read)?;
            let step = self.unpacker.step(input, &mut self.chunk)?;
            self.packed.consume(step.consumed);
            if !step.ended && step.consumed == 0 && step.produced == 0 {
                return Err(refused("its packed content ends early"));
            }
            self.take(step.produced)?;
            if step.ended {
                self.compare()?;
                self.is_complete = true;
            }
        }
        Ok(!self.pending.is_empty())
    }

    fn take(&mut self, produced: usize) -> Result<(), BundleError> {
        self.size_bytes += produced as u64;
        if self.size_bytes > self.entry.size_bytes {
            let declared = self.entry.size_bytes;
            return Err(refused(format!("it unpacks to more than the declared {declared} bytes")));
        }
        self.crc32.update(&self.chunk[..produced]);
        self.sha256.update(&self.chunk[..produced]);
        self.pending = 0..produced;
        Ok(())
    }

    fn compare(&mut self) -> Result<(), BundleError> {
        if !self.packed.fill_buf().map_err(cannot_read)?.is_empty() {
            return Err(refused("something follows its packed content"));
        }
        let (unpacked, declared) = (self.size_bytes, self.entry.size_bytes);
        if unpacked != declared {
            return Err(refused(format!(
                "it unpacks to {unpacked} bytes instead of the declared {declared}"
            )));
        }
        if self.crc32.clone().finalize() != self.entry.crc32 {
            return Err(refused("its content does not match its CRC-32"));
        }
        match self.entry.name {
            MemberName::Blob(name) if self.sha256.clone().finish() != name => {
                Err(refused("its content does not match the SHA-256 in its name"))
            }
            _ => Ok(()),
        }
    }
}

impl<R: BufRead> Read for MemberContent<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let in_member = |error: BundleError| io::Error::other(error.in_member(&self.entry.name));
        match self.fill() {
            Err(error) => return Err(in_member(error)),
            Ok(false) => return Ok(0),
            Ok(true) => {}
        }
        let length = buffer.len().min(self.pending.len());
        buffer[..length].copy_from_slice(&self.chunk[self.pending.start..][..length]);
        self.pending.start += length;
        Ok(length)
    }
}

/// One step of unpacking.
struct Unpacked {
    consumed: usize,
    produced: usize,
    ended: bool,
}

enum Unpacker {
    Stored,
    Deflate(Box<Decompress>),
    Zstd(DCtx<'static>),
}

impl Unpacker {
    fn new(method: Method) -> Result<Self, BundleError> {
        Ok(match method {
            Method::Stored => Self::Stored,
            Method::Deflate => Self::Deflate(Box::new(Decompress::new(false))),
            Method::Zstd => {
                let out_of_memory = || BundleError::io("cannot unpack", io::ErrorKind::OutOfMemory.into());
                let mut context = DCtx::try_create().ok_or_else(out_of_memory)?;
                context.set_parameter(DParameter::WindowLogMax(MAX_WINDOW_LOG)).map_err(damaged_zstd)?;
                Self::Zstd(context)
            }
        })
    }

    /// Unpacks some of `input` into `output`. An empty `input` means that there is no more.
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Unpacked, BundleError> {
        match self {
            Self::Stored => {
                let length = input.len().min(output.len());
                output[..length].copy_from_slice(&input[..length]);
                Ok(Unpacked { consumed: length, produced: length, ended: input.is_empty() })
            }
            Self::Deflate(state) => {
                let (before_in, before_out) = (state.total_in(), state.total_out());
                let status = state.decompress(input, output, FlushDecompress::None);
                let status =
                    status.map_err(|error| refused(format!("its deflate stream is damaged: {error}")))?;
                Ok(Unpacked {
                    consumed: (state.total_in() - before_in) as usize,
                    produced: (state.total_out() - before_out) as usize,
                    ended: status == Status::StreamEnd,
                })
            }
            Self::Zstd(context) => {
                let mut from = InBuffer::around(input);
                let mut to = OutBuffer::around(output);
                let hint = context.decompress_stream(&mut to, &mut from).map_err(damaged_zstd)?;
                Ok(Unpacked { consumed: from.pos(), produced: to.pos(), ended: hint == 0 })
            }
        }
    }
}

fn damaged_zstd(code: usize) -> BundleError {
    refused(format!("its zstd frame is damaged: {}", get_error_name(code)))
}

fn cannot_read(error: io::Error) -> BundleError {
    BundleError::io("cannot read", error)
}

fn refused(problem: impl Into<String>) -> BundleError {
    BundleError::new(Code::Container, problem)
}
