resource "helm_release" "aws_load_balancer_controller" {
  name       = "aws-load-balancer-controller"
  namespace  = "kube-system"
  repository = "https://aws.github.io/eks-charts"
  chart      = "aws-load-balancer-controller"
  version    = "1.13.4"

  values = [yamlencode({
    clusterName  = module.eks.cluster_name
    region       = var.aws_region
    vpcId        = module.vpc.vpc_id
    replicaCount = 2
    serviceAccount = {
      name = "aws-load-balancer-controller"
      annotations = {
        "eks.amazonaws.com/role-arn" = module.iam.platform_role_arns["aws-load-balancer-controller"]
      }
    }
    ingressClassParams = {
      create = false
    }
    resources = {
      requests = { cpu = "50m", memory = "96Mi" }
      limits   = { memory = "192Mi" }
    }
  })]

  depends_on = [module.eks]
}

# The controller's chart brings the CRD; the cluster must be there when this is planned.
resource "kubernetes_manifest" "ingress_class_params" {
  manifest = {
    apiVersion = "elbv2.k8s.aws/v1beta1"
    kind       = "IngressClassParams"
    metadata = {
      name = "alb"
    }
    spec = {
      scheme        = "internet-facing"
      ipAddressType = "ipv4"
      group = {
        name = var.name
      }
    }
  }

  depends_on = [helm_release.aws_load_balancer_controller]
}

resource "aws_cloudwatch_log_group" "application" {
  name              = "/${var.name}/application"
  retention_in_days = 30
}
