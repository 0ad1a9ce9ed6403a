use super::*;

#[test]
fn a_secret_never_shows_itself() {
    let secret = Secret::new("hunter2");
    assert_eq!(format!("{secret} {secret:?} {secret:#?}"), "(secret) (secret) (secret)");
    assert_eq!(serde_json::to_string(&Some(&secret)).ok().as_deref(), Some("\"(secret)\""));
    assert_eq!(secret.expose(), "hunter2");
}

#[test]
fn tables_are_sorted_for_the_search() {
    assert!(WORDS.windows(2).all(|pair| pair[0] < pair[1]));
    assert!(HARMLESS.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn names_of_secrets() {
    for name in [
        "password",
        "PASSWORD",
        "master_password",
        "masterUserPassword",
        "DB_PASSWORD",
        "db-password",
        "DB_PASSWORD_PRIMARY",
        "password2",
        "PGPASSWORD",
        "dbpassword",
        "secret",
        "secret_string",
        "secret_binary",
        "client_secret",
        "clientSecret",
        "token",
        "auth_token",
        "AUTH",
        "auth",
        "github_token",
        "api_key",
        "apiKey",
        "APIKEY",
        "STRIPE_API_KEY",
        "private_key",
        "private_key_pem",
        "private_key_openssh",
        "privateKey",
        "aws_secret_access_key",
        "AWS_ACCESS_KEY_ID",
        "credentials",
        "redis_passwd",
        "tls.key",
        "server.key",
        "id_rsa",
        ".dockerconfigjson",
        "kubeconfig",
        "user_data",
        "user_data_base64",
        "ENCRYPTION_KEY",
        "signing_key",
        "password_hash",
        "random_password",
        "Authorization",
        "kube_config_secret",
    ] {
        assert!(looks_secret(name), "{name} must be taken for a secret's name");
    }
}

#[test]
fn names_that_only_speak_of_secrets() {
    for name in [
        "secret_id",
        "secretName",
        "secret_name",
        "secret_arn",
        "secretKeyRef",
        "secretRef",
        "secretProviderClass",
        "secretStoreRef",
        "token_ttl",
        "tokenExpirationSeconds",
        "token_url",
        "password_length",
        "password_policy",
        "passwordFile",
        "auth_type",
        "auth_token_update_strategy",
        "authentication",
        "iam_database_authentication_enabled",
        "authorizer",
        "author",
        "kms_key_id",
        "key",
        "key_name",
        "public_key",
        "topologyKey",
        "node_group_name",
        "tokenizer",
        "compass",
        "bypass",
        "secretsmanager",
        "DB_HOST",
        "access_policy",
        "certificate.pem",
        "ca.crt",
        "",
        "..",
    ] {
        assert!(!looks_secret(name), "{name} must not be taken for a secret's name");
    }
}

#[test]
fn a_reference_under_a_secret_name_is_none() {
    assert!(!is_secret("encryption_key", "arn:aws:kms:us-east-2:123456789012:key/1"));
    assert!(!is_secret("DB_PASSWORD", "${DB_PASSWORD}"));
    assert!(!is_secret("auth", ""));
    assert!(is_secret("DB_PASSWORD", "hunter2"));
    assert!(is_secret("note", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"));
}

#[test]
fn forms_of_secrets() {
    let hundred = "a1B2".repeat(25);
    for (value, kind) in [
        ("k8s-aws-v1.aHR0cHM6Ly9zdHMu".to_owned(), "EKS bearer token"),
        ("key AKIAIOSFODNN7EXAMPLE.".to_owned(), "AWS access key id"),
        ("ASIAIOSFODNN7EXAMPLE".to_owned(), "AWS access key id"),
        ("-----BEGIN PRIVATE KEY-----\nMII".to_owned(), "private key"),
        ("x\n-----BEGIN EC PRIVATE KEY-----".to_owned(), "private key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----".to_owned(), "private key"),
        ("LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ==".to_owned(), "private key"),
        ("LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t".to_owned(), "private key"),
        ("LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0tLS0t".to_owned(), "private key"),
        ("LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUgS0VZLS0tLS0=".to_owned(), "private key"),
        ("LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFURSBLRVktLS0tLQ==".to_owned(), "private key"),
        (format!("ghp_{}", &hundred[..36]), "GitHub token"),
        (format!("github_pat_{}", &hundred[..60]), "GitHub token"),
        (format!("glpat-{}", &hundred[..20]), "GitLab token"),
        ("xoxb-123456789012-abcdefghij".to_owned(), "Slack token"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln".to_owned(), "JWT"),
        ("Authorization: Bearer abcdefghijklmnopqrstuvwx1".to_owned(), "bearer token"),
        ("postgres://shop:hunter2@db.internal:5432/shop".to_owned(), "password in a URL"),
        ("DSN=shop:hunter2@tcp(db.internal:3306)/shop".to_owned(), "password in a DSN"),
        ("https://hooks.slack.com/services/T00000000/B00000000/abcdefgh".to_owned(), "Slack webhook"),
    ] {
        assert_eq!(marker(&value), Some(kind), "{value}");
    }
}

#[test]
fn forms_that_only_resemble_secrets() {
    for value in [
        "",
        "us-east-2",
        "AKIA",
        "AKIAIOSFODNN7EXAMPL",
        "AKIAIOSFODNN7EXAMPLEX",
        "XAKIAIOSFODNN7EXAMPLE",
        "ASIATIC-MARKETS",
        "AROAIOSFODNN7EXAMPLE1",
        "-----BEGIN CERTIFICATE-----\nMII",
        "-----BEGIN PUBLIC KEY-----",
        "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t",
        "foxoxb-1",
        "eyJust.a.word",
        "ghp_short",
        "k8s-aws-v1.",
        "Bearer of good news",
        "https://db.internal:5432/shop",
        "https://user@host/path",
        "postgres://shop:${DB_PASSWORD}@db:5432/shop",
        "postgres://shop:$(DB_PASSWORD)@db:5432/shop",
        "oci://host:5000/image@sha256:abc",
        "shop:${DB_PASSWORD}@tcp(db:3306)/shop",
        "https://hooks.slack.com/services/",
        "arn:aws:iam::123456789012:role/AKIA",
        "-----BEGIN ",
        "-----BEGIN \u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}",
    ] {
        assert_eq!(marker(value), None, "{value}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(name in ".{0,40}", value in ".{0,200}") {
        let _ = (looks_secret(&name), marker(&value), is_secret(&name, &value));
    }

    #[test]
    fn a_key_is_found_wherever_it_stands(before in "[ ,;\"'=\u{e4}]{0,20}", after in "[ ,;\"'\u{e4}]{0,20}") {
        let value = format!("{before}AKIAIOSFODNN7EXAMPLE{after}");
        proptest::prop_assert_eq!(marker(&value), Some("AWS access key id"));
    }
}
