const en = {
  title: { feedback: 'Write to us', callback: 'We call you back' },
  kinds: { feedback: 'Message', callback: 'Call me back' },
  kind: 'What would you like?',
  phone: 'Phone',
  name: 'Name',
  email: 'E-mail',
  message: 'Message',
  call_at: 'When shall we call?',
  callTimes: {
    soon: 'As soon as possible',
    morning: 'In the morning',
    afternoon: 'In the afternoon',
    evening: 'In the evening',
  },
  choose: 'Please choose',
  optional: 'optional',
  more: 'Read more',
  send: { feedback: 'Send', callback: 'Call me back' },
  sending: 'Sending…',
  done: { feedback: 'Thank you! We have your message.', callback: 'Thank you! We will call you.' },
  doneTitle: 'Sent',
  again: 'Send another one',
  check: 'Please check the form.',
  required: 'Please fill this in.',
  consent: 'Please agree, so that we may answer you.',
  phoneWrong: 'This is not a phone number. Please check it.',
  phoneWithoutCountry: 'Please begin with + and the country code.',
  emailWrong: 'This is not an e-mail address. Please check it.',
  tooLong: (max: number) => `At most ${max} characters, please.`,
  notOffered: 'Please choose one of these.',
  trap: 'Please press Send once more.',
  early: 'Please check what you wrote, and send it.',
  expired: 'The page was open for long. Please send it once more.',
  used: 'This form was sent already, with something else in it. Send it once more to send this, too.',
  busy: 'Too many forms at once. What you wrote is still here: please send it again in a minute.',
  tooMany: 'Too many forms are asked for. Please try again in a minute.',
  unavailable: 'It could not be sent now. What you wrote is still here: please send it again.',
  refused: 'The form cannot be sent from this page.',
  gone: 'There is no such form.',
};

/** Everything that a form says. */
export type Texts = typeof en;

const ru: Texts = {
  title: { feedback: 'Напишите нам', callback: 'Перезвоним вам' },
  kinds: { feedback: 'Сообщение', callback: 'Обратный звонок' },
  kind: 'Что вам удобнее?',
  phone: 'Телефон',
  name: 'Имя',
  email: 'Эл. почта',
  message: 'Сообщение',
  call_at: 'Когда позвонить?',
  callTimes: { soon: 'Как можно скорее', morning: 'Утром', afternoon: 'Днём', evening: 'Вечером' },
  choose: 'Выберите',
  optional: 'необязательно',
  more: 'Подробнее',
  send: { feedback: 'Отправить', callback: 'Жду звонка' },
  sending: 'Отправляем…',
  done: { feedback: 'Спасибо! Мы получили ваше сообщение.', callback: 'Спасибо! Мы вам перезвоним.' },
  doneTitle: 'Отправлено',
  again: 'Отправить ещё',
  check: 'Проверьте, пожалуйста, форму.',
  required: 'Заполните, пожалуйста.',
  consent: 'Нужно ваше согласие, чтобы мы могли ответить.',
  phoneWrong: 'Это не похоже на номер телефона. Проверьте его, пожалуйста.',
  phoneWithoutCountry: 'Начните с + и кода страны, пожалуйста.',
  emailWrong: 'Это не похоже на адрес почты. Проверьте его, пожалуйста.',
  tooLong: (max) => `Не больше ${max} знаков, пожалуйста.`,
  notOffered: 'Выберите один из вариантов.',
  trap: 'Нажмите «Отправить» ещё раз, пожалуйста.',
  early: 'Проверьте, пожалуйста, что вы написали, и отправьте.',
  expired: 'Страница была открыта долго. Отправьте ещё раз, пожалуйста.',
  used: 'Эта форма уже отправлена с другим содержанием. Отправьте ещё раз, чтобы отправить и это.',
  busy: 'Слишком много форм сразу. Всё написанное осталось здесь: отправьте ещё раз через минуту.',
  tooMany: 'Слишком много запросов. Попробуйте, пожалуйста, через минуту.',
  unavailable: 'Сейчас отправить не удалось. Всё написанное осталось здесь: отправьте ещё раз.',
  refused: 'С этой страницы форму отправить нельзя.',
  gone: 'Такой формы нет.',
};

/** Languages by tag. One more language is one more object here. */
const languages: Readonly<Record<string, Texts>> = { en, ru };

/** A language that the form speaks, for a tag or a list of them as browsers send it; English where none is known. Pure. */
export function languageOf(tags: string): string {
  const wanted = tags.split(',').map((tag) => tag.trim().toLowerCase().split(/[-_;]/)[0] ?? '');
  return wanted.find((tag) => Object.hasOwn(languages, tag)) ?? 'en';
}

/** The first tag of a list, as a person's language is told; empty where it is none. Pure. */
export function localeOf(tags: string): string {
  const [first = ''] = tags.split(/[,;]/);
  return /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$/i.test(first.trim()) ? first.trim() : '';
}

/** The texts of a language that {@link languageOf} gave. Pure. */
export function textsOf(language: string): Texts {
  return languages[language] ?? en;
}
