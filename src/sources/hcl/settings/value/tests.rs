use super::*;

#[test]
fn durations() {
    let of = |text: &str| duration(text);
    assert_eq!(of("24h"), Some(86_400));
    assert_eq!(of("15m"), Some(900));
    assert_eq!(of("90d"), Some(7_776_000));
    assert_eq!(of("1h30m"), Some(5_400));
    assert_eq!(of("1h 30m 5s"), Some(5_405));
    assert_eq!(of("2w"), Some(1_209_600));
    assert_eq!((of("900"), of("0s"), of("0")), (Some(900), Some(0), Some(0)));
    for wrong in [
        "",
        " ",
        "h",
        "24 hours",
        "30m1h",
        "1h1h",
        "1.5h",
        "-1h",
        "1h30",
        "20y",
        "99999d",
        "99999999999999999999h",
        "184467440737095516s",
    ] {
        assert_eq!(of(wrong), None, "{wrong}");
    }
}

#[test]
fn dates() {
    assert_eq!(date("2026-10-08").unwrap().to_string(), "2026-10-08T00:00:00Z");
    assert_eq!(date("2026-10-08T12:00:00+02:00").unwrap().to_string(), "2026-10-08T10:00:00Z");
    for wrong in
        ["", "2026-02-30", "8 October 2026", "2026-10-08T12:00:00", "20261008", "2026-10", "99999-01-01"]
    {
        assert!(date(wrong).is_none(), "{wrong}");
    }
}

#[test]
fn times_of_day_and_regions() {
    assert!(is_clock("00:00") && is_clock("23:59") && is_clock("24:00"));
    for wrong in ["24:01", "7:00", "07:60", "0700", "", "07:0a", "+1:00"] {
        assert!(!is_clock(wrong), "{wrong}");
    }
    assert!(
        is_region("us-west-2")
            && is_region("eusc-de-east-1")
            && is_region("us-gov-east-1")
            && is_region("mars-north-12")
    );
    for wrong in ["", "us-west", "us-west2", "us-west-2a", "US-WEST-2", "us--west-2", "west-2", "us-west-123"]
    {
        assert!(!is_region(wrong), "{wrong}");
    }
}

#[test]
fn references_name_secrets() {
    assert_eq!(reference("env:DB_PASSWORD"), Some(ValueSource::Environment("DB_PASSWORD".into())));
    assert_eq!(reference("file:/run/pw"), Some(ValueSource::File("/run/pw".into())));
    assert_eq!(reference("secret:shop/db#password"), Some(ValueSource::Secret("shop/db#password".into())));
    for wrong in [
        "",
        "hunter2",
        "env:",
        "env:$PW",
        "env:two words",
        "http://x",
        "pass:word",
        "secret:hunter2 x",
        "file: ",
    ] {
        assert_eq!(reference(wrong), None, "{wrong}");
    }
}

#[test]
fn plain_values_are_text_or_json() {
    let of = |text: &str| plain(&text.parse::<Expression>().unwrap());
    assert_eq!(of("\"us-west-2\"").unwrap(), "us-west-2");
    assert_eq!(of("3").unwrap(), "3");
    assert_eq!(of("true").unwrap(), "true");
    assert_eq!(of("[\"a\", 1, null, { b = 0.5 }]").unwrap(), "[\"a\",1,null,{\"b\":0.5}]");
    assert_eq!(of("{ \"x-y\" = (2) }").unwrap(), "{\"x-y\":2}");
    assert!(of("var.x").is_none() && of("[var.x]").is_none() && of("{ (a) = 1 }").is_none());
}
