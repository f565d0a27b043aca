"""A back-end around the page's block for Python: counts the rooms at each line that it reads, until there are no more."""

import asyncio
import sys

from livekit import api

from credentials import fetch, follow, pair


async def main():
    await fetch()
    following = asyncio.create_task(follow())
    while await asyncio.to_thread(sys.stdin.readline):
        async with api.LiveKitAPI(pair["url"], pair["api_key"], pair["api_secret"]) as livekit:
            rooms = await livekit.room.list_rooms(api.ListRoomsRequest())
        print("rooms", pair["api_key"], len(rooms.rooms), flush=True)
    following.cancel()


asyncio.run(main())
