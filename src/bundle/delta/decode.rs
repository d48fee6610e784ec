//! Turns old content and a delta into new content. The delta may be hostile: every number is checked before it is
//! used, and memory follows what arrives.

use std::io::{self, Read, SeekFrom, Write};

use zstd::zstd_safe::{DCtx, compress_bound, find_frame_compressed_size, get_frame_content_size};

use crate::disk::fs::FileRead;

use super::{
    DeltaError, DeltaHeader, FrameRecord, HEADER_BYTES, MIN_SEGMENT_BYTES, RECORD_BYTES, SEGMENT_BYTES,
};

/// Writes the new content to `out`. After an error `out` holds something unusable; without one it has got exactly
/// `new_size` bytes, whose digest the caller checks. Takes about 50 MB whatever the sizes.
pub fn decode(
    delta: &mut dyn Read,
    old: &mut dyn FileRead,
    old_size: u64,
    new_size: u64,
    out: &mut dyn Write,
) -> Result<(), DeltaError> {
    let header = read_header(delta, old_size, new_size)?;
    let mut memory = SegmentBuffers::default();
    let mut left = new_size;
    while left > 0 {
        let segment_bytes = left.min(header.segment_bytes.into());
        let record = read_record(delta, header, segment_bytes as usize)?;
        memory.read(record, delta, old)?;
        memory.unpack(segment_bytes as usize)?;
        out.write_all(&memory.segment).map_err(DeltaError::io("write the new content"))?;
        left -= segment_bytes;
    }
    match delta.read(&mut [0]) {
        Ok(0) => Ok(()),
        Ok(_) => Err(DeltaError::Damaged("goes on after its last segment")),
        Err(error) => Err(cannot_read_delta(error)),
    }
}

fn read_header(delta: &mut dyn Read, old_size: u64, new_size: u64) -> Result<DeltaHeader, DeltaError> {
    let mut bytes = [0; HEADER_BYTES];
    delta.read_exact(&mut bytes).map_err(cannot_read_delta)?;
    let header = DeltaHeader::from_bytes(bytes).ok_or(DeltaError::Damaged("is of no known format"))?;
    if header.old_size != old_size {
        return Err(DeltaError::OtherOldSize { expected: header.old_size, found: old_size });
    }
    if header.new_size != new_size {
        return Err(DeltaError::OtherNewSize { expected: new_size, found: header.new_size });
    }
    if !(MIN_SEGMENT_BYTES..=SEGMENT_BYTES).contains(&header.segment_bytes) {
        return Err(DeltaError::Damaged("has segments of a size that is not allowed"));
    }
    Ok(header)
}

fn read_record(
    delta: &mut dyn Read,
    header: DeltaHeader,
    segment_bytes: usize,
) -> Result<FrameRecord, DeltaError> {
    let mut bytes = [0; RECORD_BYTES];
    delta.read_exact(&mut bytes).map_err(cannot_read_delta)?;
    let record = FrameRecord::from_bytes(bytes);
    let old_end = record.old_offset.checked_add(record.old_length.into());
    if old_end.is_none_or(|end| end > header.old_size) {
        return Err(DeltaError::Damaged("looks beyond the old content"));
    }
    if record.old_length > header.window_bytes() {
        return Err(DeltaError::Damaged("looks at more old content than a segment may"));
    }
    if record.frame_length as usize > compress_bound(segment_bytes) {
        return Err(DeltaError::Damaged("has a frame longer than its content needs"));
    }
    Ok(record)
}

/// What is held for one segment, reused for the next.
#[derive(Default)]
struct SegmentBuffers {
    frame: Vec<u8>,
    window: Vec<u8>,
    segment: Vec<u8>,
}

impl SegmentBuffers {
    fn read(
        &mut self,
        record: FrameRecord,
        delta: &mut dyn Read,
        old: &mut dyn FileRead,
    ) -> Result<(), DeltaError> {
        read_into(&mut self.frame, delta, record.frame_length).map_err(cannot_read_delta)?;
        old.seek(SeekFrom::Start(record.old_offset))
            .and_then(|_| read_into(&mut self.window, old, record.old_length))
            .map_err(DeltaError::io("read the old content"))
    }

    /// Unpacks into memory of the segment's size, which zstd cannot leave: no window is allocated, whatever the
    /// frame asks for.
    fn unpack(&mut self, segment_bytes: usize) -> Result<(), DeltaError> {
        let damaged = |_| DeltaError::Damaged("is damaged, or was made from other old content");
        if find_frame_compressed_size(&self.frame).map_err(damaged)? != self.frame.len()
            || !matches!(get_frame_content_size(&self.frame), Ok(Some(size)) if size == segment_bytes as u64)
        {
            return Err(DeltaError::Damaged("has a segment that is not one whole frame of its size"));
        }
        self.segment.clear();
        self.segment.reserve_exact(segment_bytes);
        // A context of its own for every segment, as a context keeps the prefix borrowed.
        let mut context = DCtx::try_create()
            .ok_or_else(|| DeltaError::io("unpack a segment")(io::ErrorKind::OutOfMemory.into()))?;
        context.ref_prefix(&self.window).map_err(damaged)?;
        context.decompress(&mut self.segment, &self.frame).map_err(damaged)?;
        if self.segment.len() == segment_bytes { Ok(()) } else { Err(damaged(0)) }
    }
}

/// Reads exactly `length` bytes, taking memory as they arrive.
fn read_into(buffer: &mut Vec<u8>, from: &mut (impl Read + ?Sized), length: u32) -> io::Result<()> {
    buffer.clear();
    let read = from.take(length.into()).read_to_end(buffer)?;
    if read == length as usize { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn cannot_read_delta(error: io::Error) -> DeltaError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => DeltaError::Damaged("ends early"),
        _ => DeltaError::io("read the delta")(error),
    }
}
