-- The people of the example. Everybody knows their passwords and their keys.
CREATE TABLE people (name TEXT PRIMARY KEY, password_hash TEXT NOT NULL, scopes TEXT NOT NULL, roles TEXT NOT NULL);
-- The hashes are what `Basic::hash` returned for `alice opens the door`, and so on.
INSERT INTO people VALUES
    ('alice', '$argon2id$v=19$m=19456,t=2,p=1$chvqiFSmhM6ptFr8c9JxLA$i7iSmn9o5OcWLjt8UQ3OEyLsMO+QWBBB6Ozfs0gXo/A', 'notes:read notes:write', ''),
    ('bob', '$argon2id$v=19$m=19456,t=2,p=1$T1wCoRnP6nKhAJMjvuVuww$gNd5v162laZDGlzp23Yyo9zrW/l+mOXyTeRU8Bor7fA', 'notes:read', ''),
    ('root', '$argon2id$v=19$m=19456,t=2,p=1$7a4Su1FqSz6dxjpLDLgWAg$Gb9dj9z6wXJgBMfalgLZDoHH0rswNcueNW5txEbABrU', '', 'admin');

-- The id and the digest of each key, and never the key itself.
CREATE TABLE keys (id TEXT PRIMARY KEY, digest BLOB NOT NULL, owner TEXT NOT NULL REFERENCES people);
INSERT INTO keys VALUES
    ('AliceExampleKey0', x'0ae05c95a9cad6d6758fb0c0c5b63ca30dc19064093609e204adff9e7b695040', 'alice'),
    ('BobExampleKey000', x'7a28ed4529d57aa0a8623681acd7f05da3f2618f2782491223a7f9565ea4c941', 'bob'),
    ('RootExampleKey00', x'd3561296769f4aa35cbeb6a05c94f5b72121333706c73fc75cf4940065b215f6', 'root');

-- `ends` counts seconds since 1970.
CREATE TABLE sessions (key TEXT PRIMARY KEY, state TEXT NOT NULL, ends INTEGER NOT NULL);

-- The owner is a `PrincipalId`: an issuer, and a subject that it names.
CREATE TABLE notes (id INTEGER PRIMARY KEY, issuer TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL);
INSERT INTO notes VALUES
    (1, 'https://issuer.example', 'alice', 'water the plants'),
    (2, 'https://issuer.example', 'bob', 'return the keys');
