//! Which vulnerabilities are open again after a rollback, as after a switch that is turned off.

use std::collections::BTreeSet;

use super::route::PlannedRollback;
use crate::disk::fs::Fs;
use crate::ledger::Ledger;
use crate::model::LayerKey;
use crate::plan::open_without;
use crate::workbench::look::stack::FolderStack;
use crate::workbench::look::switches::{FolderSwitch, switches};
use crate::workbench::{Result, Workbench};

impl Workbench {
    /// Notes what is open again once the patches of `goes` are gone, and those that they had replaced are active again.
    pub(in crate::workbench::change) fn add_opened(
        &self,
        fs: &dyn Fs,
        ledger: &Ledger,
        folder: &FolderStack,
        goes: &BTreeSet<LayerKey>,
        look: &mut PlannedRollback,
    ) -> Result<()> {
        let returns = folder.layers.iter().filter(|layer| {
            layer.superseded.is_some_and(|(by, _)| goes.contains(&by)) && !goes.contains(&layer.key)
        });
        let back: BTreeSet<LayerKey> = returns.map(|layer| layer.key).collect();
        let mut open = open_without(&folder.layers, goes, &back);
        if !open.is_empty() {
            // What a switch that is off leaves open is so already.
            let here = switches(fs, ledger, folder, &self.environment().now())?;
            let off = here.iter().filter(|switch| goes.contains(&switch.key));
            let off: BTreeSet<&String> = off.flat_map(FolderSwitch::open_again).collect();
            open.retain(|id| !off.contains(id));
        }
        look.preview.opens = open;
        Ok(())
    }
}
