import type { PasswordScheme } from 'nestjs-users';
import {
  argon2,
  aspNetIdentity,
  betterAuth,
  devise,
  django,
  firebase,
  firebaseHash,
  keycloak,
  keycloakHash,
  passlib,
  phpass,
  wordpress,
} from 'nestjs-users/schemes';

/** A password, and a hash of it by the original tool. */
export type Vector = readonly [password: string, hash: string];

/** Vectors, and the place where the original tool publishes them, or how they were made with it. */
export interface Vectors {
  scheme: PasswordScheme;
  source: string;
  vectors: readonly Vector[];
}

const TABLE = 'tá\u0411\u2113\u0259';
const LONG = 'abc123'.repeat(12);

const DJANGO: Vectors = {
  scheme: django(),
  source: 'django/django, tests/auth_tests/test_hashers.py',
  vectors: [
    ['lètmein', 'pbkdf2_sha256$390000$seasalt$8xBlGd3jVgvJ+92hWPxi5ww0uuAuAnKgC45eudxro7c='],
    ['lètmein', 'pbkdf2_sha1$390000$seasalt2$aDapRanzW8aHTz97v2TcfHzWD+I='],
    [
      'lètmein',
      'scrypt$16384$seasalt$8$1$Qj3+9PPyRjSJIebHnG81TMjsqtaIGxNQG/aEB/NYafTJ7tibgfYz71m0ldQESkXFRkdVCBhhY8mx7rQwite/Pw==',
    ],
    [
      'secret',
      'argon2$argon2i$m=8,t=1,p=1$c29tZXNhbHQ$gwQOXSNhxiOxPOA0+PY10P9QFO4NAYysnqRt1GSQLE55m+2GYDt9FEjPMHhP2Cuf0nOEXXMocVrsJAtNSsKyfg',
    ],
    ['secret', 'argon2$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$YC9+jJCrQhs5R6db7LlN8Q'],
    ['secret', 'argon2$argon2id$v=19$m=102400,t=2,p=8$Y041dExhNkljRUUy$TMa6A8fPJhCAUXRhJXCXdw'],
  ],
};

const DJANGO_BY_PASSLIB: Vectors = {
  scheme: django(),
  source: 'passlib 1.7.4, passlib/tests/test_handlers_django.py ("generated via django 1.6 hasher")',
  vectors: [
    ['not a password', 'pbkdf2_sha1$10000$wz5B6WkasRoF$atJmJ1o+XfJxKq1+Nu1f1i57Z5I='],
    ['', 'bcrypt_sha256$$2a$06$/3OeRpbOf8/l6nPPRdZPp.nRiyYqPobEZGdNRBWihQhiFDh1ws1tu'],
    [TABLE, 'bcrypt_sha256$$2a$06$kCXUnRFQptGg491siDKNTu8RxjBGSjALHRuvhPYNFsa4Ea5d9M48u'],
    [LONG, 'bcrypt_sha256$$2a$06$Tg/oYyZTyAf.Nb3qSgN61OySmyXA8FoY4PjGizjE1QSDfuL5MXNni'],
    [`${LONG}qwr`, 'bcrypt_sha256$$2a$06$Tg/oYyZTyAf.Nb3qSgN61Ocy0BEz1RK6xslSNi8PlaLX2pe7x/KQG'],
  ],
};

const PASSLIB: Vectors = {
  scheme: passlib(),
  source: 'passlib 1.7.4, passlib/tests/test_handlers_{pbkdf2,scrypt,bcrypt}.py',
  vectors: [
    ['password', '$pbkdf2$1212$OB.dtnSEXZK8U5cgxU/GYQ$y5LKPOplRmok7CZp/aqVDVg8zGI'],
    ['password', '$pbkdf2-sha256$1212$4vjV83LKPjQzk31VI4E0Vw$hsYF68OiOUPdDZ1Fg.fJPeq1h/gXXY7acBp9/6c.tmQ'],
    ['Ιωαννης', '$pbkdf2-sha256$1212$3SABFJGDtyhrQMVt1uABPw$WyaUoqCLgvz97s523nF4iuOqZNbp5Nt8do/cuaa7AiI'],
    [
      'password',
      '$pbkdf2-sha512$1212$RHY0Fr3IDMSVO/RSZyb5ow$eNLfBK.eVozomMr.1gYa17k9B7KIK25NOEshvhrSX.esqY3s.FvWZViXz4KoLlQI.BzY/YTNJOiKc5gBYFYGww',
    ],
    ['', '$scrypt$ln=4,r=1,p=1$$d9ZXYjhleyA7GcpCwYoEl/FrSETjB0ro39/6P+3iFEI'],
    ['password', '$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI'],
    [TABLE, '$scrypt$ln=7,r=8,p=1$jjGmtDamdA4BQAjBeA9BSA$OiWRHhQtpDx7M/793x6UXK14AD512jg/qNm/hkWZG4M'],
    ['', '$bcrypt-sha256$2a,5$E/e/2AOhqM5W/KJTFQzLce$F6dYSxOdAEoJZO2eoHUZWZljW/e0TXO'],
    ['password', '$bcrypt-sha256$2b,5$5Hg1DKFqPE8C2aflZ5vVoe$12BjNE0p7axMg55.Y/mHsYiVuFBDQyu'],
    [`${LONG}qwr`, '$bcrypt-sha256$2b,5$X1g1nh3g0v4h6970O68cxe$021KLEif6epjot5yoxk0m8I0929ohEa'],
    ['password', '$bcrypt-sha256$v=2,t=2b,r=5$5Hg1DKFqPE8C2aflZ5vVoe$wOK1VFFtS8IGTrGa7.h5fs0u84qyPbS'],
    [TABLE, '$bcrypt-sha256$v=2,t=2b,r=5$.US1fQ4TQS.ZTz/uJ5Kyn.$pzzgp40k8reM1CuQb03PvE0IDPQSdV6'],
    [`${LONG}qwr`, '$bcrypt-sha256$v=2,t=2b,r=5$X1g1nh3g0v4h6970O68cxe$CBF9csfEdW68xv3DwE6xSULXMtqEFP.'],
  ],
};

const ARGON2: Vectors = {
  scheme: argon2(),
  source: 'passlib 1.7.4, passlib/tests/test_handlers_argon2.py',
  vectors: [
    ['password', '$argon2i$v=19$m=256,t=1,p=1$c29tZXNhbHQ$AJFIsNZTMKTAewB4+ETN1A'],
    ['password', '$argon2i$v=19$m=380,t=2,p=2$c29tZXNhbHQ$SrssP8n7m/12VWPM8dvNrw'],
    [TABLE, '$argon2i$v=19$m=512,t=2,p=2$1sV0O4PWLtc12Ypv1f7oGw$z+yqzlKtrq3SaNfXDfIDnQ'],
    ['password\0', '$argon2i$v=19$m=512,t=2,p=2$c29tZXNhbHQ$Fb5+nPuLzZvtqKRwqUEtUQ'],
    ['password', '$argon2d$v=19$m=102400,t=2,p=8$g2RodLh8j8WbSdCp+lUy/A$zzAJqL/HSjm809PYQu6qkA'],
  ],
};

const ARGON2_OF_VERSION_1_0: Vectors = {
  scheme: argon2(),
  source: 'P-H-C/phc-winner-argon2, src/test.c, version 0x10',
  vectors: [['password', '$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ']],
};

export const FIREBASE_OPTIONS = {
  signerKey: 'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
  saltSeparator: 'Bw==',
  rounds: 8,
  memoryCost: 14,
};
const FIREBASE: Vectors = {
  scheme: firebase(FIREBASE_OPTIONS),
  source: 'firebase/scrypt, README.md',
  vectors: [
    [
      'user1password',
      firebaseHash({
        salt: '42xEC+ixf3L2lw==',
        passwordHash:
          'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
      }),
    ],
  ],
};

const pbkdf2Credential = (
  value: string,
  salt: string,
  hashIterations = 27_500,
  algorithm = 'pbkdf2-sha256',
) =>
  keycloakHash({
    secretData: JSON.stringify({ value, salt, additionalParameters: {} }),
    credentialData: JSON.stringify({ hashIterations, algorithm, additionalParameters: {} }),
  });
const KEYCLOAK: Vectors = {
  scheme: keycloak(),
  source: 'realms that Keycloak exported and that are public on GitHub: of solo.io workshops, of iSHARE',
  vectors: [
    [
      'password',
      pbkdf2Credential('JsfNbCOIdZUbyBJ+BT+VoGI91Ec2rWLOvkLPDaX8e9k=', 'P5rtFkGtPfoaryJ6PizUJw=='),
    ],
    [
      'password',
      pbkdf2Credential('RITBVPdh5pvXOa4JzJ5pZTE0rG96zhnQNmSsKCf83aU=', 'drB9e5Smf3cbfUfF3FUerw=='),
    ],
    [
      'admin',
      pbkdf2Credential(
        'uJj9/Yy4dcvZZpRvJP1YWDT/MZEIKCwt1Ax4L4zhOQjpRW71qMM0ajz7dbey/Ie7MMgiFgxOEz2I/eySvhxVOQ==',
        'DWobczblgCRZMULJ2hVCSQ==',
      ),
    ],
  ],
};
const KEYCLOAK_BY_JAVA: Vectors = {
  scheme: keycloak(),
  source:
    'made with SecretKeyFactory of Java, which Keycloak uses: 512 bits, as its Pbkdf2PasswordHashProvider',
  vectors: [
    [
      'lètmein',
      pbkdf2Credential(
        'afPJbVmrAb1+zrfMdA/LwsYZMeZSPn6bestymjaOVh+o7ynISv7fm4likiNgQK94DopPBBT9YWk8EnodzGsSNg==',
        'c2l4dGVlbiBieXRlcyBvaw==',
        2100,
        'pbkdf2-sha512',
      ),
    ],
    [
      'lètmein',
      pbkdf2Credential(
        '1QDqXUryB52zhBLCko0ZRwR2yezukLFoK2RidM0rquwbMn33jTFlF2rQUhUFX7JbbjCM2CuTOGp7zpwQt8uXOw==',
        'c2l4dGVlbiBieXRlcyBvaw==',
        13_000,
        'pbkdf2',
      ),
    ],
  ],
};

/** As an exported realm that is public on GitHub has it, of the password `secret`. */
export const KEYCLOAK_ARGON2 = {
  secretData:
    '{"value":"xKjWvB9+0sSP6wTqI1JoEI7w+iA0x9VDhPgmrOHRG80=","salt":"LRScGShC7shkdoU5B1UgUQ==","additionalParameters":{}}',
  credentialData:
    '{"hashIterations":5,"algorithm":"argon2","additionalParameters":{"hashLength":["32"],"memory":["7168"],"type":["id"],"version":["1.3"],"parallelism":["1"]}}',
};

const ASP_NET_IDENTITY: Vectors = {
  scheme: aspNetIdentity(),
  source: 'dotnet/aspnetcore, src/Identity/test/Identity.Test/PasswordHasherTest.cs',
  vectors: [
    ['my password', 'AAABAgMEBQYHCAkKCwwNDg+ukCEMDf0yyQ29NYubggHIVY0sdEUfdyeM+E1LtH1uJg=='],
    ['my password', 'ANXrDknc7fGPpigibZXXZFMX4aoqz44JveK6jQuwY3eH/UyPhvr5xTPeGYEckLxz9A=='],
    ['my password', 'AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw=='],
    ['my password', 'AQAAAAIAAAAyAAAAEOMwvh3+FZxqkdMBz2ekgGhwQ4B6pZWND6zgESBuWiHw'],
    [
      'my password',
      'AQAAAAIAAAD6AAAAIJbVi5wbMR+htSfFp8fTw8N8GOS/Sje+S/4YZcgBfU7EQuqv4OkVYmc4VJl9AGZzmRTxSkP7LtVi9IWyUxX8IAAfZ8v+ZfhjCcudtC1YERSqE1OEdXLW9VukPuJWBBjLuw==',
    ],
    ['my password', 'AQAAAAAAAAD6AAAAEAhftMyfTJylOlZT+eEotFXd1elee8ih5WsjXaR3PA9M'],
    [
      'my password',
      'AQAAAAEAA9CQAAAAIESkQuj2Du8Y+kbc5lcN/W/3NiAZFEm11P27nrSN5/tId+bR1SwV8CO1Jd72r4C08OLvplNlCDc3oQZ8efcW+jQ=',
    ],
  ],
};

const PHPASS: Vectors = {
  scheme: phpass(),
  source: 'phpass, test.php, and passlib 1.7.4, passlib/tests/test_handlers.py',
  vectors: [
    ['test12345', '$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0'],
    ['test1', '$H$9aaaaaSXBjgypwqm.JsMssPLiS8YQ00'],
    ['123456', '$H$9PE8jEklgZhgLmZl5.HYJAzfGCQtzi1'],
    ['thisisalongertestPW', '$P$912345678LIjjb6PhecupozNBmDndU0'],
  ],
};

const WORDPRESS: Vectors = {
  scheme: wordpress(),
  source: 'FusionAuth, PhpassPasswordEncryptorTest, of hashes that WordPress made',
  vectors: [['!?!#?#?#$&@&@!&@', '$P$Buvd5FQxkeXJnDarN7..wRMwRKJeZ40']],
};
const WORDPRESS_BY_PHP: Vectors = {
  scheme: wordpress(),
  source:
    'made with PHP 8.2 by the statement of wp_hash_password(): password_hash() of the HMAC, "$wp" before it',
  vectors: [
    ['password', '$wp$2y$05$1A4QVMR1Nx7.xtXOBQSwvO9Ko5JiQKC5VJT5F0BypUh08vWeKfpfq'],
    ['abc'.repeat(40), '$wp$2y$05$zggMvDYhoFi/FoANX3aSS.dp1EC7ZqmM7DOVWATUO/gFw1gulBe5S'],
    ['admin', '$wp$2y$10$Q1xinFjrZeLWJBvxviIL6u834Fu.evIEFHAUVisQ5O.w9Dm0sMdES'],
  ],
};

export const PEPPER = '9f0a'.repeat(32);
const DEVISE: Vectors = {
  scheme: devise({ pepper: PEPPER }),
  source:
    'made with bcrypt-ruby 3.1.18 by the statement of Devise::Encryptor.digest: the pepper behind the password',
  vectors: [
    ['password', '$2a$05$8Ue7o1DSty5JD3TlDbRpqeiRZfZmbRBErjbJEbzeRt2twa4hz3HIG'],
    ['p'.repeat(72), '$2a$05$fEZRuJex/g.XqoCrJix6yeq6M.RaY88sRJMfUTBsswe05vYXiTzja'],
  ],
};
const DEVISE_SHORT_PEPPER: Vectors = {
  ...DEVISE,
  scheme: devise({ pepper: 'short' }),
  vectors: [['password', '$2a$05$vMZoW3QWRNXddcGXOdQSuutTSVa53t2GoXv37i8UOHSJ/Ep65E4Iu']],
};

const BETTER_AUTH: Vectors = {
  scheme: betterAuth(),
  source: 'made with hashPassword() of @better-auth/utils 0.5.1, which Better Auth uses',
  vectors: [
    [
      'correctPassword123!',
      '165d715ebde2c9852bd56cd27bb0df41:170fd9d356f22863c1836c5502365768d13bb1530f15e4c7b720bc607e3c8bf2869c42ee83b5a9f3787d8aa795068b3a0bcd23dcbb41d60b3cb61dfacbae3f0b',
    ],
    [
      'пароль123!',
      '613172ec43813aed8142dcfc24adc9a6:218ec5b5c50e8d0239e43d0738dc640ac4aeb3b2986c4d3d2df908804de9311b395d69b6ffa5aaf4ba429092740da868314a8a2dc87eb554edc571993a555c23',
    ],
    [
      'Ａｄａ ﬁne é',
      '4e6bb87ee93c34f51481d82f4173f74c:b149a706ce5e11e64127f11dad8d6999018d460a67577ccb4812630746108a2302296efab2e544872169cefc3761d57a0acbad82cace995e8cdd29a1536df6ef',
    ],
  ],
};

export const ALL: readonly Vectors[] = [
  ...[
    DJANGO,
    DJANGO_BY_PASSLIB,
    PASSLIB,
    ARGON2,
    ARGON2_OF_VERSION_1_0,
    FIREBASE,
    KEYCLOAK,
    KEYCLOAK_BY_JAVA,
  ],
  ...[ASP_NET_IDENTITY, PHPASS, WORDPRESS, WORDPRESS_BY_PHP, DEVISE, DEVISE_SHORT_PEPPER, BETTER_AUTH],
];
