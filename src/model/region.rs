//! AWS regions.

use serde::{Deserialize, Serialize};

/// A region's name, such as `us-west-2`.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Region(String);

impl Region {
    /// Takes any name; whether it is a region is asked with [`known`].
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Regions of all partitions, from the endpoint data that the AWS SDKs ship.
pub const REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
    "eusc-de-east-1",
];

/// Whether the table has a region of this name.
#[must_use]
pub fn known(name: &str) -> bool {
    REGIONS.contains(&name)
}

/// The region of an availability zone name (`us-east-2a`), `None` where it is none.
#[must_use]
pub fn of_zone(zone: &str) -> Option<&str> {
    let region = zone.strip_suffix(|c: char| c.is_ascii_lowercase())?;
    known(region).then_some(region)
}

/// Words that regions are named by: where in its area one lies.
const DIRECTIONS: &[&str] =
    &["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];

/// Whether a name that the table does not have is sooner a mistyped region than one that is newer than the table: it
/// lies in no direction, or it is one letter off a known one. A new number in a known area is a new region.
#[must_use]
pub fn is_mistyped(name: &str) -> bool {
    if known(name) {
        return false;
    }
    let number = |name: &str| name.rsplit('-').next().map(str::to_owned);
    !name.split('-').any(|part| DIRECTIONS.contains(&part))
        || REGIONS
            .iter()
            .any(|known| number(known) == number(name) && strsim::damerau_levenshtein(known, name) == 1)
}

/// The known region nearest to a mistyped one.
#[must_use]
pub fn nearest<'a>(name: &str, more: impl Iterator<Item = &'a str>) -> Option<String> {
    super::nearest(name, REGIONS.iter().copied().chain(more))
}

#[cfg(test)]
mod tests {
    use super::is_mistyped;

    #[test]
    fn a_typing_error_is_no_new_region() {
        for typed in ["us-wst-2", "us-esat-2", "su-west-2", "eu-centrl-1", "us-wset-22", "ap-southeas-1"] {
            assert!(is_mistyped(typed), "{typed}");
        }
        for new in
            ["us-west-2", "ap-southeast-8", "us-west-3", "nz-north-1", "us-isob-east-1", "mars-north-12"]
        {
            assert!(!is_mistyped(new), "{new}");
        }
    }
}
