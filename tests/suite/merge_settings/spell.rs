//! Settings as text, in each form.

use super::settings::{Entry, Form, Setting, Style};

pub fn spell(form: Form, settings: &[Entry], style: Style) -> String {
    let mut text = String::new();
    match form.name {
        "a.json" | "a.jsonc" => {
            json(settings, style, 1, &mut text);
            text.push('\n');
        }
        "a.toml" => toml(settings, style, "", &mut text),
        "a.ini" => ini(settings, style, &mut text),
        "a.properties" => settings.iter().for_each(|entry| property(entry, style, &mut text)),
        _ => yaml(settings, style, 0, &mut text),
    }
    if style.is_windows { text.replace('\n', "\r\n") } else { text }
}

fn comment(entry: &Entry, style: Style, indent: &str, sign: &str, text: &mut String) {
    if let Some(number) = entry.comment.filter(|_| style.has_comments) {
        text.push_str(&format!("{indent}{sign} comment {number}.\n"));
    }
}

fn json(group: &[Entry], style: Style, depth: usize, text: &mut String) {
    // A comment needs a line of its own.
    let is_flat = style.is_flat && !style.has_comments;
    let indent = if is_flat { String::new() } else { " ".repeat(style.indent * depth) };
    let end = if is_flat { "" } else { "\n" };
    text.push('{');
    text.push_str(end);
    for (at, entry) in group.iter().enumerate() {
        comment(entry, style, &indent, "//", text);
        text.push_str(&format!("{indent}\"{}\":{}", entry.key, if style.variant == 0 { "" } else { " " }));
        match &entry.setting {
            Setting::Number(number) => text.push_str(&number.to_string()),
            Setting::Word(word) => text.push_str(&format!("{word:?}")),
            Setting::List(elements) if style.variant == 1 && !is_flat && !elements.is_empty() => {
                let lines: Vec<String> = elements.iter().map(|n| format!("{indent}  {n}")).collect();
                text.push_str(&format!("[\n{}\n{indent}]", lines.join(",\n")));
            }
            Setting::List(elements) => text.push_str(&format!("{elements:?}")),
            Setting::Group(inner) => json(inner, style, depth + 1, text),
        }
        let trails = style.has_comments && style.variant == 2;
        if at + 1 < group.len() || trails {
            text.push(',');
        }
        text.push_str(if is_flat && at + 1 < group.len() { " " } else { end });
    }
    text.push_str(&indent[..indent.len().saturating_sub(style.indent)]);
    text.push('}');
}

fn toml(group: &[Entry], style: Style, name: &str, text: &mut String) {
    let is_table = |entry: &&Entry| matches!(entry.setting, Setting::Group(_));
    for entry in group.iter().filter(|entry| !is_table(entry)) {
        comment(entry, style, "", "#", text);
        let value = match &entry.setting {
            Setting::Word(word) if style.variant == 0 && !word.contains('\'') => format!("'{word}'"),
            Setting::Word(word) => format!("{word:?}"),
            Setting::List(elements) if style.variant == 1 && !elements.is_empty() => {
                let lines: Vec<String> = elements.iter().map(|n| format!("  {n},\n")).collect();
                format!("[\n{}]", lines.concat())
            }
            Setting::List(elements) => format!("{elements:?}"),
            Setting::Number(number) => number.to_string(),
            Setting::Group(_) => continue,
        };
        text.push_str(&format!("{} = {value}\n", entry.key));
    }
    for entry in group.iter().filter(is_table) {
        let Setting::Group(inner) = &entry.setting else { continue };
        let full = if name.is_empty() { entry.key.clone() } else { format!("{name}.{}", entry.key) };
        if style.variant != 2 {
            text.push('\n');
        }
        comment(entry, style, "", "#", text);
        text.push_str(&format!("[{full}]\n"));
        toml(inner, style, &full, text);
    }
}

fn ini(settings: &[Entry], style: Style, text: &mut String) {
    let sign = ["=", " = ", ": ", "="][style.variant];
    let indent = if style.variant == 3 { "  " } else { "" };
    let line = |entry: &Entry, indent: &str, text: &mut String| {
        if !matches!(entry.setting, Setting::Group(_)) {
            comment(entry, style, indent, ";", text);
        }
        match &entry.setting {
            Setting::Number(number) => text.push_str(&format!("{indent}{}{sign}{number}\n", entry.key)),
            Setting::Word(word) => text.push_str(&format!("{indent}{}{sign}{word}\n", entry.key)),
            _ => {}
        }
    };
    // Python wants a section above every key.
    text.push_str("[main]\n");
    settings.iter().for_each(|entry| line(entry, indent, text));
    for entry in settings {
        if let Setting::Group(inner) = &entry.setting {
            if style.is_flat {
                text.push('\n');
            }
            comment(entry, style, "", ";", text);
            text.push_str(&format!("[{}]\n", entry.key));
            inner.iter().for_each(|entry| line(entry, indent, text));
        }
    }
}

fn property(entry: &Entry, style: Style, text: &mut String) {
    comment(entry, style, "", "#", text);
    let sign = ["=", " = ", ":", " "][style.variant];
    let value = match &entry.setting {
        Setting::Number(number) if style.is_flat && style.variant < 3 => format!("\\\n    {number}"),
        Setting::Number(number) => number.to_string(),
        Setting::Word(word) => word.replace('\\', "\\\\").replace("no", "\\u006eo"),
        _ => return,
    };
    text.push_str(&format!("{}{sign}{value}\n", entry.key));
}

fn yaml(group: &[Entry], style: Style, depth: usize, text: &mut String) {
    let indent = " ".repeat(style.indent * depth);
    if group.is_empty() && depth == 0 {
        text.push_str("{}\n");
    }
    for entry in group {
        comment(entry, style, &indent, "#", text);
        let key = if style.variant == 3 { format!("\"{}\"", entry.key) } else { entry.key.clone() };
        text.push_str(&format!("{indent}{key}:"));
        match &entry.setting {
            Setting::Number(number) => text.push_str(&format!(" {number}\n")),
            Setting::Word(word) if style.variant == 0 => {
                text.push_str(&format!(" |\n{indent}  {word}\n{indent}  # {word}\n"));
            }
            Setting::Word(word) if style.variant == 1 => {
                text.push_str(&format!(" '{}'\n", word.replace('\'', "''")));
            }
            Setting::Word(word) => text.push_str(&format!(" {word:?}\n")),
            Setting::List(elements) if style.is_flat || elements.is_empty() => {
                text.push_str(&format!(" {elements:?}\n"));
            }
            Setting::List(elements) => {
                text.push('\n');
                let gap = if style.variant == 2 { "" } else { "  " };
                elements.iter().for_each(|n| text.push_str(&format!("{indent}{gap}- {n}\n")));
            }
            Setting::Group(inner) if inner.is_empty() => text.push_str(" {}\n"),
            Setting::Group(inner) => {
                text.push('\n');
                yaml(inner, style, depth + 1, text);
            }
        }
    }
}
