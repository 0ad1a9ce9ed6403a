//! A page of a list.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::{Failure, List};
use crate::model::diagnostic::GapReason;

/// What every list has.
#[derive(Debug, Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
pub(super) struct Page<T> {
    kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) metadata: Metadata,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) items: Vec<T>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Metadata {
    #[serde(default, rename = "continue", deserialize_with = "filled")]
    pub(super) next: Option<String>,
}

/// Go writes a list without entries as `null`.
fn or_default<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

fn filled<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Option::<String>::deserialize(from).map(|next| next.filter(|next| !next.is_empty()))
}

/// Reads an answer. What is wrong with it is not quoted: it may be a secret.
pub(super) fn read<T: DeserializeOwned>(list: &List, body: &[u8]) -> Result<Page<T>, Failure> {
    let malformed = |what: &str| Failure::new(list.action, GapReason::Malformed, what);
    let page: Page<T> = serde_json::from_slice(body)
        .map_err(|_| malformed("HTTP 200 with an answer that is not what the API promises"))?;
    if page.kind != list.kind {
        return Err(malformed("HTTP 200 with an answer of another kind"));
    }
    Ok(page)
}

/// A token as the value of a parameter.
pub(super) fn escaped(token: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let escape = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    token.bytes().map(escape).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const LIST: List = List { action: "kubernetes:ListPods", path: "/api/v1/pods", kind: "PodList", page: 1 };

    #[test]
    fn an_empty_list_may_be_null_and_an_empty_token_is_the_end() {
        let page: Page<String> =
            read(&LIST, br#"{"kind":"PodList","metadata":{"continue":""},"items":null}"#).unwrap();
        assert!(page.items.is_empty() && page.metadata.next.is_none());
    }

    #[test]
    fn what_is_no_list_is_malformed_and_not_quoted() {
        for body in [
            r#"{"kind":"SecretList","items":[]}"#,
            r#"{"kind":"PodList","items":["canary-value"]}"#,
            r#"{"kind":"PodList","items":[7,"canary-value"#,
            "<html>canary-value</html>",
            "",
        ] {
            let failure = read::<u32>(&LIST, body.as_bytes()).unwrap_err();
            assert_eq!(failure.reason, GapReason::Malformed);
            assert!(!format!("{failure:?}").contains("canary"), "{failure:?}");
        }
    }

    #[test]
    fn tokens_are_escaped() {
        assert_eq!(escaped("eyJ2Ijoi+/=="), "eyJ2Ijoi%2B%2F%3D%3D");
    }
}
