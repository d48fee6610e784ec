//! What has to be restarted after a patch: a closed set, so that whoever words it words all of it.

/// Makes the list of values and their words, so that none is in one of them only.
macro_rules! restarts {
    ($($(#[doc = $doc:literal])+ $name:ident = $word:literal;)+) => {
        /// What has to be restarted afterwards: the words of CSAF 2.0, section 3.2.3.12.6.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Restart { $($(#[doc = $doc])+ $name,)+ }

        impl Restart {
            /// Every value with its word.
            pub const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$name),)+];

            /// The word that manifests, orders and answers for programs have for it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

restarts! {
    /// Nothing.
    Nothing = "none";
    /// What was patched, and everything that talks to it.
    Connected = "connected";
    /// What was patched, and everything that needs it to work.
    Dependencies = "dependencies";
    /// The computer.
    Machine = "machine";
    /// What was patched, and the process that starts it.
    Parent = "parent";
    /// What was patched, and the background service that it uses.
    Service = "service";
    /// All computers that work together, across security zones if need be.
    System = "system";
    /// Only what was patched.
    VulnerableComponent = "vulnerable_component";
    /// All computers in the same security zone.
    Zone = "zone";
}

impl Restart {
    /// The value of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for (word, value) in Restart::WORDS {
            assert_eq!((value.as_str(), Restart::parse(word)), (*word, Some(*value)));
        }
        assert_eq!(Restart::parse("application"), None);
    }
}
