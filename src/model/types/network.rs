//! VPC and load balancing.

use super::{Owns, Quota, Recovery, TypeEntry, Uniqueness, own, quota, regional};
use crate::model::value::ValueKind::{Address, Endpoint, Id, Name};

const VPCS: &[Quota] = &[quota("vpc", "L-F678F1CE", 5)];
const ADDRESSES: &[Quota] = &[quota("ec2", "L-0263D0A3", 5)];
const LOAD_BALANCER: &[Owns] = &[own("dns_name", Endpoint), own("zone_id", Id), own("name", Name)];

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_vpc", "hashicorp/aws/latest/docs/resources/vpc")
        .owns(&[
            own("main_route_table_id", Id),
            own("default_security_group_id", Id),
            own("default_network_acl_id", Id),
            own("default_route_table_id", Id),
            own("dhcp_options_id", Id),
        ])
        .limited_by(VPCS)
        .replaced_by(&["cidr_block", "instance_tenancy", "region"])
        .takes(5, 15),
    regional("aws_subnet", "hashicorp/aws/latest/docs/resources/subnet").replaced_by(&[
        "vpc_id",
        "cidr_block",
        "availability_zone",
        "availability_zone_id",
        "region",
    ]),
    regional("aws_eip", "hashicorp/aws/latest/docs/resources/eip")
        .owns(&[own("public_ip", Address), own("allocation_id", Id)])
        .limited_by(ADDRESSES),
    regional("aws_lb", "hashicorp/aws/latest/docs/resources/lb")
        .unique(Uniqueness::InRegion, &["name"])
        .owns(LOAD_BALANCER)
        .import("{arn}")
        .takes(150, 240)
        .recovers(Recovery::Create),
];
