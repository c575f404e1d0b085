const exercise = require('./exercise.cjs');

void exercise(
  ['nestjs-users', 'nestjs-users/oauth2', 'nestjs-users/schemes', 'nestjs-users/testing'].map(
    require.resolve,
  ),
  {
    common: require('@nestjs/common'),
    core: require('@nestjs/core'),
    nestTypeorm: require('@nestjs/typeorm'),
    typeorm: require('typeorm'),
    users: require('nestjs-users'),
    oauth2: require('nestjs-users/oauth2'),
  },
);
