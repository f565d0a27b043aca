"""People in rooms, for the tests: real clients, who say whether an agent is with them.

Each line of standard input is JSON: {"join": NAME, "url": URL, "token": TOKEN} or {"leave": NAME}; at its end all
leave.
Each event is one line of JSON on standard output. A token is in none of them.
"""

import asyncio
import json
import sys
import time

from livekit import rtc

rooms = {}


def say(event, who, **what):
    print(json.dumps({"event": event, "at": round(time.time(), 3), "who": who, **what}), flush=True)


def is_agent(participant):
    return participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT


async def join(who, url, token):
    room = rooms[who] = rtc.Room()

    def seen(participant):
        if is_agent(participant):
            say("agent", who, identity=participant.identity)

    def gone(participant):
        if is_agent(participant):
            say("agent_gone", who, identity=participant.identity)

    room.on("participant_connected", seen)
    room.on("participant_disconnected", gone)
    for event in ("reconnecting", "reconnected"):
        room.on(event, lambda event=event: say(event, who))
    room.on("disconnected", lambda reason: say("disconnected", who, reason=reason))
    try:
        await room.connect(url, token)
    except rtc.ConnectError as refused:
        say("refused", who, why=refused.message.replace(token, "[token]"))
        return
    say("joined", who)
    for participant in room.remote_participants.values():
        seen(participant)


async def leave(who):
    await rooms.pop(who).disconnect()
    say("left", who)


async def main():
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    joining = set()
    while line := await lines.readline():
        asked = json.loads(line)
        if "join" in asked:
            task = asyncio.create_task(join(asked["join"], asked["url"], asked["token"]))
            joining.add(task)
            task.add_done_callback(joining.discard)
        else:
            await leave(asked["leave"])
    await asyncio.gather(*(leave(who) for who in list(rooms)))


asyncio.run(main())
