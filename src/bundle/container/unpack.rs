//! Unpacks one member while it is read, and believes nothing that its header declares.

use std::io::{self, BufRead, Write};

use flate2::{Decompress, FlushDecompress, Status};
use zstd::zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, get_error_name};

use crate::bundle::BundleError;
use crate::bundle::limits::MAX_WINDOW_LOG;
use crate::model::{Code, Hasher};

use super::name::MemberName;
use super::records::{Entry, Method};

/// Unpacked bytes that are held at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// Unpacks `packed`, which ends where the member ends, into `out`. After an error `out` holds something unusable:
/// size, CRC-32 and SHA-256 are known to be right only at the end.
pub(super) fn unpack(entry: &Entry, packed: impl BufRead, out: &mut dyn Write) -> Result<(), BundleError> {
    let content = Checked::new(out, entry.size_bytes);
    unpack_into(entry.method, packed, content)
        .and_then(|content| content.compare(entry))
        .map_err(|error| error.in_member(&entry.name))
}

fn unpack_into<'a>(
    method: Method,
    mut packed: impl BufRead,
    mut content: Checked<'a>,
) -> Result<Checked<'a>, BundleError> {
    let mut unpacker = Unpacker::new(method)?;
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let input = packed.fill_buf().map_err(|error| BundleError::io("cannot read", error))?;
        let step = unpacker.step(input, &mut chunk)?;
        packed.consume(step.consumed);
        content.take(&chunk[..step.produced])?;
        if step.ended {
            break;
        }
        if step.consumed == 0 && step.produced == 0 {
            return Err(refused("its packed content ends early"));
        }
    }
    let rest = packed.fill_buf().map_err(|error| BundleError::io("cannot read", error))?;
    if rest.is_empty() { Ok(content) } else { Err(refused("something follows its packed content")) }
}

/// One step of unpacking.
struct Step {
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
    fn step(&mut self, input: &[u8], output: &mut [u8]) -> Result<Step, BundleError> {
        match self {
            Self::Stored => {
                let length = input.len().min(output.len());
                output[..length].copy_from_slice(&input[..length]);
                Ok(Step { consumed: length, produced: length, ended: input.is_empty() })
            }
            Self::Deflate(state) => {
                let (before_in, before_out) = (state.total_in(), state.total_out());
                let status = state.decompress(input, output, FlushDecompress::None);
                let status =
                    status.map_err(|error| refused(format!("its deflate stream is damaged: {error}")))?;
                Ok(Step {
                    consumed: (state.total_in() - before_in) as usize,
                    produced: (state.total_out() - before_out) as usize,
                    ended: status == Status::StreamEnd,
                })
            }
            Self::Zstd(context) => {
                let mut from = InBuffer::around(input);
                let mut to = OutBuffer::around(output);
                let hint = context.decompress_stream(&mut to, &mut from).map_err(damaged_zstd)?;
                Ok(Step { consumed: from.pos(), produced: to.pos(), ended: hint == 0 })
            }
        }
    }
}

/// Passes content on and keeps count of it.
struct Checked<'a> {
    out: &'a mut dyn Write,
    declared: u64,
    written: u64,
    crc32: crc32fast::Hasher,
    sha256: Hasher,
}

impl<'a> Checked<'a> {
    fn new(out: &'a mut dyn Write, declared: u64) -> Self {
        Self { out, declared, written: 0, crc32: crc32fast::Hasher::new(), sha256: Hasher::new() }
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), BundleError> {
        self.written += piece.len() as u64;
        if self.written > self.declared {
            return Err(refused(format!("it unpacks to more than the declared {} bytes", self.declared)));
        }
        self.crc32.update(piece);
        self.sha256.update(piece);
        self.out.write_all(piece).map_err(|error| BundleError::io("cannot write its content", error))
    }

    fn compare(self, entry: &Entry) -> Result<(), BundleError> {
        if self.written != self.declared {
            let (written, declared) = (self.written, self.declared);
            return Err(refused(format!("it unpacks to {written} bytes instead of the declared {declared}")));
        }
        if self.crc32.finalize() != entry.crc32 {
            return Err(refused("its content does not match its CRC-32"));
        }
        match entry.name {
            MemberName::Blob(name) if self.sha256.finish() != name => {
                Err(refused("its content does not match the SHA-256 in its name"))
            }
            _ => Ok(()),
        }
    }
}

fn damaged_zstd(code: usize) -> BundleError {
    refused(format!("its zstd frame is damaged: {}", get_error_name(code)))
}

fn refused(problem: impl Into<String>) -> BundleError {
    BundleError::new(Code::Container, problem)
}
