import { byId, element } from './element.js';

let isOpen = false;

/** Puts the widget on the page, opened, and the telephone beside it where there is one. */
export function openShop({ gatewayUrl, webchatChannelId, telegramUrl }) {
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
  if (telegramUrl) openPhone(telegramUrl);
}

function openPhone(address) {
  // Under this page's own name the telephone may remember who it is.
  const url = new URL(address);
  url.hostname = location.hostname;
  url.searchParams.set('embed', '');
  const tabs = [byId('tab-site'), byId('tab-phone')];
  tabs[0].parentElement.hidden = false;
  const show = (tab) => {
    for (const each of tabs) {
      const isShown = each === tab;
      each.setAttribute('aria-selected', String(isShown));
      each.tabIndex = isShown ? 0 : -1;
      byId(each.getAttribute('aria-controls')).hidden = !isShown;
    }
    document.body.classList.toggle('on-phone', tab === tabs[1]);
    const phone = byId('phone');
    if (tab === tabs[1] && !phone.firstChild) {
      phone.append(element('iframe', { src: url.href, title: 'Telephone with a simulated Telegram' }));
    }
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
