-- A shop with every kind of object that MariaDB knows. Variables: first, last, as_of (microseconds since 1970) and
-- orders, see Growth. No value depends on when or where this runs. The master user runs it, and so is every definer.

-- Users and roles. A role of MariaDB is kept with its grants as a user is.
CREATE USER 'shop_reader'@'%' IDENTIFIED BY 'reads-the-shop';
CREATE USER 'shop_clerk'@'10.%' IDENTIFIED BY 'works-in-the-shop' REQUIRE SSL WITH MAX_USER_CONNECTIONS 5;

CREATE TABLE customers (
  id int NOT NULL AUTO_INCREMENT PRIMARY KEY,
  number char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL UNIQUE,
  name varchar(120) NOT NULL,
  nickname varchar(40) CHARACTER SET latin1 COLLATE latin1_german1_ci,
  email varchar(120) COLLATE utf8mb4_unicode_ci,
  country enum('DE', 'FR', 'DK', 'TR') NOT NULL DEFAULT 'DE',
  tags set('regular', 'late', 'vip') NOT NULL DEFAULT '',
  properties json NOT NULL DEFAULT '{}',
  photo blob,
  balance decimal(14, 4) NOT NULL DEFAULT 0,
  score double,
  rating float,
  flags bit(9),
  born date,
  member_year year,
  wakes time(3),
  is_active boolean NOT NULL DEFAULT TRUE,
  place point,
  created_at datetime(6) NOT NULL,
  CONSTRAINT customers_name_said CHECK (CHAR_LENGTH(name) > 0),
  KEY customers_by_name (name(20)),
  UNIQUE KEY customers_by_email (email),
  FULLTEXT KEY customers_words (name)
) COMMENT 'Does not change with the orders';

CREATE TABLE products (
  id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku char(12) NOT NULL UNIQUE,
  title varchar(80) CHARACTER SET latin1 COLLATE latin1_swedish_ci NOT NULL,
  price decimal(10, 2) NOT NULL CHECK (price >= 0),
  price_with_tax decimal(10, 2) GENERATED ALWAYS AS (ROUND(price * 1.19, 2)) STORED,
  label varchar(100) GENERATED ALWAYS AS (CONCAT(sku, '!')) VIRTUAL,
  shelf bigint unsigned NOT NULL,
  created_at datetime(6) NOT NULL
) DEFAULT CHARACTER SET latin1;

CREATE TABLE orders (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  customer_id int NOT NULL,
  status enum('open', 'paid', 'shipped', 'returned') NOT NULL DEFAULT 'open',
  total decimal(12, 2) NOT NULL CHECK (total >= 0),
  remark text,
  created_at datetime(6) NOT NULL,
  updated_at timestamp(6) NULL,
  KEY orders_by_customer (customer_id, created_at),
  KEY orders_created (created_at),
  CONSTRAINT orders_have_customers FOREIGN KEY (customer_id) REFERENCES customers (id)
) ROW_FORMAT = DYNAMIC;

CREATE TABLE order_lines (
  order_id bigint NOT NULL,
  line smallint NOT NULL,
  product_id int unsigned NOT NULL,
  quantity int NOT NULL CHECK (quantity > 0),
  price decimal(10, 2) NOT NULL,
  created_at datetime(6) NOT NULL,
  PRIMARY KEY (order_id, line),
  CONSTRAINT lines_have_orders FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT lines_have_products FOREIGN KEY (product_id) REFERENCES products (id)
);

SET @early = TIMESTAMPADD(MICROSECOND, @first + (@last - @first) DIV 3, '1970-01-01 00:00:00.000000');
SET @middle = TIMESTAMPADD(MICROSECOND, @first + (@last - @first) * 2 DIV 3, '1970-01-01 00:00:00.000000');
EXECUTE IMMEDIATE CONCAT(
  'CREATE TABLE events (id bigint NOT NULL, order_id bigint NOT NULL, kind varchar(20) NOT NULL, details json, ',
  'created_at datetime(6) NOT NULL, PRIMARY KEY (id, created_at), KEY events_by_order (order_id)) ',
  'PARTITION BY RANGE COLUMNS (created_at) (PARTITION early VALUES LESS THAN (', QUOTE(@early), '), ',
  'PARTITION middle VALUES LESS THAN (', QUOTE(@middle), '), PARTITION late VALUES LESS THAN (MAXVALUE))'
);

CREATE TABLE empty_notes (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
  note text NOT NULL,
  created_at datetime(6) NOT NULL
) AUTO_INCREMENT = 500 COMMENT 'Nobody has ever written one';

CREATE TABLE codes (code varchar(10) NOT NULL PRIMARY KEY, meaning varchar(80)) ENGINE = Aria TRANSACTIONAL = 1;

CREATE SEQUENCE invoice_numbers START WITH 1000 INCREMENT BY 5 MAXVALUE 99999999 NOCACHE CYCLE;

CREATE DATABASE shop_archive CHARACTER SET latin1 COLLATE latin1_swedish_ci;
CREATE TABLE shop_archive.old_orders (id bigint NOT NULL PRIMARY KEY, total decimal(12, 2), created_at datetime NOT NULL);

-- What runs by itself.
DELIMITER //
CREATE TRIGGER orders_stamped BEFORE INSERT ON orders FOR EACH ROW
BEGIN
  SET NEW.updated_at = COALESCE(NEW.updated_at, NEW.created_at);
END //
CREATE PROCEDURE close_order(IN which bigint) MODIFIES SQL DATA
BEGIN
  UPDATE orders SET status = 'paid' WHERE id = which;
END //
CREATE FUNCTION order_total(which bigint) RETURNS decimal(14, 2) READS SQL DATA
BEGIN
  RETURN (SELECT SUM(quantity * price) FROM order_lines WHERE order_id = which);
END //
CREATE EVENT forget_notes ON SCHEDULE EVERY 1 DAY STARTS '2020-01-01 03:00:00' COMMENT 'Never has anything to do' DO
BEGIN
  DELETE FROM empty_notes WHERE created_at < NOW() - INTERVAL 10 YEAR;
END //
DELIMITER ;

-- Rows. Text beyond ASCII and NULL are among them.
INSERT INTO customers (number, name, nickname, email, country, tags, properties, photo, balance, score, rating, flags,
                       born, member_year, wakes, is_active, place, created_at)
SELECT INSERT(INSERT(INSERT(INSERT(MD5(CONCAT('customer ', seq)), 21, 0, '-'), 17, 0, '-'), 13, 0, '-'), 9, 0, '-'),
       CONCAT(ELT(seq % 8 + 1, 'Ada', 'Bjørn', 'Çelik', 'Zoë', '李雷', 'Œuvre', 'o''Neill', 'emoji 🧾'), ' ', seq),
       IF(seq % 3 > 0, CONCAT(CHAR(65 + seq % 26 USING latin1), 'ü', seq), NULL),
       CONCAT('Customer', seq, '@example.com'), ELT(seq % 4 + 1, 'DE', 'FR', 'DK', 'TR'), seq % 8,
       JSON_OBJECT('points', seq * 3, 'nested', JSON_ARRAY(seq, NULL, seq % 2 = 0)),
       IF(seq % 2 = 0, UNHEX(REPEAT(MD5(seq), 4)), NULL), (seq * 7919 % 100000) / 1000 - 20,
       IF(seq % 50 = 0, NULL, SQRT(seq)), seq / 8, seq % 512, '1950-01-01' + INTERVAL seq * 61 DAY, 2000 + seq % 20,
       SEC_TO_TIME(seq * 97 % 80000), seq % 11 > 0, IF(seq % 9 = 0, POINT(seq, -seq), NULL),
       TIMESTAMPADD(MICROSECOND, @first - seq * 3600000000, '1970-01-01 00:00:00.000000')
FROM seq_1_to_300;

INSERT INTO products (sku, title, price, shelf, created_at)
SELECT CONCAT('SKU-', LPAD(seq, 8, '0')), CONCAT('Stück ', seq), (seq * 31 % 997) / 10,
       IF(seq = 120, 18446744073709551615, seq),
       TIMESTAMPADD(MICROSECOND, @first, '1970-01-01 00:00:00.000000') - INTERVAL 1 YEAR
FROM seq_1_to_120;

INSERT INTO orders (id, customer_id, status, total, remark, created_at)
SELECT n + 1, n * 7919 % 300 + 1, n % 4 + 1, (n * 104729 % 1000000) / 100,
       IF(n % 7 = 0, CONCAT('Remark ', MD5(n)), NULL), TIMESTAMPADD(MICROSECOND, created, '1970-01-01 00:00:00.000000')
FROM (SELECT seq AS n, @first + (@last - @first) * seq DIV (@orders - 1) AS created
      FROM seq_0_to_1000000000 WHERE seq < @orders) AS growth
WHERE created <= @as_of ORDER BY n;

INSERT INTO order_lines
SELECT id, seq, (id * 13 + seq * 7) % 120 + 1, seq % 4 + 1, (id * 17 % 5000) / 100, created_at
FROM orders JOIN seq_1_to_3 ON seq <= id % 3 + 1 ORDER BY id, seq;

INSERT INTO events
SELECT id * 2 + seq, id, ELT(seq + 1, 'made', 'seen'), JSON_OBJECT('order', id), created_at
FROM orders JOIN seq_0_to_1 ORDER BY 1;

INSERT INTO codes SELECT CONCAT('C', seq), CONCAT('Meaning ', seq) FROM seq_1_to_20;
INSERT INTO shop_archive.old_orders
SELECT seq, seq * 1.5, TIMESTAMPADD(MICROSECOND, @first, '1970-01-01 00:00:00') - INTERVAL seq DAY FROM seq_1_to_200;
SELECT 1000 + 5 * COUNT(*) INTO @invoices FROM orders;
EXECUTE IMMEDIATE CONCAT('SELECT SETVAL(invoice_numbers, ', @invoices, ')');

CREATE VIEW sales_by_status AS SELECT status, COUNT(*) AS orders, SUM(total) AS total FROM orders GROUP BY status;
CREATE SQL SECURITY INVOKER VIEW open_orders AS SELECT * FROM orders WHERE status = 'open' WITH CHECK OPTION;

-- Who may do what.
GRANT SELECT, SHOW VIEW ON * TO 'shop_reader'@'%';
GRANT SELECT (id, name), UPDATE (nickname) ON customers TO 'shop_clerk'@'10.%';
GRANT EXECUTE ON PROCEDURE close_order TO 'shop_clerk'@'10.%';

ANALYZE TABLE customers, products, orders, order_lines, events;
