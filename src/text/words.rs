//! Small changes of words and numbers that every sentence needs.

/// `1234567` as `1,234,567`.
pub(crate) fn with_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `2026-11-23T09:30:00Z` as `2026-11-23 09:30:00 UTC`; other texts as they are.
pub fn moment(time: &str) -> String {
    match (time.strip_suffix('Z'), time.parse::<jiff::Timestamp>()) {
        (Some(time), Ok(_)) => format!("{} UTC", time.replace('T', " ")),
        _ => time.to_owned(),
    }
}

/// `user@host`, as records name somebody, for people: `user on host`.
pub(crate) fn person(by: &str) -> String {
    by.rsplit_once('@').map_or_else(|| by.to_owned(), |(user, host)| format!("{user} on {host}"))
}

/// `text` with a capital at its start.
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
