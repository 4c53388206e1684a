/** The help of `billonce move-from-agentpay`. */
export const moveHelp = `Usage: billonce move-from-agentpay URL [options]

Carries over from the AgentPay at URL, which must be paused: services with price, description, owner and disabled flag; the
usage that is outstanding; webhooks; and the API keys that you supply. Then it compares every service and every total. It
can be run again, after a crash too: nothing is carried twice. Run it again with the same tenants and the same --source.

  --server URL      the Billonce (BILLONCE_URL, or http://127.0.0.1:3001); its admin key is in BILLONCE_API_KEY
  --tenant NAME     gets the webhooks, and what callers without a key have in AgentPay (BILLONCE_TENANT); needed with
                    BILLONCE_API_KEY. Without that the server must be in development mode, and the tenant is public.
  --keys FILE       the API keys that clients have, a line for each: apk_… TENANT [label]. AgentPay shows what belongs to a
                    key only to that key, so what belongs to a key that is not supplied is not carried.
  --secrets FILE    appends the new secrets of webhooks to this file, a JSON document on each line, for its owner only;
                    without it they are printed
  --source NAME     begins the identities (agentpay): another one for each AgentPay that you carry over
  --batch N         usage items in a bulk (500)
  --dry-run         reads both servers and writes nothing
  --json            prints one JSON document
  -h, --help        this

Ends with
  0  everything is carried and equal
  1  a server does not answer, or not as it should; what is carried stays
  2  the options are wrong
  3  something is not carried, or differs; each is printed with its reason
`;
