// A page with LiveKit's React hooks, for tests: show(URL, HEADERS, OPTIONS) has useSession fetch its tokens there. The
// session is then what session() returns; requests counts what it took, and after away(true) none arrives; unhandled has
// the errors that nobody caught.
import { useSession } from '@livekit/components-react';
import { TokenSource } from 'livekit-client';
import { createElement, useEffect } from 'react';
import { createRoot } from 'react-dom/client';

let current;
let isAway = false;
window.session = () => current;
window.away = away => { isAway = away; };
window.requests = 0;
window.unhandled = [];
window.addEventListener('unhandledrejection', event => window.unhandled.push(String(event.reason)));

const realFetch = window.fetch;
window.fetch = (url, options) => {
  if (options?.method !== 'POST') return realFetch(url, options);
  window.requests++;
  return isAway ? Promise.reject(new TypeError('Failed to fetch')) : realFetch(url, options);
};

function Call({ source, options }) {
  const session = useSession(source, options);
  useEffect(() => { current = session; });
  return createElement('p', null, session.connectionState);
}

window.show = (url, headers, options) => {
  const source = TokenSource.endpoint(url, { headers });
  createRoot(document.body).render(createElement(Call, { source, options }));
};
