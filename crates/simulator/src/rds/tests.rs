//! What the world states of databases, by the XML that RDS answers.

use super::*;
use crate::world::World;

const SANDBOX: &str = "999988887777";

/// RDS and the networks that it needs.
struct Stated {
    rds: Rds,
    networks: Networks,
}

impl Stated {
    /// RDS of a world whose sandbox has this network.
    fn new(network: &str) -> Self {
        let world = World::parse(&format!(
            "start = \"2026-01-01T00:00:00Z\"\naccounts = [{{ id = \"111122223333\", regions = [\"eu-central-1\"] }}]\n{network}"
        ))
        .unwrap();
        Self { rds: Rds::new(&world), networks: Networks::new(&world.networks) }
    }

    fn ask(&mut self, form: &str) -> Result<String, ApiError> {
        let ctx = CallContext {
            account: SANDBOX.into(),
            region: "eu-central-1".into(),
            caller_arn: String::new(),
            role: None,
            now: Timestamp::UNIX_EPOCH,
            request_id: "0".into(),
        };
        let params = Params::parse(form);
        let operation = params.get("Action").unwrap().to_owned();
        self.rds.call(&operation, &params, &ctx, &mut self.networks).map(|xml| xml.as_str().to_owned())
    }
}

#[test]
fn databases_are_listed_in_pages_and_found_by_name() {
    let instances: Vec<_> = (0..130)
        .map(|n| format!("[[networks.db_instances]]\nid = \"db-{n}\"\nclass = \"db.t4g.micro\"\nengine = \"postgres\"\nversion = \"16.6\"\ntags = {{ n = \"{n}\" }}\n"))
        .collect();
    let network = format!("[[networks]]\naccount = \"{SANDBOX}\"\nregion = \"eu-central-1\"\n");
    let mut rds = Stated::new(&(network + &instances.concat()));
    let first = rds.ask("Action=DescribeDBInstances").unwrap();
    assert_eq!(first.matches("<DBInstance>").count(), 100);
    let marker = first.split("<Marker>").nth(1).unwrap().split('<').next().unwrap().replace('=', "%3D");
    let second = rds.ask(&format!("Action=DescribeDBInstances&Marker={marker}")).unwrap();
    assert_eq!((second.matches("<DBInstance>").count(), second.contains("<Marker>")), (30, false));
    let one = rds.ask("Action=DescribeDBInstances&DBInstanceIdentifier=DB-7").unwrap();
    assert!(one.contains("<DBInstanceArn>arn:aws:rds:eu-central-1:999988887777:db:db-7</DBInstanceArn>"), "{one}");
    let tags = "Action=ListTagsForResource&ResourceName=arn:aws:rds:eu-central-1:999988887777:db:db-7";
    assert_eq!(rds.ask(tags).unwrap(), "<TagList><Tag><Key>n</Key><Value>7</Value></Tag></TagList>");
    for (form, code, status) in [
        ("Action=DescribeDBInstances&DBInstanceIdentifier=none", "DBInstanceNotFound", 404),
        ("Action=DescribeDBClusters&DBClusterIdentifier=none", "DBClusterNotFoundFault", 404),
        ("Action=DescribeDBSubnetGroups&DBSubnetGroupName=none", "DBSubnetGroupNotFoundFault", 404),
        ("Action=DescribeDBSnapshots&DBSnapshotIdentifier=none", "DBSnapshotNotFound", 404),
        ("Action=DescribeDBInstances&MaxRecords=5", "InvalidParameterValue", 400),
        ("Action=DescribeDBInstances&Marker=abc", "InvalidParameterValue", 400),
        ("Action=CreateDBInstance", "InvalidAction", 400),
    ] {
        let refusal = rds.ask(form).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.status), (code, status), "{form}");
    }
    assert_eq!(rds.rds.arns(SANDBOX).len(), 130);
}

#[test]
fn the_isolated_sandbox_has_a_subnet_group() {
    let answer = Stated::new("").ask("Action=DescribeDBSubnetGroups&DBSubnetGroupName=backproof-sandbox").unwrap();
    assert!(answer.contains("<VpcId>vpc-0b0c0ffee0000001</VpcId>"), "{answer}");
    assert_eq!(answer.matches("<Subnet>").count(), 2);
}
