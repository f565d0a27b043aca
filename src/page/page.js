// The page of Keyturn in development: what is asked for, what comes back, and Keyturn's state, every second.
(() => {
  'use strict';

  const form = $('form');
  let state; // of Keyturn; as it last was
  let away; // since when it does not answer
  let looks = 0;

  // --- What is asked for ------------------------------------------------------------------------------------------

  const bearer = () => form.who.value && $('bearer').value.trim().replace(/^bearer\s+/i, '');

  /** What the SDKs send: only what is set. */
  function body() {
    const sent = {};
    for (const name of ['room_name', 'participant_name', 'participant_identity', 'participant_metadata']) {
      if (form[name].value) sent[name] = form[name].value;
    }
    const attributes = form.participant_attributes.value.split('\n').filter(line => line.trim())
        .map(line => [line.split('=')[0].trim(), line.split('=').slice(1).join('=')]);
    if (attributes.length) sent.participant_attributes = Object.fromEntries(attributes);
    if (form.room_config.value) sent.room_config = { agents: [{ agent_name: form.room_config.value }] };
    return sent;
  }

  /** The answer's JSON; throws {problem} where there is one. */
  async function post(path) {
    const headers = { 'Content-Type': 'application/json' };
    if (form.who.value) headers.Authorization = `Bearer ${bearer()}`;
    const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body()) });
    const json = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(json.detail), { problem: json });
    return json;
  }

  function formChanged() {
    $('with-bearer').hidden = !form.who.value;
    $('sent').textContent = `POST ${location.origin}/token${form.who.value ? '\nAuthorization: Bearer …' : ''}\n\n${
      JSON.stringify(body(), null, 2)}`;
    const told = form.who.value && $('bearer').value && (open(bearer()) ?? 'none');
    fill($('bearer-claims'), told === 'none' ? el('p.bad-text', 'That is no JWT.')
      : told ? [warning(told.claims), json(told.claims)] : '');
    showSnippet();
  }

  function warning(claims) {
    const unknown = state?.callers.issuers.length && !state.callers.issuers.includes(claims.iss);
    return claims.exp * 1000 < clock.now() ? el('p.bad-text', 'It expired ', counting(claims.exp * 1000), '.')
        : unknown ? el('p.bad-text', `Its issuer (iss) is not trusted here: ${claims.iss}`) : '';
  }

  form.addEventListener('input', () => { unmark(); formChanged(); });

  /** Asks, and shows whatever comes: why, and the token or the problem. */
  async function ask() {
    unmark();
    $('token').replaceChildren();
    let explained;
    try {
      explained = await post('/dev/explain');
      const granted = await post('/token');
      const token = open(granted.participant_token);
      $('answer').replaceChildren(...explanation(explained, token.claims));
      showToken(granted.participant_token, token);
      return granted;
    } catch (e) {
      $('answer').replaceChildren(...explained ? explanation(explained) : []);
      if (e.problem) await refused(e.problem);
      else $('answer').append(el('p.bad-text', 'Keyturn does not answer.'));
      throw e;
    }
  }

  form.addEventListener('submit', event => {
    event.preventDefault();
    ask().catch(() => {}); // it is shown
  });

  $('join').onclick = () => visit.isWanted() ? visit.leave() : visit.join(ask);

  visit.onChange(() => {
    $('join').textContent = visit.isWanted() ? 'Leave' : 'Join';
    $('join').classList.toggle('strong', !visit.isWanted());
  });

  // --- The answer -------------------------------------------------------------------------------------------------

  const WORDS = { roomJoin: 'join', canPublish: 'publish', canSubscribe: 'listen and watch',
    canPublishData: 'send data',    canUpdateOwnMetadata: 'change its own metadata' };
  const FATES = { decided: 'decides', not_for_caller: 'not for this caller', not_for_room: 'not for this room',
    not_asked: 'not asked any more' };

  /** @param claims of the token that was given, whose room and identity may have been drawn anew */
  function explanation({ outcome, rule, grant, rules = [], text, detail }, claims) {
    const granted = outcome === 'granted';
    const may = grant?.grants?.map(one => WORDS[one] ?? one).join(', ');
    return [
      el('p.verdict', el(`span.pill.${outcome}`, granted ? 'Granted' : 'Refused'), ' ',
          rule ? ['by rule ', el('b', rule)] : 'no rule gives this'),
      granted ? el('p', 'A token for room ', el('b', claims?.video.room ?? grant.room), ' as ',
          el('b', claims?.sub ?? grant.identity),
          grant.name ? ` (${grant.name})` : '', `, for ${Math.round(grant.ttl_seconds / 6) / 10} min. It may: ${may}.`)
        : el('p', detail),
      state?.policy?.file ? '' : el('p.hint',
          'No policy is set (keyturn.policy.file): in development anyone may join any room.'),
      el('details', { open: '' }, el('summary', 'Rule by rule'),
          el('ol.rules', rules.map(one => el('li', el('b', one.rule),
          `: ${FATES[one.outcome] ?? one.outcome}`, one.why ? `: ${one.why}` : '')))),
      el('details', el('summary', 'As ', el('code', 'keyturn policy explain'), ' prints it'), el('pre', text))];
  }

  const MEANINGS = { iss: 'the API key that signed', sub: 'the identity',
    jti: 'this token\'s name, in the audit line too',
    name: 'shown to others', video: 'the grants', roomConfig: 'for a room that does not exist yet' };

  let signer; // of the token that is shown

  function showSigner() {
    const key = state?.status?.ring?.keys.find(one => one.key === signer);
    if ($('signer')) fill($('signer'), 'Signed by key ', el('code.key', signer), key ? ` (${key.state})` : '');
  }

  function showToken(token, { header, claims }) {
    const row = ([name, value]) => el('tr', el('th', { scope: 'row' }, name),
        el('td', el('code', typeof value === 'string' ? value : JSON.stringify(value).replace(/,"/g, ', "')), ' ',
            el('span.hint', ['exp', 'nbf', 'iat'].includes(name)
              ? [hours(value * 1000), ', ', counting(value * 1000)] : MEANINGS[name] ?? '')));
    const parts = token.split('.');
    $('token').replaceChildren(
        el('h3', 'The token'),
        el('p', el('span', { id: 'signer' }), ' · expires ', counting(claims.exp * 1000)),
        el('table.claims', el('caption', 'Claims'), el('tbody', Object.entries(claims).map(row))),
        el('details', el('summary', 'Header and signed text'), json(header),
            el('p.jwt', el('span', parts[0]), '.', el('b', parts[1]), '.', el('i', parts[2])),
            el('button.small', { type: 'button', onclick: e => copy(e.currentTarget, token) }, 'Copy token')));
    signer = claims.iss;
    showSigner();
  }

  const json = value => el('pre', JSON.stringify(value, null, 2));

  async function refused(problem) {
    mark(problem);
    const name = problem.type?.split('#')[1];
    const section = name && await documented(name);
    $('answer').append(el('div.refusal', { role: 'group', 'aria-label': 'The problem' },
        el('h3', `${problem.status} ${problem.title}`), el('p.detail', problem.detail),
        problem.field ? el('p', 'The field is ', el('code', problem.field), '.') : ''),
    section ? el('details.teaching', { open: '' }, el('summary', `docs/problems.md: ${name}`), section) : '');
  }

  function mark({ field, detail }) {
    const input = field && form[field.split(/[.[]/)[0]];
    if (!input) return;
    if ($('more').contains(input)) $('more').open = true;
    input.setAttribute('aria-invalid', true);
    input.setAttribute('aria-describedby', 'field-error');
    input.after($('field-error'));
    $('field-error').textContent = detail;
    $('field-error').hidden = false;
  }

  function unmark() {
    $('field-error').hidden = true;
    form.querySelectorAll('[aria-invalid]').forEach(input => {
      input.removeAttribute('aria-invalid');
      input.removeAttribute('aria-describedby');
    });
  }

  /** The section of that name, of the little Markdown that the document is written in. */
  async function documented(name) {
    const answer = await fetch('/dev/problems.md').catch(() => null);
    const section = answer?.ok && (await answer.text()).split(/^## /m).find(one => one.startsWith(`${name}\n`));
    return section && el('div', section.slice(name.length).trim().split(/\n```/).flatMap((part, i) => i % 2
      ? el('pre', part.replace(/^\w*\n/, ''))
      : part.trim().split(/\n{2,}/).map(text => text.startsWith('- ')
        ? el('ul', text.slice(2).split(/\n- /).map(item => el('li', inline(item)))) : el('p', inline(text)))));
  }

  function inline(text) {
    return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\[[^\]]+\]\([^)]+\))/).map(part => {
      if (part.startsWith('`')) return el('code', part.slice(1, -1));
      if (part.startsWith('**')) return el('b', part.slice(2, -2));
      const [, words, to] = part.match(/^\[(.+)\]\((.+)\)$/) ?? [];
      return !words ? part : to.startsWith('https:') ? el('a', { href: to }, words)
          : words === to ? `docs/${to}` : to.startsWith('#') ? words : `${words} (docs/${to})`;
    });
  }

  // --- Snippets ---------------------------------------------------------------------------------------------------

  let language = snippets.languages[0];

  function showSnippet() {
    $('snippet').firstElementChild.textContent =
        snippets.snippet(language, `${location.origin}/token`, body(), form.who.value);
  }

  function choose(chosen) {
    language = chosen;
    for (const tab of $('tabs').querySelectorAll('[role=tab]')) {
      const selected = tab.textContent === language;
      tab.setAttribute('aria-selected', selected);
      tab.tabIndex = selected ? 0 : -1;
      if (selected) $('snippet').setAttribute('aria-labelledby', tab.id);
    }
    showSnippet();
  }

  $('tabs').append(...snippets.languages.map(name => el('button', { type: 'button', role: 'tab', id: `tab-${name}`,
    'aria-controls': 'snippet', onclick: () => choose(name) }, name)));
  $('tabs').addEventListener('keydown', event => {
    const at = snippets.languages.indexOf(language);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(snippets.languages.at(to % snippets.languages.length));
    $(`tab-${language}`).focus();
  });
  $('snippet').after(el('button.small', { type: 'button', id: 'copy-snippet',
    onclick: e => copy(e.currentTarget, $('snippet').textContent) }, 'Copy'));

  // --- Keyturn's state --------------------------------------------------------------------------------------------

  async function look() {
    try {
      const answer = await fetch('/dev/state', { signal: AbortSignal.timeout(8000) });
      if (!answer.ok) throw new Error(answer.status);
      state = await answer.json();
      clock.ahead = Date.parse(state.time) - Date.now();
      away = undefined;
      looks = 0;
    } catch {
      away ??= clock.now();
      looks++;
    }
    show();
    setTimeout(look, Math.min(1000 * (1 + looks), 5000));
  }

  function show() {
    const light = (name, ok, text) => el(`li.${ok ? 'ok' : 'bad'}`, el('span.dot'), `${name} `, el('b', text));
    const { livekit, signs, callers, policy, decisions = [] } = state ?? {};
    fill($('lights'), light('Keyturn', !away, away ? 'away' : 'serves'),
        state && !away ? [light('LiveKit', livekit.answers && livekit.accepts,
            !state.status ? 'not asked' : !livekit.answers ? 'away' : livekit.accepts ? 'answers' : 'refuses our key'),
          el('li', 'signs with ', el('code.key', signs ?? 'nothing'))] : '');
    fill($('banners'), away ? el('p.banner.bad', el('b', 'Keyturn does not answer'), ' (since ', hours(away), '). Is ',
        copyable('./mvnw quarkus:dev'), ' running? This page goes on by itself when it is back.')
      : !state.status ? el('p.banner.bad', el('b', 'There is no key ring to look at'), `: ${state.problem}`)
      : !livekit.answers ? el('p.banner', el('b', 'No LiveKit answers'), ` at ${livekit.url}. Start one: `,
          copyable(livekit.start), ' This page notices by itself.')
        : livekit.accepts === false ? el('p.banner', el('b', 'LiveKit refuses our key'),
            ` ${signs}: it was started with others.`
            + ' Give it the key file of Keyturn\'s ring, or start it with ', copyable(livekit.start)) : '');
    if (!state) return;
    fill($('callers'),
        callers.anonymous ? '' : 'Callers without a bearer token are refused here (keyturn.callers.anonymous). ',
        callers.issuers.length ? ['Trusted: ', callers.issuers.map(issuer => [el('code', issuer), ' '])]
          : 'No issuer is trusted yet: set keyturn.callers.issuers.');
    document.title = away ? 'Keyturn is away' : 'Keyturn in development';
    keys.show(state);
    visit.know(decisions);
    showSigner();
    $('decisions').hidden = !decisions.length;
    $('decisions-none').hidden = decisions.length;
    fill($('decisions').tBodies[0], decisions.slice(0, 12).map(one => {
      const cell = (name, ...what) => el('td', { 'data-name': name }, ...what);
      return el(`tr.${one.outcome}`, cell('When', hours(Date.parse(one.time))),
          cell('Who', one.anonymous ? 'anonymous' : one.subject || 'unknown'),
          cell('Outcome', one.outcome === 'granted' ? `granted by ${one.rule}`
            : `${one.status ?? 'refused'} ${one.reason ?? ''}${one.rule ? ` (${one.rule})` : ''}`),
          cell('Room', one.room || '–'), cell('Identity', one.identity || '–'),
          cell('Key', one.key ? el('code.key', one.key) : '–'));
    }));
  }

  choose(language);
  formChanged();
  look();
})();
