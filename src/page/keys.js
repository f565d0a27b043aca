// The ring: its keys by state, what each node says to them, what comes next, and what happened since the page is open.
const keys = (() => {
  'use strict';

  const LANES = { STAGED: 'LiveKit learns it; it signs nothing', ACTIVE: 'signs every token',
    RETIRING: 'signs no more; its tokens live on' };
  const SINCE = { STAGED: 'made ', ACTIVE: 'promoted ', RETIRING: 'retired ' };
  const SHORTEST = 60000; // of the picture
  const lives = new Map(); // by key: {states: [{state, from, to}], accepted}
  let opened;

  function showKeys(state) {
    const { status, signs } = state;
    $('turn').lastElementChild.childElementCount || $('turn').lastElementChild.append(...how(signs));
    if (!status) {
      fill($('keys-next'), 'There is nothing to see.');
      return;
    }
    const keys = status.ring?.keys ?? [];
    happened(keys, status.nodes ?? [], Date.parse(status.time ?? state.time));
    fill($('keys-next'), ...next(status, signs));
    fill($('keys-problems'), (status.problems ?? []).map(problem => el('li', problem)));
    fill($('lanes'), Object.entries(LANES).map(([lane, meaning]) => el(`section.lane.${lane}`,
        el('h3', lane), el('p.hint', meaning),
        el('ul', keys.filter(key => key.state === lane).map(key => chip(key, status.nodes ?? []))))));
    picture();
  }

  function chip(key, nodes) {
    const since = Date.parse(key.since);
    return el('li.chip', el('code.key', key.key), key.compromised ? el('b.bad-text', ' compromised') : '',
        el('p.hint', since > 0 ? [SINCE[key.state], counting(since)] : 'LiveKit\'s public development key'),
        el('ul', nodes.map(node => {
          const says = node.keys?.[key.key] ?? 'unknown';
          return el(`li.${says}`, `${node.node.replace(/^\w+:\/\//, '')} `, el('b', says),
              node.problem ? ` (${node.problem})` : '');
        })));
  }

  function next({ next: step, ring }, signs) {
    const at = step?.at && Date.parse(step.at);
    if (signs === 'devkey') {
      return [el('b', 'devkey'), ' is LiveKit\'s public development key: it signs for ever, and cannot be turned.'];
    }
    if (!step) return [];
    return [el('b.outcome', step.outcome), `: ${step.message}`, at ? [' (', counting(at), ')'] : '',
      el('span.hint', ` The ring is at version ${ring.version}, in ${ring.store}.`)];
  }

  function how(signs) {
    const turn = [el('p', 'In another terminal with the same settings, while you look on here:'),
      el('p', copyable('keyturn rotate --now --wait')),
      el('p.hint', 'What happens then, and what ', el('code', 'keyturn'), ' stands for, is in docs/tutorial.md.')];
    return signs !== 'devkey' ? turn : [
      el('p', 'With a ring in a file, and a LiveKit that reads its keys from one, which docs/tutorial.md sets up:'),
      el('p', copyable('export QUARKUS_CONFIG_LOCATIONS=docs/tutorial/keyturn.properties')),
      el('p', copyable('./mvnw quarkus:dev')), ...turn];
  }

  /** What is different from last time. */
  function happened(keys, nodes, now) {
    const first = !opened;
    opened ??= now;
    const say = (key, what) => log($('keys-log'), el('code.key', key), ` ${what}`);
    for (const { key, state, since } of keys) {
      const life = lives.get(key) ?? { states: [] };
      lives.set(key, life);
      const before = life.states.at(-1);
      if (before?.state !== state) {
        const from = Math.min(now, Date.parse(since));
        if (before) before.to = from;
        life.states.push({ state, from });
        say(key, first ? `is ${state}` : { STAGED: 'is staged: made, and known to the ring only',
          ACTIVE: before ? 'is promoted: it signs from now on' : 'is ACTIVE',
          RETIRING: 'is retiring: it signs no more' }[state]);
      }
      const says = verdict => nodes.length > 0 && nodes.every(node => node.keys?.[key] === verdict);
      if (says('accepts') && life.accepted !== true) {
        if (!first) say(key, 'is accepted by every node');
        life.accepted = true;
      } else if (says('refuses') && life.accepted) {
        say(key, state === 'RETIRING' ? 'is withdrawn: every node refuses it' : 'is refused by every node');
        life.accepted = false;
      }
    }
    for (const [key, life] of lives) {
      const last = life.states.at(-1);
      if (!last.to && !keys.some(one => one.key === key)) {
        last.to = now;
        say(key, last.state === 'STAGED' ? 'was given up; it has signed nothing'
            : 'is dropped: nobody knows it any more');
      }
    }
  }

  /** Each key's life as a bar, the latest at the right; to look at, for the log says the same. */
  function picture() {
    const now = clock.now();
    const begin = Math.min(opened, now - SHORTEST);
    const x = at => Math.max(0, (at - begin) / (now - begin) * 100);
    const svg = (name, attributes, ...children) => {
      const made = document.createElementNS('http://www.w3.org/2000/svg', name);
      Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
      made.append(...children);
      return made;
    };
    fill($('lives'), [...lives].filter(([, life]) => !(life.states.at(-1).to < begin)).map(([key, life]) => el('div',
        el('code', key), svg('svg', { viewBox: '0 0 100 10', preserveAspectRatio: 'none' },
            ...life.states.map(({ state, from, to }) => svg('rect', { class: state, x: x(from), y: 0, height: 10,
              width: Math.max(.4, x(to ?? now) - x(from)) }))))),
    el('p.hint', el('span', hours(begin)), el('span', 'now')));
  }

  return { show: showKeys };
})();
