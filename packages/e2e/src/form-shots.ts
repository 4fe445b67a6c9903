import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startFormDoor } from '../../../services/connectors/forms/simulator/door.ts';
import { openBrowser } from './browser.ts';
import { formTag, openCompanyPage } from './form-page.ts';

const screens = { desktop: { width: 1100, height: 900 }, phone: { width: 390, height: 844 } } as const;

const look = { country: 'RU', email: 'optional', color: '#0f6b5c', consentUrl: 'https://shop.example/privacy' };
const english = {
  intro: 'We answer within a working day.',
  consent: 'I agree that my data are used to answer me.',
};
const russian = {
  intro: 'Отвечаем в течение рабочего дня.',
  consent: 'Согласен, что мои данные используют для ответа мне.',
};

type Screen = keyof typeof screens;

/** One picture: where, and what a visitor has done by then. */
interface Shot {
  readonly screen: Screen;
  readonly colorScheme: 'light' | 'dark';
  readonly state?: string;
  readonly lang: 'en' | 'ru';
  readonly act: (page: Page) => Promise<void>;
}

const shots: readonly Shot[] = [
  ...(['desktop', 'phone'] as const).flatMap((screen) =>
    (['light', 'dark'] as const).map((colorScheme) => ({ screen, colorScheme, lang: 'en', act: fill }) as const),
  ),
  { screen: 'desktop', colorScheme: 'dark', state: 'callback', lang: 'ru', act: askForCall },
  { screen: 'phone', colorScheme: 'light', state: 'wrong', lang: 'en', act: sendEmpty },
  { screen: 'phone', colorScheme: 'light', state: 'done', lang: 'ru', act: send },
];

/** Takes pictures of a form on a company's page in every size and colour, of its other states, and in Russian; gives the files. */
export async function takeFormShots(folder: string): Promise<readonly string[]> {
  await using stack = new AsyncDisposableStack();
  const doors = {
    en: stack.use(await startFormDoor({ settings: { ...look, ...english } })),
    ru: stack.use(await startFormDoor({ settings: { ...look, ...russian } })),
  };
  const browser = stack.use(await openBrowser());
  const files: string[] = [];
  for (const { screen, colorScheme, state, lang, act } of shots) {
    const context = await browser.newContext({ viewport: screens[screen], colorScheme, reducedMotion: 'reduce' });
    await using company = await openCompanyPage(context, { html: formTag(doors[lang].url), lang });
    await company.page.locator('form').waitFor();
    await act(company.page);
    const path = join(folder, `${['form', screen, colorScheme, state].filter(Boolean).join('-')}.png`);
    await company.page.screenshot({ path, fullPage: true });
    files.push(path);
    await context.close();
  }
  return files;
}

async function fill(page: Page): Promise<void> {
  await page.getByLabel('Name').fill('Anna Petrova');
  await page.getByLabel('Phone').fill('8 912 345-67-89');
  await page.getByRole('textbox', { name: 'Message' }).fill('Hello! Is the lid of the teapot glazed inside too?');
}

async function send(page: Page): Promise<void> {
  await page.getByLabel('Телефон').fill('8 912 345-67-89');
  await page.getByRole('textbox', { name: 'Сообщение' }).fill('Здравствуйте! Чайник есть в синем?');
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Отправить' }).click();
  await page.getByText('Отправлено').waitFor();
}

async function askForCall(page: Page): Promise<void> {
  await page.getByRole('radio', { name: 'Обратный звонок' }).check();
}

async function sendEmpty(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('alert').getByText('Please check the form.').waitFor();
}
