//! What a signature says beside the bytes that it covers, so that no signature can be taken for one of another kind.

use std::collections::BTreeMap;

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatementKind {
    /// The exact bytes of a manifest.
    Bundle,
    /// The exact bytes of a review.
    Review,
    /// A list of the keys of a product.
    KeyList,
    /// A list of keys that are no longer good.
    Revocation,
    /// The checksums of what is shown to an auditor.
    Evidence,
    /// The exact bytes of an approval of a ring of a rollout.
    Approval,
}

impl StatementKind {
    /// The format that the signed bytes and the comment name.
    pub const fn format(self) -> &'static str {
        match self {
            StatementKind::Bundle => "patchwright-bundle/1",
            StatementKind::Review => "patchwright-review/1",
            StatementKind::KeyList => "patchwright-keys/1",
            StatementKind::Revocation => "patchwright-revocation/1",
            StatementKind::Evidence => "patchwright-evidence/1",
            StatementKind::Approval => "patchwright-approval/1",
        }
    }

    /// The namespace of SSH signatures (OpenSSH's PROTOCOL.sshsig).
    pub const fn namespace(self) -> &'static str {
        match self {
            StatementKind::Bundle => "patchwright-bundle",
            StatementKind::Review => "patchwright-review",
            StatementKind::KeyList => "patchwright-keys",
            StatementKind::Revocation => "patchwright-revocation",
            StatementKind::Evidence => "patchwright-evidence",
            StatementKind::Approval => "patchwright-approval",
        }
    }
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignerRole {
    /// Make patches.
    Author,
    /// Look over what others made.
    Reviewer,
    /// Revoke keys.
    Revoker,
    /// Ship scripts.
    Script,
    /// Say that a ring of a rollout may begin.
    Approver,
}

impl SignerRole {
    pub const ALL: [SignerRole; 5] = [
        SignerRole::Author,
        SignerRole::Reviewer,
        SignerRole::Revoker,
        SignerRole::Script,
        SignerRole::Approver,
    ];

    /// The role as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            SignerRole::Author => "author",
            SignerRole::Reviewer => "reviewer",
            SignerRole::Revoker => "revoker",
            SignerRole::Script => "script",
            SignerRole::Approver => "approver",
        }
    }

    /// The role that is written so.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}

/// The trusted comment of a minisign signature: `key:value` fields between tabs, as minisign itself writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// What is signed.
    pub kind: StatementKind,
    /// Product, channel and sequence, where the signed bytes have them.
    pub place: Option<SequencePlace>,
    pub role: SignerRole,
    /// When it was signed, RFC 3339, as the signer's clock says.
    pub time: String,
}

/// The place of a patch in its vendor's row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SequencePlace {
    /// The product's name.
    pub product: String,
    /// The vendor's line of releases; empty where there is only one.
    pub channel: String,
    /// The number in it.
    pub sequence: u64,
}

impl Statement {
    pub fn comment(&self) -> String {
        let mut fields = vec![format!("format:{}", self.kind.format())];
        if let Some(SequencePlace { product, channel, sequence }) = &self.place {
            fields.push(format!("product:{product}"));
            fields.push(format!("channel:{channel}"));
            fields.push(format!("sequence:{sequence}"));
        }
        fields.push(format!("role:{}", self.role.as_str()));
        fields.push(format!("time:{}", self.time));
        fields.join("\t")
    }

    /// Reads a comment: every field once, none that is not known.
    pub fn parse(kind: StatementKind, comment: &str) -> Option<Self> {
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
            Some(product) => Some(SequencePlace {
                product: product.to_owned(),
                channel: fields.remove("channel")?.to_owned(),
                sequence: fields.remove("sequence")?.parse().ok()?,
            }),
        };
        let role = SignerRole::of_word(fields.remove("role")?)?;
        let time = fields.remove("time")?.to_owned();
        (is_kind && fields.is_empty()).then_some(Self { kind, place, role, time })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_reads_back_and_nothing_beside_it_is_read() {
        let place = SequencePlace { product: "Lighthouse: Pro".into(), channel: String::new(), sequence: 42 };
        let time = "2026-03-04T05:06:07Z".to_owned();
        let statement =
            Statement { kind: StatementKind::Bundle, place: Some(place), role: SignerRole::Reviewer, time };
        let comment = statement.comment();
        assert_eq!(Statement::parse(StatementKind::Bundle, &comment), Some(statement));
        assert_eq!(Statement::parse(StatementKind::Review, &comment), None);
        for wrong in
            [format!("{comment}\tx:y"), format!("{comment}\trole:author"), comment.replace("42", "x")]
        {
            assert_eq!(Statement::parse(StatementKind::Bundle, &wrong), None, "{wrong}");
        }
    }
}
