"""One HTTP exchange, told in SDK events and audited."""

import sys

from actlog import Filter, HttpAnswer, HttpExchange, Translator

SETTINGS = {
    "organization": {"id": "7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10"},
    "names": {"entity-sets": {"accounts": {"logical-name": "account", "primary-id": "accountid"}}},
}
ROWS = b'{"value":[{"accountid":"0a0d8709-711e-e811-a952-000d3a732d76","name":"Contoso"}]}'

exchange = HttpExchange(
    id="exchange-1",
    method="GET",
    target="/api/data/v9.2/accounts?$filter=name%20eq%20%27Contoso%27",
    began="2024-05-06T07:08:09Z",
    answer=HttpAnswer(200, [("Content-Type", "application/json")], ROWS),
)
with Translator(SETTINGS, sys.argv[1]) as translator, Filter(component=sys.argv[1]) as filter:
    told = translator.translate(exchange)
    sys.stdout.buffer.write(filter.audit(told.events).records)
    for finding in told.unknown:
        print(finding, file=sys.stderr)
