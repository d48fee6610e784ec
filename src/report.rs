//! Words every failure: the one place that turns an error into something a person can act on.
