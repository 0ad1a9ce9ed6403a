//! VPC: networks, routes, security groups, endpoints, transit.

use super::{Quota, QuotaPer, TypeEntry, Uniqueness, own, quota, regional};
use crate::model::value::ValueKind::{Address, Arn, Domain, Endpoint, Id, Name};

const VPCS: &[Quota] = &[quota("vpc", "L-F678F1CE", 5)];
const INTERNET_GATEWAYS: &[Quota] = &[quota("vpc", "L-A4707A72", 5)];
const NAT_GATEWAYS: &[Quota] = &[quota("vpc", "L-FE5A380F", 5).per(QuotaPer::Zone)];
const SECURITY_GROUPS: &[Quota] = &[quota("vpc", "L-E79EC296", 2_500)];
const INTERFACES: &[Quota] = &[quota("vpc", "L-DF5E4CA3", 5_000)];
const ADDRESSES: &[Quota] = &[quota("ec2", "L-0263D0A3", 5)];

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_customer_gateway", "hashicorp/aws/latest/docs/resources/customer_gateway").replaced_by(&["bgp_asn", "bgp_asn_extended", "certificate_arn", "device_name", "ip_address", "type"]),
    // Default resources are there in each region; creating one takes it over.
    regional("aws_default_network_acl", "hashicorp/aws/latest/docs/resources/default_network_acl").owns(&[own("default_network_acl_id", Id)]).replaced_by(&["default_network_acl_id"]),
    regional("aws_default_route_table", "hashicorp/aws/latest/docs/resources/default_route_table").owns(&[own("default_route_table_id", Id)]).import("{vpc_id}").replaced_by(&["default_route_table_id"]),
    regional("aws_default_security_group", "hashicorp/aws/latest/docs/resources/default_security_group").owns(&[own("name", Name)]).replaced_by(&["vpc_id"]),
    regional("aws_default_subnet", "hashicorp/aws/latest/docs/resources/default_subnet").replaced_by(&["availability_zone", "ipv6_native"]),
    regional("aws_default_vpc", "hashicorp/aws/latest/docs/resources/default_vpc").owns(&[own("main_route_table_id", Id), own("default_security_group_id", Id), own("default_network_acl_id", Id), own("default_route_table_id", Id), own("dhcp_options_id", Id)]),
    regional("aws_dx_gateway_association", "hashicorp/aws/latest/docs/resources/dx_gateway_association").owns(&[own("dx_gateway_association_id", Id)]).import("{dx_gateway_id}/{associated_gateway_id}").replaced_by(&["associated_gateway_id", "associated_gateway_owner_account_id", "dx_gateway_id", "vpn_gateway_id"]).takes(600, 1200),
    regional("aws_ec2_managed_prefix_list", "hashicorp/aws/latest/docs/resources/ec2_managed_prefix_list").unique(Uniqueness::InRegion, &["name"]).owns(&[own("name", Name)]).replaced_by(&["address_family"]),
    regional("aws_ec2_transit_gateway", "hashicorp/aws/latest/docs/resources/ec2_transit_gateway").owns(&[own("association_default_route_table_id", Id), own("propagation_default_route_table_id", Id)]).replaced_by(&["multicast_support"]).takes(180, 300),
    regional("aws_ec2_transit_gateway_peering_attachment", "hashicorp/aws/latest/docs/resources/ec2_transit_gateway_peering_attachment").replaced_by(&["options", "peer_account_id", "peer_region", "peer_transit_gateway_id", "transit_gateway_id"]).takes(120, 300),
    regional("aws_ec2_transit_gateway_route", "hashicorp/aws/latest/docs/resources/ec2_transit_gateway_route").id_is(Name).import("{transit_gateway_route_table_id}_{destination_cidr_block}").replaced_by(&["blackhole", "destination_cidr_block", "transit_gateway_attachment_id", "transit_gateway_route_table_id"]),
    regional("aws_ec2_transit_gateway_route_table", "hashicorp/aws/latest/docs/resources/ec2_transit_gateway_route_table").replaced_by(&["transit_gateway_id"]).takes(60, 120),
    regional("aws_ec2_transit_gateway_route_table_association", "hashicorp/aws/latest/docs/resources/ec2_transit_gateway_route_table_association").id_is(Name).import("{transit_gateway_route_table_id}_{transit_gateway_attachment_id}").replaced_by(&["transit_gateway_attachment_id", "transit_gateway_route_table_id"]).takes(30, 60),
    regional("aws_ec2_transit_gateway_route_table_propagation", "hashicorp/aws/latest/docs/resources/ec2_transit_gateway_route_table_propagation").id_is(Name).import("{transit_gateway_route_table_id}_{transit_gateway_attachment_id}").replaced_by(&["transit_gateway_attachment_id", "transit_gateway_route_table_id"]),
    regional("aws_ec2_transit_gateway_vpc_attachment", "hashicorp/aws/latest/docs/resources/ec2_transit_gateway_vpc_attachment").replaced_by(&["transit_gateway_id", "vpc_id"]).takes(60, 180),
    regional("aws_egress_only_internet_gateway", "hashicorp/aws/latest/docs/resources/egress_only_internet_gateway").replaced_by(&["vpc_id"]),
    regional("aws_eip", "hashicorp/aws/latest/docs/resources/eip").owns(&[own("public_ip", Address), own("private_ip", Address), own("allocation_id", Id), own("association_id", Id), own("public_dns", Endpoint), own("private_dns", Endpoint)]).replaced_by(&["address", "domain", "ipam_pool_id", "network_border_group", "public_ipv4_pool", "vpc"]).limited_by(ADDRESSES),
    regional("aws_eip_association", "hashicorp/aws/latest/docs/resources/eip_association").owns(&[own("public_ip", Address)]).replaced_by(&["allocation_id", "allow_reassociation", "instance_id", "network_interface_id", "private_ip_address", "public_ip"]),
    regional("aws_flow_log", "hashicorp/aws/latest/docs/resources/flow_log").replaced_by(&["deliver_cross_account_role", "destination_options", "eni_id", "iam_role_arn", "log_destination", "log_destination_type", "log_format", "log_group_name", "max_aggregation_interval", "subnet_id", "traffic_type", "transit_gateway_attachment_id", "transit_gateway_id", "vpc_id"]),
    regional("aws_internet_gateway", "hashicorp/aws/latest/docs/resources/internet_gateway").limited_by(INTERNET_GATEWAYS),
    regional("aws_main_route_table_association", "hashicorp/aws/latest/docs/resources/main_route_table_association").not_importable(),
    regional("aws_nat_gateway", "hashicorp/aws/latest/docs/resources/nat_gateway").owns(&[own("public_ip", Address), own("private_ip", Address), own("network_interface_id", Id), own("association_id", Id)]).replaced_by(&["allocation_id", "connectivity_type", "private_ip", "subnet_id"]).limited_by(NAT_GATEWAYS).takes(90, 150),
    regional("aws_network_acl", "hashicorp/aws/latest/docs/resources/network_acl").replaced_by(&["vpc_id"]),
    regional("aws_network_acl_association", "hashicorp/aws/latest/docs/resources/network_acl_association").replaced_by(&["network_acl_id", "subnet_id"]),
    regional("aws_network_acl_rule", "hashicorp/aws/latest/docs/resources/network_acl_rule").import("{network_acl_id}:{rule_number}:{protocol}:{egress}").replaced_by(&["cidr_block", "egress", "from_port", "icmp_code", "icmp_type", "ipv6_cidr_block", "network_acl_id", "protocol", "rule_action", "rule_number", "to_port"]),
    regional("aws_network_interface", "hashicorp/aws/latest/docs/resources/network_interface").owns(&[own("private_ip", Address), own("private_dns_name", Endpoint)]).replaced_by(&["enable_primary_ipv6", "interface_type", "private_ips", "subnet_id"]).limited_by(INTERFACES),
    regional("aws_network_interface_attachment", "hashicorp/aws/latest/docs/resources/network_interface_attachment").owns(&[own("attachment_id", Id)]).import("{attachment_id}").replaced_by(&["device_index", "instance_id", "network_interface_id"]),
    regional("aws_network_interface_sg_attachment", "hashicorp/aws/latest/docs/resources/network_interface_sg_attachment").import("{network_interface_id}_{security_group_id}").replaced_by(&["network_interface_id", "security_group_id"]),
    regional("aws_networkfirewall_firewall", "hashicorp/aws/latest/docs/resources/networkfirewall_firewall").unique(Uniqueness::InRegion, &["name"]).id_is(Arn).owns(&[own("firewall_status.*.sync_states.*.attachment.*.endpoint_id", Id)]).replaced_by(&["name", "vpc_id"]).takes(600, 1200),
    regional("aws_networkfirewall_firewall_policy", "hashicorp/aws/latest/docs/resources/networkfirewall_firewall_policy").unique(Uniqueness::InRegion, &["name"]).id_is(Arn).replaced_by(&["firewall_policy.*.stateless_custom_action", "name"]),
    regional("aws_networkfirewall_rule_group", "hashicorp/aws/latest/docs/resources/networkfirewall_rule_group").unique(Uniqueness::InRegion, &["name"]).id_is(Arn).replaced_by(&["capacity", "name", "rule_group.*.stateful_rule_options"]),
    regional("aws_ram_resource_share", "hashicorp/aws/latest/docs/resources/ram_resource_share").unique(Uniqueness::InRegion, &["name"]).id_is(Arn).replaced_by(&["permission_arns"]),
    regional("aws_route", "hashicorp/aws/latest/docs/resources/route").import("{route_table_id}_{destination_cidr_block|destination_ipv6_cidr_block|destination_prefix_list_id}").replaced_by(&["destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id", "route_table_id"]),
    regional("aws_route_table", "hashicorp/aws/latest/docs/resources/route_table").replaced_by(&["vpc_id"]),
    regional("aws_route_table_association", "hashicorp/aws/latest/docs/resources/route_table_association").import("{subnet_id|gateway_id}/{route_table_id}").replaced_by(&["gateway_id", "subnet_id"]),
    regional("aws_security_group", "hashicorp/aws/latest/docs/resources/security_group").unique(Uniqueness::InParent, &["name"]).owns(&[own("name", Name)]).replaced_by(&["description", "name", "name_prefix", "vpc_id"]).limited_by(SECURITY_GROUPS),
    regional("aws_security_group_rule", "hashicorp/aws/latest/docs/resources/security_group_rule").owns(&[own("security_group_rule_id", Id)]).import("{security_group_id}_{type}_{protocol}_{from_port}_{to_port}_{cidr_blocks|ipv6_cidr_blocks|prefix_list_ids|source_security_group_id|self}").replaced_by(&["cidr_blocks", "from_port", "ipv6_cidr_blocks", "prefix_list_ids", "protocol", "security_group_id", "self", "source_security_group_id", "to_port", "type"]),
    regional("aws_service_discovery_private_dns_namespace", "hashicorp/aws/latest/docs/resources/service_discovery_private_dns_namespace").unique(Uniqueness::InParent, &["name"]).owns(&[own("name", Domain), own("hosted_zone", Id)]).import("{id}:{vpc}").replaced_by(&["name", "vpc"]).takes(30, 60),
    regional("aws_service_discovery_service", "hashicorp/aws/latest/docs/resources/service_discovery_service").unique(Uniqueness::InParent, &["name"]).owns(&[own("name", Name)]).replaced_by(&["dns_config", "health_check_config.*.type", "health_check_custom_config", "name", "namespace_id", "type"]),
    regional("aws_subnet", "hashicorp/aws/latest/docs/resources/subnet").replaced_by(&["availability_zone", "availability_zone_id", "cidr_block", "ipv6_native", "outpost_arn", "vpc_id"]),
    regional("aws_vpc", "hashicorp/aws/latest/docs/resources/vpc").owns(&[own("main_route_table_id", Id), own("default_security_group_id", Id), own("default_network_acl_id", Id), own("default_route_table_id", Id), own("dhcp_options_id", Id)]).replaced_by(&["cidr_block", "instance_tenancy", "ipv4_ipam_pool_id", "ipv4_netmask_length"]).limited_by(VPCS).takes(5, 15),
    regional("aws_vpc_dhcp_options", "hashicorp/aws/latest/docs/resources/vpc_dhcp_options").replaced_by(&["domain_name", "domain_name_servers", "ipv6_address_preferred_lease_time", "netbios_name_servers", "netbios_node_type", "ntp_servers"]).takes(2, 5),
    regional("aws_vpc_dhcp_options_association", "hashicorp/aws/latest/docs/resources/vpc_dhcp_options_association").id_is(Name).import("{vpc_id}").replaced_by(&["vpc_id"]),
    regional("aws_vpc_endpoint", "hashicorp/aws/latest/docs/resources/vpc_endpoint").owns(&[own("dns_entry.*.dns_name", Endpoint), own("dns_entry.*.hosted_zone_id", Id), own("network_interface_ids.*", Id), own("prefix_list_id", Id)]).replaced_by(&["resource_configuration_arn", "service_name", "service_network_arn", "service_region", "vpc_endpoint_type", "vpc_id"]).takes(90, 180),
    regional("aws_vpc_endpoint_policy", "hashicorp/aws/latest/docs/resources/vpc_endpoint_policy").replaced_by(&["vpc_endpoint_id"]),
    regional("aws_vpc_endpoint_route_table_association", "hashicorp/aws/latest/docs/resources/vpc_endpoint_route_table_association").import("{vpc_endpoint_id}/{route_table_id}").replaced_by(&["route_table_id", "vpc_endpoint_id"]),
    regional("aws_vpc_endpoint_security_group_association", "hashicorp/aws/latest/docs/resources/vpc_endpoint_security_group_association").import("{vpc_endpoint_id}/{security_group_id}").replaced_by(&["replace_default_association", "security_group_id", "vpc_endpoint_id"]),
    regional("aws_vpc_endpoint_service", "hashicorp/aws/latest/docs/resources/vpc_endpoint_service").owns(&[own("service_name", Endpoint), own("base_endpoint_dns_names.*", Endpoint)]),
    regional("aws_vpc_endpoint_subnet_association", "hashicorp/aws/latest/docs/resources/vpc_endpoint_subnet_association").import("{vpc_endpoint_id}/{subnet_id}").replaced_by(&["subnet_id", "vpc_endpoint_id"]).takes(60, 120),
    regional("aws_vpc_ipv4_cidr_block_association", "hashicorp/aws/latest/docs/resources/vpc_ipv4_cidr_block_association").replaced_by(&["cidr_block", "ipv4_ipam_pool_id", "ipv4_netmask_length", "vpc_id"]).takes(10, 30),
    regional("aws_vpc_peering_connection", "hashicorp/aws/latest/docs/resources/vpc_peering_connection").replaced_by(&["peer_owner_id", "peer_region", "peer_vpc_id", "vpc_id"]),
    regional("aws_vpc_peering_connection_accepter", "hashicorp/aws/latest/docs/resources/vpc_peering_connection_accepter").replaced_by(&["vpc_peering_connection_id"]),
    regional("aws_vpc_peering_connection_options", "hashicorp/aws/latest/docs/resources/vpc_peering_connection_options").replaced_by(&["vpc_peering_connection_id"]),
    regional("aws_vpc_security_group_egress_rule", "hashicorp/aws/latest/docs/resources/vpc_security_group_egress_rule").owns(&[own("security_group_rule_id", Id)]).replaced_by(&["security_group_id"]),
    regional("aws_vpc_security_group_ingress_rule", "hashicorp/aws/latest/docs/resources/vpc_security_group_ingress_rule").owns(&[own("security_group_rule_id", Id)]).replaced_by(&["security_group_id"]),
    regional("aws_vpn_connection", "hashicorp/aws/latest/docs/resources/vpn_connection").owns(&[own("tunnel1_address", Address), own("tunnel2_address", Address)]).replaced_by(&["enable_acceleration", "static_routes_only", "tunnel1_inside_cidr", "tunnel1_inside_ipv6_cidr", "tunnel2_inside_cidr", "tunnel2_inside_ipv6_cidr", "tunnel_inside_ip_version", "type"]).takes(240, 480),
    regional("aws_vpn_gateway", "hashicorp/aws/latest/docs/resources/vpn_gateway").replaced_by(&["amazon_side_asn", "availability_zone"]).takes(30, 60),
];
