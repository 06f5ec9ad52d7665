-- Files: what belongs to which message, avatars, uploads under way, and what the store may forget. The bytes are elsewhere.

-- Written by the log, in the commit that tells of it.
create table message_file
(
    conversation uuid    not null,
    sequence     bigint  not null,
    -- As in URLs.
    path_name    text    not null,
    file         uuid    not null,
    name         text    not null,
    preview_name text,
    mime_type    text    not null,
    width        integer not null,
    height       integer not null,
    duration     integer,
    size         bigint  not null,
    created      bigint  not null,
    primary key (conversation, sequence, path_name)
);

create index message_file_by_file on message_file (file);

-- Of conversations and of users.
create table avatar
(
    owner     text   not null primary key,
    file      uuid   not null,
    mime_type text   not null,
    size      bigint not null,
    updated   bigint not null
);

create index avatar_by_file on avatar (file);

create table upload
(
    id         uuid    not null primary key,
    user_id    text    not null,
    target     text    not null,
    length     bigint  not null,
    -- Bytes that are durable in the store, and what the store needs to go on from there.
    offset_    bigint  not null,
    state      text,
    -- One higher with every gateway that takes it: what an earlier one still reports is refused.
    generation bigint  not null,
    finished   boolean not null,
    created    bigint  not null,
    expires    bigint  not null
) with (fillfactor = 70);

create index upload_by_user on upload (user_id) where not finished;
create index upload_by_expiry on upload (expires);

-- What a user has reserved in a day (days since the Unix epoch), and the upload that was reserved last.
create table upload_day
(
    user_id text   not null,
    day     bigint not null,
    bytes   bigint not null,
    latest  uuid,
    primary key (user_id, day)
);

create index upload_day_by_day on upload_day (day);

-- Files that no row names any more.
create table file_garbage
(
    file  uuid not null primary key,
    state text
);

create table file_signing_key
(
    name    text   not null primary key,
    secret  text   not null,
    created bigint not null
);

-- One row: which store the gateways of this cluster share.
create table file_store
(
    id   integer not null primary key check (id = 1),
    mark text    not null
);
