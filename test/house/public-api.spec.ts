import { openFrontDoors } from './front-door.js';

test.each(openFrontDoors())('the public API of $specifier is what it was', ({ names }) => {
  expect(names.map(({ name, kind }) => `${name}: ${kind}`)).toMatchSnapshot();
});
