-- Files: what belongs to which message, avatars, uploads under way, and what the store may forget. The bytes are elsewhere.

-- Written by the log, in the commit that tells of it.
create table message_file
(
    conversation text    not null,
    sequence     integer not null,
    -- As in URLs.
    path_name    text    not null,
    file         text    not null,
    name         text    not null,
    preview_name text,
    mime_type    text    not null,
    width        integer not null,
    height       integer not null,
    duration     integer,
    size         integer not null,
    created      integer not null,
    primary key (conversation, sequence, path_name)
);

create index message_file_by_file on message_file (file);

-- Of conversations and of users.
create table avatar
(
    owner     text   not null primary key,
    file      text   not null,
    mime_type text   not null,
    size      integer not null,
    updated   integer not null
);

create index avatar_by_file on avatar (file);

create table upload
(
    id         text    not null primary key,
    user_id    text    not null,
    target     text    not null,
    length     integer not null,
    -- Bytes that are durable in the store, and what the store needs to go on from there.
    offset_    integer not null,
    state      text,
    -- One higher with every gateway that takes it: what an earlier one still reports is refused.
    generation integer not null,
    finished   boolean not null,
    created    integer not null,
    expires    integer not null
);

create index upload_by_user on upload (user_id) where not finished;
create index upload_by_expiry on upload (expires);

-- What a user has reserved in a day (days since the Unix epoch), and the upload that was reserved last.
create table upload_day
(
    user_id text   not null,
    day     integer not null,
    bytes   integer not null,
    latest  text,
    primary key (user_id, day)
);

create index upload_day_by_day on upload_day (day);

-- Files that no row names any more.
create table file_garbage
(
    file  text not null primary key,
    state text
);

create table file_signing_key
(
    name    text   not null primary key,
    secret  text   not null,
    created integer not null
);

-- One row: which store the gateways of this cluster share.
create table file_store
(
    id   integer not null primary key check (id = 1),
    mark text    not null
);
