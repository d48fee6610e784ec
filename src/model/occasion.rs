//! Why a change is made, in one word each.

use super::word::choices;

choices! {
    /// Why a patch is rolled back.
    pub enum ReasonKind {
        /// Something is wrong with it.
        Fault = "fault",
        /// It was to be there for a while only.
        Planned = "planned",
        /// Something better comes instead.
        Superseded = "superseded",
        /// It was only tried.
        Test = "test",
    }

    /// What sort of larger work a change is a part of.
    pub enum CauseKind {
        /// A rollout to many folders.
        Rollout = "rollout",
        /// Folders changed to what a file says they should have.
        Reconcile = "reconcile",
    }

    /// Who says how long a product was not usable.
    pub enum Measured {
        /// A health check, from its first failure to its first success.
        HealthCheck = "health-check",
        /// A person.
        Person = "person",
    }
}
