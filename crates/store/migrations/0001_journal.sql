-- The journal, the register of runs, and who may write to which chain.

CREATE TABLE installation (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    name TEXT NOT NULL
) STRICT;

-- The register: numbers without gaps, because a number is allotted and used in one transaction and never deleted.
CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    plan_name TEXT NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('plan', 'check')),
    pipeline INTEGER NOT NULL,
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'aborted'))
) STRICT;

-- One line of the journal. `line` is canonical JSON; `token` is the fencing token it was written under.
CREATE TABLE entries (
    run INTEGER NOT NULL REFERENCES runs (run),
    chain TEXT NOT NULL,
    seq INTEGER NOT NULL,
    line TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    token INTEGER NOT NULL,
    PRIMARY KEY (run, chain, seq)
) STRICT, WITHOUT ROWID;

-- The owner of a chain is whoever holds its newest token.
CREATE TABLE leases (
    run INTEGER NOT NULL REFERENCES runs (run),
    chain TEXT NOT NULL,
    token INTEGER NOT NULL,
    owner TEXT NOT NULL,
    PRIMARY KEY (run, chain)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER journal_lines_are_never_changed BEFORE UPDATE ON entries
BEGIN
    SELECT RAISE(ABORT, 'journal lines are never changed');
END;

CREATE TRIGGER journal_lines_are_never_deleted BEFORE DELETE ON entries
BEGIN
    SELECT RAISE(ABORT, 'journal lines are never deleted');
END;

CREATE TRIGGER runs_are_never_deleted BEFORE DELETE ON runs
BEGIN
    SELECT RAISE(ABORT, 'runs are never deleted from the register');
END;

-- Run 0 is the register's own chain: what happens to resources after their run was closed.
INSERT INTO runs (run, plan_name, purpose, pipeline, opened_at, closed_at, state)
VALUES (0, 'register', 'plan', 0, '1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z', 'closed');
