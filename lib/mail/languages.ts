import type { MailTexts } from './mail-texts.js';
import { ENGLISH } from './texts/english.js';
import { GERMAN } from './texts/german.js';

/** The texts of a host, by language: of a third language, or single mails of one that the library has. */
export type MailTemplates = Readonly<Record<string, Partial<MailTexts<never>>>>;

export const DEFAULT_LANGUAGE = 'en';

const OURS: MailTemplates = { en: ENGLISH, de: GERMAN };

/** The texts of all languages. */
export class Languages {
  private readonly texts: ReadonlyMap<string, Partial<MailTexts<never>>>;

  /** @param templates by canonical language tags, such as `de` or `pt-BR` */
  constructor(templates: MailTemplates) {
    const tags = new Set([...Object.keys(OURS), ...Object.keys(templates)]);
    this.texts = new Map([...tags].map((tag) => [tag, { ...OURS[tag], ...templates[tag] }]));
  }

  /**
   * The texts that a mail needs, in the language that comes nearest: `de` for `de-AT`, and English if there is none.
   * @param locale what the host's function returned
   */
  find<Need extends keyof MailTexts>(
    locale: unknown,
    ...needed: Need[]
  ): { language: string; texts: Pick<MailTexts, Need> } {
    for (const language of candidates(locale)) {
      const texts = this.texts.get(language);
      if (!texts || needed.some((each) => texts[each] === undefined)) continue;
      return { language, texts: texts as unknown as Pick<MailTexts, Need> };
    }
    return {
      language: DEFAULT_LANGUAGE,
      texts: { ...ENGLISH, ...(this.texts.get(DEFAULT_LANGUAGE) as object) },
    };
  }
}

/** `zh-Hant-TW`, `zh-Hant`, `zh`. */
function candidates(locale: unknown): string[] {
  const tag = typeof locale === 'string' ? canonicalTag(locale) : undefined;
  const subtags = tag?.split('-') ?? [];
  return subtags.map((_, index) => subtags.slice(0, subtags.length - index).join('-'));
}

/** @returns `undefined` for text that is no language tag (BCP 47) */
export function canonicalTag(text: string): string | undefined {
  try {
    return text.length > 100 ? undefined : Intl.getCanonicalLocales(text.replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
}

const RIGHT_TO_LEFT = /^(ar|arc|ckb|dv|fa|he|ks|ku-Arab|nqo|pa-Arab|ps|sd|syr|ug|ur|uz-Arab|yi)(-|$)/;

export const directionOf = (language: string): 'ltr' | 'rtl' =>
  RIGHT_TO_LEFT.test(language) ? 'rtl' : 'ltr';

const UNITS = [
  ['day', 86_400, 2],
  ['hour', 3600, 1],
  ['minute', 60, 1],
  ['second', 1, 0],
] as const;

/** A duration in words, rounded down: `90 minutes`, `1 hour`, `7 days`. */
export function durationIn(language: string, seconds: number): string {
  const fits = ([, length, least]: (typeof UNITS)[number]) =>
    seconds >= least * length && (seconds < 2 * length ? seconds % length === 0 : true);
  const [unit, length] = UNITS.find(fits) ?? UNITS[3];
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(Math.floor(seconds / length));
}
