//! IAM, Organizations, IAM Identity Center, Cognito.

use super::{Recovery, TypeEntry, Uniqueness, global, own, regional};
use crate::model::value::ValueKind::{Account, Arn, Certificate, Endpoint, Id, Issuer, Name};

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_cognito_identity_pool", "hashicorp/aws/latest/docs/resources/cognito_identity_pool")
        .owns(&[own("identity_pool_name", Name)])
        .store(Recovery::Store)
        .replaced_by(&["developer_provider_name", "identity_pool_name"]),
    regional(
        "aws_cognito_identity_pool_roles_attachment",
        "hashicorp/aws/latest/docs/resources/cognito_identity_pool_roles_attachment",
    )
    .id_is(Name)
    .import("{identity_pool_id}")
    .replaced_by(&["identity_pool_id", "roles"]),
    regional(
        "aws_cognito_identity_provider",
        "hashicorp/aws/latest/docs/resources/cognito_identity_provider",
    )
    .named(Uniqueness::InParent, &["provider_name"])
    .import("{user_pool_id}:{provider_name}")
    .replaced_by(&["provider_name", "provider_type", "user_pool_id"]),
    regional("aws_cognito_resource_server", "hashicorp/aws/latest/docs/resources/cognito_resource_server")
        .named(Uniqueness::InParent, &["identifier"])
        .import("{user_pool_id}|{identifier}")
        .replaced_by(&["identifier", "name", "user_pool_id"]),
    regional("aws_cognito_user_group", "hashicorp/aws/latest/docs/resources/cognito_user_group")
        .named(Uniqueness::InParent, &["name"])
        .import("{user_pool_id}/{name}")
        .replaced_by(&["name", "user_pool_id"]),
    regional("aws_cognito_user_pool", "hashicorp/aws/latest/docs/resources/cognito_user_pool")
        .owns(&[own("endpoint", Endpoint), own("name", Name)])
        .store(Recovery::Store)
        .replaced_by(&["alias_attributes", "name", "username_attributes", "username_configuration"]),
    regional("aws_cognito_user_pool_client", "hashicorp/aws/latest/docs/resources/cognito_user_pool_client")
        .import("{user_pool_id}/{id}")
        .replaced_by(&["generate_secret", "user_pool_id"]),
    regional("aws_cognito_user_pool_domain", "hashicorp/aws/latest/docs/resources/cognito_user_pool_domain")
        .named(Uniqueness::InRegion, &["domain"])
        .owns(&[
            own("domain", Name),
            own("cloudfront_distribution", Endpoint),
            own("cloudfront_distribution_arn", Arn),
        ])
        .replaced_by(&["domain", "user_pool_id"])
        .takes(60, 600),
    global("aws_iam_access_key", "hashicorp/aws/latest/docs/resources/iam_access_key")
        .unique(Uniqueness::InParent, &["user"])
        // It could be, by its id: half of a credential, which no plan has, and without the other half.
        .not_importable()
        .replaced_by(&["pgp_key", "user"]),
    global("aws_iam_account_alias", "hashicorp/aws/latest/docs/resources/iam_account_alias")
        .named(Uniqueness::Everywhere, &["account_alias"])
        .replaced_by(&["account_alias"]),
    global(
        "aws_iam_account_password_policy",
        "hashicorp/aws/latest/docs/resources/iam_account_password_policy",
    )
    .id_is(Name),
    global("aws_iam_group", "hashicorp/aws/latest/docs/resources/iam_group")
        .named(Uniqueness::InAccount, &["name"])
        .owns(&[own("name", Name), own("unique_id", Id)]),
    global("aws_iam_group_membership", "hashicorp/aws/latest/docs/resources/iam_group_membership")
        .named(Uniqueness::InParent, &["name"])
        .not_importable()
        .replaced_by(&["group", "name"]),
    global("aws_iam_group_policy", "hashicorp/aws/latest/docs/resources/iam_group_policy")
        .named(Uniqueness::InParent, &["group", "name"])
        .import("{group}:{name}")
        .replaced_by(&["group", "name", "name_prefix"]),
    global(
        "aws_iam_group_policy_attachment",
        "hashicorp/aws/latest/docs/resources/iam_group_policy_attachment",
    )
    .named(Uniqueness::InParent, &["group", "policy_arn"])
    .import("{group}/{policy_arn}")
    .replaced_by(&["group", "policy_arn"]),
    global("aws_iam_instance_profile", "hashicorp/aws/latest/docs/resources/iam_instance_profile")
        .named(Uniqueness::InAccount, &["name"])
        .owns(&[own("name", Name), own("unique_id", Id)])
        .replaced_by(&["name", "name_prefix", "path"])
        .takes(10, 20),
    // Global, but named by the issuer of one cluster: the new cluster has another issuer, hence another provider.
    global(
        "aws_iam_openid_connect_provider",
        "hashicorp/aws/latest/docs/resources/iam_openid_connect_provider",
    )
    .unique(Uniqueness::InAccount, &["url"])
    .id_is(Arn)
    .owns(&[own("url", Issuer)])
    .recovers(Recovery::Create)
    .replaced_by(&["url"]),
    global("aws_iam_policy", "hashicorp/aws/latest/docs/resources/iam_policy")
        .unique(Uniqueness::InAccount, &["name"])
        .id_is(Arn)
        .owns(&[own("name", Name), own("policy_id", Id)])
        .replaced_by(&["description", "name", "name_prefix", "path"])
        .takes(5, 15),
    global("aws_iam_policy_attachment", "hashicorp/aws/latest/docs/resources/iam_policy_attachment")
        .named(Uniqueness::InAccount, &["name"])
        .not_importable()
        .replaced_by(&["name", "policy_arn"]),
    global("aws_iam_role", "hashicorp/aws/latest/docs/resources/iam_role")
        .named(Uniqueness::InAccount, &["name"])
        .owns(&[own("name", Name), own("unique_id", Id)])
        .replaced_by(&["name", "name_prefix", "path"])
        .takes(5, 15),
    global(
        "aws_iam_role_policies_exclusive",
        "hashicorp/aws/latest/docs/resources/iam_role_policies_exclusive",
    )
    .named(Uniqueness::InParent, &["role_name"])
    .import("{role_name}")
    .replaced_by(&["role_name"]),
    global("aws_iam_role_policy", "hashicorp/aws/latest/docs/resources/iam_role_policy")
        .named(Uniqueness::InParent, &["role", "name"])
        .import("{role}:{name}")
        .replaced_by(&["name", "name_prefix", "role"]),
    global(
        "aws_iam_role_policy_attachment",
        "hashicorp/aws/latest/docs/resources/iam_role_policy_attachment",
    )
    .named(Uniqueness::InParent, &["role", "policy_arn"])
    .import("{role}/{policy_arn}")
    .replaced_by(&["policy_arn", "role"]),
    global(
        "aws_iam_role_policy_attachments_exclusive",
        "hashicorp/aws/latest/docs/resources/iam_role_policy_attachments_exclusive",
    )
    .named(Uniqueness::InParent, &["role_name"])
    .import("{role_name}")
    .replaced_by(&["role_name"]),
    global("aws_iam_saml_provider", "hashicorp/aws/latest/docs/resources/iam_saml_provider")
        .unique(Uniqueness::InAccount, &["name"])
        .id_is(Arn)
        .replaced_by(&["name"]),
    global("aws_iam_server_certificate", "hashicorp/aws/latest/docs/resources/iam_server_certificate")
        .unique(Uniqueness::InAccount, &["name"])
        .owns(&[own("arn", Certificate), own("name", Name)])
        .import("{name}")
        .replaced_by(&["certificate_body", "certificate_chain", "private_key"]),
    global("aws_iam_service_linked_role", "hashicorp/aws/latest/docs/resources/iam_service_linked_role")
        .unique(Uniqueness::InAccount, &["aws_service_name"])
        .id_is(Arn)
        .owns(&[own("name", Name), own("unique_id", Id)])
        .replaced_by(&["aws_service_name", "custom_suffix"]),
    global("aws_iam_user", "hashicorp/aws/latest/docs/resources/iam_user")
        .named(Uniqueness::InAccount, &["name"])
        .owns(&[own("name", Name), own("unique_id", Id)]),
    global("aws_iam_user_group_membership", "hashicorp/aws/latest/docs/resources/iam_user_group_membership")
        .named(Uniqueness::InParent, &["user"])
        .import("{user}/{groups}")
        .replaced_by(&["user"]),
    global("aws_iam_user_login_profile", "hashicorp/aws/latest/docs/resources/iam_user_login_profile")
        .named(Uniqueness::InParent, &["user"])
        .replaced_by(&["password_length", "password_reset_required", "pgp_key", "user"]),
    global("aws_iam_user_policy", "hashicorp/aws/latest/docs/resources/iam_user_policy")
        .named(Uniqueness::InParent, &["user", "name"])
        .import("{user}:{name}")
        .replaced_by(&["name", "name_prefix", "user"]),
    global(
        "aws_iam_user_policy_attachment",
        "hashicorp/aws/latest/docs/resources/iam_user_policy_attachment",
    )
    .named(Uniqueness::InParent, &["user", "policy_arn"])
    .import("{user}/{policy_arn}")
    .replaced_by(&["policy_arn", "user"]),
    global("aws_iam_user_ssh_key", "hashicorp/aws/latest/docs/resources/iam_user_ssh_key")
        .unique(Uniqueness::InParent, &["username"])
        .owns(&[own("ssh_public_key_id", Id)])
        .import("{username}:{ssh_public_key_id}:{encoding}")
        .replaced_by(&["encoding", "public_key", "username"]),
    global("aws_organizations_account", "hashicorp/aws/latest/docs/resources/organizations_account")
        .unique(Uniqueness::InAccount, &["email"])
        .id_is(Account)
        .replaced_by(&["email", "iam_user_access_to_billing", "role_name"])
        .takes(60, 300),
    global(
        "aws_organizations_organization",
        "hashicorp/aws/latest/docs/resources/organizations_organization",
    ),
    global(
        "aws_organizations_organizational_unit",
        "hashicorp/aws/latest/docs/resources/organizations_organizational_unit",
    )
    .unique(Uniqueness::InParent, &["name"])
    .replaced_by(&["parent_id"]),
    global("aws_organizations_policy", "hashicorp/aws/latest/docs/resources/organizations_policy")
        .unique(Uniqueness::InAccount, &["name"])
        .replaced_by(&["type"]),
    global(
        "aws_organizations_policy_attachment",
        "hashicorp/aws/latest/docs/resources/organizations_policy_attachment",
    )
    .id_is(Name)
    .import("{target_id}:{policy_id}")
    .replaced_by(&["policy_id", "target_id"]),
    regional(
        "aws_ssoadmin_account_assignment",
        "hashicorp/aws/latest/docs/resources/ssoadmin_account_assignment",
    )
    .id_is(Name)
    .recovers(Recovery::Share)
    .import("{principal_id},{principal_type},{target_id},{target_type},{permission_set_arn},{instance_arn}")
    .replaced_by(&[
        "instance_arn",
        "permission_set_arn",
        "principal_id",
        "principal_type",
        "target_id",
        "target_type",
    ])
    .takes(15, 60),
    regional(
        "aws_ssoadmin_managed_policy_attachment",
        "hashicorp/aws/latest/docs/resources/ssoadmin_managed_policy_attachment",
    )
    .id_is(Name)
    .recovers(Recovery::Share)
    .import("{managed_policy_arn},{permission_set_arn},{instance_arn}")
    .replaced_by(&["instance_arn", "managed_policy_arn", "permission_set_arn"]),
    regional("aws_ssoadmin_permission_set", "hashicorp/aws/latest/docs/resources/ssoadmin_permission_set")
        .unique(Uniqueness::InParent, &["name"])
        .id_is(Name)
        .recovers(Recovery::Share)
        .import("{arn},{instance_arn}")
        .replaced_by(&["instance_arn", "name"]),
];
