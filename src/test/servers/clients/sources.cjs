// Token sources of livekit-client, in several versions, for tests: a line of JSON on standard input for each thing to
// do, one on standard output for its answer. {"make": "endpoint", "of": "livekit-client-2.16", "arguments": [URL]}
// answers {"source": 0}; {"source": 0, "fetch": {"roomName": "a"}, "force": true} answers {"value": ...} or
// {"error": "..."}, and with it "sent": each request that it took; {"forward": 540} turns its clock, by seconds.
const readline = require('node:readline');

let ahead = 0;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [RealDate.now() + ahead] : given));
  }

  static now() {
    return RealDate.now() + ahead;
  }
};

const sent = [];
const realFetch = globalThis.fetch;
globalThis.fetch = (url, options) => {
  sent.push({ url, method: options.method, headers: options.headers, body: JSON.parse(options.body) });
  return realFetch(url, options);
};

const sources = [];

async function answer(wanted) {
  if (wanted.make) {
    return { source: sources.push(require(wanted.of).TokenSource[wanted.make](...wanted.arguments)) - 1 };
  }
  if (wanted.forward) {
    ahead += wanted.forward * 1000;
    return {};
  }
  sent.length = 0;
  try {
    return { value: await sources[wanted.source].fetch(wanted.fetch, wanted.force), sent };
  } catch (e) {
    return { error: String(e.message), sent };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(JSON.parse(line))));
  }
}

main().then(() => process.exit(0), e => { console.error(e); process.exit(1); });
