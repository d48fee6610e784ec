//! The scripts of an order: what the sheet says about them, and their texts in files beside it.

use std::io;

use toml::Spanned;
use toml::de::DeTable;

use super::finding::Findings;
use super::table::{Table, span_of};
use crate::bundle::manifest::limits::SCRIPT_BYTES;
use crate::bundle::script::check_text;
use crate::model::{Digest, Interpreter, Script, ScriptPhase, TreePath};

/// Seconds that a script may take if the order does not say.
const DEFAULT_TIMEOUT_SECS: u32 = 60;

/// Reads a file beside the order, at most this many bytes of it and one more.
pub(crate) type ReadFile<'a> = dyn Fn(&TreePath, u64) -> io::Result<Vec<u8>> + 'a;

/// A script as an order names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderedScript {
    /// When it runs.
    pub phase: ScriptPhase,
    /// Why the patch needs it.
    pub reason: String,
    /// What runs it.
    pub interpreter: Interpreter,
    /// Longest time it may take, in seconds.
    pub timeout_secs: u32,
    /// Its text.
    pub file: ScriptFile,
    /// What undoes what it did.
    pub undo: Option<ScriptFile>,
}

/// A text in a file beside the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptFile {
    /// The file, as seen from the order's folder; never outside of it.
    pub name: TreePath,
    pub text: Vec<u8>,
}

impl OrderedScript {
    /// The script as a manifest has it.
    pub(crate) fn as_script(&self) -> Script {
        Script {
            phase: self.phase,
            reason: self.reason.clone().into(),
            blob: Digest::compute(&self.file.text),
            interpreter: self.interpreter,
            timeout_secs: self.timeout_secs,
            undo: self.undo.as_ref().map(|undo| Digest::compute(&undo.text)),
        }
    }

    /// The texts that have to travel.
    pub fn files(&self) -> impl Iterator<Item = &ScriptFile> {
        [&self.file].into_iter().chain(&self.undo)
    }
}

pub(super) fn read(table: &Table<'_, '_>) -> Option<OrderedScript> {
    let (phase, reason) = (table.must_word("phase"), table.must_text("reason"));
    let interpreter = table.must_word("interpreter");
    let timeout_secs = table.number("timeout").unwrap_or(DEFAULT_TIMEOUT_SECS);
    let named = |name| ScriptFile { name, text: Vec::new() };
    let file = table.must_path("file").map(named);
    let undo = table.text("undo").and_then(|_| table.must_path("undo")).map(named);
    Some(OrderedScript { phase, reason, interpreter, timeout_secs, file: file?, undo })
}

/// Fills in the texts. What is wrong with a file is said at the line that names it.
pub(super) fn load(
    scripts: &mut [OrderedScript],
    read_file: &ReadFile<'_>,
    root: &Spanned<DeTable<'_>>,
    findings: &mut Findings<'_>,
) {
    for (index, script) in scripts.iter_mut().enumerate() {
        let files = [("file", Some(&mut script.file)), ("undo", script.undo.as_mut())];
        for (key, file) in files.into_iter().filter_map(|(key, file)| Some((key, file?))) {
            let problem = match read_file(&file.name, SCRIPT_BYTES) {
                Ok(text) => {
                    file.text = text;
                    check_text(&file.text).err()
                }
                Err(error) => Some(format!("cannot be read: {error}")),
            };
            if let Some(problem) = problem {
                let field = format!("scripts[{index}].{key}");
                findings.error(&span_of(root, &field), field, format!("{}: {problem}", file.name));
            }
        }
    }
}
