//! Containers made to deceive, to escape or to exhaust; numbered as in the list of hostile inputs. Each is a valid
//! container with one thing changed.
