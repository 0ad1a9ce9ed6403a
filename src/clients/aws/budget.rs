//! How often a service is asked. Budgets stay below AWS's own limits, so that a recording throttles nobody else.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::{Mutex, Semaphore, SemaphorePermit};
use tokio::time::Instant;

/// Calls a second, at once, and in a burst.
struct Rate {
    per_second: u32,
    at_once: usize,
    burst: u32,
}

/// Services by their prefix in IAM actions. Where AWS publishes a limit, the budget is at most half of it:
/// Route 53 5 requests a second an account
/// (<https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html>), so 4 with nobody else there;
/// ACM 8 ListCertificates (<https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html>);
/// Service Quotas 10 (<https://docs.aws.amazon.com/servicequotas/latest/userguide/reference.html>);
/// EC2 20 for unfiltered describes (<https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>);
/// S3 3,500 writes and 5,500 reads of a prefix (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html>).
const RATES: &[(&str, Rate)] = &[
    ("acm", Rate { per_second: 4, at_once: 4, burst: 4 }),
    ("backup", Rate { per_second: 10, at_once: 4, burst: 10 }),
    ("cloudfront", Rate { per_second: 5, at_once: 2, burst: 5 }),
    ("cloudwatch", Rate { per_second: 20, at_once: 4, burst: 20 }),
    ("ec2", Rate { per_second: 10, at_once: 4, burst: 20 }),
    ("ecr", Rate { per_second: 40, at_once: 8, burst: 40 }),
    ("eks", Rate { per_second: 10, at_once: 4, burst: 10 }),
    ("elasticache", Rate { per_second: 10, at_once: 4, burst: 10 }),
    ("elasticloadbalancing", Rate { per_second: 10, at_once: 4, burst: 10 }),
    ("iam", Rate { per_second: 10, at_once: 5, burst: 20 }),
    ("kms", Rate { per_second: 50, at_once: 8, burst: 50 }),
    ("rds", Rate { per_second: 10, at_once: 6, burst: 20 }),
    ("route53", Rate { per_second: 4, at_once: 2, burst: 4 }),
    ("s3", Rate { per_second: 500, at_once: 32, burst: 500 }),
    ("secretsmanager", Rate { per_second: 20, at_once: 4, burst: 20 }),
    ("servicequotas", Rate { per_second: 5, at_once: 4, burst: 5 }),
];

/// For a service without an entry.
const OTHER: Rate = Rate { per_second: 5, at_once: 2, burst: 5 };

#[derive(Debug)]
struct Budget {
    at_once: Semaphore,
    interval: Duration,
    allowance: Duration,
    /// When the call after the last one would be due at an even pace.
    due: Mutex<Option<Instant>>,
}

impl Budget {
    fn new(rate: &Rate) -> Self {
        let interval = Duration::from_secs(1) / rate.per_second;
        Self {
            at_once: Semaphore::new(rate.at_once),
            interval,
            allowance: interval * rate.burst.saturating_sub(1),
            due: Mutex::new(None),
        }
    }
    async fn take(&self) -> Option<SemaphorePermit<'_>> {
        let permit = self.at_once.acquire().await.ok();
        let start = {
            let mut due = self.due.lock().await;
            let now = Instant::now();
            let slot = due.map_or(now, |due| due.max(now));
            *due = Some(slot + self.interval);
            slot.checked_sub(self.allowance).unwrap_or(now).max(now)
        };
        tokio::time::sleep_until(start).await;
        permit
    }
}

/// The budgets of all services; shared by every region of a connection, since limits hold for an account.
#[derive(Debug)]
pub struct Budgets {
    services: BTreeMap<&'static str, Budget>,
    other: Budget,
}

impl Budgets {
    /// Fresh budgets, nothing spent.
    #[must_use]
    pub fn new() -> Self {
        Self {
            services: RATES.iter().map(|(service, rate)| (*service, Budget::new(rate))).collect(),
            other: Budget::new(&OTHER),
        }
    }
    /// Waits until a service may be asked. The permit is held while the call lasts.
    pub async fn take(&self, service: &str) -> Option<SemaphorePermit<'_>> {
        self.services.get(service).unwrap_or(&self.other).take().await
    }
}

impl Default for Budgets {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_burst_is_free_and_then_the_pace_holds() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(async {
            let budget = Budget::new(&Rate { per_second: 100, at_once: 2, burst: 5 });
            let start = Instant::now();
            for _ in 0..5 {
                budget.take().await;
            }
            let burst = start.elapsed();
            for _ in 0..20 {
                budget.take().await;
            }
            let spent = start.elapsed();
            assert!(spent >= Duration::from_millis(195) && burst < spent / 2, "{burst:?} {spent:?}");
        });
    }
}
