//! What should happen in a folder, decided from what was seen there; nothing is read or written here.
