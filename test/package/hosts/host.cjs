const exercise = require('./exercise.cjs');

void exercise(
  ['', '/mail', '/oauth2', '/schemes', '/testing'].map((door) => require.resolve(`nestjs-users${door}`)),
  {
    common: require('@nestjs/common'),
    core: require('@nestjs/core'),
    nestTypeorm: require('@nestjs/typeorm'),
    typeorm: require('typeorm'),
    users: require('nestjs-users'),
    mail: require('nestjs-users/mail'),
    oauth2: require('nestjs-users/oauth2'),
  },
);
