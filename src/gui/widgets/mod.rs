//! The parts that every page is built from, each drawn in one place.
