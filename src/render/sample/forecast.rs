//! The forecast of the sample.

use super::PRIMARY;
use crate::plan::forecast::{
    Beforehand, Component, Forecast, PhaseSpan, Prepared, Reached, Rpo, Rto, Stranded, Verdict,
};
use crate::plan::step::Phase;

pub(super) fn forecast() -> Forecast {
    let span = |phase, steps, from, to, critical| PhaseSpan {
        phase,
        steps,
        from_seconds: from,
        to_seconds: to,
        critical,
    };
    Forecast {
        rto: Rto {
            p50_seconds: 3120,
            p90_seconds: 4440,
            objective_seconds: Some(3600),
            verdict: Verdict::Missed,
            doubts: Vec::new(),
            critical_path: [
                "preflight/identity",
                "infra/module.rds.aws_db_subnet_group.main",
                "restore/primary",
                "manifests/ConfigMap/ecommerce/ecommerce-config",
                "dns/gate",
                "dns/shop.example.com",
                "verify/shop.example.com",
            ]
            .map(str::to_owned)
            .into(),
        },
        components: vec![
            Component {
                component: "rds".to_owned(),
                p50_seconds: Some(2220),
                p90_seconds: Some(3000),
                objective_seconds: Some(3600),
                verdict: Verdict::Ok,
                doubts: Vec::new(),
                given_up: Vec::new(),
            },
            Component {
                component: "eks".to_owned(),
                p50_seconds: Some(840),
                p90_seconds: Some(1260),
                objective_seconds: Some(600),
                verdict: Verdict::Missed,
                doubts: Vec::new(),
                given_up: Vec::new(),
            },
        ],
        rpo: vec![
            Rpo {
                store: PRIMARY.to_owned(),
                now_seconds: Some(469),
                worst_seconds: Some(11_520),
                objective_seconds: Some(86_400),
                verdict: Verdict::Ok,
                why: "logs ship every 5 min, the copy takes up to 3 h".to_owned(),
            },
            Rpo {
                store: "module.s3.aws_s3_bucket.media".to_owned(),
                now_seconds: None,
                worst_seconds: Some(900),
                objective_seconds: None,
                verdict: Verdict::Unknown,
                why: "no objective for bucket acme-media".to_owned(),
            },
        ],
        samples: 1000,
        best_prepared: Some(Prepared { step: "restore/primary".to_owned(), saves_seconds: 1140 }),
        without_us_east_1: Stranded {
            first: vec!["dns/shop.example.com".to_owned()],
            all: 3,
            rto: Rto {
                p50_seconds: 2940,
                p90_seconds: 4200,
                objective_seconds: Some(3600),
                verdict: Verdict::Missed,
                doubts: Vec::new(),
                critical_path: ["preflight/identity", "restore/primary", "dns/gate"]
                    .map(str::to_owned)
                    .into(),
            },
            components: vec![reached("rds", 2220, 3000), reached("eks", 840, 1260)],
            beforehand: vec![Beforehand {
                what: "records that fail over by themselves: health checks, or routing controls".to_owned(),
                steps: vec!["dns/shop.example.com".to_owned()],
            }],
        },
        phases: vec![
            span(Phase::Preflight, 3, 0, 15, true),
            span(Phase::Infra, 3, 15, 900, true),
            span(Phase::Restore, 1, 360, 2220, true),
            span(Phase::Manifests, 4, 2340, 2580, true),
            span(Phase::Dns, 2, 2940, 3000, true),
            span(Phase::Verify, 2, 3000, 3120, true),
        ],
    }
}

fn reached(name: &str, p50: u64, p90: u64) -> Reached {
    Reached {
        component: name.to_owned(),
        p50_seconds: Some(p50),
        p90_seconds: Some(p90),
        waits_for: Vec::new(),
    }
}
