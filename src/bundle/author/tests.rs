//! Bundles made from real folders.
