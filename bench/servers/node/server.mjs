// What one would write in Node with nothing but its own HTTP server and LiveKit's SDK.
import http from 'node:http';
import { answer } from './token.mjs';

http.createServer(async (request, response) => {
  try {
    if (request.method !== 'POST' || request.url !== '/token') {
      return response.writeHead(404).end();
    }
    const chunks = [];
    for await (const chunk of request) {
      chunks.push(chunk);
    }
    const made = JSON.stringify(await answer(JSON.parse(Buffer.concat(chunks).toString())));
    response.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(made) });
    response.end(made);
  } catch (error) {
    response.writeHead(400).end(String(error));
  }
}).listen(Number(process.env.PORT), '127.0.0.1');
