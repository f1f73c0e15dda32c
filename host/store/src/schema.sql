CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE name (
    no INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;
CREATE INDEX name_caseless ON name (text COLLATE NOCASE);

CREATE TABLE record (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    source INTEGER NOT NULL,
    bytes BLOB NOT NULL
) STRICT;
CREATE INDEX record_source ON record (source);

CREATE TABLE source (
    source INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    correlation BLOB NOT NULL,
    organization INTEGER NOT NULL,
    message INTEGER NOT NULL,
    category INTEGER,
    activity INTEGER,
    entity INTEGER,
    entity_id BLOB,
    user INTEGER,
    user_id INTEGER,
    caller INTEGER,
    client_ip INTEGER,
    result_status INTEGER,
    tags INTEGER,
    part_count INTEGER NOT NULL,
    results INTEGER NOT NULL,
    UNIQUE (correlation, organization)
) STRICT;
CREATE INDEX source_time ON source (time);
CREATE INDEX source_message ON source (message, time);
CREATE INDEX source_category ON source (category, time);
CREATE INDEX source_activity ON source (activity, time);
CREATE INDEX source_entity ON source (entity, time);
CREATE INDEX source_user ON source (user, time);
CREATE INDEX source_user_id ON source (user_id, time);
CREATE INDEX source_caller ON source (caller, time) WHERE caller IS NOT NULL;
CREATE INDEX source_client_ip ON source (client_ip, time);
CREATE INDEX source_result_status ON source (result_status, time);

CREATE TABLE seen (
    id BLOB NOT NULL,
    time INTEGER NOT NULL,
    source INTEGER NOT NULL,
    PRIMARY KEY (id, time, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE tag (
    name INTEGER NOT NULL,
    time INTEGER NOT NULL,
    source INTEGER NOT NULL,
    PRIMARY KEY (name, time, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE seal (
    number INTEGER PRIMARY KEY,
    body BLOB NOT NULL,
    signature BLOB NOT NULL,
    manifest BLOB
) STRICT;
