//! What somebody would type to see on the command line what a page shows.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::make::{MakeForm, MakeFrom};
use super::worker::{of_beside, of_edits, of_lists, of_reading, of_wanted};
use super::{Model, Page, Tab};
use crate::report::shell_word;

/// From what a patch is made.
fn of_making(form: &MakeForm) -> Vec<OsString> {
    let of = |path: &Option<PathBuf>| path.clone().unwrap_or_default().into_os_string();
    match form.from {
        MakeFrom::Folders => vec!["--from".into(), of(&form.old), "--to".into(), of(&form.new)],
        MakeFrom::Edits => {
            let tries = form.tries.iter().flat_map(|file| ["--try".into(), file.clone().into_os_string()]);
            ["--from".into(), of(&form.old)].into_iter().chain(tries).collect()
        }
        MakeFrom::TextPatch => {
            let mut words: Vec<OsString> = vec!["--patch".into()];
            words.extend(form.patches.iter().map(|patch| patch.clone().into_os_string()));
            words.extend(["--target".into(), of(&form.target)]);
            words.extend(of_reading(&form.reading));
            words
        }
        MakeFrom::Git => {
            let range = form.range.trim();
            let flag = if range.contains("..") { "--range" } else { "--commit" };
            vec!["--git".into(), of(&form.repository), flag.into(), range.into()]
        }
    }
}

impl Model {
    /// The command that shows what the present page shows, if there is one.
    pub fn page_command(&self) -> Option<String> {
        if self.page == Page::Rehearse {
            return self.rehearsing.folder.as_deref().map(|folder| self.rehearsal().command(folder));
        }
        let words = self.page_words()?;
        let words: Vec<String> = words.iter().map(|word| shell_word(&word.to_string_lossy())).collect();
        Some(format!("patchwright {}", words.join(" ")))
    }

    fn page_words(&self) -> Option<Vec<OsString>> {
        let workspace = &self.workspace;
        let of = |path: &Path| path.as_os_str().to_owned();
        let (bundle, folder) = (workspace.bundle.as_deref().map(of), workspace.folder.as_deref().map(of));
        let mut words: Vec<OsString> = Vec::new();
        match self.page {
            Page::Workspace(Tab::Overview) => words.extend(["show".into(), bundle?]),
            Page::Workspace(Tab::Changes) => {
                words.extend(["diff".into(), bundle?]);
                words.extend(folder.into_iter().flat_map(|folder| ["--target".into(), folder]));
                words.extend(of_reading(&workspace.reading));
            }
            Page::Workspace(Tab::Checks) => {
                words.push("plan".into());
                words.extend(workspace.files().iter().chain(&workspace.reading.further).map(|file| of(file)));
                words.push(folder?);
                words.extend(of_edits(&workspace.edits));
                words.extend(of_reading(&workspace.reading));
                words.extend(of_beside(&self.beside()));
            }
            Page::Workspace(Tab::History) => words.extend(["history".into(), folder?]),
            _ => return self.words_of_papers(folder),
        }
        (words.len() > 1).then_some(words)
    }

    /// The words of pages that are opened above others.
    fn words_of_papers(&self, folder: Option<OsString>) -> Option<Vec<OsString>> {
        let of = |path: &Path| path.as_os_str().to_owned();
        let mut words: Vec<OsString> = Vec::new();
        match self.page {
            Page::Identify => {
                let form = &self.papers.identify;
                words.extend(["identify".into(), of(&form.folder)]);
                words.extend(form.files.iter().map(|file| of(file)));
            }
            Page::Fixed => {
                let form = &self.fixing;
                words.extend(["fixed".into(), folder?, "--format".into(), form.format.as_str().into()]);
                let said = [("author", form.author.trim()), ("namespace", form.namespace.trim())];
                let said = said.iter().filter(|(_, text)| !text.is_empty());
                words.extend(said.map(|(name, text)| format!("--{name}={text}").into()));
            }
            Page::Make => {
                let made = self.made.ready()?;
                words.push("make".into());
                words.extend(of_making(&self.making));
                words.extend(made.order.iter().flat_map(|order| ["--order".into(), of(order)]));
                let sbom = self.making.sbom.iter().filter(|_| made.order.is_some());
                words.extend(sbom.flat_map(|sbom| ["--sbom".into(), of(sbom)]));
                words.extend(["--output".into(), of(&made.output)]);
                words.extend(self.making.without_proof.then(|| "--no-proof".into()));
            }
            Page::Choose => {
                let form = &self.choosing;
                words.push("choose".into());
                let files = form.scans.iter().map(|file| ("--scan", file));
                let files = files.chain(form.from.iter().map(|file| ("--from", file)));
                let files = files.chain(form.kev.iter().map(|file| ("--kev", file)));
                let files = files.chain(form.epss.iter().map(|file| ("--epss", file)));
                words.extend(files.flat_map(|(flag, file)| [flag.into(), of(file)]));
                words.extend(of_lists(&self.recent.withdrawn));
                words.push(folder.filter(|_| form.reason_to_wait(true).is_none())?);
            }
            Page::Wanted => {
                let form = &self.many.wanted;
                words.extend(["reconcile".into(), of(form.file.as_deref()?)]);
                words.extend(of_wanted(form.only.as_deref(), form.again));
            }
            Page::Rollout => {
                let file = self.many.rollout.file.as_deref()?;
                words.extend(["rollout".into(), "status".into(), of(file)]);
            }
            Page::Evidence => {
                let form = &self.papers.evidence;
                words.extend(["evidence".into(), of(&form.folder)]);
                words.extend(form.patch.iter().map(Into::into));
                words.extend(["--output".into(), form.file_name().into()]);
                let since = form.since.trim();
                words.extend((!since.is_empty()).then(|| format!("--since={since}").into()));
                let left_out = [(form.without_users, "users"), (form.without_paths, "paths")];
                let left_out = left_out.into_iter().filter(|(is_left_out, _)| *is_left_out);
                words.extend(left_out.flat_map(|(_, what)| ["--redact".into(), what.into()]));
                let key = self.signing.iter().map(|form| of(&form.key));
                words.extend(key.flat_map(|key| ["--key".into(), key]));
            }
            Page::Figures => {
                let since = self.papers.figures.ready()?.since.clone();
                words.push("metrics".into());
                words.extend(self.papers.figures_of.folders.iter().map(|folder| of(folder)));
                words.extend(["--since".into(), since.into()]);
            }
            Page::Keys => words.extend(["key".into(), "list".into()]),
            _ => return None,
        }
        Some(words)
    }
}
