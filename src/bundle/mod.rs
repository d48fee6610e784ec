//! The bundle: one file that carries a patch.
