//! The flat parameters of the query protocols: `Filter.1.Name=vpc-id`.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// Decoded parameters of a form or a query string; where a name repeats, all its values are kept in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    values: BTreeMap<String, Vec<String>>,
}

impl Params {
    /// Reads `a=b&c=d`, with `+` for blanks and percent escapes.
    pub fn parse(text: &str) -> Self {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            values.entry(decoded(name)).or_default().push(decoded(value));
        }
        Self { values }
    }

    /// The value of `name`, if it was given (the first, where it was given several times).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(|values| values.first()).map(String::as_str)
    }

    /// Gives `name` this value alone.
    pub(crate) fn set(&mut self, name: &str, value: String) {
        self.values.insert(name.to_owned(), vec![value]);
    }

    /// The names that were given, without what follows a dot, each once.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let mut last = "";
        let first_parts = self.values.keys().map(|name| name.split('.').next().unwrap_or(name));
        first_parts.filter(move |name| std::mem::replace(&mut last, name) != *name)
    }

    /// The values of `name.1`, `name.2`, … (EC2's lists) or of `name.member.1`, … (the query protocol's), in order.
    /// A shape with a list name of its own (`Filters.Filter.1`) is asked for as `Filters.Filter`.
    pub fn list(&self, name: &str) -> Vec<&str> {
        let numbered = |prefix: String| (1..).map_while(move |n| self.get(&format!("{prefix}.{n}")));
        let plain: Vec<_> = numbered(name.to_owned()).collect();
        if plain.is_empty() { numbered(format!("{name}.member")).collect() } else { plain }
    }

    /// Structures in a list: for `Filter`, one `Params` per `Filter.N.` with the prefix taken off.
    pub fn structures(&self, name: &str) -> Vec<Self> {
        let plain = self.numbered_structures(name);
        if plain.is_empty() { self.numbered_structures(&format!("{name}.member")) } else { plain }
    }

    fn numbered_structures(&self, prefix: &str) -> Vec<Self> {
        let one = |n: u32| {
            let start = format!("{prefix}.{n}.");
            let under = |(name, values): (&String, &Vec<String>)| {
                name.strip_prefix(&start).map(|rest| (rest.to_owned(), values.clone()))
            };
            let values: BTreeMap<_, _> = self.values.iter().filter_map(under).collect();
            (!values.is_empty()).then_some(Self { values })
        };
        (1..).map_while(one).collect()
    }
}

fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_structures_are_read_in_both_notations() {
        let params = Params::parse(
            "Action=DescribeSubnets&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1&Filter.1.Value.2=vpc%2B2&SubnetId.1=a",
        );
        assert_eq!(params.list("SubnetId"), ["a"]);
        let filters = params.structures("Filter");
        assert_eq!(filters.len(), 1);
        assert_eq!(filters[0].get("Name"), Some("vpc-id"));
        assert_eq!(filters[0].list("Value"), ["vpc-1", "vpc+2"]);
        assert_eq!(Params::parse("Keys.member.1=x+y&Keys.member.2=z").list("Keys"), ["x y", "z"]);
        assert_eq!(params.get("Missing"), None);
    }
}
