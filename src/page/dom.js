// Small things for all: elements whose text is always text, times that count by themselves, copying.
// No module, as none here: a browser sends Origin with those, and Keyturn's CORS lets pages POST only.
'use strict';

const $ = id => document.getElementById(id);

/** An element: el('p.hint', 'text', other). An object among the children sets attributes, and listeners (on…). */
function el(name, ...children) {
  const [tag, ...classes] = name.split('.');
  const made = document.createElement(tag);
  made.classList.add(...classes);
  for (const child of children.flat(9)) {
    if (child instanceof Node || typeof child !== 'object') {
      made.append(child ?? '');
    } else {
      for (const [key, value] of Object.entries(child ?? {})) {
        if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
        else made.setAttribute(key, value);
      }
    }
  }
  return made;
}

const filled = new WeakMap();

/** Replaces what is in there, unless it is the same but for the time: selection and focus stay. */
function fill(element, ...children) {
  const next = el('div', ...children);
  const text = next.innerHTML.replace(/(<time data-at[^>]*>)[^<]*/g, '$1');
  if (filled.get(element) !== text) element.replaceChildren(...next.childNodes);
  filled.set(element, text);
}

/** Keyturn's clock, as far as known. */
const clock = { ahead: 0, now: () => Date.now() + clock.ahead };

function span(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  const two = n => String(n).padStart(2, '0');
  if (s < 3600) return `${Math.floor(s / 60)}:${two(s % 60)}`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
}

const hours = ms => new Date(ms).toLocaleTimeString([], { hour12: false });

/** How long until then, or since: it goes on counting. */
const counting = at => tick(el('time', { 'data-at': at, title: new Date(at).toLocaleString() }));

function tick(time) {
  const left = time.dataset.at - clock.now();
  time.textContent = left > 0 ? `in ${span(left)}` : `${span(-left)} ago`;
  return time;
}

setInterval(() => document.querySelectorAll('time[data-at]').forEach(tick), 1000);

function copyable(text) {
  return el('span.copyable', el('code', text), el('button.small', { type: 'button', 'aria-label': `Copy ${text}`,
    onclick: e => copy(e.currentTarget, text) }, 'Copy'));
}

async function copy(button, text) {
  const said = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    button.textContent = 'Not allowed';
  }
  setTimeout(() => { button.textContent = said; }, 1500);
}

function log(list, ...what) {
  list.prepend(el('li', el('time', hours(clock.now())), ' ', ...what));
  while (list.children.length > 40) list.lastChild.remove();
}

/** A JWT laid open, and not verified; null if it is none. */
function open(jwt) {
  try {
    const [header, claims] = jwt.split('.').slice(0, 2).map(part => JSON.parse(new TextDecoder().decode(
        Uint8Array.from(atob(part.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0)))));
    return claims instanceof Object ? { header, claims } : null;
  } catch {
    return null;
  }
}
