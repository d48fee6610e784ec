//! Draws both sides of one change: text, bytes, pictures.
