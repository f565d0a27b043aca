// An agent's worker for the tests, as ../agents-python/agent.py is: no model, joins the rooms that it is sent to.
// Each event is one line of JSON on standard output. AGENT_HEALTH_PORT is the port of its health.

const { ServerOptions, cli, defineAgent } = require('@livekit/agents');
const { RoomEvent } = require('@livekit/rtc-node');
const { writeSync } = require('node:fs');

// its jobs are processes that inherit this
const worker = Number((process.env.AGENT_WORKER_PID ??= String(process.pid)));

function say(event, what = {}) {
  writeSync(1, JSON.stringify({ event, at: Date.now() / 1000, worker, ...what }) + '\n');
}

function issuer(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).iss;
}

module.exports = defineAgent({
  entry: async (job) => {
    const about = { job: job.job.id, room: job.job.room.name };
    say('job', { key: issuer(job.info.token), metadata: job.job.metadata, ...about });
    job.addShutdownCallback(async () => say('shutdown', about));
    await job.connect();
    job.room.on(RoomEvent.Reconnecting, () => say('reconnecting', about));
    job.room.on(RoomEvent.Reconnected, () => say('reconnected', about));
    job.room.on(RoomEvent.Disconnected, (reason) => say('disconnected', { reason, ...about }));
    say('joined', { identity: job.room.localParticipant.identity, ...about });
  },
});

if (require.main === module) {
  const supervisor = process.ppid;
  setInterval(() => process.ppid === supervisor || process.exit(1), 1000).unref(); // so that none outlives the tests
  cli.runApp(
    new ServerOptions({
      agent: __filename,
      host: '127.0.0.1',
      port: Number(process.env.AGENT_HEALTH_PORT),
      numIdleProcesses: 1,
      shutdownProcessTimeout: 5_000, // else a worker that drains may wait a minute for an idle process
      loadFunc: async () => 0, // else it refuses jobs while the machine is busy
    }),
  );
}
