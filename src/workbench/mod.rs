//! One method per thing a person wants to do; the only door for the command line and the window.
