CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE cut (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL,
    left_out INTEGER NOT NULL
) STRICT;

CREATE TABLE blob (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant BLOB NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    created INTEGER NOT NULL
) STRICT;
CREATE INDEX blob_created ON blob (tenant, created);

CREATE TABLE subscription (
    no INTEGER PRIMARY KEY,
    tenant BLOB NOT NULL,
    client BLOB NOT NULL,
    content_type TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    base TEXT NOT NULL,
    address TEXT,
    auth_id TEXT,
    expiration INTEGER,
    active INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    next_try INTEGER NOT NULL,
    UNIQUE (tenant, client, content_type)
) STRICT;

CREATE TABLE span (
    subscription INTEGER NOT NULL,
    after INTEGER NOT NULL,
    upto INTEGER,
    PRIMARY KEY (subscription, after)
) STRICT, WITHOUT ROWID;

CREATE TABLE notification (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    subscription INTEGER NOT NULL,
    blob INTEGER NOT NULL,
    sent INTEGER NOT NULL,
    success INTEGER NOT NULL
) STRICT;
CREATE INDEX notification_subscription ON notification (subscription, blob);
CREATE INDEX notification_sent ON notification (sent);
