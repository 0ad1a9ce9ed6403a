//! What applying a plan's objects would change, asked of the cluster before the first effect.

use std::collections::BTreeMap;

use super::Failure;
use super::output::Screen;
use crate::executor::requests::{Request, Requests};
use crate::model::target::kube::{KubeObject, KubeRequest};
use crate::model::words::count;
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::render::preview::render_previews;
use crate::targets::kube::KubeTarget;

/// Shows it. What takes a value that a step has yet to make is counted.
pub(super) async fn show(
    plan: &Plan,
    requests: &Requests<'_>,
    kube: &KubeTarget,
    screen: &Screen,
) -> Result<(), Failure> {
    let left = BTreeMap::new();
    let mut objects: Vec<KubeObject> = Vec::new();
    let mut later = 0;
    for step in plan.steps.iter().filter(|step| matches!(step.action, Action::ApplyObject { .. })) {
        match requests.request(step, &left, 0) {
            Ok(Request::Kube(KubeRequest::Apply(object))) => objects.push(*object),
            Ok(_) => {}
            Err(_) => later += 1,
        }
    }
    let previews = kube.preview(&objects).await.map_err(|error| {
        let fix = "nothing was changed: see that the cluster answers and knows you, then apply again";
        Failure::refused(format!("the cluster cannot be asked: {error}"), fix)
    })?;
    let mut text = render_previews(&previews, screen.options(0, None));
    if later > 0 {
        text += &format!("{} cannot be told before other steps are done\n", count(later, "object"));
    }
    screen.note(&text);
    Ok(())
}
