//! `drplan verify [REGION]`: is what runs in the cluster healthy?

use super::args::{HealthFormat, Verify};
use super::output::Screen;
use super::{Exit, Failure, live};
use crate::clients::kube::Source;
use crate::model::diagnostic::{Gap, Problem};
use crate::model::health::{Health, Verdict, assess};
use crate::render::health::{render_health, render_health_markdown};
use crate::sources::aws;

pub(super) fn run(args: &Verify, screen: &Screen) -> Result<Exit, Failure> {
    let named = args.kubeconfig.is_some() || args.context.is_some();
    let seen = if named {
        let source = Source { file: args.kubeconfig.clone(), context: args.context.clone() };
        live::health(&source, jiff::Timestamp::now(), &args.namespace)?
    } else {
        let Some(region) = &args.region else {
            let problem = Problem::new(
                "nobody has said which cluster is meant",
                "name its region, `drplan verify us-west-2`, or a context of the kubeconfig, `drplan verify --context NAME`",
            );
            return Err(problem.into());
        };
        // Whatever kubeconfig lies around is not asked: nobody has named it.
        let request = aws::ClusterRequest {
            name: args.cluster.clone(),
            environment: false,
            ..aws::ClusterRequest::default()
        };
        live::health_of_eks(region, request, jiff::Timestamp::now(), &args.namespace)?
    };
    let health = assess(&seen.map_err(|gap| unread(&gap))?, &name(args), &args.namespace);
    let text = match args.format {
        HealthFormat::Human => render_health(&health, screen.options(0, None)),
        HealthFormat::Markdown => render_health_markdown(&health),
        HealthFormat::Json => json(&health)?,
    };
    screen.result(text.as_bytes())?;
    Ok(if health.verdict == Verdict::Ok { Exit::Done } else { Exit::Unhealthy })
}

fn json(health: &Health) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(health).map_err(|error| Failure::Defect(error.to_string()))?;
    Ok(text + "\n")
}

/// As the screen names the cluster.
fn name(args: &Verify) -> String {
    match (&args.context, &args.cluster, &args.region) {
        (Some(context), _, _) => format!("context {context}"),
        (None, Some(cluster), Some(region)) => format!("cluster {cluster} in {region}"),
        (None, _, Some(region)) => format!("the cluster in {region}"),
        _ => "the kubeconfig's cluster".to_owned(),
    }
}

fn unread(gap: &Gap) -> Failure {
    let fix = "check the name, the network and the sign-in, then ask again; `drplan verify --help` has the ways to name a cluster";
    Problem::new(format!("the cluster cannot be asked: {}: {}", gap.source, gap.detail), fix).into()
}
