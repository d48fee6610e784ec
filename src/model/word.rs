//! Choices that have a word each: what manifests and orders may say, in one list per choice, so that reading, writing
//! and the texts of errors cannot differ, and whoever words a choice for people words all of it.

/// A choice with one word per value.
pub(crate) trait Word: Copy + 'static {
    /// Every value with its word.
    const WORDS: &'static [(&'static str, Self)];

    /// The value of a word.
    fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
    }

    /// All words, for a message.
    fn choices() -> String {
        let words: Vec<_> = Self::WORDS.iter().map(|(word, _)| *word).collect();
        words.join(", ")
    }
}

/// Makes a choice of values and their words, so that none is in one of the two lists only.
macro_rules! choices {
    ($($(#[doc = $about:literal])+ $(#[derive($derived:ident)])? $vis:vis enum $name:ident {
        $($(#[doc = $doc:literal])+ $(#[$default:ident])? $value:ident = $word:literal,)+
    })+) => { $(
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash $(, $derived)?)]
        $vis enum $name { $($(#[doc = $doc])+ $(#[$default])? $value,)+ }

        impl $name {
            /// The word that manifests, orders and answers for programs have for it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $word,)+ }
            }
        }

        impl $crate::model::Word for $name {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$value),)+];
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+ };
}
pub(crate) use choices;

#[cfg(test)]
mod tests {
    use super::Word;
    use crate::model::Restart;

    #[test]
    fn every_word_is_read_back() {
        for (word, value) in Restart::WORDS {
            assert_eq!((value.as_str(), Restart::parse(word)), (*word, Some(*value)));
        }
        assert_eq!(Restart::parse("application"), None);
    }
}
