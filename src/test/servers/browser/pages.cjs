// Pages in Chromium, for tests: a line of JSON on standard input for each thing to do, one on standard output for its
// answer. {"open": "https://app.example.com"} opens a page of that origin and answers {"page": 0};
// {"page": 0, "run": "return 1"} runs that in an async function there and answers {"value": 1, "console": [...]} or
// {"error": "...", "console": [...]}. The pages come from here, by HTTPS, and have livekit-client as LivekitClient.
// Nothing is intercepted: with that, playwright would answer the preflights itself.
const fs = require('node:fs');
const https = require('node:https');
const path = require('node:path');
const readline = require('node:readline');
const { chromium } = require('playwright-core');

// {chromium, home, certificate, key: of the pages, rules: where other hosts are, for --host-resolver-rules}
const settings = JSON.parse(process.argv[2]);
const livekit = path.join(process.env.NODE_PATH, 'livekit-client/dist/livekit-client.umd.js');

async function main() {
  const server = https.createServer(
      { cert: fs.readFileSync(settings.certificate), key: fs.readFileSync(settings.key) }, (request, response) => {
        const script = request.url === '/livekit-client.js';
        response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
        response.end(script ? fs.readFileSync(livekit)
            : '<!doctype html><title>page</title><script src="/livekit-client.js"></script>');
      });
  await new Promise(listening => server.listen(0, '127.0.0.1', listening));
  const pagesAt = `MAP *.example*:443 127.0.0.1:${server.address().port}`; // all other names of a test
  const rules = [...settings.rules, pagesAt, 'MAP * ~NOTFOUND'];
  const browser = await chromium.launch({
    executablePath: settings.chromium,
    env: { ...process.env, HOME: settings.home },
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking',
      '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
      `--host-resolver-rules=${rules.join(', ')}`],
  });
  const context = await browser.newContext();
  const pages = [];

  async function answer(wanted) {
    if (wanted.open) {
      const page = await context.newPage();
      const said = [];
      page.on('console', message => said.push(message.text()));
      await page.goto(wanted.open);
      return { page: pages.push({ page, said }) - 1 };
    }
    const { page, said } = pages[wanted.page];
    said.length = 0;
    try {
      const value = await page.evaluate(`(async () => { ${wanted.run} })()`);
      return { value, console: said };
    } catch (e) {
      return { error: String(e.message), console: said };
    }
  }

  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(JSON.parse(line))));
  }
  await browser.close();
  server.close();
}

main().then(() => process.exit(0), e => { console.error(e); process.exit(1); });
