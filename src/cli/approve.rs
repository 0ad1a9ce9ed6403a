//! `drplan approve PLAN`: shows what is approved, signs it, and says what is still missing.

use std::path::{Path, PathBuf};

use super::args::Approve;
use super::gather::read_settings;
use super::output::Screen;
use super::save::save;
use super::show::read_plan;
use super::sign::{Signing, choose};
use super::{Exit, Failure};
use crate::model::diagnostic::{BadInput, Problem};
use crate::model::paste::shell;
use crate::model::settings::{Approval, Settings};
use crate::model::words::count;
use crate::plan::approval::{self, Key, Request, Rules, Standing};
use crate::plan::finding::Severity;
use crate::plan::{Plan, diff};
use crate::render::approval::{Signed, render_approval};
use crate::render::changes::render_changes;
use crate::sources::{approvals, text};

/// Characters of a name that stand in the name of its file.
const LONGEST_NAME: usize = 100;

pub(super) fn run(args: &Approve, screen: &Screen) -> Result<Exit, Failure> {
    let shown = args.plan.display().to_string();
    let (_, plan) = read_plan(&args.plan)?;
    let here = std::env::current_dir()
        .map_err(|error| Problem::new(error.to_string(), "work in a folder that is there"))?;
    let (mut settings, base) = read_settings(args.config.as_deref(), &here)?;
    // A file that cannot be read is told with the signatures that it would count.
    settings.approval.approvers =
        approvers(&settings.approval, &base).unwrap_or_else(|_| plan.policy.approvers.clone());
    let now = args.at.unwrap_or_else(jiff::Timestamp::now);
    let stand = || standing(args, &plan, &settings, &base, now);
    let before = stand()?;
    if let Some(old) = &args.delta {
        show_delta(old, &plan, &shown, screen)?;
    }
    let chosen = choose(args.key.as_deref(), &before)?;
    let key = chosen.key().clone();
    let owner = before.owner(&key).map(|signer| signer.name().to_owned());
    let mut warnings = warnings(&plan, &shown, &settings, &before, now);
    if let Err(why) = &owner
        && before.quorum() > 0
    {
        let key =
            args.key.as_ref().map_or_else(|| "the agent's key".to_owned(), |key| key.display().to_string());
        let said = why.problem(&key, &shell(&shown));
        warnings.push(Problem {
            at: None,
            message: said.message.replace("this signature does", "the signature will"),
            ..said
        });
    }
    screen.warn(&warnings);
    let signature = sign(chosen, &plan)?;
    let file = target(&args.plan, owner.as_deref().ok(), &key)?;
    save(&file, signature.as_bytes(), approval::BEGIN)?;
    let after = stand()?;
    let discarded = after.count.discarded.iter().filter(|discarded| Path::new(&discarded.file) != file);
    let discarded: Vec<Problem> =
        discarded.map(|discarded| discarded.why.problem(&discarded.file, &shell(&shown))).collect();
    screen.warn(&discarded);
    let file = file.display().to_string();
    let by = owner.as_deref().ok();
    let barred = barred(&plan, &settings, &after, now);
    let signed = Signed { by, fingerprint: key.fingerprint(), file: &file, barred };
    screen.result(render_approval(&plan, signed, &after, screen.options(0, Some(&shown))).as_bytes())?;
    Ok(Exit::Done)
}

/// How far the approval has come, from what lies on the disk now.
fn standing(
    args: &Approve,
    plan: &Plan,
    settings: &Settings,
    base: &Path,
    now: jiff::Timestamp,
) -> Result<Standing, BadInput> {
    let shown = shell(&args.plan.display().to_string());
    let settings = settings.file.is_some().then_some(&settings.approval);
    let rules = Rules::of(plan, settings);
    let files = approvals::read_approvals(&args.plan, base, &rules.signers, &rules.revoked);
    approval::standing(&Request { plan, shown: &shown, settings, files: &files, now })
}

/// The decisions that differ; what merely moved is not approved and not shown.
fn show_delta(old: &Path, plan: &Plan, shown: &str, screen: &Screen) -> Result<(), Failure> {
    let (_, before) = read_plan(old)?;
    if before.stack != plan.stack {
        let message = format!(
            "{} is of stack {:?}, and {shown} of stack {:?}: there is nothing to compare",
            old.display(),
            before.stack,
            plan.stack
        );
        return Err(Problem::new(
            message,
            "give the plan of this stack that was approved before: --delta PLAN",
        )
        .into());
    }
    let mut changes = diff::diff(&before, plan);
    changes.retain(|change| change.decision);
    let options = screen.options(0, Some(shown));
    let text = if changes.is_empty() {
        format!("the decisions are those of {}: its approvals count for this plan, too\n", old.display())
    } else {
        render_changes(&changes, plan, (&old.display().to_string(), shown), options)
    };
    screen.result(text.as_bytes())?;
    screen.result(b"\n")
}

/// Why it cannot be applied, whoever approves it.
fn barred(
    plan: &Plan,
    settings: &Settings,
    standing: &Standing,
    now: jiff::Timestamp,
) -> Option<&'static str> {
    if has_other_approvers(plan, settings) {
        return Some("others may approve by now than when it was made");
    }
    if plan.findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Some("it has errors and cannot be applied");
    }
    (now >= standing.rules.expires_at).then_some("it is too old to be applied")
}

/// Whether the file of allowed signers names others than it did when the plan was made.
fn has_other_approvers(plan: &Plan, settings: &Settings) -> bool {
    settings.file.is_some() && settings.approval.approvers != plan.policy.approvers
}

/// What whoever signs should know. It stops nobody: what counts is told when the plan is applied.
fn warnings(
    plan: &Plan,
    shown: &str,
    settings: &Settings,
    standing: &Standing,
    now: jiff::Timestamp,
) -> Vec<Problem> {
    let mut warnings = Vec::new();
    let errors = plan.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    if errors > 0 {
        warnings.push(Problem::new(
            format!("{shown} has {} and cannot be applied, whoever approves it", count(errors, "error")),
            "mend what they name and make the plan anew; its decisions will be others, and want another approval",
        ));
    }
    if now >= standing.rules.expires_at {
        warnings.push(Problem::new(
            format!("{shown} was good until {}: it cannot be applied any more", standing.rules.expires_at),
            "make it anew; where its decisions are the same, this approval counts for the new one",
        ));
    }
    if settings.file.is_some() && settings.stack != plan.stack {
        warnings.push(Problem::new(
            format!(
                "{shown} is of stack {:?}, and the drplan.hcl that is read is of {:?}",
                plan.stack, settings.stack
            ),
            "work in the folder of the stack, or name its drplan.hcl: --config FILE",
        ));
    }
    if has_other_approvers(plan, settings) {
        warnings.push(Problem::new(
            format!("who may approve has changed since {shown} was made: what counts here does not count when it is applied"),
            "bring the file of allowed signers back as it was, or plan anew and have that approved",
        ));
    }
    if settings.file.is_none() && !standing.rules.signers.is_empty() {
        warnings.push(Problem::new(
            "no drplan.hcl was found: only what the plan itself says of its approval holds here",
            "work in the folder of the stack, or name its drplan.hcl: --config FILE",
        ));
    }
    warnings.extend(standing.notes.iter().cloned());
    warnings
}

/// Signs, and looks at what was made before anybody else does.
fn sign(signing: Signing, plan: &Plan) -> Result<String, Failure> {
    let key = signing.key().clone();
    let signature = signing.sign(approval::NAMESPACE, approval::payload(plan))?;
    let text = approval::armored(&signature).map_err(|error| Failure::Defect(error.to_string()))?;
    let read = approval::read_signature(&text).map_err(|error| Failure::Defect(error.to_string()))?;
    key.public().verify(approval::NAMESPACE, approval::payload(plan), &read).map_err(|_| {
        Failure::Refused(
            Problem::new(
                "what was signed is not by this key or not what was asked for: nothing was written",
                "check which ssh-agent SSH_AUTH_SOCK leads to, or give the key itself: --key FILE",
            )
            .into(),
        )
    })?;
    Ok(text)
}

/// The file of a signature: by whose it is; beside another's of the same name, never over it.
fn target(plan: &Path, owner: Option<&str>, key: &Key) -> Result<PathBuf, Failure> {
    let folder = approvals::folder_of(plan);
    std::fs::create_dir_all(&folder).map_err(|source| {
        let what = format!("the folder of signatures, {}, could not be made", folder.display());
        Failure::Io { what, source }
    })?;
    let hash: String =
        key.fingerprint().chars().skip("SHA256:".len()).filter(char::is_ascii_alphanumeric).collect();
    let hash: String = hash.chars().take(12).collect();
    let name = owner.map_or_else(|| format!("key-{hash}"), file_name);
    let file = folder.join(format!("{name}.sig"));
    if is_free(&file, key) { Ok(file) } else { Ok(folder.join(format!("{name}-{hash}.sig"))) }
}

/// Whether there is nothing, or a signature by the same key.
fn is_free(file: &Path, key: &Key) -> bool {
    if std::fs::symlink_metadata(file).is_err() {
        return true;
    }
    let read = text::read_text(file, "", 64 << 10).ok().and_then(|text| approval::read_signature(&text).ok());
    read.is_some_and(|signature| signature.public_key() == key.public().key_data())
}

/// A name as part of a path: what another system could take for anything else is `_`.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._@+-".contains(c) { c } else { '_' };
    let name: String = name.chars().take(LONGEST_NAME).map(plain).collect();
    if name.starts_with(['.', '-']) { format!("_{name}") } else { name }
}

/// Whom the file of allowed signers names: it is decided with the plan.
///
/// # Errors
/// It cannot be read.
pub(super) fn approvers(of: &Approval, base: &Path) -> Result<Vec<String>, BadInput> {
    let Some(path) = &of.allowed_signers else { return Ok(Vec::new()) };
    let read = approvals::read_list(base, path);
    Ok(approval::read_signers(&read.text?, &read.shown)?.approvers())
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_of_people_as_files() {
        for (name, file) in [
            ("ops-lead", "ops-lead"),
            ("alice@acme.com", "alice@acme.com"),
            ("../../etc/passwd", "_.._.._etc_passwd"),
            ("*@acme.com", "_@acme.com"),
            ("Zoë \u{1b}[31m", "Zo____31m"),
            ("-rf", "_-rf"),
        ] {
            assert_eq!(file_name(name), file);
        }
    }
}
