// The shape of LiveKit's example for Node: Express, its JSON reader, and the SDK.
import express from 'express';
import { answer } from './token.mjs';

const app = express();
app.use(express.json());

app.post('/token', async (request, response) => {
  response.status(201).json(await answer(request.body));
});

app.listen(Number(process.env.PORT), '127.0.0.1');
