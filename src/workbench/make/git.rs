//! Asks the `git` program about a repository. Nothing that is run here writes to it, asks a network, or starts what
//! the repository's settings name.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use jiff::Timestamp;

use crate::diff::patch_text::MailHeader;
use crate::environment::{find_program, program_folders};
use crate::workbench::{Error, Result};

/// Largest file of a commit; it is held in memory once.
const MAX_BLOB_BYTES: u64 = 1 << 30;

/// Files between two commits, as many as a bundle may change.
const MAX_CHANGES: usize = 100_000;

/// A repository on this machine.
pub(super) struct Repository {
    path: PathBuf,
}

/// A commit that is known to be there.
pub(super) struct Version {
    id: String,
}

impl Version {
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// One file that differs between two commits.
pub(crate) struct GitChange {
    pub name: Vec<u8>,
    /// Git's mode and id before.
    pub before: Option<(u32, String)>,
    /// The same after.
    pub after: Option<(u32, String)>,
}

impl Repository {
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// The commit that `name` stands for.
    pub fn commit(&self, name: &str) -> Result<Version> {
        if name.is_empty() || name.starts_with('-') || name.chars().any(char::is_control) {
            return Err(self.failed(&format!("{name:?} isn't a commit")));
        }
        let commit = format!("{name}^{{commit}}");
        let id = self.ask(&["rev-parse", "--verify", "--quiet", &commit]);
        let id = id.map_err(|error| match error {
            GitRefusal::Silent => self.failed(&format!("there is no commit {name:?}")),
            GitRefusal::Failed(error) => error,
        })?;
        let id = String::from_utf8_lossy(&id).trim().to_owned();
        match id.len() >= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            true => Ok(Version { id }),
            false => Err(self.failed(&format!("there is no commit {name:?}"))),
        }
    }

    /// When it was committed, RFC 3339 in UTC.
    pub(crate) fn committed(&self, version: &Version) -> Result<Option<String>> {
        let time = self.run(&["show", "-s", "--no-show-signature", "--format=%ct", version.id()])?;
        let second = String::from_utf8_lossy(&time).trim().parse().ok();
        let time = second.and_then(|second| Timestamp::from_second(second).ok());
        Ok(time.map(|time| time.to_string()))
    }

    /// The commit that `version` was made on; its first parent, if it is a merge.
    pub(crate) fn parent_of(&self, version: &Version) -> Result<Option<Version>> {
        let line = self.run(&["rev-list", "--parents", "-n", "1", version.id()])?;
        let line = String::from_utf8_lossy(&line).into_owned();
        Ok(line.split_ascii_whitespace().nth(1).map(|id| Version { id: id.to_owned() }))
    }

    /// Every file that differs.
    pub fn changes(&self, from: Option<&Version>, to: &Version) -> Result<Vec<GitChange>> {
        let common = ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--full-index", "--no-commit-id"];
        let versions = match from {
            Some(from) => vec![from.id(), to.id()],
            None => vec!["--root", to.id()],
        };
        let list = self.run(&[&common[..], &versions].concat())?;
        let mut fields = list.split(|&byte| byte == 0);
        let mut changes = Vec::new();
        while let Some(facts) = fields.next().filter(|facts| !facts.is_empty()) {
            let name = fields.next().ok_or_else(|| self.failed("git's list of changes is broken"))?;
            changes.push(self.change(facts, name)?);
            if changes.len() > MAX_CHANGES {
                return Err(self.failed(&format!("more than {MAX_CHANGES} files differ")));
            }
        }
        Ok(changes)
    }

    /// `:100644 100644 <id> <id> M`
    fn change(&self, facts: &[u8], name: &[u8]) -> Result<GitChange> {
        let broken = || self.failed("git's list of changes is broken");
        let facts = std::str::from_utf8(facts).map_err(|_| broken())?;
        let words: Vec<&str> = facts.trim_start_matches(':').split(' ').collect();
        let [old_mode, new_mode, old_id, new_id, _] = words.as_slice() else { return Err(broken()) };
        let side = |mode: &str, id: &str| match u32::from_str_radix(mode, 8) {
            Ok(0) => Ok(None),
            Ok(mode @ (0o100_644 | 0o100_755 | 0o120_000)) => Ok(Some((mode, id.to_owned()))),
            _ => {
                let name = crate::text::name_in_message(name);
                Err(self.failed(&format!("{name} is a submodule, which a patch file can't contain")))
            }
        };
        Ok(GitChange {
            name: name.to_owned(),
            before: side(old_mode, old_id)?,
            after: side(new_mode, new_id)?,
        })
    }

    /// The folders of a commit.
    pub fn folders(&self, version: &Version) -> Result<BTreeSet<Vec<u8>>> {
        let list = self.run(&["ls-tree", "-r", "-d", "-z", "--full-tree", "--name-only", version.id()])?;
        Ok(list.split(|&byte| byte == 0).filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect())
    }

    /// What the commits between two say, the oldest first; `only`: the last one alone.
    pub fn headers(&self, from: Option<&Version>, to: &Version, only: bool) -> Result<Vec<MailHeader>> {
        let range = match from.filter(|_| !only) {
            Some(from) => format!("{}..{}", from.id(), to.id()),
            None => to.id().to_owned(),
        };
        let mut args =
            vec!["log", "-z", "--reverse", "--no-show-signature", "--format=format:%H%n%an <%ae>%n%aD%n%B"];
        if only {
            args.extend(["--max-count", "1"]);
        }
        args.push(&range);
        let log = self.run(&args)?;
        let header = |record: &[u8]| {
            let text = String::from_utf8_lossy(record);
            let mut lines = text.splitn(4, '\n').map(str::to_owned);
            let (commit, author, date) = (lines.next(), lines.next(), lines.next());
            let body = lines.next().unwrap_or_default();
            let (subject, message) = body.split_once('\n').unwrap_or((&body, ""));
            let subject = Some(subject.trim().to_owned()).filter(|subject| !subject.is_empty());
            MailHeader { subject, author, date, commit, message: message.trim().to_owned() }
        };
        Ok(log.split(|&byte| byte == 0).filter(|record| !record.is_empty()).map(header).collect())
    }

    /// Hands out the content of each id, with its number in the list.
    pub fn contents(&self, ids: &[&str], take: &mut dyn FnMut(usize, Vec<u8>) -> Result<()>) -> Result<()> {
        let command = self.command(&["cat-file", "--batch"]);
        let child = command.and_then(|mut command| command.stdin(Stdio::piped()).spawn());
        let mut child = child.map_err(|error| self.not_run(error))?;
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
        let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else {
            return Err(self.failed("can't run git"));
        };
        let questions: String = ids.iter().map(|id| format!("{id}\n")).collect();
        let asking = std::thread::Builder::new().name("git questions".to_owned());
        // Git answers while it is still asked: one side alone would wait for the other for ever.
        let asking = asking
            .spawn(move || stdin.write_all(questions.as_bytes()))
            .map_err(|error| self.not_run(error))?;
        let mut answers = BufReader::new(stdout);
        let read = (0..ids.len()).try_for_each(|index| take(index, self.content(&mut answers)?));
        drop(answers);
        let asked = asking.join().unwrap_or(Ok(()));
        let ended = child.wait();
        read?;
        asked.and(ended.map(drop)).map_err(|error| self.not_run(error))
    }

    fn content(&self, answers: &mut impl BufRead) -> Result<Vec<u8>> {
        let failed = |error: io::Error| self.not_run(error);
        let mut head = String::new();
        answers.read_line(&mut head).map_err(failed)?;
        let size = head.trim_end().rsplit(' ').next().and_then(|size| size.parse::<u64>().ok());
        let size = size.filter(|size| *size <= MAX_BLOB_BYTES && head.contains(" blob "));
        let size =
            size.ok_or_else(|| self.failed(&format!("git can't read a file: {:?}", head.trim_end())))?;
        let mut content = Vec::new();
        answers.take(size).read_to_end(&mut content).map_err(failed)?;
        let mut end = [0];
        answers.read_exact(&mut end).map_err(failed)?;
        Ok(content)
    }

    fn run(&self, args: &[&str]) -> Result<Vec<u8>> {
        self.ask(args).map_err(|answer| match answer {
            GitRefusal::Silent => self.failed("git refused, without a reason"),
            GitRefusal::Failed(error) => error,
        })
    }

    fn ask(&self, args: &[&str]) -> std::result::Result<Vec<u8>, GitRefusal> {
        let output = self.command(args).and_then(|mut command| command.output());
        let output = output.map_err(|error| GitRefusal::Failed(self.not_run(error)))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        match said.lines().next() {
            Some(line) => Err(GitRefusal::Failed(self.failed(line))),
            None => Err(GitRefusal::Silent),
        }
    }

    /// Git in a clean environment: no settings but the repository's own, and of those none that runs a program.
    /// No program that lies in the present folder is taken for it.
    fn command(&self, args: &[&str]) -> io::Result<Command> {
        const KEPT: &[&str] = &["SystemRoot", "TEMP", "TMP", "TMPDIR"];
        let mut command = Command::new(find_program("git").ok_or(io::ErrorKind::NotFound)?);
        command.env_clear().envs(KEPT.iter().filter_map(|key| Some((*key, std::env::var_os(key)?))));
        command.env("PATH", std::env::join_paths(program_folders()).map_err(io::Error::other)?);
        for (key, value) in [
            ("GIT_CONFIG_GLOBAL", if cfg!(windows) { "NUL" } else { "/dev/null" }),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("LC_ALL", "C"),
        ] {
            command.env(key, value);
        }
        command.args([
            "--no-pager",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=",
            "-c",
            "log.showSignature=false",
        ]);
        command.arg("-C").arg(&self.path).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(command)
    }

    fn failed(&self, problem: &str) -> Error {
        self.not_run(io::Error::other(problem.to_owned()))
    }

    fn not_run(&self, source: io::Error) -> Error {
        Error::File { doing: "read the Git repository", path: self.path.clone(), source }
    }
}

/// How git says no.
enum GitRefusal {
    Silent,
    Failed(Error),
}
