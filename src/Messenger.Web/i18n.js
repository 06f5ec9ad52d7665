// Words in five languages. The English text is the key; words-LANGUAGE.js has the others. A catalogue has no HTML, and what is not in it is shown in English.

export const LANGUAGES = { en: 'English', de: 'Deutsch', es: 'Español', ar: 'العربية', ru: 'Русский' };

/** What the person chose, or null: as the browser has it. */
export const chosen = () => LANGUAGES[localStorage.getItem('language')] ? localStorage.getItem('language') : null;

/** Of the page, from the next load on. @param {string | null} language */
export function choose(language) {
  if (language) localStorage.setItem('language', language);
  else localStorage.removeItem('language');
}

const preferred = navigator.languages.find(one => LANGUAGES[one.split('-')[0]]);
/** A page that is written in one language alone says so (the operator's console). */
export const language = document.documentElement.dataset.language ?? chosen() ?? preferred?.split('-')[0] ?? 'en';
/** With its region, where the browser says one: a clock is another in Britain. */
export const locale = preferred?.split('-')[0] === language ? preferred : language;
document.documentElement.lang = language;
document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr';

/** @type {Record<string, string | Record<string, string>>} English → a text, or its forms by plural category */
const words = language === 'en' ? {} : (await import(`./words-${language}.js`)).default;
const plural = new Intl.PluralRules(language);
/** @param {string} english @returns {string | undefined} */
export const lookUp = english => typeof words[english] === 'string' ? /** @type {string} */ (words[english]) : undefined;

/** @param {string} text @param {Record<string, any>} values */
const fill = (text, values) => text.replaceAll(/\{(\w+)\}/g, (whole, name) => name in values ? values[name] : whole);

/** @param {string} english with {names} @param {Record<string, any>} [values] */
export function t(english, values = {}) {
  return fill(lookUp(english) ?? english, values);
}

/** What depends on a number, `{n}` in both texts. @param {number} n @param {string} one @param {string} other the key @param {Record<string, any>} [values] */
export function tn(n, one, other, values = {}) {
  const category = plural.select(n);
  const forms = words[other];
  const text = forms && typeof forms === 'object' ? forms[category] ?? forms.other : category === 'one' ? one : other;
  return fill(text, { ...values, n: n.toLocaleString(locale) });
}
