// A back-end around the page's block for Node: counts the rooms at each line that it reads, until there are no more.

import { createInterface } from "node:readline";
import { RoomServiceClient } from "livekit-server-sdk";
import { fetchPair, follow, pair } from "./credentials.mjs";

await fetchPair();
follow();
for await (const _ of createInterface({ input: process.stdin })) {
  const rooms = await new RoomServiceClient(pair.url, pair.api_key, pair.api_secret).listRooms();
  console.log("rooms", pair.api_key, rooms.length);
}
process.exit();
