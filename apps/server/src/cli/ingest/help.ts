/** What `billonce ingest --help` prints. */
export const ingestHelp = `Usage: billonce ingest FILE [options]

Sends usage from a file to a Billonce server. It can be stopped, killed and run again, and the file may be renamed or
appended to: nothing is billed twice, and nothing is missed. FILE is CSV with a header line, or JSONL; - reads the
standard input.

What the file is
  --format csv|jsonl           else by the file's ending (.csv, .jsonl, .ndjson)
  --preset azure-llm           an Azure LLM trace (TIMESTAMP,ContextTokens,GeneratedTokens): a row is two items, of
                               the services input-tokens and output-tokens; of agent-1, unless you say otherwise

What a row means; a column is a name of the header, or of a member in JSONL
  --agent NAME                 every row is of this agent, or
  --agent-column COLUMN        of the one in this column, or
  --agents N                   row by row of agent-1 to agent-N, by the number of the row
  --service NAME               every row is of this service, or
  --service-column COLUMN      of the one in this column
  --requests N                 every row counts N, or
  --requests-column COLUMN     as many as this column says: 0 to 1,000,000,000; 0 gives no item, and more than
                               1,000,000 becomes several items with the same sum
  --occurred-at-column COLUMN  when it happened, in RFC 3339 (the server takes the last 34 days); else it is not sent

Where it goes
  --url URL                    default: BILLONCE_URL, or http://127.0.0.1:3001
  --api-key KEY                default: BILLONCE_API_KEY, which other users of the machine cannot see
  --tenant NAME                with the admin key: whose books
  --batch N                    items in a bulk (1000); not above the server's own bound
  --concurrency N              bulks on their way at a time (4)
  --timeout SECONDS            for one bulk (60)
  --give-up-after SECONDS      gives up when nothing got through for so long (600)
  -q, --quiet                  no progress, only the summary
  -h, --help                   this

What makes it exact
  --source NAME                the name of the file in the ids; default: a digest of its header and first row
  --last-line take|hold        whether the last line of a CSV file counts if no line break ends it: hold (default, but
                               take with --preset azure-llm) leaves it for a later run, because it may be half written

Every item is sent with an id, <source>-<row, 12 digits>-<digest of the row>, and the server takes an id once. So:
  - Two files that begin alike (the same header and the same first row) need a --source each: their rows would be
    taken for one another's.
  - Append to a file, and rename it, as you like. To insert, delete or change a row is to make new rows of it and of
    those behind it, and they are billed.
  - Rows that are refused may be mended where they stand; run it again with the --source that the summary names.
  - A file that is still being written: with --preset azure-llm give --last-line hold.
  - The same row under another agent, service or count is refused (usage_id_conflict), not billed again.

It ends with 0 when everything in the file is billed, 3 when rows were refused or the last line was held back, 1 when
it gave up, 2 when the options are wrong, 130 when it was interrupted. After any of them it can be run again.
`;
