//! The parts of a manifest as they are written in JSON, field by field; no rule is checked here but names and types.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::text::json::present;

/// Declares wire structs. `name: T` must be there, `name?: T` may be left out (but is never `null`), `name*: T` is a
/// list that may be left out when empty.
macro_rules! wire {
    () => {};
    ($(#[$meta:meta])* struct $name:ident { $($fields:tt)* } $($rest:tt)*) => {
        wire!(@fields [$(#[$meta])*] $name {} $($fields)*);
        wire!($($rest)*);
    };
    (@fields $meta:tt $name:ident {$($done:tt)*} $(#[$own:meta])* $field:ident: $kind:ty, $($rest:tt)*) => {
        wire!(@fields $meta $name {$($done)* $(#[$own])* pub $field: $kind,} $($rest)*);
    };
    (@fields $meta:tt $name:ident {$($done:tt)*} $(#[$own:meta])* $field:ident?: $kind:ty, $($rest:tt)*) => {
        wire!(@fields $meta $name {$($done)* $(#[$own])*
            #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
            pub $field: Option<$kind>,
        } $($rest)*);
    };
    (@fields $meta:tt $name:ident {$($done:tt)*} $(#[$own:meta])* $field:ident*: $kind:ty, $($rest:tt)*) => {
        wire!(@fields $meta $name {$($done)* $(#[$own])*
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            pub $field: Vec<$kind>,
        } $($rest)*);
    };
    (@fields [$($meta:tt)*] $name:ident {$($done:tt)*}) => {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        $($meta)*
        pub(super) struct $name { $($done)* }
    };
}

pub(super) use wire;

wire! {
    #[derive(Default)]
    struct RawApprovals {
        author?: u32,
        reviewer?: u32,
    }

    struct RawSeverity {
        level: String,
        cvss?: String,
    }

    struct RawResolved {
        #[serde(rename = "type")]
        kind: String,
        id: String,
        aliases*: String,
        source?: String,
        published?: String,
        severity?: RawSeverity,
        components*: String,
        state: String,
        justification?: String,
    }

    struct RawComponent {
        purl: String,
        version_after?: String,
        paths*: String,
        patch_type: String,
    }

    struct RawRequiredComponent {
        purl: String,
        versions: String,
        detect*: RawDetect,
        required?: bool,
    }

    struct RawIssue {
        system: String,
        key: String,
        url?: String,
        #[serde(rename = "type")]
        kind?: String,
        opened?: String,
    }

    struct RawCompliance {
        framework: String,
        control: String,
        due?: String,
    }

    struct RawOrigin {
        kind: String,
        upstream?: String,
        generator?: String,
    }

    struct RawProduct {
        name: String,
        purl?: String,
        cpe?: String,
        versions: Vec<String>,
        detect: Vec<RawDetect>,
    }

    #[derive(Default)]
    struct RawDetect {
        kind: String,
        path: String,
        sha256?: String,
        contains?: String,
        after?: String,
        until?: String,
    }

    struct RawOutcome {
        version: String,
    }

    struct RawRequirement {
        id: String,
        min_revision: u32,
        mode: String,
    }

    struct RawRequirementIf {
        when: String,
        then: RawRequirement,
    }

    struct RawConflict {
        id: String,
        reason: String,
    }

    struct RawHold {
        kind: String,
        text: String,
        phase: String,
    }

    struct RawDiffText {
        sha256: String,
        size: u64,
    }

    struct RawChange {
        path: String,
        op: String,
        before*: RawImage,
        after?: RawImage,
        payload?: RawPayload,
        base?: String,
        edit?: String,
        role?: String,
        local_edits?: String,
        fixes*: String,
    }

    #[derive(Default)]
    struct RawImage {
        kind: String,
        sha256?: String,
        size?: u64,
        mode?: String,
        target?: String,
    }

    #[derive(Default)]
    struct RawPayload {
        encoding: String,
        blob?: String,
        from?: String,
        source?: String,
    }

    struct RawCheck {
        check: String,
        args: Args,
        level: String,
        timeout: u32,
        retries: u32,
    }

    #[derive(Default)]
    struct Args {
        path?: String,
        present?: bool,
        sha256?: String,
        contains?: String,
        is?: String,
        free_bytes?: u64,
        host?: String,
        port?: u16,
        open?: bool,
        url?: String,
        status?: u16,
        name?: String,
        running?: bool,
    }

    struct RawScript {
        phase: String,
        reason: String,
        blob: String,
        interpreter: String,
        timeout: u32,
        undo?: String,
    }

    struct RawToggle {
        id: String,
        title: String,
        file: String,
        kind: String,
        key?: String,
        on: Value,
        off: Value,
        variants*: String,
        initially: String,
        takes_effect: String,
        when_off: String,
        fixes*: String,
        vulnerabilities*: String,
        until?: String,
        health*: RawCheck,
    }

    struct RawRollout {
        min_wait?: String,
        max_first_ring?: String,
        advice?: String,
    }

    struct RawRollback {
        possible: String,
        reason?: String,
        data_warning?: String,
        steps*: String,
    }

    struct RawCarried {
        format: String,
        blob: String,
        size: u64,
    }

    struct RawAttestation {
        media_type: String,
        blob: String,
        size: u64,
    }

    struct RawProof {
        round_trip: bool,
    }
}
