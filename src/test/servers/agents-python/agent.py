"""An agent's worker for the tests: no model, joins the rooms that it is sent to and stays while someone is there.

Each event is one line of JSON on standard output. AGENT_HEALTH_PORT is the port of its health, AGENT_METRICS_PORT, if set,
that of its metrics; the rest (LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET, LIVEKIT_AGENT_NAME) is the framework's own.
"""

import base64
import json
import math
import os
import threading
import time

from livekit import agents

WORKER = os.environ.setdefault("AGENT_WORKER_PID", str(os.getpid()))  # its jobs are processes that inherit this


def say(event, **what):
    line = {"event": event, "at": round(time.time(), 3), "worker": int(WORKER), **what}
    os.write(1, (json.dumps(line) + "\n").encode())  # whole, whoever else writes there


def issuer(token):
    claims = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["iss"]


def end_without(supervisor):
    """A supervisor that is killed takes its workers along, so that none outlives the tests."""
    while os.getppid() == supervisor:
        time.sleep(1)
    os._exit(1)


async def join(job):
    about = {"job": job.job.id, "room": job.job.room.name}
    say("job", key=issuer(job._info.token), metadata=job.job.metadata, **about)  # no public word for the token

    async def ended(reason):
        say("shutdown", reason=reason, **about)

    job.add_shutdown_callback(ended)
    await job.connect()
    job.room.on("reconnecting", lambda: say("reconnecting", **about))
    job.room.on("reconnected", lambda: say("reconnected", **about))
    job.room.on("disconnected", lambda reason: say("disconnected", reason=reason, **about))
    say("joined", identity=job.room.local_participant.identity, **about)


def idle(_worker):
    return 0.0  # else LiveKit sends it no jobs while the machine is busy


server = agents.AgentServer(
    host="127.0.0.1", port=int(os.environ["AGENT_HEALTH_PORT"]), num_idle_processes=1, load_fnc=idle,
    load_threshold=math.inf,  # else it takes one job at a time until it has one
    prometheus_port=int(os.environ.get("AGENT_METRICS_PORT", 0)) or None)
server.rtc_session(join, agent_name=os.environ.get("LIVEKIT_AGENT_NAME", ""))

if __name__ == "__main__":
    threading.Thread(target=end_without, args=[os.getppid()], daemon=True).start()
    agents.cli.run_app(server)
