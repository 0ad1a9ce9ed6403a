//! The pages of `drplan explain`.

use super::screen::{Screen, plain};
use super::text::width;
use super::{Options, Unknown};

/// One line a code; the page is `docs/explain/CODE.md`.
macro_rules! pages {
    ($($code:literal)*) => {
        &[$(($code, include_str!(concat!("../../docs/explain/", $code, ".md")))),*]
    };
}

const PAGES: &[(&str, &str)] = pages! {
    "api-removed"
    "api-unserved"
    "backend-in-primary"
    "backend-unknown"
    "backup-late"
    "bucket-global-name"
    "bucket-no-counterpart"
    "bucket-not-fed"
    "bucket-partly-replicated"
    "certificate-no-counterpart"
    "class-not-orderable"
    "cluster-left-out"
    "cluster-locked"
    "cluster-unknown"
    "cluster-unreachable"
    "configuration-gap"
    "configuration-missing"
    "control-plane-lost"
    "count-computed"
    "database-empty-trap"
    "dependency-cycle"
    "dependency-left-out"
    "dns-name-inside"
    "dns-name-kept"
    "dns-name-unmoved"
    "dns-no-target"
    "dns-record-differs"
    "dns-step-empty"
    "eks-addon-gone"
    "eks-version-extended"
    "eks-version-gone"
    "engine-decided"
    "engine-destroys"
    "engine-differs"
    "engine-failed"
    "engine-names-primary"
    "engine-omits"
    "engine-plans-primary"
    "engine-unasked"
    "engine-unpredicted"
    "external-dns-syncs"
    "foreign-in-primary"
    "gate-unasked"
    "health-check-lost"
    "iam-name-shared"
    "id-unplaced"
    "identifier-differs"
    "image-differs"
    "image-foreign"
    "image-in-lost-region"
    "image-missing"
    "images-in-primary"
    "imported-twice"
    "index-differs"
    "instance-type-missing"
    "inventory-gap"
    "inventory-missing"
    "issuer-unknown"
    "key-made-anew"
    "key-no-counterpart"
    "key-pair-unknown"
    "key-replica"
    "known-outside"
    "literal-in-code"
    "literal-unplaced"
    "lock-one-platform"
    "loss-needless"
    "manifest-unrendered"
    "name-differs"
    "name-taken"
    "network-there-already"
    "nodes-too-small"
    "not-in-code"
    "not-in-every-zone"
    "not-in-state"
    "not-transferable"
    "nothing-provides"
    "objective-missed"
    "other-stack-read"
    "other-writer"
    "override-not-in-code"
    "owned-twice"
    "owner-by-uid"
    "password-of-backup"
    "placeholder-unfilled"
    "pod-identity-agentless"
    "policy-bound-to-region"
    "primary-region-unknown"
    "primary-unfenced"
    "private-zone-unassociated"
    "program-run"
    "provider-pinned"
    "provides-unneeded"
    "quota-short"
    "quota-unproven"
    "range-differs"
    "recording-old"
    "recording-stale"
    "recording-to-come"
    "recovery-point-differs"
    "recovery-point-missing"
    "recovery-point-old"
    "recovery-unseen"
    "reference-undeclared"
    "references-unverified"
    "region-map-lacks"
    "region-variable"
    "remote-state-in-primary"
    "replaced-by-code"
    "restore-drops-settings"
    "rewrite-contradicts"
    "rewrite-keeps"
    "rewrite-without-effect"
    "role-not-owned"
    "secret-no-replica"
    "secret-origin-unknown"
    "secret-rewritten-whole"
    "secret-sealed"
    "setting-unplaced"
    "shared-not-seen"
    "sign-in-in-primary"
    "skipped-in-use"
    "state-empty"
    "store-begins-empty"
    "store-count-computed"
    "store-no-recovery"
    "store-not-in-code"
    "store-origin-unknown"
    "subject-unknown"
    "token-short-lived"
    "traffic-unmovable"
    "unknown-type"
    "value-set-by-hand"
    "variable-not-given"
    "volume-no-recovery"
    "workload-skipped"
    "workload-unlisted"
    "workspace-in-code"
    "workspace-not-own"
    "workspace-same-backend"
    "zones-too-few"
};

/// The page of a code. `error[CODE]`, as a screen shows it, is understood too.
///
/// # Errors
/// Where there is no such code; with the nearest codes.
pub fn explain(code: &str) -> Result<&'static str, Unknown> {
    let bare = code.split_once('[').map_or(code, |(_, rest)| rest);
    let bare = bare.trim_end_matches([']', ':']).trim();
    PAGES
        .iter()
        .find(|(name, _)| *name == bare)
        .map(|(_, page)| *page)
        .ok_or_else(|| Unknown::new("code", bare, PAGES.iter().map(|(name, _)| *name)))
}

/// A page in the width of the screen. Its own lines fit 100 columns and stay as they are there.
#[must_use]
pub fn render_page(page: &str, options: Options<'_>) -> String {
    let copied = |line: &str| line.contains("https://");
    if page.lines().all(|line| width(line) <= options.width || copied(line)) {
        return page.to_owned();
    }
    let mut screen = Screen::new(options);
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        if line.is_empty() {
            screen.gap();
            continue;
        }
        let item = line.split_once(". ").is_some_and(|(n, _)| n.parse::<u8>().is_ok());
        let indent = line.len() - line.trim_start().len();
        let mut text = line.to_owned();
        // A paragraph and an item of a list are written anew; of an example each line stays one.
        while indent == 0
            && !copied(line)
            && !line.starts_with('#')
            && line != "Example"
            && line != "What to do"
        {
            let Some(next) = lines.next_if(|next| {
                let more = next.split_once(". ").is_some_and(|(n, _)| n.parse::<u8>().is_ok());
                let apart = more || copied(next) || next.starts_with("Related: ");
                !next.is_empty() && !apart && next.starts_with("   ") == item
            }) else {
                break;
            };
            text = format!("{text} {}", next.trim_start());
        }
        let hang = if item || indent > 0 { indent.max(1) + 2 } else { 0 };
        // An address is copied: it stays whole.
        if copied(&text) {
            screen.unbroken(0, &[plain(text)]);
        } else {
            screen.text(hang, &[plain(text)]);
        }
    }
    screen.finish()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::plan::codes::CODES;

    /// What people must agree on about a code: its severity.
    type Table = BTreeMap<String, String>;

    fn codes() -> Table {
        CODES.iter().map(|code| (code.name.to_owned(), code.severity.as_str().to_owned())).collect()
    }

    #[test]
    fn codes_and_findings_md_agree() {
        let table: Vec<(String, String)> = include_str!("../../docs/findings.md")
            .lines()
            .filter_map(|line| line.strip_prefix("| `"))
            .map(|row| {
                let (code, rest) = row.split_once("` |").unwrap();
                let cells: Vec<&str> = rest.trim_end_matches('|').split('|').map(str::trim).collect();
                assert_eq!(cells.len(), 3, "{row}");
                assert!(cells.iter().all(|cell| !cell.is_empty()), "{row}");
                (code.to_owned(), cells[0].to_owned())
            })
            .collect();
        let as_table: Table = table.iter().cloned().collect();
        assert_eq!(as_table.len(), table.len(), "a code has two rows");
        assert_eq!(as_table, codes());
        assert!(table.is_sorted(), "rows in the order of codes");
    }

    #[test]
    fn codes_and_pages_agree() {
        let pages: Table = PAGES
            .iter()
            .map(|(code, page)| {
                let head = page.lines().next().unwrap();
                let (severity, name) = head.strip_prefix("# ").unwrap().split_once('[').unwrap();
                assert_eq!(name.strip_suffix(']').unwrap(), *code);
                ((*code).to_owned(), severity.to_owned())
            })
            .collect();
        assert_eq!(pages.len(), PAGES.len(), "a code has two pages");
        assert_eq!(pages, codes());
    }

    #[test]
    fn every_page_has_its_parts_and_fits_a_screen() {
        for (code, page) in PAGES {
            let lines = page.lines().count();
            assert!((10..=32).contains(&lines), "{code}: {lines} lines");
            for line in page.lines() {
                assert!(line.chars().count() <= 100 || line.contains("https://"), "{code}: {line}");
                assert_eq!(line.trim_end(), line, "{code}");
            }
            let (head, related) = page.rsplit_once("\nRelated: ").unwrap();
            assert!(head.contains("\n\nExample\n    ") && head.contains("\n\nWhat to do\n1. "), "{code}");
            assert!(head.contains("disaster"), "{code}");
            for other in related.trim().split(", ") {
                let other = other.trim_matches('`');
                assert!(explain(other).is_ok() && other != *code, "{code} is related to {other}");
            }
        }
    }

    #[test]
    fn a_page_fits_a_narrow_screen_and_loses_no_word() {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for (code, page) in PAGES {
            for columns in [60, 80] {
                let shown = render_page(page, Options { width: columns, ..Options::default() });
                assert!(
                    shown.lines().all(|line| width(line) <= columns || line.contains("https://")),
                    "{code}: {shown}"
                );
                if columns == 80 {
                    assert_eq!(words(&shown), words(page), "{code}");
                }
            }
            assert_eq!(render_page(page, Options::default()), *page);
        }
    }

    #[test]
    fn a_code_is_understood_as_a_screen_shows_it() {
        assert_eq!(explain("warning[literal-unplaced]:"), explain("literal-unplaced"));
        assert_eq!(explain("no-such-thing-at-all").unwrap_err().what, "code");
    }
}
