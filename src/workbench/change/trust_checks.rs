//! Whether a patch may come here: who vouches for it, how old it is, and what was here before.

use jiff::Timestamp;

use crate::bundle::place_of;
use crate::disk::fs::Fs;
use crate::ledger::{Entry, Ledger, OverrideNote, SignerNote, VouchedNote};
use crate::model::Digest;
use crate::plan::why::{Before, Consent, Override, Signers, Unfit};
use crate::plan::{FolderProduct, Note, NoteSource, Obstacle, PatchRemark};
use crate::text::confusables::NameMatch;
use crate::trust::{Denial, SequencePlace, Standing, Verdict};
use crate::workbench::look::memory::was_trusted;
use crate::workbench::look::rehearsals::Rehearsals;
use crate::workbench::look::rollback_protection::Remembered;
use crate::workbench::look::site_rules::{overdue, unmet, unrehearsed};
use crate::workbench::{ApplyOptions, ApplyPreview, ComingPatch, Result, Workbench};

/// How far ahead of this machine's clock a patch may have been made: a day covers every time zone set wrongly.
const MAX_CLOCK_ERROR_HOURS: i64 = 24;

/// From how large a step on it is asked whether a number is right (The Update Framework, "fast-forward attacks").
const UNUSUAL_STEP: u64 = 1_000;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

impl Workbench {
    /// Adds to a preview what speaks against its patches because of who vouches for them, when they were made, or what
    /// they are for in a folder that holds `product`.
    pub(crate) fn add_doubts(
        &self,
        preview: &mut ApplyPreview,
        product: Option<&FolderProduct>,
        floors: &Floors,
    ) -> Result<()> {
        let keyring = self.keyring()?;
        let tells_apart = keyring.tells_products_apart();
        let now = self.environment.timestamp();
        let coming: Vec<&ComingPatch> =
            preview.patches.iter().filter(|patch| patch.left_out.is_none()).collect();
        let (mut obstacles, mut notes) = (Vec::new(), Vec::new());
        for patch in coming.iter().copied() {
            let others = obstacles.len();
            obstacles.extend(denied(&patch.verdict));
            match product {
                Some(product) => obstacles.extend(for_another(patch, product)),
                None if tells_apart => notes.extend(first_word(patch)),
                None => {}
            }
            obstacles.extend(of_the_future(patch, now));
            obstacles.extend(below_the_rules(patch));
            obstacles.extend(unmet(&patch.patch, &patch.verdict, &patch.verdict.policy, now));
            match floors.judge(patch, &coming) {
                Some(SequenceStep::Down(obstacle)) => obstacles.push(obstacle),
                Some(SequenceStep::Far(note)) => notes.push(note),
                None => {}
            }
            notes.extend(old_age(patch, now));
            notes.extend(overdue(&patch.patch, &patch.verdict, &patch.verdict.policy, now));
            notes.extend(doubts(patch));
            if coming.len() > 1 {
                let id = patch.patch.about.identity.id.as_str();
                let own = obstacles.split_off(others);
                obstacles.extend(own.into_iter().map(|found: Obstacle| found.met_by(id)));
            }
        }
        let mut named: Vec<&str> = coming.iter().map(|patch| &*patch.patch.about.product.name).collect();
        named.extend(product.map(|product| &*product.name));
        notes
            .extend(keyring.misnamed(&named).iter().map(|one| Note::told(NoteSource::Rules, one.sentence())));
        // What the patch is for and who vouches for it comes before what single files are.
        preview.preview.obstacles.splice(..0, obstacles);
        preview.preview.notes.extend(notes);
        Ok(())
    }

    /// Adds to a preview what is known of a rehearsal of exactly this, and that there was none where one is asked for.
    pub(super) fn add_rehearsal(&self, fs: &dyn Fs, preview: &mut ApplyPreview, remembered: &Remembered) {
        let (patches, decision) = (preview.manifest_digest, preview.decision().0);
        preview.rehearsal = remembered.folder().and_then(|folder| {
            let coming = preview.patches.iter().map(|coming| &*coming.patch).collect();
            Rehearsals::find(&self.environment, folder, &patches, decision, (fs, coming))
        });
        if preview.preview.is_nothing_to_do() {
            return;
        }
        let known = preview.rehearsal.as_ref();
        let coming = preview.patches.iter().filter(|patch| patch.left_out.is_none());
        let missing = coming.filter_map(|patch| unrehearsed(&patch.patch, &patch.verdict.policy, known));
        let missing: Vec<Obstacle> = missing.collect();
        preview.preview.obstacles.extend(missing);
    }
}

/// What is in the folder decides what a patch can be for.
fn for_another(patch: &ComingPatch, folder: &FolderProduct) -> Option<Obstacle> {
    let about = &patch.patch.about;
    let names = NameMatch::between(&about.product.name, &folder.name);
    (about.says_which_product() && !names.is_same()).then(|| {
        let (patch, says) = (about.identity.clone(), about.product.name.clone());
        let looks_like_it = names.reads_the_same();
        Obstacle::new(Unfit::OtherProduct { patch, says, looks_like_it, folder: folder.clone() })
    })
}

/// Where products have rules of their own, and nothing is known about the folder, the patch is the first to say which of
/// them it is. If nobody vouches for that, the rules for all products counted as well.
fn first_word(patch: &ComingPatch) -> Option<Note> {
    let about = &patch.patch.about;
    (about.says_which_product() && patch.verdict.standing != Standing::Trusted).then(|| {
        let (patch, product) = (about.identity.clone(), about.product.name.clone());
        Note::new(PatchRemark::OnlyItSays { patch, product })
    })
}

/// What only a person can say is right shows in the verdict, and is asked for when the patch is applied.
pub(super) fn denied(verdict: &Verdict) -> Option<Obstacle> {
    let denial = verdict.permits(Consent::Given).err()?;
    let verdict = verdict.sentence();
    Some(Obstacle::new(match denial {
        Denial::Broken => Signers::Broken { verdict },
        Denial::Policy | Denial::NeedsConsent => Signers::Policy { verdict },
    }))
}

fn of_the_future(patch: &ComingPatch, now: Timestamp) -> Option<Obstacle> {
    let made: Timestamp = patch.patch.created.parse().ok()?;
    let ahead_hours = (made.as_second() - now.as_second()) / 3600;
    (is_vouched_for(patch) && ahead_hours >= MAX_CLOCK_ERROR_HOURS).then(|| {
        let (patch, created) = (patch.patch.about.identity.clone(), patch.patch.created.clone());
        Obstacle::new(Signers::MadeInFuture { patch, created })
    })
}

fn below_the_rules(patch: &ComingPatch) -> Option<Obstacle> {
    let (sequence, floor) = (patch.patch.about.sequence, patch.verdict.policy.floor);
    // A patch without an order has no number; a signature that was cut off must not help one that has.
    let has_number = is_vouched_for(patch) || sequence > 0;
    (has_number && sequence < floor).then(|| {
        Obstacle::new(Signers::BelowFloor { patch: patch.patch.about.identity.clone(), sequence, floor })
    })
}

/// What nobody vouches for can say of itself what it likes.
fn is_vouched_for(patch: &ComingPatch) -> bool {
    patch.verdict.standing != Standing::Untrusted
}

fn old_age(patch: &ComingPatch, now: Timestamp) -> Option<Note> {
    let limit = patch.verdict.policy.max_age_days?;
    let made: Timestamp = patch.patch.created.parse().ok()?;
    let days = (now.as_second() - made.as_second()) / SECONDS_PER_DAY;
    let patch = || patch.patch.about.identity.clone();
    (days > i64::from(limit)).then(|| Note::new(PatchRemark::Old { patch: patch(), days }))
}

/// Signatures that do not count, beside a verdict that is good.
fn doubts(patch: &ComingPatch) -> Vec<Note> {
    let doubts = patch.verdict.doubts.iter();
    doubts.map(|doubt| Note::told(NoteSource::Signature, doubt.sentence())).collect()
}

/// How a patch's number is compared with those of the patches that were trusted in a folder before.
pub(crate) enum SequenceStep {
    Down(Obstacle),
    Far(Note),
}

/// The patches that were trusted in a folder, and their manifests, where these are known.
pub(crate) struct Floors(Vec<(SequencePlace, Option<Digest>)>);

impl Floors {
    /// Those that the history knows.
    pub fn new(ledger: &Ledger) -> Self {
        Self(ledger.entries().iter().flat_map(trusted_places).collect())
    }

    /// The same with those that are known from elsewhere.
    pub fn and(mut self, others: Vec<SequencePlace>) -> Self {
        self.0.extend(others.into_iter().map(|place| (place, None)));
        self
    }

    /// What nobody vouches for raises no floor, and is held to those that are there: a signature that was cut off must
    /// not help. `together` come in one change, `patch` among them.
    fn judge(&self, patch: &ComingPatch, together: &[&ComingPatch]) -> Option<SequenceStep> {
        // A patch without an order has no number, and claims none.
        if patch.patch.about.sequence == 0 {
            return None;
        }
        let place = place_of(&patch.patch);
        let is_same_row = |other: &&(SequencePlace, Option<Digest>)| is_one_row(&other.0, &place);
        let row: Vec<&(SequencePlace, Option<Digest>)> = self.0.iter().filter(is_same_row).collect();
        let highest = row.iter().max_by_key(|(other, _)| other.sequence)?;
        // What this person saw elsewhere is known by its number alone.
        let twins = || row.iter().filter(|(other, _)| other.sequence == place.sequence);
        let twins = || twins().filter_map(|(_, manifest)| *manifest);
        let is_other = twins().next().is_some() && twins().all(|manifest| manifest != patch.manifest);
        let (sequence, top) = (place.sequence, highest.0.sequence);
        let id = &patch.patch.about.identity;
        let is_trusted = |patch: &ComingPatch| patch.verdict.standing == Standing::Trusted;
        // Where the newest one comes back in the same change, as in a rollout that is started again, the folder is no
        // further back than it was.
        let brings_the_top = |other: &&ComingPatch| {
            let at = place_of(&other.patch);
            is_trusted(other) && at.sequence >= top && is_one_row(&at, &place)
        };
        let before = match sequence.cmp(&top) {
            std::cmp::Ordering::Less if is_trusted(patch) && together.iter().any(brings_the_top) => {
                return None;
            }
            std::cmp::Ordering::Less => Before::Higher(top),
            std::cmp::Ordering::Equal if !is_other => return None,
            std::cmp::Ordering::Equal => Before::Twin,
            std::cmp::Ordering::Greater if is_vouched_for(patch) && sequence - top > UNUSUAL_STEP => {
                let far = PatchRemark::FarAhead { patch: id.clone(), sequence, top };
                return Some(SequenceStep::Far(Note::new(far)));
            }
            std::cmp::Ordering::Greater => return None,
        };
        Some(SequenceStep::Down(Obstacle::new(Signers::Downgrade { patch: id.clone(), sequence, before })))
    }
}

/// Whether two patches are counted in one series, however their names are written.
fn is_one_row(one: &SequencePlace, other: &SequencePlace) -> bool {
    let reads_the_same = |one: &str, other: &str| NameMatch::between(one, other).reads_the_same();
    reads_the_same(&one.product, &other.product) && reads_the_same(&one.channel, &other.channel)
}

fn trusted_places(entry: &Entry) -> impl Iterator<Item = (SequencePlace, Option<Digest>)> {
    let manifest = |number: usize| match entry.parts.get(number) {
        Some(part) => Some(part.manifest),
        None => entry.manifest,
    };
    let trusted = entry.vouched.iter().enumerate().filter(|(_, note)| was_trusted(note));
    trusted.map(move |(number, note)| {
        let VouchedNote { product, channel, sequence, .. } = note.clone();
        (SequencePlace { product, channel, sequence }, manifest(number))
    })
}

/// What the history keeps about who vouched for a patch.
pub(crate) fn vouched_note(patch: &ComingPatch) -> VouchedNote {
    let SequencePlace { product, channel, sequence } = place_of(&patch.patch);
    let verdict = &patch.verdict;
    let signers = verdict.vouchers.iter().map(|voucher| SignerNote {
        key: voucher.key.to_string(),
        name: voucher.name.clone(),
        owner: Some(voucher.owner.clone()),
        role: voucher.role.as_str().to_owned(),
        time: voucher.time.clone(),
        review: voucher.review.map(|digest| digest.to_string()),
    });
    VouchedNote {
        verdict: verdict.standing.as_str().to_owned(),
        product,
        channel,
        sequence,
        signers: signers.collect(),
        authors_needed: verdict.needs.authors,
        reviewers_needed: verdict.needs.reviewers,
        policy: verdict.policy.set_by.as_str().to_owned(),
    }
}

/// The rules that `options` set aside, as far as the patches needed it.
pub(crate) fn overrides(preview: &ApplyPreview, options: &ApplyOptions) -> Vec<OverrideNote> {
    let mut coming = preview.patches.iter().filter(|patch| patch.left_out.is_none());
    let is_unsigned = coming.any(|patch| patch.verdict.permits(Consent::Missing).is_err());
    let stands = |rule| preview.preview.obstacles.iter().any(|one| one.way_around() == Some(rule));
    let is_needed = |rule: &Override| match rule {
        Override::Unsigned => is_unsigned,
        rule => options.overrides.has(*rule) && stands(*rule),
    };
    let note = |rule: Override| OverrideNote {
        rule: rule.rule().to_owned(),
        reason: options.overrides.reason(rule).map(str::to_owned),
    };
    Override::ALL.into_iter().filter(is_needed).map(note).collect()
}
