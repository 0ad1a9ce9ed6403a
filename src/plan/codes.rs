//! Every finding's code, with its severity and what it means. `docs/findings.md` has the same table.

use self::Harm::{Informs, Loses, Misleads, Stops};
use super::finding::Severity::{self, Error, Note, Warning};

/// What comes of it if nobody heeds a finding; the worst first. Findings of one severity are in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// Data is lost, or two primaries write.
    Loses,
    /// Something does not start, or the recovery stops.
    Stops,
    /// Something points at the wrong place.
    Misleads,
    /// Nothing.
    Informs,
}

/// A code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The word in brackets.
    pub name: &'static str,
    /// How bad; the same wherever the code is raised.
    pub severity: Severity,
    /// What comes of it if nobody heeds it.
    pub harm: Harm,
    /// What it means, in one line.
    pub summary: &'static str,
}

const fn code(name: &'static str, severity: Severity, harm: Harm, summary: &'static str) -> Code {
    Code { name, severity, harm, summary }
}

/// All codes, sorted by name.
pub const CODES: &[Code] = &[
    code(
        "api-removed",
        Error,
        Stops,
        "the cluster's Kubernetes does not serve the API version of objects any more",
    ),
    code(
        "api-unserved",
        Error,
        Stops,
        "the definition of a custom resource, in the manifests too, does not serve its API version",
    ),
    code("backend-in-primary", Error, Loses, "the state's backend lies in the region that is lost"),
    code("backend-unknown", Warning, Misleads, "nothing says where the state is kept"),
    code("backup-late", Warning, Loses, "the newest recovery point is older than its schedule promises"),
    code("bucket-global-name", Error, Loses, "a bucket's global name is taken by the primary's own bucket"),
    code(
        "bucket-no-counterpart",
        Error,
        Loses,
        "a bucket has no replicated counterpart outside the primary region",
    ),
    code(
        "bucket-not-fed",
        Warning,
        Loses,
        "a bucket's counterpart is named, and nothing is seen to replicate to it",
    ),
    code(
        "bucket-partly-replicated",
        Warning,
        Loses,
        "the replication of a bucket leaves a part of it behind",
    ),
    code(
        "certificate-no-counterpart",
        Error,
        Stops,
        "no issued certificate of the recovery region stands for one of the primary, and none will be validated",
    ),
    code(
        "class-not-orderable",
        Error,
        Stops,
        "no listed DB instance class can be ordered in the recovery region",
    ),
    code(
        "cluster-left-out",
        Error,
        Stops,
        "the cluster is skipped, and the manifests have none to be applied to",
    ),
    code("cluster-locked", Error, Stops, "nobody may sign in to the cluster that the plan makes"),
    code("cluster-unknown", Warning, Stops, "the manifests are applied to a cluster that no input names"),
    code(
        "cluster-unreachable",
        Error,
        Stops,
        "the endpoint of the cluster is reached only from within its new network",
    ),
    code("configuration-gap", Warning, Stops, "part of the Terraform configuration could not be read"),
    code(
        "configuration-missing",
        Error,
        Stops,
        "there is no Terraform code, so nothing can be made in the recovery region",
    ),
    code(
        "control-plane-lost",
        Warning,
        Stops,
        "the lost region is the one that global services take changes in",
    ),
    code(
        "count-computed",
        Warning,
        Stops,
        "how many there are of a resource depends on what is another in the recovery",
    ),
    code(
        "database-empty-trap",
        Note,
        Loses,
        "the configuration would create an empty database where one is restored",
    ),
    code("dependency-cycle", Error, Stops, "the state's dependencies form a circle"),
    code(
        "dependency-left-out",
        Error,
        Loses,
        "the cluster, what objects stand on or what a restore names depends on something that is left out",
    ),
    code(
        "dns-name-inside",
        Error,
        Loses,
        "pods reach a store by a name that moves only behind the gate: until then it leads to the lost one",
    ),
    code("dns-name-kept", Error, Misleads, "a name that is to stay is moved by external-dns"),
    code("dns-name-unmoved", Warning, Misleads, "a name that users come by is moved by no step of the plan"),
    code(
        "dns-no-target",
        Error,
        Misleads,
        "a record points into the primary and what it should point at is unknown",
    ),
    code(
        "dns-record-differs",
        Warning,
        Misleads,
        "a name points elsewhere by the inventory than by the state, or into the recovery region already",
    ),
    code("dns-step-empty", Warning, Misleads, "traffic reaches the stack by nothing that the inputs name"),
    code(
        "eks-addon-gone",
        Error,
        Stops,
        "an EKS add-on, or its version, is not on offer in the recovery region",
    ),
    code("eks-version-extended", Note, Informs, "the cluster's version is in extended support"),
    code(
        "eks-version-gone",
        Error,
        Stops,
        "EKS of the recovery region makes no cluster of the primary's version",
    ),
    code(
        "engine-decided",
        Warning,
        Misleads,
        "the code makes other instances in the recovery region than in the primary, by the engine's own plan",
    ),
    code("engine-destroys", Error, Loses, "the engine's own plan destroys, replaces or lets go of something"),
    code(
        "engine-differs",
        Error,
        Stops,
        "the engine's own plan does something else to a resource than predicted",
    ),
    code("engine-failed", Error, Stops, "the engine cannot plan the recovery"),
    code(
        "engine-names-primary",
        Warning,
        Misleads,
        "what the engine would make holds a value of the primary",
    ),
    code(
        "engine-omits",
        Error,
        Stops,
        "the plan counts on a resource that the engine's own plan does not have",
    ),
    code(
        "engine-plans-primary",
        Error,
        Misleads,
        "the engine's own plan makes everything in the lost region",
    ),
    code("engine-unasked", Note, Informs, "the engine made no plan to compare with"),
    code(
        "engine-unpredicted",
        Error,
        Stops,
        "the engine's own plan takes over or changes a resource that the primary's state does not have",
    ),
    code(
        "external-dns-syncs",
        Warning,
        Misleads,
        "external-dns of the new cluster may delete what the lost cluster's wrote",
    ),
    code(
        "foreign-in-primary",
        Error,
        Loses,
        "what another provider has in the lost region does not come back",
    ),
    code(
        "gate-unasked",
        Warning,
        Misleads,
        "a gate is before a phase that has no step in this plan: nobody is asked",
    ),
    code("health-check-lost", Error, Stops, "a health check of a record that moves asks the lost region"),
    code(
        "iam-name-shared",
        Note,
        Misleads,
        "IAM names are unique in the account: roles are shared, not made a second time",
    ),
    code(
        "id-unplaced",
        Error,
        Stops,
        "an id, ARN or host of the lost region is given to what the plan makes",
    ),
    code(
        "identifier-differs",
        Error,
        Loses,
        "drplan.hcl names a restored database otherwise than the code, and the engine would change that",
    ),
    code("image-differs", Warning, Misleads, "a tag is another image than the one that the primary ran"),
    code("image-foreign", Note, Stops, "an image of another registry account or region stays as it is"),
    code(
        "image-in-lost-region",
        Error,
        Stops,
        "an image of another account's registry lies in the lost region",
    ),
    code(
        "image-missing",
        Error,
        Stops,
        "an image that a workload names is not in the recovery region's registry",
    ),
    code("images-in-primary", Note, Misleads, "images are pulled from the primary region's registry"),
    code(
        "imported-twice",
        Error,
        Stops,
        "one object of the recovery region would be imported under two addresses",
    ),
    code(
        "index-differs",
        Error,
        Stops,
        "code and state count a resource differently: it has another address in the recovery",
    ),
    code("instance-type-missing", Error, Stops, "no zone of the recovery region offers an instance type"),
    code("inventory-gap", Warning, Stops, "part of the recovery region could not be seen"),
    code(
        "inventory-missing",
        Error,
        Loses,
        "there is no inventory, so it is unknown what a store can come back from",
    ),
    code(
        "issuer-unknown",
        Error,
        Stops,
        "roles trust the issuer of a cluster, and nothing makes the account know the new one",
    ),
    code(
        "key-made-anew",
        Warning,
        Loses,
        "a key that workloads name is made anew, and opens nothing of what is lost",
    ),
    code("key-no-counterpart", Error, Loses, "a KMS key has no usable counterpart in the recovery region"),
    code(
        "key-pair-unknown",
        Warning,
        Stops,
        "machines are started with a key pair that nothing makes in the recovery region",
    ),
    code(
        "key-replica",
        Error,
        Stops,
        "a replica of a multi-Region key stands for a key, and the provider imports no replica as one",
    ),
    code(
        "known-outside",
        Warning,
        Misleads,
        "others know the stack by what is made anew: addresses, verified domains",
    ),
    code("literal-in-code", Warning, Misleads, "a value of the primary is written out in the Terraform code"),
    code(
        "literal-unplaced",
        Warning,
        Misleads,
        "a value of the primary is written out where the plan cannot place it",
    ),
    code("lock-one-platform", Warning, Stops, "the dependency lock knows a provider for one platform only"),
    code("loss-needless", Warning, Loses, "drplan.hcl accepts the loss of a database that could come back"),
    code("manifest-unrendered", Error, Stops, "a kustomization or chart could not be rendered"),
    code(
        "name-differs",
        Error,
        Loses,
        "the code computes another name in the recovery for what is taken over as it is",
    ),
    code("name-taken", Error, Stops, "what the plan makes or restores is there already, under that name"),
    code(
        "network-there-already",
        Warning,
        Misleads,
        "the recovery region has a VPC of the same name and block, which is not the recovery's",
    ),
    code("nodes-too-small", Warning, Stops, "the nodes cannot hold what the pods request"),
    code(
        "not-in-code",
        Warning,
        Stops,
        "a resource is in the state but not in the code: it would not come back",
    ),
    code(
        "not-in-every-zone",
        Warning,
        Stops,
        "a zone that the stack comes into does not offer what is put there",
    ),
    code(
        "not-in-state",
        Note,
        Informs,
        "a resource is in the code but not in the state: the engine would make it",
    ),
    code(
        "not-transferable",
        Warning,
        Stops,
        "another machine could not go on with a run from the journal's bucket alone",
    ),
    code(
        "nothing-provides",
        Error,
        Stops,
        "the manifests name something that nothing provides in the new cluster",
    ),
    code("objective-missed", Warning, Loses, "by the forecast an objective is missed"),
    code(
        "other-stack-read",
        Warning,
        Misleads,
        "the code reads what another stack made, by the same name in the recovery",
    ),
    code("other-writer", Warning, Misleads, "something else writes to what the plan writes to"),
    code(
        "override-not-in-code",
        Warning,
        Loses,
        "the next apply of the code itself would replace a store that was made from a recovery point",
    ),
    code("owned-twice", Warning, Stops, "an object is made by the engine and applied as a manifest, too"),
    code("owner-by-uid", Warning, Stops, "an object names an owner that the new cluster does not have"),
    code(
        "password-of-backup",
        Warning,
        Stops,
        "a restored database has the master password of its recovery point",
    ),
    code(
        "placeholder-unfilled",
        Error,
        Stops,
        "a placeholder is left in a field that Kubernetes or a controller reads",
    ),
    code(
        "pod-identity-agentless",
        Error,
        Stops,
        "pods get a role by Pod Identity, and nothing brings its agent to the new nodes",
    ),
    code(
        "policy-bound-to-region",
        Warning,
        Stops,
        "a shared IAM policy allows something in the lost region, and not the same in the recovery's",
    ),
    code("primary-region-unknown", Warning, Misleads, "no input tells which region is lost"),
    code("primary-unfenced", Warning, Loses, "nothing stops the old primary from writing after the cut-over"),
    code(
        "private-zone-unassociated",
        Warning,
        Stops,
        "nothing associates a private zone with the network that the plan makes",
    ),
    code(
        "program-run",
        Warning,
        Stops,
        "the engine runs a program of the code on whatever machine it is started on",
    ),
    code("provider-pinned", Warning, Misleads, "a provider is pinned to the lost region"),
    code(
        "provides-unneeded",
        Warning,
        Informs,
        "drplan.hcl says what provides something that no manifest names",
    ),
    code("quota-short", Error, Stops, "a quota of the recovery region has no room for the plan"),
    code(
        "quota-unproven",
        Warning,
        Stops,
        "what is in use of quotas that the plan adds to is unknown, so whether there is room",
    ),
    code("range-differs", Error, Stops, "manifests name a network's range that is another in the recovery"),
    code("recording-old", Warning, Misleads, "a recording is older than the loss that the stack may have"),
    code("recording-stale", Error, Misleads, "the inventory is so old that nothing it says can be relied on"),
    code("recording-to-come", Error, Misleads, "a recording was taken after the plan's time"),
    code(
        "recovery-point-differs",
        Error,
        Loses,
        "a recovery point would come back other than the code says, and the engine would replace it",
    ),
    code(
        "recovery-point-missing",
        Error,
        Loses,
        "a store has no usable recovery point in the recovery region",
    ),
    code("recovery-point-old", Error, Loses, "the newest usable recovery point is older than its bound"),
    code(
        "recovery-unseen",
        Warning,
        Stops,
        "nothing was seen of the recovery region: what is taken, full or missing there is unknown",
    ),
    code(
        "reference-undeclared",
        Error,
        Stops,
        "the code names a resource that it does not have: the engine would refuse it",
    ),
    code(
        "references-unverified",
        Note,
        Misleads,
        "without the code it cannot be told what is computed and what is written out",
    ),
    code("region-map-lacks", Warning, Stops, "a map by region has the primary and not the recovery region"),
    code("region-variable", Error, Stops, "a variable gives the provider another region than the recovery's"),
    code(
        "remote-state-in-primary",
        Error,
        Stops,
        "the code reads a state of another stack in the lost region",
    ),
    code(
        "replaced-by-code",
        Error,
        Loses,
        "the code would have the engine replace what was restored or adopted",
    ),
    code("restore-drops-settings", Note, Stops, "a restore drops settings; the plan sets them again"),
    code(
        "rewrite-contradicts",
        Error,
        Misleads,
        "drplan.hcl rewrites a value that the plan places itself, elsewhere",
    ),
    code(
        "rewrite-keeps",
        Warning,
        Misleads,
        "drplan.hcl keeps a value of the primary that the plan would place, and manifests name it",
    ),
    code("rewrite-without-effect", Warning, Misleads, "a rewrite of drplan.hcl changes nothing"),
    code(
        "role-not-owned",
        Error,
        Stops,
        "pods act as a role that no resource of the state is: nothing has it trust the new cluster",
    ),
    code("secret-no-replica", Error, Stops, "a secret has no replica in the recovery region"),
    code(
        "secret-origin-unknown",
        Warning,
        Misleads,
        "a secret of the recovery region has the name of a lost one, and may be another",
    ),
    code(
        "secret-rewritten-whole",
        Note,
        Misleads,
        "a secret holds values of the primary: only those are replaced",
    ),
    code(
        "secret-sealed",
        Error,
        Stops,
        "a secret is encrypted, and only the lost cluster or region can open it",
    ),
    code(
        "setting-unplaced",
        Error,
        Stops,
        "a restored database is in a group that nothing makes in the recovery region",
    ),
    code(
        "shared-not-seen",
        Error,
        Stops,
        "what both regions share is not in the account, as the inventory has it",
    ),
    code("sign-in-in-primary", Warning, Stops, "people sign in by an IAM Identity Center of the lost region"),
    code("skipped-in-use", Error, Stops, "something is skipped, and a manifest cannot do without it"),
    code("state-empty", Error, Misleads, "the state has no resource: the plan brings nothing back"),
    code(
        "store-begins-empty",
        Warning,
        Loses,
        "a store that the primary does not have is made, and begins empty",
    ),
    code(
        "store-count-computed",
        Error,
        Loses,
        "what comes back with its data may be in no code of the recovery, by what is another there",
    ),
    code("store-no-recovery", Error, Loses, "a store has no recovery path"),
    code("store-not-in-code", Error, Stops, "a store is restored, and no code is there to take it over"),
    code(
        "store-origin-unknown",
        Error,
        Loses,
        "a store is in the recovery workspace already, and nothing tells what data it holds",
    ),
    code("subject-unknown", Error, Misleads, "drplan.hcl names something that no input has, or that is lost"),
    code(
        "token-short-lived",
        Error,
        Stops,
        "a provider's token of the cluster ends before the engine is done",
    ),
    code(
        "traffic-unmovable",
        Error,
        Stops,
        "what leads traffic into the lost region cannot be moved by a step",
    ),
    code("unknown-type", Note, Informs, "a resource type is not in drplan's table"),
    code("value-set-by-hand", Warning, Stops, "a value that somebody set by hand is only in the primary"),
    code("variable-not-given", Error, Stops, "a required variable of the code has no value in the recovery"),
    code(
        "volume-no-recovery",
        Error,
        Loses,
        "a volume, release or controller of Kubernetes holds data and would come up empty",
    ),
    code(
        "workload-skipped",
        Warning,
        Misleads,
        "files that no kustomization names have workloads: the plan does not bring them back",
    ),
    code("workload-unlisted", Warning, Stops, "a workload ran in the primary and is in no manifest"),
    code(
        "workspace-in-code",
        Warning,
        Misleads,
        "the code computes values from the workspace, which is another in the recovery",
    ),
    code("workspace-not-own", Error, Loses, "the workspace that was recorded is not the recovery's own"),
    code(
        "workspace-same-backend",
        Error,
        Loses,
        "the recovery workspace shares the primary's backend in the lost region",
    ),
    code("zones-too-few", Error, Stops, "the subnets are in more zones than the recovery region has"),
];

/// The entry of a code.
#[must_use]
pub fn lookup(name: &str) -> Option<&'static Code> {
    CODES.iter().find(|code| code.name == name)
}

/// What comes of a finding of this code; nothing where the code is not known.
#[must_use]
pub fn harm(name: &str) -> Harm {
    lookup(name).map_or(Informs, |code| code.harm)
}
