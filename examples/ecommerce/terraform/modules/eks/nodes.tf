resource "aws_iam_role" "node" {
  name = "${var.name}-eks-node"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "node" {
  for_each = toset([
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
  ])

  role       = aws_iam_role.node.name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}

resource "aws_security_group" "node" {
  name        = "${var.name}-node"
  description = "Nodes of the EKS cluster"
  vpc_id      = var.vpc_id

  tags = {
    Name = "${var.name}-node"
  }
}

resource "aws_vpc_security_group_egress_rule" "node" {
  security_group_id = aws_security_group.node.id
  description       = "Everything out"
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_ingress_rule" "node_from_ingress" {
  security_group_id            = aws_security_group.node.id
  description                  = "Pods from the load balancer"
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
  referenced_security_group_id = aws_security_group.ingress.id
}

# The front of the load balancer that the Ingress asks for.
resource "aws_security_group" "ingress" {
  name        = "${var.name}-ingress"
  description = "Public load balancer"
  vpc_id      = var.vpc_id

  tags = {
    Name = "${var.name}-ingress"
  }
}

resource "aws_vpc_security_group_ingress_rule" "ingress" {
  for_each = { http = 80, https = 443 }

  security_group_id = aws_security_group.ingress.id
  description       = "Public ${each.key}"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "ingress" {
  security_group_id            = aws_security_group.ingress.id
  description                  = "To the pods"
  ip_protocol                  = "tcp"
  from_port                    = 8080
  to_port                      = 8080
  referenced_security_group_id = aws_security_group.node.id
}

data "aws_ssm_parameter" "node_ami" {
  name = "/aws/service/eks/optimized-ami/${var.cluster_version}/amazon-linux-2023/x86_64/standard/recommended/image_id"
}

# What a node shows to the host agent's collector.
resource "random_password" "node_agent" {
  length  = 40
  special = false
}

resource "aws_launch_template" "node" {
  name                   = "${var.name}-node"
  image_id               = data.aws_ssm_parameter.node_ami.insecure_value
  update_default_version = true

  vpc_security_group_ids = [
    aws_security_group.node.id,
    aws_eks_cluster.this.vpc_config[0].cluster_security_group_id,
  ]

  user_data = base64encode(templatefile("${path.module}/templates/node.tftpl", {
    cluster_name = aws_eks_cluster.this.name
    endpoint     = aws_eks_cluster.this.endpoint
    certificate  = aws_eks_cluster.this.certificate_authority[0].data
    service_cidr = aws_eks_cluster.this.kubernetes_network_config[0].service_ipv4_cidr
    region       = var.region
    agent_token  = random_password.node_agent.result
  }))

  block_device_mappings {
    device_name = "/dev/xvda"

    ebs {
      volume_size           = 40
      volume_type           = "gp3"
      encrypted             = true
      delete_on_termination = true
    }
  }

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  tag_specifications {
    resource_type = "instance"

    tags = {
      Name = "${var.name}-node"
    }
  }
}

resource "aws_eks_node_group" "default" {
  cluster_name    = aws_eks_cluster.this.name
  node_group_name = "default"
  node_role_arn   = aws_iam_role.node.arn
  subnet_ids      = var.private_subnet_ids
  instance_types  = ["t3.medium"]

  launch_template {
    id      = aws_launch_template.node.id
    version = aws_launch_template.node.latest_version
  }

  scaling_config {
    min_size     = 1
    desired_size = 2
    max_size     = 3
  }

  update_config {
    max_unavailable = 1
  }

  lifecycle {
    ignore_changes = [scaling_config[0].desired_size]
  }

  depends_on = [aws_iam_role_policy_attachment.node]
}
