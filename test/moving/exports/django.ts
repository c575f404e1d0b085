/**
 * What `dumpdata auth.user --format jsonl --natural-foreign` of Django 3.2 wrote. The passwords are `lètmein` of ada, `correct horse`
 * of bob, and none of cy. https://docs.djangoproject.com/en/stable/topics/serialization/#jsonl
 */
export const DJANGO_JSONL = String.raw`
{"model": "auth.user","pk": 1,"fields": {"password": "pbkdf2_sha256$260000$o0qlnBuiz3exky8qSOY6jV$bKZdhTwNCOCanG8ZEOBDkpn8oS+aTU+TalLmM6BeGTw=","last_login": null,"is_superuser": true,"username": "ada","first_name": "Ada","last_name": "Lovelace","email": "Ada@example.com","is_staff": true,"is_active": true,"date_joined": "2019-05-06T07:08:09.010Z","groups": [["editors"]],"user_permissions": []}}
{"model": "auth.user","pk": 2,"fields": {"password": "pbkdf2_sha256$260000$LR7ANOJV7J8nFzawa6vbM6$nUHlmQtwKG3jR2k9x3MtXduK+YXDX0KjJK3/Z1Nhcf4=","last_login": null,"is_superuser": false,"username": "bob","first_name": "","last_name": "","email": "bob@example.com","is_staff": false,"is_active": false,"date_joined": "2026-11-27T21:56:23.353Z","groups": [],"user_permissions": []}}
{"model": "auth.user","pk": 3,"fields": {"password": "!hQzpUNWfLZzq4qy5h0ztIIzSssDk69yXwmH6RuBu","last_login": null,"is_superuser": false,"username": "cy","first_name": "","last_name": "","email": "cy@example.com","is_staff": false,"is_active": true,"date_joined": "2026-11-27T21:56:23.466Z","groups": [],"user_permissions": []}}
{"model": "auth.user","pk": 4,"fields": {"password": "pbkdf2_sha256$260000$nZm5LnTknRoXTPHBnThNCg$Wy7KE3GjDZxNCZoYiwx3b9u7aAQWd1CUBifNZsQoegA=","last_login": null,"is_superuser": false,"username": "dee","first_name": "","last_name": "","email": "","is_staff": false,"is_active": true,"date_joined": "2026-11-27T21:56:23.479Z","groups": [],"user_permissions": []}}
{"model": "auth.user","pk": 5,"fields": {"password": "pbkdf2_sha256$260000$dLOo8WrmmFZ18JUrxVIlvC$u9GLfRIgZK8DLZJP6CS9k3NivwccP+VQMC5/sT0QWfg=","last_login": null,"is_superuser": false,"username": "eve","first_name": "","last_name": "","email": "BOB@example.com","is_staff": false,"is_active": true,"date_joined": "2026-11-27T21:56:23.605Z","groups": [],"user_permissions": []}}
`;
