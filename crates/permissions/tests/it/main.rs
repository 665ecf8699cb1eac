//! What is written, judged by others: CloudFormation by cfn-lint and moto, Terraform by a parser of its language,
//! policies by moto's IAM; and the rules that no policy may break.

mod judged;
mod policies;
mod support;
mod written;
