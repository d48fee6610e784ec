//! How slowly a vendor wants a patch to spread. Whoever rolls it out may be slower, never faster.

use super::Share;

/// Spans, in seconds; moments since 1970.
pub(crate) type Seconds = i64;

/// The longest span: ten years.
const MAX_SPAN: Seconds = 3_660 * 24 * 3_600;

const UNITS: [(char, Seconds); 4] = [('d', 24 * 3_600), ('h', 3_600), ('m', 60), ('s', 1)];

/// What a vendor asks of a rollout.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RolloutPace {
    /// How long each ring but the last has to wait at least, in seconds.
    pub min_wait: Option<i64>,
    /// How many of all folders the first ring may have. One is always allowed.
    pub max_first_ring: Option<Share>,
    /// What else to mind, in the vendor's words.
    pub advice: Option<String>,
}

/// Reads `90s`, `30m`, `6h` or `7d`: a whole number up to ten years.
pub(crate) fn read_span(text: &str) -> Option<Seconds> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let (_, seconds) = UNITS.iter().find(|(letter, _)| unit == letter.to_string())?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let span = is_number.then(|| number.parse::<Seconds>().ok()?.checked_mul(*seconds))??;
    (span <= MAX_SPAN).then_some(span)
}

/// Writes what [`read_span`] reads, in the largest unit that says it exactly.
pub(crate) fn span_text(span: Seconds) -> String {
    let fits = |(_, seconds): &&(char, Seconds)| span > 0 && span % seconds == 0;
    let (letter, seconds) = UNITS.iter().find(fits).unwrap_or(&UNITS[3]);
    format!("{}{letter}", span / seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_whole_numbers_with_a_unit() {
        for (text, seconds) in [("90s", 90), ("0m", 0), ("6h", 21_600), ("7d", 604_800)] {
            assert_eq!(read_span(text), Some(seconds), "{text}");
            assert_eq!(read_span(&span_text(seconds)), Some(seconds), "{text}");
        }
        assert_eq!(span_text(86_400), "1d");
        for text in ["", "7", "d", "-1h", "1.5h", "1 h", "1w", "99999999999999999999s", "4000d", "5\u{b5}"] {
            assert_eq!(read_span(text), None, "{text}");
        }
    }

    #[test]
    fn a_share_is_a_number_of_folders_or_a_percentage() {
        assert_eq!(Share::parse("5"), Some(Share::Folders(5)));
        assert_eq!(Share::parse("2.5%"), Share::percent("2.5%"));
        for text in ["", "-1", "5 %", "101%", "five", "4294967296"] {
            assert_eq!(Share::parse(text), None, "{text}");
        }
    }
}
