//! What the numbers were measured on: a time without its machine says nothing.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread::available_parallelism;

/// Processor, memory, kernel, and the filesystem of `folder`, as far as the system tells.
pub fn describe(folder: &Path) -> String {
    let cores = available_parallelism().map_or(1, usize::from);
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let mut parts = vec![format!("{processor}, {cores} threads")];
    let memory_kib = field("/proc/meminfo", "MemTotal")
        .and_then(|memory| memory.split(' ').next().and_then(|kib| kib.parse::<u64>().ok()));
    parts.extend(memory_kib.map(|kib| format!("{} GiB of memory", (kib + (1 << 19)) >> 20)));
    parts.extend(first_line(Command::new("uname").arg("-sr")));
    let filesystem = first_line(Command::new("stat").args(["-f", "-c", "%T"]).arg(folder));
    parts.extend(filesystem.map(|name| format!("files on {name}")));
    parts.join("; ")
}

/// The first line that a program prints; `None` if it is not at hand or fails.
pub fn first_line(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().next().map(|line| line.trim().to_owned())
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim().to_owned())
}
