//! What a new cluster of EKS has before anybody puts anything into it.

use super::provided::Bring;
use super::thing::{DEFAULT_CLASS, STORAGE_CLASS, Thing};
use crate::planner::facts::{Facts, Object};

/// Namespaces, accounts, classes, and what the add-ons bring that every cluster gets.
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#initial-namespaces>
/// <https://kubernetes.io/docs/concepts/security/service-accounts/#default-service-accounts>
/// <https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/>
/// <https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html>
const OWN: [&str; 23] = [
    "Namespace/default",
    "Namespace/kube-node-lease",
    "Namespace/kube-public",
    "Namespace/kube-system",
    "ServiceAccount/*/default",
    "ConfigMap/*/kube-root-ca.crt",
    "Service/default/kubernetes",
    "PriorityClass/system-cluster-critical",
    "PriorityClass/system-node-critical",
    "StorageClass/gp2",
    "Service/kube-system/kube-dns",
    "ConfigMap/kube-system/amazon-vpc-cni",
    "ConfigMap/kube-system/aws-auth",
    "ConfigMap/kube-system/coredns",
    "ConfigMap/kube-system/extension-apiserver-authentication",
    "ConfigMap/kube-system/kube-proxy",
    "ConfigMap/kube-system/kube-proxy-config",
    "ServiceAccount/kube-system/aws-node",
    "ServiceAccount/kube-system/coredns",
    "ServiceAccount/kube-system/kube-proxy",
    "CustomResourceDefinition/crd.k8s.amazonaws.com",
    "CustomResourceDefinition/networking.k8s.aws",
    "CustomResourceDefinition/vpcresources.k8s.aws",
];

/// In auto mode the cluster makes nodes, load balancers and volumes itself.
/// <https://docs.aws.amazon.com/eks/latest/userguide/automode.html>
const AUTO_MODE: [&str; 3] = [
    "CSIDriver/ebs.csi.eks.amazonaws.com",
    "CustomResourceDefinition/eks.amazonaws.com",
    "CustomResourceDefinition/karpenter.sh",
];

pub(super) fn is_auto_mode(cluster: &Object<'_, '_>) -> bool {
    cluster.tree().pointer("/compute_config/0/enabled") == Some(&serde_json::Value::Bool(true))
}

/// The first version whose `gp2` is not the class of claims that name none.
/// <https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions-extended.html#kubernetes-1-30>
const WITHOUT_DEFAULT: (u64, u64) = (1, 30);

/// Adds all that is there of itself.
pub(super) fn bring<'i>(facts: &Facts<'i, '_>, bring: Bring<'_, 'i>) {
    OWN.iter().filter_map(|label| Thing::parse(label)).for_each(&mut *bring);
    for cluster in facts.objects.iter().filter(|object| object.type_name() == "aws_eks_cluster") {
        if is_auto_mode(cluster) {
            AUTO_MODE.iter().filter_map(|label| Thing::parse(label)).for_each(&mut *bring);
        }
        let version = cluster.text("version").and_then(|version| {
            let (major, minor) = version.split_once('.')?;
            Some((major.parse::<u64>().ok()?, minor.parse::<u64>().ok()?))
        });
        if version.is_some_and(|version| version < WITHOUT_DEFAULT) {
            bring(Thing::wide(STORAGE_CLASS, DEFAULT_CLASS));
        }
    }
}
