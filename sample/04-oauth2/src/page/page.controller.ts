import { Controller, Get, Header, Inject } from '@nestjs/common';
import { readFileSync } from 'node:fs';

/** The names of the providers by which one can log in. */
export const PROVIDERS = Symbol('the names of the providers');

const read = (file: string) => readFileSync(new URL(`../../page/${file}`, import.meta.url), 'utf8');
const PAGE = read('index.html');
const SCRIPT = read('page.js');

/** One page, and what it asks for. All else it asks the library's routes. */
@Controller()
export class PageController {
  constructor(@Inject(PROVIDERS) private readonly providers: string[]) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  page() {
    return PAGE;
  }

  @Get('page.js')
  @Header('Content-Type', 'text/javascript; charset=utf-8')
  script() {
    return SCRIPT;
  }

  @Get('providers')
  list() {
    return this.providers;
  }
}
