//! Connections only: the AWS SDK's configuration, deadlines, rate budgets, the cluster's sign-in, a host's answer over
//! HTTP. What is asked is up to `sources`, what is changed to `targets`; nothing here decides or prints.

#[cfg(feature = "live")]
pub mod aws;
pub mod clock;
#[cfg(feature = "live")]
pub mod http;
#[cfg(feature = "live")]
pub mod kube;
#[cfg(feature = "live")]
pub mod ssh_agent;
