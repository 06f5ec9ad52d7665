-- The log: conversations with their rosters, keys, messages and receipts. User ids, texts and keys are opaque to the server.
-- Uuids are text in lower case, so that a shell can read and write them.

create table conversation
(
    conversation     text    not null primary key,
    uuid_text        text    not null,
    is_dialog        boolean not null,
    title            text,
    creator_id       text    not null,
    session_key      text    not null,
    session_key_text text    not null,
    created          integer not null,
    has_avatar       boolean not null,
    avatar_updated   integer not null,
    deleted          boolean not null,
    -- Whether a tombstone's rows are gone, so that the purge looks at each once.
    purged           boolean not null default false
) without rowid;

create index conversation_to_purge on conversation (conversation) where deleted and not purged;

create table member
(
    conversation text    not null,
    user_id      text    not null,
    is_admin     boolean not null,
    nick         text,
    joined_at    integer not null,
    left_at      integer,
    position     integer not null,
    primary key (conversation, user_id)
) without rowid;

create index member_by_user on member (user_id, conversation);

create table session_key
(
    conversation text    not null,
    uuid         text    not null,
    uuid_text    text    not null,
    created      integer not null,
    primary key (conversation, uuid)
) without rowid;

create table wrapped_key
(
    conversation    text    not null,
    uuid            text    not null,
    uuid_text       text    not null,
    user_id         text    not null,
    key_encrypted   text    not null,
    signature       text    not null,
    signer_user_id  text,
    signer_key_pair text,
    created         integer not null,
    primary key (conversation, uuid, user_id)
);

-- A rowid table: new messages of all conversations go to its end, and only the two narrow indexes are written here and there.
create table message
(
    conversation  text    not null,
    sequence      integer not null,
    uuid          text    not null,
    uuid_text     text    not null,
    user_id       text    not null,
    session_key   text    not null,
    iv            text,
    body          text,
    created       integer not null,
    has_files     boolean not null,
    event_type    text,
    event_user_id text,
    objectionable boolean not null,
    deleted       boolean not null,
    reply_uuid    text,
    unique (conversation, sequence),
    unique (conversation, uuid)
);

create table receipt
(
    conversation     text not null,
    user_id          text not null,
    read_ranges      text not null,
    delivered_ranges text not null,
    primary key (conversation, user_id)
) without rowid;

create table user_profile
(
    user_id                text    not null primary key,
    public_key             text,
    private_key_encrypted  text,
    metadata_key_encrypted text,
    key_pair_uuid          text,
    nick                   text,
    created                integer not null,
    last_login             integer not null,
    avatar_updated         integer not null,
    keys_updated           integer not null,
    suspended              boolean not null
);

create table blacklist
(
    id         integer primary key,
    user_id    text not null,
    blocked_id text not null,
    unique (user_id, blocked_id)
);

create index blacklist_by_blocked on blacklist (blocked_id);

create table report
(
    kind         text    not null,
    reporter_id  text    not null,
    subject      text    not null,
    conversation text,
    reason       text,
    created      integer not null,
    primary key (kind, reporter_id, subject)
) without rowid;
