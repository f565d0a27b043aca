// What to write to get the same token by an SDK, with the values of the form.
const snippets = (() => {
  'use strict';

  /** A text literal. Dart and Kotlin put values in at $; Swift writes code points in its own way. */
  function text(value, language) {
    const json = JSON.stringify(value);
    if (language === 'swift') {
      return json.replace(/\\(\\|"|u([0-9a-f]{4})|[bf])/g,
          (all, what, code) => code ? `\\u{${code}}` : what === 'b' ? '\\u{8}' : what === 'f' ? '\\u{c}' : all);
    }
    return language === 'js' ? json : json.replace(/\$/g, '\\$').replace(/\\f/g, '\\u000c');
  }

  /** The options that every SDK calls the same. */
  function options(body, language, assign, map) {
    const lines = [];
    const add = (name, value) => value && lines.push(`${name}${assign}${value}`);
    const one = value => value && text(value, language);
    add('roomName', one(body.room_name));
    add('participantName', one(body.participant_name));
    add('participantIdentity', one(body.participant_identity));
    add('participantMetadata', one(body.participant_metadata));
    add('participantAttributes', body.participant_attributes && map(Object.entries(body.participant_attributes)
        .map(([key, value]) => [text(key, language), text(value, language)])));
    add('agentName', one(body.room_config?.agents[0].agent_name));
    return lines;
  }

  const pairs = (open, between, close) => entries =>
    open + entries.map(([key, value]) => key + between + value).join(', ') + close;

  const block = (open, lines, close) =>
    open + (lines.length ? '\n' : '') + lines.map(line => `    ${line},\n`).join('') + close;

  const languages = ['JavaScript', 'React', 'Swift', 'Kotlin', 'Flutter', 'curl'];

  function snippet(language, url, body, bearer) {
    const js = options(body, 'js', ': ', pairs('{', ': ', '}'));
    const headers = bearer ? ', {\n    headers: { Authorization: `Bearer ${bearer}` },\n}' : '';
    const source = `TokenSource.endpoint('${url}'${headers})`;
    switch (language) {
      case 'JavaScript': return `import { Room, TokenSource } from 'livekit-client';

const tokenSource = ${source};
const { serverUrl, participantToken } = await tokenSource.fetch(${block('{', js, '}')});

const room = new Room();
await room.connect(serverUrl, participantToken);
await room.localParticipant.setMicrophoneEnabled(true);`;
      case 'React': return `import { RoomAudioRenderer, SessionProvider, useSession } from '@livekit/components-react';
import { TokenSource } from 'livekit-client';

const tokenSource = ${source};
const options = ${block('{', js, '}')};

export function Call() {
  const session = useSession(tokenSource, options);
  return (
    <SessionProvider session={session}>
      <RoomAudioRenderer />
      {session.isConnected
        ? <button onClick={() => session.end()}>Leave</button>
        : <button onClick={() => session.start()}>Join</button>}
    </SessionProvider>
  );
}`;
      case 'Swift': return `import LiveKit

struct Keyturn: EndpointTokenSource {
    let url = URL(string: "${url}")!${bearer ? '\n    var headers: [String: String] { ["Authorization": "Bearer \\(bearer)"] }' : ''}
}

let credentials = try await Keyturn().fetch(${block('TokenRequestOptions(',
    options(body, 'swift', ': ', pairs('[', ': ', ']')), ')').replace(/,\n\)/, '\n)')})

let room = Room()
try await room.connect(url: credentials.serverURL.absoluteString, token: credentials.participantToken)
try await room.localParticipant.setMicrophone(enabled: true)`;
      case 'Kotlin': return `import io.livekit.android.LiveKit
import io.livekit.android.token.TokenRequestOptions
import io.livekit.android.token.TokenSource

// an emulator finds this machine at 10.0.2.2, also in keyturn.livekit.url
val tokenSource = TokenSource.fromEndpoint("${url}"${bearer ? ',\n    headers = mapOf("Authorization" to "Bearer $bearer")' : ''})
val credentials = tokenSource.fetch(${block('TokenRequestOptions(',
    options(body, 'kotlin', ' = ', pairs('mapOf(', ' to ', ')')), ')')}).getOrThrow()

val room = LiveKit.create(applicationContext)
room.connect(credentials.serverUrl, credentials.participantToken)
room.localParticipant.setMicrophoneEnabled(true)`;
      case 'Flutter': return `import 'package:livekit_client/livekit_client.dart';

final tokenSource = EndpointTokenSource(
  url: Uri.parse('${url}'),${bearer ? "\n  headers: {'Authorization': 'Bearer $bearer'}," : ''}
);
final credentials = await tokenSource.fetch(${block('const TokenRequestOptions(',
    options(body, 'dart', ': ', pairs('{', ': ', '}')), ')')});

final room = Room();
await room.connect(credentials.serverUrl, credentials.participantToken);
await room.localParticipant?.setMicrophoneEnabled(true);`;
      default: return `curl -X POST ${url} -H 'Content-Type: application/json' \\${
        bearer ? '\n  -H "Authorization: Bearer $BEARER" \\' : ''}
  -d '${JSON.stringify(body).replace(/'/g, `'\\''`)}'`;
    }
  }

  return { languages, snippet };
})();
