//! Forms and names of what is written.

use backproof_permissions::{Format, Role, Setup, Template, page, roles, template};
use serde_json::Value;

use crate::support::{LEAST, WHOLE, declared, documents, plan, setup, setups};

#[test]
fn policies_are_written_by_role_and_templates_by_account() {
    let names = |format| {
        let documents = roles(&setup(WHOLE), &declared(), &Role::ALL, format);
        documents.into_iter().map(|document| document.file_name).collect::<Vec<_>>()
    };
    assert_eq!(
        names(Format::Terraform),
        [
            "backproof-roles-111122223333.tf",
            "backproof-roles-444455556666.tf",
            "backproof-roles-999988887777.tf",
            "backproof-roles-555566667777.tf"
        ]
    );
    assert_eq!(names(Format::CloudFormation).len(), 4);
    let json = names(Format::Json);
    assert!(json.contains(&"backproof-read-111122223333.json".to_owned()), "{json:?}");
    assert!(json.contains(&"backproof-copy-caller-111122223333.json".to_owned()), "{json:?}");
    assert!(json.contains(&"backproof-sweep.json".to_owned()), "{json:?}");
}

#[test]
fn no_two_documents_have_the_same_name() {
    for (name, setup) in setups() {
        let all = [Format::Json, Format::CloudFormation, Format::Terraform].map(|format| documents(&setup, format));
        let mut names: Vec<_> = all.iter().flatten().map(|document| &document.file_name).collect();
        let many = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), many, "{name}");
    }
}

#[test]
fn a_sandbox_is_no_policy() {
    let refused = template(Template::Sandbox, &setup(LEAST), &declared(), Format::Json).unwrap_err();
    assert!(refused.to_string().contains("ask for cloudformation or terraform"), "{refused}");
}

#[test]
fn placeholders_show_in_what_is_written_without_a_plan() {
    for document in documents(&Setup::placeholders(), Format::Json) {
        let known = ["SANDBOX_ACCOUNT", "SOURCE_ACCOUNT", "SANDBOX_REGION"];
        assert!(known.iter().any(|word| document.text.contains(word)), "{}", document.text);
    }
}

#[test]
fn a_sandbox_prints_lines_that_a_plan_can_hold() {
    let document = template(Template::Sandbox, &setup(WHOLE), &declared(), Format::CloudFormation).unwrap();
    let made: Value = serde_json::from_str(&document.text).unwrap();
    let lines = made["Outputs"]["Plan"]["Value"]["Fn::Sub"].as_str().unwrap();
    let values = [
        ("${AWS::AccountId}", "999988887777"),
        ("${AWS::Region}", "eu-central-1"),
        ("${Key.Arn}", "arn:aws:kms:eu-central-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
        ("${StagingVault}", "backproof-staging"),
        ("${Vpc}", "vpc-0a1b2c3d4e5f67890"),
        ("${SubnetA}", "subnet-0a1b2c3d4e5f67890"),
        ("${SubnetB}", "subnet-1a1b2c3d4e5f67890"),
        ("${DatabasesGroup.GroupId}", "sg-0a1b2c3d4e5f67890"),
        ("${DatabaseSubnets}", "backproof-sandbox"),
    ];
    let lines = values.iter().fold(lines.to_owned(), |lines, (name, value)| lines.replace(name, value));
    assert!(!lines.contains("${"), "{lines}");
    let before = WHOLE.split("[sandbox]").next().unwrap();
    let plan = plan(&format!("{before}\n{lines}"));
    let setup = Setup::of(&plan);
    assert_eq!(setup.staging_vault.as_deref(), Some("backproof-staging"));
    assert_eq!(setup.sweep_role.as_deref(), Some("backproof-sweep"));
    assert!(setup.network);
}

/// The sandbox's resources of a type, in CloudFormation.
fn of_type(kind: &str) -> Vec<Value> {
    let document = template(Template::Sandbox, &setup(WHOLE), &declared(), Format::CloudFormation).unwrap();
    let made: Value = serde_json::from_str(&document.text).unwrap();
    let resources = made["Resources"].as_object().unwrap().values().filter(|one| one["Type"] == kind);
    resources.map(|one| one["Properties"].clone()).collect()
}

#[test]
fn a_sandbox_has_no_way_out() {
    let document = template(Template::Sandbox, &setup(WHOLE), &declared(), Format::CloudFormation).unwrap();
    let made: Value = serde_json::from_str(&document.text).unwrap();
    let types: Vec<&str> =
        made["Resources"].as_object().unwrap().values().filter_map(|one| one["Type"].as_str()).collect();
    for way in ["InternetGateway", "NatGateway", "::Route\"", "VPNGateway", "Peering", "TransitGateway", "EC2::EIP"] {
        assert!(!types.iter().any(|kind| format!("{kind}\"").contains(way)), "{way}");
    }
    assert!(!types.contains(&"AWS::EC2::Route"));
    assert!(of_type("AWS::EC2::Subnet").iter().all(|subnet| subnet["MapPublicIpOnLaunch"] == false));
    let endpoints = of_type("AWS::EC2::VPCEndpoint");
    assert_eq!(endpoints.len(), 13);
    for endpoint in &endpoints {
        let condition = &endpoint["PolicyDocument"]["Statement"][0]["Condition"]["StringEquals"];
        assert!(!condition["aws:PrincipalAccount"].is_null(), "{endpoint}");
    }
    for group in of_type("AWS::EC2::SecurityGroup") {
        let egress = group["SecurityGroupEgress"].as_array().expect("without rules of its own it would let all out");
        let inside = |rule: &Value| rule["CidrIp"] == "127.0.0.1/32" || !rule["DestinationSecurityGroupId"].is_null();
        assert!(egress.iter().all(inside), "{group}");
    }
    let rules = &of_type("AWS::Route53Resolver::FirewallRuleGroup")[0]["FirewallRules"];
    assert_eq!((&rules[0]["Action"], &rules[1]["Action"]), (&"ALLOW".into(), &"BLOCK".into()));
    assert!(rules[0]["Priority"].as_i64() < rules[1]["Priority"].as_i64());
}

#[test]
fn the_terraform_sandbox_has_the_same_parts() {
    let text = template(Template::Sandbox, &setup(WHOLE), &declared(), Format::Terraform).unwrap().text;
    for way in
        ["aws_internet_gateway", "aws_nat_gateway", "\"aws_route\"", "aws_vpc_peering", "aws_ec2_transit", "aws_eip"]
    {
        assert!(!text.contains(way), "{way}");
    }
    for endpoint in of_type("AWS::EC2::VPCEndpoint") {
        let service = endpoint["ServiceName"]["Fn::Sub"].as_str().unwrap().rsplit('.').next().unwrap().to_owned();
        let named = text.contains(&format!("    {service} ")) || text.contains(&format!("\"{service}\""));
        assert!(named, "{service}");
    }
}

#[test]
fn service_control_policies_keep_within_their_limit() {
    for (name, setup) in setups() {
        let text = template(Template::Scp, &setup, &declared(), Format::Json).unwrap().text;
        let policies: Value = serde_json::from_str(&text).unwrap();
        for (control, policy) in policies.as_object().unwrap() {
            let statements = policy["Statement"].as_array().unwrap();
            assert!(statements.iter().all(|statement| statement["Effect"] == "Deny"), "{name}: {control}");
            let size = policy.to_string().chars().filter(|letter| !letter.is_whitespace()).count();
            assert!(size <= 5_120, "{name}: {control} has {size}");
        }
    }
}

/// The column of the equals sign of a line that holds a whole attribute.
fn equals_sign(line: &str) -> Option<usize> {
    let whole = !line.ends_with(['{', '[', '(']) && !line.ends_with("<<-EOT");
    let key = line.trim_start().split([' ', '=']).next().unwrap_or_default();
    let column = line.find(" = ")?;
    let only_blanks = line.trim_start()[key.len()..].trim_start().starts_with("= ");
    (whole && only_blanks).then_some(column)
}

/// `terraform fmt` puts the equals signs of adjacent attributes below each other, as far to the left as they go.
fn assert_aligned(lines: &[&str]) {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let runs = lines
        .chunk_by(|one, next| equals_sign(one).is_some() && equals_sign(next).is_some() && indent(one) == indent(next));
    for run in runs.filter(|run| equals_sign(run[0]).is_some()) {
        let columns: Vec<_> = run.iter().filter_map(|line| equals_sign(line)).collect();
        let before = |line: &&str| line[..columns[0]].trim_end().len();
        let furthest = run.iter().map(before).max();
        assert!(columns.iter().all(|column| *column == columns[0]) && furthest == Some(columns[0]), "{run:#?}");
    }
}

#[test]
fn terraform_is_indented_and_aligned() {
    for (name, setup) in setups() {
        for document in documents(&setup, Format::Terraform) {
            let mut lines: Vec<&str> = document.text.lines().collect();
            // The plan's lines are a text, and none of Terraform's.
            if let Some(from) = lines.iter().position(|line| line.ends_with("<<-EOT")) {
                lines.truncate(from);
            }
            let mut level = 0_usize;
            for line in &lines {
                let own = line.trim_start();
                let closes = own.chars().take_while(|letter| matches!(letter, '}' | ']' | ')')).count().min(1);
                let wanted = if own.is_empty() { 0 } else { 2 * (level - closes) };
                assert_eq!(line.len() - own.len(), wanted, "{name}: `{line}`");
                assert!(line.trim_end() == *line && !line.contains('\t'), "{name}: `{line}`");
                level = level + usize::from(line.ends_with(['{', '[', '('])) - closes;
            }
            assert_aligned(&lines);
            assert!(
                document.text.ends_with("}\n") && !document.text.contains("\n\n\n"),
                "{name}: {}",
                document.file_name
            );
        }
    }
}

#[test]
#[should_panic(expected = "bbb = 2")]
fn attributes_that_are_not_aligned_are_noticed() {
    assert_aligned(&["  a = 1", "  bbb = 2"]);
}

#[test]
fn the_page_names_every_action_that_somebody_needs() {
    let page = page(&declared());
    for needs in backproof_permissions::everything(&Setup::placeholders(), &declared()).values() {
        for need in needs {
            assert!(page.contains(&format!("`{}`", need.action)), "{}", need.action);
        }
    }
}
