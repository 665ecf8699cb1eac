//! What `CreateTable` and `UpdateTable` say of a table, read into our own words.

use serde_json::Value;

use super::fault::Fault;
use super::request::Request;
use super::schema::{AttributeType, IndexDefinition, KeyAttribute, Projection, TableDefinition, TableSettings};

/// `AttributeDefinitions`: the types of key attributes.
#[derive(Debug)]
pub(crate) struct Definitions {
    attributes: Vec<KeyAttribute>,
}

/// Reads a whole table.
pub(crate) fn table_definition(request: &Request, account: &str, region: &str) -> Result<TableDefinition, Fault> {
    let definitions = Definitions::read(request)?;
    let (partition_key, sort_key) = definitions.keys(request.list("KeySchema")?)?;
    let indexes = |member: &str| -> Result<Vec<IndexDefinition>, Fault> {
        let indexes = request.list(member)?.iter();
        indexes.map(|index| global_index(&Request::new(index.clone())?, &definitions)).collect()
    };
    let settings = TableSettings {
        provisioned: billing(request, None)?,
        stream: stream(request)?,
        time_to_live: None,
        point_in_time_recovery: false,
        deletion_protection: request.flag("DeletionProtectionEnabled", false)?,
        table_class: request.text("TableClass")?.map(str::to_owned),
        kms_key_arn: encryption(request, account, region)?,
        tags: super::operations::read_tags(request)?,
    };
    let definition = TableDefinition {
        local_indexes: indexes("LocalSecondaryIndexes")?,
        global_indexes: indexes("GlobalSecondaryIndexes")?,
        partition_key,
        sort_key,
        settings,
    };
    if definition.local_indexes.iter().any(|index| index.partition_key != definition.partition_key) {
        return Err(Fault::invalid(
            "One or more parameter values were invalid: a local index has the partition key of its table",
        ));
    }
    let mut names: Vec<_> = definition.indexes().map(|index| &index.name).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Fault::invalid("One or more parameter values were invalid: Duplicate index name"));
    }
    if definition.key_attributes().len() != definitions.attributes.len() {
        return Err(Fault::invalid(
            "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
        ));
    }
    Ok(definition)
}

/// Reads an index; local ones differ in nothing that is kept.
pub(crate) fn global_index(index: &Request, definitions: &Definitions) -> Result<IndexDefinition, Fault> {
    let name = index.required_text("IndexName")?.to_owned();
    let (partition_key, sort_key) = definitions.keys(index.list("KeySchema")?)?;
    let projection = Request::new(index.member("Projection").cloned().unwrap_or_default())?;
    let projection = match projection.text("ProjectionType")? {
        Some("ALL") => Projection::All,
        Some("KEYS_ONLY") => Projection::KeysOnly,
        Some("INCLUDE") => {
            let names = projection.list("NonKeyAttributes")?.iter().filter_map(Value::as_str);
            Projection::Include(names.map(str::to_owned).collect())
        }
        _ => {
            return Err(Fault::invalid("One or more parameter values were invalid: Unknown ProjectionType"));
        }
    };
    Ok(IndexDefinition { name, partition_key, sort_key, projection })
}

/// Reads `BillingMode` and `ProvisionedThroughput`: reserved units, or none where requests are paid for.
pub(crate) fn billing(request: &Request, before: Option<[u64; 2]>) -> Result<Option<[u64; 2]>, Fault> {
    let throughput = match request.member("ProvisionedThroughput") {
        Some(throughput) => {
            let throughput = Request::new(throughput.clone())?;
            match (throughput.number("ReadCapacityUnits")?, throughput.number("WriteCapacityUnits")?) {
                (Some(read), Some(write)) if read > 0 && write > 0 => Some([read, write]),
                _ => return Err(Fault::invalid("ReadCapacityUnits and WriteCapacityUnits must be at least 1")),
            }
        }
        None => None,
    };
    match (request.text("BillingMode")?, throughput) {
        (Some("PAY_PER_REQUEST"), None) => Ok(None),
        (Some("PAY_PER_REQUEST"), Some(_)) => Err(Fault::invalid(
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
        )),
        (Some("PROVISIONED") | None, Some(units)) => Ok(Some(units)),
        (Some("PROVISIONED") | None, None) => before.map(Some).ok_or_else(|| {
            Fault::invalid(
                "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
            )
        }),
        (Some(other), _) => {
            let constraint = "Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]";
            Err(Fault::out_of_bounds(other, "billingMode", constraint))
        }
    }
}

/// Reads `StreamSpecification`: the view type, or none where there is to be no stream.
pub(crate) fn stream(request: &Request) -> Result<Option<String>, Fault> {
    let specification = Request::new(request.member("StreamSpecification").cloned().unwrap_or_default())?;
    match (specification.flag("StreamEnabled", false)?, specification.text("StreamViewType")?) {
        (false, None) => Ok(None),
        (true, Some(view @ ("KEYS_ONLY" | "NEW_IMAGE" | "OLD_IMAGE" | "NEW_AND_OLD_IMAGES"))) => {
            Ok(Some(view.to_owned()))
        }
        _ => Err(Fault::invalid(
            "One or more parameter values were invalid: a stream is enabled with a StreamViewType and disabled without",
        )),
    }
}

/// Reads `SSESpecification`: the ARN of a KMS key, or none for a key that DynamoDB owns.
pub(crate) fn encryption(request: &Request, account: &str, region: &str) -> Result<Option<String>, Fault> {
    let specification = Request::new(request.member("SSESpecification").cloned().unwrap_or_default())?;
    if !specification.flag("Enabled", false)? {
        return Ok(None);
    }
    Ok(Some(match specification.text("KMSMasterKeyId")? {
        Some(arn) if arn.starts_with("arn:") => arn.to_owned(),
        Some(alias) if alias.starts_with("alias/") => format!("arn:aws:kms:{region}:{account}:{alias}"),
        Some(id) => format!("arn:aws:kms:{region}:{account}:key/{id}"),
        None => {
            let name = format!("{account}/{region}/aws/dynamodb");
            let id = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, name.as_bytes());
            format!("arn:aws:kms:{region}:{account}:key/{id}")
        }
    }))
}

impl Definitions {
    /// Reads the definitions of a request.
    pub(crate) fn read(request: &Request) -> Result<Self, Fault> {
        let mut attributes: Vec<KeyAttribute> = Vec::new();
        for definition in request.list("AttributeDefinitions")? {
            let definition = Request::new(definition.clone())?;
            let letter = definition.required_text("AttributeType")?;
            let Some(attribute_type) = AttributeType::of_letter(letter) else {
                return Err(Fault::out_of_bounds(
                    letter,
                    "attributeDefinitions.1.member.attributeType",
                    "Member must satisfy enum value set: [B, N, S]",
                ));
            };
            let name = definition.required_text("AttributeName")?.to_owned();
            if attributes.iter().any(|known| known.name == name) {
                return Err(Fault::invalid("One or more parameter values were invalid: Duplicate AttributeName"));
            }
            attributes.push(KeyAttribute { name, attribute_type });
        }
        Ok(Self { attributes })
    }

    /// Reads the definitions of a request about a table, whose own key attributes need not be repeated.
    pub(crate) fn read_beside(request: &Request, table: &TableDefinition) -> Result<Self, Fault> {
        let mut definitions = Self::read(request)?;
        definitions.attributes.extend(table.key_attributes().into_iter().cloned());
        Ok(definitions)
    }

    fn keys(&self, schema: &[Value]) -> Result<(KeyAttribute, Option<KeyAttribute>), Fault> {
        let attribute = |element: &Value, role: &str| {
            if element["KeyType"] != role {
                return Err(Fault::invalid(format!("Invalid KeySchema: the element's KeyType must be {role}")));
            }
            let name = element["AttributeName"].as_str().unwrap_or_default();
            self.attributes.iter().find(|known| known.name == name).cloned().ok_or_else(|| {
                Fault::invalid(format!(
                    "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [{name}]"
                ))
            })
        };
        match schema {
            [partition] => Ok((attribute(partition, "HASH")?, None)),
            [partition, sort] => Ok((attribute(partition, "HASH")?, Some(attribute(sort, "RANGE")?))),
            _ => Err(Fault::invalid("Invalid KeySchema: it has one or two elements")),
        }
    }
}
