"""Somebody without a browser: gets a token as a guest, joins, and says who comes and goes, until Ctrl-C."""

import asyncio
import json
import logging
import signal
import urllib.request

from livekit import rtc


def say(what):
    print(what, flush=True)


async def main():
    logging.getLogger("livekit").setLevel(logging.CRITICAL)  # each attempt to reconnect would be several lines
    request = urllib.request.Request("http://localhost:8080/token", data=b'{"participant_name": "Grace"}',
                                     headers={"Content-Type": "application/json"})
    answer = json.load(urllib.request.urlopen(request))

    room = rtc.Room()
    room.on("participant_connected", lambda other: say(f"{other.identity} is here"))
    room.on("participant_disconnected", lambda other: say(f"{other.identity} is gone"))
    room.on("reconnecting", lambda: say("connection lost"))
    room.on("reconnected", lambda: say("connected again"))
    left = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGINT, left.set)
    room.on("disconnected", lambda _reason: left.set())

    await room.connect(answer["server_url"], answer["participant_token"])
    say(f"in {room.name} as {room.local_participant.identity}")
    await left.wait()
    await room.disconnect()
    say("left")


asyncio.run(main())
