BEGIN TRANSACTION;
CREATE TABLE accepted (
    service TEXT NOT NULL,
    node    TEXT NOT NULL,
    id      TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (service, node, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE item (
    service     TEXT NOT NULL,
    node        TEXT NOT NULL,
    id          TEXT NOT NULL,
    title       TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    done        INTEGER NOT NULL CHECK (done IN (0, 1)), seen INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1)), retracted INTEGER NOT NULL DEFAULT 0 CHECK (retracted IN (0, 1)), at REAL NOT NULL DEFAULT 0, atom_id TEXT NOT NULL DEFAULT '', body TEXT NOT NULL DEFAULT '', level INTEGER NOT NULL DEFAULT 0, path TEXT NOT NULL DEFAULT '', source TEXT NOT NULL DEFAULT '', link TEXT NOT NULL DEFAULT '', adopted TEXT NOT NULL DEFAULT '', contents TEXT NOT NULL DEFAULT '', hidden INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1)), page TEXT NOT NULL DEFAULT '', added INTEGER NOT NULL DEFAULT 0 CHECK (added IN (0, 1)), text TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (service, node, id)
) STRICT, WITHOUT ROWID;
INSERT INTO "item" VALUES('pubsub.localhost','blog','2026-01-05-first-snow','First snow','f1641dea3498fd1299250fbca6e1761738bd97ebe1a8eb7557e3940ccec3f5c6',1,0,0,1796078351.81573,'tag:blog.example,2026-01-05:2026-01-05-first-snow','94abaaf9fa6a452ea27e0b7cb95545d0ee701697cd58d7e24ee3c094c85cf899',0,'2026-01-05-first-snow.md','fe672f06251ecfe3f0d7bf177ace0330336b1a53a4998f7ad8e6f4d2f9577e1a','https://blog.example/first-snow/','','',0,'0c3b82ff7b1556b6a4e058bcab729891',1,'0549e1b44e44cde8142fbe5d338d984e');
INSERT INTO "item" VALUES('pubsub.localhost','blog','2026-02-14-bread-without-kneading','Bread without kneading: a recipe','e194eea0d253f59008cac5394e9f7a37f93599513de7a3b8e55e3b66bb9874a6',1,0,0,1.79607835181575965885e+09,'tag:blog.example,2026-02-14:2026-02-14-bread-without-kneading','68b4a6f1ea3fb7e994cb8fb40e6141a4b223013fb52367c66f813bf1922544e3',0,'2026-02-14-bread-without-kneading.md','3ae29cd933dd6ba94f00e6e3922f6ba8333b3cea7309ab0c6e8a40a55009da80','https://blog.example/bread-without-kneading/','','',0,'d2bd5fae16a6ec4f9917baa14d118b94',1,'de90746bc028dc10f952a09f7c7ecd63');
INSERT INTO "item" VALUES('pubsub.localhost','blog','2026-03-01-a-talk-on-bees','A talk on bees','7ed83f0af4e88283103de70616de563865ea561491405ac11d12720c52de82e8',1,0,0,1.79607835184207034109e+09,'tag:blog.example,2026-03-01:2026-03-01-a-talk-on-bees','2936b78ce76fdb419011bdfc73d789b0c6ae39f42dc97bd9f867d882f2b3bca3',0,'2026-03-01-a-talk-on-bees.md','742802f8faa7af5a445abec8880086430bac192e343756213c7a3ebe0f125bf6','https://blog.example/a-talk-on-bees/','','',0,'a424aea6a58880f96f8fe0e173e005d9',1,'e00b6c06e76f56fd38f6a178500102a6');
INSERT INTO "item" VALUES('pubsub.localhost','blog','2026-05-20-rain','Rain','1767f21081a56ee33c6a7d4e6bf4cac45186acb478bfc3bcd5ee8b852c448a26',1,0,0,1.79607835186764407155e+09,'tag:blog.example,2026-05-20:2026-05-20-rain','1315187d848c5e819e80d5dcfeb0d21874f7ee39d545ab68a9fcc19f0c5e15a4',0,'2026-05-20-rain.md','3cd8aab0953f16dc82318ba98add373151f9bd252f594591899f94b5a33d91ef','https://blog.example/rain/','','',0,'e5f12eae65355a3ea521429d5bd71073',1,'d7f816b62715551f6378a8d905b178d9');
INSERT INTO "item" VALUES('pubsub.localhost','blog','notes~2026-04-10-count-the-words','Count the words','54df3ae2bca9b4aa5c126d3fd26d281ecc85d3985575b7014f6e6e08f1c48bbd',1,0,0,1.79607835184208965303e+09,'tag:blog.example,2026-04-10:notes~2026-04-10-count-the-words','ad53a7588b61b2c8c297608189f660b2148e6a6ee34e596a9200d341b27561b9',0,'notes/2026-04-10-count-the-words.md','60c4d26983504d99dadabb624fb4bed3c65f768ddaca74bd57d144864e4cd2aa','https://blog.example/count-the-words/','','',0,'05728dc9b3f6f27a508a8f8fe62bf45c',1,'f44061c09d23feac7f82e8ecede499b3');
CREATE TABLE node (
    service TEXT NOT NULL,
    node    TEXT NOT NULL,
    created INTEGER NOT NULL DEFAULT 0 CHECK (created IN (0, 1)),
    muted   INTEGER NOT NULL DEFAULT 0 CHECK (muted IN (0, 1)),
    looked  REAL NOT NULL DEFAULT 0,
    room    INTEGER,
    wanted  TEXT NOT NULL DEFAULT '', refused TEXT NOT NULL DEFAULT '', reader TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (service, node)
) STRICT, WITHOUT ROWID;
INSERT INTO "node" VALUES('pubsub.localhost','blog',1,0,1.79607835186790108688e+09,256,'612dc670baa64576ee9a9eb1ea7e7c0ee18062f6b8f35232979aae3990d75ee4','','5efb2ad77a03382da6c3fa94ed68e1d0319357c5cd217afdd28f1eef09b7dddd');
CREATE TABLE ping (
    hub    TEXT NOT NULL,
    topic  TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (hub, topic)
) STRICT, WITHOUT ROWID;
COMMIT;
PRAGMA application_id = 1886741107;
PRAGMA user_version = 11;
