//! Whether what users come by answers.

use std::net::IpAddr;
use std::time::Duration;

use crate::clients::http::{Said, ask};
use crate::model::target::{Outputs, Progress, Seen};

/// How long one try takes: a host that drops packets answers never.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a balancer's own name ends in: its certificate is of the names of its users.
const BALANCERS: [&str; 2] = [".elb.amazonaws.com", ".elb.amazonaws.com.cn"];

/// Asks a host over HTTPS, else over HTTP; any answer below 500 is the stack's own.
pub(super) async fn endpoint(host: &str) -> Seen {
    let secure = ask(&format!("https://{host}/"), PATIENCE).await;
    let said = match secure {
        Said::Status(status) => Said::Status(status),
        Said::Certificate if BALANCERS.iter().any(|end| host.ends_with(end)) => Said::Status(200),
        Said::Certificate => Said::Certificate,
        Said::Nothing(_) => ask(&format!("http://{host}/"), PATIENCE).await,
    };
    match said {
        Said::Status(status) if status < 500 => Seen::Done(Outputs::new()),
        Said::Status(status) => waiting(format!("{host} answers {status}")),
        Said::Certificate => waiting(format!("{host} shows a certificate that is not trusted for this name")),
        Said::Nothing(why) => waiting(format!("{host} does not answer: {why}")),
    }
}

/// Asks the resolver of this machine: the name must lead somewhere, and not to a host of the primary any more.
pub(super) async fn name(name: &str, primary: &[String]) -> Seen {
    // One record stands for each name under a wildcard.
    let asked = name.replacen('*', "drplan-probe", 1);
    let addresses = match resolved(&asked).await {
        Ok(addresses) if !addresses.is_empty() => addresses,
        Ok(_) => return waiting(format!("{name} has no address yet")),
        Err(why) => return waiting(format!("{name} is not resolved yet: {why}")),
    };
    for host in primary.iter().filter(|host| host.as_str() != name) {
        let old = resolved(host).await.unwrap_or_default();
        if addresses.iter().any(|address| old.contains(address)) {
            return waiting(format!("{name} still leads to {host}"));
        }
    }
    Seen::Done(Outputs::new())
}

fn waiting(status: String) -> Seen {
    Seen::Underway(Progress { status, again_in: None })
}

async fn resolved(host: &str) -> Result<Vec<IpAddr>, String> {
    let place = if host.contains(':') { host.to_owned() } else { format!("{host}:443") };
    let found = tokio::time::timeout(PATIENCE, tokio::net::lookup_host(place)).await;
    let found = found.map_err(|_| "the resolver does not answer".to_owned())?;
    Ok(found.map_err(|error| error.to_string())?.map(|found| found.ip()).collect())
}
