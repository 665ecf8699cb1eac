-- The tables of pgbench, filled as it fills them. Variables: master, rows.
SET ROLE :"master";
CREATE TABLE pgbench_branches (bid int NOT NULL, bbalance int, filler char(88)) WITH (fillfactor = 100);
CREATE TABLE pgbench_tellers (tid int NOT NULL, bid int, tbalance int, filler char(84)) WITH (fillfactor = 100);
CREATE TABLE pgbench_accounts (aid int NOT NULL, bid int, abalance int, filler char(84)) WITH (fillfactor = 100);
CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
INSERT INTO pgbench_branches SELECT n, 0, NULL FROM generate_series(1, (:rows + 99999) / 100000) n;
INSERT INTO pgbench_tellers SELECT n, (n - 1) / 10 + 1, 0, NULL FROM generate_series(1, (:rows + 99999) / 100000 * 10) n;
INSERT INTO pgbench_accounts SELECT n, (n - 1) / 100000 + 1, (n::bigint * 7919) % 10007, '' FROM generate_series(1, :rows) n;
ALTER TABLE pgbench_branches ADD PRIMARY KEY (bid);
ALTER TABLE pgbench_tellers ADD PRIMARY KEY (tid);
ALTER TABLE pgbench_accounts ADD PRIMARY KEY (aid);
RESET ROLE;
