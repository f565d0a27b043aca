// In the room, with livekit-client: joins, stays, and says what happens.
import { $, el, log, open, span } from './dom.js';

const CDN = { src: 'https://cdn.jsdelivr.net/npm/livekit-client@2.23.0/dist/livekit-client.umd.js',
  integrity: 'sha384-HkA7rQNo8H04l1p4zoXX1Cy+h9YoYp8LvKt4vfMFhv4KFk07UkrNwIUnyBum8Pw6', crossorigin: 'anonymous' };
const LONGEST_PAUSE = 8000;
/** Rejoining would fight with whoever meant it: by number, LiveKit's DisconnectReason. */
const FINAL = { 2: 'the same identity joined elsewhere', 4: 'removed by somebody', 5: 'the room was deleted' };

const rows = new Map(); // by identity
let wanted = false; // whether to be in a room
let room;
let own; // the claims of the token that we came with
let attempt; // to join again
let pause = 1000;
let decisions = [];
let changed = () => {};

export const isWanted = () => wanted;
export const onChange = listener => { changed = listener; };

/** @param ask fetches a token anew: its answer, or throws {problem} or whatever keeps it away */
export function join(ask) {
  wanted = true;
  pause = 1000;
  $('room-log').replaceChildren();
  enter(ask);
}

export function leave() {
  wanted = false;
  clearTimeout(attempt);
  room?.disconnect();
  show('Not in a room.');
  say('You left.');
  gone();
}

async function enter(ask) {
  changed();
  let mine;
  try {
    const client = await library();
    show('Asking for a token…');
    const { server_url: url, participant_token: token } = await ask();
    if (!wanted) return;
    show('Connecting…');
    own = open(token).claims;
    mine = room = visit(client, ask);
    await mine.connect(url, token);
    pause = 1000;
    say('Joined ', el('b', mine.name), ` as ${mine.localParticipant.identity}, with a token of key `, key(own.iss), '.');
    show('In room ', el('b', mine.name));
    refresh();
  } catch (e) {
    mine?.removeAllListeners();
    if (!wanted) return;
    if (e.problem || e.missing) {
      stop(e.problem ? `Keyturn refused: ${e.problem.detail}` : e.message);
    } else {
      again(ask, e.message);
    }
    return;
  }
  await mine.localParticipant.setMicrophoneEnabled(true)
      .catch(e => say(`No microphone (${e.message}): you listen only.`));
}

function visit(client, ask) {
  const { Room, RoomEvent: on } = client;
  const visited = new Room();
  const listen = (event, listener) => visited.on(event, (...what) => { listener?.(...what); refresh(); });
  listen(on.ParticipantConnected, who => say(`${called(who)} came.`));
  listen(on.ParticipantDisconnected, who => say(`${called(who)} left.`));
  listen(on.TrackSubscribed, track => track.kind === 'audio' && track.attach());
  listen(on.TrackUnsubscribed, track => track.detach());
  for (const event of ['TrackMuted', 'TrackUnmuted', 'LocalTrackPublished', 'ActiveSpeakersChanged', 'ParticipantNameChanged']) {
    listen(on[event]);
  }
  const reconnecting = () => {
    if (!visited.was) say('The connection is lost: reconnecting…');
    visited.was = 'lost';
    show('Reconnecting…');
  };
  listen(on.SignalReconnecting, reconnecting);
  listen(on.Reconnecting, reconnecting);
  listen(on.Reconnected, () => {
    visited.was = '';
    say('Reconnected, by livekit-client itself.');
    show('In room ', el('b', visited.name));
  });
  visited.on(on.Disconnected, reason => {
    if (!wanted || visited !== room) return;
    if (FINAL[reason]) stop(`Out of the room: ${FINAL[reason]}.`);
    else again(ask, `out of the room (${(client.DisconnectReason[reason] ?? 'unknown').toLowerCase().replace(/_/g, ' ')})`);
  });
  return visited;
}

function again(ask, why) {
  gone();
  say(`${why[0].toUpperCase()}${why.slice(1)}. Asking for a new token and joining again in ${span(pause)}.`);
  show('Joining again…');
  attempt = setTimeout(() => enter(ask), pause);
  pause = Math.min(2 * pause, LONGEST_PAUSE);
}

function stop(why) {
  wanted = false;
  say(why);
  show(why);
  gone();
}

function gone() {
  rows.forEach(row => row.close());
  rows.clear();
  room = own = undefined;
  refresh();
  changed();
}

async function library() {
  if (!window.LivekitClient) {
    show('Fetching livekit-client, once…');
    await script({ src: '/dev/livekit-client.js' })
        .catch(() => { say('Keyturn could not fetch livekit-client with npm: trying its CDN.'); return script(CDN); })
        .catch(() => { throw Object.assign(new Error('livekit-client is missing: neither npm on this machine nor the CDN could'
            + ' be reached. Put Keyturn\'s machine or this browser on the internet once, and press Join. All else works.'),
            { missing: true }); });
    window.LivekitClient.setLogLevel('silent'); // what matters stands on the page
  }
  return window.LivekitClient;
}

function script(attributes) {
  return new Promise((loaded, failed) =>
    document.head.append(el('script', { ...attributes, onload: loaded, onerror: failed })));
}

const say = (...what) => log($('room-log'), ...what);
const show = (...what) => $('room-status').replaceChildren(...what);
const called = who => who.name ? `${who.name} (${who.identity})` : who.identity;
const key = name => el('code.key', name);

/** @param issued the decisions, newest first */
export function know(issued) {
  decisions = issued;
  refresh();
}

function refresh() {
  $('in-room').hidden = !room?.localParticipant?.identity;
  const people = $('in-room').hidden ? [] : [room.localParticipant, ...room.remoteParticipants.values()];
  for (const [identity, row] of rows) {
    if (!people.some(who => who.identity === identity)) {
      row.close();
      rows.delete(identity);
    }
  }
  for (const who of people) {
    if (!rows.has(who.identity)) rows.set(who.identity, row());
    rows.get(who.identity).update(who);
  }
  const muted = !room?.localParticipant?.isMicrophoneEnabled;
  $('mute').setAttribute('aria-pressed', muted);
  $('mute').textContent = muted ? 'Unmute microphone' : 'Mute microphone';
}

$('mute').onclick = () => room.localParticipant.setMicrophoneEnabled(!room.localParticipant.isMicrophoneEnabled);

/** One participant: name, whether they speak, how loud they are here, and which key signed their token. */
function row() {
  const name = el('b');
  const about = el('span.hint');
  const signed = el('span.signed');
  const bar = el('i');
  const meter = el('div.meter', { role: 'meter', 'aria-valuemin': 0, 'aria-valuemax': 100 }, bar);
  const li = el('li', el('span.dot'), el('div', name, ' ', about), signed, meter);
  let heard; // a track, and what measures it
  let timer;
  $('people').append(li);

  function measure(track) {
    if (heard?.stream === track?.mediaStreamTrack) return;
    heard?.cleanup();
    clearInterval(timer);
    heard = track && { stream: track.mediaStreamTrack, ...window.LivekitClient.createAudioAnalyser(track) };
    level(0);
    if (!heard) return;
    const samples = new Float32Array(heard.analyser.fftSize);
    timer = setInterval(() => {
      heard.analyser.getFloatTimeDomainData(samples);
      const loud = 20 * Math.log10(Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length));
      level(Math.round(Math.max(0, Math.min(100, (loud + 60) * 100 / 60)))); // from -60 dB
    }, 100);
  }

  function level(percent) {
    bar.style.transform = `scaleX(${percent / 100})`;
    meter.setAttribute('aria-valuenow', percent);
  }

  return {
    update(who) {
      const microphone = who.getTrackPublication('microphone');
      const decision = decisions.find(it => it.outcome === 'granted' && it.room === room.name && it.identity === who.identity);
      const by = who.isLocal ? own?.iss : decision?.key;
      name.textContent = who.name || who.identity;
      about.textContent = [who.isLocal && 'you', who.name && who.identity, who.isAgent && 'agent',
        !microphone ? 'no microphone' : microphone.isMuted ? 'muted' : who.isSpeaking && 'speaking'].filter(Boolean).join(' · ');
      li.classList.toggle('speaking', who.isSpeaking);
      signed.replaceChildren(by ? 'token signed by ' : 'token not issued here', by ? key(by) : '');
      meter.setAttribute('aria-label', `Level of ${name.textContent}`);
      measure(microphone?.track);
    },
    close() {
      measure();
      li.remove();
    },
  };
}
