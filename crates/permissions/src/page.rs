//! The page docs/permissions.md, made of the same list as the policies.

use std::fmt::Write as _;

use crate::required::everything;
use crate::roles::to_install;
use crate::{AskedBy, Condition, Declared, Holder, Need, Resources, Role, Setup};

const PREFACE: &str = "# Permissions

<!-- Written by `cargo xtask generate` from crates/permissions and from what drivers and validators declare. Do not edit. -->

backproof works with up to eight identities, most of them roles.
Each gets only what its part needs; the two that matter most are that the source role cannot change anything, and that the sandbox role exists in the sandbox account alone.

```sh
backproof iam --role all --format cloudformation --out roles     # or terraform, or json; for your plan
backproof iam --template sandbox --format terraform --out roles  # a network without a way out, key, vault, roles
backproof iam --template scp --format json                       # service control policies, as examples
backproof iam --template stackset --format cloudformation        # the source role in every account
```

All of it is made from one list, of which this page is the long form. With a plan it is narrowed to the plan's accounts, Regions, roles, vault, key, resource types and validators; without one (`--placeholders`), and on this page, words in capitals stand for these.
`*` is allowed only where an action knows no resources, where a listing comes before any name is known, and for recovery points, whose ARNs are those of their own services.

`backproof doctor` asks IAM whether the roles that are there are allowed what is required, and says which permission is missing.
`cargo xtask tidy` holds the list to the calls in the code: a call that no role is allowed is an error, and so is a permission that nothing asks for.
";

const AFTERWORD: &str = "
## What keeps it that way

- **Denials.** The source role, the role that asks for copies, the one that archives and the janitor are denied everything that they are not allowed, so that a policy attached by mistake changes nothing. The sandbox role is denied other Regions, passing any other role, public databases, ways out of the network, sharing, and changes of what is not named `bp-*` where names tell.
- **Permissions boundaries.** The sandbox role and the janitor can never be allowed more than the actions above. The restore role has AWS's managed policies, which are broad and grow; its boundary keeps it to the services of the plan's resource types, to the sandbox's Regions, and to what is named `bp-*`.
- **Trust.** The roles trust the sandbox account, or whom `--principal` names, with the plan's `external_id`. Roles of AWS Backup are assumed for jobs of their own account only.
- **Service control policies.** `--template scp` shows what to deny above the account: ways out of the sandbox, sharing, restores by anybody else; in accounts that backups come from, every change by the harness's roles.

## What IAM cannot tell apart

- Automated backups of RDS carry ids that RDS makes up, so deleting them is allowed for all of the sandbox. So is deleting recovery points: a policy cannot name the vault that they are in. The engine deletes what its journal proves to be ours.
- Within a listing IAM knows no names: whoever may list tables sees the names of all of them.
- IAM has no VPC endpoint outside one Region, so from inside the sandbox's network `backproof doctor` cannot ask what roles may do. Run it from where the roles are assumed.

A session lasts an hour and is renewed; nothing of it is stored. `sts:GetCallerIdentity`, which needs no permission, is asked before anything is created.
What each validator needs is also in [validators.md](validators.md).
";

/// The page.
pub fn page(declared: &Declared) -> String {
    let setup = Setup::placeholders();
    let needs = everything(&setup, declared);
    let roles = to_install(&setup, declared);
    let mut page = PREFACE.to_owned();
    for role in Role::ALL {
        let of_role = needs.iter().filter(|(holder, _)| holder.role == role);
        write!(page, "\n## {}\n\n{}\n", title(role), introduction(role)).expect("writing to a String does not fail");
        let managed = roles.iter().filter(|installed| installed.holder.role == role).flat_map(|role| &role.managed);
        for arn in managed {
            writeln!(page, "\nAWS Backup's role has AWS's managed policy `{arn}`.")
                .expect("writing to a String does not fail");
        }
        for (_, needs) in of_role {
            page += "\n";
            page += &list(needs);
        }
    }
    page + AFTERWORD
}

/// What is needed for the sake of each subject; actions on the same things for the same reason stand in one line.
fn list(needs: &[Need]) -> String {
    let mut subjects: Vec<&str> = Vec::new();
    for need in needs {
        if !subjects.contains(&need.subject.as_str()) {
            subjects.push(&need.subject);
        }
    }
    // What every restore test needs comes first.
    subjects.sort_by_key(|subject| !subject.is_empty());
    let mut text = String::new();
    for (number, subject) in subjects.iter().enumerate() {
        let gap = if number == 0 { "" } else { "\n" };
        text += gap;
        if !subject.is_empty() {
            text += &format!("{subject}:\n\n");
        }
        let mut lines: Vec<(String, Vec<String>)> = Vec::new();
        for need in needs.iter().filter(|need| need.subject == *subject) {
            let rest = format!("{}{}: {}", on(need), under(need), why(need));
            let action = format!("`{}`", need.action);
            match lines.iter_mut().find(|(own, _)| *own == rest) {
                Some((_, actions)) => actions.push(action),
                None => lines.push((rest, vec![action])),
            }
        }
        for (rest, actions) in lines {
            text += &format!("- {}{rest}\n", actions.join(", "));
        }
    }
    text
}

/// The resources without partition, Region and account, which are those of the role's own account.
fn on(need: &Need) -> String {
    match &need.resources {
        Resources::All => String::new(),
        Resources::Arns(arns) => {
            let own: Vec<String> = arns.iter().map(|arn| format!("`{}`", own_part(arn))).collect();
            format!(" on {}", own.join(", "))
        }
    }
}

fn own_part(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or(arn)
}

fn under(need: &Need) -> String {
    let words = |condition: &Condition| {
        let values: Vec<String> = condition.values.iter().map(|value| format!("`{}`", own_part(value))).collect();
        format!("`{}` being {}", condition.key, values.join(" or "))
    };
    let words: Vec<String> = need.conditions.iter().map(words).collect();
    if words.is_empty() { String::new() } else { format!(", with {}", words.join(" and ")) }
}

fn why(need: &Need) -> String {
    match need.asked_by {
        AskedBy::Backproof | AskedBy::Person => need.why.clone(),
        AskedBy::Aws => format!("{} (AWS checks it; no call of ours bears its name)", need.why),
    }
}

fn title(role: Role) -> &'static str {
    match role {
        Role::Source => "Source role (`scope.accounts[].role_arn`)",
        Role::Copy => "Copy (`scope.accounts[].copy_caller_role_arn`, `copy_role_arn`)",
        Role::Sandbox => "Sandbox role (`sandbox.role_arn`)",
        Role::Restore => "Restore role (`sandbox.restore_role_arn`)",
        Role::Sweep => "Janitor (`sandbox.sweep_role_arn`)",
        Role::Auditor => "Auditor",
        Role::Archive => "Archive (`archive.role_arn`)",
        Role::Runner => "The credentials at hand",
    }
}

fn introduction(role: Role) -> &'static str {
    match role {
        Role::Source => "Reads, in every account that backups come from. Nothing here changes anything.",
        Role::Copy => {
            "Only for a plan with the route `copy`, and the one thing that backproof may start in a source account. \
             Asked by `copy_caller_role_arn`, or by the source role where the plan names none. `copy_role_arn` is \
             assumed by AWS Backup.\n\nThe sandbox's vault needs an access policy that lets the source account call \
             `backup:CopyIntoBackupVault`; the sandbox template has it."
        }
        Role::Sandbox => {
            "In the sandbox account, and nowhere else. Of resource types that the plan does not draw, only the \
             listings are needed: the census at the end of a run looks at every type. A program of the validator \
             `exec` to which the plan lends credentials can do what this role can, and needs nothing else of AWS."
        }
        Role::Restore => {
            "Assumed by AWS Backup, never by backproof. Use a role for nothing but restore tests: its name in a \
             restore job then tells who asked."
        }
        Role::Sweep => {
            "Finds and deletes what runs left, and can start and create nothing, so it can be handed to a job that \
             nobody watches. Without it, `backproof sweep` works with the sandbox role."
        }
        Role::Auditor => "For a person who checks a report against AWS's own record. It changes nothing.",
        Role::Archive => {
            "Only for a plan that archives into a bucket: adds sealed bundles to it and reads back that they are kept. It \
             is denied everything else, and first of all deleting and bypassing. Where the plan names no role, the \
             credentials at hand need the same, and are denied the same."
        }
        Role::Runner => "Whatever backproof is started with: they do no more than become the roles above.",
    }
}

impl Holder {
    /// Whether this program plays the part itself, so that it can be asked what it may do.
    pub fn is_ours(&self) -> bool {
        match self.role {
            Role::Source | Role::Copy | Role::Sandbox | Role::Sweep | Role::Archive | Role::Runner => true,
            Role::Restore | Role::Auditor => false,
        }
    }
}
