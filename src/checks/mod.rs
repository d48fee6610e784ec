//! Runs the declarative checks of a bundle.
