//! Taste, as checks with a reason.

use std::fs;
use std::path::{Path, PathBuf};

/// What makes a colour out of numbers, or takes one that egui has a name for.
const COLOUR_LITERALS: [&str; 13] = [
    "Color32::from_",
    "Color32::BLACK",
    "Color32::BLUE",
    "Color32::DARK",
    "Color32::GRAY",
    "Color32::GREEN",
    "Color32::LIGHT",
    "Color32::RED",
    "Color32::WHITE",
    "Color32::YELLOW",
    "Rgba::from_",
    "hex_color!",
    "gamma_multiply",
];

#[test]
fn colours_are_named_in_the_theme_and_nowhere_else() {
    let mut found = Vec::new();
    for path in rust_files(&root().join("src")) {
        if path.starts_with(root().join("src/toolkit/theme")) {
            continue;
        }
        found.extend(lines_with(&path, &COLOUR_LITERALS));
    }
    assert!(found.is_empty(), "ask Tokens::of for a purpose instead:\n{}", found.join("\n"));
}

#[test]
fn nothing_is_painted_half_transparent() {
    // Each translucent fill costs a picture over remote desktop, and its contrast depends on what is behind it.
    let translucent =
        ["_unmultiplied", "_premultiplied", "from_black_alpha", "from_white_alpha", "set_opacity"];
    let found: Vec<_> =
        rust_files(&root().join("src")).iter().flat_map(|path| lines_with(path, &translucent)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn lines_with(path: &Path, words: &[&str]) -> Vec<String> {
    let source = fs::read_to_string(path).expect("a source file");
    let is_found = |line: &str| words.iter().any(|word| line.contains(word));
    let place = |number: usize, line: &str| format!("{}:{}: {}", path.display(), number + 1, line.trim());
    source
        .lines()
        .enumerate()
        .filter(|(_, line)| is_found(line))
        .map(|(number, line)| place(number, line))
        .collect()
}

/// The Rust files in a folder and below.
pub fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of the sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The folder of the project.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
