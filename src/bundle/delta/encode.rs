//! Makes a delta.

use std::io::{Read, SeekFrom, Write};

use rayon::prelude::*;
use zstd::zstd_safe::{CCtx, CParameter, compress_bound, get_error_name};

use crate::disk::fs::FileRead;

use super::anchors::Anchors;
use super::{DeltaError, DeltaHeader, FrameRecord, SEGMENT_BYTES};

/// Up to this level two segments are packed at a time, above one: with zstd's tables (28 MB each at this level, 48 at
/// the next) and the old content they share, it takes about 110 MB either way.
const MAX_PARALLEL_LEVEL: i32 = 11;

/// Above this level zstd's own tables would take 80 MB and more. Half of it makes a delta 1 % larger.
const MAX_UNBOUND_LEVEL: i32 = 15;
const MAX_CHAIN_LOG: u32 = 23;
const MAX_HASH_LOG: u32 = 21;

/// Writes to `out` what turns the content of `old` into the content of `new`. The same contents and level give the
/// same bytes on every machine. Takes about 110 MB. Whether the delta is worth having is for the caller to judge by its
/// size.
pub fn encode(
    old: &mut dyn FileRead,
    old_size: u64,
    new: &mut dyn Read,
    new_size: u64,
    level: i32,
    out: &mut dyn Write,
) -> Result<(), DeltaError> {
    encode_with(DeltaHeader { segment_bytes: SEGMENT_BYTES, old_size, new_size }, old, new, level, out)
}

pub(super) fn encode_with(
    header: DeltaHeader,
    old: &mut dyn FileRead,
    new: &mut dyn Read,
    level: i32,
    out: &mut dyn Write,
) -> Result<(), DeltaError> {
    let cannot_write = DeltaError::io("write the delta");
    out.write_all(&header.to_bytes()).map_err(&cannot_write)?;
    let windows = Windows::new(header, old)?;
    let parallel = if level <= MAX_PARALLEL_LEVEL { 2 } else { 1 };
    let mut window = Vec::new();
    let mut position = 0;
    while position < header.new_size {
        let segments = read_segments(header, position, parallel, new)?;
        let old_offset = windows.offset_for(&segments, position);
        read_window(old, old_offset, windows.length, &mut window)?;
        let frames: Vec<_> = segments.par_iter().map(|segment| pack(&window, segment, level)).collect();
        for frame in frames {
            let frame = frame?;
            let (old_length, frame_length) = (windows.length, frame.len() as u32);
            let record = FrameRecord { old_offset, old_length, frame_length };
            out.write_all(&record.to_bytes()).and_then(|()| out.write_all(&frame)).map_err(&cannot_write)?;
        }
        position += segments.iter().map(|segment| segment.len() as u64).sum::<u64>();
    }
    Ok(())
}

/// Which part of the old content a segment is packed against.
struct Windows {
    header: DeltaHeader,
    length: u32,
    /// Only where the window cannot hold the whole old content.
    anchors: Option<Anchors>,
}

impl Windows {
    fn new(header: DeltaHeader, old: &mut dyn FileRead) -> Result<Self, DeltaError> {
        let all = u32::try_from(header.old_size).ok().filter(|size| *size <= header.window_bytes());
        let anchors = match all {
            Some(_) => None,
            None => Some(Anchors::new(old, header.old_size)?),
        };
        Ok(Self { header, length: all.unwrap_or(header.window_bytes()), anchors })
    }

    /// Centred on where the segments' content was: told by anchors, or else by the position in proportion.
    fn offset_for(&self, segments: &[Vec<u8>], position: u64) -> u64 {
        let Some(anchors) = &self.anchors else { return 0 };
        let in_proportion = || {
            let length: u64 = segments.iter().map(|segment| segment.len() as u64).sum();
            let middle = u128::from(position + length / 2);
            (middle * u128::from(self.header.old_size) / u128::from(self.header.new_size)) as u64
        };
        let middle = anchors.middle_of(segments).unwrap_or_else(in_proportion);
        let length = u64::from(self.length);
        middle.saturating_sub(length / 2).min(self.header.old_size - length)
    }
}

fn read_segments(
    header: DeltaHeader,
    position: u64,
    at_most: usize,
    new: &mut dyn Read,
) -> Result<Vec<Vec<u8>>, DeltaError> {
    let mut left = header.new_size - position;
    let mut segments = Vec::new();
    while left > 0 && segments.len() < at_most {
        let length = left.min(header.segment_bytes.into());
        let mut segment = Vec::new();
        new.take(length).read_to_end(&mut segment).map_err(DeltaError::io("read the new content"))?;
        if segment.len() as u64 != length {
            return Err(DeltaError::Changed("new"));
        }
        left -= length;
        segments.push(segment);
    }
    Ok(segments)
}

fn read_window(
    old: &mut dyn FileRead,
    offset: u64,
    length: u32,
    window: &mut Vec<u8>,
) -> Result<(), DeltaError> {
    window.clear();
    let read = old.seek(SeekFrom::Start(offset)).and_then(|_| old.take(length.into()).read_to_end(window));
    match read.map_err(DeltaError::io("read the old content"))? {
        complete if complete == length as usize => Ok(()),
        _ => Err(DeltaError::Changed("old")),
    }
}

fn pack(window: &[u8], segment: &[u8], level: i32) -> Result<Vec<u8>, DeltaError> {
    // Everything in the window has to be within reach from the segment's last byte.
    let reach = (window.len() + segment.len()).next_power_of_two().trailing_zeros().max(10);
    let refused = |code| DeltaError::Pack(get_error_name(code));
    let mut context = CCtx::try_create().ok_or(DeltaError::Pack("out of memory"))?;
    for parameter in [
        CParameter::CompressionLevel(level),
        CParameter::WindowLog(reach),
        // Finds what moved far; the ordinary search of the lower levels only looks near.
        CParameter::EnableLongDistanceMatching(true),
        CParameter::ChecksumFlag(true),
        CParameter::ContentSizeFlag(true),
    ] {
        context.set_parameter(parameter).map_err(refused)?;
    }
    if level > MAX_UNBOUND_LEVEL {
        for parameter in
            [CParameter::ChainLog(reach.min(MAX_CHAIN_LOG)), CParameter::HashLog(reach.min(MAX_HASH_LOG))]
        {
            context.set_parameter(parameter).map_err(refused)?;
        }
    }
    context.ref_prefix(window).map_err(refused)?;
    let mut frame = Vec::with_capacity(compress_bound(segment.len()));
    context.compress2(&mut frame, segment).map_err(refused)?;
    // Most of the room was never touched; give it back before the next segment takes its own.
    frame.shrink_to_fit();
    Ok(frame)
}
