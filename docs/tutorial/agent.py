"""An agent without a model: it goes to the rooms that it is sent to, says so, and stays while someone is there."""

import logging
import os

from livekit import agents


async def join(job):
    logging.getLogger("livekit").setLevel(logging.CRITICAL)  # each attempt to reconnect would be several lines

    def say(what):
        print(f"agent {job.job.id} {what} {job.job.room.name}", flush=True)

    async def ended(_reason):
        say("leaves")

    job.add_shutdown_callback(ended)
    await job.connect()
    job.room.on("reconnected", lambda: say("is back in"))
    say("is in")


server = agents.AgentServer(host="127.0.0.1", port=int(os.environ.get("AGENT_HEALTH_PORT", 8081)), num_idle_processes=1,
                            load_fnc=lambda _worker: 0.0)  # else it takes no jobs while the machine is busy
server.on("worker_registered", lambda *_: print("worker is registered with LiveKit", flush=True))
server.rtc_session(join, agent_name=os.environ.get("LIVEKIT_AGENT_NAME", ""))

if __name__ == "__main__":
    agents.cli.run_app(server)
