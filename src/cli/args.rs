//! What the command line understands.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::builder::ArgPredicate;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Turns a disaster-recovery runbook into a plan that can be trusted.
#[derive(Debug, Parser)]
#[command(name = "drplan", version, about, max_term_width = 100)]
pub(super) struct Cli {
    /// When to colour the screen
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Look at this repository and write a commented drplan.hcl
    Init(Init),
    /// Record what a region has: the recovery region, or the healthy primary
    Inventory(Inventory),
    /// Plan: stand the stack up in another region
    Region(Box<Region>),
    /// Is what runs in a cluster healthy: nodes, spread, rollouts, endpoints, and the events that explain
    Verify(Verify),
    /// Show a plan, or one thing of it
    Show(Show),
    /// Approve a plan: sign its decisions with an SSH key
    Approve(Approve),
    /// Rehearse a plan against a simulated region, with faults on request
    Drill(Drill),
    /// Run a plan, or go on with a run that was stopped
    Apply(Box<Apply>),
    /// Explain the code of a finding
    Explain(Explain),
}

/// Plan: stand the stack up in another region.
///
/// What a flag names replaces what would be found of its kind; the other kinds are still looked for.
#[derive(Debug, Args)]
pub(super) struct Region {
    /// Region to recover in, such as us-west-2
    pub(super) region: String,
    /// drplan.hcl; else the one in this folder or above it, up to the repository's root
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Region that is lost; else drplan.hcl's, else the one that most resources of the state name
    #[arg(long, value_name = "REGION")]
    pub(super) primary: Option<String>,
    /// Terraform state: a file, `-` for stdin, or s3://bucket/key
    #[arg(long, value_name = "STATE", allow_hyphen_values = true)]
    pub(super) state: Option<String>,
    /// Version of the state's object in S3; else the one with the highest serial
    #[arg(long, value_name = "ID", conflicts_with = "state_at")]
    pub(super) state_version: Option<String>,
    /// The state as it was at this time, of the versions in S3
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    pub(super) state_at: Option<jiff::Timestamp>,
    /// Folder of the Terraform configuration
    #[arg(long, value_name = "DIR")]
    pub(super) terraform: Option<PathBuf>,
    /// Kubernetes manifests: a file, a folder or a glob; repeatable
    #[arg(long, value_name = "PATH")]
    pub(super) manifests: Vec<PathBuf>,
    /// Leave manifests out, by their paths as they are shown: '**/charts/**'; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
    /// Recorded inventory of the recovery region (drplan inventory REGION -o FILE)
    #[arg(long, value_name = "FILE")]
    pub(super) inventory: Option<PathBuf>,
    /// Recorded observation of the healthy primary (drplan inventory REGION --primary -o FILE)
    #[arg(long, value_name = "FILE")]
    pub(super) observation: Option<PathBuf>,
    /// Durations of live runs (drplan show .drplan/runs/RUN --format estimates): estimates of the same steps
    #[arg(long, value_name = "FILE")]
    pub(super) estimates: Option<PathBuf>,
    /// Plan of the engine in the recovery's workspace, as JSON (tofu show -json PLAN), to compare with
    #[arg(long, value_name = "FILE")]
    pub(super) engine_plan: Option<PathBuf>,
    /// Have the engine plan in a private copy, and compare: `auto` (where it, its providers and credentials are there),
    /// `off`, or its path
    #[arg(long, value_name = "auto|off|PATH", conflicts_with = "engine_plan")]
    pub(super) engine: Option<String>,
    /// Go on with a run that was stopped, by another plan: what it has finished, and this plan decides alike, stays
    #[arg(long, value_name = "RUN")]
    pub(super) resume: Option<String>,
    /// Ask no cloud: plan from files alone
    #[arg(long)]
    pub(super) offline: bool,
    /// The clock of the plan, RFC 3339; else now
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    pub(super) at: Option<jiff::Timestamp>,
    /// Where the plan is saved; with --resume next.json: the plan that the run has is not written over
    #[arg(
        long,
        value_name = "FILE",
        default_value = "plan.json",
        default_value_if("resume", ArgPredicate::IsPresent, "next.json")
    )]
    pub(super) out: PathBuf,
    /// How the plan is shown
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
    /// Show every finding in full
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// A plan that is made again: what is out of reach is taken from its newest copy, asked for or not.
    #[arg(skip)]
    pub(super) again: bool,
    /// What kustomizations and charts printed elsewhere: the tools are not run for them.
    #[arg(skip)]
    pub(super) printed: BTreeMap<String, String>,
}

#[derive(Debug, Args)]
pub(super) struct Init {
    /// Write it anew where there is one
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct Inventory {
    /// Region to record
    pub(super) region: String,
    /// Record it as the healthy primary: what runs in it, and what its names lead to
    #[arg(long)]
    pub(super) primary: bool,
    /// With --primary: the kubeconfig of its cluster; else the one of KUBECONFIG or ~/.kube/config where it leads to
    /// the EKS cluster, else an EKS token
    #[arg(long, value_name = "FILE", requires = "primary")]
    pub(super) kubeconfig: Option<PathBuf>,
    /// With --primary: the kubeconfig's context to use; else its current one
    #[arg(long, value_name = "NAME", requires = "primary")]
    pub(super) context: Option<String>,
    /// With --primary: its EKS cluster; else the one of the state, else the only one of the region
    #[arg(long, value_name = "NAME", requires = "primary", conflicts_with_all = ["kubeconfig", "context"])]
    pub(super) cluster: Option<String>,
    /// Where the recording is saved; else it is printed
    #[arg(short, long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// The clock of the recording, RFC 3339; else now
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    pub(super) at: Option<jiff::Timestamp>,
}

/// Is what runs in a cluster healthy?
///
/// Nodes by zone, workloads with their spread over zones and what keeps them from starting, endpoints of services, and
/// the warning events of the last hour that explain. Only reads. Exit code 0 where all is well, 7 where something is not
/// or could not be read.
#[derive(Debug, Args)]
pub(super) struct Verify {
    /// Region whose EKS cluster is asked, signed in to by a token that is made from the AWS credentials
    #[arg(conflicts_with_all = ["kubeconfig", "context"])]
    pub(super) region: Option<String>,
    /// The EKS cluster; else the only one of the region
    #[arg(long, value_name = "NAME", requires = "region")]
    pub(super) cluster: Option<String>,
    /// A context of the kubeconfig instead
    #[arg(long, value_name = "NAME")]
    pub(super) context: Option<String>,
    /// The kubeconfig; else that of KUBECONFIG or ~/.kube/config, where --context is given
    #[arg(long, value_name = "FILE")]
    pub(super) kubeconfig: Option<PathBuf>,
    /// Only what runs in this namespace; repeatable. One that is not there is missed
    #[arg(long, value_name = "NAME")]
    pub(super) namespace: Vec<String>,
    /// How it is shown
    #[arg(long, value_enum, default_value_t = HealthFormat::Human)]
    pub(super) format: HealthFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum HealthFormat {
    /// For a terminal
    Human,
    /// For a pull request or a chat
    Markdown,
    /// For programs
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For a terminal
    Human,
    /// For a pull request
    Markdown,
    /// The bytes of the saved plan; of one thing of it, what the plan has of that
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ShowFormat {
    /// For a terminal
    Human,
    /// For a pull request
    Markdown,
    /// The bytes of the saved plan; of one thing of it, what the plan has of that
    Json,
    /// A kustomization with the plan's rewrites and holds of the manifests, to commit: for Argo CD, Flux, kubectl
    Overlay,
    /// Of a live run: how long its steps took, for --estimates of later plans
    Estimates,
    /// A bash script of commands of aws, kubectl and tofu that do the same by hand, step by step
    Shell,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    /// The plan; or the folder of a run, .drplan/runs/RUN, for its report
    pub(super) plan: PathBuf,
    /// Of a run: when the primary was lost, RFC 3339; the recovery time is measured from there
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    pub(super) since: Option<jiff::Timestamp>,
    /// How it is shown
    #[arg(long, value_enum, default_value_t = ShowFormat::Human)]
    pub(super) format: ShowFormat,
    #[command(flatten)]
    pub(super) overlay: Overlay,
    /// Open one step: the call, every parameter and where it is from; or list the steps of a phase: --step restore
    #[arg(long, value_name = "ID", conflicts_with_all = ["resource", "values", "against"])]
    pub(super) step: Option<String>,
    /// Why a resource becomes what it becomes
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["values", "against"])]
    pub(super) resource: Option<String>,
    /// Every step, phase by phase: its action, its estimate and what it needs
    #[arg(long, conflicts_with_all = ["step", "resource", "values", "against"])]
    pub(super) steps: bool,
    /// Every rewrite with its origin
    #[arg(long, conflicts_with = "against")]
    pub(super) values: bool,
    /// What differs from another plan, field by field
    #[arg(long, value_name = "PLAN")]
    pub(super) against: Option<PathBuf>,
    /// Show every finding in full
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
}

/// Flags of `--format overlay`: the manifests are read again, as the plan was made from them.
#[derive(Debug, Args)]
pub(super) struct Overlay {
    /// With --format overlay: the folder that its kustomization.yaml is written to; else it is printed
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// With --format overlay or shell: drplan.hcl; else the one in this folder or above it
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// With --format overlay: the manifests, where the plan was made with --manifests; repeatable
    #[arg(long, value_name = "PATH")]
    pub(super) manifests: Vec<PathBuf>,
    /// With --format overlay: what was left out of them, where the plan was made with --exclude; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
}

/// Approve a plan: sign its decisions with an SSH key.
///
/// The signature is written to PLAN.approvals/NAME.sig. It is over exactly the characters of the plan's
/// `decision_digest`: jq -j .decision_digest PLAN | ssh-keygen -Y sign -n drplan -f KEY makes the same.
#[derive(Debug, Args)]
pub(super) struct Approve {
    /// The plan
    pub(super) plan: PathBuf,
    /// Key to sign with; or its .pub, where the ssh-agent has it. Else the approver's key that the agent has
    #[arg(long, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
    /// Show first which decisions differ from those of another plan, one that was approved before
    #[arg(long, value_name = "PLAN")]
    pub(super) delta: Option<PathBuf>,
    /// drplan.hcl; else the one in this folder or above it, up to the repository's root
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The clock that validity and expiry are told by, RFC 3339; else now
    #[arg(long, value_name = "RFC3339", value_parser = instant)]
    pub(super) at: Option<jiff::Timestamp>,
}

/// Run a plan, or go on with a run that was stopped.
///
/// The plan is made again from the newest inputs in reach; where its decisions are the same, it runs. Each effect is
/// written down before and after it in .drplan/runs: stopped at any instant, the same command goes on from there.
#[derive(Debug, Args)]
pub(super) struct Apply {
    /// The plan; with --take-over it is read from S3 where it is left out
    #[arg(required_unless_present = "take_over")]
    pub(super) plan: Option<PathBuf>,
    /// drplan.hcl; else the one in this folder or above it
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Region that is lost, where the plan was made with --primary
    #[arg(long, value_name = "REGION", requires = "plan")]
    pub(super) primary: Option<String>,
    /// Terraform state, where the plan was made with --state
    #[arg(long, value_name = "STATE", allow_hyphen_values = true, requires = "plan")]
    pub(super) state: Option<String>,
    /// Folder of the Terraform configuration, where the plan was made with --terraform
    #[arg(long, value_name = "DIR", requires = "plan")]
    pub(super) terraform: Option<PathBuf>,
    /// Kubernetes manifests, where the plan was made with --manifests; repeatable
    #[arg(long, value_name = "PATH", requires = "plan")]
    pub(super) manifests: Vec<PathBuf>,
    /// What was left out of them, where the plan was made with --exclude; repeatable
    #[arg(long, value_name = "GLOB", requires = "plan")]
    pub(super) exclude: Vec<String>,
    /// Recorded inventory, where the plan was made with --inventory
    #[arg(long, value_name = "FILE", requires = "plan")]
    pub(super) inventory: Option<PathBuf>,
    /// Recorded observation, where the plan was made with --observation
    #[arg(long, value_name = "FILE", requires = "plan")]
    pub(super) observation: Option<PathBuf>,
    /// Ask no cloud when planning again
    #[arg(long)]
    pub(super) offline: bool,
    /// The kubeconfig's context to apply to; else the EKS cluster of the plan, by a token
    #[arg(long, value_name = "NAME")]
    pub(super) context: Option<String>,
    /// The kubeconfig; else KUBECONFIG or ~/.kube/config, with --context only
    #[arg(long, value_name = "FILE", requires = "context")]
    pub(super) kubeconfig: Option<PathBuf>,
    /// The EKS cluster to apply to; else the only one of the recovery region
    #[arg(long, value_name = "NAME", conflicts_with = "context")]
    pub(super) cluster: Option<String>,
    /// Go on with a run that another machine began: its records, and without PLAN all that it was planned from, are read
    /// from S3 (journal in drplan.hcl, or all of s3://BUCKET/PREFIX/RUN); its lease is waited out
    #[arg(long, value_name = "RUN", conflicts_with = "dry_run")]
    pub(super) take_over: Option<String>,
    /// Region of the bucket of --take-over; else drplan.hcl's, else S3 is asked where it is
    #[arg(long, value_name = "REGION", requires = "take_over")]
    pub(super) journal_region: Option<String>,
    /// Show what applying the objects would change and which workloads would restart for it, and change nothing; exit code 6
    /// where the API server would refuse an object
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Run a plan once more that was applied to its end in this cluster: what it holds is held again until its gates are passed
    #[arg(long, conflicts_with = "take_over")]
    pub(super) again: bool,
    /// Without approvers and without a terminal: the digest of the plan that is meant
    #[arg(long, value_name = "DIGEST")]
    pub(super) digest: Option<String>,
    /// Run without approval, for this reason, where the plan allows it; journal and report keep it
    #[arg(long, value_name = "REASON")]
    pub(super) break_glass: Option<String>,
    /// One JSON object a line on stdout for all that happens
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) events: Option<EventFormat>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum EventFormat {
    /// JSON, one object a line
    Json,
}

/// Rehearse a plan against a simulated region: the same executor, in virtual time.
///
/// Nothing real is asked or changed, no approval is needed, and gates are answered. The region is as the plan expects it.
#[derive(Debug, Args)]
pub(super) struct Drill {
    /// The plan
    pub(super) plan: PathBuf,
    /// Decides how long things take and when they are seen
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(super) seed: u64,
    /// A fault at a step: error, throttle, time-out, lost-answer, crash-before or crash-after; repeatable
    #[arg(long, value_name = "STEP=FAULT", conflicts_with = "matrix")]
    pub(super) fault: Vec<String>,
    /// Every fault at every step, each in a region of its own
    #[arg(long)]
    pub(super) matrix: bool,
    /// How the result is shown
    #[arg(long, value_enum, default_value_t = DrillFormat::Human)]
    pub(super) format: DrillFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DrillFormat {
    /// For a terminal
    Human,
    /// Rows of step, fault, outcome and what followed; times in seconds
    Json,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Code of a finding, such as literal-unplaced
    pub(super) code: String,
}

/// An instant, or an example of one.
fn instant(text: &str) -> Result<jiff::Timestamp, &'static str> {
    text.parse().map_err(|_| match jiff::fmt::temporal::Pieces::parse(text) {
        Ok(pieces) if pieces.time().is_some() && pieces.offset().is_some() => {
            "it is further away than can be reckoned with: the last instant is 9999-12-30T22:00:00Z"
        }
        _ => "expected a date, a time and a zone, such as 2026-11-22T12:00:00Z",
    })
}
