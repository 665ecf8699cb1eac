#!/usr/bin/env bash
# An external validator with psql and jq: are the orders there, does every line belong to one, how new is the newest?
#
# Settings: `minimum_orders` (1 where it is not said) and `max_lag_seconds` (not looked at where it is not said).
# It reads only counts and one time. What psql says of its troubles goes to standard error, without values of rows.
set -uo pipefail

# check NAME CLAIM LEVEL VERDICT COUNT UNIT [EXPECTED OBSERVED REMARK]; expected and observed are JSON.
check() {
  jq -cn --arg name "$1" --arg claim "$2" --arg level "$3" --arg verdict "$4" --argjson count "$5" --arg unit "$6" \
    --argjson expected "${7:-null}" --argjson observed "${8:-null}" --arg remark "${9:-}" \
    '{type: "check", $name, $claim, $level, $verdict, examined: {$count, $unit}, $expected, $observed,
      remark: (if $remark == "" then null else $remark end)}'
}

done_with() { # LAG, or nothing where none was measured
  jq -cn --argjson lag "${1:-null}" '{type: "done", lag_seconds: $lag}'
  exit 0
}

could_not() { # REMARK
  check orders-present data-present L3 inconclusive 0 rows null null "$1"
  done_with
}

request=$(cat)
secrets=$(cat <&3)
# printf is the shell's own, so nothing of this stands on a command line.
asked() { printf '%s' "$request" | jq -er "$1"; }
secret() { printf '%s' "$secrets" | jq -er "$1"; }

[[ $(asked .protocol) == backproof-validator/1 ]] || exit 2
[[ $(asked .target.engine) == postgres ]] || exit 2
PGUSER=$(secret .database.user) && PGPASSWORD=$(secret .database.password) || exit 2
PGHOST=$(asked .target.host) && PGPORT=$(asked .target.port) && seconds_left=$(asked .seconds_left) || exit 2
PGDATABASE=$(asked '.target.database // "postgres"')
PGSSLROOTCERT=$(asked '.target.ca_file // "/etc/ssl/certs/ca-certificates.crt"')
PGSSLMODE=$(asked 'if .target.verify_host then "verify-full" else "verify-ca" end')
minimum=$(asked '.settings.minimum_orders // 1')
longest_lag=$(asked '.settings.max_lag_seconds // -1')
data_time=$(asked .data_time)

# Half of the time for connecting, all of it but a second for everything.
if ((seconds_left < 4)); then
  could_not "no time is left"
fi
PGCONNECT_TIMEOUT=$((seconds_left / 2 < 10 ? seconds_left / 2 : 10))
PGOPTIONS="-c default_transaction_read_only=on -c statement_timeout=$((seconds_left - 2))s"
export PGUSER PGPASSWORD PGHOST PGPORT PGDATABASE PGSSLROOTCERT PGSSLMODE PGCONNECT_TIMEOUT PGOPTIONS
query() { timeout "$((seconds_left - 1))" psql -XqAt -F ' ' -v ON_ERROR_STOP=1 -v data_time="$data_time"; }

found=$(query <<<"SELECT (to_regclass('orders') IS NOT NULL)::int + (to_regclass('order_lines') IS NOT NULL)::int;") ||
  could_not "the server could not be asked"
check server-answers resource-reachable L1 passed 1 servers
if ((found < 2)); then
  check tables-present structure-complete L2 failed 2 tables 2 "$found" "orders or order_lines is missing"
  done_with
fi
check tables-present structure-complete L2 passed 2 tables 2 "$found"

# One statement sees all of it at one moment.
counts=$(query <<'SQL'
SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM order_lines),
       (SELECT count(*) FROM order_lines AS line
        WHERE NOT EXISTS (SELECT FROM orders WHERE orders.id = line.order_id)),
       (SELECT coalesce(round(extract(epoch FROM :'data_time' - max(created_at))), 0) FROM orders);
SQL
) || could_not "the counts could not be read"
read -r orders lines orphans lag <<<"$counts"

if ((orders >= minimum)); then
  check orders-present data-present L3 passed "$orders" rows "$minimum" "$orders"
else
  check orders-present data-present L3 failed "$orders" rows "$minimum" "$orders" "fewer orders than the plan expects"
fi
if ((orphans == 0)); then
  check lines-have-orders data-readable L3 passed "$lines" rows 0 0
else
  check lines-have-orders data-readable L3 failed "$lines" rows 0 "$orphans" "lines of orders that are not there"
fi
if ((longest_lag >= 0 && orders > 0)); then
  verdict=passed remark=
  if ((lag > longest_lag)); then
    verdict=failed remark="the newest order is too old"
  fi
  check orders-are-fresh data-fresh L3 "$verdict" "$orders" rows "{\"seconds\":$longest_lag}" "{\"seconds\":$lag}" "$remark"
fi
if ((orders > 0)); then
  done_with "$lag"
fi
done_with
