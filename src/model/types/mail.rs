//! SES and Pinpoint.

use super::{Recovery, TypeEntry, Uniqueness, own, regional};
use crate::model::value::ValueKind::{Domain, Id, Name};

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_pinpoint_app", "hashicorp/aws/latest/docs/resources/pinpoint_app")
        .owns(&[own("application_id", Id)])
        .store(Recovery::Store)
        .replaced_by(&["name", "name_prefix"]),
    regional("aws_ses_configuration_set", "hashicorp/aws/latest/docs/resources/ses_configuration_set")
        .named(Uniqueness::InRegion, &["name"])
        .replaced_by(&["name"]),
    regional("aws_ses_domain_dkim", "hashicorp/aws/latest/docs/resources/ses_domain_dkim")
        .named(Uniqueness::InParent, &["domain"])
        .owns(&[own("dkim_tokens.*", Name)])
        .replaced_by(&["domain"]),
    regional("aws_ses_domain_identity", "hashicorp/aws/latest/docs/resources/ses_domain_identity")
        .named(Uniqueness::InRegion, &["domain"])
        .owns(&[own("domain", Domain), own("verification_token", Name)])
        .replaced_by(&["domain"]),
    regional(
        "aws_ses_domain_identity_verification",
        "hashicorp/aws/latest/docs/resources/ses_domain_identity_verification",
    )
    .named(Uniqueness::InParent, &["domain"])
    .not_importable()
    .replaced_by(&["domain"])
    .takes(60, 600),
    regional("aws_ses_domain_mail_from", "hashicorp/aws/latest/docs/resources/ses_domain_mail_from")
        .named(Uniqueness::InParent, &["domain"])
        .replaced_by(&["domain"]),
    regional("aws_ses_email_identity", "hashicorp/aws/latest/docs/resources/ses_email_identity")
        .named(Uniqueness::InRegion, &["email"])
        .replaced_by(&["email"]),
    regional("aws_ses_event_destination", "hashicorp/aws/latest/docs/resources/ses_event_destination")
        .named(Uniqueness::InParent, &["name"])
        .import("{configuration_set_name}/{name}")
        .replaced_by(&[
            "cloudwatch_destination",
            "configuration_set_name",
            "enabled",
            "kinesis_destination",
            "matching_types",
            "name",
            "sns_destination",
        ]),
    regional("aws_ses_identity_policy", "hashicorp/aws/latest/docs/resources/ses_identity_policy")
        .named(Uniqueness::InParent, &["identity", "name"])
        .import("{identity}|{name}")
        .replaced_by(&["identity", "name"]),
    regional("aws_ses_receipt_rule", "hashicorp/aws/latest/docs/resources/ses_receipt_rule")
        .named(Uniqueness::InParent, &["name"])
        .import("{rule_set_name}:{name}")
        .replaced_by(&["name", "rule_set_name"]),
    regional("aws_ses_receipt_rule_set", "hashicorp/aws/latest/docs/resources/ses_receipt_rule_set")
        .named(Uniqueness::InRegion, &["rule_set_name"])
        .replaced_by(&["rule_set_name"]),
    regional("aws_ses_template", "hashicorp/aws/latest/docs/resources/ses_template")
        .named(Uniqueness::InRegion, &["name"])
        .replaced_by(&["name"]),
    regional("aws_sesv2_configuration_set", "hashicorp/aws/latest/docs/resources/sesv2_configuration_set")
        .named(Uniqueness::InRegion, &["configuration_set_name"])
        .replaced_by(&["configuration_set_name"]),
    regional("aws_sesv2_email_identity", "hashicorp/aws/latest/docs/resources/sesv2_email_identity")
        .named(Uniqueness::InRegion, &["email_identity"])
        .replaced_by(&["email_identity"]),
];
