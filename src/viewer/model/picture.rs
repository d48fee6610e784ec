//! What can be said about pictures and how they differ, without drawing them.

use super::facts::PictureFormat;
use crate::text::with_thousands;
use crate::words::{contents as words, fill};

/// What is known about a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureFacts {
    pub format: PictureFormat,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Whether a part of it lets the background through.
    pub is_transparent: bool,
}

impl PictureFacts {
    /// In a few words.
    pub fn phrase(&self) -> String {
        let template = if self.is_transparent { words::PIXELS_TRANSPARENT } else { words::PIXELS };
        let (width, height) = (with_thousands(self.width.into()), with_thousands(self.height.into()));
        fill(template, &[("width", &width), ("height", &height)])
    }
}

/// A part of a picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelBox {
    /// The first column.
    pub left: u32,
    /// The first row.
    pub top: u32,
    /// How many columns.
    pub width: u32,
    /// How many rows.
    pub height: u32,
}

/// How two pictures of the same size differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelDifference {
    /// How many pixels differ.
    pub pixels: u64,
    /// How many there are.
    pub all: u64,
    /// The smallest box around them.
    pub bounds: Option<PixelBox>,
}

impl PixelDifference {
    /// Compares two pictures of the same size, four bytes a pixel.
    pub fn new(left: &[u8], right: &[u8], width: u32) -> Self {
        let stride = width as usize * 4;
        let mut found = Self { pixels: 0, all: left.len() as u64 / 4, bounds: None };
        let mut sides: Option<(u32, u32, u32, u32)> = None;
        for (y, (old, new)) in left.chunks_exact(stride).zip(right.chunks_exact(stride)).enumerate() {
            // Whole rows are compared at the speed of memory; most are equal.
            if old == new {
                continue;
            }
            let y = y as u32;
            for (x, _) in
                old.chunks_exact(4).zip(new.chunks_exact(4)).enumerate().filter(|(_, (a, b))| a != b)
            {
                let x = x as u32;
                found.pixels += 1;
                let (left, top, right, _) = sides.unwrap_or((x, y, x, y));
                sides = Some((left.min(x), top, right.max(x), y));
            }
        }
        found.bounds = sides.map(|(left, top, right, bottom)| PixelBox {
            left,
            top,
            width: right - left + 1,
            height: bottom - top + 1,
        });
        found
    }

    pub fn sentence(&self) -> String {
        let Some(bounds) = self.bounds else { return words::PIXELS_SAME.to_owned() };
        let percent = self.pixels as f64 * 100.0 / self.all.max(1) as f64;
        let percent = match percent < 0.1 {
            true => words::PART_PERCENT_LITTLE.to_owned(),
            false => format!("{percent:.1}"),
        };
        let facts = [
            ("n", &with_thousands(self.pixels)),
            ("all", &with_thousands(self.all)),
            ("percent", &percent),
            ("width", &bounds.width.to_string()),
            ("height", &bounds.height.to_string()),
            ("left", &bounds.left.to_string()),
            ("top", &bounds.top.to_string()),
        ];
        fill(words::PIXELS_DIFFER, &facts.map(|(name, value)| (name, value.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_holds_all_pixels_that_differ() {
        let old = vec![0; 10 * 8 * 4];
        let mut new = old.clone();
        for (x, y) in [(3, 2), (7, 2), (5, 6)] {
            new[(y * 10 + x) * 4 + 1] = 9;
        }
        let difference = PixelDifference::new(&old, &new, 10);
        assert_eq!(difference.bounds, Some(PixelBox { left: 3, top: 2, width: 5, height: 5 }));
        assert_eq!(difference.sentence(), "3 of 80 pixels differ (3.8%), all within 5 × 5 at 3, 2.");
        assert_eq!(PixelDifference::new(&old, &old, 10).sentence(), "The pictures are identical.");
    }
}
