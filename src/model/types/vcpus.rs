//! vCPUs of what runs: each group of instance families has a limit of its own, on demand and as Spot.
//!
//! Groups and defaults: <https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html>,
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-limits.html>; codes as
//! `aws service-quotas list-aws-default-service-quotas --service-code ec2` prints them.

use super::{Quota, quota};

/// On demand, families A, C, D, H, I, M, R, T and Z.
const STANDARD: Quota = quota("ec2", "L-1216C47A", 5);
/// Likewise as Spot.
const STANDARD_SPOT: Quota = quota("ec2", "L-34B43A08", 5);

/// Families by their letters, the limit on demand and as Spot. What is not here is standard, or has no limit in vCPUs.
const GROUPS: [(&[&str], Quota, Option<Quota>); 9] = [
    (&["dl"], quota("ec2", "L-6E869C2A", 0), Some(quota("ec2", "L-85EED4F7", 0))),
    (&["f"], quota("ec2", "L-74FC7D96", 0), Some(quota("ec2", "L-88CF9481", 0))),
    (&["g", "gr", "vt"], quota("ec2", "L-DB2E81BA", 0), Some(quota("ec2", "L-3819A6DF", 0))),
    (&["hpc"], quota("ec2", "L-F7808C92", 0), None),
    (&["inf"], quota("ec2", "L-1945791B", 0), Some(quota("ec2", "L-B5D1601B", 0))),
    (&["p"], quota("ec2", "L-417A185B", 0), Some(quota("ec2", "L-7212CCBC", 0))),
    (&["trn"], quota("ec2", "L-2C3B7624", 0), Some(quota("ec2", "L-6B0D517C", 0))),
    (&["u"], quota("ec2", "L-43DA4232", 0), None),
    (&["x"], quota("ec2", "L-7295265B", 0), Some(quota("ec2", "L-E3A00192", 0))),
];

/// The limit that instances of a type count against; `None` where it is not in vCPUs.
#[must_use]
pub fn vcpu_quota(instance_type: &str, spot: bool) -> Option<&'static Quota> {
    let family: String = instance_type.chars().take_while(char::is_ascii_alphabetic).collect();
    if let Some((_, on_demand, as_spot)) = GROUPS.iter().find(|(known, ..)| known.contains(&family.as_str()))
    {
        return if spot { as_spot.as_ref() } else { Some(on_demand) };
    }
    let standard =
        !family.starts_with("mac") && family.starts_with(['a', 'c', 'd', 'h', 'i', 'm', 'r', 't', 'z']);
    standard.then_some(if spot { &STANDARD_SPOT } else { &STANDARD })
}

/// Each of them.
pub(super) fn all() -> impl Iterator<Item = &'static Quota> {
    let groups = GROUPS.iter().flat_map(|(_, on_demand, as_spot)| [Some(on_demand), as_spot.as_ref()]);
    groups.flatten().chain([&STANDARD, &STANDARD_SPOT])
}

#[cfg(test)]
mod tests {
    use super::vcpu_quota;

    #[test]
    fn each_family_has_its_limit() {
        let code = |name: &str, spot| vcpu_quota(name, spot).map(|quota| quota.code);
        for name in ["t3.medium", "m7i-flex.large", "im4gn.large", "z1d.large", "a1.large", "hs1.8xlarge"] {
            assert_eq!(
                (code(name, false), code(name, true)),
                (Some("L-1216C47A"), Some("L-34B43A08")),
                "{name}"
            );
        }
        for (name, on_demand, as_spot) in [
            ("g5.xlarge", "L-DB2E81BA", "L-3819A6DF"),
            ("gr6.4xlarge", "L-DB2E81BA", "L-3819A6DF"),
            ("vt1.3xlarge", "L-DB2E81BA", "L-3819A6DF"),
            ("p4d.24xlarge", "L-417A185B", "L-7212CCBC"),
            ("inf2.xlarge", "L-1945791B", "L-B5D1601B"),
            ("x2idn.16xlarge", "L-7295265B", "L-E3A00192"),
            ("trn1.2xlarge", "L-2C3B7624", "L-6B0D517C"),
        ] {
            assert_eq!((code(name, false), code(name, true)), (Some(on_demand), Some(as_spot)), "{name}");
        }
        for name in ["mac2.metal", "", "5.large"] {
            assert_eq!(code(name, false), None, "{name}");
        }
        assert_eq!((code("u-6tb1.metal", false), code("hpc7g.large", true)), (Some("L-43DA4232"), None));
    }
}
