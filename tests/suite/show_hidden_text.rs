//! What a patch hides is shown before anybody agrees to it: hidden and turned characters, look-alikes, floods, words
//! that speak for the program. The attacks are H90 to H95 of the threat model.

mod attacks;
mod every_verb;
