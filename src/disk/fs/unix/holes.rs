//! Files of ours are written with holes where there are only zeros, as the files that they replace may have them.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

/// Smallest run of zeros that becomes a hole: a block of most disks.
const BLOCK_BYTES: usize = 4096;

/// Leaves out long runs of zeros.
pub(super) struct WithHoles {
    file: File,
    /// Zeros at the end that are not written yet.
    hole_bytes: u64,
}

impl WithHoles {
    pub fn new(file: File) -> Self {
        Self { file, hole_bytes: 0 }
    }
}

impl Write for WithHoles {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let is_empty = |block: &[u8]| block.len() == BLOCK_BYTES && block.iter().all(|&byte| byte == 0);
        let zeros = piece.chunks(BLOCK_BYTES).take_while(|block| is_empty(block)).count() * BLOCK_BYTES;
        if zeros > 0 {
            self.hole_bytes += zeros as u64;
            return Ok(zeros);
        }
        self.flush()?;
        let blocks = piece.chunks(BLOCK_BYTES).take_while(|block| !is_empty(block));
        let length = blocks.map(<[u8]>::len).sum();
        self.file.write(&piece[..length])
    }

    /// Also makes the file as long as what was written.
    fn flush(&mut self) -> io::Result<()> {
        if self.hole_bytes > 0 {
            let end = self.file.stream_position()? + self.hole_bytes;
            self.file.set_len(end)?;
            self.file.seek(SeekFrom::Start(end))?;
            self.hole_bytes = 0;
        }
        self.file.flush()
    }
}
