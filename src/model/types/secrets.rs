//! Keys, secrets, parameters and certificates.

use super::{Recovery, Scope, TypeEntry, Uniqueness, own, regional};
use crate::model::value::ValueKind::{Arn, Certificate, Id, Key, Name};

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_acm_certificate", "hashicorp/aws/latest/docs/resources/acm_certificate")
        .scope(Scope::GlobalWhenUsEast1)
        .unique(Uniqueness::None, &["domain_name"])
        .id_is(Certificate)
        .owns(&[own("arn", Certificate)])
        .replaced_by(&[
            "certificate_authority_arn",
            "domain_name",
            "key_algorithm",
            "subject_alternative_names",
            "validation_method",
            "validation_option",
        ])
        .takes(5, 15),
    regional(
        "aws_acm_certificate_validation",
        "hashicorp/aws/latest/docs/resources/acm_certificate_validation",
    )
    .scope(Scope::GlobalWhenUsEast1)
    .id_is(Name)
    .not_importable()
    .replaced_by(&["certificate_arn", "validation_record_fqdns"])
    .takes(60, 600),
    regional("aws_acmpca_certificate", "hashicorp/aws/latest/docs/resources/acmpca_certificate")
        .id_is(Arn)
        .replaced_by(&[
            "api_passthrough",
            "certificate_authority_arn",
            "certificate_signing_request",
            "signing_algorithm",
            "template_arn",
            "validity",
        ]),
    regional(
        "aws_acmpca_certificate_authority",
        "hashicorp/aws/latest/docs/resources/acmpca_certificate_authority",
    )
    .id_is(Arn)
    .store(Recovery::Store)
    .replaced_by(&["certificate_authority_configuration", "key_storage_security_standard", "type"])
    .takes(10, 60),
    regional("aws_kms_alias", "hashicorp/aws/latest/docs/resources/kms_alias")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("arn", Key), own("name", Name), own("target_key_arn", Key)])
        .replaced_by(&["name", "name_prefix"]),
    regional("aws_kms_ciphertext", "hashicorp/aws/latest/docs/resources/kms_ciphertext")
        .id_is(Name)
        .not_importable()
        .replaced_by(&["context", "key_id", "plaintext"]),
    regional("aws_kms_external_key", "hashicorp/aws/latest/docs/resources/kms_external_key")
        .id_is(Key)
        .owns(&[own("arn", Key)])
        .recovers(Recovery::Key)
        .replaced_by(&["key_material_base64", "multi_region"])
        .takes(10, 30),
    regional("aws_kms_grant", "hashicorp/aws/latest/docs/resources/kms_grant")
        .id_is(Name)
        .owns(&[own("grant_id", Id)])
        .import("{key_id}:{grant_id}")
        .replaced_by(&[
            "constraints",
            "grant_creation_tokens",
            "grantee_principal",
            "key_id",
            "name",
            "operations",
            "retire_on_delete",
            "retiring_principal",
        ]),
    regional("aws_kms_key", "hashicorp/aws/latest/docs/resources/kms_key")
        .id_is(Key)
        .owns(&[own("arn", Key), own("key_id", Key)])
        .recovers(Recovery::Key)
        .replaced_by(&[
            "custom_key_store_id",
            "customer_master_key_spec",
            "key_usage",
            "multi_region",
            "xks_key_id",
        ])
        .takes(5, 20),
    regional("aws_kms_key_policy", "hashicorp/aws/latest/docs/resources/kms_key_policy")
        .id_is(Key)
        .import("{key_id}"),
    regional("aws_kms_replica_key", "hashicorp/aws/latest/docs/resources/kms_replica_key")
        .id_is(Key)
        .owns(&[own("arn", Key), own("key_id", Key)])
        .recovers(Recovery::Key)
        .replaced_by(&["primary_key_arn"])
        .takes(20, 60),
    regional("aws_secretsmanager_secret", "hashicorp/aws/latest/docs/resources/secretsmanager_secret")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .owns(&[own("name", Name)])
        .store(Recovery::Secret)
        .replaced_by(&["name", "name_prefix"]),
    regional(
        "aws_secretsmanager_secret_policy",
        "hashicorp/aws/latest/docs/resources/secretsmanager_secret_policy",
    )
    .id_is(Arn)
    .import("{secret_arn}")
    .replaced_by(&["secret_arn"]),
    regional(
        "aws_secretsmanager_secret_rotation",
        "hashicorp/aws/latest/docs/resources/secretsmanager_secret_rotation",
    )
    .id_is(Arn)
    .import("{secret_id}")
    .replaced_by(&["secret_id"]),
    regional(
        "aws_secretsmanager_secret_version",
        "hashicorp/aws/latest/docs/resources/secretsmanager_secret_version",
    )
    .id_is(Name)
    .owns(&[own("version_id", Id)])
    .store(Recovery::SecretVersion)
    .import("{secret_id}|{version_id}")
    .replaced_by(&["secret_binary", "secret_id", "secret_string", "secret_string_wo_version"]),
    regional("aws_ssm_parameter", "hashicorp/aws/latest/docs/resources/ssm_parameter")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["data_type", "name"]),
];
