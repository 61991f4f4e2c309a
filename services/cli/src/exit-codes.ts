/** What the exit code of `paylog` says; the table stands in `docs/cli.md`. */
export const EXIT_CODES = {
  ok: { code: 0, meaning: 'Everything was done.' },
  failed: {
    code: 1,
    meaning:
      'Something was rejected or failed: records that the API refuses, a faulty configuration, a request that got a no.',
  },
  usage: { code: 2, meaning: 'The command line, a setting or an input cannot be used. Nothing was sent.' },
  unavailable: {
    code: 3,
    meaning:
      'The server (or the broker, or Elasticsearch) did not answer within the time for retries. `send` goes on where it stopped when it is run again.',
  },
  interrupted: {
    code: 130,
    meaning: 'Ctrl-C or SIGTERM before the end (`tail` ends with 0: that is how it is meant to end).',
  },
} as const;

/** Names of the exit codes. */
export type ExitName = keyof typeof EXIT_CODES;
