//! A part of a ring, as people write it: a number of folders, or a percentage of them. It is compared in whole numbers,
//! so that no rounding decides whether a rollout stops.

use std::fmt;

/// Hundredths of a percent in a whole.
const WHOLE: u128 = 10_000;

/// A number of folders, or a percentage of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    Folders(u32),
    /// In hundredths of a percent, at most all of it.
    Percent(u16),
}

impl Share {
    /// Reads `5`, folders, or a percentage.
    pub fn parse(text: &str) -> Option<Self> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { text.parse().ok().map(Self::Folders) } else { Self::percent(text) }
    }

    /// Reads `10%` or `0.25%`: at most two decimals, at most 100.
    pub fn percent(text: &str) -> Option<Self> {
        let number = text.strip_suffix('%')?;
        let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let ends_well = number.len() == whole.len() || !decimals.is_empty();
        if whole.is_empty() || whole.len() > 3 || decimals.len() > 2 || !ends_well {
            return None;
        }
        if !is_digits(whole) || !is_digits(decimals) {
            return None;
        }
        let hundredths = format!("{decimals:0<2}").parse::<u32>().ok()?;
        let all = whole.parse::<u32>().ok()? * 100 + hundredths;
        u16::try_from(all).ok().filter(|all| u128::from(*all) <= WHOLE).map(Self::Percent)
    }

    /// Whether `count` of `all` is more than this. Equal is not.
    pub(crate) fn is_exceeded(self, count: usize, all: usize) -> bool {
        match self {
            Share::Folders(most) => count as u128 > u128::from(most),
            Share::Percent(part) => count as u128 * WHOLE > u128::from(part) * all as u128,
        }
    }

    /// Whether `count` of `all` is at least this. More than there are is never asked for.
    pub(crate) fn is_reached(self, count: usize, all: usize) -> bool {
        match self {
            Share::Folders(least) => count as u128 >= u128::from(least).min(all as u128),
            Share::Percent(part) => count as u128 * WHOLE >= u128::from(part) * all as u128,
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Share::Folders(count) => write!(f, "{count}"),
            Share::Percent(part) if part % 100 == 0 => write!(f, "{}%", part / 100),
            Share::Percent(part) => write!(f, "{}.{:02}%", part / 100, part % 100),
        }
    }
}
