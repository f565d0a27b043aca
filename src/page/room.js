// In the room, with livekit-client: joins, stays, and says what happens.
const visit = (() => {
  'use strict';

  const CDN = { src: 'https://cdn.jsdelivr.net/npm/livekit-client@2.23.0/dist/livekit-client.umd.js',
    integrity: 'sha384-HkA7rQNo8H04l1p4zoXX1Cy+h9YoYp8LvKt4vfMFhv4KFk07UkrNwIUnyBum8Pw6', crossorigin: 'anonymous' };
  const LONGEST_PAUSE = 8000;
  /** Rejoining would fight with whoever meant it: by number, LiveKit's DisconnectReason. */
  const FINAL = { 2: 'the same identity joined elsewhere', 4: 'removed by somebody', 5: 'the room was deleted' };

  const rows = new Map(); // by identity
  let stay = 0; // counts what the person wanted: whatever an earlier wish comes to is of no interest
  let wanted = false; // whether to be in a room
  let room;
  let own; // the claims of the token that we came with
  let muted = false; // by the person, also when joining again
  let attempt; // to join again
  let pause = 1000;
  let decisions = [];
  let changed = () => {};

  const isWanted = () => wanted;
  const onChange = listener => { changed = listener; };

  /** @param ask fetches a token anew: its answer, or throws what came instead, with the {problem} if it is one */
  function join(ask) {
    wanted = true;
    pause = 1000;
    muted = false;
    $('room-log').replaceChildren();
    enter(ask, ++stay);
    changed();
  }

  function leave() {
    say('You left.');
    stop('Not in a room.');
  }

  async function enter(ask, mine) {
    let visited;
    try {
      const client = await library();
      show('Asking for a token…');
      const { server_url: url, participant_token: token } = await ask();
      show('Connecting…');
      visited = make(client, ask, mine);
      if (mine === stay) await visited.connect(url, token);
      if (mine !== stay) return visited.disconnect();
      room = visited;
      own = open(token).claims;
      pause = 1000;
      say('Joined ', el('b', room.name), ` as ${room.localParticipant.identity}, with a token of key `,
          key(own.iss), '.');
      show('In room ', el('b', room.name));
      refresh();
    } catch (e) {
      if (mine !== stay) return;
      if (e.missing || e.problem?.status < 429) {
        stop(e.problem ? `Keyturn refused: ${e.problem.detail}` : e.message);
      } else {
        again(ask, mine, e.message || 'no answer');
      }
      return;
    }
    if (!muted) speak(true);
  }

  const speak = enabled => room.localParticipant.setMicrophoneEnabled(enabled)
      .catch(e => say(`No microphone (${e.message}): you listen only.`)).then(refresh);

  function make(client, ask, mine) {
    const { Room, RoomEvent: on } = client;
    const visited = new Room();
    const listen = (event, listener) => visited.on(event, (...what) => { listener?.(...what); refresh(); });
    listen(on.ParticipantConnected, who => say(`${called(who)} came.`));
    listen(on.ParticipantDisconnected, who => say(`${called(who)} left.`));
    listen(on.TrackSubscribed, track => track.kind === 'audio' && track.attach());
    listen(on.TrackUnsubscribed, track => track.detach());
    for (const event of ['TrackMuted', 'TrackUnmuted', 'LocalTrackPublished', 'ActiveSpeakersChanged',
      'ParticipantNameChanged']) {
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
      const silent = visited === room && !room.localParticipant.isMicrophoneEnabled;
      if (silent && !muted) speak(true); // it was lost before it was there
      show('In room ', el('b', visited.name));
    });
    visited.on(on.Disconnected, reason => {
      if (mine !== stay || visited !== room) return;
      if (FINAL[reason]) {
        say(`Out of the room: ${FINAL[reason]}.`);
        stop(`Out of the room: ${FINAL[reason]}.`);
      } else {
        const why = client.DisconnectReason[reason] ?? 'no reason given';
        again(ask, mine, `out of the room (${why.toLowerCase().replace(/_/g, ' ')})`);
      }
    });
    return visited;
  }

  function again(ask, mine, why) {
    gone();
    say(`${why[0].toUpperCase()}${why.slice(1)}. Asking for a new token and joining again in ${span(pause)}.`);
    show('Joining again…');
    attempt = setTimeout(() => enter(ask, mine), pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }

  function stop(why) {
    stay++;
    wanted = false;
    clearTimeout(attempt);
    room?.disconnect();
    show(why);
    gone();
    changed();
  }

  function gone() {
    room = own = undefined;
    refresh();
  }

  async function library() {
    if (!window.LivekitClient) {
      show('Fetching livekit-client, once…');
      await script({ src: '/dev/livekit-client.js' })
          .catch(() => script(CDN))
          .catch(async () => {
            const { livekit_client: { detail } } = await (await fetch('/dev/state')).json();
            throw Object.assign(new Error(`livekit-client is missing: ${detail || 'npm could not fetch it'};`
                + ' nor could its CDN be reached. With npm and a network for once, press Join again. All else works.'),
            { missing: true });
          });
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
  function know(issued) {
    decisions = issued;
    refresh();
  }

  function refresh() {
    $('in-room').hidden = !room;
    const people = !room ? [] : [room.localParticipant, ...room.remoteParticipants.values()];
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
    const silent = !room?.localParticipant.isMicrophoneEnabled;
    $('mute').setAttribute('aria-pressed', silent);
  }

  $('mute').onclick = () => {
    muted = room.localParticipant.isMicrophoneEnabled;
    speak(!muted);
  };

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
        const decision = decisions.find(
            it => it.outcome === 'granted' && it.room === room.name && it.identity === who.identity);
        const by = who.isLocal ? own?.iss : decision?.key;
        name.textContent = who.name || who.identity;
        about.textContent = [who.isLocal && 'you', who.name && who.identity, who.isAgent && 'agent',
          !microphone ? 'no microphone' : microphone.isMuted ? 'muted' : who.isSpeaking && 'speaking']
            .filter(Boolean).join(' · ');
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

  return { isWanted, onChange, join, leave, know };
})();
