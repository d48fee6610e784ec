//! CVSS vectors: how bad a problem is, in the notation that everybody uses.

use cvss::Cvss;

/// A vector of CVSS 2.0 to 4.0 with its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CvssScore {
    /// The score in tenths, 0 to 100: scores have one decimal, and are compared.
    pub tenths: u8,
}

impl CvssScore {
    /// Longest vector in bytes: every metric of CVSS 4.0 takes about two hundred.
    const MAX_BYTES: usize = 512;

    /// The score of a vector; `None` if it is none, or says too little to have one.
    pub(crate) fn of_vector(vector: &str) -> Option<Self> {
        if vector.len() > Self::MAX_BYTES {
            return None;
        }
        let read: Cvss = vector.parse().ok()?;
        let base: &[&str] = match read {
            Cvss::CvssV20(_) => &["AV", "AC", "Au", "C", "I", "A"],
            Cvss::CvssV30(_) | Cvss::CvssV31(_) => &["AV", "AC", "PR", "UI", "S", "C", "I", "A"],
            Cvss::CvssV40(_) => &["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"],
            _ => return None,
        };
        // What is left out would count as nothing at all.
        let says = |metric: &&str| vector.split('/').any(|part| part.split(':').next() == Some(*metric));
        base.iter().all(says).then(|| Self::of_number(read.score()))?
    }

    /// The score that somebody else has worked out; `None` if it is none.
    pub(crate) fn of_number(score: f64) -> Option<Self> {
        let tenths = (score * 10.0).round();
        (0.0..=100.0).contains(&tenths).then_some(Self { tenths: tenths as u8 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_is_scored_as_first_org_does() {
        for (vector, tenths) in [
            ("AV:N/AC:L/Au:N/C:P/I:P/A:P", 75),
            ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L", 53),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 93),
        ] {
            assert_eq!(CvssScore::of_vector(vector), Some(CvssScore { tenths }), "{vector}");
        }
    }

    #[test]
    fn what_is_no_vector_has_no_score() {
        let long = format!("CVSS:3.1/{}", "AV:N/".repeat(1000));
        for bad in ["", "9.8", "high", "CVSS:3.1/AV:N", "CVSS:9.9/AV:N/AC:L", "CVSS:3.1", &long] {
            assert_eq!(CvssScore::of_vector(bad), None, "{bad}");
        }
        assert_eq!(CvssScore::of_number(f64::NAN), None);
        assert_eq!(CvssScore::of_number(-0.1), None);
        assert_eq!(CvssScore::of_number(10.1), None);
    }
}
