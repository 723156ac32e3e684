#!/usr/bin/env bash
# beancount 2.3.6 (Python 3.11): `bean-query` cannot print a position of 1,000,000,000.00 or more.
#
# Seen: a ledger that `bean-check` accepts; with balances of 999,999,999.99 EUR `select account, sum(position)` prints them,
# with 1,000,000,000.00 EUR the query ends in "decimal.InvalidOperation" and prints nothing, as text and as csv alike, also for
# all other accounts. `sum(number)` of the same ledger prints both. (beancount/core/display_context.py rounds with nine digits
# before the point.)
#
# Where it matters: exports for Beancount may hold amounts up to 10,000,000,000.00 and balances up to ten times that;
# whoever compares balances by a query asks for `sum(number)`, by account.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-input --disable-pip-version-check 'beancount==2.3.6'

ledger() {
    printf '%s\n' '2026-01-01 open Assets:Bank EUR' '2026-01-01 open Equity:Opening EUR' '2026-01-02 * "opening"' \
        "  Assets:Bank  $1 EUR" "  Equity:Opening  -$1 EUR" >"$folder/$1.beancount"
    "$folder/venv/bin/bean-check" "$folder/$1.beancount"
}
query() {
    "$folder/venv/bin/bean-query" -f "$1" "$folder/$2.beancount" "select account, sum($3) as total group by account" 2>&1
}

ledger 999999999.99
ledger 1000000000.00
for form in text csv; do
    query $form 999999999.99 position | grep -q -- '-999999999.99 EUR' || { echo "changed: $form, below a billion"; exit 1; }
    query $form 1000000000.00 position | grep -q 'decimal.InvalidOperation' || { echo "changed: $form, a billion"; exit 1; }
    query $form 1000000000.00 number | grep -q -- '-1000000000.00' || { echo "changed: $form, sum(number)"; exit 1; }
done
echo "as described: bean-query prints no position of a billion or more"
