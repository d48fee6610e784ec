//! What a patch did at some places of a folder, by which it is known again there.

use serde::{Deserialize, Serialize};

use crate::disk::fs::{Fs, Place, StatKind};
use crate::model::{Hasher, Node, Step, TreePath};

/// Most contents that are remembered of a patch, the smallest first.
const MAX_MARKS: usize = 8;

/// What a patch did at one place.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mark {
    pub path: String,
    size: u64,
    sha256: String,
    /// What was there before; nothing where no file was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<RememberedContent>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RememberedContent {
    size: u64,
    sha256: String,
}

/// Which side of a change is at its place.
pub(super) enum Found {
    Brought,
    AsBefore,
}

impl Mark {
    /// `None` if neither side is there, or nobody can say.
    pub fn find(&self, fs: &dyn Fs) -> Option<Found> {
        let place = Place::from(&TreePath::parse(&self.path).ok()?);
        let size = match fs.look(&place).ok()?.map(|found| found.kind) {
            None => return self.before.is_none().then_some(Found::AsBefore),
            Some(StatKind::File { size_bytes }) => size_bytes,
            Some(_) => return None,
        };
        if size != self.size && self.before.as_ref().is_none_or(|before| before.size != size) {
            return None;
        }
        let mut hasher = Hasher::new();
        std::io::copy(&mut fs.open(&place).ok()?, &mut hasher).ok()?;
        let here = RememberedContent { size, sha256: hasher.finish().to_string() };
        match () {
            () if (here.size, &here.sha256) == (self.size, &self.sha256) => Some(Found::Brought),
            () if Some(&here) == self.before.as_ref() => Some(Found::AsBefore),
            () => None,
        }
    }
}

/// The smallest of the contents that were not at their places before.
pub(super) fn marks_of(steps: &[Step]) -> Vec<Mark> {
    let content = |node: &Option<Node>| {
        let file = node.as_ref()?.as_file()?;
        Some(RememberedContent { size: file.size_bytes, sha256: file.digest.to_string() })
    };
    let mark = |step: &Step| {
        let (before, brought) = (content(&step.before), content(&step.after)?);
        let is_new = before.as_ref() != Some(&brought) && brought.size > 0;
        let RememberedContent { size, sha256 } = brought;
        is_new.then(|| Mark { path: step.path.as_str().to_owned(), size, sha256, before })
    };
    let mut marks: Vec<Mark> = steps.iter().filter_map(mark).collect();
    marks.sort_by(|a, b| (a.size, &a.path).cmp(&(b.size, &b.path)));
    marks.truncate(MAX_MARKS);
    marks
}
