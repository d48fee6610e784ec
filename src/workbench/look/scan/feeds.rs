//! What lists of others say about ids: which problems are exploited (KEV, of CISA), and which will likely be (EPSS, of FIRST).
//! Both are files that somebody fetched.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::open;
use super::walk::{KeptText, Walk};
use crate::plan::{Exploited, ProblemFacts};
use crate::workbench::{Error, Result, ScanProblem};

/// Longest list of exploited problems: the real one has about 2 MB.
const MAX_KEV_BYTES: u64 = 64 << 20;
/// Most problems in it.
const MAX_EXPLOITED: usize = 200_000;
/// Longest forecast, unpacked: the real one has 300,000 lines and about 10 MB.
const MAX_EPSS_BYTES: u64 = 128 << 20;

/// What the lists say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Feeds {
    /// By id.
    pub known: HashMap<String, ProblemFacts>,
    /// Each list that was read, and the day that it is from.
    pub dates: Vec<(&'static str, String)>,
}

#[derive(Deserialize)]
struct KevEntry {
    #[serde(rename = "cveID")]
    id: KeptText,
    #[serde(rename = "dueDate", default)]
    due: Option<KeptText>,
    #[serde(rename = "knownRansomwareCampaignUse", default)]
    ransomware: Option<KeptText>,
}

impl Feeds {
    /// Takes in a catalogue of exploited problems.
    ///
    /// # Errors
    /// [`Error::ScanReport`] if it is none.
    pub(crate) fn add_kev(&mut self, path: &Path) -> Result<()> {
        let wrong = |detail: String| wrong(path, "list of exploited problems", detail);
        let mut count = 0;
        let mut take = |entry: KevEntry| {
            count += 1;
            let ransomware = entry.ransomware.is_some_and(|KeptText(word)| word == "Known");
            let due = entry.due.map(|KeptText(date)| date).filter(|date| is_date(date));
            self.known.entry(entry.id.0).or_default().exploited = Some(Exploited { ransomware, due });
            match count <= MAX_EXPLOITED {
                true => Ok(()),
                false => Err(format!("it has more than {MAX_EXPLOITED} entries")),
            }
        };
        let mut json = serde_json::Deserializer::from_reader(open(path, MAX_KEV_BYTES)?);
        let released = json.deserialize_map(Catalogue { take: &mut take });
        let released = released.and_then(|released| json.end().map(|()| released));
        let released = released.map_err(|error| wrong(error.to_string()))?;
        self.dates.push(("KEV", released.get(..10).unwrap_or_default().to_owned()));
        Ok(())
    }

    /// Takes in the forecasts for `wanted`, from a table that may be packed with gzip.
    ///
    /// # Errors
    /// [`Error::ScanReport`] if it is none, or unpacks to too much.
    pub(crate) fn add_epss(&mut self, path: &Path, wanted: &HashSet<&str>) -> Result<()> {
        let wrong = |detail: &str| wrong(path, "table of EPSS", detail.to_owned());
        let failed = |source| Error::File { doing: "read the table", path: path.to_owned(), source };
        let mut file = open(path, MAX_EPSS_BYTES)?;
        let is_packed = file.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
        let unpacked: Box<dyn Read> =
            if is_packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
        let mut lines = BufReader::new(unpacked.take(MAX_EPSS_BYTES + 1));
        let (mut read, mut date, mut line) = (0, None, String::new());
        loop {
            line.clear();
            let length = lines.read_line(&mut line).map_err(|error| wrong(&error.to_string()))?;
            read += length as u64;
            if read > MAX_EPSS_BYTES {
                return Err(wrong("it unpacks to more than any such table has"));
            }
            if length == 0 {
                break;
            }
            if let Some(head) = line.strip_prefix('#') {
                date = head
                    .trim()
                    .split(',')
                    .find_map(|part| part.strip_prefix("score_date:"))
                    .map(|date| date.get(..10).unwrap_or_default().to_owned());
                continue;
            }
            let mut cells = line.trim_end().split(',');
            let (id, score) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
            if id == "cve" || !wanted.contains(id) {
                continue;
            }
            let share = score.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
            let share = share.ok_or_else(|| wrong("a forecast in it is no number from 0 to 1"))?;
            self.known.entry(id.to_owned()).or_default().epss = Some((share * 1e6).round() as u32);
        }
        self.dates.push(("EPSS", date.ok_or_else(|| wrong("it doesn't begin with its date"))?));
        Ok(())
    }
}

/// The list of exploited problems; its value is the time of its release.
struct Catalogue<'a> {
    take: &'a mut dyn FnMut(KevEntry) -> std::result::Result<(), String>,
}

impl<'de> Visitor<'de> for Catalogue<'_> {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the catalogue of exploited problems, as JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> std::result::Result<String, A::Error> {
        let (mut released, mut has_list) = (String::new(), false);
        while let Some(KeptText(key)) = object.next_key()? {
            match key.as_str() {
                "dateReleased" => released = object.next_value::<KeptText>()?.0,
                "vulnerabilities" if !has_list => {
                    has_list = true;
                    object.next_value_seed(Walk { path: &[], take: &mut *self.take })?;
                }
                "vulnerabilities" => return Err(A::Error::custom("it has its entries twice")),
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        match has_list {
            true => Ok(released),
            false => Err(A::Error::custom("it has no list of vulnerabilities")),
        }
    }
}

fn wrong(path: &Path, what: &str, detail: String) -> Error {
    let problem = ScanProblem::NoList(format!("it isn't a {what}: {detail}"));
    Error::ScanReport { path: path.to_owned(), problem }
}

fn is_date(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok()
}
