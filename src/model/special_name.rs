//! Names that mean something to programs or to whoever reads them: parts of version control, places that programs
//! execute from by themselves, and files that hold secrets. Names are compared as the least discerning disk does.

use super::{CollisionKey, TreePath};

/// The folders of version control systems.
const VERSION_CONTROL: [&str; 5] = [".git", ".hg", ".svn", ".bzr", ".jj"];

/// The names that Git runs in a folder of hooks.
const HOOKS: [&str; 12] = [
    "applypatch-msg",
    "commit-msg",
    "post-checkout",
    "post-commit",
    "post-merge",
    "post-rewrite",
    "pre-commit",
    "pre-push",
    "pre-rebase",
    "prepare-commit-msg",
    "update",
    "post-receive",
];

/// The folder of a version control system that `path` is, or is in: what is there decides which programs run.
pub(crate) fn version_control(path: &TreePath) -> Option<TreePath> {
    let index = path.components().position(is_version_control)?;
    Some(path.prefix(index + 1))
}

/// Whether some system takes `name` for such a folder: in any case or width, with characters that are not seen, with the
/// dots and spaces that Windows drops, or as the short name that Windows gives it.
pub(crate) fn is_version_control(name: &str) -> bool {
    let is = |name: &str, wanted: &str| CollisionKey::of_name(name) == CollisionKey::of_name(wanted);
    let name = name.trim_end_matches(['.', ' ']);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let short = name.rsplit_once('~').filter(|(_, number)| is_number(number));
    VERSION_CONTROL
        .iter()
        .any(|folder| is(name, folder) || short.is_some_and(|(beginning, _)| is(beginning, &folder[1..])))
}

/// Who runs what is at `path` without being asked, as a phrase; `None`: nobody is known to.
pub(crate) fn executed_by(path: &TreePath) -> Option<&'static str> {
    let names: Vec<String> = path.components().map(str::to_lowercase).collect();
    let (name, folders) = names.split_last()?;
    let name = name.as_str();
    let is_in = |wanted: &[&str]| folders.iter().any(|folder| wanted.contains(&folder.as_str()));
    let ends_in = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let python = ["sitecustomize.py", "usercustomize.py"];
    let profiles = [
        ".bash_login",
        ".bash_logout",
        ".bash_profile",
        ".bashrc",
        ".cshrc",
        ".envrc",
        ".kshrc",
        ".login",
        ".profile",
        ".tcshrc",
        ".zlogin",
        ".zprofile",
        ".zshenv",
        ".zshrc",
        "bash.bashrc",
        "config.fish",
        "microsoft.powershell_profile.ps1",
        "profile.ps1",
    ];
    let units = [".service", ".socket", ".timer", ".path", ".mount", ".automount", ".conf"];
    let cron = ["cron.d", "cron.daily", "cron.hourly", "cron.monthly", "cron.weekly", "crontabs"];
    let runs = [
        (is_in(&["hooks"]) && HOOKS.contains(&name), "Git runs it as a hook"),
        (is_in(&[".husky", ".githooks"]), "Git runs it as a hook"),
        (ends_in(&[".pth"]) || python.contains(&name), "Python runs it whenever it starts"),
        (is_in(&cron) || matches!(name, "anacrontab" | "crontab"), "cron runs what it says"),
        (is_in(&["systemd"]) && ends_in(&units), "systemd runs what it says"),
        (profiles.contains(&name) || is_in(&["profile.d"]), "shells run it whenever they start"),
        (is_in(&["init.d"]) || name == "rc.local", "the system runs it when it starts"),
        (is_in(&["autostart"]) && ends_in(&[".desktop"]), "it is run when somebody logs in"),
        (is_in(&["launchagents", "launchdaemons"]) && ends_in(&[".plist"]), "macOS runs what it says"),
        (name == "ld.so.preload", "every program loads what it names"),
    ];
    runs.into_iter().find(|(is_so, _)| *is_so).map(|(_, phrase)| phrase)
}

/// What secret a file of this name is likely to hold, as a phrase; `None`: none that its name tells.
pub(crate) fn likely_secret(path: &TreePath) -> Option<&'static str> {
    let name = path.name().to_lowercase();
    let ends_in = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let is_sample = ends_in(&[".example", ".sample", ".template", ".dist"]);
    let is_core = name == "core"
        || name.strip_prefix("core.").is_some_and(|pid| pid.bytes().all(|b| b.is_ascii_digit()));
    let holds = [
        ((name == ".env" || name.starts_with(".env.")) && !is_sample, "passwords for a program (.env)"),
        (name.starts_with("id_") && !name.contains('.'), "a private key of SSH"),
        (ends_in(&[".pem", ".p12", ".pfx", ".jks", ".keystore", ".kdbx"]), "keys or certificates"),
        (matches!(name.as_str(), ".netrc" | ".pgpass" | ".htpasswd" | ".git-credentials"), "passwords"),
        (is_core || ends_in(&[".dmp"]), "the memory of a program (core dump)"),
    ];
    holds.into_iter().find(|(is_so, _)| *is_so).map(|(_, phrase)| phrase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(raw: &str) -> TreePath {
        TreePath::parse(raw).expect("the test's paths keep the policy")
    }

    #[test]
    fn every_name_that_some_system_takes_for_version_control_is_one() {
        for name in [".git", ".GIT", ".Git", ".hg", ".svn", ".bzr", ".jj", "git~1", "GIT~2", "svn~1"] {
            assert!(version_control(&path(&format!("a/{name}/config"))).is_some(), "{name}");
        }
        assert_eq!(version_control(&path("a/.git/hooks/x")), Some(path("a/.git")));
        for name in [".git.", ".git ", ".git. .", ".g\u{200d}it", ".\u{feff}git", ".ｇit"] {
            assert!(is_version_control(name), "{name:?}");
        }
    }

    #[test]
    fn names_that_only_begin_like_it_are_left_alone() {
        for name in [
            ".gitignore",
            ".github",
            ".gitattributes",
            ".gitmodules",
            "git",
            "hg",
            "git-1",
            "git~",
            ".jjx",
            "svn",
        ] {
            assert_eq!(version_control(&path(&format!("{name}/x"))), None, "{name}");
        }
    }

    #[test]
    fn what_programs_run_by_themselves_is_known() {
        for raw in [
            ".git/hooks/pre-commit",
            ".husky/pre-push",
            "lib/python3.12/site-packages/evil.pth",
            "lib/sitecustomize.py",
            "etc/cron.d/job",
            "var/spool/cron/crontabs/root",
            "etc/crontab",
            "lib/systemd/system/app.service",
            "etc/systemd/system/app.service.d/10-env.conf",
            "home/.bashrc",
            "etc/profile.d/app.sh",
            "etc/init.d/app",
            ".config/autostart/app.desktop",
            "Library/LaunchAgents/app.plist",
        ] {
            assert!(executed_by(&path(raw)).is_some(), "{raw}");
        }
        for raw in [
            "src/hooks/useState.js",
            "docs/profile.md",
            "app.service",
            "lib/cron.py",
            "hooks/readme",
            "a.path",
        ] {
            assert_eq!(executed_by(&path(raw)), None, "{raw}");
        }
    }

    #[test]
    fn files_that_are_likely_to_hold_secrets_are_known() {
        for raw in [
            ".env",
            "app/.env.production",
            "id_rsa",
            "keys/id_ed25519",
            "tls/server.pem",
            "core",
            "core.4711",
            ".netrc",
        ] {
            assert!(likely_secret(&path(raw)).is_some(), "{raw}");
        }
        for raw in
            [".env.example", "id_rsa.pub", "core/main.c", "core.c", "environment", "identity", "id.txt"]
        {
            assert_eq!(likely_secret(&path(raw)), None, "{raw}");
        }
    }
}
