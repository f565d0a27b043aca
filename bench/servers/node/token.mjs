// The token that both of Node's peers sign, with LiveKit's SDK as its documentation shows it.
import { randomUUID } from 'node:crypto';
import { AccessToken, RoomConfiguration } from 'livekit-server-sdk';

export async function answer(asked) {
  const token = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
    identity: asked.participant_identity ?? randomUUID(),
    name: asked.participant_name,
    metadata: asked.participant_metadata,
    attributes: asked.participant_attributes,
    ttl: '10m',
  });
  const room = asked.room_name ?? randomUUID();
  token.addGrant({ roomJoin: true, room, canPublish: true, canSubscribe: true, canPublishData: true });
  if (asked.room_config) {
    token.roomConfig = RoomConfiguration.fromJson(asked.room_config);
  }
  return { server_url: process.env.LIVEKIT_URL, participant_token: await token.toJwt() };
}
