//! Unpacks a patch that comes as `.gz`, `.xz` or `.zst`, known by its first bytes.

use std::io::{self, Read};

use crate::diff::patch_text::MAX_TEXT_BYTES;

/// Text that may always come out, however small it was packed. A plan takes some four times as much memory.
const ALWAYS_UNPACKED_BYTES: usize = 48 << 20;

/// How many times larger text may become: xz makes the patches between releases of Linux 5 to 12 times smaller.
const MAX_TEXT_RATIO: usize = 48;

/// Memory that unpacking may take, in KiB: what `xz -9` asks for.
const MAX_XZ_KIB: u32 = 80 << 10;

/// How far back a zstd stream may reach, as a power of two: 128 MiB, what `zstd --ultra` asks for.
const MAX_ZSTD_WINDOW_LOG: u32 = 27;

/// The ways that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    None,
    Xz,
    Zstd,
}

impl Packing {
    /// How a file that begins with `head` is packed.
    pub fn detect(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// What is in `packed`; [`io::ErrorKind::FileTooLarge`] if that is more than a patch may be.
pub(super) fn unpack(packed: Vec<u8>) -> io::Result<Vec<u8>> {
    let input = packed.as_slice();
    let mut reader: Box<dyn Read + '_> = match Packing::detect(input) {
        Packing::None => return Ok(packed),
        Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(input)),
        Packing::Xz => Box::new(lzma_rust2::XzReader::new_mem_limit(input, true, MAX_XZ_KIB)),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(input)?;
            decoder.window_log_max(MAX_ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
    };
    // What is far larger than text ever is for its packed size was packed to do harm.
    let likely = MAX_TEXT_RATIO.saturating_mul(packed.len());
    let most = ALWAYS_UNPACKED_BYTES.max(likely).min(MAX_TEXT_BYTES);
    let mut text = Vec::new();
    (&mut reader).take(most as u64 + 1).read_to_end(&mut text)?;
    match text.len() {
        length if length > MAX_TEXT_BYTES => Err(too_large()),
        length if length > most => {
            let problem = format!("unpacking makes it more than {MAX_TEXT_RATIO} times larger");
            Err(io::Error::new(io::ErrorKind::FileTooLarge, problem))
        }
        _ => Ok(text),
    }
}

pub(super) fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {MAX_TEXT_BYTES} bytes"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn packed_patches_are_read() {
        let text = b"--- a/x\n+++ b/x\n".repeat(10);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&text).expect("memory");
        assert_eq!(unpack(gzip.finish().expect("memory")).expect("gzip"), text);
        let zstd = zstd::encode_all(text.as_slice(), 3).expect("memory");
        assert_eq!(unpack(zstd).expect("zstd"), text);
        // "hello\n", packed by XZ Utils 5.8.
        let xz = b"\xfd\x37\x7a\x58\x5a\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21\x01\x16\x00\x00\x00\x74\x2f\xe5\xa3\x01\x00\x05\x68\x65\x6c\x6c\x6f\x0a\x00\x00\x00\xa5\x60\x97\xf1\x94\xf6\xfd\xe0\x00\x01\x1e\x06\xc1\x2f\xa4\x1d\x1f\xb6\xf3\x7d\x01\x00\x00\x00\x00\x04\x59\x5a";
        assert_eq!(unpack(xz.to_vec()).expect("xz"), b"hello\n");
        assert_eq!(unpack(b"plain".to_vec()).expect("plain"), b"plain");
    }

    #[test]
    fn what_grows_beyond_all_likelihood_is_not_unpacked_to_the_end() {
        let packed = |bytes| zstd::encode_all(io::repeat(b'\n').take(bytes), 1).expect("memory");
        let (small, large) = (packed(40 << 20), packed(200 << 20));
        assert_eq!(unpack(large).expect_err("a bomb").kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(unpack(small).expect("long, and no more than that").len(), 40 << 20);
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let zeros = io::repeat(0).take(MAX_TEXT_BYTES as u64 + 2);
        let bomb = zstd::encode_all(zeros, 1).expect("memory");
        assert_eq!(unpack(bomb).expect_err("too large").kind(), io::ErrorKind::FileTooLarge);
    }
}
