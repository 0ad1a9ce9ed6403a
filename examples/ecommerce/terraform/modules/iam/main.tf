# Roles for service accounts. IAM is global and so are these roles: what they allow is not bound to one region,
# only whom they trust is bound to a cluster.
locals {
  trust = {
    for subject in concat(
      [for service in var.services : "ecommerce:${service}"],
      [for role in values(local.platform) : role.subject],
      ) : subject => jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect    = "Allow"
          Principal = { Federated = var.oidc_provider_arn }
          Action    = "sts:AssumeRoleWithWebIdentity"
          Condition = {
            StringEquals = {
              "${var.oidc_issuer}:aud" = "sts.amazonaws.com"
              "${var.oidc_issuer}:sub" = "system:serviceaccount:${subject}"
            }
          }
        }]
    })
  }

  platform = {
    aws-load-balancer-controller = {
      subject = "kube-system:aws-load-balancer-controller"
      policy  = file("${path.module}/policies/aws-load-balancer-controller.json")
    }
    db-snapshot = {
      subject = "ecommerce:db-snapshot"
      policy = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect = "Allow"
          Action = ["rds:AddTagsToResource", "rds:CreateDBSnapshot", "rds:DescribeDBSnapshots"]
          Resource = [
            "arn:aws:rds:*:${var.account_id}:db:${var.name}-primary",
            "arn:aws:rds:*:${var.account_id}:snapshot:${var.name}-weekly-*",
          ]
        }]
      })
    }
    external-dns = {
      subject = "kube-system:external-dns"
      policy = jsonencode({
        Version = "2012-10-17"
        Statement = [
          {
            Effect   = "Allow"
            Action   = ["route53:ChangeResourceRecordSets"]
            Resource = [var.zone_arn]
          },
          {
            Effect   = "Allow"
            Action   = ["route53:ListHostedZones", "route53:ListResourceRecordSets", "route53:ListTagsForResources"]
            Resource = ["*"]
          },
        ]
      })
    }
    fluent-bit = {
      subject = "logging:fluent-bit"
      policy = jsonencode({
        Version = "2012-10-17"
        Statement = [{
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
          Resource = ["arn:aws:logs:*:${var.account_id}:log-group:/${var.name}/application:*"]
        }]
      })
    }
  }

  media_writers = toset(["product-service", "order-service"])
}

resource "aws_iam_role" "service" {
  for_each = var.services

  name               = "${var.name}-${each.key}"
  assume_role_policy = local.trust["ecommerce:${each.key}"]
}

resource "aws_iam_role_policy" "service" {
  for_each = var.services

  name = "service"
  role = aws_iam_role.service[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Effect   = "Allow"
          Action   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
          Resource = ["arn:aws:secretsmanager:*:${var.account_id}:secret:${var.name}/*"]
        },
      ],
      [
        for writer in local.media_writers : {
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = ["arn:aws:s3:::${var.name}-media-*/*"]
        } if writer == each.key
      ],
    )
  })
}

resource "aws_iam_role" "platform" {
  for_each = local.platform

  name               = "${var.name}-${each.key}"
  assume_role_policy = local.trust[each.value.subject]
}

resource "aws_iam_policy" "platform" {
  for_each = local.platform

  name   = "${var.name}-${each.key}"
  policy = each.value.policy
}

resource "aws_iam_role_policy_attachment" "platform" {
  for_each = local.platform

  role       = aws_iam_role.platform[each.key].name
  policy_arn = aws_iam_policy.platform[each.key].arn
}
