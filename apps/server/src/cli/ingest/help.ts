/** What `billonce ingest --help` prints. */
export const ingestHelp = `Usage: billonce ingest FILE [options]

Sends usage from a file to a Billonce server. It can be stopped, killed and run again: nothing is billed twice, and
nothing is missed. FILE is CSV, JSON Lines or JSON, also compressed with gzip; - reads the standard input.
docs/how-to/ingest-usage-files.md explains each option with an example.

What the file is
  --preset NAME                a form that is known: azure-llm, openrouter, openai, anthropic, litellm, cursor,
                               claude-code, aws-cur, otlp-genai. It says all of this and of the next part, except the
                               agent where the file names none (claude-code; cursor of one user)
  --format csv|jsonl|json      otherwise by the ending of the file (.csv .tsv .jsonl .ndjson .json, each with .gz)
  --delimiter WORD             of CSV: comma, tab, semicolon, bar, or a character; otherwise the file shows it (sep=; too)
  --rows PATH                  of JSON: where the rows are, such as data or data.results

What a row means; a COLUMN is a name of the header, or a dotted path of members in JSON (meta.user.id)
  --id-column COLUMN           identifies the row; several times: together. With it a row is billed once, in whatever
                               file and order it comes again. Without it, see below
  --agent NAME                 every row is of this agent, or
  --agent-column COLUMN        of the one in this column, or
  --agents N                   row by row of agent-1 to agent-N, by the number of the row
  --service NAME               every row is of this service, or
  --service-column COLUMN      of the one in this column
  --requests N                 every row counts N, or
  --requests-column COLUMN     as many as this column says: 0 to 1,000,000,000; 0 gives no item, and more than
                               1,000,000 becomes several items with the same sum
  --count COLUMN=SERVICE       in place of the last four, several times: each count of a row and its service
  --by-model                   with a preset: the service is MODEL:input-tokens and so on
  --occurred-at-column COLUMN  when it happened (the server takes the last 34 days); otherwise it is not sent
  --no-occurred-at             do not send the time that the preset names
  --timezone ZONE              of times without an offset (Europe/Berlin, +02:00; otherwise UTC), and of dates
  --decimal comma              1.234 is a thousand, and 1,5 has a fraction
  --multiply N                 count N for each unit; a count that is not whole after that is an error
  --skip-empty                 a count that is missing or empty gives no item, and a row without any is skipped
  --only COLUMN=VALUE          only rows with this value; several values of one column are alternatives
  --replace-spaces CHARACTER   for white space in the names of agents and services, which is refused otherwise

Where it goes
  --url URL                    default: BILLONCE_URL, or http://127.0.0.1:3001
  --api-key KEY                default: BILLONCE_API_KEY, which other users of the machine cannot see
  --tenant NAME                with the admin key: whose books
  --batch N                    items in a bulk (1000); not above the server's own bound
  --concurrency N              bulks on their way at a time (4)
  --timeout SECONDS            for one bulk (60)
  --give-up-after SECONDS      gives up when the server accepted nothing for so long: 600, but 15 while no server has answered
  -q, --quiet                  no progress, only warnings and the summary
  -h, --help                   this

What makes it exact
  --source NAME                begins the ids; default: the preset or "id" with ids of rows, otherwise a digest of the
                               header and the first row
  --last-line take|hold        whether the last line of a CSV file counts if no line break ends it: hold (default, but
                               take with --preset azure-llm and for .gz) leaves it for a later run: it may be half written

The server takes the id of an item once. With --id-column it is made of the source, the id of the row and the count.
A row that comes again with another count is refused (usage_id_conflict), not billed again.
Without --id-column it is made of the source, the number of the row and its text:
  - Append to a file, and rename it, as you like. A row that is inserted, deleted or changed makes new rows of all that
    follow, and they are billed again. So a rolling export, or one with the newest row first, is billed again.
  - Rows of a file that begins like another one (same header, same first row) are taken for those of the other.
  - The command warns of it, and ends with 4 unless --source confirms that the file only grows at its end.

Ends with
  0  everything in the file is billed
  1  it gave up, or the file cannot be read on
  2  the options are wrong
  3  rows were refused, or the last line was held back
  4  everything is billed, but the rows have no ids, and the next export may be billed again
  5  no server was ever reached
  130  it was interrupted
After any of them it can be run again.
`;
