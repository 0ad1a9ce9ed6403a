//! Connections only: the AWS SDK's configuration, deadlines, rate budgets, the cluster's sign-in, a host's answer over
//! HTTP. What is asked is up to `sources`, what is changed to `targets`; nothing here decides or prints.

pub mod aws;
pub mod clock;
pub mod http;
pub mod kube;
pub mod ssh_agent;
