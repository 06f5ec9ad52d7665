-- The log: conversations with their rosters, keys, messages and receipts. User ids, texts and keys are opaque to the server.

create table conversation
(
    conversation     uuid    not null primary key,
    uuid_text        text    not null,
    is_dialog        boolean not null,
    title            text,
    creator_id       text    not null,
    session_key      uuid    not null,
    session_key_text text    not null,
    created          bigint  not null,
    has_avatar       boolean not null,
    avatar_updated   bigint  not null,
    deleted          boolean not null,
    -- Whether a tombstone's rows are gone, so that the purge looks at each once.
    purged           boolean not null default false
);

create index conversation_to_purge on conversation (conversation) where deleted and not purged;

create table member
(
    conversation uuid    not null,
    user_id      text    not null,
    is_admin     boolean not null,
    nick         text,
    joined_at    bigint  not null,
    left_at      bigint,
    position     bigint  not null,
    primary key (conversation, user_id)
);

create index member_by_user on member (user_id, conversation);

create table session_key
(
    conversation uuid   not null,
    uuid         uuid   not null,
    uuid_text    text   not null,
    created      bigint not null,
    primary key (conversation, uuid)
);

create table wrapped_key
(
    conversation    uuid   not null,
    uuid            uuid   not null,
    uuid_text       text   not null,
    user_id         text   not null,
    key_encrypted   text   not null,
    signature       text   not null,
    signer_user_id  text,
    signer_key_pair text,
    created         bigint not null,
    primary key (conversation, uuid, user_id)
);

-- The primary key fences: of two activations that both believe they own a conversation, one finds its sequence taken.
create table message
(
    conversation  uuid    not null,
    sequence      bigint  not null,
    uuid          uuid    not null,
    uuid_text     text    not null,
    user_id       text    not null,
    session_key   text    not null,
    iv            text,
    body          text,
    created       bigint  not null,
    has_files     boolean not null,
    event_type    text,
    event_user_id text,
    objectionable boolean not null,
    deleted       boolean not null,
    reply_uuid    text,
    primary key (conversation, sequence),
    unique (conversation, uuid)
) partition by hash (conversation);

-- Ciphertext does not shrink: do not try.
alter table message alter column body set storage external;

do $$
begin
    for part in 0..15 loop
        execute format('create table message_%s partition of message for values with (modulus 16, remainder %s)', part, part);
    end loop;
end
$$;

-- Rewritten in place again and again: room on the page keeps the update off the index.
create table receipt
(
    conversation     uuid not null,
    user_id          text not null,
    read_ranges      text not null,
    delivered_ranges text not null,
    primary key (conversation, user_id)
) with (fillfactor = 70);

create table user_profile
(
    user_id               text    not null primary key,
    public_key            text,
    private_key_encrypted text,
    metadata_key_encrypted text,
    key_pair_uuid         text,
    nick                  text,
    created               bigint  not null,
    last_login            bigint  not null,
    avatar_updated        bigint  not null,
    keys_updated          bigint  not null,
    suspended             boolean not null
);

create table blacklist
(
    id         bigint generated always as identity primary key,
    user_id    text not null,
    blocked_id text not null,
    unique (user_id, blocked_id)
);

create index blacklist_by_blocked on blacklist (blocked_id);

create table report
(
    kind         text   not null,
    reporter_id  text   not null,
    subject      text   not null,
    conversation uuid,
    reason       text,
    created      bigint not null,
    primary key (kind, reporter_id, subject)
);

-- One row per process that writes the log.
create table log_writer
(
    name       text    not null primary key,
    -- Conversations with committed notifications that may not have been told; may name more than that, never less.
    unsettled  uuid[]  not null default '{}',
    -- Taken over: commits nothing any more.
    fenced     boolean not null default false,
    -- One higher with every connection: what an earlier connection still had on its way is refused.
    generation bigint  not null default 1,
    -- The connection that writes, so that a take-over can end it.
    backend    integer
) with (fillfactor = 50);

-- First statement of every commit: refuses a writer that was taken over or a connection that was replaced, and keeps the journal.
-- The row lock it takes makes a take-over wait for the commit in progress.
create function log_commit(p_name text, p_generation bigint, p_unsettled uuid[]) returns void
    language plpgsql as
$$
begin
    if p_unsettled is null then
        perform 1 from log_writer w where w.name = p_name and w.generation = p_generation and not w.fenced for share;
    else
        update log_writer w set unsettled = p_unsettled where w.name = p_name and w.generation = p_generation and not w.fenced;
    end if;
    if not found then
        raise exception 'writer % may not commit any more', p_name using errcode = 'MSG01';
    end if;
end
$$;
