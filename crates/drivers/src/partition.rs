//! The partition of a Region, for ARNs that are made from names.

/// China and GovCloud have partitions of their own, which show in the Region's name.
pub(crate) fn partition(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}
