import type { ContactCards, LinkPreview, Location, Order, Poll } from '@trunkline/contracts';

/** A place as text with a link to a map that needs no key and no account. Pure. */
export function locationText({ latitude, longitude, title, address }: Location): string {
  const point = `${latitude}/${longitude}`;
  const link = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${point}`;
  return lines(title, address, link);
}

/** Contact cards as names with phones and addresses. Pure. */
export function contactsText({ cards }: ContactCards): string {
  return cards.map(({ name, phones, emails }) => [name, ...phones, ...emails].filter(Boolean).join(', ')).join('\n');
}

/** A shared link as text. Pure. */
export function linkText({ url, title, description }: LinkPreview): string {
  return lines(title, description, url);
}

/** An order as a list of what was ordered. Pure. */
export function orderText({ items, note }: Order): string {
  const list = items.map(({ title, sku, quantity, price }) => {
    const cost = price === undefined ? '' : `, ${price.amount} ${price.currency}`;
    return `${quantity} × ${title || sku}${cost}`;
  });
  return lines(...list, note);
}

/** A poll as its question and numbered options. Pure. */
export function pollText({ question, options }: Poll): string {
  return lines(question, ...options.map((option, index) => `${index + 1}. ${option}`));
}

function lines(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n');
}
