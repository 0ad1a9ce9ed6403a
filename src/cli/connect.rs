//! What a run acts on for real: the cluster that was named, and the account that the credentials are of.

use std::collections::BTreeSet;
use std::path::Path;

use super::Failure;
use super::args::Apply;
use crate::clients::aws::{Connection, Limits};
use crate::clients::kube::session::Session;
use crate::clients::kube::{Kubeconfig, Source};
use crate::model::diagnostic::Gap;
use crate::model::paste::shell;
use crate::model::target::kube::ObjectRef;
use crate::plan::Plan;
use crate::sources::aws::{ClusterRequest, open_session};
use crate::targets::kube::KubeTarget;
pub(super) use crate::targets::proofs::Proofs;

/// The cluster that is acted on.
pub(super) struct Known {
    /// What tells it from every other.
    pub(super) id: String,
    /// How the command line names it.
    pub(super) shown: String,
    /// Why it is none that a recovery would be measured on, where it is not.
    pub(super) simulated: Option<String>,
    /// What leads kubectl there, where no context was named.
    kubeconfig: Option<Kubeconfig>,
    /// Flags of kubectl for the context that was named.
    flags: Option<String>,
    /// Whether something has proven that it is in the recovery region.
    pub(super) is_in: bool,
}

/// Commands that go to a cluster: where kubectl has no flags that is whatever one is current.
/// <https://kubernetes.io/docs/reference/kubectl/generated/>
const COMMANDS: [&str; 31] = [
    "annotate",
    "api-resources",
    "api-versions",
    "apply",
    "attach",
    "auth",
    "autoscale",
    "certificate",
    "cordon",
    "cp",
    "create",
    "debug",
    "delete",
    "describe",
    "diff",
    "drain",
    "edit",
    "events",
    "exec",
    "expose",
    "get",
    "label",
    "logs",
    "patch",
    "port-forward",
    "replace",
    "rollout",
    "scale",
    "taint",
    "uncordon",
    "wait",
];

impl Known {
    /// Flags with which kubectl goes to this cluster; the kubeconfig of one that no context names is put into the run's
    /// folder for that.
    pub(super) fn kubectl(&self, folder: &Path) -> Option<String> {
        let file = folder.join("kubeconfig");
        let saved = self.kubeconfig.as_ref().and_then(|own| own.save(&file).ok());
        let saved = saved.map(|()| format!("--kubeconfig {}", shell(&file.display().to_string())));
        self.flags.clone().or(saved)
    }
}

/// A text whose kubectl commands go to the cluster that is acted on.
pub(super) fn at_cluster(text: &str, flags: &str) -> String {
    let mut parts = text.split("kubectl ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_command = COMMANDS.iter().any(|command| part.split([' ', ')', '`']).next() == Some(command));
        out += "kubectl ";
        if is_command {
            out += flags;
            out.push(' ');
        }
        out += part;
    }
    out
}

/// The cluster of `--context`, else the EKS cluster of the recovery region, by a token that is renewed.
pub(super) async fn cluster(args: &Apply, plan: &Plan) -> Result<(KubeTarget, Known), Failure> {
    let named = args
        .context
        .as_ref()
        .map(|context| Source { file: args.kubeconfig.clone(), context: Some(context.clone()) });
    let request = ClusterRequest {
        kubeconfig: named,
        name: args.cluster.clone(),
        environment: false,
        ..ClusterRequest::default()
    };
    let mut simulated = emulated();
    let session = if let Some(source) = &request.kubeconfig {
        // No cloud is asked for a cluster that a context names.
        let config = Kubeconfig::read(source);
        let of = config.as_ref().ok().and_then(Kubeconfig::eks_region);
        check_region(of.as_deref(), plan, args)?;
        let is_here = config.as_ref().is_ok_and(Kubeconfig::is_here);
        simulated = is_here.then(|| "its API server is on the machine that ran it".to_owned()).or(simulated);
        match config {
            Ok(config) => Session::open(config, request.limits).await.map(|session| (session, None)),
            Err(failure) => Err(failure),
        }
    } else {
        let region = &plan.saw.recovery_region;
        let connection = Connection::open(region, Limits::default()).await;
        let connection = connection.map_err(|problem| {
            let fix = format!(
                "take credentials that may call eks:DescribeCluster in {region}, or name a context of the kubeconfig: \
                 --context NAME"
            );
            Failure::refused(problem.message.clone(), fix)
        })?;
        open_session(&connection, &request).await
    };
    let applied: Vec<ObjectRef> = plan.steps.iter().filter_map(|step| step.action.object()).collect();
    let (session, kubeconfig) = session.map_err(|failure| unreached(&failure.gap()))?;
    let kube = KubeTarget::new(session).expecting(&applied);
    let flags =
        args.context.as_ref().map(|context| format!("--context {}{}", shell(context), file_flag(args)));
    let at = |text: &str| flags.as_ref().map_or_else(|| text.to_owned(), |flags| at_cluster(text, flags));
    let id = kube.identity().await.map_err(|error| {
        let fix = match error.status {
            None => "nothing was changed: see that it answers from here (kubectl get --raw /readyz), then apply again",
            Some(401) => "nothing was changed: sign in anew, and see that the cluster knows who that is, then apply again",
            Some(403) => "nothing was changed: whoever signs in must be allowed to get namespace kube-system, whose uid tells \
                          this cluster from every other",
            Some(_) => "nothing was changed: see what ails it (kubectl get --raw '/readyz?verbose'), then apply again",
        };
        Failure::refused(format!("the cluster does not say which one it is: {error}"), at(fix))
    })?;
    // Who may not list nodes may apply all the same: that the region is unproven is said where somebody is asked.
    let nodes = kube.regions().await.unwrap_or_default();
    check_nodes(&nodes, plan, args)?;
    let shown = match (&args.context, &args.cluster) {
        (Some(context), _) => format!("context {context}"),
        (None, Some(cluster)) => format!("cluster {cluster} in {}", plan.saw.recovery_region),
        (None, None) => format!("the cluster in {}", plan.saw.recovery_region),
    };
    let is_in = !nodes.is_empty() || args.context.is_none();
    Ok((kube, Known { id, shown, simulated, kubeconfig, flags, is_in }))
}

/// Nothing is applied to a cluster of the region that is recovered from.
fn check_region(of: Option<&str>, plan: &Plan, args: &Apply) -> Result<(), Failure> {
    let Some(region) = of.filter(|of| plan.saw.primary_region.as_deref() == Some(of)) else { return Ok(()) };
    let context = args.context.as_deref().unwrap_or_default();
    Err(Failure::refused(
        format!(
            "context {context} leads to an EKS cluster in {region}, the region that this plan recovers from"
        ),
        format!("nothing was changed; name the context of the cluster in {}", plan.saw.recovery_region),
    ))
}

/// A context may be called anything, and a name may be a day old: nodes say where they are.
fn check_nodes(regions: &BTreeSet<String>, plan: &Plan, args: &Apply) -> Result<(), Failure> {
    let recovery = &plan.saw.recovery_region;
    let elsewhere: Vec<&str> =
        regions.iter().map(String::as_str).filter(|region| region != recovery).collect();
    let lost = plan.saw.primary_region.as_deref().filter(|lost| elsewhere.contains(lost));
    // A node of some other site, or one that somebody has labelled by hand, makes no other cluster of it.
    if elsewhere.is_empty() || (lost.is_none() && regions.contains(recovery)) {
        return Ok(());
    }
    let which = match (&args.context, &args.cluster) {
        (Some(context), _) => format!("context {context} leads to a cluster"),
        (None, Some(cluster)) => format!("cluster {cluster} is one"),
        (None, None) => "this is a cluster".to_owned(),
    };
    let what = match lost {
        Some(lost) => format!("{which} whose nodes are in {lost}, the region that this plan recovers from"),
        None => format!(
            "{which} whose nodes are in {}, and this plan recovers in {recovery}",
            elsewhere.join(", ")
        ),
    };
    let fix = format!("nothing was changed; name the context of the cluster in {recovery}: --context NAME");
    Err(Failure::refused(what, fix))
}

/// The command that looks at the same cluster.
pub(super) fn verify_command(args: &Apply, plan: &Plan) -> String {
    let named =
        |flag: &str, name: &Option<String>| name.as_ref().map(|name| format!(" --{flag} {}", shell(name)));
    let context = named("context", &args.context);
    let region = context.is_none().then(|| format!(" {}", shell(&plan.saw.recovery_region)));
    let parts = [region, context, Some(file_flag(args)), named("cluster", &args.cluster)];
    format!("drplan verify{}", parts.into_iter().flatten().collect::<String>())
}

fn file_flag(args: &Apply) -> String {
    let flag = |file: &std::path::PathBuf| format!(" --kubeconfig {}", shell(&file.display().to_string()));
    args.kubeconfig.as_ref().map(flag).unwrap_or_default()
}

/// Whether something else answers for AWS.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
fn emulated() -> Option<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let named = names.filter(|name| name.starts_with("AWS_ENDPOINT_URL")).min()?;
    Some(format!("{named} was set: something else than AWS answered"))
}

fn unreached(gap: &Gap) -> Failure {
    let fix = "nothing was changed: mend the kubeconfig or the sign-in, then apply again";
    Failure::refused(format!("the cluster cannot be reached: {}", gap.detail), fix)
}

#[cfg(test)]
mod tests {
    use super::at_cluster;

    #[test]
    fn commands_go_to_the_cluster_and_words_about_kubectl_stay() {
        let flags = "--context 'a b'";
        for (text, expected) in [
            (
                "or delete it: kubectl delete Deployment a -n b, then (kubectl get --raw /readyz)",
                "or delete it: kubectl --context 'a b' delete Deployment a -n b, then (kubectl --context 'a b' get --raw /readyz)",
            ),
            ("(kubectl api-resources)", "(kubectl --context 'a b' api-resources)"),
            (
                "To have them: `kubectl scale Deployment a -n b --replicas=N`",
                "To have them: `kubectl --context 'a b' scale Deployment a -n b --replicas=N`",
            ),
            ("kubectl config get-contexts", "kubectl config get-contexts"),
            (".spec is kubectl 's, and kubectl knows it", ".spec is kubectl 's, and kubectl knows it"),
        ] {
            assert_eq!(at_cluster(text, flags), expected);
        }
    }
}
