//! Functions fit on a screen, and files can be read at one go.

use super::{read, root, rust_files, without_tests};

/// Most lines of a function, from its name to its last brace.
const MAX_FUNCTION_LINES: usize = 70;
/// Most lines of a file, without its tests.
const MAX_FILE_LINES: usize = 500;

#[test]
fn no_function_or_file_is_too_long() {
    let mut found = Vec::new();
    for path in rust_files("src").iter().filter(|path| !path.to_string_lossy().contains("tests")) {
        let name = path.strip_prefix(root()).expect("it was found there").display().to_string();
        let name = name.replace('\\', "/");
        let source = read(path);
        let source = without_tests(&source);
        let too_long = functions(source).into_iter().filter(|(_, lines)| *lines > MAX_FUNCTION_LINES);
        found.extend(too_long.map(|(function, lines)| format!("{name}: {function} has {lines} lines")));
        let lines = source.trim_end().lines().count();
        if lines > MAX_FILE_LINES {
            found.push(format!("{name} has {lines} lines"));
        }
    }
    assert!(found.is_empty(), "split these along their ideas:\n{}", found.join("\n"));
}

#[test]
fn lines_of_functions_are_counted() {
    let source = "impl A {\n    pub(crate) fn one(\n        &self,\n    ) {\n        if true {\n        }\n    }\n\n    \
                  fn two(\n        &self,\n    );\n}\n\nconst fn three() {\n}\n";
    assert_eq!(functions(source), [("one", 6), ("three", 2)]);
}

/// The functions of a file as `cargo fmt` lays it out, each with its lines.
fn functions(source: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = source.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let indent = &line[..line.len() - line.trim_start().len()];
        // One without a body ends with a semicolon.
        let opens = lines[at..].iter().find(|line| line.ends_with(['{', ';', '}']));
        let end = lines[at..].iter().position(|line| line.strip_prefix(indent) == Some("}"));
        if let Some(end) = end.filter(|_| opens.is_some_and(|line| line.ends_with('{'))) {
            found.push((name, end + 1));
        }
    }
    found
}

/// The name of the function that begins on this line.
fn function_name(line: &str) -> Option<&str> {
    let (before, behind) = line.trim_start().split_once("fn ")?;
    let is_word =
        |word: &str| ["const", "async", "unsafe", "pub"].contains(&word) || word.starts_with("pub(");
    let begins = before.split_whitespace().all(|word| is_word(word) || word.ends_with(')'));
    let end = behind.find(['(', '<'])?;
    (begins && !behind[..end].contains(' ')).then_some(&behind[..end])
}
