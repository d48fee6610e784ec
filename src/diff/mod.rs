//! Two contents in, their differences out.
