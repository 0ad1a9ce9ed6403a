//! Whom to ask and as whom: a kubeconfig from a file, or made for an EKS cluster.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use http::HeaderValue;
use kube::config::{
    AuthInfo, Cluster, Config, Context, ExecConfig, KubeConfigOptions, KubeconfigError, NamedAuthInfo,
    NamedCluster, NamedContext,
};

use secrecy::{ExposeSecret as _, SecretString};

use super::{Failure, SIGN_IN};
use crate::model::diagnostic::GapReason;
use crate::model::secret::Secret;

/// Where a kubeconfig is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The file; else what `KUBECONFIG` names, else `~/.kube/config`.
    pub file: Option<PathBuf>,
    /// The context; else the current one.
    pub context: Option<String>,
}

/// An address and a sign-in.
#[derive(Clone)]
pub struct Kubeconfig {
    content: kube::config::Kubeconfig,
    context: Option<String>,
}

impl fmt::Debug for Kubeconfig {
    /// Without its content, which is a sign-in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kubeconfig").field("context", &self.context).finish_non_exhaustive()
    }
}

impl Kubeconfig {
    /// Reads it. Programs that it names are not run yet.
    ///
    /// # Errors
    /// Not there, or no kubeconfig.
    pub fn read(source: &Source) -> Result<Self, Failure> {
        let read = match &source.file {
            Some(file) => kube::config::Kubeconfig::read_from(file),
            None => kube::config::Kubeconfig::read(),
        };
        Ok(Self { content: read.map_err(|error| refused(&error))?, context: source.context.clone() })
    }

    /// One for an EKS cluster, as `aws eks update-kubeconfig` would write it but for the token, which is in it.
    /// `authority` is base64 of PEM, as the API gives it.
    #[must_use]
    pub fn of_eks(name: &str, endpoint: &str, authority: &str, token: &Secret) -> Self {
        let cluster = Cluster {
            server: Some(endpoint.to_owned()),
            certificate_authority_data: Some(authority.to_owned()),
            ..Cluster::default()
        };
        let user = AuthInfo { token: Some(token.expose().to_owned().into()), ..AuthInfo::default() };
        let context = Context { cluster: name.to_owned(), user: Some(name.to_owned()), ..Context::default() };
        let name = || name.to_owned();
        let content = kube::config::Kubeconfig {
            clusters: vec![NamedCluster { name: name(), cluster: Some(cluster), ..NamedCluster::default() }],
            auth_infos: vec![NamedAuthInfo {
                name: name(),
                auth_info: Some(user),
                ..NamedAuthInfo::default()
            }],
            contexts: vec![NamedContext { name: name(), context: Some(context), ..NamedContext::default() }],
            current_context: Some(name()),
            ..kube::config::Kubeconfig::default()
        };
        Self { content, context: None }
    }

    /// The address of an EKS cluster alone, for a session that brings its own tokens.
    #[must_use]
    pub fn at_eks(name: &str, endpoint: &str, authority: &str) -> Self {
        let mut made = Self::of_eks(name, endpoint, authority, &Secret::new(""));
        made.content.auth_infos.iter_mut().for_each(|user| user.auth_info = Some(AuthInfo::default()));
        made
    }

    /// The same for kubectl: it signs in by the AWS CLI, as `aws eks update-kubeconfig` has it, and holds no token that ends.
    #[must_use]
    pub fn for_kubectl(name: &str, endpoint: &str, authority: &str, region: &str) -> Self {
        let mut made = Self::at_eks(name, endpoint, authority);
        let args = ["eks", "get-token", "--region", region, "--cluster-name", name, "--output", "json"];
        let exec = ExecConfig {
            api_version: Some("client.authentication.k8s.io/v1beta1".to_owned()),
            command: Some("aws".to_owned()),
            args: Some(args.map(str::to_owned).to_vec()),
            ..ExecConfig::default()
        };
        let user = AuthInfo { exec: Some(exec), ..AuthInfo::default() };
        made.content.auth_infos.iter_mut().for_each(|named| named.auth_info = Some(user.clone()));
        made
    }

    /// Writes it for programs that take a file, readable by nobody else; a file that is there is replaced.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // A temporary file has mode 0600 from its first byte.
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        serde_json::to_writer(&mut file, &self.content)?;
        file.as_file().sync_all()?;
        file.persist(path).map(|_| ()).map_err(|error| error.error)
    }

    /// Whether its context leads to an endpoint.
    #[must_use]
    pub fn leads_to(&self, endpoint: &str) -> bool {
        let address = |url: &str| url.trim_end_matches('/').trim_end_matches(":443").to_ascii_lowercase();
        self.server().is_some_and(|server| address(server) == address(endpoint))
    }

    /// Whether its context leads to this machine.
    #[must_use]
    pub fn is_here(&self) -> bool {
        let host = self.server().and_then(|server| server.parse::<http::Uri>().ok());
        host.as_ref().and_then(|uri| uri.host()).is_some_and(|host| {
            let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
            host == "localhost" || address.is_ok_and(|address| address.is_loopback())
        })
    }

    /// The region of the EKS endpoint that its context leads to; `None` where it leads elsewhere:
    /// `https://ID.gr7.us-west-2.eks.amazonaws.com`, or `https://ID.eks-cluster.us-west-2.api.aws`.
    #[must_use]
    pub fn eks_region(&self) -> Option<String> {
        let uri: http::Uri = self.server()?.parse().ok()?;
        let host = uri.host()?.to_ascii_lowercase();
        let (before, _) = host.split_once(".eks.amazonaws.").or_else(|| host.split_once(".api.aws"))?;
        before.rsplit('.').next().map(str::to_owned)
    }

    fn server(&self) -> Option<&str> {
        let wanted = self.context.as_ref().or(self.content.current_context.as_ref())?;
        let context =
            self.content.contexts.iter().find(|context| context.name == *wanted)?.context.as_ref()?;
        let cluster = self.content.clusters.iter().find(|cluster| cluster.name == context.cluster)?;
        cluster.cluster.as_ref()?.server.as_deref()
    }

    pub(super) async fn config(self) -> Result<Config, Failure> {
        let options = KubeConfigOptions { context: self.context, ..KubeConfigOptions::default() };
        let config = Config::from_custom_kubeconfig(self.content, &options).await;
        let config = config.map_err(|error| refused(&error))?;
        // The client takes a token for a header without asking whether it is one.
        let sendable = |token: &SecretString| HeaderValue::from_str(token.expose_secret()).is_ok();
        if !config.auth_info.token.as_ref().is_none_or(sendable) {
            let detail = "the kubeconfig's token has a line break or another sign that no token has";
            return Err(Failure::new(SIGN_IN, GapReason::Unreadable, detail));
        }
        Ok(config)
    }
}

/// The words of a reader quote what it read, and a kubeconfig is a secret.
fn refused(error: &KubeconfigError) -> Failure {
    let detail = match error {
        KubeconfigError::ReadConfig(cause, path) => {
            format!("{} cannot be read: {}", path.display(), cause.kind())
        }
        KubeconfigError::FindPath => "there is no kubeconfig".to_owned(),
        KubeconfigError::CurrentContextNotSet => "the kubeconfig names no current context".to_owned(),
        KubeconfigError::LoadContext(name) => format!("the kubeconfig has no context {name:?}"),
        KubeconfigError::LoadClusterOfContext(name) => format!("the kubeconfig has no cluster {name:?}"),
        KubeconfigError::MissingClusterUrl | KubeconfigError::ParseClusterUrl(_) => {
            "the kubeconfig has no address of the cluster".to_owned()
        }
        KubeconfigError::LoadCertificateAuthority(_) | KubeconfigError::ParseCertificates(_) => {
            "the certificate authority of the cluster cannot be read".to_owned()
        }
        _ => "the kubeconfig cannot be read".to_owned(),
    };
    Failure::new(SIGN_IN, GapReason::Unreadable, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_told_from_another() {
        let made = Kubeconfig::of_eks(
            "shop",
            "https://A1.gr7.us-east-2.eks.amazonaws.com",
            "",
            &Secret::new("canary"),
        );
        assert!(made.leads_to("https://a1.gr7.us-east-2.eks.amazonaws.com/"));
        assert!(made.leads_to("https://a1.gr7.us-east-2.eks.amazonaws.com:443"));
        assert!(!made.leads_to("https://b2.gr7.us-east-2.eks.amazonaws.com"));
        assert!(!format!("{made:?}").contains("canary"));
    }

    #[cfg(unix)]
    #[test]
    fn a_saved_one_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kubeconfig");
        let made = Kubeconfig::of_eks("shop", "https://a.example", "", &Secret::new("canary"));
        made.save(&file).unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let read = Kubeconfig::read(&Source { file: Some(file), context: None }).unwrap();
        assert!(read.leads_to("https://a.example"));
        let token = read.content.auth_infos[0].auth_info.as_ref().and_then(|user| user.token.as_ref());
        assert_eq!(token.map(|token| token.expose_secret().to_owned()).as_deref(), Some("canary"));
    }

    #[test]
    fn an_eks_endpoint_tells_its_region() {
        for (server, region) in [
            ("https://ABC.gr7.us-east-2.eks.amazonaws.com", Some("us-east-2")),
            ("https://ABC.yl4.cn-north-1.eks.amazonaws.com.cn:443", Some("cn-north-1")),
            ("https://ABC.eks-cluster.us-west-2.api.aws", Some("us-west-2")),
            ("https://127.0.0.1:6443", None),
            ("https://us-east-2.example.com", None),
        ] {
            let found = Kubeconfig::at_eks("shop", server, "").eks_region();
            assert_eq!(found.as_deref(), region, "{server}");
        }
    }
}
