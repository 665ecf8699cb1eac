-- Several processes on one state: who holds a chain and until when, and how many may be under way at once. The register
-- becomes a hash chain, of which the rows of `runs` are a projection.

-- The process that holds the lease, by the name of its lock file; without one nobody is alive to hold it.
ALTER TABLE leases ADD COLUMN worker TEXT NOT NULL DEFAULT '';
-- Until when, in milliseconds since 1970.
ALTER TABLE leases ADD COLUMN until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE leases ADD COLUMN released INTEGER NOT NULL DEFAULT 1;

-- What a held chain counts against: as many leases may share a slot's name as its limit says.
CREATE TABLE slots (
    run INTEGER NOT NULL,
    chain TEXT NOT NULL,
    slot TEXT NOT NULL,
    PRIMARY KEY (run, chain, slot),
    FOREIGN KEY (run, chain) REFERENCES leases (run, chain)
) STRICT, WITHOUT ROWID;

CREATE INDEX slots_by_name ON slots (slot);

-- The version of the tables at which the register begins to tell of migrations.
ALTER TABLE installation ADD COLUMN told_from INTEGER NOT NULL DEFAULT 1;

-- Runs from before the register was a chain: each gets its event, and goes from here.
CREATE TABLE to_adopt (
    run INTEGER PRIMARY KEY REFERENCES runs (run)
) STRICT;

INSERT INTO to_adopt (run) SELECT run FROM runs WHERE run > 0;
