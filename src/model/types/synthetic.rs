//! Values that live only in the state, and resources that only run something.

use super::{Recovery, Scope, TypeEntry, regional};
use crate::model::value::ValueKind;

/// Starts an entry of a type that lives in the state alone; its `id` says nothing to AWS.
const fn in_state(name: &'static str, page: &'static str) -> TypeEntry {
    regional(name, page).scope(Scope::StateOnly).id_is(ValueKind::Name).takes(0, 1)
}

pub(super) const TYPES: &[TypeEntry] = &[
    in_state("archive_file", "hashicorp/archive/latest/docs/resources/file").not_importable(),
    in_state("cloudinit_config", "hashicorp/cloudinit/latest/docs/resources/config").not_importable().replaced_by(&["part", "gzip", "base64_encode", "boundary"]),
    in_state("local_file", "hashicorp/local/latest/docs/resources/file").not_importable().replaced_by(&["filename", "content", "content_base64", "source", "file_permission", "directory_permission"]),
    in_state("local_sensitive_file", "hashicorp/local/latest/docs/resources/sensitive_file").not_importable().replaced_by(&["filename", "content", "content_base64", "source", "file_permission", "directory_permission"]),
    in_state("null_resource", "hashicorp/null/latest/docs/resources/resource").not_importable().replaced_by(&["triggers"]).takes(5, 60),
    in_state("random_bytes", "hashicorp/random/latest/docs/resources/bytes").recovers(Recovery::Carry).import("{base64}").replaced_by(&["length", "keepers"]),
    in_state("random_id", "hashicorp/random/latest/docs/resources/id").recovers(Recovery::Carry).import("{prefix},{b64_url}").replaced_by(&["byte_length", "keepers", "prefix"]),
    in_state("random_integer", "hashicorp/random/latest/docs/resources/integer").recovers(Recovery::Carry).import("{result},{min},{max}").replaced_by(&["min", "max", "seed", "keepers"]),
    in_state("random_password", "hashicorp/random/latest/docs/resources/password").recovers(Recovery::Carry).import("{result}").replaced_by(&["length", "keepers", "lower", "upper", "numeric", "special", "min_lower", "min_upper", "min_numeric", "min_special", "override_special"]),
    in_state("random_pet", "hashicorp/random/latest/docs/resources/pet").recovers(Recovery::Carry).not_importable().replaced_by(&["length", "keepers", "prefix", "separator"]),
    in_state("random_shuffle", "hashicorp/random/latest/docs/resources/shuffle").recovers(Recovery::Carry).not_importable().replaced_by(&["input", "keepers", "result_count", "seed"]),
    in_state("random_string", "hashicorp/random/latest/docs/resources/string").recovers(Recovery::Carry).import("{result}").replaced_by(&["length", "keepers", "lower", "upper", "numeric", "special", "min_lower", "min_upper", "min_numeric", "min_special", "override_special"]),
    in_state("random_uuid", "hashicorp/random/latest/docs/resources/uuid").recovers(Recovery::Carry).import("{result}").replaced_by(&["keepers"]),
    in_state("terraform_data", "terraform.io/language/resources/terraform-data").not_importable().replaced_by(&["triggers_replace"]).takes(5, 60),
    in_state("time_offset", "hashicorp/time/latest/docs/resources/offset").recovers(Recovery::Carry).import("{base_rfc3339},{offset_years},{offset_months},{offset_days},{offset_hours},{offset_minutes},{offset_seconds}").replaced_by(&["triggers"]),
    in_state("time_rotating", "hashicorp/time/latest/docs/resources/rotating").recovers(Recovery::Carry).import("{base_rfc3339},{rotation_years},{rotation_months},{rotation_days},{rotation_hours},{rotation_minutes}").replaced_by(&["triggers"]),
    in_state("time_sleep", "hashicorp/time/latest/docs/resources/sleep").not_importable().replaced_by(&["triggers"]).takes(30, 60),
    in_state("time_static", "hashicorp/time/latest/docs/resources/static").recovers(Recovery::Carry).import("{rfc3339}").replaced_by(&["triggers"]),
    in_state("tls_cert_request", "hashicorp/tls/latest/docs/resources/cert_request").recovers(Recovery::Carry).not_importable().replaced_by(&["private_key_pem", "dns_names", "ip_addresses", "uris", "subject"]),
    in_state("tls_locally_signed_cert", "hashicorp/tls/latest/docs/resources/locally_signed_cert").recovers(Recovery::Carry).not_importable().replaced_by(&["cert_request_pem", "ca_cert_pem", "ca_private_key_pem", "allowed_uses", "validity_period_hours", "is_ca_certificate"]),
    in_state("tls_private_key", "hashicorp/tls/latest/docs/resources/private_key").recovers(Recovery::Carry).not_importable().replaced_by(&["algorithm", "ecdsa_curve", "rsa_bits"]),
    in_state("tls_self_signed_cert", "hashicorp/tls/latest/docs/resources/self_signed_cert").recovers(Recovery::Carry).not_importable().replaced_by(&["private_key_pem", "dns_names", "ip_addresses", "uris", "subject", "allowed_uses", "validity_period_hours", "is_ca_certificate"]),
];
