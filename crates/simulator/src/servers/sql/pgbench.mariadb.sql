-- The tables of pgbench, filled as it fills them. Variables: rows.
CREATE TABLE pgbench_branches (bid int NOT NULL PRIMARY KEY, bbalance int, filler char(88));
CREATE TABLE pgbench_tellers (tid int NOT NULL PRIMARY KEY, bid int, tbalance int, filler char(84));
CREATE TABLE pgbench_accounts (aid int NOT NULL PRIMARY KEY, bid int, abalance int, filler char(84));
CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp NULL, filler char(22));
INSERT INTO pgbench_branches SELECT seq, 0, NULL FROM seq_1_to_1000000000 WHERE seq <= (@rows + 99999) DIV 100000;
INSERT INTO pgbench_tellers SELECT seq, (seq - 1) DIV 10 + 1, 0, NULL FROM seq_1_to_1000000000
WHERE seq <= (@rows + 99999) DIV 100000 * 10;
INSERT INTO pgbench_accounts SELECT seq, (seq - 1) DIV 100000 + 1, (seq * 7919) % 10007, REPEAT('.', 84)
FROM seq_1_to_1000000000 WHERE seq <= @rows;
ANALYZE TABLE pgbench_accounts;
