import { byId, element } from './element.js';

let isOpen = false;

/** Puts the widget on the page, opened, and the telephone beside it where there is one. */
export function openShop({ gatewayUrl, webchatChannelId, simulators }) {
  if (isOpen) return;
  isOpen = true;
  const script = document.createElement('script');
  script.src = `${gatewayUrl}/widget/v1/widget.js`;
  script.dataset.channel = webchatChannelId;
  script.dataset.inside = '#site';
  script.async = true;
  // On a small screen the open window would hide the shop.
  if (matchMedia('(min-width: 1000px)').matches) script.dataset.open = '';
  document.head.append(script);
  if (simulators.length > 0) openPhone(simulators);
}

function openPhone(simulators) {
  const tabs = [byId('tab-site'), byId('tab-phone')];
  tabs[0].parentElement.hidden = false;
  const showMessenger = messengersOf(simulators);
  const show = (tab) => {
    for (const each of tabs) {
      const isShown = each === tab;
      each.setAttribute('aria-selected', String(isShown));
      each.tabIndex = isShown ? 0 : -1;
      byId(each.getAttribute('aria-controls')).hidden = !isShown;
    }
    document.body.classList.toggle('on-phone', tab === tabs[1]);
    if (tab === tabs[1]) showMessenger();
  };
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener('click', () => show(tab));
    tab.addEventListener('keydown', ({ key }) => {
      if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
      const other = tabs[1 - index];
      show(other);
      other.focus();
    });
  }
}

/** Shows the chosen messenger; each opens when it is first wanted, and stays open behind the others. */
function messengersOf(simulators) {
  const choice = byId('messenger');
  const screens = new Map();
  choice.append(...simulators.map(({ messenger }, index) => element('option', { value: String(index) }, messenger)));
  choice.parentElement.hidden = simulators.length < 2;
  const show = () => {
    const { messenger, url } = simulators[Number(choice.value)];
    if (!screens.has(messenger)) {
      const src = screenOf(url);
      screens.set(messenger, element('iframe', { src, title: `Telephone with a simulated ${messenger}` }));
      byId('phone').append(screens.get(messenger));
    }
    for (const [name, screen] of screens) screen.hidden = name !== messenger;
  };
  choice.addEventListener('change', show);
  return show;
}

/** Under this page's own name the telephone may remember who it is. */
function screenOf(address) {
  const url = new URL(address);
  url.hostname = location.hostname;
  url.searchParams.set('embed', '');
  return url.href;
}
