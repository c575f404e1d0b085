const exercise = require('./exercise.cjs');

void exercise(require.resolve('nestjs-users'), {
  common: require('@nestjs/common'),
  core: require('@nestjs/core'),
  nestTypeorm: require('@nestjs/typeorm'),
  typeorm: require('typeorm'),
  users: require('nestjs-users'),
});
