"""People in rooms, for the tests: real clients, who say whether an agent is with them.

Each line of standard input is JSON: {"join": NAME, "url": URL, "token": TOKEN}, {"publish": NAME} (a tone and a picture
that moves) or {"leave": NAME}; at its end all leave.
Each event is one line of JSON on standard output. A token is in none of them.
"""

import asyncio
import itertools
import json
import sys
import time

import numpy as np
from livekit import rtc

RATE = 48000  # of the sound, per second
WIDTH, HEIGHT = 320, 180  # of the picture: small, for what is measured is the way, not the codec

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


async def publish(who):
    me = rooms[who].local_participant
    sound, picture = rtc.AudioSource(RATE, 1), rtc.VideoSource(WIDTH, HEIGHT)
    await me.publish_track(rtc.LocalAudioTrack.create_audio_track("microphone", sound),
                           rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE))
    await me.publish_track(rtc.LocalVideoTrack.create_video_track("camera", picture),
                           rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA, simulcast=False))
    say("published", who)
    await asyncio.gather(tone(sound), moving(picture))


async def tone(sound):
    length = RATE // 100
    wave = (8000 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.int16)  # a second, without a seam
    for at in itertools.cycle(range(0, RATE, length)):
        await sound.capture_frame(rtc.AudioFrame(wave[at:at + length].tobytes(), RATE, 1, length))


async def moving(picture):
    for step in itertools.count():
        frame = np.full((HEIGHT, WIDTH, 4), step * 7 % 256, dtype=np.uint8)
        frame[:, step * 5 % WIDTH:][:, :20] = 255 - step % 256
        picture.capture_frame(rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.RGBA, frame.tobytes()))
        await asyncio.sleep(1 / 15)


async def leave(who):
    await rooms.pop(who).disconnect()
    say("left", who)


async def main():
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    running = set()

    def start(what):
        task = asyncio.create_task(what)
        running.add(task)
        task.add_done_callback(running.discard)

    while line := await lines.readline():
        asked = json.loads(line)
        if "join" in asked:
            start(join(asked["join"], asked["url"], asked["token"]))
        elif "publish" in asked:
            start(publish(asked["publish"]))
        else:
            await leave(asked["leave"])
    await asyncio.gather(*(leave(who) for who in list(rooms)))


asyncio.run(main())
