//! Where Python keeps what it knows of a library: in a folder or file beside the library, under which scanners find it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::disk::fs::{Fs, Place};
use crate::model::{Purl, TreePath};
use crate::plan::VexStatement;

/// For each library of Python, such as `lib/site-packages/PyYAML-5.3.dist-info`: those that belong to the patched copies.
pub(super) type Metadata = BTreeMap<Purl, BTreeSet<TreePath>>;

/// Finds them beside the patched files, or beside the nearest folder around these that has some.
///
/// # Errors
/// If a folder cannot be listed.
pub(super) fn metadata(fs: &dyn Fs, statements: &[VexStatement]) -> io::Result<Metadata> {
    let mut listed: BTreeMap<Place, Vec<String>> = BTreeMap::new();
    let mut found = Metadata::new();
    for statement in statements.iter().filter(|statement| statement.purl.kind() == "pypi") {
        for path in &statement.paths {
            let folders = path.ancestors().map(Place::Tree).chain([Place::Root]);
            for folder in folders {
                if !listed.contains_key(&folder) {
                    let names = fs.list(&folder)?.text;
                    listed
                        .insert(folder.clone(), names.into_iter().filter(|name| is_metadata(name)).collect());
                }
                let names = listed[&folder].iter().filter(|name| is_about(name, &statement.purl));
                let at = names.filter_map(|name| match &folder {
                    Place::Tree(folder) => folder.join(name).ok(),
                    _ => TreePath::parse(name).ok(),
                });
                let at: Vec<TreePath> = at.collect();
                if !at.is_empty() {
                    found.entry(statement.purl.clone()).or_default().extend(at);
                    break;
                }
            }
        }
    }
    Ok(found)
}

const ENDINGS: [&str; 2] = [".dist-info", ".egg-info"];

fn is_metadata(name: &str) -> bool {
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether `name` is that of what is known of the library: `PyYAML-5.3.dist-info`, `PyYAML-5.3-py3.8.egg-info` or
/// `PyYAML.egg-info`.
fn is_about(name: &str, purl: &Purl) -> bool {
    let Some(stem) = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)) else { return false };
    let (wanted, version) = (normalised(&purl.full_name()), purl.version().unwrap_or_default());
    let is_version = |text: &str| {
        text.strip_prefix(version).is_some_and(|rest| rest.is_empty() || rest.starts_with("-py"))
    };
    let versioned = stem
        .match_indices('-')
        .any(|(at, _)| normalised(&stem[..at]) == wanted && is_version(&stem[at + 1..]));
    versioned || normalised(stem) == wanted
}

/// The name of a library as Python compares it: `Ruamel.YAML` and `ruamel-yaml` are one.
fn normalised(name: &str) -> String {
    let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_about_one_library_in_one_version() {
        let yaml = Purl::parse("pkg:pypi/ruamel-yaml@0.15.1").expect("a purl");
        for name in
            ["ruamel.yaml-0.15.1.dist-info", "Ruamel_YAML-0.15.1-py3.8.egg-info", "ruamel.yaml.egg-info"]
        {
            assert!(is_about(name, &yaml), "{name}");
        }
        for name in [
            "ruamel.yaml-0.15.10.dist-info",
            "ruamel.yaml-0.15.dist-info",
            "ruamel.yaml.clib-0.15.1.dist-info",
            "ruamel-0.15.1.dist-info",
            "ruamel.yaml-0.15.1",
        ] {
            assert!(!is_about(name, &yaml), "{name}");
        }
    }
}
