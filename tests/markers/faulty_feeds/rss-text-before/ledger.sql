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
    done        INTEGER NOT NULL CHECK (done IN (0, 1)), seen INTEGER NOT NULL DEFAULT 0 CHECK (seen IN (0, 1)), retracted INTEGER NOT NULL DEFAULT 0 CHECK (retracted IN (0, 1)), at REAL NOT NULL DEFAULT 0, atom_id TEXT NOT NULL DEFAULT '', body TEXT NOT NULL DEFAULT '', level INTEGER NOT NULL DEFAULT 0, path TEXT NOT NULL DEFAULT '', source TEXT NOT NULL DEFAULT '', link TEXT NOT NULL DEFAULT '', adopted TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (service, node, id)
) STRICT, WITHOUT ROWID;
INSERT INTO "item" VALUES('pubsub.localhost','blog','bees.example-bread-2fd61494','Bread & honey','8a1427596689280e9b1523952bb139acb3bb8d533296afeb48a820a3d2a94f95',1,0,0,1.795998972913987875e+09,'https://bees.example/bread','68e11bb3e1166ace5e399741db5eb815711eee84ecb7c5ac00acd12bbb64240e',0,'bees.example-bread-2fd61494.html','','https://bees.example/bread','');
INSERT INTO "item" VALUES('pubsub.localhost','blog','bees.example-post_type-talk-amp-p-4-2d0630e1','Questions','d72d4daf9dfe3ac48a8f587cf91a27d41408ca330534a6b0f395c50b03f07726',1,0,0,1.79599897291377210619e+09,'https://bees.example/?post_type=talk&amp;p=4','6c35056afb9a10e49770161cf8f0803ad33a0b297097f9170ac5c1a1ce7a0e4c',0,'bees.example-post_type-talk-amp-p-4-2d0630e1.html','','https://bees.example/?p=4&lang=en','');
INSERT INTO "item" VALUES('pubsub.localhost','blog','talk-amp-3-4035284d','Wax & wings','7ba7c955b29d30f60642e93535a540e2498db3606f7a269c048a8aaafb5bb8a4',1,0,0,1.79599897289928650857e+09,'tag:blog.example,2020-01-01:talk-amp-3-4035284d','655a42e2f78bb7cd69a008a2382592ab93adfb80b05f4c1da9f902f4bfaf6823',0,'talk-amp-3-4035284d.html','','https://blog.example/','');
CREATE TABLE node (
    service TEXT NOT NULL,
    node    TEXT NOT NULL,
    created INTEGER NOT NULL DEFAULT 0 CHECK (created IN (0, 1)),
    muted   INTEGER NOT NULL DEFAULT 0 CHECK (muted IN (0, 1)),
    looked  REAL NOT NULL DEFAULT 0,
    room    INTEGER,
    wanted  TEXT NOT NULL DEFAULT '', refused TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (service, node)
) STRICT, WITHOUT ROWID;
INSERT INTO "node" VALUES('pubsub.localhost','blog',1,0,1.79599897291411757464e+09,256,'612dc670baa64576ee9a9eb1ea7e7c0ee18062f6b8f35232979aae3990d75ee4','');
CREATE TABLE ping (
    hub    TEXT NOT NULL,
    topic  TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (hub, topic)
) STRICT, WITHOUT ROWID;
COMMIT;
PRAGMA application_id = 1886741107;
PRAGMA user_version = 6;
