//! What a signature says beside the bytes that it covers, so that no signature can be taken for one of another kind.

use std::collections::BTreeMap;

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The exact bytes of a manifest.
    Bundle,
    /// The exact bytes of a review.
    Review,
    /// A list of the keys of a product.
    KeyList,
    /// A list of keys that are no longer good.
    Revocation,
}

impl Kind {
    /// The format that the signed bytes and the comment name.
    pub const fn format(self) -> &'static str {
        match self {
            Kind::Bundle => "patchwright-bundle/1",
            Kind::Review => "patchwright-review/1",
            Kind::KeyList => "patchwright-keys/1",
            Kind::Revocation => "patchwright-revocation/1",
        }
    }

    /// The namespace of SSH signatures (OpenSSH's PROTOCOL.sshsig).
    pub const fn namespace(self) -> &'static str {
        match self {
            Kind::Bundle => "patchwright-bundle",
            Kind::Review => "patchwright-review",
            Kind::KeyList => "patchwright-keys",
            Kind::Revocation => "patchwright-revocation",
        }
    }
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Make patches.
    Author,
    /// Look over what others made.
    Reviewer,
    /// Take back keys.
    Revoker,
    /// Ship scripts.
    Script,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 4] = [Role::Author, Role::Reviewer, Role::Revoker, Role::Script];

    /// The role as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Author => "author",
            Role::Reviewer => "reviewer",
            Role::Revoker => "revoker",
            Role::Script => "script",
        }
    }

    /// The role that is written so.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// The trusted comment of a minisign signature: `key:value` fields between tabs, as minisign itself writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What is signed.
    pub kind: Kind,
    /// Product, channel and sequence, where the signed bytes have them.
    pub place: Option<Place>,
    /// As what it is signed.
    pub role: Role,
    /// When it was signed, RFC 3339, as the signer's clock says.
    pub time: String,
}

/// The place of a patch in its vendor's row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The product's name.
    pub product: String,
    /// The vendor's line of releases; empty where there is only one.
    pub channel: String,
    /// The number in it.
    pub sequence: u64,
}

impl Statement {
    /// The comment.
    pub fn comment(&self) -> String {
        let mut fields = vec![format!("format:{}", self.kind.format())];
        if let Some(Place { product, channel, sequence }) = &self.place {
            fields.push(format!("product:{product}"));
            fields.push(format!("channel:{channel}"));
            fields.push(format!("sequence:{sequence}"));
        }
        fields.push(format!("role:{}", self.role.as_str()));
        fields.push(format!("time:{}", self.time));
        fields.join("\t")
    }

    /// Reads a comment: every field once, none that is not known.
    pub fn parse(kind: Kind, comment: &str) -> Option<Self> {
        let mut fields = BTreeMap::new();
        for field in comment.split('\t') {
            let (name, value) = field.split_once(':')?;
            if fields.insert(name, value).is_some() {
                return None;
            }
        }
        let is_kind = fields.remove("format")? == kind.format();
        let place = match fields.remove("product") {
            None => None,
            Some(product) => Some(Place {
                product: product.to_owned(),
                channel: fields.remove("channel")?.to_owned(),
                sequence: fields.remove("sequence")?.parse().ok()?,
            }),
        };
        let role = Role::of_word(fields.remove("role")?)?;
        let time = fields.remove("time")?.to_owned();
        (is_kind && fields.is_empty()).then_some(Self { kind, place, role, time })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_reads_back_and_nothing_beside_it_is_read() {
        let place = Place { product: "Lighthouse: Pro".into(), channel: String::new(), sequence: 42 };
        let time = "2026-03-04T05:06:07Z".to_owned();
        let statement = Statement { kind: Kind::Bundle, place: Some(place), role: Role::Reviewer, time };
        let comment = statement.comment();
        assert_eq!(Statement::parse(Kind::Bundle, &comment), Some(statement));
        assert_eq!(Statement::parse(Kind::Review, &comment), None);
        for wrong in
            [format!("{comment}\tx:y"), format!("{comment}\trole:author"), comment.replace("42", "x")]
        {
            assert_eq!(Statement::parse(Kind::Bundle, &wrong), None, "{wrong}");
        }
    }
}
