//! What the window remembers: how it looks, and what was opened. Two files in the person's own data folder.
//!
//! Settings can be shared or reset without losing what was opened lately. A file that cannot be read counts as
//! empty, and fields of a newer version are kept.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::environment::OwnFolders;
use crate::guarded::make_folder;
use crate::named_file;
use crate::whole_file::WholeFile;

/// Most pairs of patch and folder that are remembered.
const MAX_RECENT: usize = 12;
/// Most state files and most rollouts that are remembered.
const MAX_FILES: usize = 4;
/// Most changes that are remembered as looked at: the file with them stays small enough to be read.
const MAX_VIEWED: usize = 20_000;
/// Most notes that are remembered, and the longest one in bytes.
const MAX_NOTES: usize = 200;
const MAX_NOTE_BYTES: usize = 2_000;
/// Largest file that is read, in bytes; ours have a few hundred.
const MAX_BYTES: usize = 1 << 20;

/// The file that is there while a way to draw is tried.
const TRIAL: &str = "drawing";

/// How large code is at first, in points.
const CODE_SIZE: f32 = 13.0;

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Palette {
    /// What the system says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// As much contrast as there is.
    HighContrast,
}

/// The colours of what is added and removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeColours {
    /// Green and red.
    #[default]
    Standard,
    /// Blue and orange, for who cannot tell green from red.
    BlueOrange,
}

/// How both sides of a change are laid out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiffLayout {
    /// As there is room.
    #[default]
    Auto,
    SideBySide,
    Unified,
}

/// Which two states of a file are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ComparedSides {
    #[default]
    OriginalAfter,
    FolderAfter,
    OriginalFolder,
}

/// How the window looks and is divided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Light or dark.
    pub palette: Palette,
    pub changes: ChangeColours,
    /// How much larger everything is; 0.5 to 3.
    pub zoom: f32,
    /// Whether nothing moves, as over remote desktop.
    pub is_calm: bool,
    /// How large code is, in points; 10 to 24.
    pub code_size: f32,
    pub layout: DiffLayout,
    pub compared: ComparedSides,
    /// How large the window was when it was closed, in points.
    pub window: Option<[f32; 2]>,
    pub is_maximised: bool,
    /// Share of the width that the list of changes takes; 0.1 to 0.9.
    pub split: f32,
    /// Fields of other versions.
    #[serde(flatten)]
    pub others: serde_json::Map<String, serde_json::Value>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            palette: Palette::default(),
            changes: ChangeColours::default(),
            zoom: 1.0,
            is_calm: false,
            code_size: CODE_SIZE,
            layout: DiffLayout::default(),
            compared: ComparedSides::default(),
            window: None,
            is_maximised: false,
            split: 0.28,
            others: serde_json::Map::new(),
        }
    }
}

/// A patch and a folder that were opened together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// The patch file.
    pub bundle: Option<PathBuf>,
    pub folder: Option<PathBuf>,
}

/// A reviewer's note on a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedNote {
    /// The fingerprint of the change.
    pub about: String,
    /// The line, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Whether that is a line of the original, which the patch replaces.
    #[serde(default, skip_serializing_if = "is_not")]
    pub is_old: bool,
    pub text: String,
}

/// What needn't be written down.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over like this")]
const fn is_not(flag: &bool) -> bool {
    !*flag
}

/// What was opened lately.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Recent {
    /// Pairs, the last one first.
    pub pairs: Vec<Pair>,
    /// Fingerprints of changes that somebody has looked at.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub viewed: BTreeSet<String>,
    /// Notes on changes, known again by what they are about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<RememberedNote>,
    /// The folder that a change was started in and not seen to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begun: Option<PathBuf>,
    /// Files that say what folders should have, the last one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub state_files: Vec<PathBuf>,
    /// Files of rollouts, the last one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rollouts: Vec<PathBuf>,
    /// Lists of withdrawn patches that count for this person beside the one of this machine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<PathBuf>,
}

impl Recent {
    /// Remembers a pair. One without a folder, or without a patch, gives way to one with both.
    pub(crate) fn remember(&mut self, pair: Pair) {
        let gives_way = |old: &Pair| {
            (old.bundle.is_none() || old.bundle == pair.bundle)
                && (old.folder.is_none() || old.folder == pair.folder)
        };
        self.pairs.retain(|old| !gives_way(old));
        self.pairs.insert(0, pair);
        self.pairs.truncate(MAX_RECENT);
    }

    /// Remembers a file in one of the lists of such.
    pub(crate) fn remember_file(list: &mut Vec<PathBuf>, file: PathBuf) {
        list.retain(|old| *old != file);
        list.insert(0, file);
        list.truncate(MAX_FILES);
    }

    /// Remembers that a change was looked at, or was not.
    pub(crate) fn set_viewed(&mut self, fingerprint: &str, is_viewed: bool) {
        if !is_viewed {
            self.viewed.remove(fingerprint);
        } else if self.viewed.len() < MAX_VIEWED {
            self.viewed.insert(fingerprint.to_owned());
        }
    }

    /// Remembers a note; the oldest give way.
    pub(crate) fn remember_note(&mut self, mut note: RememberedNote) {
        note.text.truncate(note.text.floor_char_boundary(MAX_NOTE_BYTES));
        self.notes.push(note);
        let too_many = self.notes.len().saturating_sub(MAX_NOTES);
        self.notes.drain(..too_many);
    }

    /// The folders, each once.
    pub fn folders(&self) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = Vec::new();
        for folder in self.pairs.iter().filter_map(|pair| pair.folder.as_ref()) {
            if !folders.contains(folder) {
                folders.push(folder.clone());
            }
        }
        folders
    }
}

/// Where both files are.
#[derive(Debug, Clone)]
pub struct SettingsFiles {
    place: Option<PathBuf>,
}

impl SettingsFiles {
    /// That of the person who runs the program; without a home it remembers nothing.
    pub fn of_this_person() -> Self {
        Self { place: OwnFolders::of_this_person().data }
    }

    /// One in `place`; without one it remembers nothing.
    pub fn at(place: Option<PathBuf>) -> Self {
        Self { place }
    }

    /// What is remembered; what cannot be read is as at the first start.
    pub fn load(&self) -> (Settings, Recent) {
        let mut settings: Settings = self.read("settings.json").unwrap_or_default();
        settings.zoom = if settings.zoom.is_finite() { settings.zoom.clamp(0.5, 3.0) } else { 1.0 };
        settings.code_size =
            if settings.code_size.is_finite() { settings.code_size.clamp(10.0, 24.0) } else { CODE_SIZE };
        settings.window =
            settings.window.filter(|size| size.iter().all(|side| (200.0..20_000.0).contains(side)));
        settings.split = if settings.split.is_finite() { settings.split.clamp(0.1, 0.9) } else { 0.3 };
        (settings, self.read("recent.json").unwrap_or_default())
    }

    /// Writes both down, each whole or not at all.
    ///
    /// # Errors
    /// The system's.
    pub fn save(&self, settings: &Settings, recent: &Recent) -> io::Result<()> {
        let Some(place) = &self.place else { return Ok(()) };
        make_folder(place)?;
        WholeFile::write_private(&place.join("settings.json"), &serde_json::to_vec_pretty(settings)?)?;
        WholeFile::write_private(&place.join("recent.json"), &serde_json::to_vec_pretty(recent)?)
    }

    /// Notes that this way to draw is tried; [`SettingsFiles::end_trial`] follows unless it takes the program down.
    pub fn begin_trial(&self, name: &str) {
        if let Some(place) = &self.place {
            // What cannot be noted costs a second attempt by hand, nothing else.
            let _ = make_folder(place).and_then(|()| std::fs::write(place.join(TRIAL), name));
        }
    }

    /// Notes that it works.
    pub fn end_trial(&self) {
        if let Some(place) = &self.place {
            // As above.
            let _ = std::fs::remove_file(place.join(TRIAL));
        }
    }

    /// The way to draw that took the program down last time.
    pub fn trial(&self) -> Option<String> {
        named_file::read_text(&self.place.as_ref()?.join(TRIAL), MAX_BYTES).ok()
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let path = self.place.as_ref()?.join(name);
        let bytes = named_file::read(&path, MAX_BYTES).ok().filter(|bytes| bytes.len() <= MAX_BYTES)?;
        serde_json::from_slice(&bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_comes_back_with_the_fields_of_a_newer_version() {
        let place = tempfile::tempdir().expect("a folder");
        let memory = SettingsFiles::at(Some(place.path().join("deep")));
        assert_eq!(memory.load(), (Settings::default(), Recent::default()));
        let mut settings = Settings { palette: Palette::Dark, ..Settings::default() };
        settings.others.insert("later".to_owned(), 7.into());
        let mut recent = Recent::default();
        recent.remember(Pair { bundle: Some("a.patchbundle".into()), folder: Some("/opt/app".into()) });
        memory.save(&settings, &recent).expect("saved");
        assert_eq!(memory.load(), (settings, recent));
    }

    #[test]
    fn a_damaged_file_counts_as_empty_and_odd_numbers_are_put_right() {
        let place = tempfile::tempdir().expect("a folder");
        std::fs::write(place.path().join("recent.json"), "{").expect("written");
        std::fs::write(place.path().join("settings.json"), r#"{"zoom": 99, "split": -1}"#).expect("written");
        let (settings, recent) = SettingsFiles::at(Some(place.path().to_owned())).load();
        assert_eq!((settings.zoom, settings.split, recent), (3.0, 0.1, Recent::default()));
    }

    #[test]
    fn a_pair_takes_the_place_of_its_halves() {
        let mut recent = Recent::default();
        let pair = |bundle: Option<&str>, folder: Option<&str>| Pair {
            bundle: bundle.map(Into::into),
            folder: folder.map(Into::into),
        };
        recent.remember(pair(Some("a"), None));
        recent.remember(pair(None, Some("x")));
        recent.remember(pair(Some("a"), Some("x")));
        recent.remember(pair(Some("b"), Some("x")));
        assert_eq!(recent.pairs, [pair(Some("b"), Some("x")), pair(Some("a"), Some("x"))]);
        assert_eq!(recent.folders(), [PathBuf::from("x")]);
    }
}
