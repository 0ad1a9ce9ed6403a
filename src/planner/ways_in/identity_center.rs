//! Whether people sign in by an IAM Identity Center whose home is the lost region.
//!
//! <https://docs.aws.amazon.com/singlesignon/latest/userguide/emergency-access.html>

use super::super::facts::{Facts, Object};
use super::super::findings::Findings;
use crate::model::diagnostic::Place;
use crate::model::document::{Node, Tree};
use crate::model::region;
use crate::model::words;

/// The path of its roles, before the home region; in us-east-1 none follows.
/// <https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html>
const PATH: &str = ":role/aws-reserved/sso.amazonaws.com/";
const HOME_WITHOUT_NAME: &str = "us-east-1";

/// Tells it once, by the first place that shows it.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let Some(primary) = facts.primary.as_deref() else { return };
    let objects = facts.objects.iter().filter(|object| object.instance.deposed.is_none());
    let mut shown: Vec<(String, Option<Place>)> = objects
        .filter(|object| shows(object, primary))
        .map(|object| (object.address().to_owned(), facts.place_in_code(object)))
        .collect();
    for object in &facts.input.manifests.objects {
        if let Some(line) = line_of(&object.root, primary) {
            shown.push((object.label(), Some(Place::new(&object.text, line))));
        }
    }
    let Some((first, more)) = shown.split_first() else { return };
    let more = if more.is_empty() {
        String::new()
    } else {
        format!(" and {}", words::count(more.len(), "other place"))
    };
    findings.add(
        "sign-in-in-primary",
        &first.0,
        format!(
            "people sign in by IAM Identity Center of {primary} ({}{more}): with that region its portal is gone, and only \
             sessions that are open go on, for hours at most",
            first.0
        ),
        format!(
            "have a way in that needs no Identity Center, and try it: a role by direct federation of your identity \
             provider, or a break-glass user, with an access entry of the cluster; or replicate the Identity Center to {}",
            facts.recovery
        ),
        first.1.clone(),
    );
}

fn shows(object: &Object<'_, '_>, primary: &str) -> bool {
    let of_service = |kind: &str| kind.starts_with("aws_ssoadmin_") || kind.starts_with("aws_identitystore_");
    if of_service(object.type_name()) {
        // The id of the data source that lists the instances is the region that was asked.
        let asked = object
            .text("id")
            .filter(|id| object.type_name() == "aws_ssoadmin_instances" && region::known(id));
        // Before version 6 of the provider nothing says the region: it is that of the default configuration.
        let of_default = || object.instance.provider_alias.is_none().then_some(primary);
        return object.region.as_deref().or(asked).or_else(of_default) == Some(primary);
    }
    is_home(object.instance.attributes, primary)
}

/// Whether a text has a role of the service whose home is the region.
fn is_home(text: &str, primary: &str) -> bool {
    text.match_indices(PATH).any(|(at, _)| {
        let rest = text.get(at + PATH.len()..).unwrap_or_default();
        let home =
            rest.split_once('/').map(|(home, _)| home).filter(|home| !home.starts_with("AWSReservedSSO_"));
        home.filter(|home| region::known(home)).unwrap_or(HOME_WITHOUT_NAME) == primary
    })
}

/// The line of the first such role in an object of the manifests.
fn line_of(node: &Node, primary: &str) -> Option<u32> {
    match &node.tree {
        Tree::String(text) => is_home(text, primary).then_some(node.span.line),
        Tree::Sequence(items) => items.iter().find_map(|item| line_of(item, primary)),
        Tree::Mapping(entries) => entries.iter().find_map(|(_, value)| line_of(value, primary)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::is_home;

    #[test]
    fn the_home_stands_in_the_path_of_a_role() {
        let named = "arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/us-east-2/AWSReservedSSO_Admin_0a1b";
        let unnamed = "arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0a1b";
        assert!(is_home(named, "us-east-2") && !is_home(named, "us-east-1"));
        assert!(is_home(unnamed, "us-east-1") && !is_home(unnamed, "us-east-2"));
        // Without its path, as aws-auth wants it, it tells nothing.
        assert!(!is_home("arn:aws:iam::1:role/AWSReservedSSO_Admin_0a1b", "us-east-1"));
        assert!(is_home(&format!("{unnamed}, {named}"), "us-east-2"));
    }
}
