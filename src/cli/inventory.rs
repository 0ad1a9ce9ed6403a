//! `drplan inventory REGION [--primary]`: records what a region has.

use super::args::Inventory;
use super::hints::Hints;
use super::output::Screen;
use super::region::save;
use super::{Exit, Failure, gather, live};
use crate::clients::kube::Source;
use crate::model::diagnostic::{Gap, Problem};
use crate::sources::{aws, recorded, tfstate};

pub(super) fn run(args: &Inventory, screen: &Screen) -> Result<Exit, Failure> {
    let at = args.at.unwrap_or_else(jiff::Timestamp::now);
    let known = gather::known(&args.region)?;
    let state = known.state.as_ref().and_then(|(text, origin)| tfstate::read_state(text, origin).ok());
    let written = if args.primary {
        let of_state = state.as_ref().map(|state| aws::clusters_of(state, &args.region)).unwrap_or_default();
        let found = live::observation(&args.region, at, cluster(args, of_state))?;
        recorded::write_observation(found.map_err(|gap| refused(&gap))?)
    } else {
        let hints = Hints {
            settings: &known.settings,
            state: state.as_ref(),
            configuration: known.configuration.as_ref(),
            manifests: &known.manifests,
        };
        let found = live::inventory(&args.region, &hints.request(at))?;
        recorded::write_inventory(found.map_err(|gap| refused(&gap))?)
    };
    let text = written.map_err(|error| Failure::Defect(error.to_string()))?;
    match &args.out {
        Some(path) => save(path, text.as_bytes())?,
        None => screen.result(text.as_bytes())?,
    }
    Ok(Exit::Done)
}

fn cluster(args: &Inventory, of_state: Vec<String>) -> aws::ClusterRequest {
    let Inventory { kubeconfig: file, context, cluster, .. } = args;
    let given = file.is_some() || context.is_some();
    let kubeconfig = given.then(|| Source { file: file.clone(), context: context.clone() });
    aws::ClusterRequest { kubeconfig, name: cluster.clone(), of_state, ..aws::ClusterRequest::default() }
}

fn refused(gap: &Gap) -> Failure {
    let fix = "give credentials as the AWS command line takes them (aws configure, AWS_PROFILE, a role)";
    Failure::BadInput(Problem::new(gap.detail.clone(), fix).into())
}
