//! A few hosts of our own: folders that Ansible reaches on this machine or through daemons of our own, each on a port of its
//! own, with keys that exist only for one story.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::support::console::Console;
use crate::support::sandbox::{Sandbox, order};
use crate::support::tools::is_here;

const OLD: &str = "a = 1\n";
const NEW: &str = "a = 2\n";
/// Debian keeps it where only administrators look, and it has to be started by its whole name.
pub const SSHD: &str = "/usr/sbin/sshd";

/// The system's own: what Ansible finds by itself may be a stand-in that asks which one is meant.
const PYTHON: &str = "/usr/bin/python3";

/// Folders, a patch for them, and an inventory.
pub struct Lab {
    pub sandbox: Sandbox,
    daemons: Vec<Child>,
}

/// What a playbook did.
pub struct Played {
    pub code: Option<i32>,
    pub text: String,
}

impl Played {
    /// The line of the recap about `host`, such as `ok=2 changed=1 unreachable=0 failed=0`.
    pub fn of(&self, host: &str) -> String {
        let recap = self.text.split_once("PLAY RECAP").map(|(_, recap)| recap).unwrap_or_default();
        let mut lines = recap.lines().filter(|line| line.split_whitespace().next() == Some(host));
        lines.next().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default()
    }

    #[track_caller]
    pub fn expect(&self, code: i32, host: &str, counts: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.text);
        for count in counts {
            assert!(self.of(host).contains(count), "{host} has no {count}: {}", self.text);
        }
    }

    /// Whether this was said, wherever its lines were broken.
    #[track_caller]
    pub fn says(&self, text: &str) {
        let said: String = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(text), "{text:?} is missing: {}", self.text);
    }
}

impl Lab {
    /// None where Ansible is not there, which is said. The patch has a health check that every host passes whose `role` says
    /// so.
    pub fn new(story: &str, inventory: &str) -> Option<Self> {
        if !is_here("ansible-playbook", story) || !is_here(PYTHON, story) {
            return None;
        }
        let sandbox = Sandbox::with(&[
            ("old/conf/x", OLD),
            ("old/role", "good\n"),
            ("new/conf/x", NEW),
            ("new/role", "good\n"),
        ]);
        let health = "[[health]]\ncheck = \"text\"\npath = \"role\"\ncontains = \"good\"\n";
        sandbox.write("order.toml", &order("ACME-1", "", health));
        Console::new(&sandbox)
            .done("make --from $/old --to $/new --order $/order.toml --output $/fix.patchbundle");
        let lab = Self { sandbox, daemons: Vec::new() };
        lab.install_the_collection();
        lab.sandbox.write("inventory", &lab.spelled(inventory));
        Some(lab)
    }

    /// Builds the collection as whoever publishes it does, and installs it as whoever uses it does, without a network.
    fn install_the_collection(&self) {
        let ours = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/ansible");
        let built = self.run("ansible-galaxy", &["collection", "build", ours, "--output-path", "$"]);
        assert_eq!(built.code, Some(0), "{}", built.text);
        let file = "$/patchwright-patchwright-0.1.0.tar.gz";
        let installed =
            self.run("ansible-galaxy", &["collection", "install", file, "--offline", "-p", "$/collections"]);
        assert_eq!(installed.code, Some(0), "{}", installed.text);
    }

    /// `$` stands for the lab, `@` for our program.
    fn spelled(&self, text: &str) -> String {
        let root = self.sandbox.path("");
        let root = root.to_str().expect("a plain name").trim_end_matches('/');
        text.replace('$', root).replace('@', env!("CARGO_BIN_EXE_patchwright"))
    }

    /// Runs a program of Ansible, which neither reads nor writes anything of the person who runs the tests.
    pub fn run(&self, program: &str, words: &[&str]) -> Played {
        let mut command = Command::new(program);
        command.args(words.iter().map(|word| self.spelled(word)));
        command.current_dir(self.sandbox.path("")).stdin(Stdio::null());
        for (name, value) in [
            ("HOME", "$/home"),
            ("ANSIBLE_HOME", "$/home/.ansible"),
            ("ANSIBLE_COLLECTIONS_PATH", "$/collections"),
            ("ANSIBLE_NOCOLOR", "1"),
            ("ANSIBLE_LOCALHOST_WARNING", "False"),
            ("ANSIBLE_PYTHON_INTERPRETER", PYTHON),
            ("LC_ALL", "C.UTF-8"),
        ] {
            command.env(name, self.spelled(value));
        }
        let output = command.output().expect("it starts");
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Played { code: output.status.code(), text: text.concat() }
    }

    /// Plays `text` as a playbook.
    pub fn play(&self, text: &str, flags: &[&str]) -> Played {
        self.sandbox.write("play.yml", &self.spelled(text));
        let words: Vec<&str> =
            ["-i", "$/inventory", "$/play.yml"].into_iter().chain(flags.iter().copied()).collect();
        self.run("ansible-playbook", &words)
    }

    /// A host's product folder.
    pub fn host(&self, name: &str, role: &str) -> PathBuf {
        self.sandbox.write(&format!("hosts/{name}/conf/x"), OLD);
        self.sandbox.write(&format!("hosts/{name}/role"), role);
        self.sandbox.path(&format!("hosts/{name}"))
    }

    /// Whether the patch is in the folder of a host. Anything between is nothing that may be.
    #[track_caller]
    pub fn has_patch(&self, host: &str) -> bool {
        match self.sandbox.read(&format!("hosts/{host}/conf/x")).as_deref() {
            Some(OLD) => false,
            Some(NEW) => true,
            other => panic!("{host} has {other:?}"),
        }
    }

    /// Starts daemons, one for each host, and returns their ports and one where nobody listens; none where a machine has no
    /// daemon, which is said.
    pub fn daemons(&mut self, count: usize, story: &str) -> Option<Vec<u16>> {
        if !is_here(SSHD, story) || !is_here("ssh-keygen", story) {
            return None;
        }
        for name in ["client", "host"] {
            let file = self.spelled(&format!("$/{name}"));
            let made =
                Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &file]).status();
            assert!(made.expect("it starts").success());
        }
        // Where a daemon of root keeps nothing, and looks for it.
        let _ = fs::create_dir_all("/run/sshd");
        // All at once, so that each is another one; the last stays free.
        let held: Vec<TcpListener> =
            (0..=count).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port")).collect();
        let ports: Vec<u16> = held.iter().map(|port| port.local_addr().expect("a port").port()).collect();
        drop(held);
        for port in &ports[..count] {
            self.start(*port);
        }
        Some(ports)
    }

    fn start(&mut self, port: u16) {
        let file = format!("sshd-{port}");
        let rules = "Port #\nListenAddress 127.0.0.1\nHostKey $/host\nAuthorizedKeysFile $/client.pub\nStrictModes no\n\
                     PidFile none\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\nSubsystem sftp internal-sftp\n\
                     SetEnv HOME=$/home\n";
        self.sandbox.write(&file, &self.spelled(rules).replace('#', &port.to_string()));
        let file = self.sandbox.path(&file);
        let log = fs::File::create(self.sandbox.path(&format!("log-{port}"))).expect("our own file");
        let daemon = Command::new(SSHD).arg("-D").arg("-e").arg("-f").arg(file).stderr(log).spawn();
        self.daemons.push(daemon.expect("it starts"));
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(Instant::now() < end, "{:?}", self.sandbox.read(&format!("log-{port}")));
            sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        for daemon in &mut self.daemons {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}
