variable "vpc_cidr" {
  description = "The network's addresses"
  type        = string
  default     = "10.84.0.0/20"
}

data "aws_caller_identity" "here" {}

data "aws_partition" "here" {}

data "aws_region" "here" {}

data "aws_availability_zones" "here" {
  state = "available"
}

locals {
  # backproof asks these with the roles of the source accounts as well.
  by_sources_too = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ByOurAccounts"
        Effect    = "Allow"
        Principal = "*"
        Action    = "*"
        Resource  = "*"
        Condition = {
          StringEquals = {
            "aws:PrincipalAccount" = concat([data.aws_caller_identity.here.account_id], var.source_accounts)
          }
        }
      },
    ]
  })
  # Only identities of this account ask; resources may belong to AWS.
  by_this_account = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ByOurAccounts"
        Effect    = "Allow"
        Principal = "*"
        Action    = "*"
        Resource  = "*"
        Condition = {
          StringEquals = {
            "aws:PrincipalAccount" = data.aws_caller_identity.here.account_id
          }
        }
      },
    ]
  })
  # Only identities of this account ask, and only for what belongs to it.
  of_this_account = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ByOurAccounts"
        Effect    = "Allow"
        Principal = "*"
        Action    = "*"
        Resource  = "*"
        Condition = {
          StringEquals = {
            "aws:PrincipalAccount" = data.aws_caller_identity.here.account_id
            "aws:ResourceAccount"  = data.aws_caller_identity.here.account_id
          }
        }
      },
    ]
  })
  interface_endpoints = {
    backup         = local.by_sources_too
    ec2            = local.by_this_account
    ec2messages    = local.by_this_account
    kms            = local.by_sources_too
    logs           = local.of_this_account
    rds            = local.by_this_account
    secretsmanager = local.of_this_account
    sns            = local.by_this_account
    ssm            = local.by_this_account
    ssmmessages    = local.by_this_account
    sts            = local.by_sources_too
  }
}

resource "aws_vpc" "sandbox" {
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true

  tags = {
    Name = "backproof-sandbox"
  }
}

resource "aws_subnet" "sandbox" {
  count = 2

  vpc_id                  = aws_vpc.sandbox.id
  cidr_block              = cidrsubnet(var.vpc_cidr, 4, count.index)
  availability_zone       = data.aws_availability_zones.here.names[count.index]
  map_public_ip_on_launch = false

  tags = {
    Name = "backproof-sandbox-${count.index}"
  }
}

# No route but the VPC's own and those of the gateway endpoints.
resource "aws_route_table" "sandbox" {
  vpc_id = aws_vpc.sandbox.id

  tags = {
    Name = "backproof-sandbox"
  }
}

resource "aws_route_table_association" "sandbox" {
  count = 2

  route_table_id = aws_route_table.sandbox.id
  subnet_id      = aws_subnet.sandbox[count.index].id
}

# Without rules nothing goes in or out.
resource "aws_default_security_group" "sandbox" {
  vpc_id = aws_vpc.sandbox.id
}

resource "aws_security_group" "endpoints" {
  name        = "backproof-endpoints"
  description = "VPC endpoints of the sandbox"
  vpc_id      = aws_vpc.sandbox.id
}

resource "aws_security_group" "harness" {
  name        = "backproof-harness"
  description = "backproof, or the instance that forwards ports for it"
  vpc_id      = aws_vpc.sandbox.id
}

resource "aws_security_group" "databases" {
  name        = "backproof-databases"
  description = "Restored databases, which open no connections"
  vpc_id      = aws_vpc.sandbox.id
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  security_group_id = aws_security_group.endpoints.id
  description       = "From the sandbox"
  cidr_ipv4         = var.vpc_cidr
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "harness_to_endpoints" {
  security_group_id            = aws_security_group.harness.id
  description                  = "To the VPC endpoints"
  referenced_security_group_id = aws_security_group.endpoints.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_egress_rule" "harness_to_gateways" {
  for_each = aws_vpc_endpoint.gateway

  security_group_id = aws_security_group.harness.id
  description       = "To the gateway endpoint"
  prefix_list_id    = each.value.prefix_list_id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_egress_rule" "harness_to_databases" {
  for_each = toset(["3306", "5432"])

  security_group_id            = aws_security_group.harness.id
  description                  = "To restored databases"
  referenced_security_group_id = aws_security_group.databases.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
}

resource "aws_vpc_security_group_ingress_rule" "databases_from_harness" {
  for_each = toset(["3306", "5432"])

  security_group_id            = aws_security_group.databases.id
  description                  = "From backproof"
  referenced_security_group_id = aws_security_group.harness.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.interface_endpoints

  vpc_id              = aws_vpc.sandbox.id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.${data.aws_region.here.name}.${each.key}"
  subnet_ids          = aws_subnet.sandbox[*].id
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true
  policy              = each.value
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = toset(["dynamodb", "s3"])

  vpc_id            = aws_vpc.sandbox.id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${data.aws_region.here.name}.${each.key}"
  route_table_ids   = [aws_route_table.sandbox.id]
  policy            = local.of_this_account
}

resource "aws_route53_resolver_firewall_domain_list" "names_of_aws" {
  name = "backproof-names-of-aws"
  domains = [
    "*.${data.aws_region.here.name}.amazonaws.com.",
    "*.${data.aws_region.here.name}.api.aws.",
    "*.${data.aws_region.here.name}.compute.internal.",
    "*.${data.aws_region.here.name}.rds.amazonaws.com.",
    "*.${data.aws_region.here.name}.vpce.amazonaws.com.",
  ]
}

resource "aws_route53_resolver_firewall_domain_list" "every_name" {
  name    = "backproof-every-name"
  domains = ["*."]
}

resource "aws_route53_resolver_firewall_rule_group" "sandbox" {
  name = "backproof-sandbox"
}

resource "aws_route53_resolver_firewall_rule" "names_of_aws" {
  name                    = "names-of-aws"
  firewall_rule_group_id  = aws_route53_resolver_firewall_rule_group.sandbox.id
  firewall_domain_list_id = aws_route53_resolver_firewall_domain_list.names_of_aws.id
  priority                = 100
  action                  = "ALLOW"
}

resource "aws_route53_resolver_firewall_rule" "every_name" {
  name                    = "every-name"
  firewall_rule_group_id  = aws_route53_resolver_firewall_rule_group.sandbox.id
  firewall_domain_list_id = aws_route53_resolver_firewall_domain_list.every_name.id
  priority                = 200
  action                  = "BLOCK"
  block_response          = "NXDOMAIN"
}

resource "aws_route53_resolver_firewall_rule_group_association" "sandbox" {
  name                   = "backproof-sandbox"
  firewall_rule_group_id = aws_route53_resolver_firewall_rule_group.sandbox.id
  vpc_id                 = aws_vpc.sandbox.id
  priority               = 101
  mutation_protection    = "ENABLED"
}

# Where the firewall does not answer, no name is resolved.
resource "aws_route53_resolver_firewall_config" "sandbox" {
  resource_id        = aws_vpc.sandbox.id
  firewall_fail_open = "DISABLED"
}

resource "aws_ebs_snapshot_block_public_access" "sandbox" {
  state = "block-all-sharing"
}

resource "aws_db_subnet_group" "sandbox" {
  name        = "backproof-sandbox"
  description = "Restored databases"
  subnet_ids  = aws_subnet.sandbox[*].id
}

resource "aws_kms_key" "sandbox" {
  description         = "Restored resources and copies in the sandbox"
  enable_key_rotation = true
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ByPoliciesOfThisAccount"
        Effect = "Allow"
        Principal = {
          AWS = "arn:${data.aws_partition.here.partition}:iam::${data.aws_caller_identity.here.account_id}:root"
        }
        Action   = "kms:*"
        Resource = "*"
      },
    ]
  })
}

resource "aws_kms_alias" "sandbox" {
  name          = "alias/backproof-sandbox"
  target_key_id = aws_kms_key.sandbox.key_id
}

resource "aws_backup_vault" "staging" {
  name        = var.staging_vault_name
  kms_key_arn = aws_kms_key.sandbox.arn
}

resource "aws_backup_vault_policy" "staging" {
  backup_vault_name = aws_backup_vault.staging.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "CopiesFromSources"
        Effect = "Allow"
        Principal = {
          AWS = var.source_accounts
        }
        Action   = "backup:CopyIntoBackupVault"
        Resource = "*"
      },
    ]
  })
}
