//! Lays out a small made-up product with patches for it, so that everything can be tried where nothing can be harmed.
//!
//! What the product is made of stands in `assets/sample`: one folder for the product as it was delivered, and one for
//! each later edition with only the files that it brings anew. The patches are made here and now, from whole editions
//! and by [`Workbench::make`], so that they are always right for this version of the program.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tempfile::TempDir;

use crate::progress::{Phase, Quiet};
use crate::workbench::rehearse::copy::set_mode;
use crate::workbench::{Error, MakeRequest, OrderSource, ProofChoice, Result, Watch, Workbench};

/// A small made-up product with patches, laid out to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The product, as it stands at a customer's who has edited one setting.
    pub folder: PathBuf,
    /// Patches for it, in the order in which they are worth opening: a hotfix that fits, a service pack that contains
    /// it, a feature that needs the service pack, and settings that meet the customer's edit.
    pub bundles: Vec<PathBuf>,
    /// The fresh folder that all of it is in. It belongs to whoever asked for the sample, and nobody else deletes it.
    pub place: PathBuf,
}

/// Beginning of the name of every place that a sample is laid out in; six random letters and digits follow.
const PLACE_PREFIX: &str = "patchwright-sample-";

/// A file of the sample: where it stands in the product, and its content.
type SampleFile = (&'static str, &'static [u8]);

/// Files out of a folder of `assets/sample`.
macro_rules! files {
    ($folder:literal: $($path:literal),+ $(,)?) => {
        &[$(($path, include_bytes!(concat!("../../../assets/sample/", $folder, "/", $path)))),+]
    };
}

const DELIVERED: &[SampleFile] = files!("delivered":
    "CHANGELOG.md",
    "README.txt",
    "VERSION",
    "app/board.py",
    "app/calendar.py",
    "app/lighthouse.py",
    "app/tides.py",
    "bin/backup.sh",
    "bin/lighthouse.ps1",
    "bin/lighthouse.sh",
    "conf/lighthouse.toml",
    "data/clock-changes-2025.csv",
    "data/harbours.csv",
    "data/tides.dat",
    "docs/guide.md",
    "web/board.css",
    "web/board.js",
    "web/debug.html",
    "web/icon.png",
    "web/index.html",
);
const HOTFIX: &[SampleFile] = files!("hotfix":
    "app/board.py",
    "app/lighthouse.py",
    "app/tides.py",
    "data/clock-changes-2026.csv",
    "data/tides.dat",
    "docs/LIGHTHOUSE-HF-7.md",
    "web/icon.png",
);
const SERVICE_PACK: &[SampleFile] = files!("service-pack":
    "CHANGELOG.md",
    "VERSION",
    "app/berths.py",
    "bin/berths.sh",
    "bin/lighthouse.ps1",
    "data/boats.csv",
    "data/harbours.csv",
    "docs/guide.md",
    "web/board.css",
    "web/board.js",
);
const FEATURE: &[SampleFile] = files!("feature":
    "docs/night-watch.md",
    "web/index.html",
    "web/night.css",
    "web/night.js",
);
const CONFIG: &[SampleFile] = files!("config": "conf/lighthouse.toml");
const ON_SITE: &[SampleFile] = files!("on-site": "conf/lighthouse.toml");

/// Stands beside the product and says what can be tried.
const READ_ME: SampleFile = ("Read me.txt", include_bytes!("../../../assets/sample/read-me.txt"));

/// One patch of the sample.
struct SamplePatch {
    /// The id that its order gives it; names the file.
    id: &'static str,
    order: &'static str,
    before: Edition,
    after: Edition,
}

/// In the order in which they are worth opening.
const RECIPES: [SamplePatch; 4] = [
    SamplePatch {
        id: "LIGHTHOUSE-HF-7",
        order: include_str!("../../../assets/sample/orders/hotfix.toml"),
        before: Edition::Delivered,
        after: Edition::Hotfix,
    },
    SamplePatch {
        id: "LIGHTHOUSE-SP-1",
        order: include_str!("../../../assets/sample/orders/service-pack.toml"),
        before: Edition::Delivered,
        after: Edition::ServicePack,
    },
    SamplePatch {
        id: "LIGHTHOUSE-FP-2",
        order: include_str!("../../../assets/sample/orders/feature.toml"),
        before: Edition::ServicePack,
        after: Edition::Feature,
    },
    SamplePatch {
        id: "LIGHTHOUSE-CFG-4",
        order: include_str!("../../../assets/sample/orders/config.toml"),
        before: Edition::Delivered,
        after: Edition::Config,
    },
];

impl Workbench {
    /// Lays out a small product with patches for it in a fresh folder among the system's temporary ones, which only
    /// the present user may look into. It takes no network, and leaves nothing behind when it fails.
    ///
    /// # Errors
    /// If there is no room for it, or somebody wishes to stop.
    pub fn lay_out_sample(&self, watch: Watch<'_>) -> Result<Sample> {
        let temporary = std::env::temp_dir();
        let place = new_place(&temporary).map_err(|source| not_laid_out(&temporary, source))?;
        let (folder, patches) = (place.path().join("Lighthouse"), place.path().join("Patches"));
        let lay_out = || {
            SampleProduct { root: place.path() }.put(&[READ_ME])?;
            Edition::OnSite.lay_out(&folder)?;
            fs::create_dir(&patches)
        };
        lay_out().map_err(|source| not_laid_out(place.path(), source))?;
        let bundles = self.make_sample_bundles(place.path(), &patches, watch)?;
        Ok(Sample { folder, bundles, place: place.keep() })
    }

    /// Makes the patches of the sample in `patches`, side by side: each waits for the disk most of the time.
    fn make_sample_bundles(&self, place: &Path, patches: &Path, watch: Watch<'_>) -> Result<Vec<PathBuf>> {
        watch.progress.begin(Phase::Packing, RECIPES.len() as u64);
        let workshop = tempfile::Builder::new().prefix(".").suffix(".making").tempdir_in(place);
        let workshop = workshop.map_err(|source| not_laid_out(place, source))?;
        let make = |recipe: &SamplePatch| {
            let here = workshop.path().join(recipe.id);
            let request = recipe.prepare(&here, patches).map_err(|source| not_laid_out(&here, source))?;
            let made = self.make(&request, Watch { progress: &Quiet, cancel: watch.cancel })?;
            watch.progress.advance(1);
            Ok(made.output)
        };
        let bundles = RECIPES.par_iter().map(make).collect::<Result<_>>()?;
        workshop.close().map_err(|source| not_laid_out(place, source))?;
        Ok(bundles)
    }
}

/// A fresh folder in `temporary`. Where temporary folders are shared, only the present user may look into it; on
/// Windows they are that user's own already.
fn new_place(temporary: &Path) -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PLACE_PREFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir_in(temporary)
}

fn not_laid_out(path: &Path, source: io::Error) -> Error {
    Error::File { doing: "prepare the sample in", path: path.to_owned(), source }
}

impl SamplePatch {
    /// Lays out everything that the patch is made from in the new folder `here`.
    fn prepare(&self, here: &Path, patches: &Path) -> io::Result<MakeRequest> {
        let (from, to, order) = (here.join("before"), here.join("after"), here.join("order.toml"));
        self.before.lay_out(&from)?;
        self.after.lay_out(&to)?;
        fs::write(&order, self.order)?;
        Ok(MakeRequest {
            from,
            to,
            order: OrderSource::File(order),
            output: patches.join(format!("{}.patchbundle", self.id)),
            proof: ProofChoice::RoundTrip,
        })
    }
}

/// A state of the whole product.
#[derive(Clone, Copy)]
enum Edition {
    Delivered,
    Hotfix,
    ServicePack,
    Feature,
    Config,
    OnSite,
}

impl Edition {
    /// Lays it out in the new folder `root`: the edition it grew out of, and then what is its own.
    fn lay_out(self, root: &Path) -> io::Result<()> {
        let product = SampleProduct { root };
        match self {
            Edition::Delivered => {
                product.put(DELIVERED)?;
                product.make_runnable("bin/lighthouse.sh")?;
                product.point("data/clock-changes.csv", "clock-changes-2025.csv")
            }
            Edition::Hotfix => {
                Edition::Delivered.lay_out(root)?;
                product.put(HOTFIX)?;
                product.make_runnable("bin/backup.sh")?;
                product.rename("app/calendar.py", "app/clock.py")?;
                product.remove("web/debug.html")?;
                product.point("data/clock-changes.csv", "clock-changes-2026.csv")
            }
            Edition::ServicePack => {
                Edition::Hotfix.lay_out(root)?;
                product.put(SERVICE_PACK)?;
                product.make_runnable("bin/berths.sh")
            }
            Edition::Feature => {
                Edition::ServicePack.lay_out(root)?;
                product.put(FEATURE)
            }
            Edition::Config => {
                Edition::Delivered.lay_out(root)?;
                product.put(CONFIG)
            }
            Edition::OnSite => {
                Edition::Delivered.lay_out(root)?;
                product.put(ON_SITE)
            }
        }
    }
}

/// A product folder while it is laid out.
struct SampleProduct<'a> {
    root: &'a Path,
}

impl SampleProduct<'_> {
    /// Writes files, new ones with the permissions of ordinary files.
    fn put(&self, files: &[SampleFile]) -> io::Result<()> {
        for (path, content) in files {
            let path = self.root.join(path);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let is_new = !path.exists();
            fs::write(&path, content)?;
            if is_new {
                set_mode(&path, 0o644)?;
            }
        }
        Ok(())
    }

    fn make_runnable(&self, path: &str) -> io::Result<()> {
        set_mode(&self.root.join(path), 0o755)
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.root.join(from), self.root.join(to))
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        fs::remove_file(self.root.join(path))
    }

    /// Lets a link at `path` point to its neighbour; where the system grants no links, a copy stands for it.
    fn point(&self, path: &str, neighbour: &str) -> io::Result<()> {
        let link = self.root.join(path);
        if link.symlink_metadata().is_ok() {
            fs::remove_file(&link)?;
        }
        make_link(neighbour, &link).or_else(|_| fs::copy(link.with_file_name(neighbour), &link).map(drop))
    }
}

#[cfg(unix)]
fn make_link(points_to: &str, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(points_to, at)
}

#[cfg(windows)]
fn make_link(points_to: &str, at: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(points_to, at)
}
