//! A list of any length: which rows are in view, kept as a whole row and a part of one, so that the last of a billion
//! rows is as sharp as the first.

/// Where a list is scrolled to.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Scroll {
    /// The row at the top.
    pub top: u64,
    /// How much of it is above the edge, from 0 up to but not including 1.
    pub fraction: f32,
}

/// Smallest thumb of a scroll bar that can be caught, in points.
const MIN_THUMB: f32 = 28.0;

impl Scroll {
    /// Moves down by `rows`, which may be less than one, or less than nothing.
    pub fn by(&mut self, rows: f64, count: u64, visible: f32) {
        // In 64 bits a position in 2^40 rows still has a thousandth of a row.
        self.set(self.top as f64 + f64::from(self.fraction) + rows, count, visible);
    }

    /// Puts `row` at the top, as far as the list goes.
    pub fn to(&mut self, row: u64, count: u64, visible: f32) {
        (self.top, self.fraction) = (row, 0.0);
        self.keep_within(count, visible);
    }

    /// Puts `row` a third down from the top.
    pub fn show(&mut self, row: u64, count: u64, visible: f32) {
        self.to(row.saturating_sub((visible / 3.0) as u64), count, visible);
    }

    /// Moves as little as shows `row`.
    pub fn reveal(&mut self, row: u64, count: u64, visible: f32) {
        let whole = (visible.floor() as u64).max(1);
        if row < self.top || (row == self.top && self.fraction > 0.0) {
            self.to(row, count, visible);
        } else if row >= self.top + whole {
            (self.top, self.fraction) = (row + 1 - whole, 0.0);
            self.keep_within(count, visible);
        }
    }

    /// Moves up if the list has become shorter.
    pub fn keep_within(&mut self, count: u64, visible: f32) {
        self.by(0.0, count, visible);
    }

    fn set(&mut self, position: f64, count: u64, visible: f32) {
        let last = (count as f64 - f64::from(visible)).max(0.0);
        let position = position.clamp(0.0, last);
        self.top = position as u64;
        self.fraction = (position - self.top as f64) as f32;
    }

    /// Where the thumb is in a bar of this length: its beginning and its length.
    pub fn thumb(&self, count: u64, visible: f32, bar: f32) -> (f32, f32) {
        let length = (f64::from(bar) * f64::from(visible) / count.max(1) as f64) as f32;
        let length = length.clamp(MIN_THUMB.min(bar), bar);
        let last = (count as f64 - f64::from(visible)).max(0.0);
        let part = if last > 0.0 { (self.top as f64 + f64::from(self.fraction)) / last } else { 0.0 };
        ((f64::from(bar - length) * part) as f32, length)
    }

    /// Scrolls to where the thumb begins at `begin` of a bar of this length.
    pub fn drag(&mut self, begin: f32, count: u64, visible: f32, bar: f32) {
        let (_, length) = self.thumb(count, visible, bar);
        let room = f64::from(bar - length);
        let part = if room > 0.0 { (f64::from(begin) / room).clamp(0.0, 1.0) } else { 0.0 };
        self.set(part * (count as f64 - f64::from(visible)).max(0.0), count, visible);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_list_are_reached_exactly() {
        for count in [10, 1_000_000, 1 << 31, 1 << 40] {
            let mut scroll = Scroll::default();
            scroll.to(count, count, 7.5);
            assert_eq!((scroll.top, scroll.fraction), (count - 8, 0.5), "{count}");
            let (begin, length) = scroll.thumb(count, 7.5, 600.0);
            assert!((begin + length - 600.0).abs() < 0.01, "{count}: {begin} {length}");
            scroll.by(-1e15, count, 7.5);
            assert_eq!(scroll, Scroll::default());
        }
    }

    #[test]
    fn small_steps_add_up_far_down_the_list() {
        let mut scroll = Scroll::default();
        scroll.to(1 << 31, u64::MAX >> 20, 10.0);
        for _ in 0..10 {
            scroll.by(0.3, u64::MAX >> 20, 10.0);
        }
        let moved = (scroll.top - (1 << 31)) as f32 + scroll.fraction;
        assert!((moved - 3.0).abs() < 0.001, "{moved}");
    }

    #[test]
    fn revealing_moves_no_more_than_it_must() {
        let mut scroll = Scroll { top: 100, fraction: 0.5 };
        scroll.reveal(105, 1_000, 10.4);
        assert_eq!(scroll, Scroll { top: 100, fraction: 0.5 });
        scroll.reveal(100, 1_000, 10.4);
        assert_eq!(scroll, Scroll { top: 100, fraction: 0.0 });
        scroll.reveal(110, 1_000, 10.4);
        assert_eq!(scroll, Scroll { top: 101, fraction: 0.0 });
    }

    #[test]
    fn a_thumb_that_is_dragged_ends_where_it_is_put() {
        let mut scroll = Scroll::default();
        scroll.drag(300.0, 1_000_000, 40.0, 628.0);
        assert_eq!(scroll.thumb(1_000_000, 40.0, 628.0), (300.0, MIN_THUMB));
        scroll.drag(5.0, 3, 40.0, 600.0);
        assert_eq!(scroll, Scroll::default(), "a list that fits does not move");
    }
}
