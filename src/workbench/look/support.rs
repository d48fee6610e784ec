//! Writes the file that a person hands to support: records of a folder and of the machine, never content of files.

use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;

use super::record::keep;
use crate::disk::fs::{Features, Fs, Place, StatKind, StatePath, Volume};
use crate::ledger::{Entry, read_small};
use crate::text::{escape_line, with_thousands};
use crate::workbench::{Result, Watch, Workbench};

/// Records that are put in, by name. Everything else in the state folder is only listed.
const RECORDS: [&str; 8] =
    ["format", "lock", "intent", "intent.bak", "commit", "abort", "entry.json", "manifest.json"];
/// Longest record that is put in, in bytes: a history entry of 10,000 places.
const MAX_RECORD_BYTES: u64 = 8 << 20;
/// Most records in all, in bytes: what still goes through as an attachment when it is packed.
const MAX_TOTAL_BYTES: u64 = 64 << 20;
/// Most names that are listed.
const MAX_LISTED: usize = 100_000;
/// Deepest folder that is looked into: `undo/<number>/old`, with room for what does not belong there.
const MAX_DEPTH: usize = 6;

const READ_ME: &str = "\
Patchwright saved this file so that someone can help you.

It contains:
- report.txt: what went wrong
- machine.txt: the program and the computer
- listing.txt: the names and sizes of Patchwright's own files in the folder
- records/: which patch changed which file, when, and by whom, with checksums

It contains the names of files, the folder, the user and the computer. It doesn't contain the contents of your files,
or the output of scripts.
";

impl Workbench {
    /// Writes a ZIP file with everything support asks for first: `report` (without what scripts printed), the machine, and the
    /// records kept in `folder`. No content of any file of the product is in it. `to` as in
    /// [`Workbench::save_report`]. Changes nothing in `folder`.
    ///
    /// # Errors
    /// If the file cannot be written. What cannot be read in the folder is told in the file instead.
    pub(crate) fn save_support_file(
        &self,
        to: &Path,
        folder: Option<&Path>,
        report: &str,
        watch: Watch<'_>,
    ) -> Result<PathBuf> {
        let mut members = vec![
            ("README.txt".to_owned(), READ_ME.as_bytes().to_vec()),
            ("report.txt".to_owned(), report.as_bytes().to_vec()),
        ];
        let mut machine = self.machine();
        if let Some(folder) = folder {
            machine.push_str(&format!("Folder: {}\n", escape_line(&folder.display().to_string())));
            match self.disk(folder) {
                Ok(fs) => {
                    machine.push_str(&volume(&*fs));
                    let mut found = Records::default();
                    found.gather(&*fs, &StatePath::root(), 0, watch);
                    members.push(("listing.txt".to_owned(), found.listing.into_bytes()));
                    members.extend(found.records);
                }
                Err(error) => {
                    machine
                        .push_str(&format!("Can't open the folder: {}\n", escape_line(&error.to_string())));
                }
            }
        }
        members.push(("machine.txt".to_owned(), machine.into_bytes()));
        let packed = pack(&members).expect("packing into memory does not fail");
        keep(to, &packed, "write the support file")
    }

    fn machine(&self) -> String {
        let environment = self.environment();
        format!(
            "Patchwright {}\nSystem: {}\nUser: {}\nMachine: {}\nTime: {}\n",
            env!("PATCHWRIGHT_BUILD"),
            escape_line(&environment.platform),
            escape_line(&environment.user),
            escape_line(&environment.host),
            environment.now(),
        )
    }
}

fn volume(fs: &dyn Fs) -> String {
    let free = fs.space().map_or_else(
        |error| error.to_string(),
        |space| {
            let exactly = with_thousands(space.free_bytes);
            format!("{:.1} GB ({exactly} bytes)", space.free_bytes as f64 / 1e9)
        },
    );
    format!("Disk: {}\nFree: {free}\n", disk(&fs.features()))
}

/// What a disk is and can do, for a person.
fn disk(features: &Features) -> String {
    let volume = match &features.volume {
        Volume::Local => "local".to_owned(),
        Volume::Fat => "FAT".to_owned(),
        Volume::Network(name) => format!("network ({name})"),
        Volume::ReadOnly => "read-only".to_owned(),
    };
    let can = [
        (features.exchange, "atomic exchange"),
        (features.modes, "permissions"),
        (features.overrides_modes, "administrator"),
        (features.hard_links, "hard links"),
        (features.case_sensitive, "case-sensitive names"),
        (features.any_name, "any name"),
    ];
    let can: Vec<&str> = can.iter().filter(|(has, _)| *has).map(|(_, what)| *what).collect();
    format!("{volume}; {}", can.join(", "))
}

/// What is in the state folder.
#[derive(Default)]
struct Records {
    listing: String,
    listed: usize,
    records: Vec<(String, Vec<u8>)>,
    bytes: u64,
}

impl Records {
    /// Looks into `dir`. Newer records come first, so that they are in when there is no room for all.
    fn gather(&mut self, fs: &dyn Fs, dir: &StatePath, depth: usize, watch: Watch<'_>) {
        let names = match fs.list(&Place::from(dir)) {
            Ok(names) => names,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => return self.say(dir, &format!("can't be listed: {error}")),
        };
        let mut names: Vec<String> = names.text.into_iter().filter(|name| StatePath::is_name(name)).collect();
        names.sort_by_key(|name| (name.parse::<u64>().map_or(0, |number| u64::MAX - number), name.clone()));
        for name in names {
            if self.listed >= MAX_LISTED || watch.cancel.is_cancelled() {
                return;
            }
            let place = dir.join(&name);
            match fs.look(&Place::from(&place)) {
                Ok(Some(found)) => match found.kind {
                    StatKind::Dir if depth < MAX_DEPTH => self.gather(fs, &place, depth + 1, watch),
                    StatKind::File { size_bytes } => {
                        self.say(&place, &format!("{} bytes", with_thousands(size_bytes)));
                        if RECORDS.contains(&name.as_str()) {
                            self.read(fs, &place, size_bytes);
                        }
                    }
                    StatKind::Dir => self.say(&place, "a folder, not looked into"),
                    _ => self.say(&place, "no file"),
                },
                Ok(None) => {}
                Err(error) => self.say(&place, &format!("can't be checked: {error}")),
            }
        }
    }

    fn read(&mut self, fs: &dyn Fs, place: &StatePath, size_bytes: u64) {
        if size_bytes > MAX_RECORD_BYTES || self.bytes + size_bytes > MAX_TOTAL_BYTES {
            return self.say(place, "is left out: too large");
        }
        match read_small(fs, place, MAX_RECORD_BYTES) {
            Ok(bytes) => {
                let Some(bytes) = shareable(place, bytes) else {
                    return self.say(place, "is left out: it can't be read, so its contents are unknown");
                };
                self.bytes += bytes.len() as u64;
                self.records.push((format!("records/{}", place.as_str()), bytes));
            }
            Err(error) => self.say(place, &format!("can't be read: {error}")),
        }
    }

    fn say(&mut self, place: &StatePath, what: &str) {
        self.listed += 1;
        self.listing.push_str(&format!("{place}: {what}\n"));
    }
}

/// A record without what scripts printed; `None` if that cannot be told.
fn shareable(place: &StatePath, bytes: Vec<u8>) -> Option<Vec<u8>> {
    match place.as_str().ends_with("entry.json") {
        true => Some(Entry::from_bytes(&bytes).ok()?.without_what_scripts_printed().to_bytes()),
        false => Some(bytes),
    }
}

fn pack(members: &[(String, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    for (name, content) in members {
        archive.start_file(name.as_str(), options)?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}
