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
INSERT INTO "item" VALUES('pubsub.localhost','blog','2026-01-05-first-snow','First snow','0f1466cf6a1d135d55b2f3f14c8bb3903e5dfe21dd0f0cdfd9e5dc8889aece16',1,0,0,1.79607834398333883292e+09,'tag:blog.example,2026-01-05:2026-01-05-first-snow','94abaaf9fa6a452ea27e0b7cb95545d0ee701697cd58d7e24ee3c094c85cf899',0,'2026-01-05-first-snow.md','fe672f06251ecfe3f0d7bf177ace0330336b1a53a4998f7ad8e6f4d2f9577e1a','https://blog.example/2026/01/05/first-snow/','','',0,'',1,'bc925a05f517b0de0d62413657009172');
INSERT INTO "item" VALUES('pubsub.localhost','blog','2026-02-14-bread-without-kneading','Bread without kneading: a recipe','e51811a31d4be60e6065ad5092b5950369e5ad09a423ceb5250593136c331287',1,0,0,1.79607834398337864872e+09,'tag:blog.example,2026-02-14:2026-02-14-bread-without-kneading','68b4a6f1ea3fb7e994cb8fb40e6141a4b223013fb52367c66f813bf1922544e3',0,'2026-02-14-bread-without-kneading.md','3ae29cd933dd6ba94f00e6e3922f6ba8333b3cea7309ab0c6e8a40a55009da80','https://blog.example/kitchen/2026/02/14/bread-without-kneading/','','',0,'',1,'5d64d94e2368a7a4f4646446cd1fabc1');
INSERT INTO "item" VALUES('pubsub.localhost','blog','2026-03-01-a-talk-on-bees','A talk on bees','c954cbdb7fa8ef52ce5d1b0e777aa3c06cd4d5e568b9cafde191c1613273836d',1,0,0,1.79607834399911141395e+09,'tag:blog.example,2026-03-01:2026-03-01-a-talk-on-bees','2936b78ce76fdb419011bdfc73d789b0c6ae39f42dc97bd9f867d882f2b3bca3',0,'2026-03-01-a-talk-on-bees.md','742802f8faa7af5a445abec8880086430bac192e343756213c7a3ebe0f125bf6','https://blog.example/2026/03/01/a-talk-on-bees/','','',0,'',1,'aa4a4def52d25dee837e1ef3d00519b9');
INSERT INTO "item" VALUES('pubsub.localhost','blog','2026-05-20-rain','Rain','0121b746707d6305c8b00b3b4b16134b8346fb09939651bd3fc7764f2150d5c3',1,0,0,1.79607834400518345829e+09,'tag:blog.example,2026-05-20:2026-05-20-rain','1315187d848c5e819e80d5dcfeb0d21874f7ee39d545ab68a9fcc19f0c5e15a4',0,'2026-05-20-rain.md','3cd8aab0953f16dc82318ba98add373151f9bd252f594591899f94b5a33d91ef','https://blog.example/2026/05/20/rain/','','',0,'',1,'d7f816b62715551f6378a8d905b178d9');
INSERT INTO "item" VALUES('pubsub.localhost','blog','notes~2026-04-10-count-the-words','Count the words','784f44e5fa187f84bf68a2f947e59791319643e1c1565bbcac07b3fef29a4c46',1,0,0,1.79607834399916267394e+09,'tag:blog.example,2026-04-10:notes~2026-04-10-count-the-words','ad53a7588b61b2c8c297608189f660b2148e6a6ee34e596a9200d341b27561b9',0,'notes/2026-04-10-count-the-words.md','60c4d26983504d99dadabb624fb4bed3c65f768ddaca74bd57d144864e4cd2aa','https://blog.example/2026/04/10/count-the-words/','','',0,'',1,'e26893e68d5013f01495a028d2664765');
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
INSERT INTO "node" VALUES('pubsub.localhost','blog',1,0,1.79607834400550723076e+09,256,'612dc670baa64576ee9a9eb1ea7e7c0ee18062f6b8f35232979aae3990d75ee4','','677fb42b848212b53d31785cf149db0c921cb61b6cb68b27deff8c8310a1a8b1');
CREATE TABLE ping (
    hub    TEXT NOT NULL,
    topic  TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (hub, topic)
) STRICT, WITHOUT ROWID;
COMMIT;
PRAGMA application_id = 1886741107;
PRAGMA user_version = 11;
