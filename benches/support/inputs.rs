//! Inputs that look the same in every run and on every machine.

use std::fs;
use std::io;
use std::path::Path;

/// SplitMix64: small, quick, and the same everywhere; nothing here needs better chance.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("it is below a usize")
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            bytes.extend(self.next().to_le_bytes());
        }
        bytes.truncate(length);
        bytes
    }
}

const WORDS: [&str; 16] = [
    "account", "balance", "cache", "delay", "enabled", "false", "gateway", "host", "index", "journal",
    "limit", "node", "path", "retry", "timeout", "true",
];

fn line(chance: &mut Chance) -> String {
    let [key, middle, value] = std::array::from_fn(|_| WORDS[chance.below(WORDS.len())]);
    format!("{key}.{middle}_{} = \"{value} {}\"\n", chance.below(1000), chance.next() % 1_000_000)
}

/// Writes `files` text files of about 10 KiB, a hundred to a folder, to `old` and `new`. One of ten differs: in it
/// one line is changed, one added and one missing.
pub fn write_text_tree(old: &Path, new: &Path, files: usize) -> io::Result<()> {
    const FILE_BYTES: usize = 10 * 1024;
    let mut chance = Chance::new(1);
    for number in 0..files {
        let name = format!("part-{:03}/settings-{:02}.conf", number / 100, number % 100);
        let mut lines = Vec::new();
        let mut length = 0;
        while length < FILE_BYTES {
            let line = line(&mut chance);
            length += line.len();
            lines.push(line);
        }
        write(&old.join(&name), lines.concat().as_bytes())?;
        if number % 10 == 0 {
            let third = lines.len() / 3;
            let changed = chance.below(third);
            lines[changed] = line(&mut chance);
            let added = third + chance.below(third);
            lines.insert(added, line(&mut chance));
            lines.remove(2 * third + chance.below(third));
        }
        write(&new.join(&name), lines.concat().as_bytes())?;
    }
    Ok(())
}

/// Writes `files` short text files into one folder; one of them differs in a line.
pub fn write_one_of_many(old: &Path, new: &Path, files: usize) -> io::Result<()> {
    let mut chance = Chance::new(3);
    for number in 0..files {
        let mut lines: Vec<String> = (0..20).map(|_| line(&mut chance)).collect();
        let name = format!("part/settings-{number}.conf");
        write(&old.join(&name), lines.concat().as_bytes())?;
        if number == files / 2 {
            lines[10] = line(&mut chance);
        }
        write(&new.join(&name), lines.concat().as_bytes())?;
    }
    Ok(())
}

/// Writes one file of `length` bytes that does not compress to `old`, and to `new` the same with a short edit in
/// every megabyte, a few bytes inserted near the beginning, and a block of a sixteenth of it moved to the end.
pub fn write_binary(old: &Path, new: &Path, length: usize) -> io::Result<()> {
    const MEGABYTE: usize = 1_000_000;
    let mut chance = Chance::new(2);
    let mut content = chance.bytes(length);
    write(&old.join("app.bin"), &content)?;
    for start in (0..length - MEGABYTE).step_by(MEGABYTE) {
        let edit = chance.bytes(16);
        let place = start + chance.below(MEGABYTE - edit.len());
        content[place..place + edit.len()].copy_from_slice(&edit);
    }
    let block: Vec<u8> = content.drain(length / 2..length / 2 + length / 16).collect();
    content.extend(block);
    let inserted = chance.bytes(100);
    content.splice(length / 10..length / 10, inserted);
    write(&new.join("app.bin"), &content)
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().expect("inputs lie in a folder"))?;
    fs::write(path, content)
}
