//! S3: buckets, what belongs to them, access points.

use super::{Recovery, TypeEntry, Uniqueness, global, own, regional};
use crate::model::value::ValueKind::{BucketDomain, Endpoint, Id, Name};

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_s3_access_point", "hashicorp/aws/latest/docs/resources/s3_access_point")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Name)
        .owns(&[own("alias", Name), own("domain_name", BucketDomain), own("endpoints.*", Endpoint)])
        .recovers(Recovery::OfBucket)
        .replaced_by(&[
            "account_id",
            "bucket",
            "bucket_account_id",
            "name",
            "public_access_block_configuration",
            "vpc_configuration",
        ]),
    global(
        "aws_s3_account_public_access_block",
        "hashicorp/aws/latest/docs/resources/s3_account_public_access_block",
    )
    .id_is(Name)
    .replaced_by(&["account_id"]),
    regional("aws_s3_bucket", "hashicorp/aws/latest/docs/resources/s3_bucket")
        .named(Uniqueness::Everywhere, &["bucket"])
        .owns(&[
            own("bucket", Name),
            own("bucket_domain_name", BucketDomain),
            own("bucket_regional_domain_name", BucketDomain),
            own("website_endpoint", BucketDomain),
            own("website_domain", BucketDomain),
            own("hosted_zone_id", Id),
        ])
        .store(Recovery::Bucket)
        .replaced_by(&[
            "bucket",
            "bucket_prefix",
            "object_lock_configuration.*.object_lock_enabled",
            "object_lock_enabled",
        ])
        .takes(3, 10),
    regional(
        "aws_s3_bucket_accelerate_configuration",
        "hashicorp/aws/latest/docs/resources/s3_bucket_accelerate_configuration",
    )
    .named(Uniqueness::InParent, &["bucket"])
    .recovers(Recovery::OfBucket)
    .replaced_by(&["bucket", "expected_bucket_owner"]),
    regional("aws_s3_bucket_acl", "hashicorp/aws/latest/docs/resources/s3_bucket_acl")
        .named(Uniqueness::InParent, &["bucket"])
        .recovers(Recovery::OfBucket)
        .replaced_by(&["bucket", "expected_bucket_owner"]),
    regional(
        "aws_s3_bucket_analytics_configuration",
        "hashicorp/aws/latest/docs/resources/s3_bucket_analytics_configuration",
    )
    .named(Uniqueness::InParent, &["bucket", "name"])
    .recovers(Recovery::OfBucket)
    .import("{bucket}:{name}")
    .replaced_by(&["bucket", "name"]),
    regional(
        "aws_s3_bucket_cors_configuration",
        "hashicorp/aws/latest/docs/resources/s3_bucket_cors_configuration",
    )
    .named(Uniqueness::InParent, &["bucket"])
    .recovers(Recovery::OfBucket)
    .replaced_by(&["bucket", "expected_bucket_owner"]),
    regional(
        "aws_s3_bucket_intelligent_tiering_configuration",
        "hashicorp/aws/latest/docs/resources/s3_bucket_intelligent_tiering_configuration",
    )
    .named(Uniqueness::InParent, &["bucket", "name"])
    .recovers(Recovery::OfBucket)
    .import("{bucket}:{name}")
    .replaced_by(&["bucket", "name"]),
    regional("aws_s3_bucket_inventory", "hashicorp/aws/latest/docs/resources/s3_bucket_inventory")
        .named(Uniqueness::InParent, &["bucket", "name"])
        .recovers(Recovery::OfBucket)
        .import("{bucket}:{name}")
        .replaced_by(&["bucket", "name"]),
    regional(
        "aws_s3_bucket_lifecycle_configuration",
        "hashicorp/aws/latest/docs/resources/s3_bucket_lifecycle_configuration",
    )
    .named(Uniqueness::InParent, &["bucket"])
    .recovers(Recovery::OfBucket)
    .replaced_by(&["bucket", "expected_bucket_owner"])
    .takes(10, 60),
    regional("aws_s3_bucket_logging", "hashicorp/aws/latest/docs/resources/s3_bucket_logging")
        .named(Uniqueness::InParent, &["bucket"])
        .recovers(Recovery::OfBucket)
        .replaced_by(&["bucket", "expected_bucket_owner"]),
    regional("aws_s3_bucket_metric", "hashicorp/aws/latest/docs/resources/s3_bucket_metric")
        .named(Uniqueness::InParent, &["bucket", "name"])
        .recovers(Recovery::OfBucket)
        .import("{bucket}:{name}")
        .replaced_by(&["bucket", "name"]),
    regional("aws_s3_bucket_notification", "hashicorp/aws/latest/docs/resources/s3_bucket_notification")
        .named(Uniqueness::InParent, &["bucket"])
        .recovers(Recovery::OfBucket)
        .replaced_by(&["bucket"]),
    regional("aws_s3_bucket_object", "hashicorp/aws/latest/docs/resources/s3_bucket_object")
        .named(Uniqueness::InParent, &["bucket", "key"])
        .recovers(Recovery::OfBucket)
        .import("{bucket}/{key}")
        .replaced_by(&["bucket", "key"]),
    regional(
        "aws_s3_bucket_object_lock_configuration",
        "hashicorp/aws/latest/docs/resources/s3_bucket_object_lock_configuration",
    )
    .named(Uniqueness::InParent, &["bucket"])
    .recovers(Recovery::OfBucket)
    .replaced_by(&["bucket", "expected_bucket_owner", "object_lock_enabled"]),
    regional(
        "aws_s3_bucket_ownership_controls",
        "hashicorp/aws/latest/docs/resources/s3_bucket_ownership_controls",
    )
    .named(Uniqueness::InParent, &["bucket"])
    .recovers(Recovery::OfBucket)
    .replaced_by(&["bucket"]),
    regional("aws_s3_bucket_policy", "hashicorp/aws/latest/docs/resources/s3_bucket_policy")
        .named(Uniqueness::InParent, &["bucket"])
        .recovers(Recovery::OfBucket)
        .replaced_by(&["bucket"]),
    regional(
        "aws_s3_bucket_public_access_block",
        "hashicorp/aws/latest/docs/resources/s3_bucket_public_access_block",
    )
    .named(Uniqueness::InParent, &["bucket"])
    .recovers(Recovery::OfBucket)
    .replaced_by(&["bucket"]),
    regional(
        "aws_s3_bucket_replication_configuration",
        "hashicorp/aws/latest/docs/resources/s3_bucket_replication_configuration",
    )
    .named(Uniqueness::InParent, &["bucket"])
    .recovers(Recovery::Skip)
    .replaced_by(&["bucket"]),
    regional(
        "aws_s3_bucket_request_payment_configuration",
        "hashicorp/aws/latest/docs/resources/s3_bucket_request_payment_configuration",
    )
    .named(Uniqueness::InParent, &["bucket"])
    .recovers(Recovery::OfBucket)
    .replaced_by(&["bucket", "expected_bucket_owner"]),
    regional(
        "aws_s3_bucket_server_side_encryption_configuration",
        "hashicorp/aws/latest/docs/resources/s3_bucket_server_side_encryption_configuration",
    )
    .named(Uniqueness::InParent, &["bucket"])
    .recovers(Recovery::OfBucket)
    .replaced_by(&["bucket", "expected_bucket_owner"]),
    regional("aws_s3_bucket_versioning", "hashicorp/aws/latest/docs/resources/s3_bucket_versioning")
        .named(Uniqueness::InParent, &["bucket"])
        .recovers(Recovery::OfBucket)
        .replaced_by(&["bucket", "expected_bucket_owner"]),
    regional(
        "aws_s3_bucket_website_configuration",
        "hashicorp/aws/latest/docs/resources/s3_bucket_website_configuration",
    )
    .named(Uniqueness::InParent, &["bucket"])
    .owns(&[own("website_endpoint", BucketDomain), own("website_domain", BucketDomain)])
    .recovers(Recovery::OfBucket)
    .replaced_by(&["bucket", "expected_bucket_owner"]),
    regional("aws_s3_directory_bucket", "hashicorp/aws/latest/docs/resources/s3_directory_bucket")
        .named(Uniqueness::InRegion, &["bucket"])
        .owns(&[own("bucket", Name)])
        .store(Recovery::Store)
        .replaced_by(&["bucket", "location", "data_redundancy", "type"]),
    regional("aws_s3_object", "hashicorp/aws/latest/docs/resources/s3_object")
        .named(Uniqueness::InParent, &["bucket", "key"])
        .recovers(Recovery::OfBucket)
        .import("{bucket}/{key}")
        .replaced_by(&["bucket", "key"]),
    regional("aws_s3_object_copy", "hashicorp/aws/latest/docs/resources/s3_object_copy")
        .named(Uniqueness::InParent, &["bucket", "key"])
        .recovers(Recovery::OfBucket)
        .not_importable()
        .replaced_by(&["bucket", "key", "source"]),
    regional("aws_s3control_bucket_policy", "hashicorp/aws/latest/docs/resources/s3control_bucket_policy")
        .id_is(Name)
        .recovers(Recovery::OfBucket)
        .replaced_by(&["bucket"]),
    global(
        "aws_s3control_multi_region_access_point",
        "hashicorp/aws/latest/docs/resources/s3control_multi_region_access_point",
    )
    .id_is(Name)
    .owns(&[own("alias", Name), own("domain_name", Endpoint)])
    .import("{account_id}:{details.0.name}")
    .replaced_by(&[
        "account_id",
        "details.*.name",
        "details.*.public_access_block",
        "details.*.region.*.bucket",
        "details.*.region.*.bucket_account_id",
    ])
    .takes(600, 1800),
];
