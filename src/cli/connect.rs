//! What a run acts on for real: the cluster that was named, and the account that the credentials are of.

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
        let is_here = config.as_ref().is_ok_and(Kubeconfig::is_here);
        simulated = is_here.then(|| "its API server is on the machine that ran it".to_owned()).or(simulated);
        match config {
            Ok(config) => Session::open(config, request.limits).await,
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
    let kube = KubeTarget::new(session.map_err(|failure| unreached(&failure.gap()))?).expecting(&applied);
    let id = kube.identity().await.map_err(|error| {
        let fix = match error.status {
            None => "nothing was changed: see that it answers from here (kubectl get --raw /readyz), then apply again",
            Some(401) => "nothing was changed: sign in anew, and see that the cluster knows who that is, then apply again",
            Some(403) => "nothing was changed: whoever signs in must be allowed to get namespace kube-system, whose uid tells \
                          this cluster from every other",
            Some(_) => "nothing was changed: see what ails it (kubectl get --raw '/readyz?verbose'), then apply again",
        };
        Failure::refused(format!("the cluster does not say which one it is: {error}"), fix)
    })?;
    let shown = match (&args.context, &args.cluster) {
        (Some(context), _) => format!("context {context}"),
        (None, Some(cluster)) => format!("cluster {cluster} in {}", plan.saw.recovery_region),
        (None, None) => format!("the cluster in {}", plan.saw.recovery_region),
    };
    Ok((kube, Known { id, shown, simulated }))
}

/// The command that looks at the same cluster.
pub(super) fn verify_command(args: &Apply, plan: &Plan) -> String {
    let file =
        args.kubeconfig.as_ref().map(|file| format!(" --kubeconfig {}", shell(&file.display().to_string())));
    let named =
        |flag: &str, name: &Option<String>| name.as_ref().map(|name| format!(" --{flag} {}", shell(name)));
    let context = named("context", &args.context);
    let region = context.is_none().then(|| format!(" {}", shell(&plan.saw.recovery_region)));
    let parts = [region, context, file, named("cluster", &args.cluster)];
    format!("drplan verify{}", parts.into_iter().flatten().collect::<String>())
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
