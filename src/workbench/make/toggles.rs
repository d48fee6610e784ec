//! Proves the switches of an order on the files that it leaves: each stands where it should, can be moved, and moved
//! back to the same bytes, and moves nothing else.

use super::edits::read;
use crate::bundle::order::Order;
use crate::diff::{Stand, Switch};
use crate::disk::fs::Fs;
use crate::model::{Mode, Toggle, ToggleKind};
use crate::plan::Obstacle;
use crate::plan::why::OrderMistake;
use crate::workbench::{Error, Result};

/// Proves each, and writes down what programs get with the variants of a flag.
///
/// # Errors
/// [`Error::Refused`] lists every switch that is none, and why.
pub(super) fn prove(order: &mut Order, new: &dyn Fs) -> Result<()> {
    let toggles = &order.about.toggles;
    let mut variants = Vec::new();
    let mut obstacles = Vec::new();
    for toggle in toggles {
        let content = read(new, &toggle.file)?;
        let others = toggles.iter().filter(|other| other.id != toggle.id && other.file == toggle.file);
        let because = match (toggle.kind, content) {
            (ToggleKind::File, content) => proven_file(toggle, content.is_some()),
            (_, None) => Err("there is no such file in the new folder".to_owned()),
            (_, Some((content, mode))) => {
                variants.push((
                    toggle.id.clone(),
                    Switch::new(toggle, Some(&content)).ok().and_then(|switch| switch.variants(&content)),
                ));
                proven(toggle, others, &content, mode)
            }
        };
        if let Err(because) = because {
            obstacles.push(Obstacle::at(
                &toggle.file,
                OrderMistake::Toggle { id: toggle.id.to_string(), because },
            ));
        }
    }
    if !obstacles.is_empty() {
        return Err(Error::Refused(obstacles));
    }
    for (id, values) in variants {
        let toggle = order.about.toggles.iter_mut().find(|toggle| toggle.id == id);
        toggle.expect("it was found before").variants = values;
    }
    Ok(())
}

fn proven_file(toggle: &Toggle, is_there: bool) -> std::result::Result<(), String> {
    match toggle.position_of_file(is_there) == toggle.initially {
        true => Ok(()),
        false => Err(format!("the file stands for {}, not {}", toggle.initially.other(), toggle.initially)),
    }
}

fn proven<'a>(
    toggle: &Toggle,
    others: impl Iterator<Item = &'a Toggle>,
    content: &[u8],
    mode: Mode,
) -> std::result::Result<(), String> {
    if content.starts_with(b"#!") || mode.bits() & 0o111 != 0 {
        return Err("a program is no switch".to_owned());
    }
    let switch = Switch::new(toggle, Some(content))?;
    match switch.stand(content)? {
        Stand::At(position) if position == toggle.initially => {}
        Stand::At(position) => return Err(format!("it is {position}, not {}", toggle.initially)),
        Stand::Elsewhere(value) => return Err(format!("it is {value}, which is neither on nor off")),
    }
    let (moved, _) = switch.moved(content, toggle.initially.other())?;
    for other in others.filter(|other| other.kind != ToggleKind::File) {
        let stand = |content| Switch::new(other, Some(content)).and_then(|switch| switch.stand(content));
        if stand(content) != stand(&moved) {
            return Err(format!("moving it would move {}, too", other.id));
        }
    }
    Ok(())
}
