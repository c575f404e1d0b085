import { openFrontDoor } from './front-door.js';

const { names } = openFrontDoor();

test('the public API is what it was', () => {
  expect(names.map(({ name, kind }) => `${name}: ${kind}`)).toMatchSnapshot();
});
