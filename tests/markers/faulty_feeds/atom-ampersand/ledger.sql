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
INSERT INTO "item" VALUES('pubsub.localhost','blog','bees.example-bread-2fd61494','Bread & honey','4a82bc44038b8ce616d3f8df669072998084c972dd60d2aba2d9698ed7a57c99',1,0,0,1.7959989739976606369e+09,'https://bees.example/bread','68e11bb3e1166ace5e399741db5eb815711eee84ecb7c5ac00acd12bbb64240e',0,'bees.example-bread-2fd61494.html','04eae619bd92729fd030f80c800e3a71691f99f8ef105e65fd7180a0445ecde0','https://bees.example/bread','');
INSERT INTO "item" VALUES('pubsub.localhost','blog','bees.example-post_type-talk-amp-p-3-899c0f02','Wax','81f5f1b9f2120194687d9392162806cfdc8ced24fa0b824166e73c3913a111d2',1,0,0,1.79599897399727129933e+09,'https://bees.example/?post_type=talk&amp;p=3','99eafee1dfa567817dab127179b61c0e44f994fd78ef3db2b6760552f8f310dc',0,'bees.example-post_type-talk-amp-p-3-899c0f02.html','0564e9859317149c4a1e81b38eb872d77450ee12396763bc45fa2c402b57903c','https://bees.example/3','');
INSERT INTO "item" VALUES('pubsub.localhost','blog','bees.example-post_type-talk-amp-p-4-2d0630e1','Questions & answers','ce2b73305a7ec56ab0c753fcb0f5e9a5db12d0fe137c98c0b7e89fee5d56a286',1,0,0,1.79599897399756264684e+09,'https://bees.example/?post_type=talk&amp;p=4','6c35056afb9a10e49770161cf8f0803ad33a0b297097f9170ac5c1a1ce7a0e4c',0,'bees.example-post_type-talk-amp-p-4-2d0630e1.html','d5d963c5d6165135ee18e559a9b3ee801cc562595107f3cc13713de0b64cd1dd','https://bees.example/?p=4&lang=en','');
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
INSERT INTO "node" VALUES('pubsub.localhost','blog',1,0,1.79599897399779462811e+09,256,'612dc670baa64576ee9a9eb1ea7e7c0ee18062f6b8f35232979aae3990d75ee4','');
CREATE TABLE ping (
    hub    TEXT NOT NULL,
    topic  TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (hub, topic)
) STRICT, WITHOUT ROWID;
COMMIT;
PRAGMA application_id = 1886741107;
PRAGMA user_version = 6;
