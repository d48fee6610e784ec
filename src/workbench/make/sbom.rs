//! Whether an order says of the product's parts what an SBOM of the product says, before a patch is made of it with both.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::OrderSource;
use crate::bundle::order::Order;
use crate::model::{CarriedFile, Component, Purl, RequiredComponent};
use crate::plan::Obstacle;
use crate::plan::why::OrderMistake;
use crate::workbench::look::scan::Sbom;
use crate::workbench::{Error, Result};

impl OrderSource {
    /// The same with an SBOM of the product, if there is one.
    #[must_use]
    pub(crate) fn listed_in(self, sbom: Option<PathBuf>) -> Self {
        match sbom {
            Some(sbom) => OrderSource::Listed { order: Box::new(self), sbom },
            None => self,
        }
    }
}

/// `order` with the SBOM at `path`, which goes along.
///
/// # Errors
/// [`Error::Refused`] names every part that the order names otherwise than the SBOM does; and if that can't be read.
pub(super) fn added(mut order: Order, path: &Path) -> Result<Order> {
    let about = &order.about;
    let named = about.components.iter().map(|part| part.purl.in_any_version());
    let required = about.requires_components.iter().map(|part| part.purl.clone());
    let asked: BTreeSet<Purl> = named.chain(required).collect();
    let sbom = Sbom::read(path, asked.into_iter().collect())?;
    let mut obstacles: Vec<Obstacle> =
        about.components.iter().filter_map(|part| unlisted(part, &sbom)).collect();
    obstacles.extend(about.requires_components.iter().filter_map(|part| out_of_range(part, &sbom)));
    if !obstacles.is_empty() {
        return Err(Error::Refused(obstacles));
    }
    let Sbom { format, digest, size_bytes, .. } = sbom;
    order.about.evidence.sbom = Some(CarriedFile { format, digest, size_bytes });
    order.sbom_file = Some(path.to_owned());
    Ok(order)
}

fn unlisted(part: &Component, sbom: &Sbom) -> Option<Obstacle> {
    let versions = sbom.versions_of(&part.purl.in_any_version());
    let is_listed = versions.iter().any(|version| version.as_deref() == part.purl.version());
    (!is_listed)
        .then(|| other(&part.purl.in_any_version(), part.purl.version().unwrap_or_default(), versions))
}

/// A version that can't be compared is no version that fits.
fn out_of_range(part: &RequiredComponent, sbom: &Sbom) -> Option<Obstacle> {
    let versions = sbom.versions_of(&part.purl);
    let fits = |version: &Option<String>| {
        version.as_deref().is_some_and(|version| part.versions.contains(version) == Ok(true))
    };
    let is_right = !versions.is_empty() && versions.iter().all(fits);
    (!is_right).then(|| other(&part.purl, &part.versions.phrase(), versions))
}

fn other(purl: &Purl, expected: &str, versions: &[Option<String>]) -> Obstacle {
    let named: Vec<&str> =
        versions.iter().map(|version| version.as_deref().unwrap_or("no version")).collect();
    let found =
        if named.is_empty() { "doesn't list it".to_owned() } else { format!("says {}", named.join(", ")) };
    Obstacle::new(OrderMistake::Sbom { purl: purl.clone(), expected: expected.to_owned(), found })
}
