import { openFrontDoor } from './front-door.js';

test('the public API is what it was', () => {
  expect(openFrontDoor().names.map(({ name, kind }) => `${name}: ${kind}`)).toMatchSnapshot();
});
