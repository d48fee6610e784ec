//! The pieces of large contents that came into view: kept for a while, so that a disk is asked once for each.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::viewer::model::{Half, ROW_BYTES, ViewedContents};
use crate::words::contents as words;

/// Bytes that are read at a time.
const PAGE_BYTES: u64 = 64 << 10;
/// Most pages that are kept: four megabytes.
const MAX_PAGES: usize = 64;

/// Parts of the contents that were looked at last.
#[derive(Debug, Default)]
pub struct BytePages(HashMap<(Half, u64), BytePage>);

/// Bytes, or why they cannot be read.
type BytePage = Result<Arc<Vec<u8>>, String>;

impl BytePages {
    /// The bytes in `range`, which spans at most two pages.
    ///
    /// # Errors
    /// Why they cannot be read.
    pub fn bytes(
        &mut self,
        contents: &ViewedContents,
        half: Half,
        range: Range<u64>,
    ) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::with_capacity(ROW_BYTES as usize);
        let mut at = range.start;
        while at < range.end {
            let page = at / PAGE_BYTES;
            let begin = page * PAGE_BYTES;
            let end = range.end.min(begin + PAGE_BYTES);
            let part = (at - begin) as usize..(end - begin) as usize;
            bytes.extend_from_slice(self.page(contents, half, page)?.get(part).unwrap_or_default());
            at = end;
        }
        Ok(bytes)
    }

    fn page(&mut self, contents: &ViewedContents, half: Half, page: u64) -> BytePage {
        if self.0.len() >= MAX_PAGES && !self.0.contains_key(&(half, page)) {
            self.0.clear();
        }
        let read = || {
            let content = contents.content(half).ok_or(words::PART_CONTENT_MISSING)?;
            let bytes = content.read_at(page * PAGE_BYTES, PAGE_BYTES as usize);
            bytes.map(Arc::new).map_err(|error| error.to_string())
        };
        self.0.entry((half, page)).or_insert_with(read).clone()
    }
}
