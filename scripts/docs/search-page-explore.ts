interface Section {
  readonly title: string;
  readonly text: string;
}

const HISTOGRAM = `\`GET /api/v1/histogram\` counts records over time, exactly.

\`\`\`sh
curl -G http://localhost:8000/api/v1/histogram -d from=-24h -d split=level -d time_zone=Europe/Berlin
curl -G http://localhost:8000/api/v1/histogram -d from=-7d -d interval=1d --data-urlencode 'query=payment.status:declined' \\
  -d split=payment.provider -d split_limit=5
\`\`\`

- Intervals follow each other without a gap, empty ones are there too. \`from\` and \`to\` of an interval are its bounds, the second one
  exclusive. The first and the last interval may reach over the range; what lies outside of the range is not counted.
- Without \`from\` the range begins at the oldest hit. Without \`to\` it ends now, or right behind the newest hit where a sender's clock is
  ahead. With no hit and no \`from\` there are no intervals.
- \`interval=auto\` takes the shortest nice step of which \`buckets\` hold the range; \`interval\` in the answer says which one. A fixed interval
  of which more than 1,000 would be needed is refused, with one that is long enough.
- Intervals are aligned to the clocks of \`time_zone\`: hours begin when the minute hand is up, days at midnight, weeks on Monday. The day on
  which clocks are changed has 23 or 25 hours; the hour that comes twice is two intervals.
- With \`split\`, each interval has the counts of the values that are most frequent over all of them. A record with several values counts for
  each.`;

const FACETS = `\`GET /api/v1/facets\` counts the values of several fields at once: keywords, numbers and attributes, by their names in queries.

\`\`\`sh
curl -G http://localhost:8000/api/v1/facets -d fields=service,payment.status,attributes.region -d limit=5 -d from=-1h
\`\`\`

\`others\` counts the occurrences of values that are not listed. \`exact\` is false where a field has so many different values that only the
newest records were counted.`;

const FIELDS = `\`GET /api/v1/fields\` tells which fields can be searched: all that have a name of their own, with their aliases, and the attributes that the
newest 1,000 records of the filter have (the 500 most frequent ones), with their types, the \`share\` of the records that have them, and up
to five of their values.

\`\`\`sh
curl -G http://localhost:8000/api/v1/fields -d service=checkout
\`\`\`

The type says how a field is searched: \`text\` by words, \`keyword\` as a whole, \`number\` also by range, \`time\` by range. An attribute is a
\`number\` when all values in the sample are. \`sampled\` is the number of records that were looked at; it is less than 1,000 when there are
fewer, or when they are very large (8 MiB are read).`;

const CONTEXT = `\`GET /api/v1/context/{id}\` shows what happened right before and after a record: in the same service, or with \`by=trace\` in the same trace.

\`\`\`sh
curl 'http://localhost:8000/api/v1/context/evt-8f14e45f?before=5&after=5'
curl -G http://localhost:8000/api/v1/context/evt-8f14e45f -d by=trace --data-urlencode 'level=>=warn'
\`\`\`

\`before\` and \`after\` of the answer are oldest first, so that \`before\`, \`record\`, \`after\` read as one. By service, the neighbors are of the same
environment if the record names one: production and staging do not mix. \`more_before\` and \`more_after\` tell whether there is more. Filters
hold for the neighbors, not for the record.`;

const TRACES = `\`GET /api/v1/traces/{trace_id}\` brings the records of a trace together, with the services and spans that these tell of.

\`\`\`sh
curl http://localhost:8000/api/v1/traces/4bf92f3577b34da6a3ce929d0e0e4736
\`\`\`

- A span reaches from its first to its last record. A record that says how long something took (\`duration_ms\` or \`http.duration_ms\`) was
  written when it was over: its span began so much earlier. Durations of more than an hour are taken for a mistake of the unit.
- A span that two services log (the two ends of a call) has a part for each.
- \`errors\` counts records of level error or fatal, and those that carry an \`error\`.
- With more records than \`limit\` the oldest and the newest half are there, and \`truncated\` is true; \`total\` says how many there are.`;

const PAYMENTS = `\`GET /api/v1/payments/{payment_id}\` tells what happened to one payment, in all services: every record with this \`payment.id\`, oldest first.

\`\`\`sh
curl http://localhost:8000/api/v1/payments/pay_123
\`\`\`

How to read it at three in the morning:

- **\`outcome\`** first: \`succeeded\` (captured, settled, paid, refunded, disputed ...: the money has moved), \`failed\` (declined, failed, canceled,
  voided, expired, timed out ...) or \`open\` (everything else: created, authorized, pending, a status that nobody knows, or none at all). Case
  and separators do not matter.
- **\`status\`** is the last one that happened. A status that leaves a payment open does not undo success, since such records come late;
  after a failure it does mean that it is tried again. \`statuses\` has them all with their times; one that repeats the one before is left out.
- **\`amount_minor\`** and \`currency\` are those of the first record with an amount. \`amounts\` lists every amount that records name, with the
  first record of each: partial captures, refunds, conversions - and mistakes. An amount that is no safe integer is not guessed.
  \`merchant_id\`, \`method\` and \`provider\` are those of the last record that names them. What no record says is null.
- **\`gaps\`** are pauses that stand out: longer than a second, and longer than five times the median pause between records (when there are at
  least four pauses). Who wrote \`after_id\`, and who should have gone on?
- **\`error_types\`** counts errors by \`error.type\` with the first record of each; an error is a record of level error or fatal, or one that
  carries an \`error\`.
- **\`services\`** shows when each service joined in, for how long, and with how many errors. \`clock_ahead_ms\` is there when records of a service
  arrived before they happened: its clock is ahead by at least so much (100 ms and less are not worth mentioning), and its records stand too
  late among the others. For \`status\` such records count from their arrival.
- **\`steps\`** are the records: \`offset_ms\` since the first, \`gap_ms\` since the one before, the first 1,000 characters of the message, and what
  they say of status, durations and errors. \`GET /api/v1/logs/{id}\` has the whole record.
- **\`traces\`** lists the traces that it went through (the first 100).
- With more records than \`limit\` the oldest and the newest half are told, since the beginning and the end matter most: \`truncated\` is true,
  \`left_out\` says between which steps the others are missing, \`total\` how many there are.

Times are RFC 3339 with nanoseconds, durations are milliseconds down to the microsecond.`;

/** What docs/search.md says of each route of services/api/src/explore, by its path. */
export const EXPLORE_SECTIONS: Readonly<Record<string, Section>> = {
  '/histogram': { title: 'Histogram', text: HISTOGRAM },
  '/facets': { title: 'Facets', text: FACETS },
  '/fields': { title: 'Fields', text: FIELDS },
  '/context/{id}': { title: 'Context', text: CONTEXT },
  '/traces/{trace_id}': { title: 'Traces', text: TRACES },
  '/payments/{payment_id}': { title: 'Payments', text: PAYMENTS },
};
