//! A change is made wholly or not at all, whatever happens to the power, the disk, the process or the folder.
//!
//! The stories are told on a disk in memory. [`case`] has the changes, [`driver`] makes them as the program does and
//! [`verdict`] looks at what is left of a folder afterwards.

mod case;
mod driver;
mod verdict;

mod company;
mod errors;
mod killed;
mod model;
mod mutation;
mod power_cut;
mod records;
mod truth;
