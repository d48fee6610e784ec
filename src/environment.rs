//! Clock, chance, user and machine as one value, so that whole outputs can be repeated in a test.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Everything the engine wants to know that is neither in a bundle nor in a folder.
#[derive(Clone)]
pub struct Environment {
    now: Arc<dyn Fn() -> jiff::Timestamp + Send + Sync>,
    random: Arc<dyn Fn() -> u128 + Send + Sync>,
    /// Who runs the program.
    pub user: String,
    /// The machine's name.
    pub host: String,
    /// What `SOURCE_DATE_EPOCH` says: the moment that patch files are made at, in seconds since 1970, so that the same
    /// inputs give the same bytes. See <https://reproducible-builds.org/specs/source-date-epoch/>.
    pub source_date: Option<String>,
    /// `os/arch` as in a bundle's `platforms`, such as `linux/x86_64`.
    pub platform: String,
    /// Where this machine keeps its list of patches that were withdrawn, if it has one.
    pub holds_list: Option<PathBuf>,
    /// Where this person keeps the keys and rules that patches are judged by.
    pub trust_file: Option<PathBuf>,
    /// Where the machine has keys and rules, which win.
    pub machine_trust_file: Option<PathBuf>,
    /// Where this person's secret keys are made.
    pub keys_folder: Option<PathBuf>,
    /// Where is noted what was seen of each folder's history, so that nobody can cut it short unnoticed.
    pub seen_file: Option<PathBuf>,
}

impl Environment {
    /// The real one.
    pub fn of_this_machine() -> Self {
        let name = |keys: &[&str]| {
            keys.iter().find_map(|key| std::env::var(key).ok()).filter(|name| !name.is_empty())
        };
        let own = OwnFolders::of_this_person();
        Self {
            now: Arc::new(jiff::Timestamp::now),
            random: Arc::new(random_id),
            user: name(&["USER", "LOGNAME", "USERNAME"]).unwrap_or_else(user_id),
            host: host_name().unwrap_or_else(|| "unknown".to_owned()),
            source_date: name(&["SOURCE_DATE_EPOCH"]),
            platform: format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH),
            holds_list: own.in_data("holds.json"),
            trust_file: own.in_config("trust.toml"),
            machine_trust_file: machine_folder().map(|folder| folder.join("trust.toml")),
            keys_folder: own.in_config("keys"),
            seen_file: own.in_data("seen.json"),
        }
    }

    /// One in which time stands still and chance counts up from one.
    pub fn fixed(now: jiff::Timestamp, user: &str, host: &str, platform: &str) -> Self {
        let counter = std::sync::atomic::AtomicU64::new(1);
        Self {
            now: Arc::new(move || now),
            random: Arc::new(move || u128::from(counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed))),
            user: user.to_owned(),
            host: host.to_owned(),
            source_date: None,
            platform: platform.to_owned(),
            holds_list: None,
            trust_file: None,
            machine_trust_file: None,
            keys_folder: None,
            seen_file: None,
        }
    }

    /// The same with another clock.
    #[must_use]
    pub fn with_clock(self, now: impl Fn() -> jiff::Timestamp + Send + Sync + 'static) -> Self {
        Self { now: Arc::new(now), ..self }
    }

    /// Who runs the program, and where: `ada on host`.
    pub fn name(&self) -> String {
        format!("{} on {}", self.user, self.host)
    }

    /// The present time as RFC 3339 in UTC, whole seconds.
    pub fn now(&self) -> String {
        let now = (self.now)();
        jiff::Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
    }

    /// When a patch file is made, as [`Environment::now`] spells it; `None` if `source_date` is no moment.
    pub(crate) fn made_at(&self) -> Option<String> {
        match &self.source_date {
            None => Some(self.now()),
            Some(seconds) => Some(jiff::Timestamp::from_second(seconds.parse().ok()?).ok()?.to_string()),
        }
    }

    /// The present time.
    pub(crate) fn timestamp(&self) -> jiff::Timestamp {
        (self.now)()
    }

    /// 32 hex digits that nobody can guess.
    pub(crate) fn random_id(&self) -> String {
        format!("{:032x}", (self.random)())
    }
}

/// Where this person's settings and memories are. Without a home there are none, and that is no error: the accounts of
/// services often have one that does not exist, or is `/dev/null`.
pub(crate) struct OwnFolders {
    config: Option<PathBuf>,
    pub data: Option<PathBuf>,
}

impl OwnFolders {
    pub(crate) fn of_this_person() -> Self {
        let home = directories::BaseDirs::new().map(|own| own.home_dir().to_owned());
        let Some(own) = directories::ProjectDirs::from("", "", "Patchwright") else {
            return Self { config: None, data: None };
        };
        let place = |folder: &Path| can_be(folder, home.as_deref()).then(|| folder.to_owned());
        Self { config: place(own.config_dir()), data: place(own.data_local_dir()) }
    }

    fn in_config(&self, name: &str) -> Option<PathBuf> {
        self.config.as_ref().map(|folder| folder.join(name))
    }

    fn in_data(&self, name: &str) -> Option<PathBuf> {
        self.data.as_ref().map(|folder| folder.join(name))
    }
}

/// Whether there can be a folder of settings: outside the home always, in it if it is a folder. A home that cannot be
/// looked at may be one.
/// The folders where programs are. A relative one is left out: the present folder may be a product's or a repository's, and
/// what lies there is no program of this machine.
pub(crate) fn program_folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).filter(|folder| folder.is_absolute()).collect()
}

/// The program of this name in [`program_folders`].
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    program_folders().into_iter().map(|folder| folder.join(&name)).find(|program| program.is_file())
}

fn can_be(folder: &Path, home: Option<&Path>) -> bool {
    let Some(home) = home.filter(|home| folder.starts_with(home)) else { return true };
    match std::fs::metadata(home) {
        Ok(found) => found.is_dir(),
        Err(error) => !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Environment({}@{}, {})", self.user, self.host, self.platform)
    }
}

fn random_id() -> u128 {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system's random source answers");
    u128::from_le_bytes(bytes)
}

#[cfg(unix)]
fn host_name() -> Option<String> {
    rustix::system::uname().nodename().to_str().ok().map(str::to_owned)
}

#[cfg(not(unix))]
fn host_name() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}

/// Where whoever looks after the machine keeps files for every program and person.
fn machine_folder() -> Option<PathBuf> {
    match cfg!(windows) {
        true => std::env::var_os("ProgramData").map(|folder| PathBuf::from(folder).join("Patchwright")),
        false => Some(PathBuf::from("/etc/patchwright")),
    }
}

/// Where the system's services run programs, nobody sets a name. The list of users has one; without it, the number is
/// still evidence.
#[cfg(unix)]
fn user_id() -> String {
    use std::io::Read as _;

    let id = rustix::process::geteuid().as_raw();
    let list = std::fs::File::open("/etc/passwd").and_then(|file| {
        let mut text = String::new();
        file.take(MAX_USERS_BYTES).read_to_string(&mut text).map(|_| text)
    });
    list.ok().and_then(|list| name_in(&list, id)).unwrap_or_else(|| format!("uid {id}"))
}

/// Most of the list of users that is read.
#[cfg(unix)]
const MAX_USERS_BYTES: u64 = 1 << 20;

/// The name of the user `id` in a list as `/etc/passwd` is one.
#[cfg(unix)]
fn name_in(list: &str, id: u32) -> Option<String> {
    list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(id) && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(not(unix))]
fn user_id() -> String {
    "unknown".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_user_has_the_name_that_the_system_gives_him() {
        let list = "root:x:0:0:root:/root:/bin/sh\n+::::\ndaemon:x:1:1::/:/sbin/nologin\n";
        assert_eq!(
            (name_in(list, 0).as_deref(), name_in(list, 1).as_deref()),
            (Some("root"), Some("daemon"))
        );
        assert_eq!((name_in(list, 2), name_in("", 0), name_in("root", 0)), (None, None, None));
    }

    #[test]
    fn a_home_that_is_no_folder_has_no_settings_in_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path();
        assert!(can_be(&home.join(".config"), Some(home)), "they are made when there is something to keep");
        let file = home.join("file");
        std::fs::write(&file, "").expect("written");
        for none in [file, home.join("nonexistent")] {
            assert!(!can_be(&none.join(".config"), Some(&none)), "{}", none.display());
            assert!(
                can_be(Path::new("/var/lib/service"), Some(&none)),
                "it is said elsewhere where they are"
            );
        }
    }
}
